"""The review of a consolidated workbook: a line for each constraint, formulas over the cells.

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
from xlbudget.core.key import BlockKey, CellKey, SheetCell, address, column_letters, sheet_name
from xlbudget.core.tolerance import HELD, ROUNDING, UNDECIDED, factor, last_decimal
from xlbudget.layout.plan import HEADING, TITLE, USUAL_DECIMALS, SheetPlan
from xlbudget.messages import load_messages
from xlbudget.packs.model import TOTAL, Pack
from xlbudget.packs.names import name_code, name_row
from xlbudget.rules.outcomes import ONE_UNIT, JudgedConstraint, decide_severity
from xlbudget.rules.wording import render_sentence
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
from xlbudget.workbook.xlsx.formula import (
    Formula,
    Outcomes,
    choose_outcome,
    multiply_by,
    quote_text,
    stored_number,
)
from xlbudget.workbook.xlsx.package import DeferredRows, FormulaSheet, encode_pieces
from xlbudget.workbook.xlsx.row_xml import (
    FIGURE,
    FORMULA,
    SPOKEN,
    TEXT,
    escape_text,
    fill_row,
    format_figure,
    make_row_pattern,
)
from xlbudget.workbook.xlsx.styles import LINK, PLAIN, STATE, WORDS, Formats

LINES = 2_000
"""Lines at most: the most severe, then those nearest to the totals. The others are counted."""
LONGEST = 8_000
"""Characters of a formula; Excel takes 8192. A longer sum is written as its value."""


class RoundingInterval(NamedTuple):
    """The intervals of both sides: how many units of the finest last decimal make one unit of the
    sides; in such units the sum of the widths of all roundings, of their squares, and the widest
    one (RULES.md, Tolerance)."""

    per_unit: Decimal
    bound: int
    squares: int
    widest: int


class ReviewLine(NamedTuple):
    """One constraint in words and formulas: form's sheet, rule, sentence, both sides in the unit of
    that form, their difference and its interval, the word for a breach and for its state now."""

    sheet: str
    rule: str
    sentence: str
    left: Formula
    right: Formula
    apart: float | int
    at_most: bool
    interval: RoundingInterval
    broken: str
    state: str
    link: str


class Review(NamedTuple):
    """All lines; `more` constraints are not among them, `empty` forms have no amounts."""

    words: Mapping[str, Any]
    name: str
    lines: tuple[ReviewLine, ...]
    more: int
    empty: frozenset[str]

    def state_count(self, sheet: str, state: str) -> Formula:
        """How many lines of a form are in a state (all forms where `sheet` is empty)."""
        states = self._column(STATED)
        mine = [line for line in self.lines if not sheet or line.sheet == sheet]
        value = sum(line.state == state for line in mine)
        if not sheet:
            return Formula(f"COUNTIF({states},{quote_text(state)})", value)
        both = f"({self._column(SHEET)}={quote_text(sheet)})*({states}={quote_text(state)})"
        return Formula(f"SUMPRODUCT({both})", value)

    @property
    def verdict(self) -> Formula:
        """通过 or 不通过, and how many lines are in each state."""
        words = self.words
        states = {ERROR: words["states"][ERROR], WARNING: words["states"][WARNING]}
        states |= {NOTE: words["states"][NOTE], "": words["states"][""]}
        counts = {kind: self.state_count("", state) for kind, state in states.items()}
        wrong = counts[ERROR]
        passed, failed = quote_text(words["passed"]), quote_text(words["failed"])
        text = f"IF({wrong.text}>0,{failed},{passed})"
        value = words["failed" if wrong.value else "passed"]
        for kind, name in words["review"]["counts"].items():
            count = counts.get(kind, Formula(str(len(self.lines)), len(self.lines)))
            text += f"&{quote_text(f'　{name} ')}&{count.text}"
            value += f"　{name} {count.value}"
        if self.more:
            rest = "　" + words["review"]["more"].format(count=self.more)
            text, value = f"{text}&{quote_text(rest)}", value + rest
        return Formula(text, value)

    def _column(self, column: int) -> str:
        letters = column_letters(column)
        first, last = BODY_ROW + 1, BODY_ROW + max(len(self.lines), 1)
        return f"{sheet_name(self.name)}!${letters}${first}:${letters}${last}"


def make_review(
    pack: Pack,
    budget: Budget,
    plans: Sequence[SheetPlan],
    judged: Iterable[JudgedConstraint],
    count: int,
) -> Review:
    """The lines of the constraints that were decided, in the order of the forms; `count` is their
    number, which may exceed that of `judged`."""
    words = load_messages()["book"]
    decided = (judgement for judgement in judged if judgement.verdict.outcome != UNDECIDED)
    chosen = sorted(decided, key=lambda judgement: _rank(pack, judgement))[:LINES]
    order = list(pack.forms)
    chosen.sort(key=lambda judgement: order.index(judgement.constraint.cells()[0].form))
    amounts = dict(budget.amounts())
    names = {(key, row.id): row.name for key, rows in budget.blocks.items() for row in rows}
    by_form = {planned.form.key: planned for planned in plans}
    units = {form: budget.unit_of(form) for form in pack.forms}
    writer = _Writer(pack, by_form, amounts, names, units, budget.roundings)
    filled = {cell.form for cell, amount in amounts.items() if amount}
    return Review(
        words,
        words["sheets"]["review"],
        tuple(writer.line(judgement) for judgement in chosen),
        count - len(chosen),
        frozenset(pack.forms.keys() - filled),
    )


def _rank(pack: Pack, judgement: JudgedConstraint) -> tuple[bool, int, int]:
    """The sort key of a line: what does not hold first; then totals, classes, what is below them;
    then the order of the rules."""
    first = judgement.constraint.cells()[0]
    block = pack.blocks[BlockKey(first.form, first.block)]
    depth = 0 if first.row in block.row_keys or first.row == TOTAL else len(first.row)
    return judgement.verdict.outcome in (HELD, ROUNDING), depth, judgement.instance.bound


class _Writer(NamedTuple):
    """Turns constraints into lines. `amounts` are in the `units` of their forms, `names` those of
    open rows, `roundings` how many rounded figures a cell is the sum of (one if not there)."""

    pack: Pack
    plans: Mapping[str, SheetPlan]
    amounts: Mapping[CellKey, Decimal]
    names: Mapping[tuple[BlockKey, str], str]
    units: Mapping[str, str]
    roundings: Mapping[CellKey, int]

    def line(self, judgement: JudgedConstraint) -> ReviewLine:
        """A constraint in words and formulas."""
        constraint, verdict = judgement.constraint, judgement.verdict
        first = constraint.cells()[0]
        states = load_messages()["book"]["states"]
        rule = self.pack.rules[constraint.rule]
        broken = rule.parts[constraint.part].severity or rule.severity_of("")
        if verdict.outcome == ONE_UNIT:
            broken = WARNING
        return ReviewLine(
            self.pack.forms[first.form].sheet,
            constraint.rule,
            self.sentence(constraint),
            *self.sides(constraint),
            constraint.relation == AT_MOST,
            self.interval(constraint),
            states[broken],
            states[decide_severity(self.pack, constraint, verdict)],
            self.address(constraint),
        )

    def sentence(self, constraint: Constraint) -> str:
        """What must hold, in the rule's sentence."""
        rule, first = self.pack.rules[constraint.rule], constraint.cells()[0]
        block = BlockKey(first.form, first.block)

        def called(word: str, value: str) -> str:
            if word in ("class", "code"):
                return name_code(self.pack, value)
            written = self.names.get((block, value), "")
            return name_row(self.pack, self.pack.blocks[block], value, written)

        part = rule.parts[constraint.part]
        return render_sentence(self.pack, part, rule, constraint.about, block, called)

    def address(self, constraint: Constraint) -> str:
        """The address of its first figure that is in a form, empty where there is none."""
        for cell in constraint.cells():
            block = BlockKey(cell.form, cell.block)
            row = self.plans[cell.form].rows.get((block, cell.row))
            if row is not None:
                column = self.plans[cell.form].columns[block, cell.column]
                return address(SheetCell(self.pack.forms[cell.form].sheet, row, column))
        return ""

    def sides(self, constraint: Constraint) -> tuple[Formula, Formula, float | int]:
        """Both sides in the unit of the form named first, and their difference."""
        unit = self.yuan(constraint.cells()[0])
        left, right = (
            sum((self.amount(term, unit) for term in terms), Decimal(0))
            for terms in (constraint.left, constraint.right)
        )
        return (
            self.side(constraint.left, unit, left),
            self.side(constraint.right, unit, right),
            stored_number(left - right),
        )

    def yuan(self, cell: CellKey) -> int:
        """How many 元 the unit of a cell's form is."""
        return self.pack.yuan(self.units[cell.form])

    def interval(self, constraint: Constraint) -> RoundingInterval:
        """The interval of the figures that are there now, each in its own unit."""
        lasts = []
        for coefficient, cell in constraint.terms():
            amount = self.amounts.get(cell)
            if amount:
                least = self.pack.least_decimals(self.units[cell.form])
                last = last_decimal(amount, self.yuan(cell), least)
                lasts.append((last, abs(coefficient) * self.roundings.get(cell, 1)))
        first = constraint.cells()[0]
        finest = min(
            (last for last, _ in lasts),
            default=last_decimal(Decimal(0), self.yuan(first), USUAL_DECIMALS),
        )
        widths = [(10 ** (last - finest), count) for last, count in lasts]
        return RoundingInterval(
            factor(self.yuan(first), finest),
            sum(width * count for width, count in widths),
            sum(width * width * count for width, count in widths),
            max((width for width, _ in widths), default=1),
        )

    def side(self, terms: Sequence[Term], unit: int, value: Decimal) -> Formula:
        """The sum of one side in units of `unit` 元, cells of one column as ranges."""
        groups: dict[tuple[str, int, int], list[int]] = {}
        for coefficient, cell in terms:
            planned, block = self.plans[cell.form], BlockKey(cell.form, cell.block)
            row = planned.rows.get((block, cell.row))
            if row is not None:
                group = cell.form, planned.columns[block, cell.column], coefficient
                groups.setdefault(group, []).append(row)
        pieces = [
            self.piece(
                form, column, Decimal(weight * self.pack.yuan(self.units[form])) / unit, rows
            )
            for (form, column, weight), rows in groups.items()
        ]
        text = "+".join(pieces).replace("+-", "-") or "0"
        return Formula(
            text if len(text) <= LONGEST else str(stored_number(value)), stored_number(value)
        )

    def piece(self, form: str, column: int, weight: Decimal, rows: list[int]) -> str:
        """`weight` times the sum of a column's cells."""
        sheet, letters = sheet_name(self.pack.forms[form].sheet), column_letters(column)
        texts = []
        for _, run in groupby(enumerate(sorted(rows)), key=lambda item: item[1] - item[0]):
            lines = [row + 1 for _, row in run]
            cells = f"{sheet}!{letters}{lines[0]}"
            alone = len(lines) == 1
            texts.append(cells if alone else f"SUM({cells}:{letters}{lines[-1]})")
        before, text = multiply_by(weight), "+".join(texts)
        return before + (text if len(texts) == 1 or not before else f"({text})")

    def amount(self, term: Term, unit: int) -> Decimal:
        """A term's value in units of `unit` 元."""
        amount = self.amounts.get(term.cell, Decimal(0))
        return term.coefficient * amount * self.yuan(term.cell) / unit


