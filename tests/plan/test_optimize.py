"""From a case to a verified plan: against brute force, under changes that have a known effect, in every shape."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from fleetopt.model.formulation import build
from fleetopt.plan import certified
from fleetopt.plan import optimize as module
from fleetopt.plan.optimize import optimize
from fleetopt.plan.result import Result
from fleetopt.solvers.backend import LinearSession
from fleetopt.solvers.deadline import Deadline
from fleetopt.solvers.messages import Solution, SolverError
from fleetopt.words.problem import has_error
from tests.cases import TOTALS, hourly, one_slot, study, two_slots
from tests.random_cases import random_case, refined_case


def without_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a solver's word be all that there is."""

    def nothing(*_: object) -> object:
        raise SolverError("no certificate")

    monkeypatch.setattr(certified.Search, "certify", nothing)


def cost(case, **options) -> float:
    """Least cost of a case; infinite without a plan."""
    result = optimize(case, **options)
    assert result.status in ("optimal", "infeasible")
    return result.plan.objective if result.plan else math.inf


# Brute force


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("solver", ["scip", "highs", "cp-sat"])
def test_no_choice_of_chargers_is_cheaper(seed: int, solver: str):
    """Every purchase of up to three chargers of each type in each of two years, each with its own linear programme."""
    random = np.random.default_rng(seed)
    case = two_slots(
        years=(2025, 2026),
        chargers=("small", "large"),
        power_kw=[20.0, 50.0],
        charging_kwh=random.uniform(100, 900, (2, 1, 2)),
        charger_price=random.uniform(500, 3000, (2, 2)),
        capex_budget=random.uniform(3000, 9000, 2),
        export_ratio=0.5,
        grid_price=[[0.1, 0.3]],
    )
    program = build(case)
    session = LinearSession(program)
    columns = program.integers.columns
    least = math.inf
    for bought in itertools.product(range(5), repeat=4):
        session.bound_columns(columns, np.array(bought, dtype=float), np.array(bought, dtype=float))
        solution = session.solve(Deadline(None))
        least = min(least, solution.objective)
    assert cost(case, solver=solver) == pytest.approx(least, rel=1e-9)


# Metamorphic


@pytest.mark.parametrize("ratio", [1.0, 0.0])
def test_all_money_times_k_costs_k_times_as_much_for_the_same_design(ratio: float):
    one = optimize(study(ratio))
    case = study(ratio)
    other = optimize(
        case.replace(**{name: getattr(case, name) * 3 for name in
                        ("grid_price", "solar_price", "battery_price", "charger_price", "capex_budget")})
    )  # fmt: skip
    assert other.plan.objective == pytest.approx(3 * one.plan.objective, rel=1e-9)
    assert other.plan.solar_add == pytest.approx(one.plan.solar_add, abs=1e-6)
    assert other.plan.battery_add == pytest.approx(one.plan.battery_add, abs=1e-6)
    assert (other.plan.charger_add == one.plan.charger_add).all()


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("grid_limit_kwh", [1500.0, 1600.0, 1750.0, 2000.0, 4000.0]),
        ("capex_budget", [30_000.0, 45_000.0, 60_000.0, 90_000.0]),
        ("solar_max_added_kwp", [100.0, 150.0, 200.0, 400.0]),
        ("battery_max_kwh", [180.0, 181.0, 2000.0]),  # 180.235 kWh are needed in 2029
        ("c_rate", [0.4, 0.5, 1.0, 2.0]),
    ],
)
def test_a_looser_limit_never_costs_more(name: str, values: list[float]):
    costs = [cost(study(0.5, **{name: value})) for value in values]
    assert all(later <= earlier * (1 + 1e-9) for earlier, later in itertools.pairwise(costs))
    assert costs[-1] < costs[0]


def test_one_more_truck_never_costs_less():
    least = cost(study(0.5))
    for year, slot in itertools.product(range(5), range(4)):
        charging = study().charging_kwh.copy()
        charging[year, 0, slot] += 225.0  # 250 km x 0.9 kWh/km
        assert cost(study(0.5, charging_kwh=charging)) >= least


def test_the_higher_the_export_ratio_the_lower_the_cost():
    costs = [cost(study(ratio)) for ratio in (0.0, 0.25, 0.5, 0.75, 1.0, 1.25)]
    assert all(later < earlier for earlier, later in itertools.pairwise(costs))


def test_the_c_rate_per_hour_saves_what_the_study_leaves_on_the_table():
    saved = [cost(study(ratio)) - cost(study(ratio, c_rate_basis="hour")) for ratio in (1.0, 0.5, 0.0)]
    assert saved == pytest.approx([17_798, 20_263, 21_131], abs=1)


