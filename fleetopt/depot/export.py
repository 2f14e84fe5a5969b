"""Export: what energy that is sold earns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from fleetopt.depot.part import Array, Decided, Derived, Figure, Given, Money, Part, SheetCheck
from fleetopt.words.expression import Expression
from fleetopt.words.sheet_formulas import differs, one_if_blank


def export_value(case: Given) -> Array:
    """days[d] * (export_price, or else export_ratio * grid_price) * energy_level   (y, d, s) [USD for kWh a day]."""
    days = case.days[:, None]
    by_ratio = days * case.export_ratio * case.grid_price
    return np.asarray(np.where(np.isfinite(case.export_price), days * case.export_price, by_ratio) * case.energy_level)


def solar_export_revenue(case: Given, x: Decided) -> Expression:
    """export_value * solar_to_grid   (y, d, s) [USD]."""
    return case.export_value * x.solar_to_grid


def battery_export_revenue(case: Given, x: Decided) -> Expression:
    """export_value * battery_to_grid   (y, d, s) [USD]."""
    return case.export_value * x.battery_to_grid


def recount(case: Given, plan: Any) -> Mapping[str, Array]:
    """What is earned, day type by day type."""

    def earned(sold: Array) -> Array:
        revenue = np.zeros(len(case.years))
        for y in range(len(case.years)):
            for d in range(len(case.day_types)):
                for s in range(len(case.slots)):
                    own = case.export_price[d, s]
                    price = own if own < np.inf else case.export_ratio * case.grid_price[d, s]
                    level = case.price_index[y] * case.energy_price_factor
                    revenue[y] += case.days[d] * price * level * sold[y, d, s]
        return revenue

    return {
        "solar_export_revenue": earned(plan.solar_to_grid),
        "battery_export_revenue": earned(plan.battery_to_grid),
    }


def assumptions(case: Given) -> Iterator[str]:
    """What exported energy earns."""
    has_battery = case.battery_existing_kwh + case.battery_max_kwh > 0
    if case.export_value.any() and case.battery_export == "yes" and has_battery:
        yield "Exported battery energy earns the same as exported solar energy."
    if not case.export_value.any() and not case.may_curtail:
        yield "Exported energy earns nothing; solar that nobody uses still counts as exported."


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """What is earned, slot by slot and year by year."""
    f = sheet.flows
    blank = sheet.is_blank("tblEnergy", "export_price", day_type=f.day_type, slot=f.slot)
    price = f"({f.export_price}+{blank}*{f.export_ratio}*{f.grid_price})"
    level = f"{f.price_index}*{one_if_blank(f.energy_price_factor)}"
    for source in ("solar", "battery"):
        revenue, sold = getattr(f, f"{source}_revenue"), getattr(f, f"{source}_to_grid")
        yield SheetCheck(
            f"{source.capitalize()} revenue",
            f"days x export price, or export ratio x grid price, x its level x {source} to grid",
            differs(revenue, f"{price}*{f.days}*{level}*{sold}"),
        )
        name = f"{source}_export_revenue"
        in_year = sheet.flowed(sheet.yearly, f"{source}_revenue", "scenario", "year")
        yield SheetCheck(name, f"{source} revenue of the year's flows", differs(getattr(sheet.yearly, name), in_year))


PART = Part(
    "export",
    figures=(
        Figure(
            "export_ratio",
            "Export ratio",
            "the price of exported energy as a share of the grid price",
            "-",
            highest=10,
            default=1.0,
            source="the depot study's first scenario",
            axes="",
            is_of_scenario=True,
            most_sensible=1.0,
            when_more="exported energy earns more than energy from the grid costs, so all solar is sold",
        ),
    ),
    derived=(Derived("export_value", "yds", "USD d/kWh", export_value),),
    money=(
        Money(
            "solar_export_revenue",
            "yds",
            solar_export_revenue,
            -1,
            "Solar export revenue",
            "earned by exporting solar",
            rank=8,
            said="exports earn",
            brief="Solar export",
            colour="#F4B183",
            by_slot=("solar_revenue", "Solar revenue", "earned by exporting solar"),
            csv="SolarExportRevenue",
        ),
        Money(
            "battery_export_revenue",
            "yds",
            battery_export_revenue,
            -1,
            "Battery export revenue",
            "earned by exporting from the battery",
            rank=9,
            said="exports earn",
            brief="Battery export",
            colour="#70AD47",
            by_slot=("battery_revenue", "Battery revenue", "earned by exporting from the battery"),
            csv="BatteryExportRevenue",
        ),
    ),
    assumptions=assumptions,
    recount=recount,
    sheet_checks=sheet_checks,
)
