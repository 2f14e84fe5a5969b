"""Why there is no plan, and what would make one possible."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from fleetopt.depot.chargers import most_charged
from fleetopt.model.formulation import build
from fleetopt.plan import margins
from fleetopt.plan.diagnose import why_no_plan
from fleetopt.plan.limits import LIMITS, limits_of
from fleetopt.plan.margins import least_cost, room, rooms, smallest_raise, with_limits
from fleetopt.plan.optimize import has_no_plan, optimize
from fleetopt.solvers.continuous import ContinuousProblem
from fleetopt.solvers.deadline import Deadline
from fleetopt.solvers.messages import SolverError
from tests.cases import hourly, one_slot, study, two_slots
from tests.random_cases import random_case, refined_case

BY_SETTING = {limit.setting: limit for limit in reversed(LIMITS)}
GRID_LIMIT, BUDGET, SOLAR_ROOM = (
    BY_SETTING[name] for name in ("grid_limit_kwh", "capex_budget", "solar_max_added_kwp")
)
TWO_TYPES = {
    "chargers": ("50 kW", "120 kW"),
    "power_kw": np.array([50.0, 120.0]),
    "chargers_existing": np.zeros(2),
    "charger_price": np.array([[1000.0], [2000.0]]),
    "capex_budget": 2500.0,
}
"""Two types of charger, and a budget that buys two of the one or one of the other."""


def is_beyond_reach(case) -> bool:
    """Whether there is no plan even with everything divisible."""
    return has_no_plan(ContinuousProblem(build(case)), Deadline(None))


def said(case) -> str:
    return " | ".join(str(problem) for problem in why_no_plan(case, Deadline(None)).problems)


def test_a_grid_limit_of_900_must_be_1491():
    assert "Raise the grid limit from 900 to 1,491 kWh per slot" in said(study(grid_limit_kwh=900.0))
    assert optimize(study(grid_limit_kwh=1491.0)).status == "optimal"
    assert optimize(study(grid_limit_kwh=1490.0)).status == "infeasible"


def test_a_budget_of_2000_must_be_28064():
    assert "Raise the yearly CapEx budget from 2,000 to 28,064 USD" in said(study(capex_budget=2000.0))
    assert optimize(study(capex_budget=28_064.0)).status == "optimal"
    assert optimize(study(capex_budget=28_063.0)).status == "infeasible"


def test_a_remedy_states_what_its_plan_costs():
    cost = optimize(study(grid_limit_kwh=1491.0)).plan.objective
    assert f"{cost:,.0f} USD" in said(study(grid_limit_kwh=900.0))


def test_a_need_beyond_all_supply_is_said_by_arithmetic():
    # 100 kWh needed; 40 from the grid, 20 kWp x 1 kWh and half of a battery of 30 kWh: 75 at most
    case = one_slot(grid_limit_kwh=40.0, solar_yield=1.0, solar_max_added_kwp=20.0, battery_max_kwh=30.0)
    assert "100 kWh are needed, at most 75 can be supplied" in said(case).replace(".0", "")
    assert "25 kWh short" in said(case).replace(".0", "")


def test_a_need_beyond_all_chargers_of_the_budget_is_said_by_arithmetic():
    # 3,000 kWh in 24 h; one charger there and 2,000 USD for two more of 50 kW: 50 kW x 3 x 24 h = 3,600 kWh
    just = one_slot(charging_kwh=3000.0, capex_budget=2000.0, chargers_existing=1.0, grid_limit_kwh=3000.0)
    assert optimize(just).status == "optimal"
    short = just.replace(capex_budget=1500.0)  # one more, as half of another helps nobody: 2,400 kWh
    assert not is_beyond_reach(short)
    assert is_beyond_reach(just.replace(capex_budget=1400.0))  # nor would 1.4 more: 2,880 kWh
    text = "3,000.0 kWh are to be charged, at most 2,400.0 can be even if the whole budget goes into chargers: 600.0"
    assert text in said(short)
    assert "Raise the yearly CapEx budget from 1,500 to 2,000 USD" in said(short)


def test_parts_of_chargers_count_only_where_types_can_be_mixed():
    # 2,500 USD: two of 50 kW at 1,000 each, or one of 120 kW at 2,000; mixed, 60 kW for each 1,000 USD: 150 kW at most
    one_type = one_slot(capex_budget=2500.0)
    assert most_charged(one_type)[0, 0, 0] == 2 * 50 * 24
    two = one_slot(**TWO_TYPES)
    assert most_charged(two)[0, 0, 0] == 150 * 24
    dear = two.replace(charger_price=np.array([[1000.0], [3000.0]]))  # the second is beyond the budget
    assert most_charged(dear)[0, 0, 0] == 2 * 50 * 24


@pytest.mark.parametrize(
    ("need", "said_so"),
    [(0.04, "0.04 kWh short"), (0.05, "0.1 kWh short"), (1.04, "1.0 kWh short"), (1285.26, "1,285.3 kWh short")],
)
def test_a_small_need_is_never_rounded_to_nothing(need, said_so):
    text = said(one_slot(charging_kwh=need, grid_limit_kwh=0.0, battery_max_kwh=0.0))
    assert "at most 0.0 can be supplied" in text
    assert said_so in text


def test_chargers_are_bought_at_the_prices_of_their_year():
    # 2,400 kWh in 2025 are two chargers x 24 h; 1,000 USD buy one then, ten or any number in 2026
    need = np.array([2400.0, 0.0])[:, None, None]
    case = one_slot(years=(2025, 2026), charging_kwh=need, capex_budget=1000.0, grid_limit_kwh=3000.0)
    for later in (100.0, 0.0):
        assert is_beyond_reach(case.replace(charger_price=[[1000.0, later]]))
    assert not is_beyond_reach(case.replace(charger_price=[[500.0, 1000.0]]))


def test_money_may_be_counted_in_thousands():
    # 3,000 kWh are 2.5 chargers x 24 h at 1 thousand USD
    case = one_slot(charging_kwh=3000.0, charger_price=1.0, capex_budget=2.5, grid_limit_kwh=3000.0)
    assert not is_beyond_reach(case)
    assert is_beyond_reach(case.replace(capex_budget=2.4))


def test_chargers_of_earlier_years_count_and_free_ones_have_no_end():
    need = np.array([0.0, 2400.0])[:, None, None]  # two chargers x 24 h in the second year
    case = one_slot(years=(2025, 2026), charging_kwh=need, capex_budget=1000.0, grid_limit_kwh=3000.0)
    assert not is_beyond_reach(case)
    assert is_beyond_reach(case.replace(capex_budget=[0.0, 1000.0]))
    assert not is_beyond_reach(case.replace(capex_budget=0.0, charger_price=0.0))


def test_what_arithmetic_shows_is_not_solved_for(monkeypatch):
    monkeypatch.setattr("fleetopt.plan.optimize.solve", lambda *_, **__: pytest.fail("solved"))
    assert optimize(one_slot(grid_limit_kwh=99.0, battery_max_kwh=0.0)).status == "infeasible"


def test_a_shortfall_says_year_slot_amount_and_what_binds():
    # 729 kWh - 2 x 50 kW x 6 h
    text = (
        "2025 12PM-6PM: 729.0 kWh are to be charged, at most 600.0 can be even if the whole budget goes into chargers"
    )
    assert f"{text}: 129.0 kWh short." in said(study(capex_budget=2000.0))
    # of 2,500 USD one of 120 kW: 3,120 kWh - 120 kW x 24 h; parts of both would give 150 kW
    whole = one_slot(**TWO_TYPES, charging_kwh=3120.0, grid_limit_kwh=4000.0)
    assert "2025 12AM-12AM: 240.0 kWh cannot be charged; the budget buys no more chargers." in said(whole)
    assert "2028 12AM-6AM: 228.2 kWh of energy short; the grid limit of 900 kWh binds." in said(
        study(grid_limit_kwh=900.0)
    )


def test_only_limits_that_help_alone_are_named():
    assert "budget" not in said(study(grid_limit_kwh=900.0)).split("Raise")[1]


def test_one_remedy_or_several_to_choose_from():
    # 100 kWh needed, 90 from the grid: 10 kWh more of it, or 10 kWp more of solar where the sun shines
    dark = one_slot(grid_limit_kwh=90.0, solar_max_added_kwp=0.0)
    assert why_no_plan(dark, Deadline(None)).problems[0].advice == "What follows would make one possible."
    assert "the grid limit (grid_limit_kwh) is too low" in said(dark)
    sunny = why_no_plan(dark.replace(solar_yield=1.0), Deadline(None))
    assert sunny.problems[0].advice == "One of the following would make one possible."
    assert [list(remedy.limits) for remedy in sunny.remedies] == [[GRID_LIMIT], [SOLAR_ROOM]]


def test_a_grid_limit_that_differs_by_slot_rises_by_the_same_everywhere():
    case = two_slots(charging_kwh=[[[50.0, 100.0]]], grid_limit_kwh=[80.0, 90.0], battery_max_kwh=0.0, solar_yield=0.0)
    [remedy] = why_no_plan(case, Deadline(None)).remedies
    assert remedy.limits[GRID_LIMIT].tolist() == [90.0, 100.0]  # 10 more in the second slot, so in the first
    assert "Raise the grid limit everywhere by 10 kWh per slot" in said(case)


def test_the_smallest_of_several_pairs_is_the_one_with_the_smallest_shares():
    # 1,200 kWh; 1,000 from the grid, 10 kWp x 10 kWh from the sun: 100 kWh short. The budget is 1 USD short of the one
    # charger. The grid must rise by 100 of 1,000 kWh, a tenth; or the room for solar by 10 of 10 kWp, the whole.
    case = one_slot(
        charging_kwh=1200.0,
        grid_limit_kwh=1000.0,
        solar_yield=10.0,
        solar_price=0.0,
        solar_max_added_kwp=10.0,
        capex_budget=999.0,
    )
    [remedy] = why_no_plan(case, Deadline(None)).remedies
    assert {limit: float(values.max()) for limit, values in remedy.limits.items()} == {GRID_LIMIT: 1100, BUDGET: 1000}
    assert {limit: float(values.max()) for limit, values in remedy.present.items()} == {GRID_LIMIT: 1000, BUDGET: 999}
    assert "the grid limit (grid_limit_kwh) and the yearly CapEx budget (capex_budget) are too low" in said(case)
    assert "from 1,000 to 1,100 kWh per slot and the yearly CapEx budget from 999 to 1,000 USD" in said(case)
    together = smallest_raise(case, build(case), limits_of(case), Deadline(None))
    assert list(together.limits) == [GRID_LIMIT, BUDGET]


def test_a_raise_of_half_a_kwh_is_a_remedy_and_none_is_not():
    short = one_slot(grid_limit_kwh=99.5)  # 100 needed
    assert smallest_raise(short, build(short), [GRID_LIMIT], Deadline(None)).limits[GRID_LIMIT].tolist() == [100.0]
    just = one_slot(grid_limit_kwh=100.0)
    assert smallest_raise(just, build(just), [GRID_LIMIT], Deadline(None)) is None


def test_a_raise_that_is_not_proven_to_be_the_smallest_is_no_remedy(monkeypatch):
    def unproven(program, deadline):
        return replace(least_cost(program, deadline), status="feasible")

    case = one_slot(grid_limit_kwh=90.0)
    assert smallest_raise(case, build(case), [GRID_LIMIT], Deadline(None))
    monkeypatch.setattr("fleetopt.plan.margins.least_cost", unproven)
    assert smallest_raise(case, build(case), [GRID_LIMIT], Deadline(None)) is None


def test_when_no_limit_suffices_alone_the_smallest_pair_is_named():
    case = study(grid_limit_kwh=900.0, capex_budget=1000.0)
    found = why_no_plan(case, Deadline(None))
    assert "no limit alone would" in found.problems[0].advice
    assert [[limit.setting for limit in remedy.limits] for remedy in found.remedies] == [
        ["grid_limit_kwh", "capex_budget"]
    ]
    raised = with_limits(case, found.remedies[0].limits)
    assert optimize(raised).plan.objective == pytest.approx(found.remedies[0].cost)
    for limit, values in found.remedies[0].limits.items():  # a little less of one of the two is too little
        less = with_limits(case, {**found.remedies[0].limits, limit: 0.99 * values})
        assert optimize(less).status == "infeasible"


@pytest.mark.parametrize(
    ("make", "seed"),
    [
        *((random_case, seed) for seed in (2, 4, 5, 7, 8, 10, 13, 16, 17, 18, 19, 20, 28, 29, 32, 34, 38)),
        *((refined_case, seed) for seed in (0, 1, 2, 4, 5, 7, 8, 11, 16, 20, 23, 26, 29, 32, 34, 38, 40, 45, 52)),
    ],
)
def test_every_remedy_of_a_random_depot_makes_a_plan_and_less_does_not(make, seed: int):
    case = make(seed)
    assert optimize(case).status == "infeasible"
    found = why_no_plan(case, Deadline(None))
    assert found.remedies
    for remedy in found.remedies:
        assert optimize(with_limits(case, remedy.limits)).plan.objective == pytest.approx(remedy.cost)
        if len(remedy.limits) == 1:
            ((limit, move),) = remedy.exact.items()
            assert optimize(with_limits(case, {limit: limit.of(case) + 0.99 * move})).status == "infeasible"


def test_a_limit_that_must_rise_several_times_over_is_doubted():
    assert "Most suspicious: the grid limit of 1.75 kWh" in said(study(grid_limit_kwh=1.75))
    charging = study().charging_kwh.copy()
    charging[2, 0, 1] *= 1000  # a distance in metres
    assert "Most suspicious: the charging need of 1,764,000 kWh in 2027 6AM-12PM" in said(study(charging_kwh=charging))


@pytest.mark.parametrize(
    ("limit", "need", "times"),
    [
        (40.0, 120.0, ""),
        (40.0, 121.0, "3 times"),
        (0.1, 100.0, "1,000 times"),
        (1e-4, 100.0, "far more than"),
        (0.0, 100.0, "far more than"),
    ],
)
def test_a_limit_that_must_rise_to_more_than_three_times_is_doubted(limit, need, times):
    text = said(one_slot(charging_kwh=need, grid_limit_kwh=limit))
    assert ("is an input mistyped?" in text) == bool(times)
    assert f"{times} the present value" in text or not times


@pytest.mark.parametrize(
    ("needs", "suspect"),
    [
        ([100.0, 100.0, 600.0], "the grid limit of 100 kWh per slot."),  # 6 times the usual
        ([100.0, 100.0, 601.0], "the charging need of 601 kWh in 2027 12AM-12AM, 6 times the usual one."),
        ([0.0, 0.0, 0.0, 100.0, 900.0], "the grid limit of 100 kWh per slot."),  # usual is 500; nothing is no need
    ],
)
def test_a_need_of_more_than_six_times_the_usual_is_suspected(needs, suspect):
    charging = np.array(needs)[:, None, None]
    case = one_slot(years=range(2025, 2025 + len(needs)), charging_kwh=charging, grid_limit_kwh=100.0)
    assert f"Most suspicious: {suspect}" in said(case)


def test_a_baseload_that_stands_out_is_suspected():
    text = said(study(baseload_kwh=[7.0, 4.0, 3.0, 7000.0]))
    assert "Most suspicious: the baseload of 7,000 kWh in 2025 6PM-12AM" in text


@pytest.mark.parametrize("name", ["solar", "battery"])
def test_a_price_of_solar_or_battery_that_stands_out_is_suspected(name):
    case = one_slot(years=(2025, 2026, 2027), capex_budget=100.0, **{f"{name}_price": [100.0, 100.0, 900.0]})
    assert f"Most suspicious: the price of {name} of 900 USD in 2027, 9 times the usual one" in said(case)


def test_a_price_that_stands_out_is_suspected_of_a_budget_only():
    years = (2025, 2026, 2027)
    case = one_slot(years=years, charger_price=[[100_000.0, 1000.0, 1000.0]], capex_budget=1000.0)
    assert "Most suspicious: the price of a 50 kW charger of 100,000 USD in 2025, 100 times the usual one" in said(case)
    in_thousands = case.replace(charger_price=[[0.9, 0.1, 0.1]], capex_budget=0.1)
    assert "Most suspicious: the price of a 50 kW charger of 0.9 USD in 2025, 9 times the usual one" in said(
        in_thousands
    )
    off_grid = case.replace(capex_budget=1e6, grid_limit_kwh=1.0, battery_max_kwh=0.0)
    assert "Most suspicious: the grid limit of 1 kWh per slot" in said(off_grid)


def test_the_room_is_what_the_limits_may_fall_by():
    case = study()
    found = room(case, Deadline(None))
    assert found[GRID_LIMIT] == pytest.approx(1750 - 1490.7291667)
    assert found[BUDGET] == pytest.approx(60_000 - 28_063.4913)


def test_a_limit_that_a_plan_uses_to_the_full_leaves_no_room():
    # 100 kWh from the grid; one charger of 1,000 USD out of 100,000
    found = room(one_slot(grid_limit_kwh=100.0), Deadline(None))
    assert found[GRID_LIMIT] == pytest.approx(0.0, abs=1e-6)
    assert found[BUDGET] == pytest.approx(99_000.0)


def test_without_time_no_room_is_claimed():
    assert room(hourly(1, 12), Deadline(0.0)) == {}


def test_the_room_of_cases_that_differ_in_what_energy_costs_is_found_once(monkeypatch):
    asked = []

    def counted(case, deadline):
        asked.append(case)
        return room(case, deadline)

    monkeypatch.setattr("fleetopt.plan.margins.room", counted)
    cases = [one_slot(), one_slot(grid_limit_kwh=500.0), one_slot(export_ratio=1.0, grid_price=2.0, days=366.0)]
    found = rooms(cases, Deadline(None))
    assert [float(each[GRID_LIMIT]) for each in found] == pytest.approx([900.0, 400.0, 900.0])  # 100 kWh are needed
    assert asked == cases[:2]


@pytest.mark.parametrize("limit", [500.0, 1000.0, 1400.0])
def test_a_remedy_applied_makes_a_plan_and_a_little_less_does_not(limit: float):
    problem = next(
        problem
        for problem in why_no_plan(study(grid_limit_kwh=limit), Deadline(None)).problems
        if problem.where == "grid_limit_kwh"
    )
    raised = float(problem.advice.split(" to ")[1].split(" kWh")[0].replace(",", ""))
    assert optimize(study(grid_limit_kwh=raised)).status == "optimal"
    assert optimize(study(grid_limit_kwh=0.99 * raised)).status == "infeasible"


def test_many_shortages_are_counted_and_the_largest_named():
    problems = why_no_plan(hourly(1, 12).replace(grid_limit_kwh=1.0, battery_max_kwh=0.0), Deadline(None)).problems
    assert len(problems) < 20
    assert any("more slots fall short by less" in problem.message for problem in problems)


@pytest.mark.parametrize(("slots", "more"), [(12, ""), (14, "2 more slots fall short by less.")])
def test_the_twelve_largest_shortages_are_named_in_the_order_of_time(slots, more):
    needs = 100.0 + np.arange(1, slots + 1)  # beyond a grid of 100 kWh by 1, 2, 3, ... kWh
    case = one_slot(
        slots=tuple(f"Slot {i + 1}" for i in range(slots)),
        hours=24 / slots,
        charging_kwh=needs,
        grid_limit_kwh=100.0,
        battery_max_kwh=0.0,
    )
    problems = why_no_plan(case, Deadline(None)).problems
    assert str(problems[0]).startswith("error: no plan keeps all limits.")
    first = slots - 11
    assert [problem.where for problem in problems[1:13]] == [f"2025 Slot {i}" for i in range(first, slots + 1)]
    assert [str(problem) for problem in problems if "fall short" in problem.message] == [f"error: {more}"] * bool(more)


def test_without_time_nothing_is_claimed_of_what_would_help():
    head = why_no_plan(study(grid_limit_kwh=900.0), Deadline(0.0)).problems[0]
    assert "no time" in head.advice


def test_the_time_limit_of_a_run_holds_for_the_diagnosis_too():
    started = time.monotonic()
    assert optimize(hourly(1, 200).replace(grid_limit_kwh=150.0), time_limit=1.0).status in (
        "infeasible",
        "no_solution",
    )
    assert time.monotonic() - started < 1.0 + 3.0


def test_another_solver_finds_the_remedies_where_one_breaks_down(monkeypatch: pytest.MonkeyPatch):
    real = margins.solve

    def only_highs(program, solver, deadline):
        if solver != "highs":
            raise SolverError("numerical troubles")
        return real(program, solver, deadline)

    monkeypatch.setattr(margins, "solve", only_highs)
    assert "Raise the grid limit from 900 to 1,491 kWh per slot" in said(study(grid_limit_kwh=900.0))


def test_where_all_solvers_break_down_over_the_remedies_there_is_no_plan_all_the_same(monkeypatch: pytest.MonkeyPatch):
    def none(*_):
        raise SolverError("numerical troubles")

    monkeypatch.setattr(margins, "solve", none)
    result = optimize(study(grid_limit_kwh=900.0))
    assert (result.status, result.remedies) == ("infeasible", [])
    assert result.problems[0].message == "no plan keeps all limits."
    assert result.problems[0].advice.startswith("The solvers broke down before it was found")
