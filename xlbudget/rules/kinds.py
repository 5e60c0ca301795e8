"""Rules that are no equation: one function a kind, in a closed registry named by the pack.

A kind takes the reading and yields remarks; ids, words and severities are the pack's. The kinds
in `READ_KINDS` are noticed while a file is read and only bear their names here.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain, pairwise
from typing import NamedTuple

from xlbudget.core.amount import decimals_of, plain
from xlbudget.core.budget import Budget, Row
from xlbudget.core.finding import Remark
from xlbudget.core.key import BlockKey, CellKey, Place
from xlbudget.core.reading import Printed, Reading, Said
from xlbudget.layout.labels import normal, tidy, years_in
from xlbudget.packs.model import CODE, GOVERNMENT, NAME, TOTAL, Block, Catalogue, Pack, Part
from xlbudget.rules.tree import Tree


class Context(NamedTuple):
    """What a kind may look at."""

    pack: Pack
    reading: Reading
    trees: Mapping[BlockKey, Tree]


Kind = Callable[[Context, Part], Iterator[Remark]]


def notice(context: Context) -> Iterator[Remark]:
    """The remarks of every kind that the pack's rules name."""
    for rule in context.pack.rules.values():
        for part in rule.parts:
            if part.kind in KINDS:
                yield from KINDS[part.kind](context, part)


def _coded(context: Context) -> Iterator[tuple[Block, Catalogue, tuple[Row, ...]]]:
    for key, block in context.pack.blocks.items():
        rows = context.reading.budget.blocks.get(key, ())
        if block.codes and rows:
            yield block, context.pack.catalogues[block.codes], rows


def _at(block: Block, row: Row, column: str) -> tuple[CellKey]:
    """The cell of a row's text column, or the next one that the form prints."""
    printed = column if column in block.paths else block.text_columns[0]
    return (CellKey(block.form, block.key, row.id, printed),)


def _filled(row: Row) -> bool:
    """Has a row an amount? A written zero is none."""
    return any(row.amounts.values())


def code_known(context: Context, part: Part) -> Iterator[Remark]:
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
                "year": str(context.pack.year),
            }
            yield Remark(part.kind, case, block.form, _at(block, row, CODE), facts)


def code_name(context: Context, part: Part) -> Iterator[Remark]:
    """Names that are not the catalogue's, and codes that bear two names in one workbook."""
    names: dict[tuple[str, str], dict[str, tuple[Block, Row]]] = defaultdict(dict)
    for block, catalogue, rows in _coded(context):
        for row in rows:
            if not row.code:
                if row.name and row.id != TOTAL:
                    facts = {"name": row.name, "catalogue": catalogue.title}
                    facts["year"] = str(context.pack.year)
                    at = _at(block, row, NAME)
                    yield Remark(part.kind, "unlisted", block.form, at, facts)
                continue
            name, same = tidy(row.name), names[catalogue.key, row.code]
            if name not in same:
                same[name] = block, row
            expected = catalogue.names.get(row.code)
            if expected is None or tidy(expected) == name:
                continue
            case = "confirmed" if catalogue.seen[row.code] >= 2 else "unconfirmed"
            facts = {"code": row.code, "expected": expected, "name": row.name}
            yield Remark(part.kind, case, block.form, _at(block, row, NAME), facts)
    yield from _two_names(part, names)


def _two_names(
    part: Part, names: Mapping[tuple[str, str], Mapping[str, tuple[Block, Row]]]
) -> Iterator[Remark]:
    for (_, code), found in names.items():
        if len(found) > 1:
            cells = tuple(_at(block, row, NAME)[0] for block, row in found.values())
            facts = {"code": code, "names": "、".join(f"“{name}”" for name in found)}
            yield Remark(part.kind, "two_names", cells[0].form, cells, facts)


def code_parents(context: Context, part: Part) -> Iterator[Remark]:
    """Codes whose parent does not stand in the form; each missing parent is told once."""
    for block, catalogue, rows in _coded(context):
        there = {row.code for row in rows}
        for row in rows:
            parent = catalogue.parent(row.code)
            if parent and parent not in there:
                there.add(parent)
                facts = {"code": row.code, "name": row.name, "parent": parent}
                yield Remark(part.kind, "", block.form, _at(block, row, CODE), facts)


