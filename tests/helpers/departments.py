"""Synthetic departments for measuring: every figure a sum of the same payments in 元, each rounded
to 0.01 万元 on its own, so that totals are off by cents as in real disclosures.

`department` makes one by a seed; `helpers/counties.py` makes many, of every size."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from xlbudget.core.budget import Budget
from xlbudget.ops.check.budget_json import build_budget
from xlbudget.packs.model import Catalogue, Pack

SOURCES = ("general", "gov_fund", "state_capital", "special_account", "unit_funds")
FISCAL = SOURCES[:3]
PEOPLE, THINGS = ("301", "303"), ("302", "310")


class Office(NamedTuple):
    """A department before its money: what it and its units are called, over how many functional
    codes it spends, and whether it has carryovers and money from outside the treasury. `itself`
    is its own row in the forms of projects, `weights` say how its units share what it costs to
    run them (without: evenly)."""

    name: str
    units: tuple[str, ...]
    codes: int
    rich: bool
    code: str = ""
    itself: str = "本局"
    weights: tuple[int, ...] = ()


class Payment(NamedTuple):
    """Some 元 for one code: from which source, basic or project, carried over or not."""

    code: str
    source: str
    kind: str
    carried: bool
    unit: int
    yuan: int


Test = Callable[[Payment], bool]


def department(pack: Pack, seed: int) -> Budget:
    """One department; every second one has carryovers and money from outside the treasury."""
    rng = random.Random(seed)
    units = tuple(f"第{n + 1}所" for n in range(rng.randint(1, 4)))
    office = Office(f"第{seed}局", units, rng.randint(4, 14), seed % 2 == 1)
    return printed(pack, in_yuan(pack, rng, office, list(payments_of(rng, office, leaves(pack)))))


def leaves(pack: Pack) -> list[str]:
    """The functional codes that payments are made under."""
    return [code for code in pack.catalogues["function"].names if len(code) == 7]


def payments_of(rng: random.Random, office: Office, codes: Sequence[str]) -> Iterator[Payment]:
    """What a department pays under some of these codes, code by code and unit by unit."""
    for code in sorted(rng.sample(codes, office.codes)):
        for unit in range(len(office.units)):
            if rng.random() < 0.8:
                yield Payment(code, "general", "basic", False, unit, _yuan(rng))
            if rng.random() < 0.5:
                yield Payment(code, "general", "project", False, unit, _yuan(rng))
            for source in SOURCES[1:] if office.rich else FISCAL[1:]:
                if rng.random() < 0.12:
                    yield Payment(code, source, "project", False, unit, _yuan(rng))
            if office.rich and rng.random() < 0.3:
                yield Payment(code, rng.choice(FISCAL[:2]), "project", True, unit, _yuan(rng))


def _yuan(rng: random.Random) -> int:
    return int(10 ** rng.uniform(4, 7))


def money(yuan: int) -> Decimal:
    """万元 with two decimals."""
    return (Decimal(yuan) / 10000).quantize(Decimal("0.01"), ROUND_HALF_UP)


def in_yuan(pack: Pack, rng: random.Random, office: Office, paid: list[Payment]) -> Budget:
    """The forms of what a department pays, exact to the 元."""
    head = {"pack": pack.name, "year": pack.year, "unit": "元"}
    named = {"name": office.name, "code": office.code}
    forms = _forms(pack, rng, paid, office)
    return build_budget(pack, {**head, "department": named, "forms": forms})


def printed(pack: Pack, exact: Budget) -> Budget:
    """A budget in 元 as it is disclosed: each figure rounded to 0.01 万元, whatever the others."""
    blocks = {
        key: tuple(
            row._replace(amounts={c: money(int(yuan)) for c, yuan in row.amounts.items()})
            for row in rows
        )
        for key, rows in exact.blocks.items()
    }
    return exact._replace(unit=pack.unit, blocks=blocks)


def _row(identity: dict[str, Any], cells: dict[str, int]) -> dict[str, Any]:
    return identity | {column: yuan for column, yuan in cells.items() if yuan}


def _forms(
    pack: Pack, rng: random.Random, payments: list[Payment], office: Office
) -> dict[str, Any]:
    names = office.units

    def total(test: Test, some: Iterable[Payment] = payments) -> int:
        return sum(p.yuan for p in some if test(p))

    def tree(columns: dict[str, Test], listed: Test) -> list[dict[str, Any]]:
        under: dict[str, list[Payment]] = defaultdict(list)
        for payment in filter(listed, payments):
            for length in (3, 5, 7):
                under[payment.code[:length]].append(payment)
        rows = [_row({"row": "total"}, {c: total(t) for c, t in columns.items()})]
        for code, some in sorted(under.items()):
            name = pack.catalogues["function"].names[code]
            mine = {c: total(t, some) for c, t in columns.items()}
            rows.append(_row({"code": code, "name": name}, mine))
        return rows

    def kinds(source: str) -> list[dict[str, Any]]:
        def of(p: Payment) -> bool:
            return p.source == source and not p.carried

        columns: dict[str, Test] = {
            "total": of,
            "basic": lambda p: of(p) and p.kind == "basic",
            "project": lambda p: of(p) and p.kind == "project",
        }
        return tree(columns, of)

    current = {s: total(lambda p, s=s: p.source == s and not p.carried) for s in SOURCES}
    carried = {s: total(lambda p, s=s: p.source == s and p.carried) for s in FISCAL}
    income, carry = sum(current.values()), sum(carried.values())
    basic = total(lambda p: p.kind == "basic")
    items, people = _items(pack, rng, basic)
    forms: dict[str, Any] = {}
    forms["summary"] = {
        "income": _amounts(
            {**current, "current_total": income, "carryover": carry, "grand_total": income + carry}
        ),
        "expenditure": _classes(
            payments,
            {
                "total": lambda p: True,
                "current": lambda p: not p.carried,
                "carryover": lambda p: p.carried,
            },
        ),
    }
    sources: dict[str, Test] = {s: lambda p, s=s: p.source == s and not p.carried for s in SOURCES}
    forms["income"] = {
        "rows": tree(
            {"total": lambda p: not p.carried, **sources, "carryover": lambda p: p.carried},
            lambda p: True,
        )
    }
    forms["spending"] = {
        "rows": tree(
            {
                "total": lambda p: True,
                "basic": lambda p: p.kind == "basic",
                "project": lambda p: p.kind == "project",
            },
            lambda p: True,
        )
    }
    fiscal_income = sum(current[s] for s in FISCAL)
    forms["appropriation"] = {
        "income": _amounts(
            {s: current[s] for s in FISCAL}
            | {"current_total": fiscal_income, "carryover": carry}
            | {f"carryover_{s}": carried[s] for s in FISCAL}
            | {"grand_total": fiscal_income + carry}
        ),
        "expenditure": _classes(
            [p for p in payments if p.source in FISCAL],
            {"total": lambda p: True, **{s: lambda p, s=s: p.source == s for s in FISCAL}},
        ),
    }
    forms["general_spending"], forms["fund_spending"] = (
        {"rows": kinds("general")},
        {"rows": kinds("gov_fund")},
    )
    forms["general_basic"] = {"rows": items}
    forms["fund_income"] = {
        "rows": _revenue(pack.catalogues["fund-revenue"], rng, current["gov_fund"])
    }
    forms["state_capital"] = {
        "income": _revenue(pack.catalogues["state-capital-revenue"], rng, current["state_capital"]),
        "spending": kinds("state_capital"),
    }
    forms["three_public"] = {
        "rows": _three_public(rng, len(office.weights) or 1, current["general"])
    }
    operating = basic - people
    weights = office.weights or (1,) * len(names)
    share = [operating * weight // sum(weights) for weight in weights]
    share[0] += operating - sum(share)
    forms["running_costs"] = {
        "rows": [
            _row({"row": "total"}, {"total": operating, "general": operating}),
            *(
                _row({"level": "unit", "name": n}, {"total": y, "general": y})
                for n, y in zip(names, share, strict=True)
            ),
        ]
    }
    forms["projects"] = {"rows": _projects(payments, office, SOURCES, False)}
    forms["projects_carried"] = {"rows": _projects(payments, office, FISCAL, True)}
    return forms


def _amounts(cells: dict[str, int]) -> list[dict[str, Any]]:
    return [{"row": row, "amount": yuan} for row, yuan in cells.items() if yuan]


def _classes(payments: list[Payment], columns: dict[str, Test]) -> list[dict[str, Any]]:
    def sums(code: str) -> dict[str, int]:
        mine = [p for p in payments if p.code.startswith(code)]
        return {c: sum(p.yuan for p in mine if test(p)) for c, test in columns.items()}

    classes = sorted({p.code[:3] for p in payments})
    rows = [_row({"row": code}, sums(code)) for code in classes]
    return [*rows, *(_row({"row": row}, sums("")) for row in ("current_total", "grand_total"))]


def _items(pack: Pack, rng: random.Random, yuan: int) -> tuple[list[dict[str, Any]], int]:
    """Basic money by economic items; and how much of it is for people."""
    catalogue = pack.catalogues["economic-department"]
    target = pack.catalogues["economic-government"]
    codes = [
        code
        for top in (*PEOPLE, *THINGS)
        for code in rng.sample([c for c in catalogue.names if len(c) == 5 and c[:3] == top], 4)
        if code not in ("30212", "30217", "30231", "30913", "31013")
    ]
    parts = dict.fromkeys(sorted(codes), 0)
    left = yuan
    for code in list(parts)[:-1]:
        parts[code] = rng.randint(0, left // 2)
        left -= parts[code]
    parts[list(parts)[-1]] = left
    parts = {code: part for code, part in parts.items() if part}

    def cells(some: Iterable[str]) -> dict[str, int]:
        listed = list(some)
        people = sum(parts[c] for c in listed if c[:3] in PEOPLE)
        every = sum(parts[c] for c in listed)
        return {"total": every, "personnel": people, "operating": every - people}

    rows = [_row({"row": "total"}, cells(parts))]
    for top in sorted({code[:3] for code in parts}):
        mine = [code for code in parts if code[:3] == top]
        rows.append(_row({"code": top, "name": catalogue.names[top]}, cells(mine)))
        for code in mine:
            identity = {"code": code, "name": catalogue.names[code]}
            if target.maps.get(code):
                identity["government"] = target.maps[code][0]
            rows.append(_row(identity, cells([code])))
    return rows, cells(parts)["personnel"]


def _revenue(catalogue: Catalogue, rng: random.Random, yuan: int) -> list[dict[str, Any]]:
    """Revenue under one 款, on one 项."""
    if not yuan:
        return []
    leaf = rng.choice([c for c in catalogue.names if len(c) == 7])
    rows = [_row({"row": "total"}, {"amount": yuan})]
    for code in (leaf[:5], leaf):
        rows.append(_row({"code": code, "name": catalogue.names[code]}, {"amount": yuan}))
    return rows


def _three_public(rng: random.Random, units: int, most: int) -> list[dict[str, Any]]:
    """What units spend on receptions and cars: never more than there is."""
    listed = ("reception", "vehicle_operation")
    parts = {row: sum(rng.randint(1_000, 60_000) for _ in range(units)) for row in listed}
    if sum(parts.values()) > most:
        parts = dict.fromkeys(listed, most // 3)
    parts["vehicles"] = parts["vehicle_operation"]
    parts["total"] = parts["reception"] + parts["vehicles"]
    order = ("reception", "vehicles", "vehicle_operation", "total")
    return [_row({"row": row}, {"total": parts[row], "general": parts[row]}) for row in order]


def _projects(
    payments: list[Payment], office: Office, sources: Iterable[str], carried: bool
) -> list[dict[str, Any]]:
    chosen = [p for p in payments if p.kind == "project" and p.carried == carried]
    if not chosen:
        return []

    def cells(some: list[Payment]) -> dict[str, int]:
        by_source: dict[str, int] = defaultdict(int)
        for payment in some:
            by_source[payment.source] += payment.yuan
        return {"total": sum(by_source.values()), **{s: by_source[s] for s in sources}}

    rows = [_row({"level": "department", "name": office.itself}, cells(chosen))]
    for unit, name in enumerate(office.units):
        mine = [p for p in chosen if p.unit == unit]
        if mine:
            rows.append(_row({"level": "unit", "name": name}, cells(mine)))
            for nth, payment in enumerate(mine, start=1):
                identity = {"level": "project", "name": f"{name}项目{nth}"}
                rows.append(_row(identity, cells([payment])))
    return rows
