"""The sheets that are more than tables: Start, Summary, Checks and About."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from xlsxwriter.worksheet import Worksheet

from fleetopt import __version__, schema
from fleetopt.answer import LINES
from fleetopt.books.content import Content, Formula, Value
from fleetopt.books.fingerprint import fingerprint_formula
from fleetopt.books.planning import INPUT_TABLES, SETTINGS_TABLE
from fleetopt.books.recalculation import TILES, answer_lines, start_lines, tiles
from fleetopt.books.references import column_of
from fleetopt.books.result_content import at_run
from fleetopt.columns import Column, Table
from fleetopt.result_tables import CHOICES, COMPARE, DAY, FLOWS, RESULT_TABLES, STATUS, YEARS
from fleetopt.template.charts import PICTURES, chart
from fleetopt.template.check_formulas import checks
from fleetopt.template.sheets import FIRST_ROW, SHEETS, TABS
from fleetopt.template.styles import Styles, result_figures
from fleetopt.template.tables import add_table, put

if TYPE_CHECKING:
    from xlsxwriter import Workbook

_STATES: Final = (("OK", "good"), ("These inputs", "good"), ("BAD", "bad"), ("INPUTS CHANGED", "wary"))
"""How a state's text begins, and its look."""
_NOT_CALCULATED: Final = "not calculated yet"
_HAS_RESULTS: Final = f"COUNT({column_of(FLOWS, 'year')})>0"
CHECK: Final = Table(
    "tblChecks",
    "Checks",
    "one check",
    (
        Column("check", "Check", "its name", kind="text"),
        Column("what", "What is recomputed", "in words", kind="text"),
        Column("deviation", "Largest deviation", "as a share of the figure", "-"),
        Column("result", "Result", "OK or BAD", kind="text"),
    ),
)
STALENESS: Final = Table(
    "tblInputsNow",
    "Checks",
    "one input table",
    (
        Column("table", "Input table", "its name", kind="text"),
        Column("now", "Fingerprint now", "a number for all its cells"),
        Column("then", "At the last run", "the same when the results were made"),
        Column("same", "Same", "yes or changed", kind="text"),
    ),
)
_BUTTONS: Final = (
    ("Run Optimization", "RunOptimization", "checks the inputs, plans every scenario and writes the blue sheets"),
    ("Check Inputs", "CheckInputs", "checks the inputs and lists on Messages what is wrong"),
    ("Clear Results", "ClearResults", "empties the blue sheets"),
)
"""Caption, macro and what it does."""


_A3, _A4 = 8, 9
_WIDE: Final = ("Flows", "Compare")
"""Sheets that would be too small to read on A4."""


class _Sheet(Worksheet):  # type: ignore[misc]
    """A sheet whose formulas stand as they are written.

    XlsxWriter looks through each for forty functions that need a prefix in a file, which takes a third of the time to
    write a workbook; the one function of ours that does has its prefix.
    """

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:  # noqa: ARG002
        return formula.removeprefix("=")


class Page:
    """One sheet with what all sheets have: title, purpose, a link back, print set-up."""

    def __init__(self, book: Workbook, styles: Styles, name: str) -> None:
        """Add the sheet to the book."""
        described = next(sheet for sheet in SHEETS if sheet.name == name)
        self.book, self.styles, self.name = book, styles, name
        self.sheet: Worksheet = book.add_worksheet(name, _Sheet)
        sheet = self.sheet
        sheet.set_tab_color(TABS[described.kind])
        sheet.hide_gridlines(2)
        sheet.write_string(0, 0, described.title, styles("title"))
        sheet.write_string(1, 0, described.purpose, styles("purpose"))
        if name != SHEETS[0].name:
            sheet.write_url(2, 0, f"internal:'{SHEETS[0].name}'!A1", styles("link"), "Back to Start")
        sheet.set_landscape()
        sheet.set_paper(_A3 if name in _WIDE else _A4)
        sheet.fit_to_pages(1, 1 if name in ("Start", "Summary") else 0)
        sheet.set_margins(0.4, 0.4, 0.6, 0.6)
        sheet.set_footer(f"&L&A&CPage &P of &N&Rfleetopt {__version__}")

    def write(self, row: int, column: int, value: Value, look: str, figures: str = "General") -> None:
        """Write one cell."""
        put(self.sheet, row, column, value, self.styles(look, figures))

    def name_cell(self, name: str, row: int, column: int) -> None:
        """Give a cell a defined name."""
        letters = chr(ord("A") + column)
        self.book.define_name(name, f"='{self.name}'!${letters}${row + 1}")

    def colour(self, row: int, column: int, width: int = 1) -> None:
        """Colour a cell, and those into which its text runs over, by the word that it starts with."""
        cell = f"${chr(ord('A') + column)}${row + 1}"
        for word, look in _STATES:
            criteria = f'=LEFT({cell},{len(word)})="{word}"'
            rule = {"type": "formula", "criteria": criteria, "format": self.styles(look)}
            self.sheet.conditional_format(row, column, row, column + width - 1, rule)


