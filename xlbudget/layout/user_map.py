"""A layout said once by people: other words for headings, and which columns of a sheet are which
of a form. For tables that cannot be recognised; what is said here is not guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

from xlbudget.core.key import BlockKey, column_index
from xlbudget.core.sheet import RawSheet
from xlbudget.layout.headings import FormColumn, form_columns
from xlbudget.layout.normalize import normalize_text, normalize_title
from xlbudget.messages import load_messages
from xlbudget.packs.errors import Fault, PackError, find_line
from xlbudget.packs.model import Pack
from xlbudget.packs.source import read_yaml

ROWS = re.compile(r"^(\d{1,7})(?:\s*[-－~～至]\s*(\d{1,7}))?$")
LETTERS = re.compile(r"^[A-Za-z]{1,3}$")
BETWEEN = "/"
"""Between the headings of a column, from the top down."""

TABLE_WORDS = ("form", "sheet", "heading", "rows", "columns", "ignore", "unit")


class MappedTable(NamedTuple):
    """A table as people say it. `sheet` may hold * for any text; rows and columns are counted
    from 0; without `rows` it reaches to the next table or the sheet's end."""

    form: str
    sheet: str
    heading: range
    rows: range | None
    columns: Mapping[int, tuple[BlockKey, str]]
    ignored: frozenset[int]
    unit: str

    def fits(self, sheet: RawSheet) -> bool:
        """Does it speak of this sheet, which is long enough for it?"""
        return fnmatchcase(sheet.name.strip(), self.sheet) and self.heading.stop <= len(sheet.rows)


def load_map(pack: Pack, path: Path) -> tuple[Pack, tuple[MappedTable, ...]]:
    """The pack with the words of the map among its synonyms, and the tables that it describes.

    Raises PackError, naming every fault with its line, in the words of the pack.
    """
    try:
        said = read_yaml(path)
    except (OSError, UnicodeDecodeError):
        raise PackError([Fault(str(path), 1, load_messages()["map"]["unreadable"])]) from None
    reader = _Reader(pack, path)
    if not isinstance(said, dict) or not said or said.keys() - {"tables", "words"}:
        raise PackError([reader.fault((), "shape")])
    if not isinstance(said.get("tables", []), list | None):
        raise PackError([reader.fault(("tables",), "shape")])
    words = said.get("words") or {}
    faults = list(reader.words(words))
    tables: list[MappedTable] = []
    for place, table in enumerate(said.get("tables") or []):
        read = reader.table(place, table)
        faults.extend(one for one in read if isinstance(one, Fault))
        tables.extend(one for one in read if isinstance(one, MappedTable))
    if faults:
        raise PackError(faults)
    return _with_words(pack, words), tuple(tables)


def _with_words(pack: Pack, words: Mapping[str, Any]) -> Pack:
    if not words:
        return pack
    synonyms = {key: list(others) for key, others in pack.words["synonyms"].items()}
    for printed, others in words.items():
        mine = [others] if isinstance(others, str) else others
        for key in (printed, *_titles(pack, printed)):
            synonyms.setdefault(normalize_title(key), []).extend(map(str, mine))
    return replace(pack, words={**pack.words, "synonyms": synonyms})


def _titles(pack: Pack, printed: str) -> list[str]:
    """The title of the form that is meant by its short name."""
    return [
        form.title
        for form in pack.forms.values()
        if normalize_text(printed) == normalize_text(form.sheet)
    ]


