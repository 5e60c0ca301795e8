"""The command as a user runs it: a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

COMMAND = Path(sys.executable).with_name("xlbudget")
ROOT = Path(__file__).parent.parent.parent


def run(*words: str | Path, cwd: Path = ROOT, typed: str = "") -> subprocess.CompletedProcess[str]:
    command = [COMMAND, *map(str, words)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, input=typed)
