"""One input becomes several cases."""

from __future__ import annotations

import re

import numpy as np
import pytest

from fleetopt.inputs.checks import check
from fleetopt.inputs.scenarios import Scenario, UsageError, folder_name, parse_changes, scenarios
from fleetopt.inputs.schema import settable
from tests import cases
from tests.untidy import small_inputs


@pytest.fixture
def inputs():
    return small_inputs()


def names(made: list[Scenario]) -> list[str]:
    return [scenario.name for scenario in made]


# Which scenarios


def test_all_scenarios_are_made_in_the_order_of_the_table(inputs):
    assert names(scenarios(inputs)) == ["Export 1.0", "Small grid"]


@pytest.mark.parametrize("name", ["Small grid", "small GRID", "  Small   grid "])
def test_a_scenario_is_chosen_by_its_name_whatever_its_case_and_blanks(inputs, name):
    assert names(scenarios(inputs, [name])) == ["Small grid"]


def test_chosen_scenarios_come_in_the_asked_order_and_once(inputs):
    asked = ["Small grid", "Export 1.0", "small grid"]
    assert names(scenarios(inputs, asked)) == ["Small grid", "Export 1.0"]


@pytest.mark.parametrize(
    ("name", "advice"),
    [("Export 1", "Did you mean 'Export 1.0'?"), ("Moon", "Known: Export 1.0, Small grid.")],
)
def test_an_unknown_scenario_is_named_with_the_known_ones(inputs, name, advice):
    with pytest.raises(UsageError, match=re.escape(f"there is no scenario '{name}'. {advice}")):
        scenarios(inputs, [name])


# What a case holds


def test_a_case_holds_the_figures_of_the_tables(inputs):
    case = scenarios(inputs)[0].case
    assert case.years == (2025, 2026)
    assert case.day_types == ("Average day",)
    assert case.slots == ("12AM-12PM", "12PM-12AM")
    assert case.chargers == ("50 kW",)
    expected = {
        "hours": [12, 12],
        "days": [365],
        "power_kw": [50],
        "chargers_existing": [0],
        "charging_kwh": [[[90, 0]], [[0, 160]]],
        "fleet_size": [1, 1],
        "baseload_kwh": [[10, 20]],
        "grid_price": [[0.15, 0.25]],
        "solar_yield": [[1.5, 2.5]],
        "solar_price": [450, 440],
        "battery_price": [300, 290],
        "charger_price": [[1000, 900]],
        "capex_budget": [60_000, 60_000],
        "grid_limit_kwh": [1750, 1750],
        "export_ratio": 1.0,
        "solar_existing_kwp": 500,
        "solar_max_added_kwp": 200,
        "battery_existing_kwh": 0,
        "battery_max_kwh": 2000,
        "c_rate": 0.5,
    }
    assert {name: np.asarray(getattr(case, name)).tolist() for name in expected} == expected
    assert case.c_rate_basis == "slot"


def test_years_stand_in_order_whatever_the_order_of_the_costs(inputs):
    inputs.tables["tblCosts"] = inputs["tblCosts"].take([1, 0])
    case = scenarios(inputs)[0].case
    assert case.years == (2025, 2026)
    assert case.battery_price.tolist() == [300, 290]
    assert case.charger_price.tolist() == [[1000, 900]]


def test_each_day_type_has_its_own_figures(inputs):
    inputs.tables["tblEnergy"] = inputs["tblEnergy"].take([0, 1, 1, 0])
    inputs["tblEnergy"].values["day_type"] = ["Weekday", "Weekday", "Weekend", "Weekend"]
    inputs["tblEnergy"].values["grid_price"] = [0.1, 0.2, 0.4, 0.3]  # the weekend's slots stand the other way round
    inputs["tblDayTypes"].values.update(day_type=["Weekend", "Weekday"], days=[104.0, 261.0])
    case = scenarios(inputs)[0].case
    assert case.day_types == ("Weekday", "Weekend")
    assert case.days.tolist() == [261, 104]
    assert case.grid_price.tolist() == [[0.1, 0.2], [0.3, 0.4]]


