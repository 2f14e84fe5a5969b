"""Random depots of every shape: years, day types, slots of unequal length, charger types."""

from __future__ import annotations

from typing import Any

import numpy as np

from fleetopt.depot.case import Case


def random_case(seed: int) -> Case:
    """The same depot for the same seed; about half of them have a plan."""
    random = np.random.default_rng(seed)
    years, day_types, types = (int(random.integers(1, most)) for most in (6, 4, 4))
    slots = int(random.choice([1, 2, 3, 4, 6, 24]))
    growth = np.linspace(1, random.uniform(1, 3), years)[:, None, None]
    return Case(
        years=tuple(range(2025, 2025 + years)),
        day_types=tuple(f"Day {i}" for i in range(day_types)),
        slots=tuple(f"Slot {i}" for i in range(slots)),
        chargers=tuple(f"Charger {i}" for i in range(types)),
        hours=random.dirichlet(np.full(slots, 5.0)) * 24,
        days=random.dirichlet(np.full(day_types, 3.0)) * 365,
        power_kw=random.uniform(20, 400, types),
        charging_kwh=random.uniform(0, 500, (years, day_types, slots)) * growth,
        baseload_kwh=random.uniform(0, 30, (day_types, slots)),
        grid_price=np.round(random.uniform(0.05, 0.4, (day_types, slots)), 2),
        solar_yield=random.uniform(0, 1, (day_types, slots)) * random.integers(0, 2, (day_types, slots)),
        solar_price=random.uniform(200, 1500, years),
        battery_price=random.uniform(50, 400, years),
        charger_price=random.uniform(100, 20_000, (types, years)),
        capex_budget=np.array(random.uniform(2000, 60_000)),
        grid_limit_kwh=np.array(random.uniform(200, 1500)),
        export_ratio=float(random.choice([0.0, 0.5, 1.0, 1.2])),
        solar_max_added_kwp=200.0,
        battery_max_kwh=2000.0,
        solar_existing_kwp=float(random.choice([0.0, 300.0])),
        battery_existing_kwh=float(random.choice([0.0, 100.0])),
        chargers_existing=random.integers(0, 2, types).astype(float),
        c_rate_basis="slot" if random.integers(2) else "hour",
    )


def tied_case(seed: int) -> Case:
    """A random depot full of equals: the same prices in several slots, things for free, day types that are alike."""
    random = np.random.default_rng(seed)
    years, day_types, types = (int(random.integers(1, most)) for most in (6, 4, 4))
    slots = int(random.choice([1, 2, 4, 6]))

    def one_of(*values: float) -> float:
        return float(random.choice(values))

    return Case(
        years=tuple(range(2025, 2025 + years)),
        day_types=tuple(f"Day {i}" for i in range(day_types)),
        slots=tuple(f"Slot {i}" for i in range(slots)),
        chargers=tuple(f"Charger {i}" for i in range(types)),
        hours=np.array(24 / slots),
        days=np.array(365 / day_types),
        power_kw=random.choice([50.0, 100.0, 400.0], types),
        charging_kwh=random.choice([0.0, 100.0, 200.0, 300.0], (years, 1, slots)),
        baseload_kwh=np.zeros(1),
        grid_price=random.choice([0.1, 0.2], slots) if random.random() < 0.5 else np.array(one_of(0.1, 0.2)),
        solar_yield=random.choice([0.0, 1.0, 2.0], slots),
        solar_price=np.array(one_of(0, 100, 450)),
        battery_price=np.array(one_of(0, 50, 100)),
        charger_price=random.choice([0.0, 1000.0, 2000.0], (types, 1)),
        capex_budget=np.array(one_of(3000, 10_000, 60_000)),
        grid_limit_kwh=np.array(one_of(150, 200, 300, 1000)),
        export_ratio=one_of(0, 0.5, 1, 1),
        solar_max_added_kwp=one_of(0, 100, 200),
        battery_max_kwh=one_of(0, 100, 2000),
        solar_existing_kwp=one_of(0, 100),
        battery_existing_kwh=one_of(0, 100),
        c_rate_basis="slot" if random.integers(2) else "hour",
    )


