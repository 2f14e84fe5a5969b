"""Solar: panels bought within the room for them, and what becomes of their energy."""

from __future__ import annotations

from collections import defaultdict
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
    Shown,
    flow,
)
from fleetopt.words.expression import Comparison, Expression
from fleetopt.words.problem import Problem, others, shortened, warning
from fleetopt.words.sheet_formulas import differs, exceeds, largest, one_if_blank, total_differs

_USUAL: Final = (1, 20_000)
_SUNNIEST: Final = 10.0
"""kWh: nowhere one kWp gives more in a day."""


def solar_installed(case: Given, x: Decided) -> Comparison:
    """solar_kwp[y] == solar_existing_kwp + sum(solar_add[k] for k <= y < k + solar_life)   [kWp]."""
    return x.solar_kwp == case.solar_existing_kwp + (case.solar_serves * x.solar_add).sum(axis=1)


def solar_kwh(case: Given, x: Decided) -> Expression:
    """solar_yield_factor * solar_yield * (solar_kwp[y] - solar_lost_kwp[y])   (y, d, s) [kWh a day]."""
    return case.solar_yield_factor * case.solar_yield * (x.solar_kwp - x.solar_lost_kwp)[:, None, None]


def solar_balance(_case: Given, x: Decided) -> Comparison:
    """Everything that flows out of solar == solar_kwh   [kWh a day]."""
    return x.out_of("solar") == x.solar_kwh


def solar_room(case: Given, x: Decided) -> Comparison:
    """sum(solar_add) <= solar_max_added_kwp   [kWp]."""
    return x.solar_add.sum() <= case.solar_max_added_kwp


def solar_room_at_a_time(case: Given, x: Decided) -> Comparison:
    """solar_kwp[y] - solar_existing_kwp <= solar_max_added_kwp, where what is old makes room   [kWp]."""
    return x.solar_kwp - case.solar_existing_kwp <= case.solar_max_added_kwp


def most_solar(case: Given) -> Array:
    """What all panels that there may be give   (d, s) [kWh a day]."""
    return np.asarray(case.solar_yield_factor * case.solar_yield * (case.solar_existing_kwp + case.solar_max_added_kwp))


def recount(case: Given, plan: Any) -> Mapping[str, Array]:
    """What is installed, what it gives, and what it cost."""
    years, kept = range(len(case.years)), 1 - case.solar_degradation
    installed, aged = np.full(len(years), case.solar_existing_kwp), np.zeros(len(years))
    for y in years:
        aged[y] = case.solar_existing_kwp * kept**y
        for k in range(y + 1):
            if y < k + case.solar_life:
                installed[y] += plan.solar_add[k]
                aged[y] += plan.solar_add[k] * kept ** (y - k)
    return {
        "solar_kwp": installed,
        "solar_lost_kwp": installed - aged,
        "solar_kwh": np.array([kwp * case.solar_yield * case.solar_yield_factor for kwp in aged]),
        "capex": np.array([case.solar_price_factor * case.solar_price[y] * plan.solar_add[y] for y in years]),
    }


def recheck(case: Given, plan: Any, counted: Mapping[str, Array]) -> Iterator[Check]:
    """All that the panels give goes somewhere, and they fit into the room."""
    for y in range(len(case.years)):
        made = counted["solar_kwh"][y]
        gone = plan.solar_to_load[y] + plan.solar_to_battery[y] + plan.solar_to_grid[y] + plan.solar_curtailed[y]
        yield Check("solar_balance", "ds", np.abs(made - gone), made, {"y": y})
    most = case.solar_max_added_kwp
    if np.isinf(case.solar_life):
        yield Check("solar_room", "", plan.solar_add.sum() - most, most)
    else:
        added = counted["solar_kwp"] - case.solar_existing_kwp
        yield Check("solar_room_at_a_time", "y", added - most, most)


def sunny_days(inputs: Read) -> Iterator[Problem]:
    """No more sun in a day than there is."""
    energy = inputs["tblEnergy"]
    first: dict[str, int] = {}
    total: dict[str, float] = defaultdict(float)
    for i, (day, given) in enumerate(
        zip(*(energy.values.get(name, ()) for name in ("day_type", "solar_yield")), strict=True)
    ):
        if day is not None:
            first.setdefault(day, i)
            total[day] += given or 0.0
    for day, given in total.items():
        if given > _SUNNIEST:
            yield warning(
                energy.where("solar_yield", first[day]),
                f"one kWp gives {given:,g} kWh on a day of the type '{shortened(day)}'; nowhere it is more than "
                f"{_SUNNIEST:g}.",
                "Enter for each slot what a day gives in it, not a month or a year.",
            )


