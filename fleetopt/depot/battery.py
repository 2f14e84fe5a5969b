"""The battery: what it holds from slot to slot, how fast it gives, and how large it may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

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
    Rule,
    SheetCheck,
    Shown,
    flow,
)
from fleetopt.words.expression import Comparison, Expression
from fleetopt.words.sheet_formulas import differs, exceeds, largest, one_if_blank

_USUAL: Final = (5, 100_000)


def discharge_share(case: Given) -> Array:
    """The most that the battery gives in a slot, as a share of its size: c_rate, or c_rate * hours[s]   (s,) [-]."""
    return np.asarray(case.c_rate * (case.hours if case.c_rate_basis == "hour" else np.ones_like(case.hours)))


def battery_installed(case: Given, x: Decided) -> Comparison:
    """battery_kwh[y] == battery_existing_kwh + sum(battery_add[k] for k <= y < k + battery_life)   [kWh]."""
    return x.battery_kwh == case.battery_existing_kwh + (case.battery_serves * x.battery_add).sum(axis=1)


def soc_end(case: Given, x: Decided) -> Expression:
    """soc + charge_efficiency * flows into the battery - flows out of it / discharge_efficiency   (y, d, s) [kWh]."""
    return x.soc + case.charge_efficiency * x.into("battery") - (1 / case.discharge_efficiency) * x.out_of("battery")


def battery_balance(_case: Given, x: Decided) -> Comparison:
    """soc[s] == soc_end[s - 1]: the slot before the first is the day's last   [kWh]."""
    return x.soc == x.soc_end.roll(1, axis=2)


def discharge_limit(case: Given, x: Decided) -> Comparison:
    """What flows out of the battery <= discharge_share * (battery_kwh[y] - battery_lost_kwh[y])   [kWh a day]."""
    return x.out_of("battery") <= case.discharge_share * (x.battery_kwh - x.battery_lost_kwh)[:, None, None]


def soc_limit(case: Given, x: Decided) -> Comparison:
    """soc <= soc_max * (battery_kwh[y] - battery_lost_kwh[y])   [kWh]."""
    return x.soc <= case.soc_max * (x.battery_kwh - x.battery_lost_kwh)[:, None, None]


def battery_room(case: Given, x: Decided) -> Comparison:
    """sum(battery_add) <= battery_max_kwh   [kWh]."""
    return x.battery_add.sum() <= case.battery_max_kwh


def battery_room_at_a_time(case: Given, x: Decided) -> Comparison:
    """battery_kwh[y] - battery_existing_kwh <= battery_max_kwh, where what is old makes room   [kWh]."""
    return x.battery_kwh - case.battery_existing_kwh <= case.battery_max_kwh


def most_given(case: Given) -> Array:
    """What the largest battery that there may be gives in a slot of what it held before   (s,) [kWh a day]."""
    share = np.where(case.power_apart, 1.0, case.discharge_share)
    return np.asarray(share * (case.battery_existing_kwh + case.battery_max_kwh))


def may_sell(case: Given) -> bool:
    """Whether the battery may sell."""
    return bool(case.battery_export == "yes")


def recount(case: Given, plan: Any) -> Mapping[str, Array]:
    """What is installed, what is left in it at the end of each slot, and what it cost."""
    years, kept = range(len(case.years)), 1 - case.battery_fade
    installed, aged = np.full(len(years), case.battery_existing_kwh), np.zeros(len(years))
    for y in years:
        aged[y] = case.battery_existing_kwh * kept**y
        for k in range(y + 1):
            if y < k + case.battery_life:
                installed[y] += plan.battery_add[k]
                aged[y] += plan.battery_add[k] * kept ** (y - k)
    return {
        "battery_kwh": installed,
        "battery_lost_kwh": installed - aged,
        "soc_end": plan.soc
        + (plan.solar_to_battery + plan.grid_to_battery) * case.charge_efficiency
        - (plan.battery_to_load + plan.battery_to_grid) / case.discharge_efficiency,
        "capex": np.array([case.battery_price_factor * case.battery_price[y] * plan.battery_add[y] for y in years]),
    }


