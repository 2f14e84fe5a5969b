"""What is possible but probably a mistake: a plan is made, and the planner is asked to look."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

from fleetopt.inputs import schema
from fleetopt.inputs.inputs import Inputs
from fleetopt.inputs.scenarios import settable
from fleetopt.words.columns import Column
from fleetopt.words.number_text import readings
from fleetopt.words.problem import Problem, shortened, warning
from fleetopt.words.rows import Cell

_FAR = 3.0
"""A figure beyond the usual ones by more than this factor is doubted."""
_SUNNIEST = 10.0
"""kWh: nowhere one kWp gives more in a day."""
_MISTAKEN = {
    "km": ("m", "thousands of km"),
    "kW": ("W", "MW"),
    "kWp": ("Wp", "MWp"),
    "kWh": ("Wh", "MWh"),
    "kWh/km": ("Wh/km or kWh/100 km", "MWh/km"),
    "USD": ("cents", "thousands of USD"),
    "USD/unit": ("cents", "thousands of USD"),
    "USD/kWh": ("cents or USD/MWh", "USD/Wh"),
    "USD/kWp": ("cents or USD/MWp", "USD/Wp"),
    "-": ("per cent", "thousands"),
    "1/h": ("per cent", "thousands"),
    "s": ("milliseconds", "hours"),
}
"""For each unit: what a figure that is far too large may be in, and one that is far too small."""


def doubts(inputs: Inputs) -> Iterator[Problem]:
    """Everything in an input that is doubted."""
    yield from _range_suffices(inputs)
    for column, values, where in _columns(inputs):
        yield from _far_off(column, values, where)
        yield from _for_nothing(column, values, where)
    yield from _sunny_days(inputs)
    yield from _power_in_the_name(inputs)
    yield from _shrinking_fleet(inputs)
    yield from doubtful_settings(inputs.settings)
    own = [name for name in settable() if name in inputs.scenarios.values]
    for i in range(len(inputs.scenarios)):
        yield from doubtful_settings({name: inputs.scenarios.cell(name, i) for name in own})


def doubtful_settings(settings: Mapping[str, Cell]) -> Iterator[Problem]:
    """What is doubted of settings, by their names, wherever they are given."""
    for name, cell in settings.items():
        yield from _far_off(settable()[name], [cell.value], [cell.where].__getitem__)
        if name == "export_ratio" and cell.value is not None and cell.value > 1:
            yield warning(
                cell.where,
                f"the export ratio is {cell.value:g}: exported energy earns more than energy from the grid costs, "
                "so all solar is sold.",
                "Check that this is meant.",
            )


_Places = Callable[[int], str]


def _columns(inputs: Inputs) -> Iterator[tuple[Column, Sequence[float | None], _Places]]:
    """Every column of the tables that has something to be doubted."""
    for rows in (inputs.fleet, inputs.trucks, inputs.energy, inputs.costs, inputs.chargers):
        prices = (schema.charger_price(charger) for charger in inputs.chargers.values.get("charger", ()) if charger)
        columns = (*schema.COSTS.columns, *prices) if rows is inputs.costs else rows.table.columns
        for column in columns:
            if column.usual and column.name in rows.values:
                yield column, rows.values[column.name], rows.places.get(column.name, lambda _i: "")


def _far_off(column: Column, values: Sequence[float | None], where: _Places) -> Iterator[Problem]:
    """Figures far from what is usual: W for kW, cents for USD, a percentage for a share."""
    if column.usual is None:
        return
    low, high = column.usual
    off = [i for i, value in enumerate(values) if value and not low / _FAR <= value <= high * _FAR]
    if off:
        value = values[off[0]] or 0.0
        yield warning(
            where(off[0]),
            f"{column.heading} is {column.figure(value)}{_others(off)}; usual is {column.figure(low)} to "
            f"{column.figure(high)}.",
            f"Check the unit: is it in {_MISTAKEN[column.unit][value < low]}?",
        )


def _for_nothing(column: Column, values: Sequence[float | None], where: _Places) -> Iterator[Problem]:
    """What costs or needs nothing."""
    off = [i for i, value in enumerate(values) if value == 0]
    if off and column.when_zero:
        yield warning(
            where(off[0]), f"{column.heading} is 0{_others(off)}: {column.when_zero}.", "Check that this is meant."
        )


def _others(rows: Sequence[int]) -> str:
    count = len(rows) - 1
    return f" (and in {count} more row{'s' if count > 1 else ''})" if count else ""


def _sunny_days(inputs: Inputs) -> Iterator[Problem]:
    """No more sun in a day than there is."""
    energy = inputs.energy
    first: dict[str, int] = {}
    total: dict[str, float] = defaultdict(float)
    for i, (day, given) in enumerate(
        zip(*(energy.values.get(name, ()) for name in ("day_type", "solar_yield")), strict=True)
    ):
        if day is not None:
            first.setdefault(day, i)
            total[day] += given or 0.0
    for day, given in total.items():
        if given > _SUNNIEST:
            yield warning(
                energy.where("solar_yield", first[day]),
                f"one kWp gives {given:,g} kWh on a day of the type '{shortened(day)}'; nowhere it is more than "
                f"{_SUNNIEST:g}.",
                "Enter for each slot what a day gives in it, not a month or a year.",
            )


_POWER = re.compile(r"(?:(\d+)\s*[x×]\s*)?(\d[\d.,]*)\s*kw\b", re.IGNORECASE)
"""How many, and the power of one [kW]."""
_NAME_OFF = 2.0
"""A charger's power may be so many times more or less than its name says: some are shared, some not used fully."""