def refined_case(seed: int) -> Case:
    """A random depot with a larger connection to be had and demand charges to be paid."""
    random = np.random.default_rng([seed, 2025])
    case = random_case(seed)
    kinds, bills = int(random.integers(1, 4)), int(random.integers(1, 4))
    day_types = len(case.day_types)
    season = random.choice([None, "Winter", "Summer"][: int(random.integers(1, 4))], day_types)

    def charge(i: int) -> dict[str, Any]:
        return {
            "charge": str(random.choice(["Peak", f"Charge {i}"])),
            "season": random.choice([None, *season]),
            "days": str(random.choice(["all", "workday", "weekend"])),
            "window": random.choice([None, "16:00-21:00", "22:00-06:00"]),
            "billed": str(random.choice(["month", "year"])),
            "price": round(float(random.uniform(0, 30)), 2),
        }

    return case.replace(
        grid_limit_kwh=random.uniform(0.2, 0.9) * case.grid_limit_kwh,
        upgrades=tuple(f"Upgrade {i}" for i in range(kinds)),
        adds_kw=np.round(random.uniform(5, 100, kinds), 1),
        upgrade_price=np.round(random.uniform(500, 15_000, kinds)),
        upgrade_most=random.integers(0, 4, kinds).astype(float),
        lead_time=random.choice([0.0, 0.0, 1.0, 2.0], kinds),
        counts_in_budget=random.choice(["yes", "no"], kinds),
        demand_charges=tuple(charge(i) for i in range(bills)),
        season=season,
        kind=random.choice([None, "workday", "weekend"], day_types),
        peak_factor=float(random.choice([1.0, 1.3])),
        ratchet=float(random.choice([0.0, 0.5, 1.0])),
        fixed_charge=float(random.choice([0.0, 120.0])),
    )


def dear_case(seed: int) -> Case:
    """A random depot at market prices: a charger costs a million times what a kWh saves in a day."""
    random = np.random.default_rng(seed)
    years, day_types, slots = int(random.integers(1, 6)), int(random.choice([1, 3, 7, 12])), int(random.choice([4, 24]))
    hours = 24 / slots
    sun = np.clip(np.sin((np.arange(slots) * hours - 6) / 12 * np.pi), 0, None) * hours * 0.6
    return Case(
        years=tuple(range(2025, 2025 + years)),
        day_types=tuple(f"Day {i}" for i in range(day_types)),
        slots=tuple(f"Slot {i}" for i in range(slots)),
        chargers=("50 kW", "150 kW", "400 kW"),
        hours=np.array(hours),
        days=np.array(365 / day_types),
        power_kw=np.array([50.0, 150.0, 400.0]),
        charging_kwh=np.round(random.uniform(20, 400, (years, day_types, slots)) * hours / 3, 1),
        baseload_kwh=np.array(random.uniform(0, 30)),
        grid_price=np.round(random.uniform(0.1, 0.4, (day_types, slots)), 4),
        solar_yield=np.round(sun * random.uniform(0.5, 1.2, (day_types, 1)), 3),
        solar_price=np.array(900.0),
        battery_price=np.linspace(300, 200, years),
        charger_price=np.array([[12_500.0], [40_000.0], [100_000.0]]) * np.linspace(1, 0.9, years),
        capex_budget=random.choice([150_000.0, 400_000.0], 1),
        grid_limit_kwh=random.choice([600.0, 3000.0], 1) * hours / 4,
        export_ratio=float(random.choice([0.0, 0.4, 1.0])),
        solar_max_added_kwp=400.0,
        battery_max_kwh=1000.0,
        solar_existing_kwp=100.0,
        c_rate_basis="hour",
    )
