"""Headings: matching sheet columns to the columns of a form by what is printed over them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from xlbudget.core.key import BlockKey
from xlbudget.layout.normalize import normalize_heading, normalize_title, year_mark, year_offset
from xlbudget.packs.model import CODE, TEXT_COLUMNS, Form, Pack


class Column(NamedTuple):
    """One sheet column of a heading: its index, and the normal forms of the headings over it."""

    column: int
    path: tuple[str, ...]


class FormColumn(NamedTuple):
    """One column of a form, with the normal forms of its printed headings and their synonyms;
    headings of a year other than the budget's have its mark."""

    block: BlockKey
    key: str
    path: tuple[str, ...]
    leaves: tuple[str, ...]


class FuzzyMatch(NamedTuple):
    """A sheet column read as a form's column although its heading is only like the printed one;
    `likeness` is in per cent."""

    wanted: FormColumn
    column: int
    likeness: int


class Match(NamedTuple):
    """How a heading fits a form: the sheet column of each block's columns, and what did not fit.

    `counting` are columns that only number the rows, `parts` those over which a block's codes are
    split (类, 款, 项), `fuzzy` the columns whose headings are only like the printed ones,
    `other_years` columns that stand beside the form's own for another year, which is given.
    """

    form: Form
    columns: Mapping[BlockKey, Mapping[str, int]]
    missing: tuple[FormColumn, ...]
    unknown: tuple[int, ...]
    counting: tuple[int, ...] = ()
    parts: Mapping[BlockKey, tuple[int, ...]] = MappingProxyType({})
    fuzzy: tuple[FuzzyMatch, ...] = ()
    other_years: Mapping[int, int] = MappingProxyType({})

    @property
    def fit(self) -> tuple[int, int]:
        """A rank, larger is better: (0, number of columns) if nothing is left over or missing."""
        count = sum(len(columns) for columns in self.columns.values())
        return -len(self.missing) - len(self.unknown), count


@lru_cache(maxsize=8)
def vocabulary(pack: Pack) -> frozenset[str]:
    """Every heading word of any form, in normal form, with synonyms and without the mark of its
    year."""
    words = set(map(normalize_title, pack.words["code_parts"]))
    for form in pack.forms.values():
        for wanted in form_columns(pack, form.key):
            words.update(map(strip_year, (*wanted.path, *wanted.leaves)))
    return frozenset(words)


@lru_cache(maxsize=8)
def text_column_words(pack: Pack) -> frozenset[str]:
    """The words that head columns of labels, codes and names, in normal form."""
    words = set(map(normalize_title, pack.words["code_parts"]))
    for form in pack.forms.values():
        for wanted in form_columns(pack, form.key):
            if wanted.key in TEXT_COLUMNS:
                words.update(map(strip_year, wanted.leaves))
    return frozenset(words)


@lru_cache(maxsize=256)
def form_columns(pack: Pack, form: str) -> tuple[FormColumn, ...]:
    """The columns of a form in printed order."""
    synonyms: Mapping[str, Sequence[str]] = pack.words["synonyms"]
    return tuple(
        FormColumn(block.id, key, path, (path[-1], *_others(synonyms, path[-1])))
        for block in pack.forms[form].blocks
        for key, printed in block.paths.items()
        for path in (tuple(normalize_heading(text, pack.year) for text in printed),)
    )


def _others(synonyms: Mapping[str, Sequence[str]], heading: str) -> Iterator[str]:
    """The synonyms of a heading, with the mark of its year."""
    mark = year_mark(heading)
    for other in synonyms.get(heading.removeprefix(mark), ()):
        yield mark + normalize_title(other)


def strip_year(heading: str) -> str:
    """The normal form of a heading without the mark of another year."""
    return heading.removeprefix(year_mark(heading))


def read_columns(rows: Sequence[Mapping[int, str]]) -> tuple[Column, ...]:
    """The sheet columns under a heading of several rows.

    A blank to the right of a heading belongs to it as long as the headings above are the same for
    both, so that merged headings and headings typed over their first column are read alike.
    """
    used = sorted({column for row in rows for column in row})
    if not used:
        return ()
    paths: dict[int, tuple[str, ...]] = {}
    for depth, row in enumerate(rows):
        for column in range(used[0], used[-1] + 1):
            text = row.get(column, "")
            above, left = paths.get(column, ()), paths.get(column - 1, ())
            if not text and len(left) > depth and left[:depth] == above:
                text = left[depth]
            paths[column] = (*above, text)
    return tuple(Column(c, tuple(t for t in paths[c] if t)) for c in used)


@lru_cache(maxsize=1024)
def match(pack: Pack, form: str, columns: tuple[Column, ...]) -> Match:
    """The form's columns placed: by heading and year first, then by the headings above, then by
    order. A heading that names one other year throughout is taken as the budget's own where the
    form has no column of that year (reported by D605); one that repeats a column of the form for
    another year stands beside it. Cached: many files share headings."""
    free = {column.column: column.path for column in columns if column.path}
    counts = {normalize_title(word) for word in pack.words["ordinals"]}
    counting = tuple(c for c, path in free.items() if path[-1] in counts)
    for column in counting:
        del free[column]
    placing = _Placing(pack, free, {b.id: {} for b in pack.forms[form].blocks}, {})
    wanted = form_columns(pack, form)
    missing = _place(placing, wanted)
    marks = set().union(*map(_marks, free.values()))
    own = set().union(*(_marks(column.path) for column in wanted))
    if missing and len(marks) == 1 and marks.isdisjoint(own):
        for column, path in free.items():
            free[column] = tuple(map(strip_year, path))
        missing = _place(placing, missing)
    others = dict(_other_years(pack, wanted, free))
    unknown = tuple(column for column in free if column not in others)
    return Match(
        *(pack.forms[form], placing.placed, tuple(missing), unknown, counting, placing.parts),
        other_years=others,
    )