def test_a_depot_without_charger_types_is_an_error(inputs):
    inputs["tblChargers"].values = {name: [] for name in inputs["tblChargers"].values}
    assert any("no charger type" in problem.message for problem in check(inputs))


def test_a_scenarios_own_figures_beat_the_settings_and_blanks_take_them(inputs):
    inputs["tblScenarios"].values["export_ratio"][0] = None
    plain, own = (scenario.case for scenario in scenarios(inputs))
    assert (plain.export_ratio, own.export_ratio) == (0.5, 0.0)  # 0 is a figure, not a blank
    assert (plain.grid_limit_kwh.tolist(), own.grid_limit_kwh.tolist()) == ([1750, 1750], [500, 500])
    assert (plain.capex_budget.tolist(), own.capex_budget.tolist()) == ([60_000, 60_000], [40_000, 40_000])


# What a run changes


def test_a_change_of_the_run_beats_the_scenario_and_the_settings_and_is_noted(inputs):
    plain, own = scenarios(inputs, changes=parse_changes(["grid_limit_kwh=900", "capex_budget=1000"]))
    for scenario in (plain, own):
        assert scenario.case.grid_limit_kwh.tolist() == [900, 900]
        assert scenario.case.capex_budget.tolist() == [1000, 1000]
    assert plain.notes[0] == "Grid limit of this run is 900, set on the command line."
    assert own.notes[0] == "Grid limit of this run is 900, set on the command line; the scenario has 500."
    assert len(plain.notes) == len(own.notes) == 2


def test_a_word_is_changed_and_noted_too(inputs):
    scenario = scenarios(inputs, changes=parse_changes(["c_rate_basis=hour"]))[0]
    assert scenario.case.c_rate_basis == "hour"
    assert scenario.notes == ["C-rate counts per of this run: hour, set on the command line."]


def test_without_changes_there_is_no_note(inputs):
    assert [scenario.notes for scenario in scenarios(inputs)] == [[], []]


def test_a_change_of_how_to_solve_does_not_touch_the_case(inputs):
    changes = parse_changes(["solver=highs", "time_limit=10", "gap=0.01"])
    assert [scenario.notes for scenario in scenarios(inputs, changes=changes)] == [[], []]


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("grid_limit_kwh=1500", "grid_limit_kwh", 1500.0),
        (" grid_limit_kwh = 1500 ", "grid_limit_kwh", 1500.0),
        ("export_ratio=0", "export_ratio", 0.0),
        ("export_ratio=10", "export_ratio", 10.0),
        ("capex_budget=4e4", "capex_budget", 40_000.0),
        ("c_rate_basis=HOUR", "c_rate_basis", "hour"),
        ("solver=cp-sat", "solver", "cp-sat"),
        ("gap=1", "gap", 1.0),
        ("time_limit=0.5", "time_limit", 0.5),
    ],
)
def test_a_change_is_a_name_and_a_value(text, name, value):
    changes = parse_changes([text])
    assert changes == {name: value}
    assert type(changes[name]) is type(value)


