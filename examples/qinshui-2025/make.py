"""Writes the example's two workbooks from budget.json: `python examples/qinshui-2025/make.py`.

预算.xlsx is the disclosure as published. 预算-有错.xlsx bears three planted mistakes of different
kinds: two digits turned round, a code under a wrong name, and a form without data that does not
say so.
"""

from __future__ import annotations

import re
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from xlbudget.ops.check.budget_json import build_budget, parse_json
from xlbudget.packs.find import default_pack
from xlbudget.packs.load import load_pack
from xlbudget.workbook.live.workbook import make_workbook

HERE = Path(__file__).parent
PLANTED: dict[str, dict[str, dict[str, Any]]] = {
    "spending": {"20103": {"basic": Decimal("539.79")}},
    "general_spending": {"2010301": {"name": "行政运营"}},
}
CLEARED = ("xl/worksheets/sheet8.xml", "A8")
"""Where form seven says that it has no data."""


def data() -> Any:
    """The budget as published."""
    return parse_json((HERE / "budget.json").read_text("utf-8"))


def workbook(data: Any) -> bytes:
    """What `xlbudget new --from` writes of it."""
    pack = load_pack(default_pack())
    return make_workbook(pack, build_budget(pack, data))


def damaged(data: Any) -> Any:
    """The budget with the planted mistakes."""
    for form, rows in PLANTED.items():
        for row in data["forms"][form]["rows"]:
            row.update(rows.get(row.get("code", ""), {}))
    return data


def cleared(package: bytes, part: str, cell: str) -> bytes:
    """The workbook with that one cell emptied."""
    emptied = BytesIO()
    with ZipFile(BytesIO(package)) as old, ZipFile(emptied, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename == part:
                pattern = rf'(<c r="{cell}" s="\d+")[^>]*>.*?</c>'
                content = re.sub(pattern.encode(), rb"\1/>", content, count=1)
            new.writestr(info, content, ZIP_DEFLATED, 9)
    return emptied.getvalue()


def main() -> None:
    """Write both."""
    (HERE / "预算.xlsx").write_bytes(workbook(data()))
    (HERE / "预算-有错.xlsx").write_bytes(cleared(workbook(damaged(data())), *CLEARED))


if __name__ == "__main__":
    main()
