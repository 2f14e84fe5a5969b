"""Reading the study's layout: what is forgiven, what is named."""

from __future__ import annotations

import datetime
import itertools
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import openpyxl
import pytest

from fleetopt.books.study.reader import read_study
from fleetopt.depot import DERIVED
from fleetopt.depot.case import Case
from fleetopt.inputs.checks import check
from fleetopt.inputs.scenarios import scenarios
from fleetopt.words.block import Block
from fleetopt.words.cells import Fault
from fleetopt.words.problem import FileError, Problem
from tests import cases
from tests.depots import facts
from tests.untidy import DATA, FILES, Sheets, drop_column, put, shuffled, small, study, write_book, write_folder

DATE = datetime.date(2025, 6, 1)


def problems(folder: Path, sheets: Sheets, results: dict[str, Any] | None = None) -> list[Problem]:
    return check(read_study(write_book(folder / "depot.xlsx", sheets, results)))


def errors(folder: Path, sheets: Sheets, results: dict[str, Any] | None = None) -> list[Problem]:
    return [problem for problem in problems(folder, sheets, results) if problem.severity == "error"]


def places(found: list[Problem], severity: str = "error") -> list[str]:
    return [problem.where for problem in found if problem.severity == severity]


def said(found: list[Problem], severity: str = "error") -> str:
    return "\n".join(str(problem) for problem in found if problem.severity == severity)


def serious(found: list[Problem]) -> list[Problem]:
    return [problem for problem in found if problem.severity != "note"]


def case_of(path: Path, scenario: int = 0) -> Case:
    inputs = read_study(path)
    assert not places(check(inputs))
    return scenarios(inputs)[scenario].case


def differences(one: Case, other: Case, tolerance: float = 0.0) -> list[str]:
    """What two cases differ in by more than a relative tolerance."""

    def same(a: Any, b: Any) -> bool:
        if isinstance(a, (tuple, str)):
            return a == b
        if np.asarray(a).dtype.kind == "O":
            return np.array_equal(a, b)
        return np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=tolerance, atol=0)

    ours, theirs = facts(one), facts(other)
    return [name for name in ours.keys() | theirs.keys() if not same(ours.get(name), theirs.get(name))]


# The study


