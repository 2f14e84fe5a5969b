"""What the study keeps as single values: parameters by their names, the chargers on offer, the one budget."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from fleetopt.books.study import layout
from fleetopt.books.tables import doubled_columns, find_header, key, missing_columns, read_names, shown_otherwise
from fleetopt.inputs import schema
from fleetopt.inputs.schema import settable
from fleetopt.words.block import Block
from fleetopt.words.cells import convert, is_blank
from fleetopt.words.columns import Column
from fleetopt.words.number_text import readings
from fleetopt.words.problem import Problem, error, note, shortened, warning
from fleetopt.words.rows import Cell, Rows


def study_settings(blocks: Mapping[str, Block], problems: list[Problem]) -> tuple[dict[str, Cell], dict[str, Cell]]:
    """The study's energy parameters as settings, and the room for solar: area x solar on a square metre."""
    defaults = {column.name: Cell(column.default, "default") for column in schema.SETTINGS}
    block = blocks.get(layout.STUDY_ENERGY_SHEET)
    if block is None:
        return defaults, {}
    of_study = [column for column in (*schema.SETTINGS, *layout.STUDY_PARAMETERS[:2]) if column.study]
    columns = [replace(column, is_needed=True) for column in of_study]  # this layout has nothing in their place
    cells = read_names(block, "Parameter", "Value", columns, problems)
    problems.extend(_unused_settings(block, columns))
    roof, share = (cells.pop(column.name, None) for column in layout.STUDY_PARAMETERS[:2])
    if roof is None or share is None or roof.value is None or share.value is None:
        return {**defaults, **cells}, {}
    return {**defaults, **cells}, {"solar_max_added_kwp": Cell(roof.value * share.value, roof.where)}


def _unused_settings(block: Block, columns: Sequence[Column]) -> Iterable[Problem]:
    """Warn of settings that this layout does not have."""
    known = {key(name) for column in columns for name in column.study}
    others = {key(name): column.name for column in settable().values() for name in (column.name, column.header)}
    header = find_header(block, {"name": ("Parameter", "Parameters")})
    for i, row in enumerate(block.rows if header else ()):
        for j, value in enumerate(row):
            if not isinstance(value, str) or header is None or j != header.columns["name"]:
                continue
            if key(value) not in known and key(value) in others:
                said = f"the study's layout has no parameter '{value}', so it is not used."
                yield warning(
                    block.where(i, j),
                    said,
                    f"Give it with --set {others[key(value)]}=..., or plan in a planning workbook.",
                )


@dataclass(frozen=True)
class ChargerOption:
    """A charger type on offer."""

    power_kw: float
    where: str


def study_parameters(blocks: Mapping[str, Block], problems: list[Problem]) -> tuple[list[ChargerOption], int | None]:
    """The charger types on offer, and the number of years to plan."""
    block = blocks.get(layout.STUDY_PARAMETER_SHEET)
    if block is None:
        return [], None
    power = layout.CHARGERS["power_kw"]
    names = dict.fromkeys(
        value
        for row in block.rows
        for value in row
        if isinstance(value, str) and key(value).startswith("chargeroption")
    )
    offered = [replace(power, name=name, header=name, study=(name,)) for name in names]
    if not offered:
        problems.append(error(block.place, "no charger is offered.", "Enter a parameter such as Charger_Option_1(Kw)."))
    horizon = layout.STUDY_PARAMETERS[2]
    cells = read_names(block, "Parameters", "Value", [*offered, horizon], problems)
    years = cells.pop(horizon.name, None)
    options = [ChargerOption(cell.value, cell.where) for cell in cells.values() if cell.value is not None]
    return options, years.value if years else None


def add_budget(block: Block | None, costs: Rows, problems: list[Problem]) -> None:
    """Give every year the one budget of the study."""
    column = layout.COSTS["capex_budget"]
    cell = Cell(None, layout.STUDY_BUDGET_SHEET)
    if block is not None:
        names = {column.name: column.study}
        found = find_header(block, names)
        if found is None:
            problems.extend(missing_columns(block, None, names))
        else:
            problems.extend(doubled_columns(block, found, names))
            problems.extend(_beside_budget(block, found.row, found.columns[column.name]))
            cell = _one_budget(block, found.row, found.columns[column.name], column, problems)
    costs.values[column.name] = [cell.value] * len(costs)
    costs.places[column.name] = lambda _i: cell.where


def _one_budget(block: Block, header: int, j: int, column: Column, problems: list[Problem]) -> Cell:
    """The first value below the header; text below it is a remark, unless it can be read as a second budget."""
    below = {i: row[j] for i, row in enumerate(block.rows) if i > header and j < len(row) and not is_blank(row[j])}
    first = next(iter(below), header + 1)
    where = block.where(first, j)
    amount = convert(below.pop(first, None), column, where, problems)
    problems.extend(shown_otherwise(block, [first], j, column))
    for i, value in below.items():
        if isinstance(value, str) and not readings(value, column.unit):
            said = f"text that is not part of the table was not read: '{shortened(value)}'."
            problems.append(note(block.where(i, j), said))
        else:
            problems.append(
                error(block.where(i, j), "a second budget is given, must be one for every year.", "Keep one.")
            )
    return Cell(amount, where)


def _beside_budget(block: Block, header: int, budget: int) -> Iterable[Problem]:
    """Warn of more figures beside the one budget, such as one for each year."""
    for i, row in enumerate(block.rows[header:], start=header):
        figures = [j for j, value in enumerate(row) if j > budget and isinstance(value, float)]
        if len(figures) > 1:
            yield warning(
                block.where(i, figures[0]),
                "a figure beside the budget is not used: this layout has one budget for all years.",
                "Delete it, or plan in a planning workbook, which has a budget for each year: 'fleetopt new --from'.",
            )
            return
