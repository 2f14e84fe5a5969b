"""How fast the battery charges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from fleetopt.depot.part import Array, Check, Decided, Derived, Figure, Given, Part, Rule, SheetCheck
from fleetopt.words.expression import Comparison
from fleetopt.words.sheet_formulas import exceeds


def charge_share(case: Given) -> Array:
    """The most that the battery takes in a slot, as a share of its size: charge_rate, or times hours[s]   (s,) [-]."""
    rate = case.charge_rate if np.isfinite(case.charge_rate) else 0.0
    return np.asarray(rate * (case.hours if case.c_rate_basis == "hour" else np.ones_like(case.hours)))


def charge_limit(case: Given, x: Decided) -> Comparison:
    """What flows into the battery <= charge_share * (battery_kwh[y] - battery_lost_kwh[y])   [kWh a day]."""
    return x.into("battery") <= case.charge_share * (x.battery_kwh - x.battery_lost_kwh)[:, None, None]


def is_on(case: Given) -> bool:
    """Whether charging has a limit of its own: where the battery's power is bought apart, that limits it."""
    return bool(np.isfinite(case.charge_rate) and not case.power_apart)


def recheck(case: Given, plan: Any, counted: Mapping[str, Array]) -> Iterator[Check]:
    """Slot after slot: never more than it takes."""
    if np.isinf(case.charge_rate) or np.isfinite(case.battery_power_price).all():
        return
    for y in range(len(case.years)):
        battery = counted["battery_kwh"][y] - counted["battery_lost_kwh"][y]
        for s in range(len(case.slots)):
            most = case.charge_rate * battery * (case.hours[s] if case.c_rate_basis == "hour" else 1)
            yield Check(
                "charge_limit",
                "d",
                plan.solar_to_battery[y, :, s] + plan.grid_to_battery[y, :, s] - most,
                most,
                {"y": y, "s": s},
            )


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """What the battery takes, where charging has a limit."""
    f, u = sheet.flows, sheet.limits
    share = f"{f.charge_rate}*(1+{f.has('c_rate_basis', 'hour')}*({f.hours}-1))"
    most = f"{share}*({f.battery_kwh}-{f.battery_lost_kwh})"
    by_rate = sheet.is_blank("tblCosts", "battery_power_price", year=f.year)
    taken = f"{by_rate}*({f.charge_rate}>0)*{sheet.into('battery')}"
    yield SheetCheck("charge_limit", "into the battery <= charge rate x battery", exceeds(taken, most))
    used = sheet.flowed_into(u, "battery", "scenario", "year", "day_type", "slot")
    share = f"{u.charge_rate}*(1+{u.has('c_rate_basis', 'hour')}*({u.hours}-1))"
    yield from sheet.limit("Battery charging", used, f"{share}*({u.battery_kwh}-{u.battery_lost_kwh})")


def _rows(sheet: Any) -> str:
    """A row for each year with a battery of a scenario whose charging has a limit."""
    y = sheet.yearly
    by_rate = sheet.is_blank("tblCosts", "battery_power_price", year=y.year)
    return f"SUMPRODUCT({by_rate}*({y.charge_rate}>0)*({y.battery_kwh}>0))"


PART = Part(
    "charge_rate",
    figures=(
        Figure(
            "charge_rate",
            "Charge rate",
            "the most charging as a share of the battery's size, counted as the C-rate is; blank: no limit",
            "1/h",
            highest=100,
            is_positive=True,
            is_needed=False,
            usual=(0.1, 3),
            axes="",
            is_of_scenario=True,
            is_quiet=True,
        ),
    ),
    derived=(Derived("charge_share", "s", "-", charge_share),),
    rules=(
        Rule(
            "charge_limit",
            "yds",
            "limit",
            charge_limit,
            "Battery charging",
            "kWh/d",
            rank=6,
            only_with="battery_kwh",
            where=is_on,
            rows_told=_rows,
        ),
    ),
    is_on=is_on,
    recheck=recheck,
    sheet_checks=sheet_checks,
)
