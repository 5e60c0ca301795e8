"""The hidden sheet of figures: every amount as a number, and how open rows nest.

Everything that a rule needs has a fixed cell here: amounts rounded as they are displayed, blanks
as 0, codes as text, each row's parent by its position among the rows (0: no parent, -1: no row).
People insert rows into the forms; the cells behind them never move.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import accumulate

from xlbudget.core.budget import Budget, Row
from xlbudget.core.key import CellKey
from xlbudget.packs.model import CODE, NAME, Catalogue, Pack
from xlbudget.rules.tree import Trees
from xlbudget.workbook.live.code_lists import CodeLists
from xlbudget.workbook.live.regions import Grid, Region, ref
from xlbudget.workbook.xlsx.formula import Formula, Value, stored_number

YUAN, LEAST = 0, 1
"""Columns of a form's first row here: how many 元 its unit is, and the least decimals."""

Written = Iterator[tuple[int, int, Formula]]
"""Row, column, formula."""


def write_figures(
    pack: Pack, budget: Budget, trees: Trees, grid: Grid, codes: CodeLists
) -> Written:
    """Every formula of the sheet of figures."""
    amounts = dict(budget.amounts())
    most_assumed = max(map(int, pack.words["decimals"].values()))
    for region in {region.block.form: region for region in grid.values()}.values():
        yield from _unit_now(pack, region)
    for key, region in grid.items():
        for row, column, source, amount in _sources(region, amounts):
            decimals = str(region.decimals(row, column))
            if int(decimals) < most_assumed:
                decimals = f"MAX({decimals},{ref('', region.band, LEAST)})"
            yield region.band + row, column, _figure(source, amount, decimals)
            if region.widths:
                yield _width(region, row, column, amount, decimals)
        if not region.block.fixed:
            rows = {row.id: row for row in budget.blocks.get(key, ())}
            yield from _outline(pack, budget, trees, grid, codes, region, rows)


def _unit_now(pack: Pack, region: Region) -> Iterator[tuple[int, int, Formula]]:
    """How many 元 the unit is that is printed on the form now, and the least decimals of its
    amounts; what is no unit changes nothing. Of units in one text the longest is meant: 元 stands
    in 万元 too."""
    units = sorted(pack.words["units"], key=len)
    for column, stated in ((YUAN, pack.yuan), (LEAST, pack.least_decimals)):
        before = stated(region.unit)
        text = str(before)
        for unit in units:
            text = f'IF(COUNTIF({region.unit_cell},"*{unit}*"),{stated(unit)},{text})'
        yield region.band, column, Formula(text, before)


def _sources(
    region: Region, amounts: Mapping[CellKey, Decimal]
) -> Iterator[tuple[int, int, str, Decimal]]:
    """Row and column on the form of every amount, the reference to it, and its value."""
    key = region.block.id
    for column in region.block.columns:
        index = region.columns[column]
        for identity, row in region.fixed.items():
            amount = amounts.get(CellKey(*key, identity, column), Decimal(0))
            yield row, index, ref(region.sheet, row, index), amount
        for nth, identity in enumerate(region.ids, start=1):
            amount = amounts.get(CellKey(*key, identity, column), Decimal(0))
            source = f"INDEX({region.in_form(column)},{nth})"
            yield region.row_at(nth), index, source, amount


def _figure(source: str, amount: Decimal, decimals: str) -> Formula:
    """A figure rounded as displayed; texts, blanks and errors count as 0."""
    return Formula(f"ROUND(IFERROR(1*{source},0),{decimals})", stored_number(amount))


def _width(
    region: Region, row: int, column: int, amount: Decimal, decimals: str
) -> tuple[int, int, Formula]:
    """Row, column and width of a figure's last decimal in units of the block's finest; 0 for a
    figure of 0."""
    width = int(10 ** (region.most - region.decimals(row, column)))
    now = str(width) if decimals.isdigit() else f"10^({region.most}-{decimals})"
    figure = ref("", region.band + row, column)
    formula = Formula(f"IF({figure}=0,0,{now})", width if amount else 0)
    return region.band + row, column + region.widths, formula


