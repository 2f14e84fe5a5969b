"""One plan among equals."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from fleetopt.model.formulation import build
from fleetopt.plan.optimize import optimize
from fleetopt.plan.plan import DECIDED, Plan, plan_of
from fleetopt.solvers import canonical as module
from fleetopt.solvers.backend import solve
from fleetopt.solvers.canonical import canonical
from fleetopt.solvers.continuous import ContinuousProblem, Plane
from fleetopt.solvers.deadline import Deadline
from fleetopt.solvers.whole import WholeProblem
from tests.cases import TOTALS, one_slot, study, two_slots
from tests.random_cases import dear_case, random_case, refined_case, tied_case

SOLVERS = ("scip", "highs", "cp-sat")


def assert_same(one: Plan, other: Plan) -> None:
    for name in DECIDED:
        assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-6), name


@pytest.mark.parametrize("ratio", TOTALS)
def test_the_study_has_the_same_plan_from_every_solver(ratio: float):
    plans = [optimize(study(ratio), solver=solver).plan for solver in SOLVERS]
    for one, other in pairwise(plans):
        assert_same(one, other)


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("make", [random_case, tied_case, refined_case])
def test_a_random_depot_has_the_same_plan_from_every_solver(make, seed: int):
    results = [optimize(make(seed), solver=solver) for solver in SOLVERS]
    assert len({result.status for result in results}) == 1
    if results[0].plan:
        for one, other in pairwise(results):
            assert_same(one.plan, other.plan)
            assert one.plan.objective == pytest.approx(other.plan.objective, rel=1e-9)


@pytest.mark.parametrize("seed", range(30))
def test_no_other_plan_meets_all_wishes(seed: int, monkeypatch: pytest.MonkeyPatch):
    case = tied_case(seed)
    plan = optimize(case).plan
    if plan is None:
        return
    real = module._weighed
    monkeypatch.setattr(module, "_weighed", lambda *parts: [*(wishes := [*real(*parts)]), -wishes[-1]])
    program = build(case)
    found = canonical(case, ContinuousProblem(program), plan.charger_add.ravel(), Deadline(None))
    assert_same(plan_of(case, program, found.values), plan)  # the last wish turned around finds nothing else


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("make", [tied_case, refined_case])
def test_a_canonical_plan_leaves_nothing_to_choose(make, seed: int, monkeypatch: pytest.MonkeyPatch):
    case = make(seed)
    plan = optimize(case).plan
    if plan is None:
        return
    program = build(case)
    anything = np.random.default_rng(seed).normal(size=program.size[1])
    real = module._weighed
    monkeypatch.setattr(module, "_weighed", lambda *parts: [*real(*parts), anything])
    whole = np.concatenate([plan.charger_add.ravel(), plan.upgrade_add.ravel()])
    found = canonical(case, ContinuousProblem(program), whole, Deadline(None))
    assert_same(plan_of(case, program, found.values), plan)  # another wish of any kind changes nothing


@pytest.mark.parametrize("ratio", TOTALS)
@pytest.mark.parametrize("second", [2, 3, 4])
def test_every_equally_cheap_choice_of_chargers_leads_to_the_same_plan(ratio: float, second: int):
    case = study(ratio)
    program = build(case)
    chosen = np.zeros((2, 5))
    chosen[1, 0] = chosen[1, second] = 1  # the second 400 kW charger costs the same in 2027, 2028 and 2029
    found = canonical(case, ContinuousProblem(program), chosen.ravel(), Deadline(None))
    assert found.objective == pytest.approx(TOTALS[ratio], abs=5e-5)
    assert_same(plan_of(case, program, found.values), optimize(case).plan)


@pytest.mark.parametrize("ratio", TOTALS)
def test_making_the_plan_canonical_gives_no_cent_away(ratio: float):
    program = build(study(ratio))
    least = solve(program, "scip", Deadline(None)).objective
    assert optimize(study(ratio)).plan.objective == pytest.approx(least, rel=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_dear_chargers_do_not_make_cheap_energy_look_like_rounding(seed: int):
    result = optimize(dear_case(seed))
    assert result.status == "optimal"
    assert result.gap == 0
    assert not any("one of several" in note for note in result.notes)


def test_the_study_buys_what_was_published():
    for ratio in (1.0, 0.5):
        plan = optimize(study(ratio)).plan
        assert plan.solar_add == pytest.approx([127.7778, 72.2222, 0, 0, 0], abs=1e-4)
        assert plan.battery_add == pytest.approx([0, 96.1538, 84.0812, 0, 0], abs=1e-4)
        assert plan.charger_add.sum(axis=1).tolist() == [0, 2]
    plan = optimize(study(0.0)).plan
    assert plan.solar_add == pytest.approx([66.6667, 133.3333, 0, 0, 0], abs=1e-4)
    assert plan.battery_add == pytest.approx([91.6667, 0, 88.5683, 0, 0], abs=1e-4)
    assert plan.charger_add.sum(axis=1).tolist() == [0, 2]


def test_a_charger_comes_no_earlier_than_it_is_needed():
    # 369 kW are needed in 2028, which one charger of 400 kW gives, and 516 kW in 2029
    assert optimize(study(1.0)).plan.charger_add[1].tolist() == [1, 0, 0, 0, 1]


def test_of_equally_dear_mixes_the_fewest_chargers_are_bought():
    # 400 kW: eight of 50 kW or one of 400 kW, 3,200 USD either way
    case = one_slot(charging_kwh=9600.0, grid_limit_kwh=9600.0, chargers=("50 kW", "400 kW"), power_kw=[50.0, 400.0],
                    charger_price=[[400.0], [3200.0]])  # fmt: skip
    assert optimize(case).plan.charger_add.ravel().tolist() == [0, 1]


def test_an_upgrade_comes_no_earlier_than_it_is_needed():
    # 40 kWh from the grid, 2.5 kW x 24 h = 60 kWh more, needed in 2026; it serves a year after it is paid
    case = one_slot(years=(2025, 2026, 2027), charging_kwh=[[[40.0]], [[100.0]], [[100.0]]], grid_limit_kwh=40.0,
                    upgrades=("Transformer",), adds_kw=2.5, upgrade_price=5000.0)  # fmt: skip
    for solver in SOLVERS:
        assert optimize(case, solver=solver).plan.upgrade_add.tolist() == [[0, 1, 0]]
        assert optimize(case.replace(lead_time=1), solver=solver).plan.upgrade_add.tolist() == [[1, 0, 0]]


def test_a_free_upgrade_is_not_bought_in_heaps():
    case = one_slot(grid_limit_kwh=40.0, upgrades=("Transformer",), adds_kw=2.5, upgrade_price=0.0, upgrade_most=9)
    assert optimize(case).plan.upgrade_add.item() == 1


def test_a_peak_that_is_free_is_no_higher_than_it_must_be(monkeypatch: pytest.MonkeyPatch):
    # 240 kWh in 24 h; with a ratchet of 0.5 the summer's 4 kW count as 5
    case = one_slot(day_types=("Winter", "Summer"), days=182.5, season=["Winter", "Summer"], ratchet=0.5,
                    charging_kwh=[[[240.0], [96.0]]], demand_charges=[{"charge": "Peak", "price": 0.0}])  # fmt: skip
    for solver in SOLVERS:
        assert optimize(case, solver=solver).plan.peak_kw.ravel().tolist() == pytest.approx([10, 5])
    program = build(case)
    high = np.zeros(program.size[1])
    high[program.column_families["peak_kw"].slice] = -1.0
    real = module._weighed
    monkeypatch.setattr(module, "_weighed", lambda *parts: [*real(*parts), high])
    found = canonical(case, ContinuousProblem(program), np.ones(1), Deadline(None))  # one charger
    assert program.take("peak_kw", found.values).ravel().tolist() == pytest.approx([10, 5])


def test_free_chargers_are_not_bought_in_heaps():
    assert optimize(one_slot(charger_price=0.0)).plan.charger_add.item() == 1


def test_own_solar_is_used_before_it_is_sold():
    # at an export ratio of 1 selling a kWh and buying another cost the same
    plan = optimize(one_slot(solar_yield=1.0, solar_existing_kwp=60.0, solar_max_added_kwp=0.0, export_ratio=1.0)).plan
    assert plan.grid_to_load.item() == pytest.approx(40)
    assert plan.solar_to_grid.item() == 0


def test_the_battery_is_not_charged_for_nothing():
    # one price all day and an export ratio of 1: storing gains nothing and costs nothing
    plan = optimize(two_slots(charging_kwh=0.0, solar_existing_kwp=50.0, solar_max_added_kwp=0.0, export_ratio=1.0,
                              battery_existing_kwh=100.0, battery_max_kwh=0.0)).plan  # fmt: skip
    assert plan.solar_to_battery.sum() == 0
    assert plan.soc.sum() == 0


def test_what_can_wait_is_bought_late():
    # the panels are free and the sun has no use until 2027
    plan = optimize(one_slot(years=(2025, 2026, 2027), charging_kwh=[[[0.0]], [[0.0]], [[100.0]]], solar_yield=1.0,
                             solar_price=0.0)).plan  # fmt: skip
    assert plan.solar_add.tolist() == pytest.approx([0, 0, 100])


def test_the_choice_of_chargers_is_exact_for_fractional_powers():
    # 22.5 kW x 24 h = 540 kWh each: 3 for 1,620 kWh, 4 for a little more
    for need, bought in ((1620.0, 3), (1620.1, 4)):
        choice = WholeProblem(build(one_slot(charging_kwh=need, power_kw=22.5)))
        assert choice.canonical(np.inf if not choice.costs else 0.0, Deadline(None)).item() == bought


def test_a_barrier_excludes_what_it_says():
    choice = WholeProblem(build(one_slot(charging_kwh=1000.0)))
    choice.barriers.append(Plane(np.array([-1.0]), 2.0))  # 2 - charger_add <= 0: at least two
    choice._most = np.full(1, 5.0)
    assert choice.canonical(0.0, Deadline(None)).item() == 2