def start(book: Workbook, styles: Styles, content: Content, *, has_macros: bool) -> None:
    """What this is, three steps, the buttons, the state of the last run, the answer, an index, a key."""
    page = Page(book, styles, "Start")
    sheet = page.sheet
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 24)
    sheet.set_column(2, 2, 100)
    press = "Press Run Optimization." if has_macros else "On the command line: fleetopt run THIS-FILE --in-place"
    for column in (0, 1, 2):
        page.write(3, column, "Three steps" if column == 0 else None, "heading")
    for i, step in enumerate(("Enter your depot on the yellow sheets.", press, "Read the blue sheets, Summary first.")):
        page.write(4 + i, 0, f"{i + 1}.  {step}", "text")
    if has_macros:
        for k, (caption, macro, does) in enumerate(_BUTTONS):
            options = {"macro": macro, "caption": caption, "width": 170, "height": 34, "x_offset": 8 + 180 * k,
                       "y_offset": 4, "description": f"{caption}: {does}."}  # fmt: skip
            sheet.insert_button(7, 0, options)
    row = 10 if has_macros else 8
    for column in (0, 1, 2):
        page.write(row, column, "The last run" if column == 0 else None, "heading")
    for i, status in enumerate(STATUS, start=row + 1):
        label = f"{status.header} [{status.unit}]" if status.unit not in ("", "-") else status.header
        page.write(i, 0, label, "text")
        page.write(i, 1, content.names.get(status.name), "status", result_figures(status))
        page.name_cell(status.name, i, 1)
    row += 1 + len(STATUS)
    page.write(row, 0, "Results belong to", "text")
    page.write(row, 1, Formula("=results_state", _NOT_CALCULATED), "bold")
    page.write(row + 1, 0, "Checks", "text")
    page.write(row + 1, 1, Formula("=checks_state", _NOT_CALCULATED), "bold")
    for i in (row, row + 1):
        page.colour(i, 1, 2)
    row = _answer_on_start(page, row + 3, content)
    row = _index(page, row + 1)
    _key(page, row + 1)
    sheet.protect("", {"objects": False, "select_locked_cells": True, "format_columns": True})
    sheet.activate()


def _answer_on_start(page: Page, row: int, content: Content) -> int:
    for column in (0, 1, 2):
        page.write(row, column, "The answer, for the scenario chosen on Summary" if column == 0 else None, "heading")
    lines = start_lines(content)
    for k, line in enumerate(lines, start=row + 1):
        page.write(k, 0, line, "text")
    return row + 1 + LINES


def _index(page: Page, row: int) -> int:
    for j, text in enumerate(("Sheet", "Kind", "What it is for")):
        page.write(row, j, text, "header")
    for i, sheet in enumerate(SHEETS[1:], start=row + 1):
        page.sheet.write_url(i, 0, f"internal:'{sheet.name}'!A1", page.styles("link"), sheet.name)
        page.write(i, 1, sheet.kind, "text")
        page.write(i, 2, sheet.purpose, "text")
    return row + len(SHEETS)


def _key(page: Page, row: int) -> None:
    page.write(row, 0, "Colours and signs", "heading")
    page.write(row, 1, None, "heading")
    page.write(row, 2, None, "heading")
    page.write(row + 1, 0, "Input", "input")
    page.write(row + 1, 1, "blue on light yellow: yours to change", "text")
    page.write(row + 2, 0, "Result", "fixed")
    page.write(row + 2, 1, "black on white: written by a run, changes are lost with the next", "text")
    page.write(row + 3, 0, "Signs", "text")
    page.write(row + 3, 1, "Costs and revenues are both positive; total cost = CapEx + OpEx - export revenues. "
                           "A flow is positive in the direction of its name.", "text")  # fmt: skip