def _outline(
    pack: Pack,
    budget: Budget,
    trees: Trees,
    grid: Grid,
    codes: CodeLists,
    region: Region,
    rows: Mapping[str, Row],
) -> Written:
    tree = trees[region.block.id]
    parents = {child: parent for parent, below in tree.children.items() for child in below}
    positions = {identity: nth for nth, identity in enumerate(region.ids, start=1) if identity}
    there = [rows.get(identity) for identity in region.ids]
    catalogue = pack.catalogues.get(region.block.codes)
    tops = list(accumulate(_top_marks(there, catalogue), max, initial=0))[1:]
    if len(region.block.levels) > 1:
        yield from _levels(region, there, parents, positions, _unit_names(pack, grid))
    for nth, row in enumerate(there, start=1):
        line = region.band + region.row_at(nth)
        parent = positions.get(parents.get(row.id, ""), 0) if row else -1
        values: dict[str, Value] = {
            "name": row.name if row else "",
            "parent": parent,
            "code": row.code if row else "",
            "last": tops[nth - 1],
            "childless": int(row is not None and row.id in tree.childless),
            "top": top.code if (top := there[tops[nth - 1] - 1]) and tops[nth - 1] else "",
        }
        for name, text in _texts(region, catalogue, codes, nth).items():
            yield line, region.helpers[name], Formula(text, values[name])
    if catalogue:
        deep = sum(len(row.code) == catalogue.lengths[-1] for row in there if row)
        text = f"SUMPRODUCT((LEN({region.helper_range('code')})={catalogue.lengths[-1]})*1)"
        yield region.band, region.helpers["childless"], Formula(text, deep)


def _top_marks(there: list[Row | None], catalogue: Catalogue | None) -> Iterator[int]:
    """The position of each row with a top code, 0 for other rows."""
    for nth, row in enumerate(there, start=1):
        is_top = row and catalogue and row.code and len(row.code) == catalogue.lengths[0]
        yield nth if is_top else 0


def _texts(
    region: Region, catalogue: Catalogue | None, codes: CodeLists, nth: int
) -> dict[str, str]:
    """The formulas behind the n-th row of a block, by helper."""
    texts = {"name": f'IFERROR(INDEX({region.in_form(NAME)},{nth})&"","")'}
    name = region.helper("name", nth)
    if catalogue is None:
        if len(region.block.levels) == 1:
            texts["parent"] = f'IF({name}="",-1,0)'
        return texts
    code = region.helper("code", nth)
    before = region.helper("last", nth - 1) if nth > 1 else "0"
    if CODE in region.columns:
        texts["code"] = f'IFERROR(INDEX({region.in_form(CODE)},{nth})&"","")'
    else:
        # Carried down cell by cell: a range that holds the formula itself would be circular.
        above = region.helper("top", nth - 1) if nth > 1 else '""'
        texts["code"] = codes.code_of_name(region.block.codes, name, above)
        texts["top"] = f"IF(LEN({code})={catalogue.lengths[0]},{code},{above})"
    first = catalogue.lengths[0]
    texts["last"] = f"IF(LEN({code})={first},{nth},{before})"
    texts["parent"] = _parent(region, catalogue, code, name, before)
    texts["childless"] = _childless(region, catalogue, codes, code, nth)
    return texts


def _parent(region: Region, catalogue: Catalogue, code: str, name: str, before: str) -> str:
    """The position of the nearest ancestor in the form; a row without a code belongs to the last
    top row (as in `rules.tree`)."""
    codes = region.helper_range("code")
    position = "0"
    for length in catalogue.lengths[:-1]:
        nearer = f"IFERROR(MATCH(LEFT({code},{length}),{codes},0),{position})"
        position = f"IF(LEN({code})>{length},{nearer},{position})"
    return f'IF({code}="",IF({name}="",-1,{before}),{position})'


def _childless(region: Region, catalogue: Catalogue, codes: CodeLists, code: str, nth: int) -> str:
    deep = ref("", region.band, region.helpers["childless"])
    parents = region.helper_range("parent")
    has_parts = codes.has_parts(catalogue.key, code)
    conditions = (
        f'{code}<>""',
        f"LEN({code})<{catalogue.lengths[-1]}",
        f"{deep}>0",
        f"COUNTIF({parents},{nth})=0",
        has_parts,
    )
    return f"IF(AND({','.join(conditions)}),1,0)"


