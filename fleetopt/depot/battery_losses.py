"""What the battery loses of the energy that goes into it and comes out of it."""

from __future__ import annotations

from fleetopt.depot.part import Figure, Part


def _efficiency(name: str, header: str, what: str) -> Figure:
    return Figure(
        name,
        header,
        f"the share of {what}, such as 0.95",
        "-",
        highest=1,
        is_positive=True,
        default=1.0,
        usual=(0.7, 1),
        axes="",
        is_of_scenario=True,
        is_quiet=True,
    )


PART = Part(
    "battery_losses",
    figures=(
        _efficiency("charge_efficiency", "Charge efficiency", "the energy for the battery that it then holds"),
        _efficiency(
            "discharge_efficiency", "Discharge efficiency", "the energy that leaves the battery that is of use"
        ),
    ),
    is_on=lambda case: case.charge_efficiency < 1 or case.discharge_efficiency < 1,
)
