"""Independent check of a plan: every balance, limit and dollar once more, from the case and the plan alone.

Nothing of the model is used: the formulas are written out again, slot after slot and year after year. A plan that does
not pass is never shown as a plan.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fleetopt.depot.case import Case, FloatArray
from fleetopt.plan.plan import Plan

TOLERANCE = 1e-6
"""Largest residual that passes, as a share of the figure it is compared with (of 1 where that is smaller)."""


@dataclass(frozen=True)
class Verification:
    """What the check found."""

    largest_residual: float
    """Largest relative distance from any balance, limit or sum [-]."""
    largest_residual_at: str
    """Which check, where."""
    objective_usd: float
    """Cost recomputed from flows and prices [USD]."""
    failures: list[str] = field(default_factory=list)
    """What does not hold, in words; empty when the plan is good."""

    @property
    def has_passed(self) -> bool:
        """Whether everything holds."""
        return not self.failures


def verify(plan: Plan, case: Case, objective: float, bound: float) -> Verification:
    """Check a plan against its case.

    Parameters:
        objective: cost that is claimed for the plan [USD].
        bound: cost that is claimed to be the least possible [USD]; -inf when nothing is claimed.
    """
    worst, worst_at = 0.0, ""
    failures: list[str] = []
    total = _total_cost(plan, case)
    for name, where, residuals, scale in (*_residuals(plan, case), *_claims(plan, total, objective, bound)):
        relative = np.asarray(residuals) / np.maximum(1.0, np.abs(scale))
        if not np.isfinite(relative).all():
            failures.append(f"{name}: not a number")
            worst, worst_at = math.inf, name
            continue
        i = int(relative.argmax())
        place = f"{name} {where(np.unravel_index(i, relative.shape))}".rstrip()
        largest = float(relative.flat[i])
        if largest > worst:
            worst, worst_at = largest, place
        if largest > TOLERANCE:
            failures.append(f"{place}: off by {float(np.asarray(residuals).flat[i]):,.6g}")
    return Verification(worst, worst_at, float(total.sum()), failures)


_Check = tuple[str, Any, Any, Any]
"""Name, how to name a place, residuals (above 0 is wrong), figures to compare them with."""


def _residuals(plan: Plan, case: Case) -> Iterator[_Check]:
    """All constraints of the formulation."""

    def at_year(index: Any) -> str:
        return str(case.years[index[-1]])

    def at_slot(index: Any) -> str:
        return case.where(*index)

    def nowhere(_index: Any) -> str:
        return ""

    bought = {"solar_add": plan.solar_add, "battery_add": plan.battery_add, "charger_add": plan.charger_add}
    flows = {
        name: getattr(plan, name)
        for name in ("solar_to_load", "solar_to_battery", "solar_to_grid", "battery_to_load", "battery_to_grid",
                     "grid_to_load", "soc")
    }  # fmt: skip
    for name, array in bought.items():
        yield f"{name} is not negative", at_year, -array, 1.0
    for name, array in flows.items():
        yield f"{name} is not negative", at_slot, -array, 1.0
    yield "charger_add is whole", at_year, np.abs(plan.charger_add - np.round(plan.charger_add)), 1.0

    used, stored, sold = flows["solar_to_load"], flows["solar_to_battery"], flows["solar_to_grid"]
    given, resold, bought_energy, soc = (
        flows["battery_to_load"], flows["battery_to_grid"], flows["grid_to_load"], flows["soc"])  # fmt: skip
    solar, battery = (
        _until(case.solar_existing_kwp, plan.solar_add),
        _until(case.battery_existing_kwh, plan.battery_add),
    )
    for y in range(len(case.years)):

        def here(index: Any, y: int = y) -> str:
            return case.where(y, *index)

        need = case.charging_kwh[y] + case.baseload_kwh
        yield "demand_balance", here, np.abs(need - used[y] - given[y] - bought_energy[y]), need
        made = solar[y] * case.solar_yield
        yield "solar_balance", here, np.abs(made - used[y] - stored[y] - sold[y]), made
        power = sum(
            case.power_kw[c] * (case.chargers_existing[c] + plan.charger_add[c, : y + 1].sum())
            for c in range(len(case.chargers))
        )
        yield "charger_capacity", here, case.charging_kwh[y] - power * case.hours, case.charging_kwh[y]
        yield (
            "grid_limit",
            here,
            bought_energy[y] - case.grid_limit_kwh,
            np.broadcast_to(case.grid_limit_kwh, need.shape),
        )
        yield "soc_limit", here, soc[y] - battery[y], battery[y]
        for s in range(len(case.slots)):

            def at_day(index: Any, y: int = y, s: int = s) -> str:
                return case.where(y, index[0], s)

            before = s - 1  # the slot before the first is the day's last
            carried = soc[y, :, before] + stored[y, :, before] - given[y, :, before] - resold[y, :, before]
            yield "battery_balance", at_day, np.abs(soc[y, :, s] - carried), soc[y, :, s]
            share = case.c_rate * case.hours[s] if case.c_rate_basis == "hour" else case.c_rate
            yield "discharge_limit", at_day, given[y, :, s] + resold[y, :, s] - share * battery[y], share * battery[y]

    yield "solar_room", nowhere, [plan.solar_add.sum() - case.solar_max_added_kwp], case.solar_max_added_kwp
    yield "battery_room", nowhere, [plan.battery_add.sum() - case.battery_max_kwh], case.battery_max_kwh
    yield "capex_budget", at_year, _capex(plan, case) - case.capex_budget, case.capex_budget


def _claims(plan: Plan, total: FloatArray, objective: float, bound: float) -> Iterator[_Check]:
    """What the plan says of itself, and what the solver says of it."""

    def at_year(index: Any) -> str:
        return str(plan.case.years[index[0]])

    def nowhere(_index: Any) -> str:
        return ""

    case = plan.case
    days = case.days[:, None] * case.grid_price
    said = {
        "solar_kwp": (plan.solar_kwp, np.array(_until(case.solar_existing_kwp, plan.solar_add))),
        "battery_kwh": (plan.battery_kwh, np.array(_until(case.battery_existing_kwh, plan.battery_add))),
        "chargers": (
            plan.chargers.T,
            np.array(
                [case.chargers_existing + plan.charger_add[:, : y + 1].sum(axis=1) for y in range(len(case.years))]
            ),
        ),
        "capex": (plan.capex, _capex(plan, case)),
        "opex": (plan.opex, np.einsum("ds,yds->y", days, plan.grid_to_load)),
        "solar_export_revenue": (
            plan.solar_export_revenue,
            case.export_ratio * np.einsum("ds,yds->y", days, plan.solar_to_grid),
        ),
        "battery_export_revenue": (
            plan.battery_export_revenue,
            case.export_ratio * np.einsum("ds,yds->y", days, plan.battery_to_grid),
        ),
        "total_cost": (plan.total_cost, total),
    }
    for name, (stated, recomputed) in said.items():
        yield name, at_year, np.abs(stated - recomputed), recomputed
    yield "objective", nowhere, [abs(objective - float(total.sum()))], objective
    if bound > -math.inf:
        yield "best bound above the cost", nowhere, [bound - objective], objective


def _until(existing: float, bought: FloatArray) -> list[float]:
    """What is installed in each year."""
    return [existing + float(bought[: y + 1].sum()) for y in range(len(bought))]


def _capex(plan: Plan, case: Case) -> FloatArray:
    return np.array(
        [
            case.solar_price[y] * plan.solar_add[y]
            + case.battery_price[y] * plan.battery_add[y]
            + sum(case.charger_price[c, y] * plan.charger_add[c, y] for c in range(len(case.chargers)))
            for y in range(len(case.years))
        ]
    )


def _total_cost(plan: Plan, case: Case) -> FloatArray:
    """(y,) [USD], day type by day type."""
    total = _capex(plan, case)
    for y in range(len(case.years)):
        for d in range(len(case.day_types)):
            earned = plan.solar_to_grid[y, d] + plan.battery_to_grid[y, d]
            daily = case.grid_price[d] @ (plan.grid_to_load[y, d] - case.export_ratio * earned)
            total[y] += case.days[d] * daily
    return total
