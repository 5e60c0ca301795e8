"""One form's YAML → a frozen Form: headings as printed, fixed rows written out, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xlbudget.packs.errors import Fault, line_of
from xlbudget.packs.model import Block, Catalogue, FixedRow, Form, Heading

DIGITS = "零一二三四五六七八九"


def chinese_ordinal(number: int) -> str:
    """1 → 一, 10 → 十, 21 → 二十一: the ordinals before class names (up to 99)."""
    tens, ones = divmod(number, 10)
    head = ("" if tens == 1 else DIGITS[tens]) + "十" if tens else ""
    return head + (DIGITS[ones] if ones else "")


def read_form(
    path: Path,
    spec: Mapping[str, Any],
    year: int,
    catalogues: Mapping[str, Catalogue],
    faults: list[Fault],
) -> Form | None:
    """The form that a pack's YAML declares; faults are added to the list."""
    before = len(faults)
    blocks = tuple(
        _block(path, spec["form"], key, body, year, catalogues, faults)
        for key, body in spec["blocks"].items()
    )
    by_key = {block.key: block for block in blocks}
    for place, meeting in enumerate(spec.get("beside", [])):
        for key, row in meeting.items():
            if key not in by_key or row not in by_key[key].row_keys:
                line = line_of(path, ("beside", place))
                faults.append(Fault(str(path), line, f"beside: no row {row!r} in block {key!r}"))
    outlines = [block.key for block in blocks if block.levels]
    if len(outlines) > 1:  # a county lists the rows of one below those of another
        line = line_of(path, ("blocks", outlines[1], "rows"))
        faults.append(
            Fault(str(path), line, f"levels: one block of a form at most, not {outlines}")
        )
    if len(faults) > before:
        return None
    return Form(
        key=spec["form"],
        number=int(spec["number"]),
        sheet=spec["sheet"],
        label=spec["label"],
        title=spec["title"].format(year=year),
        paper=spec.get("paper", "portrait"),
        numbered=bool(spec.get("numbered")),
        blocks=blocks,
        beside=tuple(spec.get("beside", [])),
    )


def _block(
    path: Path,
    form: str,
    key: str,
    spec: Mapping[str, Any],
    year: int,
    catalogues: Mapping[str, Catalogue],
    faults: list[Fault],
) -> Block:
    headings = tuple(_heading(item, year) for item in spec["columns"])
    rows = spec["rows"]
    fixed: tuple[FixedRow, ...] = ()
    sets = {name: tuple(map(str, keys)) for name, keys in spec.get("sets", {}).items()}
    opened: Mapping[str, Any] = {}
    if isinstance(rows, list):
        fixed = _fixed(rows, catalogues, sets)
        _check_sets(path, key, fixed, sets, faults)
    else:
        opened = rows
        for word in ("codes", "government"):
            if word in rows and rows[word] not in catalogues:
                line = line_of(path, ("blocks", key, "rows"))
                allowed = sorted(catalogues)
                faults.append(
                    Fault(str(path), line, f"no catalogue {rows[word]!r}; there are {allowed}")
                )
    block = Block(
        form=form,
        key=key,
        headings=headings,
        fixed=fixed,
        total=opened.get("total"),
        codes=opened.get("codes", ""),
        government=opened.get("government", ""),
        levels=tuple(opened.get("levels", ())),
        sets=sets,
        help=spec.get("help", {}),
    )
    for column in block.help.keys() - block.paths.keys():
        line = line_of(path, ("blocks", key, "help"))
        faults.append(Fault(str(path), line, f"help: no column {column!r} in block {key!r}"))
    return block


def _heading(item: Mapping[str, Any], year: int) -> Heading:
    """``{key: printed}`` is a column, ``{printed: [...]}`` a heading over several."""
    ((left, right),) = item.items()
    if isinstance(right, list):
        children = tuple(_heading(child, year) for child in right)
        return Heading(str(left).format(year=year), children=children)
    return Heading(str(right).format(year=year), key=left)


def _fixed(
    rows: list[Mapping[str, Any]],
    catalogues: Mapping[str, Catalogue],
    sets: dict[str, tuple[str, ...]],
) -> tuple[FixedRow, ...]:
    fixed: list[FixedRow] = []
    for item in rows:
        if "each" not in item:
            fixed.extend(FixedRow(key, label) for key, label in item.items())
            continue
        catalogue = catalogues[item["each"]]
        codes = [c for c in catalogue.names if len(c) == catalogue.levels[item["level"]]]
        for number, code in enumerate(codes, start=1):
            words = {"ordinal": chinese_ordinal(number), "name": catalogue.names[code]}
            fixed.append(FixedRow(code, item["label"].format(**words)))
        sets[item["set"]] = tuple(codes)
    return tuple(fixed)


def _check_sets(
    path: Path,
    key: str,
    fixed: tuple[FixedRow, ...],
    sets: Mapping[str, tuple[str, ...]],
    faults: list[Fault],
) -> None:
    known = {row.key for row in fixed}
    for name, members in sets.items():
        for member in members:
            if member not in known:
                line = line_of(path, ("blocks", key, "sets", name))
                faults.append(Fault(str(path), line, f"set {name}: no row {member!r}"))
