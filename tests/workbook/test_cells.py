"""What the pass over a sheet's XML says of cells: the quick way and the other say the same."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbudget.core.amount import NOT_STATED, displayed_if_exact, displayed_value, round_as_displayed
from xlbudget.workbook.errors import FileFault
from xlbudget.workbook.read.xlsx.cells import scan_cells
from xlbudget.workbook.read.xlsx.scan import CellScan

STYLES = (NOT_STATED, 2, 0, 2, 4, NOT_STATED, 1, 3)


def scanned(rows: str) -> CellScan:
    return scan_cells("表一", f"<sheetData>{rows}</sheetData>".encode(), STYLES)


def shown(scan: CellScan) -> list[bytes]:
    """The decimals by row, without what is blank at the ends."""
    lines = [line.rstrip(bytes([NOT_STATED])) for line in scan.decimals]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def turned(rows: str) -> str:
    """The same cells as few programs write them: the style first."""
    for style in range(len(STYLES)):
        for column in "ABC":
            for row in range(1, 40):
                cell = f'r="{column}{row}" s="{style}"'
                rows = rows.replace(f"<c {cell}", f'<c s="{style}" r="{column}{row}"')
    return rows


def cell(column: str, row: int, style: int, inside: str) -> str:
    return f'<c r="{column}{row}" s="{style}"' + (f"><v>{inside}</v></c>" if inside else "/>")


CELLS = st.lists(
    st.tuples(st.integers(0, len(STYLES) - 1), st.sampled_from(["", "1.5", "709.36"])),
    max_size=3,
)


@given(st.dictionaries(st.integers(1, 39), CELLS, max_size=12))
def test_cells_say_the_same_whatever_the_order_of_attributes(
    rows: dict[int, list[tuple[int, str]]],
) -> None:
    xml = "".join(
        f'<row r="{number}" spans="1:{number}">'
        + "".join(cell("ABC"[place], number, *said) for place, said in enumerate(cells))
        + "</row>"
        for number, cells in rows.items()
    )
    quick, other = scanned(xml), scanned(turned(xml))
    assert (quick.rows, quick.columns, quick.filled) == (other.rows, other.columns, other.filled)
    assert shown(quick) == shown(other)


@given(
    st.dictionaries(st.integers(1, 9), st.sets(st.integers(0, 5), min_size=1), min_size=1),
    st.randoms(use_true_random=False),
)
def test_a_cell_without_an_address_stands_behind_the_one_before(
    rows: dict[int, set[int]], rand: random.Random
) -> None:
    """Addresses are left out at random where counting on gives them, of rows as of cells."""
    full = bare = ""
    row_before = 0
    for number, columns in sorted(rows.items()):
        alone = number == row_before + 1 and rand.random() < 0.5
        full += f'<row r="{number}">'
        bare += "<row>" if alone else f'<row r="{number}">'
        row_before, before = number, -1
        for column in sorted(columns):
            style, address = rand.randrange(len(STYLES)), f' r="{"ABCDEF"[column]}{number}"'
            gone = column == before + 1 and rand.random() < 0.5
            inside = rand.choice(["", "<f>A1+0.5</f>"]) + "<v>1.5</v></c>"
            full += f'<c{address} s="{style}">{inside}'
            bare += f'<c{"" if gone else address} s="{style}">{inside}'
            before = column
        full, bare = full + "</row>", bare + "</row>"
    said, left_out = scanned(full), scanned(bare)
    assert (said.rows, said.columns, said.filled) == (
        left_out.rows,
        left_out.columns,
        left_out.filled,
    )
    assert list(said.formulas) == list(left_out.formulas)
    assert shown(said) == shown(left_out)


@pytest.mark.parametrize(
    "row",
    [
        '<row r="7"><c r="A6" s="1"><v>1</v></c></row>',
        '<row r="16"><c r="A1" s="6"><v>1</v></c></row>',
        '<row r="6"><c r="B7"><v>1</v></c><c r="A6" s="1"><v>1</v></c></row>',
    ],
)
def test_a_cell_stands_where_it_says(row: str) -> None:
    """Also beside rows that differ from it in nothing but their numbers."""
    others = "".join(
        f'<row r="{n}"><c r="A{n}" s="1"><v>1</v></c></row>'
        f'<row r="{n + 20}"><c r="A{n + 20}" s="6"><v>1</v></c></row>'
        for n in (2, 3)
    )
    scan, alone = scanned(others + row), scanned(row)
    for number, line in enumerate(alone.decimals):
        assert not line or scan.decimals[number] == line


def test_a_reference_without_a_number_is_refused() -> None:
    with pytest.raises(FileFault, match="damaged"):
        scanned('<row r="6"><c r="A" s="61"><v>1</v></c></row>')


@pytest.mark.parametrize(
    "row",
    [
        '<row r="6"><c r="A6"><v>1</v></c><c r="A6"/></row>',
        '<row r="6"><c r="B6"/><c r="A6"/><c><v>1</v></c></row>',
    ],
)
def test_a_cell_that_stands_twice_is_refused(row: str) -> None:
    with pytest.raises(FileFault, match="duplicate_cells"):
        scanned(row)


def test_cells_far_out_are_refused() -> None:
    with pytest.raises(FileFault, match="outside"):
        scanned('<row r="1048577"><c r="A1048577" s="1"><v>1</v></c></row>')


@given(st.floats(-1e15, 1e15), st.integers(0, 6))
def test_one_step_prints_what_two_print(number: float, decimals: int) -> None:
    quick = displayed_if_exact(number, decimals)
    assert quick is None or str(quick) == str(round_as_displayed(displayed_value(number), decimals))


@given(st.integers(-(10**11), 10**11), st.integers(0, 4))
def test_a_figure_that_is_not_rounded_takes_one_step(hundredths: int, more: int) -> None:
    assert displayed_if_exact(hundredths / 100, 2 + more) is not None or not hundredths
