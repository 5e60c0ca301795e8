"""What a file is, by its content, and refusal of what must not be opened.

A calamine or a ZIP library handed a hostile file can take the whole machine (READING.md, 4), so
everything here is looked at before anything is unpacked in full. Limits are those measured there.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

MEGABYTE = 1 << 20
MOST_BYTES = 32 * MEGABYTE
MOST_PARTS = 4000
MOST_PART_BYTES = 64 * MEGABYTE
MOST_XML_BYTES = 128 * MEGABYTE
MOST_RATIO = 400
RATIO_FROM = 4 * MEGABYTE
PARSED = (".xml", ".rels", ".vml")

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SNIFFED = 4096


class FileFault(Exception):
    """A file that is not opened. `kind` is the pack's word for it, `facts` go into the sentence."""

    def __init__(self, kind: str, **facts: str) -> None:
        super().__init__(kind)
        self.kind = kind
        self.facts: Mapping[str, str] = facts


def read_bytes(path: Path) -> bytes:
    """The file's content. Raises FileFault."""
    if path.name.startswith("~$"):
        raise FileFault("owner_file")
    try:
        if path.is_dir():
            raise FileFault("not_workbook")
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise FileFault("too_large", limit=f"{size // MEGABYTE} MB")
        content = path.read_bytes()
    except PermissionError:
        raise FileFault("no_permission") from None
    except OSError:
        raise FileFault("not_found") from None
    if not content:
        raise FileFault("is_empty")
    return content


def open_package(content: bytes) -> zipfile.ZipFile:
    """The workbook's ZIP package, its directory within the limits. Raises FileFault."""
    if not content.startswith(ZIP_MAGIC):
        raise _other(content)
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise FileFault("damaged") from None
    _check_directory(package)
    return package


def _other(content: bytes) -> FileFault:
    """What a file that is no ZIP package is."""
    if content.startswith(OLE_MAGIC):
        return _ole(content)
    head = content[:SNIFFED].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head:
        return FileFault("old_format", format="XML 2003")
    if head.startswith((b"<html", b"<!doctype html", b"<table", b"<meta")) or b"<table" in head:
        return FileFault("old_format", format="HTML")
    if head.startswith(b"%pdf"):
        return FileFault("old_format", format="PDF")
    return FileFault("not_workbook")


def _ole(content: bytes) -> FileFault:
    """Streams are told by their names in the directory, written in UTF-16."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        return FileFault("encrypted")
    if any(name.encode("utf-16-le") in content for name in ("Workbook", "Book", "WORKBOOK")):
        return FileFault("old_format", format="xls")
    return FileFault("not_workbook")


def _check_directory(package: zipfile.ZipFile) -> None:
    parts = package.infolist()
    if len(parts) > MOST_PARTS:
        raise FileFault("too_large", limit=f"{len(parts)} parts")
    names = set()
    unpacked = 0
    for part in parts:
        name = part.filename.replace("\\", "/").lower()
        if part.flag_bits & 1:
            raise FileFault("encrypted")
        if name in names or name.startswith("/") or ".." in name.split("/"):
            raise FileFault("unsafe", part=part.filename)
        names.add(name)
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FileFault("damaged", part=part.filename)
        if name.endswith(PARSED):
            unpacked += part.file_size
            _check_size(part.file_size, part.compress_size)
    if unpacked > MOST_XML_BYTES:
        raise FileFault("too_large", limit=f"{unpacked // MEGABYTE} MB")
    if not any(name.endswith("workbook.xml") for name in names):
        raise _no_workbook(names)


def _check_size(size: int, packed: int) -> None:
    bomb = size > RATIO_FROM and size > MOST_RATIO * max(packed, 1)
    if size > MOST_PART_BYTES or bomb:
        raise FileFault("too_large", limit=f"{size // MEGABYTE} MB")


def _no_workbook(names: set[str]) -> FileFault:
    if any(name.endswith("workbook.bin") for name in names):
        return FileFault("old_format", format="xlsb")
    if "content.xml" in names:
        return FileFault("old_format", format="ods")
    return FileFault("not_workbook")


def read_part(package: zipfile.ZipFile, name: str) -> bytes:
    """One XML part, inflated no further than its declared size. Raises FileFault."""
    try:
        with package.open(name) as part:
            content = part.read(package.getinfo(name).file_size + 1)
    except KeyError:
        raise FileFault("damaged", part=name) from None
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError) as error:
        raise FileFault("damaged", part=name) from error
    except Exception as error:  # zlib.error derives from Exception alone
        raise FileFault("damaged", part=name) from error
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise FileFault("unsafe", part=name)
    return content
