"""Columns of sentences: how wide they are, and how many lines a row takes with them wrapped.

Not every program that shows a file works that out itself.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Final

from fleetopt.words.columns import Table
from fleetopt.words.content import Formula, Value

POINTS: Final = 15
"""Height of a line."""
_NARROWER: Final = 1.15
"""So many letters fit on the width of one figure."""


def line_counts(table: Table, rows: Sequence[Sequence[Value]]) -> list[int]:
    """Lines that each row of a table takes."""
    wide = {j: int(column.width * _NARROWER) for j, column in enumerate(table.columns) if column.width}
    return [max((_lines(row[j], letters) for j, letters in wide.items()), default=1) for row in rows]


def _lines(value: Value, letters: int) -> int:
    if isinstance(value, Formula):
        value = value.value
    if not isinstance(value, str):
        return 1
    return sum(len(textwrap.wrap(line, letters)) or 1 for line in value.split("\n"))
