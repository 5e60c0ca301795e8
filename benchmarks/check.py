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


def line(name: str, value: str, bar: str, met: bool) -> None:
    """One row of the table."""
    print(f"| {name} | {value} | {bar} | {'met' if met else 'missed'} |")


IN_PROCESS = """
import statistics, sys, time
from pathlib import Path
from python_calamine import CalamineWorkbook
from xlbudget.cli.checking import check_file
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
    check: list[str | Path] = [binaries / "xlbudget", "check", EXAMPLE]
    peer: list[str | Path] = [
        binaries / "python",
        ROOT / "benchmarks" / "peer_openpyxl.py",
        EXAMPLE,
    ]
    for command in (check, peer):
        measured(command)
    runs = [(measured(check), measured(peer)) for _ in range(ROUNDS)]
    ours, theirs = (statistics.median(pair[side][0] for pair in runs) for side in (0, 1))
    memory = max(run[0][1] for run in runs) / 1024
    inside = subprocess.run(
        [binaries / "python", "-c", IN_PROCESS, EXAMPLE],
        check=True,
        capture_output=True,
        text=True,
        cwd=BENCH,
    )
    warm, bare = map(float, inside.stdout.split())
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, medians")
    print("| measured | value | bar | |\n|---|---|---|---|")
    whole = f"{ours * 1000:.0f} ms / {theirs * 1000:.0f} ms = {ours / theirs:.2f}"
    line("whole process against openpyxl loading the file", whole, "≤ 1.3", ours <= 1.3 * theirs)
    inner = f"{warm:.1f} ms / {bare:.1f} ms = {warm / bare:.1f}"
    line("in process against calamine reading the file", inner, "≤ 3", warm <= 3 * bare)
    line("peak memory of the whole process", f"{memory:.0f} MB", "< 80 MB", memory < 80)


if __name__ == "__main__":
    main()
