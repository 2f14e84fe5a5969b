"""What is whole: numbers of things that are bought, chosen by CP-SAT.

Every coefficient is a whole number before CP-SAT sees it, rounded so that no choice is ever cut off wrongly: CP-SAT is
exact on whole numbers, and wrong by up to 9 % when it has to put continuous values on a grid.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fleetopt.model.linear import LinearProgram
from fleetopt.model.program import Program
from fleetopt.solvers.backend import solve
from fleetopt.solvers.continuous import ContinuousProblem, Plane
from fleetopt.solvers.deadline import Deadline
from fleetopt.solvers.messages import Solution, SolverError
from fleetopt.words.expression import Expression, FloatArray

_DIGITS = 2.0**34
"""Whole-number scale of the largest coefficient of a row; from 2**38 on CP-SAT's presolve was seen to lose the best."""
_ROUNDING = 1e-9
"""Relative distance below which two figures count as equal."""


class WholeProblem:
    """Which whole numbers there can be, as far as the programme and the continuous problem have shown."""

    def __init__(self, program: Program) -> None:
        """Start from the rows that bind what is whole by itself.

        Raises:
            SolverError: a number has no end.
        """
        self._program = program
        self._most = program.integers.most
        if not np.isfinite(self._most).all():
            raise SolverError("a number of things to buy has no end")
        self._earliness = _earliness(program)
        self.costs: list[Plane] = []
        """Each is never above the total cost [USD] of any choice."""
        self.barriers: list[Plane] = []
        """Each is 0 or less for every choice that has a plan at all."""

    def learn(self, continuous: ContinuousProblem, whole: FloatArray, deadline: Deadline) -> Solution:
        """Price a choice, and keep what that says of all others: a plane under their cost, or a barrier."""
        priced = continuous.solve(whole, deadline)
        if priced.status == "optimal":
            self.costs.append(continuous.plane(priced, whole))
        elif priced.status == "infeasible":
            barrier = continuous.barrier(whole, deadline)
            if barrier is None:
                return Solution("no_solution")
            self.barriers.append(barrier)
        return priced

    def cheapest(self, deadline: Deadline) -> tuple[Solution, FloatArray | None]:
        """Find the choice whose cost can be least so far; the solution's bound is the least cost [USD] there can be."""
        m, whole = self._choices()
        reach = [abs(plane.level) + float((np.abs(plane.slopes) * self._most).sum()) for plane in self.costs]
        unit = max([1.0, *reach]) / _DIGITS
        cost = m.variable("cost", "", lower=-2 * _DIGITS, upper=2 * _DIGITS, integer=True)
        for i, plane in enumerate(self.costs):
            slopes, level = np.floor(plane.slopes / unit), np.floor(plane.level / unit)
            m.add(f"cost_plane_{i}", "", cost - (slopes * whole).sum() >= level)
        m.minimize(cost if self.costs else self._program.cost[self._program.integers.columns] * whole)
        solution = solve(m.finish(), "cp-sat", deadline)
        bound = solution.bound * unit if self.costs else -np.inf
        return Solution(solution.status, bound=bound), self._chosen(solution)

    def canonical(self, most_cost: float, deadline: Deadline) -> FloatArray | None:
        """Find the one choice among those that may cost no more than this: fewest things, each as late as possible.

        Equals are told apart by taking the smaller number for the first column that differs. None when there is no such
        choice or time ran out.
        """
        m, whole = self._choices()
        for i, plane in enumerate(self.costs):
            slopes, room = _whole(plane.slopes, most_cost - plane.level)
            m.add(f"cost_plane_{i}", "", (slopes * whole).sum() <= room)
        chosen = None
        ranks = [np.ones_like(self._most), self._earliness, *np.eye(len(self._most))]
        for i, weights in enumerate(_packed(ranks, self._most)):
            ranked = (weights * whole).sum()
            m.minimize(ranked)
            solution = solve(m.finish(), "cp-sat", deadline)
            chosen = self._chosen(solution)
            if chosen is None or solution.status != "optimal":
                return None
            m.add(f"rank_{i}", "", ranked <= float((weights * chosen).sum()))
        return chosen

    def _choices(self) -> tuple[LinearProgram, Expression]:
        m = LinearProgram(w=range(len(self._most)))
        whole = m.variable("whole", "w", upper=self._most, integer=True)
        binding = self._program.integers
        for i, (slope, limit) in enumerate(zip(binding.slopes, binding.limits, strict=True)):
            slopes, most = _whole(slope, float(limit))
            m.add(f"row_{i}", "", (slopes * whole).sum() <= most)
        for i, plane in enumerate(self.barriers):
            slopes, room = _whole(plane.slopes, -plane.level)
            m.add(f"barrier_{i}", "", (slopes * whole).sum() <= room)
        return m, whole

    def _chosen(self, solution: Solution) -> FloatArray | None:
        return None if solution.values is None else np.rint(solution.values[: len(self._most)])


def _earliness(program: Program) -> FloatArray:
    """How many years each whole thing would be there: more, the earlier it is bought."""
    found = [np.zeros(0)]
    for family in program.column_families.values():
        if program.integer[family.slice].any():
            years = len(program.sets["y"])
            shape = [years if axis == "y" else 1 for axis in family.axes]
            left = np.arange(years, 0, -1.0).reshape(shape) if "y" in family.axes else np.zeros(())
            found.append(np.broadcast_to(left, family.shape).ravel()[family.places])
    return np.concatenate(found)


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
