"""A grid upgrade and demand charges, typed into planning workbooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fleetopt.books.closed.book import ClosedBook
from fleetopt.words.content import Content

Typed = Mapping[str, Sequence[Sequence[Any]]]
"""The rows of input tables."""

UPGRADES: Typed = {"tblGridUpgrades": [["Transformer", 100, 20_000, 3, 1, "no"]]}
CHARGES: Typed = {
    "tblDayTypes": [["Average day", 365, "Summer", None]],
    "tblDemandCharges": [["All hours", None, "all", None, "month", 8]],
}
BOTH: Typed = {
    **UPGRADES,
    "tblDayTypes": [["Average day", 365, "Summer", "workday"]],
    "tblDemandCharges": [*CHARGES["tblDemandCharges"], ["Evening", "Summer", "workday", "4PM-9PM", "month", 2]],
}
NEITHER: Typed = {
    "tblGridUpgrades": [],
    "tblDayTypes": [["Average day", 365, None, None]],
    "tblDemandCharges": [],
}
OF_YEARS = [
    "Demand charges [USD]",
    "Grid upgrades bought [pieces]",
    "Grid upgrades installed [pieces]",
    "Connection added [kW]",
]
"""The columns that both add to the yearly results."""
OF_SCENARIOS = OF_YEARS[:2]
"""The columns that both add to the comparison of scenarios."""


def type_in(path: Path, typed: Typed) -> Path:
    """Give input tables of a planning workbook these rows; nothing else of the file changes."""
    book = ClosedBook(path)
    blocks = book.blocks(list(typed))
    headings = {name: list(blocks[name].rows[0]) for name in typed}
    rows = {name: [[*row, *[None] * (len(headings[name]) - len(row))] for row in typed[name]] for name in typed}
    book.fill(Content(rows, headings))
    path.write_bytes(book.content())
    return path
