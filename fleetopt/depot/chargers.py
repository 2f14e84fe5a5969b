"""Chargers: bought whole, and strong enough for what every slot charges."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from fleetopt.depot.part import (
    Array,
    Check,
    Decided,
    Decision,
    Figure,
    Given,
    Part,
    Purchase,
    Quantity,
    Read,
    Rule,
    SheetCheck,
    Shortage,
)
from fleetopt.words.columns import Column, Table
from fleetopt.words.expression import Comparison, Expression
from fleetopt.words.number_text import readings
from fleetopt.words.problem import Problem, shortened, warning
from fleetopt.words.sheet_formulas import exceeds, one_if_blank, total_differs

MARKET_USD_PER_KW: Final = 250.0
"""A fast charger's price for each kW: a 400 kW charger costs about 100,000 USD."""
_POWER = re.compile(r"(?:(\d+)\s*[x×]\s*)?(\d[\d.,]*)\s*kw\b", re.IGNORECASE)
"""How many, and the power of one [kW]."""
_BY_A_HAIR: Final = 1e-6
"""A budget that lacks so small a share of a charger's price may still buy it within a solver's tolerance."""
_NAME_OFF = 2.0
"""A charger's power may be so many times more or less than its name says: some are shared, some not used fully."""

CHARGERS = Table(
    "tblChargers",
    "Chargers",
    "one charger type",
    (Column("charger", "Charger", "the name of the charger type", kind="label"),),
    ("charger",),
    makes="c",
    called="chargers",
    purpose="One row for each charger type; give each a price column on the Costs sheet.",
)


def chargers_installed(case: Given, x: Decided) -> Comparison:
    """chargers[c, y] == chargers_existing[c] + sum(charger_add[c, k] for k <= y < k + charger_life[c])   [units]."""
    serving = (case.charger_serves * x.charger_add[:, None, :]).sum(axis=2)
    return x.chargers == case.chargers_existing[:, None] + serving


def charging_kw(case: Given, x: Decided) -> Expression:
    """sum(power_kw[c] * chargers[c, y])   (y,) [kW]."""
    return (case.power_kw[:, None] * x.chargers).sum(axis=0)


def charger_capacity(case: Given, x: Decided) -> Comparison:
    """charging_kw[y] * hours[s] >= charging_kwh + sum(charge_stretch * charge over all groups)   [kWh a day]."""
    return x.charging_kw[:, None, None] * case.hours >= (case.charge_stretch * x.charge).sum(axis=3) + case.charging_kwh


def most_charged(case: Given) -> Array:
    """What can be charged if the whole budget goes into chargers   (y, 1, s) [kWh a day].

    Of those that a year's budget buys at least one of; parts of one count only where several types can be mixed.
    """
    power, price = case.power_kw[:, None], case.charger_price_factor * case.charger_price
    budget = case.budget_factor * case.capex_budget
    price = price - case.most_granted[[n for n, item in enumerate(case.items) if item.purchase.item == "c"]]
    with np.errstate(divide="ignore", invalid="ignore"):
        counts = np.floor(budget / price * (1 + _BY_A_HAIR))
        one_type = (power * counts).max(axis=0)
        mixed = np.where(counts > 0, power / price, 0.0).max(axis=0) * budget
    bought = np.where(price.min(axis=0) > 0, np.where((counts > 0).sum(axis=0) > 1, mixed, one_type), math.inf)
    power = case.power_kw @ case.chargers_existing + bought.cumsum()
    return np.asarray(power[:, None, None] * case.hours)


def recount(case: Given, plan: Any) -> Mapping[str, Array]:
    """What is installed, how strong it is together, and what it cost."""
    types, years = range(len(case.chargers)), range(len(case.years))
    there = case.chargers_existing
    installed = np.array([np.full(len(years), there[c]) for c in types])
    for c in types:
        for y in years:
            for k in range(y + 1):
                if y < k + case.charger_life[c]:
                    installed[c, y] += plan.charger_add[c, k]
    return {
        "chargers": installed,
        "charging_kw": np.array([sum(case.power_kw[c] * installed[c, y] for c in types) for y in years]),
        "capex": np.array(
            [
                case.charger_price_factor * sum(case.charger_price[c, y] * plan.charger_add[c, y] for c in types)
                for y in years
            ]
        ),
    }


def recheck(case: Given, plan: Any, counted: Mapping[str, Array]) -> Iterator[Check]:
    """In every slot all chargers together give what is charged, in the hours in which it is."""
    for y in range(len(case.years)):
        given = counted["charging_kw"][y] * case.hours
        charged = case.charging_kwh[y].copy()
        for g in range(len(case.groups)):
            hours = np.maximum(case.charge_hours[y, :, :, g], 1e-9)
            charged += case.hours * plan.charge[y, :, :, g] / hours
        yield Check("charger_capacity", "ds", charged - given, charged, {"y": y})


def power_in_the_name(inputs: Read) -> Iterator[Problem]:
    """A charger has the power that its name says."""
    chargers = inputs["tblChargers"]
    for i, (charger, power) in enumerate(
        zip(*(chargers.values.get(name, ()) for name in ("charger", "power_kw")), strict=True)
    ):
        said = [
            int(count or 1) * figure
            for count, text in _POWER.findall(charger or "")
            for figure in readings(text.rstrip(".,"))
        ]
        if said and power and not any(1 / _NAME_OFF <= figure / power <= _NAME_OFF for figure in said):
            yield warning(
                chargers.where("power_kw", i),
                f"the charger '{shortened(charger)}' has {power:,.10g} kW, but its name says {said[0]:,.10g} kW.",
                "Correct the power or the name; the power is used.",
            )


