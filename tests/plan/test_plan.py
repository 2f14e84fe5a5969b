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
