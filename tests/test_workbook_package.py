"""Every workbook that fleetopt writes is sound as a package: what Excel would repair or refuse is found here."""

from __future__ import annotations

import posixpath
import re
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
from lxml import etree
from openpyxl.utils import range_boundaries
from pyopenvba import ExcelFile, check_file

from fleetopt.books.reading import read_inputs
from fleetopt.doors import cli
from fleetopt.doors.new import new_workbook, repository_workbook
from fleetopt.doors.output import write_files
from fleetopt.doors.run import input_content
from fleetopt.inputs.schema import INPUT_TABLES
from fleetopt.results import tables as results
from tests import engine
from tests.packages import parts_of
from tests.refined import BOTH, NEITHER, type_in
from tests.template.test_macros import COMMANDS, subs
from tests.test_workbook_checks import ODD, SMALL, random_inputs, refined_inputs, with_odd_labels, workbook

BOOKS = [
    *("results", "new", "in place", "in place twice", "repository", "odd results", "odd new", "odd in place"),
    *("refined results", "refined new", "refined in place", "refined taken out"),
]
WITH_MACROS = [book for book in BOOKS if "results" not in book]
VOLATILE = r"\b(NOW|TODAY|RAND|RANDBETWEEN|RANDARRAY|OFFSET|INDIRECT|CELL|INFO)\("
AFTER_2016 = (
    r"\b(FILTER|UNIQUE|SORT|SORTBY|SEQUENCE|LET|LAMBDA|XLOOKUP|XMATCH|TEXTJOIN|CONCAT|IFS|SWITCH|MAXIFS|MINIFS)\("
)


def run(*arguments: object) -> None:
    assert cli._dispatch([str(argument) for argument in arguments]) in (0, 4)


@pytest.fixture(scope="module")
def paths(tmp_path_factory) -> dict[str, Path]:
    """Every kind of workbook that fleetopt writes, of the study, of a depot with odd names, and with refinements."""
    folder = tmp_path_factory.mktemp("books")
    study = read_inputs(None)
    found = {name: folder / f"{name.replace(' ', '-')}.xlsm" for name in BOOKS}
    run("run", "--out", folder / "out", "--quiet")
    found["results"] = folder / "out" / "results.xlsx"
    write_files({found["new"]: new_workbook(study), found["repository"]: repository_workbook(input_content(study))})
    shutil.copy(found["new"], found["in place"])
    run("run", found["in place"], "--in-place", "--out", folder / "other", "--quiet")
    shutil.copy(found["in place"], found["in place twice"])
    run("run", found["in place twice"], "--in-place", "--out", folder / "other", "--quiet")
    found["odd results"] = workbook(folder / "odd.xlsx", odd())
    write_files({found["odd new"]: new_workbook(odd())})
    shutil.copy(found["odd new"], found["odd in place"])
    run("run", found["odd in place"], "--in-place", "--out", folder / "odd", "--quiet")
    found["refined results"] = workbook(folder / "refined.xlsx", refined_inputs(2, SMALL))
    write_files({found["refined new"]: new_workbook(refined_inputs(2, SMALL))})
    type_in(Path(shutil.copy(found["new"], found["refined in place"])), BOTH)
    run("run", found["refined in place"], "--in-place", "--out", folder / "other", "--quiet")
    type_in(Path(shutil.copy(found["refined in place"], found["refined taken out"])), NEITHER)
    run("run", found["refined taken out"], "--in-place", "--out", folder / "other", "--quiet")
    return found


def odd():
    """A depot whose names Excel may take for formulas, with a scenario that has no plan."""
    inputs = with_odd_labels(random_inputs(3, [*SMALL, "Slot", "Nothing goes"]), ODD)
    names = inputs["tblScenarios"].values["scenario"]
    names[names.index("Nothing goes")] = "@none"
    return inputs


@pytest.fixture(scope="module")
def packages(paths) -> dict[str, dict[str, bytes]]:
    return {name: parts_of(path) for name, path in paths.items()}


@pytest.fixture(params=BOOKS)
def parts(request, packages) -> dict[str, bytes]:
    return packages[request.param]


