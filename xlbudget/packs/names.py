"""The printed names of rows, classes and codes."""

from __future__ import annotations

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


def name_total(pack: Pack) -> str:
    """The name of a total row whose label is not printed."""
    return str(pack.words["columns"][TOTAL])
