"""Which table of a form is read where a file has several, and which go on from another sheet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from xlbudget.core.finding import Observation
from xlbudget.core.key import SheetCell
from xlbudget.layout.captions import TITLE
from xlbudget.layout.normalize import find_years, normalize_text
from xlbudget.layout.tables import Table, has_figures
from xlbudget.packs.model import Pack


class Chosen(NamedTuple):
    """The table of each form, in the pack's order, those that continue it on another sheet, and
    what there is to say of the others, which are not read."""

    tables: dict[str, Table]
    continued: dict[str, list[Table]]
    observations: list[Observation]


def choose_tables(pack: Pack, tables: Sequence[Table]) -> Chosen:
    """The table of each form: of several the first of the budget's own year that is visible and
    filled, else visible, else the first."""
    observations: list[Observation] = []
    by_form: dict[str, list[Table]] = {}
    for table in tables:
        assert table.match is not None
        by_form.setdefault(table.match.form.key, []).append(table)
    chosen: dict[str, Table] = {}
    continued: dict[str, list[Table]] = {}
    for form in (pack.forms[key] for key in pack.forms if key in by_form):
        parts = [t for t in by_form[form.key] if _continues(pack, t)]
        several = [t for t in by_form[form.key] if not _continues(pack, t)] or parts
        continued[form.key] = [t for t in parts if several is not parts]
        chosen[form.key] = max(several, key=lambda table: _worth(pack, table))
        others = [table for table in several if table is not chosen[form.key]]
        older = [table for table in others if _other_year(pack, table)]
        for table in older:
            facts = {"form": form.sheet, "year": _other_year(pack, table)}
            observations.append(
                Observation("other_year_table", "", form.key, (_head(table),), facts)
            )
        spare: dict[str, list[Table]] = {}
        for table in others:
            if table not in older:
                spare.setdefault(_case(pack, table, chosen[form.key]), []).append(table)
        for case, these in spare.items():
            facts = {"form": form.sheet, "title": form.title, "count": str(len(these) + 1)}
            cells = tuple(map(_head, these))
            observations.append(Observation("forms_present", case, form.key, cells, facts))
    return Chosen(chosen, continued, observations)


def _case(pack: Pack, table: Table, chosen: Table) -> str:
    """What is to be told of a table beside the one that was chosen."""
    if _worth(pack, table) != _worth(pack, chosen):
        return "spare"
    return "copy" if _contents(table) == _contents(chosen) else "twice"


def _contents(table: Table) -> tuple[dict[str, str], list[Sequence[Any]]]:
    """What is stated above a table, and its rows."""
    stated = {kind: normalize_text(printed.text) for kind, printed in table.above.items()}
    return stated, [table.sheet.rows[row] for row in table.body]


def _worth(pack: Pack, table: Table) -> tuple[bool, bool, bool]:
    """What speaks for a table where a form has several: its year, that it is visible, and filled.
    Of equal ones `max` takes the first."""
    filled = any(has_figures(table.sheet.rows[row]) for row in table.body)
    return not _other_year(pack, table), not table.sheet.hidden, filled


def _continues(pack: Pack, table: Table) -> bool:
    """Whether the table's title or sheet says that it goes on from another sheet (表二续)."""
    title = table.above.get(TITLE)
    texts = (title.text if title else "", table.sheet.name)
    pattern = "|".join(map(re.escape, pack.words["lines"]["continues"]))
    return any(re.search(rf"(?:{pattern})[）)]?\d*$", normalize_text(text)) for text in texts)


def _other_year(pack: Pack, table: Table) -> str:
    """The year that the table's title names, if it is not the budget's."""
    title = table.above.get(TITLE)
    named = find_years(title.text)[:1] if title else []
    return str(named[0]) if named not in ([], [pack.year]) else ""


def _head(table: Table) -> SheetCell:
    """The cell of the table's title, else the first of its heading."""
    title = table.above.get(TITLE)
    return title.cell if title else SheetCell(table.sheet.name, table.heading[0], 0)
