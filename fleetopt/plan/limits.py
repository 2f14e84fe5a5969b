"""The limits of a depot: those that a user can change, and how much of each a plan uses where it is tightest."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from fleetopt.depot.case import Case, FloatArray
from fleetopt.plan.plan import Plan

_BINDING = 1e-6
"""Of the limit; when less is left, nothing is left."""


@dataclass(frozen=True)
class Limit:
    """A limit that the user can change."""

    setting: str
    """Its name in a case."""
    family: str
    """Its rows in the model."""
    name: str
    unit: str

    def of(self, case: Case) -> FloatArray:
        """Its present value, or values."""
        return np.asarray(getattr(case, self.setting))


GRID_LIMIT: Final = Limit("grid_limit_kwh", "grid_limit", "grid limit", "kWh per slot")
BUDGET: Final = Limit("capex_budget", "capex_budget", "yearly CapEx budget", "USD")
LIMITS: Final = (
    GRID_LIMIT,
    BUDGET,
    Limit("solar_max_added_kwp", "solar_room", "room for solar", "kWp"),
    Limit("battery_max_kwh", "battery_room", "room for battery", "kWh"),
)


@dataclass(frozen=True)
class Use:
    """One limit in one year, or over all years."""

    limit: str
    used: float
    most: float
    unit: str
    year: int | None = None
    """None: over all years."""
    day_type: str | None = None
    slot: str | None = None

    @property
    def slack(self) -> float:
        """What is left of it."""
        return self.most - self.used

    @property
    def is_binding(self) -> bool:
        """Whether nothing is left."""
        return self.slack <= _BINDING * max(1.0, self.most)


def limits(plan: Plan) -> Iterator[Use]:
    """Every limit of the formulation: for each year in its tightest slot, then the room over all years."""
    case = plan.case
    power = case.power_kw @ plan.chargers
    for y, year in enumerate(case.years):
        yield Use("CapEx budget", float(plan.capex[y]), float(case.capex_budget[y]), "USD", year)
        yield _tightest(plan, "Grid limit", y, plan.grid_to_load[y], case.grid_limit_kwh)
        yield _tightest(plan, "Charger capacity", y, case.charging_kwh[y], power[y] * case.hours)
        if plan.battery_kwh[y] > 0:
            given = plan.battery_to_load[y] + plan.battery_to_grid[y]
            yield _tightest(plan, "Battery discharge", y, given, case.discharge_share * plan.battery_kwh[y])
            yield _tightest(plan, "Battery content", y, plan.soc[y], plan.battery_kwh[y])
    yield Use("Room for solar", float(plan.solar_add.sum()), case.solar_max_added_kwp, "kWp")
    yield Use("Room for battery", float(plan.battery_add.sum()), case.battery_max_kwh, "kWh")


def _tightest(plan: Plan, limit: str, y: int, used: FloatArray, most: FloatArray) -> Use:
    """The slot of a year with the least left."""
    case = plan.case
    most = np.broadcast_to(most, used.shape)
    d, s = np.unravel_index(int((most - used).argmin()), used.shape)
    return Use(limit, float(used[d, s]), float(most[d, s]), "kWh/d", case.years[y], case.day_types[d], case.slots[s])


def room_text(case: Case, found: Mapping[Limit, float]) -> str:
    """Say how far the limits may fall: down to which grid limit, down to which budget."""
    said = []
    for limit, fall in found.items():
        present = limit.of(case)
        if (present == present.flat[0]).all():
            now = float(present.flat[0])
            least = min(now, math.ceil(now - fall - 1e-6))
            said.append(f"down to a {limit.name} of {least:,.10g} {limit.unit} (now {now:,.10g})")
        elif fall >= 1:
            said.append(f"with every {limit.name} {math.floor(fall + 1e-6):,} {limit.unit} lower")
    return f"Room left: a plan exists {', or '.join(said)}." if said else ""
