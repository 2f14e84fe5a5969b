"""Grid upgrades and demand charges typed into a workbook that was made without them, and taken out of it again."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml import etree
from openpyxl.utils import get_column_letter, range_boundaries

from fleetopt.depot import REFINEMENTS
from fleetopt.inputs.schema import INPUT_TABLES
from fleetopt.results import tables as results
from fleetopt.results.content import at_run
from tests import engine
from tests.doors.test_cli import fleetopt
from tests.refined import BOTH, CHARGES, NEITHER, OF_SCENARIOS, OF_YEARS, UPGRADES, Typed, type_in
from tests.template.test_macros import COMMANDS

RUN, CHECK, CLEAR = COMMANDS.values()
ROUTES = ("button", "in place")
OF_BOTH = ("grid_upgrade", "demand_charge")
TABLES = [table.name for table in results.result_tables(REFINEMENTS)]
NAMES = [column.name for column in (*results.STATUS, *results.CHOICES)]
NAMES = [name for name in NAMES if name not in ("run_seconds", "run_finished")]
NAMES += [at_run(table.name) for table in INPUT_TABLES]
OF_A_MOMENT = ("Finished", "Seconds [s]")
UPGRADES_COST, CHARGES_COST = 1_167_551.0191, 1_258_906.0211
"""The least present costs at export ratio 0.5 that other solvers agree on [USD]: of UPGRADES, and of CHARGES with a
ratchet of 0.5."""


@pytest.fixture(autouse=True)
def engine_of_windows(monkeypatch):
    monkeypatch.setattr(engine.engine, "is_mac", False)


@pytest.fixture(scope="module")
def empty(tmp_path_factory) -> Path:
    """The workbook that `new` makes of a depot without refinements."""
    folder = tmp_path_factory.mktemp("new")
    assert fleetopt("new", "plan.xlsm", cwd=folder).returncode == 0
    return folder / "plan.xlsm"


@pytest.fixture(scope="module")
def typed(empty, tmp_path_factory) -> Path:
    """The same with both refinements typed in, not yet run."""
    return type_in(Path(shutil.copy(empty, tmp_path_factory.mktemp("typed") / "plan.xlsm")), BOTH)


def ran(path: Path, route: str, *more: str) -> Path:
    """The workbook after a run by the button, or in place."""
    if route == "button":
        assert engine.run(path, RUN)[-1] is None
    else:
        done = fleetopt("run", path, "--in-place", "--quiet", *more, cwd=path.parent)
        assert done.returncode == 0, done.stderr
    return path


@pytest.fixture(scope="module")
def chain(empty, typed, tmp_path_factory) -> dict[str, dict[str, Path]]:
    """By the route: run without refinements, with both, without again, and with both once more."""
    found: dict[str, dict[str, Path]] = {}
    for route in ROUTES:
        folder = tmp_path_factory.mktemp("chain")
        path = ran(Path(shutil.copy(typed, folder / "plan.xlsm")), route)
        found[route] = {"with": Path(shutil.copy(path, folder / "with.xlsm"))}
        ran(type_in(path, NEITHER), route)
        found[route]["taken out"] = Path(shutil.copy(path, folder / "out.xlsm"))
        ran(type_in(path, BOTH), route)
        found[route]["with again"] = path
        found[route]["without"] = ran(Path(shutil.copy(empty, folder / "without.xlsm")), route)
    return found


@pytest.fixture(scope="module")
def results_book(typed, tmp_path_factory) -> Path:
    """The results.xlsx of the same inputs, made with all its columns from the start."""
    folder = tmp_path_factory.mktemp("results")
    assert fleetopt("run", typed, "--quiet", "--out", folder, cwd=folder).returncode == 0
    return folder / "results.xlsx"


def shown(path: Path) -> dict[str, Any]:
    """Every cell that a run fills, by table and name; moments left out."""
    book = openpyxl.load_workbook(path)
    found: dict[str, Any] = {}
    for sheet in book:
        for table in sheet.tables.values():
            if table.displayName in TABLES:
                found[table.displayName] = [[cell.value for cell in row] for row in sheet[table.ref]]
    header, *rows = found[results.RUNS.name]
    kept = [j for j, name in enumerate(header) if name not in OF_A_MOMENT]
    found[results.RUNS.name] = [[row[j] for j in kept] for row in (header, *rows)]
    for name in NAMES:
        sheet, address = book.defined_names[name].attr_text.rsplit("!", 1)
        found[name] = book[sheet.strip("'")][address.replace("$", "")].value
    return found


def columns(path: Path, table: str) -> dict[str, list[Any]]:
    """The columns of a table by their headings."""
    header, *rows = shown(path)[table]
    return {heading: [row[j] for row in rows] for j, heading in enumerate(header)}


def areas(path: Path) -> dict[str, str]:
    book = openpyxl.load_workbook(path)
    return {table.displayName: f"{sheet.title}!{table.ref}" for sheet in book for table in sheet.tables.values()}


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


# Columns come


@pytest.mark.parametrize("route", ROUTES)
def test_the_columns_of_refinements_are_added_at_the_right_end(chain, route):
    found = shown(chain[route]["with"])
    assert found["tblYearly"][0] == [*results.yearly().headings, *OF_YEARS]
    assert found["tblCompare"][0] == [*results.compare().headings, *OF_SCENARIOS]


@pytest.mark.parametrize("route", ROUTES)
def test_where_the_days_table_stands_beside_it_the_table_of_years_stays_as_it_is(chain, route):
    before, after = areas(chain[route]["without"]), areas(chain[route]["with"])
    assert {name: after[name] for name in ("tblYears", "tblDay")} == {n: before[n] for n in ("tblYears", "tblDay")}
    found = shown(chain[route]["with"])
    assert tuple(found["tblYears"][0]) == results.years().headings
    assert tuple(found["tblDay"][0]) == results.DAY.headings


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("table", ["tblYearly", "tblCompare", "tblPurchases", "tblFlows", "tblLimits", "tblPeaks"])
def test_the_figures_are_those_of_the_file_that_has_all_columns_from_the_start(chain, results_book, route, table):
    ours, theirs = columns(chain[route]["with"], table), columns(results_book, table)
    assert ours == theirs
    assert all(value is not None for heading in OF_YEARS for value in ours.get(heading, [0.0]))


def test_the_figures_of_the_refinements_are_not_all_nothing(chain):
    # Each of three scenarios buys one transformer in 2028, which serves in 2029.
    yearly = columns(chain["button"]["with"], "tblYearly")
    assert yearly["Grid upgrades bought [pieces]"] == [0, 0, 0, 1, 0] * 3
    assert yearly["Grid upgrades installed [pieces]"] == [0, 0, 0, 1, 1] * 3
    assert yearly["Connection added [kW]"] == [0, 0, 0, 0, 100] * 3
    assert min(yearly["Demand charges [USD]"]) > 7_000
    compared = columns(chain["button"]["with"], "tblCompare")
    assert compared["Grid upgrades bought [pieces]"] == [1, 1, 1]
    assert compared["Demand charges [USD]"][0] == pytest.approx(sum(yearly["Demand charges [USD]"][:5]))
    peaks = columns(chain["button"]["with"], "tblPeaks")
    assert len(peaks["Peak [kW]"]) == 3 * 5 * 2
    assert set(peaks["Demand charge"]) == {"All hours", "Evening"}
    assert set(peaks["Months"]) == {12}


@pytest.mark.parametrize("state", ["with", "taken out", "with again"])
@pytest.mark.parametrize("name", [*TABLES, *NAMES])
def test_both_routes_give_the_same_cells(chain, state, name):
    assert shown(chain["button"][state])[name] == shown(chain["in place"][state])[name]


@pytest.mark.parametrize("state", ["with", "taken out", "with again"])
def test_both_routes_leave_every_table_in_the_same_place(chain, state):
    assert areas(chain["button"][state]) == areas(chain["in place"][state])


@pytest.mark.parametrize("is_mac", [False, True])
def test_the_button_on_a_mac_adds_the_same_columns(typed, chain, tmp_path, monkeypatch, is_mac):
    monkeypatch.setattr(engine.engine, "is_mac", is_mac)
    path = ran(Path(shutil.copy(typed, tmp_path / "plan.xlsm")), "button")
    assert shown(path) == shown(chain["button"]["with"])


# Columns go


@pytest.mark.parametrize("route", ROUTES)
def test_the_columns_are_emptied_when_the_refinements_are_taken_away(chain, route):
    before, after = chain[route]["without"], chain[route]["taken out"]
    for table, added in (("tblYearly", OF_YEARS), ("tblCompare", OF_SCENARIOS)):
        ours, theirs = columns(after, table), columns(before, table)
        assert [*ours] == [*theirs, *added]
        assert {heading: values for heading, values in ours.items() if heading in theirs} == theirs
        assert all(value is None for heading in added for value in ours[heading])
    assert shown(after)["tblPeaks"][1:] == [[None] * len(results.listings(REFINEMENTS)[0].columns)]
    for table in ("tblYears", "tblDay", "tblPurchases", "tblFlows", "tblLimits", "tblMessages"):
        assert shown(after)[table] == shown(before)[table]


@pytest.mark.parametrize("route", ROUTES)
def test_the_columns_that_are_there_are_filled_again_and_none_is_added(chain, route):
    before, after = shown(chain[route]["with"]), shown(chain[route]["with again"])
    assert {**after, "tblRuns": None} == {**before, "tblRuns": None}


@pytest.mark.parametrize("route", ROUTES)
def test_a_column_that_a_user_has_moved_is_filled_where_it_stands(chain, tmp_path, route):
    # The last column, Connection added, is moved to the front of those that were added.
    path = Path(shutil.copy(chain["in place"]["with"], tmp_path / "plan.xlsm"))
    book = openpyxl.load_workbook(path, keep_vba=True)
    sheet = book["Yearly"]
    table = sheet.tables["tblYearly"]
    _, top, right, bottom = range_boundaries(table.ref)
    for row in sheet.iter_rows(top, bottom, right - 3, right):
        values = [cell.value for cell in row]
        for cell, value in zip(row, [values[-1], *values[:-1]], strict=True):
            cell.value = value
    for column, cell in zip(table.tableColumns[-4:], sheet[top][right - 4 : right], strict=True):
        column.name = cell.value
    book.save(path)
    after = columns(ran(path, route), "tblYearly")
    assert [*after][-4:] == [OF_YEARS[-1], *OF_YEARS[:-1]]
    assert after == columns(chain["in place"]["with"], "tblYearly")


def test_clearing_empties_the_columns_and_the_peaks_and_leaves_them_there(chain, tmp_path):
    path = Path(shutil.copy(chain["button"]["with"], tmp_path / "plan.xlsm"))
    assert engine.run(path, CLEAR) == [None]
    found = shown(path)
    assert found["tblYearly"] == [[*results.yearly().headings, *OF_YEARS], [None] * (len(results.yearly().columns) + 4)]
    assert found["tblPeaks"][1:] == [[None] * len(found["tblPeaks"][0])]


def test_a_run_that_is_refused_leaves_the_columns_and_their_figures(chain, tmp_path):
    path = type_in(
        Path(shutil.copy(chain["button"]["with"], tmp_path / "plan.xlsm")),
        {"tblGridUpgrades": [[None, 100, 20_000, 3, 1, "no"]]},
    )
    before = shown(path)
    engine.run(path, RUN)
    after = shown(path)
    assert after["run_status"].startswith("Not run: ")
    kept = [name for name in TABLES if name not in ("tblMessages", "tblRepairs")]
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}


# One refinement alone


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    ("rows", "of_years", "of_scenarios"),
    [(UPGRADES, OF_YEARS[1:], OF_SCENARIOS[1:]), (CHARGES, OF_YEARS[:1], OF_SCENARIOS[:1])],
    ids=["upgrades", "charges"],
)
def test_one_refinement_adds_its_own_columns_only_and_the_other_adds_the_rest_later(
    empty, tmp_path, route, rows: Typed, of_years, of_scenarios
):
    path = ran(type_in(Path(shutil.copy(empty, tmp_path / "plan.xlsm")), rows), route)
    found = shown(path)
    assert found["tblYearly"][0] == [*results.yearly().headings, *of_years]
    assert found["tblCompare"][0] == [*results.compare().headings, *of_scenarios]
    found = shown(ran(type_in(path, BOTH), route))
    assert found["tblYearly"][0] == [
        *results.yearly().headings, *of_years, *(name for name in OF_YEARS if name not in of_years)
    ]  # fmt: skip


@pytest.mark.parametrize("solver", ["scip", "highs", "cp-sat"])
@pytest.mark.parametrize(
    ("rows", "more", "cost"), [(UPGRADES, (), UPGRADES_COST), (CHARGES, ("--set", "ratchet=0.5"), CHARGES_COST)],
    ids=["upgrades", "charges"],
)  # fmt: skip
def test_the_studys_depot_with_a_refinement_costs_what_other_solvers_say(
    empty, tmp_path, rows: Typed, more, cost, solver
):
    path = type_in(Path(shutil.copy(empty, tmp_path / "plan.xlsm")), rows)
    arguments = ("--scenario", "Export 0.5", "--solver", solver, *more, "--json", "--quiet")
    done = fleetopt("run", path, *arguments, cwd=tmp_path)
    [scenario] = json.loads(done.stdout)["scenarios"]
    assert scenario["status"] == "optimal"
    assert scenario["objective_usd"] == pytest.approx(cost, abs=2e-4)


def test_a_fixed_charge_of_a_run_adds_the_column_of_demand_charges_alone(empty, tmp_path):
    # 12 months at 100 USD.
    path = ran(Path(shutil.copy(empty, tmp_path / "plan.xlsm")), "in place", "--set", "fixed_charge=100")
    yearly = columns(path, "tblYearly")
    assert [*yearly] == [*results.yearly().headings, OF_YEARS[0]]
    assert yearly[OF_YEARS[0]] == [1200] * 15
    assert shown(path)["tblPeaks"][1:] == [[None] * 10]


def test_a_fixed_charge_of_one_scenario_is_nothing_in_the_others(empty, tmp_path):
    path = Path(shutil.copy(empty, tmp_path / "plan.xlsm"))
    book = openpyxl.load_workbook(path, keep_vba=True)
    sheet = book["Scenarios"]
    _, top, _, _ = range_boundaries(sheet.tables["tblScenarios"].ref)
    [column] = [cell.column for cell in sheet[top] if cell.value == "Fixed charge [USD/month]"]
    sheet.cell(top + 2, column).value = 100
    book.save(path)
    ran(path, "in place")
    yearly = columns(path, "tblYearly")
    assert yearly[OF_YEARS[0]] == [0] * 5 + [1200] * 5 + [0] * 5
    assert columns(path, "tblCompare")[OF_YEARS[0]] == [0, 6000, 0]


# Nothing else of the file


def test_every_part_but_results_is_byte_for_byte_what_it_was(typed, chain):
    before, after = parts_of(typed), parts_of(chain["in place"]["with"])
    assert [*after] == [*before]
    written = {*(table.sheet for table in results.result_tables(REFINEMENTS)), "Start", "Checks"}
    allowed = {"xl/workbook.xml", *(part for sheet, part in sheet_parts(before).items() if sheet in written)}
    allowed |= {name for name in before if name.startswith("xl/charts/chart")}
    allowed |= {
        name
        for name, content in before.items()
        if name.startswith("xl/tables/") and etree.fromstring(content).get("name") in TABLES
    }
    assert {name for name in before if before[name] != after[name]} <= allowed
    assert {"xl/vbaProject.bin", "xl/styles.xml", "xl/sharedStrings.xml"} <= before.keys() - allowed


def sheet_parts(parts: dict[str, bytes]) -> dict[str, str]:
    """The part of each sheet by its name."""
    targets = {
        item.get("Id"): f"xl/{item.get('Target').removeprefix('/xl/')}"
        for item in etree.fromstring(parts["xl/_rels/workbook.xml.rels"])
    }
    root = etree.fromstring(parts["xl/workbook.xml"])
    return {
        sheet.get("name"): targets[next(value for key, value in sheet.attrib.items() if key.endswith("}id"))]
        for sheet in root.iterfind("{*}sheets/{*}sheet")
    }


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("row", [0, 1, 3])
def test_a_cell_right_of_a_table_that_gets_columns_is_named_and_nothing_is_written(typed, tmp_path, route, row):
    # The new workbook's table has one row below its headings; the third row is where it grows to.
    path = Path(shutil.copy(typed, tmp_path / "plan.xlsm"))
    book = openpyxl.load_workbook(path, keep_vba=True)
    sheet = book["Yearly"]
    _, top, right, _ = range_boundaries(sheet.tables["tblYearly"].ref)
    mine = sheet.cell(top + row, right + 2)
    mine.value = "mine"
    book.save(path)
    place, before = f"Yearly!{mine.coordinate}", shown(path)
    if route == "button":
        said = engine.run(path, RUN)[-1] or ""
        assert said.startswith("fleetopt: error: ")
    else:
        done = fleetopt("run", path, "--in-place", "--quiet", cwd=tmp_path)
        assert done.returncode == 6
        said = done.stderr
    assert place in said
    after = shown(path)
    kept = [name for name in TABLES if name not in ("tblMessages", "tblRepairs")]
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert openpyxl.load_workbook(path)["Yearly"][mine.coordinate].value == "mine"


@pytest.mark.parametrize("route", ROUTES)
def test_a_table_of_the_planner_right_of_one_that_gets_columns_is_named_and_nothing_is_written(typed, tmp_path, route):
    path = Path(shutil.copy(typed, tmp_path / "plan.xlsm"))
    book = openpyxl.load_workbook(path, keep_vba=True)
    sheet = book["Yearly"]
    _, top, right, _ = range_boundaries(sheet.tables["tblYearly"].ref)
    first, second = sheet.cell(top, right + 3), sheet.cell(top + 1, right + 3)
    first.value, second.value = "Mine", 7
    sheet.add_table(
        openpyxl.worksheet.table.Table(displayName="tblMine", ref=f"{first.coordinate}:{second.coordinate}")
    )
    book.save(path)
    before = shown(path)
    if route == "button":
        said = engine.run(path, RUN)[-1] or ""
    else:
        done = fleetopt("run", path, "--in-place", "--quiet", cwd=tmp_path)
        assert done.returncode == 6
        said = done.stderr
    assert f"Yearly!{first.coordinate}" in said
    assert "tblYearly" in said
    assert {name: shown(path)[name] for name in ("tblYearly", "tblCompare")} == {
        name: before[name] for name in ("tblYearly", "tblCompare")
    }
    assert openpyxl.load_workbook(path)["Yearly"][second.coordinate].value == 7


@pytest.mark.parametrize("state", ["with", "taken out", "with again"])
def test_every_column_of_a_widened_table_has_a_number_and_the_name_that_stands_above_it(chain, state):
    for route in ROUTES:
        book = openpyxl.load_workbook(chain[route][state])
        for sheet in book:
            for table in sheet.tables.values():
                headings = [str(cell.value) for cell in sheet[table.ref][0]]
                assert [column.name for column in table.tableColumns] == headings
                assert len({column.id for column in table.tableColumns}) == len(headings)
                if table.autoFilter is not None:
                    assert table.autoFilter.ref == table.ref


@pytest.fixture
def with_totals(chain, tmp_path) -> Path:
    """Results without refinements, a totals row below the yearly ones, and both refinements typed in."""
    path = Path(shutil.copy(chain["in place"]["without"], tmp_path / "plan.xlsm"))
    book = openpyxl.load_workbook(path, keep_vba=True)
    sheet = book["Yearly"]
    table = sheet.tables["tblYearly"]
    left, top, right, bottom = range_boundaries(table.ref)
    table.ref = f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom + 1}"
    table.totalsRowCount = 1
    table.tableColumns[0].totalsRowLabel = sheet.cell(bottom + 1, left).value = "Total"
    book.save(path)
    return type_in(path, BOTH)


def test_a_table_with_a_totals_row_is_not_widened_in_place_and_the_file_stays(with_totals, tmp_path):
    before = with_totals.read_bytes()
    done = fleetopt("run", with_totals, "--in-place", "--quiet", cwd=tmp_path)
    assert done.returncode == 6
    assert "totals row" in done.stderr
    assert with_totals.read_bytes() == before


def test_the_button_widens_a_table_with_a_totals_row(with_totals):
    ran(with_totals, "button")
    sheet = openpyxl.load_workbook(with_totals)["Yearly"]
    table = sheet.tables["tblYearly"]
    headings = [cell.value for cell in sheet[table.ref][0]]
    assert headings == [*results.yearly().headings, *OF_YEARS]
    assert [column.name for column in table.tableColumns] == headings
    assert sheet[table.ref][-1][0].value == "Total"
    assert table.totalsRowCount == 1


@pytest.mark.parametrize("table", ["tblYearly", "tblCompare"])
@pytest.mark.parametrize(
    ("heading", "like"),
    [(OF_YEARS[0], "Total cost [USD]"), (OF_YEARS[1], "Chargers bought [units]")],
    ids=["money", "pieces"],
)
def test_a_new_column_looks_like_others_of_its_kind(chain, table, heading, like):
    for route in ROUTES:
        book = openpyxl.load_workbook(chain[route]["with"])
        sheet = next(sheet for sheet in book if table in sheet.tables)
        header, *rows = sheet[sheet.tables[table].ref]
        old, new = ([cell.value for cell in header].index(name) for name in (like, heading))
        assert {row[new].number_format for row in rows} == {row[old].number_format for row in rows}
        if route == "in place":
            assert header[new].style_id == header[old].style_id
            assert {row[new].style_id for row in rows} == {row[old].style_id for row in rows}


# A workbook that is made with them


def test_a_workbook_made_of_a_depot_with_refinements_has_their_columns_from_the_start(typed, chain, tmp_path):
    assert fleetopt("new", "plan.xlsm", "--from", typed, cwd=tmp_path).returncode == 0
    found = shown(tmp_path / "plan.xlsm")
    assert tuple(found["tblYearly"][0]) == results.yearly(OF_BOTH).headings
    assert tuple(found["tblYears"][0]) == results.years(OF_BOTH).headings
    ran(tmp_path / "plan.xlsm", "in place")
    assert areas(tmp_path / "plan.xlsm")["tblYearly"].split("!")[1].split(":")[0] == "A5"
    ours, theirs = columns(tmp_path / "plan.xlsm", "tblYearly"), columns(chain["in place"]["with"], "tblYearly")
    assert ours == theirs
    assert tuple(ours) == results.yearly(OF_BOTH).headings


@pytest.mark.parametrize("route", ROUTES)
def test_a_workbook_made_with_refinements_works_without_them(typed, chain, tmp_path, route):
    assert fleetopt("new", "plan.xlsm", "--from", typed, cwd=tmp_path).returncode == 0
    path = ran(type_in(tmp_path / "plan.xlsm", NEITHER), route)
    found = shown(path)
    assert tuple(found["tblYearly"][0]) == results.yearly(OF_BOTH).headings
    ours, theirs = columns(path, "tblYearly"), columns(chain[route]["without"], "tblYearly")
    assert {heading: values for heading, values in ours.items() if heading in theirs} == theirs
    assert all(value is None for heading in OF_YEARS for value in ours[heading])
    years = columns(path, "tblYears")
    assert all(value is None for heading in results.further(results.years()) for value in years.get(heading, ()))
    assert all(re.match(r"=SUMIFS\(tblYearly\[", value) for value in years["Total cost [USD]"])
