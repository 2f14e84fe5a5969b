"""Why there is no plan, and what would make one possible."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from fleetopt.diagnose import why_no_plan
from fleetopt.optimize import optimize
from fleetopt.solvers.deadline import Deadline
from tests.cases import hourly, one_slot, study


def said(case) -> str:
    return " | ".join(str(problem) for problem in why_no_plan(case, Deadline(None)))


def test_a_grid_limit_of_900_must_be_1491():
    assert "Raise it from 900 to 1,491 kWh per slot" in said(study(grid_limit_kwh=900.0))
    assert optimize(study(grid_limit_kwh=1491.0)).status == "optimal"
    assert optimize(study(grid_limit_kwh=1490.0)).status == "infeasible"


def test_a_budget_of_2000_must_be_28064():
    assert "Raise it from 2,000 to 28,064 USD" in said(study(capex_budget=2000.0))
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


def test_a_shortfall_says_year_slot_and_amount():
    text = said(study(capex_budget=2000.0))
    assert "2025 12PM-6PM: 129.0 kWh of charging power short" in text  # 729 kWh - 2 x 50 kW x 6 h


def test_only_limits_that_help_alone_are_named():
    assert "budget" not in said(study(grid_limit_kwh=900.0)).split("Raise")[1]
    assert "No limit raised alone" in said(study(grid_limit_kwh=900.0, capex_budget=0.0))


@pytest.mark.parametrize("limit", [500.0, 1000.0, 1400.0])
def test_a_remedy_applied_makes_a_plan_and_a_little_less_does_not(limit: float):
    problem = next(
        problem
        for problem in why_no_plan(study(grid_limit_kwh=limit), Deadline(None))
        if problem.where == "grid_limit_kwh"
    )
    raised = float(problem.advice.split(" to ")[1].split(" kWh")[0].replace(",", ""))
    assert optimize(study(grid_limit_kwh=raised)).status == "optimal"
    assert optimize(study(grid_limit_kwh=0.99 * raised)).status == "infeasible"


def test_many_shortages_are_counted_and_the_largest_named():
    problems = why_no_plan(replace(hourly(1, 12), grid_limit_kwh=1.0, battery_max_kwh=0.0), Deadline(None))
    assert len(problems) < 20
    assert any("more slots fall short by less" in problem.message for problem in problems)


def test_without_time_nothing_is_claimed_of_what_would_help():
    head = why_no_plan(study(grid_limit_kwh=900.0), Deadline(0.0))[0]
    assert "no time" in head.advice


def test_the_time_limit_of_a_run_holds_for_the_diagnosis_too():
    started = time.monotonic()
    assert optimize(replace(hourly(1, 200), grid_limit_kwh=150.0), time_limit=1.0).status in (
        "infeasible",
        "no_solution",
    )
    assert time.monotonic() - started < 1.0 + 3.0
