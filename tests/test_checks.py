"""Rules across rows and tables."""

from __future__ import annotations

import pytest

from fleetopt.checks import check
from fleetopt.inputs import Inputs
from fleetopt.problem import note
from tests.untidy import small_inputs


@pytest.fixture
def inputs():
    return small_inputs()


def found(inputs: Inputs) -> list[str]:
    return [str(problem) for problem in check(inputs)]


def only(inputs: Inputs) -> str:
    (problem,) = check(inputs)
    assert problem.advice
    return str(problem)


def test_a_valid_depot_has_no_problem(inputs):
    assert found(inputs) == []


def test_what_was_found_while_reading_comes_first(inputs):
    inputs.problems = [note("Energy!A2", "'6 AM' is read as '6AM'.")]
    inputs.fleet.values["slot"][0] = "1AM-2AM"
    assert found(inputs)[0] == "note: Energy!A2: '6 AM' is read as '6AM'."
    assert len(found(inputs)) == 2


@pytest.mark.parametrize(
    ("table", "change", "where", "words"),
    [
        ("fleet", {"year": 2025}, "Fleet!A3", "Vehicle V1, Year 2025 is given twice, first in Fleet!A2"),
        ("fleet", {"year": 2025, "vehicle": "v1"}, "Fleet!A3", "Vehicle v1, Year 2025 is given twice"),
        ("trucks", {"year": 2025}, "Trucks!A3", "Truck type 1, Year 2025 is given twice"),
        ("energy", {"slot": "12AM-12PM"}, "Energy!A3", "Slot 12AM-12PM is given twice"),
        ("costs", {"year": 2025}, "Costs!A3", "Year 2025 is given twice"),
        ("scenarios", {"scenario": "EXPORT 1.0"}, "Scenarios!A3", "Scenario EXPORT 1.0 is given twice"),
    ],
)
def test_a_key_that_stands_twice_is_named(inputs, table, change, where, words):
    rows = getattr(inputs, table)
    for column, value in change.items():
        rows.values[column][1] = value
    twice = [problem for problem in check(inputs) if "given twice" in problem.message]
    assert [problem.where for problem in twice] == [where]
    assert words in twice[0].message


def test_a_key_with_a_blank_is_not_given_twice(inputs):
    inputs.fleet.values["vehicle"] = [None, None]
    inputs.fleet.values["year"] = [2025, 2025]
    assert not any("given twice" in text for text in found(inputs))


@pytest.mark.parametrize("problems", [[], [note("Energy!A2", "'6 AM' is read as '6AM'.")]])
def test_a_missing_setting_is_named_whatever_else_was_noted(inputs, problems):
    inputs.problems = problems
    del inputs.settings["grid_limit_kwh"]
    assert any("Grid limit [kWh] is missing" in text for text in found(inputs))


@pytest.mark.parametrize(("hours", "said"), [(11.5, "23.5"), (12.5, "24.5")])
def test_slots_must_make_24_hours(inputs, hours, said):
    inputs.energy.values["hours"][1] = hours
    assert only(inputs).startswith(
        f"error: Energy!B2: the slots of 'Average day' make {said} hours, must make 24: 12AM-12PM, 12PM-12AM."
    )


def test_hours_that_add_up_to_24_but_for_rounding_are_24(inputs):
    inputs.energy.values["hours"] = [24 - 0.1 * 3, 0.1 + 0.2]  # 0.1 + 0.2 is 0.30000000000000004
    inputs.energy.values["slot"] = inputs.fleet.values["slot"] = ["12AM-11:42PM", "11:42PM-12AM"]
    assert found(inputs) == []


def two_day_types(inputs: Inputs) -> None:
    """The same two slots on a weekday and on a weekend day."""
    energy = inputs.energy
    for name, values in energy.values.items():
        energy.values[name] = [*values, *values]
    energy.values["day_type"] = ["Weekday", "Weekday", "Weekend", "Weekend"]
    inputs.day_types.values.update(day_type=["Weekday", "Weekend"], days=[261.0, 104.0])