def recheck(case: Given, plan: Any, counted: Mapping[str, Array]) -> Iterator[Check]:
    """Slot after slot: what was there, came and went; and never more than it holds or gives."""
    battery = counted["battery_kwh"] - counted["battery_lost_kwh"]
    stored, used, sold, soc = (
        plan.solar_to_battery + plan.grid_to_battery,
        plan.battery_to_load,
        plan.battery_to_grid,
        plan.soc,
    )
    for y in range(len(case.years)):
        held = case.soc_max * battery[y]
        yield Check("soc_limit", "ds", soc[y] - held, held, {"y": y})
        for s in range(len(case.slots)):
            before = s - 1  # the slot before the first is the day's last
            came = case.charge_efficiency * stored[y, :, before]
            went = (used[y, :, before] + sold[y, :, before]) / case.discharge_efficiency
            carried = soc[y, :, before] + came - went
            yield Check("battery_balance", "d", np.abs(soc[y, :, s] - carried), soc[y, :, s], {"y": y, "s": s})
            if np.isinf(case.battery_power_price).any():
                share = case.c_rate * case.hours[s] if case.c_rate_basis == "hour" else case.c_rate
                most = share * battery[y]
                yield Check("discharge_limit", "d", used[y, :, s] + sold[y, :, s] - most, most, {"y": y, "s": s})
    most = case.battery_max_kwh
    if np.isinf(case.battery_life):
        yield Check("battery_room", "", plan.battery_add.sum() - most, most)
    else:
        added = counted["battery_kwh"] - case.battery_existing_kwh
        yield Check("battery_room_at_a_time", "y", added - most, most)


