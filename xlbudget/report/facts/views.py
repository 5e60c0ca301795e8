"""Views over facts in the words of the forms, as SQL derived from the packs.

`facts` is everything under its English names, 事实 (the pack's word) the same in Chinese; each form
is a view under its sheet's word and its key, with a line per row and a column per printed column.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from xlbudget.core.budget import make_unique
from xlbudget.messages import load_messages
from xlbudget.ops.facts.column_names import name_columns
from xlbudget.ops.facts.facts import Fact
from xlbudget.packs.model import Block, Form, Pack
from xlbudget.report.facts.parquet import quote_sql

SOURCE, FILE, LINE = "numbered_facts", "filename", "file_row_number"
"""The table under the views: facts with the facts file and the line in it from which they come."""

ALWAYS = ("department", "unit", "code", "name")
IDENTITY = ("pack", "year", *ALWAYS, "department_code", "block", "row_key", "file")
LAST = ("year", "file")


class FactsView(NamedTuple):
    """A view: its name, what it is (a form's title), and the SQL behind it."""

    name: str
    title: str
    select: str


class _Cells(NamedTuple):
    """A column of a block that is shown in one column of a view."""

    pack: str
    form: str
    block: str
    column: str


def list_views(packs: Sequence[Pack]) -> Iterator[FactsView]:
    """The views for facts of these packs (at least one; the first's words are used), `facts`
    first."""
    words = load_messages()["facts"]
    yield FactsView("facts", "", f"SELECT {', '.join(Fact._fields)} FROM {SOURCE}")
    yield FactsView(words["view"], "", _in_words(packs[0]))
    for name, forms in _named(packs).items():
        yield FactsView(name, forms[0][1].title, _form(forms))


def _named(packs: Iterable[Pack]) -> Mapping[str, list[tuple[Pack, Form]]]:
    """Name of a view → the forms that it shows; every form has two names."""
    forms_by_name: dict[str, list[tuple[Pack, Form]]] = {}
    for pack in packs:
        for form in pack.forms.values():
            for name in (form.sheet, form.key):
                forms_by_name.setdefault(name, []).append((pack, form))
    return forms_by_name


def _in_words(pack: Pack) -> str:
    named = [f"{_expression_of(pack, f)} AS {quote_identifier(_word(f))}" for f in Fact._fields]
    return f"SELECT {', '.join(named)} FROM {SOURCE}"


def _word(field: str) -> str:
    return str(load_messages()["facts"]["columns"][field])


def _expression_of(pack: Pack, field: str) -> str:
    """The SQL expression of a field; levels in the pack's words."""
    if field != "level":
        return field
    cases = [f"WHEN {quote_sql(k)} THEN {quote_sql(w)}" for k, w in pack.words["levels"].items()]
    return f"CASE level {' '.join(cases)} ELSE level END"


def _form(forms: Sequence[tuple[Pack, Form]]) -> str:
    pack = forms[0][0]
    blocks = [(pack, block) for pack, form in forms for block in form.blocks]
    first = _about_rows([block for _, block in blocks], [form for _, form in forms])
    taken: set[str] = set()
    identifying = [_column(_expression_of(pack, f), _word(f), taken) for f in first]
    last = [_column(f, _word(f), taken) for f in LAST]
    amounts = [
        _column(f"sum(amount) FILTER (WHERE {_any(cells)})", word, taken)
        for word, cells in _columns(blocks).items()
    ]
    together = dict.fromkeys((*IDENTITY, *first, FILE))
    condition = " OR ".join(f"{_is(pack=p.name, form=form.key)}" for p, form in forms)
    return (
        f"SELECT {', '.join((*identifying, *amounts, *last))} FROM {SOURCE} WHERE {condition}"
        f" GROUP BY {', '.join(together)} ORDER BY {FILE}, min({LINE})"
    )


def _about_rows(blocks: Sequence[Block], forms: Sequence[Form]) -> list[str]:
    """The fields that describe a view's rows: always the four, and those that only such forms
    have."""
    several = any(len(form.blocks) > 1 for form in forms)
    some = {
        "block_name": several,
        "level": any(len(block.levels) > 1 for block in blocks),
        "government": any(block.government for block in blocks),
    }
    department, unit, code, name = ALWAYS
    before = [field for field in ("block_name", "level") if some[field]]
    return [department, unit, *before, code, name, *(["government"] if some["government"] else [])]


def _columns(blocks: Iterable[tuple[Pack, Block]]) -> Mapping[str, list[_Cells]]:
    """Printed heading → the columns of these blocks under it."""
    by_word: dict[str, list[_Cells]] = {}
    for pack, block in blocks:
        for column, word in name_columns(pack, block).items():
            by_word.setdefault(word, []).append(_Cells(pack.name, block.form, block.key, column))
    return by_word


def _column(expression: str, word: str, taken: set[str]) -> str:
    return f"{expression} AS {quote_identifier(make_unique(word, taken))}"


def _any(cells: Iterable[_Cells]) -> str:
    return " OR ".join(
        _is(pack=c.pack, form=c.form, block=c.block, column_key=c.column) for c in cells
    )


def _is(**fields: str) -> str:
    return (
        "(" + " AND ".join(f"{field} = {quote_sql(value)}" for field, value in fields.items()) + ")"
    )


def quote_identifier(word: str) -> str:
    """A name as an SQL identifier."""
    return '"' + word.replace('"', '""') + '"'
