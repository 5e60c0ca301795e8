"""The same budget in every format that people send, told by content; what is none is said."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from struct import pack
from typing import Any

import openpyxl
import pytest
from conftest import EXAMPLE, Office
from helpers.commands import run
from helpers.containers import locked, ole
from helpers.fuzzing import packed, parts_of
from helpers.xlsb import record, xlsb_bytes

from xlbudget.app.check_files import check_file
from xlbudget.app.read_files import ReadOptions
from xlbudget.core.budget import Budget
from xlbudget.packs.model import Pack
from xlbudget.report.file_result import FileResult
from xlbudget.workbook.live.workbook import make_live_workbook
from xlbudget.workbook.read.open import read_workbook

office_only = pytest.mark.xdist_group("office")
FILTERS = {"xls": "MS Excel 97", "ods": "calc8"}


def same(result: FileResult, example: Budget) -> bool:
    """The example's budget, with nothing to say but its roundings."""
    assert result.reading is not None, result.findings
    assert dict(result.reading.budget.amounts()) == dict(example.amounts())
    assert result.reading.budget.department == example.department
    assert [f.rule for f in result.findings] == ["A602"] * 6
    return True


@office_only
@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_converted_and_back_by_libreoffice(
    example: Budget,
    example_bytes: bytes,
    forms_bytes: bytes,
    office: Office,
    tmp_path: Path,
    kind: str,
) -> None:
    """Ours whole and the forms alone, in the other format and back again: the same budget, the
    same findings, under right and wrong extensions."""
    for content in (example_bytes, forms_bytes):
        first, other, back = (tmp_path / n for n in ("1.xlsx", f"2.{kind}", "3.xlsx"))
        first.write_bytes(content)
        office.do(load=str(first), save=str(other), **{"as": FILTERS[kind]})
        assert same(check_file(other), example)
        office.do(load=str(other), save=str(back))
        assert same(check_file(back), example)
        for suffix in ("xlsx", "et", "dat"):
            wrong = tmp_path / f"错.{suffix}"
            wrong.write_bytes(other.read_bytes())
            assert same(check_file(wrong), example)


@office_only
@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_a_blank_workbook_with_live_totals(
    pack: Pack, office: Office, tmp_path: Path, kind: str
) -> None:
    """Formulas that show nothing are nothing, not unknown."""
    first, other = tmp_path / "1.xlsx", tmp_path / f"2.{kind}"
    first.write_bytes(make_live_workbook(pack, Budget(pack.name, pack.year, pack.unit, "")))
    office.do(load=str(first), save=str(other), **{"as": FILTERS[kind]})
    mine, theirs = check_file(first), check_file(other)
    assert mine.reading and theirs.reading
    assert not any(amount for _, amount in theirs.reading.budget.amounts())
    assert {f.rule for f in theirs.findings} <= {f.rule for f in mine.findings}


