"""Facts as a parquet file, which DuckDB, pandas and Excel (Power Query) read.

The facts go through a file of JSON lines beside the target: DuckDB reads it at once, every text
comes through unchanged, and memory use stays the same for a hundred facts and for a million.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterable
from decimal import Decimal
from errno import EIO
from pathlib import Path
from typing import TextIO

from xlbudget.core.amount import format_plain
from xlbudget.ops.facts.facts import Fact

DIGITS, DECIMALS = 18, 2
"""An amount in 元 and 分 that DuckDB keeps in eight bytes; longer ones take sixteen."""
MOST_DIGITS = 38

SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,  # the same facts give the same bytes
    "memory_limit": "150MB",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
ROWS_TOGETHER = 61440
TEXT_TYPE, YEAR_TYPE = "VARCHAR", "INTEGER"
YEAR, AMOUNT = "year", "amount"


class TooLong(Exception):
    """An amount (`fact.amount`) has more digits than a parquet file can hold exactly."""

    def __init__(self, fact: Fact) -> None:
        super().__init__(fact.printed[:80])
        self.fact = fact


class _Room:
    """The digits that the amounts seen so far need before and after the point."""

    def __init__(self) -> None:
        self.whole = self.decimals = 0

    def take(self, fact: Fact, digits: str) -> None:
        whole, _, decimals = digits.lstrip("-").partition(".")
        self.whole = max(self.whole, len(whole))
        self.decimals = max(self.decimals, len(decimals.rstrip("0")))
        if self.whole + max(self.decimals, DECIMALS) > MOST_DIGITS:
            raise TooLong(fact)

    def type(self) -> str:
        decimals = max(self.decimals, DECIMALS)
        digits = DIGITS if self.whole + decimals <= DIGITS else MOST_DIGITS
        return f"DECIMAL({digits},{decimals})"


def write_facts(facts: Iterable[Fact], target: Path) -> int:
    """Write the facts, in their order, to a parquet file, and give their number.

    Amounts are DECIMAL(18,2), wider only where a figure needs it; the year is an integer, all else
    text. The same facts give the same bytes. An existing file is overwritten. Raises TooLong, and
    OSError where the folder cannot be written.
    """
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder:
        lines = Path(folder) / "facts.json"
        with lines.open("w", encoding="utf-8", errors="replace") as file:
            count, amount_type = _spool(facts, file)
        made = Path(folder) / "facts.parquet"
        _convert(lines, made, amount_type)
        made.replace(target)
    return count


def _spool(facts: Iterable[Fact], file: TextIO) -> tuple[int, str]:
    """Write one JSON line per fact, under short keys; gives their number, and the type that holds
    every amount."""
    room, count, amount_index = _Room(), 0, Fact._fields.index(AMOUNT)
    keys = _keys()
    encode = json.JSONEncoder(ensure_ascii=False).encode
    for fact in facts:
        values: list[str | int | Decimal] = list(fact)
        values[amount_index] = digits = _digits(fact)
        room.take(fact, digits)
        file.write(encode(dict(zip(keys, values, strict=True))) + "\n")
        count += 1
    return count, room.type()


def _digits(fact: Fact) -> str:
    """The amount in digits. Raises TooLong for one of absurd size before it is written out."""
    if not fact.amount:
        return "0"
    if abs(fact.amount.adjusted()) > MOST_DIGITS:
        raise TooLong(fact)
    return format_plain(fact.amount)


def _keys() -> list[str]:
    return [f"c{number}" for number in range(len(Fact._fields))]


def _convert(lines: Path, made: Path, amount_type: str) -> None:
    """Convert the lines to parquet. Raises OSError where DuckDB fails: disk, memory."""
    import duckdb

    special = {YEAR: YEAR_TYPE, AMOUNT: amount_type}
    fields = list(zip(_keys(), Fact._fields, strict=True))
    types = ", ".join(f"{key}: '{special.get(field, TEXT_TYPE)}'" for key, field in fields)
    names = ", ".join(f"{key} AS {field}" for key, field in fields)
    statement = (
        f"COPY (SELECT {names} FROM read_json({quote_sql(match_only(lines))},"
        f" format = 'newline_delimited', columns = {{{types}}})) TO {quote_sql(made)}"
        f" (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE {ROWS_TOGETHER})"
    )
    settings = {**SETTINGS, "temp_directory": str(lines.parent)}
    try:
        with duckdb.connect(":memory:", config=settings) as connection:
            connection.execute(statement)
    except duckdb.Error as error:
        raise OSError(EIO, str(error)) from None


def match_only(path: Path) -> str:
    """The path as a pattern that matches nothing else: a folder may be called ``[2025]``."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def quote_sql(text: Path | str) -> str:
    """A text as an SQL literal."""
    return "'" + str(text).replace("'", "''") + "'"
