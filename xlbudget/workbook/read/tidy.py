"""Packages that are sound but written as few programs write them → the usual way, so that every
reader and check behind sees one: parts with backslashes in their names, a workbook part of another
name, targets that begin with ``./``, parts in UTF-16."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile

from xlbudget.workbook.read.zip_limits import (
    WIDE,
    find_main_part,
    open_package,
    read_raw_part,
)

USUAL = {"xml": "workbook.xml", "bin": "workbook.bin"}
DOTTED = re.compile(rb"""(Target\s*=\s*["'])\./""")
XML_SUFFIXES = (".xml", ".rels")
DECLARED = re.compile(r"""(<\?xml[^>]*?encoding\s*=\s*["'])[^"']+""")


def tidy(content: bytes) -> tuple[bytes, zipfile.ZipFile]:
    """The package written the usual way. Raises FileFault as reading it would."""
    _, package = open_package(content)
    main = find_main_part(package)
    renamed = _new_name(main)
    old_rels, new_rels = _rels_of(main), _rels_of(renamed)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target:
        for info in package.infolist():
            if info.is_dir():
                continue
            name = info.filename.replace("\\", "/")
            part = read_raw_part(package, info.filename)
            if name.lower().endswith(XML_SUFFIXES):
                part = _tidied(part, main, renamed)
            name = {main: renamed, old_rels: new_rels}.get(name, name)
            target.writestr(name, part)
    tidied = written.getvalue()
    return tidied, open_package(tidied)[1]


def _new_name(main: str) -> str:
    folder, _, file = main.rpartition("/")
    return posixpath.join(folder, USUAL.get(file.rpartition(".")[2].lower(), file))


def _rels_of(part: str) -> str:
    folder, _, file = part.rpartition("/")
    return posixpath.join(folder, "_rels", f"{file}.rels")


def _tidied(part: bytes, main: str, renamed: str) -> bytes:
    """A part's XML as UTF-8, its targets without ``./``, the workbook under its usual name."""
    if part.startswith(WIDE):
        text = part.decode("utf-16" if part[:2] in (b"\xff\xfe", b"\xfe\xff") else _order(part))
        part = DECLARED.sub(r"\1UTF-8", text, count=1).encode()
    part = DOTTED.sub(rb"\1", part)
    return part if main == renamed else part.replace(main.encode(), renamed.encode())


def _order(part: bytes) -> str:
    return "utf-16-le" if part.startswith(b"<\0") else "utf-16-be"
