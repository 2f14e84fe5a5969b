"""What formulas call `x`: decisions, quantities and money by name, in a programme or in a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fleetopt.depot import DECISIONS, MONEY, QUANTITIES
from fleetopt.depot.case import Case
from fleetopt.words.expression import Expression, expression, stacked


class Names:
    """Decisions as they are given; what follows from them is worked out once, when it is asked for."""

    def __init__(self, case: Case, decided: Mapping[str, Expression]) -> None:
        """Take an expression for each decision."""
        self._case = case
        self._known = dict(decided)

    def __getattr__(self, name: str) -> Expression:
        """A decision, a quantity, or money."""
        known: dict[str, Expression] = self.__dict__["_known"]
        if name not in known:
            formulas = [money.formula for money in MONEY if money.name == name]
            if name in QUANTITIES:
                formulas = [QUANTITIES[name].formula]
            if not formulas:
                raise AttributeError(f"nothing is called {name}")
            worked = [formula(self._case, self) for formula in formulas]
            known[name] = sum(worked[1:], worked[0])
        return known[name]

    def __getitem__(self, name: str) -> Expression:
        """The same by a name that is worked out."""
        return self.bought if name == "bought" else getattr(self, name)

    def with_known(self, **more: Expression) -> Names:
        """These names and more; nothing is kept of what was worked out."""
        decided = {name: self._known[name] for name in self._known if name in DECISIONS}
        return Names(self._case, {**decided, **more})

    @property
    def bought(self) -> Expression:
        """(n, y) of everything that can be bought, what is bought in the year."""
        if "bought" not in self._known:
            self._known["bought"] = _rows([getattr(self, purchase.bought) for purchase in self._case.purchases])
        return self._known["bought"]

    @property
    def there(self) -> Expression:
        """(n, y) of everything that can be bought, what is there in the year."""
        return _rows([getattr(self, purchase.installed) for purchase in self._case.purchases])

    @property
    def total_cost(self) -> Expression:
        """(y,) all money that is paid less all that is earned [USD]."""
        signs = {money.name: money.sign for money in MONEY}
        paid = [sign * _of_year(getattr(self, name)) for name, sign in signs.items()]
        total: Expression = sum(paid[1:], paid[0])
        return total

    def out_of(self, source: str) -> Expression:
        """(y, d, s) all flows of a source [kWh a day]."""
        return self._flows("source", source)

    def into(self, sink: str) -> Expression:
        """(y, d, s) all flows into a sink [kWh a day]."""
        return self._flows("sink", sink)

    def _flows(self, end: str, place: str) -> Expression:
        flows = [getattr(self, decision.name) for decision in DECISIONS.values() if getattr(decision, end) == place]
        total: Expression = sum(flows[1:], flows[0])
        return total


def _rows(parts: Sequence[Expression]) -> Expression:
    """(n, y) what stands over the years, or over labels and years, one below the other."""
    return stacked([part if len(part.shape) > 1 else part[None, :] for part in parts])


def _of_year(amounts: Expression) -> Expression:
    """(y,) what stands over the years, alone or first, added up over the rest."""
    while len(amounts.shape) > 1:
        amounts = amounts.sum(axis=1)
    return amounts


def nothing(case: Case, axes: str) -> Expression:
    """A decision that is not there: 0 everywhere."""
    return expression(np.zeros([case.sizes[axis] for axis in axes]))
