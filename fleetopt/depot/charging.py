"""When trucks charge: within the window in which they stand at the depot, as planned or on arrival."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    Index,
    Listing,
    Part,
    Read,
    Rule,
    SheetCheck,
)
from fleetopt.words.clock import hour_text, overlap, span
from fleetopt.words.columns import Column, Table, year_column
from fleetopt.words.expression import Comparison
from fleetopt.words.numbers import finite
from fleetopt.words.problem import Problem, error, others, shortened, warning
from fleetopt.words.rows import of_scenario, years_held
from fleetopt.words.sheet_formulas import differs, exceeds, one_if_blank

_MOST = 0.75
"""Such a share of all that is charged is most of it."""
_BY_A_HAIR = 1e-9
"""So small a share more than a truck can take was only rounded."""


def groups(case: Given) -> list[Any]:
    """Alike trucks with a window: type, daily distance and window."""
    return [stay for stay in case.stays if stay.is_window]


def _of_groups(case: Given, values: Array) -> Array:
    """The columns of what is known of all alike trucks that are groups."""
    return np.asarray(values[:, [v for v, stay in enumerate(case.stays) if stay.is_window]])


def group_count(case: Given) -> Array:
    """Trucks of each group   (y, g) [units]."""
    return _of_groups(case, case.stay_count)


def window_kwh(case: Given) -> Array:
    """group_count * need of one on a full day * day_level   (y, d, g) [kWh a day]."""
    full = group_count(case) * _of_groups(case, case.stay_need)
    return np.asarray(full[:, None, :] * case.day_level[:, None])


def truck_kw(case: Given) -> Array:
    """The most that one truck of a group takes; infinite where that is not given   (y, g) [kW]."""
    power = {(truck.truck_type, truck.year): truck.max_kw for truck in case.trucks}
    found = [[power.get((group.truck_type, year)) for group in case.groups] for year in case.years]
    return np.array([[np.inf if kw is None else kw for kw in row] for row in found]).reshape(
        len(case.years), len(case.groups)
    )


def charge_hours(case: Given) -> Array:
    """Hours of a slot in which a group charges: those of its window, or of its arrival   (y, d, s, g) [h]."""
    return _hours(case, is_managed=case.managed_charging == "yes")


def _hours(case: Given, *, is_managed: bool) -> Array:
    """Hours of its window, or those from its start on that the group needs at truck_kw   (y, d, s, g) [h]."""
    begin, length = np.array([span(group.span) for group in case.groups]).reshape(-1, 2).T
    lasts = length * np.ones((len(case.years), len(case.day_types), 1))
    if not is_managed:
        need = _of_groups(case, case.stay_need)[:, None, :] * case.day_consumption_factor[:, None]
        most = case.truck_kw[:, None, :]
        lasts = np.where(np.isinf(most), lasts, np.minimum(lasts, need / most))
    return overlap(begin, lasts[:, :, None, :], case.slot_start[:, None], case.hours[:, None])


def charge_stretch(case: Given) -> Array:
    """hours[s] / charge_hours: so many times charge counts in what chargers can give; else 0   (y, d, s, g) [-]."""
    with np.errstate(divide="ignore"):
        return np.where(case.charge_hours > 0, case.hours[:, None] / case.charge_hours, 0.0)


def since_arrival(case: Given) -> Array:
    """From the start of a group's window to that of a slot, around the clock   (g, s) [h]."""
    begin = np.array([span(group.span) for group in case.groups]).reshape(-1, 2)[:, :1]
    passed = (case.slot_start - begin) % 24
    return np.where(24 - passed < case.hours, 0.0, passed)  # the slot in which it begins


def can_charge(case: Given) -> Array:
    """Whether a group charges in a slot   (y, d, s, g)."""
    return np.asarray((case.charge_hours > 0) & (case.window_kwh[:, :, None, :] > 0))


def _is_limited(case: Given) -> Array:
    return np.asarray(can_charge(case) & np.isfinite(case.truck_kw)[:, None, None, :])


