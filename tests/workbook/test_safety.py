"""Files made to do harm, or only odd: each limit has its file, made here and given to the real
command in a process with limits of memory and time. What is said is said in a sentence."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest
from conftest import EXAMPLE
from helpers import layouts
from helpers.commands import COMMAND
from helpers.containers import locked, ole
from helpers.xlsb import record, relations, text, xlsb_bytes

from xlbudget.app.check_files import check_file
from xlbudget.core.budget import Budget
from xlbudget.packs.model import Pack

SECONDS = 10
LONG = 10_000
MEMORY = 300 << 20
NET = 2 << 30
"""Address space that the command may ask for: so that a failing test harms no machine."""

Package = dict[str, bytes]


class Ran(NamedTuple):
    """What a process did: exit code, report, what it wrote to stderr, peak memory in bytes."""

    code: int
    findings: list[dict[str, Any]]
    errors: str
    memory: int

    @property
    def codes(self) -> set[str]:
        return {finding["code"] for finding in self.findings}


LAUNCHER = """
import json, os, resource, subprocess, sys
limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]),) * 2)
process = subprocess.Popen(sys.argv[3:], preexec_fn=limit)
_, status, usage = os.wait4(process.pid, 0)
with open(sys.argv[1], "w") as file:
    json.dump([os.waitstatus_to_exitcode(status), usage.ru_maxrss], file)
"""
"""Starts the command from a small process: one started from pytest counts pytest's memory too."""