_DAY_LEFT: Final = len(YEARS.columns) + 1
_COLUMN: Final = 12.0
"""Width of the Summary's columns in characters."""
_CHART_HEIGHT: Final = 320
_CHART_ROWS: Final = 36
"""Rows from the first line of charts to the tables' headers, two lines of charts and a heading between."""


def summary(book: Workbook, styles: Styles, content: Content) -> None:
    """The chosen scenario: answer, key figures, charts, and the tables that the charts show."""
    page = Page(book, styles, "Summary")
    sheet = page.sheet
    sheet.set_column(0, _DAY_LEFT + len(DAY.columns) - 1, _COLUMN)
    sheet.set_column(_DAY_LEFT - 1, _DAY_LEFT - 1, 2)
    page.write(4, 0, "Scenario", "bold")
    _choice(page, CHOICES[0], 4, 1, content, f"={_list_name('scenario')}")
    for column, label, formula in ((4, "Results belong to", "=results_state"), (11, "Checks", "=checks_state")):
        page.write(4, column, label, "bold")
        page.write(4, column + 2, Formula(formula, _NOT_CALCULATED), "bold")
        page.colour(4, column + 2, 4)
    for k, line in enumerate(answer_lines(content)):
        for column in range(_DAY_LEFT + len(DAY.columns)):
            page.write(6 + k, column, line if column == 0 else None, "answer")
        page.name_cell(f"summary_line_{k + 1}", 6 + k, 0)
    _tiles(page, 7 + LINES, content)
    top = 10 + LINES
    table_row = top + _CHART_ROWS
    _data(page, table_row, content)
    _charts(page, top, table_row, content)
    sheet.freeze_panes(5, 0)


def _choice(page: Page, column: Column, row: int, at: int, content: Content, source: str) -> None:
    """A cell in which the user chooses what the sheet shows."""
    page.write(row, at, content.names.get(column.name), "input", "0" if column.kind == "year" else "General")
    page.name_cell(column.name, row, at)
    rule = {
        "validate": "list",
        "source": source,
        "error_title": "Not there",
        "error_message": "Choose one of the list.",
    }
    page.sheet.data_validation(row, at, row, at, rule)


def _tiles(page: Page, row: int, content: Content) -> None:
    """The key figures of the chosen scenario, over all years."""
    for j, (name, figure) in enumerate(zip(TILES, tiles(content), strict=True)):
        column = COMPARE[name]
        page.write(row, j, column.heading if column.unit != "-" else column.header, "tile label")
        page.write(row + 1, j, figure, "tile", result_figures(column))
    page.sheet.set_row(row, 32)
    page.sheet.set_row(row + 1, 22)


def _data(page: Page, row: int, content: Content) -> None:
    """The two tables below the charts."""
    page.write(row - 2, 0, "Each year of the chosen scenario", "heading")
    for j in range(1, len(YEARS.columns)):
        page.write(row - 2, j, None, "heading")
    for j in range(len(DAY.columns)):
        page.write(row - 2, _DAY_LEFT + j, "The day" if j == 0 else None, "heading")
    page.write(row - 2, _DAY_LEFT + 2, "Year", "heading")
    _choice(page, CHOICES[1], row - 2, _DAY_LEFT + 3, content, f"={_list_name('year')}")
    page.write(row - 2, _DAY_LEFT + 5, "Day type", "heading")
    _choice(page, CHOICES[2], row - 2, _DAY_LEFT + 6, content, f"={_list_name('day_type')}")
    for table, left in ((YEARS, 0), (DAY, _DAY_LEFT)):
        add_table(page.sheet, page.styles, table, content.tables.get(table.name, ()), row, left, has_filter=False)
    page.sheet.set_row(row, 62)


def _charts(page: Page, top: int, table_row: int, content: Content) -> None:
    """Three charts above, two below."""
    width = int((_COLUMN * 7 + 5) * (_DAY_LEFT + len(DAY.columns) - 1)) + 19
    compare = content.tables.get(COMPARE.name, ())
    places = {YEARS.name: ("Summary", table_row, 0), DAY.name: ("Summary", table_row, _DAY_LEFT),
              COMPARE.name: (COMPARE.sheet, FIRST_ROW, 0)}  # fmt: skip
    for k, picture in enumerate(PICTURES):
        sheet, header, left = places[picture.table.name]
        rows = compare if picture.table is COMPARE else content.tables.get(picture.table.name, ())
        drawn = chart(page.book, picture, sheet, (header + 1, header + max(1, len(rows)), left))
        per_line = 3 if k < 3 else 2
        here = width // per_line
        drawn.set_size({"width": here - 10, "height": _CHART_HEIGHT})
        offset = {"x_offset": (k if k < 3 else k - 3) * here + 4, "y_offset": 0 if k < 3 else _CHART_HEIGHT + 10,
                  "description": picture.described, "object_position": 2}  # fmt: skip
        page.sheet.insert_chart(top, 0, drawn, offset)


