"""Rules across rows and tables."""

from __future__ import annotations

import pytest

from fleetopt.inputs import schema
from fleetopt.inputs.checks import check
from fleetopt.inputs.inputs import Inputs
from fleetopt.inputs.scenarios import scenarios
from fleetopt.words.problem import note
from fleetopt.words.rows import Cell, Rows, given
from tests.untidy import small_inputs


@pytest.fixture
def inputs():
    return small_inputs()


def found(inputs: Inputs) -> list[str]:
    """Every finding as a line; each says where and, but for a note, what to do."""
    problems = check(inputs)
    assert all(isinstance(problem.where, str) for problem in problems)
    assert all(problem.advice for problem in problems if problem.severity != "note")
    return [str(problem) for problem in problems]


def only(inputs: Inputs) -> str:
    (text,) = found(inputs)
    return text


def test_a_valid_depot_has_no_problem(inputs):
    assert found(inputs) == []


def test_what_was_found_while_reading_comes_first(inputs):
    inputs.problems = [note("Energy!A2", "'6 AM' is read as '6AM'.")]
    inputs["tblFleet"].values["slot"][0] = "1AM-2AM"
    assert found(inputs)[0] == "note: Energy!A2: '6 AM' is read as '6AM'."
    assert len(found(inputs)) == 2


@pytest.mark.parametrize(
    ("table", "change", "where", "words"),
    [
        ("tblFleet", {"year": 2025}, "Fleet!A3", "Vehicle V1, Year 2025 is given twice, first in Fleet!A2"),
        ("tblFleet", {"year": 2025, "vehicle": "v1"}, "Fleet!A3", "Vehicle v1, Year 2025 is given twice"),
        ("tblTrucks", {"year": 2025}, "Trucks!A3", "Truck type 1, Year 2025 is given twice"),
        ("tblEnergy", {"slot": "12AM-12PM"}, "Energy!A3", "Slot 12AM-12PM is given twice"),
        ("tblCosts", {"year": 2025}, "Costs!A3", "Year 2025 is given twice"),
        ("tblScenarios", {"scenario": "EXPORT 1.0"}, "Scenarios!A3", "Scenario EXPORT 1.0 is given twice"),
    ],
)
def test_a_key_that_stands_twice_is_named(inputs, table, change, where, words):
    rows = inputs[table]
    for column, value in change.items():
        rows.values[column][1] = value
    twice = [problem for problem in check(inputs) if "given twice" in problem.message]
    assert [problem.where for problem in twice] == [where]
    assert words in twice[0].message


def test_a_key_with_a_blank_is_not_given_twice(inputs):
    inputs["tblFleet"].values["vehicle"] = [None, None]
    inputs["tblFleet"].values["year"] = [2025, 2025]
    assert not any("given twice" in text for text in found(inputs))


def test_a_key_that_stands_twice_below_a_blank_one_is_named(inputs):
    inputs.tables["tblFleet"] = inputs["tblFleet"].take([0, 1, 1])
    inputs["tblFleet"].values["vehicle"][0] = None
    assert only(inputs).startswith("error: Fleet!A3: Vehicle V1, Year 2026 is given twice")


@pytest.mark.parametrize("problems", [[], [note("Energy!A2", "'6 AM' is read as '6AM'.")]])
def test_a_missing_setting_is_named_whatever_else_was_noted(inputs, problems):
    inputs.problems = problems
    del inputs.settings["grid_limit_kwh"]
    assert any("Grid limit [kWh] is missing" in text for text in found(inputs))


def test_a_missing_setting_is_asked_for_by_its_meaning(inputs):
    del inputs.settings["grid_limit_kwh"]
    assert only(inputs) == (
        "error: Settings: Grid limit [kWh] is missing, and Grid limit as power [kW] too; one of them is needed. Enter "
        "the most energy that the grid gives in one slot, or the power of the connection."
    )
    inputs.settings["grid_limit_kw"] = Cell(100.0, "Settings")
    del inputs.settings["battery_max_kwh"]
    assert only(inputs).startswith("error: Room for battery [kWh] is missing. Enter the most")


@pytest.mark.parametrize("name", ["c_rate", "time_limit"])
def test_a_setting_with_a_default_or_that_no_run_needs_may_be_missing(inputs, name):
    del inputs.settings[name]
    assert found(inputs) == []


