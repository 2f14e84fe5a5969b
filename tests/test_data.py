"""The data that comes with fleetopt."""

from __future__ import annotations

import openpyxl
import pytest

from fleetopt.books.reading import BUILT_IN, example, read_inputs
from fleetopt.books.study.reader import read_study
from fleetopt.inputs.checks import check
from fleetopt.inputs.scenarios import scenarios
from fleetopt.plan.optimize import optimize
from tests.untidy import DATA, data_writer

BOOKS = [
    "Energy_Profile_Data.xlsx",
    "Infra_Procurement_Costs.xlsx",
    "Project_dataset.xlsx",
    "Vehicle_Charging_Data.xlsx",
    "Vehicle_Data.xlsx",
]


def cells(path):
    return {sheet.title: list(sheet.values) for sheet in openpyxl.load_workbook(path)}


def test_the_data_folder_holds_the_studys_five_workbooks():
    assert sorted(path.name for path in DATA.glob("*.xls*") if not path.name.startswith("~$")) == BOOKS


@pytest.mark.parametrize("book", BOOKS)
def test_a_workbook_in_data_is_what_the_script_writes(tmp_path, book):
    data_writer().write(tmp_path)
    assert cells(DATA / book) == cells(tmp_path / book)


def test_the_script_writes_nothing_else(tmp_path):
    data_writer().write(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == BOOKS


@pytest.mark.parametrize("book", BOOKS)
def test_the_source_of_every_workbook_is_given(book):
    assert f"`{book}`" in (DATA / "SOURCES.md").read_text(encoding="utf-8")


def test_the_copies_in_the_single_workbook_are_the_files_tables():
    single = cells(DATA / "Project_dataset.xlsx")
    for book in BOOKS:
        assert single | cells(DATA / book) == single


def test_the_fleet_grows_by_five_vehicles_a_year():
    rows = data_writer().vehicles()[1:]
    assert [sum(row[2] == year for row in rows) for year in range(2025, 2030)] == [10, 15, 20, 25, 30]
    assert rows[0][0] == "V001_2025"
    assert rows[-1][0] == "V030_2029"


def test_the_built_in_depot_is_the_data():
    built_in = read_inputs(None)
    assert built_in.source == BUILT_IN
    assert {problem.severity for problem in check(built_in)} == {"note"}
    ours, theirs = scenarios(built_in)[0].case, scenarios(read_study(DATA))[0].case
    assert ours.charging_kwh.tolist() == theirs.charging_kwh.tolist()


def test_the_realistic_workbook_is_what_the_script_writes(tmp_path):
    data_writer("realistic/depot.py").write(tmp_path / "Depot.xlsx")
    assert cells(DATA / "realistic" / "Depot.xlsx") == cells(tmp_path / "Depot.xlsx")


def test_the_realistic_depot_is_in_order():
    inputs = example("realistic")
    assert inputs.source == "realistic depot"
    assert [str(problem) for problem in check(inputs) if problem.severity == "error"] == []
    planned, arriving = scenarios(inputs, ["As planned", "On arrival"])
    assert planned.case.fleet_size.tolist() == [22, 28, 35, 42, 51]
    assert planned.case.days.sum() == 365
    assert (arriving.case.managed_charging, arriving.case.grid_limit_kw) == ("no", 1500)


def test_the_realistic_depot_has_the_least_cost_that_others_found():
    result = optimize(scenarios(example("realistic"))[0].case)
    assert result.plan.objective == pytest.approx(2_197_322.792, rel=1e-8)
    assert result.is_certified
    assert result.verification.has_passed
