"""The review of a consolidated workbook: a line a constraint, a formula over the cells themselves.

How far the sides may be apart is fixed by how many roundings are behind them (RULES.md,
Tolerance), which the cells alone do not show.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from xlbudget.core.budget import Budget
from xlbudget.core.constraint import AT_MOST, Constraint, Term
from xlbudget.core.finding import ERROR, NOTE, WARNING
from xlbudget.core.key import BlockKey, CellKey, Place, address, column_letters, sheet_name
from xlbudget.core.tolerance import HELD, ROUNDING, UNDECIDED
from xlbudget.layout.plan import HEADING, TITLE, SheetPlan
from xlbudget.messages import load_messages
from xlbudget.packs.model import TOTAL, Pack
from xlbudget.rules.confront import ONE_UNIT, Judged, severity_of
from xlbudget.rules.wording import worded
from xlbudget.workbook.live.review import (
    APART,
    BODY_ROW,
    GOES_TO,
    HEAD_ROW,
    HINT_ROW,
    LEFT_SIDE,
    MUST,
    NUMBER,
    RIGHT_SIDE,
    RULE_ID,
    SHEET,
    STATED,
    TITLE_ROW,
    VERDICT_ROW,
    colour_states,
    lay_out_review,
)
from xlbudget.workbook.xlsx.formula import Formula, number, quoted
from xlbudget.workbook.xlsx.package import Later, Sheet, pieces_of
from xlbudget.workbook.xlsx.row_xml import (
    FIGURE,
    FORMULA,
    SPOKEN,
    TEXT,
    row_pattern,
    row_xml,
    text_xml,
)
from xlbudget.workbook.xlsx.styles import LINK, PLAIN, STATE, WORDS, Formats

LINES = 2_000
"""Lines at most: the gravest, then those nearest to the totals. The others are counted."""
LONGEST = 8_000
"""Characters of a formula; Excel takes 8192. A longer sum is written as its value."""


class Line(NamedTuple):
    """One constraint in words and formulas: form's sheet, rule, sentence, both sides, how far
    apart they are and how many roundings are behind them, the word for a breach and for its state
    now."""

    sheet: str
    rule: str
    says: str
    left: Formula
    right: Formula
    apart: float | int
    at_most: bool
    roundings: int
    broken: str
    state: str
    link: str


class Tally(NamedTuple):
    """All lines; `more` constraints are not among them, `empty` forms have no amounts."""

    words: Mapping[str, Any]
    name: str
    lines: tuple[Line, ...]
    more: int
    empty: frozenset[str]

    def standing(self, sheet: str, state: str) -> Formula:
        """How many lines of a form are in a state (all forms where `sheet` is empty)."""
        states = self._column(STATED)
        mine = [line for line in self.lines if not sheet or line.sheet == sheet]
        value = sum(line.state == state for line in mine)
        if not sheet:
            return Formula(f"COUNTIF({states},{quoted(state)})", value)
        both = f"({self._column(SHEET)}={quoted(sheet)})*({states}={quoted(state)})"
        return Formula(f"SUMPRODUCT({both})", value)

    @property
    def verdict(self) -> Formula:
        """通过 or 不通过, and how many lines are in each state."""
        words = self.words
        states = {ERROR: words["states"][ERROR], WARNING: words["states"][WARNING]}
        states |= {NOTE: words["states"][NOTE], "": words["states"][""]}
        counts = {kind: self.standing("", state) for kind, state in states.items()}
        wrong = counts[ERROR]
        passed, failed = quoted(words["passed"]), quoted(words["failed"])
        text = f"IF({wrong.text}>0,{failed},{passed})"
        value = words["failed" if wrong.value else "passed"]
        for kind, name in words["review"]["counts"].items():
            count = counts.get(kind, Formula(str(len(self.lines)), len(self.lines)))
            text += f"&{quoted(f'　{name} ')}&{count.text}"
            value += f"　{name} {count.value}"
        if self.more:
            rest = "　" + words["review"]["more"].format(count=self.more)
            text, value = f"{text}&{quoted(rest)}", value + rest
        return Formula(text, value)

    def _column(self, column: int) -> str:
        letters = column_letters(column)
        first, last = BODY_ROW + 1, BODY_ROW + max(len(self.lines), 1)
        return f"{sheet_name(self.name)}!${letters}${first}:${letters}${last}"


def tally_of(
    pack: Pack, budget: Budget, plans: Sequence[SheetPlan], judged: Iterable[Judged], count: int
) -> Tally:
    """The lines of the constraints that were decided, in the order of the forms; there are
    `count` of them, perhaps more than are given."""
    words = load_messages()["book"]
    decided = (one for one in judged if one.verdict.outcome != UNDECIDED)
    chosen = sorted(decided, key=lambda one: _rank(pack, one))[:LINES]
    order = list(pack.forms)
    chosen.sort(key=lambda one: order.index(one.constraint.cells()[0].form))
    amounts = dict(budget.amounts())
    names = {(key, row.id): row.name for key, rows in budget.blocks.items() for row in rows}
    by_form = {planned.form.key: planned for planned in plans}
    factors = {form: _factor(pack, budget, form) for form in pack.forms}
    writer = _Writer(pack, by_form, amounts, names, factors)
    filled = {cell.form for cell, amount in amounts.items() if amount}
    return Tally(
        words,
        words["sheets"]["review"],
        tuple(writer.line(one) for one in chosen),
        count - len(chosen),
        frozenset(pack.forms.keys() - filled),
    )


def _factor(pack: Pack, budget: Budget, form: str) -> Decimal:
    """How many of the budget's units a form's unit is."""
    own, common = budget.unit_of(form), budget.unit
    return Decimal(pack.yuan(own)) / pack.yuan(common)


def _rank(pack: Pack, one: Judged) -> tuple[bool, int, int]:
    """What does not hold first; then totals before classes before what is below them; then in the
    order of the rules."""
    first = one.constraint.cells()[0]
    block = pack.blocks[BlockKey(first.form, first.block)]
    depth = 0 if first.row in block.row_keys or first.row == TOTAL else len(first.row)
    return one.verdict.outcome in (HELD, ROUNDING), depth, one.instance.shape


class _Writer(NamedTuple):
    """Turns constraints into lines. `amounts` are in the unit of their forms, `names` are those of
    open rows, `factors` how many of the budget's units each form's unit is."""

    pack: Pack
    plans: Mapping[str, SheetPlan]
    amounts: Mapping[CellKey, Decimal]
    names: Mapping[tuple[BlockKey, str], str]
    factors: Mapping[str, Decimal]

    def line(self, one: Judged) -> Line:
        """A constraint in words and formulas."""
        constraint, verdict = one.constraint, one.verdict
        first = constraint.cells()[0]
        states = load_messages()["book"]["states"]
        rule = self.pack.rules[constraint.rule]
        broken = rule.parts[constraint.part].severity or rule.severity_of("")
        if verdict.outcome == ONE_UNIT:
            broken = WARNING
        return Line(
            self.pack.forms[first.form].sheet,
            constraint.rule,
            self.says(constraint),
            *self.sides(constraint),
            constraint.relation == AT_MOST,
            verdict.filled,
            states[broken],
            states[severity_of(self.pack, constraint, verdict)],
            self.address(constraint),
        )

    def says(self, constraint: Constraint) -> str:
        """What must hold, in the rule's sentence."""
        rule, first = self.pack.rules[constraint.rule], constraint.cells()[0]
        block = BlockKey(first.form, first.block)

        def called(word: str, value: str) -> str:
            if word in ("class", "code") and value != TOTAL:
                names = (c.names[value] for c in self.pack.catalogues.values() if value in c.names)
                return f"{value} {next(names, '')}".strip()
            label = self.pack.blocks[block].labels.get(value)
            return label or self.names.get((block, value)) or self.pack.words["columns"][TOTAL]

        part = rule.parts[constraint.part]
        return worded(self.pack, part, rule, constraint.about, block, called)

    def address(self, constraint: Constraint) -> str:
        """Where the first of its figures stands."""
        for cell in constraint.cells():
            block = BlockKey(cell.form, cell.block)
            row = self.plans[cell.form].rows.get((block, cell.row))
            if row is not None:
                column = self.plans[cell.form].columns[block, cell.column]
                return address(Place(self.pack.forms[cell.form].sheet, row, column))
        return ""

    def sides(self, constraint: Constraint) -> tuple[Formula, Formula, float | int]:
        """Both sides, and how far they are apart."""
        left, right = (
            sum((self.amount(term) for term in terms), Decimal(0))
            for terms in (constraint.left, constraint.right)
        )
        return (
            self.side(constraint.left, left),
            self.side(constraint.right, right),
            number(left - right),
        )

    def side(self, terms: Sequence[Term], value: Decimal) -> Formula:
        """The sum of one side, cells of one column as ranges."""
        groups: dict[tuple[str, int, int], list[int]] = {}
        for coefficient, cell in terms:
            planned, block = self.plans[cell.form], BlockKey(cell.form, cell.block)
            row = planned.rows.get((block, cell.row))
            if row is not None:
                group = cell.form, planned.columns[block, cell.column], coefficient
                groups.setdefault(group, []).append(row)
        pieces = [self.piece(*group, rows) for group, rows in groups.items()]
        text = "+".join(pieces).replace("+-", "-") or "0"
        return Formula(text if len(text) <= LONGEST else str(number(value)), number(value))

    def piece(self, form: str, column: int, coefficient: int, rows: list[int]) -> str:
        """So many times the cells of a column."""
        sheet, letters = sheet_name(self.pack.forms[form].sheet), column_letters(column)
        texts = []
        for _, run in groupby(enumerate(sorted(rows)), key=lambda item: item[1] - item[0]):
            lines = [row + 1 for _, row in run]
            cells = f"{sheet}!{letters}{lines[0]}"
            alone = len(lines) == 1
            texts.append(cells if alone else f"SUM({cells}:{letters}{lines[-1]})")
        times, text = self.times(form, coefficient), "+".join(texts)
        return times + (text if len(texts) == 1 or not times else f"({text})")

    def times(self, form: str, coefficient: int) -> str:
        """The factor before a form's cells, which may be in another unit than the budget."""
        factor = abs(coefficient) * self.factors[form]
        sign = "-" if coefficient < 0 else ""
        return sign if factor == 1 else f"{sign}{factor.normalize():f}*"

    def amount(self, term: Term) -> Decimal:
        """A term's value in the budget's unit."""
        amount = self.amounts.get(term.cell, Decimal(0))
        return term.coefficient * amount * self.factors[term.cell.form]


