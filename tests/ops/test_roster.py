"""Whose file is it: an office is known by its code, or by a name that only one bears."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlbudget.app.county.roster import read_roster
from xlbudget.ops.consolidate.roster import Office, build_roster, find_office, select_added

LINES = [
    Office("101", "甲局"),
    Office("102", "乙局"),
    Office("103", "乙局", "101"),
    Office("104", "丙局"),
]
ROSTER, FAULTS = build_roster(enumerate(LINES, start=2))


@pytest.mark.parametrize(
    ("code", "name", "office"),
    [
        ("101", "改了名的局", "101"),  # the code, where the name is nobody's
        ("104", "甲局", None),  # code and name are two offices
        ("102", "乙局", "102"),
        ("", "甲局", "101"),
        ("999", "丙 局", "104"),  # a code that is nobody's: by name, white space aside
        ("", "乙局", None),  # two bear this name
        ("999", "丁局", None),
        ("", "", None),
    ],
)
def test_an_office_is_known_by_code_then_by_name(code: str, name: str, office: str | None) -> None:
    assert FAULTS == []
    found = find_office(ROSTER, code, name)
    assert (found.code if found else None) == office


@pytest.mark.parametrize("above", ["101", "甲局", "甲 局", "'101", "１０１"])
def test_the_office_above_is_known_by_code_or_name(tmp_path: Path, above: str) -> None:
    path = tmp_path / "名单.csv"
    path.write_text(f"编码,名称,上级\n101,甲局,\n10101,甲局一所,{above}\n", encoding="utf-8")
    roster = read_roster(path)
    assert roster.tops == ["101"] and roster.below["101"] == ["10101"]
    assert select_added(roster, {"101", "10101"}) == {"101"}


@pytest.mark.parametrize(
    ("lines", "kinds"),
    [
        ([Office("1", "甲"), Office("2", "乙", "丙")], ["nobody_above"]),
        ([Office("1", "甲"), Office("2", "乙", "9")], ["nobody_above"]),
        ([Office("1", "甲"), Office("2", "甲"), Office("3", "乙", "甲")], ["name_twice"] * 1
         + ["several_above"]),
        ([Office("1", "甲"), Office("2", "甲 ")], ["name_twice"]),
        ([Office("1", "甲", "甲")], ["circle"]),
        ([Office("1", "甲", "1")], ["circle"]),
        ([Office("1", "甲", "乙"), Office("2", "乙", "甲")], ["circle", "circle"]),
        ([Office("1", "甲"), Office("2", "乙", "1"), Office("3", "所", "1"),
          Office("4", "所", "2")], []),
    ],
)  # fmt: skip
def test_a_roster_that_does_not_say_who_is_above_is_faulty(
    lines: list[Office], kinds: list[str]
) -> None:
    _, faults = build_roster(enumerate(lines, start=2))
    assert [fault.kind for fault in faults] == kinds
