"""The decisions of the formulation."""

from __future__ import annotations

from dataclasses import dataclass, fields

from fleetopt.model.linear import LinearProgram
from fleetopt.words.expression import Expression


@dataclass(frozen=True)
class Variables:
    """Everything the solver decides, named as in the formulation; what is bought, what is installed, what flows."""

    solar_add: Expression
    """(y,) solar bought in the year [kWp]."""
    battery_add: Expression
    """(y,) battery bought in the year [kWh]."""
    charger_add: Expression
    """(c, y) chargers bought in the year [units]."""
    solar_kwp: Expression
    """(y,) solar installed [kWp]."""
    battery_kwh: Expression
    """(y,) battery installed [kWh]."""
    chargers: Expression
    """(c, y) chargers installed [units]."""
    solar_to_load: Expression
    """(y, d, s) [kWh a day]."""
    solar_to_battery: Expression
    """(y, d, s) [kWh a day]."""
    solar_to_grid: Expression
    """(y, d, s) [kWh a day]."""
    battery_to_load: Expression
    """(y, d, s) [kWh a day]."""
    battery_to_grid: Expression
    """(y, d, s) [kWh a day]."""
    grid_to_load: Expression
    """(y, d, s) [kWh a day]."""
    soc: Expression
    """(y, d, s) energy in the battery at the start of the slot [kWh]."""


_AXES = {
    **dict.fromkeys(("solar_add", "battery_add", "solar_kwp", "battery_kwh"), "y"),
    **dict.fromkeys(("charger_add", "chargers"), "cy"),
}


def declare_variables(m: LinearProgram) -> Variables:
    """Make every decision; all are 0 or more, chargers are bought whole."""
    return Variables(
        **{
            entry.name: m.variable(entry.name, _AXES.get(entry.name, "yds"), integer=entry.name == "charger_add")
            for entry in fields(Variables)
        }
    )
