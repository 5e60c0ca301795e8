"""What the documents name is there: paths, modules, functions, classes, commands, pack words,
links. A document that sends people to what is gone is worse than none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT

from xlbudget.cli.main import COMMANDS
from xlbudget.packs.find import default_pack

PACKAGE = ROOT / "xlbudget"
ROOMS = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))
NAMING = [
    *(ROOT / name for name in ("ARCHITECTURE.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted(PACKAGE.rglob("README.md")),
]
LINKING = [*NAMING, *sorted(ROOT.glob("README*.md"))]
HOLDERS = tuple(ROOT / name for name in ("xlbudget", "tests", "templates"))
"""Folders in which a file's bare name is looked for."""
MADE = frozenset({"build/", ".venv/", "budget.json"})
"""Paths that are made by commands."""

CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"[\w.*<>-]+(?:/[\w.*<>-]*)+|[\w*-]+\.(?:py|md|cfg|toml|yaml|json|csv|txt|html)")
FUNCTION = re.compile(r"(\w+)\(\)")
CLASS = re.compile(r"[A-Z][a-z]+(?:[A-Z][a-z]+)*")
CONSTANT = re.compile(r"[A-Z]+(?:_[A-Z]+)+")
PACK_WORD = re.compile(r"(\w+):")
COMMAND = re.compile(r"xlbudget ([a-z]+)\b.*")
DOTTED = re.compile(rf"\b(?:{'|'.join(ROOMS)})(?:\.[a-z_]\w*)+")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


def lines_of(document: Path) -> Iterator[str]:
    """The lines outside of fenced blocks."""
    fenced = False
    for line in document.read_text(encoding="utf-8").splitlines():
        fenced ^= line.startswith("```")
        if not fenced:
            yield line


@cache
def source() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))


@cache
def pack_words() -> str:
    """The words of packs and of cases."""
    files = [ROOT / "schemas" / "pack.schema.json", *ROOT.glob("templates/**/*.yaml")]
    files += [*ROOT.glob("tests/cases/**/*.yaml"), *ROOT.glob("xlbudget/messages/*.yaml")]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def places_of(name: str, document: Path) -> list[Path]:
    """What a path in a document names: beside it, from the root, or below the package; a file's
    bare name wherever such a file stands. `<…>` is any folder."""
    pattern = re.sub(r"<[^>]*>", "*", name).rstrip("/")
    found = [p for base in (document.parent, ROOT, PACKAGE) for p in base.glob(pattern)]
    if not found and "/" not in pattern:
        found = [p for base in HOLDERS for p in base.rglob(pattern)]
    return found


def absent(document: Path) -> Iterator[str]:
    """Everything that the document names and that is not there."""
    for line in lines_of(document):
        codes = CODE.findall(line)
        named = {code: places_of(code, document) for code in codes if PATH.fullmatch(code)}
        yield from (code for code, places in named.items() if not places and code not in MADE)
        modules = [p for places in named.values() for p in places if p.suffix == ".py"]
        beside = "\n".join(path.read_text(encoding="utf-8") for path in modules) or source()
        for code in codes:
            if match := FUNCTION.fullmatch(code):
                there = re.search(rf"^\s*def {match[1]}\b", beside, re.MULTILINE)
            elif CLASS.fullmatch(code):
                defined = re.search(rf"\bclass {code}\b|\bimport .*\b{code}\b", source())
                there = defined or (ROOT / code).exists()
            elif CONSTANT.fullmatch(code):
                there = re.search(rf"\b{code}\b", source())
            elif match := PACK_WORD.fullmatch(code):
                there = re.search(rf"\b{match[1]}\b\"?:", pack_words())
            elif match := COMMAND.fullmatch(code):
                there = re.search(rf"^{match[1]}$", "\n".join(COMMANDS), re.MULTILINE)
            else:
                continue
            if not there:
                yield code


