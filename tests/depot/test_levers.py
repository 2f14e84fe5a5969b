"""Factors on prices, budgets, sun and load by hand, on depots of one slot."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fleetopt.inputs.scenarios import scenarios
from fleetopt.plan.margins import rooms
from fleetopt.plan.optimize import optimize
from fleetopt.plan.verify import verify
from fleetopt.solvers.deadline import Deadline
from tests.cases import one_slot, two_slots
from tests.depot.planned import solved
from tests.untidy import small_inputs

DARK: dict[str, Any] = {"charging_kwh": [[[0.0, 100.0]]], "solar_price": 10.0, "battery_price": 10.0, "c_rate": 1.0}
"""100 kWh in the dark slot: 100 kWp, a battery of 100 kWh and one charger, 3,000 USD in all."""


@pytest.mark.parametrize(
    ("factor", "capex"),
    [("solar_price_factor", 4000), ("battery_price_factor", 4000), ("charger_price_factor", 4000)],
)
def test_twice_the_price_of_one_thing_costs_that_much_more(factor: str, capex: float):
    assert solved(two_slots(**DARK)).capex.tolist() == pytest.approx([3000])
    assert solved(two_slots(**DARK, **{factor: 2.0})).capex.tolist() == pytest.approx([capex])


def test_half_the_sun_needs_twice_the_panels():
    plan = solved(two_slots(**DARK, solar_yield_factor=0.5))
    assert plan.solar_add.tolist() == pytest.approx([200])
    assert plan.solar_kwh[0, 0].tolist() == pytest.approx([100, 0])


def test_a_heavier_load_needs_as_much_more():
    light = scenarios(small_inputs())[0].case
    heavy = light.replace(consumption_factor=1.5)
    assert heavy.charging_kwh == pytest.approx(1.5 * light.charging_kwh)


@pytest.mark.parametrize(("factor", "needed"), [(1.0, "1,000"), (0.5, "2,000")])
def test_a_budget_that_is_too_low_is_raised_in_its_own_money(factor: float, needed: str):
    result = optimize(one_slot(capex_budget=600.0, budget_factor=factor))
    assert result.status == "infeasible"
    assert any(f"from 600 to {needed} USD" in problem.advice for problem in result.problems)


def test_how_far_a_budget_may_fall_is_told_in_its_own_money():
    cases = [one_slot(capex_budget=2000.0), one_slot(capex_budget=4000.0, budget_factor=0.5)]
    falls = [next(fall for limit, fall in each.items() if limit.setting == "capex_budget") for each in
             rooms(cases, Deadline(10))]  # fmt: skip
    assert falls == pytest.approx([1000, 2000])


@pytest.mark.parametrize(
    "factor", ["solar_price_factor", "battery_price_factor", "charger_price_factor", "solar_yield_factor"]
)
def test_the_check_finds_a_plan_that_was_made_without_it(factor: str):
    plan = solved(two_slots(**DARK))
    assert not verify(plan, two_slots(**DARK, **{factor: 1.1}), plan.objective, -np.inf).has_passed


def test_the_check_finds_more_spent_than_a_part_of_the_budget():
    plan = solved(two_slots(**DARK, capex_budget=3000.0))
    found = verify(plan, two_slots(**DARK, capex_budget=3000.0, budget_factor=0.9), plan.objective, -np.inf)
    assert any("capex_budget" in failure for failure in found.failures)
