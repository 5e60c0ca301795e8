"""A command with all the processes that it starts: how long it takes, how much memory at most."""

from __future__ import annotations

import resource
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import psutil

EVERY = 0.02
"""Seconds between two looks at the memory."""

SHARES_EVERY = 10
"""Looks between two at the shares: the kernel walks all pages of a process for one."""


class Run(NamedTuple):
    """Seconds, those that processors worked for it, exit code, and the most bytes that all
    processes had at one moment: `resident` counts a page that two share twice, `shares` once.
    `processes` is their greatest number."""

    seconds: float
    worked: float
    code: int
    resident: int
    shares: int
    processes: int


def watched(command: Sequence[str | Path], environment: Mapping[str, str], log: Path) -> Run:
    """Run it to its end; what it prints goes to `log`."""
    with log.open("wb") as out:
        start, before = time.perf_counter(), _worked()
        process = subprocess.Popen(command, stdout=out, stderr=out, env=environment)
        family = psutil.Process(process.pid)
        resident = shares = processes = looks = 0
        while process.poll() is None:
            members = _members(family)
            processes = max(processes, len(members))
            resident = max(resident, _sum(members, _resident))
            if looks % SHARES_EVERY == 0:
                shares = max(shares, _sum(members, _share))
            looks += 1
            _wait(process)
        seconds = time.perf_counter() - start
        worked = _worked() - before
        return Run(seconds, worked, process.returncode, resident, shares, processes)


def _wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(EVERY)
    except subprocess.TimeoutExpired:
        return


def _worked() -> float:
    """Of all children that have ended, and theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _members(family: psutil.Process) -> list[psutil.Process]:
    try:
        return [family, *family.children(recursive=True)]
    except psutil.Error:
        return []


def _sum(members: list[psutil.Process], of: Callable[[psutil.Process], int]) -> int:
    total = 0
    for member in members:
        try:
            total += of(member)
        except psutil.Error:  # it ended meanwhile
            continue
    return total


def _resident(member: psutil.Process) -> int:
    return int(member.memory_info().rss)


def _share(member: psutil.Process) -> int:
    return int(member.memory_full_info().pss)
