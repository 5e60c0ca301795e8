"""Catalogues that a user brings in: a bureau's own file of codes and names, or pairs that stand in
checked workbooks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from xlbudget.app.errors import Unreadable
from xlbudget.app.read_files import read_file, read_raw_workbook
from xlbudget.core.sheet import RawSheet
from xlbudget.layout.normalize import normalize_text
from xlbudget.layout.parse_code import parse_code
from xlbudget.packs.model import Catalogue, Pack

Names = Mapping[str, str]

ENOUGH = 2
"""A list with at least one code for so many of the known ones is taken for a whole catalogue."""


class CatalogueChange(NamedTuple):
    """What a list of codes changes of a catalogue: the names as they would be, codes that are new,
    gone, and called otherwise (each with the name before), codes without the code above them, and
    whether the list is long enough to be a whole catalogue."""

    catalogue: Catalogue
    names: Names
    new: tuple[str, ...]
    gone: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    orphans: tuple[str, ...]
    whole: bool


class Pair(NamedTuple):
    """A code and name that stand in workbooks and not in the catalogue, and the files' number."""

    catalogue: Catalogue
    code: str
    name: str
    files: int


def list_changes(pack: Pack, path: Path) -> list[CatalogueChange]:
    """What the codes of a workbook or CSV file change of the pack's catalogues, those in force in
    its year; none where it holds no codes. Raises Unreadable."""
    listed: dict[str, dict[str, str]] = {}
    known = frozenset(code for each in pack.catalogues.values() for code in each.names)
    for sheet in read_raw_workbook(path).sheets:
        for code, name in _list_codes(sheet, known, pack.words["code_parts"]):
            catalogue = _owner(pack, code)
            if catalogue:
                listed.setdefault(catalogue.key, {}).setdefault(code, name)
    return [compare(pack.catalogues[key], names) for key, names in listed.items()]


def compare(own: Catalogue, names: Names) -> CatalogueChange:
    """What a list of codes and names changes of a catalogue."""
    return CatalogueChange(
        own,
        names,
        tuple(code for code in names if code not in own.names),
        tuple(code for code in own.names if code not in names),
        tuple(
            (code, own.names[code])
            for code, name in names.items()
            if code in own.names and normalize_text(own.names[code]) != normalize_text(name)
        ),
        tuple(c for c in names if own.parent(c) and own.parent(c) not in names),
        ENOUGH * len(names) >= len(own.names),
    )


def learn_pairs(paths: Iterable[Path]) -> tuple[list[tuple[Pack, Pair]], list[Unreadable]]:
    """Codes with their names that stand in the coded rows of these files and not in the catalogue
    of their year, each with its pack, those in most files first; and the files that could not be
    read."""
    counts: Counter[tuple[str, str, str]] = Counter()
    packs: dict[tuple[str, str, str], tuple[Pack, Catalogue]] = {}
    unread = []
    for path in paths:
        try:
            pack, reading = read_file(path)
        except Unreadable as error:
            unread.append(error)
            continue
        pairs = {
            (block.codes, row.code, row.name): (pack, pack.catalogues[block.codes])
            for key, block in pack.blocks.items()
            if block.codes
            for row in reading.budget.blocks.get(key, ())
            if _is_new(pack.catalogues[block.codes], row.code, row.name)
        }
        counts.update(pairs.keys())
        packs |= pairs
    return [
        (packs[pair][0], Pair(packs[pair][1], pair[1], pair[2], files))
        for pair, files in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ], unread


def _is_new(catalogue: Catalogue, code: str, name: str) -> bool:
    return bool(name) and catalogue.fits_level(code) and code not in catalogue.names


def _owner(pack: Pack, code: str) -> Catalogue | None:
    """The catalogue that a code belongs to: the one that has it, else the one with the code that
    begins most like it; None where it could be several, or none."""
    fitting = [each for each in pack.catalogues.values() if each.fits_level(code)]
    having = [each for each in fitting if code in each.names]
    if len(having) == 1:
        return having[0]
    likeness = {each.key: _likeness(each, code) for each in fitting}
    most = max(likeness.values(), default=0)
    nearest = [key for key, like in likeness.items() if like == most]
    return pack.catalogues[nearest[0]] if most and len(nearest) == 1 else None


def _likeness(catalogue: Catalogue, code: str) -> int:
    """How many digits from the left a code shares with one of the catalogue."""
    return next(
        (
            n
            for n in range(len(code), 0, -1)
            if any(c.startswith(code[:n]) for c in catalogue.names)
        ),
        0,
    )


def _list_codes(
    sheet: RawSheet, known: Collection[str], parts: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """The codes and names of a sheet, row by row: a code in the column where most known ones stand,
    the name in the same cell or in the next with words; or a code over columns headed by its parts
    (类, 款, 项)."""
    place = _find_column(sheet, known)
    columns: list[int] = []
    stems: list[str] = []
    for row in sheet.rows:
        texts = {n: _text(value) for n, value in enumerate(row) if value not in ("", None)}
        heads = [n for n, text in texts.items() if normalize_text(text) in parts]
        if len(heads) > 1:
            columns, stems = heads, [""] * len(heads)
            continue
        code, name = _split_code(texts, columns, stems) if columns else _whole_code(texts, place)
        if code and name:
            yield code, name


def _find_column(sheet: RawSheet, known: Collection[str]) -> int:
    """The column in which most known codes stand."""
    counts = Counter(
        column
        for row in sheet.rows
        for column, value in enumerate(row)
        if value not in ("", None) and parse_code(_text(value)).code in known
    )
    return counts.most_common(1)[0][0] if counts else 0


def _whole_code(texts: Mapping[int, str], column: int) -> tuple[str, str]:
    coded = parse_code(texts.get(column, ""))
    words = (text for n, text in texts.items() if n > column and not _is_figure(text))
    return coded.code, coded.name or next(words, "")


def _split_code(
    texts: Mapping[int, str], columns: Sequence[int], stems: list[str]
) -> tuple[str, str]:
    """The code over several columns, those left blank as in the rows above, and the name behind."""
    filled = [nth for nth, column in enumerate(columns) if _is_figure(texts.get(column, ""))]
    if not filled:
        return "", ""
    for nth in filled:
        stems[nth] = texts[columns[nth]]
        stems[nth + 1 :] = [""] * (len(columns) - nth - 1)
    own = stems[: filled[-1] + 1]
    if len(own[-1]) > len(own[0]) and own[-1].startswith(own[0]):  # written in full
        own = own[-1:]
    code = own[0] + "".join(part.zfill(2) for part in own[1:])
    words = (t for n, t in texts.items() if n > columns[-1] and not _is_figure(t))
    return code, next(words, "")


def _is_figure(text: str) -> bool:
    return text.isascii() and text.replace(".", "").isdigit()


def _text(value: Any) -> str:
    """A cell's text; a code of digits may have been read as a number."""
    return (
        str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
    )
