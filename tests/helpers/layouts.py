"""A budget in the shapes that people send: the official layout, and variations of it.

Each variation is a small function on the drawn forms; several can be put on one after another.
What is drawn is handed to the reader as raw sheets; `book_bytes` writes them to a real file.
"""

from __future__ import annotations

import io
import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from xlbudget.core.budget import Budget
from xlbudget.core.key import BlockKey
from xlbudget.core.sheet import Lines, RawSheet
from xlbudget.layout.normalize import normalize_title
from xlbudget.layout.plan import HEADING, TITLE, plan
from xlbudget.packs.model import (
    CODE,
    GOVERNMENT,
    LABEL,
    NAME,
    TEXT_COLUMNS,
    TOTAL,
    Block,
    Form,
    Pack,
)

CHINESE = "一二三四五六七八九十"


@dataclass
class Drawn:
    """One form on a grid. `head` are its heading rows, `body` the rows below with the row ids
    that stand there by block, `columns` where each column is, `below` the notes."""

    form: Form
    sheet: str
    title: list[str]
    about: list[tuple[str, str]]
    head: list[list[str]]
    columns: dict[tuple[BlockKey, str], int]
    body: list[list[Any]]
    rows: list[dict[BlockKey, str]]
    below: list[str]
    unit: str = "万元"
    hidden: bool = False
    aside: int = 0
    summed: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int]] = field(default_factory=list)

    def blocks(self) -> list[Block]:
        return list(self.form.blocks)

    def codes(self) -> dict[BlockKey, int]:
        return {b: c for (b, key), c in self.columns.items() if key == CODE}

    def insert(self, place: int, heading: Sequence[str], cells: Sequence[Any]) -> None:
        """A new column before `place`."""
        for row, text in zip(self.head, heading, strict=True):
            row.insert(place, text)
        for row, value in zip(self.body, cells, strict=True):
            row.insert(place, value)
        self.columns = {k: c + (c >= place) for k, c in self.columns.items()}

    def drop(self, key: tuple[BlockKey, str]) -> None:
        """The column of that name goes; a heading over several columns stays over the rest."""
        place = self.columns.pop(key)
        top = self.head[0]
        if len(self.head) > 1 and top[place] and place + 1 < len(top) and not top[place + 1]:
            top[place + 1] = top[place]
        for row in self.head:
            del row[place]
        for row in self.body:
            del row[place]
        self.columns = {k: c - (c > place) for k, c in self.columns.items()}


Variation = Callable[[Pack, list[Drawn], random.Random], None]


def drawn(pack: Pack, budget: Budget) -> list[Drawn]:
    """The official forms."""
    return [_drawn(pack, form, budget) for form in pack.forms.values()]


def _drawn(pack: Pack, form: Form, budget: Budget) -> Drawn:
    planned = plan(pack, form, budget)
    cells = [c for c in planned.cells if c.content not in (None, "")]
    head_rows = sorted({c.row for c in planned.cells if c.role == HEADING})
    lines: dict[int, dict[BlockKey, str]] = {}
    for (block, row), line in planned.rows.items():
        lines.setdefault(line, {})[block] = row
    width = 1 + max(c.last_column for c in planned.cells)
    first = min(lines, default=max(head_rows) + 1)
    last = max(lines, default=max(head_rows))
    grid = [[""] * width for _ in range(max(c.row for c in planned.cells) + 1)]
    for cell in cells:
        grid[cell.row][cell.column] = cell.content  # type: ignore[call-overload]
    title = next(str(c.content) for c in cells if c.role == TITLE)
    label = str(cells[0].content)
    return Drawn(
        form,
        form.sheet,
        [label, title],
        [("部门名称", budget.department), ("单位", budget.unit_of(form.key))],
        [list(map(str, grid[row])) for row in head_rows],
        {(block, key): column for (block, key), column in planned.columns.items()},
        [[_value(v) for v in grid[row]] for row in range(first, last + 1)],
        [lines.get(row, {}) for row in range(first, last + 1)],
        [str(v) for row in grid[last + 1 :] for v in row if v != ""],
    )


