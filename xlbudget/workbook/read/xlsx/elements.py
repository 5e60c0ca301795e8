"""Elements of XML as bytes: attributes, texts, and what stands inside. Every pattern is found in a
time that grows with the length of the XML, however hostile it is."""

from __future__ import annotations

import html
import re
from functools import lru_cache

PREFIX = rb"(?:\w{1,20}:)?"
ATTRIBUTE = re.compile(rb"""\s([\w:]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')""")
YES = (b"1", b"true")


def read_attributes(text: bytes) -> dict[bytes, bytes]:
    """The attributes in a tag, prefixes dropped."""
    return {k.rpartition(b":")[2]: a or b for k, a, b in ATTRIBUTE.findall(text or b"")}


def decode_text(text: bytes) -> str:
    """A text of the XML as it is meant."""
    return html.unescape(text.decode("utf-8", "replace"))


def split_elements(xml: bytes, name: bytes) -> list[tuple[bytes, bytes]]:
    """The attributes and the inside of every element of that name, in order. One that is not
    closed ends where the next begins."""
    opening, closing = _tags(name)
    begins = list(opening.finditer(xml))
    ends = [*(begin.start() for begin in begins[1:]), len(xml)]
    elements = []
    for begin, end in zip(begins, ends, strict=False):
        inside = b"" if begin[0].endswith(b"/>") else xml[begin.end() : end]
        closed = closing.search(inside)
        elements.append((begin[1] or b"", inside[: closed.start()] if closed else inside))
    return elements


def find_element(xml: bytes, name: bytes) -> bytes:
    """The inside of the first element of that name; nothing where there is none."""
    opening, closing = _tags(name)
    begin = opening.search(xml)
    if not begin or begin[0].endswith(b"/>"):
        return b""
    end = closing.search(xml, begin.end())
    return xml[begin.end() : end.start()] if end else b""


@lru_cache(maxsize=32)
def _tags(name: bytes) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """The tags that begin and end an element."""
    return (
        re.compile(rb"<%b%b(\s[^<>]*?)?/?>" % (PREFIX, name)),
        re.compile(rb"</%b%b>" % (PREFIX, name)),
    )
