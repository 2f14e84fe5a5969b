"""Solar and batteries that come in whole pieces of one size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from fleetopt.depot.part import Check, Decided, Decision, Figure, Given, Part, Rule, SheetCheck
from fleetopt.words.expression import Comparison
from fleetopt.words.sheet_formulas import largest, one_if_blank

_BY_A_HAIR = 1e-9
"""So small a share of a step more room was only rounded."""


def solar_in_steps(case: Given, x: Decided) -> Comparison:
    """solar_add[y] == solar_step * solar_steps[y]   [kWp]."""
    return x.solar_add == _size(case.solar_step) * x.solar_steps


def battery_in_steps(case: Given, x: Decided) -> Comparison:
    """battery_add[y] == battery_step * battery_steps[y]   [kWh]."""
    return x.battery_add == _size(case.battery_step) * x.battery_steps


def _size(step: float) -> float:
    return step if np.isfinite(step) else 0.0


def recheck(case: Given, plan: Any, _counted: Any) -> Iterator[Check]:
    """What is bought in a year is so many pieces."""
    for name, step, bought, pieces in (
        ("solar_in_steps", case.solar_step, plan.solar_add, plan.solar_steps),
        ("battery_in_steps", case.battery_step, plan.battery_add, plan.battery_steps),
    ):
        if step < np.inf:
            yield Check(name, "y", np.abs(bought - step * pieces), bought)


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """What is bought is a multiple of its step."""
    p = sheet.purchases
    for item, unit, name in (("Solar", "kWp", "solar_step"), ("Battery", "kWh", "battery_step")):
        pieces = f"({p.bought}/{one_if_blank(getattr(p, name))})"
        is_row = f'({p.item}="{item}")*({p.unit}="{unit}")*{p.is_set(name)}'
        what = f"{item.lower()} bought / its step is whole"
        yield SheetCheck(f"{item.lower()}_in_steps", what, largest(f"{is_row}*ABS({pieces}-ROUND({pieces},0))"))


def _most(room: str, step: str) -> Callable[[Given], Any]:
    """No more pieces than there is room for."""

    def most(case: Given) -> Any:
        pieces = getattr(case, room) / getattr(case, step)
        return np.floor(pieces * (1 + _BY_A_HAIR) + _BY_A_HAIR)

    return most


def _of(name: str, header: str, unit: str, what: str, usual: tuple[float, float]) -> Figure:
    return Figure(
        name,
        header,
        f"{what} is bought in whole multiples of it; blank: any amount",
        unit,
        is_positive=True,
        is_needed=False,
        usual=usual,
        axes="",
        is_of_scenario=True,
        is_quiet=True,
    )


def _is_given(step: str) -> Callable[[Given], bool]:
    return lambda case: bool(np.isfinite(getattr(case, step)))


PART = Part(
    "steps",
    figures=(
        _of("solar_step", "Solar comes in", "kWp", "solar", (0.2, 1000)),
        _of("battery_step", "Battery comes in", "kWh", "battery", (1, 5000)),
    ),
    decisions=tuple(
        Decision(
            f"{name}_steps",
            "y",
            "pieces",
            f"pieces of {name} bought in the year",
            "state",
            is_whole=True,
            most=_most(room, f"{name}_step"),
            where=_is_given(f"{name}_step"),
        )
        for name, room in (("solar", "solar_max_added_kwp"), ("battery", "battery_max_kwh"))
    ),
    rules=(
        Rule("solar_in_steps", "y", "balance", solar_in_steps, where=_is_given("solar_step")),
        Rule("battery_in_steps", "y", "balance", battery_in_steps, where=_is_given("battery_step")),
    ),
    is_on=lambda case: bool(np.isfinite([case.solar_step, case.battery_step]).any()),
    recheck=recheck,
    sheet_checks=sheet_checks,
)
