"""The independent check finds every kind of spoiled plan, and passes a sound one."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fleetopt.plan.verify
from fleetopt.depot import DECISIONS, MONEY, QUANTITIES
from fleetopt.depot.case import Case
from fleetopt.plan.optimize import optimize
from fleetopt.plan.plan import DECIDED, Plan
from fleetopt.plan.verify import TOLERANCE, Verification, recounted, verify
from tests.cases import TOTALS, one_slot, study, two_slots


@pytest.fixture(scope="module")
def plan() -> Plan:
    """The study at an export ratio of 0.5: solar, battery, chargers and grid all in use."""
    return optimize(study(0.5)).plan


@pytest.fixture(scope="module")
def refined() -> Plan:
    """A winter and a summer of two slots, a transformer that is bought for the second year, peaks with a ratchet."""
    plan = optimize(
        two_slots(
            years=(2025, 2026),
            day_types=("Winter day", "Summer day"),
            days=182.5,
            season=["Winter", "Summer"],
            kind=["workday", None],
            charging_kwh=[[[120.0, 60.0], [60.0, 30.0]], [[240.0, 60.0], [60.0, 30.0]]],
            fleet=[
                {
                    "vehicle": "V1",
                    "truck_type": "Van",
                    "year": 2025,
                    "until": 2026,
                    "distance_km": 10.0,
                    "window": "5PM-7AM",
                }
            ],
            trucks=[{"truck_type": "Van", "year": year, "consumption": 0.5, "max_kw": 3.0} for year in (2025, 2026)],
            grid_price=[[0.3, 0.2]],
            grid_limit_kwh=125.0,
            export_ratio=0.1,
            solar_yield=[[0.0, 0.0], [1.0, 0.0]],
            solar_existing_kwp=100.0,
            battery_existing_kwh=20.0,
            site_works=("Trench",),
            works_for=["Chargers"],
            works_price=[10.0],
            upgrades=("Transformer", "Cable"),
            adds_kw=[10.0, 3.0],
            upgrade_price=[5000.0, 4000.0],
            upgrade_most=[1.0, 2.0],
            lead_time=[1.0, 0.0],
            counts_in_budget=["no", "yes"],
            demand_charges=(
                {"charge": "Peak", "price": 100.0},
                {"charge": "Evening", "window": "7PM-9PM", "days": "workday", "billed": "year", "price": 500.0},
            ),
            peak_factor=1.2,
            ratchet=0.9,
            fixed_charge=50.0,
            incentives=("Voucher",),
            granted_for=["Transformer"],
            granted_share=0.1,
        )
    ).plan
    # 240 kWh in 12 h of which 125 come at first: 10 kW x 12 h = 120 more, paid a year before
    assert plan.upgrade_add.tolist() == [[1, 0], [0, 0]]
    # 1.2 x 120 kWh / 12 h, then 1.2 x 240 kWh / 12 h; nine tenths of them in summer; 1.2 x 65 kWh / 12 h in the evening
    assert plan.peak_kw.tolist() == [pytest.approx([12, 10.8, 6.5]), pytest.approx([24, 21.6, 6.5])]
    return plan


def check(plan: Plan, case: Case | None = None) -> Verification:
    return verify(plan, case or plan.case, plan.objective, plan.objective)


def idle_plan(**changes: Any) -> Plan:
    """A depot that charges nothing and buys nothing: every figure of its plan is 0."""
    return optimize(one_slot(charging_kwh=0.0, **changes)).plan


def spoiled(plan: Plan, name: str, index: tuple[int, ...], by: float) -> Plan:
    array = getattr(plan, name).copy()
    array[index] += by
    return plan.replace(**{name: array})


@pytest.mark.parametrize("ratio", TOTALS)
def test_a_sound_plan_passes(ratio: float):
    plan = optimize(study(ratio)).plan
    found = check(plan)
    assert found.has_passed
    assert found.largest_residual < 1e-12
    assert found.objective_usd == pytest.approx(TOTALS[ratio], abs=5e-5)


@pytest.mark.parametrize(
    ("name", "index", "by", "family"),
    [
        ("grid_to_load", (0, 0, 0), -1.0, "demand_balance 2025 12AM-6AM"),
        ("grid_to_load", (0, 0, 0), 1.0, "demand_balance 2025 12AM-6AM"),
        ("solar_to_load", (1, 0, 2), -1.0, "solar_balance 2026 12PM-6PM"),
        ("solar_to_grid", (0, 0, 1), 1.0, "solar_balance 2025 6AM-12PM"),
        ("solar_to_battery", (2, 0, 1), 1.0, "battery_balance 2027 12PM-6PM"),
        ("battery_to_load", (3, 0, 3), 1.0, "battery_balance 2028 12AM-6AM"),
        ("battery_to_grid", (3, 0, 3), 1.0, "battery_balance 2028 12AM-6AM"),
        ("battery_to_grid", (3, 0, 3), 200.0, "discharge_limit 2028 6PM-12AM"),
        ("soc", (3, 0, 2), 1.0, "battery_balance 2028 12PM-6PM"),
        ("soc", (0, 0, 0), -1.0, "soc is not negative 2025 12AM-6AM"),
        ("grid_to_load", (0, 0, 1), -1.0, "grid_to_load is not negative 2025 6AM-12PM"),
        ("solar_add", (4,), -1.0, "solar_add is not negative 2029"),
        ("solar_add", (4,), 1.0, "solar_room"),
        ("battery_add", (4,), -1.0, "battery_add is not negative 2029"),
        ("charger_add", (1, 0), -1.0, "charger_capacity 2025"),
        ("charger_add", (1, 0), 0.5, "charger_add is whole"),
        ("charger_add", (0, 4), -1.0, "charger_add is not negative 2029"),
        ("charger_add", (1, 0), 1.0, "capex_budget 2025"),
        ("battery_add", (4,), 2000.0, "battery_room"),
        ("battery_add", (1,), -1.0, "soc_limit"),
        ("battery_add", (1,), -1.0, "discharge_limit"),
    ],
)
def test_a_spoiled_figure_is_found_and_named(plan: Plan, name: str, index: tuple[int, ...], by: float, family: str):
    found = check(spoiled(plan, name, index, by))
    assert not found.has_passed
    assert any(failure.startswith(family) for failure in found.failures), found.failures


@pytest.mark.parametrize(
    ("name", "first", "family"),
    [
        ("charger_add", (1, 0), "charger_capacity 2025"),
        ("solar_add", (0,), "solar_balance 2025"),
        ("battery_add", (1,), "soc_limit 2026"),
    ],
)
def test_what_is_bought_a_year_too_late_is_found(plan: Plan, name: str, first: tuple[int, ...], family: str):
    array = getattr(plan, name).copy()
    next_year = (*first[:-1], first[-1] + 1)
    array[next_year] += array[first]
    array[first] = 0.0
    found = check(plan.replace(**{name: array}))
    assert any(failure.startswith(family) for failure in found.failures), found.failures


def test_the_report_says_what_is_off_where_and_by_how_much():
    plan = idle_plan(solar_max_added_kwp=10.0, solar_price=0.0)
    found = check(plan.replace(solar_add=np.array([12.5])))
    assert found.failures == ["solar_room: off by 2.5"]
    assert found.largest_residual_at == "solar_room"
    assert found.largest_residual == 0.25  # 2.5 of 10 kWp


def test_a_plan_without_any_residual_names_no_place():
    found = check(idle_plan())
    assert (found.largest_residual, found.largest_residual_at) == (0.0, "")


def test_the_grid_limit_is_checked():
    case = study(0.5)
    plan = optimize(case).plan
    tighter = study(0.5, grid_limit_kwh=1749.9)
    assert any(failure.startswith("grid_limit 2029 12PM-6PM") for failure in check(plan, tighter).failures)


@pytest.mark.parametrize("name", DECIDED)
def test_no_figure_can_be_changed_unnoticed(plan: Plan, name: str):
    array = getattr(plan, name)
    for index in np.ndindex(array.shape):
        for by in (-0.01, 0.01):
            changed = spoiled(plan, name, index, by)
            assert not verify(changed, plan.case, plan.objective, plan.objective).has_passed, (name, index, by)


@pytest.mark.parametrize("name", DECIDED)
def test_no_figure_of_upgrades_and_peaks_can_be_changed_unnoticed(refined: Plan, name: str):
    assert check(refined).has_passed
    array = getattr(refined, name)
    assert array.size
    least = 1.0 if name == "grant" else 0.01  # a cent is noise
    for index in np.ndindex(array.shape):
        for by in (-least, least):
            changed = spoiled(refined, name, index, by)
            assert not verify(changed, refined.case, refined.objective, refined.objective).has_passed, (index, by)


@pytest.mark.parametrize(
    ("name", "index", "by", "family"),
    [
        ("upgrade_add", (0, 0), -1.0, "grid_limit 2026 Winter day 6AM-6PM"),
        ("upgrade_add", (0, 1), 1.0, "upgrade_room Transformer"),
        ("upgrade_add", (1, 1), 2.5, "upgrade_room Cable"),
        ("upgrade_add", (1, 0), 0.5, "upgrade_add is whole 2025 Cable"),
        ("upgrade_add", (1, 0), -1.0, "upgrade_add is not negative 2025 Cable"),
        ("upgrade_add", (1, 0), 25.0, "capex_budget 2025"),
        ("peak_kw", (0, 0), -1.0, "peak 2025 Peak Winter Winter day 6AM-6PM"),
        ("peak_kw", (1, 2), -1.0, "peak 2026 Evening all year Winter day 6PM-6AM"),
        ("peak_kw", (1, 1), -1.0, "ratchet 2026 Peak Summer"),
        ("peak_kw", (0, 0), -13.0, "peak_kw is not negative 2025 Peak Winter"),
        ("grid_to_load", (1, 0, 0), 1.0, "peak 2026 Peak Winter Winter day 6AM-6PM"),
        ("grid_to_load", (1, 0, 0), 10.0, "grid_limit 2026 Winter day 6AM-6PM"),
    ],
)
def test_a_spoiled_upgrade_or_peak_is_found_and_named(
    refined: Plan, name: str, index: tuple[int, ...], by: float, family: str
):
    found = check(spoiled(refined, name, index, by))
    assert any(failure.startswith(family) for failure in found.failures), found.failures


def test_an_upgrade_paid_too_late_is_found(refined: Plan):
    late = refined.replace(upgrade_add=[[0, 1], [0, 0]])  # it would serve in 2027
    assert any(failure.startswith("grid_limit 2026") for failure in check(late).failures)


def test_an_upgrade_that_somebody_else_pays_is_left_out_of_the_budget_but_not_of_the_cost(refined: Plan):
    tight = refined.case.replace(
        capex_budget=1010.0
    )  # one charger and its trench; 5,000 USD of the transformer do not count
    assert check(refined, tight).has_passed
    counted = tight.replace(counts_in_budget="yes")
    assert check(refined, counted).failures == [  # 500 of 5,000 are granted
        "capex_budget 2025: off by 4,500",
        "budget_after_grants 2025: off by 4,490",  # without the trench
    ]


@pytest.mark.parametrize(
    ("name", "stated"),
    [("upgrade_kw", "upgrade_kw 2026"), ("upgrades_bought", "upgrades_bought 2026"),
     ("demand_charges", "demand_charges 2026"), ("capex", "capex 2026"), ("grid_import", "grid_import 2025")],
)  # fmt: skip
def test_every_figure_that_a_refined_plan_states_of_itself_is_checked(
    name: str, stated: str, refined: Plan, monkeypatch: pytest.MonkeyPatch
):
    figures = getattr(refined, name).copy()
    figures[..., 1] += 10.0
    monkeypatch.setattr(Plan, name, property(lambda _plan: figures), raising=False)
    found = verify(refined, refined.case, refined.objective, -np.inf)
    assert any(failure.startswith(stated) for failure in found.failures), found.failures


def test_a_figure_that_is_no_number_is_found(plan: Plan):
    found = check(spoiled(plan, "soc", (0, 0, 0), np.nan))
    assert not found.has_passed
    assert found.largest_residual == np.inf


def test_a_figure_that_is_no_number_does_not_hide_another_fault(plan: Plan):
    found = check(spoiled(spoiled(plan, "soc", (0, 0, 0), np.nan), "grid_to_load", (3, 0, 0), 1.0))
    assert any(failure.startswith("soc ") for failure in found.failures)
    assert any(failure.startswith("demand_balance 2028 12AM-6AM") for failure in found.failures)


def test_the_tolerance_is_relative_and_holds_on_both_sides(plan: Plan):
    need = plan.demand_kwh[4, 0, 3]  # 1,660 kWh in 2029 6PM-12AM
    for share, is_fine in ((0.5, True), (1.5, False)):
        changed = spoiled(plan, "grid_to_load", (4, 0, 3), share * TOLERANCE * need)
        assert verify(changed, plan.case, changed.objective, plan.objective).has_passed is is_fine


@pytest.mark.parametrize(
    ("name", "by"),
    [("solar_add", -1.0), ("soc", -1.0), ("charger_add", 1.0), ("grid_to_load", 1.0)],
)
def test_of_a_figure_below_1_the_tolerance_is_that_of_1(name: str, by: float):
    plan = idle_plan()  # nothing is needed, so 0 is right
    for share, is_fine in ((0.5, True), (1.5, False)):
        changed = spoiled(plan, name, (0,) * getattr(plan, name).ndim, share * TOLERANCE * by)
        assert verify(changed, plan.case, changed.objective, -np.inf).has_passed is is_fine


def test_what_is_off_by_just_the_tolerance_passes():
    plan = idle_plan()  # it costs 0 USD
    assert verify(plan, plan.case, TOLERANCE, -np.inf).has_passed
    assert not verify(plan, plan.case, np.nextafter(TOLERANCE, 1), -np.inf).has_passed


def test_a_cost_that_is_not_the_plans_is_found(plan: Plan):
    assert verify(plan, plan.case, plan.objective + 2.0, -np.inf).failures == ["objective: off by 2"]
    assert verify(plan, plan.case, plan.objective + 0.5, plan.objective).has_passed  # 0.5 of 1.2 million USD is noise


def test_a_bound_above_the_cost_is_found(plan: Plan):
    found = verify(plan, plan.case, plan.objective, plan.objective + 2.0)
    assert found.failures == ["best bound above the cost: off by 2"]
    assert verify(plan, plan.case, plan.objective, -np.inf).has_passed


def test_a_plan_that_adds_its_money_up_wrongly_is_found(plan: Plan, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Plan, "opex", property(lambda _plan: np.full(5, 1.0)), raising=False)
    found = verify(plan, plan.case, 1_176_487.1155, 1_176_487.1155)
    assert any(failure.startswith("total_cost") for failure in found.failures)


def test_existing_equipment_counts():
    plan = optimize(two_slots(chargers_existing=[1.0], battery_existing_kwh=10.0, solar_existing_kwp=300.0)).plan
    assert check(plan).has_passed
    without = two_slots(chargers_existing=[0.0], battery_existing_kwh=10.0, solar_existing_kwp=300.0)
    assert any(failure.startswith("charger_capacity") for failure in check(plan, without).failures)


def test_the_c_rate_per_hour_is_checked_per_hour():
    case = two_slots(c_rate_basis="hour", c_rate=0.05, battery_existing_kwh=100.0, solar_existing_kwp=300.0,
                     charging_kwh=[[[0.0, 200.0]]], battery_max_kwh=0.0)  # fmt: skip
    plan = optimize(case).plan
    assert plan.battery_to_load.sum() == pytest.approx(60)  # 0.05 / h x 12 h x 100 kWh
    assert check(plan).has_passed
    slower = case.replace(c_rate=0.04)
    assert any(failure.startswith("discharge_limit") for failure in check(plan, slower).failures)


def test_the_check_shares_no_code_with_the_model():
    tree = ast.parse(Path(fleetopt.plan.verify.__file__).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported == {
        "__future__",
        "collections",
        "collections.abc",
        "dataclasses",
        "typing",
        "fleetopt.depot",
        "fleetopt.depot.case",
        "fleetopt.depot.part",
        "fleetopt.plan.plan",
    }
    asked = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not asked & {"formula", "holds"}  # no rule, quantity or money of the model is worked out


def test_everything_that_follows_from_decisions_is_counted_a_second_time(plan: Plan):
    follows = {name for name, decision in DECISIONS.items() if decision.follows}
    assert recounted(plan, plan.case).keys() == {*follows, *QUANTITIES, *(money.name for money in MONEY)}


@pytest.mark.parametrize(
    "name",
    ["solar_kwp", "battery_kwh", "chargers", "capex", "opex", "solar_export_revenue", "battery_export_revenue"],
)
def test_every_figure_that_a_plan_states_of_itself_is_checked(name: str, plan: Plan, monkeypatch: pytest.MonkeyPatch):
    stated = getattr(plan, name).copy()
    stated[..., 2] += 10.0
    monkeypatch.setattr(Plan, name, property(lambda _plan: stated), raising=False)
    found = verify(plan, plan.case, 1_176_487.1155, -np.inf)
    assert any(failure.startswith(f"{name} 2027: ") for failure in found.failures), found.failures
