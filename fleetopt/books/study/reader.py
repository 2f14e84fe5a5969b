"""The depot study's layout: five workbooks in a folder, or all sheets in `Project_dataset.xlsx`.

The files are taken as they are found: labels with stray blanks, `Truck type 1` for `1`, remarks below a table, years
beyond the horizon, rows, columns and sheets in any order. What was normalised is reported as a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from fleetopt.books.study import layout
from fleetopt.books.study.files import STUDY_TABLES, copy_of, study_blocks, study_headers
from fleetopt.books.study.parameters import ChargerOption, add_budget, study_parameters, study_settings
from fleetopt.books.tables import (
    Found,
    doubled_columns,
    find_header,
    left_out,
    missing_columns,
    other_units,
    read_rows,
    rows_above,
)
from fleetopt.inputs import schema
from fleetopt.inputs.inputs import Inputs
from fleetopt.words.block import Block
from fleetopt.words.clock import slot_label, span
from fleetopt.words.columns import Column, Table
from fleetopt.words.plain_text import plain_text
from fleetopt.words.problem import Problem, error, note, warning
from fleetopt.words.rows import Rows, given

_CHARGER_HEADER = re.compile(r"charger\D*(\d+(?:\.\d+)?)\s*kw(?![^(\[]*[(\[](?!\s*(?:usd|\$)))", re.IGNORECASE)
_OTHER_PRICE = re.compile(r"eur|€|gbp|£|chf|cents?\b|¢|thousand|\b1,?000\b|kusd|(?:/|per)\s*kw\b", re.IGNORECASE)
"""A charger's price in USD for one; a price in another currency or for something else is none."""
_TRUCK_TYPE = re.compile(r"truck\s*type\s*(\S.*)", re.IGNORECASE)
_BY_STUDY = "the study's layout"
_BLANK_SCENARIO = {column.name: column.default for column in schema.SCENARIOS.columns}


def read_study(path: Path) -> Inputs:
    """Read a depot in the study's layout from a folder or a single workbook.

    Raises:
        FileError: a file is missing or cannot be read.
    """
    problems: list[Problem] = []
    blocks = study_blocks(path, problems)
    rows = {table.name: _table(blocks.get(table.study_sheet), table, problems) for table in STUDY_TABLES}
    fleet, trucks, energy, costs = (rows[table.name] for table in STUDY_TABLES)
    _compare_copies(blocks, rows, problems)

    settings, area = study_settings(blocks, problems)
    options, horizon = study_parameters(blocks, problems)
    energy = _hours_and_days(energy, problems)
    years = _planning_years(fleet, horizon)
    if years:
        fleet, trucks, costs = (_within(table, years, problems) for table in (fleet, trucks, costs))
    add_budget(blocks.get(layout.STUDY_BUDGET_SHEET), costs, problems)
    chargers = _chargers(costs, options, problems)
    day = dict(zip(("day_type", "days"), layout.STUDY_DAY_TYPE, strict=True))
    days = given(layout.DAY_TYPES, [day], _BY_STUDY)
    ratios = [
        {**_BLANK_SCENARIO, "scenario": f"Export {ratio}", "export_ratio": ratio}
        for ratio in layout.STUDY_EXPORT_RATIOS
    ]
    chosen = given(schema.SCENARIOS, ratios, _BY_STUDY)
    return Inputs(
        source=str(path),
        tables={rows.table.name: rows for rows in (fleet, trucks, energy, days, costs, chargers, chosen)},
        settings={**settings, **area},
        horizon=horizon or len(set(fleet.values["year"])),
        problems=problems,
    )


