"""Scenarios: one input, several cases that differ in a few named figures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from fleetopt.depot.case import Case
from fleetopt.depot.demand import charging_kwh, fleet_size
from fleetopt.inputs import schema
from fleetopt.inputs.inputs import Inputs
from fleetopt.plan.limits import LIMITS
from fleetopt.words.cells import convert
from fleetopt.words.columns import Column
from fleetopt.words.plain_text import plain_text
from fleetopt.words.problem import Problem, nearest
from fleetopt.words.rows import Cell


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


_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?|results\.xlsx|summary\.json")
"""What Windows does not take as the name of a folder, and the files that stand beside it."""


def folder_name(scenario: str) -> str:
    """Make a scenario's name one that every system takes for a folder: `Export 1.0` becomes `export-1.0`."""
    safe = re.sub(r"[^\w.]+", "-", scenario.lower())[:60].strip("-.") or "scenario"
    return f"scenario-{safe}" if _RESERVED.fullmatch(safe) else safe


def settable() -> dict[str, Column]:
    """All settings that a run can change, by name."""
    return {column.name: column for column in (*schema.SETTINGS, schema.CAPEX_BUDGET_SETTING)}


def parse_changes(texts: Sequence[str]) -> dict[str, Any]:
    """Read `NAME=VALUE` pairs.

    Raises:
        UsageError: a name is unknown or a value is not one the setting can take.
    """
    known = settable()
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
    table = inputs.scenarios.values
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
    """The inputs as this run sees them: with its changes in place of settings, budgets and scenarios' own figures."""
    if not changes:
        return inputs
    settings = {**inputs.settings, **{name: Cell(value, f"--set {name}") for name, value in changes.items()}}
    own = {name: [None] * len(inputs.scenarios) for name in changes if name in inputs.scenarios.values}
    budget = schema.CAPEX_BUDGET_SETTING.name
    costs = inputs.costs
    if budget in changes:
        spent = settings.pop(budget)
        costs = replace(
            costs,
            values={**costs.values, budget: [spent.value] * len(costs)},
            places={**costs.places, budget: lambda _i: spent.where},
        )
    return replace(
        inputs,
        settings=settings,
        scenarios=replace(inputs.scenarios, values={**inputs.scenarios.values, **own}),
        costs=costs,
    )


def _key(name: str) -> str:
    return plain_text(name).casefold()


def _base(inputs: Inputs) -> dict[str, Any]:
    """The fields of a case that all scenarios share."""
    energy, costs, chargers = inputs.energy, inputs.costs, inputs.chargers
    day_types, slots = (list(dict.fromkeys(energy.values[name])) for name in ("day_type", "slot"))
    at_slot = energy.index()
    at_year = sorted(range(len(costs)), key=costs.values["year"].__getitem__)
    years = [costs.values["year"][i] for i in at_year]

    def by_slot(name: str) -> list[list[float]]:
        return [[energy.values[name][at_slot[day, slot]] for slot in slots] for day in day_types]

    def by_year(name: str) -> list[float]:
        return [costs.values[name][i] for i in at_year]

    days = dict(zip(inputs.day_types.values["day_type"], inputs.day_types.values["days"], strict=True))
    return {
        "years": years,
        "day_types": day_types,
        "slots": slots,
        "chargers": chargers.values["charger"],
        "hours": by_slot("hours")[0],
        "days": [days[day] for day in day_types],
        "power_kw": chargers.values["power_kw"],
        "chargers_existing": chargers.values["chargers_existing"],
        "charging_kwh": charging_kwh(inputs.fleet, inputs.trucks, years, slots)[:, None, :],
        "fleet_size": fleet_size(inputs.fleet, years),
        **{name: by_slot(name) for name in ("baseload_kwh", "grid_price", "solar_yield")},
        **{name: by_year(name) for name in ("solar_price", "battery_price", "capex_budget")},
        "charger_price": np.array(
            [by_year(schema.charger_price(charger).name) for charger in chargers.values["charger"]]
        ).reshape(len(chargers), len(years)),
    }


_OF_A_CASE = tuple(column.name for column in schema.SETTINGS if column.name in Case.__dataclass_fields__)
_OF_A_SCENARIO = tuple(column.name for column in schema.SCENARIOS.columns if column.name in Case.__dataclass_fields__)


def _case(inputs: Inputs, base: Mapping[str, Any], i: int) -> Case:
    settings = {name: inputs.settings[name].value for name in _OF_A_CASE}
    own = {name: inputs.scenarios.values[name][i] for name in _OF_A_SCENARIO}
    return Case(**{**base, **settings, **{name: value for name, value in own.items() if value is not None}})


def _places(inputs: Inputs, i: int) -> dict[str, str]:
    """The cell of each limit: the scenario's own, else that of the setting, or of the first year's budget."""
    cells = {
        limit.setting: inputs.settings.get(limit.setting) or inputs.costs.cell(limit.setting, 0) for limit in LIMITS
    }
    own = {name: inputs.scenarios.cell(name, i) for name in cells if inputs.scenarios.values[name][i] is not None}
    return {name: cell.where for name, cell in {**cells, **own}.items()}


def _notes(inputs: Inputs, i: int, changes: Mapping[str, Any]) -> Iterator[str]:
    """What this run changed against the input."""
    for name, value in changes.items():
        if name not in (*_OF_A_CASE, *_OF_A_SCENARIO):
            continue
        column = settable()[name]
        if isinstance(value, float):
            own = inputs.scenarios.values[name][i] if name in inputs.scenarios.values else None
            instead = f"; the scenario has {column.figure(own)}" if own is not None else ""
            yield f"{column.header} of this run is {column.figure(value)}, set on the command line{instead}."
        else:
            yield f"{column.header} of this run: {value}, set on the command line."
