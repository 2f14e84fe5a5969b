"""CP-SAT for the chargers, a linear programme for the energy, until bound and plan meet.

CP-SAT proposes chargers, the energy problem prices them, and the price goes back as a plane under the cost of every
choice (Benders' decomposition). The bound is CP-SAT's over all planes, the cost is that of a real plan: when they meet,
the plan is optimal.
"""

from __future__ import annotations

from collections.abc import Callable

from fleetopt.depot.case import Case
from fleetopt.model.program import Program
from fleetopt.solvers.chargers import ChargerChoice
from fleetopt.solvers.deadline import Deadline
from fleetopt.solvers.energy import EnergyProblem
from fleetopt.solvers.messages import Solution, SolverError, Status
from fleetopt.solvers.progress import Progress


def solve_by_parts(
    case: Case, program: Program, deadline: Deadline, gap: float, report: Callable[[Progress], None] | None
) -> Solution:
    """Solve the whole formulation; the result means the same as a mixed-integer solver's."""
    progress = Progress(deadline.started)

    def tick() -> None:
        if report:
            report(progress)

    choice, energy = ChargerChoice(case), EnergyProblem(program, tick)
    best = Solution("no_solution")
    tried: dict[bytes, Status] = {}
    while not deadline.is_over:
        proposal, charger_add = choice.cheapest(deadline)
        if proposal.status == "infeasible":
            return Solution("infeasible")
        if charger_add is None:
            break
        progress.bound = max(progress.bound, proposal.bound)
        if progress.gap <= gap:
            return Solution("optimal", best.objective, min(progress.bound, best.objective), best.values)
        if tried.get(charger_add.tobytes()) == "optimal":  # its plane counts already: what is left is rounding
            return Solution("optimal", best.objective, best.objective, best.values)
        if charger_add.tobytes() in tried:
            raise SolverError("a limit is missed by less than the solvers can tell apart")
        learnt = choice.learn(energy, charger_add, deadline)
        tried[charger_add.tobytes()] = learnt.status
        best = min(best, learnt, key=lambda solution: solution.objective)
        progress.cost = best.objective
        tick()
    if best.values is None:
        return Solution("no_solution", bound=progress.bound)
    return Solution("feasible", best.objective, progress.bound, best.values)