def _value(content: Any) -> Any:
    return float(content) if isinstance(content, Decimal) else content


def sheets(forms: Sequence[Drawn]) -> list[RawSheet]:
    """The forms as raw sheets: those of one sheet name below each other, or side by side."""
    grids: dict[str, list[list[Any]]] = {}
    hidden: dict[str, bool] = {}
    lines: dict[str, list[Lines]] = {}
    for one in forms:
        grid = _grid(one)
        there = grids.setdefault(one.sheet, [])
        hidden[one.sheet] = one.hidden
        beside = max(map(len, there)) + one.aside if one.aside and there else 0
        below = 0 if beside else len(there) + bool(there)
        lines.setdefault(one.sheet, []).append(_lines(one, below + len(grid), beside))
        if one.aside and there:
            width = max(map(len, there)) + one.aside
            for number, row in enumerate(grid):
                if number >= len(there):
                    there.append([])
                there[number] += [""] * (width - len(there[number])) + row
        else:
            there.extend(([[]] if there else []) + grid)
    return [
        RawSheet(name, _even(rows), hidden=hidden[name], lines=_joined(lines[name]))
        for name, rows in grids.items()
    ]


def _lines(one: Drawn, end: int, left: int) -> Lines:
    """The form's hidden rows and columns and merged cells, where its grid ends at that row."""
    top = end - len(one.below) - len(one.body)
    return Lines(
        frozenset(top + row for row in one.hidden_rows),
        frozenset(left + column for column in one.hidden_columns),
        tuple((top + a, left + c, top + b, left + c) for c, a, b in one.merged),
    )


def _joined(lines: Sequence[Lines]) -> Lines:
    rows, columns, merged, *_ = zip(*lines, strict=True)
    return Lines(frozenset().union(*rows), frozenset().union(*columns), sum(merged, ()))


def _grid(one: Drawn) -> list[list[Any]]:
    width = max(len(one.head[0]), 2)
    grid: list[list[Any]] = [[line] for line in one.title]
    about = [f"{word}：{said}" for word, said in one.about]
    grid.append([about[0], *[""] * (width - 2), *about[1:]])
    return [*grid, *one.head, *one.body, *([line] for line in one.below)]


def _even(rows: list[list[Any]]) -> list[list[Any]]:
    width = max(map(len, rows), default=0)
    return [[*row, *[""] * (width - len(row))] for row in rows]


