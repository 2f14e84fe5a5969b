"""Tables on a sheet: found by their headers, read row by row, every cell converted and checked.

The same for every book; a book only says which header means which column.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fleetopt.words.block import Block
from fleetopt.words.cells import convert, is_blank
from fleetopt.words.columns import Column, Table
from fleetopt.words.plain_text import plain_text
from fleetopt.words.problem import Problem, error, has_error, nearest, note, others, shortened, warning
from fleetopt.words.rows import Cell, Rows
from fleetopt.words.units import is_currency, is_other_unit, is_unit

_HEADER_ROWS = 50
"""A table's header is looked for in so many first rows."""


@dataclass(frozen=True)
class Found:
    """A table's header on a sheet."""

    row: int
    columns: dict[str, int]
    """Position of each column, by its name."""


def key(text: object) -> str:
    """What counts when headers are compared: letters, money and per cent, figures with sign and point, no case."""
    plain = unicodedata.normalize("NFKC", plain_text(str(text))).casefold()
    plain = re.sub(r"(?<=\d)[.,](?=\d)", "point", plain)
    plain = re.sub(r"(?:^|(?<=\s))-(?=\d)", "minus", plain)
    return re.sub(r"[^\w%€$£¥]|_", "", plain)


def label_key(text: str) -> str:
    """What counts when a user's own names are compared: everything but blanks and case."""
    return "".join(plain_text(text).casefold().split())


def find_header(block: Block, names: Mapping[str, Sequence[str]]) -> Found | None:
    """Find the row that holds most of the names; None when no row holds any.

    Parameters:
        names: for each column the headers it may have.
    """
    column_of = _columns_by_header(names)
    best: Found | None = None
    for i, row in enumerate(block.rows[:_HEADER_ROWS]):
        columns: dict[str, int] = {}
        for j, value in enumerate(row):
            if column := column_of(value):
                columns.setdefault(column, j)
        if columns and (best is None or len(columns) > len(best.columns)):
            best = Found(i, columns)
    return best


def _columns_by_header(names: Mapping[str, Sequence[str]]) -> Callable[[Any], str | None]:
    """Which column a cell heads: that of just this header, else the only one whose header differs in signs alone."""
    exact: dict[str, str] = {}
    alike: dict[str, set[str]] = defaultdict(set)
    for column, headers in names.items():
        for header in headers:
            exact.setdefault(label_key(header), column)
            alike[key(header)].add(column)

    def column_of(value: Any) -> str | None:
        if not isinstance(value, str):
            return None
        columns = alike.get(key(value), set())
        return exact.get(label_key(value)) or (min(columns) if len(columns) == 1 else None)

    return column_of


def doubled_columns(block: Block, found: Found, names: Mapping[str, Sequence[str]]) -> list[Problem]:
    """Say which headers stand twice."""
    column_of = _columns_by_header(names)
    return [
        error(block.where(found.row, j), f"a second column is headed '{value}'.", "Keep one.")
        for j, value in enumerate(block.rows[found.row])
        if found.columns.get(column_of(value) or "", j) != j
    ]


def missing_columns(block: Block, found: Found | None, names: Mapping[str, Sequence[str]]) -> list[Problem]:
    """Say which headers are not there, and what was probably meant."""
    row = block.rows[found.row] if found else next((r for r in block.rows if any(v is not None for v in r)), [])
    taken = set(found.columns.values()) if found else set()
    there = [str(value) for j, value in enumerate(row) if value is not None and j not in taken]
    number = block.top + (found.row if found else 0) + 1
    place = f"{block.place}!{number}:{number}" if found else block.place
    return [
        error(place, f"the column '{headers[0]}' is missing.", nearest_header(headers[0], there) or "Add it.")
        for column, headers in names.items()
        if not found or column not in found.columns
    ]


_WITH_UNIT = re.compile(r"(.+?)\s*[\[(](.*)[\])]")


def nearest_header(header: str, there: Sequence[str]) -> str:
    """Say what was probably meant, or that a column of this name is in another unit."""
    wanted = _WITH_UNIT.fullmatch(header)
    for other in there:
        given = _WITH_UNIT.fullmatch(plain_text(other))
        if wanted and given and key(wanted[1]) == key(given[1]):
            return f"'{other}' is in another unit: convert its figures to {wanted[2]}, then head it '{header}'."
    return nearest(header, there)


