"""One plan among equals: the same from every solver, on every machine and for every order of the input.

First what is whole: fewest, each as late as the need allows. Then, with this bought and the cost at its optimum, one
wish after the other, each granted without giving up any before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fleetopt.depot.case import Case
from fleetopt.depot.preferences import wishes
from fleetopt.model.program import Program
from fleetopt.solvers.continuous import ContinuousProblem
from fleetopt.solvers.deadline import Deadline
from fleetopt.solvers.messages import Solution
from fleetopt.solvers.whole import WholeProblem
from fleetopt.words.expression import FloatArray

MOST_ROWS = 20_000
"""Cases with more rows keep the solver's plan, one of several: the canonical one would cost more than the optimum."""
_EQUAL = 1e-9
"""Two costs this close, relative to their size, are the same cost."""


@dataclass(frozen=True)
class Canonical:
    """The values of all columns, and their cost [USD]."""

    values: FloatArray
    objective: float


def canonical(case: Case, continuous: ContinuousProblem, whole: FloatArray, deadline: Deadline) -> Canonical | None:
    """Choose the canonical plan among all as cheap as the best with these whole numbers bought.

    None when time ran out, or where rounding would make it dearer. A choice that turns out cheaper than the given one
    is taken.
    """
    program = continuous.program
    solution = _canonical_whole(continuous, whole, deadline)
    if solution is None or solution.values is None:
        return None
    objective = solution.objective
    continuous.keep_optimal(solution, program.cost)
    values = solution.values
    for wish in _weighed(case, program):
        solution = continuous.least(wish, deadline)
        if solution.status != "optimal" or solution.values is None:
            return None
        values = solution.values
        continuous.keep_optimal(solution, wish)
    given_away = program.offset + float(program.cost @ values) - objective
    return Canonical(values, objective) if given_away <= _EQUAL * max(1.0, abs(objective)) else None


def _canonical_whole(continuous: ContinuousProblem, whole: FloatArray, deadline: Deadline) -> Solution | None:
    """Solve the continuous problem for the canonical whole numbers."""
    choice = WholeProblem(continuous.program)
    solution = choice.learn(continuous, whole, deadline)
    most_cost = solution.objective + _EQUAL * max(1.0, abs(solution.objective))
    refused: set[bytes] = set()
    while solution.status in ("optimal", "infeasible"):
        proposed = choice.canonical(most_cost, deadline)
        if proposed is None or proposed.tobytes() in refused:  # within rounding of what was refused
            return None
        refused.add(proposed.tobytes())
        solution = choice.learn(continuous, proposed, deadline)
        if solution.objective <= most_cost:
            return solution
    return None


def _weighed(case: Case, program: Program) -> Iterator[FloatArray]:
    """Each wish as a cost of all columns; one of what is not there has nothing to choose."""
    for wish in wishes(case):
        cost = np.zeros(program.size[1])
        for name, weight in wish.items():
            if family := program.column_families.get(name):
                cost[family.slice] = np.broadcast_to(weight, family.shape).ravel()[family.places]
        if cost.any():
            yield cost