def code_once(context: Context, part: Part) -> Iterator[Remark]:
    """Codes that stand more than once in a form."""
    for block, _, rows in _coded(context):
        found: dict[str, list[Row]] = {}
        for row in rows:
            if row.code:
                found.setdefault(row.code, []).append(row)
        for code, same in found.items():
            if len(same) > 1:
                cells = tuple(_at(block, row, CODE)[0] for row in same)
                facts = {"code": code, "name": same[0].name, "count": str(len(same))}
                yield Remark(part.kind, "", block.form, cells, facts)


def code_order(context: Context, part: Part) -> Iterator[Remark]:
    """Codes that stand below a higher one."""
    for block, _, rows in _coded(context):
        coded = [row for row in rows if row.code]
        for before, row in pairwise(coded):
            if row.code < before.code:
                facts = {"code": row.code, "name": row.name, "before": before.code}
                yield Remark(part.kind, "", block.form, _at(block, row, CODE), facts)


def code_map(context: Context, part: Part) -> Iterator[Remark]:
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
                yield Remark(part.kind, "", block.form, _at(block, row, GOVERNMENT), facts)


def code_column(context: Context, part: Part) -> Iterator[Remark]:
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
                yield Remark(part.kind, "", block.form, (cell,), facts)


def code_depth(context: Context, part: Part) -> Iterator[Remark]:
    """Forms whose codes stop above the level that the law asks for."""
    for block, catalogue, rows in _coded(context):
        if not catalogue.must_reach:
            continue
        wanted = catalogue.levels[catalogue.must_reach]
        if any(len(row.code) >= wanted and _filled(row) for row in rows):
            continue
        filled = [row for row in rows if row.code and _filled(row)]
        deep = [row for row in filled if row.code not in catalogue.leaves]
        if deep:
            longest = max(len(row.code) for row in filled)
            found = [level for level, digits in catalogue.levels.items() if digits <= longest]
            facts = {
                "form": context.pack.forms[block.form].sheet,
                "found": found[-1] if found else "",
                "level": catalogue.must_reach,
            }
            yield Remark(part.kind, "", block.form, _at(block, deep[0], CODE), facts)


def same_codes(context: Context, part: Part) -> Iterator[Remark]:
    """Rows without amounts whose code stands in one form only (with amounts, the sums tell)."""
    keys = [key for name in part.blocks for key in context.pack.blocks if key.form == name]
    blocks = [key for key in keys if key in context.reading.budget.blocks]
    for mine in blocks:
        others = [context.trees[key].by_code for key in blocks if key != mine]
        for row in context.reading.budget.blocks[mine]:
            if row.code and not _filled(row) and any(row.code not in codes for codes in others):
                absent = next(k for k in blocks if row.code not in context.trees[k].by_code)
                facts = {"code": row.code, "name": row.name}
                facts["form"] = context.pack.forms[absent.form].sheet
                block = context.pack.blocks[mine]
                yield Remark(part.kind, "one_side", mine.form, _at(block, row, CODE), facts)


def value_negative(context: Context, part: Part) -> Iterator[Remark]:
    """Amounts below nothing."""
    for key, rows in context.reading.budget.blocks.items():
        if min(_amounts(rows), default=0) >= 0:
            continue
        for row in rows:
            for column, amount in row.amounts.items():
                if amount < 0:
                    cell = CellKey(*key, row.id, column)
                    yield Remark(part.kind, "", key.form, (cell,), {"value": plain(amount)})


def _amounts(rows: tuple[Row, ...]) -> Iterator[Decimal]:
    return chain.from_iterable(row.amounts.values() for row in rows)


SCALE = 10000
"""万元 against 元."""


