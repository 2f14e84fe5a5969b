"""The same model as a careful Pyomo user writes it: indexed variables, and rules over plain Python numbers.

`build` counts the concrete model with its objective, and no solver; `check` shows that it is the same model. The case
and the imports are there before the clock starts.
"""

from __future__ import annotations

import time
from typing import Any

import pyomo.environ as pyo
from pyomo.repn import generate_standard_repn

from fleetopt.depot.case import Case
from tests.benchmarks.process import answer, point


def build(case: Case) -> pyo.ConcreteModel:
    """Write the formulation down."""
    m = pyo.ConcreteModel()
    m.Y, m.D, m.S, m.C = (pyo.RangeSet(0, case.sizes[axis] - 1) for axis in "ydsc")
    declare_variables(m)
    add_installed(m, case)
    add_flows(m, case)
    add_limits(m, case)
    add_cost(m, case)
    return m


def declare_variables(m: pyo.ConcreteModel) -> None:
    """Declare the decisions; all are 0 or more, chargers are bought whole."""
    m.solar_add = pyo.Var(m.Y, domain=pyo.NonNegativeReals)
    m.battery_add = pyo.Var(m.Y, domain=pyo.NonNegativeReals)
    m.charger_add = pyo.Var(m.C, m.Y, domain=pyo.NonNegativeIntegers)
    m.solar_kwp = pyo.Var(m.Y, domain=pyo.NonNegativeReals)
    m.battery_kwh = pyo.Var(m.Y, domain=pyo.NonNegativeReals)
    m.chargers = pyo.Var(m.C, m.Y, domain=pyo.NonNegativeReals)
    m.solar_to_load = pyo.Var(m.Y, m.D, m.S, domain=pyo.NonNegativeReals)
    m.solar_to_battery = pyo.Var(m.Y, m.D, m.S, domain=pyo.NonNegativeReals)
    m.solar_to_grid = pyo.Var(m.Y, m.D, m.S, domain=pyo.NonNegativeReals)
    m.battery_to_load = pyo.Var(m.Y, m.D, m.S, domain=pyo.NonNegativeReals)
    m.battery_to_grid = pyo.Var(m.Y, m.D, m.S, domain=pyo.NonNegativeReals)
    m.grid_to_load = pyo.Var(m.Y, m.D, m.S, domain=pyo.NonNegativeReals)
    m.soc = pyo.Var(m.Y, m.D, m.S, domain=pyo.NonNegativeReals)


def add_installed(m: pyo.ConcreteModel, case: Case) -> None:
    """What is installed is what was there and what was bought until then."""
    existing = case.chargers_existing.tolist()

    @m.Constraint(m.Y)
    def solar_installed(m, y):
        return m.solar_kwp[y] == case.solar_existing_kwp + sum(m.solar_add[k] for k in m.Y if k <= y)

    @m.Constraint(m.Y)
    def battery_installed(m, y):
        return m.battery_kwh[y] == case.battery_existing_kwh + sum(m.battery_add[k] for k in m.Y if k <= y)

    @m.Constraint(m.C, m.Y)
    def chargers_installed(m, c, y):
        return m.chargers[c, y] == existing[c] + sum(m.charger_add[c, k] for k in m.Y if k <= y)


def add_flows(m: pyo.ConcreteModel, case: Case) -> None:
    """Balance demand, solar and battery in every slot."""
    demand = (case.charging_kwh + case.baseload_kwh).tolist()
    solar_yield = case.solar_yield.tolist()
    slots = case.sizes["s"]

    @m.Constraint(m.Y, m.D, m.S)
    def demand_balance(m, y, d, s):
        return m.solar_to_load[y, d, s] + m.battery_to_load[y, d, s] + m.grid_to_load[y, d, s] == demand[y][d][s]

    @m.Constraint(m.Y, m.D, m.S)
    def solar_balance(m, y, d, s):
        used = m.solar_to_load[y, d, s] + m.solar_to_battery[y, d, s] + m.solar_to_grid[y, d, s]
        return used == solar_yield[d][s] * m.solar_kwp[y]

    @m.Constraint(m.Y, m.D, m.S)
    def battery_balance(m, y, d, s):
        b = (s - 1) % slots
        given = m.battery_to_load[y, d, b] + m.battery_to_grid[y, d, b]
        return m.soc[y, d, s] == m.soc[y, d, b] + m.solar_to_battery[y, d, b] - given


