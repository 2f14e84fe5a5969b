"""Net metering: over a year no more is sold than bought."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from fleetopt.depot.part import Array, Check, Decided, Figure, Given, Part, Quantity, Rule, SheetCheck
from fleetopt.words.expression import Comparison, Expression
from fleetopt.words.sheet_formulas import exceeds, total_differs


def is_on(case: Given) -> bool:
    """Whether the meter is net."""
    return bool(case.net_metering == "yes")


def exported_kwh(case: Given, x: Decided) -> Expression:
    """sum(days[d] * everything that flows into the grid)   (y,) [kWh a year]."""
    return (case.days[:, None] * x.into("grid")).sum(axis=2).sum(axis=1)


def imported_kwh(case: Given, x: Decided) -> Expression:
    """sum(days[d] * grid_import)   (y,) [kWh a year]."""
    return (case.days[:, None] * x.grid_import).sum(axis=2).sum(axis=1)


def net_metering(_case: Given, x: Decided) -> Comparison:
    """exported_kwh[y] <= imported_kwh[y]   [kWh a year]."""
    return x.exported_kwh <= x.imported_kwh


def recount(case: Given, plan: Any) -> Mapping[str, Array]:
    """Day type by day type."""
    sold, bought = np.zeros(len(case.years)), np.zeros(len(case.years))
    for y in range(len(case.years)):
        for d, days in enumerate(case.days):
            sold[y] += days * (plan.solar_to_grid[y, d] + plan.battery_to_grid[y, d]).sum()
            bought[y] += days * (plan.grid_to_load[y, d] + plan.grid_to_battery[y, d]).sum()
    return {"exported_kwh": sold, "imported_kwh": bought}


def recheck(case: Given, _plan: Any, counted: Mapping[str, Array]) -> Iterator[Check]:
    """Each year."""
    if case.net_metering == "yes":
        most = counted["imported_kwh"]
        yield Check("net_metering", "y", counted["exported_kwh"] - most, most)


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """What a year sells and buys, weighted by year; and that it sells no more."""
    y, f, u = sheet.yearly, sheet.flows, sheet.limits
    for name, title, kwh in (
        ("exported_kwh", "Exported", sheet.into("grid")),
        ("imported_kwh", "Imported", sheet.out_of("grid")),
    ):
        stated = f"SUMPRODUCT({y.filled(name)}*{getattr(y, name)}*({y.year}-1900))"
        flowed = f"SUMPRODUCT({f.days}*{kwh}*({f.year}-1900))*(SUMPRODUCT({y.filled(name)})>0)"
        what = f"days x flows {'into' if title == 'Exported' else 'out of'} the grid, weighted by year"
        yield SheetCheck(title, what, total_differs(stated, flowed))
    sold = f"{y.has('net_metering', 'yes')}*{y.exported_kwh}"
    yield SheetCheck("net_metering", "exported in a year <= imported", exceeds(sold, y.imported_kwh))
    yield from sheet.limit("Net metering", u.exported_kwh, u.imported_kwh)


def _rows(sheet: Any) -> str:
    """A row for each year of a scenario with net metering."""
    y = sheet.yearly
    return f"SUMPRODUCT({y.has('net_metering', 'yes')}*ISNUMBER({y.year}))"


PART = Part(
    "net_metering",
    figures=(
        Figure(
            "net_metering",
            "Net metering",
            "yes: over a year no more may be exported than is imported; what is left of solar is thrown away",
            kind="choice",
            choices=("yes", "no"),
            default="no",
            axes="",
            is_of_scenario=True,
            is_quiet=True,
        ),
    ),
    quantities=(
        Quantity("exported_kwh", "y", "kWh/year", exported_kwh, "Exported", "what the year exports", "#F4B183"),
        Quantity("imported_kwh", "y", "kWh/year", imported_kwh, "Imported", "what the year imports", "#A5A5A5"),
    ),
    rules=(Rule("net_metering", "y", "limit", net_metering, "Net metering", "kWh/year", where=is_on, rows_told=_rows),),
    is_on=is_on,
    recount=recount,
    recheck=recheck,
    sheet_checks=sheet_checks,
)
