"""Demand charges: what the highest power drawn in a billing season or a year costs; and the bill's fixed charge."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

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
    Money,
    Part,
    Read,
    Rule,
    SheetCheck,
)
from fleetopt.words.clock import overlap, span
from fleetopt.words.columns import Column, Table, year_column
from fleetopt.words.expression import Comparison, Expression
from fleetopt.words.problem import Problem, error, nearest, warning
from fleetopt.words.sheet_formulas import as_it_stands, differs, one_if_blank

ALL_YEAR = "all year"
OTHER_DAYS = "other days"
"""What the season without a name is called, alone and beside others."""
_NEARLY = 0.1
"""A season's months are a whole number where one is so near."""

CHARGES = Table(
    "tblDemandCharges",
    "Tariff",
    "one demand charge",
    (
        Column("charge", "Demand charge", "its name; rows of one name are one charge by seasons", kind="label"),
        Column(
            "season",
            "Season",
            "the billing season in which it is due; blank: every season, each with its own peak",
            kind="label",
            is_needed=False,
            is_quiet=True,
            of="tblDayTypes",
        ),
        Column(
            "days",
            "Days",
            "the days that can set it",
            kind="choice",
            choices=("all", "workday", "weekend"),
            default="all",
            is_quiet=True,
        ),
        Column(
            "window",
            "Window",
            "the hours that can set it, such as 4PM-9PM; blank: all day",
            kind="label",
            is_span=True,
            is_needed=False,
            is_quiet=True,
        ),
        Column(
            "billed",
            "Billed",
            "month: for each kW and month; year: for each kW of the year's highest peak",
            kind="choice",
            choices=("month", "year"),
            default="month",
            is_quiet=True,
        ),
        Column(
            "price",
            "Price",
            "the price of a kW",
            "USD/kW",
            highest=10_000,
            usual=(0.5, 300),
            when_zero="the peak costs nothing",
        ),
    ),
    ("charge", "season", "days", "window"),
    called="demand_charges",
    is_optional=True,
    purpose="One row for each demand charge of the bill, by season where its price changes; without rows none.",
)

PEAKS = Table(
    "tblPeaks",
    "Peaks",
    "one billed peak in one year of one scenario",
    (
        year_column(),
        Column("charge", "Demand charge", "the charge", kind="label"),
        Column("season", "Season", "the season, or the year, for which it is billed", kind="label"),
        Column("peak_kw", "Peak", "the highest power that is billed", "kW"),
        Column("price", "Price", "the price of a kW", "USD/kW"),
        Column("months", "Months", "how often it is billed in a year"),
        Column("cost", "Cost", "price x months x peak", "USD/year"),
        Column("day_types", "Days that count", "the day types that can set it", kind="text", width=40),
        Column("slots", "Slots that count", "the slots that can set it", kind="text", width=60),
    ),
    ("year", "charge", "season"),
    purpose="The peaks that the bill charges for: when they can be set, how high they are, what they cost.",
)


class _Billed(NamedTuple):
    """One peak that is billed."""

    label: tuple[str, str]
    """Its charge and its season."""
    row: Any
    """Of the table of charges."""
    seasons: Sequence[str | None]


def _billed(case: Given) -> list[_Billed]:
    """Every charge in each of its seasons, or once for all of them where it is billed by the year."""
    found: list[_Billed] = []
    every = list(dict.fromkeys(case.season))
    for row in case.demand_charges:
        seasons = [row.season] if row.season else every
        for of in [seasons] if row.billed == "year" else [[season] for season in seasons]:
            named = (of[0] or (OTHER_DAYS if len(every) > 1 else ALL_YEAR)) if len(of) == 1 else ALL_YEAR
            twins = sum(peak.row.charge == row.charge and peak.label[1] == named for peak in found)
            found.append(_Billed((f"{row.charge} ({twins + 1})" if twins else row.charge, named), row, of))
    return found


def peaks(case: Given) -> list[tuple[str, str]]:
    """The billed peaks: charge and season."""
    return [peak.label for peak in _billed(case)]