def _table(block: Block | None, table: Table, problems: list[Problem]) -> Rows:
    """One table of the study with its labels normalised; without rows when it is not there."""
    headers = study_headers(table)
    empty = Rows(table, {name: [] for name in headers}, {})
    if block is None:
        return empty
    found = find_header(block, headers)
    needed = {
        column.name: headers[column.name]
        for column in table.columns
        if column.name in headers and not column.is_only_checked
    }
    missing = missing_columns(block, found, needed)
    problems.extend(missing)
    if found is None or missing:
        return empty
    problems.extend(doubled_columns(block, found, headers))
    problems.extend(other_units(block, found, [column for column in table.columns if column.name in found.columns]))
    problems.extend(rows_above(block, found, [column for column in table.columns if column.name in found.columns]))
    optional = [column for column in table.columns if column.name in headers.keys() - needed.keys()]
    problems.extend(said for said in left_out(block, found, optional, headers) if said.severity == "warning")
    columns = [column for column in table.columns if column.name in found.columns]
    if table is layout.COSTS:
        found, columns = _with_charger_columns(block, found, columns, problems)
    rows = read_rows(block, table, found, columns, problems)
    if not len(rows):
        problems.append(
            error(block.place, "the table has no rows, only its header.", f"Enter one row for {table.row}.")
        )
    _normalise(rows, "slot", slot_label, problems)
    _normalise(rows, "truck_type", _truck_type, problems)
    return rows


def _truck_type(text: str) -> str:
    match = _TRUCK_TYPE.fullmatch(text)
    return match[1] if match else text


def _normalise(rows: Rows, column: str, rule: Any, problems: list[Problem]) -> None:
    """Apply a rule to a column of labels and say once for each label what was changed."""
    changed: dict[str, tuple[str, str]] = {}
    for i, value in enumerate(rows.values.get(column, ())):
        if value is not None and (normal := rule(value)) != value:
            changed.setdefault(value, (normal, rows.where(column, i)))
            rows.values[column][i] = normal
    for value, (normal, where) in changed.items():
        problems.append(note(where, f"'{value}' is read as '{normal}'."))


def _with_charger_columns(
    block: Block, found: Found, columns: list[Column], problems: list[Problem]
) -> tuple[Found, list[Column]]:
    """Add a price column for each charger type that the header row names by its power."""
    positions = dict(found.columns)
    for j, header in enumerate(block.rows[found.row]):
        is_other = isinstance(header, str) and _OTHER_PRICE.search(header)
        match = _CHARGER_HEADER.search(plain_text(header)) if isinstance(header, str) and not is_other else None
        if match is None:
            continue
        column = replace(layout.charger_price(_charger(float(match[1]))), study=(str(header),))
        if column.name in positions:
            problems.append(
                error(
                    block.where(found.row, j),
                    f"a second column holds the price of {column.header} chargers.",
                    "Keep one.",
                )
            )
            continue
        positions[column.name] = j
        columns.append(column)
    return Found(found.row, positions), columns


def _charger(power_kw: float) -> str:
    return f"{power_kw:g} kW"


def _compare_copies(blocks: Mapping[str, Block], rows: Mapping[str, Rows], problems: list[Problem]) -> None:
    """Warn where the parameter workbook holds a table that says something else than the table's own file."""
    for table in STUDY_TABLES:
        copy = blocks.get(copy_of(table))
        if copy is None:
            continue
        unheard: list[Problem] = []
        other = _table(copy, table, unheard)
        if sorted(_records(other), key=repr) != sorted(_records(rows[table.name]), key=repr):
            problems.append(
                warning(
                    copy.place,
                    f"says something else than {blocks[table.study_sheet].place}, which is used.",
                    "Make the two agree.",
                )
            )


def _records(rows: Rows) -> Iterable[tuple[Any, ...]]:
    """What the plan needs of each row."""
    needed = rows.values.keys() - {column.name for column in rows.table.columns if column.is_only_checked}
    return zip(*(rows.values[name] for name in sorted(needed)), strict=True)


