"""The certificate: a search that closes every box, and judges what solvers say."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from fleetopt.books.reading import read_inputs
from fleetopt.inputs.scenarios import scenarios
from fleetopt.model.certificate import TOLERANCE, Leaf, Split
from fleetopt.model.formulation import build
from fleetopt.plan.optimize import optimize
from fleetopt.solvers.certificate import Bounds, Search, implied_upper
from fleetopt.solvers.deadline import Deadline
from tests.cases import TOTALS, one_slot, study
from tests.random_cases import random_case, refined_case, tied_case

TWELVE_SLOTS = Path(__file__).parents[1] / "inputs_as_files" / "twelve_slots.xlsx"


def leaves(node: Split | Leaf) -> list[Leaf]:
    return [node] if isinstance(node, Leaf) else [*leaves(node.low), *leaves(node.high)]


@pytest.mark.parametrize("ratio", TOTALS)
def test_the_studys_plan_is_proven_least_in_cases_that_cover_every_choice(ratio: float):
    result = optimize(study(ratio))
    assert result.is_certified
    assert result.certificate.leaves == len(leaves(result.certificate.tree)) < 60
    assert result.certificate.bound >= TOTALS[ratio] * (1 - 2 * TOLERANCE) - 5e-5


@pytest.mark.parametrize("solver", ["scip", "highs", "cp-sat"])
def test_a_solver_that_proves_a_dearer_plan_is_corrected(solver: str):
    [scenario] = scenarios(read_inputs(str(TWELVE_SLOTS)))
    result = optimize(scenario.case, solver=solver)
    assert result.plan.objective == pytest.approx(2_279_744.1763, abs=1e-3)
    assert result.is_certified
    assert result.plan.charger_add.sum() == 2


def test_what_a_wrong_solver_costs_is_told():
    [scenario] = scenarios(read_inputs(str(TWELVE_SLOTS)))
    said = " ".join(optimize(scenario.case, solver="scip").notes)
    assert "SCIP called a plan optimal that is 1,823.00 USD dearer than this one." in said


def test_a_cheaper_plan_turns_up_where_a_dearer_one_is_claimed():
    program, least = build(study(0.5)), TOTALS[0.5]
    certificate, better = Search(program).certify(least + 1000.0, Deadline(None))
    assert certificate.is_complete
    assert better.objective == pytest.approx(least, abs=5e-5)


def test_no_plan_is_shown_by_leaves_that_are_all_empty():
    certificate, better = Search(build(study(grid_limit_kwh=900.0))).certify(math.inf, Deadline(None))
    assert certificate.is_complete
    assert better is None
    assert all(leaf.is_empty for leaf in leaves(certificate.tree))


def test_a_plan_is_found_where_none_was_claimed():
    certificate, better = Search(build(study(1.0))).certify(math.inf, Deadline(None))
    assert certificate.is_complete
    assert better.objective == pytest.approx(TOTALS[1.0], abs=5e-5)


def test_without_time_nothing_is_certified():
    certificate, _ = Search(build(study(1.0))).certify(TOTALS[1.0], Deadline(0.0))
    assert not certificate.is_complete
    assert certificate.bound == -math.inf


def test_with_a_gap_fewer_cases_do():
    few, _ = Search(build(study(1.0))).certify(TOTALS[1.0], Deadline(None), gap=0.01)
    many, _ = Search(build(study(1.0))).certify(TOTALS[1.0], Deadline(None))
    assert few.is_complete
    assert few.leaves < many.leaves
    assert few.bound >= 0.99 * TOTALS[1.0] - 1e-3


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("make", [random_case, tied_case, refined_case])
def test_every_answer_for_a_random_depot_is_certified(make, seed: int):
    result = optimize(make(seed))
    assert result.status in ("optimal", "infeasible")
    assert result.is_certified
    if result.plan:
        assert result.certificate.bound <= result.plan.objective + TOLERANCE * max(1.0, abs(result.plan.objective))


@pytest.mark.parametrize("seed", range(10))
def test_no_multipliers_whatever_bound_a_cost_above_the_least(seed: int):
    case = random_case(seed)
    result, program = optimize(case), build(case)
    bounds, random = Bounds(program), np.random.default_rng(seed)
    most = result.plan.objective if result.plan else math.inf
    right = next(iter(leaves(result.certificate.tree))).multipliers
    for scale in (0.0, 1e-6, 1e-2, 1.0):
        spoiled = right * (1 + scale * random.normal(size=len(right))) + scale * random.normal(size=len(right)) / 100
        assert bounds.of(spoiled, {})[0] <= most + 1e-9 * abs(most)


def test_a_column_without_an_upper_bound_takes_what_a_row_implies():
    # one slot: charging 100 kWh, so nothing flows into the load beyond 100 kWh
    program = build(one_slot())
    upper = implied_upper(program)
    assert upper[program.column_families["grid_to_load"].slice].item() == pytest.approx(100.0)
    assert (upper >= 0).all()


def test_a_hair_of_a_need_takes_a_charger_from_every_solver():
    # 1,200.0012 kWh need more than one charger of 50 kW x 24 h, by a millionth
    for solver in ("scip", "highs", "cp-sat"):
        plan = optimize(one_slot(charging_kwh=1200.0012, grid_limit_kwh=2000.0), solver=solver).plan
        assert plan.charger_add.item() == 2, solver
