"""The two CSV files of a scenario, in the depot study's layout."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from fleetopt.plan.plan import Plan
from fleetopt.results import tables as result_tables
from fleetopt.words.numbers import exact

if TYPE_CHECKING:
    import pandas as pd


def optimization_results(plan: Plan) -> str:
    """`optimization_results.csv`: one row for each figure, one column for each year."""
    rows: list[list[Any]] = [["Metric", *plan.case.years]]
    for column in result_tables.OPTIMIZATION_RESULTS.columns:
        values = getattr(plan, column.name)
        if column.name == "charger_add":
            for c, power in enumerate(plan.case.power_kw):
                rows.append([column.header.format(power=f"{power:g}"), *values[c].astype(int).tolist()])
        else:
            rows.append([column.header, *values.tolist()])
    return _text(rows)


def operational_details(plan: Plan) -> str:
    """`operational_details.csv`: one row for each year, day type and slot."""
    headers = [column.header for column in result_tables.OPERATIONAL_DETAILS.columns]
    return _text([headers, *zip(*details(plan).values(), strict=True)])


def flows(plan: Plan) -> pd.DataFrame:
    """The same as a table for pandas, with the same headers."""
    import pandas as pd

    return pd.DataFrame(details(plan)).rename(
        columns={column.name: column.header for column in result_tables.OPERATIONAL_DETAILS.columns}
    )


def details(plan: Plan) -> dict[str, list[Any]]:
    """One row for each year, day type and slot: the columns of `operational_details.csv`, by name."""
    case = plan.case
    shape = plan.soc.shape
    y, d, s = (index.ravel() for index in np.indices(shape))
    labels: dict[str, list[Any]] = {
        "year": [case.years[i] for i in y],
        "slot_number": [int(i) + 1 for i in s],
        "day_type": [case.day_types[i] for i in d],
        "slot": [case.slots[i] for i in s],
    }
    source = {"fleet_size": case.fleet_size[:, None, None], "charging_kwh": case.charging_kwh,
              "baseload_kwh": case.baseload_kwh, "demand_kwh": case.demand_kwh}  # fmt: skip
    columns: dict[str, list[Any]] = {}
    for column in result_tables.OPERATIONAL_DETAILS.columns:
        if column.name in labels:
            columns[column.name] = labels[column.name]
        else:
            array = source[column.name] if column.name in source else getattr(plan, column.name)
            columns[column.name] = np.broadcast_to(array, shape).ravel().tolist()
    return columns


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
