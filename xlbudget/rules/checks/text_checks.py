"""Kinds that check the text printed around the tables, and the words in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from xlbudget.core.finding import Observation
from xlbudget.core.key import CellKey, SheetCell
from xlbudget.core.reading import Printed, PrintedText
from xlbudget.layout.normalize import (
    find_year_span,
    find_years,
    normalize_text,
    normalize_title,
    strip_ordinal,
)
from xlbudget.layout.office_names import may_be_same_office
from xlbudget.packs.model import NAME, Form, Pack, RuleClause
from xlbudget.packs.names import name_forms, name_row
from xlbudget.rules.checks.context import Context, has_amount, text_cell

LEAST_DENIED = 2
"""Characters of what a note says that there is none of."""
LONGEST_REMARK = 24
"""Characters of a text beside a table that says what the table is; longer ones explain."""

FormText = tuple[str, PrintedText]
"""A form, and a text printed around its table."""


def empty_note(context: Context, part: RuleClause) -> Iterator[Observation]:
    """Forms without amounts that lack the note that they are empty, forms with amounts that have
    one, and notes that name another form."""
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
    yield from _denials(context, part, filled)


def _denials(context: Context, part: RuleClause, filled: Collection[str]) -> Iterator[Observation]:
    """Notes that say that there is none of what their form has (本部门无“三公”经费支出)."""
    pack, words = context.pack, context.pack.words["lines"]
    notes = [(p.form, note) for p in context.reading.printed for note in p.notes]
    for form, text in (*notes, *_beside(context)):
        if form not in filled or says_empty(text.text, pack.words):
            continue
        for denied in _denied(words, text.text):
            if denied in _bare(pack.forms[form].title) or denied in _filled_rows(context, form):
                facts = {"form": pack.forms[form].sheet, "what": denied, "note": text.text.strip()}
                yield Observation(part.kind, "denied", form, (text.cell,), facts)
                break


def _denied(words: Mapping[str, Sequence[str]], text: str) -> Iterator[str]:
    """What a text says that there is none of, without the words that end it."""
    ends = tuple(words["denied_ends"])
    for clause in re.split(r"[，。；,;：！、]", _bare(text)):
        said = re.search(rf"(?:{'|'.join(words['denies'])})(.+)", clause)
        what = said[1] if said else ""
        while what.endswith(ends):
            what = what.removesuffix(next(end for end in ends if what.endswith(end)))
        if len(what) >= LEAST_DENIED:
            yield what


def _bare(text: str) -> str:
    """A text in normal form without its year and quotation marks."""
    return re.sub(r"[“”\"'‘’「」《》]", "", normalize_title(text))


def _filled_rows(context: Context, form: str) -> str:
    """The names of a form's fixed rows with amounts, one a line."""
    pack = context.pack
    return "\n".join(
        _bare(strip_ordinal(name_row(pack, pack.blocks[key], row.id)))
        for key, rows in context.reading.budget.blocks.items()
        for row in rows
        if key.form == form and row.id in pack.blocks[key].labels and has_amount(row)
    )


def says_empty(text: str, words: Mapping[str, Mapping[str, list[str]]]) -> bool:
    """Whether a line below a table states that it has no data."""
    line = normalize_text(text)
    return any(normalize_text(word) in line for word in words["lines"]["empty"])


def _other_form(pack: Pack, form: str, text: str) -> bool:
    """Whether a note names another form and not its own."""
    names = {f.sheet: f.key for f in pack.forms.values()}
    pattern = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    named = {names[sheet] for sheet in re.findall(pattern, normalize_text(text))}
    named |= {
        f.key for f in pack.forms.values() if normalize_title(f.title) in normalize_title(text)
    }
    return bool(named) and form not in named


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
    holding = dict(_containing([normalize_text(word) for word in words], texts))
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


