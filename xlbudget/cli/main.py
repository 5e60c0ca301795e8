"""The `xlbudget` command: its commands are imported only when they are called."""

from __future__ import annotations

import os
from gettext import bindtextdomain
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from xlbudget import __version__

os.environ["LANGUAGE"] = "zh_CN"
bindtextdomain("messages", str(Path(__file__).with_name("locale")))
# With these two click finds its own words (wrong usage, headings of --help) in Chinese too.

COMMANDS = {
    "new": "生成官方表样，空白或按数据填好",
    "read": "读出工作簿里的预算数据（JSON）",
    "check": "检查预算表，指出哪一格不对",
    "fix": "按有把握的建议改正一份副本",
    "consolidate": "汇总各部门的预算表，每个数都有来源",
    "trace": "查汇总表里的一个数来自哪些文件",
    "query": "用 SQL 查 --facts 写出的数据文件",
    "rule": "列出或解释审核公式",
    "codes": "查科目编码和名称",
    "pack": "检查表样包（供编写者用）",
}


class LazyGroup(click.Group):
    """A group that knows its commands by name; each is in the module of that name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"xlbudget.cli.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        from xlbudget.cli.failures import tell_failures

        with tell_failures():
            return super().invoke(ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("命令"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="例：xlbudget check 预算.xlsx",
)
@click.version_option(__version__, prog_name="xlbudget")
def main(**_: Any) -> None:
    """部门预算公开表：生成表样、读取、检查勾稽关系。"""
