"""Why there is no plan, and what would make one possible."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from fleetopt.case import Case
from fleetopt.model import build
from fleetopt.model.expression import FloatArray
from fleetopt.model.program import Program
from fleetopt.problem import Problem, error
from fleetopt.solvers.backend import fastest, solve
from fleetopt.solvers.deadline import Deadline
from fleetopt.solvers.messages import Solution

_SECONDS = 60.0
"""The whole diagnosis takes no longer."""
_MOST_SHORTAGES = 12
"""More are only counted."""
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


def why_no_plan(case: Case, deadline: Deadline) -> list[Problem]:
    """Say where the limits fall short, and for each limit the smallest raise that alone suffices, tried out.

    Parameters:
        deadline: the time left to find out; a minute at most is used.
    """
    deadline = deadline.within(_SECONDS)
    program = build(case)
    shortages = [*_beyond_supply(case)] or [*_shortfalls(case, program, deadline)]
    remedies = [remedy for limit in _LIMITS if (remedy := _remedy(case, program, limit, deadline))]
    if remedies:
        advice = "One of the following would make one possible."
    elif deadline.is_over:
        advice = "There was no time to find out what would make one possible; allow more with --time-limit."
    else:
        advice = "No limit raised alone would make one possible."
    return [error("", "no plan keeps all limits.", advice), *_worst(case, shortages), *remedies]


@dataclass(frozen=True)
class _Shortage:
    """What is missing in one slot."""

    index: tuple[int, int, int]
    amount: float
    """[kWh]."""
    said: str


def _worst(case: Case, shortages: list[_Shortage]) -> Iterator[Problem]:
    """The largest shortages, in the order of time."""
    largest = sorted(shortages, key=lambda shortage: -shortage.amount)[:_MOST_SHORTAGES]
    for shortage in sorted(largest, key=lambda shortage: shortage.index):
        yield error(case.where(*shortage.index), shortage.said)
    if len(shortages) > len(largest):
        yield error("", f"{len(shortages) - len(largest)} more slots fall short by less.")


def _beyond_supply(case: Case) -> Iterator[_Shortage]:
    """Slots that need more than grid, all panels and all batteries allowed can give."""
    solar = case.solar_yield * (case.solar_existing_kwp + case.solar_max_added_kwp)
    battery = case.discharge_share * (case.battery_existing_kwh + case.battery_max_kwh)
    most = np.broadcast_to(case.grid_limit_kwh + solar + battery, case.demand_kwh.shape)
    for index, short in _positive(case.demand_kwh - most):
        yield _Shortage(
            index,
            short,
            f"{case.demand_kwh[index]:,.1f} kWh are needed, at most {most[index]:,.1f} can be supplied even with every "
            f"panel and battery allowed: {short:,.1f} kWh short.",
        )


def _shortfalls(case: Case, program: Program, deadline: Deadline) -> Iterator[_Shortage]:
    """Where energy or charging power is missing when as little as possible is missing in all."""
    solution = _least(program.elastic("demand_balance", "charger_capacity"), deadline)
    if solution.values is None:
        return
    missing = solution.values[program.size[1] :].reshape(2, *case.demand_kwh.shape)
    for what, amounts in zip(("energy", "charging power"), missing, strict=True):
        for index, short in _positive(amounts):
            yield _Shortage(index, short, f"{short:,.1f} kWh of {what} short within the present limits.")


def _positive(amounts: FloatArray) -> Iterator[tuple[tuple[int, int, int], float]]:
    for y, d, s in zip(*np.nonzero(amounts > _SHORT), strict=True):
        yield (int(y), int(d), int(s)), float(amounts[y, d, s])


def _remedy(case: Case, program: Program, limit: _Limit, deadline: Deadline) -> Problem | None:
    """The smallest raise of one limit that alone makes a plan possible, rounded up and tried out."""
    least = _least(program.elastic(limit.family, is_shared=True), deadline)
    if least.status != "optimal":
        return None
    present = np.asarray(getattr(case, limit.setting))
    raised = np.ceil(present + least.objective - 1e-6)
    tried = _least(build(replace(case, **cast(Any, {limit.setting: raised}))), deadline)
    if not math.isfinite(tried.objective):
        return None
    if present.ndim == 0 or (present == present.flat[0]).all():
        raise_it = f"Raise it from {present.flat[0]:,.10g} to {raised.flat[0]:,.10g} {limit.unit}"
    else:
        raise_it = f"Raise it everywhere by {math.ceil(least.objective - 1e-6):,} {limit.unit}"
    advice = f"{raise_it}; a plan then costs {tried.objective:,.0f} USD."
    return error(limit.setting, f"the {limit.name} is too low.", advice)


def _least(program: Program, deadline: Deadline) -> Solution:
    return solve(program, fastest(program), deadline)
