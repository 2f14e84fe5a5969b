"""The battery's power: its inverter, bought apart from its size, where it has a price of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    Part,
    Purchase,
    Quantity,
    Read,
    Rule,
    SheetCheck,
)
from fleetopt.words.expression import Comparison, Expression
from fleetopt.words.problem import Problem, error, note, others, warning
from fleetopt.words.rows import of_scenario
from fleetopt.words.sheet_formulas import exceeds, largest, one_if_blank


def is_on(case: Given) -> bool:
    """Whether power is apart: bought for itself, so that the C-rate and the charge rate no longer bind."""
    return bool(np.isfinite(case.battery_power_price).all())


def power_apart(case: Given) -> Array:
    """1 where power is apart, else 0   [-]."""
    return np.asarray(is_on(case))


def battery_kw_before(case: Given) -> Array:
    """What comes with the existing battery: battery_existing_kw; blank: c_rate * battery_existing_kwh   [kW]."""
    given, by_rate = case.battery_existing_kw, case.c_rate * case.battery_existing_kwh
    return np.asarray(by_rate if np.isinf(given) else given)


def battery_kw(case: Given, x: Decided) -> Expression:
    """battery_kw_before + sum(battery_kw_add[k] for k <= y < k + battery_life)   (y,) [kW]."""
    return case.power_apart * case.battery_kw_before + (case.battery_serves * x.battery_kw_add).sum(axis=1)


def charge_power(case: Given, x: Decided) -> Comparison:
    """What flows into the battery <= hours[s] * battery_kw[y]   [kWh a day]."""
    return x.into("battery") <= case.hours * x.battery_kw[:, None, None]


def discharge_power(case: Given, x: Decided) -> Comparison:
    """What flows out of the battery <= hours[s] * battery_kw[y]   [kWh a day]."""
    return x.out_of("battery") <= case.hours * x.battery_kw[:, None, None]


def every_year_or_none(case: Given) -> None:
    """Power has a price in every year, or in none."""
    if np.isfinite(case.battery_power_price).any() and not is_on(case):
        raise ValueError(f"battery_power_price must be given in all years or in none, not {case.battery_power_price}")


def recount(case: Given, plan: Any) -> Mapping[str, Array]:
    """What is there in each year, and what it cost."""
    there, spent = np.zeros(len(case.years)), np.zeros(len(case.years))
    if np.isinf(case.battery_power_price).any():
        return {"battery_kw": there, "capex": spent}
    for y in range(len(case.years)):
        old = case.battery_existing_kw
        there[y] = old if old < np.inf else case.c_rate * case.battery_existing_kwh
        there[y] += sum(plan.battery_kw_add[k] for k in range(y + 1) if y < k + case.battery_life)
        spent[y] = case.battery_power_price[y] * case.battery_price_factor * plan.battery_kw_add[y]
    return {"battery_kw": there, "capex": spent}


def recheck(case: Given, plan: Any, counted: Mapping[str, Array]) -> Iterator[Check]:
    """Slot after slot: never more in or out than its power; and no power bought where it has no price."""
    if np.isinf(case.battery_power_price).any():
        yield Check("battery_kw_add without a price", "y", plan.battery_kw_add, 1.0)
        return
    for y in range(len(case.years)):
        for s in range(len(case.slots)):
            most = case.hours[s] * counted["battery_kw"][y]
            taken = plan.solar_to_battery[y, :, s] + plan.grid_to_battery[y, :, s]
            given = plan.battery_to_load[y, :, s] + plan.battery_to_grid[y, :, s]
            yield Check("charge_power", "d", taken - most, most, {"y": y, "s": s})
            yield Check("discharge_power", "d", given - most, most, {"y": y, "s": s})


def priced_in_all_years(inputs: Read) -> Iterator[Problem]:
    """Power has a price in every year, or in none."""
    costs = inputs["tblCosts"]
    prices = costs.values.get("battery_power_price", ())
    blank = [i for i, price in enumerate(prices) if price is None]
    if blank and len(blank) < len(prices):
        first = blank[0]
        yield error(
            costs.where("battery_power_price", first),
            f"Battery power [USD/kW] is blank in {costs.values['year'][first]}{others(blank)}, must be given for every "
            "year or for none.",
            "Enter what a kW costs in each year; or clear the column, then power comes with the battery's size.",
        )


def what_counts(inputs: Read) -> Iterator[Problem]:
    """What is given of power counts only where it has a price; a rate of charging only where it has none."""
    prices = inputs["tblCosts"].values.get("battery_power_price", ())
    is_apart = any(price is not None for price in prices)
    said: set[str] = set()
    scenarios = inputs["tblScenarios"]
    for i in range(max(1, len(scenarios))):
        for name in ("charge_rate",) if is_apart else ("battery_existing_kw", "battery_power_om"):
            cell = of_scenario(scenarios, inputs.settings, name, i)
            if not cell.value or cell.where in said:
                continue
            said.add(cell.where)
            if is_apart:
                yield note(
                    cell.where,
                    "the charge rate does not count: the battery's power has a price of its own, and limits charging.",
                )
            else:
                yield warning(
                    cell.where,
                    "this does not count: the battery's power has no price of its own, and comes with its size.",
                    "Enter Battery power [USD/kW] on the sheet Costs for every year, or clear this cell.",
                )


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """What goes in and comes out against power; what power costs."""
    f, p, u = sheet.flows, sheet.purchases, sheet.limits
    most = f"{f.hours}*{f.battery_kw}"
    is_apart = f"(1-{sheet.is_blank('tblCosts', 'battery_power_price', year=f.year)})"
    taken, given = sheet.into("battery"), sheet.out_of("battery")
    what = "where power is bought apart: {} <= hours x battery power"
    yield SheetCheck("charge_power", what.format("into the battery"), exceeds(f"{is_apart}*{taken}", most))
    yield SheetCheck("discharge_power", what.format("out of the battery"), exceeds(f"{is_apart}*{given}", most))
    price = f"{p.battery_power_price}*{one_if_blank(p.battery_price_factor)}"
    yield SheetCheck(
        "Battery power price",
        "the Costs sheet against Purchases",
        largest(f'({p.unit}="kW")*ABS({p.price}-{price})/(1+{price})'),
    )
    keys, most = ("scenario", "year", "day_type", "slot"), f"{u.hours}*{u.battery_kw}"
    yield from sheet.limit("Battery charging power", sheet.flowed_into(u, "battery", *keys), most)
    yield from sheet.limit("Battery discharging power", sheet.flowed_from(u, "battery", *keys), most)


def _before(of: Any) -> str:
    """battery_kw_before in Excel's words."""
    given = of.battery_existing_kw
    return f'({given}+({given}="")*{of.c_rate}*{of.battery_existing_kwh})'


