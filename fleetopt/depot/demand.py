"""The fleet's charging need."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from fleetopt.depot.case import FloatArray
from fleetopt.words.rows import Rows


def charging_kwh(fleet: Rows, trucks: Rows, years: Sequence[int], slots: Sequence[str]) -> FloatArray:
    """Sum daily distance [km] x consumption [kWh/km] over the vehicles of each year and slot.

    Returns:
        (y, s) [kWh a day], the same to the last bit for every order of the rows.
    """
    consumption = {key: trucks.values["consumption"][i] for key, i in trucks.index().items()}
    needs: dict[tuple[int, str], list[float]] = defaultdict(list)
    for kind, year, distance, slot in zip(
        *(fleet.values[name] for name in ("truck_type", "year", "distance_km", "slot")), strict=True
    ):
        needs[year, slot].append(distance * consumption[kind, year])
    return np.array([[math.fsum(needs[year, slot]) for slot in slots] for year in years])


def fleet_size(fleet: Rows, years: Sequence[int]) -> FloatArray:
    """Count the vehicles of each year: (y,) [units]."""
    listed = fleet.values["year"]
    return np.array([float(listed.count(year)) for year in years])
