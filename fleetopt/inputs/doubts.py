"""What is possible but probably a mistake: a plan is made, and the planner is asked to look."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from fleetopt.inputs import schema
from fleetopt.inputs.inputs import Inputs
from fleetopt.inputs.schema import settable
from fleetopt.words.columns import Column
from fleetopt.words.problem import Problem, others, warning
from fleetopt.words.rows import Cell

_FAR = 3.0
"""A figure beyond the usual ones by more than this factor is doubted."""
_OF_ENERGY = ("kW", "kWp", "kWh")
_MISTAKEN = {
    "km": ("m", "thousands of km"),
    **{unit: (unit.removeprefix("k"), f"M{unit.removeprefix('k')}") for unit in _OF_ENERGY},
    "kWh/km": ("Wh/km or kWh/100 km", "MWh/km"),
    **dict.fromkeys(("USD", "USD/unit", "USD/month", "USD/year"), ("cents", "thousands of USD")),
    **{f"USD/{unit}": (f"cents or USD/M{unit[1:]}", f"USD/{unit[1:]}") for unit in _OF_ENERGY},
    **{f"USD/{unit}/year": ("cents", "thousands of USD") for unit in (*_OF_ENERGY, "unit")},
    "years": ("months", "decades"),
    "1/year": ("per cent", "thousands"),
    "-": ("per cent", "thousands"),
    "1/h": ("per cent", "thousands"),
    "s": ("milliseconds", "hours"),
    "t": ("kg", "thousands of t"),
    "kg/kWh": ("g/kWh", "t/kWh"),
    "USD/t": ("cents", "USD/kg"),
}
"""For each unit: what a figure that is far too large may be in, and one that is far too small."""


def doubts(inputs: Inputs) -> Iterator[Problem]:
    """Every figure of an input that is doubted."""
    for column, values, where in _columns(inputs):
        yield from _far_off(column, values, where)
        yield from _for_nothing(column, values, where)
    yield from doubtful_settings(inputs.settings)
    scenarios = inputs[schema.SCENARIOS.name]
    own = [name for name in settable() if name in scenarios.values]
    for i in range(len(scenarios)):
        yield from doubtful_settings({name: scenarios.cell(name, i) for name in own})


def doubtful_settings(settings: Mapping[str, Cell]) -> Iterator[Problem]:
    """What is doubted of settings, by their names, wherever they are given."""
    for name, cell in settings.items():
        column = settable()[name]
        yield from _far_off(column, [cell.value], [cell.where].__getitem__)
        if column.when_more and cell.value is not None and cell.value > column.most_sensible:
            yield warning(
                cell.where,
                f"the {column.header.lower()} is {cell.value:g}: {column.when_more}.",
                "Check that this is meant.",
            )


_Places = Callable[[int], str]


def _columns(inputs: Inputs) -> Iterator[tuple[Column, Sequence[float | None], _Places]]:
    """Every column of the tables that has something to be doubted."""
    labels = inputs.labels
    for name, table in schema.TABLES.items():
        rows = inputs[name]
        for column in schema.expanded(table, labels).columns:
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
            f"{column.heading} is {column.figure(value)}{others(off)}; usual is {column.figure(low)} to "
            f"{column.figure(high)}.",
            f"Check the unit: is it in {_MISTAKEN[column.unit][value < low]}?",
        )


def _for_nothing(column: Column, values: Sequence[float | None], where: _Places) -> Iterator[Problem]:
    """What costs or needs nothing."""
    off = [i for i, value in enumerate(values) if value == 0]
    if off and column.when_zero:
        yield warning(
            where(off[0]), f"{column.heading} is 0{others(off)}: {column.when_zero}.", "Check that this is meant."
        )
