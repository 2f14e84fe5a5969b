"""What is possible but probably a mistake."""

from __future__ import annotations

import pytest

from fleetopt import depot
from fleetopt.inputs import doubts as doubts_module
from fleetopt.inputs import schema
from fleetopt.inputs.checks import check
from fleetopt.inputs.doubts import doubtful_settings
from fleetopt.inputs.inputs import Inputs
from fleetopt.words.columns import Column
from fleetopt.words.problem import Problem
from fleetopt.words.rows import Cell
from tests.untidy import refined_inputs, small_inputs


def price_of(charger: str) -> Column:
    """The column of the costs for a charger's price."""
    return depot.FIGURES["charger_price"].column_of(charger)


PRICE = price_of("50 kW")
FIGURES = [
    *((name, column) for name, table in schema.TABLES.items() for column in table.columns if column.usual),
    ("tblCosts", PRICE),
]
SETTINGS = [column for column in (*schema.SETTINGS, schema.settable()["capex_budget"]) if column.usual]


@pytest.fixture
def inputs():
    inputs = small_inputs()
    inputs["tblTrucks"].values.update(range_km=[None, None], battery_kwh=[None, None])
    return inputs


def found(inputs: Inputs) -> list[str]:
    """Every finding as a line; each says where and what to do."""
    problems = check(inputs)
    assert all(problem.where and problem.advice for problem in problems)
    return [str(problem) for problem in problems]


def unusual(column: Column) -> list[tuple[float, bool]]:
    """Figures around those at which the doubt begins and a thousand times off, and whether they are doubted."""
    low, high = column.usual
    figures = [(low, False), (high, False), (low / 3, False), (low / 4, True), (low / 1000, True)]
    figures += [(3 * high, False), (4 * high, True), (1000 * high, True)]
    return [(value, is_doubted) for value, is_doubted in figures if 0 < value <= column.highest]


def asked_for_its_unit(problems: list[Problem]) -> list[tuple[str, str]]:
    doubts = [problem for problem in problems if "usual is" in problem.message]
    assert all(problem.advice.startswith("Check the unit: is it in ") for problem in doubts)
    return [(problem.severity, problem.where) for problem in doubts]


@pytest.mark.parametrize(("table", "column"), FIGURES, ids=[f"{table}-{column.name}" for table, column in FIGURES])
def test_a_figure_of_a_table_far_from_the_usual_is_doubted_at_its_cell(inputs, table, column):
    rows = inputs.tables[table] = inputs[table] or refined_inputs()[table]
    rows.values.setdefault(column.name, [None] * len(rows))
    rows.places.setdefault(column.name, lambda i: f"{table}!{i}")
    for value, is_doubted in unusual(column):
        rows.values[column.name][-1] = value
        where = rows.where(column.name, len(rows) - 1)
        assert asked_for_its_unit(check(inputs)) == [("warning", where)] * is_doubted, value


@pytest.mark.parametrize("column", SETTINGS, ids=[column.name for column in SETTINGS])
def test_a_setting_far_from_the_usual_is_doubted_wherever_it_is_given(inputs, column):
    scenarios = inputs["tblScenarios"]
    if column.name in [own.name for own in schema.SCENARIOS.columns]:
        scenarios.values.setdefault(column.name, [None, None])
        scenarios.places.setdefault(column.name, lambda i: f"Scenarios!Z{i + 2}")
    for value, is_doubted in unusual(column):
        given = Cell(value, "--set")
        assert asked_for_its_unit([*doubtful_settings({column.name: given})]) == [("warning", "--set")] * is_doubted
        if column in schema.SETTINGS:
            inputs.settings[column.name] = Cell(value, "Settings!B9")
            assert asked_for_its_unit(check(inputs)) == [("warning", "Settings!B9")] * is_doubted
            inputs.settings[column.name] = Cell(column.usual[1], "Settings!B9")
        if column.name in scenarios.values:
            scenarios.values[column.name][1] = value
            where = scenarios.where(column.name, 1)
            assert asked_for_its_unit(check(inputs)) == [("warning", where)] * is_doubted
            scenarios.values[column.name][1] = None


def test_every_figure_in_energy_power_length_or_money_has_usual_ones():
    columns = [column for table in schema.TABLES.values() for column in table.columns] + [*schema.SETTINGS]
    units = {"km", "kW", "kWp", "kWh", "kWh/km", "1/h"}
    units |= {"USD", "USD/unit", "USD/kW", "USD/kWh", "USD/kWp", "USD/month"}
    of_scenarios = [column for column in schema.TABLES["tblScenarios"].columns if column.unit]
    assert {column.name for column in of_scenarios} <= {column.name for column in SETTINGS}
    assert all(column.usual for column in columns if column.unit in units and column not in of_scenarios)


