"""`make bench-county`: many departments into one, against its peers, side by side in one run.

The county is made first, outside the time. Every side is a whole process with all that it starts:
calamine merely reading the same files with as many processes; the pandas script that people
write; `xlbudget consolidate` with an empty cache, then again after one file has changed.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from county_table import CALAMINE, COLD, ENGINES, WARM, Measured, growth, told
from helpers.counties import ROSTER, disclosed, make_county, write_department
from helpers.offices import offices
from sums import differences
from watched import Run, watched

from xlbudget.app.errors import Unreadable
from xlbudget.core.budget import Budget
from xlbudget.packs.find import default_pack
from xlbudget.packs.load import load_pack

PEER = Path(__file__).parent / "peer_county.py"
UNREADABLE = 2


class Setting(NamedTuple):
    """What is measured, by how many processes, how often, and by which command."""

    departments: int
    seed: int
    jobs: int
    rounds: int
    command: Path


class Place(NamedTuple):
    """The folder of the workbooks, and one for all that the runs leave behind."""

    folder: Path
    left: Path


def measured(setting: Setting, engines: Sequence[str]) -> Measured:
    """Make the county and take the times, the sides in turn."""
    with tempfile.TemporaryDirectory() as temporary:
        place = Place(Path(temporary) / "部门", Path(temporary))
        make_county(place.folder, setting.departments, setting.seed, os.cpu_count() or 1)
        rounds = [_round(setting, place, nth, engines) for nth in range(setting.rounds)]
        last = _output(place, setting.rounds - 1, WARM)
        wrong = _differences(setting, last)
    sides = {side: [one[side] for one in rounds] for side in rounds[0]}
    return Measured(setting.departments, setting.jobs, sides, wrong)


def _differences(setting: Setting, last: Path) -> tuple[int, int] | None:
    """How many figures are not the true sum, of how many; None where the workbook is larger than
    what is read."""
    try:
        return differences(load_pack(default_pack()), last, _as_sent_last(setting))
    except Unreadable:
        return None


def _round(setting: Setting, place: Place, nth: int, engines: Sequence[str]) -> dict[str, Run]:
    """A run of each side. A cache of its own for each round; the file that changes is another one
    each time."""
    cache = {"XDG_CACHE_HOME": str(place.left / f"cache-{nth}")}
    runs = {CALAMINE: _peer(place, CALAMINE, str(setting.jobs))}
    runs[COLD] = _consolidated(setting, place, _output(place, nth, COLD), cache)
    runs |= {f"pandas with {engine}": _peer(place, "pandas", engine) for engine in engines}
    _change(setting, place, nth)
    return runs | {WARM: _consolidated(setting, place, _output(place, nth, WARM), cache)}


def _output(place: Place, nth: int, state: str) -> Path:
    return place.left / f"汇总-{nth}-{state}.xlsx"


def _change(setting: Setting, place: Place, nth: int) -> None:
    """Department `middle + nth` sends its file again, with other figures throughout."""
    every, pack = offices(setting.departments, setting.seed), load_pack(default_pack())
    which = setting.departments // 2 + nth
    write_department(place.folder, pack, which, disclosed(pack, every[which], setting.seed + 1))


def _as_sent_last(setting: Setting) -> Iterator[Budget]:
    """The budgets that lie in the folder after the last round."""
    pack, middle = load_pack(default_pack()), setting.departments // 2
    for which, office in enumerate(offices(setting.departments, setting.seed)):
        changed = middle <= which < middle + setting.rounds
        yield disclosed(pack, office, setting.seed + changed)


def _peer(place: Place, *said: str) -> Run:
    how = (sys.executable, PEER, said[0], place.folder, *said[1:])
    return _ran(how, {}, place.left / "peer.txt")


def _consolidated(setting: Setting, place: Place, output: Path, cache: Mapping[str, str]) -> Run:
    roster = place.folder.parent / ROSTER
    how = (setting.command, "consolidate", place.folder, "-o", output, "--roster", roster)
    return _ran((*how, "--jobs", setting.jobs), cache, place.left / "consolidate.txt")


def _ran(command: Sequence[object], more: Mapping[str, str], log: Path) -> Run:
    """Raises SystemExit with the end of what it printed, if it did nothing worth measuring."""
    run = watched(list(map(str, command)), {**os.environ, **more}, log)
    if run.code >= UNREADABLE or run.code < 0:
        said = log.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise SystemExit(f"exit {run.code}: {' '.join(map(str, command))}\n{said}")
    return run


def asked() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--departments", type=int, nargs="+", default=[300, 1200])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3)
    command = Path(sys.executable).with_name("xlbudget")
    parser.add_argument("--command", type=Path, default=command)
    return parser.parse_args()


def main() -> None:
    """Measure and print; pandas runs over the smallest county only: it takes a while."""
    given = asked()
    print("| measured | value | bar | |\n|---|---|---|---|")
    found: list[Measured] = []
    for many in sorted(given.departments):
        setting = Setting(many, given.seed, given.jobs, given.rounds, given.command)
        found.append(measured(setting, [] if found else ENGINES))
        told(found[-1])
    if len(found) > 1:
        growth(found[0], found[-1])


if __name__ == "__main__":
    main()
