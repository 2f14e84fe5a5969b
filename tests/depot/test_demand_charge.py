"""What the highest power drawn costs, on the smallest case that shows it.

One year, one slot of 24 h, 240 kWh to charge, so 10 kW from the grid, 1 USD/kWh, 365 days; one charge of 10 USD/kW and
month, unless a test says otherwise.
"""

from __future__ import annotations

from typing import Any

import pytest

from fleetopt.depot.case import Case
from fleetopt.inputs.checks import check
from fleetopt.inputs.scenarios import scenarios
from fleetopt.model.formulation import build
from fleetopt.model.lp_file import lp_text
from fleetopt.plan.assumptions import assumptions
from tests.cases import one_slot
from tests.depot.planned import solved
from tests.untidy import refined_inputs

PEAK = {"charge": "Peak", "price": 10.0}


def billed(*charges: dict[str, Any], **changes: Any) -> Case:
    """10 kW all day, and the demand charges of the bill."""
    return one_slot(**{"charging_kwh": 240.0, "demand_charges": charges or (PEAK,), **changes})


def seasons(*charges: dict[str, Any], **changes: Any) -> Case:
    """10 kW on a winter's day, 5 kW on a summer's day, six months each."""
    figures = {
        "day_types": ("Winter day", "Summer day"),
        "days": 182.5,
        "season": ["Winter", "Summer"],
        "charging_kwh": [[[240.0], [120.0]]],
    }
    return billed(*charges, **{**figures, **changes})


def halves(*charges: dict[str, Any], **changes: Any) -> Case:
    """10 kW by day, 5 kW by night."""
    figures = {"slots": ("6AM-6PM", "6PM-6AM"), "hours": 12.0, "charging_kwh": [[[120.0, 60.0]]]}
    return billed(*charges, **{**figures, **changes})


def due(case: Case) -> float:
    """Demand charges of a plan's first year [USD]."""
    return float(solved(case).demand_charges[0])


# Price and months


def test_a_charge_is_due_for_each_kw_and_month():
    plan = solved(billed())
    assert plan.peak_kw.tolist() == [[pytest.approx(10)]]  # 240 kWh in 24 h
    assert plan.demand_charges.tolist() == [pytest.approx(1200)]  # 10 kW x 10 USD x 12
    assert plan.total_cost.tolist() == [pytest.approx(1200 + 87_600 + 1000)]  # 240 kWh x 365 days, one charger


def test_a_charge_by_the_year_is_due_once():
    assert due(billed({**PEAK, "billed": "year"})) == pytest.approx(100)  # 10 kW x 10 USD


def test_charges_add_up():
    charges = (PEAK, {"charge": "Connection", "price": 50.0, "billed": "year"})
    assert due(billed(*charges)) == pytest.approx(1200 + 500)


def test_each_year_has_its_own_peak():
    plan = solved(billed(years=(2025, 2026), charging_kwh=[[[240.0]], [[480.0]]]))
    assert plan.peak_kw.ravel().tolist() == pytest.approx([10, 20])
    assert plan.demand_charges.tolist() == pytest.approx([1200, 2400])


def test_a_mean_power_counts_what_comes_from_the_grid_alone():
    # 60 kWp give 60 kWh of the 240: 180 kWh in 24 h
    plan = solved(billed(solar_yield=1.0, solar_existing_kwp=60.0, solar_max_added_kwp=0.0))
    assert plan.peak_kw.item() == pytest.approx(7.5)


def test_baseload_counts_in_the_peak():
    assert solved(billed(baseload_kwh=24.0)).peak_kw.item() == pytest.approx(11)  # 264 kWh in 24 h


@pytest.mark.parametrize(("price", "bought"), [(1.01, 60), (0.99, 0)])
def test_a_peak_is_shaved_where_that_is_cheaper(price: float, bought: float):
    # a kWp takes 1 kWh / 24 h off the peak: price x 12 / 24 USD, and a USD of energy on 365 days
    case = billed({**PEAK, "price": price}, solar_yield=1.0, solar_max_added_kwp=60.0, solar_price=365.5)
    assert solved(case).solar_add.item() == pytest.approx(bought)


def test_a_battery_shaves_the_peak_of_its_slot():
    # 10 kW by day and 5 kW by night; 30 kWh of existing battery at C-rate 1 carry sun that nobody uses into the night
    case = halves(solar_yield=[[2.0, 0.0]], solar_existing_kwp=90.0, solar_max_added_kwp=0.0, battery_max_kwh=0.0,
                  battery_existing_kwh=30.0, c_rate=1.0)  # fmt: skip
    # by day 180 kWh of sun: 120 used, 30 stored; by night 60 - 30 = 30 kWh in 12 h
    assert solved(case).peak_kw.item() == pytest.approx(2.5)


