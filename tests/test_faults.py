"""Nothing wrong gets through: each fault of the list has its answer, the same from `check`, `run` and the button."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table

from fleetopt.books.live import LiveBook
from fleetopt.books.reading import read_inputs
from fleetopt.doors import cli
from fleetopt.doors import run as planning
from fleetopt.doors.buttons import press
from fleetopt.doors.new import new_workbook
from fleetopt.inputs.checks import check
from fleetopt.inputs.scenarios import scenarios
from fleetopt.inputs.schema import INPUT_TABLES
from fleetopt.results.tables import MESSAGES, REPAIRS
from fleetopt.template import build
from tests import engine
from tests.depots import facts
from tests.doors.test_cli import fleetopt
from tests.faults import (
    FAULTS,
    FILE_FAULTS,
    FOLDER,
    LAYOUTS,
    PLANNING,
    REFINED,
    STUDY,
    WORKBOOKS,
    Depot,
    Fault,
    parts_of,
    refine,
    write_parts,
)
from tests.untidy import DATA

_PLACE = re.compile(r"(?:\[[^\[\]]+\])?[^!\[\]]+!(?:[A-Z]{1,3}[0-9]+|[0-9]+:[0-9]+)")
_NAMES = {STUDY: "depot.xlsx", FOLDER: "depot", PLANNING: "plan.xlsm", REFINED: "refined.xlsm"}

Said = list[dict[str, str]]


@dataclass(frozen=True)
class Answer:
    """What a command said of an input."""

    code: int
    problems: Said
    cost: float | None
    shown: str


@pytest.fixture(scope="module")
def clean(tmp_path_factory) -> dict[str, Path]:
    """The first three years of the study's depot in each layout; the planning workbook without what pleases the eye.

    A folder is made of the single workbook.
    """
    folder = tmp_path_factory.mktemp("clean")
    paths = {layout: folder / name for layout, name in _NAMES.items() if layout != FOLDER}
    book = openpyxl.load_workbook(DATA / "Project_dataset.xlsx")
    book["Parameters"]["B4"] = 3
    for sheet in book.worksheets[:4]:  # years beyond the horizon would be noted
        for i in range(sheet.max_row, 1, -1):
            if any(isinstance(cell.value, int) and 2028 <= cell.value <= 2034 for cell in sheet[i]):
                sheet.delete_rows(i)
    book.save(paths[STUDY])
    paths[PLANNING].write_bytes(new_workbook(read_inputs(str(paths[STUDY]))))
    plain(paths[PLANNING]).save(paths[PLANNING])
    refined = Depot(paths[PLANNING], PLANNING)
    refine(refined)
    refined.save(paths[REFINED], PLANNING)
    return {**paths, FOLDER: paths[STUDY]}


def plain(path: Path) -> openpyxl.Workbook:
    """The tables of a planning workbook that a button without a plan needs, where they stand, and two names."""
    full, bare = openpyxl.load_workbook(path), openpyxl.Workbook()
    bare.active.title = "Start"
    for name in ("run_status", "run_look"):
        bare.defined_names[name] = DefinedName(name, attr_text="Start!$A$1")
    for table in (*INPUT_TABLES, MESSAGES, REPAIRS):
        rich = next(sheet for sheet in full if table.name in sheet.tables)
        sheet = bare[rich.title] if rich.title in bare else bare.create_sheet(rich.title)
        for line in rich[rich.tables[table.name].ref]:
            for cell in line:
                sheet[cell.coordinate].value = cell.value
        sheet.add_table(Table(displayName=table.name, ref=rich.tables[table.name].ref))
    return bare


@pytest.fixture(scope="module")
def clean_cases(clean) -> dict[str, dict[str, Any]]:
    return {layout: cases(path) for layout, path in clean.items()}


@pytest.fixture
def asked(capfd, monkeypatch) -> Callable[..., Answer]:
    """Run a command in this process, without a workbook of results and without asking how far limits may fall."""
    monkeypatch.setattr(build, "build", lambda _content: b"")
    monkeypatch.setattr(planning, "with_room", lambda outcomes, _limit: list(outcomes))

    def ask(*arguments: object) -> Answer:
        capfd.readouterr()
        code = int(cli._dispatch([str(argument) for argument in (*arguments, "--json")]))
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        said = json.loads(out)
        costs = [scenario.get("objective_usd") for scenario in said["scenarios"]]
        return Answer(code, said["problems"], costs[0] if costs else None, " ".join(err.split()))

    return ask


def cases(path: Path) -> dict[str, Any]:
    inputs = read_inputs(str(path))
    return {scenario.name: scenario.case for scenario in scenarios(inputs)}


def is_same(ours: dict[str, Any], theirs: dict[str, Any]) -> bool:
    """Whether all scenarios are the same to the last bit."""
    return list(ours) == list(theirs) and all(
        np.array_equal(one, other)
        for name in ours
        for one, other in zip(facts(ours[name]).values(), facts(theirs[name]).values(), strict=True)
    )


def pressed(path: Path, button: str) -> list[list[Any]]:
    """The messages that a button leaves in the workbook: severity, problem and cure."""
    book = engine.open_book(path)
    try:
        live = LiveBook(book)
        press(button, live)
        rows = live.blocks([MESSAGES.name])[MESSAGES.name].rows[1:]
        return sorted([str(row[0]), row[2], row[3] or ""] for row in rows if row[0])
    finally:
        book.close()


def content(path: Path) -> dict[Path, bytes]:
    """The bytes of the file, or of all files of the folder; nothing where there is none."""
    try:
        return {file: file.read_bytes() for file in (path.iterdir() if path.is_dir() else (path,))}
    except OSError:
        return {}


def texts(problems: Said) -> list[list[str]]:
    return sorted([problem["severity"], problem["message"], problem["advice"]] for problem in problems)


def named(fault: Fault, place: str | None, path: Path, problem: dict[str, str]) -> bool:
    """Whether a finding is the one that the fault is due."""
    due = {"file": "error"}.get(fault.severity, fault.severity)
    where = list(map(str, content(path))) if fault.severity == "file" else [place]
    said = f"{problem['message']} {problem['advice']}"
    return problem["severity"] == due and fault.words in said and (not where[0] or problem["where"] in where)


@pytest.mark.parametrize(
    ("fault", "layout"),
    [
        pytest.param(fault, layout, id=f"{layout}-{fault.name}")
        for layout in (*LAYOUTS, REFINED)
        for fault in FAULTS
        if layout in fault.layouts
    ],
)
def test_each_fault_has_its_answer_everywhere(clean, clean_cases, asked, tmp_path, fault, layout):
    path = tmp_path / _NAMES[layout]
    place = fault.apply(clean[layout], path, layout)
    before = content(path)

    checked = asked("check", path)
    ran = asked("run", path, "--out", tmp_path / "out", "--scenario", "Export 1.0")

    assert (checked.code, ran.code) == (fault.code, fault.code if fault.has_plan else 4), checked.problems
    assert ran.problems == checked.problems
    assert content(path) == before
    if fault.severity:
        assert any(named(fault, place, path, problem) for problem in checked.problems), (place, checked.problems)
    else:
        assert checked.problems == []
    for problem in checked.problems:
        assert problem["advice"] or problem["severity"] != "error", problem
        if fault.severity not in ("error", "file"):
            assert _PLACE.fullmatch(problem["where"]), problem
    if fault.code:
        assert sorted(tmp_path.iterdir()) == [path]
    elif fault.is_same_plan:
        assert is_same(cases(path), clean_cases[layout])
    else:
        assert any(problem["where"] == place for problem in checked.problems)
    if layout in (PLANNING, REFINED) and fault.button:
        assert pressed(path, "run" if fault.code else "check") == texts(checked.problems)


def test_the_workbooks_in_order_have_no_problems(clean):
    for path in clean.values():
        assert check(read_inputs(str(path))) == []


@pytest.mark.parametrize(
    ("fault", "layout"),
    [pytest.param(fault, layout, id=f"{layout}-{fault.name}") for fault in FILE_FAULTS for layout in fault.layouts],
)
def test_each_file_is_taken_or_refused_in_a_sentence(clean, clean_cases, asked, tmp_path, fault, layout):
    path = fault.make(clean[layout], tmp_path)
    before = content(path)

    checked = asked("check", path)
    ran = asked("run", path, "--out", tmp_path / "out", "--scenario", "Export 1.0")

    assert (checked.code, ran.code) == (fault.code, fault.code), (checked.problems, ran.problems)
    assert ran.problems == checked.problems
    assert content(path) == before
    if fault.code == 0:
        assert checked.problems == []
        assert is_same(cases(path), clean_cases[layout])
        return
    [problem] = checked.problems
    assert problem["severity"] == "error"
    assert problem["where"] == str(path)
    assert fault.words in problem["message"]
    assert problem["advice"]
    assert not (tmp_path / "out").exists()


def test_a_folder_without_the_studys_files_is_refused(asked, tmp_path):
    (tmp_path / "plan.xlsx").mkdir()
    for command in ("check", "run"):
        answer = asked(command, tmp_path / "plan.xlsx")
        assert answer.code == 6
        assert "are missing. Workbooks there: none." in answer.problems[0]["message"]


def test_in_a_table_of_100_000_rows_the_last_cell_is_named(clean, asked, tmp_path):
    # The clean table ends in row 46; the last of the rows that follow has a word for its distance.
    line = "<row><c{0}><v>{1}</v></c><c><v>1</v></c><c><v>2027</v></c>{2}<c{0}><v>6AM-12PM</v></c></row>"
    rows = [line.format(' t="str"', f"X{i}", "<c><v>1</v></c>") for i in range(47, 100_000)]
    rows.append(line.format(' t="str"', "X", '<c t="str"><v>far</v></c>'))
    parts = parts_of(clean[STUDY])
    sheet = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b"</sheetData>", "".join(rows).encode() + b"</sheetData>")
    path = tmp_path / "depot.xlsx"
    write_parts(path, parts)
    answer = asked("check", path)
    assert answer.code == 3
    assert "Vehicle_data!D100000" in [problem["where"] for problem in answer.problems]


PROCESSES = [
    "a word",
    "a broken reference",
    "a misspelt column",
    "an unknown slot",
    "a percentage for the C-rate",
    "a figure as text with a no-break blank behind",
]


@pytest.mark.parametrize("layout", WORKBOOKS)
@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_of_its_own_says_the_same(clean, tmp_path, name, layout):
    [fault] = [fault for fault in FAULTS if fault.name == name]
    path = tmp_path / _NAMES[layout]
    place = fault.apply(clean[layout], path, layout)
    before = path.read_bytes()
    done = fleetopt("check", path, cwd=tmp_path)
    said = " ".join(done.stderr.split())
    assert done.returncode == fault.code
    assert f"{fault.severity}: {place}: " in said
    assert fault.words in said
    assert "Traceback" not in done.stdout + done.stderr
    assert path.read_bytes() == before


def test_names_that_look_like_formulas_stay_text_in_everything_that_is_written(clean, tmp_path):
    signs = ["=1+1", "+1", "-1", "@SUM(A1)"]
    depot = Depot(clean[PLANNING], PLANNING)
    for i, sign in enumerate(signs):
        cell = depot.cell("tblFleet", "vehicle", i)
        cell.value, cell.data_type = sign, "s"
    cell = depot.cell("tblScenarios", "scenario", 0)
    cell.value, cell.data_type = "=cmd|' /C calc'!A0", "s"
    depot.book.save(tmp_path / "plan.xlsm")

    done = fleetopt("run", tmp_path / "plan.xlsm", "--quiet", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    out = tmp_path / "fleetopt-results"
    texts_of = [
        cell
        for sheet in openpyxl.load_workbook(out / "results.xlsx")
        for row in sheet.iter_rows()
        for cell in row
        if cell.value in (*signs, "=cmd|' /C calc'!A0")
    ]
    assert {cell.value for cell in texts_of} == {*signs, "=cmd|' /C calc'!A0"}
    assert {cell.data_type for cell in texts_of} == {"s"}
    for file in out.rglob("*.csv"):
        for field in csv.reader(file.read_text(encoding="utf-8-sig").splitlines()):
            assert not [text for text in field if re.match(r"[=@]|[+-](?![0-9.])", text)]
