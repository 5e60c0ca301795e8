"""What a schema cannot check in a form: that its names exist, and that each is unique."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from xlbudget.packs.errors import suggest_word
from xlbudget.packs.model import CODE, GOVERNMENT, LABEL, NAME, Block, Catalogue, Form

Wrong = Iterator[tuple[tuple[Any, ...], str]]
"""Steps to the node in the form's (or the block's) YAML, and what is wrong there."""


def check_form(form: Form) -> Wrong:
    """The faults between the blocks of a form."""
    by_key = {block.key: block for block in form.blocks}
    for index, meeting in enumerate(form.beside):
        for key, row in meeting.items():
            if key not in by_key:
                yield ("beside", index), f"beside: no block {key!r}; there are {_list(by_key)}"
            elif row not in by_key[key].row_keys:
                yield ("beside", index), f"beside: no row {row!r} in block {key!r}"
    outlines = [block.key for block in form.blocks if block.levels]
    if len(outlines) > 1:  # a county lists the rows of one below those of another
        message = f"levels: one block of a form at most, not {outlines}"
        yield ("blocks", outlines[1], "rows"), message


def check_block(
    block: Block, spec: Mapping[str, Any], catalogues: Mapping[str, Catalogue]
) -> Wrong:
    """The faults inside a block whose YAML is `spec`."""
    yield from _check_catalogues(spec["rows"], catalogues)
    yield from _check_columns(block)
    yield from _check_rows(block)
    for column in block.help.keys() - block.paths.keys():
        message = f"help: no column {column!r} in block {block.key!r}; there are "
        yield ("help", column), message + _list(block.paths)


def _check_catalogues(rows: Any, catalogues: Mapping[str, Catalogue]) -> Wrong:
    if isinstance(rows, dict):
        for word in ("codes", "government"):
            if word in rows and rows[word] not in catalogues:
                yield ("rows", word), _no_catalogue(rows[word], catalogues)
        return
    for index, row in enumerate(rows):
        if "each" not in row:
            continue
        if row["each"] not in catalogues:
            yield ("rows", index, "each"), _no_catalogue(row["each"], catalogues)
        elif row["level"] not in catalogues[row["each"]].levels:
            levels = _list(catalogues[row["each"]].levels)
            yield ("rows", index, "level"), f"no level {row['level']!r}; there are {levels}"


def _check_columns(block: Block) -> Wrong:
    keys = Counter(key for heading in block.headings for key, _ in heading.leaves())
    for key, count in keys.items():
        if count > 1:
            yield ("columns",), f"column {key!r} stands {count} times"
    for path, count in Counter(block.paths.values()).items():
        if count > 1:
            heading = " / ".join(path)
            yield ("columns",), f"heading {heading!r} stands {count} times: nobody can tell which"
    if not block.columns:
        yield ("columns",), "no column of amounts"
    if block.is_single:
        return
    needed = (LABEL,) if block.fixed or not (block.codes or block.levels) else (CODE, NAME)
    if not any(word in keys for word in needed):
        where = "rows" if block.fixed else "columns"
        yield (where,), f"no column {' or '.join(needed)}, which names the rows"
    if (GOVERNMENT in keys) != bool(block.government):
        yield ("columns",), "a column government, and government: under rows, go together"


def _check_rows(block: Block) -> Wrong:
    for row, count in Counter(row.key for row in block.fixed).items():
        if count > 1:
            yield ("rows",), f"row {row!r} stands {count} times"
    for name in block.sets:
        for kind, names in (("row", block.row_keys), ("column", block.columns)):
            if name in names:
                yield ("sets", name), f"set {name}: a {kind} is called so too"
    for name, members in block.sets.items():
        for member in members:
            if member not in block.row_keys:
                yield ("sets", name), f"set {name}: no row {member!r}"


def _no_catalogue(name: str, catalogues: Mapping[str, Catalogue]) -> str:
    known = _list(sorted(catalogues))
    return f"no catalogue {name!r}{suggest_word(name, catalogues)}; there are {known}"


def _list(words: Any) -> str:
    return ", ".join(words) or "none"
