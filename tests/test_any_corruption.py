"""Any cells spoiled: a plan for just the figures that stand there, or an error at one of them, and never in silence."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from fleetopt.books.reading import read_inputs
from fleetopt.books.study import layout
from fleetopt.inputs import schema
from fleetopt.inputs.checks import check
from fleetopt.inputs.inputs import Inputs
from fleetopt.inputs.scenarios import scenarios
from fleetopt.words.columns import Column
from fleetopt.words.problem import has_error
from fleetopt.words.rows import given as rows_of
from tests.depots import planning_book, stored, study_scenarios, study_sheets
from tests.test_any_depot import assert_same, examples
from tests.untidy import Sheets, refined_inputs, small_inputs, write_book, write_folder

TEXTS_OF_FIGURES = {
    "250 ": 250.0, "1.200,5": 1200.5, "1,200.5": 1200.5, "0,5": 0.5, "2.5e2": 250.0, "+7": 7.0, "２５０": 250.0,
    "1 200": 1200.0, "12\u200b": 12.0, "3.": 3.0,
}  # fmt: skip
"""Text that has one reading."""
TEXTS = ["1,200", "1.200", "far", "-", "NaN", "inf", "TRUE", "250 miles", "(250)", "25²", "=1+1", "#REF!", "2025-05-01"]
NO_TEXTS = [True, False, datetime.datetime(2026, 5, 2), datetime.time(6, 30), None, "", "  ", "\u200b"]
FIGURES = [0, 1, -1, 0.5, 7, 24, 365, 2025, 2026, 1e6, 1e-9, 1e12, -0.0, 33.3]
Spoiled = tuple[str, str, int, Any]
"""Table, column, row and new value."""
LABELS = [
    *("1", "12AM-12PM", "12PM-12AM", "Average day"),
    *("Winter", "Summer", "Cold", "Warm", "workday", "Transformer", "yes", "Peak", "all", "month"),
]
TABLES: dict[str, Callable[[Inputs], Any]] = {
    "tblFleet": lambda inputs: inputs["tblFleet"],
    "tblTrucks": lambda inputs: inputs["tblTrucks"],
    "tblEnergy": lambda inputs: inputs["tblEnergy"],
    "tblCosts": lambda inputs: inputs["tblCosts"],
}
REFINED: dict[str, Callable[[Inputs], Any]] = {
    "tblDayTypes": lambda inputs: inputs["tblDayTypes"],
    "tblGridUpgrades": lambda inputs: inputs["tblGridUpgrades"],
    "tblDemandCharges": lambda inputs: inputs["tblDemandCharges"],
}
EVERY = {**TABLES, **REFINED}


@st.composite
def spoiled_cells(draw: st.DrawFn, *, is_refined: bool = False) -> list[Spoiled]:
    """A few cells of the small depot."""
    cells = []
    inputs = refined_inputs() if is_refined else small_inputs()
    for _ in range(draw(st.integers(1, 3))):
        table = draw(st.sampled_from(list(EVERY if is_refined else TABLES)))
        rows = EVERY[table](inputs)
        column = draw(st.sampled_from([name for name in rows.values if name != "capex_budget"]))
        labels = [value for value in rows.values[column] if isinstance(value, str)]
        if table in ("tblFleet", "tblDemandCharges"):
            labels += [f" {label.lower()}\u200b" for label in labels]
        values = [*TEXTS_OF_FIGURES, *TEXTS, *NO_TEXTS, *FIGURES, *labels]
        cells.append((table, column, draw(st.integers(0, len(rows) - 1)), draw(st.sampled_from(values))))
    return list({cell[:3]: cell for cell in cells}.values())


def in_place_of(inputs: Inputs, spoiled: list[Spoiled]) -> Inputs:
    """The inputs with the spoiled cells as they are meant, where they can only mean one thing."""
    for table, name, i, value in spoiled:
        rows = EVERY[table](inputs)
        rows.values[name][i] = meant(value, column_of(rows, name))
    return inputs


def column_of(rows: Any, name: str) -> Column:
    found = [column for column in rows.table.columns if column.name == name]
    return found[0] if found else layout.charger_price(name.removeprefix("charger_price "))


def meant(value: Any, column: Column) -> Any:
    if isinstance(value, str):
        value = " ".join(value.replace("\u200b", "").split()) or None if value not in TEXTS_OF_FIGURES else value
    if value is None:
        return column.default
    if column.kind not in ("number", "whole", "year"):
        text = f"{value:.15g}" if isinstance(value, float) else " ".join(str(value).replace("\u200b", "").split())
        return next((label for label in LABELS if label.casefold() == text.casefold()), text)
    figure = TEXTS_OF_FIGURES.get(value, value) if isinstance(value, str) else value
    figure = 0.0 if figure == 1e-9 and not column.is_positive else figure  # noise
    return (
        int(figure) if column.kind == "year" and isinstance(figure, (int, float)) and figure == int(figure) else figure
    )


def of_the_study(inputs: Inputs) -> Inputs:
    """With the scenarios that the study's layout always has."""
    scenarios = rows_of(schema.SCENARIOS, study_scenarios(), "Scenarios")
    return replace(inputs, tables={**inputs.tables, "tblScenarios": scenarios})