def test_a_peak_that_costs_nothing_is_no_higher_than_it_must_be():
    assert solved(billed({**PEAK, "price": 0.0})).peak_kw.item() == pytest.approx(10)


# Seasons


def test_a_charge_without_a_season_has_a_peak_in_each():
    case = seasons()
    assert case.peaks == (("Peak", "Winter"), ("Peak", "Summer"))
    assert case.peak_months.tolist() == [6, 6]
    assert due(case) == pytest.approx(10 * 6 * 10 + 10 * 6 * 5)


@pytest.mark.parametrize(("season", "usd"), [("Winter", 600), ("Summer", 300)])
def test_a_charge_of_a_season_is_due_in_its_months_for_its_own_peak(season: str, usd: float):
    assert due(seasons({**PEAK, "season": season})) == pytest.approx(usd)  # 10 USD x 6 x 10 kW or 5 kW


def test_a_charge_may_have_another_price_in_each_season():
    charges = ({**PEAK, "season": "Winter", "price": 10.0}, {**PEAK, "season": "Summer", "price": 20.0})
    assert due(seasons(*charges)) == pytest.approx(10 * 6 * 10 + 20 * 6 * 5)


def test_a_charge_by_the_year_has_one_peak_over_all_its_seasons():
    case = seasons({**PEAK, "billed": "year"})
    assert case.peaks == (("Peak", "all year"),)
    assert due(case) == pytest.approx(100)  # 10 USD x the winter's 10 kW
    assert due(seasons({**PEAK, "billed": "year", "season": "Summer"})) == pytest.approx(50)  # 10 USD x 5 kW


def test_without_seasons_there_is_one_peak_of_twelve_months():
    case = seasons(season=None)
    assert case.peaks == (("Peak", "all year"),)
    assert case.peak_months.tolist() == [12]
    assert due(case) == pytest.approx(1200)


def test_day_types_of_one_season_share_its_peak():
    case = seasons(day_types=("Winter workday", "Winter weekend"), season="Winter", days=[130.0, 235.0])
    assert case.peaks == (("Peak", "Winter"),)
    assert case.peak_months.tolist() == [12]
    assert solved(case).peak_kw.tolist() == [[pytest.approx(10)]]


@pytest.mark.parametrize(
    ("days", "months"),
    [
        (31.0, 1.0),  # 12 x 31 / 365 = 1.019
        (33.4, 1.0),  # 1.098
        (33.5, 12 * 33.5 / 365),  # 1.101 is too far from a month
        (27.4, 1.0),  # 0.901
        (27.3, 12 * 27.3 / 365),  # 0.898
        (2.0, 12 * 2 / 365),  # 0.066 is no whole number above 0
    ],
)
def test_the_months_of_a_season_are_whole_where_they_nearly_are(days: float, months: float):
    case = seasons({**PEAK, "season": "Winter"}, days=[days, 365 - days])
    assert case.peak_months.tolist() == [pytest.approx(months, rel=1e-12)]
    assert due(case) == pytest.approx(10 * months * 10)


def test_months_are_those_of_the_days_that_a_year_has():
    assert seasons({**PEAK, "season": "Winter"}, days=[183.0, 183.0]).peak_months.tolist() == [6]  # of 366


# Hours of the day


@pytest.mark.parametrize(
    ("window", "covered"),
    [
        (None, [True, True]),
        ("6AM-6PM", [True, False]),
        ("6PM-6AM", [False, True]),
        ("4PM-9PM", [True, True]),
        ("4PM-6PM", [True, False]),  # it ends where the second slot starts
        ("6PM-8PM", [False, True]),  # it starts where the first one ends
        ("10PM-2AM", [False, True]),  # around midnight, within the slot
        ("10PM-6AM", [False, True]),
        ("10PM-7AM", [True, True]),  # around midnight, into the next morning
        ("5AM-6AM", [False, True]),
        ("00:00-05:00", [False, True]),  # after midnight, still the same day type
        ("8AM-8AM", [True, True]),  # 24 hours
    ],
)
def test_a_window_covers_the_slots_that_it_meets(window: str | None, covered: list[bool]):
    case = halves({**PEAK, "window": window})
    assert case.covers.tolist() == [[covered]]
    # 10 kW by day, 5 kW by night
    assert solved(case).peak_kw.item() == pytest.approx(max(10 * covered[0], 5 * covered[1]))


