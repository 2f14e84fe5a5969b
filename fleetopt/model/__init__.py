"""The formulation: a case becomes a linear programme."""

from __future__ import annotations

from fleetopt.depot.case import Case
from fleetopt.model import constraints
from fleetopt.model.linear import LinearProgram
from fleetopt.model.objective import total_cost
from fleetopt.model.program import Program
from fleetopt.model.variables import declare_variables


def build(case: Case) -> Program:
    """Write the whole formulation down for one case."""
    m = LinearProgram(y=case.years, d=case.day_types, s=case.slots, c=case.chargers)
    v = declare_variables(m)
    for constraint in constraints.ALL:
        constraint(m, case, v)
    total_cost(m, case, v)
    return m.finish()
