"""The level of prices: how much dearer the bill gets year by year, and energy in a scenario."""

from __future__ import annotations

import numpy as np

from fleetopt.depot.part import Array, Derived, Figure, Given, Part


def energy_level(case: Given) -> Array:
    """price_index[y] * energy_price_factor: what prices of energy are multiplied by   (y, 1, 1) [-]."""
    return np.asarray(case.price_index[:, None, None] * case.energy_price_factor)


PART = Part(
    "price_level",
    figures=(
        Figure(
            "price_index",
            "Price index",
            "the factor on the year's prices of energy, export, peaks and the fixed charge, such as 1.02",
            "-",
            highest=1000,
            is_positive=True,
            default=1.0,
            usual=(0.5, 3),
            table="tblCosts",
            axes="y",
            is_quiet=True,
        ),
        Figure(
            "energy_price_factor",
            "Energy price factor",
            "the factor on all prices of energy and export, to see what dearer energy does",
            "-",
            highest=1000,
            is_positive=True,
            default=1.0,
            usual=(0.3, 3),
            axes="",
            is_of_scenario=True,
            is_quiet=True,
        ),
    ),
    derived=(Derived("energy_level", "yds", "-", energy_level),),
    is_on=lambda case: bool((case.price_index != 1).any()) or case.energy_price_factor != 1,
)
