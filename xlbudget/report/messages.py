"""The words of a finding: the pack's sentence, filled with the names printed on the forms."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from xlbudget.core.amount import count_decimals, round_as_displayed
from xlbudget.core.budget import Row
from xlbudget.core.cause import AnyRepair, BlockRepair, RowRepair
from xlbudget.core.constraint import AT_MOST
from xlbudget.core.finding import Comparison, Finding
from xlbudget.core.key import BlockKey, CellKey, SheetCell, address
from xlbudget.core.reading import Reading
from xlbudget.core.tolerance import BROKEN
from xlbudget.messages import load_messages
from xlbudget.ops.locate.typing_errors import MISSING, UNREAD
from xlbudget.packs.model import TOTAL, Pack, Rule
from xlbudget.packs.names import name_code, name_row
from xlbudget.rules.wording import Blanks, name_column, render_sentence


def format_money(amount: Decimal) -> str:
    """An amount for people: with thousands separators and at least two decimals."""
    return f"{round_as_displayed(amount, max(2, count_decimals(amount.normalize()))):,f}"


@dataclass(frozen=True)
class Namer:
    """Names of forms, rows and columns as printed, for one reading."""

    pack: Pack
    reading: Reading | None

    @cached_property
    def _rows(self) -> Mapping[tuple[str, str, str], Row]:
        if self.reading is None:
            return {}
        blocks = self.reading.budget.blocks.items()
        return {(*key, row.id): row for key, rows in blocks for row in rows}

    def form(self, form: str) -> str:
        """The form's sheet name (表六); "" for a finding about no form."""
        return self.pack.forms[form].sheet if form in self.pack.forms else ""

    def stands(self, cell: CellKey) -> bool:
        """Whether the cell's row is present in its form (a fixed row always is)."""
        block = self.pack.blocks[BlockKey(cell.form, cell.block)]
        return cell.row in block.row_keys or (cell.form, cell.block, cell.row) in self._rows

    def is_printed(self, cell: CellKey) -> bool:
        """Whether the cell's row has a place in the user's file."""
        return self.reading is not None and self.reading.locate(cell) is not None

    def row(self, cell: CellKey) -> str:
        """The row's printed name: 基本工资, 合计, or the code of a row that is not there."""
        block = self.pack.blocks[BlockKey(cell.form, cell.block)]
        row = self._rows.get((cell.form, cell.block, cell.row))
        written = (row.name or row.code) if row else ""
        return show_marks(name_row(self.pack, block, cell.row, written))

    def code(self, cell: CellKey) -> str:
        """The code of the row in the file; "" where it has none."""
        row = self._rows.get((cell.form, cell.block, cell.row))
        return row.code if row else ""

    def column(self, cell: CellKey) -> str:
        """The column's printed heading, in words where the heading is only a year."""
        return name_column(self.pack, BlockKey(cell.form, cell.block), cell.column)

    def where(self, cell: CellKey) -> str:
        """The address in the user's file, or the form where the file has no such cell."""
        sheet_cell = self.reading.locate(cell) if self.reading else None
        return show_marks(address(sheet_cell)) if sheet_cell else self.form(cell.form)

    def cell_address(self, cell: CellKey | SheetCell) -> str:
        """The address in the user's file, or the names where the file has no cells."""
        if isinstance(cell, SheetCell):
            return show_marks(address(cell))
        sheet_cell = self.reading.locate(cell) if self.reading else None
        if sheet_cell is not None:
            return show_marks(address(sheet_cell))
        return f"{self.form(cell.form)} {self.row(cell)}·{self.column(cell)}"


def name_cells(namer: Namer, finding: Finding) -> list[str]:
    """The finding's cells as Excel writes them, the cell at fault first; rows that are not in the
    file are left out."""
    cells = [c for c in finding.cells if isinstance(c, SheetCell) or namer.stands(c)]
    return list(dict.fromkeys(namer.cell_address(cell) for cell in cells))


def describe_finding(namer: Namer, finding: Finding) -> str:
    """One sentence on what is wrong, with both figures and the difference."""
    rule = namer.pack.rules[finding.rule]
    if finding.constraint is None or finding.figures is None:
        return show_marks(rule.says_of(finding.case).format_map(Blanks(finding.facts)))
    says = describe_rule(namer, rule, finding)
    figures = finding.figures
    words = load_messages()["report"]
    template = words.get(figures.outcome, words["differs"])
    if figures.outcome == BROKEN and finding.constraint.relation == AT_MOST:
        template = words["exceeds"]
    return show_marks(str(template).format_map(Blanks(says=says, **_figures(figures))))


