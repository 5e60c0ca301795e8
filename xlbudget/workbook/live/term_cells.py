"""Where the figures of a rule's terms stand on the hidden sheet of figures, for each line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from xlbudget.rules.bound_rules import BOUND, CHILDREN, FIXED, GROUP, Selector
from xlbudget.workbook.live.ledger import LedgerLine
from xlbudget.workbook.live.regions import Grid, Region
from xlbudget.workbook.xlsx.formula import join_terms, quote_text


class Run(NamedTuple):
    """Rows of which a term means those whose helper in `match` equals `wanted`, or all where both
    are empty; `amounts` is the range of their figures."""

    match: str
    wanted: str
    amounts: str


class TermCells(NamedTuple):
    """Finds a term's cells on the sheet `figures`."""

    grid: Grid
    figures: str

    def key(self, line: LedgerLine) -> str:
        """The line's code as a formula, empty where it has none."""
        if line.row and line.open_position:
            assert line.on is not None
            return self.grid[line.on].helper("code", line.open_position, self.figures)
        return quote_text(line.row) if line.row else ""

    def sum(self, line: LedgerLine, selector: Selector) -> str:
        """The sum of a term's figures, without its coefficient."""
        alone = self.alone(line, selector)
        if alone:
            return alone
        pieces = [
            f"SUMIF({rows},{wanted},{column})" if wanted else f"SUM({column})"
            for rows, wanted, column in self.runs(line, selector)
        ]
        return sum_as_term(pieces)

    def alone(self, line: LedgerLine, selector: Selector, shift: int = 0) -> str:
        """The one cell that a selector means, or that `shift` columns right; empty for several."""
        region = self.grid[selector.block]
        column = selector.column or line.column
        if selector.how == FIXED:
            row = selector.row
        elif selector.how != BOUND:
            return ""
        elif not line.row:
            return region.behind(region.row_at(line.open_position), column, self.figures, shift)
        elif line.open_position or line.row not in region.fixed:
            return ""
        else:
            row = line.row
        return region.behind(region.fixed[row], column, self.figures, shift)

    def runs(self, line: LedgerLine, selector: Selector, shift: int = 0) -> list[Run]:
        """Every run of rows in which a selector means some, with the amounts or the cells `shift`
        columns right of them."""
        region = self.grid[selector.block]
        column = selector.column or line.column
        sheet = self.figures
        if selector.how == GROUP and selector.row in region.block.sets:
            return [Run("", "", run) for run in self._set_runs(region, selector.row, column, shift)]
        if not region.helpers or (selector.row == CHILDREN and not line.open_position):
            return []
        amounts = region.behind_range(column, sheet, shift)
        if selector.how == GROUP and selector.row in region.block.levels:
            level = region.block.levels.index(selector.row) + 1
            return [Run(region.helper_range("level", sheet), str(level), amounts)]
        if selector.how == GROUP:
            parent = line.open_position if selector.row == CHILDREN else 0
            return [Run(region.helper_range("parent", sheet), str(parent), amounts)]
        code = self.key(line) if selector.how == BOUND else quote_text(selector.row)
        return [Run(region.helper_range("code", sheet), code, amounts)]

    def _set_runs(self, region: Region, name: str, column: str, shift: int) -> Iterator[str]:
        """The rows of a named set as ranges of consecutive rows."""
        rows = sorted(region.fixed[row] for row in region.block.sets[name])
        runs = [[rows[0]]]
        for row in rows[1:]:
            if row == runs[-1][-1] + 1:
                runs[-1].append(row)
            else:
                runs.append([row])
        for run in runs:
            first = region.behind(run[0], column, self.figures, shift)
            yield f"{first}:{region.behind(run[-1], column, '', shift)}"


def sum_as_term(pieces: list[str]) -> str:
    """A sum as one term."""
    return pieces[0] if len(pieces) == 1 else f"({join_terms(pieces)})"
