"""A file or a folder → raw cells, by the reader for its content."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

from xlbudget.workbook.errors import FileFault
from xlbudget.workbook.read.sheet import RawWorkbook, build_workbook
from xlbudget.workbook.read.sniff import LOCKED, TEXT, XLS, ZIP, find_kind, find_refusal, read_bytes
from xlbudget.workbook.read.zip_limits import OPENXML, XLSB, Untidy, is_untidy, open_package


def read_workbook(path: Path, own: Sequence[str] = (), password: str = "") -> RawWorkbook:
    """Every worksheet's raw cells. Raises FileFault for whatever cannot or must not be read.

    `own` names the sheets of a workbook that checks itself (`sheet.is_wanted`). A folder of CSV
    files is a workbook whose sheets are the files."""
    if path.is_dir():
        from xlbudget.workbook.read.delimited import read_folder

        return RawWorkbook(path, read_folder(path))
    content = read_bytes(path)
    try:
        return _read(path, content, own)
    except FileFault as fault:
        if fault.kind != "encrypted" or fault.case:
            raise
    from xlbudget.workbook.read.sandbox.parent import decrypt

    return _read(path, decrypt(content, password), own)


def read_package_bytes(path: Path, password: str = "") -> bytes:
    """The .xlsx package of a file, decrypted, for programs that change a copy. Raises
    FileFault where it is not an .xlsx package."""
    content = read_bytes(path)
    if find_kind(content) == LOCKED:
        from xlbudget.workbook.read.sandbox.parent import decrypt

        content = decrypt(content, password)
    if find_kind(content) != ZIP or open_package(content)[0] != OPENXML:
        raise FileFault("not_changed")
    return content


def _read(path: Path, content: bytes, own: Sequence[str]) -> RawWorkbook:
    kind, package = find_kind(content), None
    if kind == ZIP:
        kind, package = open_package(content)
        if kind in (OPENXML, XLSB) and is_untidy(package):
            content, package = _tidied(content)
    try:
        return _read_kind(path, kind, content, package, own)
    except Untidy:
        content, package = _tidied(content)
        return _read_kind(path, kind, content, package, own)


def _tidied(content: bytes) -> tuple[bytes, zipfile.ZipFile]:
    from xlbudget.workbook.read.tidy import tidy

    return tidy(content)


def _read_kind(
    path: Path, kind: str, content: bytes, package: zipfile.ZipFile | None, own: Sequence[str]
) -> RawWorkbook:
    if kind == OPENXML and package:
        from xlbudget.workbook.read.xlsx.reader import read_sheets

        sheet_list, sheets = read_sheets(content, package, own)
        return build_workbook(path, sheet_list, sheets, own)
    return _read_other(path, kind, content, package, own)


def _read_other(
    path: Path, kind: str, content: bytes, package: zipfile.ZipFile | None, own: Sequence[str]
) -> RawWorkbook:
    if kind == XLS or package:
        from xlbudget.workbook.read.sandbox.parent import read_confined

        return build_workbook(path, *read_confined(kind, content, own), own)
    if kind == TEXT:
        from xlbudget.workbook.read.delimited import read_delimited

        return RawWorkbook(path, (read_delimited(path.stem, content),))
    if kind == LOCKED:
        raise FileFault("encrypted")
    raise find_refusal(kind)
