"""The connection's limit as power, which peaks within a slot must keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from fleetopt.depot.part import Array, Check, Decided, Figure, Given, Part, Rule, SheetCheck
from fleetopt.words.expression import Comparison
from fleetopt.words.sheet_formulas import exceeds, one_if_blank


def grid_power(case: Given, x: Decided) -> Comparison:
    """peak_swing / hours[s] * grid_import + peak_above <= grid_limit_kw + upgrade_kw[y]   [kW]."""
    drawn = case.peak_swing / case.hours * x.grid_import + case.peak_above
    return drawn <= case.grid_limit_kw + x.upgrade_kw[:, None, None]


def recheck(case: Given, _plan: Any, counted: Mapping[str, Array]) -> Iterator[Check]:
    """The limit with every upgrade that serves, slot by slot."""
    if case.grid_limit_kw == np.inf:
        return
    for y in range(len(case.years)):
        most = case.grid_limit_kw + counted["upgrade_kw"][y]
        for s in range(len(case.slots)):
            mean = counted["grid_import"][y, :, s] / case.hours[s]
            highest, usual = case.baseload_peak[:, s], case.baseload_kwh[:, s] / case.hours[s]
            drawn = np.where(highest < np.inf, mean + np.maximum(highest - usual, 0.0), case.peak_factor * mean)
            yield Check("grid_power", "d", drawn - most, most, {"y": y, "s": s})


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """The power drawn in each slot, up to which limit."""
    f, u = sheet.flows, sheet.limits
    most = f"({f.grid_limit_kw}+{f.upgrade_kw})"
    drawn = f"{f.is_set('grid_limit_kw')}*{_drawn(sheet, f, sheet.out_of('grid'))}"
    yield SheetCheck("grid_power", "peak of grid to load <= grid limit as power", exceeds(drawn, most))
    used = sheet.flowed_from(u, "grid", "scenario", "year", "day_type", "slot")
    yield from sheet.limit("Grid power", _drawn(sheet, u, used), f"({u.grid_limit_kw}+{u.upgrade_kw})")


def _drawn(sheet: Any, rows: Any, kwh: str) -> str:
    """The highest power drawn in each row: mean times the peak factor, or plus what the baseload adds."""
    blank = sheet.is_blank("tblEnergy", "baseload_peak", day_type=rows.day_type, slot=rows.slot)
    factor = one_if_blank(rows.peak_factor)
    hours = one_if_blank(rows.hours)
    above = f"({rows.baseload_peak}-{rows.baseload_kwh}/{hours})"
    return f"({kwh}/{hours}*({blank}*{factor}+(1-{blank}))+(1-{blank})*{above})"


def _rows(sheet: Any) -> str:
    """A row for each year of a scenario that has the limit."""
    y = sheet.yearly
    return f"SUMPRODUCT({y.is_set('grid_limit_kw')}*ISNUMBER({y.year}))"


PART = Part(
    "grid_power",
    figures=(
        Figure(
            "grid_limit_kw",
            "Grid limit as power",
            "the power of the connection, which no peak exceeds; blank: no limit but that of each slot's energy",
            "kW",
            is_needed=False,
            usual=(10, 100_000),
            axes="",
            is_of_scenario=True,
            is_quiet=True,
            counted="kW",
        ),
    ),
    rules=(
        Rule(
            "grid_power",
            "yds",
            "limit",
            grid_power,
            "Grid power",
            "kW",
            rank=2,
            raised_by="grid_limit_kw",
            where=lambda case: bool(np.isfinite(case.grid_limit_kw)),
            rows_told=_rows,
        ),
    ),
    is_on=lambda case: bool(np.isfinite(case.grid_limit_kw)),
    recheck=recheck,
    sheet_checks=sheet_checks,
)
