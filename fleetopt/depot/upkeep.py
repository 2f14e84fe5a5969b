"""Upkeep: what keeping all that is there costs in a year, what existed before included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from fleetopt.depot.part import Array, Decided, Figure, Given, Money, Part, SheetCheck
from fleetopt.words.expression import Expression
from fleetopt.words.sheet_formulas import total_differs


def upkeep(case: Given, x: Decided) -> Expression:
    """sum(item_upkeep[n] * what is there of n)   (y,) [USD]."""
    return (case.item_upkeep * x.there).sum(axis=0)


def recount(case: Given, plan: Any) -> Mapping[str, Array]:
    """Thing by thing: what was there before, and what is bought and not yet gone."""
    due = np.zeros(len(case.years))
    for n in range(len(case.items)):
        price, life = case.item_upkeep[n, 0], case.item_life[n, 0]
        for y in range(len(case.years)):
            due[y] += price * case.item_existing[n, 0]
            due[y] += sum(price * plan.bought[n, k] for k in range(y + 1) if y < k + life)
    return {"upkeep": due}


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """What keeping all that is there costs, weighted by year."""
    y, p = sheet.yearly, sheet.purchases
    due = f"SUMPRODUCT({p.installed}*{sheet.of_purchases('upkeep')}*({p.year}-1900))"
    yield SheetCheck(
        "upkeep",
        "what is there x its upkeep, weighted by year",
        total_differs(f"SUMPRODUCT({y.upkeep}*({y.year}-1900))", due),
    )


PART = Part(
    "upkeep",
    figures=(
        Figure(
            "solar_om",
            "Solar upkeep",
            "what keeping solar costs",
            "USD/kWp/year",
            default=0.0,
            usual=(1, 100),
            axes="",
            is_of_scenario=True,
            is_quiet=True,
        ),
        Figure(
            "battery_om",
            "Battery upkeep",
            "what keeping the battery costs",
            "USD/kWh/year",
            default=0.0,
            usual=(0.5, 50),
            axes="",
            is_of_scenario=True,
            is_quiet=True,
        ),
        Figure(
            "charger_om",
            "Upkeep",
            "what keeping one such charger costs",
            "USD/unit/year",
            default=0.0,
            usual=(20, 20_000),
            table="tblChargers",
            axes="c",
            is_quiet=True,
        ),
    ),
    money=(
        Money(
            "upkeep",
            "y",
            upkeep,
            1,
            "Upkeep",
            "spent on operation and maintenance of what is there",
            rank=5,
            said="upkeep",
            colour="#A5A5A5",
            csv="Upkeep",
        ),
    ),
    is_on=lambda case: bool(case.item_upkeep.any()),
    recount=recount,
    sheet_checks=sheet_checks,
)