@pytest.fixture(scope="module")
def depots(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The study in every form in which people have it."""
    folder = tmp_path_factory.mktemp("study")
    return {
        "data folder": DATA,
        "data workbook": DATA / "Project_dataset.xlsx",
        "untidy folder": write_folder(folder / "original", study()),
        "untidy workbook": write_book(folder / "Project_dataset.xlsx", study()),
    }


OF_TRUCKS = {"v", "plugged", "plugged_fast", *(name for name, derived in DERIVED.items() if "v" in derived.axes)}
"""What is known of single trucks; the study from figures has only what they need together."""


@pytest.mark.parametrize("form", ["data folder", "data workbook", "untidy folder", "untidy workbook"])
@pytest.mark.parametrize(("number", "ratio"), [(0, 1.0), (1, 0.5), (2, 0.0)])
def test_every_form_of_the_study_gives_the_published_figures(depots, form, number, ratio):
    found = set(differences(case_of(depots[form], number), cases.study(ratio), tolerance=1e-12))
    assert found - OF_TRUCKS == set()


@pytest.mark.parametrize("form", ["data workbook", "untidy folder", "untidy workbook"])
def test_every_form_of_the_study_gives_the_same_case_to_the_last_bit(depots, form):
    assert differences(case_of(depots[form]), case_of(depots["data folder"])) == []


def test_the_studys_scenarios_are_named_by_their_export_ratio(depots):
    assert [scenario.name for scenario in scenarios(read_study(depots["untidy folder"]))] == [
        "Export 1.0",
        "Export 0.5",
        "Export 0.0",
    ]


def test_the_data_folder_needs_no_word_except_on_the_years_beyond_the_horizon(depots):
    found = check(read_study(depots["data folder"]))
    assert said(found, "note") == (
        "note: [Infra_Procurement_Costs.xlsx]Infra"
        "ProcurementCosts!A7: 5 rows of 2030 to 2034 outside the planning years 2025 to 2029 are not used."
    )
    assert len(found) == 1


@pytest.mark.parametrize(
    ("form", "where", "words"),
    [
        ("untidy workbook", "vehicleChargingData!B2", "'Truck type 1' is read as '1'"),
        ("untidy workbook", "vehicleChargingData!B7", "'Truck type 2' is read as '2'"),
        ("untidy workbook", "vehicleChargingData!D2", "a formula that was never calculated and is not used"),
        ("untidy workbook", "EnergyProfileData!A2", "'12AM-6 AM' is read as '12AM-6AM'"),
        ("untidy workbook", "EnergyProfileData!A3", "'6AM-12 PM' is read as '6AM-12PM'"),
        ("untidy workbook", "EnergyProfileData!D7", "not read: 'NOTE: Solar units"),
        ("untidy workbook", "EnergyProfileData!D8", "not read: 'NOTE: This data"),
        ("untidy workbook", "EnergyProfileData!B26", "not read: 'Picture of"),
        ("untidy workbook", "InfraProcurementCosts!A7", "5 rows of 2030 to 2034 outside"),
        ("untidy folder", "Vehcile_Data.xlsx", "taken as Vehicle_Data.xlsx"),
        ("untidy folder", "Vehcile_Charging_Data.xlsx", "taken as Vehicle_Charging_Data.xlsx"),
        ("untidy folder", "[Energy_Profile_Data.xlsx]Sheet1!A2", "'12AM-6 AM' is read as '12AM-6AM'"),
        ("untidy folder", "[Infra_Procurement_Costs.xlsx]Sheet1!A7", "5 rows of 2030 to 2034 outside"),
    ],
)
def test_what_was_normalised_is_noted_with_its_cell(depots, form, where, words):
    found = check(read_study(depots[form]))
    assert [problem.severity for problem in found if problem.where == where and words in problem.message] == ["note"]
    assert {problem.severity for problem in found} == {"note"}


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_sheets_columns_and_rows_does_not_change_a_bit(depots, tmp_path, seed):
    mixed = write_book(tmp_path / "mixed.xlsx", shuffled(study(), Random(seed)))
    assert differences(case_of(mixed), case_of(depots["untidy workbook"])) == []


# What is forgiven


def test_a_table_may_stand_anywhere_on_its_sheet(tmp_path):
    moved = {name: [[], [], *([None, None, *row] for row in rows)] for name, rows in small().items()}
    there, here = write_book(tmp_path / "moved.xlsx", moved), write_book(tmp_path / "small.xlsx", small())
    assert differences(case_of(there), case_of(here)) == []
    for value in (-1, "#REF!", "=1+1"):
        put(moved, "Vehicle_data!F4", value)
        assert places(errors(tmp_path, moved)) == ["Vehicle_data!F4"]


def test_a_title_above_a_table_is_no_header(tmp_path):
    sheets = small()
    sheets["Vehicle_data"] = [["Vehicles of each Year"], ["Year"], *sheets["Vehicle_data"]]
    assert errors(tmp_path, sheets) == []


def test_case_and_blanks_of_headers_sheets_and_parameters_do_not_matter(tmp_path):
    def loud(value: Any) -> Any:
        return f" {value} ".upper() if isinstance(value, str) else value

    shouted = {loud(name): [[loud(value) for value in row] for row in rows] for name, rows in small().items()}
    there, here = write_book(tmp_path / "shouted.xlsx", shouted), write_book(tmp_path / "small.xlsx", small())
    assert differences(case_of(there), case_of(here)) == []


@pytest.mark.parametrize(
    ("address", "value"),
    [
        ("Vehicle_data!E2", "12 am \N{EN DASH} 12 pm"),
        ("Vehicle_data!B2", "Truck type 1"),
        ("Vehicle_data!B2", "truck  Type  1 "),
        ("Vehicle_data!B2", "1"),
        ("Vehicle_data!C2", "2025"),
        ("Vehicle_data!D2", " 100.0 "),
        ("InfraProcurementCosts!A2", " 2025"),
        ("YearlyCAPEXBudget!A2", "60000"),
        ("EnergyParameters!B4", "1750"),
        ("Parameters!B2", "50"),
        ("Parameters!A3", "Planning_Horizon(years)"),
    ],
)
def test_another_spelling_of_the_same_value_gives_the_same_case(tmp_path, address, value):
    sheets = small()
    put(sheets, address, value)
    there, here = write_book(tmp_path / "other.xlsx", sheets), write_book(tmp_path / "small.xlsx", small())
    assert differences(case_of(there), case_of(here)) == []


@pytest.mark.parametrize("column", ["Range(Kms)", "VehicleBatteryCapacity(Kwh)"])
def test_a_column_that_the_plan_does_not_need_may_be_missing_or_blank(tmp_path, column):
    missing, blank = small(), small()
    drop_column(missing, "vehicleChargingData", column)
    for row in blank["vehicleChargingData"][1:]:
        row[blank["vehicleChargingData"][0].index(column)] = None
    assert problems(tmp_path, missing) == problems(tmp_path, blank) == []


def test_a_column_that_nobody_knows_is_passed_over(tmp_path):
    sheets = small()
    sheets["Vehicle_data"] = [[*row, "driver"] for row in sheets["Vehicle_data"]]
    assert problems(tmp_path, sheets) == []


def test_a_calculated_formula_is_its_result(tmp_path):
    sheets = small()
    put(sheets, "vehicleChargingData!E2", "=9/10")
    book = write_book(tmp_path / "formula.xlsx", sheets, {"vehicleChargingData!E2": 0.9})
    assert case_of(book).charging_kwh[0, 0].tolist() == [90, 0]  # 100 km x 0.9 kWh/km


@pytest.mark.parametrize("below", [[[None], ["NOTE: one budget for every year"]], [["  "]], [[None], ["  "]]])
def test_a_remark_or_blanks_below_the_budget_are_no_second_budget(tmp_path, below):
    sheets = small()
    sheets["YearlyCAPEXBudget"] += below
    assert errors(tmp_path, sheets) == []


# One cell

BAD_NUMBERS = [
    (None, "blank"),
    ("  ", "blank"),
    ("many", "the text 'many'"),
    (True, "TRUE"),
    (DATE, "the date or time 2025-06-01"),
    ("#REF!", "the error #REF!"),
    ("#N/A", "the error #N/A"),
    ("=1+1", "a formula that was never calculated"),
    (-1, "-1"),
]
NUMBERS = [
    "Vehicle_data!D3",
    "vehicleChargingData!E2",
    "EnergyProfileData!B2",
    "EnergyProfileData!C3",
    "EnergyProfileData!D3",
    "InfraProcurementCosts!B2",
    "InfraProcurementCosts!C3",
    "InfraProcurementCosts!D2",
    "EnergyParameters!B2",
    "EnergyParameters!B3",
    "EnergyParameters!B4",
    "EnergyParameters!B5",
    "EnergyParameters!B6",
    "EnergyParameters!B7",
    "Parameters!B2",
    "Parameters!B3",
    "YearlyCAPEXBudget!A2",
]


@pytest.mark.parametrize(("value", "words"), BAD_NUMBERS)
def test_what_is_no_number_is_named_with_its_cell_wherever_one_is_due(tmp_path, value, words):
    sheets = small()
    for address in NUMBERS:
        put(sheets, address, value)
    found = errors(tmp_path, sheets)
    assert sorted(places(found)) == sorted(NUMBERS)
    assert all(f" is {words}, must be " in fault.message and fault.advice for fault in found)


@pytest.mark.parametrize(
    ("address", "value", "words"),
    [
        ("Vehicle_data!A2", None, "Vehicle is blank, must be a name"),
        ("Vehicle_data!A2", True, "Vehicle is TRUE"),
        ("Vehicle_data!B2", None, "Truck type is blank"),
        ("Vehicle_data!B2", "#REF!", "Truck type is the error #REF!"),
        ("Vehicle_data!B2", 3, "Truck type is '3', must be a type of"),
        ("Vehicle_data!E2", None, "Charging slot is blank"),
        ("Vehicle_data!E2", DATE, "Charging slot is the date or time 2025-06-01"),
        ("Vehicle_data!E2", "1AM-2AM", "Charging slot is '1AM-2AM', must be a slot of"),
        ("Vehicle_data!E2", "=1+1", "Charging slot is a formula that was never calculated"),
        ("EnergyProfileData!C2", 1000.5, "Grid price [USD/kWh] is 1,000.5, must be at most 1,000"),
        ("Parameters!B2", 0, "Charger_Option_1(Kw) [kW] is 0, must be more than 0"),
        ("Parameters!B3", 0, "Planning horizon [years] is 0, must be more than 0"),
        ("Parameters!B3", 1.5, "Planning horizon [years] is 1.5, must be a whole number"),
        ("EnergyParameters!B4", "1,750", "Grid limit [kWh] is the text '1,750'"),
    ],
)
def test_a_faulty_cell_is_named_once(tmp_path, address, value, words):
    sheets = small()
    put(sheets, address, value)
    (fault,) = errors(tmp_path, sheets)
    assert fault.where == address
    assert words in fault.message
    assert fault.advice


@pytest.mark.parametrize("value", [None, "next year", 2025.5])
@pytest.mark.parametrize("address", ["Vehicle_data!C2", "vehicleChargingData!A3", "InfraProcurementCosts!A2"])
def test_a_faulty_year_is_named_without_errors_that_only_follow_from_it(tmp_path, address, value):
    sheets = small()
    put(sheets, address, value)
    (fault,) = errors(tmp_path, sheets)
    assert fault.where == address
    assert "Year is " in fault.message
    assert "must be a whole number, 1900 to 2200" in fault.message


@pytest.mark.parametrize("value", [None, "all day"])
def test_a_faulty_slot_of_the_day_is_named_without_errors_that_only_follow_from_it(tmp_path, value):
    sheets = small()
    put(sheets, "EnergyProfileData!A3", value)
    assert places(errors(tmp_path, sheets)) == ["EnergyProfileData!A3"]


def test_an_error_that_a_formula_gave_is_named(tmp_path):
    sheets = small()
    put(sheets, "vehicleChargingData!E2", "=1/0")
    found = errors(tmp_path, sheets, {"vehicleChargingData!E2": "#DIV/0!"})
    assert places(found) == ["vehicleChargingData!E2"]
    assert "Consumption [kWh/km] is the error #DIV/0!, must be " in said(found)


def test_an_error_names_the_sheets_that_the_file_has(tmp_path):
    sheets = small()
    put(sheets, "Vehicle_data!B2", 3)
    put(sheets, "Vehicle_data!E2", "1AM-2AM")
    slot, truck_type = sorted(errors(tmp_path, sheets), key=lambda fault: fault.where, reverse=True)
    assert "EnergyProfileData" in slot.message
    assert "vehicleChargingData" in truck_type.message


# Sheets, columns, parameters


@pytest.mark.parametrize("sheet", list(small()))
def test_a_missing_sheet_is_named_with_the_one_that_was_probably_meant(tmp_path, sheet):
    sheets = small()
    sheets[f"{sheet}s1"] = sheets.pop(sheet)
    (fault,) = errors(tmp_path, sheets)
    assert fault.where == "depot.xlsx"
    assert fault.message == f"the sheet '{sheet}' is missing."
    assert fault.advice == f"Did you mean '{sheet}s1'?"


def test_a_sheet_that_has_its_own_use_is_not_proposed_for_a_missing_one(tmp_path):
    sheets = small()
    del sheets["Parameters"]
    assert "Did you mean 'EnergyParameters'?" not in said(errors(tmp_path, sheets))


def test_two_sheets_of_one_name_are_not_chosen_from_in_silence(tmp_path):
    sheets = small()
    sheets["Vehicle data"] = deepcopy(sheets["Vehicle_data"])
    put(sheets, "Vehicle data!D2", 300)
    assert "'Vehicle data'" in said(errors(tmp_path, sheets))


COLUMNS = [
    (sheet, header)
    for sheet, rows in small().items()
    for header in rows[0]
    if header not in ("Range(Kms)", "VehicleBatteryCapacity(Kwh)", "Charger 50KW (USD/unit)")
]


@pytest.mark.parametrize(("sheet", "header"), COLUMNS)
def test_a_missing_column_is_named_with_the_one_that_was_probably_meant(tmp_path, sheet, header):
    sheets = small()
    misspelt = header[:2] + "q" + header[2:]
    sheets[sheet][0][sheets[sheet][0].index(header)] = misspelt
    found = errors(tmp_path, sheets)
    assert f"the column '{header}' is missing. Did you mean '{misspelt}'?" in said(found)
    assert {where.partition("!")[0] for where in places(found)} == {sheet}


@pytest.mark.parametrize(("sheet", "header"), COLUMNS)
def test_a_deleted_column_is_named(tmp_path, sheet, header):
    sheets = small()
    drop_column(sheets, sheet, header)
    assert f"the column '{header}' is missing." in said(errors(tmp_path, sheets))


def test_a_column_that_stands_twice_is_not_chosen_from_in_silence(tmp_path):
    sheets = small()
    sheets["Vehicle_data"] = [
        [*row, more] for row, more in zip(sheets["Vehicle_data"], ["DailyRange(Kms)", 300, 300], strict=True)
    ]
    assert "Vehicle_data!F1" in places(errors(tmp_path, sheets))


@pytest.mark.parametrize(
    "address", [*(f"EnergyParameters!A{row}" for row in range(2, 8)), "Parameters!A2", "Parameters!A3"]
)
def test_a_missing_parameter_is_named_with_the_one_that_was_probably_meant(tmp_path, address):
    sheets = small()
    sheet, row = address.split("!A")
    name = sheets[sheet][int(row) - 1][0]
    put(sheets, address, f"q{name}")
    (fault,) = errors(tmp_path, sheets)
    assert fault.where.partition("!")[0] == sheet
    if name.startswith("Charger"):
        assert "no charger is offered" in fault.message
    else:
        assert f"the parameter '{name}' is missing. Did you mean 'q{name}'?" in str(fault)


@pytest.mark.parametrize("value", [None, 7, "#REF!"])
def test_only_names_are_proposed_for_a_missing_parameter(tmp_path, value):
    sheets = small()
    put(sheets, "EnergyParameters!A4", value)
    assert said(errors(tmp_path, sheets)).endswith(
        "the parameter 'GridEnergyLimitsUpper' is missing. "
        "Known: BatteryEnergyCapacity, C_Rate, PRESENT_SOLAR_CAPACITY, AREA_AVAILABLE(sq.m2), CONVERSION_RATIO."
    )


@pytest.mark.parametrize(
    ("sheet", "row", "where", "words"),
    [
        ("EnergyParameters", ["C_Rate", 1], "EnergyParameters!B8", "C_Rate is given twice, first in EnergyPara"),
        ("Parameters", ["Planning_Horizon(years)", 2], "Parameters!B4", "given twice, first in Parameters!B3"),
        ("Parameters", ["Charger_Option_1(Kw)", 50], "Parameters!B4", "given twice, first in Parameters!B2"),
        ("Parameters", ["Charger_Option_2(Kw)", 50], "Parameters!B4", "50 kW is offered twice, first in Parameters!B2"),
        ("Parameters", ["Charger_Option_2(Kw)", 400], "Parameters!B4", "400 kW is offered, but there is no price"),
        ("YearlyCAPEXBudget", [60000], "YearlyCAPEXBudget!A3", "a second budget is given"),
        ("Vehicle_data", ["V1", 1, 2025, 90, "12PM-12AM"], "Vehicle_data!A4", "twice, first in Vehicle_data!A2"),
        ("Vehicle_data", ["v1", 1, 2026, 90, "12PM-12AM"], "Vehicle_data!A4", "twice, first in Vehicle_data!A3"),
        ("vehicleChargingData", [2025, 1, 400, 360, 1], "vehicleChargingData!B4", "first in vehicleChargingData!B2"),
        ("EnergyProfileData", ["12PM-12AM", 1, 1, 1], "EnergyProfileData!A4", "first in EnergyProfileData!A3"),
        ("InfraProcurementCosts", [2025, 1, 1, 1], "InfraProcurementCosts!A4", "first in InfraProcurementCosts!A2"),
    ],
)
def test_what_is_given_twice_or_without_its_price_is_named(tmp_path, sheet, row, where, words):
    sheets = small()
    sheets[sheet].append(row)
    (fault,) = errors(tmp_path, sheets)
    assert fault.where == where
    assert words in fault.message
    assert fault.advice


def test_a_charger_price_that_stands_twice_is_named(tmp_path):
    sheets = small()
    sheets["InfraProcurementCosts"] = [
        [*row, more] for row, more in zip(sheets["InfraProcurementCosts"], ["Charger 50 kW", 1, 1], strict=True)
    ]
    assert places(errors(tmp_path, sheets)) == ["InfraProcurementCosts!E1"]


def test_a_charger_with_a_price_that_is_not_offered_is_noted_and_left_out(tmp_path):
    sheets = study()
    del sheets["Parameters"][1]  # 400 kW, priced in column E
    inputs = read_study(write_book(tmp_path / "depot.xlsx", sheets))
    assert inputs["tblChargers"].values["charger"] == ["50 kW"]
    assert "InfraProcurementCosts!E2: 400 kW chargers have a price but are not offered." in said(check(inputs), "note")


@pytest.mark.parametrize("sheet", list(small()))
def test_a_table_without_rows_is_named(tmp_path, sheet):
    sheets = small()
    del sheets[sheet][1:]
    found = errors(tmp_path, sheets)
    assert found
    assert {where.partition("!")[0] for where in places(found)} == {sheet}


@pytest.mark.parametrize("rows", [[], [[None, None]], [["  ", " "], [" ", "  "]]])
@pytest.mark.parametrize("sheet", list(small()))
def test_a_sheet_with_nothing_but_blanks_is_named(tmp_path, sheet, rows):
    sheets = small()
    sheets[sheet] = rows
    found = errors(tmp_path, sheets)
    assert {where.partition("!")[0] for where in places(found)} == {sheet}
    assert f"the column '{small()[sheet][0][0]}' is missing." in said(found)


# Years and slots


@pytest.mark.parametrize(
    ("sheet", "row", "where", "words"),
    [
        ("InfraProcurementCosts", 2, "InfraProcurementCosts!A2", "2026 has no row of costs"),
        ("Vehicle_data", 2, "Vehicle_data!C2", "no vehicle is listed for 2026"),
        ("vehicleChargingData", 2, "Vehicle_data!B3", "truck type '1' has no figures for 2026"),
    ],
)
def test_a_year_that_a_table_leaves_out_is_named(tmp_path, sheet, row, where, words):
    sheets = small()
    del sheets[sheet][row]
    (fault,) = errors(tmp_path, sheets)
    assert fault.where == where
    assert words in fault.message
    assert fault.advice


def test_a_horizon_beyond_the_data_names_each_year_and_one_within_leaves_the_rest_out(tmp_path):
    longer, shorter = small(), small()
    put(longer, "Parameters!B3", 3)
    assert "2027 has no row of costs" in said(errors(tmp_path, longer))
    assert "no vehicle is listed for 2027" in said(errors(tmp_path, longer))
    put(shorter, "Parameters!B3", 1)
    assert case_of(write_book(tmp_path / "shorter.xlsx", shorter)).years == (2025,)
    assert places(problems(tmp_path, shorter), "note") == [
        "Vehicle_data!C3",
        "vehicleChargingData!A3",
        "InfraProcurementCosts!A3",
    ]


@pytest.mark.parametrize("sheet", ["vehicleChargingData", "InfraProcurementCosts"])
def test_figures_of_other_years_only_are_an_error(tmp_path, sheet):
    sheets = small()
    put(sheets, f"{sheet}!A2", 2035)
    put(sheets, f"{sheet}!A3", 2036)
    assert "2025" in said(errors(tmp_path, sheets))


def test_a_mistyped_first_year_is_an_error_that_names_it(tmp_path):
    sheets = small()
    sheets["Vehicle_data"].append(["V2", 1, 1925, 100, "12AM-12PM"])
    assert "1925" in said(errors(tmp_path, sheets))


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("12AM-12PM", "12PM-11PM", "make 23 hours, must make 24"),
        ("12AM-12PM", "11AM-12AM", "make 25 hours, must make 24"),
        ("6AM-6PM", "8PM-8AM", "the slots of 'Average day'"),  # 24 hours, but 6AM to 8AM twice and 6PM to 8PM never
        ("12AM-12PM", "6AM-6PM", "the slots of 'Average day'"),  # 24 hours, but 6AM to 12PM twice and 6PM to 12AM never
    ],
)
def test_slots_that_are_no_whole_day_are_named(tmp_path, first, second, words):
    sheets = small()
    put(sheets, "EnergyProfileData!A2", first)
    put(sheets, "EnergyProfileData!A3", second)
    put(sheets, "Vehicle_data!E2", first)
    put(sheets, "Vehicle_data!E3", second)
    (fault,) = errors(tmp_path, sheets)
    assert fault.where.startswith("EnergyProfileData!A")
    assert words in fault.message


@pytest.mark.parametrize(
    ("first", "second", "order"),
    [
        ("12AM-12PM", "12PM-12AM", ("12AM-12PM", "12PM-12AM")),
        ("18:00-06:00", "06:00-18:00", ("06:00-18:00", "18:00-06:00")),
        ("12PM-12AM", "00:00-12:00", ("00:00-12:00", "12PM-12AM")),
    ],
)
def test_slots_stand_in_the_order_of_the_clock(tmp_path, first, second, order):
    sheets = small()
    put(sheets, "EnergyProfileData!A2", first)
    put(sheets, "EnergyProfileData!A3", second)
    put(sheets, "Vehicle_data!E2", first)
    put(sheets, "Vehicle_data!E3", second)
    case = case_of(write_book(tmp_path / "depot.xlsx", sheets))
    assert case.slots == order
    assert case.baseload_kwh[0].tolist() == ([10, 20] if order[0] == first else [20, 10])


# Several faults, and none in silence


def test_all_faults_are_named_together(tmp_path):
    sheets = small()
    del sheets["YearlyCAPEXBudget"]
    drop_column(sheets, "InfraProcurementCosts", "SolarPV(USD/kWp)")
    put(sheets, "Vehicle_data!D2", "far")
    put(sheets, "Vehicle_data!E3", "1AM-2AM")
    put(sheets, "EnergyProfileData!C3", -0.2)
    put(sheets, "EnergyParameters!A4", "Grid")
    put(sheets, "Parameters!B3", 1.5)
    put(sheets, "vehicleChargingData!E3", "#REF!")
    assert sorted(places(errors(tmp_path, sheets))) == [
        "EnergyParameters",
        "EnergyProfileData!C3",
        "InfraProcurementCosts!1:1",
        "Parameters!B3",
        "Vehicle_data!D2",
        "Vehicle_data!E3",
        "depot.xlsx",
        "vehicleChargingData!E3",
    ]


VEHICLE = ["V2", 1, 2025, 100, "12AM-12PM"]
PARTS = [chosen for count in range(1, 5) for chosen in itertools.combinations(range(5), count)]


@pytest.mark.parametrize("above", [[], [[None]]], ids=["below the table", "below a blank row"])
def test_no_part_of_a_vehicles_row_is_dropped_in_silence(tmp_path, above):
    silent = []
    for chosen in PARTS:
        sheets = small()
        sheets["Vehicle_data"] += [*above, [value if j in chosen else None for j, value in enumerate(VEHICLE)]]
        row = len(sheets["Vehicle_data"])
        if not any(place.endswith(str(row)) for place in (problem.where for problem in problems(tmp_path, sheets))):
            silent.append(chosen)
    assert silent == []


def test_a_whole_vehicles_row_below_a_blank_row_counts(tmp_path):
    sheets = small()
    sheets["Vehicle_data"] += [[None], VEHICLE]
    case = case_of(write_book(tmp_path / "depot.xlsx", sheets))
    assert case.charging_kwh[0, 0].tolist() == [180, 0]  # 2 x 100 km x 0.9 kWh/km


class InMemory:
    """A workbook that was never a file, to read thousands of."""

    def __init__(self, sheets: Sheets) -> None:
        self.path, self.sheets, self._cells = Path("depot.xlsx"), list(sheets), sheets

    def block(self, sheet: str) -> Block:
        return Block(sheet, self._cells[sheet])


CELLS = [(name, i, j) for name, rows in small().items() for i, row in enumerate(rows) for j, _value in enumerate(row)]
VALUES = [
    *(None, " ", "x", "1", "12AM-6AM", -1.0, 0.0, 0.5, 3.0, 1925.0, 2027.0, 1e12, True, DATE, datetime.time(6)),
    *(Fault("the error #REF!"), Fault("a formula that was never calculated", is_uncalculated=True)),
]


@pytest.mark.parametrize("count", [1, 2, 4])
def test_whatever_stands_in_some_cells_there_is_an_error_or_a_case(monkeypatch, count):
    random = Random(count)
    changes = itertools.product(CELLS, VALUES)
    if count > 1:
        changes = [tuple(random.choices(list(options), k=count) for options in (CELLS, VALUES)) for _ in range(1000)]
    for change in changes:
        cells, values = change if count > 1 else ([change[0]], [change[1]])
        sheets = small()
        for (name, i, j), value in zip(cells, values, strict=True):
            sheets[name][i][j] = value
        monkeypatch.setattr("fleetopt.books.study.files.Workbook", lambda _path, sheets=sheets: InMemory(sheets))
        inputs = read_study(Path("depot.xlsx"))
        found = check(inputs)
        assert places(found) or len(scenarios(inputs)) == 3, change


# The folder


def test_a_fault_in_a_file_of_the_folder_is_named_with_file_sheet_and_cell(tmp_path):
    sheets = small()
    put(sheets, "EnergyProfileData!C2", -0.2)
    found = check(read_study(write_folder(tmp_path / "depot", sheets)))
    assert places(found) == ["[Energy_Profile_Data.xlsx]Sheet1!C2"]


@pytest.mark.parametrize("file", [*FILES, "Project_dataset.xlsx"])
def test_a_missing_file_is_named_with_the_workbooks_that_are_there(tmp_path, file):
    folder = write_folder(tmp_path / "depot", small())
    (folder / file).unlink()
    (folder / "~$Vehicle_Data.xlsx").write_bytes(b"lock")
    with pytest.raises(FileError) as raised:
        read_study(folder)
    problem = raised.value.problem
    assert problem.where == str(folder)
    assert f"{file.replace('Vehcile', 'Vehicle')} is missing." in problem.message
    assert problem.message.endswith(f"Workbooks there: {', '.join(sorted({*FILES, 'Project_dataset.xlsx'} - {file}))}.")
    assert problem.advice


def test_an_empty_folder_names_all_five_files(tmp_path):
    with pytest.raises(FileError, match=r"Vehicle_Data\.xlsx, .*, Project_dataset\.xlsx are missing.*there: none"):
        read_study(tmp_path)


def test_a_file_in_both_spellings_is_not_chosen_from(tmp_path):
    folder = write_folder(tmp_path / "depot", small())
    write_book(folder / "Vehicle_Data.xlsx", {"Sheet1": small()["Vehicle_data"]})
    with pytest.raises(FileError, match=r"holds both Vehicle_Data\.xlsx and Vehcile_Data\.xlsx"):
        read_study(folder)


def test_a_files_other_sheets_are_passed_over(tmp_path):
    folder = write_folder(tmp_path / "depot", small())
    book = openpyxl.load_workbook(folder / "Vehcile_Data.xlsx")
    book.create_sheet("Notes", 0).append(["Year", "what happened"])
    book.create_sheet("Empty")
    book.create_chartsheet("Picture", 0)
    book.save(folder / "Vehcile_Data.xlsx")
    assert case_of(folder).years == (2025, 2026)


def test_a_missing_sheet_of_the_parameter_workbook_is_named(tmp_path):
    sheets = small()
    del sheets["YearlyCAPEXBudget"]
    found = check(read_study(write_folder(tmp_path / "depot", sheets)))
    assert "Project_dataset.xlsx: the sheet 'YearlyCAPEXBudget' is missing." in said(found)


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("Vehicle_data!D2", "Vehcile_Data.xlsx"),
        ("vehicleChargingData!E2", "Vehcile_Charging_Data.xlsx"),
        ("EnergyProfileData!C2", "Energy_Profile_Data.xlsx"),
        ("InfraProcurementCosts!B2", "Infra_Procurement_Costs.xlsx"),
    ],
)
def test_a_copy_that_disagrees_is_a_warning_and_the_tables_own_file_counts(tmp_path, address, file):
    copies = small()
    put(copies, address, 0.5)
    folder = write_folder(tmp_path / "depot", small(), copies)
    (warning,) = serious(check(read_study(folder)))
    assert warning.severity == "warning"
    assert warning.where == f"[Project_dataset.xlsx]{address.partition('!')[0]}"
    assert f"[{file}]Sheet1, which is used" in warning.message
    assert differences(case_of(folder), case_of(write_book(tmp_path / "small.xlsx", small()))) == []


def test_a_copy_in_another_order_agrees(tmp_path):
    assert serious(check(read_study(write_folder(tmp_path / "depot", small(), shuffled(small(), Random(1)))))) == []


def test_a_copy_whose_unused_formulas_were_not_calculated_agrees(tmp_path):
    copies = small()
    for i in (2, 3):
        put(copies, f"vehicleChargingData!D{i}", f"=C{i}*E{i}")
    assert serious(check(read_study(write_folder(tmp_path / "depot", small(), copies)))) == []


def test_a_copy_that_cannot_be_read_is_a_warning(tmp_path):
    copies = small()
    drop_column(copies, "Vehicle_data", "Year")
    found = check(read_study(write_folder(tmp_path / "depot", small(), copies)))
    assert places(found, "warning") == ["[Project_dataset.xlsx]Vehicle_data"]


def test_the_parameter_workbook_need_not_hold_copies(tmp_path):
    parameters = {name: rows for name, rows in small().items() if name not in FILES.values()}
    assert serious(check(read_study(write_folder(tmp_path / "depot", small(), parameters)))) == []


@pytest.mark.parametrize(
    "header",
    [
        "Charger 50KW",
        "Charger_50kW_Cost(USD)",
        "charger 50 kw price [USD / unit]",
        "Chargers 50.0 KW (USD)",
        "DC charger 50kW ($/unit)",
        "Price of a charger of 50 kW (USD per unit)",
        "Charger Depot 50KW CCS (USD/pc) ex VAT",
    ],
)
def test_a_charger_s_price_may_be_headed_in_several_ways(tmp_path, header):
    sheets = small()
    put(sheets, "InfraProcurementCosts!D1", header)
    assert problems(tmp_path, sheets) == []


def test_units_or_groups_above_the_header_are_no_rows(tmp_path):
    sheets = small()
    sheets["Vehicle_data"].insert(0, ["Which", "Which type", "When", "km", "When"])
    sheets["vehicleChargingData"].insert(0, [1, 2, 3, 4, 5])
    sheets["EnergyProfileData"].insert(0, ["Version", 1.2, "Date", 2025])
    sheets["InfraProcurementCosts"].insert(0, ["Depot plan", 2025])
    assert problems(tmp_path, sheets) == []
