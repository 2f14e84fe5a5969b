"""The rules that every built planning workbook keeps, read from the file as other programs see it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from lxml import etree
from openpyxl import load_workbook
from openpyxl.utils.cell import get_column_letter, range_boundaries

from fleetopt.depot import REFINEMENTS
from fleetopt.doors.new import new_workbook
from fleetopt.doors.run import new_results, run_settings, solve
from fleetopt.inputs import schema
from fleetopt.inputs.inputs import Inputs
from fleetopt.inputs.scenarios import scenarios
from fleetopt.inputs.schema import INPUT_TABLES
from fleetopt.results.answer import LINES
from fleetopt.results.content import cleared_content
from fleetopt.results.input_content import input_content
from fleetopt.results.recalculation import answer_lines
from fleetopt.results.tables import CHOICES, STATUS, compare, result_tables
from fleetopt.template.build import build
from fleetopt.template.charts import Picture, pictures
from fleetopt.template.sheets import CONFIG_SHEET, TABS, Sheet, sheets
from fleetopt.words.columns import Table
from fleetopt.words.content import Content
from tests.untidy import refined_inputs, small_inputs

PROTECTED = {"Start", "Settings", "Checks", "About"}
LONG = "Export at the full price, no.2 of forty"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
PLACE = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"


ON = tuple(scenarios(refined_inputs())[0].case.is_on())
"""The refinements of the depot that has some."""


@dataclass(frozen=True)
class Built:
    """One workbook: its parts as they are, and its sheets as openpyxl reads them."""

    parts: dict[str, bytes]
    book: Any
    on: tuple[str, ...]
    """The refinements whose columns the results have."""
    listed: tuple[str, ...]
    """The refinements that have result tables here."""

    @property
    def described(self) -> tuple[Sheet, ...]:
        return sheets(self.on, self.listed)

    @property
    def result_tables(self) -> list[Table]:
        there = {table.name for sheet in self.described for table in sheet.tables} | {"tblYears", "tblDay"}
        return [
            *result_tables(self.on),
            *(each for each in result_tables(REFINEMENTS) if each.name not in names_of(self.on) and each.name in there),
        ]

    @property
    def pictures(self) -> tuple[Picture, ...]:
        return pictures(self.on)

    def xml(self, start: str) -> Iterator[Any]:
        return (etree.fromstring(part) for name, part in self.parts.items() if name.startswith(start))

    @property
    def sheets(self) -> list[Any]:
        return [sheet for sheet in self.book.worksheets if sheet.title != CONFIG_SHEET]

    def table(self, name: str) -> tuple[Any, Any]:
        return next((sheet, sheet.tables[name]) for sheet in self.book.worksheets if name in sheet.tables)

    def header(self, name: str) -> list[Any]:
        sheet, table = self.table(name)
        return list(sheet[table.ref][0])

    def formulas(self) -> Iterator[str]:
        for sheet in self.book.worksheets:
            for row in sheet.iter_rows():
                yield from (cell.value for cell in row if cell.data_type == "f")
        yield from (name.attr_text for name in self.book.defined_names.values())


def names_of(on: tuple[str, ...]) -> set[str]:
    return {table.name for table in result_tables(on)}


def opened(content: bytes, on: tuple[str, ...] = (), listed: tuple[str, ...] = ()) -> Built:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    return Built(parts, load_workbook(io.BytesIO(content)), on, listed)


@pytest.fixture(scope="module")
def empty() -> Built:
    """As `fleetopt new` makes it: with macros, without results."""
    return opened(new_workbook(small_inputs()), listed=REFINEMENTS)


@pytest.fixture(scope="module")
def filled() -> Built:
    """As `fleetopt run` writes it: with the results of two scenarios, one of them with a long name."""
    inputs = small_inputs()
    inputs["tblScenarios"].values["scenario"][0] = LONG
    return opened(solved(inputs))


@pytest.fixture(scope="module")
def refined() -> Built:
    """As `fleetopt run` writes it of a depot with a grid upgrade and a demand charge."""
    return opened(solved(refined_inputs()), ON, ON)


@pytest.fixture(scope="module")
def refined_empty() -> Built:
    """As `fleetopt new` makes it of the same depot."""
    return opened(new_workbook(refined_inputs()), ON, REFINEMENTS)


def solved(inputs: Inputs) -> bytes:
    outcomes = [(scenario, solve(scenario, run_settings(inputs), lambda _: None)) for scenario in scenarios(inputs)]
    return build(new_results(inputs, outcomes, [], 1.0, {}))


@pytest.fixture(params=["empty", "filled", "refined_empty", "refined"])
def built(request: pytest.FixtureRequest) -> Built:
    return request.getfixturevalue(request.param)


def named(sheet: Any) -> list[tuple[str, Any]]:
    """The tables of a sheet; `items` of openpyxl gives only their areas."""
    return [(name, sheet.tables[name]) for name in sheet.tables]


def body(ref: str) -> tuple[int, int, int, int]:
    left, top, right, bottom = range_boundaries(ref)
    return left, top + 1, right, bottom


# Every sheet


def test_every_sheet_says_what_it_is_and_leads_back_to_start(built: Built):
    for sheet, described in zip(built.sheets, built.described, strict=True):
        assert (sheet.title, sheet["A1"].value, sheet["A2"].value) == (
            described.name,
            described.title,
            described.purpose,
        )
        assert sheet.title == "Start" or sheet["A3"].hyperlink.location == "'Start'!A1"


def test_the_index_links_every_other_sheet(built: Built):
    cells = (cell for row in built.book["Start"].iter_rows() for cell in row)
    links = {cell.hyperlink.location for cell in cells if cell.hyperlink}
    assert links == {f"'{sheet.name}'!A1" for sheet in built.described[1:]}


def test_the_tab_tells_inputs_results_and_control_apart(built: Built):
    colours = {sheet.title: sheet.sheet_properties.tabColor.rgb[2:] for sheet in built.sheets}
    assert colours == {sheet.name: TABS[sheet.kind].lstrip("#") for sheet in built.described}


def test_every_sheet_prints_landscape_one_page_wide_with_sheet_page_and_version_below(built: Built):
    for sheet in built.sheets:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        is_one_page = sheet.title in ("Start", "Summary")
        assert sheet.page_setup.fitToWidth in (None, 1)
        assert sheet.page_setup.fitToHeight in ((None, 1) if is_one_page else (0,))
        footer = sheet.oddFooter
        assert (footer.left.text, footer.center.text) == ("&A", "Page &P of &N")
        assert footer.right.text.startswith("fleetopt ")


def test_headers_stay_in_sight_and_are_repeated_in_print(built: Built):
    for sheet in built.sheets:
        if not sheet.tables or sheet.title == "Summary":
            continue
        header = max(range_boundaries(table.ref)[1] for table in sheet.tables.values())
        assert sheet.freeze_panes.endswith(str(header + 1))
        assert sheet.print_title_rows.replace("$", "") == f"1:{header}"


def test_nothing_is_merged(built: Built):
    assert not any(sheet.merged_cells.ranges for sheet in built.book.worksheets)


def test_nothing_is_hidden_but_columns_that_a_plus_opens(built: Built):
    inputs = {sheet.name for sheet in built.described if sheet.kind == "input"}
    for sheet in built.book.worksheets:
        assert sheet.sheet_state == "visible"
        assert not any(row.hidden for row in sheet.row_dimensions.values())
        for column in sheet.column_dimensions.values():
            assert not column.hidden or (column.outline_level == 1 and sheet.title in inputs)
    assert not any(name.hidden for name in built.book.defined_names.values())


def test_only_sheets_without_growing_tables_are_protected_without_a_password(built: Built):
    assert {sheet.title for sheet in built.book.worksheets if sheet.protection.sheet} == PROTECTED
    assert not any(sheet.protection.password for sheet in built.book.worksheets)


def test_on_protected_sheets_only_what_a_user_or_a_run_writes_is_unlocked(built: Built):
    open_cells = {
        (sheet.title, cell.coordinate)
        for sheet in built.book.worksheets
        if sheet.title in PROTECTED
        for row in sheet.iter_rows()
        for cell in row
        if not cell.protection.locked and cell.value != "Input"  # the sample of the key
    }
    written = {*(column.name for column in (*schema.SETTINGS, *STATUS)), "check_tolerance"}
    written |= {f"at_run_{table.name}" for table in INPUT_TABLES}
    places = {tuple(built.book.defined_names[name].attr_text.replace("$", "").split("!")) for name in written}
    assert {(sheet.strip("'"), cell) for sheet, cell in places} == open_cells


# Formulas and figures


def test_no_formula_is_volatile(built: Built):
    volatile = re.compile(r"\b(NOW|TODAY|OFFSET|INDIRECT|RAND|RANDBETWEEN|CELL|INFO)\(")
    assert not [formula for formula in built.formulas() if volatile.search(str(formula))]


def test_no_formula_is_a_dynamic_array_or_needs_an_excel_after_2016(built: Built):
    newer = re.compile(r"_xlfn\.(?!UNICODE\()|_xlws|\b(FILTER|UNIQUE|SORT|XLOOKUP|LET|SEQUENCE|TEXTJOIN|IFS)\(")
    assert not [formula for formula in built.formulas() if newer.search(str(formula))]
    assert not [name for name in built.parts if "metadata" in name or "richData" in name]
    assert not [1 for xml in built.xml("xl/worksheets/sheet") if xml.find(".//{*}f[@t='array']") is not None]


def test_no_link_leads_out_of_the_workbook(built: Built):
    assert not [name for name in built.parts if "externalLink" in name]
    assert not [name for name, part in built.parts.items() if name.endswith(".rels") and b'"External"' in part]


def test_no_number_format_is_a_currency(built: Built):
    formats = {cell.number_format for sheet in built.sheets for row in sheet.iter_rows() for cell in row}
    assert not [text for text in formats if re.search(r"[$€£¥]|_\(|\[\$", text)]


def test_every_defined_name_points_into_the_workbook(built: Built):
    for name in built.book.defined_names.values():
        assert "#REF!" not in name.attr_text, name.name
    assert {*(column.name for column in (*schema.SETTINGS, *STATUS, *CHOICES))} <= set(built.book.defined_names)


def test_columns_are_wide_enough_for_a_hundred_million_usd(built: Built):
    for table in built.result_tables:
        if table.sheet == "Summary":  # there what is too long is shown smaller
            continue
        sheet = built.table(table.name)[0]
        widths = {cell.value: width_of(sheet, cell) for cell in built.header(table.name)}
        assert all(width >= 13 for heading, width in widths.items() if heading.endswith(("[USD]", "[USD/year]")))


def test_a_result_too_long_for_its_cell_is_shown_smaller_or_wrapped(built: Built):
    for table in built.result_tables:
        sheet, place = built.table(table.name)
        left, top, right, _ = body(place.ref)
        for column, cell in zip(table.columns, sheet[top][left - 1 : right], strict=True):
            fits = cell.alignment.shrink_to_fit or cell.alignment.wrap_text
            assert fits or column.kind == "year", cell


def test_the_column_of_scenarios_holds_the_names_that_the_inputs_give(filled: Built):
    cell = filled.header("tblFlows")[0]
    assert width_of(filled.book["Flows"], cell) >= 34


def test_rows_are_as_high_as_their_wrapped_sentences(filled: Built):
    sheet, place = filled.table("tblCompare")
    _, top, right, _ = body(place.ref)
    lines = sheet.cell(top, right).value.count("\n") + 1
    assert lines > 1
    assert sheet.row_dimensions[top].height == pytest.approx(15 * lines, abs=1)


def width_of(sheet: Any, cell: Any) -> float:
    """Width of a cell's column, which may stand in a group of equal columns."""
    groups = sheet.column_dimensions.values()
    return next(group.width for group in groups if group.min <= cell.column <= group.max)


