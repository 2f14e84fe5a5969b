"""The About sheet: the method, what it leaves out, and every table, column and unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from fleetopt import __version__
from fleetopt.inputs.schema import SETTINGS, SETTINGS_TABLE
from fleetopt.results.tables import CHOICES, STATUS, result_tables
from fleetopt.template.page import Page
from fleetopt.words.columns import Table

if TYPE_CHECKING:
    pass

_METHOD: Final[tuple[str, ...]] = (
    "One mixed-integer linear programme sizes the depot for all years at once. It minimises CapEx + OpEx - export "
    "revenues over the horizon.",
    "Each slot's need (charging + baseload) is met by solar, battery and grid; solar is used, stored or exported; the "
    "battery's content returns each day to where it began.",
    "Limits: grid limit, C-rate, battery size, power of the chargers, yearly budget, room for solar and battery. "
    "What is bought in a year serves from that year on.",
    "The plan is proven least, whatever a solver says: the whole numbers are split into cases that cover every choice, "
    "and in each case multipliers of the model's rows show by plain arithmetic that nothing is cheaper. 'fleetopt run "
    "--proof' writes them, 'fleetopt prove' checks them in exact fractions, and so can anybody else.",
    "Where several plans cost the same, one is chosen by fixed rules, so the same inputs always give the same plan.",
    "Before it is shown, the plan is checked by code that shares nothing with the model; then Excel checks it again "
    "on the Checks sheet.",
)
_LEFT_OUT: Final[tuple[str, ...]] = (
    "The C-rate counts for each slot unless c_rate_basis is hour.",
    "The battery charges at any rate, without losses, and only from solar, unless the settings say otherwise.",
    "Chargers are counted by energy; whether every truck finds a plug is looked at where Trucks per plug is given.",
    "Operation and maintenance, discounting and residual value count where they are entered. What a budget leaves is "
    "not carried on.",
    "Exported battery energy earns the same as exported solar energy.",
)
_LICENCES: Final[tuple[str, ...]] = (
    f"fleetopt {__version__}: MIT licence. This workbook is its template; your figures are yours.",
    "xlwings, whose module a workbook made by 'fleetopt new' carries: BSD 3-clause licence, Zoomer Analytics LLC.",
    "Solvers: SCIP (Apache 2.0), HiGHS (MIT) and CP-SAT (Apache 2.0) through OR-Tools (Apache 2.0).",
)
_CHANGES: Final[tuple[str, ...]] = (f"{__version__}: the first planning workbook.",)


def about(page: Page, inputs: Sequence[Table], on: tuple[str, ...]) -> None:
    """Method, assumptions, every table and column, change log, licences.

    Parameters:
        inputs: the input tables as they stand in this workbook.
        on: refinements whose columns the results have.
    """
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
    for line in _dictionary(inputs, on):
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


def _dictionary(inputs: Sequence[Table], on: tuple[str, ...]) -> list[tuple[str, str, str, str, str]]:
    """Every setting, column and status name with its unit and meaning."""
    lines = [(SETTINGS_TABLE.name, c.name, c.unit, c.bounds, c.meaning) for c in SETTINGS]
    for table in inputs[1:]:
        lines += [
            (table.name, c.header, c.unit, c.bounds if c.kind not in ("label", "text") else "a text", c.meaning)
            for c in table.columns
        ]
    for table in result_tables(on):
        lines += [(table.name, c.header, c.unit, "", c.meaning) for c in table.columns]
    return lines + [("(name)", c.name, c.unit, "", c.meaning) for c in (*STATUS, *CHOICES)]
