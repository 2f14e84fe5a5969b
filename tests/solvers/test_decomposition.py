"""CP-SAT for the chargers, a linear programme for the energy."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fleetopt.model.formulation import build
from fleetopt.solvers.backend import solve
from fleetopt.solvers.continuous import ContinuousProblem
from fleetopt.solvers.deadline import Deadline
from fleetopt.solvers.decomposition import solve_by_parts
from fleetopt.solvers.messages import SolverError
from tests.cases import TOTALS, hourly, one_slot, study
from tests.random_cases import random_case, refined_case, tied_case


def by_parts(case, seconds: float | None = None, gap: float = 0.0):
    return solve_by_parts(ContinuousProblem(build(case)), Deadline(seconds), gap, None)


@pytest.mark.parametrize("ratio", TOTALS)
def test_cp_sat_reaches_the_published_totals(ratio: float):
    solution = by_parts(study(ratio))
    assert solution.status == "optimal"
    assert solution.objective == pytest.approx(TOTALS[ratio], abs=5e-5)
    assert solution.bound == pytest.approx(solution.objective, rel=1e-9)


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("make", [random_case, tied_case, refined_case])
def test_cp_sat_agrees_with_scip_on_random_depots(make, seed: int):
    case = make(seed)
    one, other = by_parts(case), solve(build(case), "scip", Deadline(None))
    assert one.status == other.status
    if other.status == "optimal":
        assert one.objective == pytest.approx(other.objective, rel=1e-8)


def test_cp_sat_agrees_with_scip_where_its_presolve_lost_the_best_choice():
    case = refined_case(236)  # of three chargers and three upgrades in three years; it called a dearer one the least
    assert by_parts(case).objective == pytest.approx(solve(build(case), "scip", Deadline(None)).objective, rel=1e-8)


def test_cp_sat_agrees_with_highs_where_it_was_nine_percent_off():
    case = hourly(1, 12)  # 12 day types of 24 slots
    assert by_parts(case).objective == pytest.approx(solve(build(case), "highs", Deadline(None)).objective, rel=1e-8)


def test_a_budget_too_small_for_any_charger_is_infeasible():
    assert by_parts(study(capex_budget=999.0)).status == "infeasible"


def test_a_budget_that_forces_another_mix_is_found():
    # 121.5 kW in 2025: one charger of 400 kW for 2,500 USD is too dear for 3 x 1,000 of 50 kW at a budget of 3,000
    case = study(0.0, charger_price=[[1000.0], [3001.0]], capex_budget=[3000.0, 60000, 60000, 60000, 60000])
    one, other = by_parts(case), solve(build(case), "scip", Deadline(None))
    assert one.objective == pytest.approx(other.objective, rel=1e-9)


def test_no_time_is_no_solution():
    assert by_parts(hourly(1, 100), seconds=0.01).status == "no_solution"


def test_bound_and_cost_hold_when_time_runs_out_or_a_gap_is_allowed():
    case = study(0.5, charger_price=[[1000.0], [9000.0]])
    least = by_parts(case).objective
    loose = by_parts(case, gap=0.05)
    assert loose.bound <= least * (1 + 1e-9)
    assert loose.objective >= least * (1 - 1e-9)
    assert (loose.objective - loose.bound) / loose.objective <= 0.05


@pytest.mark.parametrize("seed", range(8))
def test_a_plane_is_never_above_the_cost_of_another_choice(seed: int):
    random = np.random.default_rng(seed)
    case = study(float(random.choice([0.0, 0.5, 1.0])), capex_budget=30_000.0)
    continuous = ContinuousProblem(build(case))
    here = np.array([[0, 0, 0, 0, 0], [1, 0, 0, 1, 1]]).ravel()
    solved = continuous.solve(here, Deadline(None))
    plane = continuous.plane(solved, here)
    assert plane.level + (plane.slopes * here).sum() == pytest.approx(solved.objective)
    for _ in range(10):
        there = random.integers(0, 3, (2, 5)).astype(float).ravel()
        other = continuous.solve(there, Deadline(None))
        cost = other.objective if other.status == "optimal" else math.inf
        assert plane.level + (plane.slopes * there).sum() <= cost + 1e-6


def test_a_barrier_says_how_far_the_budget_is_exceeded():
    # a grid that serves everything, so only the chargers cost: 2,500 USD for a budget of 2,000 in 2025 and in 2029
    continuous = ContinuousProblem(build(study(0.0, capex_budget=2000.0, grid_limit_kwh=4000.0)))
    bought = np.array([[0, 0, 0, 0, 0], [1, 0, 0, 0, 1]]).ravel()
    assert continuous.solve(bought, Deadline(None)).status == "infeasible"
    plane = continuous.barrier(bought, Deadline(None))
    assert plane.level + (plane.slopes * bought).sum() == pytest.approx(1000)


def test_a_grid_too_weak_is_no_matter_of_chargers():
    continuous = ContinuousProblem(build(study(grid_limit_kwh=100.0)))
    plane = continuous.barrier(np.full(10, 3.0), Deadline(None))
    assert plane.level > 0
    assert not plane.slopes.any()


@pytest.mark.parametrize("existing", [1108.077, 1108.1])
def test_a_total_near_zero_comes_to_an_end(existing: float):
    # export and import nearly cancel out: a total of 0.6 and of -42 USD made of millions
    case = study(1.0, solar_existing_kwp=existing)
    one, other = by_parts(case, seconds=60), solve(build(case), "scip", Deadline(None))
    assert one.status == "optimal"
    assert one.objective == pytest.approx(other.objective, abs=1e-3)


def test_a_limit_missed_by_a_hair_comes_to_an_end():
    # three chargers cost 3,000 USD; the budget is 3e-6 USD short, less than a solver can tell
    case = one_slot(charging_kwh=3600.0, grid_limit_kwh=1e5, capex_budget=3000 - 3e-6)
    with pytest.raises(SolverError, match="missed by less"):
        by_parts(case, seconds=60)
    # a thousandth of a cent is told apart: two chargers are all that the budget buys
    assert by_parts(case.replace(capex_budget=3000 - 1e-5), seconds=60).status == "infeasible"