@pytest.fixture(params=WITH_MACROS)
def macro_book(request, paths) -> Path:
    return paths[request.param]


def xml(parts: dict[str, bytes]) -> Iterator[tuple[str, Any]]:
    for name, content in parts.items():
        if not name.endswith((".bin", ".png", ".jpeg")):
            yield name, etree.fromstring(content)


def relations(parts: dict[str, bytes], part: str) -> dict[str, Any]:
    folder, name = posixpath.split(part)
    content = parts.get(posixpath.join(folder, "_rels", f"{name}.rels"))
    return {item.get("Id"): item for item in etree.fromstring(content)} if content else {}


def target(part: str, relation: Any) -> str:
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(part), relation.get("Target"))).lstrip("/")


def sheets(parts: dict[str, bytes]) -> dict[str, tuple[str, Any]]:
    """Part and root of each sheet by its name."""
    related = relations(parts, "xl/workbook.xml")
    found = {}
    for sheet in etree.fromstring(parts["xl/workbook.xml"]).iterfind("{*}sheets/{*}sheet"):
        [number] = [value for name, value in sheet.attrib.items() if name.endswith("}id")]
        part = target("xl/workbook.xml", related[number])
        found[sheet.get("name")] = part, etree.fromstring(parts[part])
    return found


def formulas(parts: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """Every formula: of cells, names, rules, lists and charts."""
    for name, root in xml(parts):
        for element in root.iter("{*}f", "{*}formula", "{*}formula1", "{*}formula2", "{*}definedName"):
            yield name, element.text or ""


def cell_text(parts: dict[str, bytes], root: Any, address: str) -> str | None:
    cell = next((cell for cell in root.iter("{*}c") if cell.get("r") == address), None)
    if cell is None:
        return None
    if cell.get("t") == "s":
        strings = etree.fromstring(parts["xl/sharedStrings.xml"]).findall("{*}si")
        return "".join(strings[int(cell.findtext("{*}v"))].itertext())
    if cell.get("t") == "inlineStr":
        return "".join(cell.find("{*}is").itertext())
    return None


# The package


def test_every_part_is_there_once_and_is_sound_xml(parts):
    assert len({name.casefold() for name in parts}) == len(parts)
    assert dict(xml(parts))


def test_every_relationship_leads_from_a_part_to_a_part(parts):
    for name in parts:
        if not name.endswith(".rels"):
            continue
        folder, file = posixpath.split(name)
        source = posixpath.join(posixpath.dirname(folder), file.removesuffix(".rels"))
        assert not file.removesuffix(".rels") or source in parts
        items = list(etree.fromstring(parts[name]))
        assert len({item.get("Id") for item in items}) == len(items)
        for item in items:
            assert item.get("TargetMode") != "External"  # no links out of the workbook
            assert target(source, item) in parts, (name, item.get("Target"))


def test_every_reference_to_a_relationship_has_one(parts):
    space = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
    for name, root in xml(parts):
        used = {value for element in root.iter() for key, value in element.attrib.items() if str(key).startswith(space)}
        assert used <= relations(parts, name).keys(), name


def test_every_part_is_reached_and_has_a_content_type(parts):
    types = etree.fromstring(parts["[Content_Types].xml"])
    defaults = [item.get("Extension").casefold() for item in types.iterfind("{*}Default")]
    overrides = [item.get("PartName").removeprefix("/") for item in types.iterfind("{*}Override")]
    assert len(set(defaults)) == len(defaults)
    assert len(set(overrides)) == len(overrides)
    assert set(overrides) <= parts.keys()
    for name in parts.keys() - {"[Content_Types].xml"} - set(overrides):
        assert name.rpartition(".")[2].casefold() in defaults, name
    reached = {target(part, item) for part in ["", *parts] for item in relations(parts, part).values()}
    assert {name for name in parts if not name.endswith(".rels")} - reached == {"[Content_Types].xml"}


def test_the_kind_of_workbook_fits_its_name(packages):
    for name, parts in packages.items():
        has_macros = name in WITH_MACROS
        kind = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
        assert (kind in parts["[Content_Types].xml"]) == has_macros, name
        assert ("xl/vbaProject.bin" in parts) == ("customUI/customUI.xml" in parts) == has_macros


def test_every_prefix_that_is_to_be_ignored_is_declared(parts):
    # LibreOffice does not notice; Excel calls the file damaged.
    for name, root in xml(parts):
        for element in root.iter():
            for key, value in element.attrib.items():
                if str(key).rpartition("}")[2] in ("Ignorable", "Requires", "MustUnderstand", "ProcessContent"):
                    for prefix in value.split():
                        assert prefix in element.nsmap, (name, prefix)


# Macros


def test_every_macro_of_a_button_or_the_ribbon_is_a_sub_of_the_project(macro_book):
    parts = parts_of(macro_book)
    drawings = b"".join(content for name, content in parts.items() if "vmlDrawing" in name).decode()
    buttons = re.findall(r"FmlaMacro>(?:\[0\]!)?(\w+)<", drawings)
    ribbon = [item.get("onAction") for item in ElementTree.fromstring(parts["customUI/customUI.xml"]).iter()]
    named = [action for action in ribbon if action]
    assert buttons == list(COMMANDS)
    assert len(named) == 3
    with ExcelFile(macro_book) as book:
        module = subs(book.vba_project().get_module("FleetOpt").source.replace("\r\n", "\n"))
    assert set(buttons) | set(named) == module.keys()
    assert {module[name] for name in buttons} == {""}


def test_the_code_names_of_workbook_and_sheets_are_the_document_modules_of_the_project(macro_book):
    parts = parts_of(macro_book)
    book = etree.fromstring(parts["xl/workbook.xml"]).find("{*}workbookPr").get("codeName")
    names = [root.find("{*}sheetPr").get("codeName") for _, root in sheets(parts).values()]
    with ExcelFile(macro_book) as file:
        modules = file.vba_project().module_names()
        classes = [name for name in modules if "VB_Base" in file.get_module(name).split("Option")[0]]
        documents = [name for name in classes if name != "Dictionary"]  # of xlwings
        assert file.validate() == []
    assert [book, *names] == documents


def test_a_checker_of_packages_with_macros_finds_nothing(macro_book):
    assert check_file(macro_book).issues == ()


def test_only_a_workbook_of_this_machine_has_the_xlwings_module_and_its_settings(paths):
    for name in WITH_MACROS:
        with ExcelFile(paths[name]) as book:
            modules = book.vba_project().module_names()
        is_own = name != "repository"
        assert ("xlwings" in modules) == is_own
        assert ("xlwings.conf" in sheets(parts_of(paths[name]))) == is_own


# Sheets, names and tables


def test_the_names_of_sheets_are_names_that_excel_takes(parts):
    for name, (_, root) in sheets(parts).items():
        assert 1 <= len(name) <= 31
        assert not re.search(r"[\[\]:*?/\\]", name)
        assert not name.endswith(".py")  # xlwings takes it for embedded code
        assert root.find("{*}mergeCells") is None
    states = [sheet.get("state") for sheet in etree.fromstring(parts["xl/workbook.xml"]).iterfind("{*}sheets/{*}sheet")]
    assert set(states) == {None}  # nothing is hidden


def test_every_defined_name_points_to_a_sheet_and_table_that_is_there(parts):
    there = sheets(parts)
    tables = {root.get("displayName") for _, root in xml(parts) if etree.QName(root).localname == "table"}
    names = list(etree.fromstring(parts["xl/workbook.xml"]).iterfind("{*}definedNames/{*}definedName"))
    assert len({(name.get("name").casefold(), name.get("localSheetId")) for name in names}) == len(names) > 30
    for name in names:
        assert "#REF!" not in name.text
        assert set(re.findall(r"(?:'([^']+)'|\b(\w+))!", name.text)) <= {(n, "") for n in there} | {
            ("", n) for n in there
        }
        assert set(re.findall(r"\b(tbl\w+)\[", name.text)) <= tables
    for column in (*results.STATUS, *results.CHOICES):
        assert column.name in {name.get("name") for name in names}


def test_every_table_has_its_column_names_in_its_header_cells(parts):
    found, numbers = [], []
    for part, root in sheets(parts).values():
        areas = []
        for relation in relations(parts, part).values():
            if not relation.get("Type").endswith("/table"):
                continue
            table = etree.fromstring(parts[target(part, relation)])
            columns = table.findall("{*}tableColumns/{*}tableColumn")
            names = [column.get("name") for column in columns]
            left, top, right, bottom = range_boundaries(table.get("ref"))
            assert right - left + 1 == len(names) == int(table.find("{*}tableColumns").get("count"))
            assert bottom > top
            assert len({name.casefold() for name in names}) == len(names)
            assert len({column.get("id") for column in columns}) == len(names)
            for j, name in enumerate(names):
                address = f"{openpyxl.utils.get_column_letter(left + j)}{top}"
                assert cell_text(parts, root, address) == name, (table.get("displayName"), address)
            if (of := table.find("{*}autoFilter")) is not None:
                assert of.get("ref") == table.get("ref")
            areas.append((left, right))
            found.append(table.get("displayName"))
            numbers.append(table.get("id"))
        assert all(a[1] < b[0] for a, b in pairwise(areas))
    assert len({name.casefold() for name in found}) == len(found) == len(set(numbers))
    assert len(found) >= len(INPUT_TABLES) + len(results.result_tables())


def test_every_index_of_a_style_a_text_or_a_rule_exists(parts):
    styles = etree.fromstring(parts["xl/styles.xml"])
    formats = len(styles.find("{*}cellXfs"))
    rules = len(styles.find("{*}dxfs"))
    texts = len(etree.fromstring(parts["xl/sharedStrings.xml"]).findall("{*}si"))
    for name, (_, root) in sheets(parts).items():
        last = 0
        for row in root.iterfind("{*}sheetData/{*}row"):
            assert int(row.get("r")) > last
            last = int(row.get("r"))
            columns = [range_boundaries(cell.get("r"))[0] for cell in row]
            assert columns == sorted(set(columns)), (name, last)
            for cell in row:
                assert int(cell.get("s", 0)) < formats
                assert cell.get("t") != "s" or int(cell.findtext("{*}v")) < texts
        for rule in root.iter("{*}cfRule"):
            assert int(rule.get("dxfId", 0)) < rules


def test_lists_and_messages_of_validation_are_as_short_as_excel_wants_them(parts):
    for name, (_, root) in sheets(parts).items():
        for rule in root.iter("{*}dataValidation"):
            assert len(rule.get("errorTitle", "")) <= 32, name
            assert len(rule.get("promptTitle", "")) <= 32
            assert len(rule.get("error", "")) <= 255
            assert len(rule.get("prompt", "")) <= 255
            assert len(rule.findtext("{*}formula1", "")) <= 255


def test_every_link_inside_the_workbook_leads_to_a_sheet(parts):
    there = sheets(parts)
    for _, root in there.values():
        for item in root.iter("{*}hyperlink"):
            assert item.get("location").rpartition("!")[0].strip("'") in there


# Formulas


def test_no_formula_is_volatile_newer_than_2016_an_array_or_too_long(parts):
    seen = 0
    for part, text in formulas(parts):
        seen += 1
        bare = re.sub(r'"[^"]*"', '""', text)
        assert not re.search(VOLATILE, bare), (part, text)
        assert not re.search(AFTER_2016, bare), (part, text)
        assert set(re.findall(r"_xlfn\.([A-Z.]+)", text)) <= {"UNICODE"}, text  # of 2013
        assert "[1]" not in bare  # another workbook
        assert "#REF!" not in text
        assert len(text) <= 8192
    assert seen > 200
    for _, root in sheets(parts).values():
        assert not [cell for cell in root.iter("{*}f") if cell.get("t") in ("array", "dataTable")]
        assert not [cell for cell in root.iter("{*}c") if cell.get("cm")]


def test_every_table_and_name_in_a_formula_is_there(parts):
    tables: dict[str, set[str]] = {}
    for _, root in xml(parts):
        if etree.QName(root).localname == "table":
            columns = root.iterfind("{*}tableColumns/{*}tableColumn")
            tables[root.get("displayName")] = {column.get("name") for column in columns}
    for part, text in formulas(parts):
        for table, heading in re.findall(r"\b(tbl\w+)\[(?:\[#This Row\],\[)?((?:'.|[^'\[\]])*)\]", text):
            assert table in tables, (part, text)
            assert re.sub(r"'(.)", r"\1", heading) in tables[table] | {""}, (part, text)


def test_every_chart_has_a_description_and_shows_cells_of_a_table_that_are_there(parts):
    there = sheets(parts)
    charts = [root for name, root in xml(parts) if re.fullmatch(r"xl/charts/chart\d+\.xml", name)]
    assert len(charts) == 5
    for root in charts:
        for text in (element.text for element in root.iter("{*}f")):
            sheet, _, cells = text.rpartition("!")
            assert sheet.strip("'") in there
            assert range_boundaries(cells.replace("$", ""))
    described = [element.get("descr") for _, root in xml(parts) for element in root.iter("{*}cNvPr")]
    assert sum(bool(text) for text in described) >= 5


# In place


def test_a_run_in_place_changes_sheets_tables_and_charts_and_no_other_part(packages):
    before, after = packages["new"], packages["in place"]
    assert list(before) == list(after)
    changed = {name for name in before if before[name] != after[name]}
    kept = r"xl/(worksheets/sheet|tables/table|charts/chart)\d+\.xml|xl/workbook\.xml"
    assert all(re.fullmatch(kept, name) for name in changed)
    inputs = [part for name, (part, _) in sheets(before).items() if name in INPUT_SHEETS]
    assert len(inputs) == 7
    assert changed.isdisjoint(inputs)
    assert changed


INPUT_SHEETS = ("Settings", "Fleet", "Trucks", "Energy", "Costs", "Chargers", "Scenarios")


# Text of a user's cell


@pytest.fixture(scope="module")
def odd_books(paths, tmp_path_factory) -> dict[str, Path]:
    """The depot with odd names by every route."""
    live = Path(shutil.copy(paths["odd new"], tmp_path_factory.mktemp("live") / "plan.xlsm"))
    engine.engine.is_mac = False
    assert engine.run(live, next(iter(COMMANDS.values())))[-1] is None
    return {"odd results": paths["odd results"], "odd in place": paths["odd in place"], "live": live}


@pytest.mark.parametrize("route", ["odd results", "odd in place", "live"])
def test_text_of_a_users_cell_is_never_a_formula(odd_books, route):
    parts = parts_of(odd_books[route])
    names = {name.removeprefix("=") for name in (*ODD.values(), "@none")}
    for _, root in sheets(parts).values():
        assert names.isdisjoint(cell.text for cell in root.iterfind("{*}sheetData/{*}row/{*}c/{*}f"))
    book = openpyxl.load_workbook(odd_books[route])
    texts: dict[str, set[str]] = {}
    for table in (results.yearly(), results.PURCHASES, results.FLOWS, results.compare(), results.LIMITS, results.RUNS):
        sheet = book[table.sheet]
        for row in sheet[sheet.tables[table.name].ref][1:]:
            for column, cell in zip(table.columns, row, strict=True):
                assert cell.data_type != "f", (table.name, cell.coordinate, cell.value)
                if isinstance(cell.value, str):
                    texts.setdefault(column.name, set()).add(cell.value)
    scenarios = {ODD[name] for name in (*SMALL, "Slot")}
    assert texts["scenario"] == scenarios | {"@none"}
    assert texts["day_type"] == {"@x", "We?", "Wee"}
    assert texts["item"] == {"Solar", "Battery", "+5", "-7", "1?0 [kW]"}
    said = [row[2] for row in book["Messages"].iter_rows(min_row=6) if row[2].value]
    assert all(cell.data_type == "s" for cell in said)
    assert any(cell.value.startswith("=1+1: ") or cell.value.startswith("@none: ") for cell in said)
    assert book["Summary"]["B5"].value in scenarios
    assert book["Summary"]["B5"].data_type == "s"