def write_county_review(sheet: FormulaSheet, review: Review, formats: Formats) -> None:
    """Write the sheet."""
    words = review.words
    head, size = words["review"], len(review.lines)
    lay_out_review(sheet, max(size, 1))
    style = formats.cell(STATE)
    sheet.merge_range(TITLE_ROW, 0, TITLE_ROW, GOES_TO, head["title"], formats.cell(TITLE))
    sheet.merge_range(VERDICT_ROW, 0, VERDICT_ROW, GOES_TO, "", style)
    sheet.write_cell_formula(VERDICT_ROW, 0, review.verdict, style)
    sheet.merge_range(HINT_ROW, 0, HINT_ROW, GOES_TO, head["hint"], formats.cell(WORDS))
    for column, heading in enumerate(head["headings"]):
        sheet.write_string(HEAD_ROW, column, heading, formats.cell(HEADING))
    _write_lines(sheet, words, review.lines, formats)
    colour_states(sheet, words, max(size, 1), formats)
    sheet.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})


MONEY = -1
"""Placeholder for the decimals of a column of figures: as many as a line needs."""
COLUMNS = (
    (NUMBER, PLAIN, 0, FIGURE),
    (SHEET, PLAIN, 0, TEXT),
    (RULE_ID, PLAIN, 0, TEXT),
    (MUST, PLAIN, 0, TEXT),
    (LEFT_SIDE, PLAIN, MONEY, FORMULA),
    (RIGHT_SIDE, PLAIN, MONEY, FORMULA),
    (APART, PLAIN, MONEY, FORMULA),
    (STATED, STATE, 0, SPOKEN),
    (GOES_TO, LINK, 0, SPOKEN),
)
"""Column, style, decimals and what it holds (`row_xml.INSIDE`)."""


