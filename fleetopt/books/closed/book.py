"""The planning workbook as a file: its tables are read and written as those of the open one are."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from fleetopt.books.closed.file_checks import damaged
from fleetopt.books.closed.files import Workbook
from fleetopt.books.closed.package import Area, Package
from fleetopt.books.closed.parts import ChangedParts
from fleetopt.books.of_results import Place
from fleetopt.results.recalculation import FORMULA_SHEETS, shown_values
from fleetopt.results.sentences import POINTS, line_counts
from fleetopt.results.tables import MESSAGES, compare, listings
from fleetopt.words.block import ROWS_ABOVE, ROWS_BELOW, Block
from fleetopt.words.cells import Fault
from fleetopt.words.content import Content
from fleetopt.words.problem import FileError


class OvertakenError(FileError):
    """Somebody else wrote to the file since it was read."""


class ClosedBook:
    """A workbook that no program holds open.

    Raises:
        FileError: the file is missing, is no workbook, is damaged or protected.
    """

    def __init__(self, path: Path) -> None:
        """Find its tables and names; cells are read when they are asked for."""
        self.path = path
        self.name = str(path)
        self._read = _mark(path)  # before anything of it is read
        self._parts = ChangedParts(path)
        self._package = Package(path, self._parts)
        self._values: Workbook | None = None
        self._sheets: dict[str, Block] = {}
        self._of_sheets: dict[str, str] = {}
        """Sheets that are a table each, by the table's name."""

    def table_names(self) -> list[str]:
        """The names of all its Excel Tables."""
        return [*self._package.tables, *self._of_sheets]

    def sheet_names(self) -> list[str]:
        """All sheets of cells."""
        with self._parts.opened():
            return list(self._parts.sheets())

    @property
    def doubled(self) -> list[str]:
        """Names that more than one table has."""
        return self._package.doubled

    @property
    def lost_names(self) -> list[str]:
        """Names of the workbook that point to no cell any more."""
        return self._package.lost_names

    def take_sheets(self, names: Collection[str]) -> None:
        """Take each sheet called 'Sheet - Table' for one of these tables: so write programs without Excel Tables."""
        wanted = {name.casefold(): name for name in names}
        for sheet in self.sheet_names():
            called = sheet.rpartition(" - ")[2].casefold()
            if called in wanted and called != sheet.casefold():
                self._of_sheets[wanted[called]] = sheet

    def blocks(self, tables: Collection[str] | None = None) -> dict[str, Block]:
        """Read each Excel Table, or those named, with its headings as first row and without a totals row."""
        wanted = None if tables is None else {name.casefold() for name in tables}
        of_sheets = {
            name: self._sheet(sheet)
            for name, sheet in self._of_sheets.items()
            if wanted is None or name.casefold() in wanted
        }
        return of_sheets | {
            name: self._block(area, has_below=name not in self._package.totals)
            for name, area in self._package.tables.items()
            if wanted is None or name.casefold() in wanted
        }

    def formulas(self, sheet: str) -> Mapping[tuple[int, int], str]:
        """What cells of a sheet are calculated by, by row and column counted from 0."""
        return self._sheet(sheet).formulas

    def places(self) -> dict[str, Place]:
        """Where tables and named cells stand, by their names."""
        areas = {**self._package.names, **self._package.tables}
        return {name: Place(at.sheet, at.top, at.left, at.bottom, at.right) for name, at in areas.items()}

    def value(self, name: str) -> Any:
        """Read the cell of a defined name; None when the workbook has no such name."""
        area = self._package.names.get(name)
        return None if area is None else self._block(area).rows[0][0]

    def fill(self, content: Content) -> None:
        """Replace the rows of tables and the values of names; nothing else of the file changes.

        Raises:
            FileError: a table, column or name is missing, or something is in a table's way.
        """
        if compare().name in content.tables:
            for sheet in sorted(FORMULA_SHEETS & set(self._open_values().sheets)):
                self._package.recalculated(sheet, shown_values(content))
        self._package.fill(content)
        for table in (compare(content.on), MESSAGES, *listings(content.on)):
            if table.name in self._package.tables and table.name in content.tables:
                counts = line_counts(table, content.tables[table.name])
                self._package.heights(table.name, [POINTS * count if count > 1 else None for count in counts])

    def broken(self) -> list[str]:
        """What of the planner's own `fill` could not leave as it was, each as a sentence."""
        names = ", ".join(self._package.unfiltered)
        said = [f"The filter on {names} was taken off, so that every new row shows."] if names else []
        if self._parts.is_signed:
            said.append("Its digital signature no longer holds, since its content changed: sign it again in Excel.")
        return said

    def content(self) -> bytes:
        """The file as it is after `fill`."""
        return self._package.content()

    def check_closed(self) -> None:
        """See that the file may be written, and that no spreadsheet program's mark beside it says that it is open.

        Raises:
            FileError: it may not, or is.
        """
        check_closed(self.path, "run without --in-place")

    def check_unchanged(self) -> None:
        """See that nobody wrote to the file since it was read.

        Raises:
            OvertakenError: somebody did.
        """
        if _mark(self.path) != self._read:
            raise OvertakenError(self.name, "was changed while the run went on; nothing was written.", "Run it again.")

    def _open_values(self) -> Workbook:
        if self._values is None:
            self._values = Workbook(self.path, parts=self._parts)
        return self._values

    def _sheet(self, name: str) -> Block:
        if name not in self._sheets:
            self._sheets[name] = self._open_values().block(name)
        return self._sheets[name]

    def _block(self, area: Area, *, has_below: bool = False) -> Block:
        sheet = self._sheet(area.sheet)
        rows = sheet.rows
        width = area.right - area.left + 1

        def row(i: int) -> list[Any]:
            return [*(rows[i][area.left : area.right + 1] if i < len(rows) else ()), *[None] * width][:width]

        cut = [row(i) for i in range(area.top, area.bottom + 1)]
        merged = (Area(area.sheet, *corners) for corners in sheet.merged)
        for one in filter(area.meets, merged):  # only the first of its cells has a value
            said = Fault(f"a part of the merged cells {one}", is_merged=True)
            for i in range(max(one.top, area.top), min(one.bottom, area.bottom) + 1):
                for j in range(max(one.left, area.left), min(one.right, area.right) + 1):
                    there = cut[i - area.top][j - area.left]
                    if isinstance(there, Fault) and there.is_merged:
                        raise damaged(self.path, f"merged cells of the sheet '{area.sheet}' overlap")
                    if (i, j) != (one.top, one.left):
                        cut[i - area.top][j - area.left] = said
        below = tuple(row(area.bottom + k) for k in range(1, 1 + ROWS_BELOW)) if has_below else ()
        above = tuple(row(i) for i in range(max(0, area.top - ROWS_ABOVE), area.top))
        return Block(area.sheet, cut, area.top, area.left, sheet.hidden, below=below, above=above, units=sheet.units)


def check_closed(path: Path, instead: str) -> None:
    """See that a file may be written, and that no spreadsheet program's mark beside it says that it is open.

    Parameters:
        instead: what else may be done.

    Raises:
        FileError: it may not, or is.
    """
    marks = [path.with_name(f"~${path.name}"), path.with_name(f".~lock.{path.name}#")]
    if len(path.name) > 8:  # Excel shortens long names
        marks.append(path.with_name(f"~${path.name[2:]}"))
    if any(mark.exists() for mark in marks):
        raise FileError(str(path), "is open in Excel or another program.", f"Close it there, or {instead}.")
    if not os.access(path, os.W_OK):
        raise FileError(str(path), "may not be written.", f"Take its write protection off, or {instead}.")


def _mark(path: Path) -> tuple[int, int, int]:
    """What changes when somebody writes to a file, or puts another in its place."""
    try:
        state = path.stat()
    except OSError:
        return (0, 0, 0)
    return state.st_mtime_ns, state.st_size, state.st_ino
