"""The `xlbudget` command: its commands are imported only when they are called."""

from __future__ import annotations

import os
from gettext import bindtextdomain
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from xlbudget import __version__
from xlbudget.messages import load_messages

os.environ["LANGUAGE"] = "zh_CN"
bindtextdomain("messages", str(Path(__file__).with_name("locale")))
# With these two click finds its own words (wrong usage, headings of --help) in Chinese too.

COMMANDS = (
    *("new", "read", "check", "fix", "consolidate", "trace", "query", "rule", "codes", "pack"),
)
SAYS = load_messages()["commands"]


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
        with formatter.section(SAYS["all"]["heading"]):
            formatter.write_dl([(name, SAYS[name]["short"]) for name in COMMANDS])


@click.command(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=SAYS["all"]["program"],
    epilog=SAYS["all"]["example"],
)
@click.version_option(__version__, prog_name="xlbudget")
def main(**_: Any) -> None:
    """The command of whose subcommands each is a module here."""
