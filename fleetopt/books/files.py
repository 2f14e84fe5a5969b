"""Excel files, closed: each sheet as a block of cells.

The values come from calamine, which is fast. It shows neither an error value nor a formula that was never calculated;
`faults.py` says which cells hold such.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from fleetopt.cells import Fault
from fleetopt.problem import FileError

MOST_INFLATED = 400_000_000
"""Bytes that the parts of a workbook may have when unpacked."""
SUSPECT = re.compile(rb'<(?:\w+:)?f[ >/]|\st="e"')
"""What a sheet holds that has a fault, in its XML."""
_SHEET = re.compile(r"(?!xl/charts/).*\.xml")
_OLE = b"\xd0\xcf\x11\xe0"


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

        try:
            values = self._book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        except (CalamineError, OSError) as reason:
            raise damaged(self.path, reason) from None
        rows: list[list[Any]] = [[None if value == "" else value for value in row] for row in values]
        for (row, column), fault in self._faults(sheet).items():
            rows.extend([] for _ in range(row + 1 - len(rows)))
            rows[row].extend(None for _ in range(column + 1 - len(rows[row])))
            rows[row][column] = fault
        return Block(f"[{self.path.name}]{sheet}" if self._is_named else sheet, rows)

    def _faults(self, sheet: str) -> dict[tuple[int, int], Fault]:
        """The faults of a sheet by row and column, counted from 0."""
        if not self._has_suspects:
            return {}
        from fleetopt.books.faults import faults

        return faults(self.path, sheet)

    @cached_property
    def _has_suspects(self) -> bool:
        """Whether any sheet holds an error or a formula; most inputs hold none, and nothing more is loaded then."""
        try:
            with zipfile.ZipFile(self.path) as package:
                return any(SUSPECT.search(package.read(name)) for name in package.namelist() if _SHEET.fullmatch(name))
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as reason:
            raise damaged(self.path, reason) from None


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
