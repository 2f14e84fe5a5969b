"""What purchases cost. The least cost is that of all money of all parts, over all years."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fleetopt.depot.part import Decided, Given, Money, Part, SheetCheck
from fleetopt.words.expression import Expression
from fleetopt.words.sheet_formulas import differs


def capex(case: Given, x: Decided) -> Expression:
    """sum(item_price[n, y] * bought[n, y]) over everything that can be bought + works_cost[y]   (y,) [USD]."""
    return (case.item_price * x.bought).sum(axis=0) + x.works_cost


def assumptions(case: Given) -> Iterator[str]:
    """What money does not do."""
    not_done = {
        "operation and maintenance": case.item_upkeep.any(),
        "discounting": case.discount_rate > 0,
        "residual value": case.residual_value != "none",
    }
    without = ", ".join(f"no {what}" for what, is_done in not_done.items() if not is_done)
    carried = "what a year's budget leaves is not carried over."
    yield f"{without}; {carried}".removeprefix("; ").capitalize()


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """What a year's purchases cost."""
    spent = (
        f"({sheet.bought(sheet.yearly, 'cost')}+{sheet.listed('tblWorks', 'price', sheet.yearly, 'scenario', 'year')})"
    )
    yield SheetCheck("capex", "cost of the year's purchases and works", differs(sheet.yearly.capex, spent))


PART = Part(
    "cost",
    money=(
        Money(
            "capex",
            "y",
            capex,
            1,
            "CapEx",
            "spent on solar, battery and chargers",
            rank=1,
            said="Purchases cost",
            colour="#1F3864",
            csv="CAPEXCost",
        ),
    ),
    assumptions=assumptions,
    sheet_checks=sheet_checks,
)
