"""Scenarios: one input, several cases that differ in a few named figures."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fleetopt.depot import FIGURES, RULES
from fleetopt.depot.case import Case, row_of
from fleetopt.depot.part import Figure
from fleetopt.inputs import schema
from fleetopt.inputs.inputs import Inputs
from fleetopt.words.cells import convert
from fleetopt.words.plain_text import plain_text
from fleetopt.words.problem import Problem, nearest
from fleetopt.words.rows import Cell, Rows


class UsageError(ValueError):
    """The command line asks for what does not exist; the message says what does."""


@dataclass(frozen=True)
class Scenario:
    """One case to solve, under its name."""

    name: str
    case: Case
    notes: list[str] = field(default_factory=list)
    """What this run changed against the input."""
    places: Mapping[str, str] = field(default_factory=dict)
    """For each limit that a user can change, by its name in a case, the cell that holds it."""

    @property
    def folder(self) -> str:
        """Name of the folder of its results."""
        return folder_name(self.name)


_RESERVED = re.compile(r"(con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])(\..*)?|results\.xlsx|summary\.json")
"""What Windows does not take as the name of a folder, and the files that stand beside it."""


def folder_name(scenario: str) -> str:
    """Make a scenario's name one that every system takes for a folder: `Export 1.0` becomes `export-1.0`."""
    safe = re.sub(r"[^\w.]+", "-", scenario.lower())[:60].strip("-.") or "scenario"
    return f"scenario-{safe}" if _RESERVED.fullmatch(safe) else safe


def parse_changes(texts: Sequence[str]) -> dict[str, Any]:
    """Read `NAME=VALUE` pairs.

    Raises:
        UsageError: a name is unknown or a value is not one the setting can take.
    """
    known = schema.settable()
    changes: dict[str, Any] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if name not in known:
            near = nearest(name, list(known))
            meant = f"{near} " if near.startswith("Did") else ""
            raise UsageError(f"--set {text}: '{name}' is no setting. {meant}Known: {', '.join(known)}.")
        if not equals or not value:
            raise UsageError(f"--set {text}: must be NAME=VALUE, such as grid_limit_kwh=1500.")
        problems: list[Problem] = []
        number = convert(value, known[name], f"--set {name}", problems)
        if number is None:
            raise UsageError(f"--set {text}: {problems[0].message} {problems[0].advice}")
        changes[name] = number
    return changes


def scenarios(inputs: Inputs, names: Sequence[str] = (), changes: Mapping[str, Any] | None = None) -> list[Scenario]:
    """Make the case of each scenario: its own figures, else the run's changes, else the input's.

    A change of this run beats a scenario's own figure, and the scenario says so in its notes.

    Parameters:
        inputs: valid inputs; see `checks.check`.
        names: the scenarios to make, those marked to run when empty; blanks and case do not matter.

    Raises:
        UsageError: a name is unknown.
    """
    table = inputs["tblScenarios"].values
    by_key = {_key(name): i for i, name in enumerate(table["scenario"])}
    wanted: list[int] = []
    for name in names:
        if _key(name) not in by_key:
            raise UsageError(f"--scenario: there is no scenario '{name}'. {nearest(name, table['scenario'])}")
        wanted.append(by_key[_key(name)])
    wanted = wanted or [i for i, run in enumerate(table["run"]) if run == "yes"]
    changed = with_changes(inputs, changes or {})
    base = _base(changed)
    return [
        Scenario(
            table["scenario"][i], _case(changed, base, i), [*_notes(inputs, i, changes or {})], _places(changed, i)
        )
        for i in dict.fromkeys(wanted)
    ]


def with_changes(inputs: Inputs, changes: Mapping[str, Any]) -> Inputs:
    """The inputs as this run sees them: with its changes in place of settings, columns and scenarios' own figures."""
    if not changes:
        return inputs
    settings, tables = dict(inputs.settings), dict(inputs.tables)
    for name, value in changes.items():
        figure = FIGURES.get(name)
        where = f"--set {name}"
        if figure is None or not figure.table:
            settings[name] = Cell(value, where)
        else:
            tables[figure.table] = _everywhere(inputs[figure.table], name, Cell(value, where))
    own = inputs[schema.SCENARIOS.name]
    blank: dict[str, list[Any]] = {name: [None] * len(own) for name in changes if name in own.values}
    tables[schema.SCENARIOS.name] = replace(own, values={**own.values, **blank})
    return replace(inputs, settings=settings, tables=tables)


def _everywhere(rows: Rows, name: str, cell: Cell) -> Rows:
    """A table with one value in every row of a column."""
    return replace(
        rows,
        values={**rows.values, name: [cell.value] * len(rows)},
        places={**rows.places, name: lambda _i: cell.where},
    )


def _key(name: str) -> str:
    return plain_text(name).casefold()