def assumptions(case: Given) -> Iterator[str]:
    """How the battery is idealised."""
    if case.battery_existing_kwh + case.battery_max_kwh == 0:
        return
    if case.c_rate_basis == "slot" and (case.hours > 1).any() and not case.power_apart:
        yield (
            f"The C-rate counts per slot: in one slot the battery gives at most {case.c_rate:.0%} of its size, however "
            "long the slot is. Read per hour (c_rate_basis=hour) it could give more."
        )
    idealised = [
        *(["at any rate"] if np.isinf(case.charge_rate) and not case.power_apart else []),
        *(["without losses"] if case.charge_efficiency == case.discharge_efficiency == 1 else []),
    ]
    how = f" {', '.join(idealised)}{', and' if case.grid_charging == 'no' else ''}" if idealised else ""
    only = " only from solar" if case.grid_charging == "no" else ""
    if idealised or only:
        yield f"The battery charges{how}{only}; it may charge and discharge within one slot."


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """From slot to slot and round the day; what it gives and holds; what it costs, and its room."""
    f, p, c, u = sheet.flows, sheet.purchases, sheet.compare, sheet.limits
    stored = f"{one_if_blank(f.charge_efficiency)}*{sheet.into('battery')}"
    taken = f"({f.battery_to_load}+{f.battery_to_grid})/{one_if_blank(f.discharge_efficiency)}"
    end = f"{f.soc}+{stored}-{taken}"
    yield SheetCheck("battery_balance", "at start + stored - used - exported = at end", differs(f.soc_end, end))
    rows, slots = sheet.rows_of_flows, f"MAX({f.slot_number})"
    start = _part(f.soc, "2", rows)
    step = f"({_part(f.slot_number, '2', rows)}-{_part(f.slot_number, '1', f'{rows}-1')}=1)"
    between = largest(f"{step}*ABS({start}-{_part(f.soc_end, '1', f'{rows}-1')})/(1+ABS({start}))")
    yield SheetCheck(
        "battery_balance: next slot", "at end of a slot = at start of the next", f"IF({rows}>1,{between},0)"
    )
    last, first = _part(f.soc_end, slots, rows), _part(f.soc, "1", f"{rows}-{slots}+1")
    is_last = f"({_part(f.slot_number, slots, rows)}={slots})"
    yield SheetCheck(
        "battery_balance: a day returns",
        "at end of the last slot = at start of the first",
        largest(f"{is_last}*ABS({last}-{first})/(1+ABS({first}))"),
    )
    out = f"{f.battery_to_load}+{f.battery_to_grid}"
    aged = f"({f.battery_kwh}-{f.battery_lost_kwh})"
    most = f"{_discharge_share(f, f.hours)}*{aged}"
    out = f"{sheet.is_blank('tblCosts', 'battery_power_price', year=f.year)}*({out})"
    yield SheetCheck("discharge_limit", "battery to load and grid <= C-rate x battery", exceeds(out, most))
    yield SheetCheck(
        "soc_limit",
        "battery at start <= most charge x battery installed, less what is lost to age",
        exceeds(f.soc, f"{one_if_blank(f.soc_max)}*{aged}"),
    )
    bought = sheet.bought(c, item='"Battery"', unit='"kWh"')
    bought = f"({c.battery_life}=0)*{bought}"
    yield SheetCheck("battery_room", "battery bought in all years <= room", exceeds(bought, c.battery_max_kwh))
    y = sheet.yearly
    added = f"({y.battery_life}>0)*({y.battery_kwh}-{y.battery_existing_kwh})"
    what = "where batteries have an end: what is added and there <= room"
    yield SheetCheck("battery_room_at_a_time", what, exceeds(added, y.battery_max_kwh))
    is_item = f'(({p.item}="Battery")*({p.unit}="kWh"))'
    price = f"{p.battery_price}*{one_if_blank(p.battery_price_factor)}"
    yield SheetCheck(
        "Battery price", "the Costs sheet against Purchases", largest(f"{is_item}*ABS({p.price}-{price})/(1+{price})")
    )
    keys = ("scenario", "year", "day_type", "slot")
    discharged = f"({sheet.flowed(u, 'battery_to_load', *keys)}+{sheet.flowed(u, 'battery_to_grid', *keys)})"
    aged = f"({u.battery_kwh}-{u.battery_lost_kwh})"
    yield from sheet.limit("Battery discharge", discharged, f"{_discharge_share(u, u.hours)}*{aged}")
    yield from sheet.limit("Battery content", sheet.flowed(u, "soc", *keys), f"{one_if_blank(u.soc_max)}*{aged}")
    used = sheet.bought_in_all_years(item='"Battery"', unit='"kWh"')
    used = f"(({u.battery_life}=0)*{used}+({u.battery_life}>0)*({u.battery_kwh}-{u.battery_existing_kwh}))"
    yield from sheet.limit("Room for battery", used, u.battery_max_kwh)


def _part(column: str, first: str, last: str) -> str:
    return f"(INDEX({column},{first}):INDEX({column},{last}))"


def _discharge_share(of: Any, hours: str) -> str:
    """c_rate, times the hours where it counts per hour."""
    return f"{of.c_rate}*(1+{of.has('c_rate_basis', 'hour')}*({hours}-1))"


def _years_by_rate(sheet: Any) -> str:
    """How many years of scenarios have a battery whose C-rate limits it."""
    y = sheet.yearly
    return f"SUMPRODUCT({sheet.is_blank('tblCosts', 'battery_power_price', year=y.year)}*({y.battery_kwh}>0))"


def _scenarios_without_life(sheet: Any) -> str:
    """How many scenarios with a plan have room for battery over all years."""
    c = sheet.compare
    return f"SUMPRODUCT(ISNUMBER({c.total_cost})*({c.battery_life}=0))"


