"""Losses, reserve, charging rate, wear and power of the battery by hand, on a sunny slot and a dark one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fleetopt.depot.case import Case
from fleetopt.inputs.checks import check
from fleetopt.inputs.inputs import Inputs
from fleetopt.inputs.scenarios import scenarios
from fleetopt.plan.assumptions import assumptions
from fleetopt.plan.limits import limits
from fleetopt.plan.optimize import optimize
from fleetopt.plan.plan import Plan
from fleetopt.plan.verify import verify
from fleetopt.results.csv import optimization_results
from fleetopt.words.problem import error
from fleetopt.words.rows import Cell
from tests.cases import study, two_slots
from tests.depot.planned import solved
from tests.untidy import small_inputs

CHEAP: dict[str, Any] = {"solar_price": 10.0, "battery_price": 10.0, "c_rate": 1.0, "charging_kwh": [[[0.0, 100.0]]]}
"""100 kWh in the dark slot; from the grid they cost 36,500 USD a year."""


def planned(**changes: Any) -> Plan:
    return solved(two_slots(**{**CHEAP, **changes}))


def bought(plan: Plan) -> tuple[float, float]:
    return float(plan.solar_add[0]), float(plan.battery_add[0])


def test_without_any_of_it_all_that_is_stored_comes_out_again():
    assert bought(planned()) == pytest.approx((100, 100))


def test_what_is_lost_is_stored_before():
    # to give 100 kWh at 0.5 the battery holds 200 kWh, for which at 0.8 the panels give 250 kWh
    plan = planned(charge_efficiency=0.8, discharge_efficiency=0.5)
    assert bought(plan) == pytest.approx((250, 200))
    assert plan.soc[0, 0] == pytest.approx([0, 200])
    assert plan.soc_end[0, 0] == pytest.approx([200, 0])


def test_a_share_stays_full_and_another_empty():
    # between 0.2 and 0.9 lie 0.7 of its size: 100 / 0.7
    plan = planned(soc_min=0.2, soc_max=0.9)
    assert bought(plan) == pytest.approx((100, 100 / 0.7))
    assert plan.soc[0, 0] == pytest.approx([20 / 0.7, 90 / 0.7])


@pytest.mark.parametrize(("basis", "size"), [("slot", 400), ("hour", 100)])
def test_what_it_takes_is_a_share_of_its_size(basis: str, size: float):
    # 100 kWh at a quarter of its size a slot need 400 kWh; at a quarter an hour it takes three times its size in 12 h
    assert bought(planned(charge_rate=0.25, c_rate_basis=basis)) == pytest.approx((100, size))


def test_each_kwh_given_wears_it():
    plan = planned(battery_wear=0.25)
    assert plan.battery_wear.tolist() == pytest.approx([0.25 * 100 * 365])
    assert plan.total_cost.tolist() == pytest.approx([1000 + 10 * 100 + 10 * 100 + 0.25 * 100 * 365])


def test_a_battery_that_wears_too_much_is_not_used():
    assert bought(planned(battery_wear=1.0)) == (0, 0)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"charge_efficiency": 0.8}, "battery_balance"),
        ({"discharge_efficiency": 0.8}, "battery_balance"),
        ({"soc_max": 0.9}, "soc_limit"),
        ({"soc_min": 0.1}, "soc_least"),
        ({"charge_rate": 0.5}, "charge_limit"),
        ({"battery_wear": 0.1}, "battery_wear"),
    ],
)
def test_the_check_finds_a_plan_that_was_made_without_it(changes: dict[str, Any], rule: str):
    made, case = planned(), two_slots(**{**CHEAP, **changes})
    assert verify(made, made.case, made.objective, -np.inf).has_passed
    found = verify(made, case, made.objective, -np.inf)
    assert rule in " ".join(found.failures), found.failures


SHIFTED: dict[str, Any] = {**CHEAP, "solar_max_added_kwp": 0.0, "grid_price": [[1.0, 3.0]]}
"""100 kWh in the dark slot, in which energy costs three times as much as in the other."""


def test_a_battery_that_may_charge_from_the_grid_buys_when_energy_is_cheap():
    assert planned(**SHIFTED).opex.tolist() == pytest.approx([3 * 36_500])
    plan = planned(**SHIFTED, grid_charging="yes", charge_efficiency=0.8)
    assert plan.grid_to_battery[0, 0].tolist() == pytest.approx([125, 0])
    assert plan.grid_import[0, 0].tolist() == pytest.approx([125, 0])
    assert plan.opex.tolist() == pytest.approx([1.25 * 36_500])


def test_what_charges_the_battery_counts_in_the_grid_limit_the_peak_and_the_carbon():
    limited = planned(**SHIFTED, grid_charging="yes", grid_limit_kwh=[60.0, 1000.0], co2_grid=0.4)
    assert limited.grid_import[0, 0].tolist() == pytest.approx([60, 40])
    assert limited.co2_t.tolist() == pytest.approx([100 * 365 * 0.4 / 1000])
    rate = planned(**SHIFTED, grid_charging="yes", charge_rate=0.1, battery_max_kwh=500.0)
    assert rate.grid_to_battery[0, 0].tolist() == pytest.approx([50, 0])


def test_the_check_finds_a_battery_that_charges_from_the_grid_though_it_may_not():
    made = planned(**SHIFTED, grid_charging="yes")
    found = verify(made, two_slots(**{**SHIFTED, "grid_charging": "no"}), made.objective, -np.inf)
    assert any("grid_charging" in failure for failure in found.failures)


def test_no_battery_holds_at_least_more_than_at_most():
    with pytest.raises(ValueError, match="soc_min must be at most soc_max"):
        Case(**{**two_slots()._given, "soc_min": 0.9, "soc_max": 0.5})


APART: dict[str, Any] = {**CHEAP, "battery_power_price": 12.0}
"""100 kWh to be given in 12 hours, and taken in 12: 100 / 12 kW, for 100 USD."""


def test_power_that_has_a_price_is_bought_for_itself():
    plan = planned(**APART)
    assert bought(plan) == pytest.approx((100, 100))
    assert plan.battery_kw_add.tolist() == pytest.approx([100 / 12])
    assert plan.capex.tolist() == pytest.approx([1000 + 10 * 100 + 10 * 100 + 100])


def test_where_power_is_apart_the_rates_do_not_bind():
    # at a C-rate or a charge rate of 0.1 a slot the battery would have to hold 1,000 kWh
    assert bought(planned(c_rate=0.1)) == pytest.approx((100, 1000))
    assert bought(planned(charge_rate=0.1)) == pytest.approx((100, 1000))
    assert bought(planned(**{**APART, "c_rate": 0.1, "charge_rate": 0.1})) == pytest.approx((100, 100))


def test_charging_needs_the_power_of_what_is_lost_too():
    # to give 100 kWh the battery takes 125 kWh at 0.8
    plan = planned(**APART, charge_efficiency=0.8)
    assert plan.battery_kw_add.tolist() == pytest.approx([125 / 12])


@pytest.mark.parametrize(("existing", "kw"), [(np.inf, 0.25 * 20), (3.0, 3.0), (0.0, 0.0)])
def test_an_existing_battery_comes_with_its_power_or_with_the_c_rate_times_its_size(existing: float, kw: float):
    given = {**APART, "c_rate": 0.25, "c_rate_basis": "slot", "battery_existing_kwh": 20.0}
    plan = planned(**given, battery_existing_kw=existing, battery_power_om=6.0)
    assert plan.battery_kw_add.tolist() == pytest.approx([100 / 12 - kw])
    assert plan.battery_kw.tolist() == pytest.approx([100 / 12])
    assert plan.upkeep.tolist() == pytest.approx([6 * 100 / 12])


def test_power_is_gone_with_the_life_of_the_battery_and_does_not_fade():
    years: dict[str, Any] = {**APART, "years": (2025, 2026), "charging_kwh": [[[0.0, 100.0]]] * 2}
    assert planned(**years).battery_kw_add.tolist() == pytest.approx([100 / 12, 0])
    assert planned(**years, battery_life=1).battery_kw_add.tolist() == pytest.approx([100 / 12, 100 / 12])
    faded = planned(**years, battery_fade=0.2, battery_existing_kwh=50.0, battery_existing_kw=2.0)
    assert faded.battery_kw.tolist() == pytest.approx([100 / 12, 100 / 12])


def test_the_factor_on_the_battery_s_prices_counts_for_its_power():
    plan = planned(**APART, battery_price_factor=2.0)
    assert plan.capex.tolist() == pytest.approx([1000 + 10 * 100 + 2 * (10 * 100 + 100)])


def test_a_grant_pays_for_power():
    granted = {"incentives": ("Inverter",), "granted_for": ["Battery power"], "granted_share": [0.5]}
    assert planned(**APART, **granted).grants.tolist() == pytest.approx([50])


def test_power_that_costs_nothing_is_no_more_than_what_flows():
    plan = planned(**{**APART, "battery_power_price": 0.0})
    assert plan.battery_kw_add.tolist() == pytest.approx([100 / 12])


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        ({"battery_power_price": 13.0}, "capex"),
        ({"battery_existing_kwh": 1.0, "battery_existing_kw": 1.0}, "battery_kw"),
        ({"hours": [11.0, 13.0]}, "charge_power"),
        ({"hours": [13.0, 11.0]}, "discharge_power"),
    ],
)
def test_the_check_finds_a_plan_with_another_power(spoil: dict[str, Any], rule: str):
    made = planned(**APART)
    assert verify(made, made.case, made.objective, -np.inf).has_passed
    found = verify(made, two_slots(**{**APART, **spoil}), made.objective, -np.inf)
    assert rule in {failure.split(":")[0].split(" 20")[0] for failure in found.failures}, found.failures


def test_the_check_finds_power_that_is_bought_though_it_has_no_price():
    made = planned()
    found = verify(made.replace(battery_kw_add=[1.0]), made.case, made.objective, -np.inf)
    assert any("battery_kw_add without a price" in failure for failure in found.failures)


def test_power_has_a_price_in_every_year_or_in_none():
    years: dict[str, Any] = {**APART, "years": (2025, 2026), "charging_kwh": [[[0.0, 100.0]]] * 2}
    with pytest.raises(ValueError, match="in all years or in none"):
        two_slots(**{**years, "battery_power_price": [12.0, np.inf]})


def test_power_and_not_the_c_rate_is_told_as_the_limit_where_it_is_apart():
    told = {use.limit: (use.used, use.most) for use in limits(planned(**APART))}
    assert told["Battery charging power"] == told["Battery discharging power"] == pytest.approx((100, 100))
    assert "Battery discharge" not in told
    assert "Battery discharge" in {use.limit for use in limits(planned())}
    assert not any("C-rate" in text or "at any rate" in text for text in assumptions(planned(**APART).case))


def test_the_csv_of_results_has_a_row_of_power_where_it_is_apart():
    assert f"\nBatteryPower,{100 / 12:.6g}" in optimization_results(planned(**APART))
    assert "BatteryPower" not in optimization_results(planned())


def test_a_residual_value_needs_the_life_of_power_even_where_no_battery_can_be_added():
    lives: dict[str, Any] = {"residual_value": "straight-line", "solar_life": 20.0, "charger_life": 20.0,
                             "battery_max_kwh": 0.0}  # fmt: skip
    two_slots(**lives)
    with pytest.raises(ValueError, match="needs the life"):
        two_slots(**lives, battery_power_price=10.0)


POWER: dict[str, tuple[dict[str, Any], float]] = {
    "power_apart": ({"battery_power_price": [100.0, 100.0, 250.0, 250.0, 250.0]}, 1_157_726.3553),
    "power_om": (
        {
            "battery_power_price": [100.0, 250.0, 100.0, 100.0, 100.0],
            "battery_power_om": 10.0,
            "battery_existing_kwh": 100.0,
        },
        1_128_049.0244,
    ),
}
"""The study's depot with power apart, and the least cost that two other solvers agree on [USD]."""


