"""One form's YAML → a frozen Form: headings as printed, fixed rows expanded, blocks in order."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xlbudget.packs.contents import Contents
from xlbudget.packs.errors import Fault, fault_in
from xlbudget.packs.freeze.form_checks import check_block, check_form
from xlbudget.packs.model import Block, Catalogue, FixedRow, Form, Heading, TitleWords

DIGITS = "零一二三四五六七八九"


def chinese_ordinal(number: int) -> str:
    """1 → 一, 10 → 十, 21 → 二十一: the ordinals before class names (up to 99)."""
    tens, ones = divmod(number, 10)
    head = ("" if tens == 1 else DIGITS[tens]) + "十" if tens else ""
    return head + (DIGITS[ones] if ones else "")


def read_forms(
    contents: Contents, catalogues: Mapping[str, Catalogue], faults: list[Fault]
) -> dict[str, Form]:
    """The forms that one folder declares, ``{year}`` still in their texts; faults are added to the
    list."""
    forms: dict[str, Form] = {}
    for path, spec in contents.forms.items():
        form = _form(path, spec, catalogues, faults)
        if form.key in forms:
            faults.append(fault_in(path, ("form",), f"form {form.key} stands in another file too"))
        forms[form.key] = form
    return forms


def _form(
    path: Path,
    spec: Mapping[str, Any],
    catalogues: Mapping[str, Catalogue],
    faults: list[Fault],
) -> Form:
    blocks = []
    for key, body in spec["blocks"].items():
        block = _block(spec["form"], key, body, catalogues)
        blocks.append(block)
        wrong = check_block(block, body, catalogues)
        faults += [fault_in(path, ("blocks", key, *steps), message) for steps, message in wrong]
    form = Form(
        key=spec["form"],
        number=int(spec["number"]),
        sheet=spec["sheet"],
        label=spec.get("label", ""),
        title=spec["title"],
        paper=spec.get("paper", "portrait"),
        numbered=spec.get("numbered", False),
        blocks=tuple(blocks),
        beside=tuple(spec.get("beside", [])),
        unit=spec.get("unit", ""),
        known_by=_title_words(spec["known_by"]) if "known_by" in spec else None,
        formerly=spec.get("formerly", ""),
    )
    faults += [fault_in(path, *wrong) for wrong in check_form(form)]
    return form


def _title_words(spec: Mapping[str, Any]) -> TitleWords:
    return TitleWords(*(tuple(spec.get(word, ())) for word in ("all", "any", "none")))


def _block(
    form: str,
    key: str,
    spec: Mapping[str, Any],
    catalogues: Mapping[str, Catalogue],
) -> Block:
    rows = spec["rows"]
    opened: Mapping[str, Any] = {} if isinstance(rows, list) else rows
    fixed, sets = _fixed(rows, catalogues) if isinstance(rows, list) else ((), {})
    if "single" in opened:
        fixed = (FixedRow(opened["single"], ""),)
    return Block(
        form=form,
        key=key,
        headings=tuple(_heading(item) for item in spec["columns"]),
        fixed=fixed,
        total=opened.get("total"),
        codes=opened.get("codes", ""),
        government=opened.get("government", ""),
        levels=tuple(opened.get("levels", ())),
        sets={name: tuple(keys) for name, keys in spec.get("sets", {}).items()} | sets,
        help=spec.get("help", {}),
        formerly=spec.get("formerly", ""),
    )


def _heading(item: Mapping[str, Any]) -> Heading:
    """``{key: printed}`` is a column, ``{printed: [...]}`` a heading over several."""
    ((left, right),) = item.items()
    if isinstance(right, list):
        children = tuple(_heading(child) for child in right)
        return Heading(str(left), children=children)
    return Heading(str(right), key=left)


def _fixed(
    rows: list[Mapping[str, Any]], catalogues: Mapping[str, Catalogue]
) -> tuple[tuple[FixedRow, ...], dict[str, tuple[str, ...]]]:
    """The rows, one for each code of an `each`, and the sets of those codes by name."""
    fixed: list[FixedRow] = []
    sets: dict[str, tuple[str, ...]] = {}
    for item in rows:
        if "each" not in item:
            fixed.extend(FixedRow(key, label) for key, label in item.items())
            continue
        catalogue = catalogues.get(item["each"])
        digits = catalogue.levels.get(item["level"]) if catalogue else None
        names = catalogue.names if catalogue else {}
        codes = [code for code in names if len(code) == digits]
        for number, code in enumerate(codes, start=1):
            words = {"ordinal": chinese_ordinal(number), "name": names[code]}
            fixed.append(FixedRow(code, item["label"].format(**words)))
        sets[item["set"]] = tuple(codes)
    return tuple(fixed), sets
