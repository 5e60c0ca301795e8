"""Tables at the edge of what is recognised: the last row of a sheet, a heading in the middle, a
likeness that just suffices. Each of these once could have been read otherwise without a test
seeing it."""

from __future__ import annotations

from typing import Any

import pytest
from helpers import layouts

from xlbudget.core.budget import Budget
from xlbudget.core.finding import NOTE, Finding
from xlbudget.core.key import SheetCell
from xlbudget.core.sheet import RawSheet
from xlbudget.layout.recognise.recognise import recognise
from xlbudget.layout.recognise.scan import scan
from xlbudget.ops.check.check import check
from xlbudget.packs.model import CODE, GOVERNMENT, NAME, Pack


def ragged(sheet: RawSheet) -> RawSheet:
    """The sheet as readers give it whose rows end at their last cell."""
    rows = [list(row) for row in sheet.rows]
    for row in rows:
        while row and row[-1] == "":
            row.pop()
    return sheet._replace(rows=rows)


def found(pack: Pack, sheets: list[RawSheet]) -> list[Finding]:
    return [f for f in check(pack, recognise(pack, sheets)).findings if f.severity != NOTE]


def test_tables_side_by_side_are_cut_between_them(pack: Pack, example: Budget) -> None:
    """The second title in the middle of its table, an empty column inside the first, and rows that
    end at their last cell."""
    forms = layouts.drawn(pack, example)
    left, right = forms[4], forms[5]
    right.sheet, right.aside = left.sheet, 1
    left.insert(1, [""] * len(left.head), [""] * len(left.body))
    right.title = [""]
    sheets = layouts.sheets(forms)
    at = next(n for n, sheet in enumerate(sheets) if sheet.name == left.sheet)
    start = next(
        c
        for row in sheets[at].rows
        for c, v in enumerate(row)
        if c and v == "部门名称：" + example.department
    )
    sheets[at].rows[0][start + 2] = right.form.title
    sheets[at].rows.append(["填表人：张三"])
    sheets = [ragged(sheet) for sheet in sheets]
    reading = recognise(pack, sheets)
    assert reading.budget.blocks == example.blocks
    assert found(pack, sheets) == []


def test_tables_that_touch_are_cut_at_the_title(pack: Pack, example: Budget) -> None:
    """A name at the cut that was never calculated is told, and once; the first table takes
    nothing of the second's first column."""
    forms = layouts.drawn(pack, example)
    left, right = forms[4], forms[5]
    sheets = layouts.sheets(forms)
    grids = {sheet.name: sheet.rows for sheet in sheets}
    width = max(map(len, grids[left.sheet]))
    rows = [list(row) for row in grids[left.sheet]]
    for number, row in enumerate(grids[right.sheet]):
        if number >= len(rows):
            rows.append([""] * width)
        rows[number] += row
    line = 3 + len(right.head) + 2
    rows[line][width] = rows[line][width + 1] = ""
    joined = [s for s in sheets if s.name not in (left.sheet, right.sheet)]
    joined.append(RawSheet(left.sheet, rows, uncalculated=frozenset({(line, width)})))
    reading = recognise(pack, joined)
    told = [(o.kind, o.cells) for o in reading.observations if o.kind != "other_year"]
    filled = [SheetCell(left.sheet, line, c) for c in (width + 2, width + 3)]
    assert told == [("unnamed_row", tuple(filled))]


def test_a_row_of_one_word_directly_below_belongs_to_the_table(pack: Pack, example: Budget) -> None:
    forms = layouts.drawn(pack, example)
    first, second = forms[3], forms[4]
    first.body.append(["其中：略", *[""] * (len(first.head[0]) - 1)])
    second.sheet = first.sheet
    sheet = next(s for s in layouts.sheets(forms[:5]) if s.name == first.sheet)
    tables = scan(pack, sheet).tables
    last = 3 + len(first.head) + len(first.body) - 1
    assert tables[0].body[-1] == last
    sheet.rows.insert(last, [])  # now there is a gap: it belongs above the next table
    cut = scan(pack, sheet)
    assert (cut.tables[0].body[-1], cut.leftover) == (last - 1, [last + 1])


def test_a_page_that_begins_at_the_end_of_the_sheet(pack: Pack, example: Budget) -> None:
    """The last printed page repeats the headings and has no row left for itself."""
    forms = layouts.drawn(pack, example)
    for one in forms:
        if one.below:
            continue
        page = [[one.title[-1], *[""] * (len(one.head[0]) - 1)], *map(list, one.head)]
        one.body += page
        one.rows += [{} for _ in page]
    sheets = layouts.sheets(forms)
    assert recognise(pack, sheets).budget.blocks == example.blocks