PART = Part(
    "battery",
    figures=(
        Figure(
            "battery_price",
            "Battery",
            "the price of battery bought in the year",
            "USD/kWh",
            study=("Battery(USD/kWh)",),
            usual=(30, 3000),
            when_zero="it costs nothing, so any amount may be bought",
            table="tblCosts",
            axes="y",
        ),
        Figure(
            "battery_existing_kwh",
            "Existing battery",
            "the battery that is there already",
            "kWh",
            default=0,
            usual=_USUAL,
            axes="",
        ),
        Figure(
            "battery_max_kwh",
            "Room for battery",
            "the most battery that may be added in all",
            "kWh",
            study=("BatteryEnergyCapacity",),
            usual=_USUAL,
            axes="",
            is_of_scenario=True,
        ),
        Figure(
            "c_rate",
            "C-rate",
            "the most discharge as a share of the battery's size",
            "1/h",
            highest=100,
            default=0.5,
            source="the depot study",
            study=("C_Rate",),
            usual=(0.1, 3),
            axes="",
            is_of_scenario=True,
        ),
        Figure(
            "c_rate_basis",
            "C-rate counts per",
            "slot (the study's rule) or hour (the physical meaning)",
            kind="choice",
            choices=("slot", "hour"),
            default="slot",
            source="the depot study",
            axes="",
            is_of_scenario=True,
        ),
    ),
    derived=(Derived("discharge_share", "s", "-", discharge_share),),
    decisions=(
        Decision("battery_add", "y", "kWh", "battery bought in the year", "bought"),
        Decision("battery_kwh", "y", "kWh", "battery there in the year", "installed", follows="battery_installed"),
        flow("battery", "load", "stored energy used", most_given, "#70AD47"),
        flow("battery", "grid", "stored energy exported", most_given, "#A9D18E", where=may_sell),
        Decision("soc", "yds", "kWh", "energy in the battery at the start of the slot", "state", colour="#1F3864"),
    ),
    quantities=(Quantity("soc_end", "yds", "kWh", soc_end),),
    shown=(
        Shown("soc", "Battery at start", "energy in the battery at the start of the slot", "kWh", 20),
        Shown("soc_end", "Battery at end", "energy in the battery at the end of the slot", "kWh", 21),
    ),
    rules=(
        Rule("battery_installed", "y", "installed", battery_installed),
        Rule("battery_balance", "yds", "balance", battery_balance),
        Rule(
            "discharge_limit",
            "yds",
            "limit",
            discharge_limit,
            "Battery discharge",
            "kWh/d",
            rank=4,
            only_with="battery_kwh",
            where=lambda case: not case.power_apart,
            rows_told=_years_by_rate,
        ),
        Rule("soc_limit", "yds", "limit", soc_limit, "Battery content", "kWh/d", rank=5, only_with="battery_kwh"),
        Rule(
            "battery_room",
            "",
            "room",
            battery_room,
            "Room for battery",
            "kWh",
            raised_by="battery_max_kwh",
            where=lambda case: np.isinf(case.battery_life),
            rows_told=_scenarios_without_life,
        ),
        Rule(
            "battery_room_at_a_time",
            "y",
            "room",
            battery_room_at_a_time,
            "Room for battery",
            "kWh",
            raised_by="battery_max_kwh",
            where=lambda case: np.isfinite(case.battery_life),
            rows_told=lambda sheet: f"SUMPRODUCT(1*({sheet.yearly.battery_life}>0))",
        ),
    ),
    purchases=(
        Purchase(
            "Battery",
            "kWh",
            "battery_add",
            "battery_price",
            "battery_kwh",
            existing="battery_existing_kwh",
            life="battery_life",
            upkeep="battery_om",
            factor="battery_price_factor",
            noun="Battery",
            fields=("battery_kwh_added", "battery_kwh"),
            priced="battery",
            called="{count} kWh of battery",
            briefly="{count} kWh battery",
            colour="#70AD47",
            csv="BatteryCapacity",
        ),
    ),
    assumptions=assumptions,
    recount=recount,
    recheck=recheck,
    sheet_checks=sheet_checks,
)
