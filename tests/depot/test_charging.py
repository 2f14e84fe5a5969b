"""What the fleet needs on days of several types, and what is lost on the way to it, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fleetopt.inputs.scenarios import scenarios
from fleetopt.plan.verify import verify
from tests.cases import one_slot
from tests.depot.planned import solved
from tests.untidy import small_inputs

TWO_DAYS: dict[str, Any] = {"day_types": ("Workday", "Sunday"), "days": [300.0, 65.0]}


def test_a_day_type_takes_its_share_of_the_fleet_and_its_factor():
    case = scenarios(small_inputs())[0].case
    full = case.charging_kwh
    half = case.replace(fleet_share=0.5, day_consumption_factor=1.2)
    assert half.charging_kwh == pytest.approx(0.6 * full)
    assert half.is_on() == ["driving_days"]
    still = case.replace(fleet_share=0.0)
    assert not still.charging_kwh.any()


def test_on_days_without_trucks_only_the_baseload_is_bought():
    # what is given by hand as need holds for both days; the level is that of figures, so it is spread here
    case = one_slot(**TWO_DAYS, charging_kwh=[[[100.0], [0.0]]], baseload_kwh=10.0)
    plan = solved(case)
    assert plan.opex.tolist() == pytest.approx([300 * 110 + 65 * 10])


def test_what_is_lost_on_the_way_is_bought_and_no_charger_more():
    plan = solved(one_slot(charging_efficiency=0.8, baseload_kwh=10.0))
    assert plan.grid_to_load.ravel().tolist() == pytest.approx([100 / 0.8 + 10])
    assert plan.charger_add.sum() == 1
    exact = solved(one_slot(charging_efficiency=0.8, charging_kwh=24 * 50.0, grid_limit_kwh=1e4))
    assert exact.charger_add.sum() == 1  # 50 kW for 24 h at the truck


def test_the_check_finds_a_plan_that_loses_nothing():
    plan = solved(one_slot())
    found = verify(plan, one_slot(charging_efficiency=0.9), plan.objective, -np.inf)
    assert any("demand_balance" in failure for failure in found.failures)
