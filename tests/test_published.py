"""Cases that others have published with their results.

`published/ev_battery.csv` is of DER-VET 1.3, Electric Power Research Institute, 2024, whose licence stands beside it:
the case of a battery beside an electric fleet, as load after that case's own control. The two bills are of the tests
of REopt.jl, National Renewable Energy Laboratory. No truck stands in them; the load is a baseload.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fleetopt.depot.case import Case
from fleetopt.plan.optimize import optimize

HOURS = tuple(f"{hour:02d}:00-{hour + 1:02d}:00" for hour in range(24))


def depot(**figures: Any) -> Case:
    """One year in hours, without trucks."""
    given: dict[str, Any] = {
        "years": (2025,), "slots": HOURS, "hours": 1.0,
        "chargers": ("22 kW",), "power_kw": 22.0, "charger_price": 5000.0,
        "solar_yield": 0.0, "solar_price": 1660.0, "battery_price": 250.0, "capex_budget": 1e8, "grid_limit_kwh": 1e5,
        "export_ratio": 0.0, "solar_max_added_kwp": 0.0, "battery_max_kwh": 0.0,
    }  # fmt: skip
    return Case(**{**given, **figures})


def test_a_flat_bill():
    """10,000 kWh a year at 0.10 USD/kWh, and 10 USD/kW and month: 1,000.00 and 136.99 USD."""
    charge = {"charge": "All hours", "price": 10.0}
    case = depot(day_types=("Day",), days=365.0, baseload_kwh=10_000 / 8760, grid_price=0.1, demand_charges=[charge])
    plan = optimize(case).plan
    assert plan.opex.sum() == pytest.approx(1000)
    assert plan.demand_charges.sum() == pytest.approx(136.99, abs=0.005)


def test_a_bill_that_looks_back():
    """1 kW, and 100 kW in one January hour; 10.5 USD/kW, 11.5 from April to September, 35 %: 5,302.50 USD."""
    months = [f"{month:02d}" for month in range(1, 13)]
    days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    charges = [
        {"charge": "Demand", "season": month, "price": 11.5 if 4 <= int(month) <= 9 else 10.5} for month in months
    ]
    load = np.ones((13, 24))
    load[12, 12] = 100
    plan = optimize(
        depot(day_types=(*months, "Peak"), days=[30.0, *days[1:], 1.0], season=[*months, "01"], baseload_kwh=load,
              grid_price=0.0, demand_charges=charges, ratchet=0.35)
    ).plan  # fmt: skip
    assert plan.demand_charges.sum() == pytest.approx(5302.5)


def test_a_battery_beside_an_electric_fleet():
    """Published: 781,107.34 USD, 79 kWh and 19 kW.

    There whole kWh and kW are bought and the content runs on from day to day; together that is worth 0.01 %.
    """
    with (Path(__file__).parent / "published" / "ev_battery.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    days = {row["day_type"]: (float(row["days"]), row["season"]) for row in rows}
    load, price = (
        np.array([float(row[name]) for row in rows]).reshape(len(days), 24) for name in ("load_kw", "price_usd_kwh")
    )
    worth = sum((1.03 / 1.07) ** year for year in range(9))  # nine years alike: 3 % inflation, 7 % interest
    charges = [
        {"charge": "Facility", "price": 160.44, "billed": "year"},
        {
            "charge": "Summer on-peak",
            "season": "Summer workday",
            "window": "16:00-21:00",
            "price": 135.56,
            "billed": "year",
        },
        {
            "charge": "Winter mid-peak",
            "season": "Winter workday",
            "window": "16:00-21:00",
            "price": 65.36,
            "billed": "year",
        },
    ]
    result = optimize(
        depot(day_types=tuple(days), days=[of[0] for of in days.values()], season=[of[1] for of in days.values()],
              baseload_kwh=load, grid_price=price, price_index=worth, demand_charges=charges, battery_price=200.0,
              battery_power_price=800.0, battery_max_kwh=1e5, charge_efficiency=0.85, grid_charging="yes",
              battery_export="no", c_rate=0.5)
    )  # fmt: skip
    assert result.is_certified
    assert result.plan.objective == pytest.approx(781_107.34, rel=2e-4)
    assert result.plan.objective == pytest.approx(781_163.7518, rel=1e-8)
    assert result.plan.battery_add.sum() == pytest.approx(79, rel=0.02)
    assert result.plan.battery_kw_add.sum() == pytest.approx(19, rel=0.02)