def write_tally(sheet: Sheet, tally: Tally, formats: Formats) -> None:
    """Write the sheet."""
    words = tally.words
    head, size = words["review"], len(tally.lines)
    lay_out_review(sheet, max(size, 1))
    style = formats.cell(STATE)
    sheet.merge_range(TITLE_ROW, 0, TITLE_ROW, GOES_TO, head["title"], formats.cell(TITLE))
    sheet.merge_range(VERDICT_ROW, 0, VERDICT_ROW, GOES_TO, "", style)
    sheet.put(VERDICT_ROW, 0, tally.verdict, style)
    sheet.merge_range(HINT_ROW, 0, HINT_ROW, GOES_TO, head["hint"], formats.cell(WORDS))
    for column, heading in enumerate(head["headings"]):
        sheet.write_string(HEAD_ROW, column, heading, formats.cell(HEADING))
    _write_lines(sheet, words, tally.lines, formats)
    colour_states(sheet, words, max(size, 1), formats)
    sheet.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})


COLUMNS = (
    (NUMBER, PLAIN, 0, FIGURE),
    (SHEET, PLAIN, 0, TEXT),
    (RULE_ID, PLAIN, 0, TEXT),
    (MUST, PLAIN, 0, TEXT),
    (LEFT_SIDE, PLAIN, 2, FORMULA),
    (RIGHT_SIDE, PLAIN, 2, FORMULA),
    (APART, PLAIN, 2, FORMULA),
    (STATED, STATE, 0, SPOKEN),
    (GOES_TO, LINK, 0, SPOKEN),
)
"""Of each column its style, with how many decimals, and what it holds, from left to right."""


