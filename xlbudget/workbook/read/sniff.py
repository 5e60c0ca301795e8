"""What a file is, by its content: an extension proves nothing.

Kinds are the words for formats (`formats` in `messages/zh.yaml`).
"""

from __future__ import annotations

from pathlib import Path

from xlbudget.workbook.errors import FileFault

LEFT_BESIDE = ("~$", ".", "__MACOSX")
"""How the names of files begin that programs and systems leave beside a user's own."""

MEGABYTE = 1 << 20
MOST_BYTES = 32 * MEGABYTE

ZIP, XLS, LOCKED, TEXT = "zip", "xls", "locked", "text"
RESAVED = ("html", "xml2003", "uof", "bare_xls")
"""Formats that Excel or WPS open and save as a workbook."""

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAGIC = (
    (b"PK\x03\x04", ZIP),
    (b"%PDF", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"BM", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"PK\x05\x06", "archive"),
    (b"{\\rtf", "word"),
    (b"\x09\x00\x04\x00", "bare_xls"),  # the first records of BIFF 2, 3, 4, 5 and 8
    (b"\x09\x02\x06\x00", "bare_xls"),
    (b"\x09\x04\x06\x00", "bare_xls"),
    (b"\x09\x08\x08\x00", "bare_xls"),
    (b"\x09\x08\x10\x00", "bare_xls"),
)
MARKUP = (
    (b"urn:schemas-microsoft-com:office:spreadsheet", "xml2003"),
    (b"<uof:", "uof"),
    (b"<html", "html"),
    (b"<!doctype html", "html"),
    (b"<table", "html"),
    (b"mime-version:", "html"),
    (b"%pdf", "pdf"),
)
STREAMS = (("EncryptedPackage", LOCKED), ("Workbook", XLS), ("Book", XLS))
OTHER_STREAMS = (("WordDocument", "word"), ("PowerPoint Document", "slides"))
WORD_CLASS = bytes.fromhex("0609020000000000c000000000000046")
SNIFFED = 4096
ENTRY = 128
"""Bytes of an entry of an OLE directory, which begins on a multiple of them."""


def read_bytes(path: Path) -> bytes:
    """The file's content. Raises FileFault."""
    if path.name.startswith("~$"):
        raise FileFault("owner_file")
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise FileFault(
                "too_large", "bytes", count=f"{size // MEGABYTE}", limit=f"{MOST_BYTES // MEGABYTE}"
            )
        content = path.read_bytes()
    except PermissionError:
        raise FileFault("no_permission") from None
    except OSError:
        raise FileFault("not_found") from None
    if not content:
        raise FileFault("is_empty")
    return content


def find_kind(content: bytes) -> str:
    """The kind of a file, empty for an unknown one."""
    for magic, kind in MAGIC:
        if content.startswith(magic):
            return kind
    if content.startswith(OLE_MAGIC):
        return _ole(content)
    head = content[:SNIFFED].replace(b"\0", b"").lower()
    for mark, kind in MARKUP:
        if mark in head:
            return kind
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return TEXT if wide or b"\0" not in content[:SNIFFED] else ""


def find_refusal(kind: str) -> FileFault:
    """The fault to raise for a file of a kind that is no workbook."""
    if kind in RESAVED:
        return FileFault("old_format", format=kind)
    return FileFault("not_workbook", "known" if kind else "", format=kind)


def _ole(content: bytes) -> str:
    """An OLE file's kind by the streams in its directory."""
    if _entry(content, "WordDocument") and WORD_CLASS in _entry(content, "Root Entry"):
        return "word"
    for name, kind in (*STREAMS, *OTHER_STREAMS):
        if _entry(content, name):
            return kind
    return ""


def _entry(content: bytes, name: str) -> bytes:
    """The directory entry of that name, as it is or in capitals; empty without one."""
    for written in (name, name.upper()):
        wanted = written.encode("utf-16-le") + bytes(2)
        offset = content.find(wanted)
        while offset >= 0:
            length = content[offset + 64 : offset + 66]
            if offset % ENTRY == 0 and length == len(wanted).to_bytes(2, "little"):
                return content[offset : offset + ENTRY]
            offset = content.find(wanted, offset + 2)
    return b""
