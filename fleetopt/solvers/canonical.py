"""One plan among equals: the same from every solver, on every machine and for every order of the input.

First the chargers: fewest, each as late as the need allows. Then, with these bought and the cost at its optimum, one
wish after the other, each granted without giving up any before it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fleetopt.depot.case import Case
from fleetopt.model.program import Program
from fleetopt.solvers.chargers import ChargerChoice
from fleetopt.solvers.deadline import Deadline
from fleetopt.solvers.energy import EnergyProblem
from fleetopt.solvers.messages import Solution
from fleetopt.words.expression import FloatArray

MOST_ROWS = 20_000
"""Cases with more rows keep the solver's plan, one of several: the canonical one would cost more than the optimum."""
_EQUAL = 1e-9
"""Two costs this close, relative to their size, are the same cost."""


@dataclass(frozen=True)
class Canonical:
    """The values of all columns, and their cost [USD]."""

    values: FloatArray
    objective: float


def canonical(case: Case, program: Program, charger_add: FloatArray, deadline: Deadline) -> Canonical | None:
    """Choose the canonical plan among all as cheap as the best with these chargers bought.

    None when time ran out, or where rounding would make it dearer. A choice of chargers that turns out cheaper than the
    given one is taken.
    """
    energy = EnergyProblem(program)
    solution = _canonical_chargers(case, energy, charger_add, deadline)
    if solution is None or solution.values is None:
        return None
    objective = solution.objective
    energy.keep_optimal(solution, program.cost)
    values = solution.values
    for wish in _wishes(case, program):
        solution = energy.least(wish, deadline)
        if solution.status != "optimal" or solution.values is None:
            return None
        values = solution.values
        energy.keep_optimal(solution, wish)
    given_away = program.offset + float(program.cost @ values) - objective
    return Canonical(values, objective) if given_away <= _EQUAL * max(1.0, abs(objective)) else None


def _canonical_chargers(
    case: Case, energy: EnergyProblem, charger_add: FloatArray, deadline: Deadline
) -> Solution | None:
    """Solve the energy problem for the canonical chargers."""
    choice = ChargerChoice(case)
    solution = choice.learn(energy, charger_add, deadline)
    most_cost = solution.objective + _EQUAL * max(1.0, abs(solution.objective))
    refused: set[bytes] = set()
    while solution.status in ("optimal", "infeasible"):
        proposed = choice.canonical(most_cost, deadline)
        if proposed is None or proposed.tobytes() in refused:  # within rounding of what was refused
            return None
        refused.add(proposed.tobytes())
        solution = choice.learn(energy, proposed, deadline)
        if solution.objective <= most_cost:
            return solution
    return None


def _wishes(case: Case, program: Program) -> list[FloatArray]:
    """Costs to minimise one after the other, over all columns."""
    days = np.broadcast_to(case.days[:, None], (len(case.years), len(case.day_types), len(case.slots)))
    later = days * np.arange(1.0, len(case.slots) + 1)

    def wish(**weights: FloatArray) -> FloatArray:
        cost = np.zeros(program.size[1])
        for name, weight in weights.items():
            family = program.column_families[name]
            cost[family.slice] = np.broadcast_to(weight, family.shape).ravel()
        return cost

    one = np.ones(1)
    return [
        wish(grid_to_load=days),  # own solar is used before it is sold
        wish(solar_to_battery=days),
        wish(soc=days),  # nothing idle in the battery
        wish(solar_kwp=one),  # what is bought late is installed for fewer years
        wish(battery_kwh=one),
        wish(battery_to_grid=days),  # what was stored serves the depot before it is sold
        wish(solar_to_battery=later, battery_to_load=later, grid_to_load=later),  # earlier slots first
        wish(  # whatever is still equal
            solar_add=_apart(case.solar_price),
            battery_add=_apart(case.battery_price),
            solar_to_load=_apart(later),
            battery_to_load=-_apart(later),
            grid_to_load=_apart(later),
        ),
    ]


def _apart(like: FloatArray) -> FloatArray:
    """Weights of 1 to 2 in the shape of another array, without a pattern, so that no two plans weigh the same."""
    golden = (5**0.5 - 1) / 2
    return np.asarray(1.0 + golden * np.arange(1, like.size + 1) % 1.0).reshape(like.shape)