def _unit_names(pack: Pack, grid: Grid) -> list[str]:
    """The ranges of the names of units, which are those of blocks of one level."""
    return [
        region.helper_range("name") for region in grid.values() if len(region.block.levels) == 1
    ]


def _levels(
    region: Region,
    there: list[Row | None],
    parents: Mapping[str, str],
    positions: Mapping[str, int],
    units: list[str],
) -> Written:
    """The first row is the top; a row is a unit if its name is a known unit's, or if the rows above
    and below it add up that way in the first column: where that leaves something open,
    `layout.recognise.rows.row_levels` looks at more than a formula can."""
    levels = region.block.levels
    column = region.block.columns[0]
    count, running, unit = 0, Decimal(0), 0
    for nth, row in enumerate(there, start=1):
        level = levels.index(row.level) + 1 if row and row.level in levels else 0
        count += row is not None
        running += row.amounts.get(column, Decimal(0)) if row else 0
        unit = nth if level == 2 else unit
        parent = positions.get(parents.get(row.id, ""), 0) if row else -1
        line = region.band + region.row_at(nth)
        texts = _level_texts(region, nth, units)
        values: dict[str, Value] = {
            "count": count,
            "sum": stored_number(running),
            "last": unit,
            "level": level,
            "parent": parent,
        }
        for name, text in texts.items():
            yield line, region.helpers[name], Formula(text, values[name])


def _level_texts(region: Region, nth: int, units: list[str]) -> dict[str, str]:
    """Count of rows so far, running sum of the first amount column, last unit, level, parent."""
    column = region.block.columns[0]
    name, count = region.helper("name", nth), region.helper("count", nth)
    level = region.helper("level", nth)
    amount = region.behind(region.row_at(nth), column)
    earlier = nth - 1
    counted = region.helper("count", earlier) if earlier else "0"
    summed = region.helper("sum", earlier) if earlier else "0"
    unit = region.helper("last", earlier) if earlier else "0"
    known = [f"COUNTIF({names},{name})>0" for names in units]
    known.append(f"{name}={region.helper('name', 1)}")
    if earlier:
        known.append(_adds_up(region, nth, unit, summed, amount))
    is_unit = f"OR({count}=2,{','.join(known)})"
    return {
        "count": f'{counted}+({name}<>"")',
        "sum": f"ROUND({summed}+{amount},{_sum_decimals(region)})",
        "level": f'IF({name}="",0,IF({count}=1,1,IF({is_unit},2,3)))',
        "last": f"IF({level}=2,{nth},{unit})",
        "parent": _level_parent(region, level, unit),
    }


def _level_parent(region: Region, level: str, unit: str) -> str:
    top = f"IFERROR(MATCH(1,{region.helper_range('level')},0),0)"
    return f"IF({level}=0,-1,IF({level}=1,0,IF(OR({level}=2,{unit}=0),{top},{unit})))"


def _sum_decimals(region: Region) -> int:
    """The most decimals in the column that tells levels apart."""
    column = region.columns[region.block.columns[0]]
    return max(
        [region.usual_decimals, *(d for (_, c), d in region.other_decimals.items() if c == column)]
    )


def _adds_up(region: Region, nth: int, unit: str, summed: str, amount: str) -> str:
    """The test whether the rows since the last unit add up to it, and rows below to this one."""
    sums = region.helper_range("sum")
    counts = region.helper_range("count")
    below = region.helper("sum", nth)
    count = region.helper("count", nth)
    half = f"{Decimal(5).scaleb(-_sum_decimals(region) - 1):f}"
    since = (
        f"ABS({summed}-2*INDEX({sums},{unit})+IF({unit}>1,INDEX({sums},{unit}-1),0))"
        f"<({nth}-{unit})*{half}"
    )
    onward = (
        f"SUMPRODUCT((ABS({sums}-{below}-{amount})<({counts}-{count}+1)*{half})"
        f"*({counts}>{count}))>0"
    )
    return f"IFERROR(AND({unit}>0,{unit}<{nth - 1},{amount}<>0,{since},{onward}),1=0)"
