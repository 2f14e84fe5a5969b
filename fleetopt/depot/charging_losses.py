"""What is lost between the depot and the trucks."""

from __future__ import annotations

from fleetopt.depot.part import Figure, Part

PART = Part(
    "charging_losses",
    figures=(
        Figure(
            "charging_efficiency",
            "Charging efficiency",
            "the share of the depot's energy for charging that reaches the trucks, such as 0.92",
            "-",
            highest=1,
            is_positive=True,
            default=1.0,
            usual=(0.7, 1),
            axes="",
            is_of_scenario=True,
            is_quiet=True,
        ),
    ),
    is_on=lambda case: case.charging_efficiency < 1,
)
