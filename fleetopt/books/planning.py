"""The planning workbook's inputs: Excel Tables found by their names, wherever they stand.

Columns and rows may stand in any order, with others between them. Labels that differ only by blanks or by case from
those of the table that they belong to are taken as the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from fleetopt.books.tables import (
    Found,
    doubled_columns,
    find_header,
    is_row,
    key,
    label_key,
    left_out,
    missing_columns,
    read_rows,
)
from fleetopt.inputs import schema
from fleetopt.inputs.inputs import Inputs
from fleetopt.inputs.schema import INPUT_TABLES, SETTINGS_TABLE
from fleetopt.results.tables import RESULT_TABLES
from fleetopt.words.block import Block
from fleetopt.words.cells import convert, is_blank
from fleetopt.words.clock import slot_label, span
from fleetopt.words.columns import Column, Table
from fleetopt.words.problem import Problem, error, nearest, note, warning
from fleetopt.words.rows import Cell, Rows

_RESULTS = {table.name.casefold() for table in RESULT_TABLES}


def is_planning(tables: Iterable[str]) -> bool:
    """Whether a workbook with these tables is a planning workbook."""
    known = {table.name.casefold() for table in INPUT_TABLES}
    return any(name.casefold() in known for name in tables)


def read_planning(source: str, blocks: Mapping[str, Block], names: Callable[[], Sequence[str]] = tuple) -> Inputs:
    """Make inputs of a planning workbook's tables.

    Parameters:
        source: the workbook, as the user named it.
        blocks: by its name each of the input tables that are there, with its header row and without a totals row.
        names: lists all tables of the workbook; only asked when one is missing.
    """
    problems: list[Problem] = []
    by_name = {name.casefold(): block for name, block in blocks.items()}
    ours = {table.name.casefold() for table in INPUT_TABLES}

    def block_of(table: Table) -> Block | None:
        block = by_name.get(table.name.casefold())
        if block is None:
            message = f"the table {table.name} is missing; it belongs on the sheet {table.sheet}."
            others = [name for name in names() if name.casefold() not in ours | _RESULTS]
            cure = f"{nearest(table.name, others)} Give the right one that name, or make the workbook anew."
            problems.append(error(source, message, cure.strip()))
        return block

    chargers = _rows(block_of(schema.CHARGERS), schema.CHARGERS, problems)
    prices = tuple(schema.charger_price(name) for name in chargers.values["charger"] if name)
    costs = replace(schema.COSTS, columns=(*schema.COSTS.columns, *prices))
    rows = {
        table.name: chargers if table is schema.CHARGERS else _rows(block_of(table), table, problems)
        for table in (*(table for table in schema.TABLES if table is not schema.COSTS), costs)
    }
    _prices_without_charger(by_name.get(costs.name.casefold()), costs, problems)
    fleet, trucks, energy, day_types = (
        rows[table.name] for table in (schema.FLEET, schema.TRUCKS, schema.ENERGY, schema.DAY_TYPES)
    )
    _same_spelling(day_types, "day_type", [energy], label_key, problems)
    _same_spelling(energy, "slot", [energy, fleet], slot_label, problems)
    _same_spelling(trucks, "truck_type", [trucks, fleet], label_key, problems)
    return Inputs(
        source=source,
        fleet=fleet,
        trucks=trucks,
        energy=_in_clock_order(energy, day_types),
        day_types=day_types,
        costs=rows[costs.name],
        chargers=chargers,
        scenarios=rows[schema.SCENARIOS.name],
        settings=_settings(block_of(SETTINGS_TABLE), problems),
        problems=problems,
    )


def _rows(block: Block | None, table: Table, problems: list[Problem]) -> Rows:
    """One table; without rows when it is not there. Optional columns may be missing."""
    empty = Rows(table, {column.name: [] for column in table.columns}, {})
    if block is None:
        return empty
    names = {column.name: column.headers for column in table.columns}
    block = replace(block, is_table=True)
    found = find_header(replace(block, rows=block.rows[:1]), names)
    needed = {column.name: column.headers for column in table.columns if column.is_needed and column.default is None}
    missing = missing_columns(block, found, needed)
    problems.extend(missing)
    if found is None or missing:
        return empty
    problems.extend(doubled_columns(block, found, names))
    there = [column for column in table.columns if column.name in found.columns]
    problems.extend(_left_below(block, table, there, found))
    rows = read_rows(block, table, found, there, problems)
    if not len(rows):
        problems.append(error(block.where(0, 0), f"the table {table.name} has no rows.", f"Enter {table.row}."))
    problems.extend(left_out(block, found, table.columns, names))
    problems.extend(_settings_as_columns(block, table, found))
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


def _prices_without_charger(block: Block | None, costs: Table, problems: list[Problem]) -> None:
    """Say which columns hold the price of a charger that is not in the table of chargers."""
    known = {key(header) for column in costs.columns for header in column.headers}
    for j, header in enumerate(block.rows[0] if block else ()):
        if isinstance(header, str) and "[usd/unit]" in header.casefold() and key(header) not in known:
            assert block is not None
            there = f"The table {schema.CHARGERS.name} has no charger of this name, so the column is not used."
            problems.append(warning(block.where(0, j), f"'{header}' is a price without a charger.", there))


def _same_spelling(
    owner: Rows, column: str, users: Sequence[Rows], rule: Callable[[str], str], problems: list[Problem]
) -> None:
    """Write a label everywhere as its own table has it first."""
    spelling: dict[str, str] = {}
    for label in owner.values[column]:
        if label is not None:
            spelling.setdefault(rule(label), label)
    for rows in users:
        for i, label in enumerate(rows.values[column]):
            right = spelling.get(rule(label), label) if label is not None else None
            if right != label:
                problems.append(note(rows.where(column, i), f"'{label}' is read as '{right}'."))
                rows.values[column][i] = right


def _in_clock_order(energy: Rows, day_types: Rows) -> Rows:
    """Day types in the order of their table, slots by the clock where all labels are spans of the day."""
    days = {label: i for i, label in reversed(list(enumerate(day_types.values["day_type"])))}
    spans = {slot: span(slot) for slot in energy.values["slot"] if slot is not None}
    start = {slot: time[0] for slot, time in spans.items() if time is not None}
    if len(start) < len(spans):
        start = {slot: float(i) for i, slot in enumerate(spans)}

    def place(i: int) -> tuple[int, float]:
        day, slot = energy.values["day_type"][i], energy.values["slot"][i]
        return days.get(day, len(days)), start.get(slot, 24.0)

    return energy.take(sorted(range(len(energy)), key=place))


def _settings(block: Block | None, problems: list[Problem]) -> dict[str, Cell]:
    """The value of each setting; one that is not there has its default, where it has one."""
    cells = {column.name: Cell(column.default, "default") for column in schema.SETTINGS if column.default is not None}
    if block is None:
        return cells
    needed = {name: SETTINGS_TABLE[name].headers for name in ("setting", "value")}
    names = {**needed, "unit": SETTINGS_TABLE["unit"].headers}
    found = find_header(replace(block, rows=block.rows[:1]), names)
    missing = missing_columns(block, found, needed)
    problems.extend(missing)
    if found is None or missing:
        return cells
    problems.extend(doubled_columns(block, found, names))
    return {**cells, **_named_values(block, found, problems)}


def _named_values(block: Block, found: Found, problems: list[Problem]) -> dict[str, Cell]:
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
            problems.extend(_other_unit(block, i, found, column))
    for column in schema.SETTINGS:
        if column.name not in cells and column.is_needed:
            if column.default is None:
                problems.append(
                    error(block.place, f"the setting {column.name} is missing.", f"Enter {column.meaning}.")
                )
            else:
                said = f"the setting {column.name} is missing; {column.default} is taken."
                problems.append(note(block.place, said))
    for column in schema.SETTINGS:
        cells.setdefault(column.name, Cell(column.default, "default"))
    return cells


_UNITS = {
    key(unit)
    for unit in ("W", "kW", "MW", "Wp", "kWp", "MWp", "Wh", "kWh", "MWh", "%", "s", "min", "h", "€", "EUR", "kUSD")
}
"""Units that people enter figures in."""


def _other_unit(block: Block, i: int, found: Found, column: Column) -> Iterator[Problem]:
    """Refuse a value that the row says is in another unit."""
    j = found.columns.get("unit")
    given = None if j is None else block.rows[i][j]
    if j is not None and column.unit and key(given) in _UNITS - {key(column.unit)}:
        said = f"the unit of {column.name} is '{given}', must be {column.unit}."
        yield error(block.where(i, j), said, f"Convert the value to {column.unit} and correct this.")