def test_every_day_type_has_the_same_slots(inputs):
    two_day_types(inputs)
    assert found(inputs) == []
    inputs.energy.values["hours"] = [12.0, 12.0, 11.0, 13.0]
    assert "'Weekend' has other slots than 'Weekday', must have the same." in only(inputs)
    inputs.energy.values.update(hours=[12.0] * 4, slot=["12AM-12PM", "12PM-12AM", "12AM-12PM", "12:00-24:00"])
    assert "'Weekend' has other slots than 'Weekday'" in only(inputs)


@pytest.mark.parametrize("day_type", ["Sunday", "weekend day"])
def test_a_day_type_that_has_no_number_of_days_is_named(inputs, day_type):
    two_day_types(inputs)
    inputs.energy.values["day_type"][2:] = [day_type, day_type]
    assert any(day_type in text and text.startswith("error: Energy!A4") for text in found(inputs))


def test_a_day_type_that_has_no_slots_is_named(inputs):
    inputs.day_types.values.update(day_type=["Average day", "Holiday"], days=[355.0, 10.0])
    assert any("Holiday" in text and text.startswith("error") for text in found(inputs))


@pytest.mark.parametrize(("days", "count"), [(364.9, 1), (365, 0), (365.25, 0), (366, 0), (366.1, 1)])
def test_the_day_types_make_a_year(inputs, days, count):
    inputs.day_types.values["days"] = [days]
    assert len(found(inputs)) == count
    assert all("must make 365 or 366" in text for text in found(inputs))


def test_days_that_add_up_to_a_year_but_for_rounding_are_a_year(inputs):
    two_day_types(inputs)
    inputs.day_types.values["days"] = [364.9, 0.1 - 1e-13]  # as a sum of many fractions may come out
    assert sum(inputs.day_types.values["days"]) < 365
    assert found(inputs) == []


def test_an_unknown_slot_is_named_with_the_one_that_was_probably_meant(inputs):
    inputs.fleet.values["slot"][1] = "12PM-11AM"
    assert only(inputs) == (
        "error: Fleet!E3: Charging slot is '12PM-11AM', must be a slot of the Energy table. Did you mean '12PM-12AM'?"
    )


def test_an_unknown_truck_type_is_named_with_the_known_ones(inputs):
    inputs.fleet.values["truck_type"][0] = "van"
    assert only(inputs) == ("error: Fleet!B2: Truck type is 'van', must be a type of the Trucks table. Known: 1.")


def test_a_truck_type_without_figures_in_a_year_is_named(inputs):
    inputs.trucks = inputs.trucks.take([0])
    assert only(inputs) == (
        "error: Fleet!B3: truck type '1' has no figures for 2026. Add a row for '1' in 2026 to the Trucks table."
    )


@pytest.mark.parametrize("column", ["truck_type", "year", "slot", "distance_km"])
def test_a_blank_that_was_already_named_gives_no_second_error(inputs, column):
    inputs.fleet = inputs.fleet.take([0, 1, 1])
    inputs.fleet.values["vehicle"][2] = "V2"
    inputs.fleet.values[column][2] = None
    assert found(inputs) == []


@pytest.mark.parametrize(
    ("table", "where", "words"),
    [
        ("costs", "Costs!A2", "2026 has no row of costs, must have one like every year from 2025 to 2027"),
        ("fleet", "Fleet!C2", "no vehicle is listed for 2026, must be for every year from 2025 to 2027"),
    ],
)
def test_a_year_in_the_middle_may_not_be_left_out(inputs, table, where, words):
    for name in ("fleet", "trucks", "costs"):
        rows = getattr(inputs, name).take([0, 1, 1])
        rows.values["year"] = [2025, 2026, 2027]
        setattr(inputs, name, rows)
    assert found(inputs) == []
    setattr(inputs, table, getattr(inputs, table).take([0, 2]))
    text = only(inputs)
    assert text.startswith(f"error: {where}: ")
    assert words in text


def test_the_horizon_counts_from_the_first_year(inputs):
    inputs.horizon = 2
    assert found(inputs) == []
    inputs.horizon = 3
    assert [text.split(",")[0] for text in found(inputs)] == [
        "error: Costs!A2: 2027 has no row of costs",
        "error: Fleet!C2: no vehicle is listed for 2027",
    ]