def checks_page(book: Workbook, styles: Styles, content: Content) -> None:
    """Live formulas, OK or BAD each; a master check; whether the inputs changed since the run."""
    page = Page(book, styles, "Checks")
    sheet = page.sheet
    rows: list[list[Value]] = [
        [
            check.name,
            check.what,
            Formula(f'=IF({_HAS_RESULTS},{check.deviation},"-")', "-"),
            Formula(
                f'=IF({_HAS_RESULTS},IF(ISNUMBER({_own("deviation")}),IF({_own("deviation")}<=check_tolerance,"OK","BAD"),'
                '"BAD"),"-")',
                _NOT_CALCULATED,
            ),
        ]
        for check in checks()
    ]
    for j, width in enumerate((30, 64, 14, 12, 3, 18, 20, 20, 14)):
        sheet.set_column(j, j, width)
    add_table(sheet, styles, CHECK, rows, FIRST_ROW, 0)
    results = f"{CHECK.name}[{CHECK['result'].heading}]"
    for i in range(len(rows)):
        put(sheet, FIRST_ROW + 1 + i, 2, rows[i][2], styles("result", "0.0E+00;-0.0E+00;0"))
        put(sheet, FIRST_ROW + 1 + i, 3, rows[i][3], styles("verdict"))
    area = (FIRST_ROW + 1, 3, FIRST_ROW + len(rows), 3)
    for word, look in (("OK", "good"), ("BAD", "bad")):
        sheet.conditional_format(
            *area, {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": styles(look)}
        )
    bad = f'COUNTIF({results},"BAD")'
    state = (
        f'=IF({_HAS_RESULTS},IF({bad}=0,"OK: all "&ROWS({results})&" checks hold","BAD: "&{bad}&" of "&ROWS({results})'
        f'&" checks do not hold"),"No results yet")'
    )
    page.write(1, 5, "All checks", "bold")
    page.write(1, 6, Formula(state, _NOT_CALCULATED), "bold")
    page.name_cell("checks_state", 1, 6)
    page.colour(1, 6, 3)
    page.write(2, 5, "Allowed deviation", "bold")
    page.write(2, 6, 1e-6, "input", "0.0E+00")
    page.name_cell("check_tolerance", 2, 6)
    _staleness(page, content)
    sheet.set_row(FIRST_ROW, 49)
    sheet.freeze_panes(FIRST_ROW + 1, 0)
    sheet.repeat_rows(0, FIRST_ROW)
    sheet.protect("", {"objects": False, "format_columns": True, "autofilter": True, "sort": True})


def _own(name: str) -> str:
    return f"{CHECK.name}[[#This Row],[{CHECK[name].heading.replace('[', chr(39) + '[').replace(']', chr(39) + ']')}]]"


def _staleness(page: Page, content: Content) -> None:
    rows: list[list[Value]] = []
    for i, table in enumerate(INPUT_TABLES, start=FIRST_ROW + 2):
        then = content.names.get(at_run(table.name))
        now = then if isinstance(then, float) else 0.0
        same = f'=IF(H{i}="","-",IF(ABS(G{i}-H{i})<=1E-14*(1+ABS(H{i})),"yes","changed"))'
        rows.append([table.name, Formula(fingerprint_formula(table.name), now), then,
                     Formula(same, _NOT_CALCULATED)])  # fmt: skip
        page.name_cell(at_run(table.name), i - 1, 7)
    add_table(page.sheet, page.styles, STALENESS, rows, FIRST_ROW, 5, has_filter=False)
    for i, row in enumerate(rows):
        put(page.sheet, FIRST_ROW + 1 + i, 7, row[2], page.styles("stored", "#,##0.0"))
        put(page.sheet, FIRST_ROW + 1 + i, 8, row[3], page.styles("verdict"))
    same = f"{STALENESS.name}[Same]"
    state = (
        f'=IF({_HAS_RESULTS},IF(COUNTIF({same},"changed")=0,"These inputs",'
        '"INPUTS CHANGED since the run: run again"),"No results yet")'
    )
    below = FIRST_ROW + len(rows) + 2
    page.write(below, 5, "Results belong to", "bold")
    page.write(below, 6, Formula(state, _NOT_CALCULATED), "bold")
    page.name_cell("results_state", below, 6)
    page.colour(below, 6, 3)


_METHOD: Final[tuple[str, ...]] = (
    "One mixed-integer linear programme sizes the depot for all years at once. It minimises CapEx + OpEx - export "
    "revenues over the horizon.",
    "Each slot's need (charging + baseload) is met by solar, battery and grid; solar is used, stored or exported; the "
    "battery's content returns each day to where it began.",
    "Limits: grid limit, C-rate, battery size, power of the chargers, yearly budget, room for solar and battery. "
    "What is bought in a year serves from that year on.",
    "The plan is proven: no other plan costs less than the lower bound. Where several cost the same, one is "
    "chosen by fixed rules, so the same inputs always give the same plan.",
    "Before it is shown, the plan is checked by code that shares nothing with the model; then Excel checks it again "
    "on the Checks sheet.",
)
_LEFT_OUT: Final[tuple[str, ...]] = (
    "The C-rate counts for each slot unless c_rate_basis is hour.",
    "The battery charges at any rate, without losses, and only from solar.",
    "Chargers are counted by energy: whether every truck finds a plug is not looked at.",
    "No operation and maintenance, no discounting, no residual value; a budget that is left over is not carried on.",
    "Exported battery energy earns the same as exported solar energy.",
)
_LICENCES: Final[tuple[str, ...]] = (
    f"fleetopt {__version__}: MIT licence. This workbook is its template; your figures are yours.",
    "xlwings, whose module a workbook made by 'fleetopt new' carries: BSD 3-clause licence, Zoomer Analytics LLC.",
    "Solvers: SCIP (Apache 2.0), HiGHS (MIT) and CP-SAT (Apache 2.0) through OR-Tools (Apache 2.0).",
)
_CHANGES: Final[tuple[str, ...]] = (f"{__version__}: the first planning workbook.",)


def about(book: Workbook, styles: Styles, costs: Table) -> None:
    """Method, assumptions, every table and column, change log, licences."""
    page = Page(book, styles, "About")
    sheet = page.sheet
    for j, width in enumerate((18, 26, 12, 32, 88)):
        sheet.set_column(j, j, width)
    row = 4
    for title, sentences in (("Method", _METHOD), ("What it leaves out", _LEFT_OUT)):
        row = _paragraph(page, row, title, sentences)
    page.write(row, 0, "Settings, tables and units", "heading")
    for j, text in enumerate(("Table", "Column or name", "Unit", "Must be", "Meaning")):
        page.write(row + 1, j, text, "header")
    sheet.repeat_rows(row + 1)
    sheet.freeze_panes(3, 0)
    row += 2
    for line in _dictionary(costs):
        for j, text in enumerate(line):
            page.write(row, j, text, "text")
        row += 1
    for title, sentences in (("Change log", _CHANGES), ("Licences", _LICENCES)):
        row = _paragraph(page, row + 1, title, sentences)
    sheet.protect("", {"objects": False, "format_columns": True})


def _paragraph(page: Page, row: int, title: str, lines: Sequence[str]) -> int:
    page.write(row, 0, title, "heading")
    for i, line in enumerate(lines, start=row + 1):
        page.write(i, 0, line, "text")
    return row + len(lines) + 2


def _dictionary(costs: Table) -> list[tuple[str, str, str, str, str]]:
    """Every setting, column and status name with its unit and meaning."""
    lines = [(SETTINGS_TABLE.name, c.name, c.unit, c.bounds, c.meaning) for c in schema.SETTINGS]
    for table in INPUT_TABLES[1:]:
        columns = costs.columns if table.name == costs.name else table.columns
        lines += [
            (table.name, c.header, c.unit, c.bounds if c.kind not in ("label", "text") else "a text", c.meaning)
            for c in columns
        ]
    for table in RESULT_TABLES:
        lines += [(table.name, c.header, c.unit, "", c.meaning) for c in table.columns]
    return lines + [("(name)", c.name, c.unit, "", c.meaning) for c in (*STATUS, *CHOICES)]


def _list_name(column: str) -> str:
    return f"list_{column}"
