"""What a run of `make bench-county` found, as rows of a table, with the bars that it is held to."""

from __future__ import annotations

import statistics
from typing import NamedTuple

from check import line
from watched import Run

MEGABYTE = 1_000_000
DEFAULT_ENGINE = "openpyxl"
"""What pandas reads .xlsx with unless told otherwise: the bar is about that."""

READING, PANDAS, WARM, STEADY, MEMORY = 2, 5, 0.1, 1.2, 300
"""Cold against calamine at most; pandas against cold at least; warm against cold at most; a file's
time, and all memory, in the largest county against the smallest, at most; megabytes at most."""


class Measured(NamedTuple):
    """The runs of one county: calamine, cold and warm a run each round, pandas by engine. `wrong`
    counts the figures that are not the sum, and all."""

    departments: int
    jobs: int
    calamine: list[Run]
    cold: list[Run]
    warm: list[Run]
    pandas: dict[str, Run]
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
    code = max(run.code for run in (*found.cold, *found.warm))
    line(f"{files}: exit code of consolidate", str(code), "0", code == 0)
    wrong = f"{found.wrong[0]} of {found.wrong[1]}" if found.wrong else "too large to read back"
    exact = bool(found.wrong) and found.wrong[0] == 0
    line(f"{files}: figures that are not the sum", wrong, "0", exact)
    _times(files, found)
    for engine, run in found.pandas.items():
        _pandas(f"{files}: pandas with {engine}, one process, against cold", engine, run, found)
    for state, runs in _sides(found).items():
        _resources(f"{files}, {state}", runs, state != "calamine")
    each = 1000 / found.departments
    per_file = ", ".join(f"{seconds(r) * each:.1f} ms {s}" for s, r in _sides(found).items())
    fact(f"{files}: time a file", per_file)


def _sides(found: Measured) -> dict[str, list[Run]]:
    return {"cold": found.cold, "warm": found.warm, "calamine": found.calamine}


def _times(files: str, found: Measured) -> None:
    cold, warm, bare = map(seconds, (found.cold, found.warm, found.calamine))
    ratio = against(found.cold, found.calamine)
    name = f"{files}, {found.jobs} processes: cold against calamine reading them"
    line(name, f"{cold:.2f} s / {bare:.2f} s: {ratio:.1f}", f"≤ {READING}", ratio <= READING)
    ratio = against(found.warm, found.cold)
    name = f"{files}: warm, one file changed, against cold"
    line(name, f"{warm:.2f} s / {cold:.2f} s: {ratio:.2f}", f"≤ {WARM}", ratio <= WARM)


def _pandas(name: str, engine: str, run: Run, found: Measured) -> None:
    cold = seconds(found.cold)
    ratio = run.seconds / cold
    said = f"{run.seconds:.1f} s / {cold:.2f} s: {ratio:.1f}"
    if engine == DEFAULT_ENGINE:
        line(name, said, f"≥ {PANDAS}", ratio >= PANDAS)
    else:
        fact(name, said)


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
    each = seconds(last.cold) / seconds(first.cold) / times
    name = f"{times:g} times the files: time a file, cold"
    line(name, f"{each:.2f} times", f"≤ {STEADY}", each <= STEADY)
    memory = max(run.resident for run in last.cold) / max(run.resident for run in first.cold)
    name = f"{times:g} times the files: peak memory, cold"
    line(name, f"{memory:.2f} times", f"≤ {STEADY}", memory <= STEADY)


def fact(name: str, value: str) -> None:
    """A row that has no bar."""
    print(f"| {name} | {value} | | |", flush=True)
