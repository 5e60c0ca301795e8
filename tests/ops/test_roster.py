"""Whose file is it: an office is known by its code, or by a name that only one bears."""

from __future__ import annotations

import pytest

from xlbudget.ops.consolidate.roster import Office, build_roster, find_office

LINES = [Office("101", "甲局"), Office("102", "乙局"), Office("103", "乙局"), Office("104", "丙局")]
ROSTER, FAULTS = build_roster(enumerate(LINES, start=2))


@pytest.mark.parametrize(
    ("code", "name", "office"),
    [
        ("101", "改了名的局", "101"),  # the code, whatever the name
        ("104", "甲局", "104"),
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
