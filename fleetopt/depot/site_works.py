"""Site works: what is paid once in each year in which something is bought, such as a trench, a crane, a permit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from fleetopt.depot.part import (
    Array,
    Check,
    Decided,
    Decision,
    Derived,
    Figure,
    Given,
    Listing,
    Part,
    Quantity,
    Read,
    Rule,
    SheetCheck,
)
from fleetopt.words.columns import Column, Table, year_column
from fleetopt.words.expression import Comparison, Expression
from fleetopt.words.plain_text import folded
from fleetopt.words.problem import Problem, error, nearest, shortened
from fleetopt.words.sheet_formulas import differs, largest

ANY_CHARGER = "Chargers"
_BY_A_HAIR = 1e-6
"""So small a share more of a budget may still buy one within a solver's tolerance."""

WORKS = Table(
    "tblSiteWorks",
    "Costs",
    "one kind of works",
    (Column("works", "Works", "what is done, such as a trench for cables", kind="label"),),
    ("works",),
    makes="w",
    called="site_works",
    is_optional=True,
    purpose="One row for what is paid once in each year in which any of something is bought; without rows nothing is.",
)


def needs_works(case: Given) -> Array:
    """Whether works are done for a thing   (w, n)."""
    found = [[_is_for(of, item) for item in case.items] for of in case.works_for]
    return np.array(found, dtype=bool).reshape(len(case.site_works), len(case.items))


def _is_for(of: str, item: Any) -> bool:
    is_any = folded(of) == folded(ANY_CHARGER) and item.purchase.item == "c"
    return is_any or folded(of) == folded(item.name)


def works_most(case: Given) -> Array:
    """More of what works are for no plan buys in a year, or none needs   (w, y) [units]."""
    return np.asarray(
        case.needs_works.astype(float) @ np.where(case.needs_works.any(axis=0)[:, None], _most(case), 0.0)
    )


def _most(case: Given) -> Array:
    """Of everything that can be bought, what the room, the budget and the need leave at most   (n, y) [units]."""
    least = case.item_price - case.most_granted
    with np.errstate(divide="ignore", invalid="ignore"):
        paid = np.where(least > 0, case.budget_factor * case.capex_budget / least * (1 + _BY_A_HAIR), np.inf)
    rooms = {"Solar": case.solar_max_added_kwp, "Battery": case.battery_max_kwh}
    load = case.charging_kwh + (case.charge_stretch * case.window_kwh[:, :, None, :]).sum(axis=3)
    power = (load / case.hours).max(axis=(0, 1, 2), initial=0.0)
    trucks = case.stay_count.sum(axis=1).max(initial=0.0) / min(1.0, case.trucks_per_plug)
    found = []
    for n, item in enumerate(case.items):
        most = rooms.get(item.name, np.inf) if item.row is None else np.inf
        if item.purchase.item == "c":
            most = np.ceil(power / case.power_kw[item.row]) + trucks
        most = np.maximum(most, case.decided_bought[n])
        found.append(np.minimum(paid[n] if item.row is None else np.maximum(np.floor(paid[n]), 0.0), most))
    return np.array(found).reshape(len(case.items), len(case.years))


def works_done(case: Given, x: Decided) -> Comparison:
    """sum(bought[n, y] of what works are for) <= works_most * works   [units]."""
    bought = (case.needs_works[:, :, None] * x.bought).sum(axis=1)
    return bought <= np.where(np.isfinite(case.works_most), case.works_most, 0.0) * x.works


def works_cost(case: Given, x: Decided) -> Expression:
    """sum(works_price[w] * works[w, y])   (y,) [USD]."""
    return (case.works_price[:, None] * x.works).sum(axis=0)


def recount(case: Given, plan: Any) -> Mapping[str, Array]:
    """Works by works; they are part of what purchases cost."""
    spent = np.zeros(len(case.years))
    for w in range(len(case.site_works)):
        for y in range(len(case.years)):
            spent[y] += case.works_price[w] * plan.works[w, y]
    return {"works_cost": spent, "capex": spent}


