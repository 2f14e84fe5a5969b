"""What a reader of values does not show of a sheet: errors, formulas never calculated, hidden rows, cells far out."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

from lxml import etree

from fleetopt.books.areas import DamagedError
from fleetopt.books.block import Oddities, column_letters
from fleetopt.books.parts import Parts
from fleetopt.cells import Fault

_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]*)")


def oddities(path: Path, sheet: str) -> Oddities:
    """Look through one sheet.

    Raises:
        FileError: the file is damaged.
    """
    parts = Parts(path)
    with parts.changes():
        part = _part_of(parts, sheet)
        if part is None:
            raise DamagedError(f"the sheet '{sheet}' has no part")
        text = parts.read(part)
        if b"<!DOCTYPE" in text:
            raise DamagedError(f"'{part}' has a DOCTYPE")
        try:
            return _look_through(text)
        except etree.XMLSyntaxError as fault:
            raise DamagedError(f"'{part}': {fault}") from None


def _part_of(parts: Parts, sheet: str) -> str | None:
    book = parts.first("", "officeDocument") or "xl/workbook.xml"
    targets = {number: target for _, number, target in parts.related(book)}
    for described in parts.tree(book).iterfind("{*}sheets/{*}sheet"):
        if described.get("name") == sheet:
            ids = [value for name, value in described.attrib.items() if name.endswith("}id")]
            return targets.get(ids[0]) if ids else None
    return None


def _look_through(text: bytes) -> Oddities:
    """Walk over rows and cells; both may leave out their place, which then follows from the one before."""
    faults: dict[tuple[int, int], Fault] = {}
    hidden: set[int] = set()
    row, column, last_row, last_column = 0, 0, 1, 1
    elements = etree.iterparse(
        io.BytesIO(text), events=("start", "end"), tag=("{*}row", "{*}c"), resolve_entities=False, no_network=True
    )
    for event, element in elements:
        if element.tag.endswith("}row"):
            if event == "end":
                element.clear()
                continue
            row, column = int(element.get("r", row + 1)), 0
            if element.get("hidden") in ("1", "true"):
                hidden.add(row - 1)
        elif event == "end":
            column = _column(element, column + 1)
            if len(element):
                last_row, last_column = max(last_row, row), max(last_column, column)
                if fault := _fault(element):
                    faults[row - 1, column - 1] = fault
    last = f"{column_letters(last_column - 1)}{last_row}"
    return Oddities(faults, frozenset(hidden), last, last_row * last_column)


def _column(cell: Any, otherwise: int) -> int:
    match = _CELL.fullmatch(cell.get("r", ""))
    if match is None:
        return otherwise
    number = 0
    for letter in match[1]:
        number = number * 26 + ord(letter) - 64
    return number


def _fault(cell: Any) -> Fault | None:
    shown = cell.findtext("{*}v")
    if cell.get("t") == "e":
        return Fault(f"the error {shown}")
    is_empty = not shown and (shown is None or cell.get("t") != "str")
    if is_empty and cell.find("{*}f") is not None:
        return Fault("a formula that was never calculated", is_uncalculated=True)
    return None
