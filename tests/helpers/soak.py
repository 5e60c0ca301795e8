"""How much of a long test runs: all of it in `make soak`, a part in `make test`.

A part is spread evenly over the whole and always the same, so that what fails once fails again.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

SOAK = "SOAK" in os.environ
Item = TypeVar("Item")


def part_of(everything: Sequence[Item], share: int) -> Sequence[Item]:
    """One in `share` of them; all of them in a soak."""
    return everything if SOAK else everything[::share]


def number_of(most: int, share: int) -> int:
    """So many examples in a soak, one in `share` otherwise."""
    return most if SOAK else most // share
