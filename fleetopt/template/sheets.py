"""Every sheet of the planning workbook, in order: what it is for and which tables stand on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from fleetopt.inputs.schema import SETTINGS_TABLE, TABLES
from fleetopt.results import tables as results
from fleetopt.words.columns import Table

Kind = Literal["input", "result", "control"]
TABS: Final[dict[Kind, str]] = {"input": "#FFD966", "result": "#5B9BD5", "control": "#A6A6A6"}
"""Colour of the tab of each kind of sheet."""
FIRST_ROW: Final = 4
"""Row of a table's header, counted from 0."""


@dataclass(frozen=True)
class Sheet:
    """One sheet."""

    name: str
    kind: Kind
    title: str
    purpose: str
    tables: tuple[Table, ...] = ()
    """From left to right, with a narrow column between."""


START: Final = Sheet(
    "Start",
    "control",
    "fleetopt: what to buy for an electric truck depot, and when",
    "The cheapest mix of solar, battery and chargers for every year, proven, from the inputs in this workbook.",
)
_SUMMARY: Final = Sheet(
    "Summary",
    "result",
    "Summary",
    "The answer in words, the figures behind it and the charts, for one scenario.",
)
_CHECKS: Final = Sheet(
    "Checks",
    "result",
    "Checks",
    "Excel recomputes every balance, limit and total from the result and input cells.",
)
_ABOUT: Final = Sheet("About", "control", "About", "The method, what it leaves out, and every table, column and unit.")
_LAST_INPUT: Final = "tblScenarios"


@cache
def sheets(on: tuple[str, ...], listed: tuple[str, ...]) -> tuple[Sheet, ...]:
    """All sheets.

    Parameters:
        on: refinements whose columns the results have.
        listed: refinements that have result tables of their own here.
    """
    inputs = [table for name, table in TABLES.items() if name != _LAST_INPUT]
    found = (results.yearly(on), results.PURCHASES, results.flow_table(on), results.compare(on), results.LIMITS)
    told = (results.MESSAGES, results.REPAIRS, results.RUNS)
    return (
        START,
        *_of_tables("input", [SETTINGS_TABLE, *inputs, TABLES[_LAST_INPUT]]),
        _SUMMARY,
        *_of_tables("result", [*found, *results.listings(listed)]),
        _CHECKS,
        *_of_tables("result", told),
        _ABOUT,
    )


def _of_tables(kind: Kind, tables: Sequence[Table]) -> list[Sheet]:
    """One sheet for all tables that belong on it, in their order; the first says what it is for."""
    by_sheet: dict[str, list[Table]] = {}
    for table in tables:
        by_sheet.setdefault(table.sheet, []).append(table)
    return [Sheet(name, kind, name, of[0].purpose, tuple(of)) for name, of in by_sheet.items()]


CONFIG_SHEET: Final = "xlwings.conf"
"""The sheet that tells the macros which Python to call; only in a workbook made on the user's machine."""
