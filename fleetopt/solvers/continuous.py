"""The continuous problem: the linear programme that is left once everything whole is chosen.

Its least cost is a convex function of what is whole, so every solve gives a plane below it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fleetopt.model.program import Program
from fleetopt.solvers.backend import LinearSession
from fleetopt.solvers.deadline import Deadline
from fleetopt.solvers.messages import Solution, SolverError
from fleetopt.words.expression import FloatArray

_BINDING = 1e-9
"""A dual or reduced cost above this is one, and holds its row or column to the optimum; below is rounding."""
_ROUNDING = 1e-12
"""Rounding grows with the largest cost, by this share of it."""


@dataclass(frozen=True)
class Plane:
    """`level + slopes @ whole` is never above the function it was taken from."""

    slopes: FloatArray
    """(w,) [USD/unit]."""
    level: float
    """[USD]."""


class ContinuousProblem:
    """Least cost of all that is not whole, for given whole numbers."""

    def __init__(self, program: Program, tick: Callable[[], None] | None = None) -> None:
        """Load the formulation with what is whole left open; `tick` is called from time to time during a solve."""
        self.program = program
        self.tick = tick
        self._session = LinearSession(program, self._tick)
        self._shortfall: LinearSession | None = None

    def relaxed(self, deadline: Deadline) -> Solution:
        """Least cost with everything divisible; only before anything whole is chosen."""
        return self._session.solve(deadline)

    def solve(self, whole: FloatArray, deadline: Deadline) -> Solution:
        """Least cost with these bought: status optimal, infeasible, or no_solution when time ran out."""
        self._fix(self._session, whole)
        return self._session.solve(deadline)

    def plane(self, solution: Solution, whole: FloatArray) -> Plane:
        """Lower bound on the cost of every choice, exact at the one that was solved."""
        slopes = _duals(solution.reduced_costs)[self.program.integers.columns]
        return Plane(slopes, solution.objective - float((slopes * whole).sum()))

    def barrier(self, whole: FloatArray, deadline: Deadline) -> Plane | None:
        """Lower bound on how far the rows with anything whole fall short for any choice, exact for this one.

        Above 0 everywhere when no choice at all would help. None when time ran out.
        """
        if self._shortfall is None:
            self._shortfall = LinearSession(self.program.breakable(self.program.integers.linking), self._tick)
        self._fix(self._shortfall, whole)
        solution = self._shortfall.solve(deadline)
        if solution.status == "infeasible":
            return Plane(np.zeros(len(whole)), 1.0)
        return self.plane(solution, whole) if solution.status == "optimal" else None

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

    def _fix(self, session: LinearSession, whole: FloatArray) -> None:
        session.bound_columns(self.program.integers.columns, whole, whole)

    def _tick(self) -> None:
        if self.tick:
            self.tick()


def nearest(values: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
    """For each value the one of its two bounds that it is closer to."""
    return np.where(np.abs(values - lower) <= np.abs(values - upper), lower, upper)


def _duals(array: FloatArray | None) -> FloatArray:
    if array is None:
        raise SolverError("the linear solver returned no duals")
    return array
