"""Inputs as rows of the planning workbook's input tables."""

from __future__ import annotations

import hashlib
from typing import Any

from fleetopt.inputs import schema
from fleetopt.inputs.inputs import Inputs
from fleetopt.inputs.schema import SETTINGS_TABLE
from fleetopt.words.columns import LARGEST, Column, Table
from fleetopt.words.content import Content, Value
from fleetopt.words.rows import Rows


def input_content(inputs: Inputs) -> Content:
    """All input tables; those by year are sorted by year."""
    content = Content()
    content.tables[SETTINGS_TABLE.name] = [_setting(inputs, column) for column in schema.SETTINGS]
    content.headers[SETTINGS_TABLE.name] = SETTINGS_TABLE.headings
    for table, rows in _tables(inputs):
        content.headers[table.name] = [column.heading for column in table.columns]
        values = [rows.values.get(column.name, [column.default] * len(rows)) for column in table.columns]
        content.tables[table.name] = [list(row) for row in zip(*values, strict=True)]
    return content


def _tables(inputs: Inputs) -> list[tuple[Table, Rows]]:
    labels = inputs.labels
    return [(schema.expanded(table, labels), _by_year(inputs[name])) for name, table in schema.TABLES.items()]


def _by_year(rows: Rows) -> Rows:
    if "year" not in rows.table.keys:
        return rows
    return rows.take(sorted(range(len(rows)), key=lambda i: rows.values["year"][i]))


def _setting(inputs: Inputs, column: Column) -> list[Value]:
    cell = inputs.settings.get(column.name)
    is_figure = column.kind != "choice"
    highest = column.highest if is_figure and column.highest < LARGEST else None
    return [
        column.name,
        cell.value if cell else column.default,
        column.unit,
        column.lowest if is_figure else None,
        highest,
        f"{column.meaning}{f' ({column.bounds})' if column.choices else ''}",
    ]


def inputs_hash(inputs: Inputs) -> str:
    """Twelve letters and digits for everything that the plan depends on; the order of rows does not matter."""
    quiet = {column.name: column.default for column in schema.SETTINGS if column.is_quiet}
    lines: list[str] = [
        f"{name}={_exact(cell.value)}"
        for name, cell in inputs.settings.items()
        if name not in quiet or cell.value != quiet[name]
    ]
    for table, rows in _tables(inputs):
        names = [column.name for column in table.columns if column.name in rows.values and column.kind != "text"]
        names = [name for name in names if not _is_off(table[name], rows.values[name])]
        records = zip(*(rows.values[name] for name in names), strict=True)
        lines += (f"{table.name}:{names}:{[_exact(value) for value in record]}" for record in records)
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:12]


def _is_off(column: Column, values: list[Any]) -> bool:
    """Whether a column of a refinement says nothing: a plan made without it depends on the same inputs."""
    return column.is_quiet and all(value == column.default for value in values)


def _exact(value: Any) -> str:
    return repr(float(value)) if isinstance(value, (int, float)) else repr(value)
