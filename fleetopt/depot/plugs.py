"""Plugs: where trucks stand while they charge, and whether a truck finds one that is strong enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from fleetopt.depot.part import (
    Array,
    Check,
    Decided,
    Derived,
    Figure,
    Given,
    Index,
    Listing,
    Part,
    Read,
    Rule,
    SheetCheck,
)
from fleetopt.words.clock import overlap, span
from fleetopt.words.columns import Column, Table, year_column
from fleetopt.words.expression import Comparison
from fleetopt.words.problem import Problem, others, shortened, warning
from fleetopt.words.rows import years_held
from fleetopt.words.sheet_formulas import differs, exceeds, total_differs

ANY_POWER = "any power"
_ALIKE = 1e-9
"""Powers that differ by no larger share are one."""
_BY_A_HAIR = 1e-6
"""So small a share more than the strongest charger gives is not worth a word."""


class _Power(float):
    """Power at a plug [kW]."""

    def __str__(self) -> str:
        return f"{float(self):,.5g} kW"


def stay_hours(case: Given) -> Array:
    """Hours of a slot in which alike trucks stand at the depot   (v, s) [h]."""
    found = []
    for stay in case.stays:
        if stay.is_window:
            begin, length = span(stay.span)  # type: ignore[misc]
            found.append(overlap(begin, length, case.slot_start, case.hours))
        else:
            found.append(
                np.array([hours * (slot == stay.span) for slot, hours in zip(case.slots, case.hours, strict=True)])
            )
    return np.array(found).reshape(len(case.stays), len(case.slots))


def plugged(case: Given) -> Array:
    """Trucks with a need that stand at the depot in a slot   (y, s) [units]."""
    counts = case.stay_count * (_most_needed(case) > 0)
    return np.asarray(counts @ (case.stay_hours > 0))


def _most_needed(case: Given) -> Array:
    """The most that one truck needs on any day on which it drives   (y, v) [kWh]."""
    return np.asarray(case.stay_need * np.where(case.fleet_share > 0, case.day_consumption_factor, 0.0).max())


def plug_kw(case: Given) -> Array:
    """trucks_per_plug * need / hours of its stay: the power that a truck needs at its plug   (y, v) [kW]."""
    hours = np.maximum(case.stay_hours.sum(axis=1), _ALIKE)
    turns = 0.0 if np.isinf(case.trucks_per_plug) else case.trucks_per_plug
    return np.asarray(turns * _most_needed(case) / hours)


def plug_powers(case: Given) -> list[_Power]:
    """Each different power above the weakest charger's that some truck needs at its plug [kW]."""
    found: list[_Power] = []
    for power in sorted(set(case.plug_kw.ravel().tolist())):
        is_new = not found or power > found[-1] * (1 + _ALIKE)
        if len(case.chargers) and power > case.power_kw.min() * (1 + _ALIKE) and is_new:
            found.append(_Power(power))
    return found


def plugged_fast(case: Given) -> Array:
    """Trucks that stand at the depot in a slot and need so much power at their plug, or more   (y, s, p) [units]."""
    powers = np.array(case.plug_powers) * (1 - _ALIKE)
    needs_it = (case.plug_kw[:, None, :] >= powers[:, None]) * case.stay_count[:, None, :]  # (y, p, v)
    return np.asarray((needs_it @ (case.stay_hours > 0)).swapaxes(1, 2))


def is_counted(case: Given) -> bool:
    """Whether plugs are looked at."""
    return bool(np.isfinite(case.trucks_per_plug))


def _turns(case: Given) -> float:
    return case.trucks_per_plug if is_counted(case) else 0.0


def plugs(case: Given, x: Decided) -> Comparison:
    """trucks_per_plug * sum(ports[c] * chargers[c, y]) >= plugged   [trucks]."""
    at_plugs = (_turns(case) * case.ports[:, None] * x.chargers).sum(axis=0)
    return at_plugs[:, None] >= case.plugged


def fast_plugs(case: Given, x: Decided) -> Comparison:
    """trucks_per_plug * sum(ports[c] * chargers[c, y] of those with that power) >= plugged_fast   [trucks]."""
    powers = np.array(case.plug_powers) * (1 - _ALIKE)
    is_strong = case.power_kw[:, None] >= powers  # (c, p)
    at_plugs = (_turns(case) * (case.ports[:, None] * is_strong)[:, None, :] * x.chargers[:, :, None]).sum(axis=0)
    return at_plugs[:, None, :] >= case.plugged_fast