def test_without_spans_in_their_names_slots_begin_at_midnight():
    case = halves({**PEAK, "window": "12PM-11PM"}, slots=("first", "second"))
    assert case.covers.tolist() == [[[False, True]]]
    assert halves({**PEAK, "window": "11AM-12PM"}, slots=("first", "second")).covers.tolist() == [[[True, False]]]


def test_windows_of_one_charge_have_a_peak_each():
    case = halves({**PEAK, "window": "6AM-6PM"}, {**PEAK, "window": "6PM-6AM", "price": 20.0})
    assert case.peaks == (("Peak", "all year"), ("Peak (2)", "all year"))
    assert due(case) == pytest.approx(10 * 12 * 10 + 20 * 12 * 5)


# Kinds of day


@pytest.mark.parametrize(("days", "peak"), [("all", 10), ("workday", 10), ("weekend", 5)])
def test_a_charge_of_some_days_is_set_by_those_days_alone(days: str, peak: float):
    case = seasons({**PEAK, "days": days}, season=None, kind=["workday", "weekend"])
    assert solved(case).peak_kw.item() == pytest.approx(peak)


@pytest.mark.parametrize("days", ["workday", "weekend"])
def test_a_day_type_of_no_kind_can_set_either(days: str):
    assert solved(seasons({**PEAK, "days": days}, season=None)).peak_kw.item() == pytest.approx(10)


def test_a_charge_that_no_day_sets_costs_nothing():
    case = seasons({**PEAK, "days": "weekend"}, season=None, kind="workday")
    assert not case.covers.any()
    assert due(case) == 0


# Peak factor, ratchet, fixed charge


@pytest.mark.parametrize(("factor", "peak"), [(1.0, 10), (1.3, 13)])
def test_a_peak_is_the_factor_times_the_mean_of_its_slot(factor: float, peak: float):
    plan = solved(billed(peak_factor=factor))
    assert plan.peak_kw.item() == pytest.approx(peak)
    assert plan.demand_charges.item() == pytest.approx(10 * 12 * peak)


@pytest.mark.parametrize(("ratchet", "summer"), [(0.0, 5), (0.5, 5), (0.51, 5.1), (0.8, 8), (1.0, 10)])
def test_every_season_pays_a_share_of_the_highest_peak_at_least(ratchet: float, summer: float):
    plan = solved(seasons(ratchet=ratchet))
    assert plan.peak_kw.tolist() == [pytest.approx([10, summer])]
    assert plan.demand_charges.item() == pytest.approx(10 * 6 * (10 + summer))


def test_the_ratchet_joins_the_rows_of_one_name():
    charges = ({**PEAK, "season": "Winter"}, {**PEAK, "season": "Summer", "price": 20.0})
    assert solved(seasons(*charges, ratchet=0.8)).peak_kw.tolist() == [pytest.approx([10, 8])]
    charges = ({**PEAK, "season": "Winter"}, {"charge": "Other", "season": "Summer", "price": 20.0})
    assert solved(seasons(*charges, ratchet=0.8)).peak_kw.tolist() == [pytest.approx([10, 5])]


def test_the_ratchet_is_of_monthly_peaks_only():
    charges = ({**PEAK, "season": "Winter", "billed": "year"}, {**PEAK, "season": "Summer"})
    case = seasons(*charges, ratchet=0.8)
    assert not case.is_raised.any()
    assert solved(case).peak_kw.tolist() == [pytest.approx([10, 5])]


def test_a_season_in_which_no_day_sets_the_charge_pays_the_ratchet():
    # the summer has weekends only
    case = seasons({**PEAK, "days": "workday"}, kind=["workday", "weekend"], ratchet=0.8)
    plan = solved(case)
    assert plan.peak_kw.tolist() == [pytest.approx([10, 8])]
    assert solved(case.replace(ratchet=0.0)).peak_kw.tolist() == [pytest.approx([10, 0])]


def test_a_fixed_charge_is_due_each_month_whatever_is_drawn():
    case = one_slot(charging_kwh=0.0, fixed_charge=100.0)
    assert case.is_on() == ["demand_charge"]
    assert solved(case).total_cost.tolist() == [1200]
    assert due(billed(fixed_charge=100.0)) == pytest.approx(2400)
    both = solved(one_slot(years=(2025, 2026), charging_kwh=0.0, fixed_charge=100.0))
    assert both.demand_charges.tolist() == [1200, 1200]


# In the programme