def sunny_slots(inputs: Read) -> Iterator[Problem]:
    """No more sun in a slot than its hours: one kWp gives at most 1 kW."""
    energy = inputs["tblEnergy"]
    columns = (energy.values.get(name, ()) for name in ("solar_yield", "hours"))
    above = [i for i, (given, hours) in enumerate(zip(*columns, strict=True)) if given and hours and given > hours]
    if above:
        given, hours = (energy.values[name][above[0]] for name in ("solar_yield", "hours"))
        yield warning(
            energy.where("solar_yield", above[0]),
            f"one kWp gives {given:,g} kWh in a slot of {hours:g} h{others(above)}; it gives at most 1 kWh in an hour.",
            "Enter for each slot what a day gives in it, and check the hours of the slot.",
        )


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """What the panels give, where it goes, what they cost, and their room."""
    f, p, c = sheet.flows, sheet.purchases, sheet.compare
    slots = sheet.in_input("tblEnergy", "solar_yield")
    is_solved = f"({sheet.flowed(sheet.yearly, 'slot_number', 'scenario')}>0)"
    aged = f"({sheet.yearly.solar_kwp}-{sheet.yearly.solar_lost_kwp})"
    total = f"SUM({slots})*SUMPRODUCT({one_if_blank(sheet.yearly.solar_yield_factor)}*{aged}*{is_solved})"
    made = f"{one_if_blank(f.solar_yield_factor)}*{f.solar_yield}*({f.solar_kwp}-{f.solar_lost_kwp})"
    yield SheetCheck(
        "Solar energy",
        "solar yield x its factor x installed solar, less what is lost to age, against Flows",
        f"IF({sheet.large},{total_differs(f'SUM({f.solar_kwh})', total)},{differs(f.solar_kwh, made)})",
    )
    gone = sheet.out_of("solar")
    yield SheetCheck("solar_balance", "all that flows out of solar = solar energy", differs(gone, f.solar_kwh))
    bought = sheet.bought(c, item='"Solar"', unit='"kWp"')
    bought = f"({c.solar_life}=0)*{bought}"
    yield SheetCheck("solar_room", "solar bought in all years <= room", exceeds(bought, c.solar_max_added_kwp))
    y, u = sheet.yearly, sheet.limits
    added = f"({y.solar_life}>0)*({y.solar_kwp}-{y.solar_existing_kwp})"
    what = "where solar has an end: what is added and there <= room"
    yield SheetCheck("solar_room_at_a_time", what, exceeds(added, y.solar_max_added_kwp))
    is_item = f'(({p.item}="Solar")*({p.unit}="kWp"))'
    price = f"{p.solar_price}*{one_if_blank(p.solar_price_factor)}"
    yield SheetCheck(
        "Solar price", "the Costs sheet against Purchases", largest(f"{is_item}*ABS({p.price}-{price})/(1+{price})")
    )
    used = sheet.bought_in_all_years(item='"Solar"', unit='"kWp"')
    used = f"(({u.solar_life}=0)*{used}+({u.solar_life}>0)*({u.solar_kwp}-{u.solar_existing_kwp}))"
    yield from sheet.limit("Room for solar", used, u.solar_max_added_kwp)


def _scenarios_without_life(sheet: Any) -> str:
    """How many scenarios with a plan have room for solar over all years."""
    c = sheet.compare
    return f"SUMPRODUCT(ISNUMBER({c.total_cost})*({c.solar_life}=0))"


PART = Part(
    "solar",
    figures=(
        Figure(
            "solar_yield",
            "Solar yield",
            "the energy that one kWp of solar gives in the slot of such a day",
            "kWh/kWp",
            highest=24,
            study=("SolarUnitsGeneration in Kwh/KwP",),
            table="tblEnergy",
            axes="ds",
        ),
        Figure(
            "solar_price",
            "Solar",
            "the price of solar bought in the year",
            "USD/kWp",
            study=("SolarPV(USD/kWp)",),
            usual=(200, 4000),
            when_zero="it costs nothing, so any amount may be bought",
            table="tblCosts",
            axes="y",
        ),
        Figure(
            "solar_existing_kwp",
            "Existing solar",
            "the solar that is there already",
            "kWp",
            default=0,
            study=("PRESENT_SOLAR_CAPACITY",),
            usual=_USUAL,
            axes="",
        ),
        Figure(
            "solar_max_added_kwp",
            "Room for solar",
            "the most solar that may be added in all",
            "kWp",
            usual=_USUAL,
            axes="",
            is_of_scenario=True,
        ),
    ),
    decisions=(
        Decision("solar_add", "y", "kWp", "solar bought in the year", "bought"),
        Decision("solar_kwp", "y", "kWp", "solar there in the year", "installed", follows="solar_installed"),
        flow("solar", "load", "solar energy used at once", most_solar, "#FFC000"),
        flow("solar", "battery", "solar energy stored", most_solar, "#70AD47"),
        flow("solar", "grid", "solar energy exported", most_solar, "#F4B183"),
    ),
    quantities=(Quantity("solar_kwh", "yds", "kWh/d", solar_kwh),),
    shown=(Shown("solar_kwh", "Solar energy", "what the panels give", "kWh/d", 5),),
    rules=(
        Rule("solar_installed", "y", "installed", solar_installed),
        Rule("solar_balance", "yds", "balance", solar_balance),
        Rule(
            "solar_room",
            "",
            "room",
            solar_room,
            "Room for solar",
            "kWp",
            raised_by="solar_max_added_kwp",
            where=lambda case: np.isinf(case.solar_life),
            rows_told=_scenarios_without_life,
        ),
        Rule(
            "solar_room_at_a_time",
            "y",
            "room",
            solar_room_at_a_time,
            "Room for solar",
            "kWp",
            raised_by="solar_max_added_kwp",
            where=lambda case: np.isfinite(case.solar_life),
            rows_told=lambda sheet: f"SUMPRODUCT(1*({sheet.yearly.solar_life}>0))",
        ),
    ),
    purchases=(
        Purchase(
            "Solar",
            "kWp",
            "solar_add",
            "solar_price",
            "solar_kwp",
            existing="solar_existing_kwp",
            life="solar_life",
            upkeep="solar_om",
            factor="solar_price_factor",
            noun="Solar",
            fields=("solar_kwp_added", "solar_kwp"),
            priced="solar",
            called="{count} kWp of solar",
            briefly="{count} kWp solar",
            colour="#FFC000",
            csv="SolarCapacity",
        ),
    ),
    checks=(sunny_days, sunny_slots),
    recount=recount,
    recheck=recheck,
    sheet_checks=sheet_checks,
)