def study_cells(sheets: Sheets, spoiled: list[Spoiled]) -> list[str]:
    """Spoil the sheets of the study's layout; the addresses of the cells."""
    places = []
    for table, name, i, value in spoiled:
        described = schema.TABLES[table]
        sheet = sheets[described.study_sheet]
        header = next((c.study[0] for c in described.columns if c.name == name), "Charger 50KW (USD/unit)")
        j = sheet[0].index(header)
        sheet[i + 1][j] = stored(value)
        places.append(f"{described.study_sheet}!{get_column_letter(j + 1)}{i + 2}")
    return places


def planning_cells(book: openpyxl.Workbook, spoiled: list[Spoiled]) -> list[str]:
    """Spoil the tables of a planning workbook; the addresses of the cells."""
    places = []
    for table, name, i, value in spoiled:
        described = schema.TABLES[table]
        sheet = book[table.removeprefix("tbl")]
        headers = [cell.value for cell in sheet[3]]
        heading = next((c.heading for c in described.columns if c.name == name), "50 kW [USD/unit]")
        cell = sheet.cell(4 + i, headers.index(heading) + 1)
        cell.value = stored(value)
        if isinstance(value, str):
            cell.data_type = "s"
        places.append(f"{sheet.title}!{cell.coordinate}")
    return places


def assert_right_or_refused(read: Inputs, expected: Inputs, places: list[tuple[Spoiled, str]]) -> None:
    """Errors say what to do; what is taken is what stands there, and anything that was read otherwise is named."""
    found = check(read)
    assert all(problem.message and (problem.advice or problem.severity == "note") for problem in found)
    if has_error(found):
        return
    scenarios(read)
    assert_same(read, expected)
    for (table, name, _, value), place in places:
        is_figure = column_of(EVERY[table](expected), name).kind in ("number", "year")
        if is_figure and isinstance(value, str) and value in TEXTS_OF_FIGURES:
            assert any(problem.where.endswith(place.partition("!")[2]) for problem in found), (place, found)


@examples(150)
@given(spoiled_cells())
def test_spoiled_cells_of_a_planning_workbook_are_read_as_they_stand_or_refused(spoiled):
    book = planning_book(small_inputs())
    places = planning_cells(book, spoiled)
    with TemporaryDirectory() as folder:
        book.save(Path(folder) / "plan.xlsx")
        read = read_inputs(str(Path(folder) / "plan.xlsx"))
    assert_right_or_refused(read, in_place_of(small_inputs(), spoiled), list(zip(spoiled, places, strict=True)))


@examples(150)
@given(spoiled_cells(is_refined=True))
def test_spoiled_cells_of_upgrades_and_charges_are_read_as_they_stand_or_refused(spoiled):
    book = planning_book(refined_inputs())
    places = planning_cells(book, spoiled)
    with TemporaryDirectory() as folder:
        book.save(Path(folder) / "plan.xlsx")
        read = read_inputs(str(Path(folder) / "plan.xlsx"))
    assert_right_or_refused(read, in_place_of(refined_inputs(), spoiled), list(zip(spoiled, places, strict=True)))


@examples(100)
@given(spoiled_cells(), st.booleans())
def test_spoiled_cells_of_the_studys_layout_are_read_as_they_stand_or_refused(spoiled, is_folder):
    spoiled = [cell for cell in spoiled if cell[1] not in ("day_type", "hours")]
    sheets = study_sheets(of_the_study(small_inputs()))
    places = study_cells(sheets, spoiled)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "depot.xlsx"
        source = write_folder(Path(folder) / "depot", sheets) if is_folder else write_book(path, sheets)
        read = read_inputs(str(source))
    expected = in_place_of(of_the_study(small_inputs()), spoiled)
    assert_right_or_refused(read, expected, list(zip(spoiled, places, strict=True)))
