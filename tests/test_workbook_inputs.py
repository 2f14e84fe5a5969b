"""The planning workbook as input: `new` carries every figure over, and a user may rearrange what it holds."""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import openpyxl
import pytest
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table, TableColumn

from fleetopt.books.closed.book import ClosedBook
from fleetopt.books.live import LiveBook
from fleetopt.books.reading import read_book, read_inputs
from fleetopt.depot.case import Case
from fleetopt.doors import cli
from fleetopt.doors import run as planning
from fleetopt.doors.new import new_workbook
from fleetopt.doors.output import write_files
from fleetopt.doors.run import run_settings
from fleetopt.inputs import schema
from fleetopt.inputs.checks import check
from fleetopt.inputs.inputs import Inputs
from fleetopt.inputs.scenarios import scenarios
from fleetopt.results import tables as results
from fleetopt.results.fingerprint import fingerprint
from fleetopt.results.input_content import inputs_hash
from fleetopt.words.problem import has_error
from tests import engine
from tests.depots import facts
from tests.doors.test_cli import DATA, fleetopt
from tests.faults import parts_of, raw, write_parts
from tests.refined import type_in
from tests.test_workbook_checks import random_inputs

INPUTS = [table.name for table in (planning.INPUT_TABLES)]


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """The workbook that `new` makes of the study's data."""
    path = tmp_path_factory.mktemp("new") / "plan.xlsm"
    write_files({path: new_workbook(read_inputs(str(DATA)))})
    return path


@pytest.fixture
def plan(made, tmp_path) -> Path:
    return Path(shutil.copy(made, tmp_path / "plan.xlsm"))


def cases(inputs: Inputs) -> dict[str, Case]:
    """The case of every scenario, of those too that are not to run."""
    assert not has_error(check(inputs)), inputs.problems
    names = list(inputs["tblScenarios"].values["scenario"])
    return {scenario.name: scenario.case for scenario in scenarios(inputs, names)}


def assert_same_plan(inputs: Inputs, others: Inputs) -> None:
    """Every field of every case is equal, to the last bit, and so are the settings of the run."""
    ours, theirs = cases(inputs), cases(others)
    assert list(ours) == list(theirs)
    for name, case in ours.items():
        for (fact, ours_has), theirs_has in zip(facts(case).items(), facts(theirs[name]).values(), strict=True):
            if isinstance(ours_has, np.ndarray):
                assert ours_has.shape == theirs_has.shape
                assert (ours_has == theirs_has).all(), (name, fact, ours_has, theirs_has)
            else:
                assert ours_has == theirs_has, (name, fact)
    assert run_settings(inputs) == run_settings(others)


def is_same(inputs: Inputs, others: Inputs) -> bool:
    try:
        assert_same_plan(inputs, others)
    except AssertionError:
        return False
    return True


# Carried over


def test_the_workbook_of_new_is_the_same_depot_as_the_data(made):
    assert_same_plan(read_inputs(str(made)), read_inputs(str(DATA)))
    assert len(cases(read_inputs(str(made)))) == 3


def test_a_comparison_sees_a_changed_figure(plan):
    edit(plan, lambda book: table_of(book, "tblEnergy").put(2, "Grid price [USD/kWh]", 0.2500001))
    assert not is_same(read_inputs(str(plan)), read_inputs(str(DATA)))


def test_new_on_the_command_line_makes_the_same_depot_and_no_results(tmp_path):
    assert fleetopt("new", "plan.xlsm", cwd=tmp_path).returncode == 0
    assert_same_plan(read_inputs(str(tmp_path / "plan.xlsm")), read_inputs(None))