@office_only
def test_an_xls_converted_without_being_calculated(
    example: Budget, example_bytes: bytes, office: Office, tmp_path: Path
) -> None:
    """`soffice --convert-to` writes 0 where a formula joins texts: no title is read as 0, and that
    there is none to read is to be confirmed."""
    path = tmp_path / "预算.xlsx"
    path.write_bytes(example_bytes)
    profile = (tmp_path / "profile").as_uri()
    subprocess.run(
        [
            "soffice",
            "--headless",
            f"-env:UserInstallation={profile}",
            "--convert-to",
            "xls",
            "--outdir",
            str(tmp_path),
            str(path),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    result = check_file(tmp_path / "预算.xls")
    assert result.reading is not None
    assert dict(result.reading.budget.amounts()) == dict(example.amounts())
    assert {f.rule for f in result.findings if f.severity != "note"} == {"V211"}


def odd(book: Any) -> None:
    """What one format loses and another keeps."""
    sheet = book["表三"]
    sheet["D8"], sheet["D9"], sheet["C9"] = "=1/0", "=NA()", 539.9714
    sheet["C8"].number_format = "yyyy-mm-dd"
    book["表十三"].sheet_state = "hidden"


@office_only
@pytest.mark.parametrize("kind", ["xls", "ods", "xlsx"])
def test_errors_formats_dates_and_hidden_sheets(
    forms_bytes: bytes, office: Office, tmp_path: Path, kind: str
) -> None:
    """calamine gives an error value of .xls and .ods as nothing, and no formats at all."""
    book = openpyxl.load_workbook(BytesIO(forms_bytes))
    odd(book)
    first, other = tmp_path / "1.xlsx", tmp_path / f"2.{kind}"
    book.save(first)
    filters = FILTERS | {"xlsx": "Calc MS Excel 2007 XML"}
    office.do(load=str(first), save=str(other), **{"as": filters[kind]})
    found = json.loads(run("check", other, "--format", "json").stdout)["findings"]
    said = {(f["code"], *f["cells"][:1]) for f in found}
    assert {("V202", "表三!D8"), ("V202", "表三!D9"), ("V203", "表三!C9")} <= said
    assert {("V207", "表三!C8"), ("S112", "表十三!A1")} <= said


def test_dates_counted_from_1904(forms_bytes: bytes, tmp_path: Path) -> None:
    """A date is no amount, counted from wherever."""
    book = openpyxl.load_workbook(BytesIO(forms_bytes))
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book["表三"]["D8"].number_format = "yyyy-mm-dd"
    book.save(tmp_path / "a.xlsx")
    found = json.loads(run("check", tmp_path / "a.xlsx", "--format", "json").stdout)["findings"]
    (one,) = [f for f in found if f["code"] == "V207"]
    assert one["cells"] == ["表三!D8"] and "1905-" in one["message"]


@pytest.mark.parametrize("suffix", ["xlsb", "xlsx"])
def test_xlsb(example: Budget, forms_bytes: bytes, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"预算.{suffix}"
    path.write_bytes(xlsb_bytes(openpyxl.load_workbook(BytesIO(forms_bytes))))
    assert same(check_file(path), example)


def test_xlsb_errors_and_hidden_cents(forms_bytes: bytes, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(BytesIO(forms_bytes))
    book["表三"]["D8"], book["表三"]["C9"] = "#DIV/0!", 539.9714
    book["表十三"].sheet_state = "hidden"
    path = tmp_path / "预算.xlsb"
    path.write_bytes(xlsb_bytes(book))
    result = check_file(path)
    assert {"V202", "V203", "S112"} <= {f.rule for f in result.findings}


# CSV: a file a form.

Writing = Callable[[str], bytes]
ENCODINGS: dict[str, tuple[str, Writing]] = {
    "utf-8": (",", lambda text: text.encode()),
    "utf-8 with its mark": (",", lambda text: text.encode("utf-8-sig")),
    "gb18030": (",", lambda text: text.encode("gb18030")),
    "tabs": ("\t", lambda text: text.encode("gb18030")),
    "utf-16": ("\t", lambda text: text.encode("utf-16")),
}


def csv_folder(forms: bytes, folder: Path, separator: str, write: Writing) -> None:
    import csv
    from io import StringIO

    folder.mkdir()
    for sheet in openpyxl.load_workbook(BytesIO(forms)):
        text = StringIO()
        lines = csv.writer(text, delimiter=separator)
        for row in sheet.iter_rows():
            lines.writerow([_printed(cell) for cell in row])
        (folder / f"{sheet.title}.csv").write_bytes(write(text.getvalue()))


def _printed(cell: Any) -> str:
    if isinstance(cell.value, float):
        return f"{cell.value:,.2f}"
    return "" if cell.value is None else str(cell.value)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_folder_of_csv_is_one_budget(
    example: Budget, forms_bytes: bytes, tmp_path: Path, encoding: str
) -> None:
    folder = tmp_path / "预算"
    csv_folder(forms_bytes, folder, *ENCODINGS[encoding])
    (folder / "说明.txt").write_text("不读", encoding="utf-8")
    assert same(check_file(folder), example)
    result = run("check", tmp_path, "--format", "json")
    assert result.returncode == 0
    assert json.loads(result.stdout)["file"] == str(folder)


def test_csv_files_are_found_by_title_and_codes_keep_their_zeros(
    example: Budget, forms_bytes: bytes, tmp_path: Path
) -> None:
    folder = tmp_path / "a"
    csv_folder(forms_bytes, folder, ",", str.encode)
    for number, path in enumerate(sorted(folder.iterdir())):
        path.rename(folder / f"导出{number}.csv")
    assert same(check_file(folder), example)
    (folder / "b.csv").write_text("编码,名称\n01,甲\n007.50,乙\n1e5,丙\n", encoding="utf-8")
    sheet = next(s for s in read_workbook(folder).sheets if s.name == "b")
    assert [row[0] for row in sheet.rows] == ["编码", "01", "007.50", "1e5"]


def test_csv_of_an_unknown_encoding_and_of_none(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\xff\xff,\xff\n" * 9)
    result = run("check", tmp_path)
    assert (result.returncode, result.stderr) == (2, "")
    assert "F116" in result.stdout
    (tmp_path / "空").mkdir()
    assert run("read", tmp_path / "空").returncode == 2


# Passwords.


def test_a_password_is_asked_for_and_used(
    example: Budget, forms_bytes: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "预算.xlsx"
    path.write_bytes(locked(forms_bytes, "密码 1"))
    for words, sentence in (
        ([], "没有密码读不了"),
        (["--password", "别的"], "打开密码不对"),
    ):
        refused = run("check", path, *words)
        assert (refused.returncode, refused.stderr) == (2, "")
        assert "F105" in refused.stdout and sentence in refused.stdout
    assert run("check", path, "--password", "密码 1").returncode == 0
    read = run("read", path, "--password", "密码 1")
    assert json.loads(read.stdout)["department"]["name"] == example.department
    marked = tmp_path / "标.xlsx"
    assert run("check", path, "--password", "密码 1", "--annotate", marked).returncode == 0
    assert openpyxl.load_workbook(marked).sheetnames[0] == "检查结果"


def test_fix_opens_what_has_a_password(tmp_path: Path) -> None:
    path, fixed = tmp_path / "错.xlsx", tmp_path / "改.xlsx"
    path.write_bytes(locked((EXAMPLE / "预算-有错.xlsx").read_bytes(), "a"))
    run("fix", path, "-o", fixed, "--accept", "all", "--password", "a")
    assert openpyxl.load_workbook(fixed)["表三"]["D8"].value == 539.97


def test_excels_silent_password_is_tried_unasked(
    example: Budget, forms_bytes: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "预算.xlsx"
    path.write_bytes(locked(forms_bytes, "VelvetSweatshop"))
    assert same(check_file(path), example)


@office_only
@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_passwords_of_libreoffice(
    example: Budget, forms_bytes: bytes, office: Office, tmp_path: Path, kind: str
) -> None:
    """An .xls is opened with its password; an .ods is said to be locked."""
    first, path = tmp_path / "1.xlsx", tmp_path / f"2.{kind}"
    first.write_bytes(forms_bytes)
    office.do(load=str(first), save=str(path), password="abc", **{"as": FILTERS[kind]})
    refused = check_file(path)
    assert [f.rule for f in refused.findings] == ["F105"]
    if kind == "xls":
        assert refused.findings[0].case == "asked"
        assert check_file(path, ReadOptions(password="b")).findings[0].case == "wrong"
        assert same(check_file(path, ReadOptions(password="abc")), example)
    else:
        assert check_file(path, ReadOptions(password="abc")).findings[0].case == "unknown"


# What is no workbook.

OTHERS: dict[str, tuple[str, str, bytes]] = {
    "html": ("F106", "网页", b"<html><body><table><tr><td>1</td></tr></table></body></html>"),
    "html fragment": ("F106", "网页", "\ufeff<meta charset=utf-8>\n<TABLE><tr>".encode()),
    "web archive": ("F106", "网页", b"MIME-Version: 1.0\nContent-Type: multipart/related;"),
    "utf-16 html": ("F106", "网页", "<html><table>".encode("utf-16")),
    "xml 2003": (
        "F106",
        "XML",
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
    ),
    "uof": ("F106", "UOF", "<?xml version='1.0'?><uof:UOF 名称='a'>".encode()),
    "bare stream": ("F106", "容器", b"\x09\x08\x10\x00\x00\x06\x05\x00" + bytes(8)),
    "bare stream of Excel 3": ("F106", "容器", b"\x09\x02\x06\x00\x00\x00\x10\x00" + bytes(8)),
    "pdf": ("F107", "PDF", b"%PDF-1.7\n%\xe2\xe3"),
    "png": ("F107", "图片", b"\x89PNG\r\n\x1a\n\0\0\0"),
    "jpeg": ("F107", "图片", b"\xff\xd8\xff\xe0\0\x10JFIF"),
    "rar": ("F107", "压缩包", b"Rar!\x1a\x07\0"),
    "text": ("F107", "纯文本", "部门预算公开说明。\n第一部分".encode("gb18030")),
    "binary": ("F107", "", bytes(range(256))),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_workbook_is_said(tmp_path: Path, name: str) -> None:
    code, word, content = OTHERS[name]
    path = tmp_path / "预算.xls"
    path.write_bytes(content)
    result = run("check", path)
    assert (result.returncode, result.stderr) == (2, "")
    assert code in result.stdout and word in result.stdout and "怎么办" in result.stdout


def zipped(*names: str) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        for name in names:
            package.writestr(name, b"a")
    return written.getvalue()


PACKED = {
    "a letter": ("F107", "Word", zipped("[Content_Types].xml", "word/document.xml")),
    "slides": ("F107", "演示", zipped("ppt/presentation.xml")),
    "an archive": ("F107", "压缩包", zipped("预算.xlsx")),
    "an old letter": ("F107", "Word", ole("Root Entry", "WordDocument")),
    "old slides": ("F107", "演示", ole("Root Entry", "PowerPoint Document")),
    "an .xls cut off": ("F108", "损坏", ole("Root Entry", "Workbook")),
    "a locked file cut off": ("F108", "损坏", ole("Root Entry", "EncryptedPackage")),
    "an owner file": ("F104", "~$", b"\x05owner"),
}


@pytest.mark.parametrize("name", PACKED)
def test_packages_of_other_programs(tmp_path: Path, name: str) -> None:
    code, word, content = PACKED[name]
    path = tmp_path / ("~$预算.xlsx" if code == "F104" else "预算.xlsx")
    path.write_bytes(content)
    result = run("check", path)
    assert (result.returncode, result.stderr) == (2, "")
    assert code in result.stdout and word in result.stdout


def test_owner_files_are_passed_over_in_folders(forms_bytes: bytes, tmp_path: Path) -> None:
    (tmp_path / "预算.xlsx").write_bytes(forms_bytes)
    (tmp_path / "~$预算.xlsx").write_bytes(b"\x05owner")
    result = run("check", tmp_path, "--format", "json")
    assert Path(json.loads(result.stdout)["file"]).name == "预算.xlsx"


def test_a_copy_is_marked_only_of_a_workbook_that_can_be(
    forms_bytes: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "预算.xlsx"
    path.write_bytes(xlsb_bytes(openpyxl.load_workbook(BytesIO(forms_bytes))))
    refused = run("check", path, "--annotate", tmp_path / "标.xlsx")
    assert refused.returncode == 2 and "F118" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_hot_path_imports_no_reader_of_other_formats() -> None:
    code = (
        "import sys; from pathlib import Path; from xlbudget.app.check_files import check_file;"
        "check_file(Path(sys.argv[1])); print(*sys.modules)"
    )
    python = [sys.executable, "-c", code, str(EXAMPLE / "预算.xlsx")]
    loaded = subprocess.run(python, capture_output=True, text=True, check=True).stdout.split()
    for module in ("msoffcrypto", "olefile", "subprocess", "xlbudget.workbook.read.sandbox.parent"):
        assert module not in loaded


@office_only
@pytest.mark.parametrize("suffix", ["xls", "ods"])
def test_hidden_rows_and_columns_are_said_in_every_format(
    forms_bytes: bytes, tmp_path: Path, office: Office, suffix: str
) -> None:
    book = openpyxl.load_workbook(BytesIO(forms_bytes))
    for row in (7, 8, 10):
        book["表三"].row_dimensions[row].hidden = True
    book["表三"].column_dimensions["B"].hidden = True
    first, other = tmp_path / "预算.xlsx", tmp_path / f"预算.{suffix}"
    book.save(first)
    office.do(load=str(first), save=str(other), **{"as": FILTERS[suffix]})
    for path in (first, other):
        said = [f for f in check_file(path).findings if f.rule == "S115"]
        assert [f.facts["lines"] for f in said] == ["第 7 至 8、10 行和 B 列"]


def flatten_xls(content: bytes) -> bytes:
    """Row 7 of every sheet without a height, every column without a width."""
    row = re.escape(pack("<HHH", 0x0208, 16, 6)) + b".{4}"
    column = re.escape(pack("<HH", 0x007D, 12)) + b".{4}"
    for head in (row, column):
        content, count = re.subn(b"(" + head + b")..", rb"\1\0\0", content, flags=re.DOTALL)
        assert count
    return content


def flatten_xlsb(content: bytes) -> bytes:
    row, flat = pack("<IIH", 6, 0, 300), pack("<IIH", 6, 0, 0)
    column = record(60, pack("<IIIIH", 3, 3, 0, 0, 0))
    return repacked(
        content, lambda part: part.replace(row, flat).replace(record(145), column + record(145))
    )


def flatten_ods(content: bytes) -> bytes:
    """No row with a height, no column with a width."""
    sizes = re.compile(rb'style:(row-height|column-width)="([\d.]+)(cm|in)"')
    return repacked(content, lambda part: sizes.sub(rb'style:\1="0\3"', part))


def repacked(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    return packed({name: change(part) for name, part in parts_of(content).items()})


@office_only
@pytest.mark.parametrize("suffix", ["xls", "ods", "xlsb"])
def test_rows_and_columns_of_no_size_are_hidden_ones(
    forms_bytes: bytes, tmp_path: Path, office: Office, suffix: str
) -> None:
    first, other = tmp_path / "预算.xlsx", tmp_path / f"预算.{suffix}"
    book = openpyxl.load_workbook(BytesIO(forms_bytes))
    book["表三"].column_dimensions["D"].width = 30
    book.save(first)
    if suffix == "xlsb":
        other.write_bytes(flatten_xlsb(xlsb_bytes(book)))
    else:
        office.do(load=str(first), save=str(other), **{"as": FILTERS[suffix]})
        flatten = {"xls": flatten_xls, "ods": flatten_ods}[suffix]
        other.write_bytes(flatten(other.read_bytes()))
    said = [f for f in check_file(other).findings if f.rule == "S115"]
    lines = {f.facts["sheet"]: f.facts["lines"] for f in said}
    assert "行" in lines["表三"] and "列" in lines["表三"]
    assert check_file(other).verdict == check_file(first).verdict


@office_only
@pytest.mark.parametrize("suffix", ["xls", "ods"])
def test_formats_with_conditions_show_what_they_show_in_every_format(
    forms_bytes: bytes, tmp_path: Path, office: Office, suffix: str
) -> None:
    """A section that prints a word for small figures is told as figures that do not print."""
    book = openpyxl.load_workbook(BytesIO(forms_bytes))
    for cell in book["表三"]["C"][6:]:
        cell.number_format = '[<100]"少";0.00'
    first, other = tmp_path / "预算.xlsx", tmp_path / f"预算.{suffix}"
    book.save(first)
    office.do(load=str(first), save=str(other), **{"as": FILTERS[suffix]})
    told = [[f.facts for f in check_file(p).findings if f.rule == "V210"] for p in (first, other)]
    assert told[0] and told[0] == told[1]
