"""A source and what it adds as records of text, and back: the one form in which both are kept.

The cache writes a record as a line (`ops.consolidate.file_record`), the hidden sheet 溯源 as a row
(`workbook.county.origins`). A source's record has its fields and, beside them, its pack, year and
units, both as JSON arrays; then a record for each of its blocks has the block's rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from xlbudget.core.consolidation import Contribution, Source
from xlbudget.core.key import BlockKey

SOURCE = "@source"
"""Begins a source's record, before its number; a block's begins with the keys of form and block."""


def write_records(number: int, source: Source, share: Contribution) -> Iterator[tuple[str, ...]]:
    """The records of the source of that number."""
    fields = [str(field) if isinstance(field, Decimal) else field for field in source]
    about = [share.pack, share.year, share.unit, dict(share.units)]
    yield SOURCE, str(number), *(json.dumps(each, ensure_ascii=False) for each in (fields, about))
    for (form, block), text in share.blocks.items():
        yield form, block, text


def read_records(
    records: Iterable[Sequence[str]],
) -> tuple[tuple[Source, ...], tuple[Contribution, ...]]:
    """The sources of the records, and what each adds. Raises ValueError, LookupError, TypeError or
    ArithmeticError for what was not written so."""
    sources: list[Source] = []
    shares: list[Contribution] = []
    blocks: list[dict[BlockKey, str]] = []
    for first, second, text, *more in records:
        if first == SOURCE:
            source = Source(*json.loads(text))
            sources.append(source._replace(total=Decimal(source.total)))
            pack, year, unit, units = json.loads(more[0])
            blocks.append({})
            shares.append(Contribution(pack, year, unit, units, blocks[-1]))
        else:
            blocks[-1][BlockKey(first, second)] = text
    return tuple(sources), tuple(shares)