def recheck(case: Given, _plan: Any, counted: Mapping[str, Array]) -> Iterator[Check]:
    """In every slot every truck finds a plug, and those that need much power a strong one."""
    if np.isinf(case.trucks_per_plug):
        return
    for y in range(len(case.years)):
        for s in range(len(case.slots)):
            there = [v for v in range(len(case.stays)) if case.stay_hours[v, s] > 0 and case.stay_count[y, v] > 0]
            needs = {}
            for v in there:
                share = [
                    f for f, on_road in zip(case.day_consumption_factor, case.fleet_share, strict=True) if on_road > 0
                ]
                most = case.stay_need[y, v] * max(share, default=0.0)
                needs[v] = case.trucks_per_plug * most / case.stay_hours[v].sum()
            for power in {0.0, *needs.values()}:
                trucks = sum(case.stay_count[y, v] for v in there if needs[v] > 0 and needs[v] >= power * (1 - 1e-9))
                places = 0.0
                for c in range(len(case.chargers)):
                    if case.power_kw[c] >= power * (1 - 1e-9):
                        places += case.trucks_per_plug * case.ports[c] * counted["chargers"][c, y]
                name = "fast_plugs" if power > 0 else "plugs"
                yield Check(name, "", trucks - places, trucks, {"y": y, "s": s})


def one_truck(inputs: Read) -> Iterator[Problem]:
    """No truck takes more than the strongest charger gives: at one plug, more chargers do not help it."""
    chargers, fleet, trucks, energy = (inputs[f"tbl{name}"] for name in ("Chargers", "Fleet", "Trucks", "Energy"))
    strongest = max((power for power in chargers.values.get("power_kw", ()) if power), default=None)
    hours = dict(zip(energy.values.get("slot", ()), energy.values.get("hours", ()), strict=True))
    windows = fleet.column("window")
    by_key = trucks.index()
    last = max((year for year in inputs["tblCosts"].values.get("year", ()) if year is not None), default=0)
    found: dict[int, tuple[float, float]] = {}
    for i, slot in enumerate(fleet.column("slot")):
        length, distance = hours.get(slot), fleet.values["distance_km"][i]
        if windows[i] is not None:
            length = (span(windows[i]) or (0.0, None))[1]
        for year in years_held(fleet, i, last):
            row = by_key.get((fleet.values["truck_type"][i], year))
            if row is None or not length or not distance:
                continue
            power = distance * (trucks.values["consumption"][row] or 0.0) / length
            if strongest and power > max(strongest * (1 + _BY_A_HAIR), found.get(i, (0.0, 0.0))[0]):
                found[i] = power, length
    if found and strongest:
        rows = sorted(found, key=lambda i: -found[i][0])
        power, length = found[rows[0]]
        yield warning(
            fleet.where("distance_km", rows[0]),
            f"'{shortened(fleet.values['vehicle'][rows[0]] or '')}' needs {power * length:,.4g} kWh within {length:g} "
            f"h, so {power:,.4g} kW at its plug{others(rows)}; the strongest charger gives {strongest:,.4g} kW.",
            "The plan counts all chargers together unless Trucks per plug is given. Offer a stronger charger, or give "
            "the truck a longer stay.",
        )


def told(case: Given, plan: Any) -> Iterator[str]:
    """How many trucks stand at how many plugs when most do, where plugs are not counted."""
    if is_counted(case):
        return
    said = (
        "Chargers are counted by energy: their power over the slot covers what its trucks charge. Whether every truck "
    )
    if not case.plugged.any():
        yield f"{said}finds a plug is not looked at."
        return
    places = (case.ports[:, None] * plan.chargers).sum(axis=0)
    y, s = np.unravel_index(int((case.plugged - places[:, None]).argmax()), case.plugged.shape)
    trucks, there = case.plugged[y, s], places[y]
    yield (
        f"{said}finds a plug is not looked at: in {case.years[y]} {case.slots[s]} {trucks:,.0f} "
        f"truck{'s stand' if trucks != 1 else ' stands'} at {there:,.0f} plug{'s' if there != 1 else ''}."
    )


