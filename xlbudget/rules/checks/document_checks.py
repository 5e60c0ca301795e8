"""Kinds that check which document the tables are of: a year's budget, and no other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from xlbudget.core.finding import Observation
from xlbudget.core.reading import Printed
from xlbudget.layout.normalize import find_year_span, find_years
from xlbudget.packs.model import RuleClause
from xlbudget.packs.names import name_forms
from xlbudget.rules.checks.context import Context
from xlbudget.rules.checks.texts_beside import FormText, find_words, list_beside

LONGEST_REMARK = 24
"""Characters of a text beside a table that says what the table is; longer ones explain."""


def another_document(context: Context, part: RuleClause) -> Iterator[Observation]:
    """Titles and headings of another document than a year's budget (决算, 2025-2027年), and texts
    that say that a table is void or of another year: one observation for each word, whatever the
    number of forms that bear it. A heading of another year may speak of what was spent then."""
    lines, year = context.pack.words["lines"], context.reading.budget.year
    titles, headings, notes = _texts_by_place(context.reading.printed)
    last = lines["last_year"]
    current = _of_year(_without(headings, last), year)
    short = [(f, text) for f, text in list_beside(context) if len(text.text) <= LONGEST_REMARK]
    own = _without(short, last)
    bearing: dict[tuple[str, str], list[FormText]] = {}
    for case, words, texts in (
        ("", lines["no_budget"], [*titles, *current, *_of_year(own, year)]),
        ("void", lines["void"], [*titles, *headings, *notes, *short]),
    ):
        found = dict(find_words(words, {text.text for _, text in texts}))
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


def _without(texts: Iterable[FormText], words: Sequence[str]) -> list[FormText]:
    """The texts that have none of the words."""
    return [(form, text) for form, text in texts if not any(word in text.text for word in words)]


def _of_year(texts: Iterable[FormText], year: int) -> list[FormText]:
    """The texts that name no other year."""
    return [(form, text) for form, text in texts if set(find_years(text.text)) <= {year}]


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
