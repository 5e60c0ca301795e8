"""A source and what it adds as records of text, and back: the one form in which both are stored.

The cache writes a record as a line (`ops.consolidate.file_record`), the hidden sheet 溯源 as a row
(`workbook.county.origins`). A source's record has its fields and, beside them, its pack, year and
units, both as JSON arrays; one record for each of its blocks, with the block's rows, follows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from xlbudget.core.consolidation import Contribution, Source
from xlbudget.core.key import BlockKey

SOURCE = "@source"
"""First field of a source's record, before its number; a block's starts with its form and key."""


def write_records(
    number: int, source: Source, contribution: Contribution
) -> Iterator[tuple[str, ...]]:
    """The records of the source with this number: its own, then one for each block."""
    fields = [str(field) if isinstance(field, Decimal) else field for field in source]
    pack, year, unit, units, blocks = contribution
    about = [pack, year, unit, dict(units)]
    yield SOURCE, str(number), *(json.dumps(each, ensure_ascii=False) for each in (fields, about))
    for (form, block), text in blocks.items():
        yield form, block, text


def read_records(
    records: Iterable[Sequence[str]],
) -> tuple[tuple[Source, ...], tuple[Contribution, ...]]:
    """The sources of the records, and what each adds. Raises ValueError, LookupError, TypeError or
    ArithmeticError for other records."""
    sources: list[Source] = []
    contributions: list[Contribution] = []
    blocks: list[dict[BlockKey, str]] = []
    for first, second, text, *more in records:
        if first == SOURCE:
            source = Source(*json.loads(text))
            sources.append(source._replace(total=Decimal(source.total)))
            pack, year, unit, units = json.loads(more[0])
            blocks.append({})
            contributions.append(Contribution(pack, year, unit, units, blocks[-1]))
        else:
            blocks[-1][BlockKey(first, second)] = text
    return tuple(sources), tuple(contributions)