@pytest.mark.parametrize(
    "none", [small_inputs()["tblChargers"].take([]), given(schema.TABLES["tblChargers"], [], "study")]
)
def test_at_least_one_charger_type_is_offered(inputs, none):
    inputs.tables["tblChargers"] = none
    assert only(inputs).startswith("error: Chargers: no charger type is offered")
    inputs["tblFleet"].values["slot"][0] = "1AM-2AM"  # beside another error the chargers may only not have been read
    assert only(inputs).startswith("error: Fleet!E2: Charging slot is '1AM-2AM'")


@pytest.mark.parametrize("table", ["tblFleet", "tblTrucks", "tblEnergy", "tblDayTypes", "tblCosts", "tblScenarios"])
def test_a_table_that_could_not_be_read_gives_no_second_error(inputs, table):
    rows = inputs[table]
    inputs.tables[table] = Rows(rows.table, {name: [] for name in rows.values}, {})
    assert found(inputs) == []


@pytest.mark.parametrize(("hours", "said"), [(11.5, "23.5"), (12.5, "24.5")])
def test_slots_must_make_24_hours(inputs, hours, said):
    inputs["tblEnergy"].values["hours"][1] = hours
    assert only(inputs).startswith(
        f"error: Energy!B2: the slots of 'Average day' make {said} hours, must make 24: 12AM-12PM, 12PM-12AM."
    )


def test_hours_that_add_up_to_24_but_for_rounding_are_24(inputs):
    inputs["tblEnergy"].values["hours"] = [24 - 0.1 * 3, 0.1 + 0.2]  # 0.1 + 0.2 is 0.30000000000000004
    inputs["tblEnergy"].values["slot"] = inputs["tblFleet"].values["slot"] = ["12AM-11:42PM", "11:42PM-12AM"]
    inputs["tblEnergy"].values["solar_yield"][1] = 0.3
    inputs["tblFleet"].values["distance_km"][1] = 10.0
    assert found(inputs) == []


def two_day_types(inputs: Inputs) -> None:
    """The same two slots on a weekday and on a weekend day."""
    energy = inputs["tblEnergy"]
    for name, values in energy.values.items():
        energy.values[name] = [*values, *values]
    energy.values["day_type"] = ["Weekday", "Weekday", "Weekend", "Weekend"]
    inputs["tblDayTypes"].values.update(day_type=["Weekday", "Weekend"], days=[261.0, 104.0])


def test_every_day_type_has_the_same_slots(inputs):
    two_day_types(inputs)
    assert found(inputs) == []
    inputs["tblEnergy"].values["hours"] = [10.0, 14.0, 11.0, 13.0]
    assert only(inputs).startswith(
        "error: Energy!C4: the slot '12AM-12PM' has 11 hours on 'Weekend', but 10 on 'Weekday', must have the same."
    )
    inputs["tblEnergy"].values.update(hours=[12.0] * 4, slot=["12AM-12PM", "12PM-12AM", "12AM-12PM", "12:00-24:00"])
    assert only(inputs).startswith("error: Energy!B5: 'Weekend' has the slot '12:00-24:00', which 'Weekday' has not.")


def test_a_slot_that_a_day_type_lacks_is_named_once(inputs):
    two_day_types(inputs)
    inputs.tables["tblEnergy"] = inputs["tblEnergy"].take([0, 1, 2])
    assert only(inputs).startswith("error: Energy!B4: 'Weekend' lacks the slot '12PM-12AM', which 'Weekday' has.")


@pytest.mark.parametrize(("last", "is_fine"), [(12.0000009, True), (12.0000011, False)])
def test_slots_make_24_hours_to_a_millionth(inputs, last, is_fine):
    inputs["tblEnergy"].values["hours"][1] = last
    assert (found(inputs) == []) == is_fine
    if is_fine:
        assert scenarios(inputs)


def new_slots(inputs: Inputs, *slots: str) -> None:
    """Other slots, all of the same length."""
    inputs.tables["tblEnergy"] = inputs["tblEnergy"].take([0] * len(slots))
    inputs["tblEnergy"].values.update(slot=list(slots), hours=[24 / len(slots)] * len(slots))
    inputs["tblFleet"].values["slot"] = list(slots[:2])


