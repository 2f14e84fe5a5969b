"""What may be exported: by power, and over a year, by hand on depots of two slots."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fleetopt.plan.limits import limits
from fleetopt.plan.verify import verify
from tests.cases import two_slots
from tests.depot.planned import solved

SUNNY: dict[str, Any] = {
    "charging_kwh": [[[30.0, 20.0]]], "solar_existing_kwp": 100.0, "solar_max_added_kwp": 0.0, "battery_max_kwh": 0.0,
    "export_ratio": 0.5,
}  # fmt: skip
"""100 kWh of sun by day, of which 30 are needed; 20 kWh are bought by night."""


def test_what_is_left_of_solar_is_thrown_away():
    plan = solved(two_slots(**SUNNY, export_limit_kw=3.0))
    assert plan.solar_to_grid.ravel().tolist() == pytest.approx([36, 0])  # 3 kW x 12 h
    assert plan.solar_curtailed.ravel().tolist() == pytest.approx([100 - 30 - 36, 0])
    assert solved(two_slots(**SUNNY, export_limit_kw=0.0)).solar_curtailed.sum() == pytest.approx(70)


def test_over_a_year_no_more_is_sold_than_bought():
    plan = solved(two_slots(**SUNNY, net_metering="yes"))
    assert plan.solar_to_grid.ravel().tolist() == pytest.approx([20, 0])
    assert plan.exported_kwh.tolist() == plan.imported_kwh.tolist() == pytest.approx([365 * 20])


def test_both_hold_and_the_tighter_counts():
    plan = solved(two_slots(**SUNNY, net_metering="yes", export_limit_kw=1.0))
    assert plan.solar_to_grid.ravel().tolist() == pytest.approx([12, 0])


def test_without_either_nothing_is_thrown_away():
    case = two_slots(**SUNNY)
    assert case.is_on() == []
    assert solved(case).solar_curtailed.sum() == 0
    assert two_slots(**SUNNY, export_limit_kw=1e5).is_on() == ["export_limit", "curtailment"]


def test_what_can_be_sold_for_nothing_is_not_thrown_away():
    plan = solved(two_slots(**{**SUNNY, "export_ratio": 0.0}, export_limit_kw=3.0))
    assert plan.solar_to_grid.ravel().tolist() == pytest.approx([36, 0])


def test_the_report_tells_both():
    told = {use.limit: use for use in limits(solved(two_slots(**SUNNY, net_metering="yes", export_limit_kw=3.0)))}
    assert (told["Export limit"].used, told["Export limit"].most) == (pytest.approx(20), pytest.approx(36))
    assert (told["Net metering"].used, told["Net metering"].most) == (pytest.approx(7300), pytest.approx(7300))


@pytest.mark.parametrize(
    ("changes", "rule"), [({"export_limit_kw": 5.0}, "export_limit"), ({"net_metering": "yes"}, "net_metering")]
)
def test_the_check_finds_what_is_sold_beyond(changes: dict[str, Any], rule: str):
    plan = solved(two_slots(**SUNNY))
    found = verify(plan, two_slots(**SUNNY, **changes), plan.objective, -np.inf)
    assert rule in " ".join(found.failures)
