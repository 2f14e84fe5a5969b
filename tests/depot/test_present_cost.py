"""Discount, upkeep, lives, residual value and ageing by hand, on depots of one slot."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import numpy as np
import pytest

from fleetopt.depot import REFINEMENTS
from fleetopt.depot.case import Case
from fleetopt.inputs.checks import check
from fleetopt.inputs.inputs import Inputs
from fleetopt.inputs.scenarios import Scenario
from fleetopt.plan.assumptions import assumptions
from fleetopt.plan.optimize import Result, optimize
from fleetopt.plan.plan import Plan
from fleetopt.plan.verify import verify
from fleetopt.results import tables as results
from fleetopt.results.answer import answer
from fleetopt.results.csv import optimization_results
from fleetopt.results.json import as_text, summary
from fleetopt.results.report import report
from fleetopt.words.rows import Cell
from tests.cases import one_slot, study
from tests.untidy import small_inputs

TWO_YEARS: dict[str, Any] = {"years": (2025, 2026)}
ENERGY = 36_500.0
"""USD: 100 kWh a day at 1 USD/kWh."""


def planned(**changes: Any) -> Plan:
    plan = optimize(one_slot(**changes)).plan
    assert plan is not None
    return plan


def found(result: Result) -> dict[str, Any]:
    said = summary("depot", [(Scenario("One", result.plan.case), result)], [])
    return json.loads(as_text(said))["scenarios"][0]


# The present cost


def test_a_second_year_counts_for_less():
    # 1,000 USD for the charger and 36,500 USD of energy, then 36,500 USD a year later, which are 36,500 / 1.1
    plan = planned(**TWO_YEARS, discount_rate=0.1)
    assert plan.total_cost.tolist() == pytest.approx([1000 + ENERGY, ENERGY])
    assert plan.objective == pytest.approx(1000 + ENERGY + ENERGY / 1.1)


def test_what_is_left_of_a_charger_after_the_last_year_is_worth_its_share_of_the_price():
    # bought in the first of two years, 10 years of life: 8 are left; 1,000 x 8 / 10 / 1.1^2
    lives = {"charger_life": 10.0, "solar_life": 25.0, "battery_life": 12.0}
    plan = planned(**TWO_YEARS, discount_rate=0.1, residual_value="straight-line", **lives)
    assert plan.residual.tolist() == pytest.approx([0, 800 / 1.21])
    assert plan.objective == pytest.approx(1000 + ENERGY + ENERGY / 1.1 - 800 / 1.21)


def test_a_purchase_that_has_just_come_to_its_end_is_worth_nothing():
    lives = {"charger_life": 2.0, "solar_life": 25.0, "battery_life": 12.0}
    assert planned(**TWO_YEARS, residual_value="straight-line", **lives).residual.tolist() == [0, 0]


def test_an_upgrade_is_worth_something_for_forty_years():
    # 76 of 100 kWh from the grid; 1 kW more gives 24 kWh; 39 of 40 years are left of 5,000 USD, 9 of 10 of the charger
    lives = {"charger_life": 10.0, "solar_life": 25.0, "battery_life": 12.0}
    upgrade = {"upgrades": ("Cable",), "adds_kw": 1.0, "upgrade_price": 5000.0, "grid_limit_kwh": 76.0}
    plan = planned(residual_value="straight-line", **lives, **upgrade)
    assert plan.residual.tolist() == pytest.approx([5000 * 39 / 40 + 1000 * 9 / 10])


def test_a_residual_value_is_of_the_cost_after_grants():
    lives = {"charger_life": 10.0, "solar_life": 25.0, "battery_life": 12.0}
    grant = {"incentives": ("Voucher",), "granted_for": ["50 kW"], "granted_amount": 400.0}
    assert planned(residual_value="straight-line", **lives, **grant).residual.tolist() == pytest.approx([600 * 0.9])


def test_a_case_with_a_residual_value_needs_lives():
    with pytest.raises(ValueError, match="needs the life of everything"):
        one_slot(residual_value="straight-line", charger_life=10.0, solar_life=25.0)
    one_slot(residual_value="straight-line", charger_life=10.0, solar_life=25.0, battery_max_kwh=0.0)


# Upkeep, lives, ageing


def test_upkeep_is_of_all_that_is_there_what_existed_included():
    # 2 USD x 10 kWp, 3 USD x 20 kWh, 500 USD x (1 charger there + 0 bought)
    plan = planned(solar_existing_kwp=10.0, battery_existing_kwh=20.0, chargers_existing=1.0, solar_om=2.0,
                   battery_om=3.0, charger_om=500.0)  # fmt: skip
    assert plan.upkeep.tolist() == pytest.approx([20 + 60 + 500])
    assert plan.total_cost.tolist() == pytest.approx([ENERGY + 580])


def test_a_charger_that_has_come_to_its_end_is_bought_again_and_one_that_existed_stays():
    years = {"years": (2025, 2026, 2027)}
    assert planned(**years, charger_life=2.0).charger_add.tolist() == [[1, 0, 1]]
    assert planned(**years, charger_life=1.0).charger_add.tolist() == [[1, 1, 1]]
    assert planned(**years, charger_life=3.0).charger_add.tolist() == [[1, 0, 0]]
    assert planned(**years, charger_life=1.0, chargers_existing=1.0).charger_add.tolist() == [[0, 0, 0]]


SUNNY: dict[str, Any] = {"solar_yield": 1.0, "solar_price": 10.0, "solar_max_added_kwp": 50.0, "chargers_existing": 1.0}


def test_what_is_gone_makes_room():
    # 50 kWp save 50 of 100 kWh; after one year they are gone and 50 kWp more fit
    plan = planned(**TWO_YEARS, **SUNNY, solar_life=1.0)
    assert plan.solar_add.tolist() == pytest.approx([50, 50])
    assert plan.solar_kwp.tolist() == pytest.approx([50, 50])


def test_panels_give_less_every_year_and_those_that_existed_too():
    # 50 kWp bought and 20 there: 70, then 0.9 x 70
    plan = planned(**TWO_YEARS, **SUNNY, solar_existing_kwp=20.0, solar_degradation=0.1)
    assert plan.solar_kwp.tolist() == pytest.approx([70, 70])
    assert plan.solar_lost_kwp.tolist() == pytest.approx([0, 7])
    assert plan.solar_kwh[:, 0, 0].tolist() == pytest.approx([70, 63])
    assert plan.grid_to_load[:, 0, 0].tolist() == pytest.approx([30, 37])


def test_a_battery_holds_less_every_year():
    plan = planned(**TWO_YEARS, battery_existing_kwh=100.0, battery_fade=0.2, battery_max_kwh=0.0)
    assert plan.battery_lost_kwh.tolist() == pytest.approx([0, 20])
    assert plan.holds("soc_limit").most[:, 0, 0].tolist() == pytest.approx([100, 80])
    assert plan.holds("discharge_limit").most[:, 0, 0].tolist() == pytest.approx([50, 40])


# The check


MIXED: dict[str, Any] = {**TWO_YEARS, "solar_existing_kwp": 20.0, "solar_yield": 1.0, "solar_price": 10.0,
                         "solar_max_added_kwp": 50.0,
                         "discount_rate": 0.1, "solar_om": 2.0, "charger_om": 50.0, "solar_degradation": 0.1,
                         "solar_life": 1.0, "battery_life": 1.0, "charger_life": 5.0,
                         "residual_value": "straight-line"}  # fmt: skip


@pytest.mark.parametrize("name", ["upkeep", "residual", "solar_lost_kwp", "solar_kwp", "chargers", "total_cost"])
def test_a_figure_that_a_plan_states_wrongly_is_found(name: str, monkeypatch: pytest.MonkeyPatch):
    plan = planned(**MIXED)
    stated = getattr(plan, name).copy()
    stated[..., 1] += 10.0
    monkeypatch.setattr(Plan, name, property(lambda _plan: stated), raising=False)
    failures = verify(plan, plan.case, plan.objective, -np.inf).failures
    assert any(failure.startswith((name, "objective", "present_cost")) for failure in failures), failures


@pytest.mark.parametrize(
    ("other", "failure"),
    [
        ({"discount_rate": 0.2}, "objective"),
        ({"solar_om": 3.0}, "objective"),
        ({"residual_value": "none"}, "objective"),
        ({"solar_degradation": 0.2}, "solar_balance"),
        ({"charger_life": 1.0}, "charger_capacity"),
        ({"solar_life": 2.0}, "solar_room_at_a_time"),
    ],
)
def test_a_plan_of_other_figures_does_not_pass(other: dict[str, Any], failure: str):
    plan = planned(**MIXED)
    assert verify(plan, plan.case, plan.objective, plan.objective).has_passed
    case = plan.case.replace(**other)
    failures = verify(Plan(case, **plan.decided), case, plan.objective, -np.inf).failures
    assert any(said.startswith(failure) for said in failures), failures


# Results


def test_the_present_cost_stands_last_in_all_results_only_where_it_is_on():
    on, off = (optimize(one_slot(**TWO_YEARS, **more)) for more in ({"discount_rate": 0.1}, {"charger_om": 1.0}))
    rows = [row[0] for row in csv.reader(io.StringIO(optimization_results(on.plan)))]
    assert rows[-2:] == ["TotalCost", "PresentCost"]
    assert "Upkeep" not in rows
    rows = [row[0] for row in csv.reader(io.StringIO(optimization_results(off.plan)))]
    assert rows[-1] == "TotalCost"
    assert "Upkeep" in rows
    assert results.costs(on.plan.case.is_on())[-1].heading == "Present cost [USD]"
    assert results.costs(off.plan.case.is_on())[-1].heading == "Total cost [USD]"
    assert found(on)["objective_usd"] == pytest.approx(1000 + ENERGY + ENERGY / 1.1)
    assert [year["present_cost_usd"] for year in found(on)["yearly"]] == pytest.approx([1000 + ENERGY, ENERGY / 1.1])
    assert found(on)["years"][1]["total_cost"] == pytest.approx(ENERGY)
    assert "present_cost_usd" not in found(off)["yearly"][0]


def test_words_say_that_a_cost_is_a_present_cost():
    on, off = (optimize(one_slot(**TWO_YEARS, discount_rate=rate)) for rate in (0.1, 0.0))
    assert "USD of present cost over 2025 to 2026" in answer("One", on)[0]
    assert "present cost" not in " ".join(answer("One", off))
    ours, without = (report([(Scenario("One", each.plan.case), each)]) for each in (on, off))
    assert "USD of present cost, proven least" in ours
    assert "Present cost" in ours
    assert "resent cost" not in without


def test_the_assumptions_no_longer_name_what_is_modelled():
    def said(case: Case) -> str:
        return next(line for line in assumptions(case) if "carried" in line)

    assert said(one_slot()).startswith("No operation and maintenance, no discounting, no residual value; what a year")
    assert said(one_slot(discount_rate=0.1)).startswith("No operation and maintenance, no residual value; what")
    assert said(planned(**MIXED).case).startswith("What a year's budget leaves")


def test_every_refinement_of_money_is_off_where_nothing_is_given():
    assert one_slot().is_on() == []
    assert {"life", "ageing", "upkeep", "present_cost", "grants"} <= set(REFINEMENTS)


# Inputs


def typed(**settings: Any) -> Inputs:
    inputs = small_inputs()
    inputs.settings |= {name: Cell(value, f"Settings!{name}") for name, value in settings.items()}
    return inputs


def errors(inputs: Inputs) -> list[tuple[str, str]]:
    return [(problem.where, problem.message) for problem in check(inputs) if problem.severity == "error"]


def test_a_life_that_is_missing_for_a_residual_value_is_named_with_its_cell():
    said = errors(typed(residual_value="straight-line", solar_life=None, battery_life=12))
    assert said[0][0] == "Settings!solar_life"
    assert said[0][1].startswith("Solar life [years] is blank, must be given for all that can be bought")
    assert said[1][1].startswith("Life [years] is blank")
    assert len(said) == 2
    assert errors(typed(residual_value="none", solar_life=None)) == []


def test_what_cannot_be_bought_needs_no_life():
    inputs = typed(residual_value="straight-line", solar_life=25, battery_life=None, battery_max_kwh=0.0)
    inputs["tblChargers"].values["charger_life"] = [10]
    assert errors(inputs) == []


# The study's depot, one refinement on: what two other solvers agree on

LIVES: dict[str, Any] = {"charger_life": 10.0, "solar_life": 25.0, "battery_life": 12.0}
STUDY: dict[str, tuple[dict[str, Any], float]] = {
    "discount": ({"discount_rate": 0.08}, 945_171.1744),
    "om": ({"solar_om": 20.0, "battery_om": 5.0, "charger_om": 600.0}, 1_251_826.9653),
    "life": ({"solar_life": 2.0, "battery_life": 12.0, "charger_life": 3.0}, 1_309_543.0202),
    "residual": ({**LIVES, "residual_value": "straight-line", "discount_rate": 0.06}, 910_539.5091),
    "ageing": ({"solar_degradation": 0.005, "battery_fade": 0.04}, 1_203_942.705),
    "grants": (
        {
            "incentives": ("Credit", "Voucher"),
            "granted_for": ["Solar", "50 kW"],
            "granted_from": [np.inf, 2025.0],
            "granted_until": [np.inf, 2025.0],
            "granted_share": [0.3, 0.0],
            "granted_amount": [0.0, 400.0],
            "granted_most": [20_000.0, np.inf],
            "grants_in_budget": "no",
        },
        1_156_132.2182,
    ),
}


@pytest.mark.parametrize("name", STUDY)
def test_every_solver_finds_the_same_plan_at_the_least_present_cost(name: str):
    changes, cost = STUDY[name]
    found_by = [optimize(study(0.5, **changes), solver=solver) for solver in ("scip", "highs", "cp-sat")]
    for result in found_by:
        assert result.plan.objective == pytest.approx(cost, abs=2e-4)
        assert result.is_certified
        for decision, values in result.plan.decided.items():
            assert values == pytest.approx(found_by[0].plan.decided[decision], abs=1e-4), decision
