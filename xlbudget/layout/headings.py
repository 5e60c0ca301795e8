"""Headings: which sheet column is which column of a form, by what is printed over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from xlbudget.core.key import BlockKey
from xlbudget.layout.normalize import normal
from xlbudget.packs.model import CODE, TEXT_COLUMNS, Form, Pack


class Column(NamedTuple):
    """One sheet column of a heading: where, and the normal forms of the headings over it."""

    column: int
    path: tuple[str, ...]


class Wanted(NamedTuple):
    """One column of a form, with the normal forms of its printed headings and their synonyms."""

    block: BlockKey
    key: str
    path: tuple[str, ...]
    leaves: tuple[str, ...]


class Near(NamedTuple):
    """A sheet column read as a form's column although its heading is only like the printed one;
    `likeness` in per cent."""

    wanted: Wanted
    column: int
    likeness: int


class Match(NamedTuple):
    """How a heading fits a form: sheet column of each block's columns, and what did not fit.

    `counting` are columns that only number the rows, `parts` those over which a block's codes are
    split (类, 款, 项), `near` the columns whose headings are only like the printed ones.
    """

    form: Form
    columns: Mapping[BlockKey, Mapping[str, int]]
    missing: tuple[Wanted, ...]
    unknown: tuple[int, ...]
    counting: tuple[int, ...] = ()
    parts: Mapping[BlockKey, tuple[int, ...]] = MappingProxyType({})
    near: tuple[Near, ...] = ()

    @property
    def fit(self) -> tuple[int, int]:
        """Larger is better: nothing left over or missing is (0, number of columns)."""
        placed = sum(len(columns) for columns in self.columns.values())
        return -len(self.missing) - len(self.unknown), placed


@lru_cache(maxsize=8)
def vocabulary(pack: Pack) -> frozenset[str]:
    """Every word that stands in a heading of any form, in normal form, with synonyms."""
    words: set[str] = set()
    for form in pack.forms.values():
        for wanted in wanted_columns(pack, form.key):
            words.update(wanted.path)
            words.update(wanted.leaves)
    words.update(map(normal, pack.words["code_parts"]))
    return frozenset(words)


@lru_cache(maxsize=8)
def words_of_text_columns(pack: Pack) -> frozenset[str]:
    """The words that head columns of labels, codes and names, in normal form."""
    words = set(map(normal, pack.words["code_parts"]))
    for form in pack.forms.values():
        for wanted in wanted_columns(pack, form.key):
            if wanted.key in TEXT_COLUMNS:
                words.update(wanted.leaves)
    return frozenset(words)


@lru_cache(maxsize=256)
def wanted_columns(pack: Pack, form: str) -> tuple[Wanted, ...]:
    """The columns of a form in printed order."""
    synonyms: Mapping[str, Sequence[str]] = pack.words["synonyms"]
    return tuple(
        Wanted(block.id, key, path, (path[-1], *map(normal, synonyms.get(path[-1], ()))))
        for block in pack.forms[form].blocks
        for key, printed in block.paths.items()
        for path in (tuple(map(normal, printed)),)
    )


def columns_of(rows: Sequence[Mapping[int, str]]) -> tuple[Column, ...]:
    """The sheet columns under a heading of several rows.

    A blank to the right of a heading belongs to it as long as the headings above are the same for
    both, which reads merged headings and headings typed over their first column alike.
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
    """Place the form's columns: same heading first, then the same headings above, then order.
    The same headings stand in many files."""
    free = {column.column: column.path for column in columns if column.path}
    counts = {normal(word) for word in pack.words["ordinals"]}
    counting = tuple(c for c, path in free.items() if path[-1] in counts)
    for column in counting:
        del free[column]
    parts: dict[BlockKey, tuple[int, ...]] = {}
    placed: dict[BlockKey, dict[str, int]] = {b.id: {} for b in pack.forms[form].blocks}
    missing = []
    last = -1
    for wanted in wanted_columns(pack, form):
        fitting = [c for c, path in free.items() if path[-1] in wanted.leaves]
        split = () if fitting or wanted.key != CODE else _parts(pack, free)
        if split:
            parts[wanted.block] = split
            fitting = [split[0]]
            for column in split[1:]:
                del free[column]
        if not fitting:
            missing.append(wanted)
            continue
        best = max(fitting, key=lambda c: _score(wanted, free[c], c, last))
        placed[wanted.block][wanted.key] = last = best
        del free[best]
    return Match(pack.forms[form], placed, tuple(missing), tuple(free), counting, parts)


def _parts(pack: Pack, free: Mapping[int, tuple[str, ...]]) -> tuple[int, ...]:
    """The columns of a code that is split by its levels, top first."""
    words = list(map(normal, pack.words["code_parts"]))
    found: list[int] = []
    for column, path in free.items():
        if len(found) < len(words) and path[-1] == words[len(found)]:
            found.append(column)
    return tuple(found) if len(found) > 1 else ()


def _score(wanted: Wanted, path: tuple[str, ...], column: int, last: int) -> tuple[int, ...]:
    exact = path[-1] == wanted.leaves[0]
    above = sum(heading in path[:-1] for heading in wanted.path[:-1])
    return above, exact, column > last, -column


def amount_columns(match_: Match, block: BlockKey) -> dict[str, int]:
    """Sheet columns of a block's amounts."""
    found = match_.columns[block]
    return {key: column for key, column in found.items() if key not in TEXT_COLUMNS}


LIKE = 72
"""Per cent of likeness from which a heading may be another; 75 is 一般公共预算 for
一般公共预算拨款收入, 50 is 基本支出 for 项目支出."""

MARGIN = 10
"""Per cent by which it must be liker than any other that is open."""


def nearly(pack: Pack, match_: Match, columns: Sequence[Column]) -> Match:
    """The match with columns placed whose headings are like the printed ones, each surely liker
    than any other; what is not sure stays missing."""
    from rapidfuzz.fuzz import ratio

    paths = {column.column: column.path for column in columns if column.column in match_.unknown}
    near = []
    for wanted in match_.missing:
        like = sorted(
            (max(int(ratio(path[-1], leaf)) for leaf in wanted.leaves), -column)
            for column, path in paths.items()
        )
        if not like or like[-1][0] < LIKE or (like[:-1] and like[-1][0] - like[-2][0] < MARGIN):
            continue
        best, column = like[-1][0], -like[-1][1]
        rivals = [w for w in match_.missing if w is not wanted]
        if all(best - ratio(paths[column][-1], w.leaves[0]) >= MARGIN for w in rivals):
            near.append(Near(wanted, column, best))
            del paths[column]
    if not near:
        return match_
    placed = {block: dict(found) for block, found in match_.columns.items()}
    for one in near:
        placed[one.wanted.block][one.wanted.key] = one.column
    found = {one.wanted for one in near}
    missing = tuple(wanted for wanted in match_.missing if wanted not in found)
    return match_._replace(columns=placed, missing=missing, unknown=tuple(paths), near=tuple(near))