def _power_in_the_name(inputs: Inputs) -> Iterator[Problem]:
    """A charger has the power that its name says."""
    chargers = inputs.chargers
    for i, (charger, power) in enumerate(
        zip(*(chargers.values.get(name, ()) for name in ("charger", "power_kw")), strict=True)
    ):
        said = [
            int(count or 1) * figure
            for count, text in _POWER.findall(charger or "")
            for figure in readings(text.rstrip(".,"))
        ]
        if said and power and not any(1 / _NAME_OFF <= figure / power <= _NAME_OFF for figure in said):
            yield warning(
                chargers.where("power_kw", i),
                f"the charger '{shortened(charger)}' has {power:,.10g} kW, but its name says {said[0]:,.10g} kW.",
                "Correct the power or the name; the power is used.",
            )


def _range_suffices(inputs: Inputs) -> Iterator[Problem]:
    """No vehicle drives further on a day than its range or its battery allows."""
    fleet, trucks = inputs.fleet, inputs.trucks
    by_key = trucks.index()
    for i in range(len(fleet)):
        distance = fleet.values["distance_km"][i]
        row = by_key.get((fleet.values["truck_type"][i], fleet.values["year"][i]))
        if distance is None or row is None:
            continue
        reach, battery, consumption = (
            trucks.values.get(name, {row: None})[row] for name in ("range_km", "battery_kwh", "consumption")
        )
        if reach is not None and distance > reach:
            yield warning(
                fleet.where("distance_km", i),
                f"the vehicle drives {distance:,g} km a day, more than its range of {reach:,g} km.",
                "It would have to charge on the way; check both figures.",
            )
        elif battery is not None and consumption is not None and distance * consumption > battery * (1 + 1e-9):
            yield warning(
                fleet.where("distance_km", i),
                f"the vehicle needs {distance * consumption:,g} kWh a day, more than its battery of {battery:,g} kWh.",
                "It would have to charge on the way; check both figures.",
            )


def _shrinking_fleet(inputs: Inputs) -> Iterator[Problem]:
    """A fleet that gets smaller may be one of which rows were forgotten."""
    first: dict[int, int] = {}
    count: dict[int, int] = defaultdict(int)
    for i, year in enumerate(inputs.fleet.values.get("year", ())):
        if year is not None:
            first.setdefault(year, i)
            count[year] += 1
    for before, year in pairwise(sorted(count)):
        if count[year] < count[before]:
            yield warning(
                inputs.fleet.where("year", first[year]),
                f"the fleet shrinks from {count[before]} vehicles in {before} to {count[year]} in {year}.",
                "Check that no row is missing; what was bought before stays.",
            )
