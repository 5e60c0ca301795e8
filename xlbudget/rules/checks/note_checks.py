"""Kinds that check what notes say of their form: that it is empty, that it has none of a thing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from xlbudget.core.finding import Observation
from xlbudget.layout.normalize import normalize_text, normalize_title, strip_ordinal
from xlbudget.packs.model import Pack, RuleClause
from xlbudget.packs.names import name_row
from xlbudget.rules.checks.context import Context, has_amount
from xlbudget.rules.checks.texts_beside import list_beside

LEAST_DENIED = 2
"""Characters of what a note says that there is none of."""


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
    for form, text in (*notes, *list_beside(context)):
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
