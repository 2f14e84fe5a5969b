"""Cells of a closed workbook that hold no value: errors, and formulas that were never calculated.

Readers of values show them as blanks.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from fleetopt.books.areas import DamagedError
from fleetopt.books.files import SUSPECT
from fleetopt.books.parts import Parts
from fleetopt.cells import Fault

_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]*)")


def faults(path: Path, sheet: str) -> dict[tuple[int, int], Fault]:
    """The faults of one sheet by row and column, counted from 0.

    Raises:
        FileError: the file is damaged.
    """
    parts = Parts(path)
    with parts.changes():
        part = _part_of(parts, sheet)
        if part is None:
            return {}
        text = parts.read(part)
        if not SUSPECT.search(text):
            return {}
        if b"<!DOCTYPE" in text:
            raise DamagedError(f"'{part}' has a DOCTYPE")
        try:
            return dict(_faults(text))
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


def _faults(text: bytes) -> Iterator[tuple[tuple[int, int], Fault]]:
    row, column = 0, 0
    cells = etree.iterparse(
        io.BytesIO(text), events=("start", "end"), tag=("{*}row", "{*}c"), resolve_entities=False, no_network=True
    )
    for event, element in cells:
        if etree.QName(element).localname == "row":
            if event == "start":
                row, column = int(element.get("r", row + 1)), 0
            else:
                element.clear()
        elif event == "end":
            column = _column(element, column + 1)
            if fault := _fault(element):
                yield (row - 1, column - 1), fault


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
