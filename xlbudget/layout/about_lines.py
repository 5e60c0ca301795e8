"""Lines that say whose budget a table is, of which unit of amount, of when: each statement of a
cell, however many stand in it.

``部门名称：示例县示例局      单位：元``, ``（单位：人民币元）``, ``金额单位(万元)``,
``编制单位 013示例县教育局``: what is glued to a name (its code, a unit, a date, a seal) is no part
of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from xlbudget.layout.normalize import normalize_text, shows
from xlbudget.packs.model import Pack

DEPARTMENT, UNIT, DATE, CODE = "department", "unit", "date", "code"
KINDS = (DEPARTMENT, UNIT, DATE)
GLUED = "glued"
"""A department's word with the name right behind it."""

MONEY = r"(?:人民币)?\s*（?\s*(?:人民币)?\s*[十百千万亿]*[元圆]"
ANY_MONEY = re.compile(r"[元圆币￥¥$]|^[十百千万亿]+$")
DAY = r"(?:19|20)\d\d\s*(?:年\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?|[-/.]\d{1,2}(?:[-/.]\d{1,2})?)"
DATED = re.compile(rf"(?:^{DAY}\s*|\s*{DAY}$)")
CODED_NAME = re.compile(
    r"^(?:[\[【（〔](\d{2,12})[\]】）〕]\s*[-_：、.]?|(\d{2,12})\s*[-_：、.\s]|(0\d{1,11}|\d{4,12}))\s*(?=[^\d\s])"
)
"""A code before a name: in brackets, set apart, or glued to it (not 110指挥中心)."""
SEAL = re.compile(r"\s*（[^（）]*[章印]）$")
SIGNED = r"(?:（(?:[^（）]{0,3}[章印]|全称)）\s*(?=：))?"
"""What is asked for behind a department's word: 部门名称（公章）：."""
UNIT_GLUED = re.compile(rf"[\s（,，;；、/|]+({MONEY})\s*）?$")
IN_WORDS = re.compile(
    rf"以\s*({MONEY})\s*为\s*[金额计量货币]*单位|[金额计量货币]*单位\s*[均都]?\s*[为是]\s*({MONEY})"
)
"""A unit that a sentence states."""
JOINTS = " ,，;；。.、|-_：/"
EDGES = JOINTS + "（）"
LEAST_WORD = 4
"""Characters of a word after which a name may stand without a colon."""
LEAST_NAME = 2


class Statement(NamedTuple):
    """What a cell states: DEPARTMENT, UNIT, DATE or CODE (of the department), and the text; `bare`
    where no colon or bracket marks it, so that it counts only above a table."""

    kind: str
    text: str
    bare: bool = False


def read_statements(pack: Pack, text: str) -> list[Statement]:
    """What a cell above a table states of it, in order; a word without a text behind it has an
    empty one (it may stand in the next cell)."""
    if not _marking(pack).search(text):
        return []
    return [
        statement._replace(text=_as_printed(text, statement.text))
        if statement.kind == DEPARTMENT
        else statement
        for statement in _read(pack, text)
    ]


@lru_cache(maxsize=8)
def _marking(pack: Pack) -> re.Pattern[str]:
    """One of the characters that a statement has; most texts of a budget have none."""
    words = [
        *pack.words["lines"][UNIT],
        *pack.words["lines"][DEPARTMENT],
        *pack.words["lines"][DATE],
    ]
    signs = {word[-1] for word in words} | {word[-1] for word in pack.words["units"]}
    signs |= {word[-1] for word in pack.words["unit_synonyms"]}
    return re.compile(f"[{re.escape(''.join(sorted(signs)))}]")


@lru_cache(maxsize=8)
def _pattern(pack: Pack) -> re.Pattern[str]:
    """The words for department, unit and date, each with the sign that ends it."""
    words = pack.words["lines"]
    either = "|".join(f"(?P<{kind}>{_any_of(words[kind])})" for kind in KINDS)
    long = _any_of([word for word in words[DEPARTMENT] if len(word) >= LEAST_WORD])
    return re.compile(
        rf"(?:{either})\s*{SIGNED}(?:：|(?=（?\s*{MONEY})|(?=\s)|$)|^(?P<{GLUED}>{long})(?=[^\s（）])"
    )


def _any_of(words: Sequence[str]) -> str:
    """A pattern for any of the words, longest first."""
    ordered = sorted(map(normalize_text, words), key=len, reverse=True)
    return "|".join(map(re.escape, ordered))