def window_need(case: Given, x: Decided) -> Comparison:
    """sum(charge over all slots) == window_kwh   [kWh a day]."""
    return x.charge.sum(axis=2) == case.window_kwh


def truck_power(case: Given, x: Decided) -> Comparison:
    """charge <= group_count * fleet_share * truck_kw * charge_hours   [kWh a day]."""
    each = np.where(np.isinf(case.truck_kw), 0.0, case.truck_kw)
    of_day = (case.group_count * each)[:, None, :] * case.fleet_share[:, None]
    return x.charge <= of_day[:, :, None, :] * case.charge_hours


def on_arrival(case: Given, x: Decided) -> Comparison:
    """charge == window_kwh * charge_hours / sum(charge_hours over all slots)   [kWh a day]."""
    return x.charge == _even(case, case.charge_hours)


def _even(case: Given, hours: Array) -> Array:
    """What groups need, spread evenly over hours   (y, d, s, g) [kWh a day]."""
    in_all = hours.sum(axis=2, keepdims=True)
    return np.asarray(case.window_kwh[:, :, None, :] * hours / np.where(in_all > 0, in_all, 1.0))


def recheck(case: Given, plan: Any, _counted: Any) -> Iterator[Check]:
    """Every group gets what it needs, within its window, at no more power than its trucks take."""
    power = "truck_power" if case.managed_charging == "yes" else "arrival_power"
    for y, year in enumerate(case.years):
        for g, group in enumerate(case.groups):
            of = {"y": y, "g": g}
            need = np.zeros(len(case.day_types))
            for truck in case.trucks:
                if (truck.truck_type, truck.year) == (group.truck_type, year):
                    need += case.group_count[y, g] * group.distance_km * truck.consumption * case.consumption_factor
            need *= case.fleet_share * case.day_consumption_factor
            charged = plan.charge[y, :, :, g]
            yield Check("window_need", "d", np.abs(charged.sum(axis=1) - need), need, of)
            hours = case.charge_hours[y, :, :, g]
            yield Check("window", "ds", np.where(hours > 0, 0.0, charged), 1.0, of)
            if case.truck_kw[y, g] < np.inf:
                most = case.group_count[y, g] * case.truck_kw[y, g] * hours * case.fleet_share[:, None]
                yield Check(power, "ds", charged - most, most, of)
            if case.managed_charging == "no":
                for d in range(len(case.day_types)):
                    if hours[d].sum() > 0:
                        due = need[d] * hours[d] / hours[d].sum()
                        yield Check("on_arrival", "s", np.abs(charged[d] - due), due, {**of, "d": d})


def told(case: Given, plan: Any) -> Iterator[str]:
    """When trucks charge mostly, and how high the load is, against charging on arrival."""
    charged = (plan.charge.sum(axis=3) * case.days[:, None]).sum(axis=(0, 1))
    if not charged.any():
        return
    first, slots = _mostly(charged)
    ends = [
        case.slot_start[first],
        case.slot_start[first] + sum(case.hours[(first + k) % len(charged)] for k in range(slots)),
    ]
    when = (
        "around the clock"
        if slots == len(charged)
        else f"mostly from {hour_text(ends[0] % 24)} to {hour_text(ends[1] % 24)}"
    )
    arriving = _even(case, _hours(case, is_managed=False)).sum(axis=3) + case.charging_kwh
    load, unmanaged = (
        float((kwh / case.charging_efficiency / case.hours + case.baseload_kwh / case.hours).max())
        for kwh in (plan.charged_kwh, arriving)
    )
    instead = f" instead of {unmanaged:,.0f} kW on arrival" if round(load) < round(unmanaged) else ""
    yield f"Trucks with windows charge {when}; the highest load is {load:,.0f} kW{instead}."


