"""The two CSV files of a scenario, in the depot study's layout."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fleetopt.depot import money_on, objectives_on, of_those_on
from fleetopt.plan.plan import Plan
from fleetopt.results import tables
from fleetopt.results.content import value_of
from fleetopt.words.numbers import exact

if TYPE_CHECKING:
    import pandas as pd

_IN_ORDER: Final = (
    "CAPEXCost",
    "OPEXCost",
    "#{power}KWChargers",
    "SolarCapacity",
    "BatteryCapacity",
    "SolarExportRevenue",
    "BatteryExportRevenue",
)
"""Rows of the study's file of results; what it does not know follows, then the total, and what is to be least."""
_TOTAL: Final = "TotalCost"
_DETAILS: Final = {
    "fleet_size": "FleetSize",
    "charged_kwh": "ChargingRequirement_kWh",
    "baseload_kwh": "BaseloadRequirement_kWh",
    "demand_kwh": "TotalDemand_kWh",
    "solar_kwh": "SolarGenerated_kWh",
    "solar_to_load": "SolarUsed_kWh",
    "solar_to_battery": "SolarStored_kWh",
    "solar_to_grid": "SolarExported_kWh",
    "soc": "BatterySOC_Start_kWh",
    "battery_to_load": "BatteryUsed_kWh",
    "grid_to_load": "GridUsed_kWh",
    "battery_to_grid": "BatteryExported_kWh",
}
"""What the study's file of operation calls its columns, between year, slot and the labels."""


def optimization_results(plan: Plan) -> str:
    """`optimization_results.csv`: one row for each figure, one column for each year."""
    rows = list(_yearly_rows(plan))
    place = {kind: i for i, kind in enumerate(_IN_ORDER)}
    body = [row for _, row in sorted(rows, key=lambda named: place.get(named[0], len(place)))]
    least = [[each.csv, *plan.objective_by_year.tolist()] for each in objectives_on(plan.case.is_on())]
    return _text([["Metric", *plan.case.years], *body, [_TOTAL, *plan.total_cost.tolist()], *least])


def _yearly_rows(plan: Plan) -> Iterator[tuple[str, list[Any]]]:
    """Each row with the name of its kind."""
    on = plan.case.is_on()
    for money in money_on(on):
        yield money.csv, [money.csv, *getattr(plan, money.name).tolist()]
    for purchase in of_those_on("purchases", on):
        for item in (item for item in plan.case.items if item.purchase is purchase):
            power = f"{plan.case.power_kw[item.row]:g}" if "{power}" in purchase.csv else ""
            bought = plan.of_item(item, purchase.bought)
            values = bought.tolist() if item.row is None else bought.astype(int).tolist()
            yield purchase.csv, [purchase.csv.format(power=power, item=item.name), *values]


def operational_details(plan: Plan) -> str:
    """`operational_details.csv`: one row for each year, day type and slot."""
    columns = details(plan)
    return _text([list(columns), *zip(*columns.values(), strict=True)])


def flows(plan: Plan) -> pd.DataFrame:
    """The same as a table for pandas."""
    import pandas as pd

    return pd.DataFrame(details(plan))


def details(plan: Plan) -> dict[str, list[Any]]:
    """The columns of `operational_details.csv`, by their headers."""
    case = plan.case
    shape = tuple(case.sizes[axis] for axis in "yds")
    y, d, s = (index.ravel() for index in np.indices(shape))
    columns: dict[str, list[Any]] = {
        "Year": [case.years[i] for i in y],
        "Slot": [int(i) + 1 for i in s],
    }
    flows = tables.flows(plan.case.is_on())
    others = {each.name: f"{tables.spoken(each).title().replace(' ', '')}_kWh" for each in flows}
    more = {name: header for name, header in others.items() if name not in _DETAILS}
    for name, header in {**_DETAILS, **more}.items():
        values = np.asarray(value_of(plan, name))
        values = values[:, None, None] if name == "fleet_size" else values
        columns[header] = np.broadcast_to(values, shape).ravel().tolist()
    return {
        **columns,
        "DayType": [case.day_types[i] for i in d],
        "SlotLabel": [case.slots[i] for i in s],
    }


def _text(rows: Iterable[Iterable[Any]]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([_cell(value) for value in row] for row in rows)
    return stream.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        number = exact(value)
        return int(number) if number == int(number) else number
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"  # a label never becomes a formula in a spreadsheet
    return value
