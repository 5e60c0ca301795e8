"""Which pack a workbook is of: the default one, or where others fit better the best of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from xlbudget.core.finding import Observation
from xlbudget.core.reading import Printed, Reading
from xlbudget.layout.normalize import normalize_title
from xlbudget.packs.find import find_form_set, find_packs, list_roots, templates_root
from xlbudget.packs.load import load_pack
from xlbudget.packs.model import Pack

KIND = "pack_chosen"
UNTITLED = "untitled_table"


class Choice(NamedTuple):
    """A pack and what was read with it; None where no form was recognised."""

    pack: Pack
    reading: Reading | None


def choose_pack(default: Pack, read: Callable[[Pack], Reading | None]) -> Choice:
    """The pack with which most forms are known by their titles, then with which most are read at
    all, in the form set of the budget's year. Others than the default one are tried where it does
    not know most of its forms by their very titles, or where there are packs outside of the
    package; the choice is told where it is another, or where others fit as well."""
    best = _in_force(Choice(default, read(default)), read)
    if _is_sure(best) and not _has_own_packs():
        return best
    choices = [best]
    for place in _other_places(default):
        pack = load_pack(place)
        if pack.forms:
            choices.append(_in_force(Choice(pack, read(pack)), read))
    chosen = max(choices, key=_worth)  # of equal ones the first, which is the default
    if chosen.reading is None:
        return chosen
    alike = [c.pack for c in choices if c is not chosen and _worth(c) == _worth(chosen)]
    if chosen is best and not alike:
        return chosen
    facts = {"place": chosen.pack.place, "since": str(chosen.pack.since), "name": chosen.pack.name}
    facts["others"] = "、".join(f"{pack.place}（{pack.name}）" for pack in alike)
    told = Observation(KIND, "alike" if alike else "", facts=facts)
    reading = chosen.reading._replace(observations=(*chosen.reading.observations, told))
    return chosen._replace(reading=reading)


def _in_force(choice: Choice, read: Callable[[Pack], Reading | None]) -> Choice:
    """The same with the form set that is in force in the year that was read."""
    if choice.reading is None:
        return choice
    name = find_form_set(choice.pack.name, choice.reading.budget.year)
    if name == choice.pack.name:
        return choice
    pack = load_pack(name)
    return Choice(pack, read(pack))


def _worth(choice: Choice) -> tuple[tuple[int, int, int], bool]:
    """How well a pack fits; of equal ones a place's own before one that knows any place's titles by
    their words."""
    return _fit(choice), not any(form.known_by for form in choice.pack.forms.values())


def _fit(choice: Choice) -> tuple[int, int, int]:
    """How many forms bear their very titles, how many are known by them, and how many are read."""
    if choice.reading is None:
        return 0, 0, 0
    untitled = {o.form for o in choice.reading.observations if o.kind == UNTITLED}
    forms = {printed.form for printed in choice.reading.printed}
    exact = sum(_is_exact(choice.pack, printed) for printed in choice.reading.printed)
    return exact, len(forms - untitled), len(forms)


def count_titled(choice: Choice) -> int:
    """How many forms are known by their titles."""
    return _fit(choice)[1]


def _is_exact(pack: Pack, printed: Printed) -> bool:
    title = normalize_title(pack.forms[printed.form].title)
    return bool(printed.title and title in normalize_title(printed.title.text))


def _is_sure(choice: Choice) -> bool:
    """Whether most forms of the pack are there under their very titles: no two places share these,
    so that none fits better."""
    return 2 * _fit(choice)[0] > len(choice.pack.forms)


def _has_own_packs() -> bool:
    package = templates_root()
    return any(package not in folder.parents for folder in _folders().values())


def _folders() -> dict[str, Path]:
    return find_packs(list_roots())


def _other_places(default: Pack) -> list[str]:
    """The newest form set of every other place, by name."""
    newest = {name.rpartition("/")[0]: name for name in _folders()}  # the last of a place
    newest.pop(default.name.rpartition("/")[0], None)
    return list(newest.values())
