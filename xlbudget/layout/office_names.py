"""Names of departments and units as people write them: with a level, or shortened."""

from __future__ import annotations

import re
from functools import lru_cache

from xlbudget.layout.normalize import normalize_text
from xlbudget.messages import load_messages

LEAST = 2
"""Characters of a name that may be the short form of another."""


@lru_cache(maxsize=4096)
def strip_own_level(name: str) -> str:
    """The name of the office whose own level (本级, 机关) this is, in normal form."""
    words = "|".join(load_messages()["consolidate"]["own_level"])
    return re.sub(rf"(?:（(?:{words})）|{words})$", "", normalize_text(name))


def may_be_same_office(name: str, other: str) -> bool:
    """Whether one name may be the other's short form (县府办 for 沁水县人民政府办公室): all of its
    characters stand in it in this order, whatever their level."""
    short, long = sorted((strip_own_level(name), strip_own_level(other)), key=len)
    rest = iter(long)
    return len(short) >= LEAST and all(character in rest for character in short)
