"""From a case to a verified plan."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import numpy as np

from fleetopt.depot.case import Case
from fleetopt.model.formulation import build
from fleetopt.model.program import Program
from fleetopt.plan.assumptions import assumptions, told
from fleetopt.plan.certified import Settled, settled
from fleetopt.plan.diagnose import why_no_plan
from fleetopt.plan.plan import plan_of
from fleetopt.plan.result import Result, Status
from fleetopt.plan.verify import verify
from fleetopt.solvers.backend import fastest, solve
from fleetopt.solvers.canonical import MOST_ROWS, canonical
from fleetopt.solvers.continuous import ContinuousProblem
from fleetopt.solvers.deadline import Deadline
from fleetopt.solvers.decomposition import solve_by_parts
from fleetopt.solvers.messages import Solution, SolverError
from fleetopt.solvers.progress import Progress, relative_gap
from fleetopt.words.problem import error

_CANONICAL_SECONDS = 60.0
"""Far more than picking the canonical plan takes, unless figures of very different size make it go astray."""
_REPORT = "Please report this case."
_EXACT = 1e-9
"""Distance of cost and bound, as a share of the cost, that counts as none."""


def optimize(
    case: Case,
    *,
    solver: str = "auto",
    time_limit: float | None = None,
    gap: float = 0.0,
    report: Callable[[Progress], None] | None = None,
) -> Result:
    """Find the cheapest plan of a case, make it canonical and check it.

    Parameters:
        solver: auto, scip, highs or cp-sat.
        time_limit: seconds; None is no limit.
        gap: relative distance from the proven optimum at which to stop.
        report: called from time to time with how far the solver is.

    Raises:
        SolverError: a solver broke down.
        KeyboardInterrupt: the user stopped it.
    """
    deadline = Deadline(time_limit)
    program = build(case)
    chosen = fastest(program) if solver == "auto" else solver
    notes: list[str] = []
    continuous = ContinuousProblem(program) if program.size[0] <= MOST_ROWS else None
    if continuous and has_no_plan(continuous, deadline):
        solution = Solution("infeasible")
    else:
        solution, chosen, notes = _solved(program, continuous, chosen, deadline, gap, report)
    found = settled(program, solution, chosen, deadline, gap)
    notes, solution = [*notes, *found.said], found.solution
    if solution.status == "infeasible":
        why = why_no_plan(case, deadline)
        return Result(
            "infeasible",
            chosen,
            deadline.seconds,
            notes=notes,
            problems=why.problems,
            remedies=why.remedies,
            certificate=found.certificate,
        )
    if solution.values is None and found.said:
        return Result("failed", chosen, deadline.seconds, problems=[error("", found.said[0], _REPORT)])
    if solution.values is None:
        advice = "Give it more time with --time-limit, or a larger --gap."
        return Result(
            "no_solution",
            chosen,
            deadline.seconds,
            best_bound_usd=solution.bound,
            problems=[error("", f"the time limit of {time_limit:g} s ran out before a plan was found.", advice)],
        )
    return _checked(case, program, continuous, found, deadline, chosen, gap, notes)


def has_no_plan(continuous: ContinuousProblem, deadline: Deadline) -> bool:
    """Whether there is no plan even with everything divisible; False too where time or the solver did not suffice."""
    try:
        return continuous.relaxed(deadline).status == "infeasible"
    except SolverError:
        return False


def _solved(
    program: Program,
    continuous: ContinuousProblem | None,
    solver: str,
    deadline: Deadline,
    gap: float,
    report: Callable[[Progress], None] | None,
) -> tuple[Solution, str, list[str]]:
    """What a solver finds, which one found it, and why that is not the one that was asked.

    Another is asked where one breaks down, or calls optimal what its own bound does not prove.

    Raises:
        SolverError: both break down.
    """

    def found_by(backend: str) -> Solution:
        if backend == "cp-sat":
            return solve_by_parts(continuous or ContinuousProblem(program), deadline, gap, report)
        return solve(program, backend, deadline, gap=gap, report=report)

    solution: Solution | None = None
    try:
        solution = found_by(solver)
        distance = relative_gap(solution.objective, solution.bound)
        if solution.status != "optimal" or distance <= gap + _EXACT:
            return solution, solver, []
        fault = f"its bound leaves {distance:.1e} of the cost unproven"
    except SolverError as breakdown:
        fault = str(breakdown)
    other = "scip" if solver == "highs" else "highs"
    try:
        second = found_by(other)
    except SolverError:
        if solution is None:
            raise
        second = Solution("no_solution")
    if solution is not None and second.values is None:
        return solution, solver, [f"{solver} calls this plan optimal, but {fault}."]
    return second, other, [f"{solver} gave up, as {fault}; {other} was asked instead."]


def _checked(
    case: Case,
    program: Program,
    continuous: ContinuousProblem | None,
    found: Settled,
    deadline: Deadline,
    solver: str,
    gap: float,
    notes: list[str],
) -> Result:
    """Make the plan canonical where that can be done, and verify it."""
    solution, values = found.solution, found.solution.values
    notes = [*notes, *assumptions(case)]
    assert values is not None
    is_exact = solution.status == "optimal" and relative_gap(solution.objective, solution.bound) == 0.0
    one = None
    if is_exact and continuous:
        with contextlib.suppress(SolverError):  # the plan itself is found already
            whole = np.rint(values[program.integers.columns])
            one = canonical(case, continuous, whole, deadline.within(_CANONICAL_SECONDS))
    if one is not None:
        values = one.values
    elif is_exact:
        notes.append(
            "This plan is one of several that cost the same; the canonical one is not picked in a case like this."
        )
    else:
        notes.append("This plan is one of several: its cost is not proven least, others may cost the same or less.")
    plan = plan_of(case, program, values)
    if plan.total_cost.sum() < 0:
        notes.append("The depot earns more by exporting energy than it spends in all, so the total cost is negative.")
    notes += told(plan, in_answer=False)
    verification = verify(plan, case, solution.objective, solution.bound)
    bound = min(solution.bound, plan.objective)
    distance = relative_gap(plan.objective, bound)
    if not verification.has_passed:
        said_wrong = f"{solver} returned a plan that does not hold: {'; '.join(verification.failures[:3])}."
        advice = "It is not shown. Try another --solver, and report this case."
        problems = [error("", said_wrong, advice)]
        return Result("failed", solver, deadline.seconds, verification=verification, problems=problems)
    status: Status = "optimal" if distance <= gap + _EXACT else "feasible"
    return Result(
        status,
        solver,
        deadline.seconds,
        plan,
        bound,
        distance,
        verification,
        notes,
        rows=program.size[0],
        certificate=found.certificate,
        least_by=found.least_by,
    )
