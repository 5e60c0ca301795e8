"""Writes a small synthetic county: `PYTHONPATH=tests python examples/county-2025/make.py`.

Three departments' workbooks, one of them with a mistake, and a roster with a fourth that sent
nothing. The figures are made up (helpers/departments.py).
"""

from __future__ import annotations

import csv
from pathlib import Path

from helpers.departments import department
from helpers.sent import workbook

from xlbudget.core.budget import Budget
from xlbudget.core.key import BlockKey
from xlbudget.packs.find import default_pack
from xlbudget.packs.load import load_pack

HERE = Path(__file__).parent
SENT = {"101": ("示例县教育局", 2), "102": ("示例县民政局", 4), "103": ("示例县水务局", 6)}
MISSING = ("104", "示例县林业局")
PLANTED = ("103", BlockKey("general_spending", "rows"), "total", "basic")
"""Where two digits are turned round: department, block, row, column."""


def planted(budget: Budget) -> Budget:
    """The budget with the mistake."""
    _, key, row, column = PLANTED
    rows = list(budget.blocks[key])
    place = next(n for n, one in enumerate(rows) if one.id == row)
    digits = list(str(rows[place].amounts[column]))
    digits[0], digits[1] = digits[1], digits[0]
    amount = type(rows[place].amounts[column])("".join(digits))
    rows[place] = rows[place]._replace(amounts={**rows[place].amounts, column: amount})
    return budget._replace(blocks={**budget.blocks, key: tuple(rows)})


def main() -> None:
    """Write the folder and the roster."""
    pack = load_pack(default_pack())
    (HERE / "各部门").mkdir(exist_ok=True)
    for code, (name, seed) in SENT.items():
        budget = department(pack, seed)._replace(department=name)
        sent = planted(budget) if code == PLANTED[0] else budget
        (HERE / "各部门" / f"{name}.xlsx").write_bytes(workbook(pack, sent))
    with (HERE / "名单.csv").open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(("编码", "名称", "上级"))
        lines.writerows((code, name, "") for code, (name, _) in SENT.items())
        lines.writerow((*MISSING, ""))


if __name__ == "__main__":
    main()
