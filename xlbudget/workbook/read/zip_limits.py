"""ZIP packages: refusal of what must not be opened, before anything is unpacked.

A reader or a ZIP library that is given a hostile file can take the whole machine.
Limits are those measured there.
"""

from __future__ import annotations

import io
import re
import zipfile

from xlbudget.workbook.errors import FileFault
from xlbudget.workbook.read.sniff import MEGABYTE, find_refusal

MOST_PARTS = 4000
MOST_PART_BYTES = 64 * MEGABYTE
MOST_UNPACKED = 128 * MEGABYTE
MOST_RATIO = 400
RATIO_FROM = 4 * MEGABYTE
NOT_PARSED = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf", ".wdp")
WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")

OPENXML, XLSB, ODS = "xlsx", "xlsb", "ods"
DIRECTORY_END = b"PK\x05\x06"
DIRECTORY_END_BYTES = 22
ZIP64 = 0xFFFFFFFF


def open_package(content: bytes) -> tuple[str, zipfile.ZipFile]:
    """A workbook's kind and its package, whose directory is within the limits. Raises FileFault."""
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise FileFault("damaged") from None
    _check_end(content)
    names = _check_directory(package)
    return _kind(package, names), package


def _check_end(content: bytes) -> None:
    """Refuse a directory that is not where all readers look for it: one hidden behind another
    would let them read other parts than were checked. Raises FileFault."""
    end = content.rfind(DIRECTORY_END)
    size, start = (
        int.from_bytes(content[end + offset : end + offset + 4], "little") for offset in (12, 16)
    )
    behind = int.from_bytes(content[end + 20 : end + 22], "little")
    if ZIP64 not in (size, start) and start + size != end:
        raise FileFault("damaged")
    if end + DIRECTORY_END_BYTES + behind != len(content):
        raise FileFault("damaged")


def _check_directory(package: zipfile.ZipFile) -> set[str]:
    """The names of the parts in lower case. Raises FileFault for too many, large or unsafe ones."""
    parts = package.infolist()
    if len(parts) > MOST_PARTS:
        raise _too_large("parts", len(parts), MOST_PARTS)
    names: set[str] = set()
    unpacked = 0
    for part in parts:
        name = part.filename.replace("\\", "/").lower()
        if part.flag_bits & 1:
            raise FileFault("encrypted", "unknown")
        if name in names or name.startswith("/") or ":" in name or ".." in name.split("/"):
            raise FileFault("unsafe", "part", part=part.filename)
        names.add(name)
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FileFault("damaged")
        if not name.endswith(NOT_PARSED):
            unpacked += part.file_size
            check_size(part)
    if unpacked > MOST_UNPACKED:
        raise _too_large("unpacked", unpacked // MEGABYTE, MOST_UNPACKED // MEGABYTE)
    return names


def check_size(part: zipfile.ZipInfo) -> None:
    """Refuse a part whose declared size or ratio is too large. Raises FileFault."""
    bomb = part.file_size > RATIO_FROM and part.file_size > MOST_RATIO * max(part.compress_size, 1)
    if part.file_size > MOST_PART_BYTES or bomb:
        raise _too_large("unpacked", part.file_size // MEGABYTE, MOST_PART_BYTES // MEGABYTE)


def _too_large(case: str, count: int, limit: int) -> FileFault:
    return FileFault("too_large", case, count=str(count), limit=str(limit))


def _kind(package: zipfile.ZipFile, names: set[str]) -> str:
    """Which workbook a package is. Raises FileFault where it is none."""
    for part, kind in (("workbook.xml", OPENXML), ("workbook.bin", XLSB)):
        if any(name.rpartition("/")[2] == part for name in names):
            return kind
    if "mimetype" in package.NameToInfo and "content.xml" in names:
        mimetype = read_part(package, "mimetype")
        if b"spreadsheet" in mimetype:
            return ODS
        raise find_refusal(
            "word" if b"text" in mimetype else "slides" if b"presentation" in mimetype else ""
        )
    main = find_main_part(package)
    if main.lower() in names and main.rpartition("/")[0].lower() == "xl":
        return XLSB if main.lower().endswith(".bin") else OPENXML
    for folder, kind in (("word/", "word"), ("ppt/", "slides")):
        if any(name.startswith(folder) for name in names):
            raise find_refusal(kind)
    raise find_refusal("archive")


RELATIONS = "_rels/.rels"


def find_main_part(package: zipfile.ZipFile) -> str:
    """The part that the package names as its document; "" for none."""
    named = {name.replace("\\", "/"): name for name in package.namelist()}
    if RELATIONS not in named:
        return ""
    relations = read_raw_part(package, named[RELATIONS])
    if relations.startswith(WIDE):
        relations = relations.replace(b"\0", b"")
    main = re.search(rb"<(?:\w{1,20}:)?Relationship\s[^<>]*/officeDocument[\"'][^<>]*>", relations)
    target = re.search(rb"""\sTarget\s*=\s*["']([^"'<]*)""", main[0]) if main else None
    path = target[1].decode("utf-8", "replace").lstrip("/") if target else ""
    return path.removeprefix("./")


def is_untidy(package: zipfile.ZipFile) -> bool:
    """Whether the names of a workbook's parts alone show that `tidy` has to write it anew."""
    names = package.namelist()
    usual = any(name.lower().endswith(("workbook.xml", "workbook.bin")) for name in names)
    return not usual or any("\\" in name for name in names)


class Untidy(FileFault):
    """A sound package in a writing that only `tidy` reads."""

    def __init__(self) -> None:
        super().__init__("damaged")


def read_part(package: zipfile.ZipFile, name: str) -> bytes:
    """One part, inflated no further than its declared size. Raises FileFault, and Untidy for one
    in UTF-16: its entities could not be seen here, its cells not by calamine."""
    content = read_raw_part(package, name)
    if content.startswith(WIDE):
        raise Untidy
    return content


def read_raw_part(package: zipfile.ZipFile, name: str) -> bytes:
    """One part in whatever encoding, inflated no further than its declared size. Raises
    FileFault."""
    try:
        info = package.getinfo(name)
        check_size(info)
        with package.open(name) as part:
            content = part.read(info.file_size + 1)
    except FileFault:
        raise
    except Exception as error:  # zlib.error and others derive from Exception alone
        raise FileFault("damaged") from error
    seen = content.replace(b"\0", b"") if content.startswith(WIDE) else content
    if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
        raise FileFault("unsafe", "entity", part=name)
    return content
