"""The value of a formula from the values of its cells, as Excel calculates it."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import NamedTuple

from xlbudget.core.amount import SIGNIFICANT_DIGITS
from xlbudget.workbook.formulas.parse import (
    Call,
    Cells,
    Constant,
    Edge,
    NotUnderstood,
    Operation,
    Tree,
    walk,
)

Value = float | str | bool | None
"""What a cell holds; None where it is blank."""

MOST_CELLS = 100_000
"""Cells of one reference; more are not added up."""
JOINED: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": operator.pow,
}
COMPARED: Mapping[str, Callable[[float | str, float | str], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
CRITERION = re.compile(r"(<=|>=|<>|=|<|>)?([^*?~]*)")
NUMBER = re.compile(r"\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*", re.ASCII)
CHANGING = frozenset({"RAND", "RANDBETWEEN", "RANDARRAY", "NOW", "TODAY"})


def is_volatile(tree: Tree) -> bool:
    """Whether a formula may give something else each time: by chance or by the day."""
    return any(isinstance(each, Call) and each.name in CHANGING for each in walk(tree))


class Place(NamedTuple):
    """Where a formula is calculated: its sheet, by how much it stands below and right of the cell
    for which it is written, what a cell (sheet, row, column) holds, and how many rows a sheet has.
    `look` and `height` raise NotUnderstood for a cell without a value and an unknown sheet."""

    sheet: str
    look: Callable[[str, int, int], Value]
    height: Callable[[str], int]
    down: int = 0
    right: int = 0


def evaluate(tree: Tree, place: Place) -> Value:
    """The number, text or truth that a formula gives. Raises NotUnderstood for what is not
    calculated here, and ArithmeticError for a division by nothing and the like."""
    if isinstance(tree, Constant):
        return tree.value
    if isinstance(tree, Cells):
        values = list(_values(tree, place))
        if len(values) != 1:
            raise NotUnderstood
        return values[0]
    if isinstance(tree, Call):
        if tree.name not in FUNCTIONS:
            raise NotUnderstood
        return FUNCTIONS[tree.name](tree.arguments, place)
    return _operate(tree, place)


def list_area(cells: Cells, place: Place) -> tuple[str, range, range]:
    """The sheet, rows and columns of a reference. Raises NotUnderstood for an unknown sheet and one
    that is too large."""
    sheet = cells.sheet or place.sheet
    height = place.height(sheet)
    first = _moved(cells.top, place.down) if cells.top else 0
    last = _moved(cells.bottom, place.down) if cells.bottom else height - 1
    left, right = _moved(cells.left, place.right), _moved(cells.right, place.right)
    rows = range(min(first, last), max(first, last) + 1)
    columns = range(min(left, right), max(left, right) + 1)
    if len(rows) * len(columns) > MOST_CELLS or rows.start < 0 or columns.start < 0:
        raise NotUnderstood
    return sheet, rows, columns


def _moved(edge: Edge, by: int) -> int:
    return edge.at if edge.fixed else edge.at + by


def _values(cells: Cells, place: Place) -> Iterator[Value]:
    sheet, rows, columns = list_area(cells, place)
    for row in rows:
        for column in columns:
            yield place.look(sheet, row, column)


def _operate(tree: Operation, place: Place) -> Value:
    values = [evaluate(operand, place) for operand in tree.operands]
    if tree.sign == "&":
        return "".join(map(_text, values))
    if tree.sign in COMPARED:
        return _compare(tree.sign, *values)
    numbers = list(map(_number, values))
    if tree.sign == "%":
        return numbers[0] / 100
    if len(numbers) == 1:
        return -numbers[0] if tree.sign == "-" else numbers[0]
    found = JOINED[tree.sign](*numbers)
    if isinstance(found, complex):
        raise NotUnderstood
    return _finite(found)


def _compare(sign: str, a: Value, b: Value) -> bool:
    """Numbers by the digits that Excel keeps, texts without regard to case; a blank is as nothing
    and as an empty text."""
    if isinstance(a, str) or isinstance(b, str):
        a, b = ("" if v is None else v for v in (a, b))
        if not (isinstance(a, str) and isinstance(b, str)):
            if sign in ("=", "<>"):
                return sign == "<>"
            raise NotUnderstood
        return COMPARED[sign](a.lower(), b.lower())
    return COMPARED[sign](_kept(_number(a)), _kept(_number(b)))


def _kept(number: float) -> float:
    return float(f"{number:.{SIGNIFICANT_DIGITS}g}")


def _number(value: Value) -> float:
    if isinstance(value, str) and not NUMBER.fullmatch(value):
        raise NotUnderstood
    return _finite(float(value or 0))


def _finite(number: float) -> float:
    """The number, which Excel has none of that is infinite. Raises ArithmeticError."""
    if not math.isfinite(number):
        raise OverflowError
    return number


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return f"{value:.{SIGNIFICANT_DIGITS}g}"
    return value or ""


Arguments = tuple[Tree, ...]


def _numbers(arguments: Arguments, place: Place) -> Iterator[float]:
    """The numbers of the arguments: in references only what is a number counts."""
    for each in arguments:
        if isinstance(each, Cells):
            for value in _values(each, place):
                if isinstance(value, float | int) and not isinstance(value, bool):
                    yield _finite(float(value))
        else:
            yield _number(evaluate(each, place))


def _sum(arguments: Arguments, place: Place) -> float:
    return math.fsum(_numbers(arguments, place))


def _sum_if(arguments: Arguments, place: Place) -> float:
    """The sum of the numbers beside the values that equal the criterion, or compare with it as it
    says (">0"); patterns (* and ?) are not understood."""
    if not 2 <= len(arguments) <= 3 or not all(isinstance(a, Cells) for a in arguments[::2]):
        raise NotUnderstood
    criterion = evaluate(arguments[1], place)
    sign, wanted = "=", criterion
    if isinstance(criterion, str):
        stated = CRITERION.fullmatch(criterion)
        if not stated or not stated[2]:
            raise NotUnderstood
        sign, wanted = stated[1] or "=", stated[2]
        wanted = float(wanted) if NUMBER.fullmatch(wanted) else wanted
    asked, *others = [list(_values(a, place)) for a in arguments[::2] if isinstance(a, Cells)]
    added = others[0] if others else asked
    if len(added) != len(asked):
        raise NotUnderstood
    return math.fsum(
        _finite(float(number))
        for value, number in zip(asked, added, strict=True)
        if isinstance(number, float | int)
        and not isinstance(number, bool)
        and _fits(value, sign, wanted)
    )


def _fits(value: Value, sign: str, wanted: Value) -> bool:
    """Whether a value fits a criterion: only a number compares with a number, a text with a
    text."""
    alike = isinstance(value, str) == isinstance(wanted, str) and value is not None
    return _compare(sign, value, wanted) if alike else sign == "<>"


def _product(arguments: Arguments, place: Place) -> float:
    return _finite(math.prod(_numbers(arguments, place)))


def _average(arguments: Arguments, place: Place) -> float:
    numbers = list(_numbers(arguments, place))
    return math.fsum(numbers) / len(numbers)


def _largest(arguments: Arguments, place: Place) -> float:
    return max(_numbers(arguments, place), default=0.0)


def _least(arguments: Arguments, place: Place) -> float:
    return min(_numbers(arguments, place), default=0.0)


def _count(arguments: Arguments, place: Place) -> float:
    return float(sum(1 for _ in _numbers(arguments, place)))


def _magnitude(arguments: Arguments, place: Place) -> float:
    return abs(_number(evaluate(_only(arguments), place)))


def _whole(arguments: Arguments, place: Place) -> float:
    return float(math.floor(_number(evaluate(_only(arguments), place))))


def _only(arguments: Arguments) -> Tree:
    if len(arguments) != 1:
        raise NotUnderstood
    return arguments[0]


def _rounded(way: str) -> Callable[[Arguments, Place], float]:
    def rounded(arguments: Arguments, place: Place) -> float:
        if len(arguments) != 2:
            raise NotUnderstood
        number, digits = (_number(evaluate(each, place)) for each in arguments)
        exact = Decimal(repr(_kept(number)))
        return float(exact.quantize(Decimal(1).scaleb(-int(digits)), way))

    return rounded


def _if(arguments: Arguments, place: Place) -> Value:
    if not 2 <= len(arguments) <= 3:
        raise NotUnderstood
    truth = evaluate(arguments[0], place)
    if isinstance(truth, str):
        raise NotUnderstood
    if truth:
        return evaluate(arguments[1], place)
    return evaluate(arguments[2], place) if len(arguments) == 3 else False


def _if_error(arguments: Arguments, place: Place) -> Value:
    if len(arguments) != 2:
        raise NotUnderstood
    try:
        return evaluate(arguments[0], place)
    except ArithmeticError:
        return evaluate(arguments[1], place)


def _all(arguments: Arguments, place: Place) -> bool:
    return all(_number(evaluate(each, place)) for each in arguments)


def _any(arguments: Arguments, place: Place) -> bool:
    return any(_number(evaluate(each, place)) for each in arguments)


def _as_number(arguments: Arguments, place: Place) -> float:
    value = evaluate(_only(arguments), place)
    return 0.0 if isinstance(value, str) else _number(value)


def _concatenated(arguments: Arguments, place: Place) -> str:
    return "".join(_text(evaluate(each, place)) for each in arguments)


FUNCTIONS: Mapping[str, Callable[[Arguments, Place], Value]] = {
    "SUM": _sum,
    "SUMIF": _sum_if,
    "PRODUCT": _product,
    "AVERAGE": _average,
    "MAX": _largest,
    "MIN": _least,
    "COUNT": _count,
    "ABS": _magnitude,
    "INT": _whole,
    "ROUND": _rounded(ROUND_HALF_UP),
    "ROUNDUP": _rounded(ROUND_UP),
    "ROUNDDOWN": _rounded(ROUND_DOWN),
    "IF": _if,
    "IFERROR": _if_error,
    "AND": _all,
    "OR": _any,
    "N": _as_number,
    "CONCATENATE": _concatenated,
}
