"""Solar and batteries in whole pieces, by hand on depots of one slot or two."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fleetopt.plan.optimize import optimize
from fleetopt.plan.verify import verify
from fleetopt.results.answer import checked
from tests.cases import two_slots
from tests.depot.planned import solved

SUNNY: dict[str, Any] = {"charging_kwh": [[[47.0, 0.0]]], "solar_max_added_kwp": 100.0, "battery_max_kwh": 0.0}
"""47 kWh by day, at 1 USD/kWh from the grid every day of a year; a kWp gives 1 kWh for 100 USD."""


@pytest.mark.parametrize("solver", ["scip", "highs", "cp-sat"])
def test_solar_is_bought_in_pieces(solver: str):
    exact = optimize(two_slots(**SUNNY), solver=solver).plan
    assert exact.solar_add.tolist() == [pytest.approx(47)]
    # 40 kWp and 7 kWh a day for 2,555 USD are dearer than 60 kWp: 2,000 USD more
    assert optimize(two_slots(**SUNNY, solar_step=20.0), solver=solver).plan.solar_add.tolist() == [pytest.approx(60)]
    # 40 kWp more for 4,000 USD are not worth it
    assert optimize(two_slots(**SUNNY, solar_step=40.0), solver=solver).plan.solar_add.tolist() == [pytest.approx(40)]


def test_there_is_room_for_whole_pieces_only():
    assert solved(two_slots(**{**SUNNY, "solar_max_added_kwp": 59.0}, solar_step=20.0)).solar_add.tolist() == [
        pytest.approx(40)
    ]
    assert solved(two_slots(**SUNNY, solar_step=101.0)).solar_add.tolist() == [0]


@pytest.mark.parametrize("solver", ["scip", "highs", "cp-sat"])
def test_a_battery_is_bought_in_pieces(solver: str):
    dark: dict[str, Any] = {"charging_kwh": [[[0.0, 30.0]]], "solar_existing_kwp": 50.0, "solar_max_added_kwp": 0.0}
    case = two_slots(**dark, c_rate=1.0, battery_step=25.0, grid_limit_kwh=10.0)
    assert optimize(case, solver=solver).plan.battery_add.tolist() == [pytest.approx(25)]


def test_the_plan_is_certified_and_canonical():
    result = optimize(two_slots(**SUNNY, solar_step=20.0))
    assert result.is_certified
    assert "every choice of what is bought whole" in checked(result)
    assert not [note for note in result.notes if "canonical" in note]


def test_the_check_finds_what_is_no_multiple():
    plan = solved(two_slots(**SUNNY))
    found = verify(plan, two_slots(**SUNNY, solar_step=20.0), plan.objective, -np.inf)
    assert any(failure.startswith("solar_in_steps") for failure in found.failures)


def test_without_steps_nothing_is_on():
    assert two_slots().is_on() == []
    assert two_slots(battery_step=5.0).is_on() == ["steps"]
