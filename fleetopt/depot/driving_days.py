"""Days on which not all trucks drive, and days on which they need more or less."""

from __future__ import annotations

import numpy as np

from fleetopt.depot.part import Array, Derived, Figure, Given, Part


def day_level(case: Given) -> Array:
    """fleet_share[d] * day_consumption_factor[d]: what the fleet needs on such a day, of a full one   (d,) [-]."""
    return np.asarray(case.fleet_share * case.day_consumption_factor)


PART = Part(
    "driving_days",
    figures=(
        Figure(
            "fleet_share",
            "Fleet on the road",
            "the share of the fleet that drives on such a day, 1 for all and 0 for none",
            "-",
            highest=1,
            default=1.0,
            usual=(0, 1),
            table="tblDayTypes",
            axes="d",
            is_quiet=True,
        ),
        Figure(
            "day_consumption_factor",
            "Consumption factor",
            "the factor on every truck's consumption on such a day, such as 1.2 in winter",
            "-",
            highest=1000,
            is_positive=True,
            default=1.0,
            usual=(0.5, 2),
            table="tblDayTypes",
            axes="d",
            is_quiet=True,
        ),
    ),
    derived=(Derived("day_level", "d", "-", day_level),),
    is_on=lambda case: bool((case.day_level != 1).any()),
)