@pytest.mark.parametrize("name", POWER)
def test_every_solver_finds_the_same_plan_with_power_apart(name: str):
    changes, cost = POWER[name]
    found_by = [optimize(study(0.5, **changes), solver=solver) for solver in ("scip", "highs", "cp-sat")]
    for result in found_by:
        assert result.plan.objective == pytest.approx(cost, abs=2e-4)
        assert result.is_certified
        for decision, values in result.plan.decided.items():
            assert values == pytest.approx(found_by[0].plan.decided[decision], abs=1e-4), decision


# Inputs


def typed(prices: list[float | None] | None = None, **settings: Any) -> Inputs:
    inputs = small_inputs()
    if prices:
        costs = inputs["tblCosts"]
        costs.values["battery_power_price"] = list(prices)
        costs.places["battery_power_price"] = lambda i: f"Costs!G{i + 2}"
    inputs.settings |= {name: Cell(value, f"Settings!{name}") for name, value in settings.items()}
    return inputs


def said(inputs: Inputs) -> list[tuple[str, str, str]]:
    return [(each.severity, each.where, each.message) for each in check(inputs)]


def test_power_with_a_price_in_every_year_passes_without_a_word():
    given = typed([100.0, 90.0], battery_existing_kw=20.0, battery_power_om=2.0)
    assert said(given) == []
    case = scenarios(given)[0].case
    assert case.battery_power_price.tolist() == [100, 90]
    assert "battery_power" in case.is_on()
    assert "battery_power" not in scenarios(typed([None, None]))[0].case.is_on()