class _Reader(NamedTuple):
    """Reads one map file; faults are told in the pack's words."""

    pack: Pack
    path: Path

    def fault(self, steps: tuple[Any, ...], kind: str, **facts: str) -> Fault:
        text = load_messages()["map"][kind].format(**facts)
        return Fault(str(self.path), find_line(self.path, steps), text)

    def words(self, said: Any) -> Iterator[Fault]:
        """What is wrong with the other words."""
        if not isinstance(said, dict):
            yield self.fault(("words",), "shape")
            return
        forms = self.pack.forms.values()
        known = {normalize_title(text) for form in forms for text in (form.sheet, form.title)}
        known |= {word for key in self.pack.forms for w in self.columns(key) for word in w.path}
        for printed in said:
            if normalize_title(str(printed)) not in known:
                yield self.fault(("words", printed), "unknown_word", word=str(printed))

    def columns(self, form: str) -> tuple[FormColumn, ...]:
        return form_columns(self.pack, form)

    def table(self, place: int, said: Any) -> Sequence[Fault | MappedTable]:
        """The table, or what is wrong with it."""
        at = ("tables", place)
        if not isinstance(said, dict) or said.keys() - set(TABLE_WORDS):
            return [self.fault(at, "table_shape", words="、".join(TABLE_WORDS))]
        absent = [w for w in ("form", "sheet", "heading", "columns") if w not in said]
        if absent:
            return [self.fault(at, "absent", words="、".join(absent))]
        named = {normalize_text(f.sheet): f.key for f in self.pack.forms.values()}
        named |= {normalize_title(f.title): f.key for f in self.pack.forms.values()}
        form = named.get(normalize_text(str(said["form"]))) or named.get(
            normalize_title(str(said["form"]))
        )
        if not form:
            sheets = "、".join(f.sheet for f in self.pack.forms.values())
            return [self.fault((*at, "form"), "unknown_form", form=str(said["form"]), forms=sheets)]
        heading, rows = _rows(said["heading"]), _rows(said.get("rows"))
        wrong = [
            self.fault((*at, word), "rows", said=str(said[word]))
            for word, read in (("heading", heading), ("rows", rows))
            if word in said and read is None
        ]
        unit = str(said.get("unit", ""))
        if unit and unit not in self.pack.words["units"]:
            units = "、".join(self.pack.words["units"])
            wrong.append(self.fault((*at, "unit"), "unknown_unit", unit=unit, units=units))
        columns, faults = self.placed(at, form, said["columns"])
        ignored = said.get("ignore") or []
        letters = [str(c) for c in (ignored if isinstance(ignored, list) else [ignored])]
        wrong += [
            self.fault((*at, "ignore"), "letters", said=c) for c in letters if not LETTERS.match(c)
        ]
        if wrong or faults or heading is None:
            return [*wrong, *faults]
        skipped = frozenset(map(column_index, letters))
        return [MappedTable(form, str(said["sheet"]), heading, rows, columns, skipped, unit)]

    def placed(
        self, at: tuple[Any, ...], form: str, said: Any
    ) -> tuple[dict[int, tuple[BlockKey, str]], list[Fault]]:
        """Sheet column → column of the form; two of one name are taken from left to right."""
        if not isinstance(said, dict):
            return {}, [self.fault((*at, "columns"), "shape")]
        found: dict[int, tuple[BlockKey, str]] = {}
        faults = []
        letters = {str(letter): name for letter, name in said.items()}
        for letter in letters:
            if not LETTERS.match(letter):
                faults.append(self.fault((*at, "columns", letter), "letters", said=letter))
        for letter in sorted(filter(LETTERS.match, letters), key=column_index):
            parts = [normalize_title(part) for part in str(letters[letter]).split(BETWEEN)]
            fitting = [w for w in self.columns(form) if _meant(w, parts)]
            free = [w for w in fitting if (w.block, w.key) not in found.values()]
            if free:
                found[column_index(letter)] = (free[0].block, free[0].key)
            else:
                kind = "taken" if fitting else "unknown_column"
                names = "、".join(dict.fromkeys(BETWEEN.join(w.path) for w in self.columns(form)))
                faults.append(
                    self.fault(
                        (*at, "columns", letter), kind, column=str(letters[letter]), columns=names
                    )
                )
        return found, faults


def _meant(wanted: FormColumn, parts: Sequence[str]) -> bool:
    return parts[-1] in wanted.leaves and all(part in wanted.path for part in parts[:-1])


def _rows(said: Any) -> range | None:
    """``4`` or ``3-4``, counted from 1 → the rows counted from 0."""
    found = ROWS.match(str(said).strip())
    if not found:
        return None
    first, last = int(found[1]), int(found[2] or found[1])
    return range(first - 1, last) if 0 < first <= last else None
