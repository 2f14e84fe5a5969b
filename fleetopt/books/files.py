"""Excel files, closed: each sheet as a block of cells.

The values come from calamine, which is fast. It shows neither an error value nor a formula that was never calculated;
`oddities.py` says which cells hold such, and what else it hides.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from fleetopt.cells import Fault
from fleetopt.problem import FileError

MOST_INFLATED = 400_000_000
"""Bytes that the parts of a workbook may have when unpacked."""
MOST_CELLS = 3_000_000
"""From A1 to the last filled cell of a sheet."""
_ODD = re.compile(rb'<(?:\w+:)?f[ >/]|\st="e"|\shidden="|\sr="(?:[A-Z]{3}|[A-Z]+[0-9]{5})')
"""What the XML of a sheet holds that has a formula, an error, a hidden row or a cell far out."""
_SHEET = re.compile(r"(?!xl/(?:charts|theme|styles)|docProps).*\.xml")
_OLE = b"\xd0\xcf\x11\xe0"


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


NO_ODDITIES = Oddities({}, frozenset(), "A1", 1)


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
    below: tuple[Any, ...] = ()
    """Of a table: the cells right below it, which do not belong to it."""

    def where(self, row: int, column: int) -> str:
        """Address of a cell of the block, counted from 0."""
        return f"{self.place}!{column_letters(self.left + column)}{self.top + row + 1}"


class Workbook:
    """One `.xlsx` or `.xlsm` file, open for reading.

    Raises:
        FileError: the file is missing, is no workbook, is damaged or protected.
    """

    def __init__(self, path: Path, *, is_named: bool = False) -> None:
        """Open a file; `is_named` puts its name in every address."""
        from python_calamine import CalamineError, CalamineWorkbook, PasswordError

        self.path = path
        self._is_named = is_named
        check_file(path)
        try:
            self._book = CalamineWorkbook.from_path(str(path))
        except PasswordError:
            raise _protected(path) from None
        except (CalamineError, OSError) as reason:
            raise damaged(path, reason) from None
        self.sheets: list[str] = list(self._book.sheet_names)

    def block(self, sheet: str) -> Block:
        """Read one sheet."""
        from python_calamine import CalamineError

        oddities = self._oddities(sheet)
        if oddities.area > MOST_CELLS:
            raise FileError(
                str(self.path),
                f"the sheet '{sheet}' reaches to {oddities.last}; at most {MOST_CELLS:,} cells are read.",
                "Delete what stands far outside the tables, and save it again.",
            )
        try:
            values = self._book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        except (CalamineError, OSError) as reason:
            raise damaged(self.path, reason) from None
        rows: list[list[Any]] = [[None if value == "" else value for value in row] for row in values]
        for (row, column), fault in oddities.faults.items():
            rows.extend([] for _ in range(row + 1 - len(rows)))
            rows[row].extend(None for _ in range(column + 1 - len(rows[row])))
            rows[row][column] = fault
        place = f"[{self.path.name}]{sheet}" if self._is_named else sheet
        return Block(place, rows, hidden=oddities.hidden)

    def _oddities(self, sheet: str) -> Oddities:
        if not self._has_oddities:
            return NO_ODDITIES
        from fleetopt.books.oddities import oddities

        return oddities(self.path, sheet)

    @cached_property
    def _has_oddities(self) -> bool:
        """Whether any sheet has one; most inputs have none, and nothing more is loaded then."""
        has_oddities = False
        try:
            with zipfile.ZipFile(self.path) as package:
                for name in filter(_SHEET.fullmatch, package.namelist()):
                    text = package.read(name)
                    if b"<!DOCTYPE" in text:
                        raise damaged(self.path, f"'{name}' has a DOCTYPE")
                    has_oddities = has_oddities or _ODD.search(text) is not None
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as reason:
            raise damaged(self.path, reason) from None
        return has_oddities


def column_letters(column: int) -> str:
    """Letters of a column counted from 0: 0 is A, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def check_file(path: Path) -> None:
    """See that a file is a workbook that can be read.

    Raises:
        FileError: it is not.
    """
    name = str(path)
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except FileNotFoundError:
        raise FileError(name, "there is no such file.", "Check the path and the file's name.") from None
    except IsADirectoryError:
        raise FileError(name, "is a folder, must be a workbook.", "Name the workbook in it.") from None
    except PermissionError:
        raise FileError(
            name, "may not be read.", "Close it where it is open and see that you have the right to read it."
        ) from None
    except OSError as fault:
        raise FileError(name, f"cannot be read: {fault.strerror or fault}.", "Check the path and the disk.") from None
    if not start:
        raise FileError(name, "is empty.", "Take it from a backup, or save it again in Excel.")
    if start == _OLE:
        raise _protected(path)
    try:
        with zipfile.ZipFile(path) as package:
            parts = {info.filename: info.file_size for info in package.infolist()}
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        if start[:2] == b"PK":
            raise damaged(path, "it is cut off") from None
        raise FileError(
            name, "is not an Excel workbook (.xlsx or .xlsm).", "Open it in Excel and save it as .xlsx."
        ) from None
    if "xl/workbook.xml" not in parts:
        raise FileError(name, "is not an Excel workbook (.xlsx or .xlsm).", "Open it in Excel and save it as .xlsx.")
    if sum(parts.values()) > MOST_INFLATED:
        raise FileError(
            name,
            f"unpacks to {sum(parts.values()) / 1e6:,.0f} MB; at most {MOST_INFLATED / 1e6:,.0f} MB are read.",
            "Delete what is not part of the plan and save it again.",
        )


def _protected(path: Path) -> FileError:
    return FileError(
        str(path),
        "is protected by a password or in the old .xls format.",
        "Open it in Excel, remove the password, and save it as .xlsx.",
    )


def damaged(path: Path, fault: object) -> FileError:
    """Say that a file is damaged."""
    return FileError(str(path), f"is damaged: {fault}.", "Open it in Excel, let Excel repair it, and save it again.")
