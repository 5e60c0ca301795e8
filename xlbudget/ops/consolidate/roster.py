"""The offices that must report, as a tree of a county's departments and units."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from xlbudget.core.consolidation import Source
from xlbudget.layout.normalize import normalize_text


class Office(NamedTuple):
    """One line of a roster: code, name, and the code of the office above it (empty at the top); in
    a line that is not yet in a roster `parent` may be a name."""

    code: str
    name: str
    parent: str = ""


class Roster(NamedTuple):
    """The offices by code, in the order of the roster, the codes below each, and the codes by
    normalised name."""

    offices: Mapping[str, Office]
    below: Mapping[str, Sequence[str]]
    named: Mapping[str, Sequence[str]]

    @property
    def tops(self) -> list[str]:
        """The codes of the offices with no other office of the roster above them."""
        return [code for code, office in self.offices.items() if office.parent not in self.offices]


class RosterFault(NamedTuple):
    """A fault in a line of a roster (counted from 1): the key of its message, and the detail in
    it."""

    line: int
    kind: str
    detail: str


def build_roster(lines: Iterable[tuple[int, Office]]) -> tuple[Roster, list[RosterFault]]:
    """The roster of numbered lines, and its faults: a duplicate code, a name twice under one
    office, a missing code or name, an office above that is not on the roster or could be several,
    or offices that are under each other in a circle."""
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
            named.setdefault(normalize_text(office.name), []).append(office.code)
            where[office.code] = line
    beside: dict[tuple[str, str], str] = {}
    for code, office in offices.items():
        above = _codes_above(office, offices, named)
        if len(above) != 1:
            kind = "several_above" if above else "nobody_above"
            faults.append(RosterFault(where[code], kind, office.parent))
            continue
        offices[code] = office._replace(parent=above[0])
        below.setdefault(above[0], []).append(code)
        if beside.setdefault((above[0], normalize_text(office.name)), code) != code:
            faults.append(RosterFault(where[code], "name_twice", office.name))
    if faults:
        return Roster(offices, below, named), faults
    roster = Roster(offices, below, named)
    reached = {code for top in roster.tops for code in list_branch(roster, top)}
    faults += [RosterFault(where[code], "circle", code) for code in offices if code not in reached]
    return roster, faults


def _codes_above(
    office: Office, offices: Mapping[str, Office], named: Mapping[str, Sequence[str]]
) -> Sequence[str]:
    """The codes that the office above may have: the word is a code, else a name; empty at the
    top."""
    if not office.parent or office.parent in offices:
        return [office.parent]
    return named.get(normalize_text(office.parent), ())


def list_branch(roster: Roster, code: str) -> Iterator[str]:
    """The code and all below it."""
    yield code
    for under in roster.below.get(code, ()):
        yield from list_branch(roster, under)


def find_offices(roster: Roster, code: str, name: str) -> list[Office]:
    """The offices that a file may belong to: the one of its code, unless only others bear its name,
    then these as well; without a code of the roster all that bear its name."""
    named = roster.named.get(normalize_text(name), ())
    if code in roster.offices:
        named = [code, *(other for other in named if code not in named)]
    return [roster.offices[each] for each in named]


def find_office(roster: Roster, code: str, name: str) -> Office | None:
    """The one office that a file belongs to; None where there is none or more than one."""
    offices = find_offices(roster, code, name)
    return offices[0] if len(offices) == 1 else None


def is_below(roster: Roster, under: Source, above: Source) -> bool:
    """Whether the roster puts the office of the first source below that of the second."""
    office = find_office(roster, under.code, under.department)
    top = find_office(roster, above.code, above.department)
    while office and top and office != top:
        office = roster.offices.get(office.parent)
    return bool(office and top)


def find_missing(roster: Roster, sent: Collection[str]) -> Iterator[Office]:
    """Offices that sent no file and whose figures are in no other file: where a whole branch is
    missing, its top alone."""
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
    """The codes of the offices whose files are added up: an office's own workbook includes
    everything below it."""
    added: set[str] = set()
    waiting = list(roster.tops)
    while waiting:
        code = waiting.pop()
        if code in sent:
            added.add(code)
        else:
            waiting.extend(roster.below.get(code, ()))
    return added


def list_supervisors(roster: Roster, sent: Collection[str]) -> Iterator[tuple[str, list[str]]]:
    """Offices that sent a workbook of their own, each with those directly below it that did as
    well."""
    for code in roster.offices:
        under = [unit for unit in roster.below.get(code, ()) if unit in sent]
        if code in sent and under:
            yield code, under
