"""Files around a workbook: locked with a password, and of old formats."""

from __future__ import annotations

from io import BytesIO

from msoffcrypto.format.ooxml import OOXMLFile


def locked(content: bytes, password: str) -> bytes:
    written = BytesIO()
    OOXMLFile(BytesIO(content)).encrypt(password, written)
    return written.getvalue()


def ole(*streams: str) -> bytes:
    """The start of an OLE file and a directory that names these streams."""
    entries = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0")
        + (2 * len(name) + 2).to_bytes(2, "little")
        + bytes(62)
        for name in streams
    )
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0") + entries
