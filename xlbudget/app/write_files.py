"""Results that appear only when complete: written beside their path, then renamed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from xlbudget.app.errors import FigureTooLong, NotWritten

if TYPE_CHECKING:
    from xlbudget.ops.facts.facts import Fact

Put = Callable[[Callable[[Path], object], Path], None]
"""A function that replaces a path by the file that another function writes to the path it is
given."""


def write_atomically(make: Callable[[Path], object], output: Path) -> None:
    """Replace `output` by the file that `make` writes to the path it is given. Raises NotWritten
    where the system refuses, and what `make` raises other than OSError; then nothing of it is left.
    """
    import tempfile

    try:
        handle, name = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.")
        os.close(handle)
        try:
            make(Path(name))
            os.chmod(name, 0o644)
            os.replace(name, output)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise NotWritten(output, str(error.strerror)) from None


def write_facts_file(facts: Iterable[Fact], output: Path, put: Put = write_atomically) -> int:
    """Write the facts to a parquet file by way of `put`, and give their number.

    Raises what `put` raises, FigureTooLong where the file cannot hold a figure.
    """
    from xlbudget.report.facts.parquet import TooLong, write_facts

    counts: list[int] = []
    try:
        put(lambda path: counts.append(write_facts(facts, path)), output)
    except TooLong as error:
        raise FigureTooLong(output, error.fact, str(error)) from None
    return counts[0]
