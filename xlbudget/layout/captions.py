"""Captions around tables: titles, form labels, department, unit of amount, notes, headings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from xlbudget.layout.about_lines import DATE, UNIT, clean, read_statements
from xlbudget.layout.headings import vocabulary
from xlbudget.layout.normalize import find_unit_behind, normalize_text, normalize_title
from xlbudget.packs.model import Pack

TITLE, LABEL, ABOUT, HEADING, NOTE, FOOTER = "title", "label", "about", "heading", "note", "footer"
NOTE_MARK = re.compile(r"^注[：:]")
REMARK = re.compile(r"（[^（）]*）$")
LONGEST_TITLE = 40
LONG = 4
"""Least length of a heading word that still counts as one when more text follows it."""


class Caption(NamedTuple):
    """A row of a sheet by its kind: the form it names and the column of its text; `about` maps
    department, its code, unit or date to what is stated and its column, also beside a title.
    `bare` where nothing but the words themselves marks these, so that they count only above a
    table."""

    kind: str
    form: str = ""
    column: int = -1
    about: Mapping[str, tuple[str, int]] = MappingProxyType({})
    bare: bool = False


@lru_cache(maxsize=8)
def _names(pack: Pack) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Titles and labels in normal form → form."""
    titles = {
        normalize_title(title): form.key
        for form in pack.forms.values()
        for title in (form.title, *pack.words["synonyms"].get(normalize_title(form.title), ()))
    }
    labels = {normalize_text(form.label): form.key for form in pack.forms.values() if form.label}
    return titles, labels


def _titled(pack: Pack, text: str) -> str:
    """The form whose title the text equals or ends with (附件3：2025年部门支出总表), the longest
    title first, whatever is added in brackets or figures behind it (（草案）, 1); "" for none."""
    titles, _ = _names(pack)
    title = normalize_title(text)
    known = titles.get(title) or _bare_titles(pack).get(title)
    if known:
        return known
    if NOTE_MARK.match(title) or any(word in title for word in pack.words["lines"]["refers"]):
        return ""
    ends = [known for known, form in titles.items() if not pack.forms[form].known_by]
    while title:
        fitting = [known for known in ends if title.endswith(known)]
        if fitting:
            return titles[max(fitting, key=len)]
        shorter = _added(pack).sub("", title)
        if shorter == title:
            break
        title = shorter
    return _known_by_words(pack, normalize_title(text))


@lru_cache(maxsize=8)
def _bare_titles(pack: Pack) -> Mapping[str, str]:
    """Titles without the remark in brackets at their end (（不含上年结转）) that are one form's."""
    titles, _ = _names(pack)
    bare: dict[str, set[str]] = {}
    for title, form in titles.items():
        bare.setdefault(REMARK.sub("", title), set()).add(form)
    return {
        title: forms.pop()
        for title, forms in bare.items()
        if len(forms) == 1 and title not in titles
    }


def _known_by_words(pack: Pack, title: str) -> str:
    """The only form whose words a title has; "" for none."""
    if len(title) > LONGEST_TITLE:
        return ""
    known = [
        form.key
        for form in pack.forms.values()
        if form.known_by
        and all(word in title for word in form.known_by.every)
        and not any(word in title for word in form.known_by.none)
        and (not form.known_by.any or any(word in title for word in form.known_by.any))
    ]
    return known[0] if len(known) == 1 else ""


@lru_cache(maxsize=8)
def _added(pack: Pack) -> re.Pattern[str]:
    """What is added behind a title: a remark in brackets, a number, a sign, that it goes on."""
    words = "|".join(map(re.escape, pack.words["lines"]["continues"]))
    return re.compile(rf"(?:（[^（）]*）|{words}|[\d。.,;、_*+-]+)$")


def names_form(pack: Pack, text: str) -> bool:
    """Whether a text is the title or the label of a form, and nothing else."""
    _, labels = _names(pack)
    return _may_be_title(pack, text) and bool(_titled(pack, text) or normalize_text(text) in labels)