def show_marks(text: str) -> str:
    """The text with line breaks as spaces and marks that do not show by their number (〈U+202E〉):
    they would turn a line round, or steer a terminal."""
    if text.isprintable():
        return text
    return "".join(map(_show, text))


def _show(character: str) -> str:
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    return " " if character.isspace() else f"〈U+{ord(character):04X}〉"


def _figures(figures: Comparison) -> dict[str, str]:
    return {
        "left": format_money(figures.left),
        "right": format_money(figures.right),
        "residual": format_money(figures.residual),
        "bound": format_money(figures.bound),
        "count": str(figures.filled),
    }


def describe_rule(namer: Namer, rule: Rule, finding: Finding) -> str:
    """The sentence on what must hold, with the row, column, class or code that it is about."""
    constraint = finding.constraint
    assert constraint is not None
    first = constraint.cells()[0]

    def called(word: str, value: str) -> str:
        if word in ("class", "code"):
            return _code(namer, finding, value)
        return namer.row(first._replace(row=value))

    block = BlockKey(first.form, first.block)
    return render_sentence(
        namer.pack, rule.parts[constraint.part], rule, constraint.about, block, called
    )


def _code(namer: Namer, finding: Finding, code: str) -> str:
    """A code with the name that a form gives it."""
    assert finding.constraint is not None
    names = (namer.row(cell) for cell in finding.constraint.cells())
    written = next((name for name in names if name != code), "")
    return name_code(namer.pack, code, written.split("、", 1)[-1])


def describe_fix(namer: Namer, finding: Finding) -> str:
    """The sentence on what the user can do about a finding."""
    return show_marks(namer.pack.rules[finding.rule].fix.format_map(Blanks(finding.facts)))


def describe_repair(namer: Namer, repair: AnyRepair) -> str:
    """The sentence on a repair: the cell and its right value, or what to do with a row, and the
    likely slip."""
    if isinstance(repair, RowRepair):
        return _row_repair(namer, repair)
    words = load_messages()["report"]
    if isinstance(repair, BlockRepair):
        return str(words["block_repair"]).format(
            form=namer.form(repair.cell.form),
            first=namer.where(repair.cell),
            last=namer.where(repair.last),
            way=words["ways"][repair.slip],
        )
    case = "fill" if repair.old is None else "empty" if repair.new is None else "change"
    case = repair.slip if repair.slip in words["repair"] else case
    return str(words["repair"][case]).format(
        place=namer.where(repair.cell),
        name=f"{namer.row(repair.cell)}·{namer.column(repair.cell)}",
        old=format_money(repair.old) if repair.old is not None else "",
        new=format_money(repair.new) if repair.new is not None else "",
        slip=words["slips"][repair.slip],
    )


def _row_repair(namer: Namer, repair: RowRepair) -> str:
    words = load_messages()["report"]
    block = repair.cell[:2]
    kind = repair.slip
    if repair.row == TOTAL:
        kind = "blank_total" if namer.is_printed(repair.cell) else f"{kind}_total"
    elif not repair.row and repair.slip in (MISSING, UNREAD):
        kind = f"{kind}_some"
    place = namer.where if repair.row == TOTAL else namer.cell_address
    amounts = [
        words["amount"].format(
            column=name_column(namer.pack, BlockKey(*block), column), amount=format_money(amount)
        )
        for column, amount in repair.amounts
    ]
    return (
        str(words["row_repair"][kind])
        .format(
            place=place(repair.cell),
            name=namer.row(repair.cell),
            old=namer.code(repair.cell),
            row=_meant(namer, repair),
            under=namer.row(repair.cell._replace(row=repair.under or repair.cell.row)),
            amounts=words["list"].join(amounts),
            slip=words["slips"][repair.slip],
        )
        .replace("  ", " ")
    )


def _meant(namer: Namer, repair: RowRepair) -> str:
    """The name of the row that is meant: a code with its name, or the name of such rows."""
    pack, row = namer.pack, repair.row
    block = pack.blocks[BlockKey(*repair.cell[:2])]
    return name_code(pack, row) if block.codes else name_row(pack, block, row)