def test_the_last_of_two_changes_counts():
    assert parse_changes(["gap=0.1", "c_rate=1", "gap=0.2"]) == {"gap": 0.2, "c_rate": 1.0}


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(UsageError) as raised:
        parse_changes(["grid_limits_kwh=1500"])
    known = f"Known: {', '.join(settable())}."
    assert str(raised.value) == (
        f"--set grid_limits_kwh=1500: 'grid_limits_kwh' is no setting. Did you mean 'grid_limit_kwh'? {known}"
    )
    assert {"export_ratio", "grid_limit_kwh", "capex_budget", "c_rate_basis", "solver", "gap"} <= set(settable())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("grid_limit_kwh", "must be NAME=VALUE"),
        ("grid_limit_kwh=", "must be NAME=VALUE"),
        ("=1500", "'' is no setting"),
        ("grid_limit_kwh=-1", "Grid limit [kWh] is -1, must be 0 or more."),
        ("grid_limit_kwh=much", "Grid limit [kWh] is the text 'much'"),
        ("grid_limit_kwh=1,500", "Grid limit [kWh] is the text '1,500'"),
        ("grid_limit_kwh=1=2", "Grid limit [kWh] is the text '1=2'"),
        ("grid_limit_kwh=nan", "Grid limit [kWh] is the text 'nan'"),
        ("export_ratio=10.1", "Export ratio [-] is 10.1, must be at most 10."),
        ("gap=1.1", "Gap [-] is 1.1, must be at most 1."),
        ("time_limit=0", "Time limit [s] is 0, must be more than 0."),
        ("c_rate_basis=day", "C-rate counts per is 'day', must be slot or hour."),
        ("solver=gurobi", "Solver is 'gurobi', must be auto or scip or cp-sat or highs."),
    ],
)
def test_a_value_that_a_setting_cannot_take_is_named(text, words):
    with pytest.raises(UsageError, match=re.escape(words)) as raised:
        parse_changes([text])
    assert str(raised.value).startswith(f"--set {text}: ")


# Folders


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("Export 1.0", "export-1.0"),
        ("Small  grid", "small-grid"),
        ("C-rate: 50 %", "c-rate-50"),
        ("a/b\\c", "a-b-c"),
        ("..", "scenario"),
        ("?", "scenario"),
        ("Große Last", "große-last"),
        ("under_score", "under_score"),
    ],
)
def test_the_folder_of_a_scenario_is_its_name_in_lower_case_with_dashes(name, folder):
    assert Scenario(name, cases.one_slot()).folder == folder


@pytest.mark.parametrize("name", ["../../etc", "..", ".", "/", "/etc", "C:\\Windows", "a/../b", "\0"])
def test_the_folder_of_a_scenario_stays_inside_the_results(tmp_path, name):
    folder = tmp_path / Scenario(name, cases.one_slot()).folder
    folder.mkdir()
    assert folder.resolve().parent == tmp_path.resolve()


@pytest.mark.parametrize("name", ["CON", "nul", "com1", "COM¹", "lpt³", "Aux.2"])
def test_the_folder_of_a_scenario_has_a_name_that_windows_can_make(name):
    assert Scenario(name, cases.one_slot()).folder.partition(".")[0] not in {
        "con",
        "nul",
        "com1",
        "com¹",
        "lpt³",
        "aux",
    }


def test_the_folder_of_a_scenario_with_a_long_name_can_be_made(tmp_path):
    (tmp_path / Scenario("x" * 300, cases.one_slot()).folder).mkdir()


def test_scenarios_that_would_share_a_folder_are_refused(inputs):
    inputs["tblScenarios"].values["scenario"] = ["Small grid", "Small-grid"]
    first, second = scenarios(inputs)
    assert first.folder != second.folder or any(problem.severity == "error" for problem in check(inputs))


def test_each_limit_has_the_cell_that_holds_it():
    inputs = small_inputs()
    inputs["tblScenarios"].values["grid_limit_kwh"] = [None, 900.0]
    first, second = scenarios(inputs, list(inputs["tblScenarios"].values["scenario"]))
    assert first.places["grid_limit_kwh"] == inputs.settings["grid_limit_kwh"].where
    assert second.places["grid_limit_kwh"] == inputs["tblScenarios"].where("grid_limit_kwh", 1)
    assert first.places["capex_budget"] == inputs["tblCosts"].where("capex_budget", 0)
    changed = scenarios(inputs, changes={"grid_limit_kwh": 800.0, "capex_budget": 100.0})
    for scenario in changed:
        assert scenario.places["grid_limit_kwh"] == "--set grid_limit_kwh"
        assert scenario.places["capex_budget"] == "--set capex_budget"
        assert scenario.places["battery_max_kwh"] == inputs.settings["battery_max_kwh"].where


@pytest.mark.parametrize("name", ["results.xlsx", "Summary.JSON", "CON", "lpt1.txt"])
def test_no_folder_is_called_as_a_file_of_the_results_or_a_device(name):
    assert folder_name(name) == f"scenario-{name.lower()}"
