"""The one shape of every rule between figures: Σ aᵢ·xᵢ = 0 or Σ aᵢ·xᵢ ≤ 0, over cells.

Check, explanation, live formula, localisation and rounding all start from this record.
"""

from __future__ import annotations

from typing import NamedTuple

from xlbudget.core.key import CellKey

EQUAL = "=="
AT_MOST = "<="


class Term(NamedTuple):
    """One cell with its coefficient."""

    coefficient: int
    cell: CellKey


class Constraint(NamedTuple):
    """Left side minus right side, as terms of the left with coefficients as written.

    `left` and `right` are kept apart so that a sentence can show both figures; the linear form is
    left − right `relation` 0. `rule` and `part` name the sentence in the pack, `about` the values
    of the words in it (row, column, class, …), `condition` the cells that decided the choice of
    this constraint (`when`).
    """

    rule: str
    part: int
    relation: str
    left: tuple[Term, ...]
    right: tuple[Term, ...]
    about: tuple[tuple[str, str], ...] = ()
    condition: tuple[CellKey, ...] = ()

    def cells(self) -> list[CellKey]:
        """Every cell in it, left side first."""
        return [term.cell for term in self.left] + [term.cell for term in self.right]

    def terms(self) -> list[Term]:
        """The linear form: left terms, and right terms with their sign reversed."""
        return [*self.left, *(Term(-a, cell) for a, cell in self.right)]

    def __str__(self) -> str:
        """The equation in cell keys, for engineers: ``summary.income.grand_total.amount == …``."""
        return f"{_side(self.left)} {self.relation} {_side(self.right)}"


def _side(terms: tuple[Term, ...]) -> str:
    written = [f"{'' if a == 1 else '-' if a == -1 else f'{a}*'}{'.'.join(c)}" for a, c in terms]
    return " + ".join(written).replace("+ -", "- ") or "0"
