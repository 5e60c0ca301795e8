"""Writes the example's workbook from budget.json: `python examples/putuo-2025/make.py`.

The disclosure of a district's department in Shanghai, figures as published; the forms are those of
the pack `shanghai/2025`, which the budget names.
"""

from __future__ import annotations

from pathlib import Path

from xlbudget.ops.check.budget_json import build_budget, parse_json
from xlbudget.packs.load import load_pack
from xlbudget.workbook.live.workbook import make_workbook

HERE = Path(__file__).parent


def main() -> None:
    """Write 预算.xlsx beside this file."""
    data = parse_json((HERE / "budget.json").read_text("utf-8"))
    pack = load_pack(data["pack"])
    (HERE / "预算.xlsx").write_bytes(make_workbook(pack, build_budget(pack, data)))


if __name__ == "__main__":
    main()