@pytest.mark.parametrize(
    ("table", "column", "words"),
    [
        ("tblFleet", "distance_km", "is 0: the vehicle does not drive"),
        ("tblTrucks", "consumption", "is 0: the truck needs no energy"),
        ("tblEnergy", "grid_price", "is 0: energy from the grid costs nothing"),
        ("tblCosts", "solar_price", "is 0: it costs nothing, so any amount may be bought"),
        ("tblCosts", "battery_price", "is 0: it costs nothing, so any amount may be bought"),
        ("tblCosts", PRICE.name, "is 0: it costs nothing, so any number may be bought"),
    ],
)
def test_what_costs_or_needs_nothing_is_doubted(inputs, table, column, words):
    rows = inputs[table]
    rows.values[column][1] = 0.0
    [problem] = check(inputs)
    assert (problem.severity, problem.where) == ("warning", rows.where(column, 1))
    assert words in problem.message
    rows.values[column][0] = 0.0
    assert "is 0 (and in 1 more row): " in found(inputs)[0]


def test_a_figure_doubted_in_three_rows_says_two_more(inputs):
    inputs.tables["tblFleet"] = inputs["tblFleet"].take([0, 1, 1])
    inputs["tblFleet"].values.update(vehicle=["V1", "V1", "V2"], distance_km=[0.0, 0.0, 0.0])
    [text] = found(inputs)
    assert "is 0 (and in 2 more rows): " in text


def test_columns_that_may_be_missing_are_not_missed(inputs):
    for name in ("range_km", "battery_kwh"):
        del inputs["tblTrucks"].values[name]
    assert found(inputs) == []
    del inputs["tblCosts"].values[PRICE.name]  # said while reading: a charger type without its price
    assert found(inputs) == []


@pytest.mark.parametrize("name", ["grid_limit_kwh", "solar_max_added_kwp", "battery_max_kwh", "battery_existing_kwh"])
def test_a_setting_of_0_is_not_doubted(inputs, name):
    inputs.settings[name] = Cell(0.0, "Settings!B9")
    assert found(inputs) == []


@pytest.mark.parametrize(("solar_yield", "count"), [(8.5, 0), (8.6, 1)])
def test_a_day_has_at_most_10_hours_of_full_sun(inputs, solar_yield, count):
    inputs["tblEnergy"].values["solar_yield"][0] = solar_yield - 1.0  # 2.5 in the other slot; 8.5 - 1 + 2.5 = 10
    assert [problem.where for problem in check(inputs)] == ["Energy!F2"] * count
    assert all("gives 10.1 kWh on a day of the type 'Average day'" in text for text in found(inputs))


def test_each_day_type_has_its_own_sun_and_a_blank_has_none(inputs):
    energy = inputs.tables["tblEnergy"] = inputs["tblEnergy"].take([0, 1, 0, 1])
    energy.values["day_type"] = ["Weekday", "Weekday", "Weekend", "Weekend"]
    inputs["tblDayTypes"].values.update(day_type=["Weekday", "Weekend"], days=[261.0, 104.0])
    energy.values["solar_yield"] = [5.0, 5.0, None, 9.5]
    assert found(inputs) == []
    energy.values["solar_yield"] = [5.0, 5.0, 5.0, 5.5]
    [text] = found(inputs)
    assert "gives 10.5 kWh on a day of the type 'Weekend'" in text


@pytest.mark.parametrize(("distance", "count"), [(400, 0), (400.1, 1)])
def test_a_vehicle_drives_up_to_its_range(inputs, distance, count):
    inputs["tblTrucks"].values["range_km"][0] = 400.0
    inputs["tblFleet"].values["distance_km"][0] = distance
    warnings = [problem for problem in check(inputs) if "range of 400 km" in problem.message]
    assert [problem.where for problem in warnings] == ["Fleet!D2"] * count
    assert all(problem.severity == "warning" for problem in check(inputs))


@pytest.mark.parametrize(("consumption", "count"), [(3.6, 0), (3.7, 1)])
def test_a_vehicle_needs_up_to_its_battery(inputs, consumption, count):
    inputs["tblTrucks"].values["battery_kwh"][0] = 360.0
    inputs["tblTrucks"].values["consumption"][0] = consumption  # 100 km x 3.6 kWh/km = 360 kWh, the battery
    assert [problem.where for problem in check(inputs)] == ["Fleet!D2"] * count
    assert all("370 kWh a day, more than its battery of 360 kWh" in text for text in found(inputs))


