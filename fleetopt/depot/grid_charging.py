"""Charging the battery from the grid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from fleetopt.depot.part import Array, Check, Figure, Given, Part, Read, SheetCheck, flow
from fleetopt.words.problem import Problem, warning
from fleetopt.words.rows import of_scenario
from fleetopt.words.sheet_formulas import largest


def is_on(case: Given) -> bool:
    """Whether the battery may charge from the grid."""
    return bool(case.grid_charging == "yes")


def most_stored(case: Given) -> Array:
    """What the largest battery that there may be takes, and loses, in a slot   (d, s) [kWh a day]."""
    size = case.battery_existing_kwh + case.battery_max_kwh
    return np.full((len(case.day_types), len(case.slots)), size / case.charge_efficiency)


def bought_to_sell(inputs: Read) -> Iterator[Problem]:
    """Export that earns more than energy costs at another time of the day invites to buy for selling."""
    scenarios, energy = inputs["tblScenarios"], inputs["tblEnergy"]
    prices = [price for price in energy.values.get("grid_price", ()) if price is not None]
    for i in range(max(1, len(scenarios))):
        wanted = of_scenario(scenarios, inputs.settings, "grid_charging", i)
        ratio = of_scenario(scenarios, inputs.settings, "export_ratio", i).value
        sells = of_scenario(scenarios, inputs.settings, "battery_export", i).value != "no"
        own = [price for price in energy.values.get("export_price", ()) if price is not None]
        earned = max([*own, *((ratio or 0.0) * price for price in prices)], default=0.0)
        if wanted.value == "yes" and sells and prices and earned > min(prices):
            yield warning(
                wanted.where,
                f"export earns up to {earned:g} USD/kWh, energy costs from {min(prices):g}, and the battery may charge "
                "from the grid: a plan buys energy to sell it, as far as limits let it.",
                "Keep it if the contract allows that; else forbid it with battery_export = no.",
            )
            return


def recheck(case: Given, plan: Any, _counted: Mapping[str, Array]) -> Iterator[Check]:
    """Where it may not, the grid charges nothing."""
    if case.grid_charging == "no":
        yield Check("grid_charging", "yds", plan.grid_to_battery, 1.0)


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """Where it may not, the grid charges nothing."""
    f = sheet.flows
    charged = f"(1-{f.has('grid_charging', 'yes')})*{f.grid_to_battery}"
    yield SheetCheck("grid_charging", "a battery that may not charge from the grid does not", largest(charged))


PART = Part(
    "grid_charging",
    figures=(
        Figure(
            "grid_charging",
            "Battery charges from grid",
            "whether the battery may charge from the grid",
            kind="choice",
            choices=("no", "yes"),
            default="no",
            axes="",
            is_of_scenario=True,
            is_quiet=True,
        ),
    ),
    decisions=(flow("grid", "battery", "energy bought and stored", most_stored, "#7F7F7F", where=is_on),),
    checks=(bought_to_sell,),
    is_on=is_on,
    recheck=recheck,
    sheet_checks=sheet_checks,
)