def _hours_and_days(energy: Rows, problems: list[Problem]) -> Rows:
    """Give each slot its day type and its hours, which the study has in the label only; then order by the clock."""
    spans = [span(label) if label else None for label in energy.values["slot"]]
    for i, label in enumerate(energy.values["slot"]):
        if label and spans[i] is None:
            problems.append(
                error(
                    energy.where("slot", i),
                    f"{layout.ENERGY['slot'].heading} is '{label}', must be a span of the day such as 12AM-6AM.",
                    "Enter when the slot starts and ends.",
                )
            )
    energy.values["day_type"] = [layout.STUDY_DAY_TYPE[0]] * len(energy)
    energy.values["hours"] = [time[1] if time else None for time in spans]
    where_slot = energy.places.get("slot", _nowhere)
    energy.places |= {"day_type": where_slot, "hours": where_slot}
    return energy.take(sorted(range(len(energy)), key=lambda i: time[0] if (time := spans[i]) else 24.0))


def _nowhere(_i: int) -> str:
    return _BY_STUDY


def _planning_years(fleet: Rows, horizon: int | None) -> range | None:
    """From the fleet's first year on, as many as the horizon says."""
    listed = [year for year in fleet.values.get("year", ()) if year is not None]
    return range(min(listed), min(listed) + horizon) if listed and horizon else None


def _within(rows: Rows, years: range, problems: list[Problem]) -> Rows:
    """The rows of the planning years; the others are noted."""
    listed = rows.values["year"]
    kept = [i for i, year in enumerate(listed) if year is None or year in years]
    others = sorted({year for year in listed if year is not None and year not in years})
    if others:
        first = next(i for i, year in enumerate(listed) if year is not None and year not in years)
        if not kept:
            problems.append(
                error(
                    rows.where("year", first),
                    f"all rows lie outside the planning years {years[0]} to {years[-1]}, "
                    "which start with the first year of the vehicles.",
                    "Correct the years here or of the vehicles.",
                )
            )
            return rows.take(kept)
        count = len(listed) - len(kept)
        said = (
            f"{count} row{'s' if count > 1 else ''} of {_spoken(others)} outside the planning years {_spoken(years)} "
            f"{'are' if count > 1 else 'is'} not used."
        )
        where = rows.where("year", first)
        is_cut_off = others == list(range(years[-1] + 1, years[-1] + 1 + len(others)))
        if rows.table is layout.FLEET and not is_cut_off:
            problems.append(warning(where, said, "Correct the year, or lengthen the planning horizon."))
        else:
            problems.append(note(where, said))
    return rows.take(kept)


def _spoken(years: Sequence[int]) -> str:
    if len(years) > 2 and years[-1] - years[0] == len(years) - 1:
        return f"{years[0]} to {years[-1]}"
    return ", ".join(map(str, years))


def _chargers(costs: Rows, options: Sequence[ChargerOption], problems: list[Problem]) -> Rows:
    """The charger types on offer by rising power; each needs a price column."""
    priced = [name for name in costs.values if name.startswith("charger_price ")]
    seen: dict[str, ChargerOption] = {}
    for option in sorted(options, key=lambda option: option.power_kw):
        charger = _charger(option.power_kw)
        if charger in seen:
            problems.append(
                error(option.where, f"{charger} is offered twice, first in {seen[charger].where}.", "Keep one.")
            )
            continue
        seen[charger] = option
        if layout.charger_price(charger).name not in priced and len(costs):
            there = [name.removeprefix("charger_price ") for name in priced]
            problems.append(
                error(
                    option.where,
                    f"a charger of {charger} is offered, but there is no price for it.",
                    f"Add the column 'Charger {option.power_kw:g}KW (USD/unit)'. Priced: {', '.join(there) or 'none'}.",
                )
            )
    for name in priced:
        charger = name.removeprefix("charger_price ")
        if options and charger not in seen:
            problems.append(
                note(
                    costs.where(name, 0) if len(costs) else "",
                    f"{charger} chargers have a price but are not offered.",
                )
            )
            del costs.values[name], costs.places[name]
    rows = [
        {"charger": charger, "power_kw": option.power_kw, "chargers_existing": 0} for charger, option in seen.items()
    ]
    chargers = given(layout.CHARGERS, rows, _BY_STUDY)
    found = list(seen.values())
    chargers.places = dict.fromkeys(chargers.places, lambda i: found[i].where)
    return chargers
