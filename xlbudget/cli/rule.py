"""`xlbudget rule`: the rules, or one of them explained."""

from __future__ import annotations

import difflib

import click

from xlbudget.cli.options import PACK, suggest
from xlbudget.messages import load_messages
from xlbudget.packs.find import default_pack
from xlbudget.packs.load import load_pack
from xlbudget.packs.model import Pack, Rule
from xlbudget.report.rule_pages import list_rules, render_rule_page

SAYS = load_messages()["commands"]["rule"]


@click.command(help=SAYS["help"], epilog=SAYS["example"])
@click.argument("code", required=False, metavar=SAYS["code"])
@PACK
def rule(code: str | None, pack_name: str | None) -> None:
    """List the rules, or explain one."""
    pack = load_pack(pack_name or default_pack())
    if code is None:
        click.echo(list_rules(pack))
    else:
        click.echo(render_rule_page(pack, _find(pack, code)))


def _find(pack: Pack, code: str) -> Rule:
    rule = pack.rules.get(code.upper())
    if rule is None:
        near = difflib.get_close_matches(code.upper(), pack.rules, n=3, cutoff=0.5)
        raise click.UsageError(SAYS["unknown"].format(code=code, meant=suggest(near)))
    return rule