# Inputs


def test_every_table_stands_on_its_sheet_with_units_in_its_headers(built: Built):
    for table in (*INPUT_TABLES, *built.result_tables):
        sheet, _ = built.table(table.name)
        headings = [cell.value for cell in built.header(table.name)]
        assert sheet.title == table.sheet
        assert headings[: len(table.columns)] == list(table.headings)


def test_every_input_header_has_a_comment_with_meaning_bounds_and_source(built: Built):
    for table in schema.TABLES.values():
        for column, cell in zip(table.columns, built.header(table.name), strict=False):
            said = cell.comment.text
            assert f"Enter {column.meaning}." in said
            assert column.kind in ("label", "text") or column.bounds in said
            assert column.default is None or f"Default: {column.default}" in said
            assert column.is_needed or column.default is not None or "May be blank." in said


def test_every_setting_has_a_comment_that_says_where_its_default_comes_from(built: Built):
    for column in schema.SETTINGS:
        cell = built.book["Settings"][built.book.defined_names[column.name].attr_text.split("!")[1].replace("$", "")]
        assert column.meaning in cell.comment.text
        assert not column.source or column.source in cell.comment.text
    assert all(cell.comment for cell in built.header("tblSettings"))


def test_every_charger_has_a_price_column_with_a_comment(built: Built):
    last = built.header("tblCosts")[-1]
    assert last.value == "50 kW [USD/unit]"
    assert "the price of one 50 kW charger" in last.comment.text


