"""A workbook's raw cells: values by python-calamine, the rest from the parts themselves.

calamine says nothing of number formats, of formulas that were never calculated, of error cells
and of cells too far out, so one pass over each sheet's XML looks for them first. Reading runs no
macro, opens no link and writes nothing.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from xlbudget.core.key import column_letters
from xlbudget.workbook.container import FileFault, open_package, read_bytes, read_part

MOST_SHEETS = 500
MOST_MERGED = 20_000
MOST_CELLS_A_SHEET = 2_000_000
MOST_CELLS = 4_000_000
LAST_ROW, LAST_COLUMN = 1 << 20, 1 << 14

CELL = re.compile(rb"<(?:\w+:)?c(\s[^>]*?)?(/?)>")
ANY_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
USUAL_CELL = re.compile(
    rb'<c r="(([A-Z]{1,3})([1-9]\d{0,6}))"(?: s="(\d+)")?(?: t="(\w+)")?\s?(/?)>'
)
ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
REFERENCE = re.compile(rb"^([A-Z]{1,3})([1-9]\d{0,6})$")
ROW_END = re.compile(rb"<(?:\w+:)?row[\s>/]")
SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^>]*?)/?>")
RELATION = re.compile(rb"<(?:\w+:)?Relationship\s([^>]*?)/?>")
FORMULA_CELL = re.compile(rb'<c r="([A-Z]{1,3})([1-9]\d{0,6})"[^>]*><f[\s>/]')
FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
UNCALCULATED = re.compile(
    rb"<c\s(?![^>]*t=\"str\")[^>]*><f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*(?:</c>|<v\s*/>|<v></v>)"
)
VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]*)<")
FORMAT = re.compile(rb"<(?:\w+:)?numFmt\s([^>]*?)/?>")
CELL_STYLES = re.compile(rb"<(?:\w+:)?cellXfs[^>]*>(.*?)</(?:\w+:)?cellXfs>", re.DOTALL)
STYLE = re.compile(rb"<(?:\w+:)?xf\s([^>]*?)/?>")

BUILT_IN_DECIMALS = {1: 0, 2: 2, 3: 0, 4: 2, 37: 0, 38: 0, 39: 2, 40: 2, 41: 0, 42: 0, 43: 2, 44: 2}
NOT_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')


class RawSheet(NamedTuple):
    """One worksheet, addresses counted from 0 at A1. `decimals` holds the cells whose number
    format says how many decimals it shows; `errors` the error values as Excel shows them;
    `formulas` the cells that hold one."""

    name: str
    rows: list[list[Any]]
    decimals: Mapping[tuple[int, int], int]
    uncalculated: frozenset[tuple[int, int]]
    errors: Mapping[tuple[int, int], str]
    hidden: bool
    formulas: frozenset[tuple[int, int]] = frozenset()


class RawWorkbook(NamedTuple):
    """A workbook's worksheets in order. `contents` is the first of the sheets that were put
    around the forms by us, where there are such."""

    path: Path
    sheets: tuple[RawSheet, ...]
    contents: RawSheet | None = None


@dataclass
class _Scan:
    """What the pass over one sheet's XML found."""

    decimals: dict[tuple[int, int], int]
    uncalculated: set[tuple[int, int]]
    errors: dict[tuple[int, int], str]
    formulas: frozenset[tuple[int, int]] = frozenset()
    size: int = 0


def read_workbook(path: Path, own: Sequence[str] = ()) -> RawWorkbook:
    """Every worksheet's raw cells. Raises FileFault for whatever cannot or must not be read.

    `own` names the sheets of a workbook that checks itself: where hidden ones of these names
    are there, they and the others so named hold nothing typed by people, but the first.
    """
    content = read_bytes(path)
    package = open_package(content)
    book_part = next(n for n in package.namelist() if n.lower().endswith("workbook.xml"))
    listed = _sheets(package, book_part)
    if any(hidden and name in own for name, _, hidden in listed):
        listed = [sheet for sheet in listed if sheet[0] not in own[1:]]
        contents = own[0]
    else:
        contents = ""
    styles = _style_decimals(package, book_part)
    scans = []
    for name, part, _ in listed:
        scans.append(_scan(name, read_part(package, part), styles))
        if sum(scan.size for scan in scans) > MOST_CELLS:
            raise FileFault("too_large", limit=name)
    for name in package.namelist():
        if name.lower().endswith("sharedstrings.xml"):
            read_part(package, name)
    values = _values(content, [name for name, _, _ in listed])
    sheets = (
        RawSheet(
            name,
            values[name],
            scan.decimals,
            frozenset(scan.uncalculated),
            scan.errors,
            hidden,
            scan.formulas,
        )
        for (name, _, hidden), scan in zip(listed, scans, strict=True)
    )
    by_name = {sheet.name: sheet for sheet in sheets}
    first = by_name.pop(contents, None)
    return RawWorkbook(path, tuple(by_name.values()), first)


