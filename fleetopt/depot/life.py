"""How long what is bought lasts: what is older than its life is gone, and what it served must be bought again."""

from __future__ import annotations

import numpy as np

from fleetopt.depot.part import Array, Derived, Figure, Given, Part


def solar_serves(case: Given) -> Array:
    """Whether what is bought in year k is there in year y: k <= y < k + solar_life   (y, k)."""
    return _serves(case, case.solar_life)


def battery_serves(case: Given) -> Array:
    """Whether what is bought in year k is there in year y: k <= y < k + battery_life   (y, k)."""
    return _serves(case, case.battery_life)


def charger_serves(case: Given) -> Array:
    """Whether what is bought in year k is there in year y: k <= y < k + charger_life[c]   (c, y, k)."""
    return _serves(case, case.charger_life[:, None, None])


def _serves(case: Given, life: Array) -> Array:
    year = np.arange(len(case.years))
    return np.asarray((year <= year[:, None]) & (year[:, None] < year + life))


def is_on(case: Given) -> bool:
    """Whether anything has an end."""
    return bool(np.isfinite([case.solar_life, case.battery_life, *case.charger_life]).any())


def _life(name: str, header: str, what: str) -> Figure:
    return Figure(
        name,
        header,
        f"how long {what} that is bought lasts; blank: it outlives the plan",
        "years",
        kind="whole",
        lowest=1,
        highest=100,
        is_needed=False,
        is_quiet=True,
        usual=(5, 40),
        axes="",
        is_of_scenario=True,
    )


PART = Part(
    "life",
    figures=(
        _life("solar_life", "Solar life", "solar"),
        _life("battery_life", "Battery life", "battery"),
        Figure(
            "charger_life",
            "Life",
            "how long a charger that is bought lasts; blank: it outlives the plan",
            "years",
            kind="whole",
            lowest=1,
            highest=100,
            is_needed=False,
            is_quiet=True,
            usual=(5, 40),
            table="tblChargers",
            axes="c",
        ),
    ),
    derived=(
        Derived("solar_serves", "yy", "-", solar_serves),
        Derived("battery_serves", "yy", "-", battery_serves),
        Derived("charger_serves", "cyy", "-", charger_serves),
    ),
    is_on=is_on,
)
