"""The contents of a pack, frozen: forms with their headings and rows, rules, catalogues, words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from xlbudget.core.key import BlockKey

LABEL, CODE, NAME, GOVERNMENT = "label", "code", "name", "government"
TEXT_COLUMNS = (LABEL, CODE, NAME, GOVERNMENT)
"""Columns that hold words; every other column of a form holds amounts."""

TOTAL = "total"
"""Row key of the total row of a block whose other rows are open (codes, outline)."""


@dataclass(frozen=True, eq=False, repr=False, match_args=False)
class Catalogue:
    """One catalogue of codes: code → name, and how often each pair was seen in print (`seen`)."""

    key: str
    title: str
    levels: Mapping[str, int]
    names: Mapping[str, str]
    seen: Mapping[str, int]
    kinds: Mapping[str, str]
    maps: Mapping[str, tuple[str, ...]]
    must_reach: str

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        """Number of digits of each level, top first."""
        return tuple(self.levels.values())

    def fits_level(self, code: str) -> bool:
        """Whether a text has the number of digits of one of the levels, and only ASCII digits."""
        return len(code) in self.lengths and code.isascii() and code.isdigit()

    def parent(self, code: str) -> str:
        """The code one level up, or "" for a top code or one with the length of no level."""
        lengths = self.lengths
        if len(code) not in lengths or len(code) == lengths[0]:
            return ""
        return code[: lengths[lengths.index(len(code)) - 1]]

    @cached_property
    def tops(self) -> tuple[str, ...]:
        """The top codes in catalogue order."""
        return tuple(code for code in self.names if len(code) == self.lengths[0])

    @cached_property
    def with_parts(self) -> frozenset[str]:
        """Codes that have codes below them in the catalogue."""
        return frozenset(self.parent(code) for code in self.names) - {""}

    @cached_property
    def leaves(self) -> frozenset[str]:
        """Codes of the catalogue that have none below them."""
        return frozenset(self.names) - self.with_parts

    @cached_property
    def by_name(self) -> Mapping[str, tuple[str, ...]]:
        """Name → the codes that have it."""
        by_name: dict[str, list[str]] = {}
        for code, name in self.names.items():
            by_name.setdefault(name, []).append(code)
        return {name: tuple(codes) for name, codes in by_name.items()}


class Heading(NamedTuple):
    """One printed heading; `key` names the column where it is a leaf."""

    text: str
    key: str = ""
    children: tuple[Heading, ...] = ()

    def leaves(self, above: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...]]]:
        """(column key, printed headings from the top down) of every column below."""
        path = (*above, self.text)
        if not self.children:
            yield self.key, path
        for child in self.children:
            yield from child.leaves(path)


class FixedRow(NamedTuple):
    """A row that the form always prints."""

    key: str
    label: str


@dataclass(frozen=True, eq=False, repr=False, match_args=False)
class Block:
    """One table body of a form.

    Either `fixed` rows, or open rows: a tree of `codes` from a catalogue, or an outline of
    `levels`; open rows may have a `total` row (its printed label; empty where the block beside it
    prints the label for both). `help` explains columns to those who fill them in, `formerly` is
    what budget JSON called it before.
    """

    form: str
    key: str
    headings: tuple[Heading, ...]
    fixed: tuple[FixedRow, ...]
    total: str | None
    codes: str
    government: str
    levels: tuple[str, ...]
    sets: Mapping[str, tuple[str, ...]]
    help: Mapping[str, str]
    formerly: str = ""

    @cached_property
    def id(self) -> BlockKey:
        """The block's key."""
        return BlockKey(self.form, self.key)

    @cached_property
    def paths(self) -> Mapping[str, tuple[str, ...]]:
        """Column key → printed headings from the top down, in printed order."""
        return {key: path for heading in self.headings for key, path in heading.leaves()}

    @cached_property
    def text_columns(self) -> tuple[str, ...]:
        """Columns that hold words, in printed order."""
        return tuple(key for key in self.paths if key in TEXT_COLUMNS)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Amount columns, in printed order."""
        return tuple(key for key in self.paths if key not in TEXT_COLUMNS)

    @property
    def is_single(self) -> bool:
        """Whether the block is one row of figures, which bears no name."""
        return len(self.fixed) == 1 and not self.fixed[0].label

    @cached_property
    def row_keys(self) -> tuple[str, ...]:
        """Keys of the rows that the form always has."""
        fixed = tuple(row.key for row in self.fixed)
        return fixed or ((TOTAL,) if self.total is not None else ())

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """Row key → printed label, for the rows that the form always has."""
        named = {row.key: row.label for row in self.fixed}
        return named or ({TOTAL: self.total} if self.total is not None else {})


class TitleWords(NamedTuple):
    """The words by which a title is known: all of these, one of `any` where there are some, and
    none of `none`."""

    every: tuple[str, ...]
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()


class Form(NamedTuple):
    """One official table; `label` is empty where none is printed, `unit` where its amounts are in
    the pack's; `known_by` the words of titles that are put otherwise, `formerly` what budget JSON
    called it before."""

    key: str
    number: int
    sheet: str
    label: str
    title: str
    paper: str
    numbered: bool
    blocks: tuple[Block, ...]
    beside: tuple[Mapping[str, str], ...]
    unit: str = ""
    known_by: TitleWords | None = None
    formerly: str = ""


class RuleClause(NamedTuple):
    """One expression or kind of a rule, as the pack's text states it."""

    where: str
    holds: str = ""
    on: tuple[str, ...] = ()
    each: tuple[str, ...] = ()
    bindings: tuple[Mapping[str, str], ...] = ({},)
    when: str = ""
    defines: str = ""
    between: str = ""
    kind: str = ""
    blocks: tuple[str, ...] = ()
    says: str = ""
    severity: str = ""