def value_scale(context: Context, part: Part) -> Iterator[Remark]:
    """A form whose largest figure is 10 000 times another's that states the same, but for the
    other's rounding: 元 for 万元."""
    budget = context.reading.budget
    printed: dict[str, tuple[Decimal, Decimal, CellKey]] = {}
    for form, (amount, cell) in _largest(budget).items():
        unit = budget.unit_of(form)
        yuan = context.pack.yuan(unit)
        decimals = max(decimals_of(amount), context.pack.least_decimals(unit))
        printed[form] = (2 * amount * yuan, Decimal(yuan).scaleb(-decimals), cell)
    # Twice the figure, less and more one last decimal: the ends of its interval, doubled.
    ends = {
        f: ((twice - one) * SCALE, (twice + one) * SCALE) for f, (twice, one, _) in printed.items()
    }
    for form, (twice, one, cell) in printed.items():
        low, high = twice - one, twice + one
        like = [
            o for o, (least, most) in ends.items() if o != form and low <= most and high >= least
        ]
        if like:
            facts = {
                "form": context.pack.forms[form].sheet,
                "times": str(SCALE),
                "unit": budget.unit_of(form),
                "found": next(u for u, yuan in context.pack.words["units"].items() if yuan == 1),
            }
            yield Remark(part.kind, "", form, (cell,), facts)


def _largest(budget: Budget) -> Mapping[str, tuple[Decimal, CellKey]]:
    """The first of each form's largest figures, without its sign."""
    found: dict[str, tuple[Decimal, CellKey]] = {}
    for key, rows in budget.blocks.items():
        amounts = list(_amounts(rows)) or [Decimal(0)]
        most = max(abs(max(amounts)), abs(min(amounts)))
        if most > (found[key.form][0] if key.form in found else 0):
            found[key.form] = next(
                (abs(amount), CellKey(*key, row.id, column))
                for row in rows
                for column, amount in row.amounts.items()
                if abs(amount) == most
            )
    return found


def empty_note(context: Context, part: Part) -> Iterator[Remark]:
    """A form without amounts says so below, one with amounts does not, and a note is its own."""
    blocks = context.reading.budget.blocks
    filled = {key.form for key, rows in blocks.items() if any(map(_filled, rows))}
    filled |= {cell.form for cell in context.reading.unreadable}
    words = context.pack.words
    for printed in context.reading.printed:
        facts = {"form": context.pack.forms[printed.form].sheet, "note": words["print"]["empty"]}
        empties = [n for n in printed.notes if says_empty(n.text, words)]
        if printed.form not in filled and not empties and not printed.unknown_below:
            where = printed.title.place if printed.title else None
            yield Remark(part.kind, "missing", printed.form, (where,) if where else (), facts)
        for note in empties:
            facts = {**facts, "note": note.text}
            if _other_form(context.pack, printed.form, note.text):
                yield Remark(part.kind, "other", printed.form, (note.place,), facts)
            elif printed.form in filled:
                yield Remark(part.kind, "wrong", printed.form, (note.place,), facts)


def says_empty(text: str, words: Mapping[str, Mapping[str, list[str]]]) -> bool:
    """Does a line below a table say that it has no data?"""
    said = tidy(text)
    return any(tidy(word) in said for word in words["lines"]["empty"])


def _other_form(pack: Pack, form: str, text: str) -> bool:
    """Does a note name another form and not its own?"""
    names = {f.sheet: f.key for f in pack.forms.values()}
    pattern = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    named = {names[found] for found in re.findall(pattern, tidy(text))}
    named |= {f.key for f in pack.forms.values() if normal(f.title) in normal(text)}
    return bool(named) and form not in named


def same_everywhere(context: Context, part: Part) -> Iterator[Remark]:
    """Department, unit of amount and year are the same on every form: the odd ones out."""
    for case, said in (("department", _department), ("unit", _unit), ("year", _year)):
        found = [(p.form, *said(p)) for p in context.reading.printed if said(p)]
        if not found:
            continue
        common = Counter(text for _, text, _ in found).most_common(1)[0][0]
        for form, text, place in found:
            if text != common:
                facts = {"found": text, "expected": common}
                facts["form"] = context.pack.forms[form].sheet
                yield Remark(part.kind, case, form, (place,), facts)


def _department(printed: Printed) -> tuple[str, Place] | tuple[()]:
    said = printed.department
    return (tidy(said.text), said.place) if said and said.text else ()


def _unit(printed: Printed) -> tuple[str, Place] | tuple[()]:
    return (tidy(printed.unit.text), printed.unit.place) if printed.unit else ()


def _year(printed: Printed) -> tuple[str, Place] | tuple[()]:
    years = years_in(printed.title.text) if printed.title else []
    return (str(years[0]), printed.title.place) if printed.title and years else ()


