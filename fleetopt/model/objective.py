"""The money of the formulation, each as an expression whose elements add up to USD."""

from __future__ import annotations

from fleetopt.depot.case import Case
from fleetopt.model.linear import LinearProgram
from fleetopt.model.variables import Variables
from fleetopt.words.expression import Expression


def capex(case: Case, v: Variables) -> Expression:
    """solar_price * solar_add + battery_price * battery_add + sum(charger_price[c] * charger_add[c])   (y,) [USD]."""
    chargers = (case.charger_price * v.charger_add).sum(axis=0)
    return case.solar_price * v.solar_add + case.battery_price * v.battery_add + chargers


def opex(case: Case, v: Variables) -> Expression:
    """days[d] * grid_price * grid_to_load   (y, d, s) [USD]."""
    return case.days[:, None] * case.grid_price * v.grid_to_load


def solar_export_revenue(case: Case, v: Variables) -> Expression:
    """days[d] * export_ratio * grid_price * solar_to_grid   (y, d, s) [USD]."""
    return case.days[:, None] * case.export_ratio * case.grid_price * v.solar_to_grid


def battery_export_revenue(case: Case, v: Variables) -> Expression:
    """days[d] * export_ratio * grid_price * battery_to_grid   (y, d, s) [USD]."""
    return case.days[:, None] * case.export_ratio * case.grid_price * v.battery_to_grid


def total_cost(m: LinearProgram, case: Case, v: Variables) -> None:
    """Minimise the sum over y of capex + opex - solar_export_revenue - battery_export_revenue   [USD]."""
    m.minimize(capex(case, v), opex(case, v), -solar_export_revenue(case, v), -battery_export_revenue(case, v))
