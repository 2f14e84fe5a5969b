"""Losses, reserve, charging rate and wear of the battery by hand, on a sunny slot and a dark one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fleetopt.depot.case import Case
from fleetopt.plan.plan import Plan
from fleetopt.plan.verify import verify
from tests.cases import two_slots
from tests.depot.planned import solved

CHEAP: dict[str, Any] = {"solar_price": 10.0, "battery_price": 10.0, "c_rate": 1.0, "charging_kwh": [[[0.0, 100.0]]]}
"""100 kWh in the dark slot; from the grid they cost 36,500 USD a year."""


def planned(**changes: Any) -> Plan:
    return solved(two_slots(**{**CHEAP, **changes}))


def bought(plan: Plan) -> tuple[float, float]:
    return float(plan.solar_add[0]), float(plan.battery_add[0])


def test_without_any_of_it_all_that_is_stored_comes_out_again():
    assert bought(planned()) == pytest.approx((100, 100))


def test_what_is_lost_is_stored_before():
    # to give 100 kWh at 0.5 the battery holds 200 kWh, for which at 0.8 the panels give 250 kWh
    plan = planned(charge_efficiency=0.8, discharge_efficiency=0.5)
    assert bought(plan) == pytest.approx((250, 200))
    assert plan.soc[0, 0] == pytest.approx([0, 200])
    assert plan.soc_end[0, 0] == pytest.approx([200, 0])


def test_a_share_stays_full_and_another_empty():
    # between 0.2 and 0.9 lie 0.7 of its size: 100 / 0.7
    plan = planned(soc_min=0.2, soc_max=0.9)
    assert bought(plan) == pytest.approx((100, 100 / 0.7))
    assert plan.soc[0, 0] == pytest.approx([20 / 0.7, 90 / 0.7])


@pytest.mark.parametrize(("basis", "size"), [("slot", 400), ("hour", 100)])
def test_what_it_takes_is_a_share_of_its_size(basis: str, size: float):
    # 100 kWh at a quarter of its size a slot need 400 kWh; at a quarter an hour it takes three times its size in 12 h
    assert bought(planned(charge_rate=0.25, c_rate_basis=basis)) == pytest.approx((100, size))


def test_each_kwh_given_wears_it():
    plan = planned(battery_wear=0.25)
    assert plan.battery_wear.tolist() == pytest.approx([0.25 * 100 * 365])
    assert plan.total_cost.tolist() == pytest.approx([1000 + 10 * 100 + 10 * 100 + 0.25 * 100 * 365])


def test_a_battery_that_wears_too_much_is_not_used():
    assert bought(planned(battery_wear=1.0)) == (0, 0)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"charge_efficiency": 0.8}, "battery_balance"),
        ({"discharge_efficiency": 0.8}, "battery_balance"),
        ({"soc_max": 0.9}, "soc_limit"),
        ({"soc_min": 0.1}, "soc_least"),
        ({"charge_rate": 0.5}, "charge_limit"),
        ({"battery_wear": 0.1}, "battery_wear"),
    ],
)
def test_the_check_finds_a_plan_that_was_made_without_it(changes: dict[str, Any], rule: str):
    made, case = planned(), two_slots(**{**CHEAP, **changes})
    assert verify(made, made.case, made.objective, -np.inf).has_passed
    found = verify(made, case, made.objective, -np.inf)
    assert rule in " ".join(found.failures), found.failures


SHIFTED: dict[str, Any] = {**CHEAP, "solar_max_added_kwp": 0.0, "grid_price": [[1.0, 3.0]]}
"""100 kWh in the dark slot, in which energy costs three times as much as in the other."""


def test_a_battery_that_may_charge_from_the_grid_buys_when_energy_is_cheap():
    assert planned(**SHIFTED).opex.tolist() == pytest.approx([3 * 36_500])
    plan = planned(**SHIFTED, grid_charging="yes", charge_efficiency=0.8)
    assert plan.grid_to_battery[0, 0].tolist() == pytest.approx([125, 0])
    assert plan.grid_import[0, 0].tolist() == pytest.approx([125, 0])
    assert plan.opex.tolist() == pytest.approx([1.25 * 36_500])


def test_what_charges_the_battery_counts_in_the_grid_limit_the_peak_and_the_carbon():
    limited = planned(**SHIFTED, grid_charging="yes", grid_limit_kwh=[60.0, 1000.0], co2_grid=0.4)
    assert limited.grid_import[0, 0].tolist() == pytest.approx([60, 40])
    assert limited.co2_t.tolist() == pytest.approx([100 * 365 * 0.4 / 1000])
    rate = planned(**SHIFTED, grid_charging="yes", charge_rate=0.1, battery_max_kwh=500.0)
    assert rate.grid_to_battery[0, 0].tolist() == pytest.approx([50, 0])


def test_the_check_finds_a_battery_that_charges_from_the_grid_though_it_may_not():
    made = planned(**SHIFTED, grid_charging="yes")
    found = verify(made, two_slots(**{**SHIFTED, "grid_charging": "no"}), made.objective, -np.inf)
    assert any("grid_charging" in failure for failure in found.failures)


def test_no_battery_holds_at_least_more_than_at_most():
    with pytest.raises(ValueError, match="soc_min must be at most soc_max"):
        Case(**{**two_slots()._given, "soc_min": 0.9, "soc_max": 0.5})