@pytest.mark.parametrize("source", ["folder", "single workbook", "results", "planning workbook"])
def test_new_from_any_input_is_the_same_depot(made, tmp_path, source):
    sources = {
        "folder": DATA,
        "single workbook": DATA / "Project_dataset.xlsx",
        "results": tmp_path / "out/results.xlsx",
    }
    path = sources.get(source, tmp_path / "old.xlsm")
    if source == "planning workbook":
        shutil.copy(made, path)
        edit(path, lambda book: table_of(book, "tblScenarios").put(1, "Grid limit [kWh]", 1700.5))
        edit(path, lambda book: table_of(book, "tblSettings").put(12, "Value", 33.0))
    if source == "results":
        assert fleetopt("run", DATA, "--out", tmp_path / "out", "--quiet", cwd=tmp_path).returncode == 0
    done = fleetopt("new", "plan.xlsm", "--from", path, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert_same_plan(read_inputs(str(tmp_path / "plan.xlsm")), read_inputs(str(path)))
    assert ClosedBook(tmp_path / "plan.xlsm").value("run_status") == "No results yet."
    assert not any(ClosedBook(tmp_path / "plan.xlsm").blocks(["tblRuns"])["tblRuns"].rows[1])


@pytest.mark.parametrize("seed", range(5))
def test_a_depot_with_everything_is_carried_over_and_over_again(tmp_path, seed):
    inputs = random_inputs(seed)
    for k in range(2):
        (tmp_path / f"{k}.xlsm").write_bytes(new_workbook(inputs))
        read = read_inputs(str(tmp_path / f"{k}.xlsm"))
        assert_same_plan(read, random_inputs(seed))
        assert inputs_hash(read) == inputs_hash(random_inputs(seed))
        inputs = read


# Rearranged by a user


class Rearranged:
    """One table of a workbook that openpyxl has open, to be written anew."""

    def __init__(self, book: openpyxl.Workbook, name: str) -> None:
        self.sheet = next(sheet for sheet in book if name in sheet.tables)
        self.table = self.sheet.tables[name]
        self.left, self.top, right, bottom = range_boundaries(self.table.ref)
        self.rows = [
            [self.sheet.cell(i, j).value for j in range(self.left, right + 1)] for i in range(self.top, bottom + 1)
        ]

    def put(self, row: int, heading: str, value: Any) -> str:
        """Change one cell; rows count from 0. Its address."""
        column = self.left + self.rows[0].index(heading)
        self.sheet.cell(self.top + 1 + row, column).value = value
        return f"{self.sheet.title}!{get_column_letter(column)}{self.top + 1 + row}"

    def write(self, rows: Sequence[Sequence[Any]], down: int = 0, right: int = 0) -> None:
        """Write other rows, heading first, so many rows and columns away."""
        for i in range(len(self.rows)):
            for j in range(len(self.rows[0])):
                self.sheet.cell(self.top + i, self.left + j).value = None
        top, left = self.top + down, self.left + right
        for i, row in enumerate(rows, start=top):
            for j, value in enumerate(row, start=left):
                self.sheet.cell(i, j).value = value
        last = f"{get_column_letter(left + len(rows[0]) - 1)}{top + len(rows) - 1}"
        self.table.ref = f"{get_column_letter(left)}{top}:{last}"
        self.table.autoFilter = None
        self.table.tableColumns = [TableColumn(id=k, name=name) for k, name in enumerate(rows[0], start=1)]


def table_of(book: openpyxl.Workbook, name: str) -> Rearranged:
    return Rearranged(book, name)


def edit(path: Path, change: Callable[[openpyxl.Workbook], Any]) -> Any:
    book = openpyxl.load_workbook(path, keep_vba=True)
    said = change(book)
    book.save(path)
    return said


def each(change: Callable[[Rearranged], None], names: Sequence[str] = INPUTS) -> Callable[[openpyxl.Workbook], None]:
    def all_of_them(book: openpyxl.Workbook) -> None:
        for name in names:
            change(Rearranged(book, name))

    return all_of_them


def with_other_columns(table: Rearranged) -> None:
    order = Random(1).sample(range(len(table.rows[0])), len(table.rows[0]))
    table.write([[row[j] for j in order] for row in table.rows])


def with_other_rows(table: Rearranged) -> None:
    table.write([table.rows[0], *Random(1).sample(table.rows[1:], len(table.rows) - 1)])


def with_a_blank_row(table: Rearranged) -> None:
    table.write([*table.rows[:2], [None] * len(table.rows[0]), *table.rows[2:]])


def with_a_column_of_ones_own(table: Rearranged) -> None:
    rows = [[*row[:1], "Mine" if i == 0 else f"x{i}", *row[1:]] for i, row in enumerate(table.rows)]
    table.write(rows)


def moved(table: Rearranged) -> None:
    if table.table.name in ("tblEnergy", "tblDayTypes"):  # they share a sheet
        table.write(table.rows, down=0 if table.table.name == "tblEnergy" else 20)
    else:
        table.write(table.rows, down=7, right=5)


def sheets_moved(book: openpyxl.Workbook) -> None:
    book._sheets.reverse()


def sheets_renamed(book: openpyxl.Workbook) -> None:
    for sheet in book.worksheets:
        if sheet.title != "xlwings.conf":
            old, sheet.title = sheet.title, f"My {sheet.title}'s"
            for name in book.defined_names.values():  # Excel keeps names and formulas in step, openpyxl does not
                name.attr_text = name.attr_text.replace(f"'{old}'!", f"'My {old}''s'!")


def with_a_sheet_of_ones_own(book: openpyxl.Workbook) -> None:
    sheet = book.create_sheet("Mine", 0)
    for row in (["Vehicle", "Year"], ["V1", 1999]):
        sheet.append(row)
    sheet.add_table(Table(displayName="tblMine", ref="A1:B2"))


# The order of charger types, day types and scenarios is part of the plan; that of these rows is not.
UNORDERED = ["tblSettings", "tblFleet", "tblTrucks", "tblEnergy", "tblCosts"]
REARRANGED: dict[str, Callable[[openpyxl.Workbook], None]] = {
    "columns reordered": each(with_other_columns),
    "rows shuffled": each(with_other_rows, UNORDERED),
    "a blank row": each(with_a_blank_row),
    "a column of one's own": each(with_a_column_of_ones_own),
    "tables moved": each(moved),
    "sheets moved": sheets_moved,
    "sheets renamed": sheets_renamed,
    "a sheet of one's own": with_a_sheet_of_ones_own,
}


@pytest.mark.parametrize("how", REARRANGED)
def test_a_rearranged_workbook_is_the_same_depot(plan, how):
    edit(plan, REARRANGED[how])
    inputs = read_inputs(str(plan))
    assert_same_plan(inputs, read_inputs(str(DATA)))
    assert [problem for problem in inputs.problems if problem.severity != "note"] == []


def test_everything_rearranged_at_once_runs_in_place_to_the_same_total(plan):
    for how in ("sheets renamed", "sheets moved", "columns reordered", "a column of one's own", "a sheet of one's own"):
        edit(plan, REARRANGED[how])
    done = fleetopt("run", plan, "--in-place", "--quiet", cwd=plan.parent)
    assert done.returncode == 0, done.stderr
    assert ClosedBook(plan).value("run_objective") == pytest.approx(1_147_963.2373, abs=1e-3)
    assert ClosedBook(plan).blocks(["tblMine"])["tblMine"].rows == [["Vehicle", "Year"], ["V1", 1999.0]]


def test_a_row_added_in_the_middle_is_the_same_as_one_at_the_end(plan, tmp_path):
    other = Path(shutil.copy(plan, tmp_path / "other.xlsm"))
    more = ["V99", "1", 2027.0, 120.0, "6AM-12PM"]

    def add(path: Path, at: int) -> None:
        def change(book: openpyxl.Workbook) -> None:
            fleet = table_of(book, "tblFleet")
            fleet.write([*fleet.rows[:at], [*more[:1], fleet.rows[1][1], *more[2:]], *fleet.rows[at:]])

        edit(path, change)

    add(plan, 4)
    add(other, 101)
    assert_same_plan(read_inputs(str(plan)), read_inputs(str(other)))
    assert not is_same(read_inputs(str(plan)), read_inputs(str(DATA)))


def test_an_older_template_without_a_setting_and_an_optional_column_works_with_a_note(plan):
    def older(book: openpyxl.Workbook) -> None:
        settings = table_of(book, "tblSettings")
        settings.write([row for row in settings.rows if row[0] not in ("gap", "c_rate_basis")])
        for name, heading in (("tblScenarios", "Note"), ("tblTrucks", "Range [km]"), ("tblScenarios", "C-rate [1/h]")):
            table = table_of(book, name)
            j = table.rows[0].index(heading)
            table.write([row[:j] + row[j + 1 :] for row in table.rows])

    edit(plan, older)
    inputs = read_inputs(str(plan))
    assert_same_plan(inputs, read_inputs(str(DATA)))
    notes = [problem.message for problem in inputs.problems]
    assert "the setting gap is missing; 0.0 is taken." in notes
    assert "the setting c_rate_basis is missing; slot is taken." in notes
    done = fleetopt("run", plan, "--in-place", cwd=plan.parent)
    assert done.returncode == 0, done.stderr
    assert "the setting gap is missing" in done.stderr


FIXED_CHARGE = ["fixed_charge", 100, "USD/month", ""]
QUIET = ("peak_factor", "ratchet", "fixed_charge")


def as_before_refinements(book: openpyxl.Workbook) -> None:
    """What the template had before it knew of grid upgrades and demand charges."""
    for sheet in ("Grid", "Tariff", "Peaks"):
        del book[sheet]
    settings = table_of(book, "tblSettings")
    settings.write([row for row in settings.rows if row[0] not in QUIET])
    for name in (*QUIET, "at_run_tblGridUpgrades", "at_run_tblDemandCharges"):
        del book.defined_names[name]
    later = {name: [schema.TABLES[name][column].heading for column in columns] for name, columns in (
        ("tblScenarios", QUIET), ("tblDayTypes", ("season", "kind")),
    )}  # fmt: skip
    for name, headings in later.items():
        table = table_of(book, name)
        kept = [j for j, heading in enumerate(table.rows[0]) if heading not in headings]
        assert len(kept) == len(table.rows[0]) - len(headings)
        table.write([[row[j] for j in kept] for row in table.rows])


def test_a_workbook_made_before_there_were_refinements_is_read_without_a_word(plan):
    edit(plan, as_before_refinements)
    inputs = read_inputs(str(plan))
    assert_same_plan(inputs, read_inputs(str(DATA)))
    assert check(inputs) == []
    assert inputs_hash(inputs) == inputs_hash(read_inputs(str(DATA)))
    done = fleetopt("check", plan, cwd=plan.parent)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("route", ["button", "in place"])
def test_a_workbook_made_before_there_were_refinements_takes_the_results_without_a_word(plan, tmp_path, route):
    new = Path(shutil.copy(plan, tmp_path / "new.xlsm"))
    edit(plan, as_before_refinements)
    for path in (plan, new):
        if route == "button":
            assert engine.run(path, "import fleetopt.excel; fleetopt.excel.run_optimization()")[-1] is None
        else:
            done = fleetopt("run", path, "--in-place", "--quiet", cwd=tmp_path)
            assert (done.returncode, done.stderr) == (0, "")
    ours, theirs = ClosedBook(plan), ClosedBook(new)
    written = [table.name for table in results.result_tables() if table is not results.RUNS]
    assert {name: block.rows for name, block in ours.blocks(written).items()} == {
        name: block.rows for name, block in theirs.blocks(written).items()
    }
    assert not {"tblPeaks", "tblGridUpgrades", "tblDemandCharges"} & {*ours.table_names()}
    assert ours.value("run_objective") == pytest.approx(1_147_963.2373, abs=1e-3)


def refusal(plan: Path, route: str) -> str:
    """What a run says that writes nothing into the workbook."""
    if route == "button":
        said = engine.run(plan, "import fleetopt.excel; fleetopt.excel.run_optimization()")[-1] or ""
    else:
        done = fleetopt("run", plan, "--in-place", "--quiet", cwd=plan.parent)
        assert done.returncode == 6
        said = done.stderr
    return " ".join(said.split())


@pytest.mark.parametrize("route", ["button", "in place"])
def test_a_workbook_made_before_demand_charges_does_not_take_their_results(plan, route):
    """Its checks know nothing of them and would call true results wrong."""
    edit(plan, as_before_refinements)
    edit(plan, lambda book: table_of(book, "tblSettings").write([*table_of(book, "tblSettings").rows, FIXED_CHARGE]))
    before = ClosedBook(plan).blocks(["tblYearly"])["tblYearly"].rows
    said = refusal(plan, route)
    assert "the table 'tblPeaks' is missing" in said
    assert "fleetopt new" in said
    assert ClosedBook(plan).blocks(["tblYearly"])["tblYearly"].rows == before


@pytest.mark.parametrize("table", ["tblGridUpgrades", "tblDemandCharges"])
def test_an_optional_table_with_a_misspelt_name_is_not_passed_over(plan, table):
    edit(plan, lambda book: rename(book, table, table[:-1]))
    [problem] = check(read_inputs(str(plan)))
    assert problem.severity == "warning"
    assert f"the table {table} is missing" in problem.message
    assert table[:-1] in problem.advice


def rename(book: openpyxl.Workbook, old: str, new: str) -> None:
    sheet = next(sheet for sheet in book if old in sheet.tables)
    table = sheet.tables.pop(old)
    table.displayName = table.name = new
    sheet.add_table(table)


def test_a_workbook_made_before_is_made_anew_with_the_sheets_for_refinements(plan, tmp_path):
    edit(plan, as_before_refinements)
    done = fleetopt("new", "new.xlsm", "--from", plan, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert_same_plan(read_inputs(str(tmp_path / "new.xlsm")), read_inputs(str(DATA)))
    assert {"tblPeaks", "tblGridUpgrades", "tblDemandCharges"} <= {*ClosedBook(tmp_path / "new.xlsm").table_names()}


OPTIONAL = {
    "tblGridUpgrades": ["At most", "Lead time [years]", "Counts in budget"],
    "tblDemandCharges": ["Season", "Days", "Window", "Billed"],
}


def test_columns_that_upgrades_and_charges_may_lack_count_as_their_defaults_without_a_word(plan, tmp_path):
    type_in(plan, {
        "tblGridUpgrades": [["Transformer", 100, 20_000, 1, 0, "yes"]],
        "tblDemandCharges": [["All hours", None, "all", None, "month", 8]],
    })  # fmt: skip
    bare = Path(shutil.copy(plan, tmp_path / "bare.xlsm"))

    def drop(book: openpyxl.Workbook) -> None:
        for name, headings in OPTIONAL.items():
            table = table_of(book, name)
            kept = [j for j, heading in enumerate(table.rows[0]) if heading not in headings]
            assert len(kept) == len(table.rows[0]) - len(headings)
            table.write([[row[j] for j in kept] for row in table.rows])

    edit(bare, drop)
    read = read_inputs(str(bare))
    assert read.problems == []
    assert_same_plan(read, read_inputs(str(plan)))
    assert [case.is_on() for case in cases(read).values()] == [["grid_upgrade", "demand_charge"]] * 3


def test_tables_without_rows_are_as_none(plan):
    edit(plan, lambda book: table_of(book, "tblDayTypes").put(0, "Season", "Summer"))
    assert [case.is_on() for case in cases(read_inputs(str(plan))).values()] == [[]] * 3


# Files


def test_new_does_not_overwrite_unless_forced(tmp_path):
    path = tmp_path / "plan.xlsm"
    path.write_bytes(b"mine")
    done = fleetopt("new", path, cwd=tmp_path)
    assert done.returncode == 6
    assert "--force" in done.stderr
    assert path.read_bytes() == b"mine"
    assert fleetopt("new", path, "--force", cwd=tmp_path).returncode == 0
    assert_same_plan(read_inputs(str(path)), read_inputs(None))


@pytest.mark.parametrize("name", ["plan.xlsx", "plan", "plan.xls"])
def test_new_needs_a_name_for_a_file_with_macros(tmp_path, name):
    done = fleetopt("new", name, cwd=tmp_path)
    assert done.returncode == 2
    assert ".xlsm" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_new_from_a_faulty_input_lists_its_errors_and_writes_nothing(plan, tmp_path):
    edit(plan, lambda book: table_of(book, "tblFleet").put(0, "Daily distance [km]", "far"))
    done = fleetopt("new", "other.xlsm", "--from", plan, cwd=tmp_path)
    assert done.returncode == 3
    assert "Fleet!D6" in done.stderr
    assert not (tmp_path / "other.xlsm").exists()


@pytest.mark.parametrize("source", [[], [DATA], [DATA / "Project_dataset.xlsx"]])
def test_in_place_needs_a_planning_workbook(tmp_path, source):
    before = (DATA / "Project_dataset.xlsx").read_bytes()
    done = fleetopt("run", *source, "--in-place", cwd=tmp_path)
    assert done.returncode == 2
    assert "planning workbook" in done.stderr
    assert (DATA / "Project_dataset.xlsx").read_bytes() == before
    assert list(tmp_path.iterdir()) == []


def test_a_workbook_that_is_open_in_excel_is_not_touched(plan):
    mark = plan.with_name(f"~${plan.name}")
    mark.write_bytes(b"")
    before = plan.read_bytes()
    done = fleetopt("run", plan, "--in-place", cwd=plan.parent)
    assert done.returncode == 6
    assert "open in Excel" in " ".join(done.stderr.split())
    assert plan.read_bytes() == before
    assert sorted(plan.parent.iterdir()) == [plan, mark]


@pytest.fixture
def in_process(monkeypatch, tmp_path) -> Callable[..., int]:
    """Run a command in this process, with something that happens while it solves."""

    def run(*arguments: object, meanwhile: Callable[[], object] = lambda: None) -> int:
        solve = planning.solve

        def disturbed(*given: Any) -> Any:
            meanwhile()
            return solve(*given)

        monkeypatch.setattr(planning, "solve", disturbed)
        monkeypatch.chdir(tmp_path)
        return int(cli._dispatch([str(argument) for argument in arguments]))

    return run


def test_a_workbook_that_changes_during_the_run_is_not_overwritten(plan, in_process, capfd):
    mine = plan.with_name("mine.xlsm")
    shutil.copy(plan, mine)
    edit(mine, lambda book: table_of(book, "tblFleet").put(0, "Daily distance [km]", 1.0))
    code = in_process("run", plan, "--in-place", "--quiet", meanwhile=lambda: shutil.copy(mine, plan))
    assert code == 6
    assert "was changed while the run went on" in " ".join(capfd.readouterr().err.split())
    assert plan.read_bytes() == mine.read_bytes()
    assert (plan.parent / "fleetopt-results" / "results.xlsx").exists()  # what was found is not lost


def test_a_workbook_that_excel_opens_during_the_run_is_not_overwritten(plan, in_process):
    before = plan.read_bytes()
    mark = plan.with_name(f"~${plan.name}")
    assert in_process("run", plan, "--in-place", "--quiet", meanwhile=lambda: mark.write_bytes(b"")) == 6
    assert plan.read_bytes() == before


def test_a_solve_that_breaks_off_leaves_the_workbook_whole(plan, in_process):
    before = plan.read_bytes()

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        in_process("run", plan, "--in-place", "--quiet", meanwhile=stop)
    assert plan.read_bytes() == before
    assert list(plan.parent.iterdir()) == [plan]


def test_a_link_stays_a_link_and_the_rights_of_its_file_stay(plan, in_process):
    plan.chmod(0o640)
    link = plan.with_name("link.xlsm")
    link.symlink_to(plan)
    assert in_process("run", link, "--in-place", "--quiet") == 0
    assert link.is_symlink()
    assert plan.stat().st_mode & 0o777 == 0o640
    assert ClosedBook(plan).value("run_status").startswith("Solved")
    assert not [path for path in plan.parent.iterdir() if path.name.startswith(".fleetopt")]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anything")
def test_a_workbook_that_may_not_be_written_ends_with_6(plan, in_process):
    before = plan.read_bytes()
    plan.chmod(0o440)
    assert in_process("run", plan, "--in-place", "--quiet") == 6
    assert plan.read_bytes() == before


# Errors know their cell


def faults(book: openpyxl.Workbook) -> Iterator[str]:
    """Spoil a cell of each input table; its address."""
    for name, row, heading, value in (
        ("tblSettings", 6, "Value", -1.0),
        ("tblFleet", 7, "Daily distance [km]", "far"),
        ("tblTrucks", 1, "Consumption [kWh/km]", -2.0),
        ("tblEnergy", 2, "Grid price [USD/kWh]", None),
        ("tblDayTypes", 0, "Days [d/year]", 0.0),
        ("tblCosts", 3, "50 kW [USD/unit]", "dear"),
        ("tblChargers", 1, "Existing [units]", 1.5),
        ("tblScenarios", 0, "Run", "perhaps"),
        ("tblGridUpgrades", 0, "Adds [kW]", -1.0),
        ("tblDemandCharges", 0, "Price [USD/kW]", "dear"),
        ("tblIncentives", 0, "Share [-]", 30.0),
        ("tblSiteWorks", 0, "Price [USD]", "dear"),
        ("tblDecided", 0, "Bought", -1.0),
    ):
        yield table_of(book, name).put(row, heading, value)


@pytest.mark.parametrize("command", ["check", "run"])
def test_every_error_of_a_planning_workbook_names_its_cell(plan, command):
    places = edit(plan, lambda book: list(faults(book)))
    done = fleetopt(command, plan, cwd=plan.parent)
    assert done.returncode == 3
    assert len(places) == len(planning.INPUT_TABLES) == len(schema.TABLES) + 1
    for place in places:
        assert f"error: {place}: " in done.stderr
    assert list(plan.parent.iterdir()) == [plan]


def test_the_cell_of_an_error_is_right_when_table_and_sheet_have_moved(plan):
    edit(plan, REARRANGED["tables moved"])
    edit(plan, REARRANGED["sheets renamed"])
    edit(plan, lambda book: table_of(book, "tblFleet").put(3, "Daily distance [km]", "far"))
    done = fleetopt("check", plan, cwd=plan.parent)
    assert done.returncode == 3
    assert "error: My Fleet's!I16: " in done.stderr  # D and 5 columns, row 9 and 7 rows


def test_charger_types_whose_names_differ_in_a_point_are_two(plan):
    # 2.2 kW and 22 kW are both sold; a reader that passes over the point takes them for one.
    def rename(book: openpyxl.Workbook) -> None:
        for k, name in enumerate(("2.2 kW", "22 kW")):
            table_of(book, "tblChargers").put(k, "Charger", name)
            costs = table_of(book, "tblCosts")
            heading = ("50 kW [USD/unit]", "400 kW [USD/unit]")[k]
            costs.write([[f"{name} [USD/unit]" if value == heading else value for value in row] for row in costs.rows])

    edit(plan, rename)
    [case, *_] = cases(read_inputs(str(plan))).values()
    assert case.chargers == ("2.2 kW", "22 kW")
    assert case.charger_price[:, 0].tolist() == [1000.0, 2500.0]


def test_a_missing_input_column_is_named_with_the_row_of_the_headings(plan):
    # The headings stand in row 5.
    edit(plan, lambda book: table_of(book, "tblFleet").write([["Mine", *table_of(book, "tblFleet").rows[0][1:]]]))
    done = fleetopt("check", plan, cwd=plan.parent)
    assert done.returncode == 3
    assert "error: Fleet!5:5: the column 'Vehicle' is missing." in " ".join(done.stderr.split())


@pytest.mark.parametrize(("change", "off"), [("grid_limit_kwh=1800", 1.0), ("solver=highs", 0.0)])
def test_results_of_a_changed_setting_do_not_belong_to_the_inputs_of_the_workbook(plan, tmp_path, change, off):
    assert fleetopt("run", plan, "--in-place", "--quiet", "--set", change, cwd=tmp_path).returncode == 0
    book = ClosedBook(plan)
    now = fingerprint(book.blocks(["tblSettings"])["tblSettings"].rows[1:])
    assert book.value("at_run_tblSettings") - now == off


def test_a_row_right_below_a_table_is_not_read_in_silence(plan):
    whole = openpyxl.load_workbook(plan, keep_vba=True)
    sheet = whole["Fleet"]
    table = sheet.tables["tblFleet"]
    *_, last = range_boundaries(table.ref)
    table.ref = table.ref.replace(str(last), str(last - 1))
    table.autoFilter.ref = table.ref
    whole.save(plan)
    problems = check(read_inputs(str(plan)))
    assert [(problem.severity, problem.where) for problem in problems if "ends above" in problem.message] == [
        ("warning", f"Fleet!A{last}")
    ]
    engine.run(plan, "import fleetopt.excel; fleetopt.excel.check_inputs()")
    messages = ClosedBook(plan).blocks(["tblMessages"])["tblMessages"].rows[1:]
    assert any("the table tblFleet ends above this row" in str(row[2]) for row in messages)


@pytest.mark.parametrize("route", ["button", "in place"])
def test_no_result_is_written_among_the_inputs_where_its_name_points_there(plan, route):
    edit(plan, lambda book: setattr(book.defined_names["run_objective"], "attr_text", "Settings!$B$7"))
    before = openpyxl.load_workbook(plan)["Settings"]["B7"].value
    said = refusal(plan, route)
    assert "Settings!B7" in said
    assert "'run_objective'" in said
    assert "'tblSettings'" in said
    assert openpyxl.load_workbook(plan)["Settings"]["B7"].value == before


def test_a_column_of_figures_that_is_not_read_is_named_with_its_cell(plan):
    def add(book):
        table = table_of(book, "tblFleet")
        table.write([[*row, "Number of vehicles" if i == 0 else 7] for i, row in enumerate(table.rows)])

    edit(plan, add)
    width = len(ClosedBook(plan).blocks(["tblFleet"])["tblFleet"].rows[0])
    (said,) = (problem for problem in check(read_inputs(str(plan))) if "Number of vehicles" in problem.message)
    assert said.severity == "warning"
    assert said.where == f"Fleet!{get_column_letter(width)}5"
    assert "is not used" in said.message


def test_a_column_in_another_unit_is_named_with_its_cell(plan):
    def head(book):
        table = table_of(book, "tblScenarios")
        j = table.rows[0].index("Grid limit [kWh]")
        table.write(
            [[*row[:j], "Grid limit [MWh]" if i == 0 else 1.5, *row[j + 1 :]] for i, row in enumerate(table.rows)]
        )

    edit(plan, head)
    column = 1 + [str(value) for value in ClosedBook(plan).blocks()["tblScenarios"].rows[0]].index("Grid limit [MWh]")
    missing, unread = (problem for problem in check(read_inputs(str(plan))) if "MWh" in str(problem))
    assert (missing.severity, missing.where) == ("warning", "Scenarios!5:5")
    assert "is in another unit: convert its figures to kWh" in missing.advice
    assert (unread.severity, unread.where) == ("warning", f"Scenarios!{get_column_letter(column)}5")
    assert "is not used" in unread.message


def test_columns_that_may_be_missing_are_not_spoken_of_beside_an_error(plan):
    def drop(book):
        table = table_of(book, "tblTrucks")
        j = [str(value) for value in table.rows[0]].index("Range [km]")
        table.write([[*row[:j], f"Mine {i}", *row[j + 1 :]] for i, row in enumerate(table.rows)])

    edit(plan, drop)
    assert not any("is missing" in problem.message for problem in read_inputs(str(plan)).problems)
    edit(plan, lambda book: table_of(book, "tblTrucks").write([*table_of(book, "tblTrucks").rows, ["x", "y"]]))
    problems = read_inputs(str(plan)).problems
    assert has_error(problems)
    assert not any("is missing" in problem.message for problem in problems)


def test_sheets_of_a_planning_workbook_without_its_tables_are_no_other_layout(plan):
    def strip(book):
        for sheet in book:
            for name in list(sheet.tables):
                del sheet.tables[name]

    edit(plan, strip)
    done = fleetopt("check", plan, cwd=plan.parent)
    assert done.returncode == 6
    assert "none of its Excel tables" in " ".join(done.stderr.split())


@pytest.mark.parametrize("spelt", [lambda name: name.replace("/", "\\"), lambda name: name.replace("sheet2", "Sheet2")])
def test_parts_that_another_program_spells_otherwise_are_found(plan, spelt):
    before = cases(read_inputs(str(plan)))
    with zipfile.ZipFile(plan) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    with zipfile.ZipFile(plan, "w") as package:
        for name, content in parts.items():
            info = zipfile.ZipInfo("x")
            info.filename = spelt(name) if name.endswith(".xml") and "_rels" not in name else name
            package.writestr(info, content)
    assert_same_plan(read_inputs(str(plan)), new_inputs := read_inputs(str(plan)))
    assert cases(new_inputs).keys() == before.keys()
    assert fleetopt("run", plan, "--in-place", "--quiet", cwd=plan.parent).returncode == 0
    assert ClosedBook(plan).blocks(["tblYearly"])["tblYearly"].rows[1:]


def test_a_blank_that_is_part_of_merged_cells_is_no_blank(plan):
    def merge(book):
        table = table_of(book, "tblScenarios")
        j = [str(value) for value in table.rows[0]].index("Grid limit [kWh]") + 1
        table.sheet.cell(6, j).value = 1500
        table.sheet.cell(7, j).value = None
        table.sheet.merge_cells(start_row=6, end_row=7, start_column=j, end_column=j)
        table.sheet.merge_cells(start_row=30, end_row=31, start_column=j, end_column=j)
        return get_column_letter(j)

    letter = edit(plan, merge)
    (said,) = (problem for problem in check(read_inputs(str(plan))) if "merged" in problem.message)
    assert (said.severity, said.where) == ("error", f"Scenarios!{letter}7")
    assert f"is a part of the merged cells {letter}6:{letter}7" in said.message


def test_merged_cells_that_overlap_are_damage(plan):
    """Many of them over a large table would take hours to go through."""

    def merge(book):
        sheet = table_of(book, "tblFleet").sheet
        for area in ("C7:C8", "C8:C9"):
            sheet.merged_cells.add(area)

    edit(plan, merge)
    done = fleetopt("check", plan, cwd=plan.parent)
    assert done.returncode == 6
    assert "merged cells of the sheet 'Fleet' overlap" in " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("settings", "is_known"),
    [
        ('<calcPr calcId="124519" fullCalcOnLoad="1"/>', False),
        ('<calcPr calcId="191029"/>', True),
        ('<calcPr calcId="191029" fullCalcOnLoad="0"/>', True),
        ("", True),
    ],
)
def test_a_zero_that_an_office_has_calculated_is_taken_before_and_after_results_are_written(plan, settings, is_known):
    edit(plan, lambda book: setattr(table_of(book, "tblEnergy").sheet["D6"], "value", 987654321))  # a baseload
    parts = parts_of(plan)
    assert raw("<c {place}><f>5-5</f><v>0</v></c>")(parts)
    book, count = re.subn(rb"<calcPr[^>]*/>", settings.encode(), parts["xl/workbook.xml"])
    assert count == 1
    write_parts(plan, {**parts, "xl/workbook.xml": book})

    said = [problem for problem in check(read_inputs(str(plan))) if "calculated" in problem.message]
    assert [problem.where for problem in said] == ([] if is_known else ["Energy!D6"])
    if is_known:
        assert fleetopt("run", plan, "--in-place", "--quiet", cwd=plan.parent).returncode == 0
        assert b'fullCalcOnLoad="1"' in parts_of(plan)["xl/workbook.xml"]
        assert not any("calculated" in problem.message for problem in check(read_inputs(str(plan))))


@pytest.mark.parametrize("route", ["file", "button"])
@pytest.mark.parametrize(
    ("formula", "helper", "named"),
    [
        ("Yearly!C6*2", "", "Yearly!C6"),
        ("SUM('Yearly'!$C:$C)", "", "'Yearly'!$C:$C"),
        ("MAX(tblYearly[CapEx '[USD']])", "", "tblYearly"),
        ("run_objective/10", "", "run_objective"),
        ("Mine!A1+1", "SUM(Flows!6:7)", "Flows!6:7"),
        ("my_budget", "Settings!B6+Yearly!D6", "Yearly!D6"),
        ("tblCosts[[#This Row],[Solar '[USD/kWp']]]*Mine!A1", "300+120", ""),
        ('IF(Mine!A1="Yearly!C6",my_budget,"run_objective")', "Settings!B6", ""),
    ],
)
def test_an_input_that_hangs_on_results_is_named_and_no_other(plan, formula, helper, named, route):
    def change(book):
        mine = book.create_sheet("Mine")
        mine["A1"] = f"={helper}" if helper else 5
        mine["A3"] = "=Yearly!C6"  # nobody uses it
        book.defined_names["my_budget"] = DefinedName("my_budget", attr_text="Mine!$A$1")
        return table_of(book, "tblCosts").put(1, "CapEx budget [USD]", f"={formula}")

    where = edit(plan, change)
    inputs = read_inputs(str(plan)) if route == "file" else read_book(LiveBook(engine.open_book(plan)))
    said = [problem for problem in inputs.problems if "hangs on results" in problem.message]
    assert [(problem.severity, problem.where) for problem in said] == ([("warning", where)] if named else [])
    assert all(f"({named})" in problem.message for problem in said)


def test_formulas_that_share_one_text_hang_on_what_it_says(plan):
    edit(plan, lambda book: setattr(table_of(book, "tblCosts").sheet["B6"], "value", 987654321))
    parts = parts_of(plan)
    shared = '<c {place}><f t="shared" ref="B6:B7" si="0">Yearly!C6</f><v>60000</v></c>'
    assert raw(shared)(parts)
    write_parts(plan, parts)
    said = [problem.where for problem in read_inputs(str(plan)).problems if "hangs on results" in problem.message]
    assert said == ["Costs!B6"]