def test_every_bounded_input_refuses_what_is_out_of_bounds_and_says_what_it_must_be(built: Built):
    for table in schema.TABLES.values():
        sheet, place = built.table(table.name)
        left, top, _, bottom = body(place.ref)
        for j, column in enumerate(table.columns):
            if column.kind in ("label", "text"):
                continue
            rules = rules_of(sheet, top, left + j)
            assert len(rules) == 1, column
            assert rules == rules_of(sheet, bottom, left + j)
            assert f"{column.heading} must be {column.bounds}." in rules[0].error
            if not column.choices:
                assert float(rules[0].formula2) == column.highest
                assert rules[0].type == ("whole" if column.kind in ("whole", "year") else "decimal")


def test_every_setting_is_validated(built: Built):
    sheet = built.book["Settings"]
    for column in schema.SETTINGS:
        place = built.book.defined_names[column.name].attr_text.split("!")[1].replace("$", "")
        left, top, _, _ = range_boundaries(place)
        (rule,) = rules_of(sheet, top, left)
        assert column.bounds in rule.error
        assert rule.type == ("list" if column.choices else "whole" if column.kind in ("whole", "year") else "decimal")


@pytest.mark.parametrize(
    ("table", "name", "source"),
    [
        (schema.TABLES["tblFleet"], "truck_type", "list_truck_type"),
        (schema.TABLES["tblFleet"], "slot", "list_slot"),
        (schema.TABLES["tblEnergy"], "day_type", "list_day_type"),
        (schema.SCENARIOS, "run", '"yes,no"'),
        (schema.SCENARIOS, "c_rate_basis", '"slot,hour"'),
    ],
)
def test_lists_are_drop_downs(empty: Built, table: Any, name: str, source: str):
    sheet, place = empty.table(table.name)
    left, top, _, _ = body(place.ref)
    (rule,) = rules_of(sheet, top, left + [column.name for column in table.columns].index(name))
    assert (rule.type, rule.formula1) == ("list", source)


