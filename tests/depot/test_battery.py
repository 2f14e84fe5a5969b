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


def test_no_battery_holds_at_least_more_than_at_most():
    with pytest.raises(ValueError, match="soc_min must be at most soc_max"):
        Case(**{**two_slots()._given, "soc_min": 0.9, "soc_max": 0.5})
