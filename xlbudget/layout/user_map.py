"""A layout described by the user: other words for headings, and the form's column of each sheet
column. For tables that cannot be recognised; what a map states is not guessed.
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
"""Separator between the headings of a column, from the top down."""

TABLE_WORDS = ("form", "sheet", "heading", "rows", "columns", "ignore", "unit")


class MappedTable(NamedTuple):
    """A table as the user describes it. `sheet` may hold * for any text; rows and columns are
    counted from 0; without `rows` it reaches to the next table or the sheet's end."""

    form: str
    sheet: str
    heading: range
    rows: range | None
    columns: Mapping[int, tuple[BlockKey, str]]
    ignored: frozenset[int]
    unit: str

    def fits(self, sheet: RawSheet) -> bool:
        """Whether it describes this sheet, and the sheet is long enough for it."""
        return fnmatchcase(sheet.name.strip(), self.sheet) and self.heading.stop <= len(sheet.rows)


def load_map(pack: Pack, path: Path) -> tuple[Pack, tuple[MappedTable, ...]]:
    """The pack with the words of the map among its synonyms, and the tables that it describes.

    Raises PackError with every fault and its line, in the program's messages.
    """
    try:
        data = read_yaml(path)
    except (OSError, UnicodeDecodeError):
        raise PackError([Fault(str(path), 1, load_messages()["map"]["unreadable"])]) from None
    reader = _Reader(pack, path)
    if not isinstance(data, dict) or not data or data.keys() - {"tables", "words"}:
        raise PackError([reader.fault((), "shape")])
    if not isinstance(data.get("tables", []), list | None):
        raise PackError([reader.fault(("tables",), "shape")])
    words = data.get("words") or {}
    faults = list(reader.words(words))
    tables: list[MappedTable] = []
    for index, spec in enumerate(data.get("tables") or []):
        read = reader.table(index, spec)
        faults.extend(fault for fault in read if isinstance(fault, Fault))
        tables.extend(table for table in read if isinstance(table, MappedTable))
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
    """The titles of the forms with this sheet name."""
    return [
        form.title
        for form in pack.forms.values()
        if normalize_text(printed) == normalize_text(form.sheet)
    ]


class _Reader(NamedTuple):
    """Reads one map file; faults are reported in the program's messages."""

    pack: Pack
    path: Path

    def fault(self, steps: tuple[Any, ...], kind: str, **facts: str) -> Fault:
        text = load_messages()["map"][kind].format(**facts)
        return Fault(str(self.path), find_line(self.path, steps), text)

    def words(self, words: Any) -> Iterator[Fault]:
        """The faults of the other words."""
        if not isinstance(words, dict):
            yield self.fault(("words",), "shape")
            return
        forms = self.pack.forms.values()
        known = {normalize_title(text) for form in forms for text in (form.sheet, form.title)}
        known |= {word for key in self.pack.forms for w in self.columns(key) for word in w.path}
        for printed in words:
            if normalize_title(str(printed)) not in known:
                yield self.fault(("words", printed), "unknown_word", word=str(printed))

    def columns(self, form: str) -> tuple[FormColumn, ...]:
        return form_columns(self.pack, form)

    def table(self, index: int, spec: Any) -> Sequence[Fault | MappedTable]:
        """The table, or its faults."""
        at = ("tables", index)
        if not isinstance(spec, dict) or spec.keys() - set(TABLE_WORDS):
            return [self.fault(at, "table_shape", words="、".join(TABLE_WORDS))]
        absent = [w for w in ("form", "sheet", "heading", "columns") if w not in spec]
        if absent:
            return [self.fault(at, "absent", words="、".join(absent))]
        named = {normalize_text(f.sheet): f.key for f in self.pack.forms.values()}
        named |= {normalize_title(f.title): f.key for f in self.pack.forms.values()}
        name = str(spec["form"])
        form = named.get(normalize_text(name)) or named.get(normalize_title(name))
        if not form:
            sheets = "、".join(f.sheet for f in self.pack.forms.values())
            return [self.fault((*at, "form"), "unknown_form", form=name, forms=sheets)]
        heading, rows = _rows(spec["heading"]), _rows(spec.get("rows"))
        wrong = [
            self.fault((*at, word), "rows", said=str(spec[word]))
            for word, read in (("heading", heading), ("rows", rows))
            if word in spec and read is None
        ]
        unit = str(spec.get("unit", ""))
        if unit and unit not in self.pack.words["units"]:
            units = "、".join(self.pack.words["units"])
            wrong.append(self.fault((*at, "unit"), "unknown_unit", unit=unit, units=units))
        columns, faults = self.placed(at, form, spec["columns"] or {})
        ignored = spec.get("ignore") or []
        letters = [str(c) for c in (ignored if isinstance(ignored, list) else [ignored])]
        wrong += [
            self.fault((*at, "ignore"), "letters", said=c) for c in letters if not LETTERS.match(c)
        ]
        if wrong or faults or heading is None:
            return [*wrong, *faults]
        skipped = frozenset(map(column_index, letters))
        return [MappedTable(form, str(spec["sheet"]), heading, rows, columns, skipped, unit)]

    def placed(
        self, at: tuple[Any, ...], form: str, columns: Any
    ) -> tuple[dict[int, tuple[BlockKey, str]], list[Fault]]:
        """Sheet column → block and column of the form, and the faults; two of one name are taken
        from left to right."""
        if not isinstance(columns, dict):
            return {}, [self.fault((*at, "columns"), "shape")]
        placed: dict[int, tuple[BlockKey, str]] = {}
        faults = []
        letters = {str(letter): name for letter, name in columns.items()}
        for letter in letters:
            if not LETTERS.match(letter):
                faults.append(self.fault((*at, "columns", letter), "letters", said=letter))
        for letter in sorted(filter(LETTERS.match, letters), key=column_index):
            parts = [normalize_title(part) for part in str(letters[letter]).split(BETWEEN)]
            fitting = [w for w in self.columns(form) if _meant(w, parts)]
            free = [w for w in fitting if (w.block, w.key) not in placed.values()]
            if free:
                placed[column_index(letter)] = (free[0].block, free[0].key)
            else:
                kind = "taken" if fitting else "unknown_column"
                names = "、".join(dict.fromkeys(BETWEEN.join(w.path) for w in self.columns(form)))
                faults.append(
                    self.fault(
                        (*at, "columns", letter), kind, column=str(letters[letter]), columns=names
                    )
                )
        return placed, faults


def _meant(wanted: FormColumn, parts: Sequence[str]) -> bool:
    return parts[-1] in wanted.leaves and all(part in wanted.path for part in parts[:-1])


def _rows(text: Any) -> range | None:
    """``4`` or ``3-4``, counted from 1 → the rows counted from 0; None for anything else."""
    match = ROWS.match(str(text).strip())
    if not match:
        return None
    first, last = int(match[1]), int(match[2] or match[1])
    return range(first - 1, last) if 0 < first <= last else None
