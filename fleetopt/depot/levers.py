"""Levers: factors on prices, budgets, sun and load, with which a scenario shows what dearer or more of them does."""

from __future__ import annotations

from typing import Final

from fleetopt.depot.part import Figure, Part

_LEVERS: Final = (
    ("solar_price_factor", "Solar price factor", "all prices of solar"),
    ("battery_price_factor", "Battery price factor", "all prices of the battery"),
    ("charger_price_factor", "Charger price factor", "all prices of chargers"),
    ("budget_factor", "Budget factor", "every year's budget"),
    ("solar_yield_factor", "Solar yield factor", "what solar gives, such as 0.9 for a cloudy year"),
    ("consumption_factor", "Consumption factor", "what all trucks need, such as 1.1 for a cold year or a heavier load"),
)

PART = Part(
    "levers",
    figures=tuple(
        Figure(
            name,
            header,
            f"the factor on {what}",
            "-",
            highest=1000,
            is_positive=True,
            default=1.0,
            usual=(0.3, 3),
            axes="",
            is_of_scenario=True,
            is_quiet=True,
        )
        for name, header, what in _LEVERS
    ),
    is_on=lambda case: any(getattr(case, name) != 1 for name, _, _ in _LEVERS),
)
