"""Rules across rows and tables: what no single cell shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from fleetopt.depot.case import HOURS_TOLERANCE
from fleetopt.inputs import schema
from fleetopt.inputs.doubts import doubts
from fleetopt.inputs.inputs import Inputs
from fleetopt.inputs.scenarios import folder_name
from fleetopt.words.clock import span
from fleetopt.words.problem import Problem, error, has_error, nearest, shortened, warning
from fleetopt.words.rows import Rows


def check(inputs: Inputs) -> list[Problem]:
    """All problems of an input: those found while reading and those that the tables have with each other."""
    problems = list(inputs.problems)
    for rows in (
        inputs.fleet,
        inputs.trucks,
        inputs.energy,
        inputs.day_types,
        inputs.costs,
        inputs.chargers,
        inputs.scenarios,
    ):
        problems += _given_twice(rows)
    problems += _settings(inputs)
    problems += list(_whole_days(inputs)) or _hours_of_slots(inputs)
    problems += _whole_year(inputs)
    problems += _known_labels(inputs)
    problems += _every_year(inputs)
    problems += doubts(inputs)
    problems += _scenario_folders(inputs)
    problems += _any_scenario(inputs)
    if not len(inputs.chargers) and not has_error(problems):
        problems.append(error(schema.CHARGERS.sheet, "no charger type is offered, must be at least one.", "Add one."))
    return problems


def _given_twice(rows: Rows) -> Iterable[Problem]:
    """Each key stands once."""
    first: dict[tuple[Any, ...], int] = {}
    for i, keys in enumerate(rows.keys() if len(rows) else ()):
        if None in keys:
            continue
        folded = tuple(str(key).casefold() for key in keys)
        if folded in first:
            said = ", ".join(
                f"{rows.table[name].header} {value}" for name, value in zip(rows.table.keys, keys, strict=True)
            )
            yield error(
                rows.where(rows.table.keys[0], i),
                f"{said} is given twice, first in {rows.where(rows.table.keys[0], first[folded])}.",
                "Keep one of the two.",
            )
        else:
            first[folded] = i


def _settings(inputs: Inputs) -> Iterable[Problem]:
    """Every setting that is needed has a value."""
    for column in schema.SETTINGS:
        is_missing = column.name not in inputs.settings
        if is_missing and column.is_needed and column.default is None and not has_error(inputs.problems):
            yield error("", f"{column.heading} is missing.", f"Enter {column.meaning}.")


def _whole_days(inputs: Inputs) -> Iterable[Problem]:
    """The slots of a day follow each other and make 24 hours, the same ones on every day type."""
    energy = inputs.energy
    rows: dict[str, dict[str, int]] = defaultdict(dict)
    for i, keys in enumerate(
        zip(*(energy.values.get(name, ()) for name in ("day_type", "slot", "hours")), strict=True)
    ):
        if None in keys:
            return
        rows[keys[0]].setdefault(keys[1], i)
    hours = energy.values.get("hours", [])
    first_day, first = next(iter(rows.items()), ("", {}))
    for day, slots in rows.items():
        where = energy.where("slot", next(iter(slots.values())))
        total = sum(hours[i] for i in slots.values())
        if other := [slot for slot in slots if slot not in first]:
            yield error(
                energy.where("slot", slots[other[0]]),
                f"'{shortened(day)}' has the slot '{shortened(other[0])}', which '{shortened(first_day)}' has not.",
                "Use the same slots on all days.",
            )
        elif missing := [slot for slot in first if slot not in slots]:
            yield error(
                where,
                f"'{shortened(day)}' lacks the slot '{shortened(missing[0])}', which '{shortened(first_day)}' has.",
                "Use the same slots on all days.",
            )
        elif abs(total - 24) > HOURS_TOLERANCE:
            yield error(
                where,
                f"the slots of '{shortened(day)}' make {total:.10g} hours, must make 24: "
                f"{', '.join(map(shortened, slots))}.",
                "Add the missing slot, or correct the spans.",
            )
        elif misfit := _misfit(list(slots)):
            yield error(
                where,
                f"the slots of '{shortened(day)}' do not follow each other: {misfit} does not start where the one "
                "before it ends.",
                "Correct the spans.",
            )
        elif longer := [slot for slot in slots if hours[slots[slot]] != hours[first[slot]]]:
            i = slots[longer[0]]
            yield error(
                energy.where("hours", i),
                f"the slot '{shortened(longer[0])}' has {hours[i]:g} hours on '{shortened(day)}', but "
                f"{hours[first[longer[0]]]:g} on '{shortened(first_day)}', must have the same.",
                "Use the same slots on all days.",
            )


def _hours_of_slots(inputs: Inputs) -> Iterable[Problem]:
    """A slot whose label is a span of the day lasts as long as it says."""
    for i, (slot, hours) in enumerate(
        zip(*(inputs.energy.values.get(name, ()) for name in ("slot", "hours")), strict=True)
    ):
        time = span(slot) if slot is not None else None
        if time is not None and hours is not None and abs(time[1] - hours) > 1e-6:
            yield warning(
                inputs.energy.where("hours", i),
                f"the slot '{slot}' has {hours:g} hours, but its label spans {time[1]:g} hours.",
                "Correct the hours or the label; the hours are used.",
            )


def _misfit(slots: list[str]) -> str:
    """The first slot that does not start where the one before it ends, around the clock; none where one is no span."""
    spans = sorted((time, slot) for slot in slots if (time := span(slot)))
    if len(spans) < len(slots):
        return ""
    before = [*spans[-1:], *spans[:-1]]
    gaps = [(time[0] - sum(last)) % 24 for (time, _), (last, _last) in zip(spans, before, strict=True)]
    return next((slot for (_, slot), gap in zip(spans, gaps, strict=True) if min(gap, 24 - gap) > 1e-6), "")


def _whole_year(inputs: Inputs) -> Iterable[Problem]:
    """The day types make a year, and each has its slots."""
    days = inputs.day_types.values.get("days", [])
    counted = dict.fromkeys(day for day in inputs.day_types.values.get("day_type", ()) if day)
    planned = dict.fromkeys(day for day in inputs.energy.values.get("day_type", ()) if day)
    for day in planned:
        if counted and day not in counted:
            yield error(
                inputs.energy.where("day_type", inputs.energy.values["day_type"].index(day)),
                f"{schema.ENERGY['day_type'].heading} is '{shortened(day)}', must be one of the day types.",
                nearest(day, list(counted)),
            )
    for i, day in enumerate(inputs.day_types.values.get("day_type", ())):
        if planned and day and day not in planned:
            yield error(
                inputs.day_types.where("day_type", i),
                f"the day type '{day}' has no slots.",
                f"Add its slots to the {schema.ENERGY.sheet} table, or delete it.",
            )
    if days and None not in days and not 365 - 1e-6 <= sum(days) <= 366 + 1e-6:
        yield error(
            inputs.day_types.where("days", 0),
            f"the day types make {sum(days):g} days, must make 365 or 366.",
            "Correct the days of each type.",
        )


def _sheet(rows: Rows) -> str:
    return rows.where(rows.table.keys[0], 0).rpartition("!")[0]


def _known_labels(inputs: Inputs) -> Iterable[Problem]:
    """Every vehicle has a slot, and a truck type in its year."""
    fleet = inputs.fleet
    slots = list(dict.fromkeys(slot for slot in inputs.energy.values.get("slot", ()) if slot))
    types = list(dict.fromkeys(kind for kind in inputs.trucks.values.get("truck_type", ()) if kind))
    priced = set(inputs.trucks.index())
    if any(None in inputs.energy.values.get(name, ()) for name in ("slot", "hours")):
        slots = []  # that was said already; what follows from it would only confuse
    if any(None in inputs.trucks.values.get(name, ()) for name in schema.TRUCKS.keys):
        types = []
    for i in range(len(fleet)):
        kind, year, slot = (fleet.values[name][i] for name in ("truck_type", "year", "slot"))
        if slot is not None and slots and slot not in slots:
            yield error(
                fleet.where("slot", i),
                f"{schema.FLEET['slot'].heading} is '{shortened(slot)}', must be a slot of the "
                f"{_sheet(inputs.energy)} table.",
                nearest(slot, slots),
            )
        if kind is None or year is None or not types:
            continue
        if kind not in types:
            yield error(
                fleet.where("truck_type", i),
                f"{schema.FLEET['truck_type'].heading} is '{shortened(kind)}', must be a type of the "
                f"{_sheet(inputs.trucks)} table.",
                nearest(kind, types),
            )
        elif (kind, year) not in priced:
            yield error(
                fleet.where("truck_type", i),
                f"truck type '{kind}' has no figures for {year}.",
                f"Add a row for '{kind}' in {year} to the {_sheet(inputs.trucks)} table.",
            )


def _every_year(inputs: Inputs) -> Iterable[Problem]:
    """Every planning year has a cost, and vehicles; the years have no gap."""
    costs, fleet = inputs.costs, inputs.fleet
    priced = {year for year in costs.values.get("year", ()) if year is not None}
    driven = {year for year in fleet.values.get("year", ()) if year is not None}
    if not priced or not driven or None in costs.values["year"] or None in fleet.values["year"]:
        return
    years = range(min(priced | driven), max(priced | driven) + 1)
    if horizon := inputs.horizon:
        years = range(min(years), min(years) + horizon)
    span_of_years = f"from {years[0]} to {years[-1]}"
    for missing in _runs([year for year in years if year not in priced]):
        are = "have no row of costs, must have one each" if len(missing) > 1 else "has no row of costs, must have one"
        yield error(
            costs.where("year", 0),
            f"{_spoken(missing)} {are} like every year {span_of_years}.",
            f"Add the row, or shorten the planning horizon{_lone(fleet, missing, driven)}.",
        )
    for missing in _runs([year for year in years if year not in driven]):
        yield error(
            fleet.where("year", 0),
            f"no vehicle is listed for {_spoken(missing)}, must be for every year {span_of_years}.",
            f"List the vehicles, or shorten the planning horizon{_lone(costs, missing, priced)}.",
        )


def _runs(years: Sequence[int]) -> list[list[int]]:
    """Years in groups that follow each other."""
    groups: list[list[int]] = []
    for year in years:
        if groups and groups[-1][-1] == year - 1:
            groups[-1].append(year)
        else:
            groups.append([year])
    return groups


def _spoken(years: Sequence[int]) -> str:
    return f"{years[0]} to {years[-1]}" if len(years) > 1 else str(years[0])


def _lone(others: Rows, missing: Sequence[int], there: Collection[int]) -> str:
    """Where another table has the first or last of some missing years: it may be mistyped there."""
    edges = [year for year in (missing[-1], missing[0]) if year in there]
    if not edges:
        return ""
    return f"; {edges[0]} stands in {others.where('year', others.values['year'].index(edges[0]))}"


def _scenario_folders(inputs: Inputs) -> Iterable[Problem]:
    """Every scenario has a folder of its own for its results."""
    first: dict[str, tuple[str, str]] = {}
    for i, name in enumerate(inputs.scenarios.values.get("scenario", ())):
        if name is None:
            continue
        where = inputs.scenarios.where("scenario", i)
        other, there = first.setdefault(folder_name(name), (name, where))
        if other.casefold() != name.casefold():
            yield error(
                where,
                f"the scenarios '{other}' ({there}) and '{name}' differ too little for two folders of results.",
                "Give one of them another name.",
            )


def _any_scenario(inputs: Inputs) -> Iterable[Problem]:
    """At least one scenario is to run."""
    runs = inputs.scenarios.values.get("run", [])
    if runs and all(run == "no" for run in runs):
        yield error(
            inputs.scenarios.where("run", 0),
            "no scenario is to run, must be at least one.",
            "Enter yes for one of them.",
        )
