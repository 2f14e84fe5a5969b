"""Grants by hand: one slot of 24 h, 100 kWh to charge; one charger of 1,000 USD is needed."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
import pytest

from fleetopt.inputs.checks import check
from fleetopt.inputs.inputs import Inputs
from fleetopt.inputs.scenarios import scenarios
from fleetopt.plan.diagnose import why_no_plan
from fleetopt.plan.limits import limits
from fleetopt.plan.optimize import optimize
from fleetopt.plan.plan import Plan
from fleetopt.plan.verify import verify
from fleetopt.results.answer import answer
from fleetopt.results.csv import optimization_results
from fleetopt.solvers.deadline import Deadline
from tests.cases import one_slot
from tests.untidy import refined_inputs

ENERGY = 36_500.0


def granted(*rows: dict[str, Any], **changes: Any) -> Plan:
    plan = optimize(one_slot(**incentives(*rows), **changes)).plan
    assert plan is not None
    return plan


def incentives(*rows: dict[str, Any]) -> dict[str, Any]:
    blank = {"granted_for": "50 kW", "granted_share": 0.0, "granted_amount": 0.0, "granted_from": np.inf,
             "granted_until": np.inf, "granted_most_each": np.inf, "granted_most": np.inf}  # fmt: skip
    full = [{**blank, **row} for row in rows]
    return {"incentives": tuple(f"G{i}" for i in range(len(rows))), **{k: [row[k] for row in full] for k in blank}}


@pytest.mark.parametrize(
    ("rows", "amount"),
    [
        ([{"granted_share": 0.3}], 300),
        ([{"granted_amount": 400.0}], 400),
        ([{"granted_share": 0.3, "granted_amount": 400.0}], 700),
        ([{"granted_share": 0.3, "granted_amount": 400.0, "granted_most_each": 500.0}], 500),
        ([{"granted_amount": 400.0, "granted_most": 250.0}], 250),
        ([{"granted_amount": 400.0}, {"granted_share": 0.5}], 900),
        ([{"granted_amount": 800.0}, {"granted_share": 0.5}], 1000),  # no more than it costs
        ([{"granted_amount": 400.0, "granted_from": 2026.0}], 0),
        ([{"granted_amount": 400.0, "granted_until": 2024.0}], 0),
        ([{"granted_amount": 400.0, "granted_from": 2025.0, "granted_until": 2025.0}], 400),
        ([{"granted_for": " 50KW", "granted_amount": 400.0}], 400),  # as people write it
        ([{"granted_for": "solar", "granted_share": 0.3}], 0),  # none is bought
    ],
)
def test_a_charger_of_1000_usd_is_granted(rows: list[dict[str, Any]], amount: float):
    plan = granted(*rows)
    assert plan.grants.tolist() == pytest.approx([amount])
    assert plan.total_cost.tolist() == pytest.approx([1000 - amount + ENERGY])


def test_a_cap_is_used_up_early():
    # two chargers a year are needed, each is granted 400 up to 1,000 in all
    plan = granted({"granted_amount": 400.0, "granted_most": 1000.0}, years=(2025, 2026), charger_life=1.0,
                   charging_kwh=2000.0, grid_limit_kwh=3000.0)  # fmt: skip
    assert plan.charger_add.tolist() == [[2, 2]]
    assert plan.grant.tolist() == [pytest.approx([800, 200])]


@pytest.mark.parametrize("solver", ["scip", "highs", "cp-sat"])
def test_a_grant_helps_to_pay_only_where_it_counts_in_the_budget(solver: str):
    # the charger costs 1,000 USD, the budget is 700
    case = one_slot(**incentives({"granted_amount": 400.0}), capex_budget=700.0)
    with_it = optimize(case, solver=solver)
    assert with_it.plan.charger_add.tolist() == [[1]]
    assert with_it.is_certified
    assert with_it.solver == solver
    assert optimize(case.replace(grants_in_budget="no"), solver=solver).status == "infeasible"


def test_what_a_budget_lacks_is_said_after_grants():
    case = one_slot(**incentives({"granted_amount": 400.0}), capex_budget=300.0)
    [remedy] = why_no_plan(case, Deadline(None)).remedies
    assert [(limit.setting, float(raised.max())) for limit, raised in remedy.limits.items()] == [("capex_budget", 600)]
    assert remedy.cost == pytest.approx(600 + ENERGY)


def test_a_cap_stands_in_the_report_of_limits_and_one_that_is_not_there_does_not():
    plan = granted({"granted_amount": 400.0, "granted_most": 250.0}, {"granted_share": 0.1})
    [cap] = [use for use in limits(plan) if use.limit.startswith("Grants")]
    assert (cap.limit, cap.used, cap.most, cap.is_binding) == ("Grants: G0", pytest.approx(250), 250, True)


@pytest.mark.parametrize(
    ("rows", "changed", "failure"),
    [
        ([{"granted_amount": 400.0}], [[401.0]], "grant_most"),
        ([{"granted_amount": 400.0, "granted_most": 250.0}], [[251.0]], "grant_room"),
        ([{"granted_amount": 800.0}, {"granted_share": 0.5}], [[800.0], [201.0]], "grant_cost"),
        ([{"granted_amount": 400.0, "granted_from": 2026.0}], [[1.0]], "grant_most"),
        ([{"granted_amount": 400.0}], [[399.0]], "capex_budget"),
    ],
)
def test_a_grant_that_is_spoiled_is_found(rows: list[dict[str, Any]], changed: list[list[float]], failure: str):
    plan = granted(*rows)
    assert verify(plan, plan.case, plan.objective, plan.objective).has_passed
    case = plan.case.replace(capex_budget=600.0) if failure == "capex_budget" else plan.case
    spoiled = Plan(case, **{**plan.decided, "grant": changed})
    failures = verify(spoiled, case, spoiled.objective, -np.inf).failures
    assert any(said.startswith(failure) for said in failures), failures


def test_the_csv_and_the_words_name_grants():
    result = optimize(one_slot(**incentives({"granted_amount": 400.0})))
    rows = {row[0]: row[1:] for row in csv.reader(io.StringIO(optimization_results(result.plan)))}
    assert rows["Grants"] == ["400"]
    assert "grants pay 400 USD" in " ".join(answer("One", result))


# Inputs


def typed(**values: Any) -> Inputs:
    inputs = refined_inputs()
    for name, value in values.items():
        inputs["tblIncentives"].values[name] = [value]
    return inputs


def said(inputs: Inputs) -> list[tuple[str, str, str]]:
    return [(each.severity, each.where, each.message + " " + each.advice) for each in check(inputs)]


def test_an_incentive_that_is_in_order_passes_without_a_word():
    assert said(typed()) == []
    assert scenarios(typed())[0].case.incentives == ("Credit",)


@pytest.mark.parametrize(
    ("values", "severity", "words"),
    [
        ({"granted_for": "Solr"}, "error", "For is 'Solr', must be Solar, Battery, Battery power, a charger or an "
         "upgrade by name. Did you mean 'Solar'?"),
        ({"granted_from": 2027, "granted_until": 2026}, "error", "From is 2027, must be no later than Until, which is "
         "2026."),
        ({"granted_from": 2030, "granted_until": None}, "warning", "the incentive is granted in no year of the plan"),
        ({"granted_from": None, "granted_until": 2020}, "warning", "the incentive is granted in no year of the plan"),
        ({"granted_amount": 900.0}, "warning", "900 USD are granted for each, more than the price of 440 USD."),
        ({"granted_share": 0.0}, "warning", "Share and Amount are both 0, so nothing is granted."),
        ({"granted_for": "Battery power"}, "warning", "the battery's power has no price of its own"),
    ],
)  # fmt: skip
def test_an_incentive_that_does_not_fit_is_said_with_its_cell(values: dict[str, Any], severity: str, words: str):
    [(found, where, message)] = said(typed(**values))
    assert (found, where.startswith("Costs!")) == (severity, True)
    assert message.startswith(words)
