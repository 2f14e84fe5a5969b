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
from fleetopt.words.problem import Problem, others, shortened, warning
from fleetopt.words.rows import years_held
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
    """charging_kw[y] * hours[s] >= charging_kwh   [kWh a day]."""
    return x.charging_kw[:, None, None] * case.hours >= case.charging_kwh


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


def recheck(case: Given, _plan: Any, counted: Mapping[str, Array]) -> Iterator[Check]:
    """In every slot all chargers together give what is charged."""
    for y in range(len(case.years)):
        given = counted["charging_kw"][y] * case.hours
        yield Check("charger_capacity", "ds", case.charging_kwh[y] - given, case.charging_kwh[y], {"y": y})


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


def one_plug(inputs: Read) -> Iterator[Problem]:
    """No truck takes more than the strongest charger gives: at one plug, more chargers do not help it."""
    chargers, fleet, trucks, energy = (inputs[f"tbl{name}"] for name in ("Chargers", "Fleet", "Trucks", "Energy"))
    strongest = max((power for power in chargers.values.get("power_kw", ()) if power), default=None)
    hours = dict(zip(energy.values.get("slot", ()), energy.values.get("hours", ()), strict=True))
    by_key = trucks.index()
    last = max((year for year in inputs["tblCosts"].values.get("year", ()) if year is not None), default=0)
    found: dict[int, float] = {}
    for i, slot in enumerate(fleet.values.get("slot", ())):
        length, distance = hours.get(slot), fleet.values["distance_km"][i]
        for year in years_held(fleet, i, last):
            row = by_key.get((fleet.values["truck_type"][i], year))
            if row is None or not length or not distance:
                continue
            power = distance * (trucks.values["consumption"][row] or 0.0) / length
            if strongest and power > strongest * (1 + _BY_A_HAIR):
                found[i] = max(power, found.get(i, 0.0))
    if found and strongest:
        rows = sorted(found, key=lambda i: -found[i])
        i, power = rows[0], found[rows[0]]
        vehicle, slot = (fleet.values[name][i] for name in ("vehicle", "slot"))
        yield warning(
            fleet.where("distance_km", i),
            f"'{shortened(vehicle or '')}' needs {power * hours[slot]:,.4g} kWh within {hours[slot]:g} h, so "
            f"{power:,.4g} kW at its plug{others(rows)}; the strongest charger gives {strongest:,.4g} kW.",
            "The plan counts all chargers together. Offer a stronger charger, or give the truck a longer slot.",
        )


def assumptions(case: Given) -> Iterator[str]:
    """How chargers are counted, and what they cost elsewhere."""
    yield (
        "Chargers are counted by energy: their power over the slot covers what its trucks charge. Whether every truck "
        "finds a plug is not looked at."
    )
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
    yield SheetCheck("charger_capacity", what, exceeds(f.charging_kwh, f"{f.charging_kw}*{f.hours}"))
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
    used = sheet.flowed(u, "charging_kwh", "scenario", "year", "day_type", "slot")
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
    checks=(power_in_the_name, one_plug),
    assumptions=assumptions,
    recount=recount,
    recheck=recheck,
    sheet_checks=sheet_checks,
)