def test_what_the_summary_shows_is_chosen_from_lists(filled: Built):
    sheet = filled.book["Summary"]
    sources = {rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert sources == {"list_scenario", "list_year", "list_day_type"}


def test_only_headers_of_tables_whose_rows_may_be_sorted_have_filter_buttons(built: Built):
    without = {name for sheet in built.sheets for name, table in named(sheet) if table.autoFilter is None}
    assert without == {"tblSettings", "tblYears", "tblDay", "tblInputsNow"}


def rules_of(sheet: Any, row: int, column: int) -> list[Any]:
    cell = sheet.cell(row, column).coordinate
    return [rule for rule in sheet.data_validations.dataValidation if cell in rule.sqref]


# Charts and buttons


def test_charts_have_titles_axes_with_units_and_a_text_for_who_cannot_see_them(built: Built):
    charts = list(built.xml("xl/charts/chart"))
    assert len(charts) == len(built.pictures)
    for chart, picture in zip(charts, built.pictures, strict=True):
        title, *axes = ("".join(found.itertext("{*}t")) for found in chart.iter(f"{CHART}title"))
        assert title == picture.title
        assert axes == [picture.across, picture.axis]
        assert re.search("USD|kW", picture.axis)
    drawing = next(iter(built.xml("xl/drawings/drawing")))
    assert [shape.get("descr") for shape in drawing.iter(f"{PLACE}cNvPr")] == [p.described for p in built.pictures]


@pytest.mark.parametrize("results", ["filled", "refined"])
def test_charts_show_whole_columns_of_tables(request: pytest.FixtureRequest, results: str):
    filled = request.getfixturevalue(results)
    areas = {}
    for sheet in filled.sheets:
        for table in sheet.tables.values():
            left, top, right, bottom = body(table.ref)
            areas |= {(sheet.title, column, top, bottom): table.name for column in range(left, right + 1)}
    for chart, picture in zip(filled.xml("xl/charts/chart"), filled.pictures, strict=True):
        series = [formula.text for tag in ("cat", "val") for of in chart.iter(f"{CHART}{tag}") for formula in of.iter()
                  if formula.tag == f"{CHART}f"]  # fmt: skip
        assert len(series) == 2 * len((*picture.bars, *picture.lines))
        for text in series:
            sheet, _, cells = text.replace("$", "").partition("!")
            left, top, right, bottom = range_boundaries(cells)
            assert left == right
            assert areas[sheet.strip("'"), left, top, bottom] == picture.table.name


def test_axes_of_bars_begin_at_zero_unless_a_total_may_be_negative(built: Built):
    for chart, picture in zip(built.xml("xl/charts/chart"), built.pictures, strict=True):
        lowest = [axis.find(f".//{CHART}min") for axis in chart.iter(f"{CHART}valAx")]
        assert lowest
        for found in lowest:
            assert (found is not None and float(found.get("val")) == 0) == ("total_cost" not in picture.lines)


def test_charts_overlap_neither_each_other_nor_the_tables_below(built: Built):
    drawing = next(iter(built.xml("xl/drawings/drawing")))
    boxes = []
    for anchor in drawing.iter(f"{PLACE}twoCellAnchor"):
        first, last = (
            tuple(int(anchor.find(f"{PLACE}{end}/{PLACE}{name}").text) for name in ("col", "colOff", "row", "rowOff"))
            for end in ("from", "to")
        )
        boxes.append((first[:2], first[2:], last[:2], last[2:]))
    tables = [built.table(name)[1] for name in ("tblYears", "tblDay")]
    headings = min(range_boundaries(table.ref)[1] for table in tables) - 3  # counted from 0
    assert all(bottom < (headings, 0) for *_, bottom in boxes)
    for k, (left, top, right, bottom) in enumerate(boxes):
        for other_left, other_top, other_right, other_bottom in boxes[:k]:
            is_beside = right <= other_left or other_right <= left
            assert is_beside or bottom <= other_top or other_bottom <= top


def test_each_button_names_its_macro_and_says_what_it_does(empty: Built):
    drawn = next(part.decode() for name, part in empty.parts.items() if name.endswith("vmlDrawing1.vml"))
    assert re.findall(r"FmlaMacro>\[0\]!(\w+)<", drawn) == ["RunOptimization", "CheckInputs", "ClearResults"]
    assert re.findall('alt="([^"]*):', drawn) == ["Run Optimization", "Check Inputs", "Clear Results"]


def test_a_workbook_without_macros_has_no_button_and_names_the_command(filled: Built):
    assert "fleetopt run" in filled.book["Start"]["A6"].value
    assert not any(name.endswith("vbaProject.bin") for name in filled.parts)


# The answer


def test_every_line_of_an_answer_is_taken_whole_however_long_the_lines_before_it_are():
    # the formula sets lines 2,000 apart and takes them one by one: 7 lines of 150 letters stay within
    lines = [str(k) * 150 for k in range(LINES)]
    row = [None] * len(compare().columns)
    row[0], row[-1] = "One", "\n".join(lines)
    content = Content({compare().name: [row]}, {}, names={"summary_scenario": "One"})
    for k, (formula, line) in enumerate(zip(answer_lines(content), lines, strict=True)):
        apart, first, count = (
            int(found) for found in re.search(r"REPT\(\" \",(\d+)\)\),(\d+),(\d+)", formula.text).groups()
        )
        spread = (" " * apart).join(lines)
        assert spread[first - 1 : first - 1 + count].strip() == line == formula.value, k


def test_without_results_no_formula_shows_a_fault():
    inputs = input_content(small_inputs())
    content = build(Content(inputs.tables, inputs.headers, names=cleared_content().names))
    shown = load_workbook(io.BytesIO(content), data_only=True)
    values = [str(cell.value) for sheet in shown.worksheets for row in sheet.iter_rows() for cell in row]
    assert not [value for value in values if value.startswith("#")]
    assert any(value.startswith("No results yet.") for value in values)


def test_the_same_content_gives_the_same_bytes():
    inputs = input_content(small_inputs())
    content = Content(inputs.tables, inputs.headers, names=cleared_content().names)
    assert build(content) == build(content)


def test_every_name_of_a_workbook_with_all_refinements_is_that_of_a_cell_or_a_column():
    filled_in = input_content(refined_inputs())
    content = replace(cleared_content(REFINEMENTS), tables=filled_in.tables, headers=filled_in.headers)
    book = opened(build(content, listed=REFINEMENTS), REFINEMENTS, REFINEMENTS).book
    assert {"summary_year", "summary_day_type", "run_status"} <= set(book.defined_names)
    for name, defined in book.defined_names.items():
        assert re.fullmatch(r"'[\w. ]+'!\$[A-Z]{1,3}\$\d+|tbl\w+\[.+\]|INDEX\(.+\)", defined.attr_text), name


def test_columns_of_refinements_are_folded_until_they_are_used(empty: Built, refined_empty: Built):
    for built, is_shown in ((empty, False), (refined_empty, True)):
        sheet, place = built.table("tblDayTypes")
        left = range_boundaries(place.ref)[0]
        at = left + [column.name for column in schema.TABLES["tblDayTypes"].columns].index("season")
        letters = get_column_letter(at)
        assert sheet.column_dimensions[letters].hidden is not is_shown
    scenarios_of = empty.book["Scenarios"]
    assert sum(each.hidden for each in scenarios_of.column_dimensions.values()) >= 1
    assert "are folded" in scenarios_of["B3"].value
