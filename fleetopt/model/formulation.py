"""The formulation: a case becomes a linear programme, out of the parts of the depot."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from fleetopt.depot import DECISIONS, OBJECTIVE, RULES
from fleetopt.depot.case import Case
from fleetopt.depot.part import Decision, Rule
from fleetopt.model.linear import LinearProgram
from fleetopt.model.names import Names, nothing
from fleetopt.model.program import Program

_COLUMNS: Final = ("bought", "installed", "flow", "state")
_ROWS: Final = ("installed", "balance", "limit", "room", "budget")
"""Kinds of columns and rows, in the order in which they stand; within a kind in the order of the parts."""


def build(case: Case) -> Program:
    """Write the whole formulation down for one case."""
    m = LinearProgram(**case.sets)
    columns = {}
    for decision in sorted(DECISIONS.values(), key=lambda decision: _COLUMNS.index(decision.kind)):
        columns[decision.name] = (
            m.variable(
                decision.name,
                decision.axes,
                upper=np.inf if decision.most is None else decision.most(case),
                integer=decision.is_whole,
                where=_where(case, decision),
            )
            if is_there(case, decision)
            else nothing(case, decision.axes)
        )
    x = Names(case, columns)
    for rule in sorted(RULES.values(), key=lambda rule: _ROWS.index(rule.kind)):
        if is_there(case, rule):
            m.add(rule.name, rule.axes, rule.formula(case, x), _where(case, rule))
    m.minimize(OBJECTIVE.formula(case, x))
    return m.finish()


def is_there(case: Case, thing: Decision | Rule) -> bool:
    """Whether a case has any column of a decision, or any row of a rule."""
    return all(case.sizes[axis] for axis in thing.axes) and bool(np.any(_where(case, thing)))


def _where(case: Case, thing: Decision | Rule) -> Any:
    return True if thing.where is None else thing.where(case)