def _read(pack: Pack, text: str) -> Iterator[Statement]:
    softened = soften(text)
    in_words = find_unit_in_words(softened)
    if in_words:
        yield Statement(UNIT, in_words)
        softened = IN_WORDS.sub(" ", softened).strip()
    marks = list(_marks(pack, softened))
    if not marks:
        if read_unit(pack, softened):
            yield Statement(UNIT, softened, bare=True)
        return
    ends = [mark.start() for mark in marks[1:]] + [len(softened)]
    for mark, end in zip(marks, ends, strict=True):
        value = _unbracketed(softened[mark.end() : end])
        kind = DEPARTMENT if mark.lastgroup == GLUED else str(mark.lastgroup)
        colon = mark[0].endswith("：")
        if not value and not colon and mark[0] == softened:
            yield Statement(kind, "", bare=True)  # what it states may stand in the next cell
            continue
        if kind == UNIT and _is_name(value):
            kind = DEPARTMENT  # 单位：示例县教育局
        if kind == DEPARTMENT:
            if colon or (len(normalize_text(mark[0])) >= LEAST_WORD and len(value) >= LEAST_NAME):
                yield from _department(value, bare=not colon)
        elif kind == UNIT and (colon or value):
            yield Statement(UNIT, value, bare=not colon and "（" not in softened)
        elif kind == DATE and colon:
            yield Statement(DATE, value)


def find_unit_in_words(text: str) -> str:
    """The unit of amount that a sentence states: 元 of 以上金额均以元为单位; "" for none."""
    said = IN_WORDS.search(normalize_text(text))
    return str(said[1] or said[2]) if said else ""


def _is_name(value: str) -> bool:
    """Whether what stands behind 单位 names an office rather than a unit, known or not."""
    return len(value) > LEAST_NAME and not value.isascii() and not ANY_MONEY.search(value)


def _marks(pack: Pack, text: str) -> Iterator[re.Match[str]]:
    """The words that begin a statement: at the cell's start, behind a space or bracket; that of a
    unit also right behind a name where money follows."""
    for mark in _pattern(pack).finditer(text):
        before = text[: mark.start()]
        begins = not before or before[-1] in EDGES
        money = mark.lastgroup == UNIT and re.match(rf"\s*{MONEY}", text[mark.end() :])
        if begins or money:
            yield mark


def soften(text: str) -> str:
    """The text in normal characters, white space kept as single spaces, but for those between
    single characters (部 门 名 称)."""
    parts: list[str] = []
    single = False
    for part in map(normalize_text, clean(text).split()):
        if single:
            parts[-1] += part
        else:
            parts.append(part)
        single = len(part) == 1
    return " ".join(parts)


def clean(text: str) -> str:
    """The text without what does not show, white space as single spaces."""
    return " ".join("".join(c if shows(c) else " " if c.isspace() else "" for c in text).split())


def _as_printed(text: str, part: str) -> str:
    """The characters of a text that have this part of it for their softened form."""
    shown = clean(text)
    pieces = [normalize_text(c) if c != " " else c for c in shown]
    start = "".join(pieces).find(part)
    places = [place for place, piece in enumerate(pieces) for _ in piece]
    return shown[places[start] : places[start + len(part) - 1] + 1] if part and start >= 0 else part


def _unbracketed(text: str) -> str:
    """The text without signs at its ends, and without half a pair of brackets."""
    text = text.strip(JOINTS)
    if text.startswith("（") and text.endswith("）") and text.count("（") == 1:
        return text[1:-1].strip(JOINTS)
    if text.count("）") > text.count("（"):
        text = text.removesuffix("）")
    if text.count("（") > text.count("）"):
        text = text.removeprefix("（").removesuffix("（")
    return text.strip(JOINTS)


def _department(value: str, bare: bool) -> Iterator[Statement]:
    """The name, and what is glued to it."""
    behind = UNIT_GLUED.search(value)
    if behind:
        yield Statement(UNIT, behind[1], bare)
        value = value[: behind.start()].strip(JOINTS)
    before = ""
    while before != value:
        before = value
        value = SEAL.sub("", DATED.sub("", value)).strip(JOINTS)
    coded = CODED_NAME.match(value)
    if coded:
        yield Statement(CODE, next(filter(None, coded.groups())), bare)
        value = value[coded.end() :]
    yield Statement(DEPARTMENT, value, bare)


def read_unit(pack: Pack, text: str) -> str:
    """The pack's unit that a text states (人民币元, 万元（保留两位小数）); "" for none that is
    understood."""
    stated = (
        normalize_text(text).removeprefix("（").removeprefix("人民币").removeprefix("（人民币）")
    )
    stated = stated.removeprefix("：").removeprefix("（")
    words = {unit: unit for unit in pack.words["units"]} | pack.words["unit_synonyms"]
    fitting = [word for word in words if stated.startswith(normalize_text(word))]
    if not fitting:
        return ""
    longest = max(fitting, key=len)
    rest = stated[len(longest) :].strip("）。.,;；")
    said = re.fullmatch(r"人民币|（[^（）百千万亿元角分]*|保留.*位小数", rest)
    return words[longest] if not rest or said else ""
