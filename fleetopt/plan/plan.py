"""The plan: what to buy when, how the energy flows, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fleetopt.depot.case import Case, FloatArray


@dataclass(frozen=True, eq=False)
class Plan:
    """Purchases by year and flows by year, day type and slot; money follows from these and the case's prices."""

    case: Case
    solar_add: FloatArray
    """(y,) [kWp]."""
    battery_add: FloatArray
    """(y,) [kWh]."""
    charger_add: FloatArray
    """(c, y) whole numbers [units]."""
    solar_to_load: FloatArray
    """(y, d, s) [kWh a day], as are all flows."""
    solar_to_battery: FloatArray
    solar_to_grid: FloatArray
    battery_to_load: FloatArray
    battery_to_grid: FloatArray
    grid_to_load: FloatArray
    soc: FloatArray
    """(y, d, s) energy in the battery at the start of the slot [kWh]."""

    @property
    def solar_kwp(self) -> FloatArray:
        """(y,) solar installed [kWp]."""
        return np.asarray(self.case.solar_existing_kwp + self.solar_add.cumsum())

    @property
    def battery_kwh(self) -> FloatArray:
        """(y,) battery installed [kWh]."""
        return np.asarray(self.case.battery_existing_kwh + self.battery_add.cumsum())

    @property
    def chargers(self) -> FloatArray:
        """(c, y) chargers installed [units]."""
        return np.asarray(self.case.chargers_existing[:, None] + self.charger_add.cumsum(axis=1))

    @property
    def solar_kwh(self) -> FloatArray:
        """(y, d, s) solar energy [kWh a day]."""
        return np.asarray(self.case.solar_yield * self.solar_kwp[:, None, None])

    @property
    def capex(self) -> FloatArray:
        """(y,) [USD]."""
        case = self.case
        chargers = (case.charger_price * self.charger_add).sum(axis=0)
        return np.asarray(case.solar_price * self.solar_add + case.battery_price * self.battery_add + chargers)

    @property
    def opex(self) -> FloatArray:
        """(y,) [USD]."""
        return self._yearly(self.grid_to_load)

    @property
    def solar_export_revenue(self) -> FloatArray:
        """(y,) [USD]."""
        return self.case.export_ratio * self._yearly(self.solar_to_grid)

    @property
    def battery_export_revenue(self) -> FloatArray:
        """(y,) [USD]."""
        return self.case.export_ratio * self._yearly(self.battery_to_grid)

    @property
    def total_cost(self) -> FloatArray:
        """(y,) [USD]."""
        return self.capex + self.opex - self.solar_export_revenue - self.battery_export_revenue

    @property
    def objective(self) -> float:
        """Cost of all years [USD]."""
        return float(self.total_cost.sum())

    def _yearly(self, flow: FloatArray) -> FloatArray:
        """Value of a flow at the grid price, summed over a year: (y,) [USD]."""
        return np.asarray((self.case.days[:, None] * self.case.grid_price * flow).sum(axis=(1, 2)))
