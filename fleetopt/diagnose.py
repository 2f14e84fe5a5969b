"""Why there is no plan, and what would make one possible."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from fleetopt.case import Case
from fleetopt.model import build
from fleetopt.model.program import Program
from fleetopt.problem import Problem, error
from fleetopt.solvers.backend import solve
from fleetopt.solvers.deadline import Deadline
from fleetopt.solvers.messages import Solution

_SECONDS = 60.0
"""The whole diagnosis takes no longer."""
_SOLVER = "scip"
_SHORT = 1e-6
"""kWh; less is not called short."""


@dataclass(frozen=True)
class _Limit:
    """A limit that the user can raise."""

    setting: str
    family: str
    name: str
    unit: str


_LIMITS = (
    _Limit("grid_limit_kwh", "grid_limit", "grid limit", "kWh per slot"),
    _Limit("capex_budget", "capex_budget", "yearly CapEx budget", "USD"),
    _Limit("solar_max_added_kwp", "solar_room", "room for solar", "kWp"),
    _Limit("battery_max_kwh", "battery_room", "room for battery", "kWh"),
)


def why_no_plan(case: Case) -> list[Problem]:
    """Say where the limits fall short, and for each limit the smallest raise that alone suffices, tried out."""
    deadline = Deadline(_SECONDS)
    program = build(case)
    problems = [*_beyond_supply(case)] or [*_shortfalls(case, program, deadline)]
    remedies = [remedy for limit in _LIMITS if (remedy := _remedy(case, program, limit, deadline))]
    head = error(
        "",
        "no plan keeps all limits.",
        "One of the following would make one possible."
        if remedies
        else "No limit raised alone would make one possible.",
    )
    return [head, *problems, *remedies]


def _beyond_supply(case: Case) -> Iterator[Problem]:
    """Slots that need more than grid, all panels and all batteries allowed can give."""
    solar = case.solar_yield * (case.solar_existing_kwp + case.solar_max_added_kwp)
    battery = case.discharge_share * (case.battery_existing_kwh + case.battery_max_kwh)
    most = np.broadcast_to(case.grid_limit_kwh + solar + battery, case.demand_kwh.shape)
    for index in zip(*np.nonzero(case.demand_kwh > most + _SHORT), strict=True):
        need, supply = case.demand_kwh[index], most[index]
        yield error(
            case.where(*(int(i) for i in index)),
            f"{need:,.1f} kWh are needed, at most {supply:,.1f} can be supplied even with every panel and battery "
            f"allowed: {need - supply:,.1f} kWh short.",
        )


def _shortfalls(case: Case, program: Program, deadline: Deadline) -> Iterator[Problem]:
    """Where energy or charging power is missing when as little as possible is missing in all."""
    solution = _least(program.elastic("demand_balance", "charger_capacity"), deadline)
    if solution.values is None:
        return
    missing = solution.values[program.size[1] :].reshape(2, *case.demand_kwh.shape)
    for what, amounts in zip(("energy", "charging power"), missing, strict=True):
        for index in zip(*np.nonzero(amounts > _SHORT), strict=True):
            yield error(
                case.where(*(int(i) for i in index)),
                f"{amounts[index]:,.1f} kWh of {what} short within the present limits.",
            )


def _remedy(case: Case, program: Program, limit: _Limit, deadline: Deadline) -> Problem | None:
    """The smallest raise of one limit that alone makes a plan possible, rounded up and tried out."""
    least = _least(program.elastic(limit.family, is_shared=True), deadline)
    if least.status != "optimal":
        return None
    present = np.asarray(getattr(case, limit.setting))
    raised = np.ceil(present + least.objective - 1e-6)
    tried = solve(build(replace(case, **cast(Any, {limit.setting: raised}))), _SOLVER, deadline)
    if not math.isfinite(tried.objective):
        return None
    if present.ndim == 0 or (present == present.flat[0]).all():
        raise_it = f"Raise it from {present.flat[0]:,.10g} to {raised.flat[0]:,.10g} {limit.unit}"
    else:
        raise_it = f"Raise it everywhere by {math.ceil(least.objective):,} {limit.unit}"
    return error(
        limit.setting,
        f"the {limit.name} is too low.",
        f"{raise_it}; a plan then costs {tried.objective:,.0f} USD.",
    )


def _least(program: Program, deadline: Deadline) -> Solution:
    return solve(program, _SOLVER, deadline)
