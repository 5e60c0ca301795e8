"""Writes the example's two workbooks from budget.json: `python examples/qinshui-2025/make.py`.

预算.xlsx is the disclosure as published. 预算-有错.xlsx bears three planted mistakes of different
kinds: two digits turned round, a code under a wrong name, and a form without data that does not
say so.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import openpyxl

from xlbudget.ops.interchange import from_data, parse
from xlbudget.packs.load import default_pack, load_pack
from xlbudget.workbook.write import workbook_bytes

HERE = Path(__file__).parent
PLANTED = {"表三": {"D8": 539.79}, "表五": {"B9": "行政运营"}, "表七": {"A7": None}}


def workbook() -> bytes:
    """The example as written by `xlbudget new --from budget.json`."""
    pack = load_pack(default_pack())
    return workbook_bytes(pack, from_data(pack, parse((HERE / "budget.json").read_text("utf-8"))))


def main() -> None:
    """Write both."""
    (HERE / "预算.xlsx").write_bytes(workbook())
    book = openpyxl.load_workbook(BytesIO(workbook()))
    for sheet, cells in PLANTED.items():
        for address, value in cells.items():
            book[sheet][address] = value
    book.save(HERE / "预算-有错.xlsx")


if __name__ == "__main__":
    main()
