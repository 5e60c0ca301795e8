"""The hidden sheet 溯源: behind a county's figures, what each of its sources states.

Rows of text that the program itself reads back (`read_origins`); whoever shows the sheet can
follow them too. For each source a row with its number (as on the sheet of sources), its fields,
and its pack, year and units, both as JSON arrays; then a row for each of its blocks with the
block's line (`ops.share`), in as many cells as Excel's limit asks for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from xlbudget.core.consolidation import Consolidation, Share, Source
from xlbudget.core.key import BlockKey

SOURCE = "@source"
"""First cell of a source's row; that of a block's row is the form's key."""
LIMIT = 32_767
"""Characters that Excel takes in one cell."""


def origin_rows(consolidation: Consolidation) -> Iterator[list[str]]:
    """The sheet's rows, every cell a text; each source is read when its turn comes."""
    for place, source in enumerate(consolidation.sources):
        share = consolidation.share(place)
        about = [*share[:3], dict(share.units)]
        yield [SOURCE, str(place + 1), *_cells(_json(_fields(source))), "", *_cells(_json(about))]
        for (form, block), text in share.blocks.items():
            yield [form, block, *_cells(_plain(text))]


def rows_of(consolidation: Consolidation) -> int:
    """How many rows those are."""
    places = range(len(consolidation.sources))
    return sum(1 + len(consolidation.share(place).blocks) for place in places)


def read_origins(
    rows: Iterable[Sequence[Any]],
) -> tuple[tuple[Source, ...], tuple[Share, ...]]:
    """What `origin_rows` wrote, from the sheet's rows (blank cells as None or ""). Raises
    ValueError, LookupError or TypeError for what was not written so."""
    sources: list[Source] = []
    shares: list[Share] = []
    for row in rows:
        first, second, *cells = [str(value or "") for value in row]
        if first == SOURCE:
            fields, about = _arrays(cells)
            source = Source(*fields)
            sources.append(source._replace(total=Decimal(source.total)))
            pack, year, unit, units = about
            shares.append(Share(pack, year, unit, units, {}))
        elif first:
            blocks = {**shares[-1].blocks, BlockKey(first, second): "".join(cells)}
            shares[-1] = shares[-1]._replace(blocks=blocks)
    return tuple(sources), tuple(shares)


def _fields(source: Source) -> list[str | int]:
    return [str(field) if isinstance(field, Decimal) else field for field in source]


def _json(value: Any) -> str:
    return _plain(json.dumps(value, ensure_ascii=False))


def _plain(text: str) -> str:
    # "_x0041_" means an A in a workbook's text: an underscore so placed is written otherwise.
    return text.replace("_x", "\\u005fx")


def _cells(text: str) -> list[str]:
    return [text[start : start + LIMIT] for start in range(0, len(text), LIMIT)]


def _arrays(cells: Sequence[str]) -> tuple[list[Any], list[Any]]:
    """The two arrays of a source's row; an empty cell stands between them."""
    between = cells.index("")
    return json.loads("".join(cells[:between])), json.loads("".join(cells[between:]))
