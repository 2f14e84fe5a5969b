"""Tables on a sheet: found by their headers, read row by row, every cell converted and checked.

The same for every book; a book only says which header means which column.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fleetopt.books.block import Block
from fleetopt.cells import convert, is_blank
from fleetopt.columns import Column, Table
from fleetopt.inputs import Cell, Rows
from fleetopt.plain_text import plain_text
from fleetopt.problem import Problem, error, nearest, note

_HEADER_ROWS = 50
"""A table's header is looked for in so many first rows."""


@dataclass(frozen=True)
class Found:
    """A table's header on a sheet."""

    row: int
    columns: dict[str, int]
    """Position of each column, by its name."""


def key(text: object) -> str:
    """What counts when headers and names are compared: letters, figures with their sign and point, in lower case."""
    plain = unicodedata.normalize("NFKC", plain_text(str(text))).casefold()
    plain = re.sub(r"(?<=\d)[.,](?=\d)", "point", plain)
    plain = re.sub(r"(?:^|(?<=\s))-(?=\d)", "minus", plain)
    return re.sub(r"[\W_]+", "", plain)


def find_header(block: Block, names: Mapping[str, Sequence[str]]) -> Found | None:
    """Find the row that holds most of the names; None when no row holds any.

    Parameters:
        names: for each column the headers it may have.
    """
    by_key = {key(header): column for column, headers in names.items() for header in headers}
    best: Found | None = None
    for i, row in enumerate(block.rows[:_HEADER_ROWS]):
        columns: dict[str, int] = {}
        for j, value in enumerate(row):
            if isinstance(value, str) and (column := by_key.get(key(value))):
                columns.setdefault(column, j)
        if columns and (best is None or len(columns) > len(best.columns)):
            best = Found(i, columns)
    return best


def doubled_columns(block: Block, found: Found, names: Mapping[str, Sequence[str]]) -> list[Problem]:
    """Say which headers stand twice."""
    by_key = {key(header): column for column, headers in names.items() for header in headers}
    return [
        error(block.where(found.row, j), f"a second column is headed '{value}'.", "Keep one.")
        for j, value in enumerate(block.rows[found.row])
        if isinstance(value, str) and found.columns.get(by_key.get(key(value), ""), j) != j
    ]


def missing_columns(block: Block, found: Found | None, names: Mapping[str, Sequence[str]]) -> list[Problem]:
    """Say which headers are not there, and what was probably meant."""
    row = block.rows[found.row] if found else next((r for r in block.rows if any(v is not None for v in r)), [])
    taken = set(found.columns.values()) if found else set()
    there = [str(value) for j, value in enumerate(row) if value is not None and j not in taken]
    number = block.top + (found.row if found else 0) + 1
    place = f"{block.place}!{number}:{number}" if found else block.place
    return [
        error(place, f"the column '{headers[0]}' is missing.", nearest(headers[0], there) or "Add it.")
        for column, headers in names.items()
        if not found or column not in found.columns
    ]


def read_rows(block: Block, table: Table, found: Found, columns: Sequence[Column], problems: list[Problem]) -> Rows:
    """Read all rows below a header; a blank row is passed over, and so is a line of text below the table."""
    positions = [found.columns[column.name] for column in columns]
    numbers: list[int] = []
    is_after_blank = False
    for i in range(found.row + 1, len(block.rows)):
        filled = [j for j in positions if j < len(block.rows[i]) and not is_blank(block.rows[i][j])]
        if not filled:
            is_after_blank = True
        elif (
            len(filled) == 1
            and len(positions) > 1
            and _is_remark(block.rows[i][filled[0]], is_after_blank, filled, positions)
        ):
            text = block.rows[i][filled[0]]
            problems.append(
                note(block.where(i, filled[0]), f"text that is not part of the table was not read: '{text}'.")
            )
        else:
            numbers.append(i)
            is_after_blank = False
    problems.extend(_hidden(block, numbers))
    values: dict[str, list[Any]] = {}
    for column, j in zip(columns, positions, strict=True):
        values[column.name] = [
            convert(block.rows[i][j] if j < len(block.rows[i]) else None, column, block.where(i, j), problems)
            for i in numbers
        ]

    def address(j: int) -> Callable[[int], str]:
        return lambda i: block.where(numbers[i], j)

    places = {column.name: address(j) for column, j in zip(columns, positions, strict=True)}
    return Rows(table, values, places)


def _hidden(block: Block, numbers: Sequence[int]) -> Iterator[Problem]:
    """Say that hidden rows count, as a user who does not see them may think that they do not."""
    hidden = [i for i in numbers if block.top + i in block.hidden]
    if hidden:
        rows = "row of the table is" if len(hidden) == 1 else "rows of the table are"
        yield note(block.where(hidden[0], 0), f"{len(hidden)} {rows} hidden or filtered out; they count all the same.")


def _is_remark(value: Any, is_after_blank: bool, filled: list[int], positions: list[int]) -> bool:
    """Whether a row with a single filled cell is a remark: text, below a blank row or outside the first column."""
    return isinstance(value, str) and (is_after_blank or filled[0] != positions[0])


def read_names(
    block: Block, name_header: str, value_header: str, columns: Sequence[Column], problems: list[Problem]
) -> dict[str, Cell]:
    """Read a sheet of names and values, one to a row: the value of each of the columns by its name.

    Every name must be there: a default for a name that was misspelt would change the plan without a word.
    """
    names = {"name": (name_header, name_header.rstrip("s"), name_header + "s"), "value": (value_header,)}
    found = find_header(block, names)
    if found is None or len(found.columns) < 2:
        problems.extend(missing_columns(block, found, names))
        return {}
    by_key = {key(name): replace(column, default=None) for column in columns for name in column.study}
    cells: dict[str, Cell] = {}
    for i in range(found.row + 1, len(block.rows)):
        row = [*block.rows[i], *[None] * max(found.columns.values())]
        column = by_key.get(key(row[found.columns["name"]]))
        if column is None:
            continue
        where = block.where(i, found.columns["value"])
        if column.name in cells:
            problems.append(
                error(
                    where,
                    f"{column.study[0]} is given twice, first in {cells[column.name].where}.",
                    "Keep one.",
                )
            )
            continue
        cells[column.name] = Cell(convert(row[found.columns["value"]], column, where, problems), where)
    j = found.columns["name"]
    there = [
        row[j]
        for row in block.rows[found.row + 1 :]
        if len(row) > j and isinstance(row[j], str) and not is_blank(row[j])
    ]
    problems.extend(
        error(
            block.place, f"the parameter '{column.study[0]}' is missing.", nearest(column.study[0], there) or "Add it."
        )
        for column in columns
        if column.name not in cells
    )
    return cells