def _mostly(charged: Array) -> tuple[int, int]:
    """The first and the number of the fewest slots in a row, around the clock, in which most is charged."""
    for slots in range(1, len(charged)):
        found = [float(sum(charged[(first + k) % len(charged)] for k in range(slots))) for first in range(len(charged))]
        if max(found) >= _MOST * charged.sum():
            return int(np.argmax(found)), slots
    return 0, len(charged)


def listed(case: Given, plan: Any) -> Iterator[Sequence[Any]]:
    """What each group charges in each slot in which it does."""
    for y, d, s, g in np.argwhere(plan.charge > 0).tolist():
        group, trucks = case.groups[g], float(case.group_count[y, g] * case.fleet_share[d])
        kwh = float(plan.charge[y, d, s, g])
        power = kwh / float(case.charge_hours[y, d, s, g])
        yield [
            *(case.years[y], case.day_types[d], case.slots[s], group.truck_type, group.distance_km, group.span),
            *(trucks, kwh, power, power / trucks, finite(case.truck_kw[y, g])),
        ]


def _windows(inputs: Read) -> Iterator[tuple[int, tuple[float, float]]]:
    """Rows of the fleet that have a window which is a span, and it."""
    for i, window in enumerate(inputs["tblFleet"].column("window")):
        if window is not None and (read := span(window)) is not None:
            yield i, read


def window_suffices(inputs: Read) -> Iterator[Problem]:
    """At its power every truck gets its need within its window; in its slot it should."""
    fleet, trucks, energy, days = (inputs[f"tbl{name}"] for name in ("Fleet", "Trucks", "Energy", "DayTypes"))
    if not any(trucks.column("max_kw")):
        return
    level, whose = _heaviest(inputs, days)
    windows, by_key = dict(_windows(inputs)), trucks.index()
    lengths = dict(zip(energy.values.get("slot", ()), energy.values.get("hours", ()), strict=True))
    last = max((year for year in inputs["tblCosts"].values.get("year", ()) if year is not None), default=0)
    short: dict[int, tuple[float, float, float]] = {}
    for i, slot in enumerate(fleet.column("slot")):
        hours, distance = windows[i][1] if i in windows else lengths.get(slot), fleet.values["distance_km"][i]
        for year in years_held(fleet, i, last):
            row = by_key.get((fleet.values["truck_type"][i], year))
            power = None if row is None else trucks.values["max_kw"][row]
            if row is None or not power or not hours or not distance:
                continue
            need = distance * (trucks.values["consumption"][row] or 0.0) * level
            if (
                need > power * hours * (1 + _BY_A_HAIR)
                and need / power > short.get(i, (0.0, 1.0))[0] / short.get(i, (0.0, 1.0))[1]
            ):
                short[i] = need, power, hours
    for is_window, say in ((True, error), (False, warning)):
        rows = sorted((i for i in short if (i in windows) is is_window), key=lambda i: -short[i][0] / short[i][2])
        if rows:
            need, power, hours = short[rows[0]]
            what = "window" if is_window else "slot"
            said = (
                f"'{shortened(fleet.values['vehicle'][rows[0]] or '')}' needs {need:,.4g} kWh{whose} and takes "
                f"{power:,.4g} kW at most: {need / power:,.3g} h, but its {what} has {hours:,.4g}{others(rows)}."
            )
            cure = f"Give it {need / power:,.3g} h or {need / hours:,.4g} kW, or correct its distance or consumption."
            yield say(fleet.where(what, rows[0]), said, cure)


def _heaviest(inputs: Read, days: Any) -> tuple[float, str]:
    """The largest factor on what a truck needs, of all days and all scenarios that run; and whose it is."""
    pairs = zip(days.column("day_consumption_factor"), days.column("fleet_share"), strict=True)
    day = max(((1.0 if f is None else f) for f, share in pairs if share is None or share > 0), default=0.0)
    rows = inputs["tblScenarios"]
    found = []
    for i, run in enumerate(rows.values.get("run", ())):
        if run != "no":
            factor = of_scenario(rows, inputs.settings, "consumption_factor", i).value
            found.append((1.0 if factor is None else factor, rows.values["scenario"][i]))
    scenario, name = max(found, key=lambda each: each[0], default=(1.0, ""))
    return day * scenario, f" in '{shortened(name or '')}'" if scenario > 1 else ""