def _other_years(
    pack: Pack, wanted: Iterable[FormColumn], free: Mapping[int, tuple[str, ...]]
) -> Iterator[tuple[int, int]]:
    """Of the columns left over those that bear a heading of the form for another year, or one of a
    budget or its execution then (2024年预算数, 2024年执行数), and that year."""
    words = {strip_year(leaf) for column in wanted for leaf in column.leaves}
    lines = pack.words["lines"]
    for column, path in free.items():
        marks, last = _marks(path), strip_year(path[-1])
        of_budget = any(word in last for word in (*lines["budget"], *lines["no_budget"]))
        if len(marks) == 1 and (last in words or of_budget):
            yield column, pack.year + year_offset(*marks)


class _Placing(NamedTuple):
    """Sheet columns still free, those placed, and those over which codes are split."""

    pack: Pack
    free: dict[int, tuple[str, ...]]
    placed: dict[BlockKey, dict[str, int]]
    parts: dict[BlockKey, tuple[int, ...]]


def _place(placing: _Placing, columns: Iterable[FormColumn]) -> list[FormColumn]:
    """Place each wanted column on the best free one of the same year; returns those without one."""
    free = placing.free
    missing = []
    last = -1
    for wanted in columns:
        years = _marks(wanted.path)
        fitting = [
            c for c, path in free.items() if path[-1] in wanted.leaves and _marks(path) == years
        ]
        split = () if fitting or wanted.key != CODE else _parts(placing.pack, free)
        if split:
            placing.parts[wanted.block] = split
            fitting = [split[0]]
            for column in split[1:]:
                del free[column]
        if not fitting:
            missing.append(wanted)
            continue
        best = max(fitting, key=lambda c: _score(wanted, free[c], c, last))
        placing.placed[wanted.block][wanted.key] = last = best
        del free[best]
    return missing


def _marks(path: tuple[str, ...]) -> set[str]:
    """The marks of other years in the headings over a column."""
    return {mark for mark in map(year_mark, path) if mark}


def _parts(pack: Pack, free: Mapping[int, tuple[str, ...]]) -> tuple[int, ...]:
    """The columns of a code that is split by its levels, top first; () where it is not split."""
    words = list(map(normalize_title, pack.words["code_parts"]))
    columns: list[int] = []
    for column, path in free.items():
        if len(columns) < len(words) and path[-1] == words[len(columns)]:
            columns.append(column)
    return tuple(columns) if len(columns) > 1 else ()


def _score(wanted: FormColumn, path: tuple[str, ...], column: int, last: int) -> tuple[int, ...]:
    exact = path[-1] == wanted.leaves[0]
    above = sum(heading in path[:-1] for heading in wanted.path[:-1])
    return above, exact, column > last, -column


def amount_columns(match_: Match, block: BlockKey) -> dict[str, int]:
    """Column key → sheet column of a block's amounts."""
    columns = match_.columns[block]
    return {key: column for key, column in columns.items() if key not in TEXT_COLUMNS}


LEAST_LIKENESS = 72
"""Least likeness, in per cent, for a heading to be taken as another; 75 is 一般公共预算 for
一般公共预算拨款收入, 50 is 基本支出 for 项目支出."""

LEAST_MARGIN = 10
"""Least lead, in per cent, over the likeness of any other open column."""


def match_fuzzy(pack: Pack, match_: Match, columns: Sequence[Column]) -> Match:
    """The match with more columns placed: those whose headings are like the printed ones, each by a
    clear margin over any other; the others stay missing."""
    from rapidfuzz.fuzz import ratio

    paths = {column.column: column.path for column in columns if column.column in match_.unknown}
    near = []
    for wanted in match_.missing:
        like = sorted(
            (max(int(ratio(path[-1], leaf)) for leaf in wanted.leaves), -column)
            for column, path in paths.items()
        )
        if (
            not like
            or like[-1][0] < LEAST_LIKENESS
            or (like[:-1] and like[-1][0] - like[-2][0] < LEAST_MARGIN)
        ):
            continue
        best, column = like[-1][0], -like[-1][1]
        rivals = [w for w in match_.missing if w is not wanted]
        if all(best - ratio(paths[column][-1], w.leaves[0]) >= LEAST_MARGIN for w in rivals):
            near.append(FuzzyMatch(wanted, column, best))
            del paths[column]
    if not near:
        return match_
    placed = {block: dict(columns) for block, columns in match_.columns.items()}
    for wanted, column, _ in near:
        placed[wanted.block][wanted.key] = column
    matched = {fuzzy.wanted for fuzzy in near}
    missing = tuple(wanted for wanted in match_.missing if wanted not in matched)
    return match_._replace(columns=placed, missing=missing, unknown=tuple(paths), fuzzy=tuple(near))