def listed(case: Given, plan: Any) -> Iterator[Sequence[Any]]:
    """Trucks and plugs of each slot: of all trucks, then of those that need much power at their plug."""
    for y, year in enumerate(case.years):
        for s, slot in enumerate(case.slots):
            for p, power in enumerate([0.0, *case.plug_powers]):
                trucks = case.plugged_fast[y, s, p - 1] if p else case.plugged[y, s]
                is_strong = case.power_kw >= power * (1 - _ALIKE)
                there = float((case.ports * is_strong) @ plan.chargers[:, y])
                needs = str(power) if p else ANY_POWER
                yield [year, slot, needs, float(power), float(trucks), there, case.trucks_per_plug * there]


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """Every truck finds a plug, and one that is strong enough."""
    if "tblPlugs" not in sheet.listings:
        return
    k, p, u = sheet.listings["tblPlugs"], sheet.purchases, sheet.limits
    places = f"{k.plugs}*{k.trucks_per_plug}"
    yield SheetCheck(
        "plugs", "trucks of a slot <= places at plugs with the power they need", exceeds(k.trucks, k.places)
    )
    yield SheetCheck("Places", "plugs x trucks per plug", differs(k.places, places))
    ports = sheet.given("tblChargers", "ports", charger=p.item)
    counted = p.is_set("trucks_per_plug")
    in_year = f'SUMPRODUCT({counted}*({p.unit}="units")*{p.installed}*{ports}*({p.year}-1900))'
    in_slots = f'SUMPRODUCT(({k.needs}="{ANY_POWER}")*{k.plugs}*({k.year}-1900))'
    slots = f"ROWS({sheet.in_input('tblEnergy', 'slot')})/ROWS({sheet.in_input('tblDayTypes', 'day_type')})"
    what = "chargers installed x their plugs, weighted by year, in each slot"
    yield SheetCheck("Plugs", what, total_differs(in_slots, f"{in_year}*{slots}"))
    of_row = ("scenario", "year", "slot")
    for title, needs, is_row in (
        ("Plugs", f'"{ANY_POWER}"', ""),
        ("Plugs of power", f'SUBSTITUTE({u.limit},"Plugs of power: ","")', f'(LEFT({u.limit},15)="Plugs of power:")'),
    ):
        used, most = (sheet.listed("tblPlugs", name, u, *of_row, needs=needs) for name in ("trucks", "places"))
        yield from sheet.limit(title, used, most, is_row)


def _rows(sheet: Any, power: str) -> str:
    """Years of scenarios in which trucks with such a need of power are counted."""
    y = sheet.yearly
    return f"SUMPRODUCT(1*({sheet.counted('tblPlugs', y, 'scenario', 'year', power_kw=power)}>0))"


PLUGS = Table(
    "tblPlugs",
    "Charging",
    "one slot in one year of one scenario, for a power that trucks need at their plug",
    (
        year_column(),
        Column("slot", "Slot", "the slot of the day", kind="label"),
        Column("needs", "For trucks that need", "any power, or so much at their plug and more", kind="label"),
        Column("power_kw", "Power at the plug", "the same as a figure", "kW"),
        Column("trucks", "Trucks at the depot", "so many of them stand there and need energy", "units"),
        Column("plugs", "Plugs", "at chargers of so much power and more", "units"),
        Column("places", "Places", "plugs x trucks per plug", "units"),
    ),
    ("year", "slot", "needs"),
    purpose="How many trucks stand at how many plugs.",
)


PART = Part(
    "plugs",
    figures=(
        Figure(
            "ports",
            "Plugs",
            "the trucks that one such charger can hold at a time; its power is shared among them",
            "",
            kind="whole",
            lowest=1,
            highest=1000,
            default=1,
            table="tblChargers",
            axes="c",
            is_quiet=True,
        ),
        Figure(
            "trucks_per_plug",
            "Trucks per plug",
            "the trucks that may take turns at one plug within their stay; blank: plugs are not looked at",
            "-",
            highest=1000,
            is_positive=True,
            is_needed=False,
            usual=(1, 5),
            axes="",
            is_of_scenario=True,
            is_quiet=True,
        ),
    ),
    derived=(
        Derived("stay_hours", "vs", "h", stay_hours),
        Derived("plugged", "ys", "units", plugged),
        Derived("plug_kw", "yv", "kW", plug_kw),
        Derived("plugged_fast", "ysp", "units", plugged_fast),
    ),
    indexes=(Index("p", "plug_powers", plug_powers),),
    rules=(
        Rule(
            "plugs",
            "ys",
            "limit",
            plugs,
            "Plugs",
            "trucks",
            where=is_counted,
            rows_told=lambda sheet: _rows(sheet, "0"),
        ),
        Rule(
            "fast_plugs",
            "ysp",
            "limit",
            fast_plugs,
            "Plugs of power",
            "trucks",
            where=is_counted,
            rows_told=lambda sheet: _rows(sheet, '">0"'),
        ),
    ),
    is_on=is_counted,
    listings=(Listing(PLUGS, listed),),
    checks=(one_truck,),
    told=told,
    recheck=recheck,
    sheet_checks=sheet_checks,
)