def left_out(
    block: Block, found: Found, columns: Sequence[Column], names: Mapping[str, Sequence[str]]
) -> Iterator[Problem]:
    """Say what is taken for a column that may be missing; a header that is nearly its own was probably meant for it."""
    headers = block.rows[found.row]
    others = [str(header) for j, header in enumerate(headers) if j not in found.columns.values() and header]
    number = block.top + found.row + 1
    place = f"{block.place}!{number}:{number}"
    for column in columns:
        if column.name in found.columns or column.kind == "text":
            continue
        header = names[column.name][0]
        taken = "every row of it counts as blank" if column.default is None else f"{column.default} is taken"
        said = f"the column '{header}' is missing; {taken}."
        meant = nearest_header(header, others)
        if meant and not meant.startswith("Known"):
            yield warning(place, said, meant)
        elif column.default is not None and not column.is_quiet:
            yield note(place, said)


def is_row(row: Sequence[Any], columns: Sequence[Column], found: Found) -> bool:
    """Whether something that stands apart fills most columns of a table, and holds what each of them needs."""
    cells = {column: row[j] if (j := found.columns[column.name]) < len(row) else None for column in columns}
    if 2 * sum(not is_blank(value) for value in cells.values()) < len(columns):
        return False
    refused: list[Problem] = []
    for column, value in cells.items():
        convert(value, column, "", refused)
    return not has_error(refused)


def headings_elsewhere(block: Block, names: Mapping[str, Sequence[str]]) -> Problem | None:
    """Say that a table begins in another row than the one of its headings; None where no other row has more of them."""
    rows = [*block.above, *block.rows]
    wider = replace(block, rows=rows, top=block.top - len(block.above))
    found = find_header(wider, names)
    if found is None or found.row == len(block.above) or 2 * len(found.columns) < len(names):
        return None
    there, first = wider.top + found.row + 1, block.top + 1
    side = "above" if there < first else "below"
    return error(
        f"{block.place}!{there}:{there}",
        f"the headings of the table stand in row {there}, {side} the first row of the table, which is row {first}.",
        f"Let the table begin in row {there}: Table Design, Resize Table.",
    )


def other_units(block: Block, found: Found, columns: Sequence[Column]) -> Iterator[Problem]:
    """Refuse a table in which a column of units names one that none of its figures is due in."""
    due = [column for column in columns if column.kind == "number" and is_unit(column.unit)]
    for j, header in enumerate(block.rows[found.row]):
        if j in found.columns.values() or not isinstance(header, str) or not _OF_UNITS.fullmatch(plain_text(header)):
            continue
        for i, row in enumerate(block.rows[found.row + 1 :], start=found.row + 1):
            given = row[j] if j < len(row) else None
            if isinstance(given, str) and due and all(is_other_unit(given, column.unit) for column in due):
                units = " or ".join(dict.fromkeys(column.unit for column in due))
                said = f"the unit is '{shortened(given)}', must be {units}."
                yield error(block.where(i, j), said, "Convert the figures and correct this.")
                break


_OF_UNITS = re.compile(r"(?:[^\[(]*\W)?(?:units?|uom)(?:\W[^\[(]*)?", re.IGNORECASE)


def other_unit(block: Block, i: int, found: Found, column: Column, called: str) -> Iterator[Problem]:
    """Refuse a value of which its row says that it is in another unit."""
    j = found.columns.get("unit")
    given = block.rows[i][j] if j is not None and j < len(block.rows[i]) else None
    if j is not None and isinstance(given, str) and is_other_unit(given, column.unit):
        said = f"the unit of {called} is '{shortened(given)}', must be {column.unit}."
        yield error(block.where(i, j), said, f"Convert the value to {column.unit} and correct this.")


def shown_otherwise(block: Block, rows: Sequence[int], j: int, column: Column) -> Iterator[Problem]:
    """Say that figures of a column are shown with another unit than the one that they are due in."""
    shown = {i: block.units.get((block.top + i, block.left + j), ("", 0)) for i in rows}
    off = [i for i, (unit, thousands) in shown.items() if is_other_unit(unit, column.unit, thousands)]
    if off:
        unit = shown[off[0]][0]
        said = f"{column.heading} is shown in {unit} by the format of the cell{others(off)}, must be in {column.unit}."
        cure = f"Convert the figures to {column.unit} if they are in {unit}; then give the cells another number format."
        yield (warning if is_currency(unit) else error)(block.where(off[0], j), said, cure)


