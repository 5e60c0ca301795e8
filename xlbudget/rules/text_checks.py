"""Kinds that look at what is printed around the tables, and at the words in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from xlbudget.core.finding import Observation
from xlbudget.core.key import CellKey, SheetCell
from xlbudget.core.reading import Printed, PrintedText
from xlbudget.layout.normalize import find_years, normalize_text, normalize_title
from xlbudget.packs.model import NAME, Form, Pack, RuleClause
from xlbudget.rules.context import Context, has_amount, text_cell


def empty_note(context: Context, part: RuleClause) -> Iterator[Observation]:
    """A form without amounts says so below, one with amounts does not, and a note is its own."""
    blocks = context.reading.budget.blocks
    filled = {key.form for key, rows in blocks.items() if any(map(has_amount, rows))}
    filled |= {cell.form for cell in context.reading.unreadable}
    words = context.pack.words
    for printed in context.reading.printed:
        facts = {"form": context.pack.forms[printed.form].sheet, "note": words["print"]["empty"]}
        empties = [n for n in printed.notes if says_empty(n.text, words)]
        if printed.form not in filled and not empties and not printed.unknown_below:
            where = printed.title.cell if printed.title else None
            yield Observation(part.kind, "missing", printed.form, (where,) if where else (), facts)
        for note in empties:
            facts = {**facts, "note": note.text}
            if _other_form(context.pack, printed.form, note.text):
                yield Observation(part.kind, "other", printed.form, (note.cell,), facts)
            elif printed.form in filled:
                yield Observation(part.kind, "wrong", printed.form, (note.cell,), facts)


def says_empty(text: str, words: Mapping[str, Mapping[str, list[str]]]) -> bool:
    """Does a line below a table say that it has no data?"""
    said = normalize_text(text)
    return any(normalize_text(word) in said for word in words["lines"]["empty"])


def _other_form(pack: Pack, form: str, text: str) -> bool:
    """Does a note name another form and not its own?"""
    names = {f.sheet: f.key for f in pack.forms.values()}
    pattern = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    named = {names[found] for found in re.findall(pattern, normalize_text(text))}
    named |= {
        f.key for f in pack.forms.values() if normalize_title(f.title) in normalize_title(text)
    }
    return bool(named) and form not in named


def same_everywhere(context: Context, part: RuleClause) -> Iterator[Observation]:
    """Department and unit of amount are the same on every form: the odd ones out."""
    for case, said in (("department", _department), ("unit", _unit)):
        found = [(p.form, *said(p)) for p in context.reading.printed if said(p)]
        if not found:
            continue
        common = Counter(text for _, text, _ in found).most_common(1)[0][0]
        for form, text, place in found:
            if text != common:
                facts = {"found": text, "expected": common}
                facts["form"] = context.pack.forms[form].sheet
                yield Observation(part.kind, case, form, (place,), facts)


def _department(printed: Printed) -> tuple[str, SheetCell] | tuple[()]:
    said = printed.department
    return (normalize_text(said.text), said.cell) if said and said.text else ()


def _unit(printed: Printed) -> tuple[str, SheetCell] | tuple[()]:
    return (normalize_text(printed.unit.text), printed.unit.cell) if printed.unit else ()


def other_year(context: Context, part: RuleClause) -> Iterator[Observation]:
    """Forms whose title names another year than the budget's, which most titles name."""
    year = context.reading.budget.year
    for printed in context.reading.printed:
        named = find_years(printed.title.text)[:1] if printed.title else []
        if printed.title and named not in ([], [year]):
            facts = {"found": str(named[0]), "year": str(year)}
            facts["form"] = context.pack.forms[printed.form].sheet
            yield Observation(part.kind, "", printed.form, (printed.title.cell,), facts)


def form_set(context: Context, part: RuleClause) -> Iterator[Observation]:
    """Which form set was used for a budget of another year than the set's own."""
    pack, year = context.pack, context.reading.budget.year
    if year != pack.since:
        facts = {"year": str(year), "since": str(pack.since), "place": pack.place}
        yield Observation(part.kind, "" if year > pack.since else "earlier", facts=facts)


def forms_present(context: Context, part: RuleClause) -> Iterator[Observation]:
    """Forms of the pack that the file lacks."""
    there = {key.form for key in context.reading.budget.blocks}
    for form in context.pack.forms.values():
        if form.key not in there:
            facts = {"form": form.sheet, "title": form.title}
            yield Observation(part.kind, "missing", form.key, (), facts)


def placeholders(context: Context, part: RuleClause) -> Iterator[Observation]:
    """Words still to be filled in, and years of another budget, anywhere in printed words."""
    words = context.pack.words["placeholders"]
    texts = {text for _, text, _ in _printed_words(context)} | _names(context)
    holding = dict(_containing([normalize_text(word) for word in words], texts))
    for form, text, at in chain(_printed_words(context), _named(context)) if holding else ():
        if text in holding:
            facts = {"text": text, "word": holding[text]}
            yield Observation(part.kind, "placeholder", form, (at,), facts)
    year = context.reading.budget.year
    for printed in context.reading.printed:
        own = {year, *_years_of(context.pack.forms[printed.form])}
        for said in printed.headings:
            wrong = [found for found in find_years(said.text) if found not in own]
            if wrong:
                facts = {"text": said.text, "found": str(wrong[0]), "year": str(year)}
                yield Observation(part.kind, "year", printed.form, (said.cell,), facts)


def _years_of(form: Form) -> Iterator[int]:
    """The years that a form's own headings name."""
    for block in form.blocks:
        for path in block.paths.values():
            for heading in path:
                yield from find_years(heading)


def _containing(words: Sequence[str], texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Texts that contain one of the words, in capitals or not, with the word as it stands there.

    Few texts have even the first sign of one, which is quickly seen.
    """
    first = re.compile("|".join(re.escape(word[:1]) for word in words), re.IGNORECASE)
    whole = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)
    for text in texts:
        cleaned = normalize_text(text)
        found = whole.search(cleaned) if first.search(cleaned) else None
        if found:
            yield text, found[0]


def _printed_words(context: Context) -> Iterator[tuple[str, str, CellKey | SheetCell]]:
    for printed in context.reading.printed:
        said: tuple[PrintedText | None, ...] = (printed.title, printed.department, *printed.notes)
        for one in (*said, *printed.headings):
            if one:
                yield printed.form, one.text, one.cell


def _names(context: Context) -> set[str]:
    return {row.name for rows in context.reading.budget.blocks.values() for row in rows}


def _named(context: Context) -> Iterator[tuple[str, str, CellKey | SheetCell]]:
    for key, rows in context.reading.budget.blocks.items():
        block = context.pack.blocks[key]
        for row in rows:
            if row.name:
                yield key.form, row.name, text_cell(block, row, NAME)[0]
