"""The sheet 校验: every constraint that applies, a row each, with counts and a verdict on top.

It lists the lines of the ledger that apply now: the n-th row holds the n-th of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from xlbudget.core.finding import ERROR, NOTE, WARNING
from xlbudget.layout.plan import HEADING, TITLE
from xlbudget.messages import load_messages
from xlbudget.workbook.live.ledger import (
    APPLIES,
    FIRST_LINE,
    FORM,
    LEFT,
    LINK,
    RIGHT,
    RULE,
    SAYS,
    WEIGHT,
    HiddenSheets,
)
from xlbudget.workbook.live.regions import Grid, ref, ref_range, uncovered_rows
from xlbudget.workbook.xlsx.formula import (
    ERROR_WEIGHT,
    NOTE_WEIGHT,
    WARNING_WEIGHT,
    Formula,
    Value,
    quote_text,
)
from xlbudget.workbook.xlsx.styles import (
    AMBER,
    GREY,
    PAPER_A4,
    PLAIN,
    RED,
    SIDE,
    SIDE_DECIMALS,
    STATE,
    WORDS,
    Formats,
)
from xlbudget.workbook.xlsx.styles import (
    LINK as LINKED,
)

MORE_ROWS = 80
"""Rows of the sheet beyond those of the constraints that apply now."""

POSITION_NAME = "row_place"
"""Defined name of the ledger position of the line in the formula's own row."""

TITLE_ROW, VERDICT_ROW, HINT_ROW, HEAD_ROW, BODY_ROW = range(5)
NUMBER, SHEET, RULE_ID, MUST, LEFT_SIDE, RIGHT_SIDE, APART, STATED, GOES_TO, POSITION = range(10)
WIDTHS = (6, 8, 9, 62, 15, 15, 11, 9, 14, 4)
ROLES = {LEFT_SIDE: SIDE, RIGHT_SIDE: SIDE, APART: SIDE, STATED: STATE, GOES_TO: LINKED}
FIELDS = {SHEET: FORM, RULE_ID: RULE, MUST: SAYS, LEFT_SIDE: LEFT, RIGHT_SIDE: RIGHT}


class LineValues(NamedTuple):
    """The values of a line of the ledger now."""

    rule: str
    form: str
    key: str
    applies: bool
    left: float
    right: float
    bound: float
    counts: tuple[int, ...]
    units: int
    weight: int
    link: str
    says: str


def name_state(weight: int) -> str:
    """The severity that a weight stands for, empty for what holds."""
    for least, severity in ((ERROR_WEIGHT, ERROR), (WARNING_WEIGHT, WARNING), (NOTE_WEIGHT, NOTE)):
        if weight >= least:
            return severity
    return ""


def count_states(entries: Sequence[LineValues]) -> dict[str, int]:
    """How many constraints apply, and how many are in each state."""
    weights = [entry.weight for entry in entries if entry.applies]
    counts = dict.fromkeys(("all", ERROR, WARNING, NOTE, ""), 0)
    counts["all"] = len(weights)
    for weight in weights:
        counts[name_state(weight)] += 1
    return counts


def write_review(
    sheet: Any,
    grid: Grid,
    sheets: HiddenSheets,
    entries: Sequence[LineValues],
    formats: Formats,
) -> None:
    """Write the sheet over the ledger's lines."""
    words = load_messages()["book"]
    counts = count_states(entries)
    size = min(len(entries), counts["all"] + MORE_ROWS)
    lay_out_review(sheet, size)
    head = words["review"]
    sheet.merge_range(TITLE_ROW, 0, TITLE_ROW, GOES_TO, head["title"], formats.cell(TITLE))
    verdict = write_verdict(grid, sheets, entries, size)
    style = formats.cell(STATE)
    sheet.merge_range(VERDICT_ROW, 0, VERDICT_ROW, GOES_TO, "", style)
    sheet.write_cell_formula(VERDICT_ROW, 0, verdict, style)
    sheet.merge_range(HINT_ROW, 0, HINT_ROW, GOES_TO, head["hint"], formats.cell(WORDS))
    for column, heading in enumerate(head["headings"]):
        sheet.write_string(HEAD_ROW, column, heading, formats.cell(HEADING))
    applied = [(n, entry) for n, entry in enumerate(entries, start=1) if entry.applies]
    for nth in range(1, size + 1):
        position, entry = applied[nth - 1] if nth <= len(applied) else (0, None)
        lines = len(entries)
        _write_row(sheet, words, sheets.ledger, lines, nth, position, entry, formats)
    colour_states(sheet, words, size, formats)
    sheet.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})


def write_verdict(
    grid: Grid, sheets: HiddenSheets, entries: Sequence[LineValues], rows: int | None = None
) -> Formula:
    """通过 or 不通过, the counts, and what is beyond the sheet's `rows` or the checks' reach."""
    words = load_messages()["book"]
    names = words["review"]["counts"]
    counts = count_states(entries)
    weights = _column(sheets.ledger, WEIGHT, len(entries))
    applying = f"SUM({_column(sheets.ledger, APPLIES, len(entries))})"

    def least(weight: int) -> str:
        return f'COUNTIF({weights},">={weight}")'

    texts = {
        "all": applying,
        ERROR: least(ERROR_WEIGHT),
        WARNING: f"({least(WARNING_WEIGHT)}-{least(ERROR_WEIGHT)})",
        NOTE: f"({least(NOTE_WEIGHT)}-{least(WARNING_WEIGHT)})",
        "": f"({applying}-{least(NOTE_WEIGHT)})",
    }
    passed, failed = words["passed"], words["failed"]
    parts = [f"IF({texts[ERROR]}>0,{quote_text(failed)},{quote_text(passed)})"]
    value = failed if counts[ERROR] else passed
    for kind, name in names.items():
        parts.append(f"{quote_text(f'　{name} ')}&{texts[kind]}")
        value += f"　{name} {counts[kind]}"
    if rows is not None:
        parts.append(_counted(words["review"]["more"], f"({applying}-{rows})"))
    parts.append(_counted(words["review"]["unseen"], f"({uncovered_rows(grid, sheets.figures)})"))
    return Formula("&".join(parts), value)


