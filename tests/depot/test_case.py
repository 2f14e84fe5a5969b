"""The case refuses what no depot has."""

from __future__ import annotations

import numpy as np
import pytest

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
    assert case.demand_kwh.sum() == 0


def test_the_c_rate_counts_per_slot_or_per_hour():
    assert two_slots(c_rate=0.5).discharge_share.tolist() == [0.5, 0.5]
    assert two_slots(c_rate=0.5, c_rate_basis="hour").discharge_share.tolist() == [6.0, 6.0]  # 0.5 / h x 12 h


def test_a_place_is_named_by_year_and_slot_and_by_day_type_where_there_are_several():
    assert study().where(4, 0, 2) == "2029 12PM-6PM"
    assert one_slot(day_types=("Weekday", "Weekend"), days=[261.0, 104.0]).where(0, 1, 0) == "2025 Weekend 12AM-12AM"
