"""The two CSV files of a scenario, in the depot study's layout."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from fleetopt import result_tables
from fleetopt.figures import exact
from fleetopt.plan import Plan


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
    details = plan.details()
    headers = [column.header for column in result_tables.OPERATIONAL_DETAILS.columns]
    return _text([headers, *zip(*details.values(), strict=True)])


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