def _rows(sheet: Any) -> str:
    """A row for each year with power."""
    return f"SUMPRODUCT(1*({sheet.yearly.battery_kw}>0))"


PART = Part(
    "battery_power",
    figures=(
        Figure(
            "battery_power_price",
            "Battery power",
            "the price of the battery's power, its inverter, bought in the year; blank: it comes with its size",
            "USD/kW",
            is_needed=False,
            usual=(20, 2000),
            when_zero="it costs nothing, so any amount may be bought",
            table="tblCosts",
            axes="y",
            is_quiet=True,
        ),
        Figure(
            "battery_existing_kw",
            "Existing battery power",
            "the power of the battery that is there already, where power has a price; blank: C-rate x its size",
            "kW",
            is_needed=False,
            usual=(5, 100_000),
            axes="",
            is_quiet=True,
        ),
        Figure(
            "battery_power_om",
            "Battery power upkeep",
            "what keeping the battery's power costs, where it has a price",
            "USD/kW/year",
            default=0.0,
            usual=(0.5, 50),
            axes="",
            is_of_scenario=True,
            is_quiet=True,
        ),
    ),
    derived=(
        Derived("power_apart", "", "-", power_apart),
        Derived("battery_kw_before", "", "kW", battery_kw_before),
    ),
    decisions=(Decision("battery_kw_add", "y", "kW", "battery power bought in the year", "bought", where=is_on),),
    quantities=(Quantity("battery_kw", "y", "kW", battery_kw),),
    rules=(
        Rule(
            "charge_power",
            "yds",
            "limit",
            charge_power,
            "Battery charging power",
            "kWh/d",
            rank=6,
            only_with="battery_kw",
            where=is_on,
            rows_told=_rows,
        ),
        Rule(
            "discharge_power",
            "yds",
            "limit",
            discharge_power,
            "Battery discharging power",
            "kWh/d",
            rank=4,
            only_with="battery_kw",
            where=is_on,
            rows_told=_rows,
        ),
    ),
    purchases=(
        Purchase(
            "Battery power",
            "kW",
            "battery_kw_add",
            "battery_power_price",
            "battery_kw",
            existing="battery_kw_before",
            existing_told=_before,
            life="battery_life",
            upkeep="battery_power_om",
            factor="battery_price_factor",
            noun="Battery power",
            fields=("battery_kw_added", "battery_kw"),
            priced="battery power",
            called="{count} kW of battery power",
            briefly="{count} kW battery power",
            colour="#375623",
            csv="BatteryPower",
            where=is_on,
        ),
    ),
    is_on=is_on,
    refuse=every_year_or_none,
    checks=(priced_in_all_years, what_counts),
    recount=recount,
    recheck=recheck,
    sheet_checks=sheet_checks,
)
