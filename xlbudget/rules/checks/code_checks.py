"""Kinds that check the rows of code trees: their codes, names and columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from xlbudget.core.budget import Row
from xlbudget.core.finding import Observation
from xlbudget.core.key import CellKey
from xlbudget.layout.normalize import normalize_text
from xlbudget.packs.model import CODE, GOVERNMENT, NAME, TOTAL, Block, Catalogue, RuleClause
from xlbudget.rules.checks.context import Context, has_amount, text_cell


def _coded(context: Context) -> Iterator[tuple[Block, Catalogue, tuple[Row, ...]]]:
    for key, block in context.pack.blocks.items():
        rows = context.reading.budget.blocks.get(key, ())
        if block.codes and rows:
            yield block, context.pack.catalogues[block.codes], rows


def code_digits(context: Context, part: RuleClause) -> Iterator[Observation]:
    """Codes whose number of digits is that of no level. Of all that can be read from a workbook,
    only these could violate the schema of budget JSON."""
    for block, catalogue, rows in _coded(context):
        for row in rows:
            if row.code and not catalogue.fits_level(row.code):
                at = text_cell(block, row, CODE)
                yield Observation(part.kind, "", block.form, at, {"code": row.code})


def code_known(context: Context, part: RuleClause) -> Iterator[Observation]:
    """Codes that the year's catalogue lacks; an error only where not even the class is known."""
    for block, catalogue, rows in _coded(context):
        for row in rows:
            if not row.code or row.code in catalogue.names:
                continue
            case = "unknown" if row.code[: catalogue.lengths[0]] in catalogue.names else "no_class"
            facts = {
                "code": row.code,
                "name": row.name,
                "catalogue": catalogue.title,
                "year": str(context.pack.since),
            }
            yield Observation(part.kind, case, block.form, text_cell(block, row, CODE), facts)


def code_name(context: Context, part: RuleClause) -> Iterator[Observation]:
    """Names that are not the catalogue's; codes that it does not have, with two names in one
    workbook."""
    names: dict[tuple[str, str], dict[str, list[CellKey]]] = {}
    for block, catalogue, rows in _coded(context):
        for row in rows:
            if not row.code:
                if row.name and row.id != TOTAL:
                    facts = {"name": row.name, "catalogue": catalogue.title}
                    facts["year"] = str(context.pack.since)
                    at = text_cell(block, row, NAME)
                    yield Observation(part.kind, "unlisted", block.form, at, facts)
                continue
            name, expected = normalize_text(row.name), catalogue.names.get(row.code)
            if expected is None:
                by_name = names.setdefault((catalogue.key, row.code), {})
                by_name.setdefault(name, []).extend(text_cell(block, row, NAME))
                continue
            if normalize_text(expected) == name:
                continue
            case = "confirmed" if catalogue.seen[row.code] >= 2 else "unconfirmed"
            facts = {"code": row.code, "expected": expected, "name": row.name}
            yield Observation(part.kind, case, block.form, text_cell(block, row, NAME), facts)
    yield from _two_names(part, names)


def _two_names(
    part: RuleClause, names: Mapping[tuple[str, str], Mapping[str, list[CellKey]]]
) -> Iterator[Observation]:
    """The cells with another name than most, or than the first."""
    for (_, code), by_name in names.items():
        if len(by_name) > 1:
            usual = max(by_name, key=lambda name: len(by_name[name]))
            others = [name for name in by_name if name != usual]
            cells = tuple(cell for name in others for cell in by_name[name])
            facts = {"code": code, "names": "、".join(f"“{name}”" for name in (*others, usual))}
            yield Observation(part.kind, "two_names", cells[0].form, cells, facts)


def code_parents(context: Context, part: RuleClause) -> Iterator[Observation]:
    """Codes whose parent is not in the form; each missing parent is reported once."""
    for block, catalogue, rows in _coded(context):
        present = {row.code for row in rows}
        for row in rows:
            parent = catalogue.parent(row.code)
            if parent and parent not in present:
                present.add(parent)
                facts = {"code": row.code, "name": row.name, "parent": parent}
                yield Observation(part.kind, "", block.form, text_cell(block, row, CODE), facts)


