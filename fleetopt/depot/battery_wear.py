"""Wear: what each kWh that the battery gives costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from fleetopt.depot.part import Array, Decided, Figure, Given, Money, Part, SheetCheck
from fleetopt.words.expression import Expression
from fleetopt.words.sheet_formulas import total_differs


def battery_wear(case: Given, x: Decided) -> Expression:
    """battery_wear * days[d] * what flows out of the battery   (y, d, s) [USD]."""
    return case.battery_wear * case.days[:, None] * x.out_of("battery")


def recount(case: Given, plan: Any) -> Mapping[str, Array]:
    """Day type by day type."""
    due = np.zeros(len(case.years))
    for y in range(len(case.years)):
        for d, days in enumerate(case.days):
            given = plan.battery_to_load[y, d].sum() + plan.battery_to_grid[y, d].sum()
            due[y] += case.battery_wear * days * given
    return {"battery_wear": due}


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """What the battery gives in all slots x wear, weighted by year."""
    y, f = sheet.yearly, sheet.flows
    given = f"{f.battery_wear}*{f.days}*({f.battery_to_load}+{f.battery_to_grid})*({f.year}-1900)"
    yield SheetCheck(
        "battery_wear",
        "days x what the battery gives x its wear, weighted by year",
        total_differs(f"SUMPRODUCT({y.battery_wear}*({y.year}-1900))", f"SUMPRODUCT({given})"),
    )


PART = Part(
    "battery_wear",
    figures=(
        Figure(
            "battery_wear",
            "Battery wear",
            "what each kWh that the battery gives costs",
            "USD/kWh",
            highest=1000,
            default=0.0,
            usual=(0.005, 0.5),
            axes="",
            is_of_scenario=True,
            is_quiet=True,
        ),
    ),
    money=(
        Money(
            "battery_wear",
            "yds",
            battery_wear,
            1,
            "Battery wear",
            "spent on wear by what the battery gives",
            rank=6,
            said="battery wear",
            colour="#C0504D",
            csv="BatteryWear",
        ),
    ),
    is_on=lambda case: case.battery_wear > 0,
    recount=recount,
    sheet_checks=sheet_checks,
)
