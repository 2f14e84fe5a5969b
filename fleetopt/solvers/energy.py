"""The energy problem: the linear programme that is left once the chargers are chosen.

Chargers touch the energy only through what they leave of each year's budget, so the least cost is a convex function of
the chargers bought, and every solve gives a plane below it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fleetopt.model.program import Program
from fleetopt.solvers.backend import LinearSession
from fleetopt.solvers.deadline import Deadline
from fleetopt.solvers.messages import Solution, SolverError
from fleetopt.words.expression import FloatArray, IndexArray

_BINDING = 1e-9
"""A dual or reduced cost above this is one, and holds its row or column to the optimum; below is rounding."""
_ROUNDING = 1e-12
"""Rounding grows with the largest cost, by this share of it."""


@dataclass(frozen=True)
class Plane:
    """`level + sum(slopes * charger_add)` is never above the function it was taken from."""

    slopes: FloatArray
    """(c, y) [USD/unit]."""
    level: float
    """[USD]."""


class EnergyProblem:
    """Least cost of energy, solar and battery for given chargers."""

    def __init__(self, program: Program, tick: Callable[[], None] | None = None) -> None:
        """Load the formulation with the chargers left open; `tick` is called from time to time during a solve."""
        self.program = program
        self._tick = tick
        self._session = LinearSession(program, tick)
        self._shortfall: LinearSession | None = None
        self._charger_columns = columns_of(program, "charger_add")
        self._charger_shape = program.column_families["charger_add"].shape

    def solve(self, charger_add: FloatArray, deadline: Deadline) -> Solution:
        """Least cost with these chargers bought: status optimal, infeasible, or no_solution when time ran out."""
        self._fix(self._session, charger_add)
        return self._session.solve(deadline)

    def plane(self, solution: Solution, charger_add: FloatArray) -> Plane:
        """Lower bound on the cost of every choice of chargers, exact at the one that was solved."""
        slopes = _duals(solution.reduced_costs)[self._charger_columns].reshape(self._charger_shape)
        return Plane(slopes, solution.objective - float((slopes * charger_add).sum()))

    def barrier(self, charger_add: FloatArray, deadline: Deadline) -> Plane | None:
        """Lower bound on how far budget and charging power fall short with any chargers, exact for these.

        Above 0 everywhere when no chargers at all would help. None when time ran out.
        """
        if self._shortfall is None:
            elastic = self.program.elastic("capex_budget", "charger_capacity")
            self._shortfall = LinearSession(elastic, self._tick)
        self._fix(self._shortfall, charger_add)
        solution = self._shortfall.solve(deadline)
        if solution.status == "infeasible":
            return Plane(np.zeros(self._charger_shape), 1.0)
        return self.plane(solution, charger_add) if solution.status == "optimal" else None

    def least(self, cost: FloatArray, deadline: Deadline) -> Solution:
        """Minimise another cost over the plans that are left."""
        self._session.set_cost(cost)
        return self._session.solve(deadline)

    def keep_optimal(self, solution: Solution, cost: FloatArray) -> None:
        """Keep, of the plans that are left, exactly those as good as this solution.

        By complementary slackness these are the plans in which every column with a reduced cost and every row with a
        dual stays at the bound where the solution has it.
        """
        least = _BINDING + _ROUNDING * float(np.abs(cost).max())
        values = _duals(solution.values)
        reduced, duals = _duals(solution.reduced_costs), _duals(solution.row_duals)
        columns = np.flatnonzero(np.abs(reduced) > least)
        lower, upper = self._session.column_bounds
        at = nearest(values[columns], lower[columns], upper[columns])
        self._session.bound_columns(columns, at, at)
        rows = np.flatnonzero(np.abs(duals) > least)
        low, high = self._session.row_bounds
        limit = np.where(np.isfinite(low[rows]), low[rows], high[rows])  # every row has one limit, or two equal ones
        self._session.bound_rows(rows, limit, limit)

    def _fix(self, session: LinearSession, charger_add: FloatArray) -> None:
        bought = np.asarray(charger_add, dtype=float).ravel()
        session.bound_columns(self._charger_columns, bought, bought)


def nearest(values: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
    """For each value the one of its two bounds that it is closer to."""
    return np.where(np.abs(values - lower) <= np.abs(values - upper), lower, upper)


def columns_of(program: Program, name: str) -> IndexArray:
    """Indices of a column family's columns."""
    return np.arange(*program.column_families[name].slice.indices(program.size[1]))


def _duals(array: FloatArray | None) -> FloatArray:
    if array is None:
        raise SolverError("the linear solver returned no duals")
    return array