def _write_lines(
    sheet: FormulaSheet, words: Mapping[str, Any], lines: Sequence[ReviewLine], formats: Formats
) -> None:
    needed = [line.interval.per_unit.adjusted() for line in lines]
    decimals = max([USUAL_DECIMALS, *needed])
    styled = sorted(
        (column, formats.index(role, 0, decimals if n == MONEY else n), holds)
        for column, role, n, holds in COLUMNS
    )
    pattern = make_row_pattern(styled)

    def rows() -> Iterator[str]:
        for index, line in enumerate(lines):
            row = BODY_ROW + index
            yield fill_row(
                pattern, row, tuple(map(escape_text, _contents(words, index, row, line, decimals)))
            )

    if lines:
        later = DeferredRows(BODY_ROW, BODY_ROW + len(lines), lambda: encode_pieces(rows()))
        sheet.defer_rows(later, GOES_TO)


def _contents(
    words: Mapping[str, Any], index: int, row: int, line: ReviewLine, decimals: int
) -> Iterator[str]:
    """The contents of a line's columns, from left to right."""
    left, right = (f"{column_letters(column)}{row + 1}" for column in (LEFT_SIDE, RIGHT_SIDE))
    yield from (str(index + 1), line.sheet, line.rule, line.sentence)
    apart = Formula(f"ROUND({left}-{right},{decimals})", line.apart)
    for formula in (line.left, line.right, apart):
        yield from (formula.text, format_figure(float(formula.value)))
    yield from (_state(words["states"], line, left, right), line.state)
    yield from (f"HYPERLINK({quote_text('#' + line.link)},{quote_text(line.link)})", line.link)


def _state(states: Mapping[str, str], line: ReviewLine, left: str, right: str) -> str:
    """The formula of the state's word, by the intervals of RULES.md."""
    per_unit, bound, squares, widest = line.interval
    units = f"ROUND({multiply_by(per_unit)}ABS({left}-{right}),0)"
    held, near, doubtful = (quote_text(states[kind]) for kind in ("", NOTE, WARNING))
    apart = Outcomes(near, doubtful, quote_text(line.broken))
    text = choose_outcome(units, str(bound), str(squares), str(widest), apart)
    text = f"IF({units}=0,{held},{text})"
    return f"IF({left}<={right},{held},{text})" if line.at_most else text
