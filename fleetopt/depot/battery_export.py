"""Whether the battery may sell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fleetopt.depot.part import Array, Check, Figure, Given, Part, SheetCheck
from fleetopt.words.sheet_formulas import largest


def recheck(case: Given, plan: Any, _counted: Mapping[str, Array]) -> Iterator[Check]:
    """Where it may not, it sells nothing."""
    if case.battery_export == "no":
        yield Check("battery_export", "yds", plan.battery_to_grid, 1.0)


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """Where it may not, it sells nothing."""
    f = sheet.flows
    sold = f"{f.has('battery_export', 'no')}*{f.battery_to_grid}"
    yield SheetCheck("battery_export", "a battery that may not sell sells nothing", largest(sold))


PART = Part(
    "battery_export",
    figures=(
        Figure(
            "battery_export",
            "Battery export",
            "whether energy from the battery may be exported",
            kind="choice",
            choices=("yes", "no"),
            default="yes",
            axes="",
            is_of_scenario=True,
            is_quiet=True,
        ),
    ),
    is_on=lambda case: case.battery_export == "no",
    recheck=recheck,
    sheet_checks=sheet_checks,
)