def _attributes(text: bytes) -> dict[bytes, bytes]:
    return {k.rpartition(b":")[2]: a or b for k, a, b in ATTRIBUTE.findall(text or b"")}


def _decoded(text: bytes) -> str:
    return html.unescape(text.decode("utf-8", "replace"))


def _sheets(package: zipfile.ZipFile, book_part: str) -> list[tuple[str, str, bool]]:
    """(name, part, hidden) of every worksheet in order."""
    folder, _, file = book_part.rpartition("/")
    relations = {}
    for found in RELATION.findall(read_part(package, f"{folder}/_rels/{file}.rels".lstrip("/"))):
        said = _attributes(found)
        if said.get(b"Type", b"").endswith(b"/worksheet"):
            target = _decoded(said[b"Target"])
            part = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}"
            relations[said[b"Id"]] = part.lstrip("/")
    listed = []
    names = set()
    for found in SHEET.findall(read_part(package, book_part)):
        said = _attributes(found)
        name = _decoded(said.get(b"name", b""))
        sheet_part = relations.get(said.get(b"id", b""))
        if sheet_part is None:
            continue
        if name.lower() in names:
            raise FileFault("duplicate_sheets", name=name)
        names.add(name.lower())
        listed.append((name, sheet_part, said.get(b"state", b"visible") != b"visible"))
    if len(listed) > MOST_SHEETS:
        raise FileFault("too_large", limit=f"{len(listed)} sheets")
    return listed


def _style_decimals(package: zipfile.ZipFile, book_part: str) -> list[int | None]:
    """Decimals that each cell style shows, by style number; None where its format says none."""
    part = f"{book_part.rpartition('/')[0]}/styles.xml".lstrip("/")
    if part not in package.NameToInfo:
        return []
    styles = read_part(package, part)
    custom = {}
    for found in FORMAT.findall(styles):
        said = _attributes(found)
        if said.get(b"numFmtId", b"").isdigit():
            custom[int(said[b"numFmtId"])] = _decoded(said.get(b"formatCode", b""))
    inside = CELL_STYLES.search(styles)
    numbers = (
        [_attributes(found).get(b"numFmtId", b"0") for found in STYLE.findall(inside[1])]
        if inside
        else []
    )
    return [_decimals(int(n), custom) if n.isdigit() else None for n in numbers]


def _decimals(number: int, custom: Mapping[int, str]) -> int | None:
    if number not in custom:
        return BUILT_IN_DECIMALS.get(number)
    shown = NOT_LITERAL.sub("", custom[number].split(";")[0])
    if "%" in shown or "E" in shown or "/" in shown or not re.search(r"[0#?]", shown):
        return None
    if re.search(r"[ymdhs]", shown, re.IGNORECASE):
        return None
    found = re.search(r"\.([0#?]*)", shown)
    return len(found[1]) if found else 0


def _scan(name: str, xml: bytes, styles: list[int | None]) -> _Scan:
    """One pass over the cells of a sheet. Raises FileFault for cells that lie too far out."""
    if xml.count(b"mergeCell ") > MOST_MERGED:
        raise FileFault("too_large", limit=name)
    scan = _Scan({}, set(), {}, _formulas(name, xml))
    telling = b":f" in xml or b'"e"' in xml or b"'e'" in xml or UNCALCULATED.search(xml)
    usual = [] if telling else USUAL_CELL.findall(xml)
    if len(usual) == len(ANY_CELL.findall(xml)):
        far_row, far_column = _scan_usual(name, usual, styles, scan)
    else:
        far_row, far_column = _scan_any(name, xml, styles, scan)
    scan.size = far_row * far_column
    if scan.size > MOST_CELLS_A_SHEET:
        cell = f"{column_letters(far_column - 1)}{far_row}"
        raise FileFault("stray_cell", sheet=name, cell=cell)
    return scan