def book_bytes(forms: Sequence[Drawn]) -> bytes:
    """The same as a real .xlsx file."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for sheet in sheets(forms):
        page = book.add_worksheet(sheet.name)
        for row, cells in enumerate(sheet.rows):
            for column, value in enumerate(cells):
                if value != "":
                    page.write(row, column, value)
        for row in sheet.lines.hidden_rows:
            page.set_row(row, None, None, {"hidden": True})
        for column in sheet.lines.hidden_columns:
            page.set_column(column, column, None, None, {"hidden": True})
        for top, left, bottom, right in sheet.lines.merged:
            page.merge_range(top, left, bottom, right, sheet.rows[top][left])
        if sheet.hidden:
            page.hide()
    book.close()
    return out.getvalue()


def numbered_sheets(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    style = rng.choice(["Sheet{}", "附表{}", "{}", "表{}（公开）", "预算{}表"])
    for one in forms:
        one.sheet = style.format(one.form.number)


def no_titles(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    for one in forms:
        one.title = []


def title_only(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    for one in forms:
        one.title = one.title[-1:]


def two_title_lines(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    above = rng.choice(["沁水县部门预算公开表", "2025年", "附件"])
    for one in forms:
        one.title = [above, *one.title]


def label_and_title_in_one(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    between = rng.choice(["  ", "：", " "])
    for one in forms:
        one.title = [between.join(one.title[-2:])]


def one_sheet(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    for one in forms:
        one.sheet = "全部"


def side_by_side(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    for one, other in zip(forms[::2], forms[1::2], strict=False):
        other.sheet = one.sheet
        other.aside = rng.randint(1, 3)


def split_codes(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    """类, 款, 项 in a column each: every part again, or only the last."""
    every, zero = rng.random() < 0.5, rng.random() < 0.5
    for one in forms:
        for block in one.codes():
            place = one.columns[block, CODE]
            lengths = pack.catalogues[pack.blocks[block].codes].lengths
            words = ["类", "款", "项", "目"][: len(lengths)]
            codes = [_own(row[place]) for row in one.body]
            heading = [row[place] for row in one.head]
            parts = [_parts(code, lengths, every, zero) for code in codes]
            for nth in reversed(range(1, len(lengths))):
                above = [""] * (len(one.head) - 1)
                one.insert(place + 1, [*above, words[nth]], [p[nth] for p in parts])
            one.head[0][place] = next(h for h in heading if h)
            if len(one.head) == 1:
                one.head.insert(0, list(one.head[0]))
                for column in range(len(one.head[1])):
                    if place <= column < place + len(lengths):
                        one.head[0][column] = heading[0] if column == place else ""
            one.head[-1][place] = words[0]
            for row, part in zip(one.body, parts, strict=True):
                row[place] = part[0]


def _own(value: Any) -> str:
    return str(value)


def _parts(code: str, lengths: Sequence[int], every: bool, zero: bool) -> list[Any]:
    if not code.isdigit():
        return [code, *[""] * (len(lengths) - 1)]
    starts = [0, *lengths]
    cut = [code[a:b] for a, b in zip(starts, lengths, strict=False)]
    depth = max(n for n, part in enumerate(cut) if part)
    said: list[Any] = [p if every or n == depth else "" for n, p in enumerate(cut)]
    if zero:
        said = [float(p) if p else "" for p in said]
    return said


def number_codes(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    for one in forms:
        for place in one.codes().values():
            for row in one.body:
                if str(row[place]).isdigit():
                    row[place] = float(row[place])


def spaced_codes(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    for one in forms:
        for place in one.codes().values():
            for row in one.body:
                if str(row[place]).isdigit():
                    row[place] = " " * (len(row[place]) - 3) + row[place]


def code_and_name_in_one(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    """Both in the code's cell, or in the name's."""
    between = rng.choice([" ", "", "　", "-"])
    keep = rng.choice([CODE, NAME])
    for one in forms:
        for block, place in one.codes().items():
            name = one.columns[block, NAME]
            other = name if keep == NAME else place
            for row in one.body:
                if str(row[place]).isdigit():
                    row[place], row[name], row[other] = "", "", f"{row[place]}{between}{row[name]}"


def total_last(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    for one in forms:
        if len(one.form.blocks) == 1 and not one.blocks()[0].fixed and one.blocks()[0].total:
            places = [n for n, row in enumerate(one.rows) if TOTAL in row.values()]
            for place in places:
                one.body.append(one.body.pop(place))
                one.rows.append(one.rows.pop(place))


def filler_rows(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    for one in forms:
        for _ in range(rng.randint(1, 12)):
            one.body.append([rng.choice(["", "", " "]) for _ in one.head[0]])
            one.rows.append({})


def blank_rows_between(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    for one in forms:
        place = rng.randint(1, max(1, len(one.body) - 1))
        one.body.insert(place, [""] * len(one.head[0]))
        one.rows.insert(place, {})


def only_filled_rows(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    """Of the classes only those that have amounts."""
    for one in forms:
        block = one.blocks()[-1]
        if len(one.form.blocks) != 2 or not block.fixed:
            continue
        mine = [c for (b, key), c in one.columns.items() if b == block.id]
        amounts = [
            c for (b, k), c in one.columns.items() if b == block.id and k not in TEXT_COLUMNS
        ]
        kept = [[row[c] for c in mine] for row in one.body if any(row[c] != "" for c in amounts)]
        for number, row in enumerate(one.body):
            for nth, column in enumerate(mine):
                row[column] = kept[number][nth] if number < len(kept) else ""


def repeated_headings(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    for one in forms:
        if len(one.body) > 8:
            place = rng.randint(4, len(one.body) - 2)
            one.body[place:place] = [list(row) for row in one.head]
            one.rows[place:place] = [{} for _ in one.head]


def repeated_pages(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    """Title, department and unit again with the heading, as on every printed page."""
    for one in forms:
        if len(one.body) > 8:
            place = rng.randint(4, len(one.body) - 2)
            width = len(one.head[0])
            about = [f"{word}：{said}" for word, said in one.about]
            lines = [
                *([line] for line in one.title[-1:]),
                [about[0], *[""] * (width - 2), about[1]],
            ]
            page = [[*line, *[""] * (width - len(line))] for line in lines]
            page = [*page, *(list(row) for row in one.head)]
            one.body[place:place] = page
            one.rows[place:place] = [{} for _ in page]


def total_in_heading(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    """The total's figures beside the words of the heading's last row."""
    for one in forms:
        words = [n for n, line in enumerate(one.rows) if TOTAL in line.values()]
        blocks = one.blocks()
        if len(blocks) != 1 or words != [0] or len(one.head) < 2 or not blocks[0].codes:
            continue
        texts = {c for (_, key), c in one.columns.items() if key in TEXT_COLUMNS}
        last, total = one.head[-1], one.body[0]
        if sum(bool(last[c]) for c in texts) > 1 and not any(
            text for c, text in enumerate(last) if c not in texts
        ):
            one.body[0] = [last[c] if c in texts else value for c, value in enumerate(total)]
            one.head.pop()
            one.summed = True


def hidden_lines(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    for one in forms:
        one.hidden_rows = {rng.randrange(len(one.body) or 1) for _ in range(3)}
        one.hidden_columns = {rng.randrange(len(one.head[0]))}


def merged_items(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    """One cell for the same government item of several rows."""
    for one in forms:
        for (_, key), place in one.columns.items():
            if key == GOVERNMENT:
                one.merged = _merge(one.body, place)


def _merge(body: list[list[Any]], column: int) -> list[tuple[int, int, int]]:
    """Merge runs of the same text: (column, first row, last row) in the body."""
    merged = []
    first = 0
    for last in range(1, len(body) + 1):
        if last == len(body) or body[last][column] != body[first][column]:
            if body[first][column] and last - first > 1:
                merged.append((column, first, last - 1))
                for row in body[first + 1 : last]:
                    row[column] = ""
            first = last
    return merged


def ordinals(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    word = rng.choice(["序号", "行次"])
    for one in forms:
        heading = [word, *[""] * (len(one.head) - 1)]
        one.insert(0, heading, [float(n) for n in range(1, len(one.body) + 1)])


def another_class(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    for one in forms:
        block = one.blocks()[-1]
        if block.fixed and len(one.form.blocks) == 2:
            place = one.columns[block.id, LABEL]
            free = [n for n, row in enumerate(one.body) if row[place] == ""]
            if free:
                one.body[free[-1]][place] = "三十一、人行科目"


def indented(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    space = rng.choice(["　", "  ", "\u00a0"])
    for one in forms:
        for (_block, key), place in one.columns.items():
            if key in (NAME, LABEL):
                for row in one.body:
                    if row[place]:
                        row[place] = space * rng.randint(1, 3) + str(row[place])


def other_words(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    """Headings in other words, with the year or without."""
    synonyms = {normalize_title(k): v for k, v in pack.words["synonyms"].items()}
    for one in forms:
        for row in one.head:
            for column, text in enumerate(row):
                others = [
                    w
                    for w in synonyms.get(normalize_title(text), ())
                    if normalize_title(w) != normalize_title(text)
                ]
                if others and rng.random() < 0.7:
                    row[column] = rng.choice(others)


def like_words(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    """Headings with a word more than the printed ones."""
    for one in forms:
        row = one.head[-1]
        for column, text in enumerate(row):
            if text in ("基本支出", "人员经费", "公用经费") and rng.random() < 0.7:
                row[column] = text + rng.choice(["小计", "金额"])


def without_years(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    for one in forms:
        for row in one.head:
            for column, text in enumerate(row):
                shorter = text.replace("2025年", "")
                row[column] = shorter or text


def other_order(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    """Two neighbouring amount columns under one heading change places."""
    for one in forms:
        block = rng.choice(one.blocks())
        places = [one.columns[block.id, key] for key in block.columns]
        for a, b in itertools.pairwise(places):
            plain = (
                all(row[a] == "" and row[b] == "" for row in one.head[:-1]) or len(one.head) == 1
            )
            if plain and rng.random() < 0.5:
                for row in (*one.head, *one.body):
                    row[a], row[b] = row[b], row[a]
                keys = {c: k for k, c in one.columns.items()}
                one.columns[keys[a]], one.columns[keys[b]] = b, a


def empty_columns_left_out(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    for one in forms:
        for block in one.blocks():
            for key in block.columns[1:]:
                if len(block.columns) > 2 and rng.random() < 0.6:
                    place = one.columns[block.id, key]
                    alone = one.head[0][place] == "" or len(one.head) == 1
                    if alone and all(row[place] == "" for row in one.body):
                        one.drop((block.id, key))


def remarks_column(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    for one in forms:
        said = [""] * len(one.body)
        if said:
            said[rng.randrange(len(said))] = rng.choice(["见说明", "含上级补助", ""])
        heading = ["备注", *[""] * (len(one.head) - 1)]
        one.insert(len(one.head[0]), heading, said)


def column_numbers(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    letters = rng.random() < 0.5
    for one in forms:
        if one.form.numbered or one.summed:
            continue
        width = len(one.head[0])
        row: list[Any] = [chr(65 + n) if letters else float(n + 1) for n in range(width)]
        if rng.random() < 0.5:
            row[0] = "栏次"
        one.body.insert(0, row)
        one.rows.insert(0, {})


def hidden_sheet(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    rng.choice(forms[1:]).hidden = True


def footers(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    for one in forms:
        one.below = [*one.below, "单位负责人：       财务负责人：       填表人：张三"]


def dashes(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    mark = rng.choice(["-", "—", "/", "无", 0.0, "0.00", "0"])
    for one in forms:
        for number, line in enumerate(one.rows):
            for (block, key), place in one.columns.items():
                if key not in TEXT_COLUMNS and block in line and one.body[number][place] == "":
                    one.body[number][place] = mark


def amounts_as_text(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    for one in forms:
        for (_, key), place in one.columns.items():
            for row in one.body:
                if key not in TEXT_COLUMNS and isinstance(row[place], float):
                    row[place] = rng.choice(["{:,.2f}", "{:.2f}", " {:.2f} "]).format(row[place])


def in_yuan(pack: Pack, forms: list[Drawn], rng: random.Random) -> None:
    unit, factor = rng.choice([("元", 10000), ("千元", 10)])
    for one in forms:
        one.about = [(w, unit if w == "单位" else s) for w, s in one.about]
        one.unit = unit
        for (_, key), place in one.columns.items():
            for row in one.body:
                if key not in TEXT_COLUMNS and isinstance(row[place], float):
                    row[place] = round(row[place] * factor, 2)


SHAPES: tuple[Variation, ...] = (
    split_codes,
    code_and_name_in_one,
    number_codes,
    spaced_codes,
)
"""How codes are written: one of these at a time."""

VARIATIONS: tuple[Variation, ...] = (
    in_yuan,
    only_filled_rows,
    another_class,
    total_last,
    total_in_heading,
    other_order,
    empty_columns_left_out,
    other_words,
    like_words,
    without_years,
    remarks_column,
    ordinals,
    indented,
    dashes,
    amounts_as_text,
    blank_rows_between,
    repeated_headings,
    repeated_pages,
    column_numbers,
    filler_rows,
    hidden_lines,
    merged_items,
    footers,
    two_title_lines,
    title_only,
    label_and_title_in_one,
    numbered_sheets,
    hidden_sheet,
)
"""What can be put on together, in this order."""

ARRANGEMENTS: tuple[Variation, ...] = (one_sheet, side_by_side)
"""Where the forms stand: one of these at a time, last."""
