"""The planning workbook's inputs: Excel Tables found by their names, wherever they stand.

Columns and rows may stand in any order, with others between them. Labels that differ only by blanks or by case from
those of the table that they belong to are taken as the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

from fleetopt.books.of_results import RESULT_TABLES
from fleetopt.books.tables import (
    Found,
    doubled_columns,
    find_header,
    headings_elsewhere,
    is_row,
    key,
    label_key,
    left_out,
    missing_columns,
    other_unit,
    other_units,
    read_rows,
    shown_otherwise,
)
from fleetopt.inputs import schema
from fleetopt.inputs.inputs import Inputs
from fleetopt.inputs.schema import INPUT_TABLES, SETTINGS_TABLE
from fleetopt.words.block import Block
from fleetopt.words.cells import convert, is_blank
from fleetopt.words.clock import slot_label
from fleetopt.words.columns import Column, Table
from fleetopt.words.problem import Problem, error, has_error, nearest, note, warning
from fleetopt.words.rows import Cell, Rows, given

_ALONE = "Base"
"""The scenario of a workbook that lists none."""


def is_planning(tables: Iterable[str]) -> bool:
    """Whether a workbook with these tables is a planning workbook."""
    known = {table.name.casefold() for table in INPUT_TABLES}
    return any(name.casefold() in known for name in tables)


def read_planning(source: str, blocks: Mapping[str, Block], names: Callable[[], Sequence[str]] = tuple) -> Inputs:
    """Make inputs of a planning workbook's tables.

    Parameters:
        source: the workbook, as the user named it.
        blocks: by its name each of the input tables that are there, with its header row and without a totals row.
        names: lists all tables of the workbook; only asked when one is missing, and once.
    """
    problems: list[Problem] = []
    by_name = {name.casefold(): block for name, block in blocks.items()}
    ours = {table.name.casefold() for table in INPUT_TABLES}

    @cache
    def strangers() -> list[str]:
        return [name for name in names() if name.casefold() not in ours | RESULT_TABLES]

    def block_of(table: Table) -> Block | None:
        block = by_name.get(table.name.casefold())
        if block is None:
            message = f"the table {table.name} is missing; it belongs on the sheet {table.sheet}."
            cure = f"{nearest(table.name, strangers())} Give the right one that name, or make the workbook anew."
            problems.append(error(source, message, cure.strip()))
        return block

    tables: dict[str, Rows] = {}
    left: list[Problem] = []
    for table in _reading_order():
        described = schema.expanded(table, Inputs(source, tables, {}).labels)
        block = by_name.get(table.name.casefold()) if table.is_optional else block_of(table)
        if block is None and table.is_optional:
            problems.extend(_misspelt(table, source, strangers()))
        tables[table.name] = _rows(block, described, problems, left)
        problems.extend(_prices_without_label(block, described))
    problems.extend(_empty_but_named(tables, by_name))
    for table in reversed(schema.TABLES.values()):
        _one_spelling(table, tables, problems)
    for table in schema.TABLES.values():
        if table.arranged:
            tables[table.name] = tables[table.name].take(table.arranged(tables))
    settings = _settings(block_of(SETTINGS_TABLE), problems, left)
    return Inputs(source, tables, settings, problems=problems if has_error(problems) else [*problems, *left])


def _empty_but_named(tables: Mapping[str, Rows], blocks: Mapping[str, Block]) -> Iterator[Problem]:
    """A table may be empty only where no row of another names something of it."""
    for table in (table for table in schema.TABLES.values() if table.may_be_empty and not len(tables[table.name])):
        names_it = any(c.of == table.name for other in tables.values() if len(other) for c in other.table.columns)
        block = blocks.get(table.name.casefold())
        if names_it and block is not None:
            yield error(block.where(0, 0), f"the table {table.name} has no rows.", f"Enter {table.row}.")


def _misspelt(table: Table, source: str, others: Sequence[str]) -> Iterator[Problem]:
    """Say that a table which a workbook may lack is not there, where another is called nearly so."""
    meant = nearest(table.name, others)
    if meant and not meant.startswith("Known"):
        said = f"the table {table.name} is missing and counts as empty."
        yield warning(source, said, f"{meant} Give it that name if its rows are to count.")


def _reading_order() -> list[Table]:
    """Tables whose labels head columns of another come first, such tables last."""
    heads = {schema.LABELS[axis].name for axis in schema.EACH}
    headed = {figure.table for figure in schema.EACH.values()}
    return sorted(schema.TABLES.values(), key=lambda table: (table.name in headed) - (table.name in heads))


def _rows(block: Block | None, table: Table, problems: list[Problem], left: list[Problem]) -> Rows:
    """One table; without rows when it is not there. Optional columns may be missing.

    Parameters:
        left: gets the notes on such columns, which only matter where nothing is wrong.
    """
    empty = Rows(table, {column.name: [] for column in table.columns}, {})
    if block is None:
        return empty
    names = {column.name: column.headers for column in table.columns}
    block = replace(block, is_table=True)
    found = find_header(replace(block, rows=block.rows[:1]), names)
    needed = {column.name: column.headers for column in table.columns if column.is_needed and column.default is None}
    missing = missing_columns(block, found, needed)
    if missing and (elsewhere := headings_elsewhere(block, needed)):
        missing = [elsewhere]
    problems.extend(missing)
    if found is None or missing:
        return empty
    problems.extend(doubled_columns(block, found, names))
    problems.extend(other_units(block, found, table.columns))
    there = [column for column in table.columns if column.name in found.columns]
    problems.extend(_left_below(block, table, there, found))
    rows = read_rows(block, table, found, there, problems)
    if not len(rows) and table is schema.SCENARIOS:
        said = f"the table {table.name} has no rows; the settings alone are planned, as the scenario '{_ALONE}'."
        problems.append(note(block.where(0, 0), said))
        blank = {column.name: column.default for column in table.columns}
        return given(table, [{**blank, "scenario": _ALONE}], block.where(0, 0))
    if not len(rows) and not table.is_optional and not table.may_be_empty:
        problems.append(error(block.where(0, 0), f"the table {table.name} has no rows.", f"Enter {table.row}."))
    for each in left_out(block, found, table.columns, names):
        (left if each.severity == "note" else problems).append(each)
    settings = [*_settings_as_columns(block, table, found)]
    problems.extend(settings)
    problems.extend(_figures_unread(block, table, found, {each.where for each in settings}))
    for column in table.columns:
        if column.name not in found.columns:
            rows.values[column.name] = [column.default] * len(rows)
            rows.places[column.name] = lambda _i: block.where(0, 0)
    return rows


def _settings_as_columns(block: Block, table: Table, found: Found) -> Iterator[Problem]:
    """Say which columns of the scenarios are called as a setting that they cannot change."""
    known = {key(header) for column in schema.SETTINGS for header in (column.name, *column.headers)}
    for j, header in enumerate(block.rows[0] if table is schema.SCENARIOS else ()):
        if isinstance(header, str) and j not in found.columns.values() and key(header) in known:
            said = f"'{header}' is no column of {table.name} and is not used; it is the same in all scenarios."
            yield warning(block.where(0, j), said, "Change it in the Settings, or make another workbook for it.")


def _figures_unread(block: Block, table: Table, found: Found, said: set[str]) -> Iterator[Problem]:
    """Say which columns hold figures that are not used: who typed them may think that they count."""
    priced = any(figure.table == table.name for figure in schema.EACH.values())
    for j, header in enumerate(block.rows[0]):
        is_known = j in found.columns.values() or not isinstance(header, str) or block.where(0, j) in said
        is_known = is_known or header in table.passed_over
        if is_known or is_blank(header) or (priced and "[" in header):
            continue
        if any(isinstance(row[j], (int, float)) and not isinstance(row[j], bool) for row in block.rows[1:]):
            known = nearest(header, [column.heading for column in table.columns])
            yield warning(block.where(0, j), f"'{header}' is no column of {table.name} and is not used.", known)


def _left_below(block: Block, table: Table, columns: Sequence[Column], found: Found) -> Iterator[Problem]:
    """Warn of rows that somebody typed below a table and that the table did not take up."""
    for i, row in enumerate(block.below):
        filled = [j for j, value in enumerate(row) if not is_blank(value)]
        if filled and (i == 0 or (isinstance(row[filled[0]], str) and is_row(row, columns, found))):
            yield warning(
                block.where(len(block.rows) + i, filled[0]),
                f"the table {table.name} ends above this row, which is not read.",
                "Drag the corner of the table down over the row if it belongs to it; else move it away.",
            )
            return


def _prices_without_label(block: Block | None, table: Table) -> Iterator[Problem]:
    """Say which columns look like one for each label of an axis, and have none."""
    known = {key(header) for column in table.columns for header in column.headers}
    for axis, figure in schema.EACH.items():
        of = schema.LABELS[axis]
        for j, header in enumerate(block.rows[0] if block and figure.table == table.name else ()):
            assert block is not None
            is_alike = isinstance(header, str) and f"[{figure.unit}]".casefold() in header.casefold()
            if is_alike and key(header) not in known:
                noun = of[of.keys[-1]].header.lower()
                there = f"The table {of.name} has no {noun} of this name, so the column is not used."
                yield warning(block.where(0, j), f"'{header}' is a price without a {noun}.", there)


def _one_spelling(table: Table, tables: Mapping[str, Rows], problems: list[Problem]) -> None:
    """Write each label of a table everywhere as the table has it first."""
    for column in table.columns:
        users = [
            (other, again)
            for other in schema.TABLES.values()
            for again in other.columns
            if again.name == column.name and (again.of == table.name or (other is table and _may_repeat(table, again)))
        ]
        if not any(other is not table for other, _ in users):
            continue
        rule = slot_label if column.is_span else label_key
        own = tables[table.name].values.get(column.name, ())
        spelling: dict[str, str] = {}
        for label in own:
            if label is not None:
                spelling.setdefault(rule(label), label)
        for rows in (tables[other.name] for other in sorted((of for of, _ in users), key=lambda of: of is not table)):
            for i, label in enumerate(rows.values.get(column.name, ())):
                right = spelling.get(rule(label), label) if label is not None else None
                if right != label:
                    problems.append(note(rows.where(column.name, i), f"'{label}' is read as '{right}'."))
                    rows.values[column.name][i] = right


def _may_repeat(table: Table, column: Column) -> bool:
    """Whether several rows of a table may have one label."""
    return table.keys != (column.name,)


def _settings(block: Block | None, problems: list[Problem], left: list[Problem]) -> dict[str, Cell]:
    """The value of each setting; one that is not there has its default, where it has one."""
    cells = {column.name: Cell(column.default, "default") for column in schema.SETTINGS if column.default is not None}
    if block is None:
        return cells
    needed = {name: SETTINGS_TABLE[name].headers for name in ("setting", "value")}
    names = {**needed, "unit": SETTINGS_TABLE["unit"].headers}
    found = find_header(replace(block, rows=block.rows[:1]), names)
    missing = missing_columns(block, found, needed)
    if missing and (elsewhere := headings_elsewhere(block, needed)):
        missing = [elsewhere]
    problems.extend(missing)
    if found is None or missing:
        return cells
    problems.extend(doubled_columns(block, found, names))
    return {**cells, **_named_values(block, found, problems, left)}


def _named_values(block: Block, found: Found, problems: list[Problem], left: list[Problem]) -> dict[str, Cell]:
    by_key = {key(column.name): column for column in schema.SETTINGS}
    cells: dict[str, Cell] = {}
    for i, row in enumerate(block.rows[1:], start=1):
        name = row[found.columns["setting"]]
        if is_blank(name):
            continue
        column = by_key.get(key(name))
        where = block.where(i, found.columns["value"])
        if column is None:
            known = nearest(str(name), [column.name for column in schema.SETTINGS])
            problems.append(warning(block.where(i, found.columns["setting"]), f"'{name}' is no setting.", known))
        elif column.name in cells:
            first = cells[column.name].where
            problems.append(error(where, f"{column.name} is given twice, first in {first}.", "Keep one."))
        else:
            value = row[found.columns["value"]]
            cells[column.name] = Cell(convert(value, column, where, problems), where)
            problems.extend(other_unit(block, i, found, column, column.name))
            problems.extend(shown_otherwise(block, [i], found.columns["value"], column))
    for column in schema.SETTINGS:
        if column.name not in cells and column.is_needed:
            if column.default is None:
                problems.append(
                    error(block.place, f"the setting {column.name} is missing.", f"Enter {column.meaning}.")
                )
            elif not column.is_quiet:
                said = f"the setting {column.name} is missing; {column.default} is taken."
                left.append(note(block.place, said))
    for column in schema.SETTINGS:
        cells.setdefault(column.name, Cell(column.default, "default"))
    return cells
