"""Cells of a sheet as a block, with their addresses, and what a reader of values does not show of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fleetopt.words.cells import Fault


@dataclass(frozen=True)
class Oddities:
    """What a reader of values does not show of a sheet; rows and columns are counted from 0."""

    faults: Mapping[tuple[int, int], Fault]
    """Cells without a value."""
    hidden: frozenset[int]
    """Rows that are hidden or filtered out."""
    last: str
    """The corner of the area that holds all filled cells, such as `F100`."""
    area: int
    """Number of cells from A1 to there."""
    merged: tuple[tuple[int, int, int, int], ...] = ()
    """First row, first column, last row and last column of cells that were made one."""
    formulas: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """What cells are calculated by, without the equals sign; cells that share one have that of the first."""


ROWS_BELOW: Final = 4
"""So many rows below an Excel Table are looked at for what somebody meant to be in it."""
ROWS_ABOVE: Final = 3
"""So many rows above an Excel Table are looked at for its headings, where its own first row has none."""


@dataclass(frozen=True)
class Block:
    """Cells of a sheet, from A1 on or a part: float, str, bool, date, time, `Fault`, or None for a blank."""

    place: str
    """The sheet as it stands in an address: `Energy`, or `[Vehicle_Data.xlsx]Sheet1`."""
    rows: list[list[Any]]
    top: int = 0
    """Row of the sheet, counted from 0, in which the block starts."""
    left: int = 0
    """Column of the sheet, counted from 0, in which the block starts."""
    hidden: frozenset[int] = frozenset()
    """Rows of the sheet, counted from 0, that are hidden or filtered out."""
    merged: tuple[tuple[int, int, int, int], ...] = ()
    """First row, first column, last row and last column, in the sheet, of cells that were made one."""
    is_table: bool = False
    """Whether it is an Excel Table, in which every row counts."""
    below: tuple[list[Any], ...] = ()
    """Of a table: the next rows below it, which do not belong to it."""
    formulas: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """By row and column of the sheet, counted from 0: what cells are calculated by, without the equals sign."""
    above: tuple[list[Any], ...] = ()
    """Of a table: the rows above it, from the top; the last one is right above its headings."""
    units: Mapping[tuple[int, int], tuple[str, int]] = field(default_factory=dict)
    """By row and column of the sheet, counted from 0: the unit that a cell shows by its format, and how often that
    divides the figure by a thousand."""

    def where(self, row: int, column: int) -> str:
        """Address of a cell of the block, counted from 0."""
        return f"{self.place}!{column_letters(self.left + column)}{self.top + row + 1}"


def column_letters(column: int) -> str:
    """Letters of a column counted from 0: 0 is A, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
