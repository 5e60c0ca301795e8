"""The report on what was recognised in a file, in the words of the pack (`xlbudget read
--explain`)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from xlbudget.core.key import column_letters
from xlbudget.layout.about_lines import clean
from xlbudget.layout.recognise.explain import ExplainedColumn, ExplainedTable
from xlbudget.messages import load_messages
from xlbudget.packs.model import Pack


def recognition_report(pack: Pack, file: str, tables: Sequence[ExplainedTable]) -> str:
    """The form of each table, the column of each heading, how certain, what was left over; and for
    what was not recognised, a draft of a map."""
    return "\n".join(_lines(pack, file, tables))


def _lines(pack: Pack, file: str, tables: Sequence[ExplainedTable]) -> Iterator[str]:
    words = load_messages()["explain"]
    known = {table.form for table in tables if table.form}
    yield words["head"].format(file=file, known=len(known), pack=pack.name, all=len(pack.forms))
    for table in tables:
        yield ""
        yield from _table(pack, table)
    absent = [form for key, form in pack.forms.items() if key not in known]
    if absent:
        yield ""
        yield words["absent"].format(forms=words["list"].join(form.sheet for form in absent))
        yield from _sketch(tables, absent[0].sheet)


def _table(pack: Pack, table: ExplainedTable) -> Iterator[str]:
    words = load_messages()["explain"]
    where = {"sheet": table.sheet, "first": table.first + 1, "last": table.last + 1}
    if table.form:
        form = pack.forms[table.form]
        evidence = load_messages()["evidence"][table.evidence]
        yield words["table"].format(form=form.sheet, title=form.title, evidence=evidence, **where)
    else:
        yield words["unknown"].format(**where)
    for column in table.columns:
        yield words["column"].format(letter=column_letters(column.column), said=_describe(column))
    if table.missing:
        yield words["missing"].format(columns=words["list"].join(table.missing))


def _describe(column: ExplainedColumn) -> str:
    template: str = load_messages()["explain"]["how"][column.how]
    return template.format(text=clean(column.text), column=column.meaning, likeness=column.likeness)


def _sketch(tables: Sequence[ExplainedTable], form: str) -> Iterator[str]:
    """The draft of a map for the first table that was not recognised."""
    table = next((table for table in tables if not table.form), None)
    if table is None:
        return
    words = load_messages()["explain"]
    first, last = table.heading[0] + 1, table.heading[1] + 1
    yield ""
    yield words["sketch"]
    yield "tables:"
    yield f"  - form: {form}"
    yield f"    sheet: {_quoted(table.sheet)}"
    yield f"    heading: {first}-{last}" if last > first else f"    heading: {first}"
    yield "    columns:"
    for column in table.columns:  # comments, until somebody says which of the form's they are
        yield f"      # {column_letters(column.column)}: {clean(column.text)}"


def _quoted(text: str) -> str:
    """A text as a YAML scalar, whatever characters it has."""
    return json.dumps(text, ensure_ascii=False)
