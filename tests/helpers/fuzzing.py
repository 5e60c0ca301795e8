"""Mutated workbooks against the reader: `make fuzz [CASES=10000] [SEED=n]`.

A case is a seed: the same seed gives the same bytes. Mutated are the bytes of the package, the
XML inside its parts (packed anew, so that it is read), .xls, .ods and CSV. A case may end in a
reading, in a fault that is said, or in nothing recognised; whatever else is a failure, and so is
one that takes longer than SECONDS or more memory than MEGABYTES.
"""

from __future__ import annotations

import random
import resource
import signal
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from xlbudget.app.read_files import check_file
from xlbudget.core.finding import ERROR

SECONDS = 10
MEGABYTES = 300
HERE = Path(__file__).parent.parent
WORDS = (
    b"<", b">", b"/>", b'"', b"&#0;", b"&amp;", b"<!--", b"]]>", b"<![CDATA[", b"\0", b"\xff\xfe",
    b"NaN", b"1e999", b"-1", b"99999999999999999999", b"0", b't="e"', b't="s"', b't="str"',
    b't="inlineStr"', b't="b"', b't="d"', b"A0", b"XFD1048576", b"XFE1", b"A1048577", b"<f/>",
    b"<v/>", b"<row>", b"</row>", b"<c>", b"x:", b"r=", b's="99999"', b"\xe8\xa1\xa8", b"\xe8",
)  # fmt: skip

TEXTS = (
    b"", b"0", b"-1", b"1", b"NaN", b"INF", b"-INF", b"1e400", b"1e-400", b"1e300", b"-0", b"0.005",
    b"123456789012345678", b"99999999999999999999", b"0.1234567890123456789", b"s", b"e", b"n",
    b"b", b"str", b"inlineStr", b"d", b"x", b"2025-01-01", b"2010301", b"201", b"#REF!", b"true",
    "合计".encode(), "\u3000".encode(), "支出功能分类科目".encode(), "表二".encode(),
    "单位：元".encode(), "单位：亿元".encode(), "部门名称：".encode(), "注：本表无数据".encode(),
    "2024年预算收支总表".encode(), "2025年预算收入总表".encode(), "项目".encode(), b"A1", b"XFD9",
    b"A1048576", b"hidden", b"veryHidden", b"&#x10FFFF;", b"&#xD800;", b"&lt;", b" ",
    "一".encode() * 4000, b"9" * 400, b"(1.5)", "１２３".encode(), "12万元".encode(), b"1/2", b"%",
)  # fmt: skip


class Case(NamedTuple):
    """One mutated file: its name and content."""

    name: str
    content: bytes


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        for name, content in parts.items():
            package.writestr(zipfile.ZipInfo(name), content)
    return written.getvalue()