def assumptions(case: Given) -> Iterator[str]:
    """What chargers cost elsewhere."""
    for c, charger in enumerate(case.chargers):
        price, usual = case.charger_price[c].min(), MARKET_USD_PER_KW * case.power_kw[c]
        if price < usual / 2:
            yield (
                f"A {charger} charger is priced at {price:,.0f} USD, {price / case.power_kw[c]:,.0f} USD/kW; on the "
                "market a charger of 400 kW costs about 100,000 USD, 250 USD/kW."
            )


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """What they give together, and what they cost."""
    f, p, u = sheet.flows, sheet.purchases, sheet.limits
    what = "charging <= power of all chargers x hours"
    of_slot = ("scenario", "year", "day_type", "slot")

    def charged(of: Any, all_of_it: str) -> str:
        """What counts in the capacity: trucks of a window charge in the hours for which they are there."""
        charge, power = (sheet.listed("tblCharging", name, of, *of_slot) for name in ("charge", "group_kw"))
        return f"({all_of_it}-{charge}+{power}*{of.hours})"

    yield SheetCheck("charger_capacity", what, exceeds(charged(f, f.charged_kwh), f"{f.charging_kw}*{f.hours}"))
    is_charger = f'({p.unit}="units")'
    header = 'SUBSTITUTE(tblCosts[[#Headers]]," [USD/unit]","")'
    power = sheet.given("tblChargers", "power_kw", charger=header)
    given = f"SUMPRODUCT(({sheet.in_input('tblCosts', 'year')}-1900)*tblCosts[[#Data]]*{power})"
    carried = f"SUMPRODUCT({is_charger}*{p.price}/{one_if_blank(p.charger_price_factor)}*({p.year}-1900)*{p.power_kw})"
    yield SheetCheck(
        "Charger prices",
        "the Costs sheet against Purchases, weighted by year and power",
        total_differs(carried, f"{given}*{sheet.solved}"),
    )
    there = f"SUMPRODUCT({is_charger}*{p.installed}*{p.power_kw}*({p.year}-1900))"
    yield SheetCheck(
        "Charging power",
        "chargers installed x their power, weighted by year",
        total_differs(f"SUMPRODUCT({sheet.yearly.charging_kw}*({sheet.yearly.year}-1900))", there),
    )
    used = charged(u, sheet.flowed(u, "charged_kwh", *of_slot))
    yield from sheet.limit("Charger capacity", used, f"{u.charging_kw}*{u.hours}")


PART = Part(
    "chargers",
    tables=(CHARGERS,),
    figures=(
        Figure(
            "power_kw",
            "Power",
            "the power of one charger",
            "kW",
            highest=100000,
            is_positive=True,
            usual=(3, 3000),
            table="tblChargers",
            axes="c",
        ),
        Figure(
            "chargers_existing",
            "Existing",
            "the number of such chargers that are there already",
            "units",
            kind="whole",
            highest=100000,
            default=0,
            table="tblChargers",
            axes="c",
        ),
        Figure(
            "charger_price",
            "Charger price",
            "the price of one {label} charger bought in the year",
            "USD/unit",
            usual=(200, 500_000),
            when_zero="it costs nothing, so any number may be bought",
            table="tblCosts",
            axes="cy",
            each="c",
        ),
    ),
    decisions=(
        Decision("charger_add", "cy", "units", "chargers bought in the year", "bought", is_whole=True),
        Decision("chargers", "cy", "units", "chargers there in the year", "installed", follows="chargers_installed"),
    ),
    quantities=(
        Quantity(
            "charging_kw",
            "y",
            "kW",
            charging_kw,
            "Charging power",
            "power of all chargers there in the year",
            "#5B9BD5",
        ),
    ),
    rules=(
        Rule("chargers_installed", "cy", "installed", chargers_installed),
        Rule(
            "charger_capacity",
            "yds",
            "limit",
            charger_capacity,
            "Charger capacity",
            "kWh/d",
            rank=3,
            short=Shortage(
                most_charged,
                "{need} kWh are to be charged, at most {most} can be even if the whole budget goes into chargers: "
                "{short} kWh short.",
                "{short} kWh cannot be charged; the budget buys no more chargers",
            ),
        ),
    ),
    purchases=(
        Purchase(
            "c",
            "units",
            "charger_add",
            "charger_price",
            "chargers",
            existing="chargers_existing",
            life="charger_life",
            upkeep="charger_om",
            factor="charger_price_factor",
            noun="Chargers",
            fields=("chargers_added", "chargers"),
            priced="a {item} charger",
            called="{number} {item} charger{s}",
            briefly="{count} x {item} charger{s}",
            colour="#5B9BD5",
            csv="#{power}KWChargers",
        ),
    ),
    checks=(power_in_the_name,),
    assumptions=assumptions,
    recount=recount,
    recheck=recheck,
    sheet_checks=sheet_checks,
)
