"""Excel Tables on a sheet: header, rows, widths, comments and validation, all from the schema."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fleetopt.template.styles import Styles, cell_look, header_look, input_figures, result_figures
from fleetopt.words.columns import Column, Table
from fleetopt.words.content import Formula, Value

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_WIDEST = 60
_WIDEST_LABEL = 34
_HEADER_LINES = 3
_LEAST: Mapping[str, float] = {
    "scenario": 22,
    "day_type": 18,
    "item": 18,
    "limit": 19,
    "slot": 15,
    "note": 44,
    "meaning": 78,
    "versions": 34,
    "inputs": 16,
    "finished": 21,
}
"""Columns whose texts come later, with room for usual ones [characters]; a longer text is shown smaller."""
_LEAST_MONEY, _LEAST_FIGURE = 13.5, 10.5
"""Room for 100,000,000 USD with a sign, and for 100,000.0 of anything else."""


def add_table(
    sheet: Worksheet,
    styles: Styles,
    table: Table,
    rows: Sequence[Sequence[Value]],
    top: int,
    left: int,
    *,
    lists: Mapping[str, str] | None = None,
    is_input: bool = False,
    has_filter: bool = True,
) -> None:
    """Write one table with its header at a place.

    Parameters:
        lists: for columns of an input table the formula of its drop-down list.
        has_filter: whether its headers have the buttons to filter and sort; not where rows must stay together.
    """
    figures = input_figures if is_input else result_figures
    look = "input" if is_input else "result"
    bottom = top + max(1, len(rows))
    sheet.add_table(
        top,
        left,
        bottom,
        left + len(table.columns) - 1,
        {
            "name": table.name,
            "style": None if is_input else "Table Style Light 1",
            "autofilter": has_filter,
            "columns": [
                {"header": column.heading, "header_format": styles(header_look(column))} for column in table.columns
            ],
        },
    )
    for j, column in enumerate(table.columns):
        style = styles(cell_look(look, column), figures(column))
        body = [row[j] for row in rows] or [None]
        for i, value in enumerate(body, start=top + 1):
            put(sheet, i, left + j, value, style)
        if is_input:
            write_comment(sheet, top, left + j, column)
            validate(sheet, (top + 1, left + j, bottom, left + j), column, (lists or {}).get(column.name))


def put(sheet: Worksheet, row: int, column: int, value: Value, style: Format) -> None:
    """Write one value; text stays text whatever it starts with."""
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, Formula):
        shown: Any = "" if value.value is None else value.value
        sheet.write_formula(row, column, value.text, style, shown)
    elif isinstance(value, str):
        sheet.write_string(row, column, value, style)
    else:
        sheet.write_number(row, column, value, style)


def widths(table: Table, rows: Sequence[Sequence[Value]], labels: Mapping[str, float] | None = None) -> list[float]:
    """Characters that each column needs: for its longest word, a header of three lines, and its values.

    Parameters:
        labels: by a column's name the length of the labels that it will hold, where the inputs tell.
    """
    found: list[float] = []
    for j, column in enumerate(table.columns):
        if fixed := column.width:
            found.append(fixed)
            continue
        words = column.heading.split()
        needed = max(*map(len, words), -(-len(column.heading) // _HEADER_LINES), 7) + 2.5
        needed = max(needed, _least(column), min((labels or {}).get(column.name, 0), _WIDEST_LABEL) + 2.5)
        for row in (*rows[:200], *rows[-50:]):
            needed = max(needed, _shown(row[j], column) + 2.5)
        found.append(min(needed, max(_WIDEST, _least(column))))
    return found


def _least(column: Column) -> float:
    """Characters that a column needs for what it may come to hold."""
    if column.name in _LEAST or column.kind in ("label", "text", "choice", "year", "whole", "time"):
        return _LEAST.get(column.name, 0)
    is_total = column.unit in {"USD", "USD/year"}
    return _LEAST_MONEY if is_total else _LEAST_FIGURE if column.unit.startswith("k") else 0


def header_lines(table: Table, columns: Sequence[float]) -> int:
    """Lines that the longest header takes in columns of these widths."""
    lines = 1
    for column, width in zip(table.columns, columns, strict=True):
        wrapped = textwrap.wrap(column.heading, max(1, int(width)), break_long_words=False)
        lines = max(lines, len(wrapped))
    return lines


def _shown(value: Value, column: Column) -> int:
    """Characters of a value as it is shown."""
    if isinstance(value, Formula):
        value = value.value
    if isinstance(value, str):
        return max(map(len, value.split("\n")), default=0)
    if value is None or column.kind == "year":
        return 4
    if column.kind == "time":
        return 19
    return len(f"{value:,.0f}") + (3 if column.unit not in ("USD", "USD/year", "units") else 1)


def write_comment(sheet: Worksheet, row: int, column: int, what: Column) -> None:
    """Say in the comment of an input what to enter, within which bounds, and where the default comes from."""
    lines = [f"Enter {what.meaning}."]
    if what.kind not in ("label", "text"):
        lines.append(f"Must be {what.bounds}.")
    if what.default is not None:
        lines.append(f"Default: {what.default}{f', from {what.source}' if what.source else ''}.")
    elif not what.is_needed:
        lines.append("May be blank.")
    remark(sheet, row, column, lines)


def remark(sheet: Worksheet, row: int, column: int, lines: Sequence[str]) -> None:
    """Put some lines into a comment that is large enough for them."""
    shown = sum(-(-len(line) // 34) for line in lines)
    options = {"x_scale": 1.7, "y_scale": 0.15 + 0.2 * shown, "font_size": 9, "author": "fleetopt"}
    sheet.write_comment(row, column, "\n".join(lines), options)


def validate(sheet: Worksheet, area: tuple[int, int, int, int], column: Column, choices: str | None = None) -> None:
    """Bounds, choices and lists of a column as data validation."""
    if column.kind == "text":
        return
    message = f"{column.heading} must be {column.bounds if column.kind != 'label' else 'one of the list'}. "
    rule: dict[str, Any] = {
        "error_title": column.header[:32],
        "error_message": f"{message}Enter {column.meaning}."[:255],
        "ignore_blank": True,
    }
    if column.choices:
        rule |= {"validate": "list", "source": list(column.choices)}
    elif choices:
        rule |= {"validate": "list", "source": choices, "error_type": "warning"}
    elif column.kind == "label":
        return
    else:
        whole = column.kind in ("whole", "year")
        rule["validate"] = "integer" if whole else "decimal"
        if column.is_positive:
            rule |= {"criteria": "between", "minimum": 1 if whole else 1e-9, "maximum": column.highest}
        else:
            rule |= {"criteria": "between", "minimum": column.lowest, "maximum": column.highest}
    sheet.data_validation(*area, rule)
