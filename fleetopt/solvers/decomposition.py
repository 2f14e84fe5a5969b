"""CP-SAT for the chargers, a linear programme for the energy, until bound and plan meet.

CP-SAT proposes chargers, the energy problem prices them, and the price goes back as a plane under the cost of every
choice (Benders' decomposition). The bound is CP-SAT's over all planes, the cost is that of a real plan: when they meet,
the plan is optimal.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from fleetopt.case import Case
from fleetopt.model.program import Program
from fleetopt.solvers.chargers import ChargerChoice
from fleetopt.solvers.deadline import Deadline
from fleetopt.solvers.energy import EnergyProblem
from fleetopt.solvers.messages import Solution
from fleetopt.solvers.progress import Progress, relative_gap


def solve_by_parts(
    case: Case, program: Program, deadline: Deadline, gap: float, report: Callable[[Progress], None] | None
) -> Solution:
    """Solve the whole formulation; the result means the same as a mixed-integer solver's."""
    choice, energy = ChargerChoice(case), EnergyProblem(program)
    best = Solution("no_solution")
    bound = -math.inf
    while not deadline.is_over:
        proposal, charger_add = choice.cheapest(deadline)
        if proposal.status == "infeasible":
            return best if best.values is not None else Solution("infeasible")
        if charger_add is None:
            break
        bound = max(bound, proposal.bound)
        if relative_gap(best.objective, bound) <= gap:
            return Solution("optimal", best.objective, min(bound, best.objective), best.values)
        priced = energy.solve(charger_add, deadline)
        if priced.status == "optimal":
            choice.costs.append(energy.plane(priced, charger_add))
            best = min(best, priced, key=lambda solution: solution.objective)
        elif priced.status == "infeasible":
            short = energy.shortfall(charger_add, deadline)
            if short is None:
                return Solution("infeasible")
            choice.barriers.append(short[1])
        if report:
            report(Progress(deadline.started, best.objective, bound))
    if best.values is None:
        return Solution("no_solution", bound=bound)
    return Solution("feasible", best.objective, bound, best.values)
