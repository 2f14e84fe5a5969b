"""Ageing: what solar loses of its output and the battery of its size, year after year, compounding."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from fleetopt.depot.part import Array, Decided, Derived, Figure, Given, Part, Quantity, SheetCheck
from fleetopt.words.expression import Expression
from fleetopt.words.sheet_formulas import total_differs


def solar_lost_share(case: Given) -> Array:
    """1 - (1 - solar_degradation)^(y - k) of what is bought in year k and there in year y   (y, k) [-]."""
    return np.asarray(case.solar_serves * _lost(case, case.solar_degradation))


def battery_lost_share(case: Given) -> Array:
    """1 - (1 - battery_fade)^(y - k) of what is bought in year k and there in year y   (y, k) [-]."""
    return np.asarray(case.battery_serves * _lost(case, case.battery_fade))


def _lost(case: Given, yearly: float) -> Array:
    year = np.arange(len(case.years))
    return np.asarray(1 - (1 - yearly) ** np.maximum(year[:, None] - year, 0))


def solar_lost_kwp(case: Given, x: Decided) -> Expression:
    """What all panels give less than when they were new, what existed from the first year on   (y,) [kWp]."""
    existing = case.solar_existing_kwp * _lost(case, case.solar_degradation)[:, 0]
    return (case.solar_lost_share * x.solar_add).sum(axis=1) + existing


def battery_lost_kwh(case: Given, x: Decided) -> Expression:
    """What all batteries hold less than when they were new, what existed from the first year on   (y,) [kWh]."""
    existing = case.battery_existing_kwh * _lost(case, case.battery_fade)[:, 0]
    return (case.battery_lost_share * x.battery_add).sum(axis=1) + existing


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """What is lost in all years: by what existed, and by each purchase while it lasts."""
    y, p = sheet.yearly, sheet.purchases
    for unit, lost, existing, yearly, life in (
        ("kWp", y.solar_lost_kwp, y.solar_existing_kwp, "solar_degradation", p.solar_life),
        ("kWh", y.battery_lost_kwh, y.battery_existing_kwh, "battery_fade", p.battery_life),
    ):
        kept, since = f"(1-{getattr(y, yearly)})", f"({y.year}-MIN({y.year}))"
        of_existing = f"SUMPRODUCT({existing}*(1-{kept}^{since}))"
        share, left = getattr(p, yearly), f"(MAX({p.year})+1-{p.year})"
        has_end = (
            f"(ABS({life}-{left}/2)<{left}/2)"  # 0 < life < left, with the life once: formulas have a longest length
        )
        years = f"({left}-({left}-{life})*{has_end})"
        of_one = f"({years}-(1-(1-{share})^{years})/({share}+({share}=0)))*({share}>0)"
        of_bought = f'SUMPRODUCT(({p.unit}="{unit}")*{p.bought}*{of_one})'
        what = f"lost by what existed and by what was bought, over all years [{unit}]"
        yield SheetCheck(
            f"Lost to age: {unit}", what, total_differs(f"SUMPRODUCT({lost})", f"{of_existing}+{of_bought}")
        )


PART = Part(
    "ageing",
    figures=(
        Figure(
            "solar_degradation",
            "Solar degradation",
            "the share of its output that solar loses each year, such as 0.005",
            "1/year",
            highest=0.5,
            default=0.0,
            usual=(0, 0.02),
            axes="",
            is_of_scenario=True,
            is_quiet=True,
        ),
        Figure(
            "battery_fade",
            "Battery fade",
            "the share of its size that the battery loses each year, such as 0.02",
            "1/year",
            highest=0.5,
            default=0.0,
            usual=(0, 0.05),
            axes="",
            is_of_scenario=True,
            is_quiet=True,
        ),
    ),
    derived=(
        Derived("solar_lost_share", "yy", "-", solar_lost_share),
        Derived("battery_lost_share", "yy", "-", battery_lost_share),
    ),
    quantities=(
        Quantity(
            "solar_lost_kwp", "y", "kWp", solar_lost_kwp, "Solar lost to age", "what panels give less than when new"
        ),
        Quantity(
            "battery_lost_kwh", "y", "kWh", battery_lost_kwh, "Battery lost to age", "what it holds less than when new"
        ),
    ),
    sheet_checks=sheet_checks,
    is_on=lambda case: case.solar_degradation > 0 or case.battery_fade > 0,
)