def test_without_charges_there_is_no_column_no_row_and_no_cost():
    for case in (one_slot(), one_slot(peak_factor=1.3, ratchet=0.5, season="Winter", kind="workday")):
        assert case.is_on() == []
        assert lp_text(build(case)) == lp_text(build(one_slot()))


def test_the_rows_are_those_of_the_formulation():
    case = seasons({**PEAK, "season": "Winter"}, {**PEAK, "season": "Summer"}, ratchet=0.5, peak_factor=1.2)
    lines = lp_text(build(case)).splitlines()
    rows = [line for line in lines if line.startswith((" peak(", " ratchet("))]
    # each season is covered by its own day type; 1.2 / 24 h = 0.05 kW for each kWh of a day
    assert [row.split(":")[0] for row in rows] == [
        " peak(2025,Peak_Winter,Winter_day,12AM_12AM)",
        " peak(2025,Peak_Summer,Summer_day,12AM_12AM)",
        " ratchet(2025,Peak_Winter,Peak_Summer)",
        " ratchet(2025,Peak_Summer,Peak_Winter)",
    ]
    assert rows[0].endswith(
        ": - 0.049999999999999996 grid_to_load(2025,Winter_day,12AM_12AM) + 1 peak_kw(2025,Peak_Winter) >= 0"
    )
    assert rows[3].endswith(": - 0.5 peak_kw(2025,Peak_Winter) + 1 peak_kw(2025,Peak_Summer) >= 0")


def test_a_fixed_charge_alone_needs_no_peak():
    program = build(one_slot(fixed_charge=100.0))
    assert "peak_kw" not in program.column_families
    assert program.offset == 1200


# What is said of it


def test_that_peaks_are_means_is_said_where_no_factor_says_more():
    assert any("peak factor" in text for text in assumptions(billed()))
    assert not any("peak factor" in text for text in assumptions(billed(peak_factor=1.2)))
    assert not any("peak factor" in text for text in assumptions(one_slot()))


# In the inputs


def charge_problems(**changes: Any) -> list[str]:
    inputs = refined_inputs()
    inputs["tblDemandCharges"].values.update({name: [value] for name, value in changes.items()})
    return [str(problem) for problem in check(inputs) if problem.where.startswith("Tariff!")]


def test_charges_come_from_their_table_and_the_rest_of_the_bill_from_the_settings():
    case = scenarios(refined_inputs())[0].case
    assert case.is_on() == ["grid_upgrade", "demand_charge", "site_works", "grants"]
    assert case.peaks == (("Peak", "Cold"),)
    assert (case.peak_price.tolist(), case.peak_months.tolist()) == ([12], [6])
    assert (case.peak_factor, case.ratchet, case.fixed_charge) == (1.2, 0.5, 150)
    assert (case.season.tolist(), case.kind.tolist()) == (["Cold", "Warm"], ["workday", None])
    # 6PM-9PM lies in 12PM-12AM; it is due in winter
    assert case.covers.tolist() == [[[False, True], [False, False]]]


def test_a_charge_that_is_in_order_passes_without_a_word():
    assert charge_problems() == []


@pytest.mark.parametrize(("season", "advice"), [("Colt", "Did you mean 'Cold'?"), ("January", "Known: Cold, Warm.")])
def test_a_season_that_no_day_type_has_is_an_error(season: str, advice: str):
    assert charge_problems(season=season) == [
        f"error: Tariff!B2: Season is '{season}', must be a season of a day type. {advice}"
    ]


@pytest.mark.parametrize("window", ["evening", "6PM", "25:00-26:00"])
def test_a_window_that_is_no_span_of_the_day_is_an_error(window: str):
    [text] = charge_problems(window=window)
    assert text.startswith(f"error: Tariff!D2: Window is '{window}', must be a span of the day such as 16:00-21:00.")


@pytest.mark.parametrize(("days", "count"), [("all", 0), ("workday", 0), ("weekend", 1)])  # the cold days are workdays
def test_a_charge_that_no_day_of_its_season_sets_is_a_warning(days: str, count: int):
    said = (
        "warning: Tariff!C2: no day type of Cold is a weekend, so nothing sets this demand charge. Mark a day type as "
        "weekend, or correct the days of the charge."
    )
    assert charge_problems(days=days) == [said] * count


def test_a_charge_given_twice_is_an_error():
    inputs = refined_inputs()
    inputs.tables["tblDemandCharges"] = inputs["tblDemandCharges"].take([0, 0])
    assert any("is given twice" in problem.message for problem in check(inputs))
    inputs["tblDemandCharges"].values["window"] = ["6PM-9PM", "9PM-6AM"]
    assert not any("is given twice" in problem.message for problem in check(inputs))
