"""How far power within a slot rises above its mean: by the peak factor, or by what the baseload is known to reach."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fleetopt.depot.part import Array, Derived, Figure, Given, Part, Read
from fleetopt.words.columns import SMALLEST
from fleetopt.words.problem import Problem, error

_ROUNDED = 1e-6
"""Of its mean; a peak that is less below it was only rounded."""


def peak_swing(case: Given) -> Array:
    """What mean power is multiplied by: peak_factor; 1 where a baseload peak is given   (d, s) [-]."""
    return np.where(np.isfinite(case.baseload_peak), 1.0, case.peak_factor)


def peak_above(case: Given) -> Array:
    """baseload_peak - baseload_kwh / hours; 0 where no baseload peak is given   (d, s) [kW]."""
    above = np.maximum(0.0, case.baseload_peak - case.baseload_kwh / case.hours)
    return np.where(np.isfinite(above), above, 0.0)


def refuse(case: Given) -> None:
    """No peak is below its mean."""
    if (case.baseload_peak * (1 + _ROUNDED) + SMALLEST < case.baseload_kwh / case.hours).any():
        raise ValueError(f"baseload_peak must be at least baseload_kwh / hours, not {case.baseload_peak}")


def above_the_mean(inputs: Read) -> Iterator[Problem]:
    """No peak is below its mean."""
    energy = inputs["tblEnergy"]
    columns = (energy.values.get(name, ()) for name in ("baseload_peak", "baseload_kwh", "hours"))
    for i, (peak, kwh, hours) in enumerate(zip(*columns, strict=False)):
        if None not in (peak, kwh, hours) and hours and peak * (1 + _ROUNDED) + SMALLEST < kwh / hours:
            yield error(
                energy.where("baseload_peak", i),
                f"{energy.table['baseload_peak'].heading} is {peak:,.10g}, must be at least the mean of its slot: "
                f"{kwh:,.10g} kWh in {hours:g} h are {kwh / hours:,.10g} kW.",
                "Enter the highest that the baseload reaches, or leave it blank.",
            )


PART = Part(
    "baseload_peak",
    figures=(
        Figure(
            "baseload_peak",
            "Baseload peak",
            "the highest that the baseload reaches within the slot, in place of the peak factor; blank: its mean",
            "kW",
            is_needed=False,
            usual=(0.1, 10_000),
            table="tblEnergy",
            axes="ds",
            is_quiet=True,
        ),
    ),
    derived=(Derived("peak_swing", "ds", "-", peak_swing), Derived("peak_above", "ds", "kW", peak_above)),
    refuse=refuse,
    checks=(above_the_mean,),
    is_on=lambda case: bool(np.isfinite(case.baseload_peak).any()),
)
