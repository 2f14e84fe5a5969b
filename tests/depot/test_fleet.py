"""The charging need of the fleet."""

from __future__ import annotations

import random

import numpy as np
import pytest

from fleetopt.depot.demand import charging_kwh, fleet_size
from tests.untidy import small_inputs

YEARS = (2025, 2026)
SLOTS = ("12AM-12PM", "12PM-12AM")


@pytest.fixture
def inputs():
    return small_inputs()


def test_a_vehicle_needs_its_distance_times_the_consumption_of_its_type_in_that_year(inputs):
    # 100 km x 0.9 kWh/km in the first slot of 2025, 200 km x 0.8 kWh/km in the second slot of 2026
    assert charging_kwh(inputs.fleet, inputs.trucks, YEARS, SLOTS).tolist() == [[90, 0], [0, 160]]


def test_vehicles_of_one_slot_add_up_over_types(inputs):
    inputs.fleet.values.update(truck_type=["1", "2"], year=[2025, 2025], slot=["12AM-12PM", "12AM-12PM"])
    inputs.trucks.values.update(truck_type=["1", "2"], year=[2025, 2025])
    # 100 km x 0.9 kWh/km + 200 km x 0.8 kWh/km
    assert charging_kwh(inputs.fleet, inputs.trucks, YEARS, SLOTS).tolist() == [[250, 0], [0, 0]]


def test_years_and_slots_come_in_the_asked_order(inputs):
    assert charging_kwh(inputs.fleet, inputs.trucks, YEARS[::-1], SLOTS[::-1]).tolist() == [[160, 0], [0, 90]]


def test_a_year_or_slot_without_vehicles_needs_nothing(inputs):
    need = charging_kwh(inputs.fleet, inputs.trucks, (2027,), ("6AM-7AM",))
    assert need.tolist() == [[0]]
    assert fleet_size(inputs.fleet, (2027,)).tolist() == [0]


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_vehicles_does_not_change_a_bit(inputs, seed):
    fleet = inputs.fleet.take([0] * 1000)
    fleet.values["distance_km"] = [1 / (i + 1) for i in range(1000)]  # a sum that rounding would change
    mixed = fleet.take(random.Random(seed).sample(range(1000), 1000))
    assert sum(fleet.values["distance_km"]) != sum(mixed.values["distance_km"])
    need, again = (charging_kwh(rows, inputs.trucks, YEARS, SLOTS) for rows in (fleet, mixed))
    assert np.array_equal(need, again)


def test_the_fleet_of_a_year_is_the_number_of_its_rows(inputs):
    assert fleet_size(inputs.fleet.take([0, 0, 1]), YEARS).tolist() == [2, 1]
