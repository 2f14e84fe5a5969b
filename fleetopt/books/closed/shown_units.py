"""Units that only the number formats of a sheet's cells show, as in ECMA-376, Office Open XML, part 1, 18.8.30."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fleetopt.books.closed.areas import column_number
from fleetopt.words.units import shown_unit

_CELL = re.compile(rb"<(?:\w+:)?c\s([^<>]*)>")
_PLACE = re.compile(rb"(?:^|\s)r\s*=\s*[\"']([A-Z]{1,3})([1-9][0-9]{0,6})[\"']")
_STYLE = re.compile(rb"(?:^|\s)s\s*=\s*[\"']([0-9]{1,7})[\"']")


def units_of_styles(styles: Any) -> dict[int, tuple[str, int]]:
    """By the number of a style the unit that it shows, and how often it divides a figure by a thousand.

    Parameters:
        styles: the root of the part that lists them.
    """
    shown = {}
    for each in styles.iterfind("{*}numFmts/{*}numFmt"):
        if unit := shown_unit(each.get("formatCode", "")):
            shown[each.get("numFmtId")] = unit
    found = {}
    for k, style in enumerate(styles.iterfind("{*}cellXfs/{*}xf") if shown else ()):
        if style.get("numFmtId") in shown:
            found[k] = shown[style.get("numFmtId")]
    return found


def shown_units(text: bytes, units: Mapping[int, tuple[str, int]]) -> dict[tuple[int, int], tuple[str, int]]:
    """The units that cells of a sheet show, by row and column counted from 0.

    Parameters:
        text: of the sheet's part.
        units: by the number of a style; most workbooks have none.
    """
    found = {}
    for cell in _CELL.finditer(text) if units else ():
        style, place = _STYLE.search(cell[1]), _PLACE.search(cell[1])
        if style and place and int(style[1]) in units:
            found[int(place[2]) - 1, column_number(place[1].decode())] = units[int(style[1])]
    return found
