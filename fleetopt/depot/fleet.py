"""The fleet: vehicles, trucks, and the load that they and the rest of the depot are."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
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
    Part,
    Quantity,
    Read,
    Rule,
    SheetCheck,
    Shortage,
    Shown,
)
from fleetopt.words.clock import span, span_text
from fleetopt.words.columns import SMALLEST, Column, Table, year_column
from fleetopt.words.expression import Comparison, Expression
from fleetopt.words.problem import Problem, error, nearest, note, others, shortened, warning
from fleetopt.words.rows import Rows, years_held
from fleetopt.words.sheet_formulas import as_it_stands, column_of, differs, one_if_blank, total_differs

FLEET = Table(
    "tblFleet",
    "Fleet",
    "one vehicle in one year",
    (
        Column("vehicle", "Vehicle", "the vehicle's name", kind="label", study=("VehicleID",)),
        Column(
            "truck_type",
            "Truck type",
            "the truck's type as in the table of trucks",
            kind="label",
            of="tblTrucks",
            study=("TruckType",),
        ),
        year_column("Year"),
        Column(
            "distance_km",
            "Daily distance",
            "the distance that the vehicle drives and charges for on a day",
            "km",
            highest=5000,
            study=("DailyRange(Kms)",),
            usual=(10, 1000),
            when_zero="the vehicle does not drive and charges nothing",
        ),
        Column(
            "slot",
            "Charging slot",
            "the slot of the day in which it charges; with a charging window it does not count",
            kind="label",
            of="tblEnergy",
            is_span=True,
            is_needed=False,
            study=("ChargingSlot",),
        ),
        Column(
            "count",
            "Trucks",
            "how many alike trucks the row stands for",
            "units",
            kind="whole",
            highest=10_000,
            default=1,
            when_zero="there is no such truck",
            is_quiet=True,
        ),
        Column(
            "until",
            "Until",
            "the last year for which the row holds; blank: its year alone",
            kind="year",
            lowest=1900,
            highest=2200,
            is_needed=False,
            is_quiet=True,
        ),
    ),
    ("vehicle", "year"),
    called="fleet",
    may_be_empty=True,
    purpose="One row for each vehicle or several alike, and year or years: how far they drive and when they charge.",
    study_sheet="Vehicle_data",
    study_files=("Vehicle_Data.xlsx", "Vehcile_Data.xlsx"),
)
TRUCKS = Table(
    "tblTrucks",
    "Trucks",
    "one truck type in one year",
    (
        Column("truck_type", "Truck type", "the name of the type", kind="label", study=("TruckType",)),
        year_column("Year"),
        Column(
            "range_km",
            "Range",
            "the range on a full battery",
            "km",
            highest=10000,
            is_needed=False,
            is_only_checked=True,
            study=("Range(Kms)",),
            usual=(50, 2000),
        ),
        Column(
            "battery_kwh",
            "Battery",
            "the size of the truck's battery",
            "kWh",
            highest=100000,
            is_needed=False,
            is_only_checked=True,
            study=("VehicleBatteryCapacity(Kwh)",),
            usual=(20, 2000),
        ),
        Column(
            "consumption",
            "Consumption",
            "the energy that the truck uses for a kilometre",
            "kWh/km",
            highest=1000,
            study=("FuelConsumption(Unit/km)",),
            usual=(0.2, 5),
            when_zero="the truck needs no energy",
        ),
    ),
    ("truck_type", "year"),
    called="trucks",
    may_be_empty=True,
    purpose="One row for each truck type and year: what it uses for a kilometre.",
    study_sheet="vehicleChargingData",
    study_files=("Vehicle_Charging_Data.xlsx", "Vehcile_Charging_Data.xlsx"),
)


def in_service(case: Given) -> Iterator[tuple[int, int, Any]]:
    """Each row of the fleet in each year for which it holds: the year, how many trucks there are, and the row."""
    for row in case.fleet:
        for year in case.years:
            if row.year <= year <= (row.until or row.year):
                yield year, 1 if row.count is None else int(row.count), row


def charging_kwh(case: Given) -> Array:
    """day_level * what trucks without a charging window need, by the slot in which they charge   (y, d, s) [kWh].

    The same to the last bit for every order of the rows; less than a millionth of a kWh is noise and counts as 0.
    """
    needs: dict[tuple[int, str], list[float]] = defaultdict(list)
    of_truck = _need_of_a_truck(case)
    for year, count, row in in_service(case):
        if not row.window:
            needs[year, row.slot] += [of_truck(row, year)] * count
    found = np.array([[[math.fsum(needs[year, slot]) for slot in case.slots]] for year in case.years])
    return np.where(found < SMALLEST, 0.0, found) * case.day_level[:, None]


def _need_of_a_truck(case: Given) -> Callable[[Any, int], float]:
    """distance_km * consumption of its type in the year * consumption_factor, of a row   [kWh a day]."""
    consumption = {(truck.truck_type, truck.year): truck.consumption for truck in case.trucks}
    return lambda row, year: row.distance_km * consumption[row.truck_type, year] * case.consumption_factor


@dataclass(frozen=True, order=True)
class Stay:
    """Trucks that are alike: their type, how far they drive, and when they stand at the depot."""

    truck_type: str
    distance_km: float
    span: str
    """Their window the one way; without one, their slot."""
    is_window: bool

    def __str__(self) -> str:
        return f"{self.truck_type} {self.distance_km:g} km {self.span}"


def _stay(row: Any) -> Stay:
    span_of = span_text(*span(row.window)) if row.window else row.slot  # type: ignore[misc]
    return Stay(row.truck_type, row.distance_km, span_of, bool(row.window))


def stays(case: Given) -> list[Stay]:
    """Trucks that are alike, in whatever year."""
    return sorted({_stay(row) for _, count, row in in_service(case) if count})


def stay_count(case: Given) -> Array:
    """Trucks of each stay   (y, v) [units]."""
    place, found = _places(case), np.zeros((len(case.years), len(case.stays)))
    for year, count, row in in_service(case):
        if count:
            found[case.years.index(year), place[_stay(row)]] += count
    return found


def stay_need(case: Given) -> Array:
    """What one truck of each stay needs on a full day; 0 in years without such trucks   (y, v) [kWh a day]."""
    place, found = _places(case), np.zeros((len(case.years), len(case.stays)))
    of_truck = _need_of_a_truck(case)
    for year, count, row in in_service(case):
        if count:
            found[case.years.index(year), place[_stay(row)]] = of_truck(row, year)
    return np.where(found < SMALLEST, 0.0, found)


def _places(case: Given) -> dict[Stay, int]:
    return {stay: v for v, stay in enumerate(case.stays)}


def fleet_size(case: Given) -> Array:
    """Vehicles of each year   (y,) [units]."""
    there: dict[int, float] = defaultdict(float)
    for year, count, _ in in_service(case):
        there[year] += count
    return np.array([there[year] for year in case.years])


def charged_kwh(case: Given, x: Decided) -> Expression:
    """charging_kwh + sum(charge over all groups)   (y, d, s) [kWh a day]."""
    return x.charge.sum(axis=3) + case.charging_kwh


def demand_kwh(case: Given, x: Decided) -> Expression:
    """charged_kwh / charging_efficiency + baseload_kwh   (y, d, s) [kWh a day]."""
    return x.charged_kwh * (1 / case.charging_efficiency) + case.baseload_kwh


def demand_balance(_case: Given, x: Decided) -> Comparison:
    """Everything that flows into the load == demand_kwh   [kWh a day]."""
    return x.into("load") == x.demand_kwh


def needs(case: Given) -> Iterator[tuple[str, str, Array]]:
    """What a limit has to do with."""
    yield "charging need", "kWh", case.charging_kwh
    yield "baseload", "kWh", np.broadcast_to(case.baseload_kwh, case.charging_kwh.shape)


def recount(case: Given, plan: Any) -> Mapping[str, Array]:
    """What trucks charge, in their slots and in their windows, and what the load is with it."""
    charged = np.array(case.charging_kwh)
    for g in range(len(case.groups)):
        charged += plan.charge[:, :, :, g]
    return {"charged_kwh": charged, "demand_kwh": charged / case.charging_efficiency + case.baseload_kwh}


def recheck(case: Given, plan: Any, counted: Mapping[str, Array]) -> Iterator[Check]:
    """What flows into the load is what is needed."""
    for y in range(len(case.years)):
        need = counted["demand_kwh"][y]
        given = plan.solar_to_load[y] + plan.battery_to_load[y] + plan.grid_to_load[y]
        yield Check("demand_balance", "ds", np.abs(need - given), need, {"y": y})


def _sheet(rows: Rows) -> str:
    return rows.where(rows.table.keys[0], 0).rpartition("!")[0]


def _last_year(inputs: Read) -> int:
    """The last year that has a row of costs; 0 where none has."""
    return max((year for year in inputs["tblCosts"].values.get("year", ()) if year is not None), default=0)


def _driving(inputs: Read) -> Iterator[tuple[int, int, int | None]]:
    """Each row of the fleet in each year for which it holds: row, year, and the row of its type of truck if any."""
    fleet, by_key, last = inputs["tblFleet"], inputs["tblTrucks"].index(), _last_year(inputs)
    for i, kind in enumerate(fleet.values.get("truck_type", ())):
        for year in years_held(fleet, i, last):
            yield i, year, by_key.get((kind, year))


def known_labels(inputs: Read) -> Iterator[Problem]:
    """Every vehicle has a slot, and a truck type in its years."""
    fleet = inputs["tblFleet"]
    slots = list(dict.fromkeys(slot for slot in inputs["tblEnergy"].values.get("slot", ()) if slot))
    types = list(dict.fromkeys(kind for kind in inputs["tblTrucks"].values.get("truck_type", ()) if kind))
    if any(None in inputs["tblEnergy"].values.get(name, ()) for name in ("slot", "hours")):
        slots = []  # that was said already; what follows from it would only confuse
    if any(None in inputs["tblTrucks"].values.get(name, ()) for name in TRUCKS.keys):
        types = []
    no_slot, no_type, no_year = (defaultdict[Any, list[int]](list) for _ in range(3))
    for i, slot in enumerate(fleet.column("slot")):
        if slot is not None and slots and slot not in slots:
            no_slot[slot].append(i)
    for i, kind in enumerate(fleet.values.get("truck_type", ())):
        if kind is not None and types and kind not in types and fleet.column("year")[i] is not None:
            no_type[kind].append(i)
    for i, year, truck in _driving(inputs):
        kind = fleet.values["truck_type"][i]
        if truck is None and kind in types:
            no_year[kind, year].append(i)
    for slot, rows in no_slot.items():
        yield error(
            fleet.where("slot", rows[0]),
            f"{fleet.table['slot'].heading} is '{shortened(slot)}'{others(rows)}, must be a slot of the "
            f"{_sheet(inputs['tblEnergy'])} table.",
            nearest(slot, slots),
        )
    for kind, rows in no_type.items():
        yield error(
            fleet.where("truck_type", rows[0]),
            f"{fleet.table['truck_type'].heading} is '{shortened(kind)}'{others(rows)}, must be a type of the "
            f"{_sheet(inputs['tblTrucks'])} table.",
            nearest(kind, types),
        )
    for (kind, year), rows in no_year.items():
        yield error(
            fleet.where("truck_type", rows[0]),
            f"truck type '{kind}' has no figures for {year}{others(rows)}.",
            f"Add a row for '{kind}' in {year} to the {_sheet(inputs['tblTrucks'])} table.",
        )


def slot_or_window(inputs: Read) -> Iterator[Problem]:
    """Every vehicle has a slot or a charging window; where it has both, the window counts."""
    fleet = inputs["tblFleet"]
    unused = []
    for i, (slot, window) in enumerate(zip(fleet.column("slot"), fleet.column("window"), strict=True)):
        if slot is None and window is None:
            heading = fleet.table["slot"].heading
            yield error(
                fleet.where("slot" if "slot" in fleet.places else "vehicle", i),
                f"{heading} is blank, must be a name where the vehicle has no charging window.",
                "Enter the slot of the day in which it charges, or the hours in which it stands at the depot as its "
                "Charging window.",
            )
        elif slot is not None and window is not None:
            unused.append(i)
    if unused:
        where = fleet.where("slot", unused[0])
        yield note(where, f"the slot is not used{others(unused)}: the charging window beside it counts.")


def any_truck(inputs: Read) -> Iterator[Problem]:
    """A depot without trucks is planned, for its bill and its solar."""
    fleet = inputs["tblFleet"]
    if fleet.places and not any(_units(fleet, i) for i in range(len(fleet))):
        where = fleet.where("vehicle", 0) if len(fleet) else FLEET.sheet
        yield warning(where, "there are no trucks, so nothing charges.", "List them, or see what the rest comes to.")


def held_once(inputs: Read) -> Iterator[Problem]:
    """No row ends before it begins, and no vehicle stands in two rows of one year."""
    fleet = inputs["tblFleet"]
    rows_of: dict[str, list[int]] = defaultdict(list)
    for i, (vehicle, year) in enumerate(zip(*(fleet.values.get(n, ()) for n in ("vehicle", "year")), strict=True)):
        until = fleet.column("until")[i]
        if year is not None and until is not None and until < year:
            said = f"{fleet.table['until'].heading} is {until}, must be {year} or later, the year of its row."
            yield error(fleet.where("until", i), said, "Correct one of the two, or leave it blank for that year alone.")
        elif vehicle is not None and year is not None:
            rows_of[vehicle.casefold()].append(i)
    for rows in rows_of.values():
        ordered = sorted(rows, key=lambda i: fleet.values["year"][i])
        for i, following in pairwise(ordered):
            held, year = years_held(fleet, i, 9999), fleet.values["year"][following]
            if held[0] < year <= held[-1]:
                said = f"{fleet.table['until'].heading} is {held[-1]}, but '{shortened(fleet.values['vehicle'][i])}'"
                yield error(
                    fleet.where("until", i),
                    f"{said} has another row from {year} on, in {fleet.where('year', following)}.",
                    f"Enter {year - 1}, or give the other trucks a name of their own.",
                )


def needs_are_no_noise(inputs: Read) -> Iterator[Problem]:
    """A slot that charges less than a millionth of a kWh in all charges nothing."""
    fleet, trucks = inputs["tblFleet"], inputs["tblTrucks"]
    total: dict[tuple[Any, Any], float] = defaultdict(float)
    first: dict[tuple[Any, Any], int] = {}
    for i, year, truck in _driving(inputs):
        slot, distance, window = (fleet.column(name)[i] for name in ("slot", "distance_km", "window"))
        if truck is not None and slot is not None and not window:
            total[year, slot] += _units(fleet, i) * (distance or 0.0) * (trucks.values["consumption"][truck] or 0.0)
            first.setdefault((year, slot), i)
    for (year, slot), need in total.items():
        if 0 < need < SMALLEST:
            where = fleet.where("distance_km", first[year, slot])
            yield note(where, f"all that charges in {year} {slot} is {need:.2g} kWh, taken as 0.")


def range_suffices(inputs: Read) -> Iterator[Problem]:
    """No vehicle drives further on a day than its range or its battery allows."""
    fleet, trucks = inputs["tblFleet"], inputs["tblTrucks"]
    said: set[int] = set()
    for i, _, truck in _driving(inputs):
        distance = fleet.values["distance_km"][i]
        if distance is None or truck is None or i in said:
            continue
        reach, battery, consumption = (
            trucks.values.get(name, {truck: None})[truck] for name in ("range_km", "battery_kwh", "consumption")
        )
        if reach is not None and distance > reach:
            fault = f"the vehicle drives {distance:,g} km a day, more than its range of {reach:,g} km."
        elif battery is not None and consumption is not None and distance * consumption > battery * (1 + 1e-9):
            fault = (
                f"the vehicle needs {distance * consumption:,g} kWh a day, more than its battery of {battery:,g} kWh."
            )
        else:
            continue
        said.add(i)
        yield warning(fleet.where("distance_km", i), fault, "It would have to charge on the way; check both figures.")


def shrinking_fleet(inputs: Read) -> Iterator[Problem]:
    """A fleet that gets smaller may be one of which rows were forgotten."""
    fleet = inputs["tblFleet"]
    first: dict[int, int] = {}
    count: dict[int, int] = defaultdict(int)
    for i, year, _ in _driving(inputs):
        first.setdefault(year, i)
        count[year] += _units(fleet, i)
    for before, year in pairwise(sorted(count)):
        if count[year] < count[before]:
            yield warning(
                fleet.where("year", first[year]),
                f"the fleet shrinks from {count[before]} vehicles in {before} to {count[year]} in {year}.",
                "Check that no row is missing; what was bought before stays.",
            )


def _units(fleet: Rows, i: int) -> int:
    """How many trucks a row stands for."""
    count = fleet.column("count")[i]
    return 1 if count is None else int(count)


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """What the fleet needs reaches the flows, and what flows into the load covers it."""
    f = sheet.flows
    names = ("year", "until", "count", "distance_km", "slot", "window", "truck_type")
    vehicle = {name: sheet.in_input("tblFleet", name) for name in names}
    costs = sheet.in_input("tblCosts", "year")
    each = f"(MIN({costs})-1+COLUMN(INDEX($1:$1,1,1):INDEX($1:$1,1,ROWS({costs}))))"  # years side by side
    consumption = sheet.given("tblTrucks", "consumption", truck_type=vehicle["truck_type"], year=each)
    is_there = f'({vehicle["year"]}<={each})*({vehicle["until"]}+({vehicle["until"]}="")*{vehicle["year"]}>={each})'
    trucks = f'({vehicle["count"]}+({vehicle["count"]}=""))'
    slot = column_of(f.table, "slot")
    is_slot, is_time = f'"="&{as_it_stands(vehicle["slot"])}', f'"="&TEXT({vehicle["slot"]},"hh:mm")'
    by_time = f"ISNUMBER({vehicle['slot']})"  # a cell that holds a time; its slot is called by it
    total = f"SUMIFS({f.slot_number},{slot},{is_slot})+{by_time}*SUMIFS({f.slot_number},{slot},{is_time})"
    count = f"COUNTIFS({slot},{is_slot})+{by_time}*COUNTIFS({slot},{is_time})"
    number = f'({total})/({count}+({vehicle["slot"]}=""))*({vehicle["window"]}="")'
    share, factor = (sheet.in_input("tblDayTypes", name) for name in ("fleet_share", "day_consumption_factor"))
    need = (
        f"SUMPRODUCT({is_there}*{trucks}*{vehicle['distance_km']}*{consumption}*({each}-1900)*(({number})^2+1))"
        f'*{sheet.solved}*SUMPRODUCT(({share}+({share}=""))*({factor}+({factor}="")))'
    )
    in_windows = sheet.listed("tblCharging", "charge", f, "scenario", "year", "day_type", "slot")
    weighted = f"({f.charged_kwh}*({f.slot_number}^2+1)-{in_windows}*{f.slot_number}^2)"
    yield SheetCheck(
        "Charging need",
        "trucks x daily distance x consumption x factors of all rows, weighted by year and slot, against Flows",
        total_differs(f"SUMPRODUCT({weighted}/{one_if_blank(f.consumption_factor)}*({f.year}-1900))", need),
    )
    yield sheet.carried("baseload_kwh", "Baseload")
    load = f"{f.solar_to_load}+{f.battery_to_load}+{f.grid_to_load}"
    what = "solar, battery and grid to load = charging / its efficiency + baseload"
    yield SheetCheck(
        "demand_balance",
        what,
        differs(load, f"{f.charged_kwh}/{one_if_blank(f.charging_efficiency)}+{f.baseload_kwh}"),
    )


PART = Part(
    "fleet",
    tables=(FLEET, TRUCKS),
    figures=(
        Figure(
            "baseload_kwh",
            "Baseload",
            "the energy that the depot uses in the slot besides charging",
            "kWh",
            study=("BaseLoadConsumption(kWh)",),
            usual=(0.3, 2000),
            table="tblEnergy",
            axes="ds",
        ),
    ),
    derived=(
        Derived("charging_kwh", "yds", "kWh/d", charging_kwh),
        Derived("fleet_size", "y", "units", fleet_size),
        Derived("stay_count", "yv", "units", stay_count),
        Derived("stay_need", "yv", "kWh/d", stay_need),
    ),
    indexes=(Index("v", "stays", stays),),
    quantities=(
        Quantity("charged_kwh", "yds", "kWh/d", charged_kwh),
        Quantity("demand_kwh", "yds", "kWh/d", demand_kwh),
    ),
    shown=(
        Shown("charged_kwh", "Charging", "charging need", "kWh/d", 3, is_need=True),
        Shown("baseload_kwh", "Baseload", "what the depot needs besides", "kWh/d", 4, is_need=True),
    ),
    rules=(
        Rule(
            "demand_balance",
            "yds",
            "balance",
            demand_balance,
            short=Shortage(
                lambda case: case.most_into("load"),
                "{need} kWh are needed, at most {most} can be supplied even with every panel and battery allowed: "
                "{short} kWh short.",
                "{short} kWh of energy short",
                binding=("grid_limit", "grid_power"),
            ),
            suspects=needs,
        ),
    ),
    checks=(any_truck, slot_or_window, known_labels, held_once, needs_are_no_noise, range_suffices, shrinking_fleet),
    recount=recount,
    recheck=recheck,
    sheet_checks=sheet_checks,
)
