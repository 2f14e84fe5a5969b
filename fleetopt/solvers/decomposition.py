"""CP-SAT for what is whole, a linear programme for the rest, until bound and plan meet.

CP-SAT proposes what to buy, the continuous problem prices it, and the price goes back as a plane under the cost of
every choice (Benders' decomposition). The bound is CP-SAT's over all planes, the cost is that of a real plan: when they
meet, the plan is optimal.
"""

from __future__ import annotations

from collections.abc import Callable

from fleetopt.solvers.continuous import ContinuousProblem
from fleetopt.solvers.deadline import Deadline
from fleetopt.solvers.messages import Solution, SolverError, Status
from fleetopt.solvers.progress import Progress
from fleetopt.solvers.whole import WholeProblem


def solve_by_parts(
    continuous: ContinuousProblem, deadline: Deadline, gap: float, report: Callable[[Progress], None] | None
) -> Solution:
    """Solve the whole formulation; the result means the same as a mixed-integer solver's.

    Raises:
        SolverError: a solver broke down.
    """
    progress = Progress(deadline.started)

    def tick() -> None:
        if report:
            report(progress)

    choice, continuous.tick = WholeProblem(continuous.program), tick
    best = Solution("no_solution")
    tried: dict[bytes, Status] = {}
    while not deadline.is_over:
        proposal, whole = choice.cheapest(deadline)
        if proposal.status == "infeasible":
            return Solution("infeasible")
        if whole is None:
            break
        progress.bound = max(progress.bound, proposal.bound)
        if progress.gap <= gap:
            return Solution("optimal", best.objective, min(progress.bound, best.objective), best.values)
        if tried.get(whole.tobytes()) == "optimal":  # its plane counts already: what is left is rounding
            return Solution("optimal", best.objective, best.objective, best.values)
        if whole.tobytes() in tried:
            raise SolverError("a limit is missed by less than the solvers can tell apart")
        learnt = choice.learn(continuous, whole, deadline)
        tried[whole.tobytes()] = learnt.status
        best = min(best, learnt, key=lambda solution: solution.objective)
        progress.cost = best.objective
        tick()
    if best.values is None:
        return Solution("no_solution", bound=progress.bound)
    return Solution("feasible", best.objective, progress.bound, best.values)
