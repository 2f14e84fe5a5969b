"""Excel files, closed: each sheet as a block of cells.

The values come from calamine, which is fast. It shows neither an error value nor a formula that was never calculated;
`oddities.py` says which cells hold such, and what else it hides.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from functools import cached_property
from pathlib import Path
from typing import Any

from fleetopt.books.block import NO_ODDITIES, Block, Oddities
from fleetopt.books.file_checks import check_file, damaged, protected
from fleetopt.problem import FileError

MOST_CELLS = 3_000_000
"""From A1 to the last filled cell of a sheet."""
_ODD = re.compile(rb'<(?:\w+:)?f[ >/]|\st="e"|\shidden="|\sr="(?:[A-Z]{3}|[A-Z]+[0-9]{5})')
"""What the XML of a sheet holds that has a formula, an error, a hidden row or a cell far out."""
_SHEET = re.compile(r"(?!xl/(?:charts|theme|styles)|docProps).*\.xml")


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
            raise protected(path) from None
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
