"""Reading foreign layouts against the official one: ratios of time in one process, the same
budget in each, medians; part of `make bench`."""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from helpers import layouts

from xlbudget.app.read_files import read_file
from xlbudget.ops.check.budget_json import build_budget, parse_json
from xlbudget.packs.find import default_pack
from xlbudget.packs.load import load_pack

EXAMPLE = Path(__file__).parent.parent / "examples" / "qinshui-2025" / "budget.json"
ROUNDS = 40
BAR = 1.5


def files(folder: Path) -> dict[str, Path]:
    """The example in its official layout, in each other, and in ten mixtures."""
    pack = load_pack(default_pack())
    budget = build_budget(pack, parse_json(EXAMPLE.read_text(encoding="utf-8")))
    habits: dict[str, list[layouts.Variation]] = {"official": []}
    every = (*layouts.SHAPES, *layouts.VARIATIONS, *layouts.ARRANGEMENTS)
    habits |= {one.__name__: [one] for one in every}
    for seed in range(10):
        rng = random.Random(seed)
        mixed = [v for v in layouts.VARIATIONS if rng.random() < 0.3]
        habits[f"mixture {seed}"] = [
            rng.choice(layouts.SHAPES),
            *mixed,
            rng.choice(layouts.ARRANGEMENTS),
        ]
    found = {}
    for name, variations in habits.items():
        forms, rng = layouts.drawn(pack, budget), random.Random(1)
        for variation in variations:
            variation(pack, forms, rng)
        found[name] = folder / f"{name}.xlsx"
        found[name].write_bytes(layouts.book_bytes(forms))
    return found


def timed(call: Callable[[Path], object], path: Path) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    call(path)
    return time.perf_counter() - start


def main() -> None:
    """Measure and print the slowest, the mixtures' median, and what misses the bar."""
    with tempfile.TemporaryDirectory() as folder:
        found = files(Path(folder))
        runs: dict[str, list[float]] = {name: [] for name in found}
        for _ in range(ROUNDS):
            for name, path in found.items():
                runs[name].append(timed(read_file, path))
    official = statistics.median(runs["official"])
    ratios = {name: statistics.median(times) / official for name, times in runs.items()}
    mixed = statistics.median(ratio for name, ratio in ratios.items() if "mixture" in name)
    slowest = max(ratios, key=ratios.__getitem__)
    told = f"{official * 1000:.1f} ms official; mixtures {mixed:.2f}, slowest {ratios[slowest]:.2f}"
    met = "met" if ratios[slowest] <= BAR else "missed"
    print(f"| reading {len(found) - 1} foreign layouts | {told} ({slowest}) | ≤ {BAR} | {met} |")
    for name, ratio in sorted(ratios.items(), key=lambda item: -item[1]):
        if ratio > BAR:
            print(f"|   {name} | {ratio:.2f} | | |")


if __name__ == "__main__":
    main()