def add_limits(m: pyo.ConcreteModel, case: Case) -> None:
    """Keep within battery, grid, chargers, room and budget."""
    share, most_grid = case.discharge_share.tolist(), case.grid_limit_kwh.tolist()
    power, hours, charging = case.power_kw.tolist(), case.hours.tolist(), case.charging_kwh.tolist()

    @m.Constraint(m.Y, m.D, m.S)
    def discharge_limit(m, y, d, s):
        return m.battery_to_load[y, d, s] + m.battery_to_grid[y, d, s] <= share[s] * m.battery_kwh[y]

    @m.Constraint(m.Y, m.D, m.S)
    def soc_limit(m, y, d, s):
        return m.soc[y, d, s] <= m.battery_kwh[y]

    @m.Constraint(m.Y, m.D, m.S)
    def grid_limit(m, y, d, s):
        return m.grid_to_load[y, d, s] <= most_grid[s]

    @m.Constraint(m.Y, m.D, m.S)
    def charger_capacity(m, y, d, s):
        return sum(power[c] * hours[s] * m.chargers[c, y] for c in m.C) >= charging[y][d][s]

    m.solar_room = pyo.Constraint(expr=sum(m.solar_add.values()) <= case.solar_max_added_kwp)
    m.battery_room = pyo.Constraint(expr=sum(m.battery_add.values()) <= case.battery_max_kwh)

    @m.Constraint(m.Y)
    def capex_budget(m, y):
        return capex(m, case, y) <= float(case.capex_budget[y])


def capex(m: pyo.ConcreteModel, case: Case, y: int) -> Any:
    """Spent on purchases in a year [USD]."""
    chargers = sum(float(case.charger_price[c, y]) * m.charger_add[c, y] for c in m.C)
    solar, battery = float(case.solar_price[y]), float(case.battery_price[y])
    return solar * m.solar_add[y] + battery * m.battery_add[y] + chargers


def add_cost(m: pyo.ConcreteModel, case: Case) -> None:
    """Minimise purchases and grid energy less exports [USD]."""
    grid_price = (case.days[:, None] * case.grid_price).tolist()
    export_price = (case.days[:, None] * case.export_ratio * case.grid_price).tolist()
    spent = pyo.quicksum(capex(m, case, y) for y in m.Y)
    flows = [(y, d, s) for y in m.Y for d in m.D for s in m.S]
    opex = pyo.quicksum(grid_price[d][s] * m.grid_to_load[y, d, s] for y, d, s in flows)
    solar = pyo.quicksum(export_price[d][s] * m.solar_to_grid[y, d, s] for y, d, s in flows)
    battery = pyo.quicksum(export_price[d][s] * m.battery_to_grid[y, d, s] for y, d, s in flows)
    m.total_cost = pyo.Objective(expr=spent + opex - solar - battery, sense=pyo.minimize)


def build_only(case: Case) -> dict[str, Any]:
    """Seconds to build, and the model's rows and columns."""
    started = time.perf_counter()
    m = build(case)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, **_size(m)}


def check(case: Case) -> dict[str, Any]:
    """The model's size and optimum, and its cost [USD] and the sum of its slacks at a point."""
    m = build(case)
    size = _size(m)
    rows = list(m.component_data_objects(pyo.Constraint))
    nonzeros = sum(len(generate_standard_repn(row.body).linear_vars) for row in rows)
    for column, value in zip(m.component_data_objects(pyo.Var), point(size["columns"]).tolist(), strict=True):
        column.set_value(value, skip_validation=True)
    figures = {"nonzeros": nonzeros, "cost": pyo.value(m.total_cost), "slacks": sum(row.slack() for row in rows)}
    solver = pyo.SolverFactory("appsi_highs")
    solver.options["mip_rel_gap"] = 0.0
    pyo.assert_optimal_termination(solver.solve(m))
    return {**size, **figures, "optimum": pyo.value(m.total_cost)}


def _size(m: pyo.ConcreteModel) -> dict[str, int]:
    return {
        "rows": sum(len(rows) for rows in m.component_objects(pyo.Constraint)),
        "columns": sum(len(columns) for columns in m.component_objects(pyo.Var)),
    }


if __name__ == "__main__":
    answer({"build": build_only, "check": check})
