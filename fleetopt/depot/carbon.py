"""Carbon: what the grid's energy emits, what that costs, and how much a year may emit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from fleetopt.depot.part import (
    Array,
    Check,
    Decided,
    Derived,
    Figure,
    Given,
    Money,
    Part,
    Quantity,
    Rule,
    SheetCheck,
)
from fleetopt.words.expression import Comparison, Expression
from fleetopt.words.sheet_formulas import exceeds, total_differs


def co2_kg(case: Given) -> Array:
    """What a kWh of the grid emits in the slot; where that is blank, on the average   (d, s) [kg/kWh]."""
    return np.where(np.isfinite(case.co2), case.co2, case.co2_grid)


def co2_t(case: Given, x: Decided) -> Expression:
    """sum(days[d] * co2_kg * grid_import) / 1000   (y,) [t]."""
    return (case.days[:, None] * case.co2_kg / 1000 * x.grid_import).sum(axis=2).sum(axis=1)


def co2_cost(case: Given, x: Decided) -> Expression:
    """co2_price * co2_t[y]   (y,) [USD]."""
    return case.co2_price * x.co2_t


def co2_limit(case: Given, x: Decided) -> Comparison:
    """co2_t[y] <= co2_limit[y]   [t]."""
    return x.co2_t <= np.where(np.isfinite(case.co2_limit), case.co2_limit, 0.0)


def has_limit(case: Given) -> Array:
    """In which years there is a limit   (y,)."""
    return np.isfinite(case.co2_limit) & bool(case.co2_kg.any())


def recount(case: Given, plan: Any) -> Mapping[str, Array]:
    """Slot by slot."""
    emitted = np.zeros(len(case.years))
    for y in range(len(case.years)):
        for d, days in enumerate(case.days):
            for s in range(len(case.slots)):
                kg = case.co2[d, s] if np.isfinite(case.co2[d, s]) else case.co2_grid
                emitted[y] += days * kg * (plan.grid_to_load + plan.grid_to_battery)[y, d, s] / 1000
    return {"co2_t": emitted, "co2_cost": emitted * case.co2_price}


def recheck(case: Given, _plan: Any, counted: Mapping[str, Array]) -> Iterator[Check]:
    """Each year with a limit."""
    for y in range(len(case.years)):
        if case.co2_limit[y] < np.inf:
            most = case.co2_limit[y]
            yield Check("co2_limit", "", counted["co2_t"][y] - most, most, {"y": y})


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """What each slot's energy emits, weighted by year; what that costs; and the limit where there is one."""
    y, f, u = sheet.yearly, sheet.flows, sheet.limits
    blank = sheet.is_blank("tblEnergy", "co2", day_type=f.day_type, slot=f.slot)
    emitted = f"{f.days}*({f.co2}+{blank}*{f.co2_grid})*{sheet.out_of('grid')}/1000"
    yield SheetCheck(
        "co2_t",
        "days x CO2 of the grid x grid to load and battery, weighted by year",
        total_differs(f"SUMPRODUCT({y.co2_t}*({y.year}-1900))", f"SUMPRODUCT({emitted}*({f.year}-1900))"),
    )
    cost = total_differs(f"SUMPRODUCT({y.co2_cost})", f"SUMPRODUCT({y.co2_price}*{y.co2_t})")
    yield SheetCheck("co2_cost", "CO2 price x CO2", cost)
    is_limited = f"(1-{sheet.is_blank('tblCosts', 'co2_limit', year=y.year)})"
    yield SheetCheck("co2_limit", "CO2 of a year <= its limit", exceeds(f"{is_limited}*{y.co2_t}", y.co2_limit))
    yield from sheet.limit("CO2", u.co2_t, u.co2_limit)


def _rows(sheet: Any) -> str:
    """A row for each year with a limit of a scenario that counts CO2."""
    y = sheet.yearly
    return f"SUMPRODUCT({y.filled('co2_t')}*(1-{sheet.is_blank('tblCosts', 'co2_limit', year=y.year)}))"


PART = Part(
    "carbon",
    figures=(
        Figure(
            "co2",
            "CO2",
            "what a kWh of the grid emits in the slot; blank: what it emits on the average",
            "kg/kWh",
            highest=10,
            is_needed=False,
            usual=(0.01, 1.2),
            table="tblEnergy",
            axes="ds",
            is_quiet=True,
        ),
        Figure(
            "co2_grid",
            "CO2 of the grid",
            "what a kWh of the grid emits on the average",
            "kg/kWh",
            highest=10,
            default=0.0,
            usual=(0.01, 1.2),
            axes="",
            is_of_scenario=True,
            is_quiet=True,
        ),
        Figure(
            "co2_price",
            "CO2 price",
            "what a ton of CO2 costs",
            "USD/t",
            highest=10_000,
            default=0.0,
            usual=(5, 500),
            axes="",
            is_of_scenario=True,
            is_quiet=True,
        ),
        Figure(
            "co2_limit",
            "CO2 limit",
            "the most that the depot's energy from the grid may emit in the year; blank: no limit",
            "t",
            is_needed=False,
            usual=(1, 100_000),
            table="tblCosts",
            axes="y",
            is_quiet=True,
            called="CO2 limit",
        ),
    ),
    derived=(Derived("co2_kg", "ds", "kg/kWh", co2_kg),),
    quantities=(
        Quantity(
            "co2_t", "y", "t", co2_t, "CO2", "emitted for energy from the grid", colour="#595959", is_of_years=True
        ),
    ),
    rules=(
        Rule(
            "co2_limit",
            "y",
            "limit",
            co2_limit,
            "CO2",
            "t",
            rank=8,
            raised_by="co2_limit",
            where=has_limit,
            rows_told=_rows,
        ),
    ),
    money=(
        Money(
            "co2_cost",
            "y",
            co2_cost,
            1,
            "CO2 cost",
            "spent on CO2 of energy from the grid",
            rank=7,
            said="CO2",
            colour="#595959",
            csv="CO2Cost",
        ),
    ),
    is_on=lambda case: bool(case.co2_kg.any()),
    recount=recount,
    recheck=recheck,
    sheet_checks=sheet_checks,
)
