"""`make bench-locate`: is the wrong cell named, alone and with the right figure?

Single and double errors, and what is done to whole rows, on the real example and on synthetic
departments. The seeds are not those
that the weights were chosen with.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path

from helpers import mutants
from helpers.departments import department

from xlbudget.core.budget import Budget
from xlbudget.core.cause import Cause, RepairSet
from xlbudget.core.finding import NOTE
from xlbudget.core.key import BlockKey
from xlbudget.core.reading import Reading
from xlbudget.ops.check.budget_json import build_budget, parse_json
from xlbudget.ops.check.check import check
from xlbudget.packs.find import default_pack
from xlbudget.packs.load import load_pack
from xlbudget.packs.model import Pack

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "qinshui-2025" / "budget.json"
DEPARTMENTS = range(100, 120)
EACH, DOUBLES = 300, 1000
SEED = 20251124


def causes(pack: Pack, budget: Budget) -> tuple[Cause, ...]:
    """What localisation says of a budget."""
    return check(pack, Reading(budget)).causes


def singles(pack: Pack, budget: Budget, chosen: list[mutants.Mutant]) -> Counter[str]:
    """How often one wrong cell is detected, named, and named first, alone and rightly."""
    right = dict(budget.amounts())
    found: Counter[str] = Counter()
    for mutant in chosen:
        wanted = (mutant.cell, right.get(mutant.cell))
        told = causes(pack, mutants.applied(pack, budget, mutant))
        every = [repairs for cause in told for repairs in (cause.repairs, *cause.alternatives)]
        found["all"] += 1
        found["detected"] += bool(told)
        found["named"] += any(mutant.cell in {r.cell for r in repairs} for repairs in every)
        found["exact"] += len(every) == 1 and cells(every[0]) == {wanted}
    return found


def outlines(pack: Pack, budget: Budget, chosen: list[mutants.Mutant]) -> dict[str, Counter[str]]:
    """The same for forms whose levels have to be inferred first, 合计 and other columns apart; what
    is wrong is what no form but theirs says: their units stand in no other."""
    listed = [key for key in budget.blocks if len(pack.blocks[key].levels) == 1]
    budget = budget._replace(blocks={**budget.blocks, **dict.fromkeys(listed, ())})
    right = dict(budget.amounts())
    parts: dict[str, Counter[str]] = {"合计": Counter(), "other columns": Counter()}
    for mutant in chosen:
        spoilt = mutants.read_levels(pack, mutants.applied(pack, budget, mutant))
        told = causes(pack, spoilt)
        every = [repairs for cause in told for repairs in (cause.repairs, *cause.alternatives)]
        block = pack.blocks[BlockKey(mutant.cell.form, mutant.cell.block)]
        found = parts["合计" if mutant.cell.column == block.columns[0] else "other columns"]
        found["all"] += 1
        found["named"] += any(mutant.cell in {r.cell for r in repairs} for repairs in every)
        found["exact"] += len(every) == 1 and cells(every[0]) == {
            (mutant.cell, right.get(mutant.cell))
        }
    return parts


def doubles(pack: Pack, budget: Budget, chosen: list[mutants.Mutant]) -> Counter[str]:
    """The same for pairs of wrong cells."""
    found: Counter[str] = Counter()
    for one, other in zip(chosen[::2], chosen[1::2], strict=True):
        if one.cell == other.cell:
            continue
        spoilt = mutants.applied(pack, mutants.applied(pack, budget, one), other)
        start = time.perf_counter()
        told = causes(pack, spoilt)
        found["slowest ms"] = max(found["slowest ms"], int(1000 * (time.perf_counter() - start)))
        first = {repair.cell for cause in told for repair in cause.repairs}
        found["all"] += 1
        found["both"] += first == {one.cell, other.cell}
        found["at least one"] += bool(first & {one.cell, other.cell})
    return found


def tangle(pack: Pack, budget: Budget, chosen: list[mutants.Mutant]) -> float:
    """Seconds that localisation takes with all of these wrong at once."""
    for mutant in {mutant.cell: mutant for mutant in chosen}.values():
        budget = mutants.applied(pack, budget, mutant)
    start = time.perf_counter()
    causes(pack, budget)
    return time.perf_counter() - start


def rows(pack: Pack, chosen: list[mutants.RowMutant]) -> Counter[str]:
    """How often what was done to a row is said first, by the slip; `seen` counts those of which
    anything is said at all, a warning or a note included."""
    found: Counter[str] = Counter()
    for mutant in chosen:
        outcome = check(pack, Reading(mutant.budget))
        found[f"{mutant.slip} all"] += 1
        found[f"{mutant.slip} named"] += any(
            mutants.named(pack, mutant, cause.repairs) for cause in outcome.causes
        )
        found[f"{mutant.slip} seen"] += bool(outcome.causes) or any(
            finding.severity != NOTE for finding in outcome.findings
        )
    return found


def cells(way: RepairSet) -> set[object]:
    """What the repairs say, as cell and figure."""
    return {(repair.cell, getattr(repair, "new", None)) for repair in way}


def line(name: str, found: Counter[str], wanted: dict[str, float]) -> None:
    """One row of the table for each figure."""
    for word, bar in wanted.items():
        share = found[word] / found["all"]
        met = "met" if share >= bar else "missed"
        count = f"{found[word]} of {found['all']}"
        print(f"| {name}: {word} | {count} = {share:.1%} | ≥ {bar:.0%} | {met} |")


def main() -> None:
    """Measure and print."""
    rng = random.Random(SEED)
    pack = load_pack(default_pack())
    example = build_budget(pack, parse_json(EXAMPLE.read_text(encoding="utf-8")))
    every = [*mutants.of_filled(example), *mutants.of_blanks(pack, example)]
    print("| measured | value | bar | |\n|---|---|---|---|")
    bars = {"detected": 1.0, "named": 1.0, "exact": 0.99}
    line("example, one wrong cell", singles(pack, example, every), bars)
    whole = rows(pack, list(mutants.of_rows(pack, example, rng)))
    in_outlines = outlines(pack, example, list(mutants.of_outlines(pack, example)))
    found: Counter[str] = Counter()
    pairs = doubles(pack, example, rng.choices(every, k=DOUBLES))
    slowest = pairs.pop("slowest ms")
    for seed in DEPARTMENTS:
        budget = department(pack, seed)
        listed = [*mutants.of_filled(budget), *mutants.of_blanks(pack, budget)]
        found += singles(pack, budget, rng.sample(listed, EACH))
        leveled = rng.sample(list(mutants.of_outlines(pack, budget)), EACH // 6)
        for part, counted in outlines(pack, budget, leveled).items():
            in_outlines[part] += counted
        by_row = list(mutants.of_rows(pack, budget, rng))
        whole += rows(pack, rng.sample(by_row, min(EACH, len(by_row))))
        more = doubles(pack, budget, rng.choices(listed, k=2 * DOUBLES // (2 * len(DEPARTMENTS))))
        slowest = max(slowest, more.pop("slowest ms"))
        pairs += more
    line(f"{len(DEPARTMENTS)} synthetic departments, one wrong cell", found, bars)
    for part, counted in in_outlines.items():
        line(f"outlines (表十二, 表十三), {part}", counted, {"named": 0.99, "exact": 0.9})
    line("two wrong cells", pairs, {"both": 0.95, "at least one": 1.0})
    for slip in mutants.ROW_SLIPS:
        counted = Counter({word: whole[f"{slip} {word}"] for word in ("all", "named", "seen")})
        line(f"rows: {slip}", counted, {"named": 0.95})
        print(f"| rows: {slip}: anything said | {counted['seen']} of {counted['all']} | | |")
    print(f"\nSlowest search for two: {slowest} ms")
    for count in (10, 200):
        took = max(tangle(pack, example, rng.sample(every, count)) for _ in range(5))
        print(f"Slowest search for {count} wrong cells: {took:.1f} s")


if __name__ == "__main__":
    main()
