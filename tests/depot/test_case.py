"""The case refuses what no depot has."""

from __future__ import annotations

import numpy as np
import pytest

from fleetopt.depot.case import Case
from tests.cases import one_slot, study, two_slots


def test_a_scalar_is_spread_over_its_axes():
    case = study(grid_price=0.2)
    assert case.grid_price.shape == (1, 4)
    assert (case.grid_price == 0.2).all()


def test_arrays_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        study().grid_price[0, 0] = 1.0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"grid_price": np.nan}, "grid_price"),
        ({"grid_price": -0.01}, "grid_price"),
        ({"charging_kwh": np.inf}, "charging_kwh"),
        ({"capex_budget": [1.0, 2.0]}, r"capex_budget must have the shape \(1,\)"),
        ({"export_ratio": -1.0}, "export_ratio"),
        ({"years": (2025, 2027)}, "consecutive"),
        ({"hours": 23.0}, "24 h"),
        ({"c_rate_basis": "day"}, "slot or hour"),
        ({"slots": ("a", "a"), "hours": 12.0}, "different"),
        ({"day_types": ()}, "at least one"),
    ],
)
def test_a_wrong_figure_is_refused_by_name(changes: dict, said: str):
    with pytest.raises(ValueError, match=said):
        one_slot(**changes)


def test_zero_is_a_figure():
    case = one_slot(grid_price=0.0, capex_budget=0.0, charging_kwh=0.0)
    assert case.charging_kwh.sum() == 0


def test_the_c_rate_counts_per_slot_or_per_hour():
    assert two_slots(c_rate=0.5).discharge_share.tolist() == [0.5, 0.5]
    assert two_slots(c_rate=0.5, c_rate_basis="hour").discharge_share.tolist() == [6.0, 6.0]  # 0.5 / h x 12 h


def test_a_place_is_named_by_year_and_slot_and_by_day_type_where_there_are_several():
    assert study().where(4, 0, 2) == "2029 12PM-6PM"
    assert one_slot(day_types=("Weekday", "Weekend"), days=[261.0, 104.0]).where(0, 1, 0) == "2025 Weekend 12AM-12AM"


def test_a_figure_that_no_part_knows_is_refused():
    with pytest.raises(TypeError, match="grid_prise"):
        one_slot(grid_prise=0.2)


def test_a_figure_that_is_needed_is_missed_by_name():
    with pytest.raises(TypeError, match="needs grid_price"):
        one_slot(grid_price=None)


def test_a_figure_with_a_default_may_be_left_out():
    case = one_slot()
    assert (case.c_rate, case.c_rate_basis, case.peak_factor) == (0.5, "slot", 1.0)
    assert case.chargers_existing.tolist() == [0]


def test_another_case_differs_in_what_is_replaced_alone():
    case = two_slots(grid_price=[[0.1, 0.3]])
    other = case.replace(capex_budget=5.0)
    assert (case.capex_budget.tolist(), other.capex_budget.tolist()) == ([100_000], [5])
    assert other.grid_price.tolist() == [[0.1, 0.3]]
    assert other.charging_kwh.tolist() == [[[100, 100]]]


def test_what_follows_from_figures_follows_from_those_that_replace_them():
    case = two_slots(c_rate_basis="hour")
    assert case.discharge_share.tolist() == [6, 6]  # 0.5 / h x 12 h
    assert case.replace(c_rate=0.25).discharge_share.tolist() == [3, 3]


def test_what_is_given_is_not_derived():
    rows = {"fleet": [{"vehicle": "V", "truck_type": "1", "year": 2025, "distance_km": 10.0, "slot": "12AM-12AM"}],
            "trucks": [{"truck_type": "1", "year": 2025, "consumption": 2.0}]}  # fmt: skip
    assert one_slot(**rows).charging_kwh.tolist() == [[[100]]]
    figures = {name: value for name, value in one_slot()._given.items() if name != "charging_kwh"}
    assert Case(**figures, **rows).charging_kwh.tolist() == [[[20]]]  # 10 km x 2 kWh/km


def test_everything_that_can_be_bought_has_a_price_in_each_year():
    case = one_slot(years=(2025, 2026), chargers=("50 kW", "400 kW"), power_kw=[50.0, 400.0],
                    charger_price=[[1000.0, 900.0], [2500.0, 2400.0]], solar_price=[450.0, 440.0],
                    upgrades=("Transformer", "Cable"), adds_kw=10.0, upgrade_price=[5000.0, 4000.0],
                    counts_in_budget=["no", "yes"])  # fmt: skip
    assert [item.name for item in case.items] == ["Solar", "Battery", "50 kW", "400 kW", "Transformer", "Cable"]
    assert case.item_price.tolist() == [
        [450, 440], [100, 100], [1000, 900], [2500, 2400], [5000, 5000], [4000, 4000],
    ]  # fmt: skip
    assert case.item_counts.ravel().tolist() == [1, 1, 1, 1, 0, 1]


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({}, []),
        ({"upgrades": ("T",), "adds_kw": 1.0, "upgrade_price": 1.0}, ["grid_upgrade"]),
        ({"demand_charges": [{"charge": "Peak", "price": 1.0}]}, ["demand_charge"]),
        ({"fixed_charge": 1.0}, ["demand_charge"]),
        ({"peak_factor": 2.0, "ratchet": 0.5}, []),
    ],
)
def test_a_refinement_is_on_where_a_case_uses_it(changes: dict, names: list[str]):
    assert one_slot(**changes).is_on() == names


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"upgrades": ("T", "T"), "adds_kw": 1.0, "upgrade_price": 1.0}, "upgrades must be different"),
        ({"upgrades": ("T",), "adds_kw": 1.0, "upgrade_price": -1.0}, "upgrade_price"),
        ({"upgrades": ("T",), "adds_kw": 1.0, "upgrade_price": 1.0, "counts_in_budget": "maybe"}, "yes or no"),
        ({"upgrades": ("T",), "adds_kw": [1.0, 2.0], "upgrade_price": 1.0}, r"adds_kw must have the shape \(1,\)"),
        ({"kind": "holiday"}, "workday or weekend"),
    ],
)
def test_a_wrong_figure_of_a_refinement_is_refused_by_name(changes: dict, said: str):
    with pytest.raises(ValueError, match=said):
        one_slot(**changes)