def _write_lines(
    sheet: Sheet, words: Mapping[str, Any], lines: Sequence[Line], formats: Formats
) -> None:
    styled = sorted(
        (column, formats.index(role, 0, n), holds) for column, role, n, holds in COLUMNS
    )
    pattern = row_pattern(styled)

    def rows() -> Iterator[str]:
        for place, line in enumerate(lines):
            row = BODY_ROW + place
            yield row_xml(pattern, row, tuple(map(text_xml, _said(words, place, row, line))))

    if lines:
        later = Later(BODY_ROW, BODY_ROW + len(lines), lambda: pieces_of(rows()))
        sheet.rows_later(later, GOES_TO)


def _said(words: Mapping[str, Any], place: int, row: int, line: Line) -> Iterator[str]:
    """What a line says in its columns, from left to right."""
    left, right = (f"{column_letters(column)}{row + 1}" for column in (LEFT_SIDE, RIGHT_SIDE))
    yield from (str(place + 1), line.sheet, line.rule, line.says)
    for formula in (line.left, line.right, Formula(f"ROUND({left}-{right},2)", line.apart)):
        yield from (formula.text, f"{formula.value:.16G}")
    yield from (_state(words["states"], line, left, right), line.state)
    yield from (f"HYPERLINK({quoted('#' + line.link)},{quoted(line.link)})", line.link)


def _state(states: Mapping[str, str], line: Line, left: str, right: str) -> str:
    """The word for how far the sides are apart, by the intervals of RULES.md."""
    units = f"ROUND(100*ABS({left}-{right}),0)"
    held, near, doubtful = (quoted(states[kind]) for kind in ("", NOTE, WARNING))
    count = line.roundings
    close = f"IF(OR({units}=1,3*{units}*{units}<={4 * count}),{near},{doubtful})"
    text = f"IF({units}=0,{held},IF(2*{units}>={count},{quoted(line.broken)},{close}))"
    return f"IF({left}<={right},{held},{text})" if line.at_most else text
