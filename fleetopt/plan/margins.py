"""How far the limits that a user can change may move: what makes a plan possible, and what room a plan leaves."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fleetopt.depot import RULES
from fleetopt.depot.case import Case, FloatArray
from fleetopt.model.formulation import build
from fleetopt.model.program import Program
from fleetopt.plan.limits import Limit, Raise, limits_of
from fleetopt.solvers.backend import fastest, solve
from fleetopt.solvers.deadline import Deadline
from fleetopt.solvers.messages import Solution, SolverError


def smallest_raise(case: Case, program: Program, limits: Sequence[Limit], deadline: Deadline) -> Raise | None:
    """The smallest raise of some limits that makes a plan possible; None when none does, or time is over.

    Where several limits rise, the sum of their raises as shares of the present values is the smallest.
    """
    weights = {limit.families: 1 / max(1.0, limit.most(case)) for limit in limits}
    least = least_cost(program.movable(weights, times=_times(case)), deadline)
    if least.status != "optimal" or least.values is None:
        return None
    moves = dict(zip(limits, least.values[-len(limits) :].tolist(), strict=True))
    raised = {limit: _rounded_up(limit.of(case), move) for limit, move in moves.items() if move > 1e-9}
    tried = least_cost(build(with_limits(case, raised)), deadline)
    if not raised or not math.isfinite(tried.objective):
        return None
    return Raise(raised, {limit: limit.of(case) for limit in raised}, moves, tried.objective)


def _times(case: Case) -> dict[str, float]:
    """By how much the limit of a rule moves where the figure that raises it moves by one."""
    return {rule.name: float(getattr(case, rule.raised_by_times)) for rule in RULES.values() if rule.raised_by_times}


def _rounded_up(present: FloatArray, move: float) -> FloatArray:
    """Limits raised by so much, to a whole number, and never to what they are."""
    raised = np.ceil(present + move - 1e-6)
    return np.where(raised <= present, np.floor(present) + 1, raised)


def with_limits(case: Case, limits: Mapping[Limit, FloatArray]) -> Case:
    """A case with other limits."""
    return case.replace(**{limit.setting: values for limit, values in limits.items()})


def room(case: Case, deadline: Deadline) -> dict[Limit, float]:
    """How far each limit of which that is told may fall, alone, while a plan still exists.

    A limit is left out where time did not suffice.
    """
    program = build(case)
    found: dict[Limit, float] = {}
    for limit in (limit for limit in limits_of(case) if limit.rule.has_room):
        lowest = -float(limit.of(case).min())
        least = least_cost(program.movable({limit.families: 1.0}, lowest, _times(case)), deadline)
        if least.status == "optimal":
            found[limit] = max(0.0, -least.objective)
    return found


def rooms(cases: Sequence[Case], deadline: Deadline) -> list[dict[Limit, float]]:
    """The room of several cases; those that differ only in what things cost have the same, so it is found once."""
    found: dict[tuple[Any, ...], dict[Limit, float]] = {}
    answers = []
    for case in cases:
        program = build(case)
        key = _possible(program), *_times(case).values()
        if key not in found:
            found[key] = room(case, deadline)
        answers.append(found[key])
    return answers


def _possible(program: Program) -> bytes:
    """All on which it depends whether there is a plan, as one key."""
    arrays = (program.row_lower, program.row_upper, program.row_starts, program.columns, program.coefficients)
    hashed = hashlib.sha256()
    for array in (*arrays, program.lower, program.upper):
        hashed.update(array.tobytes())
    return hashed.digest()


def least_cost(program: Program, deadline: Deadline) -> Solution:
    """Solve a programme with the solver that suits its size, or with another where that breaks down.

    Raises:
        SolverError: both break down.
    """
    solver = fastest(program)
    try:
        return solve(program, solver, deadline)
    except SolverError:
        return solve(program, "scip" if solver == "highs" else "highs", deadline)
