"""Day types and the slots of a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Final

import numpy as np

from fleetopt.depot.part import Array, Derived, Figure, Given, Part, Read, SheetCheck, Shown
from fleetopt.words.clock import span, start
from fleetopt.words.columns import Column, Table
from fleetopt.words.problem import Problem, error, nearest, shortened, warning
from fleetopt.words.rows import Rows

HOURS_TOLERANCE: Final = 1e-6
"""So much more or less than 24 h the slots may make, as sevenths are written with a few digits [h]."""


def in_clock_order(tables: Mapping[str, Rows]) -> list[int]:
    """Day types in the order of their table, slots by the clock where all labels say when they start."""
    energy = tables["tblEnergy"].values
    days = {label: i for i, label in reversed(list(enumerate(tables["tblDayTypes"].values["day_type"])))}
    slots = dict.fromkeys(slot for slot in energy["slot"] if slot is not None)
    begin = {slot: time for slot in slots if (time := start(slot)) is not None}
    if len(begin) < len(slots):
        begin = {slot: float(i) for i, slot in enumerate(slots)}

    def place(i: int) -> tuple[int, float]:
        day, slot = energy["day_type"][i], energy["slot"][i]
        return days.get(day, len(days)), begin.get(slot, 24.0)

    return sorted(range(len(energy["slot"])), key=place)


ENERGY = Table(
    "tblEnergy",
    "Energy",
    "one slot of one day type",
    (
        Column("day_type", "Day type", "the type of day", kind="label", of="tblDayTypes"),
        Column("slot", "Slot", "the slot's span, such as 12AM-6AM", kind="label", is_span=True, study=("SlotsOfDay",)),
    ),
    ("day_type", "slot"),
    makes="s",
    called="slots",
    arranged=in_clock_order,
    order=("day_type", "slot", "hours", "baseload_kwh", "grid_price", "solar_yield"),
    purpose="One row for each day type and slot of the day, and how many such days a year has.",
    study_sheet="EnergyProfileData",
    study_files=("Energy_Profile_Data.xlsx",),
)
DAY_TYPES = Table(
    "tblDayTypes",
    "Energy",
    "one day type",
    (Column("day_type", "Day type", "the type of day", kind="label"),),
    ("day_type",),
    makes="d",
    called="day_types",
)


def make_a_day(case: Given) -> None:
    """The slots make 24 h."""
    if abs(case.hours.sum() - 24) > HOURS_TOLERANCE:
        raise ValueError(f"the slots must make 24 h, not {case.hours.sum():g} h")


def slot_start(case: Given) -> Array:
    """When slots start: the first by its label, else at midnight, each where the one before it ends   (s,) [h]."""
    return np.concatenate([[0.0], np.cumsum(case.hours)[:-1]]) + (start(case.slots[0]) or 0.0)


def windows_are_spans(inputs: Read) -> Iterator[Problem]:
    """Every window is a span of the day; where one counts, slots say when they are."""
    nameless = [slot for slot in inputs["tblEnergy"].values.get("slot", ()) if slot is not None and start(slot) is None]
    is_said = False
    for rows in (inputs["tblFleet"], inputs["tblDemandCharges"]):
        for i, window in enumerate(rows.values.get("window", ())):
            if window is not None and span(window) is None:
                yield error(
                    rows.where("window", i),
                    f"{rows.table['window'].heading} is '{shortened(window)}', must be a span of the day such as "
                    "16:00-21:00.",
                    "Enter when it starts and when it ends, or leave it blank.",
                )
            elif window is not None and nameless and not is_said:
                is_said = True
                yield warning(
                    rows.where("window", i),
                    f"the slot '{nameless[0]}' does not say when it is; the first slot is taken to start at midnight.",
                    "Name the slots by their spans, such as 00:00-06:00.",
                )


def whole_days_of_their_hours(inputs: Read) -> Iterator[Problem]:
    """Slots make whole days; where they do, each lasts as long as its label says."""
    said = list(whole_days(inputs))
    yield from chain(said, () if said else _hours_of_slots(inputs))


def whole_days(inputs: Read) -> Iterator[Problem]:
    """The slots of a day follow each other and make 24 hours, the same ones on every day type."""
    energy = inputs["tblEnergy"]
    rows: dict[str, dict[str, int]] = defaultdict(dict)
    for i, keys in enumerate(
        zip(*(energy.values.get(name, ()) for name in ("day_type", "slot", "hours")), strict=True)
    ):
        if None in keys:
            return
        rows[keys[0]].setdefault(keys[1], i)
    hours = energy.values.get("hours", [])
    first_day, first = next(iter(rows.items()), ("", {}))
    for day, slots in rows.items():
        where = energy.where("slot", next(iter(slots.values())))
        total = sum(hours[i] for i in slots.values())
        if other := [slot for slot in slots if slot not in first]:
            yield error(
                energy.where("slot", slots[other[0]]),
                f"'{shortened(day)}' has the slot '{shortened(other[0])}', which '{shortened(first_day)}' has not.",
                "Use the same slots on all days.",
            )
        elif missing := [slot for slot in first if slot not in slots]:
            yield error(
                where,
                f"'{shortened(day)}' lacks the slot '{shortened(missing[0])}', which '{shortened(first_day)}' has.",
                "Use the same slots on all days.",
            )
        elif abs(total - 24) > HOURS_TOLERANCE:
            yield error(
                where,
                f"the slots of '{shortened(day)}' make {total:.10g} hours, must make 24: "
                f"{', '.join(map(shortened, slots))}.",
                "Add the missing slot, or correct the spans.",
            )
        elif misfit := _misfit(list(slots)):
            yield error(
                where,
                f"the slots of '{shortened(day)}' do not follow each other: {misfit} does not start where the one "
                "before it ends.",
                "Correct the spans.",
            )
        elif longer := [slot for slot in slots if hours[slots[slot]] != hours[first[slot]]]:
            i = slots[longer[0]]
            yield error(
                energy.where("hours", i),
                f"the slot '{shortened(longer[0])}' has {hours[i]:g} hours on '{shortened(day)}', but "
                f"{hours[first[longer[0]]]:g} on '{shortened(first_day)}', must have the same.",
                "Use the same slots on all days.",
            )


def _hours_of_slots(inputs: Read) -> Iterator[Problem]:
    """A slot whose label is a span of the day lasts as long as it says."""
    for i, (slot, hours) in enumerate(
        zip(*(inputs["tblEnergy"].values.get(name, ()) for name in ("slot", "hours")), strict=True)
    ):
        time = span(slot) if slot is not None else None
        if time is not None and hours is not None and abs(time[1] - hours) > 1e-6:
            yield warning(
                inputs["tblEnergy"].where("hours", i),
                f"the slot '{slot}' has {hours:g} hours, but its label spans {time[1]:g} hours.",
                "Correct the hours or the label; the hours are used.",
            )


def _misfit(slots: list[str]) -> str:
    """The first slot that does not start where the one before it ends, around the clock; none where one is no span."""
    spans = sorted((time, slot) for slot in slots if (time := span(slot)))
    if len(spans) < len(slots):
        return ""
    before = [*spans[-1:], *spans[:-1]]
    gaps = [(time[0] - sum(last)) % 24 for (time, _), (last, _last) in zip(spans, before, strict=True)]
    return next((slot for (_, slot), gap in zip(spans, gaps, strict=True) if min(gap, 24 - gap) > 1e-6), "")


def whole_year(inputs: Read) -> Iterator[Problem]:
    """The day types make a year, and each has its slots."""
    days = inputs["tblDayTypes"].values.get("days", [])
    counted = dict.fromkeys(day for day in inputs["tblDayTypes"].values.get("day_type", ()) if day)
    planned = dict.fromkeys(day for day in inputs["tblEnergy"].values.get("day_type", ()) if day)
    for day in planned:
        if counted and day not in counted:
            yield error(
                inputs["tblEnergy"].where("day_type", inputs["tblEnergy"].values["day_type"].index(day)),
                f"{inputs['tblEnergy'].table['day_type'].heading} is '{shortened(day)}', must be one of the day types.",
                nearest(day, list(counted)),
            )
    for i, day in enumerate(inputs["tblDayTypes"].values.get("day_type", ())):
        if planned and day and day not in planned:
            yield error(
                inputs["tblDayTypes"].where("day_type", i),
                f"the day type '{day}' has no slots.",
                f"Add its slots to the {ENERGY.sheet} table, or delete it.",
            )
    if days and None not in days and not 365 - 1e-6 <= sum(days) <= 366 + 1e-6:
        yield error(
            inputs["tblDayTypes"].where("days", 0),
            f"the day types make {sum(days):g} days, must make 365 or 366.",
            "Correct the days of each type.",
        )


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """The slots' hours reach the flows."""
    yield sheet.carried("hours", "Hours")


PART = Part(
    "days",
    tables=(ENERGY, DAY_TYPES),
    figures=(
        Figure(
            "hours",
            "Hours",
            "the length of the slot",
            "h",
            highest=24,
            is_positive=True,
            table="tblEnergy",
            axes="s",
        ),
        Figure(
            "days",
            "Days",
            "the number of such days in a year",
            "d/year",
            highest=366,
            is_positive=True,
            table="tblDayTypes",
            axes="d",
        ),
    ),
    derived=(Derived("slot_start", "s", "h", slot_start),),
    shown=(Shown("hours", "Hours", "length of the slot", "h", 1),),
    refuse=make_a_day,
    checks=(whole_days_of_their_hours, whole_year, windows_are_spans),
    sheet_checks=sheet_checks,
)
