"""Mutated workbooks end in a reading or in a sentence; `make fuzz` runs many more of them."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest
from helpers.fuzzing import HERE, MEGABYTES, Source, case, run_case, small_sources

SEEDS = range(1, 401)
PIECE = 50
FOUND = sorted(path for path in (HERE / "corpus").iterdir() if path.stem != "seed")


@pytest.fixture(scope="module")
def sources() -> Source:
    return small_sources()


@pytest.mark.parametrize("first", SEEDS[::PIECE])
def test_whatever_happens_to_a_file_is_said(sources: Source, tmp_path: Path, first: int) -> None:
    """No exception, no hang, no more memory than the limit."""
    run_case(tmp_path, case(sources, first))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    outcomes = {
        seed: run_case(tmp_path, case(sources, seed)) for seed in range(first, first + PIECE)
    }
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < MEGABYTES << 10
    assert {"read", "F108"} <= set(outcomes.values())


def test_a_seed_gives_the_same_case_each_time(sources: Source) -> None:
    assert [case(sources, seed) for seed in SEEDS] == [case(sources, seed) for seed in SEEDS]


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.name)
def test_what_once_went_wrong_is_said(tmp_path: Path, path: Path) -> None:
    from helpers.fuzzing import Case

    assert run_case(tmp_path, Case(path.name, path.read_bytes()))
