"""Sheet names and addresses as Excel writes them."""

from __future__ import annotations

import pytest

from xlbudget.core.key import column_index, column_letters, sheet_name


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("表六", "表六"),
        ("Sheet1", "Sheet1"),
        ("a_b", "a_b"),
        ("6表", "'6表'"),  # a digit at the beginning
        ("2025", "'2025'"),
        ("表 六", "'表 六'"),
        ("表-六", "'表-六'"),
        ("it's", "'it''s'"),
        ("", "''"),
    ],
)
def test_a_sheet_name_is_quoted_where_excel_quotes_it(name: str, written: str) -> None:
    assert sheet_name(name) == written


@pytest.mark.parametrize(
    ("letters", "column"),
    [("A", 0), ("Z", 25), ("AA", 26), ("AZ", 51), ("BA", 52), ("ZZ", 701), ("AAA", 702)],
)
def test_columns_have_letters(letters: str, column: int) -> None:
    assert column_letters(column) == letters
    assert column_index(letters) == column_index(letters.lower()) == column
