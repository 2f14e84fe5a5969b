"""The depot: one file a part. `PARTS` is the only list of them; everything else follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from fleetopt.depot import (
    ageing,
    baseload_peak,
    battery,
    battery_export,
    battery_losses,
    battery_power,
    battery_reserve,
    battery_wear,
    budget,
    carbon,
    charge_rate,
    chargers,
    charging,
    charging_losses,
    cost,
    curtailment,
    days,
    decided,
    demand_charge,
    driving_days,
    export,
    export_limit,
    export_price,
    fleet,
    grants,
    grid,
    grid_charging,
    grid_power,
    grid_upgrade,
    levers,
    life,
    net_metering,
    plugs,
    present_cost,
    price_level,
    site_works,
    solar,
    steps,
    upkeep,
    years,
)
from fleetopt.depot.part import Money, Objective, Part

PARTS: Final = (
    fleet.PART,
    days.PART,
    years.PART,
    solar.PART,
    battery.PART,
    grid.PART,
    chargers.PART,
    cost.PART,
    export.PART,
    budget.PART,
    grid_upgrade.PART,
    demand_charge.PART,
    baseload_peak.PART,
    grid_power.PART,
    life.PART,
    ageing.PART,
    upkeep.PART,
    charging.PART,
    plugs.PART,
    driving_days.PART,
    charging_losses.PART,
    steps.PART,
    site_works.PART,
    levers.PART,
    price_level.PART,
    export_price.PART,
    battery_export.PART,
    export_limit.PART,
    net_metering.PART,
    curtailment.PART,
    battery_losses.PART,
    battery_reserve.PART,
    charge_rate.PART,
    grid_charging.PART,
    battery_wear.PART,
    battery_power.PART,
    carbon.PART,
    present_cost.PART,
    grants.PART,
    decided.PART,
)


def gathered(kind: str) -> list[Any]:
    """All parts' things of one kind, such as `rules`, in the order of the parts."""
    return [thing for part in PARTS for thing in getattr(part, kind)]


def of_those_on(kind: str, on: Iterable[str]) -> list[Any]:
    """The same of the parts that are always there, and of those refinements that are on, by name."""
    names = set(on)
    return [thing for part in PARTS if part.is_on is None or part.name in names for thing in _things(part, kind)]


def _things(part: Part, kind: str) -> Sequence[Any]:
    things = getattr(part, kind)
    return things if isinstance(things, tuple) else [] if things is None else [things]


def money_on(on: Iterable[str]) -> list[Money]:
    """Money in the order of the total cost, each name once."""
    found = sorted(of_those_on("money", on), key=lambda money: money.rank)
    return list({money.name: money for money in found}.values())


def objectives_on(on: Iterable[str]) -> list[Objective]:
    """What is to be least where it is more than the total cost; else nothing."""
    return of_those_on("objective", on)


REFINEMENTS: Final = tuple(part.name for part in PARTS if part.is_on)
TABLES: Final = {table.name: table for table in gathered("tables")}
FIGURES: Final = {figure.name: figure for figure in gathered("figures")}
DERIVED: Final = {derived.name: derived for derived in gathered("derived")}
INDEXES: Final = {index.name: index for index in gathered("indexes")}
DECISIONS: Final = {decision.name: decision for decision in gathered("decisions")}
QUANTITIES: Final = {quantity.name: quantity for quantity in gathered("quantities")}
RULES: Final = {rule.name: rule for rule in gathered("rules")}
MONEY: Final = sorted(gathered("money"), key=lambda money: money.rank)
PURCHASES: Final = gathered("purchases")
OBJECTIVE: Final = next(part.objective for part in PARTS if part.objective)
"""What is to be least: with nothing else on, the total cost."""
AXES: Final = {
    **{table.makes: table.called for table in TABLES.values() if table.makes},
    **{index.axis: index.name for index in INDEXES.values()},
}
"""By its letter what a case calls the labels of an axis."""
