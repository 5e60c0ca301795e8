"""The form of each table: by title, label, sheet name, headings, or its position."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from xlbudget.core.finding import Observation
from xlbudget.core.key import SheetCell
from xlbudget.layout.captions import TITLE
from xlbudget.layout.headings import (
    Match,
    match,
    match_fuzzy,
    read_columns,
)
from xlbudget.layout.normalize import normalize_text, normalize_title
from xlbudget.layout.tables import Table, read_texts
from xlbudget.messages import load_messages
from xlbudget.packs.model import Pack

ORDER = "order"
NAMED = ("label", "sheet")
"""Evidence that names the form itself, even where its heading is much changed."""


def identify(pack: Pack, tables: Sequence[Table]) -> tuple[list[Table], list[Observation]]:
    """Identify the form of each table: by title; else by label, sheet name or headings, and
    where several forms share their headings, by its position between the others. Returns the known
    tables and observations; tables that stay unclear are reported and not read."""
    observations: list[Observation] = []
    unclear: list[tuple[Table, list[Match]]] = []
    known: list[Table] = []
    for table in tables:
        if table.match:
            known.append(table)
            continue
        columns = read_columns(table.headings(pack))
        if table.titled:
            table.match, table.evidence = match(pack, table.titled, columns), TITLE
            known.append(table)
            observations.extend(_labelled_otherwise(pack, table))
            continue
        if TITLE in table.above and _knows_words(pack):
            unclear.append((table, []))
            continue
        matches = [match(pack, form, columns) for form in pack.forms]
        best = max(m.fit for m in matches)
        fitting = [m for m in matches if m.fit == best]
        poor = best[0] <= -best[1]
        evidence = _evidence(pack, table, [m for m in matches if m.fit[1] > 1] if poor else fitting)
        if poor and not (evidence and evidence[1] in NAMED):
            unclear.append((table, []))
            continue
        if evidence:
            table.match, table.evidence = evidence
            known.append(table)
            if TITLE in table.above or not _title_uncalculated(table):
                observations.append(_untitled(table, evidence[1]))
        else:
            unclear.append((table, fitting))
    observations.extend(_by_order(pack, tables, unclear))
    known = [table for table in tables if table.match]
    for table in known:
        observations.extend(_near(pack, table))
    return known, observations


def _knows_words(pack: Pack) -> bool:
    """Whether the pack knows titles by their words: then one that it does not know is of none of
    its forms, whatever stands below it."""
    return any(form.known_by for form in pack.forms.values())


def _labelled_otherwise(pack: Pack, table: Table) -> Iterator[Observation]:
    """A title of one form below the label of another."""
    if table.labelled not in ("", table.titled) and TITLE in table.above:
        title, labelled = table.above[TITLE], pack.forms[table.labelled]
        facts = {"form": pack.forms[table.titled].sheet, "printed": title.text.strip()}
        facts |= {"label": labelled.label, "other": labelled.sheet}
        yield Observation("label_differs", "", table.titled, (title.cell,), facts)


def _near(pack: Pack, table: Table) -> Iterator[Observation]:
    """Place headings that are only like the printed ones, and yield an observation for each."""
    if not (table.match and table.match.missing and table.match.unknown):
        return
    columns = read_columns(table.headings(pack))
    table.match = match_fuzzy(pack, table.match, columns)
    form = table.match.form
    for near in table.match.fuzzy:
        row = max(n for n in table.heading if near.column in read_texts(table.sheet.rows[n]))
        cell = SheetCell(table.sheet.name, row, near.column)
        block = pack.blocks[near.wanted.block]
        facts = {"text": read_texts(table.sheet.rows[row])[near.column].strip()}
        facts |= {"column": block.paths[near.wanted.key][-1], "likeness": str(near.likeness)}
        yield Observation("near_heading", "", form.key, (cell,), facts)


def _evidence(pack: Pack, table: Table, fitting: list[Match]) -> tuple[Match, str] | None:
    by_form = {m.form.key: m for m in fitting}
    if table.labelled in by_form:
        return by_form[table.labelled], "label"
    if len(fitting) == 1:
        return fitting[0], "headings"
    name = normalize_text(table.sheet.name)
    sheets = {form.sheet: form.key for form in pack.forms.values()}
    pattern = "|".join(sorted(map(re.escape, sheets), key=len, reverse=True))
    named = {sheets[label] for label in re.findall(pattern, name)} & by_form.keys()
    digits = re.findall(r"\d+", re.sub(r"20\d\d", "", name))
    named |= {f.key for f in pack.forms.values() if [str(f.number)] == digits} & by_form.keys()
    named |= {
        key for key in by_form if normalize_title(pack.forms[key].title) in normalize_title(name)
    }
    if len(named) == 1:
        return by_form[named.pop()], "sheet"
    return None


def _title_uncalculated(table: Table) -> bool:
    """Whether a formula above the heading was never calculated; it may be the title."""
    return any(row < table.heading[0] for row, _ in table.sheet.uncalculated)


def _by_order(
    pack: Pack, tables: Sequence[Table], unclear: Iterable[tuple[Table, list[Match]]]
) -> list[Observation]:
    """Match tables whose heading several forms share to the one form that is still missing and
    fits between the neighbours in the order of the pack; returns an observation for each table."""
    observations = []
    taken = {table.match.form.key for table in tables if table.match}
    order = list(pack.forms)
    for table, fitting in unclear:
        index = next(i for i, t in enumerate(tables) if t is table)
        before = [order.index(t.match.form.key) for t in tables[:index] if t.match]
        after = [order.index(t.match.form.key) for t in tables[index + 1 :] if t.match]
        low, high = max(before, default=-1), min(after, default=len(order))
        open_ = [
            m for m in fitting if m.form.key not in taken and low < order.index(m.form.key) < high
        ]
        if len(open_) == 1:
            table.match, table.evidence = open_[0], ORDER
            taken.add(open_[0].form.key)
            observations.append(_untitled(table, ORDER))
        else:
            at = SheetCell(table.sheet.name, table.heading[0], 0)
            forms = "、".join(m.form.sheet for m in fitting)
            kind = "unclear_table" if fitting else "unknown_table"
            case, facts = _printed_title(table)
            observations.append(Observation(kind, case, "", (at,), {"forms": forms, **facts}))
    return observations


def _printed_title(table: Table) -> tuple[str, dict[str, str]]:
    """The case of what is told of a table's title, and the title that stands there and is none of
    the pack's."""
    printed = table.above.get(TITLE)
    return ("unknown", {"printed": printed.text.strip()}) if printed else ("", {})


def _untitled(table: Table, evidence: str) -> Observation:
    assert table.match is not None
    form = table.match.form
    at = SheetCell(
        table.sheet.name, table.heading[0], min(read_texts(table.sheet.rows[table.heading[0]]))
    )
    words = load_messages()["evidence"]
    case, facts = _printed_title(table)
    facts |= {"evidence": words[evidence], "form": form.sheet, "title": form.title}
    at = table.above[TITLE].cell if case else at
    return Observation("untitled_table", case, form.key, (at,), facts)