def test_a_price_in_some_years_only_is_an_error_at_the_first_blank_cell():
    [(severity, where, message)] = said(typed([100.0, None]))
    assert (severity, where) == ("error", "Costs!G3")
    assert message == "Battery power [USD/kW] is blank in 2026, must be given for every year or for none."


def test_a_price_that_is_no_number_is_not_called_blank_besides():
    inputs = typed([100.0, None])
    inputs.problems.append(error("Costs!G3", "Battery power [USD/kW] is the text 'cheap', must be 0 or more."))
    assert [message for _, _, message in said(inputs)] == [inputs.problems[0].message]


@pytest.mark.parametrize("name", ["battery_existing_kw", "battery_power_om"])
def test_figures_of_power_without_a_price_are_said_to_count_for_nothing(name: str):
    [(severity, where, message)] = said(typed(**{name: 20.0}))
    assert (severity, where) == ("warning", f"Settings!{name}")
    assert message.startswith("this does not count: the battery's power has no price of its own")


def test_a_charge_rate_beside_a_price_of_power_is_said_to_count_for_nothing():
    assert said(typed(charge_rate=0.5)) == []
    [(severity, where, message)] = said(typed([100.0, 90.0], charge_rate=0.5))
    assert (severity, where) == ("note", "Settings!charge_rate")
    assert message.startswith("the charge rate does not count")
