"""What a solver says, made certain: that a plan is the least, or that there is none, by a certificate.

A solver proposes; the certificate judges. Where it cannot be had in time, a second solver is asked, and it is said.
"""

from __future__ import annotations

import contextlib
import math
from dataclasses import replace
from typing import Final

from fleetopt.model.certificate import Certificate
from fleetopt.model.program import Program
from fleetopt.solvers.backend import solve
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


def as_least(
    program: Program, solution: Solution, solver: str, deadline: Deadline, gap: float
) -> tuple[Solution, Certificate | None, list[str]]:
    """Search for the proof that a plan is the least.

    Returns:
        The plan, or a cheaper one that turned up; its certificate, complete or not; and what is to be said.
    """
    if solution.status != "optimal":
        return solution, None, []
    certificate, better = _searched(program, solution.objective, deadline, gap)
    said = []
    if better is not None:
        dearer = solution.objective - better.objective
        said = [f"{_NAMES[solver]} called a plan optimal that is {dearer:,.2f} USD dearer than this one."]
        bound = max(certificate.bound, -math.inf) if certificate else -math.inf
        solution = replace(better, bound=min(bound, better.objective))
    if certificate is not None and certificate.is_complete:
        # the bound is the cost itself, but for rounding
        return replace(solution, bound=solution.objective if gap == 0 else certificate.bound), certificate, said
    return solution, certificate, said


def on_the_word_of(program: Program, solution: Solution, solver: str, deadline: Deadline) -> str:
    """Who says that a plan is the least, where that is not certified: `SCIP and HiGHS`; a second solver is asked."""
    other = _other(solver)
    if program.size[0] <= MOST_ROWS:
        with contextlib.suppress(SolverError):
            second = solve(program, other, deadline.within(_SECOND_SECONDS))
            is_alike = abs(second.objective - solution.objective) <= _ALIKE * max(1.0, abs(second.objective))
            if second.status == "optimal" and is_alike:
                return f"{_NAMES[solver]} and {_NAMES[other]}"
    return _NAMES[solver]


def without_plan(program: Program, solver: str, deadline: Deadline) -> tuple[Certificate | None, Solution, list[str]]:
    """See that there is no plan: by a certificate, else on a second solver's word.

    Returns:
        The certificate; what holds then: no plan, one that was found all the same, or neither; and what is to be said.
    """
    certificate, better = _searched(program, math.inf, deadline, 0.0)
    if better is not None:
        return None, replace(better, bound=-math.inf), [f"{_NAMES[solver]} found no plan; there is one."]
    if certificate is not None and certificate.is_complete:
        return certificate, Solution("infeasible"), []
    other = _other(solver)
    with contextlib.suppress(SolverError):
        second = solve(program, other, deadline.within(_SECOND_SECONDS))
        if second.values is not None:
            one = f"{_NAMES[solver]} says that there is no plan"
            return None, Solution("no_solution"), [f"{one}, {_NAMES[other]} has one of {second.objective:,.2f} USD."]
        if second.status == "infeasible":
            both = f"{_NAMES[solver]} and {_NAMES[other]} say"
            return certificate, second, [f"That there is no plan is what {both}; it is not certified."]
    alone = f"That there is no plan is what {_NAMES[solver]} says; it is not certified."
    return certificate, Solution("infeasible"), [alone]


def _other(solver: str) -> str:
    return "scip" if solver == "highs" else "highs"


def _searched(
    program: Program, cost: float, deadline: Deadline, gap: float
) -> tuple[Certificate | None, Solution | None]:
    """Search for the certificate of a plan's cost, or of no plan at all; and a cheaper plan if one turns up."""
    if program.size[0] > MOST_ROWS:
        return None, None
    limited = deadline if deadline.limit is not None else deadline.within(_SEARCH_SECONDS)
    try:
        return Search(program).certify(cost, limited, gap)
    except SolverError:
        return None, None
