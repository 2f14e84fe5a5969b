"""A larger grid connection, on the smallest case that shows it.

One year, one slot of 24 h, 100 kWh to charge, 40 kWh from the grid, 1 USD/kWh, 365 days, a charger of 1,000 USD; one
transformer of 5,000 USD adds 2.5 kW x 24 h = 60 kWh, unless a test says otherwise.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fleetopt.depot.case import Case
from fleetopt.inputs.checks import check
from fleetopt.inputs.scenarios import scenarios
from fleetopt.model.formulation import build
from fleetopt.model.lp_file import lp_text
from fleetopt.plan.diagnose import why_no_plan
from fleetopt.plan.limits import LIMITS, limits, limits_of
from fleetopt.solvers.deadline import Deadline
from tests.cases import one_slot
from tests.depot.planned import has_plan, solved
from tests.untidy import refined_inputs

BY_SETTING = {limit.setting: limit for limit in reversed(LIMITS)}


def small_grid(**changes: Any) -> Case:
    """100 kWh to charge, 40 from the grid, and a transformer to be had."""
    figures = {"upgrades": ("Transformer",), "adds_kw": 2.5, "upgrade_price": 5000.0, "grid_limit_kwh": 40.0}
    return one_slot(**{**figures, **changes})


# What it adds


@pytest.mark.parametrize(("adds", "is_enough"), [(2.49, False), (2.5, True), (2.51, True)])  # x 24 h: 59.76, 60, 60.24
def test_an_upgrade_raises_the_grid_limit_by_its_power_times_the_hours(adds: float, is_enough: bool):
    assert has_plan(small_grid(adds_kw=adds)) is is_enough


def test_an_upgrade_adds_to_each_slot_by_its_hours():
    # 2 kW add 4 kWh to a slot of 2 h and 44 kWh to one of 22 h
    case = small_grid(slots=("6AM-8AM", "8AM-6AM"), hours=[2.0, 22.0], adds_kw=2.0, grid_limit_kwh=10.0)
    assert has_plan(case.replace(charging_kwh=[[[14.0, 54.0]]]))
    assert not has_plan(case.replace(charging_kwh=[[[14.1, 54.0]]]))
    assert not has_plan(case.replace(charging_kwh=[[[14.0, 54.1]]]))


def test_an_upgrade_is_bought_only_where_it_is_needed():
    assert solved(small_grid(grid_limit_kwh=100.0)).upgrade_add.tolist() == [[0]]
    plan = solved(small_grid(grid_limit_kwh=99.9))
    assert plan.upgrade_add.tolist() == [[1]]
    assert plan.upgrade_kw.tolist() == [2.5]


@pytest.mark.parametrize(("solar_price", "bought"), [(448.0, 0), (449.0, 1)])
def test_an_upgrade_is_bought_where_it_is_cheaper_than_what_else_would_do(solar_price: float, bought: int):
    # 60 kWp give the 60 kWh too, and save 60 x 365 = 21,900 USD of energy: worth 26,900 USD, 448.33 USD/kWp
    case = small_grid(solar_yield=1.0, solar_price=solar_price, solar_max_added_kwp=60.0)
    assert solved(case).upgrade_add.item() == bought


def test_the_cheapest_mix_of_kinds_is_bought():
    # 60 kWh: 2.5 kW for 5,000 USD, or 1.25 kW twice for `price` each
    case = small_grid(upgrades=("Transformer", "Cable"), adds_kw=[2.5, 1.25], upgrade_most=2)
    assert solved(case.replace(upgrade_price=[5000.0, 2499.0])).upgrade_add.ravel().tolist() == [0, 2]
    assert solved(case.replace(upgrade_price=[5000.0, 2501.0])).upgrade_add.ravel().tolist() == [1, 0]


def test_upgrades_are_bought_whole():
    # 61 kWh are one transformer and a sixtieth
    plan = solved(small_grid(charging_kwh=101.0, upgrade_most=2))
    assert plan.upgrade_add.tolist() == [[2]]
    assert plan.upgrade_kw.tolist() == [5]


# When it serves


@pytest.mark.parametrize(("lead_time", "bought"), [(0, [0, 0, 1]), (1, [0, 1, 0]), (2, [1, 0, 0])])
def test_an_upgrade_serves_its_lead_time_after_it_is_paid(lead_time: int, bought: list[int]):
    case = small_grid(years=(2025, 2026, 2027), charging_kwh=[[[40.0]], [[40.0]], [[100.0]]], lead_time=lead_time)
    plan = solved(case)
    assert plan.upgrade_add.ravel().tolist() == bought  # as late as serves in 2027
    assert plan.upgrade_kw.tolist() == [0, 0, 2.5]
    assert plan.upgrades_bought.ravel().tolist() == np.cumsum(bought).tolist()
    assert plan.capex.tolist() == [1000 + 5000 * bought[0], 5000 * bought[1], 5000 * bought[2]]


def test_an_upgrade_that_comes_too_late_is_of_no_use():
    case = small_grid(years=(2025, 2026), charging_kwh=[[[40.0]], [[100.0]]])
    assert has_plan(case.replace(lead_time=1))
    assert not has_plan(case.replace(lead_time=2))
    assert not has_plan(case.replace(lead_time=1, charging_kwh=[[[100.0]], [[40.0]]]))


def test_an_upgrade_goes_on_serving():
    case = small_grid(years=(2025, 2026), lead_time=0)
    plan = solved(case)
    assert plan.upgrade_add.ravel().tolist() == [1, 0]
    assert plan.upgrade_kw.tolist() == [2.5, 2.5]


# How many there are


@pytest.mark.parametrize(
    ("need", "most", "is_enough"), [(100, 1, True), (101, 1, False), (101, 2, True), (161, 2, False)]
)
def test_no_more_are_bought_than_may_be(need: float, most: int, is_enough: bool):
    assert has_plan(small_grid(charging_kwh=float(need), upgrade_most=most)) is is_enough


def test_the_most_counts_over_all_years():
    case = small_grid(years=(2025, 2026), charging_kwh=[[[100.0]], [[160.0]]])
    assert not has_plan(case.replace(upgrade_most=1))
    assert solved(case.replace(upgrade_most=2)).upgrade_add.ravel().tolist() == [1, 1]


def test_each_kind_has_its_own_most():
    case = small_grid(upgrades=("Transformer", "Cable"), charging_kwh=220.0)  # 180 kWh more are three of either
    assert has_plan(case.replace(upgrade_most=[1, 2]))
    assert not has_plan(case.replace(upgrade_most=[1, 1]))


def test_without_a_word_one_of_a_kind_may_be_bought_at_once_from_the_budget():
    case = small_grid()
    assert (case.upgrade_most.tolist(), case.lead_time.tolist(), case.counts_in_budget.tolist()) == ([1], [0], ["yes"])


# Who pays


@pytest.mark.parametrize(("budget", "is_enough"), [(5999.99, False), (6000.0, True), (6000.01, True)])
def test_an_upgrade_counts_in_the_budget(budget: float, is_enough: bool):
    assert has_plan(small_grid(capex_budget=budget)) is is_enough  # a charger of 1,000 and a transformer of 5,000 USD


@pytest.mark.parametrize(("budget", "is_enough"), [(999.99, False), (1000.0, True)])
def test_an_upgrade_that_somebody_else_pays_does_not_count_in_the_budget(budget: float, is_enough: bool):
    assert has_plan(small_grid(capex_budget=budget, counts_in_budget="no")) is is_enough


@pytest.mark.parametrize("counts", ["yes", "no"])
def test_an_upgrade_costs_what_it_costs_whoever_pays(counts: str):
    plan = solved(small_grid(counts_in_budget=counts))
    assert plan.capex.item() == pytest.approx(6000)
    assert plan.objective == pytest.approx(6000 + 36_500)  # 100 kWh x 1 USD x 365


def test_kinds_count_each_for_itself():
    # the cable of 3,000 USD counts, the transformer of 5,000 USD does not; both are needed
    case = small_grid(upgrades=("Transformer", "Cable"), charging_kwh=160.0, upgrade_price=[5000.0, 3000.0],
                      counts_in_budget=["no", "yes"])  # fmt: skip
    assert has_plan(case.replace(capex_budget=4000.0))
    assert not has_plan(case.replace(capex_budget=3999.9))


# In the programme


def test_without_upgrades_there_is_no_column_no_row_and_no_word():
    case = one_slot()
    assert case.is_on() == []
    assert "upgrade" not in lp_text(build(case))
    assert small_grid().is_on() == ["grid_upgrade"]
    assert BY_SETTING["upgrade_most"] not in limits_of(case)


def test_the_rows_are_those_of_the_formulation():
    lines = lp_text(build(small_grid(years=(2025, 2026), lead_time=1))).splitlines()
    # 2.5 kW x 24 h paid in 2025 serve in 2026
    assert " grid_limit(2025,Day,12AM_12AM): + 1 grid_to_load(2025,Day,12AM_12AM) <= 40" in lines
    assert (
        " grid_limit(2026,Day,12AM_12AM): - 60 upgrade_add(Transformer,2025) + 1 grid_to_load(2026,Day,12AM_12AM) <= 40"
        in lines
    )
    room = " upgrade_room(Transformer): + 1 upgrade_add(Transformer,2025) + 1 upgrade_add(Transformer,2026) <= 1"
    assert room in lines
    budget = next(line for line in lines if line.startswith(" capex_budget(2025)"))
    assert "+ 5000 upgrade_add(Transformer,2025)" in budget
    assert lines[-2] == (
        " charger_add(50_kW,2025) charger_add(50_kW,2026) upgrade_add(Transformer,2025) upgrade_add(Transformer,2026)"
    )


# What is said of it


def test_the_limits_of_a_plan_count_what_upgrades_add():
    uses = {use.limit: use for use in limits(solved(small_grid(charging_kwh=90.0, upgrade_most=2)))}
    assert (uses["Grid limit"].used, uses["Grid limit"].most) == (pytest.approx(90), 100)  # 40 + 60
    assert (uses["Grid upgrades: Transformer"].used, uses["Grid upgrades: Transformer"].most) == (1, 2)


def test_what_all_upgrades_could_give_is_counted_before_a_need_is_called_beyond_all_supply():
    # 40 + 2 x 60 = 160 kWh
    case = small_grid(charging_kwh=161.0, upgrade_most=2, battery_max_kwh=0.0)
    said = " | ".join(str(problem) for problem in why_no_plan(case, Deadline(None)).problems)
    assert "161.0 kWh are needed, at most 160.0 can be supplied" in said


def test_another_upgrade_is_a_remedy():
    # 1 kWh short: the grid limit must be 41, or two transformers may be bought
    remedies = why_no_plan(small_grid(charging_kwh=101.0), Deadline(None)).remedies
    found = {limit.setting: values.tolist() for remedy in remedies for limit, values in remedy.limits.items()}
    assert found == {"grid_limit_kwh": [41], "upgrade_most": [2]}


# In the inputs


def upgrade_problems(**changes: Any) -> list[str]:
    inputs = refined_inputs()
    inputs["tblGridUpgrades"].values.update({name: [value] for name, value in changes.items()})
    return [str(problem) for problem in check(inputs) if problem.where.startswith("Grid!")]


def test_upgrades_come_from_their_table():
    case = scenarios(refined_inputs())[0].case
    assert case.upgrades == ("Transformer",)
    figures = ("adds_kw", "upgrade_price", "upgrade_most", "lead_time")
    assert {name: getattr(case, name).tolist() for name in figures} == {
        "adds_kw": [100], "upgrade_price": [20_000], "upgrade_most": [2], "lead_time": [1],
    }  # fmt: skip
    assert case.counts_in_budget.tolist() == ["yes"]


@pytest.mark.parametrize(("lead_time", "count"), [(1, 0), (2, 1)])  # the plan has two years
def test_an_upgrade_that_never_serves_is_a_warning(lead_time: int, count: int):
    said = (
        "warning: Grid!E2: the upgrade serves 2 years after it is paid; the plan has 2 years, so it never does. "
        "Correct the lead time, or plan more years."
    )
    assert upgrade_problems(lead_time=lead_time) == [said] * count


@pytest.mark.parametrize("name", ["50 kW", "50 KW"])
def test_an_upgrade_is_not_called_as_a_charger(name: str):
    assert upgrade_problems(upgrade=name) == [
        f"error: Grid!A2: the upgrade '{name}' is called as a charger is. Give one of them another name."
    ]


def test_figures_far_from_the_usual_are_doubted():
    assert "Adds [kW] is 1" in upgrade_problems(adds_kw=1.0)[0]
    assert "it costs nothing" in upgrade_problems(upgrade_price=0.0)[0]
