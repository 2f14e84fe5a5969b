"""Excel files, closed: each sheet as a block of cells.

The values come from calamine, which is fast. It shows neither an error value nor a formula that was never calculated,
and it takes much for a value that is none; `oddities.py` says which cells hold such, and what else it hides. It is
handed one sheet at a time, in a package of its own that holds nothing unseen.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fleetopt.books.closed.file_checks import damaged, too_large
from fleetopt.books.closed.oddities import TooLargeError, oddities, text_lengths
from fleetopt.books.closed.parts import Parts
from fleetopt.books.closed.shown_units import shown_units, units_of_styles
from fleetopt.words.block import Block

MOST_CELLS = 2_000_000
"""From A1 to the last filled cell, of all sheets that are read."""
MOST_READ = 50_000_000
"""Bytes of a sheet and of the shared texts together."""
_SHEET = "xl/worksheets/sheet1.xml"
_TYPES = "http://schemas.openxmlformats.org/package/2006/relationships"
_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_BOOK = f"""<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="{_KINDS}">
<workbookPr date1904="%d"/><sheets><sheet name="Sheet" sheetId="1" r:id="rId1"/></sheets></workbook>"""
_RELATION = f"""<Relationships xmlns="{_TYPES}">
<Relationship Id="rId1" Type="{_KINDS}/%s" Target="%s"/></Relationships>"""

_SPELT_OUT = re.compile(
    rb"""(<(?:\w+:)?c\s[^>]*\bt=["']b["'][^>]*>(?:<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>))?<(?:\w+:)?v>)(true|false)(?=</)"""
)
"""A truth value in words, behind all of its cell that stands before it."""


class Workbook:
    """One `.xlsx` or `.xlsm` file, open for reading.

    Parameters:
        path: of the file.
        is_named: puts its name in every address.
        parts: of the file, if somebody has opened it already.
        room: the most cells that are read.

    Raises:
        FileError: the file is missing, is no workbook, is damaged or protected.
    """

    def __init__(
        self, path: Path, *, is_named: bool = False, parts: Parts | None = None, room: int = MOST_CELLS
    ) -> None:
        """Find the sheets; they are read when they are asked for."""
        self.path = path
        self.room = room
        """The most cells that may still be read."""
        self._is_named = is_named
        self._parts = parts or Parts(path)
        with self._parts.opened():
            book = self._parts.book()
            self._sheets = self._parts.sheets()
            settings = self._parts.tree(book).find("{*}workbookPr")
            self._is_calculated = _is_calculated(self._parts.tree(book)) or bool(self._parts.first(book, "calcChain"))
            is_1904 = settings is not None and settings.get("date1904") in ("1", "true")
            self._others: dict[str, str | bytes] = {
                "_rels/.rels": _RELATION % ("officeDocument", "xl/workbook.xml"),
                "xl/workbook.xml": _BOOK % is_1904,
                "xl/_rels/workbook.xml.rels": _RELATION % ("worksheet", "worksheets/sheet1.xml"),
            }
            self._units: dict[int, tuple[str, int]] = {}
            if styles := self._parts.first(book, "styles"):
                self._others["xl/styles.xml"] = self._parts.text(styles)
                self._units = units_of_styles(self._parts.tree(styles))
            self._lengths: list[int] = []
            if part := self._parts.first(book, "sharedStrings"):
                texts = self._text(part)
                with self._bounded("the list of shared texts"):
                    self._lengths = text_lengths(part, texts)
                self._others["xl/sharedStrings.xml"] = texts
        self.sheets: list[str] = list(self._sheets)

    def block(self, sheet: str) -> Block:
        """Read one sheet."""
        part, _ = self._sheets[sheet]
        with self._parts.opened(), self._bounded(f"the sheet '{sheet}'"):
            text = self._text(part)
            found = oddities(sheet, text, self._lengths, is_calculated=self._is_calculated)
        if found.area > self.room:
            raise too_large(
                self.path, f"the sheet '{sheet}' reaches to {found.last}; at most {MOST_CELLS:,} cells are read."
            )
        self.room -= found.area
        rows = self._values(text)
        for (row, column), what in found.faults.items():
            rows.extend([] for _ in range(row + 1 - len(rows)))
            rows[row].extend(None for _ in range(column + 1 - len(rows[row])))
            rows[row][column] = what
        place = f"[{self.path.name}]{sheet}" if self._is_named else sheet
        units = shown_units(text, self._units)
        return Block(place, rows, hidden=found.hidden, merged=found.merged, formulas=found.formulas, units=units)

    def _text(self, part: str) -> bytes:
        text = self._parts.text(part)
        size = len(text) + len(self._others.get("xl/sharedStrings.xml", ""))
        if size > MOST_READ:
            raise too_large(
                self.path, f"'{part}' comes to {size / 1e6:,.0f} MB; at most {MOST_READ / 1e6:,.0f} MB are read."
            )
        return text

    @contextmanager
    def _bounded(self, what: str) -> Iterator[None]:
        try:
            yield
        except TooLargeError as fault:
            raise too_large(self.path, f"{what} {fault}; no more are read.") from None

    def _values(self, text: bytes) -> list[list[Any]]:
        from python_calamine import CalamineError, CalamineWorkbook

        if b">true<" in text or b">false<" in text:  # calamine takes whatever is not 0 for true
            text = _SPELT_OUT.sub(lambda found: found[1] + (b"1" if found[2] == b"true" else b"0"), text)
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as file:
            for part, content in {**self._others, _SHEET: text}.items():
                file.writestr(part, content)
        package.seek(0)
        try:
            sheet = CalamineWorkbook.from_filelike(package).get_sheet_by_index(0)
            rows: list[list[Any]] = [*sheet.to_python(skip_empty_area=False)]
        except (CalamineError, OSError) as reason:
            raise damaged(self.path, reason) from None
        for row in rows:
            row[:] = [None if value == "" else value for value in row]
        return rows


def _is_calculated(book: Any) -> bool:
    """Whether a program that calculates has saved the workbook.

    Programs that only write ask for a calculation at opening, and put a 0 where a formula's value belongs; one that
    calculates does not ask, or says that it was not through with it (ECMA-376, part 1, 18.2.2), or keeps the order in
    which it calculates.
    """
    settings = book.find("{*}calcPr")
    if settings is None or settings.get("fullCalcOnLoad") not in ("1", "true"):
        return True
    return settings.get("calcCompleted") in ("0", "false")
