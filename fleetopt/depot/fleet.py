"""The fleet: vehicles, trucks, and the load that they and the rest of the depot are."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
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
    Part,
    Read,
    Rule,
    SheetCheck,
    Shortage,
    Shown,
)
from fleetopt.words.columns import SMALLEST, Column, Table, year_column
from fleetopt.words.expression import Comparison
from fleetopt.words.problem import Problem, error, nearest, note, others, shortened, warning
from fleetopt.words.rows import Rows
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
            "the slot of the day in which it charges",
            kind="label",
            of="tblEnergy",
            is_span=True,
            study=("ChargingSlot",),
        ),
    ),
    ("vehicle", "year"),
    called="fleet",
    purpose="One row for each vehicle and year: how far it drives and when it charges.",
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
    purpose="One row for each truck type and year: what it uses for a kilometre.",
    study_sheet="vehicleChargingData",
    study_files=("Vehicle_Charging_Data.xlsx", "Vehcile_Charging_Data.xlsx"),
)


def charging_kwh(case: Given) -> Array:
    """day_level * consumption_factor * distance_km * consumption of its type in that year, by slot   (y, d, s) [kWh].

    The same to the last bit for every order of the rows; less than a millionth of a kWh is noise and counts as 0.
    """
    consumption = {(truck.truck_type, truck.year): truck.consumption for truck in case.trucks}
    needs: dict[tuple[int, str], list[float]] = defaultdict(list)
    for vehicle in case.fleet:
        need = vehicle.distance_km * consumption[vehicle.truck_type, vehicle.year] * case.consumption_factor
        needs[vehicle.year, vehicle.slot].append(need)
    found = np.array([[[math.fsum(needs[year, slot]) for slot in case.slots]] for year in case.years])
    return np.where(found < SMALLEST, 0.0, found) * case.day_level[:, None]


def fleet_size(case: Given) -> Array:
    """Vehicles of each year   (y,) [units]."""
    listed = [vehicle.year for vehicle in case.fleet]
    return np.array([float(listed.count(year)) for year in case.years])


def demand_kwh(case: Given) -> Array:
    """charging_kwh / charging_efficiency + baseload_kwh   (y, d, s) [kWh a day]."""
    return np.asarray(case.charging_kwh / case.charging_efficiency + case.baseload_kwh)


def demand_balance(case: Given, x: Decided) -> Comparison:
    """Everything that flows into the load == charging_kwh / charging_efficiency + baseload_kwh   [kWh a day]."""
    return x.into("load") == case.demand_kwh


def needs(case: Given) -> Iterator[tuple[str, str, Array]]:
    """What a limit has to do with."""
    yield "charging need", "kWh", case.charging_kwh
    yield "baseload", "kWh", np.broadcast_to(case.baseload_kwh, case.charging_kwh.shape)


def recheck(case: Given, plan: Any, _counted: Mapping[str, Array]) -> Iterator[Check]:
    """What flows into the load is what is needed."""
    for y in range(len(case.years)):
        need = case.charging_kwh[y] / case.charging_efficiency + case.baseload_kwh
        given = plan.solar_to_load[y] + plan.battery_to_load[y] + plan.grid_to_load[y]
        yield Check("demand_balance", "ds", np.abs(need - given), need, {"y": y})


def _sheet(rows: Rows) -> str:
    return rows.where(rows.table.keys[0], 0).rpartition("!")[0]


def known_labels(inputs: Read) -> Iterator[Problem]:
    """Every vehicle has a slot, and a truck type in its year."""
    fleet = inputs["tblFleet"]
    slots = list(dict.fromkeys(slot for slot in inputs["tblEnergy"].values.get("slot", ()) if slot))
    types = list(dict.fromkeys(kind for kind in inputs["tblTrucks"].values.get("truck_type", ()) if kind))
    priced = set(inputs["tblTrucks"].index())
    if any(None in inputs["tblEnergy"].values.get(name, ()) for name in ("slot", "hours")):
        slots = []  # that was said already; what follows from it would only confuse
    if any(None in inputs["tblTrucks"].values.get(name, ()) for name in TRUCKS.keys):
        types = []
    no_slot, no_type, no_year = (defaultdict[Any, list[int]](list) for _ in range(3))
    for i in range(len(fleet)):
        kind, year, slot = (fleet.values[name][i] for name in ("truck_type", "year", "slot"))
        if slot is not None and slots and slot not in slots:
            no_slot[slot].append(i)
        if kind is None or year is None or not types:
            continue
        if kind not in types:
            no_type[kind].append(i)
        elif (kind, year) not in priced:
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


def needs_are_no_noise(inputs: Read) -> Iterator[Problem]:
    """A slot that charges less than a millionth of a kWh in all charges nothing."""
    fleet, trucks = inputs["tblFleet"], inputs["tblTrucks"]
    by_key = trucks.index()
    total: dict[tuple[Any, Any], float] = defaultdict(float)
    first: dict[tuple[Any, Any], int] = {}
    for i in range(len(fleet)):
        kind, year, slot, distance = (fleet.values[name][i] for name in ("truck_type", "year", "slot", "distance_km"))
        row = by_key.get((kind, year))
        if row is not None and slot is not None:
            total[year, slot] += (distance or 0.0) * (trucks.values["consumption"][row] or 0.0)
            first.setdefault((year, slot), i)
    for (year, slot), need in total.items():
        if 0 < need < SMALLEST:
            where = fleet.where("distance_km", first[year, slot])
            yield note(where, f"all that charges in {year} {slot} is {need:.2g} kWh, taken as 0.")


def range_suffices(inputs: Read) -> Iterator[Problem]:
    """No vehicle drives further on a day than its range or its battery allows."""
    fleet, trucks = inputs["tblFleet"], inputs["tblTrucks"]
    by_key = trucks.index()
    for i in range(len(fleet)):
        distance = fleet.values["distance_km"][i]
        row = by_key.get((fleet.values["truck_type"][i], fleet.values["year"][i]))
        if distance is None or row is None:
            continue
        reach, battery, consumption = (
            trucks.values.get(name, {row: None})[row] for name in ("range_km", "battery_kwh", "consumption")
        )
        if reach is not None and distance > reach:
            yield warning(
                fleet.where("distance_km", i),
                f"the vehicle drives {distance:,g} km a day, more than its range of {reach:,g} km.",
                "It would have to charge on the way; check both figures.",
            )
        elif battery is not None and consumption is not None and distance * consumption > battery * (1 + 1e-9):
            yield warning(
                fleet.where("distance_km", i),
                f"the vehicle needs {distance * consumption:,g} kWh a day, more than its battery of {battery:,g} kWh.",
                "It would have to charge on the way; check both figures.",
            )


def shrinking_fleet(inputs: Read) -> Iterator[Problem]:
    """A fleet that gets smaller may be one of which rows were forgotten."""
    first: dict[int, int] = {}
    count: dict[int, int] = defaultdict(int)
    for i, year in enumerate(inputs["tblFleet"].values.get("year", ())):
        if year is not None:
            first.setdefault(year, i)
            count[year] += 1
    for before, year in pairwise(sorted(count)):
        if count[year] < count[before]:
            yield warning(
                inputs["tblFleet"].where("year", first[year]),
                f"the fleet shrinks from {count[before]} vehicles in {before} to {count[year]} in {year}.",
                "Check that no row is missing; what was bought before stays.",
            )


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """What the fleet needs reaches the flows, and what flows into the load covers it."""
    f = sheet.flows
    vehicle = {name: sheet.in_input("tblFleet", name) for name in ("year", "distance_km", "slot", "truck_type")}
    consumption = sheet.given("tblTrucks", "consumption", truck_type=vehicle["truck_type"], year=vehicle["year"])
    slot = column_of(f.table, "slot")
    is_slot, is_time = f'"="&{as_it_stands(vehicle["slot"])}', f'"="&TEXT({vehicle["slot"]},"hh:mm")'
    by_time = f"ISNUMBER({vehicle['slot']})"  # a cell that holds a time; its slot is called by it
    total = f"SUMIFS({f.slot_number},{slot},{is_slot})+{by_time}*SUMIFS({f.slot_number},{slot},{is_time})"
    count = f"COUNTIFS({slot},{is_slot})+{by_time}*COUNTIFS({slot},{is_time})"
    number = f'({total})/({count}+({vehicle["slot"]}=""))'
    share, factor = (sheet.in_input("tblDayTypes", name) for name in ("fleet_share", "day_consumption_factor"))
    need = (
        f"SUMPRODUCT({vehicle['distance_km']}*{consumption}*({vehicle['year']}-1900)*(({number})^2+1))"
        f'*{sheet.solved}*SUMPRODUCT(({share}+({share}=""))*({factor}+({factor}="")))'
    )
    carried = f"SUMPRODUCT({f.charging_kwh}/{one_if_blank(f.consumption_factor)}*({f.year}-1900)*({f.slot_number}^2+1))"
    yield SheetCheck(
        "Charging need",
        "daily distance x consumption x factors of all vehicles, weighted by year and slot, against Flows",
        total_differs(carried, need),
    )
    yield sheet.carried("baseload_kwh", "Baseload")
    load = f"{f.solar_to_load}+{f.battery_to_load}+{f.grid_to_load}"
    what = "solar, battery and grid to load = charging / its efficiency + baseload"
    yield SheetCheck(
        "demand_balance",
        what,
        differs(load, f"{f.charging_kwh}/{one_if_blank(f.charging_efficiency)}+{f.baseload_kwh}"),
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
        Derived("demand_kwh", "yds", "kWh/d", demand_kwh),
    ),
    shown=(
        Shown("charging_kwh", "Charging", "charging need", "kWh/d", 3, is_need=True),
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
    checks=(known_labels, needs_are_no_noise, range_suffices, shrinking_fleet),
    recheck=recheck,
    sheet_checks=sheet_checks,
)
