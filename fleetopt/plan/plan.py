"""The plan: what to buy when, how the energy flows, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, Final

import numpy as np

from fleetopt.depot import DECISIONS, MONEY, OBJECTIVE, RULES
from fleetopt.depot.case import Case, FloatArray
from fleetopt.depot.part import Item
from fleetopt.model.names import Names, nothing
from fleetopt.model.program import Program
from fleetopt.words.expression import Comparison, expression

DECIDED: Final = tuple(name for name, decision in DECISIONS.items() if not decision.follows)
"""The decisions that make a plan; all others follow from them."""
_NOISE = 1e-7
"""kWh, kWp or units; what is nearer to 0 is the solver's rounding."""


class Plan:
    """Decisions as numbers. Quantities and money follow from these and the case, by the formulas of the parts.

    Its attributes are the decisions, the quantities, and the money of each year, by the names of the formulation.
    """

    def __init__(self, case: Case, **decided: Any) -> None:
        """Take an array for each decision; one that is not given is 0."""
        if unknown := decided.keys() - set(DECIDED):
            raise TypeError(f"a plan has no {', '.join(sorted(unknown))}")
        self.case = case
        self.decided: dict[str, FloatArray] = {}
        for name in DECIDED:
            zeros = nothing(case, DECISIONS[name].axes).constant
            self.decided[name] = np.broadcast_to(np.asarray(decided.get(name, zeros), dtype=float), zeros.shape)
        self._x = Names(case, {name: expression(values) for name, values in self.decided.items()})
        for name, decision in DECISIONS.items():
            if decision.follows:
                known = self._x.with_known(**{name: nothing(case, decision.axes)})
                self._x = self._x.with_known(**{name: RULES[decision.follows].formula(case, known).right})

    def __getattr__(self, name: str) -> FloatArray:
        """A decision, a quantity, or money by year."""
        if name.startswith("_"):
            raise AttributeError(name)
        values: FloatArray = self._x[name].constant
        if any(money.name == name for money in MONEY):
            return np.asarray(values.reshape(len(self.case.years), -1).sum(axis=1))
        return np.asarray(values)

    def replace(self, **changes: Any) -> Plan:
        """The same plan with other decisions."""
        return Plan(self.case, **{**self.decided, **changes})

    def holds(self, rule: str) -> Comparison:
        """Both sides of a rule, in numbers."""
        held: Comparison = RULES[rule].formula(self.case, self._x)
        return held

    def by_slot(self, money: str) -> FloatArray:
        """Money over its own axes, (y, d, s) where it is of a slot [USD a year]."""
        return self._x[money].constant

    @property
    def total_cost(self) -> FloatArray:
        """(y,) [USD]."""
        total = np.zeros(len(self.case.years))
        for name, sign in {money.name: money.sign for money in MONEY}.items():
            total = total + sign * getattr(self, name)
        return total

    @property
    def objective(self) -> float:
        """What is to be least [USD]."""
        return float(self.objective_by_year.sum())

    @property
    def objective_by_year(self) -> FloatArray:
        """(y,) what of it each year adds [USD]."""
        return np.asarray(OBJECTIVE.formula(self.case, self))  # type: ignore[arg-type]

    @property
    def bought(self) -> FloatArray:
        """(n, y) of everything that can be bought, what is bought in the year."""
        return self._x.bought.constant

    def of_item(self, item: Item, name: str) -> FloatArray:
        """(y,) what is bought, or there, of something that can be bought."""
        values = getattr(self, name)
        return np.asarray(values if item.row is None else values[item.row])

    @property
    def bare(self) -> SimpleNamespace:
        """Nothing but the decisions, for whoever works out the rest by himself."""
        rows: Sequence[FloatArray] = [np.atleast_2d(self.decided[each.bought]) for each in self.case.purchases]
        return SimpleNamespace(**self.decided, bought=np.concatenate(rows))


def plan_of(case: Case, program: Program, values: FloatArray) -> Plan:
    """Take a plan from a solver's values of all columns; its rounding noise is removed, counts are whole."""
    clean = np.where(np.abs(values) < _NOISE, 0.0, values)
    decided = {name: program.take(name, clean).copy() for name in DECIDED if name in program.column_families}
    whole = {name: np.rint(values) for name, values in decided.items() if DECISIONS[name].is_whole}
    return Plan(case, **decided | whole)