def forms_present(context: Context, part: Part) -> Iterator[Remark]:
    """Forms of the pack that the file lacks."""
    there = {key.form for key in context.reading.budget.blocks}
    for form in context.pack.forms.values():
        if form.key not in there:
            facts = {"form": form.sheet, "title": form.title}
            yield Remark(part.kind, "missing", form.key, (), facts)


def placeholders(context: Context, part: Part) -> Iterator[Remark]:
    """Words still to be filled in, and years of another budget, anywhere in printed words."""
    words = context.pack.words["placeholders"]
    texts = {text for _, text, _ in _printed_words(context)} | _names(context)
    holding = dict(_containing([tidy(word) for word in words], texts))
    for form, text, at in chain(_printed_words(context), _named(context)) if holding else ():
        if text in holding:
            facts = {"text": text, "word": holding[text]}
            yield Remark(part.kind, "placeholder", form, (at,), facts)
    year = context.reading.budget.year
    for printed in context.reading.printed:
        for said in printed.headings:
            wrong = [found for found in years_in(said.text) if found != year]
            if wrong:
                facts = {"text": said.text, "found": str(wrong[0]), "year": str(year)}
                yield Remark(part.kind, "year", printed.form, (said.place,), facts)


def _containing(words: Sequence[str], texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Texts that contain one of the words, in capitals or not, with the word as it stands there.

    Few texts have even the first sign of one, which is quickly seen.
    """
    first = re.compile("|".join(re.escape(word[:1]) for word in words), re.IGNORECASE)
    whole = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)
    for text in texts:
        cleaned = tidy(text)
        found = whole.search(cleaned) if first.search(cleaned) else None
        if found:
            yield text, found[0]


def _printed_words(context: Context) -> Iterator[tuple[str, str, CellKey | Place]]:
    for printed in context.reading.printed:
        said: tuple[Said | None, ...] = (printed.title, printed.department, *printed.notes)
        for one in (*said, *printed.headings):
            if one:
                yield printed.form, one.text, one.place


def _names(context: Context) -> set[str]:
    return {row.name for rows in context.reading.budget.blocks.values() for row in rows}


def _named(context: Context) -> Iterator[tuple[str, str, CellKey | Place]]:
    for key, rows in context.reading.budget.blocks.items():
        block = context.pack.blocks[key]
        for row in rows:
            if row.name:
                yield key.form, row.name, _at(block, row, NAME)[0]


_OF_ROWS: tuple[Kind, ...] = (
    code_known,
    code_name,
    code_parents,
    code_once,
    code_order,
    code_map,
    code_column,
    same_codes,
)

KINDS: Mapping[str, Kind] = {
    kind.__name__: kind
    for kind in (
        *_OF_ROWS,
        code_depth,
        value_negative,
        value_scale,
        empty_note,
        same_everywhere,
        forms_present,
        placeholders,
    )
}
"""The closed registry: what a pack may name in `kind:`."""

ROW_KINDS = frozenset(kind.__name__ for kind in _OF_ROWS)
"""Kinds that look at which rows there are and what codes and names they bear."""

FILE_KINDS = frozenset(
    {
        "not_found",
        "no_permission",
        "is_empty",
        "owner_file",
        "encrypted",
        "old_format",
        "not_workbook",
        "damaged",
        "too_large",
        "unsafe",
        "duplicate_cells",
        "duplicate_sheets",
        "stray_cell",
        "not_budget_json",
        "nothing_recognised",
        "not_changed",
        "outside",
        "reader_failed",
        "unknown_encoding",
    }
)
"""Kinds noticed when a file is opened; each keeps the file from being read."""

READ_KINDS = FILE_KINDS | {
    "schema",
    "unknown_row",
    "unnamed_row",
    "unknown_column",
    "missing_column",
    "near_heading",
    "leftover",
    "leftover_amounts",
    "untitled_table",
    "unclear_table",
    "unclear_level",
    "unknown_table",
    "other_year",
    "hidden_sheet",
    "hidden_lines",
    "unused_map",
    "not_the_sum",
    "value_text",
    "value_error",
    "value_hidden_decimals",
    "value_uncalculated",
    "value_unreadable",
}
"""Kinds noticed while a file is read."""
