"""The text of `holds:` and `when:` → linear terms over references. Parsed, never evaluated.

The grammar is a subset of Python's: sums and differences of references (a whole number may
stand before one), on both sides of ``==``, ``<=``, ``>=`` or ``!=``. A reference is a bare name,
``sum(name)``, or ``form.block[row].column``, ``form[row, column]``, ``form.block[row]``.
"""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

RELATIONS = {ast.Eq: "==", ast.LtE: "<=", ast.GtE: ">=", ast.NotEq: "!="}


RESERVED = re.compile(r"\bclass\b")
"""A word of the trade that Python's grammar reserves; it is parsed as ``class_``."""


FOREIGN = {
    **{"≤": "<=", "≥": ">=", "≠": "!=", "＝": "=="},
    **{"＋": "+", "－": "-", "−": "-", "×": "*", "＊": "*"},
    **{"（": "(", "）": ")", "，": ",", "．": "."},
}
"""Signs that look like those of an expression, and those to be written."""
SLIPS = {
    re.compile(r"(?<![=<>!])=(?!=)"): "'=' cannot be read; write '=='",
    re.compile(r"(?<![\w.])\d+\s*[^\W\d_]"): "a number before a name takes '*': 2 * total",
    re.compile(r"[\w)\]]\s+\w"): "a sign is missing between two names: +, -, == …",
}


class NotLinear(ValueError):
    """The expression is not a linear relation between figures."""


class Ref(NamedTuple):
    """One reference as written. An empty `block` means the rule's own (`on`); then `row` holds
    the bare name, which may name a row or a column."""

    block: str
    row: str
    column: str
    summed: bool = False


class Side(NamedTuple):
    """The terms of one side; 0, the only constant that a rule may state, is none."""

    terms: tuple[tuple[int, Ref], ...]


class Relation(NamedTuple):
    """left `relation` right; ``>=`` is reversed into ``<=``."""

    left: Side
    relation: str
    right: Side


def parse_relation(text: str) -> Relation:
    """The relation that the text states. Raises NotLinear with the reason."""
    for sign, meant in FOREIGN.items():
        if sign in text:
            raise NotLinear(f"{sign!r} cannot be read; write {meant!r}")
    for slip, meant in SLIPS.items():
        if slip.search(text):
            raise NotLinear(meant)
    try:
        tree = ast.parse(RESERVED.sub("class_", text), mode="eval").body
    except SyntaxError as error:
        raise NotLinear(f"cannot be read: {error.msg}") from None
    except (ValueError, MemoryError, RecursionError):
        raise NotLinear("cannot be read: too long, or not text") from None
    if not isinstance(tree, ast.Compare) or len(tree.ops) != 1:
        raise NotLinear("must be one comparison, like a == b + c")
    relation = RELATIONS.get(type(tree.ops[0]))
    if relation is None:
        raise NotLinear(f"only {', '.join(RELATIONS.values())} compare figures")
    try:
        left, right = Side(_terms(tree.left, 1)), Side(_terms(tree.comparators[0], 1))
    except RecursionError:
        raise NotLinear("too many terms") from None
    if not left.terms:
        raise NotLinear("figures must stand on the left; 0 may stand on the right")
    if relation == ">=":
        return Relation(right, "<=", left)
    return Relation(left, relation, right)


def _terms(node: ast.expr, sign: int) -> tuple[tuple[int, Ref], ...]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        other = -sign if isinstance(node.op, ast.Sub) else sign
        return _terms(node.left, sign) + _terms(node.right, other)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return _terms(node.operand, -sign)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return _multiple(node, sign)
    if isinstance(node, ast.Constant) and node.value == 0:
        return ()
    return ((sign, _ref(node)),)


def _multiple(node: ast.BinOp, sign: int) -> tuple[tuple[int, Ref], ...]:
    if isinstance(node.left, ast.Constant) and isinstance(node.left.value, int):
        return tuple((node.left.value * a, ref) for a, ref in _terms(node.right, sign))
    raise NotLinear(f"not linear: {ast.unparse(node)}")


def _ref(node: ast.expr) -> Ref:
    if isinstance(node, ast.Name):
        return Ref("", node.id, "")
    if isinstance(node, ast.Call):
        return _sum(node)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Subscript):
        return _subscript(node.value, node.attr)
    if isinstance(node, ast.Subscript):
        return _subscript(node, "")
    raise NotLinear(f"not a figure: {ast.unparse(node)}")


def _sum(node: ast.Call) -> Ref:
    plain = isinstance(node.func, ast.Name) and node.func.id == "sum" and not node.keywords
    if not plain or len(node.args) != 1 or not isinstance(node.args[0], ast.Name):
        raise NotLinear(f"only sum(name) can be called: {ast.unparse(node)}")
    return Ref("", node.args[0].id, "", summed=True)


def _subscript(node: ast.Subscript, column: str) -> Ref:
    inside = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    names = [_word(part) for part in inside]
    if len(names) == 2 and not column:
        column = names.pop()
    if len(names) != 1:
        raise NotLinear(f"say [row], [row].column or [row, column]: {ast.unparse(node)}")
    return Ref(_dotted(node.value), names[0], column)


def _word(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id.removesuffix("_")
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return str(node.value)
    raise NotLinear(f"not a row or column: {ast.unparse(node)}")


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    raise NotLinear(f"not a form: {ast.unparse(node)}")
