"""Random depots of every shape: years, day types, slots of unequal length, charger types."""

from __future__ import annotations

import numpy as np

from fleetopt.case import Case


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