def run(path: Path, *words: str) -> Ran:
    told = path.parent.with_name(path.parent.name + "-told.json")
    command = [str(COMMAND), "check", str(path), "--format", "json", *words]
    done = subprocess.run(
        [sys.executable, "-c", LAUNCHER, str(told), str(NET), *command],
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    code, kilobytes = json.loads(told.read_text())
    findings = json.loads(done.stdout)["findings"] if done.stdout else []
    return Ran(code, findings, done.stderr, kilobytes << 10)


@pytest.fixture(scope="module")
def base(forms_bytes: bytes, tmp_path_factory: pytest.TempPathFactory) -> int:
    """Bytes that the check of the forms takes."""
    path = tmp_path_factory.mktemp("base") / "a.xlsx"
    path.write_bytes(forms_bytes)
    return run(path).memory


def parts(content: bytes) -> Package:
    with zipfile.ZipFile(BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def packed(package: Package, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", method) as target:
        for name, content in package.items():
            target.writestr(name, content)
    return written.getvalue()


def sheet(number: int = 3) -> str:
    return f"xl/worksheets/sheet{number}.xml"


def inserted(part: str, before: bytes, new: bytes) -> Callable[[Package], bytes]:
    """The forms with something put before a mark in one part."""

    def change(package: Package) -> bytes:
        assert before in package[part], part
        package[part] = package[part].replace(before, new + before, 1)
        return packed(package)

    return change


def cell(reference: str, kind: str = "n", value: str = "1") -> bytes:
    row = re.sub(r"\D", "", reference)
    return f'<row r="{row}"><c r="{reference}" t="{kind}"><v>{value}</v></c></row>'.encode()


def rows(numbers: Iterable[int], inside: str = "") -> bytes:
    return "".join(f'<row r="{n}">{inside}</row>' for n in numbers).encode()


END = b"</sheetData>"


def many_parts(package: Package) -> bytes:
    return packed(package | {f"xl/x{n}.xml": b"" for n in range(4100)})


def large_part(package: Package) -> bytes:
    package[sheet()] = package[sheet()].replace(END, END + b" " * (65 << 20))
    return packed(package)


def packed_too_well(package: Package) -> bytes:
    package[sheet()] = package[sheet()].replace(END, END + b" " * (30 << 20))
    return packed(package)


def large_in_all(package: Package) -> bytes:
    filler = (os.urandom(1 << 14).hex() * 10 + " " * (1 << 20)).encode()
    for number in range(5):
        package[f"xl/x{number}.xml"] = (filler * 30)[: 28 << 20]
    return packed(package)


def large_part_under_another_name(package: Package) -> bytes:
    """Not every part that is read ends in .xml: the workbook's relations say which are."""
    package["xl/worksheets/bomb.dat"] = package.pop(sheet()) + b" " * (90 << 20)
    links = package["xl/_rels/workbook.xml.rels"]
    package["xl/_rels/workbook.xml.rels"] = links.replace(b"sheet3.xml", b"bomb.dat")
    return packed(package)


def path_outside(package: Package) -> bytes:
    return packed(package | {"../../x.xml": b"a"})


def path_from_the_root(package: Package) -> bytes:
    return packed(package | {"C:/x.xml": b"a"})


def same_part_twice(package: Package) -> bytes:
    return packed(package | {sheet().upper().replace("/", "\\"): b"<worksheet/>"})


def marked_encrypted(package: Package) -> bytes:
    content = bytearray(packed(package))
    place = content.find(b"PK\x01\x02")
    while place >= 0:
        content[place + 8] |= 1
        place = content.find(b"PK\x01\x02", place + 1)
    return bytes(content)


def lying_size(package: Package) -> bytes:
    """The directory says that a part is small; it is not."""
    package[sheet()] = package[sheet()].replace(END, END + b" " * (3 << 20))
    content = bytearray(packed(package))
    place = content.rfind(sheet().encode()) - 46
    assert content[place : place + 4] == b"PK\x01\x02"
    content[place + 24 : place + 28] = struct.pack("<I", 5000)
    return bytes(content)


def hidden_directory(package: Package) -> bytes:
    """Two packages in one file: readers differ in which one they open."""
    return packed(package) + packed(package | {sheet(): b" " * 1000})


def two_endings(package: Package) -> bytes:
    """The end of another directory in the comment of the true one."""
    content = packed(package)
    comment = b"PK\x05\x06" + bytes(18)
    return content[:-2] + struct.pack("<H", len(comment)) + comment


def wide_entities(package: Package) -> bytes:
    """A part in UTF-16, whose entities no search for bytes sees."""
    xml = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b "c">]>'
    package["xl/sharedStrings.xml"] = (xml + "<sst>&b;</sst>").encode("utf-16")
    return packed(package)


def many_laughs(package: Package) -> bytes:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    package["xl/workbook.xml"] = package["xl/workbook.xml"].replace(
        b"<workbook", f'<!DOCTYPE x [<!ENTITY a0 "b">{entities}]><workbook'.encode(), 1
    )
    return packed(package)


def outside_entity(package: Package) -> bytes:
    package[sheet()] = package[sheet()].replace(
        b"<worksheet", b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet', 1
    )
    return packed(package)


def sheets(count: int) -> Callable[[Package], bytes]:
    def change(package: Package) -> bytes:
        book, links = package["xl/workbook.xml"], package["xl/_rels/workbook.xml.rels"]
        kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
        more = range(100, 100 + count)
        package["xl/workbook.xml"] = book.replace(
            b"</sheets>",
            "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="x{n}"/>' for n in more).encode()
            + b"</sheets>",
        )
        package["xl/workbook.xml"] = package["xl/workbook.xml"].replace(
            b"<workbook ",
            b'<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/'
            b'relationships" ',
            1,
        )
        package["xl/_rels/workbook.xml.rels"] = links.replace(
            b"</Relationships>",
            "".join(
                f'<Relationship Id="x{n}" Type="{kind}" Target="worksheets/sheet1.xml"/>'
                for n in more
            ).encode()
            + b"</Relationships>",
        )
        return packed(package)

    return change


def one_name(package: Package) -> bytes:
    book = package["xl/workbook.xml"].decode()
    for name in ("表二", "表三"):
        book = book.replace(f'name="{name}"', 'name="表一"')
    package["xl/workbook.xml"] = book.encode()
    return packed(package)


def many_merged(package: Package) -> bytes:
    inside = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(1, 200_001))
    return _with_merged(package, inside)


def merged_whole(package: Package) -> bytes:
    return _with_merged(package, '<mergeCell ref="A1:XFD1048576"/>')


def _with_merged(package: Package, inside: str) -> bytes:
    xml = re.sub(rb"<mergeCells.*?</mergeCells>", b"", package[sheet()])
    merged = f"<mergeCells>{inside}</mergeCells>".encode()
    package[sheet()] = xml.replace(END, END + merged)
    return packed(package)


def many_cells(package: Package) -> bytes:
    line = "".join(f'<c r="{letter}{{n}}"><v>1.5</v></c>' for letter in "ABCDEFGHIJ")
    inside = "".join(f'<row r="{n}">{line.format(n=n)}</row>' for n in range(100, 100_000))
    return inserted(sheet(), END, inside.encode())(package)


def far_out_in_many_styles(package: Package) -> bytes:
    """No row looks like another, and each is as wide as a sheet can be."""
    cells = (f'<c r="XFD{n}" s="{n}"><v>1</v></c>' for n in range(100, 20_100))
    inside = "".join(f'<row r="{n}">{one}</row>' for n, one in enumerate(cells, 100))
    return inserted(sheet(), END, inside.encode())(package)


def shared_text_shown_often(package: Package) -> bytes:
    """One long text, shown in thousands of cells: kept once, but read as often as shown."""
    package = parts((EXAMPLE / "预算.xlsx").read_bytes())
    xml = package["xl/sharedStrings.xml"]
    text = f"<si><t>{os.urandom(500_000).hex()}</t></si></sst>".encode()
    package["xl/sharedStrings.xml"] = xml.replace(b"</sst>", text)
    inside = "".join(
        f'<row r="{n}"><c r="A{n}" t="s"><v>{xml.count(b"<si>")}</v></c></row>'
        for n in range(100, 20_000)
    )
    return inserted(sheet(), END, inside.encode())(package)


def unclosed_cells(package: Package) -> bytes:
    """Patterns that look for the end of each must not look through the whole part each time."""
    return inserted(sheet(), END, b"<c r=" * 500_000)(package)


def unclosed_styles(package: Package) -> bytes:
    package["xl/styles.xml"] = b"<cellXfs>" * 500_000
    return packed(package)


def endless_attribute(package: Package) -> bytes:
    return inserted(sheet(), END, b"<row><c " + b"a" * 3_000_000 + b"><f/></c></row>")(package)


def cells_without_values(package: Package) -> bytes:
    inside = b'<row><c r="A9"><f>1</f><v/></row>' * 60_000
    return inserted(sheet(), END, inside)(package)


REFUSED: dict[str, tuple[str, str, Callable[[Package], bytes]]] = {
    "parts": ("F109", "4", many_parts),
    "size of one part": ("F109", "65 MB", large_part),
    "ratio": ("F109", "30 MB", packed_too_well),
    "unpacked size": ("F109", "140 MB", large_in_all),
    "a part of another name": ("F109", "90 MB", large_part_under_another_name),
    "path outside": ("F110", "../../x.xml", path_outside),
    "path from the root": ("F110", "C:/x.xml", path_from_the_root),
    "same part twice": ("F110", "SHEET3", same_part_twice),
    "encrypted flag": ("F105", "加密", marked_encrypted),
    "lying size": ("F108", "损坏", lying_size),
    "hidden directory": ("F108", "损坏", hidden_directory),
    "two endings": ("F108", "损坏", two_endings),
    "entities in UTF-16": ("F110", "实体", wide_entities),
    "billion laughs": ("F110", "xl/workbook.xml", many_laughs),
    "outside entity": ("F110", "sheet3.xml", outside_entity),
    "stray cell": ("F112", "XFD1048576", inserted(sheet(), END, cell("XFD1048576"))),
    "stray column": ("F112", "XFD5000", inserted(sheet(), END, cell("XFD5000"))),
    "stray cells of many styles": ("F112", "XFD20099", far_out_in_many_styles),
    "beyond the last column": ("F117", "表三", inserted(sheet(), END, cell("XFE99"))),
    "beyond the last row": ("F117", "表三", inserted(sheet(), END, cell("A1048577"))),
    "no such reference": ("F108", "损坏", inserted(sheet(), END, cell("AAAAAAAAAA99"))),
    "1 000 sheets": ("F109", "1013", sheets(1000)),
    "three sheets of one name": ("F111", "表一", one_name),
    "200 000 merged ranges": ("F109", "200000", many_merged),
    "one merged range over all": ("F109", "表三", merged_whole),
    "cells": ("F109", "单元格", many_cells),
    "texts": ("F109", "百万字", shared_text_shown_often),
    "unclosed cells": ("F108", "损坏", unclosed_cells),
}


def made(tmp_path: Path, content: bytes, name: str = "预算.xlsx") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def bounded(ran: Ran, base: int) -> None:
    assert ran.errors == ""
    assert ran.memory - base < MEMORY, ran.memory >> 20


@pytest.mark.parametrize("name", REFUSED)
def test_a_limit_is_said(base: int, forms_bytes: bytes, tmp_path: Path, name: str) -> None:
    code, words, make = REFUSED[name]
    ran = run(made(tmp_path, make(parts(forms_bytes))))
    bounded(ran, base)
    assert ran.code == 2
    (finding,) = ran.findings
    assert finding["code"] == code and words in finding["message"]


def huge_dimension(package: Package) -> bytes:
    package[sheet()] = re.sub(
        rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', package[sheet()]
    )
    return packed(package)


def outside_link(package: Package) -> bytes:
    """A link to another workbook, in a formula with its value: never followed."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLink"
    links = package["xl/_rels/workbook.xml.rels"]
    more = (
        f'<Relationship Id="e1" Type="{kind}" Target="//127.0.0.1/x.xlsx" TargetMode="External"/>'
    )
    package["xl/_rels/workbook.xml.rels"] = links.replace(
        b"</Relationships>", more.encode() + b"</Relationships>"
    )
    return packed(package)


READ: dict[str, Callable[[Package], bytes]] = {
    "huge dimension": huge_dimension,
    "outside link": outside_link,
    "a million empty rows": inserted(sheet(), END, rows(range(40, 1_048_577))),
    "100 000 empty cells": inserted(
        sheet(),
        END,
        "".join(f'<row r="{n}"><c r="A{n}" s="1"/></row>' for n in range(40, 100_000)).encode(),
    ),
    "500 sheets": sheets(480),
    "media are not unpacked": lambda package: packed(
        package | {"xl/media/a.png": b"\0" * (200 << 20)}
    ),
}


@pytest.mark.parametrize("name", READ)
def test_what_is_only_large_is_read(
    base: int, forms_bytes: bytes, tmp_path: Path, name: str
) -> None:
    ran = run(made(tmp_path, READ[name](parts(forms_bytes))))
    bounded(ran, base)
    assert ran.codes - {"D604"} == {"A602"} and (ran.code == 0 or "D604" in ran.codes)


def endless_decimals(package: Package) -> bytes:
    package["xl/styles.xml"] = package["xl/styles.xml"].replace(
        b'formatCode="', b'formatCode="0.' + b"0" * 20_000, 1
    )
    return packed(package)


def endless_numbers(package: Package) -> bytes:
    digits = b"9" * 5000
    package["xl/styles.xml"] = package["xl/styles.xml"].replace(
        b'numFmtId="', b'numFmtId="' + digits
    )
    return packed(package)


def styles_never_closed(package: Package) -> bytes:
    many = b"<font>" * 60_000
    package["xl/styles.xml"] = package["xl/styles.xml"].replace(b"<font>", many, 1)
    package["xl/styles.xml"] += b"<dxfs>" + b"<dxf>" * 60_000 + b"</dxfs>"
    return packed(package)


def conditional_formats_never_closed(package: Package) -> bytes:
    looks = b'<dxfs><dxf><font><color rgb="FFFFFFFF"/></font></dxf></dxfs></styleSheet>'
    package["xl/styles.xml"] = re.sub(
        rb"<dxfs.*</styleSheet>", looks, package["xl/styles.xml"], flags=re.DOTALL
    )
    rule = b'<cfRule type="expression" dxfId="0"><formula>SUM(A:E)&gt;0</formula>'
    formats = b'<conditionalFormatting sqref="A1:E9999">' + rule * 20_000
    package[sheet()] = package[sheet()].replace(b"</sheetData>", b"</sheetData>" + formats)
    return packed(package)


def formulas_over_formulas(package: Package) -> bytes:
    cells = (
        f'<row r="{n}"><c r="F{n}"><f>SUM(A1:E9000)+{n}</f><v>1</v></c></row>'
        for n in range(1_000, 21_000)
    )
    package[sheet()] = package[sheet()].replace(
        b"</sheetData>", "".join(cells).encode() + b"</sheetData>"
    )
    return packed(package)


HANGS: dict[str, Callable[[Package], bytes]] = {
    "unclosed styles": unclosed_styles,
    "endless attribute": endless_attribute,
    "a format of endless decimals": endless_decimals,
    "a number of endless digits": endless_numbers,
    "cells without values": cells_without_values,
    "styles that are never closed": styles_never_closed,
    "conditional formats that are never closed": conditional_formats_never_closed,
    "formulas over many cells": formulas_over_formulas,
}


@pytest.mark.parametrize("name", HANGS)
def test_no_part_takes_longer_than_its_length(
    base: int, forms_bytes: bytes, tmp_path: Path, name: str
) -> None:
    ran = run(made(tmp_path, HANGS[name](parts(forms_bytes))))
    bounded(ran, base)
    assert ran.code in (0, 1, 2) and ran.findings


# What is read wrong in silence by others.


def typed(reference: str, value: str, kind: str = "n") -> Callable[[Package], bytes]:
    """The forms with one cell of 表三 written so."""

    def change(package: Package) -> bytes:
        pattern = rf'<c r="{reference}"( s="\d+")?[^>]*>.*?</c>'.encode()
        new = rf'<c r="{reference}"\1 t="{kind}">{value}</c>'.encode()
        package[sheet()], count = re.subn(pattern, new, package[sheet()], count=1)
        assert count == 1
        return packed(package)

    return change


VALUES: dict[str, tuple[str, str]] = {
    "NaN": ("<v>NaN</v>", "V202"),
    "INF": ("<v>INF</v>", "V202"),
    "a figure of 300 digits": ("<v>1e300</v>", "A301"),
    "-INF": ("<v>-INF</v>", "V202"),
    "1e400": ("<v>1e400</v>", "V202"),
    "formula without a value": ("<f>500+39.97</f>", "V205"),
    "shared formula without a value": ('<f t="shared" si="0"/>', "V205"),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_figure_that_is_none_is_said_at_its_cell(
    base: int, forms_bytes: bytes, tmp_path: Path, name: str
) -> None:
    written, code = VALUES[name]
    ran = run(made(tmp_path, typed("D9", written)(parts(forms_bytes))))
    bounded(ran, base)
    found = [f for f in ran.findings if f["code"] == code]
    assert ran.code == 1 and len(found) == 1 and "表三!D9" in found[0]["cells"]


@pytest.mark.parametrize("reference", ["A9", "B9"])
@pytest.mark.parametrize("value", ["NaN", "INF", "1e400", "-1e300"])
def test_no_figure_in_a_code_or_name_stops_the_check(
    base: int, forms_bytes: bytes, tmp_path: Path, reference: str, value: str
) -> None:
    ran = run(made(tmp_path, typed(reference, f"<v>{value}</v>")(parts(forms_bytes))))
    bounded(ran, base)
    assert ran.code == 1


@pytest.mark.parametrize("value", ["0x10", "1,539.97", "５３９.97"])
def test_a_number_written_as_none_is_not_read_as_another(
    base: int, forms_bytes: bytes, tmp_path: Path, value: str
) -> None:
    """Readers hand on a text, or refuse: neither may become a figure in silence."""
    ran = run(made(tmp_path, typed("D9", f"<v>{value}</v>")(parts(forms_bytes))))
    bounded(ran, base)
    assert ran.codes & {"F108", "V201", "V207"}


def test_rows_out_of_order_are_read_in_order(base: int, forms_bytes: bytes, tmp_path: Path) -> None:
    package = parts(forms_bytes)
    found = re.findall(rb"<row .*?</row>", package[sheet()])
    start, end = package[sheet()].find(found[0]), package[sheet()].find(END)
    xml = package[sheet()]
    package[sheet()] = xml[:start] + b"".join(reversed(found)) + xml[end:]
    ran = run(made(tmp_path, packed(package)))
    bounded(ran, base)
    assert (ran.code, ran.codes) == (0, {"A602"})


def test_a_row_that_stands_twice_is_not_taken_in_silence(
    base: int, forms_bytes: bytes, tmp_path: Path
) -> None:
    """Readers differ in which of the two they take."""
    again = b'<row r="9"><c r="C9" t="n"><v>77</v></c></row>'
    ran = run(made(tmp_path, inserted(sheet(), END, again)(parts(forms_bytes))))
    bounded(ran, base)
    assert ran.code == 2 and ran.codes == {"F119"}
    assert "表三" in ran.findings[0]["message"] and "第 9 行" in ran.findings[0]["message"]


def test_a_cell_that_stands_twice_is_not_taken_in_silence(
    base: int, forms_bytes: bytes, tmp_path: Path
) -> None:
    again = b'<c r="C9" t="n"><v>77</v></c>'
    ran = run(made(tmp_path, inserted(sheet(), b'<c r="D9"', again)(parts(forms_bytes))))
    bounded(ran, base)
    assert ran.code == 2 and ran.codes == {"F119"} and "C9" in ran.findings[0]["message"]


def test_addresses_are_right_where_column_a_is_empty(
    base: int, forms_bytes: bytes, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(BytesIO(forms_bytes))
    for one in book:
        for area in list(one.merged_cells.ranges):
            one.unmerge_cells(str(area))
        one.insert_cols(1)
    book["表三"]["E9"] = "十万"
    path = tmp_path / "a.xlsx"
    book.save(path)
    ran = run(path)
    bounded(ran, base)
    assert [f["cells"] for f in ran.findings if f["code"] == "V207"] == [["表三!E9"]]


def test_formulas_in_a_circle(base: int, forms_bytes: bytes, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(BytesIO(forms_bytes))
    book["表三"]["D9"], book["表三"]["D8"] = "=D8", "=D9"
    path = tmp_path / "a.xlsx"
    book.save(path)
    ran = run(path)
    bounded(ran, base)
    assert ran.code == 1 and "V205" in ran.codes


def test_nothing_is_written_and_no_macro_kept_from_running(
    forms_bytes: bytes, tmp_path: Path
) -> None:
    path = made(tmp_path, packed(parts(forms_bytes) | {"xl/vbaProject.bin": b"a"}), "a.xlsm")
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    assert run(path).code == 0
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert list(tmp_path.iterdir()) == [path]


# The formats that are read in a process of their own.


def looping_ole() -> bytes:
    """An .xls whose allocation chain goes in a circle."""
    content = bytearray(ole("Root Entry", "Workbook").ljust(4 * 512, b"\0"))
    struct.pack_into("<HHHHH", content, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<IIIIIIIII", content, 44, 1, 0, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 1)
    struct.pack_into("<IIII", content, 2 * 512, 0, 1, 0xFFFFFFFD, 2)
    content[512 + 66], content[512 + 128 + 66] = 5, 2
    struct.pack_into("<III", content, 512 + 128 + 68, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
    struct.pack_into("<I", content, 512 + 76, 1)
    struct.pack_into("<II", content, 512 + 128 + 116, 2, 1 << 28)
    return bytes(content)


def far_xlsb(forms: bytes) -> bytes:
    package = parts(xlsb_bytes(openpyxl.load_workbook(BytesIO(forms))))
    far = record(0, struct.pack("<IIHHBI", 1_048_575, 0, 300, 0, 0, 0)) + record(
        5, struct.pack("<IId", 16_383, 0, 1.0)
    )
    part = "xl/worksheets/s3.bin"
    package[part] = package[part].replace(record(146), far + record(146))
    return packed(package)


def ods(content: str) -> bytes:
    head = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
        "<office:spreadsheet>"
    )
    tail = "</office:spreadsheet></office:body></office:document-content>"
    return packed(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": (content if "<!" in content else head + content + tail).encode(),
        }
    )


EMPTY_ROWS = (
    '<table:table-row table:number-rows-repeated="1048575"><table:table-cell/></table:table-row>'
)


def often_shown(forms: bytes) -> bytes:
    """A text of 600 kB in five thousand cells: gigabytes, for a reader that copies it."""
    package = parts(xlsb_bytes(openpyxl.load_workbook(BytesIO(forms))))
    texts = record(159, struct.pack("<II", 1, 1))
    texts += record(19, b"\0" + text(os.urandom(3000).hex() * 50)) + record(160)
    package["xl/sharedStrings.bin"] = texts
    link = relations([("t", "sharedStrings", "sharedStrings.bin")]).partition("<Relationship ")[2]
    links = package["xl/_rels/workbook.bin.rels"]
    package["xl/_rels/workbook.bin.rels"] = links.replace(
        b"</Relationships>", b"<Relationship " + link.encode()
    )
    cells = b"".join(
        record(0, struct.pack("<IIHHBI", row, 0, 300, 0, 0, 0))
        + record(7, struct.pack("<III", 0, 0, 0))
        for row in range(100, 5100)
    )
    part = "xl/worksheets/s3.bin"
    package[part] = package[part].replace(record(146), cells + record(146))
    return packed(package)


CONFINED: dict[str, tuple[str, str, Callable[[bytes], bytes]]] = {
    "a chain in a circle": ("F108", "损坏", lambda _: looping_ole()),
    "an .xlsb's stray cell": ("F112", "XFD1048576", far_xlsb),
    "an .ods's stray cell": (
        "F112",
        "B1048576",
        lambda _: ods(
            f'<table:table table:name="a">{EMPTY_ROWS}<table:table-row><table:table-cell/>'
            '<table:table-cell office:value-type="float" office:value="1"/></table:table-row>'
            "</table:table>"
        ),
    ),
    "an .xlsb's text shown often": ("F115", "中途退出", often_shown),
    "an .ods's repeated cell": (
        "F109",
        "单元格",
        lambda _: ods(
            '<table:table table:name="a"><table:table-row table:number-rows-repeated="1000000">'
            '<table:table-cell table:number-columns-repeated="16000" office:value-type="float" '
            'office:value="1"/></table:table-row></table:table>'
        ),
    ),
    "an .ods's long text": (
        "F109",
        "百万字",
        lambda _: ods(
            '<table:table table:name="a"><table:table-row>'
            '<table:table-cell table:number-columns-repeated="9"><text:p>'
            + (os.urandom(40_000).hex() * 100)
            + "</text:p></table:table-cell></table:table-row></table:table>"
        ),
    ),
    "an .ods's entities": (
        "F110",
        "content.xml",
        lambda _: ods('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
    ),
    "an .ods cut off": ("F108", "损坏", lambda _: ods("<table:table>")),
}


@pytest.mark.parametrize("name", CONFINED)
def test_limits_of_other_formats(base: int, forms_bytes: bytes, tmp_path: Path, name: str) -> None:
    code, words, make = CONFINED[name]
    ran = run(made(tmp_path, make(forms_bytes), "预算.xls"))
    bounded(ran, base)
    assert ran.code == 2
    (finding,) = ran.findings
    assert finding["code"] == code and words in finding["message"]


def test_decrypting_takes_no_longer_than_its_limit(forms_bytes: bytes, tmp_path: Path) -> None:
    """A locked file says how often its password is hashed: here ten million times."""
    lock = locked(forms_bytes, "a")
    old, new = b'spinCount="100000" saltSize="16"', b'spinCount="10000000"'
    assert lock.count(old) == 1
    path = made(tmp_path, lock.replace(old, new.ljust(len(old))))
    done = subprocess.run(
        [COMMAND, "check", path, "--password", "b"], capture_output=True, text=True, timeout=30
    )
    assert (done.returncode, done.stderr) == (2, "")
    assert "F115" in done.stdout and "10 秒" in done.stdout


def _codes(one: layouts.Drawn) -> list[list[Any]]:
    return [list(one.body[-1]) for _ in range(LONG)]


def _names(one: layouts.Drawn) -> list[list[Any]]:
    rest = [""] * (len(one.head[0]) - 3)
    return [[f"第{n}项", 1.0 + n % 7, 1.0 + n % 7, *rest] for n in range(LONG)]


@pytest.mark.parametrize(
    ("form", "rows_of"),
    [(5, _codes), (11, _names), (12, _names)],
    ids=["code", "units", "projects"],
)
def test_ten_thousand_rows_that_do_not_add_up_end_in_time(
    pack: Pack, example: Budget, tmp_path: Path, form: int, rows_of: Callable[..., Any]
) -> None:
    """One code again and again, or names of which none is the sum of those below."""
    forms = layouts.drawn(pack, example)
    one = forms[form - 1]
    one.body = rows_of(one)
    path = tmp_path / "预算.xlsx"
    path.write_bytes(layouts.book_bytes(forms))
    assert run(path).code == 1


@pytest.mark.parametrize(("more", "rule"), [(0, "F107"), (1, "F109")])
def test_a_file_of_32_megabytes_is_opened_and_one_byte_more_is_not(
    tmp_path: Path, more: int, rule: str
) -> None:
    path = tmp_path / "a.xlsx"
    with path.open("wb") as file:
        file.truncate((32 << 20) + more)
    assert [finding.rule for finding in check_file(path).findings] == [rule]