@pytest.mark.parametrize(
    "slots",
    [
        ("6PM-6AM", "6AM-6PM"),  # over midnight
        ("4PM-12AM", "12AM-8AM", "8AM-4PM"),  # in another order
        ("Day", "1PM-1AM"),  # one is no span, so nothing is known of the others
        ("12:05AM-8:05AM", "8:05AM-4:05PM", "4:05PM-12:05AM"),  # 4:05PM + 8 h is 4e-15 h more than 12:05AM
    ],
)
def test_slots_that_follow_each_other_around_the_clock_make_a_day(inputs, slots):
    new_slots(inputs, *slots)
    assert found(inputs) == []


@pytest.mark.parametrize(
    ("slots", "misfit"),
    [
        (("12AM-12PM", "1PM-1AM"), "12AM-12PM"),  # 12AM to 1AM twice, 12PM to 1PM not at all
        (("12AM-12PM", "11:59AM-11:59PM"), "12AM-12PM"),  # a minute
        (("12AM-8AM", "9AM-5PM", "4PM-12AM"), "9AM-5PM"),
        (("8AM-4PM", "4PM-12AM", "8PM-4AM"), "8AM-4PM"),
    ],
)
def test_a_slot_that_does_not_start_where_the_one_before_it_ends_is_named(inputs, slots, misfit):
    new_slots(inputs, *slots)
    assert only(inputs).startswith(
        f"error: Energy!B2: the slots of 'Average day' do not follow each other: {misfit} does not start"
    )


def test_hours_that_differ_from_the_span_in_the_label_are_a_warning(inputs):
    inputs["tblEnergy"].values["hours"] = [11.5, 12.5]
    first, second = found(inputs)
    assert first.startswith("warning: Energy!C2: the slot '12AM-12PM' has 11.5 hours, but its label spans 12 hours.")
    assert second.startswith("warning: Energy!C3: the slot '12PM-12AM' has 12.5 hours")


@pytest.mark.parametrize("column", ["day_type", "slot", "hours"])
@pytest.mark.parametrize("i", [0, 1])
def test_a_blank_among_the_slots_that_was_already_named_gives_no_second_error(inputs, column, i):
    inputs["tblEnergy"].values[column][i] = None
    assert found(inputs) == []


@pytest.mark.parametrize("column", ["slot", "hours"])
def test_no_charging_slot_is_unknown_while_a_slot_is(inputs, column):
    inputs["tblEnergy"].values[column][0] = None  # hours are blank where a label is no span of the day
    inputs["tblFleet"].values["slot"][0] = "1AM-2AM"
    assert found(inputs) == []


@pytest.mark.parametrize("column", ["truck_type", "year"])
def test_no_truck_type_is_unknown_while_one_is_blank(inputs, column):
    inputs["tblTrucks"].values[column][1] = None
    assert found(inputs) == []


def test_years_without_a_row_are_one_error_that_names_where_the_last_one_stands(inputs):
    inputs["tblFleet"].values["year"][1] = inputs["tblTrucks"].values["year"][1] = 2052
    costs, vehicles = found(inputs)
    assert costs.startswith(
        "error: Costs!A2: 2027 to 2052 have no row of costs, must have one each like every year from"
    )
    assert costs.endswith("or shorten the planning horizon; 2052 stands in Fleet!C3.")
    assert vehicles.startswith(
        "error: Fleet!C2: no vehicle is listed for 2026 to 2051, must be for every year from 2025"
    )


def test_two_years_without_a_row_are_named_from_the_first_to_the_last(inputs):
    inputs["tblFleet"].values["year"][1] = inputs["tblTrucks"].values["year"][1] = 2028
    costs, vehicles = found(inputs)
    assert costs.startswith("error: Costs!A2: 2027 to 2028 have no row of costs")
    assert vehicles.startswith("error: Fleet!C2: no vehicle is listed for 2026 to 2027")


@pytest.mark.parametrize(
    ("table", "said", "there"),
    [
        ("tblCosts", "error: Costs!A3: 2025 has no row of costs", "2025 stands in Fleet!C2."),
        ("tblFleet", "error: Fleet!C3: no vehicle is listed for 2025", "2025 stands in Costs!A2."),
    ],
)
def test_a_first_year_that_only_one_table_has_is_named_with_its_cell(inputs, table, said, there):
    inputs.tables[table] = inputs[table].take([1])
    text = only(inputs)
    assert text.startswith(said)
    assert text.endswith(there)


