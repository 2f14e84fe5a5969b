"""Levels of prices, prices of export, and a battery that may not sell, by hand on depots of one slot or two."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fleetopt.depot import TABLES, export_price
from fleetopt.plan.assumptions import assumptions
from fleetopt.plan.verify import verify
from fleetopt.words.rows import Rows
from tests.cases import one_slot, two_slots
from tests.depot.planned import solved

SUNNY: dict[str, Any] = {"solar_yield": [[1.0, 0.0]], "solar_existing_kwp": 10.0, "solar_max_added_kwp": 0.0}


def test_the_price_index_of_a_year_raises_its_energy_and_its_fixed_charge():
    plan = solved(one_slot(years=(2025, 2026), price_index=[1.0, 1.5], fixed_charge=10.0))
    assert plan.opex.tolist() == pytest.approx([36_500, 1.5 * 36_500])
    assert plan.demand_charges.tolist() == pytest.approx([120, 180])


def test_the_energy_price_factor_leaves_the_fixed_charge_alone():
    plan = solved(one_slot(energy_price_factor=2.0, fixed_charge=10.0))
    assert plan.opex.tolist() == pytest.approx([73_000])
    assert plan.demand_charges.tolist() == pytest.approx([120])


def test_what_is_sold_earns_its_own_price_times_the_level_and_else_a_share_of_the_grids():
    # 10 kWh a day are sold in the sunny slot, in which nothing is needed
    sold: dict[str, Any] = {**SUNNY, "charging_kwh": [[[0.0, 100.0]]], "battery_max_kwh": 0.0, "price_index": 2.0}
    own = solved(two_slots(**sold, export_ratio=0.5, export_price=[[0.3, np.inf]]))
    assert own.solar_export_revenue.tolist() == pytest.approx([2 * 0.3 * 10 * 365])
    share = solved(two_slots(**sold, export_ratio=0.5, export_price=[[np.inf, 0.3]]))
    assert share.solar_export_revenue.tolist() == pytest.approx([2 * 0.5 * 10 * 365])


def test_a_battery_that_may_not_sell_stores_for_the_load_alone():
    # 10 kWh of the sunny slot are worth 3 in the dark one, 1 used and 9 sold; 1 kWh of the sunny slot is bought at 1
    dark: dict[str, Any] = {**SUNNY, "grid_price": [[1.0, 3.0]], "export_ratio": 1.0, "battery_price": 10.0,
                            "charging_kwh": [[[1.0, 1.0]]]}  # fmt: skip
    sells = solved(two_slots(**dark))
    assert sells.battery_to_grid.sum() == pytest.approx(9)
    keeps = solved(two_slots(**dark, battery_export="no"))
    assert keeps.battery_to_grid.sum() == 0
    assert keeps.battery_to_load.sum() == pytest.approx(1)
    assert not verify(sells, two_slots(**dark, battery_export="no"), sells.objective, -np.inf).has_passed
    assert not any("battery energy earns" in text for text in assumptions(keeps.case))


@pytest.mark.parametrize(
    "changes", [{"price_index": 1.1}, {"energy_price_factor": 1.1}, {"export_price": [[0.9, 0.9]]}]
)
def test_the_check_finds_a_plan_that_was_priced_otherwise(changes: dict[str, Any]):
    sold: dict[str, Any] = {**SUNNY, "charging_kwh": [[[0.0, 100.0]]], "export_ratio": 0.5}
    plan = solved(two_slots(**sold))
    found = verify(plan, two_slots(**sold, **changes), plan.objective, -np.inf)
    assert "revenue" in " ".join(found.failures) or "opex" in " ".join(found.failures)


def test_energy_that_is_sold_dearer_than_bought_is_doubted_at_its_first_cell():
    prices = {"export_price": [0.1, None, 0.5, 0.6], "grid_price": [0.2, 0.2, 0.2, 0.2]}
    energy = Rows(TABLES["tblEnergy"], prices, {"export_price": "export price {}".format})
    [problem] = export_price.sold_dearer_than_bought({"tblEnergy": energy})
    assert (problem.severity, problem.where) == ("warning", "export price 2")
    assert "0.5 USD/kWh is above the grid price of 0.2" in problem.message