def another_document(context: Context, part: RuleClause) -> Iterator[Observation]:
    """Titles and headings of another document than a year's budget (决算, 2025-2027年), and texts
    that say that a table is void or of another year: one observation for each word, whatever the
    number of forms that bear it. A heading of another year may speak of what was spent then."""
    lines, year = context.pack.words["lines"], context.reading.budget.year
    titles, headings, notes = _texts_by_place(context.reading.printed)
    last = lines["last_year"]
    current = _of_year(_without(headings, last), year)
    beside = list(_beside(context))
    short = [(form, text) for form, text in beside if len(text.text) <= LONGEST_REMARK]
    own = [
        (form, text) for form, text in short if not any(w in text.text for w in lines["last_year"])
    ]
    bearing: dict[tuple[str, str], list[FormText]] = {}
    for case, words, texts in (
        ("", lines["no_budget"], [*titles, *current, *_of_year(own, year)]),
        ("void", lines["void"], [*titles, *headings, *notes, *short]),
    ):
        found = dict(_containing(words, {text.text for _, text in texts}))
        for form, text in texts:
            if text.text in found:
                bearing.setdefault((case, found[text.text]), []).append((form, text))
    for form, title in titles:
        span = find_year_span(title.text)
        if span:
            bearing.setdefault(("years", span), []).append((form, title))
    for form, text in own:
        named = find_years(text.text)
        says_budget = any(word in text.text for word in lines["budget"])
        if says_budget and named and year not in named:
            bearing.setdefault(("other_year", str(named[0])), []).append((form, text))
    for (case, word), each in bearing.items():
        forms = list(dict.fromkeys(form for form, _ in each if form))
        place = name_forms(context.pack, forms) or each[0][1].cell.sheet
        facts = {"forms": place, "word": word, "text": each[0][1].text.strip(), "year": str(year)}
        cells = tuple(text.cell for _, text in each)
        yield Observation(part.kind, case, each[0][0], cells, facts)


def _passed_sheets(context: Context) -> set[str]:
    """The sheets whose table is not read, which is told of itself."""
    return {
        cell.sheet
        for each in context.reading.observations
        if each.kind in ("other_year_table", "forms_present")
        for cell in each.cells
        if isinstance(cell, SheetCell)
    }


def _without(texts: Iterable[FormText], words: Sequence[str]) -> list[FormText]:
    """The texts that have none of the words."""
    return [(form, text) for form, text in texts if not any(word in text.text for word in words)]


def _of_year(texts: Iterable[FormText], year: int) -> list[FormText]:
    """The texts that name no other year."""
    return [(form, text) for form, text in texts if set(find_years(text.text)) <= {year}]


def _beside(context: Context) -> Iterator[FormText]:
    """The texts that belong to no table, each with the form on its sheet ("" for none, or for
    several)."""
    on_sheet: dict[str, set[str]] = {}
    for (block, _), row in context.reading.rows.items():
        on_sheet.setdefault(row.sheet, set()).add(block.form)
    for printed in context.reading.printed:
        for line in (printed.title, *printed.headings[:1]):
            if line:
                on_sheet.setdefault(line.cell.sheet, set()).add(printed.form)
    passed = _passed_sheets(context)
    for text in context.reading.beside:
        if text.cell.sheet in passed and text.cell.sheet not in on_sheet:
            continue
        forms = on_sheet.get(text.cell.sheet, set())
        yield (next(iter(forms)) if len(forms) == 1 else ""), text


def _texts_by_place(
    printed: Iterable[Printed],
) -> tuple[list[FormText], list[FormText], list[FormText]]:
    """The titles, the headings and the notes of all forms."""
    titles, headings, notes = [], [], []
    for each in printed:
        titles += [(each.form, each.title)] if each.title else []
        headings += [(each.form, heading) for heading in each.headings]
        notes += [(each.form, note) for note in each.notes]
    return titles, headings, notes


def _years_of(form: Form) -> Iterator[int]:
    """The years that a form's own headings name."""
    for block in form.blocks:
        for path in block.paths.values():
            for heading in path:
                yield from find_years(heading)


def _containing(words: Sequence[str], texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Texts that contain one of the words in any case, each with the word as written in it.

    Few texts have even the first character of one, which is quick to test.
    """
    first = re.compile("|".join(re.escape(word[:1]) for word in words), re.IGNORECASE)
    whole = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)
    for text in texts:
        cleaned = normalize_text(text)
        match = whole.search(cleaned) if first.search(cleaned) else None
        if match:
            yield text, match[0]


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
