"""Grants: what others pay of a purchase, by share or by piece, each within its years and its cap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from fleetopt.depot.part import (
    Array,
    Check,
    Decided,
    Decision,
    Derived,
    Figure,
    Given,
    Listing,
    Money,
    Part,
    Quantity,
    Read,
    Rule,
    SheetCheck,
)
from fleetopt.words.columns import Column, Table, year_column
from fleetopt.words.expression import Comparison, Expression
from fleetopt.words.plain_text import folded
from fleetopt.words.problem import Problem, error, nearest, shortened, warning
from fleetopt.words.sheet_formulas import differs, exceeds

INCENTIVES = Table(
    "tblIncentives",
    "Costs",
    "one incentive",
    (Column("incentive", "Incentive", "the name of the grant or tax credit", kind="label"),),
    ("incentive",),
    makes="i",
    called="incentives",
    is_optional=True,
    order=("incentive", "granted_for", "granted_from", "granted_until"),
    purpose="One row for each grant, voucher or tax credit; without rows there is none.",
)


def is_granted(case: Given) -> Array:
    """Whether an incentive is for a thing   (i, n)."""
    names = [folded(item.name) for item in case.items]
    return np.array([[folded(of) == name for name in names] for of in case.granted_for], dtype=bool).reshape(
        len(case.incentives), len(names)
    )


def grant_each(case: Given) -> Array:
    """min(share * price + amount, at most each) of a unit, 0 outside its years   (i, y) [USD/unit]."""
    year, start = np.array(case.years), case.granted_from[:, None]
    is_in = (np.isinf(start) | (start <= year)) & (year <= case.granted_until[:, None])
    price = case.is_granted.astype(float) @ case.item_price
    each = np.minimum(
        case.granted_share[:, None] * price + case.granted_amount[:, None], case.granted_most_each[:, None]
    )
    return np.asarray(each * is_in * case.is_granted.any(axis=1)[:, None])


def most_granted(case: Given) -> Array:
    """By how much grants make a unit cheaper for the budget at most   (n, y) [USD/unit]."""
    each = case.is_granted.astype(float).T @ case.grant_each
    return np.minimum(case.item_price, each) * case.granted_in_budget


def granted_in_budget(case: Given) -> float:
    """1 where grants count in the budget, else 0."""
    return float(case.grants_in_budget == "yes")


def item_grants(case: Given, x: Decided) -> Expression:
    """sum(grant[i, y] of all incentives for n)   (n, y) [USD]."""
    return (case.is_granted[:, :, None] * x.grant[:, None, :]).sum(axis=0)


def grant_most(case: Given, x: Decided) -> Comparison:
    """grant[i, y] <= grant_each[i, y] * what is bought of its item   [USD]."""
    bought = (case.is_granted[:, :, None] * x.bought).sum(axis=1)
    return x.grant <= case.grant_each * bought


def grant_room(case: Given, x: Decided) -> Comparison:
    """sum(grant[i]) <= granted_most[i]   [USD]."""
    return x.grant.sum(axis=1) <= np.where(np.isinf(case.granted_most), 0.0, case.granted_most)


def grant_cost(case: Given, x: Decided) -> Comparison:
    """item_grants[n, y] <= item_price[n, y] * bought[n, y]   [USD]."""
    return x.item_grants <= case.item_price * x.bought


def budget_after_grants(case: Given, x: Decided) -> Comparison:
    """sum((item_price - most_granted) * bought) over what counts in the budget <= budget_factor * capex_budget[y].

    It follows from `capex_budget` and `grant_most`; alone it says how much can be bought at all, which solvers and
    proofs need to know of each number.
    """
    least = case.item_counts * (case.item_price - case.most_granted)
    return (least * x.bought).sum(axis=0) <= case.budget_factor * case.capex_budget


def grants(_case: Given, x: Decided) -> Expression:
    """sum(grant[i, y])   (y,) [USD]."""
    return x.grant.sum(axis=0)


def recount(case: Given, plan: Any) -> Mapping[str, Array]:
    """What is granted, incentive by incentive."""
    by_item, total = np.zeros((len(case.items), len(case.years))), np.zeros(len(case.years))
    for i in range(len(case.incentives)):
        for y in range(len(case.years)):
            total[y] += plan.grant[i, y]
            for n in range(len(case.items)):
                by_item[n, y] += plan.grant[i, y] * case.is_granted[i, n]
    return {"grants": total, "item_grants": by_item}


def recheck(case: Given, plan: Any, counted: Mapping[str, Array]) -> Iterator[Check]:
    """No more than each incentive gives for what is bought in its years, than its cap, and than things cost."""
    for i in range(len(case.incentives)):
        for y, year in enumerate(case.years):
            most = 0.0
            is_late, start = year > case.granted_until[i], case.granted_from[i]
            for n in range(len(case.items)):
                if case.is_granted[i, n] and not is_late and (start == np.inf or year >= start):
                    share = case.granted_share[i] * case.item_price[n, y] + case.granted_amount[i]
                    most += min(share, case.granted_most_each[i]) * plan.bought[n, y]
            yield Check("grant_most", "", plan.grant[i, y] - most, most, {"i": i, "y": y})
        if case.granted_most[i] < np.inf:
            most = case.granted_most[i]
            yield Check("grant_room", "", plan.grant[i].sum() - most, most, {"i": i})
    for y in range(len(case.years)):
        spent, most = 0.0, case.budget_factor * case.capex_budget[y]
        for n in range(len(case.items)):
            if case.item_counts[n, 0]:
                spent += (case.item_price[n, y] - case.most_granted[n, y]) * plan.bought[n, y]
        yield Check("budget_after_grants", "", spent - most, most, {"y": y})
    for n in range(len(case.items)):
        if case.is_granted[:, n].any():
            cost = case.item_price[n] * plan.bought[n]
            yield Check("grant_cost", "y", counted["item_grants"][n] - cost, cost, {"n": n})


def _of_year(name: str, header: str, when: str) -> Figure:
    return Figure(
        name,
        header,
        f"the {when} year in which it is granted; blank: always",
        kind="year",
        lowest=1900,
        highest=2200,
        is_needed=False,
        is_quiet=True,
        table="tblIncentives",
        axes="i",
    )


def listed(case: Given, plan: Any) -> Iterator[Sequence[Any]]:
    """Each incentive in each year in which it is granted."""
    for i, incentive in enumerate(case.incentives):
        for n in np.flatnonzero(case.is_granted[i]).tolist():
            for y, year in enumerate(case.years):
                if case.grant_each[i, y] > 0:
                    bought = float(plan.bought[n, y])
                    yield [
                        year,
                        incentive,
                        case.items[n].name,
                        bought,
                        float(case.grant_each[i, y]),
                        float(plan.grant[i, y]),
                    ]


def for_what_is_sold(inputs: Read) -> Iterator[Problem]:
    """Every incentive is for something that can be bought."""
    rows = inputs["tblIncentives"]
    names = list(inputs.items)
    known = {folded(name) for name in names}
    for i, of in enumerate(rows.values.get("granted_for", ())):
        if of is not None and folded(of) not in known:
            yield error(
                rows.where("granted_for", i),
                f"For is '{shortened(of)}', must be Solar, Battery, Battery power, a charger or an upgrade by name.",
                nearest(of, names),
            )


def years_in_order(inputs: Read) -> Iterator[Problem]:
    """No incentive ends before it starts, and each is granted in some year of the plan."""
    rows = inputs["tblIncentives"]
    planned = [year for year in inputs["tblCosts"].values.get("year", ()) if year is not None]
    for i in range(len(rows)):
        start, end = (rows.values.get(name, [None] * len(rows))[i] for name in ("granted_from", "granted_until"))
        if start is not None and end is not None and start > end:
            said = f"From is {start}, must be no later than Until, which is {end}."
            yield error(rows.where("granted_from", i), said, "Correct one of the two, or leave it blank.")
        elif planned and ((start or min(planned)) > max(planned) or (end or max(planned)) < min(planned)):
            name = "granted_from" if (start or min(planned)) > max(planned) else "granted_until"
            span = f"{min(planned)} to {max(planned)}"
            said = f"the incentive is granted in no year of the plan, {span}."
            yield warning(rows.where(name, i), said, "Correct its years, or plan those in which it is granted.")


def something_is_granted(inputs: Read) -> Iterator[Problem]:
    """An incentive has a share or an amount, and no more than things cost."""
    rows, costs = inputs["tblIncentives"], inputs["tblCosts"]
    upgrades = inputs["tblGridUpgrades"]
    for i in range(len(rows)):
        of, share, amount = (
            rows.values.get(name, [None] * len(rows))[i] for name in ("granted_for", "granted_share", "granted_amount")
        )
        share, amount = share or 0.0, amount or 0.0
        if share == 0 and amount == 0:
            said = "Share and Amount are both 0, so nothing is granted."
            yield warning(rows.where("granted_share", i), said, "Enter what is granted, or take the row away.")
        prices = {
            folded(item): costs.values.get(name, ())
            for item, name in (
                ("Solar", "solar_price"),
                ("Battery", "battery_price"),
                ("Battery power", "battery_power_price"),
            )
        }
        prices |= {
            folded(name.removeprefix("charger_price ")): column
            for name, column in costs.values.items()
            if name.startswith("charger_price ")
        }
        for name, price in zip(*(upgrades.values.get(c, ()) for c in ("upgrade", "upgrade_price")), strict=True):
            prices[folded(name)] = [price]
        given = [price for price in prices.get(folded(of), ()) if price is not None]
        if folded(of) == folded("Battery power") and not given:
            said = "the battery's power has no price of its own, so nothing is granted for it."
            cure = "Enter Battery power [USD/kW] on the sheet Costs, or grant it for Battery."
            yield warning(rows.where("granted_for", i), said, cure)
        at_most = rows.values.get("granted_most_each", [None] * len(rows))[i]
        above = [
            price for price in given if min(share * price + amount, np.inf if at_most is None else at_most) > price
        ]
        if above:
            said = f"{amount:,.10g} USD are granted for each, more than the price of {min(above):,.10g} USD."
            yield warning(rows.where("granted_amount", i), said, "No more than the price is granted. Check the unit.")


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """No more than each incentive gives, than its cap, and than things cost; and all grants of a year."""
    if "tblGrants" not in sheet.listings:
        return
    g, y, p, u = sheet.listings["tblGrants"], sheet.yearly, sheet.purchases, sheet.limits
    in_year = sheet.listed("tblGrants", "grant", y, "scenario", "year")
    yield SheetCheck("grants", "grants of all incentives in the year", differs(y.grants, in_year))
    of_row = {"scenario": g.scenario, "year": g.year, "item": g.item}
    bought, price = sheet.of_bought("bought", **of_row), sheet.of_bought("price", **of_row)
    each = f"({g.granted_share}*{price}+{g.granted_amount})"
    is_blank = sheet.is_blank("tblIncentives", "granted_most_each", incentive=g.incentive)
    most = f"({g.granted_most_each}+1E+15*{is_blank})"
    until = f"({g.granted_until}+10000*({g.granted_until}=0))"
    is_in = f"({g.year}>={g.granted_from})*({g.year}<={until})"
    least = f"({each}-({each}-{most})*({each}>{most}))*{is_in}"
    yield SheetCheck(
        "Granted for each", "min(share x price + amount, at most each) in its years", differs(g.each, least)
    )
    yield SheetCheck("Granted for", "Purchases against Grants", differs(g.bought, bought))
    yield SheetCheck(
        "grant_most", "grant <= what is granted for each x bought", exceeds(g.grant, f"{g.each}*{g.bought}")
    )
    same = {"scenario": g.scenario, "incentive": g.incentive}
    capped = f"{g.granted_most}+1E+15*{sheet.is_blank('tblIncentives', 'granted_most', incentive=g.incentive)}"
    yield SheetCheck(
        "grant_room", "an incentive in all years <= its cap", exceeds(g.summed_where("grant", **same), capped)
    )
    granted = sheet.listed("tblGrants", "grant", p, "scenario", "year", "item")
    yield SheetCheck("grant_cost", "grants of an item <= its cost", exceeds(granted, p.cost))
    is_row, name = f'(LEFT({u.limit},8)="Grants: ")', f'SUBSTITUTE({u.limit},"Grants: ","",1)'
    used = g.summed_where("grant", scenario=u.scenario, incentive=name)
    yield from sheet.limit("Grants", used, sheet.given("tblIncentives", "granted_most", incentive=name), is_row)


GRANTS = Table(
    "tblGrants",
    "Grants",
    "one incentive in one year of one scenario",
    (
        year_column(),
        Column("incentive", "Incentive", "the incentive", kind="label"),
        Column("item", "Item", "what it is granted for", kind="label"),
        Column("bought", "Bought", "what is bought of it in the year"),
        Column("each", "Granted for each", "the most that is granted for one", "USD/unit"),
        Column("grant", "Grant", "what is granted in the year", "USD"),
    ),
    ("year", "incentive"),
    purpose="Who pays what: each incentive in each year in which it is granted.",
)


PART = Part(
    "grants",
    tables=(INCENTIVES,),
    figures=(
        Figure(
            "granted_for",
            "For",
            "Solar, Battery, Battery power, or the name of a charger or an upgrade",
            kind="label",
            table="tblIncentives",
            axes="i",
        ),
        _of_year("granted_from", "From", "first"),
        _of_year("granted_until", "Until", "last"),
        Figure(
            "granted_share",
            "Share",
            "the share of the price that is granted, such as 0.3 for 30 per cent",
            "-",
            highest=1,
            default=0.0,
            is_quiet=True,
            table="tblIncentives",
            axes="i",
        ),
        Figure(
            "granted_amount",
            "Amount",
            "what is granted for each kWp, kWh, kW or piece",
            "USD/unit",
            default=0.0,
            usual=(1, 200_000),
            is_quiet=True,
            table="tblIncentives",
            axes="i",
        ),
        Figure(
            "granted_most_each",
            "At most each",
            "the most that is granted for each kWp, kWh, kW or piece; blank: no limit",
            "USD/unit",
            is_needed=False,
            usual=(1, 200_000),
            is_quiet=True,
            table="tblIncentives",
            axes="i",
        ),
        Figure(
            "granted_most",
            "At most",
            "the most that is granted in all years; blank: no limit",
            "USD",
            is_needed=False,
            usual=(100, 1e7),
            is_quiet=True,
            table="tblIncentives",
            axes="i",
        ),
        Figure(
            "grants_in_budget",
            "Grants count in budget",
            "yes if a year's grants help to pay for its purchases, no if they come too late for its budget",
            kind="choice",
            choices=("yes", "no"),
            default="yes",
            axes="",
            is_of_scenario=True,
            is_quiet=True,
        ),
    ),
    derived=(
        Derived("is_granted", "in", "-", is_granted),
        Derived("grant_each", "iy", "USD/unit", grant_each),
        Derived("most_granted", "ny", "USD/unit", most_granted),
        Derived("granted_in_budget", "", "-", granted_in_budget),
    ),
    decisions=(
        Decision("grant", "iy", "USD", "what is granted in the year", "state", where=lambda case: case.grant_each > 0),
    ),
    quantities=(Quantity("item_grants", "ny", "USD", item_grants),),
    rules=(
        Rule("grant_most", "iy", "limit", grant_most, where=lambda case: case.grant_each > 0),
        Rule("grant_cost", "ny", "limit", grant_cost, where=lambda case: case.is_granted.T @ (case.grant_each > 0)),
        Rule(
            "budget_after_grants",
            "y",
            "budget",
            budget_after_grants,
            raised_by="capex_budget",
            raised_by_times="budget_factor",
            where=lambda case: case.most_granted.any(axis=0),
        ),
        Rule(
            "grant_room",
            "i",
            "room",
            grant_room,
            "Grants",
            "USD",
            where=lambda case: np.isfinite(case.granted_most),
            rows_told=lambda sheet: f"{sheet.solved}*COUNT({sheet.in_input('tblIncentives', 'granted_most')})",
        ),
    ),
    money=(
        Money(
            "grants",
            "y",
            grants,
            -1,
            "Grants",
            "paid by others for purchases",
            rank=2,
            said="grants pay",
            colour="#9BBB59",
            csv="Grants",
        ),
    ),
    listings=(Listing(GRANTS, listed),),
    is_on=lambda case: len(case.incentives) > 0,
    recount=recount,
    checks=(for_what_is_sold, years_in_order, something_is_granted),
    recheck=recheck,
    sheet_checks=sheet_checks,
)
