"""Keys for the blocks and cells of a budget, and the sheet cells they are read from."""

from __future__ import annotations

from typing import NamedTuple


class BlockKey(NamedTuple):
    """One table body: a form has one block, or two side by side (income, expenditure)."""

    form: str
    block: str


class CellKey(NamedTuple):
    """One amount of a budget: form, block, row id and amount column, all in the pack's words.

    A row id is the pack's row key (``grand_total``), a code (``2010301``; ``2010301#2`` where it
    stands twice) or, in rows without codes, the row's ordinal among them, the total not counted
    (``@3``).
    """

    form: str
    block: str
    row: str
    column: str


class SheetCell(NamedTuple):
    """A cell of a sheet: sheet name, row and column, both counted from 0."""

    sheet: str
    row: int
    column: int


def address(cell: SheetCell) -> str:
    """The cell as Excel writes it, ``表六!C7``; a sheet name is quoted where Excel quotes it."""
    return f"{sheet_name(cell.sheet)}!{column_letters(cell.column)}{cell.row + 1}"


def sheet_name(name: str) -> str:
    """A sheet's name as a reference writes it: in quotes where Excel requires them."""
    if name.replace("_", "").isalnum() and not name[:1].isdigit():
        return name
    return "'" + name.replace("'", "''") + "'"


def column_index(letters: str) -> int:
    """A → 0, z → 25, AA → 26."""
    column = 0
    for letter in letters.upper():
        column = 26 * column + ord(letter) - 64
    return column - 1


def column_letters(column: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