def mutated(chance: random.Random, content: bytes, words: tuple[bytes, ...] = WORDS) -> bytes:
    """A few small changes: a bit, a byte, a piece left out, doubled, moved, a word put in."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        if not data:
            break
        at, size = chance.randrange(len(data)), chance.choice((1, 2, 4, 16, 64, 400))
        other = chance.randrange(len(data))
        match chance.randrange(7):
            case 0:
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                data[at] = chance.choice((0, 1, 0x7F, 0x80, 0xFF))
            case 2:
                del data[at : at + size]
            case 3:
                data[at:at] = data[at : at + size]
            case 4:
                data[at:at] = data[other : other + size]
            case 5:
                data[at : at + size] = data[other : other + size]
            case 6:
                data[at:at] = chance.choice(words)
    return bytes(data)


def reshaped(chance: random.Random, xml: bytes) -> bytes:
    """Texts and attributes changed, elements exchanged: XML that is mostly still well formed."""
    pieces = xml.split(b"<")
    for _ in range(chance.choice((1, 2, 6, 20))):
        at = chance.randrange(len(pieces))
        tag, mark, text = pieces[at].partition(b">")
        other_tag, _, other_text = chance.choice(pieces).partition(b">")
        match chance.randrange(8):
            case 0 | 1 | 2:
                pieces[at] = tag + mark + chance.choice(TEXTS)
            case 3 | 4:
                pieces[at] = tag + mark + other_text
            case 5 | 6:
                values = tag.split(b'"')
                if len(values) > 2:
                    place = 2 * chance.randrange(len(values) // 2) + 1
                    others = other_tag.split(b'"')[1::2]
                    values[place] = chance.choice((*others, *TEXTS))
                pieces[at] = b'"'.join(values) + mark + text
            case 7:
                pieces[at] = other_tag + mark + text
    return b"<".join(pieces)


def in_parts(chance: random.Random, content: bytes) -> bytes:
    """The XML inside mutated, and packed anew."""
    parts = parts_of(content)
    names = [name for name in parts if name.endswith((".xml", ".rels"))]
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        sheets = [name for name in names if "sheet" in name or "content" in name]
        name = chance.choice(sheets if chance.random() < 0.6 and sheets else names)
        change = chance.choice((mutated, reshaped, reshaped, reshaped))
        parts[name] = change(chance, parts[name])
    if chance.random() < 0.03:
        parts.pop(chance.choice(list(parts)))
    return packed(parts)


Source = dict[str, bytes]
KINDS: tuple[tuple[str, int, Callable[[random.Random, bytes], bytes]], ...] = (
    ("xlsx", 80, in_parts),
    ("xlsx", 12, mutated),
    ("xls", 3, mutated),
    ("ods", 3, in_parts),
    ("csv", 2, mutated),
)


def case(sources: Source, seed: int) -> Case:
    """The case of a seed."""
    chance = random.Random(seed)
    ((kind, _, change),) = chance.choices(KINDS, [weight for _, weight, _ in KINDS])
    return Case(f"{seed}.{kind}", change(chance, sources[kind]))


def outcome(path: Path) -> str:
    """What became of a file: read, read with errors, or the rule that says why not. What the
    check raises is raised."""
    result = check_file(path)
    if result.reading is None:
        return result.findings[0].rule
    return "errors" if result.counts.get(ERROR) else "read"


class Hung(BaseException):
    """A case that took too long; no `except Exception` swallows it."""


def _stop(*_: object) -> None:
    raise Hung


def run_case(folder: Path, one: Case) -> str:
    """A case's outcome within the limit of time."""
    path = folder / one.name
    path.write_bytes(one.content)
    signal.signal(signal.SIGALRM, _stop)
    signal.alarm(SECONDS)
    try:
        return outcome(path)
    finally:
        signal.alarm(0)
        path.unlink()


def small_sources() -> Source:
    """The files that are mutated: the example's thirteen forms, values only."""
    return {path.suffix[1:]: path.read_bytes() for path in (HERE / "corpus").glob("seed.*")}


def main(cases: int, first: int) -> int:
    """Run so many cases from a seed on, and say what came of them."""
    import tempfile

    sources, counts, failed = small_sources(), Counter[str](), []
    slowest, taken = (0.0, 0), time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "a.xlsx").write_bytes(sources["xlsx"])
        outcome(folder / "a.xlsx")
        base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for seed in range(first, first + cases):
            start = time.perf_counter()
            try:
                counts[run_case(folder, case(sources, seed))] += 1
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                counts["FAILED"] += 1
                failed.append(f"seed {seed}: {error.__class__.__name__}: {error}")
            slowest = max(slowest, (time.perf_counter() - start, seed))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"{cases} cases from seed {first} in {time.perf_counter() - taken:.0f} s")
    print(f"slowest {slowest[0]:.2f} s (seed {slowest[1]})")
    print(f"peak {peak >> 10} MB, {peak - base >> 10} MB over the first; children {child >> 10} MB")
    print(", ".join(f"{kind} {count}" for kind, count in counts.most_common()))
    print("\n".join(failed))
    return int(bool(failed) or peak - base > MEGABYTES << 10 or child > MEGABYTES << 10)


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    sys.exit(main(given[0] if given else 10_000, given[1] if len(given) > 1 else 1))