def cut_slots(inputs: Read) -> Iterator[Problem]:
    """A window that begins or ends within a slot is planned as if the slot were even."""
    energy = inputs["tblEnergy"]
    slots = list(dict.fromkeys(slot for slot in energy.values.get("slot", ()) if slot is not None))
    spans = {slot: span(slot) for slot in slots}
    cuts: dict[tuple[str, float], list[int]] = {}
    for i, (begin, length) in _windows(inputs):
        for hour in (begin, (begin + length) % 24):
            for slot, of in spans.items():
                if of is not None and 1e-6 < (hour - of[0]) % 24 < of[1] - 1e-6:
                    cuts.setdefault((slot, hour), []).append(i)
    for (slot, hour), rows in cuts.items():
        yield warning(
            inputs["tblFleet"].where("window", rows[0]),
            f"the window begins or ends at {hour_text(hour)}, within the slot {slot}{others(rows)}; power is counted "
            "as if it were even over the slot.",
            f"Split the slot at {hour_text(hour)}, so that peaks within it are seen.",
        )


def unknown_arrival(inputs: Read) -> Iterator[Problem]:
    """Charging on arrival needs to know what trucks take."""
    trucks, rows = inputs["tblTrucks"], inputs["tblScenarios"]
    managed = [of_scenario(rows, inputs.settings, "managed_charging", i) for i in range(len(rows))]
    cell = next((each for each in managed if each.value == "no"), None)
    kinds = {inputs["tblFleet"].values["truck_type"][i] for i, _ in _windows(inputs)}
    powers = trucks.column("max_kw")
    of_kinds = [i for i, kind in enumerate(trucks.values.get("truck_type", ())) if kind in kinds]
    unknown = [i for i in of_kinds if powers[i] is None]
    if cell is not None and unknown:
        yield warning(
            cell.where,
            f"trucks charge on arrival, but what '{trucks.values['truck_type'][unknown[0]]}' takes is not "
            f"known{others(unknown)}: it is spread evenly over the window.",
            "Enter Charging power [kW] on the sheet Trucks.",
        )


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """Every group gets what it needs, at no more power than its trucks take."""
    if "tblCharging" not in sheet.listings:
        return
    c = sheet.listings["tblCharging"]
    names = ("scenario", "year", "day_type", "truck_type", "distance_km", "window")
    in_all = c.summed_where("charge", **{name: getattr(c, name) for name in names})
    consumption = sheet.given("tblTrucks", "consumption", truck_type=c.truck_type, year=c.year)
    factor = sheet.given("tblDayTypes", "day_consumption_factor", day_type=c.day_type)
    need = f"{c.trucks}*{c.distance_km}*{consumption}*{factor}*{one_if_blank(c.consumption_factor)}"
    what = "charge of a group over its window = trucks x distance x consumption x factors"
    yield SheetCheck("window_need", what, differs(in_all, need))
    yield SheetCheck(
        "Power of a truck", "power of the group / trucks", differs(c.each_kw, f"{c.group_kw}/{one_if_blank(c.trucks)}")
    )
    most = sheet.given("tblTrucks", "max_kw", truck_type=c.truck_type, year=c.year)
    yield SheetCheck("Truck takes", "the Trucks sheet against Charging", differs(c.truck_kw, most))
    no_limit = f'1E+15*({c.truck_kw}="")'
    yield SheetCheck(
        "truck_power", "power of a truck <= what it takes", exceeds(c.each_kw, f"({c.truck_kw}+{no_limit})")
    )