def rows_above(block: Block, found: Found, columns: Sequence[Column]) -> Iterator[Problem]:
    """Say which rows stand above the header that could be rows of the table; they are not read."""
    for i, row in enumerate(block.rows[: found.row]):
        if is_row(row, columns, found):
            yield error(
                block.where(i, found.columns[columns[0].name]),
                f"this row stands above the header in row {block.top + found.row + 1}, so it is not part of the table.",
                "Keep one header, above all rows; delete what does not belong to the table.",
            )
            return


def read_rows(block: Block, table: Table, found: Found, columns: Sequence[Column], problems: list[Problem]) -> Rows:
    """Read all rows below a header; a blank row is passed over, and so is a line of text apart below the table."""
    positions = [found.columns[column.name] for column in columns]
    filled: dict[int, list[int]] = {}
    for i in range(found.row + 1, len(block.rows)):
        if there := [j for j in positions if j < len(block.rows[i]) and not is_blank(block.rows[i][j])]:
            filled[i] = there
    numbers, remarks = _without_remarks(block, filled, positions)
    problems.extend(
        note(
            block.where(i, filled[i][0]),
            f"text that is not part of the table was not read: '{shortened(block.rows[i][filled[i][0]])}'.",
        )
        for i in remarks
    )
    problems.extend(_hidden(block, numbers))
    values: dict[str, list[Any]] = {}
    for column, j in zip(columns, positions, strict=True):
        if block.units and column.kind == "number":
            problems.extend(shown_otherwise(block, numbers, j, column))
        values[column.name] = [
            convert(block.rows[i][j] if j < len(block.rows[i]) else None, column, block.where(i, j), problems)
            for i in numbers
        ]

    def address(j: int) -> Callable[[int], str]:
        return lambda i: block.where(numbers[i], j)

    places = {column.name: address(j) for column, j in zip(columns, positions, strict=True)}
    return Rows(table, values, places)


def _without_remarks(
    block: Block, filled: Mapping[int, Sequence[int]], positions: Sequence[int]
) -> tuple[list[int], list[int]]:
    """Part the rows of a table from lines of text that stand below it, apart; one right below may be a row."""
    rows = list(filled)
    if block.is_table or len(positions) == 1:
        return rows, []
    end = len(rows)
    while end and _is_line_of_text([block.rows[rows[end - 1]][j] for j in filled[rows[end - 1]]]):
        end -= 1
    while 0 < end < len(rows) and rows[end] == rows[end - 1] + 1:
        end += 1
    return rows[:end], rows[end:]


def _is_line_of_text(values: Sequence[Any]) -> bool:
    return len(values) == 1 and isinstance(values[0], str)


def _hidden(block: Block, numbers: Sequence[int]) -> Iterator[Problem]:
    """Say that hidden rows count, as a user who does not see them may think that they do not."""
    hidden = [i for i in numbers if block.top + i in block.hidden]
    if hidden:
        rows = "row of the table is" if len(hidden) == 1 else "rows of the table are"
        yield note(block.where(hidden[0], 0), f"{len(hidden)} {rows} hidden or filtered out; they count all the same.")


def read_names(
    block: Block, name_header: str, value_header: str, columns: Sequence[Column], problems: list[Problem]
) -> dict[str, Cell]:
    """Read a sheet of names and values, one to a row: the value of each of the columns by its name.

    Every name must be there: a default for a name that was misspelt would change the plan without a word.
    """
    needed = {"name": (name_header, name_header.rstrip("s"), name_header + "s"), "value": (value_header,)}
    names = {**needed, "unit": ("Unit", "Units")}
    found = find_header(block, names)
    if missing := missing_columns(block, found, needed):
        problems.extend(missing)
        return {}
    assert found is not None
    problems.extend(doubled_columns(block, found, names))
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
        problems.extend(other_unit(block, i, found, column, column.study[0]))
        problems.extend(shown_otherwise(block, [i], found.columns["value"], column))
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
