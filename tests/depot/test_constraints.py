"""Each family of constraints on the smallest case that shows it, with its boundary on both sides.

One year, one slot of 24 h, 100 kWh to charge, 1 USD/kWh, 365 days, unless a test says otherwise (`tests/cases.py`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fleetopt.model.formulation import build
from tests.cases import one_slot, study, two_slots
from tests.depot.planned import has_plan, solved


def test_demand_balance_covers_charging_and_baseload():
    plan = solved(one_slot(charging_kwh=100.0, baseload_kwh=20.0))
    assert plan.grid_to_load.item() == pytest.approx(120)  # 100 + 20, and nothing else can give


def test_demand_balance_adds_the_three_sources_up():
    # 30 kWh of sun at day and a battery of 20 kWh at C-rate 1: 100 - 30 + 20 stored, 100 - 20 at night
    plan = solved(
        two_slots(charging_kwh=100.0, solar_existing_kwp=120.0, solar_max_added_kwp=0.0, battery_existing_kwh=20.0,
                  battery_max_kwh=0.0, c_rate=1.0)
    )  # fmt: skip
    assert plan.solar_to_load.ravel() == pytest.approx([100, 0])
    assert plan.battery_to_load.ravel() == pytest.approx([0, 20])
    assert plan.grid_to_load.ravel() == pytest.approx([0, 80])


@pytest.mark.parametrize(
    ("kwp", "used", "exported"),
    [(40.0, 80, 0), (50.0, 100, 0), (60.0, 100, 20)],  # 2 kWh/kWp x kWp, up to the 100 kWh that are needed
)
def test_solar_balance_splits_what_the_panels_make(kwp: float, used: float, exported: float):
    plan = solved(one_slot(solar_yield=2.0, solar_existing_kwp=kwp, solar_max_added_kwp=0.0, battery_max_kwh=0.0))
    assert plan.solar_to_load.item() == pytest.approx(used)
    assert plan.solar_to_grid.item() == pytest.approx(exported)


def test_battery_balance_carries_the_day_into_the_night():
    plan = solved(
        two_slots(charging_kwh=[[[0.0, 30.0]]], solar_existing_kwp=50.0, battery_existing_kwh=100.0, c_rate=1.0)
    )
    # 30 of the 50 kWh of sun are stored by day, are there at the start of the night and gone at its end
    assert plan.solar_to_battery.ravel() == pytest.approx([30, 0])
    assert plan.soc.ravel() == pytest.approx([0, 30])
    assert plan.battery_to_load.ravel() == pytest.approx([0, 30])


def test_battery_balance_returns_to_where_the_day_began():
    # sun only in the last slot, need only in the first: the night's charge serves the next morning
    plan = solved(
        two_slots(charging_kwh=[[[30.0, 0.0]]], solar_yield=[[0.0, 1.0]], solar_existing_kwp=30.0,
                  battery_existing_kwh=100.0, c_rate=1.0)
    )  # fmt: skip
    assert plan.grid_to_load.ravel() == pytest.approx([0, 0])
    assert plan.soc.ravel() == pytest.approx([30, 0])


def test_battery_balance_never_gives_what_was_not_stored():
    plan = solved(two_slots(charging_kwh=[[[0.0, 30.0]]], battery_existing_kwh=100.0, solar_max_added_kwp=0.0))
    assert plan.grid_to_load.ravel() == pytest.approx([0, 30])  # a full battery is no gift


@pytest.mark.parametrize(
    ("basis", "c_rate", "given"),
    [("slot", 0.5, 40), ("slot", 0.25, 20), ("hour", 0.5, 80), ("hour", 0.02, 19.2)],
    # 80 kWh x 0.5; x 0.25; x 0.5/h x 12 h = 480, so the 80 kWh it holds; x 0.02/h x 12 h
)
def test_discharge_limit_counts_the_c_rate_for_each_slot_or_hour(basis: Any, c_rate: float, given: float):
    plan = solved(
        two_slots(charging_kwh=[[[0.0, 200.0]]], solar_existing_kwp=500.0, solar_max_added_kwp=0.0,
                  battery_existing_kwh=80.0, battery_max_kwh=0.0, c_rate=c_rate, c_rate_basis=basis)
    )  # fmt: skip
    assert plan.battery_to_load.ravel() == pytest.approx([0, given])


def test_discharge_limit_counts_load_and_export_together():
    plan = solved(
        two_slots(charging_kwh=[[[0.0, 30.0]]], grid_price=[[0.1, 1.0]], export_ratio=1.0, solar_existing_kwp=500.0,
                  solar_max_added_kwp=0.0, battery_existing_kwh=80.0, battery_max_kwh=0.0, c_rate=0.5)
    )  # fmt: skip
    assert (plan.battery_to_load + plan.battery_to_grid).ravel()[1] == pytest.approx(40)  # 80 x 0.5


@pytest.mark.parametrize(("size", "stored"), [(29.0, 29), (30.0, 30), (31.0, 30)])
def test_soc_limit_holds_no_more_than_the_battery(size: float, stored: float):
    plan = solved(
        two_slots(charging_kwh=[[[0.0, 30.0]]], solar_existing_kwp=500.0, solar_max_added_kwp=0.0,
                  battery_existing_kwh=size, battery_max_kwh=0.0, c_rate=10.0)
    )  # fmt: skip
    assert plan.soc.ravel()[1] == pytest.approx(stored)


@pytest.mark.parametrize(("limit", "is_enough"), [(99.99, False), (100.0, True), (100.01, True)])
def test_grid_limit_binds_exactly_at_the_need(limit: float, is_enough: bool):
    assert has_plan(one_slot(charging_kwh=100.0, grid_limit_kwh=limit, solar_max_added_kwp=0.0)) is is_enough


def test_grid_limit_binds_exactly_at_1750_kwh():
    plan = solved(study(1.0))
    assert plan.grid_to_load[4, 0, 2] == pytest.approx(1750)  # 2029, 12PM-6PM
    assert plan.grid_to_load.max() <= 1750 * (1 + 1e-9)


def test_grid_limit_holds_for_each_slot_by_itself():
    assert has_plan(two_slots(charging_kwh=[[[50.0, 90.0]]], grid_limit_kwh=[50.0, 90.0], solar_max_added_kwp=0.0))
    assert not has_plan(two_slots(charging_kwh=[[[50.0, 90.0]]], grid_limit_kwh=[90.0, 50.0], solar_max_added_kwp=0.0))


@pytest.mark.parametrize(("need", "bought"), [(1199.9, 1), (1200.0, 1), (1200.1, 2)])  # 50 kW x 24 h = 1,200 kWh
def test_charger_capacity_covers_the_charging_of_the_slot(need: float, bought: int):
    plan = solved(one_slot(charging_kwh=need, grid_limit_kwh=2000.0))
    assert plan.charger_add.item() == bought


def test_charger_capacity_counts_charging_but_not_baseload():
    plan = solved(one_slot(charging_kwh=0.0, baseload_kwh=500.0))
    assert plan.charger_add.item() == 0


def test_charger_capacity_counts_existing_chargers():
    plan = solved(one_slot(charging_kwh=1300.0, grid_limit_kwh=2000.0, chargers_existing=[1.0]))
    assert plan.charger_add.item() == 1  # 1 + 1 give 2,400 kWh


@pytest.mark.parametrize(("price", "bought"), [(399.0, [8, 0]), (401.0, [0, 1])])
def test_charger_capacity_takes_the_cheapest_mix_of_types(price: float, bought: list[int]):
    # 400 kW are needed: eight of 50 kW at `price`, or one of 400 kW at 3,200
    plan = solved(
        one_slot(charging_kwh=9600.0, grid_limit_kwh=9600.0, chargers=("50 kW", "400 kW"), power_kw=[50.0, 400.0],
                 charger_price=[[price], [3200.0]])
    )  # fmt: skip
    assert plan.charger_add.ravel().tolist() == bought


def test_solar_room_bounds_what_is_added_over_all_years():
    # each kWp saves 365 x 1 USD a year for 100 USD, so all the room is used, once
    plan = solved(one_slot(years=(2025, 2026), solar_yield=1.0, solar_max_added_kwp=60.0))
    assert plan.solar_add.sum() == pytest.approx(60)
    assert plan.solar_kwp.tolist() == pytest.approx([60, 60])


def test_solar_room_leaves_existing_solar_alone():
    plan = solved(one_slot(solar_yield=1.0, solar_existing_kwp=30.0, solar_max_added_kwp=20.0))
    assert plan.solar_kwp.item() == pytest.approx(50)


def test_battery_room_bounds_what_is_added_over_all_years():
    plan = solved(
        two_slots(years=(2025, 2026), charging_kwh=[[[0.0, 100.0]]], solar_existing_kwp=500.0, battery_max_kwh=60.0,
                  c_rate=1.0)
    )  # fmt: skip
    assert plan.battery_add.sum() == pytest.approx(60)


@pytest.mark.parametrize(("budget", "is_enough"), [(999.99, False), (1000.0, True), (1000.01, True)])
def test_capex_budget_binds_exactly_at_the_price_of_a_charger(budget: float, is_enough: bool):
    assert has_plan(one_slot(capex_budget=budget, solar_max_added_kwp=0.0)) is is_enough


def test_capex_budget_counts_solar_battery_and_chargers_together():
    # a charger of 1,000 USD must be bought; what is left of 1,500 buys 5 kWp at 100 USD
    plan = solved(one_slot(solar_yield=1.0, capex_budget=1500.0))
    assert plan.solar_add.item() == pytest.approx(5)
    assert plan.capex.item() == pytest.approx(1500)


def test_capex_budget_of_a_year_is_not_carried_over():
    # 1,000 USD in 2025 go for the charger; 2026 has 300 USD, 3 kWp, whatever 2025 left
    plan = solved(one_slot(years=(2025, 2026), solar_yield=1.0, capex_budget=[1200.0, 300.0]))
    assert plan.solar_add.tolist() == pytest.approx([2, 3])


def test_what_is_bought_in_a_year_serves_from_that_year_on():
    plan = solved(one_slot(years=(2025, 2026, 2027), solar_yield=1.0, capex_budget=[1200.0, 300.0, 0.0]))
    assert plan.solar_kwp.tolist() == pytest.approx([2, 5, 5])
    assert plan.grid_to_load.ravel() == pytest.approx([98, 95, 95])
    assert plan.chargers.ravel().tolist() == [1, 1, 1]


def test_the_model_has_every_family_of_the_formulation_and_no_other():
    program = build(study())
    assert set(program.row_families) == {
        "solar_installed", "battery_installed", "chargers_installed",
        "demand_balance", "solar_balance", "battery_balance", "discharge_limit", "soc_limit", "grid_limit",
        "charger_capacity", "solar_room", "battery_room", "capex_budget",
    }  # fmt: skip


@pytest.mark.parametrize("family", ["demand_balance", "battery_balance", "grid_limit", "charger_capacity"])
def test_a_family_has_a_row_for_each_year_day_type_and_slot(family: str):
    program = build(study())
    assert program.row_families[family].shape == (5, 1, 4)


def test_only_chargers_are_bought_whole():
    program = build(study())
    assert program.take("charger_add", program.integer).all()
    assert program.integer.sum() == 10
    assert np.isposinf(program.upper).all()
    assert (program.lower == 0).all()
