"""The Summary sheet: the answer, key figures, charts, and the tables that the charts show."""

from __future__ import annotations

from typing import Final

from fleetopt.results.recalculation import LINES, answer_lines, tile_names, tiles
from fleetopt.results.tables import CHOICES, compare, day, years
from fleetopt.template.charts import chart, pictures
from fleetopt.template.page import NOT_CALCULATED, Page
from fleetopt.template.sheets import FIRST_ROW
from fleetopt.template.styles import result_figures
from fleetopt.template.tables import add_table
from fleetopt.words.columns import Column
from fleetopt.words.content import Content, Formula

_COLUMN: Final = 12.0
"""Width of the Summary's columns in characters."""
_CHART_HEIGHT: Final = 320
_CHART_ROWS: Final = 36
"""Rows from the first line of charts to the tables' headers, two lines of charts and a heading between."""


def summary(page: Page, content: Content) -> None:
    """The chosen scenario: answer, key figures, charts, and the tables that the charts show."""
    sheet, left = page.sheet, _day_left(content)
    sheet.set_column(0, left + len(day(content.on).columns) - 1, _COLUMN)
    sheet.set_column(left - 1, left - 1, 2)
    page.write(4, 0, "Scenario", "bold")
    _choice(page, CHOICES[0], 4, 1, content, f"={_list_name('scenario')}")
    for column, label, formula in ((4, "Results belong to", "=results_state"), (11, "Checks", "=checks_state")):
        page.write(4, column, label, "bold")
        page.write(4, column + 2, Formula(formula, NOT_CALCULATED), "bold")
        page.colour(4, column + 2, 4)
    for k, line in enumerate(answer_lines(content)):
        for column in range(left + len(day(content.on).columns)):
            page.write(6 + k, column, line if column == 0 else None, "answer")
        page.name_cell(f"summary_line_{k + 1}", 6 + k, 0)
    _tiles(page, 7 + LINES, content)
    top = 10 + LINES
    table_row = top + _CHART_ROWS
    _data(page, table_row, content)
    _charts(page, top, table_row, content)
    sheet.freeze_panes(5, 0)


def _day_left(content: Content) -> int:
    """First column of the day's table, behind that of the years."""
    return len(years(content.on).columns) + 1


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
    for j, (name, figure) in enumerate(zip(tile_names(content), tiles(content), strict=True)):
        column = compare(content.on)[name]
        page.write(row, j, column.heading if column.unit != "-" else column.header, "tile label")
        page.write(row + 1, j, figure, "tile", result_figures(column))
    page.sheet.set_row(row, 32)
    page.sheet.set_row(row + 1, 22)


def _data(page: Page, row: int, content: Content) -> None:
    """The two tables below the charts."""
    shown, left = years(content.on), _day_left(content)
    page.write(row - 2, 0, "Each year of the chosen scenario", "heading")
    for j in range(1, len(shown.columns)):
        page.write(row - 2, j, None, "heading")
    for j in range(len(day(content.on).columns)):
        page.write(row - 2, left + j, "The day" if j == 0 else None, "heading")
    page.write(row - 2, left + 2, "Year", "heading")
    _choice(page, CHOICES[1], row - 2, left + 3, content, f"={_list_name('year')}")
    page.write(row - 2, left + 5, "Day type", "heading")
    _choice(page, CHOICES[2], row - 2, left + 6, content, f"={_list_name('day_type')}")
    for table, at in ((shown, 0), (day(content.on), left)):
        add_table(page.sheet, page.styles, table, content.tables.get(table.name, ()), row, at, has_filter=False)
    page.sheet.set_row(row, 62)


def _charts(page: Page, top: int, table_row: int, content: Content) -> None:
    """Three charts above, two below."""
    left = _day_left(content)
    width = int((_COLUMN * 7 + 5) * (left + len(day(content.on).columns) - 1)) + 19
    places = {years().name: ("Summary", table_row, 0), day().name: ("Summary", table_row, left),
              compare().name: (compare().sheet, FIRST_ROW, 0)}  # fmt: skip
    for k, picture in enumerate(pictures(content.on)):
        sheet, header, first = places[picture.table.name]
        rows = content.tables.get(picture.table.name, ())
        drawn = chart(page.book, picture, sheet, (header + 1, header + max(1, len(rows)), first))
        per_line = 3 if k < 3 else 2
        here = width // per_line
        drawn.set_size({"width": here - 10, "height": _CHART_HEIGHT})
        offset = {"x_offset": (k if k < 3 else k - 3) * here + 4, "y_offset": 0 if k < 3 else _CHART_HEIGHT + 10,
                  "description": picture.described, "object_position": 2}  # fmt: skip
        page.sheet.insert_chart(top, 0, drawn, offset)


def _list_name(column: str) -> str:
    return f"list_{column}"