def test_a_vehicle_beyond_its_range_below_a_blank_distance_is_named(inputs):
    inputs["tblTrucks"].values["range_km"][1] = 199.0
    inputs["tblFleet"].values["distance_km"] = [None, 200.0]
    [text] = found(inputs)
    assert text.startswith("warning: Fleet!D3: the vehicle drives 200 km a day, more than its range of 199 km.")


def test_a_truck_without_range_and_battery_drives_any_distance(inputs):
    inputs["tblFleet"].values["distance_km"][0] = 3000.0
    inputs["tblTrucks"].values["consumption"][0] = 0.19  # 47.5 kW within 12 h, which a charger of 50 kW gives
    assert found(inputs) == []


@pytest.mark.parametrize(("ratio", "count"), [(0, 0), (1, 0), (1.01, 1)])
def test_an_export_ratio_above_1_is_a_warning(inputs, ratio, count):
    inputs.settings["export_ratio"] = Cell(ratio, "Settings!B2")
    inputs["tblScenarios"].values["export_ratio"][1] = ratio
    assert [problem.where for problem in check(inputs)] == ["Settings!B2", "Scenarios!C3"][: 2 * count]
    assert all(text.startswith("warning: ") and "the export ratio is 1.01:" in text for text in found(inputs))


def test_many_doubtful_figures_of_a_column_are_one_warning(inputs):
    inputs["tblEnergy"].values["grid_price"] = [15.0, 25.0]
    assert "is 15 (and in 1 more row); usual is 0.02 to 1." in found(inputs)[0]
    assert len(found(inputs)) == 1


def test_a_fleet_that_shrinks_is_a_warning(inputs):
    rows = inputs["tblFleet"]
    second = {"vehicle": "V2", "truck_type": "1", "year": 2025, "distance_km": 100.0, "slot": "12AM-12PM"}
    for name, value in second.items():
        rows.values[name].append(value)
    assert found(inputs) == [
        "warning: Fleet!C3: the fleet shrinks from 2 vehicles in 2025 to 1 in 2026. Check that no row is missing; what "
        "was bought before stays."
    ]


@pytest.mark.parametrize(("name", "power", "count"), [("50 kW", 50, 0), ("400kW fast", 50, 1), ("Fast", 50, 0)])
def test_a_charger_has_the_power_of_its_name(inputs, name, power, count):
    inputs["tblChargers"].values.update(charger=[name], power_kw=[float(power)])
    inputs["tblCosts"].values[price_of(name).name] = [1000.0, 1000.0]
    assert [problem.where for problem in check(inputs)] == ["Chargers!B2"] * count
    assert all("has 50 kW, but its name says 400 kW" in text for text in found(inputs))


@pytest.mark.parametrize(
    ("name", "power", "count"),
    [
        ("200 kW", 100.0, 0),
        ("201 kW", 100.0, 1),
        ("50 kW", 100.0, 0),
        ("49.9 kW", 100.0, 1),
        ("2 x 150 kW", 300.0, 0),
        ("4×120 kW (480 kW)", 480.0, 0),
        ("1,000 kW MCS", 1000.0, 0),
        ("3,7 kW", 3.7, 0),
        ("22.5 kW", 22.5, 0),
        ("50 kWh buffer", 1000.0, 0),
    ],
)
def test_a_power_within_twice_and_half_of_one_in_the_name_may_be_meant(inputs, name, power, count):
    inputs["tblChargers"].values.update(charger=[name], power_kw=[power])
    inputs["tblFleet"].values["distance_km"] = [40.0, 40.0]  # 3 kW within 12 h
    inputs["tblCosts"].values[price_of(name).name] = [1000.0, 1000.0]
    assert len(found(inputs)) == count


def test_rows_without_a_day_type_are_no_day(inputs):
    inputs["tblEnergy"].values.update(day_type=[None, None], solar_yield=[6.0, 6.0])
    assert not any("on a day of the type" in text for text in found(inputs))


def test_every_unit_with_usual_figures_says_what_it_may_be_mistaken_for():
    columns = [*schema.SETTINGS, *(column for table in schema.TABLES.values() for column in table.columns)]
    assert {column.unit for column in columns if column.usual} <= doubts_module._MISTAKEN.keys()