def code_once(context: Context, part: RuleClause) -> Iterator[Observation]:
    """Codes that occur more than once in a block."""
    for block, _, rows in _coded(context):
        by_code: dict[str, list[Row]] = {}
        for row in rows:
            if row.code:
                by_code.setdefault(row.code, []).append(row)
        for code, same in by_code.items():
            if len(same) > 1:
                cells = tuple(text_cell(block, row, CODE)[0] for row in same)
                facts = {"code": code, "name": same[0].name, "count": str(len(same))}
                yield Observation(part.kind, "", block.form, cells, facts)


def code_order(context: Context, part: RuleClause) -> Iterator[Observation]:
    """Codes that directly follow a higher one."""
    for block, _, rows in _coded(context):
        coded = [row for row in rows if row.code]
        for before, row in pairwise(coded):
            if row.code < before.code:
                facts = {"code": row.code, "name": row.name, "before": before.code}
                yield Observation(part.kind, "", block.form, text_cell(block, row, CODE), facts)


def code_map(context: Context, part: RuleClause) -> Iterator[Observation]:
    """Government-economic items that the department-economic item may not map to."""
    for block, _, rows in _coded(context):
        if not block.government:
            continue
        target = context.pack.catalogues[block.government]
        for row in rows:
            allowed = target.maps.get(row.code, ())
            if row.government and allowed and row.government not in allowed:
                facts = {
                    "code": row.code,
                    "name": row.name,
                    "government": target.names.get(row.government, row.government),
                    "allowed": "、".join(dict.fromkeys(target.names[code] for code in allowed)),
                }
                yield Observation(
                    part.kind, "", block.form, text_cell(block, row, GOVERNMENT), facts
                )


def code_column(context: Context, part: RuleClause) -> Iterator[Observation]:
    """Amounts in the column of another kind than the code's own (人员经费, 公用经费)."""
    words = context.pack.words["columns"]
    for block, catalogue, rows in _coded(context):
        kinds = set(catalogue.kinds.values())
        for row in rows if kinds else ():
            right = catalogue.kinds.get(row.code) or catalogue.kinds.get(
                row.code[: catalogue.lengths[0]]
            )
            filled = {column for column, amount in row.amounts.items() if amount}
            for wrong in sorted(kinds & filled - {right}) if right else ():
                facts = {"code": row.code, "name": row.name}
                facts |= {"right": words[right], "wrong": words[wrong]}
                cell = CellKey(block.form, block.key, row.id, wrong)
                yield Observation(part.kind, "", block.form, (cell,), facts)


def code_depth(context: Context, part: RuleClause) -> Iterator[Observation]:
    """Forms whose codes stop above the level that the law requires."""
    for block, catalogue, rows in _coded(context):
        if not catalogue.must_reach:
            continue
        wanted = catalogue.levels[catalogue.must_reach]
        if any(len(row.code) >= wanted and has_amount(row) for row in rows):
            continue
        filled = [row for row in rows if row.code and has_amount(row)]
        deep = [row for row in filled if row.code not in catalogue.leaves]
        if deep:
            longest = max(len(row.code) for row in filled)
            reached = [level for level, digits in catalogue.levels.items() if digits <= longest]
            facts = {
                "form": context.pack.forms[block.form].sheet,
                "found": reached[-1] if reached else "",
                "level": catalogue.must_reach,
            }
            yield Observation(part.kind, "", block.form, text_cell(block, deep[0], CODE), facts)


def same_codes(context: Context, part: RuleClause) -> Iterator[Observation]:
    """Rows without amounts whose code is missing in another form (with amounts, sums show it)."""
    keys = [key for name in part.blocks for key in context.pack.blocks if key.form == name]
    blocks = [key for key in keys if key in context.reading.budget.blocks]
    for mine in blocks:
        others = [context.trees[key].by_code for key in blocks if key != mine]
        for row in context.reading.budget.blocks[mine]:
            if row.code and not has_amount(row) and any(row.code not in codes for codes in others):
                absent = next(k for k in blocks if row.code not in context.trees[k].by_code)
                facts = {"code": row.code, "name": row.name}
                facts["form"] = context.pack.forms[absent.form].sheet
                block = context.pack.blocks[mine]
                yield Observation(
                    part.kind, "one_side", mine.form, text_cell(block, row, CODE), facts
                )
