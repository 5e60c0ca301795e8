"""`make bench`: the check against its peers, side by side in one run; ratios, medians, no test.

The package is installed from a wheel into an environment of its own, as a user has it (an
editable install adds an import hook of several milliseconds to every start).
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "qinshui-2025" / "预算.xlsx"
BENCH = ROOT / "build" / "bench"
ROUNDS = 25


def installed() -> Path:
    """The `bin` folder of an environment that holds the package from its wheel."""
    shutil.rmtree(ROOT / "build" / "lib", ignore_errors=True)  # pip would pack what is stale
    subprocess.run([sys.executable, "-m", "venv", "--clear", BENCH], check=True)
    pip = [BENCH / "bin" / "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, ROOT, "openpyxl"], check=True, cwd=ROOT)
    return BENCH / "bin"


def measured(command: list[str | Path]) -> tuple[float, int]:
    """Seconds and peak kilobytes of one run of a command."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    return time.perf_counter() - start, usage.ru_maxrss


FORMS_ALONE = """
import sys, openpyxl
from xlbudget.messages import load_messages
book = openpyxl.load_workbook(sys.argv[1], data_only=True)
for name in load_messages()["book"]["sheets"].values():
    del book[name]
for sheet in book:
    sheet.conditional_formatting = type(sheet.conditional_formatting)()
    sheet.data_validations.dataValidation = []
book.defined_names.clear()
book.save(sys.argv[2])
"""
"""The workbook as other programs have it: the thirteen forms, values only."""

WRITING = """
import io, statistics, sys, time
from pathlib import Path
import openpyxl, xlsxwriter
from xlbudget.ops.check.budget_json import build_budget, parse_json
from xlbudget.packs.find import default_pack
from xlbudget.packs.load import load_pack
from xlbudget.workbook.live.workbook import make_workbook
pack = load_pack(default_pack())
budget = build_budget(pack, parse_json(Path(sys.argv[1]).read_text(encoding="utf-8")))
content = make_workbook(pack, budget)
sheets = [
    (sheet.title, [(c.row - 1, c.column - 1, c.value) for row in sheet for c in row
                   if c.value is not None])
    for sheet in openpyxl.load_workbook(io.BytesIO(content), data_only=True)
]
def plain():
    book = xlsxwriter.Workbook(io.BytesIO(), {"in_memory": True})
    for name, cells in sheets:
        sheet = book.add_worksheet(name)
        for row, column, value in cells:
            sheet.write(row, column, value)
    book.close()
def timed(call, *given):
    start = time.perf_counter(); call(*given); return time.perf_counter() - start
pairs = [(timed(make_workbook, pack, budget), timed(plain)) for _ in range(15)]
print(*(statistics.median(side) * 1000 for side in zip(*pairs)), len(content))
"""
"""Ours against XlsxWriter writing what all the same cells show, without formulas and formats."""


def ran(python: Path, code: str, *given: Path) -> list[float]:
    """The figures that a piece of code prints."""
    done = subprocess.run(
        [python, "-c", code, *given], check=True, capture_output=True, text=True, cwd=BENCH
    )
    return [float(word) for word in done.stdout.split()]


def line(name: str, value: str, bar: str, met: bool) -> None:
    """One row of the table."""
    print(f"| {name} | {value} | {bar} | {'met' if met else 'missed'} |")


IN_PROCESS = """
import statistics, sys, time
from pathlib import Path
from python_calamine import CalamineWorkbook
from xlbudget.app.check_files import check_file
def read(path):
    book = CalamineWorkbook.from_path(str(path))
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python()
def timed(call, path):
    start = time.perf_counter(); call(path); return time.perf_counter() - start
path = Path(sys.argv[1])
check_file(path); read(path)
pairs = [(timed(check_file, path), timed(read, path)) for _ in range(200)]
print(*(statistics.median(side) * 1000 for side in zip(*pairs)))
"""


def main() -> None:
    """Measure and print."""
    binaries = installed()
    python = binaries / "python"
    forms = BENCH / "forms.xlsx"
    ran(python, FORMS_ALONE, EXAMPLE, forms)
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, medians")
    print("| measured | value | bar | |\n|---|---|---|---|")
    for file, which in ((EXAMPLE, "as written"), (forms, "forms alone")):
        check: list[str | Path] = [binaries / "xlbudget", "check", file]
        peer: list[str | Path] = [python, ROOT / "benchmarks" / "peer_openpyxl.py", file]
        for command in (check, peer):
            measured(command)
        runs = [(measured(check), measured(peer)) for _ in range(ROUNDS)]
        ours, theirs = (statistics.median(pair[side][0] for pair in runs) for side in (0, 1))
        memory = max(run[0][1] for run in runs) / 1024
        whole = f"{ours * 1000:.0f} ms / {theirs * 1000:.0f} ms = {ours / theirs:.2f}"
        name = f"{which}: whole process against openpyxl loading the file"
        line(name, whole, "≤ 1.3", ours <= 1.3 * theirs)
        warm, bare = ran(python, IN_PROCESS, file)
        inner = f"{warm:.1f} ms / {bare:.1f} ms = {warm / bare:.1f}"
        name = f"{which}: in process against calamine reading the file"
        line(name, inner, "≤ 3", warm <= 3 * bare)
        name = f"{which}: peak memory of the whole process"
        line(name, f"{memory:.0f} MB", "< 80 MB", memory < 80)
    written, plain, size = ran(python, WRITING, EXAMPLE.parent / "budget.json")
    ratio = f"{written:.0f} ms / {plain:.0f} ms = {written / plain:.1f}"
    name = "writing it against XlsxWriter writing the same cells plain"
    line(name, ratio, "≤ 3", written <= 3 * plain)
    line("size of the written workbook", f"{size / 1000:.0f} kB", "< 300 kB", size < 300_000)


if __name__ == "__main__":
    main()
