"""Styles in which a figure is not seen as it is, of cells and of conditional formats: letters of
the colour of their ground, too small to read, struck through, or repeated over the cell's width."""

from __future__ import annotations

import re
from collections.abc import Sequence

from xlbudget.workbook.read.xlsx.elements import (
    PREFIX,
    YES,
    find_element,
    read_attributes,
    split_elements,
)

COLOUR = re.compile(rb"<%bcolor(\s[^<>]*)>" % PREFIX)
FILL_COLOUR = re.compile(rb"<%bfgColor(\s[^<>]*)>" % PREFIX)
ADDED_COLOUR = re.compile(rb"<%bbgColor(\s[^<>]*)>" % PREFIX)
PATTERN = re.compile(rb"patternType\s*=\s*[\"'](\w+)")
SIZE = re.compile(rb"<%bsz\s+val=[\"'](\d{1,6}(?:\.\d{1,9})?)" % PREFIX)
STRUCK = re.compile(rb"<%bstrike(\s[^<>]*)?/?>" % PREFIX)
REPEATED = re.compile(rb"horizontal\s*=\s*[\"']fill[\"']")
SHOWS_NOTHING = re.compile(rb"formatCode=[\"'](?:;;;?|&quot;&quot;)")

LEAST_SIZE = 4.0
"""Points of letters that can still be read."""
LEAST_CONTRAST = 1.3
"""The contrast of letters and ground (WCAG 2, relative luminance) below which they are not seen;
the lightest grey that people print with has some 1.4."""
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
THEME = {0: WHITE, 1: BLACK, 2: (0xEE, 0xEC, 0xE1), 3: (0x1F, 0x49, 0x7D)}
"""The first colours of the usual themes; the others are of middle lightness."""
MIDDLE = (0x80, 0x80, 0x80)
INDEXED = {
    1: WHITE,
    9: WHITE,
    65: WHITE,
    26: (255, 255, 0xCC),
    27: (0xCC, 255, 255),
    41: (0xCC, 255, 255),
    42: (0xCC, 255, 0xCC),
    43: (255, 255, 0x99),
    0: BLACK,
    8: BLACK,
    64: BLACK,
}
"""The lightest and the darkest of the indexed colours (ECMA-376, 18.8.27)."""

Colour = tuple[int, int, int]


def find_unseen(xml: bytes, styles: Sequence[tuple[bytes, bytes]]) -> frozenset[int]:
    """The numbers of those cell styles (the attributes and the inside of each) in which nothing is
    seen, by the fonts and fills of the part with the styles."""
    fonts = [_letters(font) for _, font in split_elements(find_element(xml, b"fonts"), b"font")]
    fills = [_ground(fill) for _, fill in split_elements(find_element(xml, b"fills"), b"fill")]
    unseen = set()
    for place, (attrs, inside) in enumerate(styles):
        said = read_attributes(attrs)
        letters = _chosen(fonts, said.get(b"fontId", b"0"), BLACK)
        ground = _chosen(fills, said.get(b"fillId", b"0"), WHITE) or WHITE
        if _is_faint(letters, ground) or REPEATED.search(inside):
            unseen.add(place)
    return frozenset(unseen)


def find_unseen_looks(xml: bytes) -> frozenset[int]:
    """The numbers of the looks that conditional formats add in which nothing is seen: faint or
    struck letters, or a number format that shows nothing."""
    looks = split_elements(find_element(xml, b"dxfs"), b"dxf")
    return frozenset(
        place
        for place, (_, look) in enumerate(looks)
        if _is_faint(_letters(look), _added_ground(look)) or SHOWS_NOTHING.search(look)
    )


def _is_faint(letters: Colour | None, ground: Colour) -> bool:
    return letters is None or _contrast(letters, ground) < LEAST_CONTRAST


def _chosen(of: Sequence[Colour | None], number: bytes, usual: Colour) -> Colour | None:
    place = int(number) if number.isdigit() and len(number) < 9 else -1
    return of[place] if 0 <= place < len(of) else usual


def _letters(font: bytes) -> Colour | None:
    """The colour of a font; None for one that nobody reads as it stands."""
    size = SIZE.search(font)
    struck = STRUCK.search(font)
    if size and float(size[1]) < LEAST_SIZE:
        return None
    if struck and read_attributes(struck[1]).get(b"val", b"1") in YES:
        return None
    colour = COLOUR.search(font)
    return _colour(colour[1], BLACK) if colour else BLACK


def _ground(fill: bytes) -> Colour:
    """The colour of a fill; a pattern is as its dots."""
    pattern = PATTERN.search(fill)
    if not pattern or pattern[1] in (b"none", b"gray125", b"gray0625"):
        return MIDDLE if b"gradientFill" in fill else WHITE
    colour = FILL_COLOUR.search(fill)
    return _colour(colour[1], BLACK) if colour else BLACK


def _added_ground(look: bytes) -> Colour:
    """The colour of the fill that a conditional format adds, paper's where it adds none."""
    pattern, added = PATTERN.search(look), ADDED_COLOUR.search(look)
    if added and (not pattern or pattern[1] == b"solid"):
        return _colour(added[1], WHITE)
    return _ground(look)


def _colour(attrs: bytes, usual: Colour) -> Colour:
    said = read_attributes(attrs)
    found = usual
    if re.fullmatch(rb"[0-9A-Fa-f]{6,8}", said.get(b"rgb", b"")):
        digits = said[b"rgb"][-6:]
        found = (int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16))
    elif said.get(b"theme", b"").isdigit():
        found = THEME.get(int(said[b"theme"][:4]), MIDDLE)
    elif said.get(b"indexed", b"").isdigit():
        found = INDEXED.get(int(said[b"indexed"][:4]), MIDDLE)
    return _tinted(found, said.get(b"tint", b""))


def _tinted(colour: Colour, tint: bytes) -> Colour:
    """The colour made lighter or, below nothing, darker (ECMA-376, 18.8.19)."""
    if not re.fullmatch(rb"-?\d*\.?\d+", tint):
        return colour
    by = max(min(float(tint), 1.0), -1.0)
    to = 255 if by > 0 else 0
    red, green, blue = (round(part + (to - part) * abs(by)) for part in colour)
    return red, green, blue


def _contrast(one: Colour, other: Colour) -> float:
    light, dark = sorted(map(_luminance, (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    parts = (part / 255 for part in colour)
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
