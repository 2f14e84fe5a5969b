"""The Start sheet: what this is, three steps, the buttons, the state of the last run, the answer, an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fleetopt.results.recalculation import LINES, start_lines
from fleetopt.results.tables import STATUS
from fleetopt.template.page import NOT_CALCULATED, Page
from fleetopt.template.sheets import Sheet
from fleetopt.template.styles import result_figures
from fleetopt.words.content import Content, Formula

_BUTTONS: Final = (
    ("Run Optimization", "RunOptimization", "checks the inputs, plans every scenario and writes the blue sheets"),
    ("Check Inputs", "CheckInputs", "checks the inputs and lists on Messages what is wrong"),
    ("Clear Results", "ClearResults", "empties the blue sheets"),
)
"""Caption, macro and what it does."""


def start(page: Page, content: Content, described: Sequence[Sheet], *, has_macros: bool) -> None:
    """What this is, three steps, the buttons, the state of the last run, the answer, an index, a key."""
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
    page.write(row, 1, Formula("=results_state", NOT_CALCULATED), "bold")
    page.write(row + 1, 0, "Checks", "text")
    page.write(row + 1, 1, Formula("=checks_state", NOT_CALCULATED), "bold")
    for i in (row, row + 1):
        page.colour(i, 1, 2)
    row = _answer_on_start(page, row + 3, content)
    row = _index(page, row + 1, described)
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


def _index(page: Page, row: int, described: Sequence[Sheet]) -> int:
    for j, text in enumerate(("Sheet", "Kind", "What it is for")):
        page.write(row, j, text, "header")
    for i, sheet in enumerate(described[1:], start=row + 1):
        page.sheet.write_url(i, 0, f"internal:'{sheet.name}'!A1", page.styles("link"), sheet.name)
        page.write(i, 1, sheet.kind, "text")
        page.write(i, 2, sheet.purpose, "text")
    return row + len(described)


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
