"""Solar that is thrown away, where not all of it may be exported."""

from __future__ import annotations

from fleetopt.depot.part import Derived, Flow, Given, Part


def may_curtail(case: Given) -> bool:
    """Whether an export limit or net metering leaves solar that nobody takes."""
    return bool(case.export_limit_kw < float("inf") or case.net_metering == "yes")


PART = Part(
    "curtailment",
    derived=(Derived("may_curtail", "", "-", may_curtail),),
    decisions=(
        Flow(
            "solar_curtailed",
            "yds",
            "kWh/d",
            "solar that is thrown away",
            "flow",
            where=may_curtail,
            source="solar",
            colour="#C9C9C9",
        ),
    ),
    is_on=may_curtail,
)
