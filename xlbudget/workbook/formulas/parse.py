"""A formula's text → its tree: constants, cells, operators (ECMA-376, 18.17), functions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from xlbudget.core.key import column_index

SHEET = r"(?:(?:'(?P<quoted>(?:[^']|'')+)'|(?P<sheet>[^\s'\"!()+\-*/^&=<>,;:{}\[\]$]+))!)?"
CELL = r"\$?[A-Za-z]{1,3}\$?\d{1,7}"
COLUMN = r"\$?[A-Za-z]{1,3}"
TOKEN = re.compile(
    rf"""\s*(?:(?P<text>"(?:[^"]|"")*")
    |{SHEET}(?P<area>{CELL}:{CELL}|{CELL}|{COLUMN}:{COLUMN})(?![\w(.!])
    |(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<call>[A-Za-z_][\w.]*)\(
    |(?P<truth>TRUE|FALSE)(?!\w)
    |(?P<sign><=|>=|<>|[-+*/^&=<>%(),;]))""",
    re.VERBOSE | re.IGNORECASE,
)
EXTERNAL = re.compile(r"\[\d+\]|\[[^\[\]]*\.\w{2,5}\]")
"""A reference to another workbook, by number or file name."""
PART = re.compile(r"(\$?)([A-Za-z]{1,3})(?:(\$?)(\d+))?")
LONGEST = 8192
"""Characters of a formula, as in Excel."""
DEEPEST = 60
"""Brackets in brackets; deeper ones are not understood."""
BINDING = {"=": 1, "<": 1, ">": 1, "<=": 1, ">=": 1, "<>": 1, "&": 2, "+": 3, "-": 3, "*": 4}
BINDING |= {"/": 4, "^": 5}


class NotUnderstood(Exception):
    """A formula holds something else than what is calculated here."""


class NotRead(NotUnderstood):
    """A formula takes from a sheet that is not read, as the workbooks made here have."""


class External(NotUnderstood):
    """A formula takes from another workbook."""


class Edge(NamedTuple):
    """A row or column of a reference, counted from 0; one that is not `fixed` moves with the
    formula."""

    at: int
    fixed: bool


class Cells(NamedTuple):
    """The cells between two corners on a sheet ("" for the formula's own); of whole columns the
    rows are None."""

    sheet: str
    top: Edge | None
    left: Edge
    bottom: Edge | None
    right: Edge


class Constant(NamedTuple):
    """A number, text or truth value."""

    value: float | str | bool


class Operation(NamedTuple):
    """An operator with what it joins; of a sign before or a percent sign behind there is one."""

    sign: str
    operands: tuple[Tree, ...]


class Call(NamedTuple):
    """A function by its name in capitals, with its arguments."""

    name: str
    arguments: tuple[Tree, ...]


Tree = Cells | Constant | Operation | Call


@lru_cache(maxsize=4096)
def parse_formula(text: str) -> Tree:
    """The tree of a formula, written with or without its first sign. Raises NotUnderstood, and
    External for one that takes from another workbook."""
    if EXTERNAL.search(re.sub(r'"[^"]*"', "", text)):
        raise External
    if len(text) > LONGEST:
        raise NotUnderstood
    parser = _Parser(list(_tokens(text.removeprefix("="))))
    tree = parser.expression(0, 0)
    if parser.place < len(parser.tokens):
        raise NotUnderstood
    return tree


def walk(tree: Tree) -> Iterator[Tree]:
    """A formula's tree and every tree in it."""
    waiting = [tree]
    while waiting:
        each = waiting.pop()
        yield each
        inside = each.operands if isinstance(each, Operation) else ()
        waiting.extend(each.arguments if isinstance(each, Call) else inside)


def list_cells(tree: Tree) -> Iterator[Cells]:
    """Every reference in a formula."""
    return (each for each in walk(tree) if isinstance(each, Cells))


class _Token(NamedTuple):
    kind: str
    text: str
    tree: Tree | None = None


def _tokens(text: str) -> Iterator[_Token]:
    place = 0
    text = text.rstrip()
    while place < len(text):
        match = TOKEN.match(text, place)
        if not match:
            raise NotUnderstood
        place = match.end()
        kind = str(match.lastgroup)
        if kind == "area":
            sheet = (match["quoted"] or match["sheet"] or "").replace("''", "'")
            yield _Token(kind, match[0], _area(sheet, match["area"]))
        elif kind == "text":
            yield _Token(kind, match[0], Constant(match["text"][1:-1].replace('""', '"')))
        elif kind == "number":
            yield _Token(kind, match[0], Constant(float(match["number"])))
        elif kind == "truth":
            yield _Token(kind, match[0], Constant(match["truth"].upper() == "TRUE"))
        else:
            yield _Token(kind, match[kind])


def _area(sheet: str, area: str) -> Cells:
    first, _, last = area.partition(":")
    corners = [PART.fullmatch(part) for part in (first, last or first)]
    columns, rows = [], []
    for corner in corners:
        assert corner is not None
        columns.append(Edge(column_index(corner[2].upper()), bool(corner[1])))
        rows.append(Edge(int(corner[4]) - 1, bool(corner[3])) if corner[4] else None)
    return Cells(sheet, rows[0], columns[0], rows[1], columns[1])


class _Parser:
    """The tokens of one formula while they are joined, by binding strength."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens, self.place = tokens, 0

    def expression(self, least: int, depth: int) -> Tree:
        """The tree of what follows, as far as its operators bind more than `least`."""
        if depth > DEEPEST:
            raise NotUnderstood
        tree = self._first(depth)
        while self.place < len(self.tokens):
            sign = self.tokens[self.place].text
            if self.tokens[self.place].kind != "sign":
                raise NotUnderstood
            if sign == "%":
                self.place += 1
                tree = Operation("%", (tree,))
            elif BINDING.get(sign, 0) > least:
                self.place += 1
                tree = Operation(sign, (tree, self.expression(BINDING[sign], depth + 1)))
            else:
                break
        return tree

    def _first(self, depth: int) -> Tree:
        token = self._take()
        if token.tree is not None:
            return token.tree
        if token.kind == "call":
            return Call(token.text.upper(), tuple(self._arguments(depth)))
        if token.text in "+-":  # binds more than any operator between two
            return Operation(token.text, (self.expression(max(BINDING.values()), depth + 1),))
        if token.text != "(":
            raise NotUnderstood
        tree = self.expression(0, depth + 1)
        if self._take().text != ")":
            raise NotUnderstood
        return tree

    def _arguments(self, depth: int) -> Iterator[Tree]:
        if self._peek() == ")":
            self.place += 1
            return
        while True:
            yield Constant("") if self._peek() in (",", ")") else self.expression(0, depth + 1)
            ended = self._take().text
            if ended == ")":
                return
            if ended != ",":
                raise NotUnderstood

    def _peek(self) -> str:
        return self.tokens[self.place].text if self.place < len(self.tokens) else ""

    def _take(self) -> _Token:
        if self.place >= len(self.tokens):
            raise NotUnderstood
        self.place += 1
        return self.tokens[self.place - 1]