def peak_price(case: Given) -> Array:
    """Price of a kW   (k,) [USD/kW]."""
    return np.array([peak.row.price for peak in _billed(case)])


def peak_months(case: Given) -> Array:
    """How often a year bills it: 12 * its days / all days, whole where it nearly is; 1 by the year   (k,) [-]."""
    found = []
    for peak in _billed(case):
        months = 12 * sum(case.days[d] for d, season in enumerate(case.season) if season in peak.seasons)
        months /= case.days.sum()
        is_whole = round(months) > 0 and abs(months - round(months)) <= _NEARLY
        found.append(1.0 if peak.row.billed == "year" else float(round(months)) if is_whole else months)
    return np.array(found)


def covers(case: Given) -> Array:
    """Whether a slot of a day type can set a peak   (k, d, s)."""
    found = np.zeros((len(case.peaks), len(case.day_types), len(case.slots)), dtype=bool)
    for k, peak in enumerate(_billed(case)):
        is_in_season = np.array([season in peak.seasons for season in case.season])
        begin, length = span(peak.row.window) if peak.row.window else (0.0, 24.0)  # type: ignore[misc]
        is_within = overlap(begin, length, case.slot_start, case.hours) > 0
        is_its_kind = np.array([peak.row.days == "all" or kind in (None, peak.row.days) for kind in case.kind])
        found[k] = (is_in_season & is_its_kind)[:, None] & is_within
    return found


def is_raised(case: Given) -> Array:
    """Whether a monthly peak is raised by the ratchet of another of the same charge   (k, j)."""
    billed = _billed(case)
    return np.array(
        [
            [
                case.ratchet > 0 and one is not other and one.row.charge == other.row.charge
                and one.row.billed == other.row.billed == "month"
                for other in billed
            ]
            for one in billed
        ],
        dtype=bool,
    ).reshape(len(billed), len(billed))  # fmt: skip


def peak(case: Given, x: Decided) -> Comparison:
    """peak_kw[y, k] >= peak_swing * grid_import / hours[s] + peak_above, in every slot that k covers   [kW]."""
    drawn = case.peak_swing / case.hours * x.grid_import[:, None] + case.peak_above
    return x.peak_kw[:, :, None, None] >= drawn


def ratchet(case: Given, x: Decided) -> Comparison:
    """peak_kw[y, k] >= ratchet * peak_kw[y, j] of another season of the charge   [kW]."""
    return x.peak_kw[:, :, None] >= case.ratchet * x.peak_kw[:, None, :]


def demand_charges(case: Given, x: Decided) -> Expression:
    """price_index[y] * (sum(peak_price[k] * peak_months[k] * peak_kw[y, k]) + 12 * fixed_charge)   (y,) [USD]."""
    of_peaks = (case.peak_price * case.peak_months * x.peak_kw).sum(axis=1)
    return case.price_index * (of_peaks + 12 * case.fixed_charge)


def recount(case: Given, plan: Any) -> Mapping[str, Array]:
    """What each peak costs, month after month, and the fixed charge."""
    due = 12.0 * case.fixed_charge * case.price_index
    for y in range(len(case.years)):
        for k in range(len(case.peaks)):
            due[y] += case.price_index[y] * case.peak_price[k] * case.peak_months[k] * plan.peak_kw[y, k]
    return {"demand_charges": due}


def recheck(case: Given, plan: Any, counted: Mapping[str, Array]) -> Iterator[Check]:
    """No slot draws more than each peak that it can set, and none is below its share of the highest."""
    for y in range(len(case.years)):
        for k in range(len(case.peaks)):
            billed = plan.peak_kw[y, k]
            for s in range(len(case.slots)):
                mean = counted["grid_import"][y, :, s] / case.hours[s]
                highest, usual = case.baseload_peak[:, s], case.baseload_kwh[:, s] / case.hours[s]
                drawn = np.where(highest < np.inf, mean + np.maximum(highest - usual, 0.0), case.peak_factor * mean)
                yield Check(
                    "peak", "d", np.where(case.covers[k, :, s], drawn - billed, 0.0), billed, {"y": y, "k": k, "s": s}
                )
            for j in range(len(case.peaks)):
                if case.is_raised[k, j]:
                    yield Check("ratchet", "", case.ratchet * plan.peak_kw[y, j] - billed, billed, {"y": y, "k": k})