def _counted(sentence: str, count: str) -> str:
    """The formula of the sentence with its count, empty for a count of 0."""
    before, after = sentence.split("{count}")
    return f'IF({count}>0,{quote_text("　" + before)}&{count}&{quote_text(after)},"")'


def state_formula(words: Any, weight: str) -> str:
    """The formula of the word for a weight."""
    states = words["states"]
    text = quote_text(states[""])
    for least, severity in ((NOTE_WEIGHT, NOTE), (WARNING_WEIGHT, WARNING), (ERROR_WEIGHT, ERROR)):
        text = f"IF({weight}>={least},{quote_text(states[severity])},{text})"
    return text


def _write_row(
    sheet: Any,
    words: Any,
    ledger: str,
    lines: int,
    nth: int,
    position: int,
    entry: LineValues | None,
    formats: Formats,
) -> None:
    row = BODY_ROW + nth - 1
    sheet.write_cell_formula(row, POSITION, Formula(_next_position(ledger, lines, row), position))
    for column, text, value in _fields(words, ledger, lines, nth, entry):
        style = formats.cell(ROLES.get(column, PLAIN))
        sheet.write_cell_formula(row, column, Formula(text, value), style)


def _next_position(ledger: str, lines: int, row: int) -> str:
    """The formula of the next position in the ledger that applies; 0 for none."""
    applies = _column(ledger, APPLIES, lines)
    if row == BODY_ROW:
        return f"IFERROR(MATCH(1,{applies},0),0)"
    before = ref("", row - 1, POSITION).replace("$", "")
    rest = f"INDEX({applies},{before}+1):{ref(ledger, FIRST_LINE + lines - 1, APPLIES)}"
    return f"IF({before}=0,0,IFERROR(MATCH(1,{rest},0)+{before},0))"


def _fields(
    words: Any, ledger: str, lines: int, nth: int, entry: LineValues | None
) -> Iterator[tuple[int, str, Value]]:
    def taken(field: int) -> str:
        return f"INDEX({_column(ledger, field, lines)},{POSITION_NAME})"

    def or_blank(text: str) -> str:
        return f'IF({POSITION_NAME}=0,"",{text})'

    values: dict[int, Value] = {}
    if entry:
        values = {SHEET: entry.form, RULE_ID: entry.rule, MUST: entry.says}
        values |= {LEFT_SIDE: entry.left, RIGHT_SIDE: entry.right}
    yield NUMBER, or_blank(str(nth)), nth if entry else ""
    for column, field in FIELDS.items():
        yield column, or_blank(taken(field)), values.get(column, "")
    apart = or_blank(f"ROUND({taken(LEFT)}-{taken(RIGHT)},{SIDE_DECIMALS})")
    yield APART, apart, (round(entry.left - entry.right, SIDE_DECIMALS) or 0) if entry else ""
    state = words["states"][name_state(entry.weight)] if entry else ""
    yield STATED, or_blank(state_formula(words, taken(WEIGHT))), state
    goes = taken(LINK)
    yield GOES_TO, or_blank(f'HYPERLINK("#"&{goes},{goes})'), entry.link if entry else ""


def _column(ledger: str, field: int, lines: int) -> str:
    return ref_range(ledger, FIRST_LINE, field, FIRST_LINE + lines - 1, field)


def lay_out_review(sheet: Any, size: int) -> None:
    """Set widths, print settings and filter of a review of `size` lines."""
    for column, width in enumerate(WIDTHS):
        hidden = {"hidden": True} if column == POSITION else {}
        sheet.set_column(column, column, width, None, hidden)
    sheet.set_row(TITLE_ROW, 30)
    sheet.set_row(VERDICT_ROW, 24)
    sheet.set_row(HINT_ROW, 22)
    sheet.freeze_panes(BODY_ROW, 0)
    sheet.repeat_rows(HEAD_ROW)
    sheet.autofilter(HEAD_ROW, 0, BODY_ROW + size - 1, GOES_TO)
    sheet.set_landscape()
    sheet.set_paper(PAPER_A4)
    sheet.fit_to_pages(1, 0)
    sheet.print_area(0, 0, BODY_ROW + size - 1, GOES_TO)
    sheet.set_footer("&C&P / &N")


def colour_states(sheet: Any, words: Any, size: int, formats: Formats) -> None:
    """Colour each line by its state, and the verdict where it is bad."""
    state = "$" + ref("", BODY_ROW, STATED).replace("$", "")
    for severity, colour in ((ERROR, RED), (WARNING, AMBER), (NOTE, GREY)):
        sheet.conditional_format(
            *(BODY_ROW, 0, BODY_ROW + size - 1, GOES_TO),
            {
                "type": "formula",
                "criteria": f"={state}={quote_text(words['states'][severity])}",
                "format": formats.colour(colour),
            },
        )
    verdict = ref("", VERDICT_ROW, 0)
    failed = quote_text(words["failed"])
    sheet.conditional_format(
        *(VERDICT_ROW, 0, VERDICT_ROW, GOES_TO),
        {
            "type": "formula",
            "criteria": f"=LEFT({verdict},{len(words['failed'])})={failed}",
            "format": formats.colour(RED),
        },
    )
