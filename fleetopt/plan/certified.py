"""What a solver says, made certain: that a plan is the least, or that there is none, by a certificate.

A solver proposes; the certificate judges, with one tolerance for all solvers. Where it cannot be had in time, a second
solver is asked, and it is said.
"""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from fleetopt.model.certificate import Certificate, tolerance
from fleetopt.model.program import Program
from fleetopt.solvers.backend import LinearSession, solve
from fleetopt.solvers.certificate import Search
from fleetopt.solvers.deadline import Deadline
from fleetopt.solvers.messages import Solution, SolverError

MOST_ROWS: Final = 10_000
"""In programmes with more rows the search would take longer than the solve."""
_SEARCH_SECONDS: Final = 10.0
"""The search takes no longer where there is no time limit."""
_SECOND_SECONDS: Final = 60.0
"""A second solver is given no longer."""
_ALIKE: Final = 1e-6
"""Costs of two solvers that differ by less, as a share, are the same."""
_NAMES: Final = {"scip": "SCIP", "highs": "HiGHS", "cp-sat": "CP-SAT"}


@dataclass(frozen=True)
class Settled:
    """What holds of a programme, whatever a solver said."""

    solution: Solution
    """A plan, no plan, or neither."""
    certificate: Certificate | None = None
    said: list[str] = field(default_factory=list)
    least_by: str = ""
    """Who says so, where it is not certified: `SCIP and HiGHS`."""


def settled(program: Program, solution: Solution, solver: str, deadline: Deadline, gap: float) -> Settled:
    """Search for the proof of what a solver said, and for what holds instead where it does not.

    Parameters:
        gap: distance from the least that is allowed, as a share of the cost.
    """
    if program.size[0] <= MOST_ROWS:
        limited = deadline if deadline.limit is not None else deadline.within(_SEARCH_SECONDS)
        with contextlib.suppress(SolverError):
            plan = _kept(program, solution, limited)
            certificate, better = Search(program).certify(plan.objective, limited, gap)
            if certificate.is_complete:
                return _certified(better or plan, certificate, solution, solver, gap)
            if better is not None:
                solution = replace(better, status="feasible", bound=min(certificate.bound, better.objective))
            return replace(_on_their_word(program, solution, solver, deadline), certificate=certificate)
    return _on_their_word(program, solution, solver, deadline)


def _kept(program: Program, solution: Solution, deadline: Deadline) -> Solution:
    """A solver's plan with its whole numbers kept and the rest solved anew, more exactly; none where none is left."""
    if solution.values is None:
        return Solution("no_solution")
    session, columns = LinearSession(program), program.integers.columns
    whole = np.rint(solution.values[columns])
    session.bound_columns(columns, whole, whole)
    return session.solve(deadline)


def _certified(plan: Solution, certificate: Certificate, solution: Solution, solver: str, gap: float) -> Settled:
    """A plan that is the least, or no plan, with what the solver had said otherwise."""
    if not math.isfinite(plan.objective):
        return Settled(Solution("infeasible"), certificate)
    said = []
    dearer = solution.objective - plan.objective
    if solution.status == "infeasible":
        said = [f"{_NAMES[solver]} found no plan; this is one."]
    elif solution.status == "optimal" and gap == 0 and dearer > 2 * tolerance(plan.objective):
        said = [f"{_NAMES[solver]} called a plan optimal that is {dearer:,.2f} USD dearer than this one."]
    bound = plan.objective if gap == 0 else min(certificate.bound, plan.objective)
    return Settled(replace(plan, status="optimal", bound=bound), certificate, said)


def _on_their_word(program: Program, solution: Solution, solver: str, deadline: Deadline) -> Settled:
    """What a solver said, and whether another says the same."""
    if solution.status not in ("optimal", "infeasible") or program.size[0] > MOST_ROWS:
        return Settled(solution, least_by=_NAMES[solver])
    other = "scip" if solver == "highs" else "highs"
    second = Solution("no_solution")
    with contextlib.suppress(SolverError):
        second = solve(program, other, deadline.within(_SECOND_SECONDS))
    both = f"{_NAMES[solver]} and {_NAMES[other]}"
    if solution.status == "optimal":
        is_alike = abs(second.objective - solution.objective) <= _ALIKE * max(1.0, abs(solution.objective))
        return Settled(solution, least_by=both if second.status == "optimal" and is_alike else _NAMES[solver])
    if second.values is not None:
        said = f"{_NAMES[solver]} says that there is no plan, {_NAMES[other]} has one of {second.objective:,.2f} USD."
        return Settled(Solution("no_solution"), said=[said])
    who = both if second.status == "infeasible" else _NAMES[solver]
    return Settled(solution, said=[f"That there is no plan is not certified: {who} say{'s' * (who != both)} so."])