def _formulas(name: str, xml: bytes) -> frozenset[tuple[int, int]]:
    if b"<f" not in xml:
        return frozenset()
    columns: dict[bytes, int] = {}
    cells = (_position(name, a + b, columns) for a, b in FORMULA_CELL.findall(xml))
    return frozenset(at for at in cells if at)


def _scan_usual(
    name: str, cells: list[tuple[bytes, ...]], styles: list[int | None], scan: _Scan
) -> tuple[int, int]:
    """Cells written as most programs write them: reference, style and type in this order."""
    columns: dict[bytes, int] = {}
    far_row = far_column = 0
    for reference, letters, digits, style, kind, empty in cells:
        column = columns.get(letters)
        if column is None:
            _, column = _position(name, reference, columns) or (0, 0)
            far_column = max(far_column, column + 1)
        row = int(digits)
        if row > far_row:
            far_row = row
        if style and not empty and kind in (b"", b"n"):
            decimals = _style(styles, style)
            if decimals is not None:
                scan.decimals[row - 1, column] = decimals
    if far_row > LAST_ROW:
        raise FileFault("damaged", part=name)
    return far_row, far_column


def _style(styles: list[int | None], number: bytes) -> int | None:
    place = int(number)
    return styles[place] if place < len(styles) else None


def _scan_any(name: str, xml: bytes, styles: list[int | None], scan: _Scan) -> tuple[int, int]:
    """Cells however they are written, and what stands inside them."""
    columns: dict[bytes, int] = {}
    far_row = far_column = 0
    implicit = _Implicit(xml)
    for found in CELL.finditer(xml):
        said = _attributes(found[1])
        row, column = _position(name, said.get(b"r"), columns) or implicit.at(found.start())
        far_row, far_column = max(far_row, row + 1), max(far_column, column + 1)
        if found[2]:
            continue
        decimals = _style(styles, said[b"s"]) if b"s" in said else None
        if decimals is not None:
            scan.decimals[row, column] = decimals
        _look_inside(xml, found.end(), said, (row, column), scan)
    return far_row, far_column


def _position(
    sheet: str, reference: bytes | None, columns: dict[bytes, int]
) -> tuple[int, int] | None:
    if reference is None:
        return None
    found = REFERENCE.match(reference)
    if not found:
        raise FileFault("damaged", part=sheet)
    letters = found[1]
    column = columns.get(letters)
    if column is None:
        column = 0
        for letter in letters:
            column = 26 * column + letter - 64
        column -= 1
        columns[letters] = column
    row = int(found[2]) - 1
    if row >= LAST_ROW or column >= LAST_COLUMN:
        raise FileFault("damaged", part=sheet)
    return row, column


class _Implicit:
    """Positions of cells that bear no reference: counted row by row, as readers do."""

    def __init__(self, xml: bytes) -> None:
        self.xml, self.row, self.column, self.end = xml, -1, -1, 0

    def at(self, start: int) -> tuple[int, int]:
        rows = len(ROW_END.findall(self.xml, self.end, start))
        self.end = start
        if rows:
            self.row += rows
            self.column = -1
        self.column += 1
        return max(self.row, 0), self.column


def _look_inside(
    xml: bytes, start: int, said: Mapping[bytes, bytes], at: tuple[int, int], scan: _Scan
) -> None:
    """Formulas without a value, and error values."""
    stop = xml.find(b"</", start)
    inside = xml[start : xml.find(b"c>", stop) if stop >= 0 else start]
    value = VALUE.search(inside)
    if said.get(b"t") == b"e":
        scan.errors[at] = _decoded(value[1]) if value else ""
    if FORMULA.search(inside) and (value is None or not value[1]) and said.get(b"t") != b"str":
        scan.uncalculated.add(at)


def _values(content: bytes, names: Iterable[str]) -> dict[str, list[list[Any]]]:
    """Values by calamine, A1-true also where leading rows and columns are empty."""
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        return {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in names
        }
    except BaseException as error:
        # calamine's panics derive from BaseException; its messages are no help to anyone.
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        raise FileFault("damaged") from error
