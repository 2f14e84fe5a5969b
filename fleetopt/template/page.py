"""What every sheet has: title, purpose, a link back to Start, print set-up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from fleetopt import __version__
from fleetopt.results.tables import FLOWS
from fleetopt.template.sheets import START, TABS
from fleetopt.template.sheets import Sheet as Described
from fleetopt.template.styles import Styles
from fleetopt.template.tables import put
from fleetopt.words.content import Value
from fleetopt.words.sheet_formulas import column_of

if TYPE_CHECKING:
    from xlsxwriter import Workbook

STATES: Final = (("OK", "good"), ("These inputs", "good"), ("BAD", "bad"), ("INPUTS CHANGED", "wary"))
"""How a state's text begins, and its look."""
NOT_CALCULATED: Final = "not calculated yet"
HAS_RESULTS: Final = f"COUNT({column_of(FLOWS, 'year')})>0"
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

    def __init__(self, book: Workbook, styles: Styles, described: Described) -> None:
        """Add the sheet to the book."""
        name = described.name
        self.book, self.styles, self.name = book, styles, name
        self.sheet: Worksheet = book.add_worksheet(name, _Sheet)
        sheet = self.sheet
        sheet.set_tab_color(TABS[described.kind])
        sheet.hide_gridlines(2)
        sheet.write_string(0, 0, described.title, styles("title"))
        sheet.write_string(1, 0, described.purpose, styles("purpose"))
        if name != START.name:
            sheet.write_url(2, 0, f"internal:'{START.name}'!A1", styles("link"), "Back to Start")
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
        cell = xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)
        self.book.define_name(name, f"='{self.name}'!{cell}")

    def colour(self, row: int, column: int, width: int = 1) -> None:
        """Colour a cell, and those into which its text runs over, by the word that it starts with."""
        cell = xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)
        for word, look in STATES:
            criteria = f'=LEFT({cell},{len(word)})="{word}"'
            rule = {"type": "formula", "criteria": criteria, "format": self.styles(look)}
            self.sheet.conditional_format(row, column, row, column + width - 1, rule)