def test_years_are_not_compared_while_one_is_blank(inputs):
    inputs["tblCosts"].values["year"][1] = None
    assert found(inputs) == []


@pytest.mark.parametrize("day_type", ["Sunday", "weekend day"])
def test_a_day_type_that_has_no_number_of_days_is_named(inputs, day_type):
    two_day_types(inputs)
    inputs["tblEnergy"].values["day_type"][2:] = [day_type, day_type]
    assert any(day_type in text and text.startswith("error: Energy!A4") for text in found(inputs))


def test_a_day_type_that_has_no_slots_is_named(inputs):
    inputs["tblDayTypes"].values.update(day_type=["Average day", "Holiday"], days=[355.0, 10.0])
    assert only(inputs).startswith("error: Energy!A3: the day type 'Holiday' has no slots. Add its slots to the Energy")


@pytest.mark.parametrize(
    ("day_type", "advice"), [("Weekends", "Did you mean 'Weekend'?"), ("Sunny", "Known: Weekday, Weekend.")]
)
def test_an_unknown_day_type_is_named_with_what_was_probably_meant(inputs, day_type, advice):
    two_day_types(inputs)
    inputs["tblEnergy"].values["day_type"][2:] = [day_type, day_type]
    assert found(inputs)[0] == (f"error: Energy!A4: Day type is '{day_type}', must be one of the day types. {advice}")


@pytest.mark.parametrize(
    ("days", "count"), [(364.9, 1), (365 - 1e-6, 0), (365, 0), (365.25, 0), (366, 0), (366 + 1e-6, 0), (366.1, 1)]
)
def test_the_day_types_make_a_year(inputs, days, count):
    inputs["tblDayTypes"].values["days"] = [days]
    assert [problem.where for problem in check(inputs)] == ["Energy!B2"] * count
    assert all("must make 365 or 366" in text for text in found(inputs))


def test_days_that_add_up_to_a_year_but_for_rounding_are_a_year(inputs):
    two_day_types(inputs)
    inputs["tblDayTypes"].values["days"] = [364.9, 0.1 - 1e-13]  # as a sum of many fractions may come out
    assert sum(inputs["tblDayTypes"].values["days"]) < 365
    assert found(inputs) == []


def test_an_unknown_slot_is_named_with_the_one_that_was_probably_meant(inputs):
    inputs["tblFleet"].values["slot"][1] = "12PM-11AM"
    assert only(inputs) == (
        "error: Fleet!E3: Charging slot is '12PM-11AM', must be a slot of the Energy table. Did you mean '12PM-12AM'?"
    )


def test_an_unknown_truck_type_is_named_with_the_known_ones(inputs):
    inputs["tblFleet"].values["truck_type"][0] = "van"
    assert only(inputs) == ("error: Fleet!B2: Truck type is 'van', must be a type of the Trucks table. Known: 1.")


def test_an_unknown_truck_type_below_a_blank_one_is_named(inputs):
    inputs["tblFleet"].values["truck_type"] = [None, "van"]
    assert only(inputs).startswith("error: Fleet!B3: Truck type is 'van'")


def test_a_sheet_with_an_exclamation_mark_is_named_in_full(inputs):
    inputs["tblTrucks"].places["truck_type"] = lambda i: f"'New!'!A{i + 2}"
    inputs["tblFleet"].values["truck_type"][0] = "van"
    assert "must be a type of the 'New!' table" in only(inputs)


def test_a_truck_type_without_figures_in_a_year_is_named(inputs):
    inputs.tables["tblTrucks"] = inputs["tblTrucks"].take([0])
    assert only(inputs) == (
        "error: Fleet!B3: truck type '1' has no figures for 2026. Add a row for '1' in 2026 to the Trucks table."
    )


@pytest.mark.parametrize("column", ["truck_type", "year", "distance_km"])
def test_a_blank_that_was_already_named_gives_no_second_error(inputs, column):
    inputs.tables["tblFleet"] = inputs["tblFleet"].take([0, 1, 1])
    inputs["tblFleet"].values["vehicle"][2] = "V2"
    inputs["tblFleet"].values[column][2] = None
    assert found(inputs) == []