def _rows(sheet: Any) -> str:
    """Years of scenarios in which trucks charge as planned that have a limit of their own."""
    y = sheet.yearly
    limited = sheet.counted("tblCharging", y, "scenario", "year", truck_kw='">0"')
    return f"SUMPRODUCT({y.has('managed_charging', 'yes')}*({limited}>0))"


CHARGING = Table(
    "tblCharging",
    "Charging",
    "one group of alike trucks in one slot of one day type, year and scenario",
    (
        year_column(),
        Column("day_type", "Day type", "the type of day", kind="label"),
        Column("slot", "Slot", "the slot of the day", kind="label"),
        Column("truck_type", "Truck type", "the type of the trucks", kind="label"),
        Column("distance_km", "Daily distance", "how far each drives", "km"),
        Column("window", "Window", "when they stand at the depot", kind="label"),
        Column("trucks", "Trucks", "how many of them drive on such a day", "units"),
        Column("charge", "Charge", "what they charge together", "kWh/d"),
        Column("group_kw", "Power", "with which they charge together in the hours for which they are there", "kW"),
        Column("each_kw", "Power of a truck", "with which each charges", "kW"),
        Column("truck_kw", "Truck takes", "the most that each takes; blank: no limit", "kW"),
    ),
    ("year", "day_type", "slot", "truck_type", "distance_km", "window"),
    purpose="The charging schedule: which trucks charge when, how much, and with which power.",
)


PART = Part(
    "charging",
    figures=(
        Figure(
            "window",
            "Charging window",
            "the hours in which it stands at the depot, such as 18:00-06:00; blank: it charges in its slot",
            kind="label",
            is_span=True,
            is_needed=False,
            table="tblFleet",
            is_quiet=True,
        ),
        Figure(
            "max_kw",
            "Charging power",
            "the most power that the truck takes; blank: no limit",
            "kW",
            highest=10_000,
            is_positive=True,
            is_needed=False,
            usual=(3, 2000),
            table="tblTrucks",
            is_quiet=True,
        ),
        Figure(
            "managed_charging",
            "Managed charging",
            "yes: the plan chooses when trucks charge within their windows; no: they charge on arrival",
            kind="choice",
            choices=("yes", "no"),
            default="yes",
            axes="",
            is_of_scenario=True,
            is_quiet=True,
        ),
    ),
    derived=(
        Derived("group_count", "yg", "units", group_count),
        Derived("window_kwh", "ydg", "kWh/d", window_kwh),
        Derived("truck_kw", "yg", "kW", truck_kw, is_endless=True),
        Derived("charge_hours", "ydsg", "h", charge_hours),
        Derived("since_arrival", "gs", "h", since_arrival),
        Derived("charge_stretch", "ydsg", "-", charge_stretch),
    ),
    indexes=(Index("g", "groups", groups),),
    decisions=(
        Decision("charge", "ydsg", "kWh/d", "what a group of trucks charges in the slot", "state", where=can_charge),
    ),
    rules=(
        Rule(
            "window_need",
            "ydg",
            "balance",
            window_need,
            where=lambda case: (case.managed_charging == "yes") & (case.window_kwh > 0),
        ),
        Rule(
            "truck_power",
            "ydsg",
            "limit",
            truck_power,
            "Truck power",
            "kWh/d",
            where=lambda case: _is_limited(case) & (case.managed_charging == "yes"),
            rows_told=_rows,
        ),
        Rule(
            "arrival_power",
            "ydsg",
            "limit",
            truck_power,
            where=lambda case: _is_limited(case) & (case.managed_charging == "no"),
        ),
        Rule(
            "on_arrival",
            "ydsg",
            "balance",
            on_arrival,
            where=lambda case: can_charge(case) & (case.managed_charging == "no"),
        ),
    ),
    listings=(Listing(CHARGING, listed),),
    is_on=lambda case: bool(len(case.groups)),
    checks=(window_suffices, cut_slots, unknown_arrival),
    told=told,
    recheck=recheck,
    sheet_checks=sheet_checks,
)
