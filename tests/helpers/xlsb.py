"""Writes a workbook of openpyxl's as .xlsb (MS-XLSB): values, number formats, hidden sheets; error
values where a text says one. No program at hand writes the format."""

from __future__ import annotations

import zipfile
from io import BytesIO
from struct import pack
from typing import Any

ERRORS = {"#DIV/0!": 0x07, "#REF!": 0x17}
TYPES = """<?xml version="1.0"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
</Types>"""
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def record(number: int, body: bytes = b"") -> bytes:
    head = bytes([number]) if number < 0x80 else bytes([number & 0x7F | 0x80, number >> 7])
    size = len(body)
    while size >= 0x80:
        head += bytes([size & 0x7F | 0x80])
        size >>= 7
    return head + bytes([size]) + body


def text(value: str) -> bytes:
    return pack("<I", len(value.encode("utf-16-le")) // 2) + value.encode("utf-16-le")


def relations(parts: list[tuple[str, str, str]]) -> str:
    inside = "".join(
        f'<Relationship Id="{i}" Type="{OFFICE}/{kind}" Target="{to}"/>' for i, kind, to in parts
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<?xml version="1.0"?><Relationships xmlns="{space}">{inside}</Relationships>'


def sheet_part(sheet: Any, styles: list[str]) -> bytes:
    rows = list(sheet.iter_rows())
    body = record(129) + record(148, pack("<IIII", 0, len(rows), 0, 16)) + record(145)
    for number, row in enumerate(rows):
        body += record(0, pack("<IIHHBI", number, 0, 300, 0, 0, 0))
        for column, cell in enumerate(row):
            if cell.value is None:
                continue
            if cell.number_format not in styles:
                styles.append(cell.number_format)
            head = pack("<II", column, styles.index(cell.number_format))
            if cell.value in ERRORS:
                body += record(3, head + bytes([ERRORS[cell.value]]))
            elif isinstance(cell.value, str):
                body += record(6, head + text(cell.value))
            else:
                body += record(5, head + pack("<d", cell.value))
    return body + record(146) + record(130)


def xlsb_bytes(book: Any) -> bytes:
    written = BytesIO()
    styles = ["General"]
    sheets = [sheet_part(sheet, styles) for sheet in book]
    bundle = b"".join(
        record(156, pack("<II", s.sheet_state != "visible", n) + text(f"r{n}") + text(s.title))
        for n, s in enumerate(book, start=1)
    )
    formats = b"".join(record(44, pack("<H", 164 + n) + text(f)) for n, f in enumerate(styles))
    cells = b"".join(
        record(47, pack("<HHHHHBBHH", 0, 164 + n, 0, 0, 0, 0, 0, 0, 0)) for n in range(len(styles))
    )
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", TYPES)
        package.writestr("_rels/.rels", relations([("r1", "officeDocument", "xl/workbook.bin")]))
        package.writestr(
            "xl/_rels/workbook.bin.rels",
            relations(
                [
                    *(
                        (f"r{n}", "worksheet", f"worksheets/s{n}.bin")
                        for n in range(1, len(sheets) + 1)
                    ),
                    ("s", "styles", "styles.bin"),
                ]
            ),
        )
        package.writestr(
            "xl/workbook.bin", record(131) + record(143) + bundle + record(144) + record(132)
        )
        package.writestr(
            "xl/styles.bin",
            record(278)
            + record(615, pack("<I", len(styles)))
            + formats
            + record(616)
            + record(617, pack("<I", len(styles)))
            + cells
            + record(618)
            + record(279),
        )
        for number, part in enumerate(sheets, start=1):
            package.writestr(f"xl/worksheets/s{number}.bin", part)
    return written.getvalue()
