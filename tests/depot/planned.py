"""Plans of small cases."""

from __future__ import annotations

from fleetopt.depot.case import Case
from fleetopt.plan.optimize import optimize
from fleetopt.plan.plan import Plan


def solved(case: Case) -> Plan:
    """The plan of a case that has one."""
    result = optimize(case)
    assert result.status == "optimal"
    assert result.plan is not None
    return result.plan


def has_plan(case: Case) -> bool:
    status = optimize(case).status
    assert status in ("optimal", "infeasible")
    return status == "optimal"
