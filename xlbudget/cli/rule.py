"""`xlbudget rule`: the rules, or one of them explained."""

from __future__ import annotations

import difflib

import click

from xlbudget.cli.options import PACK
from xlbudget.packs.load import default_pack, load_pack
from xlbudget.packs.model import Pack, Rule
from xlbudget.report.rule_pages import list_rules, render_rule_page


@click.command(epilog="例：xlbudget rule A602")
@click.argument("code", required=False, metavar="[编号]")
@PACK
def rule(code: str | None, pack_name: str | None) -> None:
    """列出全部审核公式；写上编号就解释那一条：应当怎样、为什么、错的例子、常见错法、怎么改。"""
    pack = load_pack(pack_name or default_pack())
    if code is None:
        click.echo(list_rules(pack))
    else:
        click.echo(render_rule_page(pack, _find(pack, code)))


def _find(pack: Pack, code: str) -> Rule:
    rule = pack.rules.get(code.upper())
    if rule is None:
        near = difflib.get_close_matches(code.upper(), pack.rules, n=3, cutoff=0.5)
        hint = f"，是不是 {'、'.join(near)}？" if near else "。"
        raise click.UsageError(f"没有规则 {code}{hint}不写编号就列出全部规则。")
    return rule
