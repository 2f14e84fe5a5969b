"""Macros and ribbon: each button calls exactly its function, and the files they are in are sound."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from importlib import metadata
from pathlib import Path
from xml.etree import ElementTree

import pytest
import xlsxwriter
from pyopenvba import ExcelFile, VBAModuleKind, check_file
from pyopenvba.apps.excel import ExcelApplication
from pyopenvba.interpreter._intrinsics import INTRINSICS
from pyopenvba.interpreter._values import error

from fleetopt.template import macros

COMMANDS = {
    "RunOptimization": "import fleetopt.excel; fleetopt.excel.run_optimization()",
    "CheckInputs": "import fleetopt.excel; fleetopt.excel.check_inputs()",
    "ClearResults": "import fleetopt.excel; fleetopt.excel.clear_results()",
}
BAS, RIBBON = macros.sources()
SHEETS = ["Start", "Settings", "Fleet"]


def build(path: Path, *, with_xlwings: bool = False, interpreter: str | None = None) -> Path:
    """A workbook with the buttons, and the sheet xlwings.conf if there is an interpreter."""
    sheets = SHEETS if interpreter is None else [*SHEETS, "xlwings.conf"]
    with xlsxwriter.Workbook(path) as book:
        book.set_vba_name()
        for name in sheets:
            book.add_worksheet(name).set_vba_name()
        for row, macro in enumerate(COMMANDS):
            book.get_worksheet_by_name("Start").insert_button(row, 0, {"macro": macro, "caption": macro})
        if interpreter is not None:
            rows = [("INTERPRETER_WIN", interpreter), ("ADD_WORKBOOK_TO_PYTHONPATH", False), ("SHOW CONSOLE", False)]
            for row, pair in enumerate(rows):
                book.get_worksheet_by_name("xlwings.conf").write_row(row, 0, pair)
        book.add_vba_project(io.BytesIO(macros.vba_project(sheets, with_xlwings=with_xlwings)), is_stream=True)
    return path


def recorder(kind: str) -> str:
    return f"Option Explicit\nPublic {kind} RunPython(PythonCommand As String)\nDebug.Print PythonCommand\nEnd {kind}\n"


def sentence(app: ExcelApplication) -> str:
    """The one thing a click said, which is one sentence."""
    [(kind, text, title, _)] = app.dialogs
    assert (kind, title) == ("MsgBox", "FleetOpt")
    assert len(re.findall(r"[.?!](?=\s|$)", text)) == 1
    assert text.endswith(".")
    return text


def subs(source: str) -> dict[str, str]:
    """Each public Sub and its parameters."""
    return dict(re.findall(r"^Public Sub (\w+)\((.*)\)\r?$", source, re.MULTILINE))


@pytest.mark.parametrize("module", ["xlwings", "Recorder"])
@pytest.mark.parametrize("kind", ["Function", "Sub"])
@pytest.mark.parametrize("macro", COMMANDS)
def test_each_button_calls_exactly_its_command(tmp_path: Path, macro: str, kind: str, module: str):
    app = ExcelApplication.open(build(tmp_path / "plan.xlsm"))
    app.add_module(recorder(kind), name=module)
    app.run(macro)
    assert app.console == [COMMANDS[macro]]
    assert app.dialogs == []


@pytest.mark.parametrize("macro", COMMANDS)
def test_each_ribbon_button_calls_the_same_command_as_the_button_on_the_sheet(tmp_path: Path, macro: str):
    app = ExcelApplication.open(build(tmp_path / "plan.xlsm"))
    app.add_module(recorder("Function"))
    app.run(f"Ribbon{macro}", app.application)
    assert app.console == [COMMANDS[macro]]


@pytest.mark.parametrize("kind", ["Function", "Sub"])
def test_a_recorder_saved_in_the_file_in_place_of_xlwings_is_called(tmp_path: Path, kind: str):
    path = build(tmp_path / "plan.xlsm", with_xlwings=True, interpreter="/usr/bin/python3")
    with ExcelFile(path) as book:
        book.set_module("xlwings", recorder(kind))
        book.save()
    app = ExcelApplication.open(path)
    app.run("RunOptimization")
    assert app.console == [COMMANDS["RunOptimization"]]


def test_a_recorder_added_to_a_workbook_with_its_own_xlwings_is_called(tmp_path: Path):
    app = ExcelApplication.open(build(tmp_path / "plan.xlsm", with_xlwings=True, interpreter=""))
    app.add_module(recorder("Function"), name="xlwings")
    app.run("CheckInputs")
    assert app.console == [COMMANDS["CheckInputs"]]


def test_an_error_that_run_python_has_handled_is_none(tmp_path: Path):
    app = ExcelApplication.open(build(tmp_path / "plan.xlsm"))
    handled = "Debug.Print PythonCommand\nOn Error Resume Next\nErr.Raise 53\n"
    app.add_module(recorder("Function").replace("Debug.Print PythonCommand\n", handled))
    app.run("RunOptimization")
    assert app.console == [COMMANDS["RunOptimization"]]
    assert app.dialogs == []


@pytest.mark.parametrize("macro", COMMANDS)
def test_without_xlwings_a_click_says_in_one_sentence_what_to_do(tmp_path: Path, macro: str):
    app = ExcelApplication.open(build(tmp_path / "plan.xlsm"))
    app.run(macro)
    said = sentence(app)
    assert "python -m fleetopt new plan.xlsm" in said
    assert "xlwings addin install" in said


def test_a_python_that_is_gone_is_named_before_anything_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(INTRINSICS, "dir", lambda *_: "")
    app = ExcelApplication.open(build(tmp_path / "plan.xlsm", interpreter=r"C:\gone\python.exe"))
    app.add_module(recorder("Function"), name="xlwings")
    app.run("RunOptimization")
    said = sentence(app)
    assert r"C:\gone\python.exe" in said
    assert f'python -m fleetopt new plan.xlsm --from "{app.workbook.path}' in said
    assert app.console == []


def test_a_python_that_is_there_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(INTRINSICS, "dir", lambda *_: "python.exe")
    app = ExcelApplication.open(build(tmp_path / "plan.xlsm", interpreter=r"C:\Python 3.13\python.exe"))
    app.add_module(recorder("Function"), name="xlwings")
    app.run("RunOptimization")
    assert app.console == [COMMANDS["RunOptimization"]]


@pytest.mark.parametrize("interpreter", ["python", "", "%LOCALAPPDATA%\\python.exe", r"\\server\share\python.exe"])
def test_a_python_that_is_no_file_on_a_drive_is_left_to_xlwings(tmp_path: Path, interpreter: str):
    app = ExcelApplication.open(build(tmp_path / "plan.xlsm", interpreter=interpreter))
    app.add_module(recorder("Function"), name="xlwings")
    app.run("RunOptimization")
    assert app.console == [COMMANDS["RunOptimization"]]


def macros_run(app: ExcelApplication, monkeypatch: pytest.MonkeyPatch, fails: dict[str, Exception]) -> list[str]:
    """Record by name what Application.Run runs, failing as told; the click itself runs as always."""
    ran: list[str] = []
    run = app.interpreter.run

    def recorded(name: str, args: list[object]) -> object:
        if name in COMMANDS:
            return run(name, args)
        ran.append(name)
        if name in fails:
            raise fails[name]
        return None

    monkeypatch.setattr(app.interpreter, "run", recorded)
    return ran


def test_with_another_workbook_open_the_macro_of_this_workbook_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    app = ExcelApplication.open(build(tmp_path / "Bob's plan.xlsm"))
    this = app.workbook
    app.add_workbook()
    app.activate_workbook(this)
    ran = macros_run(app, monkeypatch, {})
    app.run("RunOptimization")
    assert ran == ["'Bob''s plan.xlsm'!RunPython"]


def test_without_a_module_of_its_own_the_add_in_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    app = ExcelApplication.open(build(tmp_path / "plan.xlsm"))
    this = app.workbook
    app.add_workbook().name = "xlwings.xlam"
    app.activate_workbook(this)
    ran = macros_run(app, monkeypatch, {"'plan.xlsm'!RunPython": error(1004)})
    app.run("RunOptimization")
    assert ran == ["'plan.xlsm'!RunPython", "xlwings.xlam!RunPython"]
    assert app.dialogs == []


def test_a_failure_to_start_python_is_not_tried_twice_and_leads_to_doctor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    app = ExcelApplication.open(build(tmp_path / "plan.xlsm"))
    ran = macros_run(app, monkeypatch, {"RunPython": error(429)})
    app.run("RunOptimization")
    assert ran == ["RunPython"]
    assert "python -m fleetopt doctor" in sentence(app)


@pytest.mark.parametrize("number", [429, 1004])
def test_a_failure_in_the_add_in_is_not_tried_twice_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
):
    app = ExcelApplication.open(build(tmp_path / "plan.xlsm"))
    this = app.workbook
    app.add_workbook().name = "xlwings.xlam"
    app.activate_workbook(this)
    fails = {"'plan.xlsm'!RunPython": error(1004), "xlwings.xlam!RunPython": error(number)}
    ran = macros_run(app, monkeypatch, fails)
    app.run("RunOptimization")
    assert ran == list(fails)
    assert "python -m fleetopt doctor" in sentence(app)


def test_every_button_of_the_ribbon_names_a_sub_that_takes_the_control():
    buttons = ElementTree.fromstring(RIBBON.encode()).findall(".//{*}button")
    assert [button.get("onAction") for button in buttons] == [f"Ribbon{macro}" for macro in COMMANDS]
    assert all(subs(BAS)[button.get("onAction")] == "ByVal control As Object" for button in buttons)
    for button in buttons:
        assert button.get("size") == "large"
        assert all(button.get(name) for name in ("label", "imageMso", "screentip", "supertip"))


def test_every_macro_of_a_button_takes_no_argument():
    assert {name: subs(BAS)[name] for name in COMMANDS} == dict.fromkeys(COMMANDS, "")


def test_the_macros_start_no_program_and_open_no_file():
    for word in ("Shell", "CreateObject", "GetObject", "Declare", "Kill", "Open ", "AppleScriptTask", "MacScript"):
        assert word not in BAS


@pytest.mark.parametrize("with_xlwings", [False, True])
def test_the_project_has_the_module_of_each_sheet_and_the_macros_as_they_are_written(
    tmp_path: Path, with_xlwings: bool
):
    path = build(tmp_path / "plan.xlsm", with_xlwings=with_xlwings)
    with ExcelFile(path) as book:
        project = book.vba_project()
        assert book.validate() == []
    xlwings_modules = ["xlwings", "Dictionary"] if with_xlwings else []
    assert project.module_names() == ["ThisWorkbook", "Sheet1", "Sheet2", "Sheet3", "FleetOpt", *xlwings_modules]
    assert project.get_module("FleetOpt").kind is VBAModuleKind.standard
    assert project.get_module("FleetOpt").source == BAS.replace("\n", "\r\n")
    assert "\r\nOption Explicit\r\n" in project.get_module("FleetOpt").source
    if with_xlwings:
        installed = Path(str(metadata.distribution("xlwings").locate_file("xlwings/xlwings.bas")))
        assert project.get_module("xlwings").source.encode() == installed.read_bytes()


def test_the_code_names_of_the_sheets_are_the_document_modules_of_the_project(tmp_path: Path):
    path = build(tmp_path / "plan.xlsm")
    with zipfile.ZipFile(path) as package:
        parts = ["xl/workbook.xml", *(f"xl/worksheets/sheet{n}.xml" for n in range(1, len(SHEETS) + 1))]
        code_names = [re.search(rb'codeName="(\w+)"', package.read(part)).group(1).decode() for part in parts]
    with ExcelFile(path) as book:
        documents = [
            name for name in book.vba_project().module_names() if "VB_Base" in book.get_module(name).split("Option")[0]
        ]
    assert code_names == documents


@pytest.mark.parametrize("with_xlwings", [False, True])
def test_a_built_workbook_has_no_fault_that_a_checker_finds(tmp_path: Path, with_xlwings: bool):
    path = build(tmp_path / "plan.xlsm", with_xlwings=with_xlwings, interpreter="python")
    path.write_bytes(macros.with_ribbon(path.read_bytes(), RIBBON))
    report = check_file(path)
    assert report.issues == ()
    assert report.ok


def test_the_same_sources_make_the_same_bytes():
    for with_xlwings in (False, True):
        first, second = (macros.vba_project(SHEETS, with_xlwings=with_xlwings) for _ in range(2))
        assert first == second


def test_the_ribbon_is_added_and_every_other_part_keeps_its_bytes(tmp_path: Path):
    before = build(tmp_path / "plan.xlsm").read_bytes()
    after = macros.with_ribbon(before, RIBBON)
    assert macros.with_ribbon(before, RIBBON) == after
    with zipfile.ZipFile(io.BytesIO(before)) as old, zipfile.ZipFile(io.BytesIO(after)) as new:
        assert new.testzip() is None
        assert new.namelist() == [*old.namelist(), "customUI/customUI.xml"]
        assert new.read("customUI/customUI.xml").decode() == RIBBON
        changed = [name for name in old.namelist() if old.read(name) != new.read(name)]
    assert changed == ["_rels/.rels"]


def test_the_relationships_of_a_package_with_a_ribbon_are_sound(tmp_path: Path):
    package = macros.with_ribbon(build(tmp_path / "plan.xlsm").read_bytes(), RIBBON)
    with zipfile.ZipFile(io.BytesIO(package)) as parts:
        relationships = ElementTree.fromstring(parts.read("_rels/.rels"))
        types = ElementTree.fromstring(parts.read("[Content_Types].xml"))
        assert all(posixpath.normpath(item.get("Target")) in parts.namelist() for item in relationships)
    ids = [item.get("Id") for item in relationships]
    assert len(set(ids)) == len(ids)
    [ribbon] = [item for item in relationships if item.get("Target") == "customUI/customUI.xml"]
    assert ribbon.get("Type") == "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility"
    assert ElementTree.fromstring(RIBBON.encode()).tag.startswith(
        "{http://schemas.microsoft.com/office/2006/01/customui}"
    )
    assert {item.get("Extension"): item.get("ContentType") for item in types}["xml"] == "application/xml"


def test_a_package_without_a_type_for_xml_gets_one():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as parts:
        parts.writestr(
            "[Content_Types].xml", '<Types xmlns="urn:t"><Default Extension="rels" ContentType="r"/></Types>'
        )
        parts.writestr("_rels/.rels", '<Relationships xmlns="urn:r"></Relationships>')
    with zipfile.ZipFile(io.BytesIO(macros.with_ribbon(content.getvalue(), RIBBON))) as parts:
        types = ElementTree.fromstring(parts.read("[Content_Types].xml"))
    assert [item.get("Extension") for item in types] == ["rels", "xml"]