def _base(inputs: Inputs) -> dict[str, Any]:
    """What all scenarios share of a case: labels, rows, and the figures of tables."""
    labels = {axis: _ordered(inputs, axis, found) for axis, found in inputs.labels.items()}
    base: dict[str, Any] = {schema.LABELS[axis].called: found for axis, found in labels.items()}
    for name, table in schema.TABLES.items():
        rows = inputs[name]
        if table.called and not table.makes:
            columns = (rows.values.get(column.name, [None] * len(rows)) for column in table.columns)
            base[table.called] = tuple(map(row_of(table)._make, zip(*columns, strict=True)))
    index = {name: inputs[name].index() for name in {figure.table for figure in _OF_TABLES}}
    for figure in _OF_TABLES:
        base[figure.name] = _array(inputs[figure.table], index[figure.table], figure, labels)
    return base


def _ordered(inputs: Inputs, axis: str, found: list[Any]) -> list[Any]:
    """Labels of an axis as a case has them: years by number, others as the rows come that they part."""
    key = schema.LABELS[axis].keys[-1]
    if schema.LABELS[axis][key].kind == "year":
        return sorted(found)
    parted = [name for name, table in schema.TABLES.items() if key in table.keys[:-1] and table.makes]
    first = [label for name in parted for label in inputs[name].values.get(key, ()) if label in set(found)]
    return list(dict.fromkeys([*first, *found]))


_OF_TABLES = [figure for figure in FIGURES.values() if figure.table and figure.axes is not None]


_At = Mapping[tuple[Any, ...], int]
"""Row of each key of a table."""


def _array(rows: Rows, at: _At, figure: Figure, labels: Mapping[str, Sequence[Any]]) -> NDArray[Any] | None:
    """A figure of a table over its axes; None for the default of one that has no rows or no column."""
    if figure.each:
        columns = [_column(rows, at, figure.column_of(label).name, labels) for label in labels[figure.each]]
        return np.array(columns).reshape([len(labels[axis]) for axis in figure.axes or ""])
    if figure.name not in rows.values or (rows.table.is_optional and not len(rows)):
        return None
    values = _column(rows, at, figure.name, labels)
    keys = "".join(schema.axis_of(key) for key in rows.table.keys)
    for axis, name in reversed(list(enumerate(keys))):
        if name not in (figure.axes or ""):
            values = values.take(0, axis=axis)
    return values


def _column(rows: Rows, at: _At, name: str, labels: Mapping[str, Sequence[Any]]) -> NDArray[Any]:
    """A column over the axes of its table's keys."""
    axes = [labels[schema.axis_of(key)] for key in rows.table.keys]
    values = [rows.values[name][at[key]] for key in itertools.product(*axes)]
    return np.array(values).reshape([len(axis) for axis in axes])


_OF_A_CASE = tuple(column.name for column in schema.SETTINGS if column.name in FIGURES)
_OF_A_SCENARIO = tuple(figure.name for figure in FIGURES.values() if figure.is_of_scenario)


def _case(inputs: Inputs, base: Mapping[str, Any], i: int) -> Case:
    settings = {name: inputs.settings[name].value for name in _OF_A_CASE if name in inputs.settings}
    own = {name: value for name, value in _own(inputs, i).items() if value is not None}
    return Case(**{**base, **settings, **own})


def _own(inputs: Inputs, i: int) -> dict[str, Any]:
    """What a scenario has its own of; None for what it has not."""
    values = inputs[schema.SCENARIOS.name].values
    return {name: values[name][i] for name in _OF_A_SCENARIO if name in values}


def _places(inputs: Inputs, i: int) -> dict[str, str]:
    """The cell of each limit that can be raised: the scenario's own, else that of the setting, or of its first row."""
    found: dict[str, str] = {}
    own = _own(inputs, i)
    for name in (rule.raised_by for rule in RULES.values() if rule.raised_by):
        table = FIGURES[name].table
        if own.get(name) is not None:
            found[name] = inputs[schema.SCENARIOS.name].where(name, i)
        elif name in inputs.settings:
            found[name] = inputs.settings[name].where
        elif table and len(inputs[table]) and name in inputs[table].places:
            found[name] = inputs[table].where(name, 0)
    for name, table in schema.TABLES.items():
        if table.adds_up:
            found |= {f"{table.called} {k}": inputs[name].where(table.keys[-1], k) for k in range(len(inputs[name]))}
    found |= {name: cell.where for name, cell in inputs.settings.items() if name not in found}
    return found


def _notes(inputs: Inputs, i: int, changes: Mapping[str, Any]) -> Iterator[str]:
    """What this run changed against the input."""
    for name, value in changes.items():
        if name not in FIGURES:
            continue
        column = schema.settable()[name]
        if isinstance(value, float):
            own = _own(inputs, i).get(name)
            instead = f"; the scenario has {column.figure(own)}" if own is not None else ""
            yield f"{column.header} of this run is {column.figure(value)}, set on the command line{instead}."
        else:
            yield f"{column.header} of this run: {value}, set on the command line."
