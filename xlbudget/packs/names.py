"""The printed names of rows, classes and codes."""

from __future__ import annotations

from collections.abc import Collection

from xlbudget.packs.model import TOTAL, Block, Pack


def name_row(pack: Pack, block: Block, row: str, written: str = "") -> str:
    """A row's printed label; else the name that is `written` in the file; else the catalogue's name
    of its code or the pack's of its level; else its key."""
    if label := block.labels.get(row):
        return label
    if row == TOTAL:
        return name_total(pack)
    if written:
        return written
    if row in block.levels or not block.codes:
        return str(pack.words["levels"].get(row, row))
    return pack.catalogues[block.codes].names.get(row, row)


def name_code(pack: Pack, code: str, written: str = "") -> str:
    """A class or code followed by the name that is `written` beside it, else by its catalogue's:
    ``201 一般公共服务支出``; 合计 for the total row, which stands among codes."""
    if code == TOTAL:
        return name_total(pack)
    names = (c.names[code] for c in pack.catalogues.values() if code in c.names)
    return f"{code} {written or next(names, '')}".strip()


def name_forms(pack: Pack, forms: Collection[str]) -> str:
    """The sheet names of these forms in the pack's order, three and more in a row by the first and
    the last: 表一至表四、表七."""
    order = list(pack.forms)
    runs: list[list[int]] = []
    for index in sorted(order.index(form) for form in set(forms)):
        if runs and runs[-1][-1] == index - 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    names = [form.sheet for form in pack.forms.values()]
    span = str(pack.words["print"]["forms"])
    return "、".join(
        span.format(first=names[run[0]], last=names[run[-1]])
        if len(run) > 2
        else "、".join(names[index] for index in run)
        for run in runs
    )


def name_total(pack: Pack) -> str:
    """The name of a total row whose label is not printed."""
    return str(pack.words["columns"][TOTAL])
