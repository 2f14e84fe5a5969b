"""A number for all cells of a table, which Excel can work out too: other inputs, another number.

The Checks sheet compares the number at the last run with the number now, so that results of older inputs are seen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

LETTERS = 10
"""So many first letters of a text count, and its last one and its length."""
_PAD = "!" * LETTERS


def fingerprint(rows: Sequence[Sequence[Any]]) -> float:
    """Work out the number of a table's body; figures and texts are weighted by their place."""
    numbers: list[float] = []
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            place = i + 1 + 1000 * j
            if isinstance(value, str) and value:
                numbers.append(place * _text(value))
            elif isinstance(value, (int, float)) and not isinstance(value, bool):
                numbers.append(place * value)
            elif isinstance(value, (date, time)):
                numbers.append(place * _serial(value))
    return math.fsum(numbers)


def fingerprint_formula(table: str) -> str:
    """The same as a formula on the whole body of an Excel Table."""
    table = f"{table}[[#Data]]"
    place = f"(ROW({table})-MIN(ROW({table}))+1+1000*(COLUMN({table})-MIN(COLUMN({table}))))"
    letters = "+".join(f'{weight}*_xlfn.UNICODE(MID({table}&"{_PAD}",{weight},1))' for weight in range(1, LETTERS + 1))
    texts = f'({letters}+17*_xlfn.UNICODE(RIGHT("!"&{table},1))+LEN({table}))'
    return f"=SUMPRODUCT({table},{place})+SUMPRODUCT(ISTEXT({table})*{place}*{texts})"


def _text(text: str) -> float:
    """The units of UTF-16 are what Excel counts."""
    padded = text + _PAD
    letters = sum((k + 1) * ord(padded[k]) for k in range(LETTERS))
    return float(letters + 17 * ord(("!" + text)[-1]) + len(text.encode("utf-16-le")) // 2)


def _serial(value: date | time) -> float:
    """A date or time as Excel counts it: days since the end of 1899."""
    if isinstance(value, time):
        return (value.hour * 3600 + value.minute * 60 + value.second) / 86400
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
    return (moment - datetime(1899, 12, 30)).total_seconds() / 86400