@pytest.mark.parametrize("name", ["{number}", "2025年表{number}", "附件 {title}"])
def test_a_form_without_a_title_is_known_by_its_sheet(
    pack: Pack, example: Budget, name: str
) -> None:
    """Where several forms share their headings, the sheet's name says which it is; the finding
    stands at the heading's first word."""
    forms = layouts.drawn(pack, example)
    one = forms[4]
    one.sheet = name.format(number=one.form.number, title=one.form.title)
    one.title = []
    one.insert(0, [""] * len(one.head), [""] * len(one.body))
    sheets = layouts.sheets(list(reversed(forms)))  # the order of the pack says nothing
    reading = recognise(pack, sheets)
    assert reading.budget.blocks == example.blocks
    (told,) = [o for o in reading.observations if o.kind == "untitled_table"]
    assert (told.form, told.cells) == (one.form.key, (SheetCell(one.sheet, 1, 1),))


def test_forms_without_titles_fit_between_their_neighbours(pack: Pack, example: Budget) -> None:
    """Two forms with the same headings, on sheets whose names say nothing: the next table tells
    which each can be."""
    forms = layouts.drawn(pack, example)
    for which, name in ((2, "底稿"), (4, "草稿")):
        forms[which].sheet, forms[which].title = name, []
    reading = recognise(pack, layouts.sheets(forms))
    assert reading.budget.blocks == example.blocks


@pytest.mark.parametrize(("more", "taken"), [("甲乙丙", True), ("甲乙丙丁", False)])
def test_a_heading_that_is_just_like_enough(
    pack: Pack, example: Budget, more: str, taken: bool
) -> None:
    """72 per cent of its signs are the printed heading's: taken, and said at its lowest row; 66
    are too few. A column that is missing beside it stays missing."""
    forms = layouts.drawn(pack, example)
    one = forms[4]
    block = one.blocks()[0]
    place = one.columns[block.id, "project"]
    one.head[-1][place] = "项目支出" + more
    one.head[0][place] = "项目支出" + more
    one.drop((block.id, NAME))
    reading = recognise(pack, layouts.sheets(forms))
    near = [o for o in reading.observations if o.kind == "near_heading"]
    assert bool(near) is taken
    missing = [o for o in reading.observations if o.kind == "missing_column"]
    assert any("科目名称" in o.facts.values() for o in missing)
    if taken:
        row = 2 + len(one.title) - 1 + len(one.head) - 1
        assert near[0].cells == (SheetCell(one.sheet, row, place - 1),)
        assert not any("项目支出" in o.facts.values() for o in missing)


def test_column_numbers_beside_words_of_the_heading(pack: Pack, example: Budget) -> None:
    """The heading's last row has its words left and the numbers of the columns right."""
    forms = layouts.drawn(pack, example)
    one = next(f for f in forms if len(f.head) > 1 and (f.blocks()[0].id, CODE) in f.columns)
    texts = {c for (_, key), c in one.columns.items() if key in (CODE, NAME, GOVERNMENT)}
    last = one.head.pop()
    kept = [text or above for text, above in zip(last, one.head[-1], strict=True)]
    one.head[-1] = ["" if c in texts else text for c, text in enumerate(kept)]
    numbers: list[Any] = [
        last[c] or kept[c] if c in texts else float(c - len(texts) + 1) for c in range(len(last))
    ]
    one.body.insert(0, numbers)
    one.rows.insert(0, {})
    reading = recognise(pack, layouts.sheets(forms))
    assert reading.budget.blocks[one.blocks()[0].id] == example.blocks[one.blocks()[0].id]


def test_a_government_item_that_is_not_allowed_is_read_as_what_it_is(
    pack: Pack, example: Budget
) -> None:
    forms = layouts.drawn(pack, example)
    one = next(f for f in forms for key in f.columns if key[1] == GOVERNMENT)
    (block,) = [b for (b, key) in one.columns if key == GOVERNMENT]
    place = one.columns[block, GOVERNMENT]
    row = next(line for line in one.body if line[place] == "工资奖金津补贴")
    other = "社会福利和救助"
    row[place] = other
    told = [f for f in found(pack, layouts.sheets(forms)) if f.form == one.form.key]
    reading = recognise(pack, layouts.sheets(forms))
    codes = {r.government for r in reading.budget.blocks[block]}
    target = pack.catalogues[pack.blocks[block].government]
    assert target.by_name[other][0] in codes
    assert any(f.facts.get("government") == other for f in told), told
