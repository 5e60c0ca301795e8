"""Captions around tables: titles, form labels, department, unit of amount, notes, headings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from xlbudget.layout.headings import vocabulary
from xlbudget.layout.normalize import normalize_text, normalize_title
from xlbudget.packs.model import Pack

TITLE, LABEL, ABOUT, HEADING, NOTE, FOOTER = "title", "label", "about", "heading", "note", "footer"
NOTE_MARK = re.compile(r"^注[：:]")
LONG = 4
"""Least length of a heading word that still counts as one when more text follows it."""


class Caption(NamedTuple):
    """A row of a sheet by its kind: the form it names and the column of its text; `about` maps
    department or unit to its text and column."""

    kind: str
    form: str = ""
    column: int = -1
    about: Mapping[str, tuple[str, int]] = MappingProxyType({})


@lru_cache(maxsize=8)
def _names(pack: Pack) -> tuple[Mapping[str, str], Mapping[str, str], re.Pattern[str]]:
    """Titles and labels in normal form → form; the pattern of lines like ``部门名称：…``."""
    titles = {
        normalize_title(title): form.key
        for form in pack.forms.values()
        for title in (form.title, *pack.words["synonyms"].get(normalize_title(form.title), ()))
    }
    labels = {normalize_text(form.label): form.key for form in pack.forms.values()}
    words = pack.words["lines"]
    either = "|".join(f"(?P<{name}>{_spaced(words[name])})" for name in ("department", "unit"))
    return titles, labels, re.compile(rf"^\s*(?:{either})\s*[:：]\s*(?P<value>.*?)\s*$", re.DOTALL)


def _spaced(words: Sequence[str]) -> str:
    """A pattern for any of the words, white space allowed between its characters."""
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(r"\s*".join(map(re.escape, word)) for word in ordered)


def _titled(pack: Pack, text: str) -> str:
    """The form whose title the text equals or ends with (附件3：2025年部门支出总表), the longest
    title first; "" for none."""
    titles, _, _ = _names(pack)
    title = normalize_title(text)
    if title in titles:
        return titles[title]
    if NOTE_MARK.match(title) or any(word in title for word in pack.words["lines"]["refers"]):
        return ""
    fitting = [known for known in titles if title.endswith(known)]
    return titles[max(fitting, key=len)] if fitting else ""


def names_form(pack: Pack, text: str) -> bool:
    """Whether a text is the title or the label of a form, and nothing else."""
    _, labels, _ = _names(pack)
    return _may_be_title(pack, text) and bool(_titled(pack, text) or normalize_text(text) in labels)


@lru_cache(maxsize=8)
def title_mark(pack: Pack) -> str:
    """A character that every title and label contains: text without it is quickly skipped."""
    titles, labels, _ = _names(pack)
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
    _, labels, pattern = _names(pack)
    about = {}
    for column, text in cells:
        form = _titled(pack, text) if _may_be_title(pack, text) else ""
        if form:
            return Caption(TITLE, form, column)
        if normalize_text(text) in labels:
            return Caption(LABEL, labels[normalize_text(text)], column)
        stated = pattern.match(text) if "：" in text or ":" in text else None
        if stated:
            about["department" if stated["department"] else "unit"] = (stated["value"], column)
    if about:
        return Caption(ABOUT, about=about)
    texts = dict(cells)
    return Caption(HEADING) if is_heading(pack, texts) else _below(pack, texts)


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
