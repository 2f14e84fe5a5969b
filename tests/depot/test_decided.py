"""What is decided already, by hand on depots of one slot."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fleetopt.inputs.checks import check
from fleetopt.inputs.scenarios import scenarios
from fleetopt.inputs.schema import TABLES
from fleetopt.plan.optimize import optimize
from fleetopt.plan.verify import verify
from fleetopt.words.rows import Cell, given
from tests.cases import one_slot, two_slots
from tests.depot.planned import solved
from tests.untidy import small_inputs

GROWING: dict[str, Any] = {
    "years": (2025, 2026), "charging_kwh": [[[1200.0]], [[2400.0]]], "grid_limit_kwh": 4000.0,
}  # fmt: skip
"""One charger of 50 kW is needed, then two."""


def row(item: str, year: int, bought: float, **more: Any) -> dict[str, Any]:
    return {"item": item, "year": year, "bought": bought, **more}


@pytest.mark.parametrize("solver", ["scip", "highs", "cp-sat"])
def test_what_is_decided_is_bought_no_more_and_no_less(solver: str):
    case = one_slot(**GROWING, decided=[row("50 KW", 2025, 3.0), row("Solar", 2026, 7.5)])
    plan = optimize(case, solver=solver).plan
    assert plan.charger_add.tolist() == [[3, 0]]
    assert plan.solar_add.tolist() == pytest.approx([0, 7.5])


def test_rows_of_one_thing_and_year_add_up():
    plan = solved(one_slot(**GROWING, decided=[row("50 kW", 2025, 1.0), row("50 kW", 2025, 2.0)]))
    assert plan.charger_add.tolist() == [[3, 0]]


def test_until_then_nothing_else_is_bought():
    sunny = two_slots(years=(2025, 2026), charging_kwh=[[[50.0, 0.0]]])
    assert solved(sunny).solar_add[0] > 0
    case = sunny.replace(decided=[row("50 kW", 2025, 1.0)], decided_until=2025.0)
    assert solved(case).solar_add.tolist() == pytest.approx([0, 50])


def test_a_plan_that_goes_on_is_the_same_plan():
    case = two_slots(years=(2025, 2026), charging_kwh=[[[50.0, 0.0]], [[80.0, 20.0]]])
    plan = solved(case)
    rows = [
        row(item.name, 2025, float(plan.bought[n, 0])) for n, item in enumerate(case.items) if plan.bought[n, 0] > 0
    ]
    again = solved(case.replace(decided=rows, decided_until=2025.0))
    assert again.objective == pytest.approx(plan.objective)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"decided": [row("Solar", 2025, 90.0)], "solar_max_added_kwp": 40.0},
            "90 kWp of Solar in 2025 is decided, but limits ask for at most 40 kWp: nothing is left of Room for solar",
        ),
        (
            {"decided": [row("50 kW", 2025, 3.0)], "capex_budget": 2500.0},
            "3 units of 50 kW in 2025 is decided, but limits ask for at most 2 units",
        ),
        (
            {"decided": [row("50 kW", 2025, 0.0)]},
            "0 units of 50 kW in 2025 is decided, but limits ask for at least 1 units",
        ),
    ],
)
def test_a_decision_that_breaks_a_limit_is_the_first_that_is_said(changes: dict[str, Any], words: str):
    result = optimize(one_slot(**changes))
    assert result.status == "infeasible"
    assert result.problems[0].message.startswith(words)
    assert result.problems[0].where == "decided 0"


def test_years_in_which_nothing_may_be_bought_are_named_by_their_setting():
    result = optimize(one_slot(decided_until=2025.0))
    assert result.problems[0].where == "decided_until"


def test_the_check_finds_another_purchase():
    plan = solved(one_slot())
    for changes in ({"decided": [row("Solar", 2025, 5.0)]}, {"decided_until": 2025.0}):
        found = verify(plan, one_slot(**changes), plan.objective, -np.inf)
        assert any(failure.startswith("as_decided") for failure in found.failures)


def problems(*rows: dict[str, Any], **settings: Any) -> list[str]:
    """What is said of the small depot with such decisions."""
    inputs = small_inputs()
    inputs.tables["tblDecided"] = given(
        TABLES["tblDecided"], [{"scenario": None, **each} for each in rows], "Decided!1"
    )
    inputs.settings |= {name: Cell(value, f"Settings {name}") for name, value in settings.items()}
    return [str(problem) for problem in check(inputs)]


def test_a_decision_is_of_a_thing_that_is_sold_in_a_planned_year():
    [charger] = small_inputs()["tblChargers"].values["charger"][:1]
    assert not [said for said in problems(row(charger.lower(), 2025, 1.0)) if said.startswith("error")]
    assert (
        "Item is 'Solr', must be something that can be bought. Did you mean 'Solar'?"
        in problems(row("Solr", 2025, 1.0))[-1]
    )
    assert "Year is 1999, must be a year of the plan" in problems(row("Solar", 1999, 1.0))[-1]
    assert "must be a whole number" in problems(row(charger, 2025, 1.5))[-1]


def test_rows_of_two_plans_are_not_mixed():
    found = problems(row("Solar", 2025, 1.0, scenario="A"), row("Solar", 2026, 1.0, scenario="B"))
    assert "rows of the scenarios 'A' and 'B' are pasted, must be of one" in " ".join(found)


def test_a_last_year_that_leaves_nothing_to_plan_is_said():
    assert "nothing is left to be planned" in " ".join(problems(decided_until=2200))
    assert "nothing changes" in " ".join(problems(decided_until=1990))


def test_the_cell_of_a_decision_is_known():
    inputs = small_inputs()
    inputs.tables["tblDecided"] = given(TABLES["tblDecided"], [row("Solar", 2025, 1.0, scenario=None)], "Decided!C3")
    assert scenarios(inputs)[0].places["decided 0"] == "Decided!C3"


def test_a_depot_without_trucks_is_planned_with_a_warning():
    inputs = small_inputs()
    inputs.tables["tblFleet"] = inputs["tblFleet"].take([])
    assert [str(each) for each in check(inputs) if each.severity == "error"] == []
    assert "there are no trucks" in " ".join(str(each) for each in check(inputs))
    assert scenarios(inputs)[0].case.charging_kwh.sum() == 0
    assert optimize(scenarios(inputs)[0].case).status == "optimal"


def test_without_rows_nothing_is_on():
    assert one_slot().is_on() == []
    assert one_slot(decided=[row("Solar", 2025, 0.0)]).is_on() == ["decided"]
