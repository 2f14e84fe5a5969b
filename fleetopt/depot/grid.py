"""The grid connection: energy bought, its limit and its price."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from fleetopt.depot.part import (
    Array,
    Check,
    Decided,
    Figure,
    Given,
    Money,
    Part,
    Quantity,
    Read,
    Rule,
    SheetCheck,
    Shown,
    flow,
)
from fleetopt.words.expression import Comparison, Expression
from fleetopt.words.problem import Problem, error
from fleetopt.words.rows import of_scenario
from fleetopt.words.sheet_formulas import differs, exceeds, largest, one_if_blank


def grid_import(_case: Given, x: Decided) -> Expression:
    """Everything that flows out of the grid   (y, d, s) [kWh a day]."""
    return x.out_of("grid")


def grid_limit(case: Given, x: Decided) -> Comparison:
    """grid_import <= grid_limit_kwh[s] + hours[s] * upgrade_kw[y]   [kWh a day]."""
    return x.grid_import <= case.grid_limit_kwh + case.hours * x.upgrade_kw[:, None, None]


def opex(case: Given, x: Decided) -> Expression:
    """days[d] * grid_price * energy_level * grid_import   (y, d, s) [USD]."""
    return case.days[:, None] * case.grid_price * case.energy_level * x.grid_import


def most_bought(case: Given) -> Array:
    """What the grid gives with every upgrade that there may be   (d, s) [kWh a day]."""
    added = (case.adds_kw * case.upgrade_most).sum()
    steady = np.maximum(0.0, case.grid_limit_kw + added - case.peak_above) / case.peak_swing
    return np.minimum(case.grid_limit_kwh + case.hours * added, case.hours * steady)


def recount(case: Given, plan: Any) -> Mapping[str, Array]:
    """What is bought and what it costs, day type by day type."""
    bought = plan.grid_to_load + plan.grid_to_battery
    spent = np.zeros(len(case.years))
    for y in range(len(case.years)):
        for d in range(len(case.day_types)):
            level = case.price_index[y] * case.energy_price_factor
            spent[y] += case.days[d] * level * (case.grid_price[d] @ bought[y, d])
    return {"grid_import": bought, "opex": spent}


def recheck(case: Given, _plan: Any, counted: Mapping[str, Array]) -> Iterator[Check]:
    """The limit with every upgrade that serves."""
    for y in range(len(case.years)):
        most = case.grid_limit_kwh + case.hours * counted["upgrade_kw"][y]
        has_limit = most < np.inf
        beyond = np.where(has_limit, counted["grid_import"][y] - np.where(has_limit, most, 0.0), 0.0)
        yield Check("grid_limit", "ds", beyond, np.where(has_limit, most, 1.0), {"y": y})


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """What is bought, up to which limit, and what it costs."""
    f, u, drawn = sheet.flows, sheet.limits, sheet.out_of("grid")
    yield sheet.carried("grid_price", "Grid price")
    most = f"({f.grid_limit_kwh}+{f.hours}*{f.upgrade_kw})"
    is_limited = f.is_set("grid_limit_kwh")
    what = "grid to load and battery <= grid limit"
    yield SheetCheck("grid_limit", what, exceeds(f"{is_limited}*{drawn}", most))
    price = f"{f.days}*{f.grid_price}*{f.price_index}*{one_if_blank(f.energy_price_factor)}"
    yield SheetCheck(
        "Grid cost",
        "days x grid price x its level x grid to load and battery",
        differs(f.grid_cost, f"{price}*{drawn}"),
    )
    in_year = sheet.flowed(sheet.yearly, "grid_cost", "scenario", "year")
    yield SheetCheck("opex", "grid cost of the year's flows", differs(sheet.yearly.opex, in_year))
    used = sheet.flowed_from(u, "grid", "scenario", "year", "day_type", "slot")
    yield from sheet.limit("Grid limit", used, f"({u.grid_limit_kwh}+{u.hours}*{u.upgrade_kw})")
    left = f"{most}-{sheet.of_limits(f, 'most', 'Grid limit')}+{sheet.of_limits(f, 'used', 'Grid limit')}"
    tightest = f"MAX(0,{largest(f'{is_limited}*({drawn}-({left}))')})"
    yield SheetCheck("Tightest slot", "no slot has less left of the grid limit than Limits says", tightest)


def one_limit(inputs: Read) -> Iterator[Problem]:
    """Every scenario has a limit of the grid: as energy of a slot, as power, or both."""
    rows = inputs["tblScenarios"]
    for i in range(len(rows)):
        limits = [of_scenario(rows, inputs.settings, name, i) for name in ("grid_limit_kwh", "grid_limit_kw")]
        if all(limit.value is None for limit in limits):
            sheets = [cell.where.rpartition("!")[0] for cell in inputs.settings.values() if "!" in cell.where]
            where = limits[0].where if "!" in limits[0].where else sheets[0] if sheets else ""
            yield error(
                where,
                "Grid limit [kWh] is missing, and Grid limit as power [kW] too; one of them is needed.",
                "Enter the most energy that the grid gives in one slot, or the power of the connection.",
            )
            return


def _rows(sheet: Any) -> str:
    """A row for each year of a scenario that has the limit."""
    y = sheet.yearly
    return f"SUMPRODUCT({y.is_set('grid_limit_kwh')}*ISNUMBER({y.year}))"


PART = Part(
    "grid",
    figures=(
        Figure(
            "grid_price",
            "Grid price",
            "the price of energy from the grid in the slot",
            "USD/kWh",
            highest=1000,
            study=("GridElectricityPrice (USD / kWh)",),
            usual=(0.02, 1),
            when_zero="energy from the grid costs nothing",
            table="tblEnergy",
            axes="ds",
        ),
        Figure(
            "grid_limit_kwh",
            "Grid limit",
            "the most energy that the grid gives in one slot; blank: only the grid limit as power counts",
            "kWh",
            is_needed=False,
            study=("GridEnergyLimitsUpper",),
            usual=(10, 100_000),
            axes="s",
            is_of_scenario=True,
            counted="kWh per slot",
        ),
    ),
    decisions=(flow("grid", "load", "energy bought", most_bought, "#A5A5A5"),),
    quantities=(Quantity("grid_import", "yds", "kWh/d", grid_import),),
    shown=(Shown("grid_price", "Grid price", "price of energy from the grid", "USD/kWh", 2),),
    rules=(
        Rule(
            "grid_limit",
            "yds",
            "limit",
            grid_limit,
            "Grid limit",
            "kWh/d",
            rank=2,
            raised_by="grid_limit_kwh",
            has_room=True,
            where=lambda case: np.isfinite(case.grid_limit_kwh),
            rows_told=_rows,
        ),
    ),
    money=(
        Money(
            "opex",
            "yds",
            opex,
            1,
            "OpEx",
            "spent on energy from the grid",
            rank=3,
            said="energy from the grid",
            by_slot=("grid_cost", "Grid cost", "paid for energy from the grid"),
            colour="#A5A5A5",
            csv="OPEXCost",
        ),
    ),
    checks=(one_limit,),
    recount=recount,
    recheck=recheck,
    sheet_checks=sheet_checks,
)
