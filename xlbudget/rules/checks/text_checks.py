"""Kinds that check the text printed around the tables, and the words in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain

from xlbudget.core.finding import Observation
from xlbudget.core.key import CellKey, SheetCell
from xlbudget.core.reading import Printed, PrintedText
from xlbudget.layout.normalize import (
    find_years,
    normalize_text,
    normalize_title,
    strip_ordinal,
)
from xlbudget.layout.office_names import may_be_same_office
from xlbudget.packs.model import NAME, Form, Pack, RuleClause
from xlbudget.rules.checks.context import Context, text_cell
from xlbudget.rules.checks.texts_beside import find_words


def same_everywhere(context: Context, part: RuleClause) -> Iterator[Observation]:
    """Departments and units of amount that differ from those of most forms, titles that begin with
    another department's name, and outlines that list another department."""
    yield from _titles_of_others(context, part)
    yield from _lists_of_others(context, part)
    for case, read in (("department", _department), ("unit", _unit)):
        stated = [
            (p.form, *read(p))
            for p in context.reading.printed
            if read(p) and not (case == "unit" and _own_or_unknown_unit(context.pack, p))
        ]
        if not stated:
            continue
        common = Counter(text for _, text, _ in stated).most_common(1)[0][0]
        for form, text, cell in stated:
            if text != common:
                same = case == "department" and may_be_same_office(text, common)
                facts = {"found": text, "expected": common}
                facts["form"] = context.pack.forms[form].sheet
                yield Observation(part.kind, "spelling" if same else case, form, (cell,), facts)


def _own_or_unknown_unit(pack: Pack, printed: Printed) -> bool:
    """Whether a form has a unit of its own, or states one that is told as not understood."""
    stated = printed.unit.text if printed.unit else ""
    return bool(pack.forms[printed.form].unit) or stated not in pack.words["units"]


def _lists_of_others(context: Context, part: RuleClause) -> Iterator[Observation]:
    """Outlines of departments that list none which may be the one that the budget is of."""
    pack, budget = context.pack, context.reading.budget
    for key, rows in budget.blocks.items():
        levels = pack.blocks[key].levels
        if not budget.department or len(levels) < 2 or context.reading.sources:
            continue
        above = levels[: levels.index(pack.words["unit_level"]) + 1]
        own = tuple(pack.words["lines"]["itself"])
        listed = [row for row in rows if row.level in above and row.name]
        if listed and not any(
            row.name.startswith(own) or may_be_same_office(row.name, budget.department)
            for row in listed
        ):
            facts = {"found": listed[0].name, "expected": budget.department}
            facts["form"] = pack.forms[key.form].sheet
            cells = text_cell(pack.blocks[key], listed[0], NAME)
            yield Observation(part.kind, "listed", key.form, cells, facts)


def _titles_of_others(context: Context, part: RuleClause) -> Iterator[Observation]:
    own = normalize_text(context.reading.budget.department)
    ends = tuple(context.pack.words["lines"]["offices"])
    for printed in context.reading.printed:
        title = normalize_title(printed.title.text) if printed.title and own else ""
        known = normalize_title(context.pack.forms[printed.form].title)
        before = strip_ordinal(title.partition(known)[0].rpartition("：")[2])
        if printed.title and before.endswith(ends) and before not in own and own not in before:
            facts = {"found": before, "expected": own}
            facts["form"] = context.pack.forms[printed.form].sheet
            yield Observation(part.kind, "title", printed.form, (printed.title.cell,), facts)


def _department(printed: Printed) -> tuple[str, SheetCell] | tuple[()]:
    name = printed.department
    return (normalize_text(name.text), name.cell) if name and name.text else ()


def _unit(printed: Printed) -> tuple[str, SheetCell] | tuple[()]:
    return (printed.unit.text, printed.unit.cell) if printed.unit and printed.unit.text else ()


def department_named(context: Context, part: RuleClause) -> Iterator[Observation]:
    """A budget that does not say whose it is."""
    if not context.reading.budget.department:
        yield Observation(part.kind)


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
    """The form set and the catalogues that were used, for a budget of another year than one of
    these."""
    pack, year = context.pack, context.reading.budget.year
    if year in (pack.since, pack.codes_year):
        case = "own_codes" if year != pack.since else "old_codes"
    else:
        case = "" if year > pack.since else "earlier"
    if not year == pack.since == pack.codes_year:
        facts = {"year": str(year), "since": str(pack.since), "place": pack.place}
        yield Observation(part.kind, case, facts={**facts, "codes": str(pack.codes_year)})


def forms_present(context: Context, part: RuleClause) -> Iterator[Observation]:
    """Forms of the pack that the file lacks."""
    present = {key.form for key in context.reading.budget.blocks}
    for form in context.pack.forms.values():
        if form.key not in present:
            facts = {"form": form.sheet, "title": form.title}
            yield Observation(part.kind, "missing", form.key, (), facts)


def placeholders(context: Context, part: RuleClause) -> Iterator[Observation]:
    """Placeholder words in any printed text or name, and years of another budget in headings."""
    words = context.pack.words["placeholders"]
    texts = {text for _, text, _ in _printed_words(context)} | _names(context)
    holding = dict(find_words([normalize_text(word) for word in words], texts))
    for form, text, at in chain(_printed_words(context), _named(context)) if holding else ():
        if text in holding:
            facts = {"text": text, "word": holding[text]}
            yield Observation(part.kind, "placeholder", form, (at,), facts)
    year = context.reading.budget.year
    for printed in context.reading.printed:
        own = {year, *printed.other_years, *_years_of(context.pack.forms[printed.form])}
        for heading in printed.headings:
            wrong = [named for named in find_years(heading.text) if named not in own]
            if wrong:
                facts = {"text": heading.text, "found": str(wrong[0]), "year": str(year)}
                yield Observation(part.kind, "year", printed.form, (heading.cell,), facts)


def _years_of(form: Form) -> Iterator[int]:
    """The years that a form's own headings name."""
    for block in form.blocks:
        for path in block.paths.values():
            for heading in path:
                yield from find_years(heading)


def _printed_words(context: Context) -> Iterator[tuple[str, str, CellKey | SheetCell]]:
    for printed in context.reading.printed:
        lines: tuple[PrintedText | None, ...] = (printed.title, printed.department, *printed.notes)
        for line in (*lines, *printed.headings):
            if line:
                yield printed.form, line.text, line.cell


def _names(context: Context) -> set[str]:
    return {row.name for rows in context.reading.budget.blocks.values() for row in rows}


def _named(context: Context) -> Iterator[tuple[str, str, CellKey | SheetCell]]:
    for key, rows in context.reading.budget.blocks.items():
        block = context.pack.blocks[key]
        for row in rows:
            if row.name:
                yield key.form, row.name, text_cell(block, row, NAME)[0]