def listed(case: Given, plan: Any) -> Iterator[Sequence[Any]]:
    """Each billed peak of each year."""
    for y, year in enumerate(case.years):
        for k, (charge, season) in enumerate(case.peaks):
            kw, price, months = plan.peak_kw[y, k], case.peak_price[k] * case.price_index[y], case.peak_months[k]
            days = [day for d, day in enumerate(case.day_types) if case.covers[k, d].any()]
            slots = [slot for s, slot in enumerate(case.slots) if case.covers[k, :, s].any()]
            yield [year, charge, season, kw, price, months, price * months * kw, _text(days), _text(slots)]


def _text(labels: Sequence[str]) -> str:
    """Labels in one cell, each in brackets, so that a formula finds it."""
    return " ".join(f"[{label}]" for label in labels)


def known_seasons(inputs: Read) -> Iterator[Problem]:
    """Every charge has a season that some day type has."""
    charges, days = inputs["tblDemandCharges"], inputs["tblDayTypes"]
    seasons = list(dict.fromkeys(season for season in days.values.get("season", ()) if season))
    for i, season in enumerate(charges.values.get("season", ())):
        if season is not None and season not in seasons:
            yield error(
                charges.where("season", i),
                f"{charges.table['season'].heading} is '{season}', must be a season of a day type.",
                nearest(season, seasons) or "Give the day types their seasons, or leave it blank.",
            )


def can_be_set(inputs: Read) -> Iterator[Problem]:
    """Some day of its season can set every charge."""
    charges, days = inputs["tblDemandCharges"], inputs["tblDayTypes"]
    kinds = list(zip(*(days.values.get(name, [None] * len(days)) for name in ("season", "kind")), strict=True))
    for i in range(len(charges)):
        season, on = (charges.values[name][i] for name in ("season", "days"))
        if on != "all" and not any(season in (None, of) and kind in (None, on) for of, kind in kinds):
            yield warning(
                charges.where("days", i),
                f"no day type{f' of {season}' if season else ''} is a {on}, so nothing sets this demand charge.",
                f"Mark a day type as {on}, or correct the days of the charge.",
            )


def assumptions(case: Given) -> Iterator[str]:
    """How a peak is measured."""
    is_mean = np.isinf(case.baseload_peak).any() and case.peak_factor == 1
    if is_mean and (len(case.demand_charges) or case.grid_limit_kw < np.inf):
        yield (
            "A peak is the mean power of its slot. Where slots are longer than the interval in which the utility "
            "measures, enter a peak factor: the peak within a slot over its mean."
        )


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """No slot draws more than a peak that it can set; what the peaks cost, and the fixed charge."""
    if "tblPeaks" not in sheet.listings:
        return
    f, y, k = sheet.flows, sheet.yearly, sheet.listings["tblPeaks"]
    due = f"({sheet.listed('tblPeaks', 'cost', y, 'scenario', 'year')}+12*{y.fixed_charge}*{y.price_index})"
    yield SheetCheck("demand_charges", "cost of the year's peaks + fixed charge", differs(y.demand_charges, due))
    yield SheetCheck("Cost of a peak", "price x months x peak", differs(k.cost, f"{k.price}*{k.months}*{k.peak_kw}"))
    blank = sheet.is_blank("tblEnergy", "baseload_peak", day_type=f.day_type, slot=f.slot)
    factor = f"({blank}*{one_if_blank(f.peak_factor)}+(1-{blank}))"
    above = f"(1-{blank})*({f.baseload_peak}-{f.baseload_kwh}/{f.hours})"
    drawn = f"({factor}*{sheet.out_of('grid')}/{f.hours}+{above})"
    lower = _count(
        k,
        scenario=f'"="&{as_it_stands(f.scenario)}',
        year=f.year,
        day_types=f'"*["&{as_it_stands(f.day_type)}&"]*"',
        slots=f'"*["&{as_it_stands(f.slot)}&"]*"',
        peak_kw=f'"<"&({drawn}*(1-0.000001)-0.000001)',
    )
    what = "peak factor x grid to load and battery / hours <= each peak that the slot can set"
    yield SheetCheck("peak", what, f"SUMPRODUCT({lower})")
    higher = _count(
        k,
        scenario=f'"="&{as_it_stands(k.scenario)}',
        year=k.year,
        charge=f'"="&{as_it_stands(k.charge)}',
        peak_kw=f'">"&({k.peak_kw}*(1+0.000001)+0.000001)/({k.ratchet}+({k.ratchet}=0))',
    )
    what = "no peak below its share of the charge's highest"
    yield SheetCheck("ratchet", what, f"SUMPRODUCT(({k.ratchet}>0)*{higher})")


