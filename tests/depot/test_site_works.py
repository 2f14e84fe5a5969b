"""Trenches and cranes, by hand on depots of one slot."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fleetopt.inputs.checks import check
from fleetopt.inputs.schema import TABLES
from fleetopt.plan.optimize import optimize
from fleetopt.plan.verify import verify
from fleetopt.words.rows import given
from tests.cases import one_slot
from tests.depot.planned import has_plan, solved
from tests.untidy import small_inputs

GROWING: dict[str, Any] = {
    "years": (2025, 2026, 2027), "charging_kwh": [[[1200.0]], [[2400.0]], [[3600.0]]], "grid_limit_kwh": 4000.0,
}  # fmt: skip
"""One, two, then three chargers of 50 kW for 1,000 USD each are needed."""


def trench(price: float, of: str = "Chargers") -> dict[str, Any]:
    return {"site_works": ("Trench",), "works_for": [of], "works_price": [price]}


@pytest.mark.parametrize("solver", ["scip", "highs", "cp-sat"])
def test_chargers_are_bought_together_where_works_cost_much(solver: str):
    assert solved(one_slot(**GROWING)).charger_add.tolist() == [[1, 1, 1]]
    plan = optimize(one_slot(**GROWING, **trench(400.0)), solver=solver).plan
    assert plan.charger_add.tolist() == [[3, 0, 0]]
    assert plan.works.tolist() == [[1, 0, 0]]
    assert plan.capex.tolist() == pytest.approx([3400, 0, 0])


def test_a_later_price_may_be_worth_new_works():
    cheaper = {**GROWING, "charger_price": [[1000.0, 1000.0, 100.0]]}
    assert solved(one_slot(**cheaper, **trench(800.0))).charger_add.tolist() == [[2, 0, 1]]
    assert solved(one_slot(**cheaper, **trench(1000.0))).charger_add.tolist() == [[3, 0, 0]]


def test_works_are_for_what_is_named():
    of_solar = solved(one_slot(**GROWING, **trench(400.0, "Solar")))
    assert of_solar.works.sum() == 0
    by_name = solved(one_slot(**GROWING, **trench(400.0, "50 KW")))
    assert by_name.works.tolist() == [[1, 0, 0]]


def test_the_budget_pays_them():
    assert has_plan(one_slot(capex_budget=1400.0, **trench(400.0)))
    assert not has_plan(one_slot(capex_budget=1399.0, **trench(400.0)))


def test_the_plan_is_certified_and_canonical():
    result = optimize(one_slot(**GROWING, **trench(400.0)))
    assert result.is_certified
    assert not [note for note in result.notes if "canonical" in note]


def test_the_check_finds_works_that_are_not_done():
    plan = solved(one_slot(**trench(400.0))).replace(works=0.0)
    found = verify(plan, plan.case, plan.objective, -np.inf)
    assert any(failure.startswith("works_done") for failure in found.failures)


def test_chargers_for_nothing_have_a_bound_too():
    assert solved(one_slot(**GROWING, charger_price=0.0, **trench(5.0))).works.sum() == 1


def test_works_for_what_is_not_sold_are_an_error_that_names_what_is():
    inputs = small_inputs()
    inputs.tables["tblSiteWorks"] = given(
        TABLES["tblSiteWorks"], [{"works": "Crane", "works_for": "Solr", "works_price": 5.0}], "Costs!1"
    )
    [said] = [str(problem) for problem in check(inputs) if "For is" in problem.message]
    assert said.startswith("error: Costs!1: For is 'Solr', must be Solar, Battery, Chargers, or a charger by name.")
    assert "Did you mean 'Solar'?" in said


def test_without_rows_nothing_is_on():
    assert one_slot().is_on() == []
    assert one_slot(**trench(1.0)).is_on() == ["site_works"]