@pytest.mark.parametrize(
    ("table", "where", "words"),
    [
        ("tblCosts", "Costs!A2", "2026 has no row of costs, must have one like every year from 2025 to 2027"),
        ("tblFleet", "Fleet!C2", "no vehicle is listed for 2026, must be for every year from 2025 to 2027"),
    ],
)
def test_a_year_in_the_middle_may_not_be_left_out(inputs, table, where, words):
    for name in ("tblFleet", "tblTrucks", "tblCosts"):
        rows = inputs[name].take([0, 1, 1])
        rows.values["year"] = [2025, 2026, 2027]
        inputs.tables[name] = rows
    assert found(inputs) == []
    inputs.tables[table] = inputs[table].take([0, 2])
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
    assert all(text.endswith("or shorten the planning horizon.") for text in found(inputs))  # no table has 2027


def test_two_scenarios_do_not_share_a_folder(inputs):
    inputs["tblScenarios"].values["scenario"] = ["Export 1.0", "Export-1.0"]  # both export-1.0
    assert only(inputs).startswith("error: Scenarios!A3: the scenarios 'Export 1.0' (Scenarios!A2) and 'Export-1.0'")
    inputs["tblScenarios"].values["scenario"] = ["Export 1.0", "Export 1.1"]
    assert found(inputs) == []


def test_scenarios_that_share_a_folder_below_a_blank_one_are_named(inputs):
    inputs.tables["tblScenarios"] = inputs["tblScenarios"].take([0, 0, 1])
    inputs["tblScenarios"].values["scenario"] = [None, "Small grid", "Small, grid"]
    assert "'Small grid' (Scenarios!A2) and 'Small, grid'" in only(inputs)


def test_the_same_scenario_in_capitals_is_given_twice_and_no_more(inputs):
    inputs["tblScenarios"].values["scenario"] = ["Export 1.0", "EXPORT 1.0"]
    assert "is given twice" in only(inputs)


def test_at_least_one_scenario_is_to_run(inputs):
    inputs["tblScenarios"].values["run"] = ["no", "yes"]
    assert found(inputs) == []
    inputs["tblScenarios"].values["run"] = ["no", "no"]
    assert only(inputs).startswith("error: Scenarios!B2: no scenario is to run")


def test_a_truck_that_needs_more_than_the_strongest_charger_is_named_with_its_power(inputs):
    """More chargers do not help it: it stands at one plug. 2026: 160 kWh within 12 h."""
    fleet, power = inputs["tblFleet"].values, inputs["tblChargers"].values["power_kw"]
    power[:] = [160 / 12]
    assert not any("plug" in text for text in found(inputs))
    power[:] = [13.0]
    (said,) = (text for text in found(inputs) if "plug" in text)
    assert said.startswith("warning: Fleet!")
    assert "'V1' needs 160 kWh within 12 h, so 13.33 kW at its plug; the strongest charger gives 13 kW." in said
    fleet["distance_km"][:] = [1000.0, 2000.0]
    (said,) = (text for text in found(inputs) if "plug" in text)
    assert "1,600 kWh within 12 h, so 133.3 kW at its plug (and in 1 more row)" in said


def test_more_sun_in_a_slot_than_it_has_hours_is_doubted(inputs):
    energy = inputs["tblEnergy"].values
    energy["hours"][:] = [4.0, 20.0]
    energy["solar_yield"][:] = [4.0, 2.5]
    assert not any("kWp" in text for text in found(inputs))
    energy["solar_yield"][0] = 4.1
    (said,) = (text for text in found(inputs) if "kWp" in text)
    assert "one kWp gives 4.1 kWh in a slot of 4 h; it gives at most 1 kWh in an hour." in said
    assert said.startswith("warning: Energy!")


def test_one_fact_about_many_rows_is_one_error(inputs):
    fleet = inputs["tblFleet"].values
    fleet["truck_type"][:] = ["Rigid", "Rigid"]
    fleet["slot"][:] = ["night", "night"]
    said = [text for text in found(inputs) if text.startswith("error")]
    assert len(said) == 2
    assert all("(and in 1 more row)" in text for text in said)
