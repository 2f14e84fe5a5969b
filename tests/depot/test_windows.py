"""Charging windows and plugs, by hand on depots of one slot or two."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fleetopt.depot.case import Case
from fleetopt.inputs.checks import check
from fleetopt.inputs.inputs import Inputs
from fleetopt.inputs.schema import TABLES
from fleetopt.plan.assumptions import told
from fleetopt.plan.limits import limits
from fleetopt.plan.verify import verify
from fleetopt.words.rows import Cell, given
from tests.cases import two_slots
from tests.depot.planned import has_plan, solved
from tests.untidy import small_inputs

BARE: dict[str, Any] = {
    "charging_kwh": 0.0, "solar_max_added_kwp": 0.0, "battery_max_kwh": 0.0, "grid_price": [[2.0, 1.0]],
}  # fmt: skip
"""Two slots of 12 h, 6AM-6PM at 2 USD/kWh and 6PM-6AM at 1; nothing charges but what has a window."""


def van(**changes: Any) -> dict[str, Any]:
    return {"vehicle": "V", "truck_type": "Van", "year": 2025, "distance_km": 120.0, "window": "12AM-12AM", **changes}


def depot(*fleet: dict[str, Any], max_kw: float | None = None, **changes: Any) -> Case:
    """Vans that use 0.5 kWh/km: 60 kWh for 120 km."""
    trucks = [{"truck_type": "Van", "year": 2025, "consumption": 0.5, "max_kw": max_kw}]
    return two_slots(**{**BARE, "fleet": fleet, "trucks": trucks, **changes})


def charged(case: Case) -> list[float]:
    """What charges in the slots of the first year and day."""
    return [pytest.approx(kwh) for kwh in solved(case).charged_kwh[0, 0].tolist()]


def test_trucks_charge_when_energy_is_cheap_within_their_window():
    assert charged(depot(van())) == [0, 60]
    assert charged(depot(van(window="6AM-6PM"))) == [60, 0]
    assert charged(depot(van(window="17:00-19:00"))) == [0, 60]
    assert charged(depot(van(count=3))) == [0, 180]


def test_no_truck_takes_more_than_its_power_in_the_hours_for_which_it_is_there():
    assert charged(depot(van(), max_kw=3.0)) == [60 - 36, 36]  # 3 kW x 12 h
    assert charged(depot(van(window="5PM-11PM"), max_kw=10.0)) == [
        10,
        50,
    ]  # one hour of the first slot, five of the next
    assert charged(depot(van(window="5PM-11PM", count=2), max_kw=10.0)) == [20, 100]
    assert not has_plan(depot(van(window="5PM-11PM"), max_kw=9.9))


def test_on_arrival_they_charge_from_the_start_of_their_window_on():
    unmanaged: dict[str, Any] = {"managed_charging": "no"}
    # 60 kWh at 10 kW from 2PM on: four hours until 6PM, two more after it
    assert charged(depot(van(window="2PM-6AM"), max_kw=10.0, **unmanaged)) == [40, 20]
    assert charged(depot(van(window="4PM-8AM"), **unmanaged)) == [60 * 4 / 16, 60 * 12 / 16]  # 4PM-6PM, 6AM-8AM
    assert not has_plan(depot(van(window="5PM-11PM"), max_kw=9.9, **unmanaged))


def test_a_truck_that_is_there_for_a_part_of_a_slot_needs_the_charger_in_that_part():
    # 100 kWh in two hours are 50 kW, though the slot has twelve
    short = van(window="8PM-10PM", distance_km=200.0)
    assert solved(depot(short)).charger_add.sum() == 1
    assert solved(depot(short, consumption_factor=1.001)).charger_add.sum() == 2
    # on arrival 60 kWh at 60 kW are charged within one hour
    assert solved(depot(van(window="8PM-6AM"), max_kw=60.0, managed_charging="no")).charger_add.sum() == 2


def test_a_day_takes_its_share_of_the_fleet_and_its_factor():
    days: dict[str, Any] = {"day_types": ("Workday", "Sunday"), "days": [300.0, 65.0]}
    plan = solved(depot(van(count=2), **days, fleet_share=[0.5, 0.0], day_consumption_factor=[1.2, 9.0]))
    assert plan.charged_kwh[0].sum(axis=1).tolist() == [pytest.approx(0.5 * 1.2 * 120), 0]


def test_what_is_lost_on_the_way_is_drawn_besides():
    plan = solved(depot(van(), charging_efficiency=0.8))
    assert plan.grid_to_load[0, 0].tolist() == [pytest.approx(0), pytest.approx(75)]


def test_a_window_that_is_its_slot_is_the_slot():
    slot = solved(two_slots(**{**BARE, "charging_kwh": [[[0.0, 60.0]]]}))
    assert solved(depot(van(window="6PM-6AM"))).total_cost.tolist() == pytest.approx(slot.total_cost.tolist())


def test_the_answer_says_when_they_charge_and_what_that_saves():
    afternoon: dict[str, Any] = {"slots": ("2PM-4PM", "4PM-2PM"), "hours": [2.0, 22.0]}
    # 60 kWh in two hours on arrival, in 22 as planned
    case = depot(van(window="2PM-6AM"), max_kw=30.0, **afternoon)
    [said] = told(solved(case), in_answer=True)
    what, saved = "Trucks with windows charge mostly", "the highest load is 3 kW instead of 30 kW on arrival"
    assert said == f"{what} from 16:00 to 14:00; {saved}."
    [said] = told(solved(case.replace(managed_charging="no")), in_answer=True)
    assert said == "Trucks with windows charge mostly from 14:00 to 16:00; the highest load is 30 kW."


def test_the_report_tells_the_power_of_trucks():
    [use] = [use for use in limits(solved(depot(van(), max_kw=3.0))) if use.limit.startswith("Truck power")]
    assert (use.limit, use.slot, use.used, use.most) == (
        "Truck power: Van 120 km 00:00-24:00", "6PM-6AM", pytest.approx(36), pytest.approx(36),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"consumption_factor": 1.1}, "window_need"),
        ({"max_kw": 2.9}, "truck_power"),
        ({"managed_charging": "no"}, "on_arrival"),
        ({"fleet": [van(window="6AM-6PM")]}, "window"),
        ({"power_kw": 1.0}, "charger_capacity"),
    ],
)
def test_the_check_finds_what_does_not_hold(changes: dict[str, Any], rule: str):
    plan = solved(depot(van(), max_kw=3.0))
    other = depot(*changes.pop("fleet", [van()]), **{"max_kw": 3.0, **changes})
    assert rule in " ".join(verify(plan, other, plan.objective, -np.inf).failures)


PLUGS: dict[str, Any] = {"chargers": ("Slow", "Fast"), "power_kw": [11.0, 50.0], "charger_price": [[100.0], [1000.0]]}


def test_every_truck_has_a_plug():
    three = van(window="6PM-6AM", count=3)  # 60 kWh in 12 h are 5 kW each
    assert solved(depot(three, **PLUGS)).charger_add.tolist() == [[2], [0]]  # 180 kWh in 12 h are 15 kW
    assert solved(depot(three, **PLUGS, trucks_per_plug=1.0)).charger_add.tolist() == [[3], [0]]
    assert solved(depot(three, **PLUGS, trucks_per_plug=1.0, ports=[2.0, 1.0])).charger_add.tolist() == [[2], [0]]
    assert solved(depot(three, **PLUGS, trucks_per_plug=2.0)).charger_add.tolist() == [[2], [0]]


def test_a_truck_that_needs_much_power_has_a_strong_plug():
    # 60 kWh in 5 h are 12 kW; two of them, one after the other at one plug, need 24 kW
    assert solved(depot(van(window="7PM-12AM"), **PLUGS, trucks_per_plug=1.0)).charger_add.tolist() == [[0], [1]]
    assert not has_plan(depot(van(window="7PM-8PM"), **PLUGS, trucks_per_plug=1.0))  # 60 kW
    assert not has_plan(depot(van(window="7PM-9PM", count=2), **PLUGS, trucks_per_plug=2.0))  # 2 x 30 kW
    assert has_plan(depot(van(window="7PM-9PM", count=2), **PLUGS, trucks_per_plug=1.0))


def test_the_check_finds_trucks_without_a_plug():
    plan = solved(depot(van(window="6PM-6AM", count=3), **PLUGS))
    for changes, rule in (
        ({"trucks_per_plug": 1.0}, "plugs"),
        ({"trucks_per_plug": 2.0, "distance_km": 150.0}, "fast_plugs"),
    ):
        distance = changes.pop("distance_km", 120.0)
        other = depot(van(window="6PM-6AM", count=3, distance_km=distance), **PLUGS, **changes)
        assert rule in " ".join(verify(plan, other, plan.objective, -np.inf).failures)


def test_without_counting_plugs_it_is_said_how_many_trucks_stand_at_how_many():
    plan = solved(depot(van(window="6PM-6AM", count=3), **PLUGS))
    [said] = told(plan, in_answer=False)
    assert said.endswith("in 2025 6PM-6AM 3 trucks stand at 2 plugs.")


def test_without_windows_nothing_is_on():
    assert two_slots().is_on() == []
    assert depot(van(), trucks_per_plug=1.0).is_on() == ["charging", "plugs"]


def problems(*fleet: dict[str, Any], max_kw: float | None = None, **settings: Any) -> list[str]:
    """What is said of the small depot with such a fleet."""
    inputs: Inputs = small_inputs()
    first = {name: values[0] for name, values in inputs["tblFleet"].values.items()}
    rows = [{**first, "count": 1, "until": 2199, "window": None, **row} for row in fleet]
    inputs.tables["tblFleet"] = given(TABLES["tblFleet"], rows, "Fleet!1")
    trucks = inputs["tblTrucks"]
    trucks.values["max_kw"], trucks.places["max_kw"] = [max_kw] * len(trucks), "Trucks!{}".format
    inputs.settings |= {name: Cell(value, f"Settings {name}") for name, value in settings.items()}
    return [f"{each.severity}: {each.where} {each.message} {each.advice}" for each in check(inputs)]


def said_of(words: str, found: list[str]) -> str:
    [said] = [each for each in found if words in each]
    return said


def test_a_truck_has_a_slot_or_a_window():
    assert said_of("is blank", problems({"slot": None})).startswith("error: Fleet!1 Charging slot is blank")
    assert not [said for said in problems({"slot": None, "window": "18:00-06:00"}) if "is blank" in said]
    assert "note: Fleet!1 the slot is not used" in said_of("not used", problems({"window": "18:00-06:00"}))


@pytest.mark.parametrize("window", ["nights", "18:00", "25:00-26:00", "6 to"])
def test_a_window_is_a_span(window: str):
    assert "must be a span of the day" in said_of("Charging window", problems({"window": window}))


@pytest.mark.parametrize("window", ["18.00-06.00", "6PM to 6AM", "18:00-06:00", "06:00-06:00", "0-24"])
def test_a_window_may_be_written_in_several_ways(window: str):
    assert not [said for said in problems({"window": window}) if said.startswith("error")]


def test_a_window_too_short_for_the_power_of_the_truck_is_an_error_that_says_what_would_do():
    # 100 km x 0.9 kWh/km
    said = said_of("at most", problems({"window": "18:00-20:00", "distance_km": 100.0}, max_kw=40.0))
    assert said.startswith("error: Fleet!1")
    assert "needs 90 kWh and takes 40 kW at most: 2.25 h, but its window has 2" in said
    assert "Give it 2.25 h or 45 kW" in said
    heavy = problems({"window": "18:00-21:00", "distance_km": 100.0}, max_kw=40.0, consumption_factor=2.0)
    assert "needs 180 kWh" in said_of("at most", heavy)
    slot = said_of("at most", problems({"distance_km": 600.0}, max_kw=1.0))
    assert slot.startswith("warning: Fleet!1")


def test_a_window_that_cuts_a_slot_is_a_warning_that_names_the_hour():
    assert "Split the slot at 18:30" in said_of("18:30", problems({"window": "18:30-12:00"}))


def test_charging_on_arrival_needs_to_know_what_trucks_take():
    found = problems({"window": "18:00-06:00"}, managed_charging="no")
    assert said_of("on arrival", found).startswith("warning: Settings managed_charging")
    assert not [
        said for said in problems({"window": "18:00-06:00"}, max_kw=90.0, managed_charging="no") if "on arrival" in said
    ]


def test_a_truck_that_no_charger_can_serve_alone_is_named():
    found = said_of("at its plug", problems({"window": "18:00-19:00", "distance_km": 2000.0}))
    assert "warning: Fleet!1" in found
    assert "within 1 h, so" in found
