"""Carbon by hand, on depots of one slot or two."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fleetopt.plan.optimize import optimize
from fleetopt.plan.verify import verify
from tests.cases import one_slot, two_slots
from tests.depot.planned import solved

TONS = 100 * 365 * 0.4 / 1000
"""Of 100 kWh a day at 0.4 kg/kWh."""


def test_what_the_grid_emits_is_counted_and_paid():
    plan = solved(one_slot(co2_grid=0.4, co2_price=50.0))
    assert plan.co2_t.tolist() == pytest.approx([TONS])
    assert plan.co2_cost.tolist() == pytest.approx([50 * TONS])
    assert plan.objective == pytest.approx(1000 + 36_500 + 50 * TONS)


def test_a_slot_without_its_own_figure_takes_the_average_and_one_with_0_does_not():
    slots: dict[str, Any] = {"charging_kwh": [[[100.0, 100.0]]], "solar_max_added_kwp": 0.0, "co2_grid": 0.4}
    assert solved(two_slots(**slots, co2=[[np.inf, 0.0]])).co2_t.tolist() == pytest.approx([TONS])
    assert solved(two_slots(**slots)).co2_t.tolist() == pytest.approx([2 * TONS])


def test_a_limit_buys_solar_that_does_not_pay():
    # 1 kWh/kWp in the one slot; half of the need may come from the grid, so 50 kWp at 10,000 USD
    dear: dict[str, Any] = {"solar_yield": 1.0, "solar_price": 10_000.0, "capex_budget": 1e7, "co2_grid": 0.4}
    assert solved(one_slot(**dear)).solar_add.tolist() == [0]
    limited = solved(one_slot(**dear, co2_limit=TONS / 2))
    assert limited.solar_add.tolist() == pytest.approx([50])
    assert not verify(limited, one_slot(**dear, co2_limit=TONS / 3), limited.objective, -np.inf).has_passed


def test_a_year_without_a_limit_has_none_beside_one_that_has():
    years: dict[str, Any] = {"years": (2025, 2026), "solar_yield": 1.0, "solar_price": [10_000.0, 9000.0]}
    plan = solved(one_slot(**years, capex_budget=1e7, co2_grid=0.4, co2_limit=[np.inf, TONS / 2]))
    assert plan.co2_t.tolist() == pytest.approx([TONS, TONS / 2])


@pytest.mark.parametrize("limits", [[5.0, np.inf], [5.0, 6.0]])
def test_where_no_plan_keeps_it_the_raise_is_told_and_no_other_limit_is_blamed(limits: list[float]):
    result = optimize(one_slot(years=(2025, 2026), solar_max_added_kwp=0.0, co2_grid=0.4, co2_limit=limits))
    said = " ".join(f"{problem.message} {problem.advice}" for problem in result.problems)
    assert result.status == "infeasible"
    assert "the CO2 limit (co2_limit) is too low" in said
    assert ("from 5 to 15 t" in said) is (limits[1] == np.inf)
    assert "binds" not in said


def test_without_emissions_a_limit_limits_nothing():
    case = one_slot(co2_limit=0.0)
    assert case.is_on() == []
    assert solved(case).total_cost.tolist() == pytest.approx([37_500])
