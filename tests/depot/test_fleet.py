"""The charging need of the fleet."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from fleetopt.depot.case import Case
from fleetopt.depot.fleet import charging_kwh, fleet_size
from fleetopt.inputs.checks import check
from fleetopt.inputs.scenarios import scenarios
from fleetopt.inputs.schema import TABLES
from fleetopt.plan.plan import Plan
from fleetopt.words.rows import given
from tests.cases import two_slots
from tests.untidy import small_inputs

SLOTS = ("12AM-12PM", "12PM-12AM")
FLEET = [
    {"vehicle": "V1", "truck_type": "1", "year": 2025, "distance_km": 100.0, "slot": "12AM-12PM"},
    {"vehicle": "V1", "truck_type": "1", "year": 2026, "distance_km": 200.0, "slot": "12PM-12AM"},
]
TRUCKS = [
    {"truck_type": "1", "year": 2025, "consumption": 0.9},
    {"truck_type": "1", "year": 2026, "consumption": 0.8},
]


def depot(**changes: Any) -> Case:
    """Two years of two slots, with what charges there in rows."""
    figures = {name: value for name, value in two_slots()._given.items() if name != "charging_kwh"}
    rows = {"years": (2025, 2026), "slots": SLOTS, "fleet": FLEET, "trucks": TRUCKS}
    return Case(**{**figures, **rows, **changes})


def test_a_vehicle_needs_its_distance_times_the_consumption_of_its_type_in_that_year():
    # 100 km x 0.9 kWh/km in the first slot of 2025, 200 km x 0.8 kWh/km in the second slot of 2026
    assert depot().charging_kwh.tolist() == [[[90, 0]], [[0, 160]]]


def test_vehicles_of_one_slot_add_up_over_types():
    fleet = [
        {"vehicle": "V1", "truck_type": "1", "year": 2025, "distance_km": 100.0, "slot": "12AM-12PM"},
        {"vehicle": "V1", "truck_type": "2", "year": 2025, "distance_km": 200.0, "slot": "12AM-12PM"},
    ]
    trucks = [
        {"truck_type": "1", "year": 2025, "consumption": 0.9},
        {"truck_type": "2", "year": 2025, "consumption": 0.8},
    ]
    # 100 km x 0.9 kWh/km + 200 km x 0.8 kWh/km
    assert depot(fleet=fleet, trucks=trucks).charging_kwh.tolist() == [[[250, 0]], [[0, 0]]]


def test_years_and_slots_come_in_the_asked_order():
    assert depot(slots=SLOTS[::-1]).charging_kwh.tolist() == [[[0, 90]], [[160, 0]]]
    assert depot(fleet=FLEET[::-1], trucks=TRUCKS[::-1]).charging_kwh.tolist() == [[[90, 0]], [[0, 160]]]
    rows = {name: getattr(depot(), name) for name in ("fleet", "trucks")}
    asked = SimpleNamespace(**rows, years=(2026, 2025), slots=SLOTS[::-1], consumption_factor=1.0, day_level=np.ones(1))
    assert charging_kwh(asked).tolist() == [[[160, 0]], [[0, 90]]]
    assert fleet_size(asked).tolist() == [1, 1]


def test_a_year_or_slot_without_vehicles_needs_nothing():
    case = depot(years=(2027,), slots=("12AM-11PM", "11PM-12AM"), hours=[23.0, 1.0])
    assert case.charging_kwh.tolist() == [[[0, 0]]]
    assert case.fleet_size.tolist() == [0]


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_vehicles_does_not_change_a_bit(seed):
    fleet = [{**FLEET[0], "vehicle": f"V{i}", "distance_km": 1 / (i + 1)} for i in range(1000)]
    mixed = random.Random(seed).sample(fleet, 1000)
    # a sum that rounding would change
    assert sum(row["distance_km"] for row in fleet) != sum(row["distance_km"] for row in mixed)
    need, again = (depot(fleet=rows).charging_kwh for rows in (fleet, mixed))
    assert np.array_equal(need, again)


def test_the_fleet_of_a_year_is_the_number_of_its_rows():
    assert depot(fleet=[FLEET[0], {**FLEET[0], "vehicle": "V2"}, FLEET[1]]).fleet_size.tolist() == [2, 1]


def test_what_is_needed_is_that_of_every_day_type():
    case = depot(day_types=("Workday", "Weekend"), days=[261.0, 104.0], baseload_kwh=[[1.0, 2.0], [3.0, 4.0]])
    assert case.charging_kwh.tolist() == [[[90, 0], [90, 0]], [[0, 160], [0, 160]]]
    # each day type adds its own baseload
    assert Plan(case).demand_kwh.tolist() == [[[91, 2], [93, 4]], [[1, 162], [3, 164]]]


def test_less_than_a_millionth_of_a_kwh_is_noise_and_is_said_to_be():
    inputs = small_inputs()
    inputs["tblFleet"].values["distance_km"][0] = 1e-6  # x 0.9 kWh/km is less, 2e-6 km x 0.9 kWh/km is more
    assert scenarios(inputs)[0].case.charging_kwh[0, 0, 0] == 0.0
    assert any("kWh, taken as 0" in problem.message for problem in check(inputs))
    inputs["tblFleet"].values["distance_km"][0] = 2e-6
    assert scenarios(inputs)[0].case.charging_kwh[0, 0, 0] == pytest.approx(1.8e-6)
    assert not any("kWh, taken as 0" in problem.message for problem in check(inputs))


ALIKE = [
    {
        "vehicle": "A",
        "truck_type": "1",
        "year": 2025,
        "until": 2026,
        "count": 3,
        "distance_km": 100.0,
        "slot": SLOTS[0],
    },
    {"vehicle": "B", "truck_type": "1", "year": 2026, "count": 0, "distance_km": 100.0, "slot": SLOTS[1]},
]


def test_alike_trucks_stand_in_one_row_for_several_years():
    # 3 trucks x 100 km x 0.9 kWh/km in 2025, and x 0.8 in 2026
    case = depot(fleet=ALIKE)
    assert case.charging_kwh.tolist() == [[[pytest.approx(270), 0]], [[pytest.approx(240), 0]]]
    assert case.fleet_size.tolist() == [3, 3]


def test_a_row_of_many_trucks_needs_what_a_row_for_each_does_to_the_last_bit():
    each = [{**ALIKE[0], "vehicle": f"A{i}", "count": 1, "distance_km": 0.1} for i in range(7)]
    assert np.array_equal(
        depot(fleet=each).charging_kwh, depot(fleet=[{**ALIKE[0], "count": 7, "distance_km": 0.1}]).charging_kwh
    )


def fleet_problems(rows: list[dict[str, Any]]) -> list[str]:
    """What is said of rows of the fleet in the small depot, each with its cell."""
    inputs = small_inputs()
    first = {name: values[0] for name, values in inputs["tblFleet"].values.items()}
    inputs.tables["tblFleet"] = given(
        TABLES["tblFleet"], [{**first, "count": 1, "until": None, **row} for row in rows], "here"
    )
    return [f"{problem.where} {problem.message}" for problem in check(inputs)]


def test_a_row_may_hold_longer_than_the_plan_but_not_end_before_it_begins():
    years = small_inputs()["tblCosts"].values["year"]
    assert not [said for said in fleet_problems([{"year": min(years), "until": 2199}]) if "no row of costs" in said]
    [said] = [said for said in fleet_problems([{"year": 2030, "until": 2029}]) if "Until" in said]
    assert said == "here Until is 2029, must be 2030 or later, the year of its row."


def test_a_vehicle_stands_in_one_row_a_year():
    year = min(small_inputs()["tblCosts"].values["year"])
    twice = [{"vehicle": "A", "year": year, "until": year + 3}, {"vehicle": "a", "year": year + 2}]
    [said] = [said for said in fleet_problems(twice) if "another row" in said]
    assert said.startswith(f"here Until is {year + 3}, but 'A' has another row from {year + 2} on")
    apart = [{"vehicle": "A", "year": year, "until": year + 1}, {"vehicle": "A", "year": year + 2}]
    assert not [said for said in fleet_problems(apart) if "another row" in said]
