"""Where a command's facts go: to a parquet file that appears only when complete."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from xlbudget.cli.output import Failed, put_made
from xlbudget.ops.facts.facts import Fact
from xlbudget.report.facts.parquet import TooLong, write_facts


def put_facts(facts: Iterable[Fact], output: Path, force: bool) -> int:
    """Write the facts to a parquet file, and say how many they were.

    Raises UsageError where the file is there already and not `force`, Failed where it cannot be
    written, or cannot hold a figure.
    """
    counts: list[int] = []
    try:
        put_made(lambda path: counts.append(write_facts(facts, path)), output, force)
    except TooLong as error:
        fact = error.fact
        where = f"{fact.sheet or fact.form_name}!{fact.cell or fact.name}"
        raise Failed(
            f"写不了文件：{output}。{fact.file} 的 {where} 数字太长：{error}，请先核对这一格。"
        ) from None
    return counts[0]
