""".xls and .et: the records of MS-XLS; runs in a child process only (`parent`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from struct import unpack_from

from xlbudget.core.amount import NOT_STATED
from xlbudget.core.number_format import NumberFormat
from xlbudget.core.sheet import RawSheet
from xlbudget.workbook.errors import FileFault
from xlbudget.workbook.read.number_formats import FormatTable
from xlbudget.workbook.read.sandbox.records import (
    Records,
    SheetNotes,
    attach_values,
    style_decimals,
)
from xlbudget.workbook.read.sheet import ListedSheet, is_wanted
from xlbudget.workbook.read.xlsx.rows_columns import LAST_COLUMN

BOF, EOF, FILEPASS, BOUNDSHEET, FORMAT, XF = 0x0809, 0x000A, 0x002F, 0x0085, 0x041E, 0x00E0
FORMULA, SHARED, NUMBER, RK, MULRK, BOOLERR = 0x0006, 0x04BC, 0x0203, 0x027E, 0x00BD, 0x0205
ROW, COLUMN, MERGED = 0x0208, 0x007D, 0x00E5
HIDDEN_ROW, HIDDEN_COLUMN = 0x20, 0x01
TEXTS = (0x00FD, 0x0204, 0x00D6)
SPECIAL, IS_ERROR, JOINS = b"\xff\xff", 2, b"\x08"
ELSEWHERE = 1
NO_TEXT = (b"\x17\x00\x00", b"\x17\x00\x01")
BIFF8 = 0x0600
WORKSHEET = 0


def read_sheets(content: bytes, own: Sequence[str]) -> tuple[list[ListedSheet], list[RawSheet]]:
    """The worksheets that the workbook lists, and those to read. Raises FileFault; whatever else
    a reader raises means that the file is damaged."""
    stream = _stream(content)
    sheet_list, styles, formats = _globals(stream)
    chosen = is_wanted(sheet_list, own)
    noted = {sheet.name: _noted(_records(stream, int(sheet.part)), styles) for sheet in chosen}
    if any(note.uncalculated for note in noted.values()):  # then no other 0 is believed
        for note in noted.values():
            note.uncalculated |= note.zeros
    return sheet_list, attach_values(content, chosen, noted, formats)


def _stream(content: bytes) -> bytes:
    import olefile

    with olefile.OleFileIO(BytesIO(content)) as ole:
        name = "Workbook" if ole.exists("Workbook") else "Book"
        if ole.get_size(name) > len(content):  # a chain of sectors in a circle
            raise FileFault("damaged")
        stream: bytes = ole.openstream(name).read()
    return stream


def _records(stream: bytes, start: int) -> Records:
    """Each record of the substream that begins there, with its number."""
    depth = 0
    while start + 4 <= len(stream):
        number, size = unpack_from("<HH", stream, start)
        depth += (number == BOF) - (number == EOF)
        yield number, stream[start + 4 : start + 4 + size]
        if depth <= 0:
            return
        start += 4 + size


def _globals(stream: bytes) -> tuple[list[ListedSheet], list[int], list[NumberFormat]]:
    """The worksheets, what each cell style shows, and the formats that need more than a byte."""
    sheet_list: list[ListedSheet] = []
    custom: dict[int, str] = {}
    formats: list[int] = []
    wide = True
    for number, body in _records(stream, 0):
        if number == BOF and not sheet_list and not formats:
            wide = unpack_from("<H", body)[0] == BIFF8
        elif number == FILEPASS:
            raise FileFault("encrypted")
        elif number == BOUNDSHEET and body[5] == WORKSHEET:
            hidden = bool(body[4] & 3)
            sheet_list.append(
                ListedSheet(_text(body, 6, 1, wide), hidden, str(unpack_from("<I", body)[0]))
            )
        elif number == FORMAT:
            custom[unpack_from("<H", body)[0]] = _text(body, 2, 2 if wide else 1, wide)
        elif number == XF:
            formats.append(unpack_from("<H", body, 2)[0])
    table = FormatTable()
    styles = [table.encode_style(number, custom) for number in formats]
    return sheet_list, styles, table.shapes


def _text(body: bytes, at: int, size: int, wide: bool) -> str:
    """A text that follows its length; before BIFF8 in the code page of Chinese Excel."""
    length = int.from_bytes(body[at : at + size], "little")
    at += size
    if not wide:
        return body[at : at + length].decode("gb18030", "replace")
    if body[at] & 1:
        return body[at + 1 : at + 1 + 2 * length].decode("utf-16-le", "replace")
    return body[at + 1 : at + 1 + length].decode("latin-1")


def _noted(records: Records, styles: Sequence[int]) -> SheetNotes:
    noted = SheetNotes()
    formulas: dict[tuple[int, int], tuple[bytes, bool]] = {}
    shared: dict[tuple[int, int], bytes] = {}
    at = (0, 0)
    for number, body in records:
        if number in (ROW, COLUMN, MERGED):
            _line(number, body, noted)
        elif number == MULRK:
            _many(body, styles, noted)
        elif number == SHARED:  # behind the first of the cells that share it
            shared[at] = body[10:]
        elif number in (FORMULA, NUMBER, RK, BOOLERR, *TEXTS):
            row, column, style = unpack_from("<HHH", body)
            at = row, column
            noted.cell(at, NOT_STATED if number in TEXTS else style_decimals(styles, style))
            if number == BOOLERR and body[7]:
                noted.error(at, body[6])
            elif number == FORMULA and (tokens := _formula(body, at, noted)):
                formulas[at] = tokens, not any(body[6:14])
    for cell, (tokens, zero) in formulas.items():
        if tokens[0] == ELSEWHERE:
            first = unpack_from("<HH", tokens, 1)
            formulas[cell] = shared.get((first[0], first[1]), tokens), zero
    _doubt(formulas, noted)
    return noted


def _line(number: int, body: bytes, noted: SheetNotes) -> None:
    """Note a row and columns that are hidden or have no size, or merged ranges."""
    if number == ROW:
        row, _, _, height = unpack_from("<HHHH", body)
        if body[12] & HIDDEN_ROW or not height:
            noted.hidden_rows.add(row)
    elif number == COLUMN:
        first, last, width = unpack_from("<HHH", body)
        if width and not body[8] & HIDDEN_COLUMN:
            return
        noted.hidden_columns.update(range(first, min(last, LAST_COLUMN) + 1))
    elif number == MERGED:
        for offset in range(2, len(body) - 7, 8):
            noted.merge(*unpack_from("<HHHH", body, offset))


def _formula(body: bytes, at: tuple[int, int], noted: SheetNotes) -> bytes:
    """Note a formula's error value; the formula itself where its value is a number."""
    if body[12:14] != SPECIAL:
        return body[22 : 22 + unpack_from("<H", body, 20)[0]]
    if body[6] == IS_ERROR:
        noted.error(at, body[8])
    return b""


def _doubt(formulas: Mapping[tuple[int, int], tuple[bytes, bool]], noted: SheetNotes) -> None:
    """Note numbers that LibreOffice invented: (formula, whether its value is 0) by cell.

    It writes 0 where it did not calculate, so that a formula that joins texts may have a number;
    and 0 for an empty text that came from IFERROR. Where a formula can give an empty text, a 0 is
    a blank either way.
    """
    for at, (tokens, zero) in formulas.items():
        if tokens.endswith(JOINS):
            noted.uncalculated.add(at)
        if zero:
            noted.zeros.add(at)
        if zero and any(text in tokens for text in NO_TEXT):
            noted.empty.add(at)


def _many(body: bytes, styles: Sequence[int], noted: SheetNotes) -> None:
    """Note a run of numbers in one row."""
    row, first = unpack_from("<HH", body)
    for index in range((len(body) - 6) // 6):
        (style,) = unpack_from("<H", body, 4 + 6 * index)
        noted.cell((row, first + index), style_decimals(styles, style))
