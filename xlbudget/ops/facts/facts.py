"""A budget as facts: one tidy row per figure, with its department, its meaning and its cell.

A blank gives no fact; a written zero does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal, localcontext
from typing import NamedTuple

from xlbudget.core.amount import format_plain
from xlbudget.core.budget import Row
from xlbudget.core.consolidation import Consolidation
from xlbudget.core.key import BlockKey, CellKey, SheetCell, column_letters
from xlbudget.core.reading import Reading
from xlbudget.ops.consolidate.contribution import rebuild_reading
from xlbudget.ops.facts.column_names import name_block, name_columns
from xlbudget.packs.model import Block, Pack
from xlbudget.packs.names import name_row

SANE = 400
"""The greatest decimal exponent of a figure that is written out in digits."""


class Fact(NamedTuple):
    """One figure.

    `amount` is exact and in 元; `printed` are its digits as the file shows them, in `printed_unit`.
    `unit` is the 单位 to which a row of an outline belongs, `level` the row's level there;
    `row_key` names the row within its block as `CellKey` does. `block_name` is filled where a
    form has several blocks. What a row or file does not state is empty.
    """

    pack: str
    place: str
    year: int
    department: str
    department_code: str
    file: str
    form: str = ""
    form_name: str = ""
    block: str = ""
    block_name: str = ""
    unit: str = ""
    row_key: str = ""
    level: str = ""
    code: str = ""
    name: str = ""
    government: str = ""
    column_key: str = ""
    column_name: str = ""
    amount: Decimal = Decimal(0)
    printed: str = ""
    printed_unit: str = ""
    sheet: str = ""
    cell: str = ""


def list_facts(pack: Pack, reading: Reading, file: str) -> Iterator[Fact]:
    """Every filled amount of one department's file, in the order of forms, rows and columns.

    `file` is the name of the file in the facts. A budget JSON has no cells: `sheet` and `cell` are
    empty. Raises KeyError where the budget names a block or a unit that the pack does not know.
    """
    budget = reading.budget
    whose = Fact(
        pack.name, pack.place, budget.year, budget.department, budget.department_code, file
    )
    for key, rows in budget.blocks.items():
        block = pack.blocks[key]
        of_block = whose._replace(
            form=key.form,
            form_name=pack.forms[key.form].sheet,
            block=key.block,
            block_name=name_block(pack, block),
            printed_unit=budget.unit_of(key.form),
        )
        for unit, row in _under_units(pack, block, rows):
            yield from _of_row(pack, reading, row, _with_row(pack, block, row, unit, of_block))


def list_source_facts(pack: Pack, county: Consolidation) -> Iterator[Fact]:
    """Every figure of every source of a sum, each source under its own file."""
    for source, load in county.parts:
        reading = rebuild_reading(pack, load(), source.department, source.code)
        yield from list_facts(pack, reading, source.file)


def _with_row(pack: Pack, block: Block, row: Row, unit: str, fact: Fact) -> Fact:
    """The fact with the fields that describe the row filled in."""
    return fact._replace(
        unit=unit,
        row_key=row.id,
        level=row.level,
        code=row.code or _code(pack, block, row),
        name=_name(pack, block, row),
        government=row.government,
    )


def _of_row(pack: Pack, reading: Reading, row: Row, fact: Fact) -> Iterator[Fact]:
    names = name_columns(pack, pack.blocks[BlockKey(fact.form, fact.block)])
    yuan = pack.yuan(fact.printed_unit)
    for column, amount in row.amounts.items():
        sheet, cell = _address(reading.locate(CellKey(fact.form, fact.block, row.id, column)))
        yield fact._replace(
            column_key=column,
            column_name=names[column],
            amount=convert_to_yuan(amount, yuan),
            printed=_printed(amount),
            sheet=sheet,
            cell=cell,
        )


def convert_to_yuan(amount: Decimal, yuan: int) -> Decimal:
    """The exact amount in 元, however long; `yuan` is the number of 元 in its unit."""
    with localcontext() as context:
        context.prec = len(amount.as_tuple().digits) + len(str(yuan))
        return amount * yuan


def _printed(amount: Decimal) -> str:
    """The digits as the file has them; a figure of absurd size (1E-99999999) stays short."""
    exponent = amount.as_tuple().exponent
    return (
        format_plain(amount) if isinstance(exponent, int) and abs(exponent) < SANE else str(amount)
    )


def _address(cell: SheetCell | None) -> tuple[str, str]:
    """Sheet and address within it (``C7``); both empty where the file has no cells."""
    if cell is None:
        return "", ""
    return cell.sheet, f"{column_letters(cell.column)}{cell.row + 1}"


def _name(pack: Pack, block: Block, row: Row) -> str:
    """The row's printed label, or its name as the file has it."""
    return name_row(pack, block, row.id) if row.id in block.labels else row.name


def _code(pack: Pack, block: Block, row: Row) -> str:
    """The code that a printed row stands for, as the classes of 表一 do."""
    known = row.id in block.labels and any(row.id in c.names for c in pack.catalogues.values())
    return row.id if known else ""


def _under_units(pack: Pack, block: Block, rows: Sequence[Row]) -> Iterator[tuple[str, Row]]:
    """Each row with the name of the unit that it is or belongs to."""
    level = pack.words["unit_level"]
    above = block.levels[: block.levels.index(level)] if level in block.levels else block.levels
    unit = ""
    for row in rows:
        if row.level == level:
            unit = row.name
        elif row.level in above:
            unit = ""
        yield unit if row.level else "", row
