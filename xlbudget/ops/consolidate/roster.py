"""Who shall report, and under whom: the tree of a county's departments and units."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from xlbudget.layout.normalize import normalize_text


class Office(NamedTuple):
    """One line of a roster: code, name, and the code of the office above it (empty at the top)."""

    code: str
    name: str
    parent: str = ""


class Roster(NamedTuple):
    """The offices by code, in the order of the roster, the codes below each, and those that bear
    a name (tidied)."""

    offices: Mapping[str, Office]
    below: Mapping[str, Sequence[str]]
    named: Mapping[str, Sequence[str]]

    @property
    def tops(self) -> list[str]:
        """The codes of those that stand under nobody on the roster."""
        return [code for code, office in self.offices.items() if office.parent not in self.offices]


class RosterFault(NamedTuple):
    """What is wrong with a line of a roster (counted from 1): which of the pack's words, with
    what in it."""

    line: int
    kind: str
    detail: str


def build_roster(lines: Iterable[tuple[int, Office]]) -> tuple[Roster, list[RosterFault]]:
    """The roster of numbered lines, and what is wrong with it: a code that stands twice, none at
    all, no name, or offices that stand under each other in a circle."""
    offices: dict[str, Office] = {}
    below: dict[str, list[str]] = {}
    named: dict[str, list[str]] = {}
    where: dict[str, int] = {}
    faults = []
    for line, office in lines:
        if not office.code or not office.name:
            faults.append(RosterFault(line, "incomplete", office.code or office.name))
        elif office.code in offices:
            faults.append(RosterFault(line, "twice", office.code))
        else:
            offices[office.code] = office
            below.setdefault(office.parent, []).append(office.code)
            named.setdefault(normalize_text(office.name), []).append(office.code)
            where[office.code] = line
    roster = Roster(offices, below, named)
    reached = {code for top in roster.tops for code in list_branch(roster, top)}
    faults += [RosterFault(where[code], "circle", code) for code in offices if code not in reached]
    return roster, faults


def list_branch(roster: Roster, code: str) -> Iterator[str]:
    """The code and all below it."""
    yield code
    for under in roster.below.get(code, ()):
        yield from list_branch(roster, under)


def find_office(roster: Roster, code: str, name: str) -> Office | None:
    """The office of a file: by its code where the file bears one, else by its name where only one
    bears that."""
    if code in roster.offices:
        return roster.offices[code]
    named = roster.named.get(normalize_text(name), ())
    return roster.offices[named[0]] if len(named) == 1 else None


def find_missing(roster: Roster, sent: Collection[str]) -> Iterator[Office]:
    """Offices of which there is no file, and whose figures no other file holds: where a whole
    branch is missing, its top alone."""
    for top in roster.tops:
        yield from _missing(roster, top, sent)


def _missing(roster: Roster, code: str, sent: Collection[str]) -> Iterator[Office]:
    if code in sent:
        return
    if not any(under in sent for under in list_branch(roster, code)):
        yield roster.offices[code]
        return
    for under in roster.below.get(code, ()):
        yield from _missing(roster, under, sent)


def select_added(roster: Roster, sent: Collection[str]) -> set[str]:
    """Of those that sent files, the ones to add up: an office's own workbook holds what stands
    under it."""
    found: set[str] = set()
    waiting = list(roster.tops)
    while waiting:
        code = waiting.pop()
        if code in sent:
            found.add(code)
        else:
            waiting.extend(roster.below.get(code, ()))
    return found


def list_supervisors(roster: Roster, sent: Collection[str]) -> Iterator[tuple[str, list[str]]]:
    """Offices that sent a workbook of their own, each with those right below that did as well."""
    for code in roster.offices:
        under = [one for one in roster.below.get(code, ()) if one in sent]
        if code in sent and under:
            yield code, under