def test_splitting_a_day_type_in_two_equal_ones_changes_nothing():
    case = study(0.5)
    split = study(
        0.5,
        day_types=("Winter", "Summer"),
        days=[165.0, 200.0],
        charging_kwh=np.repeat(case.charging_kwh, 2, axis=1),
        baseload_kwh=np.repeat(case.baseload_kwh, 2, axis=0),
        grid_price=np.repeat(case.grid_price, 2, axis=0),
        solar_yield=np.repeat(case.solar_yield, 2, axis=0),
    )
    one, other = optimize(case).plan, optimize(split).plan
    assert other.objective == pytest.approx(one.objective, rel=1e-9)
    assert other.battery_add == pytest.approx(one.battery_add, abs=1e-6)


def test_charger_types_in_another_order_change_nothing():
    one = optimize(study(0.5)).plan
    other = optimize(
        study(0.5, chargers=("400 kW", "50 kW"), power_kw=[400.0, 50.0], charger_price=[[2500.0], [1000.0]])
    )
    assert other.plan.objective == pytest.approx(one.objective, rel=1e-9)
    assert (other.plan.charger_add == one.charger_add[::-1]).all()


# Shapes


def solves(case) -> Result:
    result = optimize(case)
    assert result.status == "optimal"
    assert result.verification.has_passed
    assert result.gap == 0
    return result


def test_hourly_slots():
    case = study(
        0.5,
        slots=tuple(f"{h}:00-{h + 1}:00" for h in range(24)),
        hours=1.0,
        charging_kwh=np.repeat(study().charging_kwh / 6, 6, axis=2),
        baseload_kwh=np.repeat(study().baseload_kwh / 6, 6, axis=1),
        grid_price=np.repeat(study().grid_price, 6, axis=1),
        solar_yield=np.repeat(study().solar_yield / 6, 6, axis=1),
        grid_limit_kwh=1750 / 6,
    )
    # finer slots with the same energy: the battery's limit of half its size now holds for each hour
    assert solves(case).plan.objective < cost(study(0.5))
    assert len(case.slots) == 24


@pytest.mark.parametrize("day_types", [2, 12])
def test_several_day_types(day_types: int):
    result = solves(hourly(1, day_types))
    assert result.plan.soc.shape == (1, day_types, 24)


def test_unequal_slot_lengths():
    # 100 kWh of charging in 2 h need one charger of 50 kW, a little more needs two; 22 h hardly matter
    for need, bought in ((100.0, 1), (100.1, 2)):
        case = two_slots(slots=("6AM-8AM", "8AM-6AM"), hours=[2.0, 22.0], charging_kwh=[[[need, 50.0]]])
        assert solves(case).plan.charger_add.item() == bought


def test_one_year():
    assert solves(one_slot()).plan.objective == pytest.approx(36_500 + 1000)  # 100 kWh x 1 USD x 365, one charger


def test_ten_years_and_three_charger_types():
    growth = np.linspace(300, 3000, 10)[:, None, None] * np.array([0.5, 1.0, 0.8, 0.6])
    case = study(
        0.5,
        years=range(2025, 2035),
        charging_kwh=growth,
        fleet_size=1.0,
        battery_price=np.linspace(300, 190, 10),
        chargers=("50 kW", "150 kW", "400 kW"),
        power_kw=[50.0, 150.0, 400.0],
        charger_price=[[12_500.0], [30_000.0], [100_000.0]],
        capex_budget=120_000.0,
        grid_limit_kwh=3000.0,
    )
    result = solves(case)
    assert result.plan.charger_add.shape == (3, 10)
    assert (result.plan.chargers[:, -1] * case.power_kw).sum() >= 3000 / 6
    assert cost(case, solver="cp-sat") == pytest.approx(result.plan.objective, rel=1e-9)


def test_a_depot_that_charges_nothing_buys_nothing():
    plan = solves(one_slot(charging_kwh=0.0)).plan
    assert plan.objective == 0
    assert plan.charger_add.sum() == 0


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("make", [random_case, refined_case])
def test_every_plan_of_a_random_depot_is_verified(make, seed: int):
    result = optimize(make(seed))
    if result.plan:
        assert result.verification.has_passed
        assert result.verification.largest_residual < 1e-9
        assert result.gap == 0
    else:
        assert result.status == "infeasible"
        assert has_error(result.problems)


# Statuses


def test_auto_takes_scip_for_small_cases_and_highs_for_large_ones():
    assert optimize(study()).solver == "scip"
    assert optimize(hourly(1, 60)).solver == "highs"


