"""`xlbudget query`: SQL on facts files, in the words of the forms."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import click

from xlbudget.cli.options import FORCE
from xlbudget.cli.output import write_file
from xlbudget.report.facts.database import (
    MISSING,
    NO_SELECT,
    NOT_FACTS,
    NOT_PARQUET,
    SEVERAL,
    WRONG,
    FactsDatabase,
    Refused,
    open_facts,
)
from xlbudget.report.facts.query import ask
from xlbudget.report.facts.query_output import FORMATS

SUFFIX = ".parquet"
REFUSALS = {
    MISSING: "没有这个文件：{what}。请检查路径和文件名。",
    NOT_PARQUET: "不是 parquet 文件，或文件已损坏：{what}。请用 --facts 重新生成。",
    NOT_FACTS: "不是 xlbudget 写出的数据文件：{what}，缺少（或类型不对）：{detail}。"
    "请用 --facts 重新生成。",
    SEVERAL: "一次只能写一条查询语句。请去掉多余的分号和语句。",
    NO_SELECT: "只能查询，不能修改、读写别的文件或改设置。请写一条以 SELECT 或 FROM 开头的语句。",
    WRONG: "这条查询语句有误，DuckDB 的说明如下：\n{detail}",
}


@click.command(
    epilog="例：xlbudget query \"select 部门, 合计 from 表三 where 编码 = '201'\" facts.parquet"
)
@click.argument("words", nargs=-1, required=True, metavar="[SQL] 文件...")
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="table",
    help="结果的样式；csv 可直接用 Excel 打开。",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="写到文件；不写就印出来。")
@FORCE
def query(words: tuple[str, ...], form: str, output: Path | None, force: bool) -> None:
    """用 SQL 查 --facts 写出的数据文件（parquet），可以一次给几个。

    表名就是各表的名称（表一、表二……），列名就是表上的栏目，金额一律以元为单位。
    不写 SQL 就列出所有的表和列。

    退出码：0 查到了（没有结果也是 0），2 文件读不了或语句有误。
    """
    sql, files = _parted(words)
    if not files:
        raise click.UsageError("请写上要查的数据文件，如 facts.parquet。")
    try:
        with open_facts(files) as facts:
            if facts.unknown:
                names = "、".join(facts.unknown)
                click.echo(f"没有表样 {names}，它的各表不能按表名查，只能查 facts。", err=True)
            pieces = FORMATS[form](ask(facts.connection, sql)) if sql else _listing(facts)
            _put(pieces, output, force)
    except Refused as refused:
        message = REFUSALS[refused.kind].format(what=refused.what, detail=refused.detail)
        click.echo(message, err=True)
        sys.exit(2)


def _parted(words: Sequence[str]) -> tuple[str, list[Path]]:
    """The query, "" where the first word is a file, and the files."""
    first = words[0]
    file = Path(first).is_file() or not any(c.isspace() for c in first) or first.endswith(SUFFIX)
    return ("", [Path(w) for w in words]) if file else (first, [Path(w) for w in words[1:]])


def _listing(facts: FactsDatabase) -> Iterator[str]:
    """Every view with its columns; a form's two names in one line."""
    lines: dict[tuple[str, str], list[str]] = {}
    for view in facts.views:
        columns = ask(facts.connection, f"SELECT * FROM ({view.select}) LIMIT 0").names
        lines.setdefault(("、".join(columns), view.title), []).append(view.name)
    for (columns_of_view, title), names in lines.items():
        yield f"{'、'.join(names)}  {title}".rstrip() + f"\n    {columns_of_view}\n"


def _put(pieces: Iterator[str], output: Path | None, force: bool) -> None:
    if output is None:
        _write(pieces, sys.stdout.buffer)
        return

    def make(path: Path) -> None:
        with path.open("wb") as file:
            _write(pieces, file)

    write_file(make, output, force)


def _write(pieces: Iterator[str], file: BinaryIO) -> None:
    """Write UTF-8 whatever the terminal's own encoding; half a character becomes a question
    mark."""
    for piece in pieces:
        file.write(piece.encode("utf-8", "replace"))
    file.flush()