@lru_cache(maxsize=8)
def title_mark(pack: Pack) -> str:
    """A character that every title and label contains: text without it is quickly skipped."""
    if any(form.known_by for form in pack.forms.values()):
        return ""
    titles, labels = _names(pack)
    return next(iter(set.intersection(*map(set, (*titles, *labels)))), "")


def _may_be_title(pack: Pack, text: str) -> bool:
    return title_mark(pack) in text


def read_caption(pack: Pack, texts: Mapping[int, str], numbers: int) -> Caption | None:
    """The caption that a row is, or None for a row of a table's body (or of no known kind).

    `texts` are the row's words by column, `numbers` the count of figures beside them: a row with
    figures is no caption.
    """
    return None if numbers else _line(pack, tuple(texts.items()))


@lru_cache(maxsize=4096)
def _line(pack: Pack, cells: tuple[tuple[int, str], ...]) -> Caption | None:
    """The caption of a row without figures, cached since most stand in many files."""
    _, labels = _names(pack)
    named = Caption("")
    for column, text in cells:
        form = _titled(pack, text) if _may_be_title(pack, text) else ""
        if form:
            named = Caption(TITLE, form, column)
            break
        if normalize_text(text) in labels:
            named = Caption(LABEL, labels[normalize_text(text)], column)
            break
    texts = dict(cells)
    stated, bare = _stated(pack, [cell for cell in cells if cell[0] != named.column])
    behind = find_unit_behind(texts[named.column]) if named.kind else ""
    if behind and UNIT not in stated:
        stated[UNIT] = (behind, named.column)
    if named.kind:
        return named._replace(about=stated)
    if cells and NOTE_MARK.match(cells[0][1].strip()):
        return _below(pack, texts)  # what a note states is told with the table above it
    of_table = stated.keys() - {DATE}  # a date alone may be a footer's
    if of_table and not bare:
        return Caption(ABOUT, about=stated)
    if is_heading(pack, texts):
        return Caption(HEADING)
    return Caption(ABOUT, about=stated, bare=True) if of_table else _below(pack, texts)


def _stated(
    pack: Pack, cells: Sequence[tuple[int, str]]
) -> tuple[dict[str, tuple[str, int]], bool]:
    """What the cells of a row state of its table, and whether only bare words do. A word with
    nothing behind it states what stands in the next cell."""
    about: dict[str, tuple[str, int]] = {}
    bare, waiting = True, ""
    for column, text in cells:
        statements = read_statements(pack, text)
        if waiting and not statements:
            about[waiting], waiting = (clean(text), column), ""
            continue
        waiting = ""
        for kind, value, is_bare in statements:
            bare = bare and is_bare
            if value and not about.get(kind, ("",))[0]:
                about[kind] = (value, column)
            elif not value and not is_bare:
                about.setdefault(kind, ("", column))
            waiting = kind if not value else ""
    return about, bare


def is_heading(pack: Pack, texts: Mapping[int, str]) -> bool:
    """Whether a row has at least two different heading words, which are at least half of its texts;
    words that only begin with one count where there are not enough."""
    words = vocabulary(pack)
    normals = [normalize_title(text) for text in texts.values()]
    known = {word for word in normals if word in words}
    if len(known) >= 2 and 2 * sum(word in words for word in normals) >= len(normals):
        return True
    if not known or len(normals) < 2:
        return False
    known |= {word for word in normals if _begins(pack, word)}
    return len(known) >= 2 and 2 * len(known) >= len(normals)


def _begins(pack: Pack, word: str) -> bool:
    return any(word.startswith(head) for head in vocabulary(pack) if len(head) >= LONG)


def _below(pack: Pack, texts: Mapping[int, str]) -> Caption | None:
    if not texts:
        return None
    column, first = next(iter(texts.items()))
    words: Mapping[str, Any] = pack.words["lines"]
    if NOTE_MARK.match(first.strip()) or any(
        normalize_text(w) in normalize_text(first) for w in words["empty"]
    ):
        return Caption(NOTE, column=column)
    if any(normalize_text(first).startswith(word + "：") for word in words["footers"]):
        return Caption(FOOTER, column=column)
    return None