def test_a_large_case_says_that_its_plan_is_one_of_several():
    result = optimize(hourly(1, 150))
    assert result.status == "optimal"
    assert any("one of several" in note for note in result.notes)
    assert not any("one of several" in note for note in optimize(study()).notes)


def test_a_time_limit_too_short_is_no_solution_and_says_what_to_do():
    result = optimize(hourly(1, 60), time_limit=0.001)
    assert result.status == "no_solution"
    assert "--time-limit" in result.problems[0].advice


def test_a_plan_that_does_not_hold_is_never_shown(monkeypatch: pytest.MonkeyPatch):
    real = module.canonical

    def spoiled(*arguments):
        found = real(*arguments)
        found.values[build(study()).column_families["solar_to_load"].slice] += 1.0
        return found

    monkeypatch.setattr(module, "canonical", spoiled)
    result = optimize(study())
    assert result.status == "failed"
    assert result.plan is None
    assert not result.verification.has_passed
    assert has_error(result.problems)


def test_within_an_allowed_gap_the_plan_counts_as_solved_and_says_how_far_it_may_be_off(
    monkeypatch: pytest.MonkeyPatch,
):
    least = cost(study(0.5))
    real = module.solve
    monkeypatch.setattr(
        module, "solve", lambda *a, **k: replace(real(*a, **k), bound=least * 0.97)
    )  # a solver that stopped with 3 % to go
    without_certificate(monkeypatch)
    near, far = optimize(study(0.5), gap=0.05), optimize(study(0.5), gap=0.01)
    assert (near.status, far.status) == ("optimal", "feasible")
    assert 0.03 <= near.gap <= 0.05
    assert any("not proven least" in note for note in near.notes)


def test_the_notes_state_the_assumptions_that_apply():
    said = " ".join(optimize(study(1.0)).notes)
    for words in (
        "C-rate counts per slot",
        "without losses",
        "plug",
        "100,000 USD",
        "no discounting",
        "Exported battery",
    ):
        assert words in said
    nothing_to_say = " ".join(optimize(one_slot(battery_max_kwh=0.0, charger_price=12_500.0)).notes)
    for words in ("C-rate", "losses", "market", "Exported battery"):
        assert words not in nothing_to_say
    assert "still counts as exported" in " ".join(optimize(study(0.0)).notes)


def breaks_down(*_: object, **__: object) -> Solution:
    raise SolverError("it lost its way")


def test_where_a_solver_breaks_down_another_is_asked(monkeypatch):
    monkeypatch.setattr(module, "solve_by_parts", breaks_down)
    result = optimize(study(), solver="cp-sat")
    assert (result.status, result.solver) == ("optimal", "highs")
    assert result.plan.objective == pytest.approx(TOTALS[1.0], abs=5e-5)
    assert "cp-sat gave up, as it lost its way; highs was asked instead." in result.notes


def test_where_both_break_down_nothing_is_claimed(monkeypatch):
    monkeypatch.setattr(module, "solve", breaks_down)
    with pytest.raises(SolverError, match="lost its way"):
        optimize(study())


@pytest.mark.parametrize("solver", ["scip", "highs"])
def test_a_plan_that_a_solver_calls_optimal_without_proof_is_asked_of_another(monkeypatch, solver):
    real = module.solve

    def unproven(program, backend, *arguments, **options):
        solution = real(program, backend, *arguments, **options)
        return replace(solution, bound=solution.bound * (1 - 1e-7)) if backend == solver else solution

    monkeypatch.setattr(module, "solve", unproven)
    result = optimize(study(), solver=solver)
    assert (result.status, result.gap) == ("optimal", 0.0)
    assert result.solver == {"scip": "highs", "highs": "scip"}[solver]
    assert optimize(study(), solver=solver, gap=1e-6).solver == solver


@pytest.mark.parametrize("second", [breaks_down, lambda *_, **__: Solution("no_solution")])
def test_a_plan_that_no_other_solver_improves_on_stays_with_its_gap(monkeypatch, second):
    real = module.solve

    def unproven(program, backend, *arguments, **options):
        if backend == "highs":
            return second()
        solution = real(program, backend, *arguments, **options)
        return replace(solution, bound=solution.bound * (1 - 1e-7))

    monkeypatch.setattr(module, "solve", unproven)
    without_certificate(monkeypatch)
    result = optimize(study(), solver="scip")
    assert (result.status, result.solver) == ("feasible", "scip")
    assert result.gap == pytest.approx(1e-7, rel=1e-3)
    assert "scip calls this plan optimal, but its bound leaves 1.0e-07 of the cost unproven." in result.notes
