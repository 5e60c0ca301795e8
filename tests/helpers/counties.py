"""A synthetic county: departments of every size, their budgets, and a folder of what they send.

    python helpers/counties.py FOLDER --departments 300 --seed 7

writes a workbook each into the folder, and beside it the roster `名单.csv`. Every figure of a
department is rounded on its own, as in `helpers/departments.py`.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections.abc import Iterable, Iterator
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from typing import NamedTuple

from helpers.departments import Office, Payment, in_yuan, leaves, payments_of, printed
from helpers.offices import offices
from helpers.sent import workbook
from xlbudget.core.budget import Budget
from xlbudget.packs.find import default_pack
from xlbudget.packs.load import load_pack
from xlbudget.packs.model import Pack

CODES = 500
"""A county spends under so many functional codes, not under all of the catalogue."""

ROSTER = "名单.csv"
ROSTER_HEAD = ("编码", "名称", "上级")
FILES = ("{code}{name}.xlsx", "{name}{year}年部门预算公开表.xlsx", "{name}.xlsx")
"""How people call the file that they send, one way after another."""


class Ledger(NamedTuple):
    """What stands behind a disclosure: the payments, and the forms exact to the 元."""

    office: Office
    payments: list[Payment]
    exact: Budget


def county(pack: Pack, departments: int, seed: int) -> Iterator[Budget]:
    """The disclosed budgets of so many departments in 0.01 万元, deterministic by seed."""
    return (disclosed(pack, office, seed) for office in offices(departments, seed))


def ledgers(pack: Pack, departments: int, seed: int) -> Iterator[Ledger]:
    """The same departments in 元, with the payments that they come from."""
    return (ledger(pack, office, seed) for office in offices(departments, seed))


def disclosed(pack: Pack, office: Office, seed: int) -> Budget:
    """What one department prints, in 0.01 万元."""
    return printed(pack, ledger(pack, office, seed).exact)


def ledger(pack: Pack, office: Office, seed: int) -> Ledger:
    """One department's money, whoever else is in the county."""
    rng = random.Random(f"{seed} {office.name}")
    codes = random.Random(f"{seed} codes").sample(leaves(pack), CODES)
    paid = list(payments_of(rng, office, codes))
    return Ledger(office, paid, in_yuan(pack, rng, office, paid))


def write_county(folder: Path, pack: Pack, budgets: Iterable[Budget]) -> list[Path]:
    """A workbook for each budget in the new folder, and the roster beside it. Gives the paths.
    Raises FileExistsError: two counties in one folder would be neither."""
    folder.mkdir(parents=True)
    written, rows = [], []
    for nth, budget in enumerate(budgets):
        written.append(write_department(folder, pack, nth, budget))
        rows.append((budget.department_code, budget.department))
    write_roster(folder, rows)
    return written


def write_department(folder: Path, pack: Pack, nth: int, budget: Budget) -> Path:
    """The workbook that the nth department sends; it is written over one that is there."""
    name, code = budget.department, budget.department_code
    path = folder / FILES[nth % len(FILES)].format(code=code, name=name, year=budget.year)
    path.write_bytes(workbook(pack, budget))
    return path


def write_roster(folder: Path, listed: Iterable[tuple[str, str]]) -> None:
    """Who shall report: code and name; each budget is its own, so that none is above another."""
    with (folder.parent / ROSTER).open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(ROSTER_HEAD)
        lines.writerows((code, name, "") for code, name in listed)


def make_county(folder: Path, departments: int, seed: int, jobs: int = 2) -> None:
    """What `write_county` writes of a `county`, by several processes. Raises FileExistsError."""
    folder.mkdir(parents=True)
    every = offices(departments, seed)
    with Pool(jobs) as pool:
        pool.starmap(partial(_make, folder, seed), enumerate(every), chunksize=8)
    write_roster(folder, ((office.code, office.name) for office in every))


def _make(folder: Path, seed: int, nth: int, office: Office) -> None:
    pack = load_pack(default_pack())
    write_department(folder, pack, nth, disclosed(pack, office, seed))


def main() -> None:
    """Make the folder that is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--departments", type=int, default=300)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    make_county(given.folder, given.departments, given.seed, given.jobs)


if __name__ == "__main__":
    main()
