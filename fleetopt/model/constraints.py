"""The constraints of the formulation, one function for each family; the docstring is the formula with its unit.

Indices: y year, d day type, s slot, c charger type. An array by year is spread over its days and slots with
`[:, None, None]`.
"""

from __future__ import annotations

from fleetopt.depot.case import Case
from fleetopt.model.linear import LinearProgram
from fleetopt.model.objective import capex
from fleetopt.model.variables import Variables


def solar_installed(m: LinearProgram, case: Case, v: Variables) -> None:
    """solar_kwp[y] == solar_existing_kwp + sum(solar_add[k] for k <= y)   [kWp]."""
    m.add("solar_installed", "y", v.solar_kwp == case.solar_existing_kwp + v.solar_add.cumsum())


def battery_installed(m: LinearProgram, case: Case, v: Variables) -> None:
    """battery_kwh[y] == battery_existing_kwh + sum(battery_add[k] for k <= y)   [kWh]."""
    m.add("battery_installed", "y", v.battery_kwh == case.battery_existing_kwh + v.battery_add.cumsum())


def chargers_installed(m: LinearProgram, case: Case, v: Variables) -> None:
    """chargers[c, y] == chargers_existing[c] + sum(charger_add[c, k] for k <= y)   [units]."""
    m.add("chargers_installed", "cy", v.chargers == case.chargers_existing[:, None] + v.charger_add.cumsum())


def demand_balance(m: LinearProgram, case: Case, v: Variables) -> None:
    """solar_to_load + battery_to_load + grid_to_load == charging_kwh + baseload_kwh   [kWh a day]."""
    m.add(
        "demand_balance",
        "yds",
        v.solar_to_load + v.battery_to_load + v.grid_to_load == case.charging_kwh + case.baseload_kwh,
    )


def solar_balance(m: LinearProgram, case: Case, v: Variables) -> None:
    """solar_to_load + solar_to_battery + solar_to_grid == solar_yield * solar_kwp[y]   [kWh a day]."""
    m.add(
        "solar_balance",
        "yds",
        v.solar_to_load + v.solar_to_battery + v.solar_to_grid == case.solar_yield * v.solar_kwp[:, None, None],
    )


def battery_balance(m: LinearProgram, _case: Case, v: Variables) -> None:
    """soc[s] == (soc + solar_to_battery - battery_to_load - battery_to_grid)[s - 1], cyclic in the day   [kWh]."""
    after_slot = v.soc + v.solar_to_battery - v.battery_to_load - v.battery_to_grid
    m.add("battery_balance", "yds", v.soc == after_slot.roll(1, axis=2))


def discharge_limit(m: LinearProgram, case: Case, v: Variables) -> None:
    """battery_to_load + battery_to_grid <= discharge_share * battery_kwh[y]   [kWh a day]."""
    m.add(
        "discharge_limit",
        "yds",
        v.battery_to_load + v.battery_to_grid <= case.discharge_share * v.battery_kwh[:, None, None],
    )


def soc_limit(m: LinearProgram, _case: Case, v: Variables) -> None:
    """soc <= battery_kwh[y]   [kWh]."""
    m.add("soc_limit", "yds", v.soc <= v.battery_kwh[:, None, None])


def grid_limit(m: LinearProgram, case: Case, v: Variables) -> None:
    """grid_to_load <= grid_limit_kwh[s]   [kWh a day]."""
    m.add("grid_limit", "yds", v.grid_to_load <= case.grid_limit_kwh)


def charger_capacity(m: LinearProgram, case: Case, v: Variables) -> None:
    """sum(power_kw[c] * chargers[c, y]) * hours[s] >= charging_kwh   [kWh a day]."""
    power = (case.power_kw[:, None] * v.chargers).sum(axis=0)
    m.add("charger_capacity", "yds", power[:, None, None] * case.hours >= case.charging_kwh)


def solar_room(m: LinearProgram, case: Case, v: Variables) -> None:
    """sum(solar_add) <= solar_max_added_kwp   [kWp]."""
    m.add("solar_room", "", v.solar_add.sum() <= case.solar_max_added_kwp)


def battery_room(m: LinearProgram, case: Case, v: Variables) -> None:
    """sum(battery_add) <= battery_max_kwh   [kWh]."""
    m.add("battery_room", "", v.battery_add.sum() <= case.battery_max_kwh)


def capex_budget(m: LinearProgram, case: Case, v: Variables) -> None:
    """capex[y] <= capex_budget[y]   [USD]."""
    m.add("capex_budget", "y", capex(case, v) <= case.capex_budget)


ALL = (
    solar_installed,
    battery_installed,
    chargers_installed,
    demand_balance,
    solar_balance,
    battery_balance,
    discharge_limit,
    soc_limit,
    grid_limit,
    charger_capacity,
    solar_room,
    battery_room,
    capex_budget,
)
