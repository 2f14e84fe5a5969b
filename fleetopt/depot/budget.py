"""The budget: what a year may spend on purchases; what it leaves is not carried over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fleetopt.depot.part import Array, Check, Decided, Figure, Given, Part, Rule, SheetCheck
from fleetopt.words.expression import Comparison
from fleetopt.words.sheet_formulas import exceeds, one_if_blank


def capex_budget(case: Given, x: Decided) -> Comparison:
    """sum(item_price * bought - item_grants, or 0) + works_cost[y] <= budget_factor * capex_budget[y]   [USD].

    The sum is that of what counts in the budget.
    """
    granted = case.granted_in_budget * x.item_grants
    spent = (case.item_counts * (case.item_price * x.bought - granted)).sum(axis=0)
    return spent + x.works_cost <= case.budget_factor * case.capex_budget


def prices(case: Given) -> Iterator[tuple[str, str, Array]]:
    """What a budget has to do with besides needs."""
    for item, price in zip(case.items, case.item_price, strict=True):
        yield f"price of {item.purchase.priced.format(item=item.name)}", "USD", price


def recheck(case: Given, plan: Any, counted: Mapping[str, Array]) -> Iterator[Check]:
    """Item by item, what counts."""
    for y in range(len(case.years)):
        spent = sum(case.item_price[n, y] * plan.bought[n, y] for n in range(len(case.items)) if case.item_counts[n, 0])
        spent += counted["works_cost"][y]
        for i in range(len(case.incentives)):
            counts = case.item_counts[:, 0] @ case.is_granted[i]
            if case.grants_in_budget == "yes" and counts:
                spent -= plan.grant[i, y]
        most = case.budget_factor * case.capex_budget[y]
        yield Check("capex_budget", "", spent - most, most, {"y": y})


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """What counts of a year's purchases is within its budget."""
    y, u = sheet.yearly, sheet.limits
    yield SheetCheck("capex_budget", "CapEx of a year <= its budget", exceeds(_counted(sheet, y), _most(y)))
    yield from sheet.limit("CapEx budget", _counted(sheet, u), _most(u))


def _most(of: Any) -> str:
    return f"{of.capex_budget}*{one_if_blank(of.budget_factor)}"


def _counted(sheet: Any, of: Any) -> str:
    """What the budget pays: everything but upgrades, and of the first few kinds of these those that count in it."""
    counts, names = (sheet.in_input("tblGridUpgrades", name) for name in ("counts_in_budget", "upgrade"))
    paid = [sheet.bought(of, "cost", unit='"<>pieces"'), sheet.listed("tblWorks", "price", of, "scenario", "year")]
    for k in range(1, _MOST_KINDS + 1):
        does_count = f'(IFERROR(INDEX({counts},{k}),"no")<>"no")'
        paid.append(f"{does_count}*{sheet.bought(of, 'cost', unit=_PIECES, item=f'IFERROR(INDEX({names},{k}),0)')}")
    return f"({'+'.join(paid)}-{_granted(sheet, of)})"


def _granted(sheet: Any, of: Any) -> str:
    """What grants add to the budget: all but those for upgrades that do not count in it."""
    counts, names = (sheet.in_input("tblGridUpgrades", name) for name in ("counts_in_budget", "upgrade"))
    found = [sheet.listed("tblGrants", "grant", of, "scenario", "year")]
    for k in range(1, _MOST_KINDS + 1):
        name = f"IFERROR(INDEX({names},{k}),0)"
        granted = sheet.listed("tblGrants", "grant", of, "scenario", "year", item=name)
        found.append(f'(IFERROR(INDEX({counts},{k}),"yes")="no")*{granted}')
    return f"{of.has('grants_in_budget', 'yes')}*({'-'.join(found)})"


_PIECES: Final = '"pieces"'
_MOST_KINDS: Final = 6
"""A formula cannot run through all rows of two tables; a depot chooses among fewer upgrades."""


PART = Part(
    "budget",
    figures=(
        Figure(
            "capex_budget",
            "CapEx budget",
            "the most that may be spent on solar, battery and chargers in the year",
            "USD",
            study=("YearlyCapex(USD)",),
            usual=(1000, 1e7),
            table="tblCosts",
            axes="y",
            is_of_scenario=True,
            everywhere="the most that may be spent in every year",
            called="yearly CapEx budget",
        ),
    ),
    rules=(
        Rule(
            "capex_budget",
            "y",
            "budget",
            capex_budget,
            "CapEx budget",
            "USD",
            rank=1,
            raised_by="capex_budget",
            raised_by_times="budget_factor",
            has_room=True,
            suspects=prices,
        ),
    ),
    recheck=recheck,
    sheet_checks=sheet_checks,
)
