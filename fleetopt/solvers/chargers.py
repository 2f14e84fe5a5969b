"""The choice of chargers: whole numbers only, solved by CP-SAT.

Every coefficient is a whole number before CP-SAT sees it, rounded so that no choice is ever cut off wrongly: CP-SAT is
exact on whole numbers, and wrong by up to 9 % when it has to put continuous values on a grid.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fleetopt.depot.case import Case
from fleetopt.model.linear import LinearProgram
from fleetopt.solvers.backend import solve
from fleetopt.solvers.deadline import Deadline
from fleetopt.solvers.energy import EnergyProblem, Plane
from fleetopt.solvers.messages import Solution
from fleetopt.words.expression import Expression, FloatArray

_DIGITS = 2.0**40
"""Whole-number scale of the largest coefficient of a row."""
_ROUNDING = 1e-9
"""Relative distance below which two figures count as equal."""


class ChargerChoice:
    """Which chargers may be bought in which year, as far as the energy problem has shown."""

    def __init__(self, case: Case) -> None:
        """Start from what the chargers must serve: the highest need of each year [kW]."""
        self._case = case
        need = (case.charging_kwh / case.hours).max(axis=(1, 2))
        self._need_kw = np.maximum(0.0, need - (case.power_kw * case.chargers_existing).sum())
        with np.errstate(divide="ignore"):
            most = np.ceil(self._need_kw.max() / case.power_kw)
        self._most = np.where(np.isfinite(most), most, 0.0)[:, None] * np.ones(len(case.years))
        self.costs: list[Plane] = []
        """Each is never above the total cost [USD] of any choice."""
        self.barriers: list[Plane] = []
        """Each is 0 or less for every choice that has a plan at all."""

    def learn(self, energy: EnergyProblem, charger_add: FloatArray, deadline: Deadline) -> Solution:
        """Price a choice, and keep what that says of all others: a plane under their cost, or a barrier."""
        priced = energy.solve(charger_add, deadline)
        if priced.status == "optimal":
            self.costs.append(energy.plane(priced, charger_add))
        elif priced.status == "infeasible":
            barrier = energy.barrier(charger_add, deadline)
            if barrier is None:
                return Solution("no_solution")
            self.barriers.append(barrier)
        return priced

    def cheapest(self, deadline: Deadline) -> tuple[Solution, FloatArray | None]:
        """Find the choice whose cost can be least so far; the solution's bound is the least cost [USD] there can be."""
        m, charger_add = self._program()
        reach = [abs(plane.level) + float((np.abs(plane.slopes) * self._most).sum()) for plane in self.costs]
        unit = max([1.0, *reach]) / _DIGITS
        cost = m.variable("cost", "", lower=-2 * _DIGITS, upper=2 * _DIGITS, integer=True)
        for i, plane in enumerate(self.costs):
            slopes, level = np.floor(plane.slopes / unit), np.floor(plane.level / unit)
            m.add(f"cost_plane_{i}", "", cost - (slopes * charger_add).sum().sum() >= level)
        m.minimize(cost) if self.costs else m.minimize(self._case.charger_price * charger_add)
        program = m.finish()
        solution = solve(program, "cp-sat", deadline)
        bound = solution.bound * unit if self.costs else -np.inf
        return Solution(solution.status, bound=bound), self._chosen(solution)

    def canonical(self, most_cost: float, deadline: Deadline) -> FloatArray | None:
        """Find the one choice among those that may cost no more than this: fewest chargers, each as late as possible.

        Equals are told apart by taking the smaller number for the first charger type and year that differ. None when
        there is no such choice or time ran out.
        """
        years = len(self._case.years)
        count = np.ones_like(self._most)
        earliness = np.broadcast_to(np.arange(years, 0, -1.0), self._most.shape)
        one_by_one = np.eye(self._most.size).reshape(-1, *self._most.shape)
        m, charger_add = self._program()
        for i, plane in enumerate(self.costs):
            slopes, room = _whole(plane.slopes, most_cost - plane.level)
            m.add(f"cost_plane_{i}", "", (slopes * charger_add).sum().sum() <= room)
        chosen = None
        for i, weights in enumerate(_packed([count, earliness, *one_by_one], self._most)):
            ranked = (weights * charger_add).sum().sum()
            m.minimize(ranked)
            solution = solve(m.finish(), "cp-sat", deadline)
            chosen = self._chosen(solution)
            if chosen is None or solution.status != "optimal":
                return None
            m.add(f"rank_{i}", "", ranked <= float((weights * chosen).sum()))
        return chosen

    def _program(self) -> tuple[LinearProgram, Expression]:
        case = self._case
        m = LinearProgram(c=case.chargers, y=case.years)
        charger_add = m.variable("charger_add", "cy", upper=self._most, integer=True)
        for y, need in enumerate(self._need_kw):
            power, least = _whole(-case.power_kw, -need)
            m.add(f"charger_capacity_{y}", "", (power * charger_add[:, : y + 1].sum(axis=1)).sum() <= least)
        for y, budget in enumerate(case.capex_budget):
            price, most = _whole(case.charger_price[:, y], budget)
            m.add(f"capex_budget_{y}", "", (price * charger_add[:, y]).sum() <= most)
        for i, plane in enumerate(self.barriers):
            slopes, room = _whole(plane.slopes, -plane.level)
            m.add(f"barrier_{i}", "", (slopes * charger_add).sum().sum() <= room)
        return m, charger_add

    def _chosen(self, solution: Solution) -> FloatArray | None:
        if solution.values is None:
            return None
        return np.rint(solution.values[: self._most.size]).reshape(self._most.shape)


def _whole(slopes: FloatArray, limit: float) -> tuple[FloatArray, float]:
    """Scale `sum(slopes * x) <= limit` to whole numbers for whole x >= 0, never tighter than it was."""
    largest = max(1e-12, float(np.abs(slopes).max(initial=0.0)), abs(limit))
    scale = _DIGITS / largest
    return np.floor(slopes * scale), float(np.ceil(limit * scale + _ROUNDING * _DIGITS))


def _packed(ranks: list[FloatArray], most: FloatArray) -> list[NDArray[np.float64]]:
    """Join objectives of falling importance into as few as whole numbers of 50 bits can hold."""
    packed: list[NDArray[np.float64]] = []
    room = 0.0
    for rank in ranks:
        reach = float((rank * most).sum()) + 1.0
        if packed and room * reach < 2.0**50:
            packed[-1] = packed[-1] * reach + rank
            room *= reach
        else:
            packed.append(rank)
            room = reach
    return packed
