"""Why there is no plan, and what would make one possible."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from fleetopt.diagnose import is_beyond_reach, why_no_plan
from fleetopt.limits import BUDGET, GRID_LIMIT
from fleetopt.margins import room, with_limits
from fleetopt.optimize import optimize
from fleetopt.solvers.deadline import Deadline
from tests.cases import hourly, one_slot, study
from tests.random_cases import random_case


def said(case) -> str:
    return " | ".join(str(problem) for problem in why_no_plan(case, Deadline(None)).problems)


def test_a_grid_limit_of_900_must_be_1491():
    assert "Raise the grid limit from 900 to 1,491 kWh per slot" in said(study(grid_limit_kwh=900.0))
    assert optimize(study(grid_limit_kwh=1491.0)).status == "optimal"
    assert optimize(study(grid_limit_kwh=1490.0)).status == "infeasible"


def test_a_budget_of_2000_must_be_28064():
    assert "Raise the yearly CapEx budget from 2,000 to 28,064 USD" in said(study(capex_budget=2000.0))
    assert optimize(study(capex_budget=28_064.0)).status == "optimal"
    assert optimize(study(capex_budget=28_063.0)).status == "infeasible"


def test_a_remedy_states_what_its_plan_costs():
    cost = optimize(study(grid_limit_kwh=1491.0)).plan.objective
    assert f"{cost:,.0f} USD" in said(study(grid_limit_kwh=900.0))


def test_a_need_beyond_all_supply_is_said_by_arithmetic():
    # 100 kWh needed; 40 from the grid, 20 kWp x 1 kWh and half of a battery of 30 kWh: 75 at most
    case = one_slot(grid_limit_kwh=40.0, solar_yield=1.0, solar_max_added_kwp=20.0, battery_max_kwh=30.0)
    assert "100 kWh are needed, at most 75 can be supplied" in said(case).replace(".0", "")
    assert "25 kWh short" in said(case).replace(".0", "")


def test_a_need_beyond_all_chargers_of_the_budget_is_said_by_arithmetic():
    # 3,000 kWh in 24 h; one charger there and 1,500 USD for 1.5 more of 50 kW: 50 kW x 2.5 x 24 h = 3,000 kWh
    just = one_slot(charging_kwh=3000.0, capex_budget=1500.0, chargers_existing=1.0, grid_limit_kwh=3000.0)
    assert not is_beyond_reach(just)
    short = replace(just, capex_budget=1400.0)  # 1.4 more: 2,880 kWh
    assert is_beyond_reach(short)
    text = "3,000.0 kWh are to be charged, at most 2,880.0 can be even if the whole budget goes into chargers: 120.0"
    assert text in said(short)
    assert "Raise the yearly CapEx budget from 1,400 to 2,000 USD" in said(short)  # two whole chargers


def test_chargers_of_earlier_years_count_and_free_ones_have_no_end():
    need = np.array([0.0, 2400.0])[:, None, None]  # two chargers x 24 h in the second year
    case = one_slot(years=(2025, 2026), charging_kwh=need, capex_budget=1000.0, grid_limit_kwh=3000.0)
    assert not is_beyond_reach(case)
    assert is_beyond_reach(replace(case, capex_budget=[0.0, 1000.0]))
    assert not is_beyond_reach(replace(case, capex_budget=0.0, charger_price=0.0))


def test_what_arithmetic_shows_is_not_solved_for(monkeypatch):
    monkeypatch.setattr("fleetopt.optimize.solve", lambda *_, **__: pytest.fail("solved"))
    assert optimize(one_slot(grid_limit_kwh=99.0, battery_max_kwh=0.0)).status == "infeasible"


def test_a_shortfall_says_year_slot_amount_and_what_binds():
    text = said(study(capex_budget=2000.0))
    # 729 kWh - 2 x 50 kW x 6 h
    assert "2025 12PM-6PM: 129.0 kWh of charging power short; the budget buys no more chargers." in text
    assert "2028 12AM-6AM: 228.2 kWh of energy short; the grid limit of 900 kWh binds." in said(
        study(grid_limit_kwh=900.0)
    )


def test_only_limits_that_help_alone_are_named():
    assert "budget" not in said(study(grid_limit_kwh=900.0)).split("Raise")[1]


def test_when_no_limit_suffices_alone_the_smallest_pair_is_named():
    case = study(grid_limit_kwh=900.0, capex_budget=1000.0)
    found = why_no_plan(case, Deadline(None))
    assert "no limit alone would" in found.problems[0].advice
    assert [[limit.setting for limit in remedy.limits] for remedy in found.remedies] == [
        ["grid_limit_kwh", "capex_budget"]
    ]
    raised = with_limits(case, found.remedies[0].limits)
    assert optimize(raised).plan.objective == pytest.approx(found.remedies[0].cost)
    for limit, values in found.remedies[0].limits.items():  # a little less of one of the two is too little
        less = with_limits(case, {**found.remedies[0].limits, limit: 0.99 * values})
        assert optimize(less).status == "infeasible"


@pytest.mark.parametrize("seed", [2, 4, 5, 7, 8, 10, 13, 16, 17, 18, 19, 20, 28, 29, 32, 34, 38])
def test_every_remedy_of_a_random_depot_makes_a_plan_and_less_does_not(seed: int):
    case = random_case(seed)
    assert optimize(case).status == "infeasible"
    found = why_no_plan(case, Deadline(None))
    assert found.remedies
    for remedy in found.remedies:
        assert optimize(with_limits(case, remedy.limits)).plan.objective == pytest.approx(remedy.cost)
        if len(remedy.limits) == 1:
            ((limit, move),) = remedy.exact.items()
            assert optimize(with_limits(case, {limit: limit.of(case) + 0.99 * move})).status == "infeasible"


def test_a_limit_that_must_rise_several_times_over_is_doubted():
    assert "Most suspicious: the grid limit of 1.75 kWh" in said(study(grid_limit_kwh=1.75))
    charging = study().charging_kwh.copy()
    charging[2, 0, 1] *= 1000  # a distance in metres
    assert "Most suspicious: the charging need of 1,764,000 kWh in 2027 6AM-12PM" in said(study(charging_kwh=charging))


def test_a_price_that_stands_out_is_suspected_of_a_budget_only():
    years = (2025, 2026, 2027)
    case = one_slot(years=years, charger_price=[[100_000.0, 1000.0, 1000.0]], capex_budget=1000.0)
    assert "Most suspicious: the price of a 50 kW charger of 100,000 USD in 2025, 100 times the usual one" in said(case)
    off_grid = replace(case, capex_budget=1e6, grid_limit_kwh=1.0, battery_max_kwh=0.0)
    assert "Most suspicious: the grid limit of 1 kWh per slot" in said(off_grid)


def test_the_room_is_what_the_limits_may_fall_by():
    case = study()
    found = room(case, Deadline(None))
    assert found[GRID_LIMIT] == pytest.approx(1750 - 1490.7291667)
    assert found[BUDGET] == pytest.approx(60_000 - 28_063.4913)


@pytest.mark.parametrize("limit", [500.0, 1000.0, 1400.0])
def test_a_remedy_applied_makes_a_plan_and_a_little_less_does_not(limit: float):
    problem = next(
        problem
        for problem in why_no_plan(study(grid_limit_kwh=limit), Deadline(None)).problems
        if problem.where == "grid_limit_kwh"
    )
    raised = float(problem.advice.split(" to ")[1].split(" kWh")[0].replace(",", ""))
    assert optimize(study(grid_limit_kwh=raised)).status == "optimal"
    assert optimize(study(grid_limit_kwh=0.99 * raised)).status == "infeasible"


def test_many_shortages_are_counted_and_the_largest_named():
    problems = why_no_plan(replace(hourly(1, 12), grid_limit_kwh=1.0, battery_max_kwh=0.0), Deadline(None)).problems
    assert len(problems) < 20
    assert any("more slots fall short by less" in problem.message for problem in problems)


def test_without_time_nothing_is_claimed_of_what_would_help():
    head = why_no_plan(study(grid_limit_kwh=900.0), Deadline(0.0)).problems[0]
    assert "no time" in head.advice


def test_the_time_limit_of_a_run_holds_for_the_diagnosis_too():
    started = time.monotonic()
    assert optimize(replace(hourly(1, 200), grid_limit_kwh=150.0), time_limit=1.0).status in (
        "infeasible",
        "no_solution",
    )
    assert time.monotonic() - started < 1.0 + 3.0
