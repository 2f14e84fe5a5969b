"""One depot, every way to its results: the buttons, `run` and `run --in-place` fill the same cells the same way."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter, range_boundaries
from pyopenvba.apps.excel import ExcelApplication

from fleetopt.doors import buttons
from fleetopt.inputs.schema import INPUT_TABLES
from fleetopt.results import tables as results
from fleetopt.results.content import NOT_RUN, at_run
from fleetopt.words.block import ROWS_ABOVE, ROWS_BELOW
from tests import engine
from tests.doors.test_cli import fleetopt, python
from tests.template.test_macros import COMMANDS, recorder

RUN, CHECK, CLEAR = COMMANDS.values()
OF_A_MOMENT = {"run_seconds", "run_finished"}
NAMES = [column.name for column in (*results.STATUS, *results.CHOICES) if column.name not in OF_A_MOMENT]
NAMES += [at_run(table.name) for table in INPUT_TABLES]
TABLES = [table.name for table in results.result_tables()]
PLANS = [
    table.name for table in results.result_tables() if table not in (results.MESSAGES, results.REPAIRS, results.RUNS)
]


@pytest.fixture(autouse=True)
def engine_of_windows(monkeypatch):
    monkeypatch.setattr(engine.engine, "is_mac", False)
    engine.calls.clear()
    engine.statuses.clear()


@pytest.fixture(scope="module")
def empty(tmp_path_factory) -> Path:
    """The workbook that `new` makes."""
    folder = tmp_path_factory.mktemp("new")
    assert fleetopt("new", "plan.xlsm", cwd=folder).returncode == 0
    return folder / "plan.xlsm"


@pytest.fixture(scope="module")
def solved(empty, tmp_path_factory) -> Path:
    """The same after Run Optimization."""
    path = Path(shutil.copy(empty, tmp_path_factory.mktemp("solved") / "plan.xlsm"))
    engine.run(path, RUN)
    return path


@pytest.fixture
def plan(solved, tmp_path) -> Path:
    """A workbook with results, to be changed."""
    return Path(shutil.copy(solved, tmp_path / "plan.xlsm"))


def shown(path: Path) -> dict[str, Any]:
    """Every cell that a run fills, by table and name; formulas as text, moments left out."""
    book = openpyxl.load_workbook(path)
    found: dict[str, Any] = {}
    for sheet in book:
        for table in sheet.tables.values():
            if table.displayName in TABLES:
                found[table.displayName] = [[cell.value for cell in row] for row in sheet[table.ref]]
    header, *rows = found[results.RUNS.name]
    kept = [j for j, name in enumerate(header) if name not in ("Finished", "Seconds [s]")]
    found[results.RUNS.name] = [[row[j] for j in kept] for row in (header, *rows)]
    for name in NAMES:
        sheet, address = book.defined_names[name].attr_text.rsplit("!", 1)
        found[name] = book[sheet.strip("'")][address.replace("$", "")].value
    return found


def put(path: Path, table: str, heading: str, row: int, value: Any) -> str:
    """Change one cell of a table, whose rows count from 0; its address. Row -1 is the heading itself."""
    book = openpyxl.load_workbook(path, keep_vba=True)
    sheet = next(sheet for sheet in book if table in sheet.tables)
    left, top, right, _ = range_boundaries(sheet.tables[table].ref)
    column = next(j for j in range(left, right + 1) if sheet.cell(top, j).value == heading)
    sheet.cell(top + 1 + row, column).value = value
    if row == -1:
        sheet.tables[table].tableColumns[column - left].name = value
    book.save(path)
    return f"{sheet.title}!{get_column_letter(column)}{top + 1 + row}"


def link(place: str) -> str:
    """The formula that leads to a cell."""
    sheet, cell = place.split("!")
    return f'=HYPERLINK("#\'{sheet}\'!{cell}","{place}")'


def figures(found: dict[str, Any], names: list[str]) -> dict[str, Any]:
    return {name: found[name] for name in names}


# The same results


@pytest.fixture(scope="module")
def by_route(empty, solved, tmp_path_factory) -> dict[str, dict[str, Any]]:
    """What each way has written."""
    folder = tmp_path_factory.mktemp("routes")
    books = {name: Path(shutil.copy(empty, folder / f"{name}.xlsm")) for name in ("process", "mac", "place")}
    done = python("-m", "tests.engine", str(books["process"]), RUN, cwd=folder)
    assert done.returncode == 0, done.stderr
    engine.engine.is_mac = True
    engine.run(books["mac"], RUN)
    engine.engine.is_mac = False
    assert fleetopt("run", "place.xlsm", "--in-place", "--quiet", cwd=folder).returncode == 0
    files = {"button": solved, **books, "file": folder / "fleetopt-results" / "results.xlsx"}
    return {name: shown(path) for name, path in files.items()}


@pytest.mark.parametrize("route", ["process", "mac", "place", "file"])
@pytest.mark.parametrize("name", [*TABLES, *NAMES])
def test_every_route_gives_the_same_cells_as_the_button(by_route, route, name):
    assert by_route[route][name] == by_route["button"][name]


def test_the_cells_of_the_button_are_the_studys_results(by_route):
    cells = by_route["button"]
    assert len(cells["tblYearly"]) == 1 + 3 * 5
    assert len(cells["tblFlows"]) == 1 + 3 * 5 * 4
    assert sum(row[6] for row in cells["tblYearly"][1:6]) == pytest.approx(1_147_963.2373, abs=1e-3)
    assert cells["run_objective"] == pytest.approx(1_147_963.2373, abs=1e-3)
    assert cells["run_status"] == "Solved: all 3 scenarios, proven least cost."
    assert cells["summary_scenario"] == "Export 1.0"
    assert cells["tblYears"][1][1].startswith("=SUMIFS(tblYearly[")
    assert [row[0] for row in cells["tblRuns"][1:]] == ["Export 1.0", "Export 0.5", "Export 0.0"]


# A run, and another


def test_the_status_bar_tells_what_is_done_and_is_given_back(empty, tmp_path):
    said = engine.run(shutil.copy(empty, tmp_path / "plan.xlsm"), RUN)
    steps = [text for text in said if text is None or text.endswith("...")]
    assert steps == [
        "fleetopt: reading the inputs ...",
        "fleetopt: Export 1.0 (1 of 3) ...",
        "fleetopt: Export 0.5 (2 of 3) ...",
        "fleetopt: Export 0.0 (3 of 3) ...",
        "fleetopt: writing the results ...",
        None,
    ]
    assert said[-1] is None
    between = [text for text in said if text not in steps]
    assert all(re.match(r"fleetopt: Export \d\.\d \(\d of 3\): ", text) for text in between)


@pytest.mark.parametrize(("first", "second"), [("button",) * 2, ("in place",) * 2, ("in place", "button")])
def test_a_second_run_gives_the_same_results_and_adds_to_the_list_of_runs(empty, tmp_path, first, second):
    path = Path(shutil.copy(empty, tmp_path / "plan.xlsm"))
    before = None
    for route in (first, second):
        if route == "button":
            assert engine.run(path, RUN)[-1] is None
        else:
            done = fleetopt("run", path, "--in-place", "--quiet", cwd=tmp_path)
            assert done.returncode == 0, done.stderr
        before, after = after if before else shown(path), shown(path)  # noqa: F821 - set by the first round
    assert figures(after, PLANS) == figures(before, PLANS)
    assert after["tblRuns"] == [*before["tblRuns"], *before["tblRuns"][1:]]


def test_every_input_table_is_read_and_every_result_table_written_in_one_block(empty, tmp_path, monkeypatch):
    # Excel answers one call at a time: a call for each cell would take minutes.
    asked: dict[str, list[str]] = {"read": [], "write": []}
    inner = engine.RangeOfTests.raw_value

    def read(cells):
        asked["read"].append(f"{cells.sheet.name}!{cells.get_address(False, False)}")
        return inner.fget(cells)

    def write(cells, values):
        asked["write"].append(f"{cells.sheet.name}!{cells.get_address(False, False)}")
        inner.fset(cells, values)

    monkeypatch.setattr(engine.RangeOfTests, "raw_value", property(read, write))
    path = Path(shutil.copy(empty, tmp_path / "plan.xlsm"))
    engine.run(path, RUN)
    book = openpyxl.load_workbook(path)
    areas = {t.displayName: (sheet.title, t.ref) for sheet in book for t in sheet.tables.values()}
    for table in INPUT_TABLES:
        sheet, ref = areas[table.name]
        inside = [address for address in asked["read"] if overlaps(address, sheet, ref)]
        start, end = ref.split(":")
        first = int(re.sub("[A-Z]+", "", start))
        start = start.replace(str(first), str(max(1, first - ROWS_ABOVE)))
        last = int(re.sub("[A-Z]+", "", end))
        assert set(inside) == {
            f"{sheet}!{start}:{end.replace(str(last), str(last + ROWS_BELOW))}"
        }  # and some rows above and below
        assert len(inside) <= 2  # for the plan, and for the mark of the inputs that it belongs to
    for table in results.result_tables():
        sheet, ref = areas[table.name]
        left, top, right, bottom = range_boundaries(ref)
        body = f"{sheet}!{get_column_letter(left)}{top + 1}:{get_column_letter(right)}{bottom}"
        assert [address for address in asked["write"] if overlaps(address, sheet, ref)] == [body]
    cells = [address for address in asked["write"] if ":" not in address]
    assert len(cells) == len(set(cells)) + 1  # the status says first that a run is under way
    assert engine.calls["read"] <= 60
    assert engine.calls["write"] <= 40
    assert engine.calls["row_height"] <= 40
    assert engine.calls["number_format"] <= 250


def overlaps(address: str, sheet: str, ref: str) -> bool:
    other, cells = address.split("!")
    if other != sheet:
        return False
    a, b = range_boundaries(cells), range_boundaries(ref)
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


# Check Inputs and Clear Results


def test_checking_good_inputs_says_so_and_leaves_the_results(plan):
    before = shown(plan)
    assert engine.run(plan, CHECK) == ["fleetopt: reading the inputs ...", None]
    after = shown(plan)
    assert after["run_look"] == "The inputs are in order."
    assert after["tblMessages"][1:] == [[None] * 4]
    rest = [name for name in (*TABLES, *NAMES) if name not in ("run_look", "tblMessages")]
    assert figures(after, rest) == figures(before, rest)


def test_clearing_empties_the_results_and_keeps_inputs_and_runs(plan, empty):
    before = shown(plan)
    assert engine.run(plan, CLEAR) == [None]
    after, new = shown(plan), shown(empty)
    names = [name for name in NAMES if not name.startswith("at_run_")]
    assert figures(after, [*PLANS, "tblMessages"]) == figures(new, [*PLANS, "tblMessages"])
    assert figures(after, names) == figures(new, names)
    assert after["run_status"] == NOT_RUN
    assert after["tblRuns"] == before["tblRuns"]
    engine.run(plan, RUN)
    assert figures(shown(plan), PLANS) == figures(before, PLANS)


# Faulty inputs


def spoil_inputs(path: Path) -> list[str]:
    """Two errors; their addresses."""
    return [
        put(path, "tblFleet", "Daily distance [km]", 3, -1.0),
        put(path, "tblEnergy", "Grid price [USD/kWh]", 2, "dear"),
    ]


@pytest.mark.parametrize("command", [CHECK, RUN])
def test_faulty_inputs_are_listed_with_a_link_to_each_cell(plan, command):
    places = spoil_inputs(plan)
    before = shown(plan)
    assert engine.run(plan, command) == ["fleetopt: reading the inputs ...", None]
    after = shown(plan)
    rows = after["tblMessages"][1:]
    assert [row[0] for row in rows] == ["error", "error"]
    assert sorted(row[1] for row in rows) == sorted(map(link, places))
    assert all(row[2] and row[3] for row in rows)
    assert after["run_look"] == "Messages: 2 errors, each with a link to its cell."
    said = "Not run: 2 errors. Results, if any, are of an earlier run." if command == RUN else before["run_status"]
    assert after["run_status"] == said
    rest = [*PLANS, "tblRuns", *(name for name in NAMES if name not in ("run_look", "run_status"))]
    assert figures(after, rest) == figures(before, rest)


def test_faulty_inputs_in_place_end_with_3_and_say_the_same_in_the_workbook(plan):
    places = spoil_inputs(plan)
    before = shown(plan)
    done = fleetopt("run", plan, "--in-place", cwd=plan.parent)
    assert done.returncode == 3
    assert all(place in done.stderr for place in places)
    after = shown(plan)
    engine.run(plan, RUN)
    assert after == shown(plan)
    assert figures(after, PLANS) == figures(before, PLANS)
    assert after["run_status"].startswith("Not run: 2 errors.")


@pytest.mark.parametrize("route", ["button", "in place"])
def test_a_run_without_a_plan_says_why_and_the_earlier_results_stay(empty, solved, tmp_path, route):
    # No grid: at night there is nothing to charge from.
    path = Path(shutil.copy(empty if route == "new" else solved, tmp_path / "plan.xlsm"))
    limit = put(path, "tblSettings", "Value", 6, 0.0)
    clear_runs(path)
    before = shown(path)
    if route == "button":
        assert engine.run(path, RUN)[-1] is None
    else:
        assert fleetopt("run", path, "--in-place", "--quiet", cwd=tmp_path).returncode == 4
    after = shown(path)
    assert after["run_status"].startswith("0 of 3 scenarios solved.")
    assert "Messages" in after["run_look"]
    assert [row[1] for row in after["tblRuns"][1:]] == ["infeasible"] * 3
    places = [row[1] for row in after["tblMessages"][1:] if "the grid limit (grid_limit_kwh) is too low" in str(row[2])]
    assert places == [link(limit)] * 3
    assert [row[:5] for row in after["tblRepairs"][1:]] == [
        [scenario, 1, "Grid limit", 0, 1491] for scenario in ("Export 1.0", "Export 0.5", "Export 0.0")
    ]
    kept = [*PLANS, *(name for name in NAMES if not name.startswith("run_"))]
    assert figures(after, kept) == figures(before, kept)


def clear_runs(path: Path) -> None:
    """Empty the list of runs by hand, as a user may."""
    book = openpyxl.load_workbook(path, keep_vba=True)
    for row in book["Runs"][book["Runs"].tables["tblRuns"].ref][1:]:
        for cell in row:
            cell.value = None
    book["Runs"].tables["tblRuns"].ref = "A5:I6"
    book["Runs"].tables["tblRuns"].autoFilter = None
    book.save(path)


# What fleetopt cannot mend


@pytest.mark.parametrize("name", ["tblYearly", "tblFlows", "tblLimits"])
def test_a_missing_result_column_is_named_and_nothing_else_is_written(empty, tmp_path, name):
    path = Path(shutil.copy(empty, tmp_path / "plan.xlsm"))
    table = next(table for table in results.result_tables() if table.name == name)
    heading = table.headings[5]
    put(path, name, heading, -1, "Mine")
    before = shown(path)
    said = engine.run(path, RUN)[-1]
    assert said.startswith("fleetopt: error: ")
    assert f"'{heading}'" in said
    assert name in said
    after = shown(path)
    assert after["run_status"].startswith("Not run: 1 error.")
    assert f"'{heading}'" in after["tblMessages"][1][2]
    assert figures(after, [*PLANS, "tblRuns"]) == figures(before, [*PLANS, "tblRuns"])


def test_a_missing_result_column_in_place_ends_with_6_and_the_file_stays(empty, tmp_path):
    path = Path(shutil.copy(empty, tmp_path / "plan.xlsm"))
    put(path, "tblYearly", "CapEx [USD]", -1, "Mine")
    before = path.read_bytes()
    done = fleetopt("run", path, "--in-place", "--quiet", cwd=tmp_path)
    assert done.returncode == 6
    assert "'CapEx [USD]'" in done.stderr
    assert path.read_bytes() == before


@pytest.mark.parametrize("route", ["button", "in place"])
def test_a_missing_result_table_is_named_before_anything_is_solved(empty, tmp_path, route):
    path = Path(shutil.copy(empty, tmp_path / "plan.xlsm"))
    book = openpyxl.load_workbook(path, keep_vba=True)
    del book["Flows"].tables["tblFlows"]
    book.save(path)
    before = path.read_bytes()
    if route == "button":
        said = " ".join(filter(None, engine.run(path, RUN)))
        assert "Export 1.0" not in said
    else:
        done = fleetopt("run", path, "--in-place", "--quiet", cwd=tmp_path)
        assert done.returncode == 6
        assert path.read_bytes() == before
        assert list(tmp_path.iterdir()) == [path]
        said = " ".join(done.stderr.split())
    assert "the table 'tblFlows' of the sheet Flows is missing. Make the workbook anew from it: 'fleetopt new" in said


@pytest.mark.parametrize("where", ["read_book", "solve", "book_results"])
def test_a_fault_of_fleetopt_names_its_log_and_shows_no_traceback(plan, monkeypatch, capfd, where):
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr(buttons, where, broken)
    before = shown(plan)
    said = engine.run(plan, RUN)[-1]
    log = Path(re.search(r"stands in (.*\.log)\.", said)[1])
    text = log.read_text("utf-8")
    log.unlink()
    assert "Traceback" in text
    assert "ZeroDivisionError: boom" in text
    after = shown(plan)
    assert str(log) in after["tblMessages"][1][2]
    assert after["run_status"].startswith("Not run: 1 error.")
    assert figures(after, [*PLANS, "tblRuns"]) == figures(before, [*PLANS, "tblRuns"])
    cells = json.dumps(after, default=str)
    assert "Traceback" not in cells + "".join(filter(None, engine.statuses)) + "".join(capfd.readouterr())
    assert "boom" not in cells


# From the macro to the cells


@pytest.mark.parametrize("macro", COMMANDS)
def test_each_macro_of_the_new_workbook_calls_its_command_which_runs_as_a_process(empty, solved, tmp_path, macro):
    app = ExcelApplication.open(empty)
    app.add_module(recorder("Function"), name="xlwings")
    app.run(macro)
    assert app.dialogs == []
    [command] = app.console
    assert command == COMMANDS[macro]
    start = empty if macro == "RunOptimization" else solved
    path = Path(shutil.copy(start, tmp_path / "plan.xlsm"))
    done = python("-m", "tests.engine", str(path), command, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[-1] is None
    after = shown(path)
    expected = {"RunOptimization": "Solved: all 3", "CheckInputs": "Solved: all 3", "ClearResults": NOT_RUN}
    assert after["run_status"].startswith(expected[macro])
    assert (after["tblYearly"][1][0] is None) == (macro == "ClearResults")