class Rule(NamedTuple):
    """One rule: id, sentences by case, severity by case, reasons, and its parts.

    `other_year` is the severity by case where the budget is of another year than the form set and
    its catalogues, where that differs. `example` is a case that breaks it (made by the program
    where the rule is between figures), `common_mistake` how people usually come to break it.
    """

    id: str
    title: str
    says: Mapping[str, str]
    severity: Mapping[str, str]
    other_year: Mapping[str, str]
    why: str
    source: str
    example: str
    common_mistake: str
    fix: str
    parts: tuple[RuleClause, ...]
    where: str

    @property
    def sentence(self) -> str:
        """What must hold, in one sentence."""
        return self.title or self.says[""]

    def severity_of(self, case: str) -> str:
        """The severity of this case of the rule."""
        return self.severity.get(case) or self.severity.get("", "error")

    def says_of(self, case: str) -> str:
        """The sentence template of this case."""
        return self.says.get(case) or self.says.get("") or self.sentence


class ChartSpec(NamedTuple):
    """One column of a block to be shown as a chart: `rows` are row id → name, in order."""

    form: str
    block: str
    column: str
    rows: Mapping[str, str]


@dataclass(frozen=True, eq=False, repr=False, match_args=False)
class Pack:
    """Everything known about the forms of one place, as printed for budgets of one year.

    `since` is the form set's own year, from which it is in force; `year` the budget's, which the
    titles and headings of `forms` name. `catalogues` are those of `versions` (year from which they
    are in force → catalogues) that fit it, of the year `codes_year`. `form_texts` are the same
    forms before a year is filled in (`packs.year`).
    """

    name: str
    since: int
    year: int
    codes_year: int
    place: str
    unit: str
    words: Mapping[str, Any]
    catalogues: Mapping[str, Catalogue]
    versions: Mapping[int, Mapping[str, Catalogue]]
    form_texts: Mapping[str, Form]
    forms: Mapping[str, Form]
    rules: Mapping[str, Rule]
    charts: Mapping[str, ChartSpec]

    @cached_property
    def blocks(self) -> Mapping[BlockKey, Block]:
        """Every block of every form, in printed order."""
        return {block.id: block for form in self.forms.values() for block in form.blocks}

    @cached_property
    def by_kind(self) -> Mapping[str, Rule]:
        """Kind → the rule that names it."""
        return {part.kind: rule for rule in self.rules.values() for part in rule.parts if part.kind}

    def severity_of(self, rule: Rule, case: str) -> str:
        """The severity of this case of a rule in a budget of this year, weaker for some where the
        catalogues are of another."""
        weaker = rule.other_year.get(case, "") if self.year != self.codes_year else ""
        return weaker or rule.severity_of(case)

    def yuan(self, unit: str) -> int:
        """The number of 元 in one of this unit."""
        return int(self.words["units"][unit])

    def least_decimals(self, unit: str) -> int:
        """The decimals assumed for amounts in this unit where the cell shows fewer."""
        return int(self.words["decimals"][unit])