def _count(peaks: Any, **criteria: str) -> str:
    """How many peaks meet all criteria."""
    tests = ",".join(f"{getattr(peaks, name)},{criterion}" for name, criterion in criteria.items())
    return f"COUNTIFS({tests})"


PART = Part(
    "demand_charge",
    tables=(CHARGES,),
    figures=(
        Figure(
            "season",
            "Season",
            "the billing season of such a day, such as a month; blank: one season",
            kind="label",
            is_needed=False,
            is_quiet=True,
            table="tblDayTypes",
            axes="d",
        ),
        Figure(
            "kind",
            "Kind of day",
            "workday or weekend; blank: either",
            kind="choice",
            choices=("workday", "weekend"),
            is_needed=False,
            is_quiet=True,
            table="tblDayTypes",
            axes="d",
        ),
        Figure(
            "peak_factor",
            "Peak factor",
            "the peak within a slot over its mean",
            "-",
            lowest=1,
            highest=10,
            default=1.0,
            axes="",
            is_of_scenario=True,
            is_quiet=True,
        ),
        Figure(
            "ratchet",
            "Ratchet",
            "the share of the year's highest monthly peak that every season pays at least",
            "-",
            highest=1,
            default=0.0,
            axes="",
            is_of_scenario=True,
            is_quiet=True,
        ),
        Figure(
            "fixed_charge",
            "Fixed charge",
            "what the bill charges each month whatever is drawn",
            "USD/month",
            default=0.0,
            usual=(1, 10_000),
            axes="",
            is_of_scenario=True,
            is_quiet=True,
        ),
    ),
    derived=(
        Derived("peak_price", "k", "USD/kW", peak_price),
        Derived("peak_months", "k", "-", peak_months),
        Derived("covers", "kds", "-", covers),
        Derived("is_raised", "kj", "-", is_raised),
    ),
    indexes=(Index("k", "peaks", peaks), Index("j", "raising_peaks", peaks)),
    decisions=(Decision("peak_kw", "yk", "kW", "the highest power that is billed", "state"),),
    rules=(
        Rule("peak", "ykds", "limit", peak, where=lambda case: case.covers),
        Rule("ratchet", "ykj", "limit", ratchet, where=lambda case: case.is_raised),
    ),
    money=(
        Money(
            "demand_charges",
            "y",
            demand_charges,
            1,
            "Demand charges",
            "spent on the highest power drawn, and the bill's fixed charge",
            rank=4,
            said="demand charges",
            brief="Demand",
            colour="#8064A2",
            csv="DemandCharges",
        ),
    ),
    listings=(Listing(PEAKS, listed),),
    is_on=lambda case: len(case.demand_charges) > 0 or case.fixed_charge > 0,
    checks=(known_seasons, can_be_set),
    assumptions=assumptions,
    recount=recount,
    recheck=recheck,
    sheet_checks=sheet_checks,
)
