"""A larger grid connection: upgrades bought whole, serving some years after they are paid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from fleetopt.depot.part import (
    Array,
    Check,
    Decided,
    Decision,
    Derived,
    Figure,
    Given,
    Part,
    Purchase,
    Quantity,
    Read,
    Rule,
    SheetCheck,
)
from fleetopt.words.columns import Column, Table
from fleetopt.words.expression import Comparison, Expression
from fleetopt.words.problem import Problem, warning
from fleetopt.words.sheet_formulas import largest, total_differs

UPGRADES = Table(
    "tblGridUpgrades",
    "Grid",
    "one kind of upgrade",
    (Column("upgrade", "Upgrade", "what is bought, such as a second transformer", kind="label"),),
    ("upgrade",),
    makes="u",
    called="upgrades",
    is_optional=True,
    purpose="One row for each way to a larger grid connection that may be bought; without rows there is none.",
)


_LIFE: Final = 40.0
"""Years that a transformer or a cable lasts."""


def serves(case: Given) -> Array:
    """Whether what is paid in year k serves in year y: k + lead_time[u] <= y   (u, k, y)."""
    year = np.arange(len(case.years))
    return np.asarray(year[:, None] + case.lead_time[:, None, None] <= year)


def upgrade_kw(case: Given, x: Decided) -> Expression:
    """sum(adds_kw[u] * upgrade_add[u, k] for k + lead_time[u] <= y)   (y,) [kW]."""
    adds = case.adds_kw[:, None, None] * serves(case)
    return (adds * x.upgrade_add[:, :, None]).sum(axis=1).sum(axis=0)


def upgrades_bought(_case: Given, x: Decided) -> Expression:
    """sum(upgrade_add[u, k] for k <= y)   (u, y) [pieces]."""
    return x.upgrade_add.cumsum()


def upgrade_room(case: Given, x: Decided) -> Comparison:
    """sum(upgrade_add[u]) <= upgrade_most[u]   [pieces]."""
    return x.upgrade_add.sum(axis=1) <= case.upgrade_most


def upgrade_life(case: Given) -> Array:
    """How long an upgrade is worth something after it is paid   (u,) [years]."""
    return np.full(len(case.upgrades), _LIFE)


def recount(case: Given, plan: Any) -> Mapping[str, Array]:
    """What each purchase adds from the year on in which it serves, and what it cost."""
    kinds, years = range(len(case.upgrades)), range(len(case.years))
    added, spent = np.zeros(len(case.years)), np.zeros(len(case.years))
    for u in kinds:
        for k in years:
            spent[k] += case.upgrade_price[u] * plan.upgrade_add[u, k]
            for y in years:
                if k + case.lead_time[u] <= y:
                    added[y] += case.adds_kw[u] * plan.upgrade_add[u, k]
    bought = [[plan.upgrade_add[u, : y + 1].sum() for y in years] for u in kinds]
    return {
        "upgrade_kw": added,
        "upgrades_bought": np.array(bought).reshape(len(kinds), len(years)),
        "capex": spent,
    }


def recheck(case: Given, plan: Any, _counted: Mapping[str, Array]) -> Iterator[Check]:
    """No more of a kind than may be bought."""
    for u in range(len(case.upgrades)):
        most = case.upgrade_most[u]
        yield Check("upgrade_room", "", plan.upgrade_add[u].sum() - most, most, {"u": u})


def in_time(inputs: Read) -> Iterator[Problem]:
    """An upgrade serves within the horizon."""
    upgrades, years = inputs["tblGridUpgrades"], inputs["tblCosts"].values.get("year", ())
    horizon = len({year for year in years if year is not None})
    for i, lead in enumerate(upgrades.values.get("lead_time", ())):
        if lead is not None and horizon and lead >= horizon:
            yield warning(
                upgrades.where("lead_time", i),
                f"the upgrade serves {lead:g} years after it is paid; the plan has {horizon} "
                f"year{'s' if horizon > 1 else ''}, so it never does.",
                "Correct the lead time, or plan more years.",
            )


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """What upgrades cost, how many there are, and what those that serve add."""
    p, u = sheet.purchases, sheet.limits
    is_upgrade = f'({p.unit}="pieces")'
    yield SheetCheck(
        "Upgrade price",
        "the Grid sheet against Purchases",
        largest(f"{is_upgrade}*ABS({p.price}-{p.upgrade_price})/(1+{p.upgrade_price})"),
    )
    left = f"(MAX({p.year})+1-{p.year}-{p.lead_time})"
    served = f"SUMPRODUCT({is_upgrade}*{p.bought}*{p.adds_kw}*{left}*({left}>0))"
    yield SheetCheck(
        "Connection added",
        "upgrades bought x what they add, in all years in which they serve",
        total_differs(f"SUMPRODUCT({sheet.yearly.upgrade_kw})", served),
    )
    is_row = f'(LEFT({u.limit},15)="Grid upgrades: ")'
    name = f'SUBSTITUTE({u.limit},"Grid upgrades: ","",1)'
    used = sheet.bought_in_all_years(item=name, unit='"pieces"')
    most = sheet.given("tblGridUpgrades", "upgrade_most", upgrade=name)
    yield from sheet.limit("Grid upgrades", used, most, is_row)


PART = Part(
    "grid_upgrade",
    tables=(UPGRADES,),
    figures=(
        Figure(
            "adds_kw",
            "Adds",
            "the power that one upgrade adds to the connection",
            "kW",
            is_positive=True,
            highest=1e6,
            usual=(10, 10_000),
            table="tblGridUpgrades",
            axes="u",
        ),
        Figure(
            "upgrade_price",
            "Price",
            "the price of one upgrade",
            "USD",
            usual=(1000, 1e7),
            when_zero="it costs nothing, so it is bought wherever it helps",
            table="tblGridUpgrades",
            axes="u",
        ),
        Figure(
            "upgrade_most",
            "At most",
            "how many may be bought in all years",
            kind="whole",
            highest=1000,
            default=1,
            is_quiet=True,
            table="tblGridUpgrades",
            axes="u",
            called="number of each grid upgrade",
            counted="pieces",
        ),
        Figure(
            "lead_time",
            "Lead time",
            "how many years after it is paid it serves",
            "years",
            kind="whole",
            highest=100,
            default=0,
            is_quiet=True,
            table="tblGridUpgrades",
            axes="u",
        ),
        Figure(
            "counts_in_budget",
            "Counts in budget",
            "yes if the yearly budget pays for it, no if somebody else does",
            kind="choice",
            choices=("yes", "no"),
            default="yes",
            is_quiet=True,
            table="tblGridUpgrades",
            axes="u",
        ),
    ),
    derived=(Derived("upgrade_life", "u", "years", upgrade_life),),
    decisions=(Decision("upgrade_add", "uy", "pieces", "upgrades bought in the year", "bought", is_whole=True),),
    quantities=(
        Quantity("upgrade_kw", "y", "kW", upgrade_kw, "Connection added", "what upgrades that serve add", "#8064A2"),
        Quantity("upgrades_bought", "uy", "pieces", upgrades_bought),
    ),
    rules=(Rule("upgrade_room", "u", "room", upgrade_room, "Grid upgrades", "pieces", raised_by="upgrade_most"),),
    purchases=(
        Purchase(
            "u",
            "pieces",
            "upgrade_add",
            "upgrade_price",
            "upgrades_bought",
            noun="Grid upgrades",
            fields=("upgrades_added", "upgrades"),
            priced="a {item}",
            called="{number} {item}",
            briefly="{count} x {item}",
            counts="counts_in_budget",
            life="upgrade_life",
            csv="GridUpgrade:{item}",
        ),
    ),
    is_on=lambda case: len(case.upgrades) > 0,
    checks=(in_time,),
    recount=recount,
    recheck=recheck,
    sheet_checks=sheet_checks,
)
