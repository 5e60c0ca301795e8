"""What a run of `make bench-county` found, as rows of a table, with the bars that it is held to."""

from __future__ import annotations

import statistics
from typing import NamedTuple

from check import line
from watched import Run

MEGABYTE = 1_000_000
CALAMINE, COLD, WARM = "calamine", "cold", "warm"
"""The sides of which every county has runs; pandas has sides too, one an engine."""
ENGINES = ("openpyxl", "calamine")
"""Of pandas. Unless told otherwise it takes the first: the bar is about that."""

READING, PANDAS, AGAIN, STEADY, MEMORY = 2, 5, 0.1, 1.2, 300
"""Cold against calamine at most; pandas against cold at least; warm against cold at most; a file's
time, and all memory, in the largest county against the smallest, at most; megabytes at most."""


class Measured(NamedTuple):
    """The runs of one county: of every side one each round. `wrong` counts the figures that are
    not the sum, and all."""

    departments: int
    jobs: int
    sides: dict[str, list[Run]]
    wrong: tuple[int, int] | None


def seconds(runs: list[Run]) -> float:
    """The median."""
    return statistics.median(run.seconds for run in runs)


def against(runs: list[Run], others: list[Run]) -> float:
    """The median of the ratios round by round: others that use the machine slow both sides."""
    return statistics.median(
        one.seconds / other.seconds for one, other in zip(runs, others, strict=True)
    )


def told(found: Measured) -> None:
    """The rows of one county."""
    files = f"{found.departments} files"
    sides = found.sides
    code = max(run.code for run in (*sides[COLD], *sides[WARM]))
    line(f"{files}: exit code of consolidate", str(code), "0", code == 0)
    wrong = f"{found.wrong[0]} of {found.wrong[1]}" if found.wrong else "too large to read back"
    exact = bool(found.wrong) and found.wrong[0] == 0
    line(f"{files}: figures that are not the sum", wrong, "0", exact)
    name = f"{files}, {found.jobs} processes: cold against calamine reading them"
    said, ratio = _ratio(sides, COLD, CALAMINE)
    line(name, f"{said}: {ratio:.1f}", f"≤ {READING}", ratio <= READING)
    said, ratio = _ratio(sides, WARM, COLD)
    name = f"{files}: warm, one file changed, against cold"
    line(name, f"{said}: {ratio:.2f}", f"≤ {AGAIN}", ratio <= AGAIN)
    for engine in ENGINES:
        _pandas(files, engine, sides)
    for side in (COLD, WARM, CALAMINE):
        _resources(f"{files}, {side}", sides[side], side != CALAMINE)
    each = 1000 / found.departments
    per_file = (f"{seconds(sides[side]) * each:.1f} ms {side}" for side in (COLD, WARM, CALAMINE))
    fact(f"{files}: time a file", ", ".join(per_file))


def _ratio(sides: dict[str, list[Run]], one: str, other: str) -> tuple[str, float]:
    said = f"{seconds(sides[one]):.2f} s / {seconds(sides[other]):.2f} s"
    return said, against(sides[one], sides[other])


def _pandas(files: str, engine: str, sides: dict[str, list[Run]]) -> None:
    side = f"pandas with {engine}"
    if side not in sides:
        return
    said, ratio = _ratio(sides, side, COLD)
    name = f"{files}: {side}, one process, against cold"
    if engine == ENGINES[0]:
        line(name, f"{said}: {ratio:.1f}", f"≥ {PANDAS}", ratio >= PANDAS)
    else:
        fact(name, f"{said}: {ratio:.1f}")


def _resources(name: str, runs: list[Run], ours: bool) -> None:
    resident, shares = (max(sizes) for sizes in zip(*map(_memory, runs), strict=True))
    many = max(run.processes for run in runs)
    said = f"{resident:.0f} MB resident, {shares:.0f} MB by shares"
    peak = f"{name}: peak memory of {many} processes together"
    if ours:
        line(peak, said, f"< {MEMORY} MB", resident < MEMORY)
    else:
        fact(peak, said)
    worked = statistics.median(run.worked for run in runs)
    fact(f"{name}: processor time", f"{worked:.2f} s")


def _memory(run: Run) -> tuple[float, float]:
    return run.resident / MEGABYTE, run.shares / MEGABYTE


def growth(first: Measured, last: Measured) -> None:
    """How time and memory grow from the first county to the last."""
    times = last.departments / first.departments
    before, after = first.sides[COLD], last.sides[COLD]
    each = seconds(after) / seconds(before) / times
    name = f"{times:g} times the files: time a file, cold"
    line(name, f"{each:.2f} times", f"≤ {STEADY}", each <= STEADY)
    memory = max(run.resident for run in after) / max(run.resident for run in before)
    name = f"{times:g} times the files: peak memory, cold"
    line(name, f"{memory:.2f} times", f"≤ {STEADY}", memory <= STEADY)


def fact(name: str, value: str) -> None:
    """A row that has no bar."""
    print(f"| {name} | {value} | | |", flush=True)
