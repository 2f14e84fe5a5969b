"""Which whole numbers there can be."""

from __future__ import annotations

import numpy as np
import pytest

from fleetopt.model.formulation import build
from fleetopt.model.linear import LinearProgram
from fleetopt.model.program import Program
from fleetopt.solvers.continuous import ContinuousProblem, Plane
from fleetopt.solvers.deadline import Deadline
from fleetopt.solvers.decomposition import solve_by_parts
from fleetopt.solvers.messages import SolverError
from fleetopt.solvers.whole import WholeProblem
from tests.cases import one_slot


def works(most: float | None = None) -> Program:
    """100 kWh at 1 USD/kWh, 40 of them from one source; each piece of 5 USD lets another source at 0.5 give 25."""
    m = LinearProgram(y=(2025,))
    first, second = m.variable("first", "y", upper=40.0), m.variable("second", "y")
    pieces = m.variable("pieces", "y", integer=True)
    m.add("need", "y", first + second == 100)
    m.add("served", "y", second <= 25 * pieces)
    if most is not None:
        m.add("room", "", pieces.sum() <= most)
    m.minimize(first, 0.5 * second, 5 * pieces)
    return m.finish()


def test_a_number_without_an_end_is_refused():
    with pytest.raises(SolverError, match="no end"):
        WholeProblem(works())
    with pytest.raises(SolverError, match="no end"):
        solve_by_parts(ContinuousProblem(works()), Deadline(None), 0.0, None)


@pytest.mark.parametrize(("most", "pieces", "cost"), [(3.0, 3, 77.5), (3.9, 3, 77.5), (4.0, 4, 70.0), (9.0, 4, 70.0)])
def test_a_number_with_an_end_is_chosen_within_it(most: float, pieces: int, cost: float):
    # four pieces: 100 x 0.5 + 4 x 5 = 70; three: 75 x 0.5 + 25 x 1 + 3 x 5 = 77.5
    solution = solve_by_parts(ContinuousProblem(works(most)), Deadline(None), 0.0, None)
    assert solution.status == "optimal"
    assert solution.values[2] == pieces
    assert solution.objective == pytest.approx(cost)


@pytest.mark.parametrize(("most", "status"), [(2.4, "infeasible"), (3.0, "optimal")])  # 60 kWh are three pieces
def test_too_few_pieces_are_no_plan(most: float, status: str):
    assert solve_by_parts(ContinuousProblem(works(most)), Deadline(None), 0.0, None).status == status


def test_a_choice_is_a_vector_in_the_order_of_the_whole_columns():
    # 9,600 kWh in 24 h are 400 kW: one of 400 kW, or eight of 50 kW which cost less
    case = one_slot(charging_kwh=9600.0, grid_limit_kwh=9600.0, chargers=("50 kW", "400 kW"), power_kw=[50.0, 400.0],
                    charger_price=[[100.0], [3200.0]])  # fmt: skip
    proposal, whole = WholeProblem(build(case)).cheapest(Deadline(None))
    assert proposal.status == "optimal"
    assert whole.tolist() == [8, 0]


def test_the_canonical_choice_is_the_latest_that_serves():
    # a number by year, needed in the second: each year earlier counts once more
    m = LinearProgram(y=(2025, 2026, 2027))
    n = m.variable("n", "y", integer=True)
    m.add("need", "y", n.cumsum() >= np.array([0.0, 1.0, 2.0]))
    choice = WholeProblem(m.finish())
    assert choice.canonical(0.0, Deadline(None)).tolist() == [0, 1, 1]


def test_of_choices_alike_the_first_column_is_the_smaller():
    m = LinearProgram(c=("p", "q"), y=(2025,))
    n = m.variable("n", "cy", integer=True)
    m.add("need", "y", n.sum(axis=0) >= 3)
    assert WholeProblem(m.finish()).canonical(0.0, Deadline(None)).tolist() == [0, 3]


def test_a_plane_of_cost_excludes_what_would_cost_more():
    m = LinearProgram(c=("p", "q"), y=(2025,))
    n = m.variable("n", "cy", integer=True)
    m.add("need", "y", n.sum(axis=0) >= 3)
    choice = WholeProblem(m.finish())
    choice.costs.append(Plane(np.array([1.0, 4.0]), 10.0))  # 10 + p + 4 q
    assert choice.canonical(22.0, Deadline(None)).tolist() == [0, 3]  # 10 + 12
    assert choice.canonical(21.9, Deadline(None)).tolist() == [1, 2]  # 10 + 1 + 8 = 19
    assert choice.canonical(12.9, Deadline(None)) is None  # 10 + 3 = 13 is the least
