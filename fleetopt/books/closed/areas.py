"""Cells and areas as the files of Excel name them: `B2:C9`, `Settings!$B$7`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from fleetopt.words.block import column_letters

LAST_ROW, LAST_COLUMN = 1_048_575, 16_383
_CELL = r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})"
AREA = re.compile(rf"{_CELL}(?::{_CELL})?")
_REFERENCE = re.compile(rf"(?:'((?:[^']|'')+)'|([^'!]+))!({_CELL}(?::{_CELL})?)")


class DamagedError(Exception):
    """A part does not say what it must."""


@dataclass(frozen=True)
class Area:
    """Cells of a sheet, counted from 0, the last ones included; a table with its header, without its totals row."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        """The area as a file has it: `B2:C9`, or `B2` for a single cell."""
        first, last = cell_name(self.top, self.left), cell_name(self.bottom, self.right)
        return first if first == last else f"{first}:{last}"

    @property
    def absolute(self) -> str:
        """The area as a chart has it: `$B$2:$C$9`."""
        first, last = cell_name(self.top, self.left), cell_name(self.bottom, self.right)
        return ":".join(re.sub(r"([A-Z]+)", r"$\1$", name) for name in (first, last))

    def is_body_of(self, table: Area) -> bool:
        """Whether it is one or more whole columns of a table, without the header."""
        is_between = table.left <= self.left <= self.right <= table.right
        return is_between and (self.sheet, self.top, self.bottom) == (table.sheet, table.top + 1, table.bottom)

    def meets(self, other: Area) -> bool:
        """Whether they have a cell in common."""
        is_apart = self.right < other.left or other.right < self.left or self.bottom < other.top
        return self.sheet == other.sheet and not is_apart and self.top <= other.bottom

    def grown(self, old: Area, new: Area) -> Area:
        """This area when table `old` has become `new`: whole columns stay whole columns."""
        return replace(self, bottom=new.bottom) if self.is_body_of(old) else self


def cell_name(row: int, column: int) -> str:
    """Name of a cell counted from 0: 0, 0 is A1."""
    return f"{column_letters(column)}{row + 1}"


def area(text: str, sheet: str = "") -> Area:
    """Read `B2` or `B2:C9`, with or without `$`.

    Raises:
        DamagedError: it is neither.
    """
    found = AREA.fullmatch(text)
    if not found:
        raise DamagedError(f"'{text}' is no cell and no area")
    left, top, right, bottom = found.groups()
    top, left = int(top) - 1, column_number(left)
    bottom, right = int(bottom) - 1 if bottom else top, column_number(right) if right else left
    if not (0 <= top <= bottom <= LAST_ROW and left <= right):
        raise DamagedError(f"'{text}' is no cell and no area")
    return Area(sheet, top, left, bottom, right)


def reference(text: str, sheets: Iterable[str]) -> Area | None:
    """Read `Settings!$B$7` or `'My sheet'!$B$7:$C$9`; None for all that is no area of one of the sheets."""
    found = _REFERENCE.fullmatch(text)
    if not found:
        return None
    name = (found[1] or found[2]).replace("''", "'").casefold()
    sheet = next((sheet for sheet in sheets if sheet.casefold() == name), None)
    try:
        return None if sheet is None else area(found[3], sheet)
    except DamagedError:
        return None


@cache
def column_number(letters: str) -> int:
    """Number of a column, counted from 0: A is 0.

    Raises:
        DamagedError: these are no letters of a column.
    """
    column = 0
    for letter in letters.upper():
        column = 26 * column + ord(letter) - 64
    if not re.fullmatch("[A-Za-z]{1,3}", letters) or column - 1 > LAST_COLUMN:
        raise DamagedError(f"'{letters}' is no column")
    return column - 1