def recheck(case: Given, plan: Any, _counted: Mapping[str, Array]) -> Iterator[Check]:
    """Where any of what they are for is bought, works are done."""
    for w in range(len(case.site_works)):
        for y in range(len(case.years)):
            bought = sum(plan.bought[n, y] for n in range(len(case.items)) if case.needs_works[w, n])
            yield Check("works_done", "", bought * (1 - plan.works[w, y]), 1.0, {"w": w, "y": y})


def listed(case: Given, plan: Any) -> Iterator[Sequence[Any]]:
    """All works that are done."""
    for w, works in enumerate(case.site_works):
        for y, year in enumerate(case.years):
            if plan.works[w, y] > 0:
                yield [year, works, case.works_for[w], float(case.works_price[w])]


def for_what_is_sold(inputs: Read) -> Iterator[Problem]:
    """Works are for something that can be bought and that needs a site."""
    rows = inputs["tblSiteWorks"]
    names = ["Solar", "Battery", ANY_CHARGER, *(name for name in inputs["tblChargers"].column("charger") if name)]
    for i, of in enumerate(rows.column("works_for")):
        if of is not None and folded(of) not in map(folded, names):
            yield error(
                rows.where("works_for", i),
                f"For is '{shortened(of)}', must be Solar, Battery, Chargers, or a charger by name.",
                nearest(of, names),
            )


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """Works are done, and paid, in each year in which any of what they are for is bought."""
    if "tblWorks" not in sheet.listings:
        return
    p, k = sheet.purchases, sheet.listings["tblWorks"]
    price = sheet.given("tblSiteWorks", "works_price", works=k.works)
    yield SheetCheck("Works price", "the Costs sheet against Works", differs(k.price, price))
    any_charger = f'({p.unit}="units")*COUNTIFS({sheet.in_input("tblSiteWorks", "works_for")},"{ANY_CHARGER}")'
    by_name = f"COUNTIFS({sheet.in_input('tblSiteWorks', 'works_for')},{p.item})"
    due = f"({p.bought}>0)*({any_charger}+{by_name})"
    of_year = ("scenario", "year")
    done = sheet.counted("tblWorks", p, *of_year, works_for=p.item)
    done_any = sheet.counted("tblWorks", p, *of_year, works_for=f'"{ANY_CHARGER}"')
    missing = f'{due}-({p.bought}>0)*({done}+({p.unit}="units")*{done_any})'
    yield SheetCheck("works_done", "works for all that is bought in a year", largest(f"ABS({missing})"))


LISTED = Table(
    "tblWorks",
    "Works",
    "works of one kind in one year of one scenario",
    (
        year_column(),
        Column("works", "Works", "what is done", kind="label"),
        Column("works_for", "For", "what it is done for", kind="label"),
        Column("price", "Cost", "what it costs in the year", "USD"),
    ),
    ("year", "works"),
    purpose="Trenches, cranes, permits: what is paid once in each year in which any of something is bought.",
)


PART = Part(
    "site_works",
    tables=(WORKS,),
    figures=(
        Figure(
            "works_for",
            "For",
            "Solar, Battery, Chargers for any of them, or a charger by name",
            kind="label",
            table="tblSiteWorks",
            axes="w",
        ),
        Figure(
            "works_price",
            "Price",
            "what is paid once in each year in which any of it is bought",
            "USD",
            usual=(100, 2_000_000),
            table="tblSiteWorks",
            axes="w",
        ),
    ),
    derived=(Derived("needs_works", "wn", "-", needs_works), Derived("works_most", "wy", "units", works_most)),
    decisions=(
        Decision(
            "works", "wy", "-", "1 where works are done in the year", "state", is_whole=True, most=lambda _case: 1.0
        ),
    ),
    quantities=(Quantity("works_cost", "y", "USD", works_cost),),
    rules=(Rule("works_done", "wy", "limit", works_done),),
    listings=(Listing(LISTED, listed),),
    is_on=lambda case: len(case.site_works) > 0,
    checks=(for_what_is_sold,),
    recount=recount,
    recheck=recheck,
    sheet_checks=sheet_checks,
)
