"""Live totals on the forms: the formula of every cell that a rule defines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from xlbudget.core.budget import Budget
from xlbudget.core.constraint import Term
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.packs.model import Pack
from xlbudget.rules.bound_rules import BOUND, GROUP, BoundRule, Selector, bound_rules
from xlbudget.rules.define import find_definitions
from xlbudget.rules.tree import Trees
from xlbudget.workbook.live.regions import Grid, Region, ref
from xlbudget.workbook.xlsx.formula import Formula, stored_number

TotalFormulas = dict[tuple[str, int, int], Formula]
"""(sheet, row, column) → formula."""


def write_totals(
    pack: Pack, budget: Budget, trees: Trees, grid: Grid, figures: str
) -> TotalFormulas:
    """Formulas of all totals, in rows with contents and in rows still to be filled in. The
    budget's totals must be those that the formulas give (`rules.define.compute_totals`)."""
    amounts = dict(budget.amounts())
    formulas: TotalFormulas = {}
    every = bound_rules(pack)
    decimals = {
        form: max(region.most for key, region in grid.items() if key.form == form)
        for form in pack.forms
    }
    for cell, (instance, constraint) in find_definitions(pack, trees).items():
        region = grid[BlockKey(cell.form, cell.block)]
        row = _row_of(region, cell.row)
        if row is None:
            continue
        (top,) = tops if (tops := _tops(every[instance.bound])) else (None,)
        parts = _of_tops(grid, top, cell, figures) if top else _of_terms(grid, constraint.right)
        amount = amounts.get(cell)
        formulas[region.sheet, row, region.columns[cell.column]] = _total(
            parts, decimals[cell.form], amount
        )
    formulas |= _spare(pack, grid, decimals)
    return formulas


def _total(parts: str, decimals: int, amount: Decimal | None) -> Formula:
    """The sum of the parts, blank where it is 0."""
    total = f"ROUND({parts},{decimals})"
    return Formula(f'IF({total}=0,"",{total})', stored_number(amount) if amount else "")


def _row_of(region: Region, identity: str) -> int | None:
    if identity in region.fixed:
        return region.fixed[identity]
    if identity in region.ids:
        return region.row_at(region.ids.index(identity) + 1)
    return None


def _tops(bound: BoundRule) -> list[Selector]:
    return [
        selector for selector in bound.right if selector.how == GROUP and selector.row == "tops"
    ]


def _of_tops(grid: Grid, selector: Selector, cell: CellKey, figures: str) -> str:
    """The sum of top rows, including those inserted later."""
    region = grid[selector.block]
    column = selector.column or cell.column
    parents, rows = region.helper_range("parent", figures), region.behind_range(column, figures)
    return f"SUMIF({parents},0,{rows})"


def _of_terms(grid: Grid, terms: Iterable[Term]) -> str:
    added = [term.cell for term in terms if term.coefficient > 0]
    taken = [term.cell for term in terms if term.coefficient < 0]
    text = f"SUM({','.join(_runs(grid, added))})" if added else "0"
    return text + (f"-SUM({','.join(_runs(grid, taken))})" if taken else "")


def _runs(grid: Grid, cells: Iterable[CellKey]) -> Iterator[str]:
    """References to those cells that are on the form."""
    positions = []
    for cell in cells:
        region = grid[BlockKey(cell.form, cell.block)]
        row = _row_of(region, cell.row)
        if row is not None:
            positions.append((row, region.columns[cell.column]))
    yield from _ranges(positions)


def _ranges(positions: Iterable[tuple[int, int]]) -> Iterator[str]:
    """References to positions (row, column); neighbours in one row or column form ranges."""
    runs: list[list[tuple[int, int]]] = []
    for position in positions:
        if runs and _neighbours(runs[-1], position):
            runs[-1].append(position)
        else:
            runs.append([position])
    for run in runs:
        first, last = (ref("", *position).replace("$", "") for position in (run[0], run[-1]))
        yield first if first == last else f"{first}:{last}"


def _neighbours(run: list[tuple[int, int]], position: tuple[int, int]) -> bool:
    step = (position[0] - run[-1][0], position[1] - run[-1][1])
    if len(run) > 1 and step != (run[-1][0] - run[-2][0], run[-1][1] - run[-2][1]):
        return False
    return step in ((0, 1), (1, 0))


def _spare(pack: Pack, grid: Grid, decimals: Mapping[str, int]) -> TotalFormulas:
    """Formulas in rows not yet filled in: what each row's own columns define."""
    formulas: TotalFormulas = {}
    for bound in bound_rules(pack):
        if not bound.part.defines or bound.row_word != "row" or bound.on is None:
            continue
        region = grid[bound.on]
        if any(selector.how != BOUND for selector in (*bound.left, *bound.right)):
            continue
        (left,) = bound.left
        for nth in range(1, region.height + 1):
            if region.ids[nth - 1]:
                continue
            row = region.row_at(nth)
            cells = ",".join(_ranges((row, region.columns[p.column]) for p in bound.right))
            cell = (region.sheet, row, region.columns[left.column])
            formulas.setdefault(cell, _total(f"SUM({cells})", decimals[region.block.form], None))
    return formulas
