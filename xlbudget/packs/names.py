"""What rows, classes and codes are called in print, for everybody who speaks of one."""

from __future__ import annotations

from xlbudget.packs.model import TOTAL, Block, Pack


def name_row(pack: Pack, block: Block, row: str, written: str = "") -> str:
    """A row's printed label; else the name that is `written` in the file; else what the catalogue
    calls its code or the pack its level; else its key."""
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
    """A class or code before the name that is `written` beside it, else before its catalogue's:
    ``201 一般公共服务支出``; 合计 for the total row, which is listed among codes."""
    if code == TOTAL:
        return name_total(pack)
    names = (c.names[code] for c in pack.catalogues.values() if code in c.names)
    return f"{code} {written or next(names, '')}".strip()


def name_total(pack: Pack) -> str:
    """What a total row is called whose label is not printed."""
    return str(pack.words["columns"][TOTAL])
