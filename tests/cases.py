"""Small cases to test with."""

from __future__ import annotations

from typing import Any

import numpy as np

from fleetopt.depot.case import Case

TOTALS = {1.0: 1_147_963.2373, 0.5: 1_176_487.1155, 0.0: 1_200_943.9585}
"""The study's five-year totals [USD] by export ratio."""


def one_slot(**changes: Any) -> Case:
    """One year, one day type, one slot of 24 h: 100 kWh to charge at 1 USD/kWh, everything else to spare."""
    figures: dict[str, Any] = {
        "years": (2025,),
        "day_types": ("Day",),
        "slots": ("12AM-12AM",),
        "chargers": ("50 kW",),
        "hours": 24.0,
        "days": 365.0,
        "power_kw": 50.0,
        "charging_kwh": 100.0,
        "baseload_kwh": 0.0,
        "grid_price": 1.0,
        "solar_yield": 0.0,
        "solar_price": 100.0,
        "battery_price": 100.0,
        "charger_price": 1000.0,
        "capex_budget": 100_000.0,
        "grid_limit_kwh": 1000.0,
        "export_ratio": 0.0,
        "solar_max_added_kwp": 1000.0,
        "battery_max_kwh": 1000.0,
    }
    return Case(**{**figures, **changes})


def two_slots(**changes: Any) -> Case:
    """A sunny slot and a dark one, 12 h each."""
    return one_slot(**{"slots": ("6AM-6PM", "6PM-6AM"), "hours": 12.0, "solar_yield": [[1.0, 0.0]], **changes})


def study(export_ratio: float = 1.0, **changes: Any) -> Case:
    """The depot study, from figures."""
    charging = [
        [477, 702, 729, 477],
        [477, 1197, 1233, 720],
        [1008, 1764, 1260, 1008],
        [1121, 2213.5, 2147, 1358.5],
        [1102, 2508, 3097, 1653],
    ]
    figures: dict[str, Any] = {
        "years": range(2025, 2030),
        "day_types": ("Average day",),
        "slots": ("12AM-6AM", "6AM-12PM", "12PM-6PM", "6PM-12AM"),
        "chargers": ("50 kW", "400 kW"),
        "hours": 6.0,
        "days": 365.0,
        "power_kw": [50.0, 400.0],
        "charging_kwh": np.array(charging, dtype=float)[:, None, :],
        "baseload_kwh": [7.1542, 3.984, 3.1175, 7.086],
        "grid_price": [0.15, 0.20, 0.25, 0.35],
        "solar_yield": [0.0, 1.4, 1.8, 0.8],
        "solar_price": 450.0,
        "battery_price": [300.0, 286.0, 272.0, 259.0, 247.0],
        "charger_price": np.array([[1000.0], [2500.0]]),
        "capex_budget": 60_000.0,
        "grid_limit_kwh": 1750.0,
        "export_ratio": export_ratio,
        "solar_max_added_kwp": 200.0,
        "battery_max_kwh": 2000.0,
        "solar_existing_kwp": 500.0,
        "fleet_size": [10, 15, 20, 25, 30],
    }
    return Case(**{**figures, **changes})


def hourly(years: int = 5, day_types: int = 365, export_ratio: float = 0.5) -> Case:
    """A depot in hourly slots, made up with the shape of a real one: sun at noon, dear evenings, a growing fleet.

    Solar and battery pay for themselves within the horizon, so both are bought.
    """
    random = np.random.default_rng(2025)
    hour = np.arange(24)
    sun = np.clip(np.sin((hour - 6) / 12 * np.pi), 0, None).round(9)
    evening = (hour >= 17) & (hour < 22)
    growth = np.linspace(1, 2, years)[:, None, None]
    return Case(
        years=tuple(range(2025, 2025 + years)),
        day_types=tuple(f"Day {i + 1}" for i in range(day_types)),
        slots=tuple(f"{h:02d}:00-{h + 1:02d}:00" for h in hour),
        chargers=("50 kW", "400 kW"),
        hours=np.ones(1),
        days=np.full(day_types, 365 / day_types),
        power_kw=np.array([50.0, 400.0]),
        charging_kwh=random.uniform(50, 200, (years, day_types, 24)) * growth,
        baseload_kwh=random.uniform(20, 60, (day_types, 24)),
        grid_price=np.where(evening, 0.35, 0.15) * random.uniform(0.9, 1.1, (day_types, 24)),
        solar_yield=random.uniform(0.2, 1.2, (day_types, 1)) * 0.6 * sun,
        solar_price=np.array(90.0 * years),
        battery_price=np.array(50.0 * years),
        charger_price=np.array([[1000.0], [2500.0]]),
        capex_budget=np.array(60_000.0),
        grid_limit_kwh=np.array(1750.0),
        export_ratio=export_ratio,
        solar_max_added_kwp=200.0,
        battery_max_kwh=2000.0,
        solar_existing_kwp=100.0,
    )
