"""The most power that the grid takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from fleetopt.depot.part import Array, Check, Decided, Figure, Given, Part, Rule, SheetCheck
from fleetopt.words.expression import Comparison
from fleetopt.words.sheet_formulas import exceeds


def is_on(case: Given) -> bool:
    """Whether there is such a limit."""
    return bool(np.isfinite(case.export_limit_kw))


def export_limit(case: Given, x: Decided) -> Comparison:
    """Everything that flows into the grid <= export_limit_kw * hours[s]   [kWh a day]."""
    return x.into("grid") <= case.export_limit_kw * case.hours


def recheck(case: Given, plan: Any, _counted: Mapping[str, Array]) -> Iterator[Check]:
    """Slot by slot."""
    for s, hours in enumerate(case.hours):
        if case.export_limit_kw < np.inf:
            sold, most = plan.solar_to_grid[:, :, s] + plan.battery_to_grid[:, :, s], case.export_limit_kw * hours
            yield Check("export_limit", "yd", sold - most, most, {"s": s})


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """What is sold in each slot, up to which limit."""
    f, u = sheet.flows, sheet.limits
    sold = f"{f.is_set('export_limit_kw')}*{sheet.into('grid')}"
    what = "solar and battery to grid <= export limit x hours"
    yield SheetCheck("export_limit", what, exceeds(sold, f"{f.export_limit_kw}*{f.hours}"))
    used = sheet.flowed_into(u, "grid", "scenario", "year", "day_type", "slot")
    yield from sheet.limit("Export limit", used, f"{u.export_limit_kw}*{u.hours}")


def _rows(sheet: Any) -> str:
    """A row for each year of a scenario that has the limit."""
    y = sheet.yearly
    return f"SUMPRODUCT({y.is_set('export_limit_kw')}*ISNUMBER({y.year}))"


PART = Part(
    "export_limit",
    figures=(
        Figure(
            "export_limit_kw",
            "Export limit",
            "the most power that may be exported; what is left of solar is thrown away; blank: no limit",
            "kW",
            is_needed=False,
            usual=(0, 100_000),
            axes="",
            is_of_scenario=True,
            is_quiet=True,
        ),
    ),
    rules=(
        Rule(
            "export_limit", "yds", "limit", export_limit, "Export limit", "kWh/d", rank=2, where=is_on, rows_told=_rows
        ),
    ),
    is_on=is_on,
    recheck=recheck,
    sheet_checks=sheet_checks,
)
