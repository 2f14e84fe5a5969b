"""The case: everything one optimisation needs to know of a depot, as checked arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
CRateBasis = Literal["slot", "hour"]
HOURS_TOLERANCE: Final = 1e-6
"""So much more or less than 24 h the slots may make, as sevenths are written with a few digits [h]."""

SHAPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "fleet_size": "y",
        "days": "d",
        "hours": "s",
        "power_kw": "c",
        "chargers_existing": "c",
        "charging_kwh": "yds",
        "baseload_kwh": "ds",
        "grid_price": "ds",
        "solar_yield": "ds",
        "solar_price": "y",
        "battery_price": "y",
        "charger_price": "cy",
        "capex_budget": "y",
        "grid_limit_kwh": "s",
    }
)
"""The axes of every array of a case: y years, d day types, s slots, c charger types."""


@dataclass(frozen=True, eq=False)
class Case:
    """One depot, one scenario. Arrays are read-only; a scalar or a smaller array is spread over the missing axes.

    Flows are kWh a day of the day type; money is USD. Source of names and units: the formulation in the README.

    Raises:
        ValueError: an array does not fit its axes, or holds what is not a finite number of 0 or more.
    """

    years: tuple[int, ...]
    """Planning years, consecutive."""
    day_types: tuple[str, ...]
    slots: tuple[str, ...]
    """Slots of a day in clock order."""
    chargers: tuple[str, ...]
    """Charger types."""
    hours: FloatArray
    """(s,) length of a slot [h]; 24 h in all."""
    days: FloatArray
    """(d,) days of this type in a year [d/year]."""
    power_kw: FloatArray
    """(c,) power of one charger [kW]."""
    charging_kwh: FloatArray
    """(y, d, s) charging need [kWh a day]."""
    baseload_kwh: FloatArray
    """(d, s) the depot's other load [kWh a day]."""
    grid_price: FloatArray
    """(d, s) price of energy from the grid [USD/kWh]."""
    solar_yield: FloatArray
    """(d, s) yield of the panels [kWh per kWp a day]."""
    solar_price: FloatArray
    """(y,) [USD/kWp]."""
    battery_price: FloatArray
    """(y,) [USD/kWh]."""
    charger_price: FloatArray
    """(c, y) [USD/unit]."""
    capex_budget: FloatArray
    """(y,) [USD]; what a year leaves is not carried over."""
    grid_limit_kwh: FloatArray
    """(s,) most energy from the grid in one slot [kWh]."""
    export_ratio: float
    """Price of exported energy as a share of the grid price [-]."""
    solar_max_added_kwp: float
    """Most solar that may be added over all years [kWp]."""
    battery_max_kwh: float
    """Most battery that may be added over all years [kWh]."""
    solar_existing_kwp: float = 0.0
    """Solar there from the start [kWp]."""
    battery_existing_kwh: float = 0.0
    """Battery there from the start [kWh]."""
    chargers_existing: FloatArray = field(default_factory=lambda: np.zeros(1))
    """(c,) chargers there from the start [units]."""
    c_rate: float = 0.5
    """Most discharge as a share of the battery's size, for each slot or hour [1/h]."""
    c_rate_basis: CRateBasis = "slot"
    """`slot`: `c_rate x battery_kwh` in each slot; `hour`: times the slot's hours."""
    fleet_size: FloatArray = field(default_factory=lambda: np.zeros(1))
    """(y,) vehicles [units]; reported only."""

    def __post_init__(self) -> None:
        """Spread, freeze and check every array."""
        years = tuple(int(year) for year in self.years)
        if years != tuple(range(years[0], years[0] + len(years))):
            raise ValueError(f"years must be consecutive, not {years}")
        object.__setattr__(self, "years", years)
        for name in ("day_types", "slots", "chargers"):
            labels = tuple(str(label) for label in getattr(self, name))
            if len(set(labels)) != len(labels) or not labels:
                raise ValueError(f"{name} must be different from each other and at least one, not {labels}")
            object.__setattr__(self, name, labels)
        if self.c_rate_basis not in ("slot", "hour"):
            raise ValueError(f"c_rate_basis must be slot or hour, not {self.c_rate_basis!r}")
        for entry in fields(self):
            if entry.name in SHAPES:
                object.__setattr__(self, entry.name, self._array(entry.name))
            elif entry.type == "float":
                object.__setattr__(self, entry.name, float(_checked(entry.name, getattr(self, entry.name))))
        if abs(self.hours.sum() - 24) > HOURS_TOLERANCE:
            raise ValueError(f"the slots must make 24 h, not {self.hours.sum():g} h")

    def _array(self, name: str) -> FloatArray:
        value = _checked(name, getattr(self, name))
        shape = tuple(self.sizes[axis] for axis in SHAPES[name])
        try:
            array = np.broadcast_to(value, shape).copy()
        except ValueError:
            raise ValueError(f"{name} must have the shape {shape}, not {value.shape}") from None
        array.setflags(write=False)
        return array

    @property
    def sizes(self) -> dict[str, int]:
        """Length of each axis: y, d, s, c."""
        return {"y": len(self.years), "d": len(self.day_types), "s": len(self.slots), "c": len(self.chargers)}

    @property
    def demand_kwh(self) -> FloatArray:
        """(y, d, s) charging need and baseload [kWh a day]."""
        return self.charging_kwh + self.baseload_kwh

    @property
    def discharge_share(self) -> FloatArray:
        """(s,) the most a battery may give in a slot, as a share of its size [-]."""
        return self.c_rate * (self.hours if self.c_rate_basis == "hour" else np.ones_like(self.hours))

    def where(self, y: int, d: int, s: int) -> str:
        """Name one slot for people: "2029 12PM-6PM", with the day type where there are several."""
        day = f" {self.day_types[d]}" if len(self.day_types) > 1 else ""
        return f"{self.years[y]}{day} {self.slots[s]}"


def _checked(name: str, value: Any) -> FloatArray:
    array = np.asarray(value, dtype=float)
    if not np.isfinite(array).all() or (array < 0).any():
        raise ValueError(f"{name} must be finite and 0 or more, not {value}")
    return array
