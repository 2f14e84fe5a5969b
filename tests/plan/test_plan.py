"""The plan's own figures and tables."""

from __future__ import annotations

import numpy as np
import pytest

from fleetopt.model.formulation import build
from fleetopt.plan.optimize import optimize
from fleetopt.plan.plan import Plan, plan_of
from fleetopt.results.csv import details, flows
from tests.cases import study


@pytest.fixture(scope="module")
def plan() -> Plan:
    return optimize(study(0.0)).plan


def test_installed_is_existing_and_bought_so_far(plan: Plan):
    assert plan.solar_kwp == pytest.approx([566.6667, 700, 700, 700, 700], abs=1e-4)
    assert plan.battery_kwh == pytest.approx([91.6667, 91.6667, 180.235, 180.235, 180.235], abs=1e-4)
    assert plan.chargers.tolist() == [[0, 0, 0, 0, 0], [1, 1, 1, 1, 2]]


def test_noise_becomes_zero_and_counts_become_whole():
    program = build(study())
    values = np.full(program.size[1], 3e-8)
    values[program.column_families["charger_add"].slice] = 0.9999999
    values[program.column_families["soc"].slice] = -4e-8
    plan = plan_of(study(), program, values)
    assert plan.charger_add.tolist() == [[1] * 5] * 2
    assert plan.solar_add.tolist() == [0] * 5
    assert not np.signbit(plan.soc).any()


def test_a_figure_that_is_no_noise_is_kept():
    program = build(study())
    plan = plan_of(study(), program, np.full(program.size[1], 2e-7))
    assert plan.solar_add.tolist() == [2e-7] * 5


def test_details_have_a_row_for_each_year_day_type_and_slot_in_order(plan: Plan):
    columns = details(plan)
    assert {len(column) for column in columns.values()} == {20}
    assert columns["Year"][:5] == [2025, 2025, 2025, 2025, 2026]
    assert columns["Slot"][:5] == [1, 2, 3, 4, 1]
    assert columns["SlotLabel"][:2] == ["12AM-6AM", "6AM-12PM"]
    assert columns["FleetSize"][::4] == [10, 15, 20, 25, 30]


def test_flows_are_a_table_for_pandas(plan: Plan):
    table = flows(plan)
    assert list(table.columns[:3]) == ["Year", "Slot", "FleetSize"]
    made = table["SolarUsed_kWh"] + table["SolarStored_kWh"] + table["SolarExported_kWh"]
    assert made.to_numpy() == pytest.approx(table["SolarGenerated_kWh"].to_numpy())
    assert table["GridUsed_kWh"].max() == pytest.approx(1750)


def test_a_plan_of_nothing_has_what_exists():
    nothing = Plan(study(chargers_existing=[1.0, 2.0], battery_existing_kwh=10.0))
    assert nothing.solar_kwp.tolist() == [500] * 5
    assert nothing.battery_kwh.tolist() == [10] * 5
    assert nothing.chargers.tolist() == [[1] * 5, [2] * 5]
    assert nothing.charging_kw.tolist() == [850] * 5  # 50 + 2 x 400
    assert nothing.objective == 0


def test_a_decision_that_there_is_not_is_refused(plan: Plan):
    with pytest.raises(TypeError, match="wind_add"):
        plan.replace(wind_add=np.zeros(5))
    with pytest.raises(TypeError, match="solar_kwp"):
        plan.replace(solar_kwp=np.zeros(5))  # it follows from what is bought


def test_another_plan_differs_in_what_is_replaced_and_what_follows_from_it(plan: Plan):
    other = plan.replace(solar_add=[1, 0, 0, 0, 0])
    assert other.solar_kwp.tolist() == [501] * 5
    assert other.capex[0] == pytest.approx(plan.capex[0] - (plan.solar_add[0] - 1) * 450)
    assert (other.soc == plan.soc).all()


def test_money_by_slot_adds_up_to_that_of_the_year(plan: Plan):
    for money in ("opex", "solar_export_revenue", "battery_export_revenue"):
        assert plan.by_slot(money).shape == (5, 1, 4)
        assert plan.by_slot(money).sum(axis=(1, 2)) == pytest.approx(getattr(plan, money))


def test_each_item_has_what_is_bought_and_what_is_there(plan: Plan):
    bought = {item.name: plan.of_item(item, item.purchase.bought).tolist() for item in plan.case.items}
    assert bought["400 kW"] == [1, 0, 0, 0, 1]
    assert bought["Solar"] == plan.solar_add.tolist()
    assert plan.bought.tolist() == list(bought.values())
    assert plan.bare.bought.tolist() == plan.bought.tolist()


def test_both_sides_of_a_rule_are_to_be_had_in_numbers(plan: Plan):
    grid = plan.holds("grid_limit")
    assert grid.used == pytest.approx(plan.grid_to_load)
    assert grid.most.tolist() == [[[1750] * 4]] * 5
    chargers = plan.holds("charger_capacity")  # given >= needed: what is given is the limit
    assert chargers.used.tolist() == plan.case.charging_kwh.tolist()
    assert chargers.most[4].tolist() == [[800 * 6] * 4]


def test_what_a_case_has_not_got_is_empty_in_its_plan(plan: Plan):
    assert plan.upgrade_add.shape == (0, 5)
    assert plan.peak_kw.shape == (5, 0)
    assert plan.upgrade_kw.tolist() == [0] * 5
    assert plan.demand_charges.tolist() == [0] * 5