@pytest.mark.parametrize("document", NAMING, ids=ids)
def test_what_a_document_names_is_there(document: Path) -> None:
    assert list(absent(document)) == []


def is_there(dotted: str) -> bool:
    """Whether ``room.module`` or ``room.folder.module.name`` is in the package."""
    place = PACKAGE
    for step in dotted.split("."):
        if (module := place / f"{step}.py").exists():
            place = module
        elif (place / step).is_dir():
            place /= step
        else:
            defined = rf"^(?:def |class |){step}\b"
            return place.suffix == ".py" and bool(
                re.search(defined, place.read_text(encoding="utf-8"), re.MULTILINE)
            )
    return True


def test_modules_named_by_picture_and_docstrings_are_there() -> None:
    """What is written as `room.module` in code, and in the picture of ARCHITECTURE.md."""
    picture = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split("```")[1]
    quoted = "\n".join(CODE.findall(source()))
    named = set(DOTTED.findall(picture)) | set(DOTTED.findall(quoted))
    assert {"layout.plan", "ops.check"} <= named
    assert [name for name in sorted(named) if not is_there(name)] == []


def fenced_yaml(document: Path) -> list[Any]:
    text = document.read_text(encoding="utf-8")
    return [
        yaml.load(part.split("```")[0], yaml.BaseLoader) for part in text.split("```yaml\n")[1:]
    ]


def test_the_rule_and_the_case_that_contributing_quotes_are_real() -> None:
    """Word for word what stands in the pack and among its cases; so the words it uses are the
    ones in force."""
    (rule,), (case,) = fenced_yaml(ROOT / "CONTRIBUTING.md")
    rules = [
        entry
        for path in ROOT.glob(f"templates/{default_pack()}/rules/*.yaml")
        for entry in yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    ]
    assert rule in rules
    cases = ROOT / "tests" / "cases" / default_pack() / f"{rule['id']}.yaml"
    kept = yaml.load(cases.read_text(encoding="utf-8"), yaml.BaseLoader)
    assert case in kept


def anchors_of(document: Path) -> set[str]:
    """The anchors of a document's headings, as code hosts make them."""
    heads = [line.lstrip("# ") for line in lines_of(document) if line.startswith("#")]
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("document", LINKING, ids=ids)
def test_where_a_document_leads_is_there(document: Path) -> None:
    broken = []
    for line in lines_of(document):
        for link in LINK.findall(line):
            name, _, anchor = link.partition("#")
            target = document.parent / name if name else document
            if "://" in link:
                continue
            if not target.exists() or (anchor and anchor not in anchors_of(target)):
                broken.append(link)
    assert broken == []


def test_a_folder_of_many_modules_explains_itself() -> None:
    """More than ten modules: half a page that names each of them."""
    folders = [path for path in (PACKAGE, *PACKAGE.rglob("*/")) if path.is_dir()]
    for folder in folders:
        modules = {path.name for path in folder.glob("*.py")} - {"__init__.py"}
        readme = folder / "README.md"
        if len(modules) > 10 or readme.exists():
            assert readme.exists(), folder
            named = {code for line in lines_of(readme) for code in CODE.findall(line)}
            assert modules - named == set(), folder


def test_what_is_gone_is_found(tmp_path: Path) -> None:
    """The test of the tests above: each way of naming, once right and once wrong."""
    document = tmp_path / "page.md"
    document.write_text(
        "`core/key.py` `address()` and `core/keys.py`; in `core/key.py` no `judge()`.\n"
        "`Catalogue` `Katalogue` `READ_KINDS` `READ_SORTS` `holds:` `keeps:`\n"
        "`xlbudget check FILE` `xlbudget chek FILE` `tests/<room>` `templates/*/2025/pack.yaml`\n"
        "```\n`gone/away.py`\n```\n",
        encoding="utf-8",
    )
    wrong = ["core/keys.py", "judge()", "Katalogue", "READ_SORTS", "keeps:", "xlbudget chek FILE"]
    assert list(absent(document)) == wrong
