"""The connection's power and peaks of the baseload, by hand on depots of one slot or two."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fleetopt.depot import TABLES, baseload_peak
from fleetopt.plan.limits import limits
from fleetopt.plan.optimize import optimize
from fleetopt.plan.verify import verify
from fleetopt.words.rows import Rows
from tests.cases import one_slot, two_slots
from tests.depot.planned import has_plan, solved

EVEN: dict[str, Any] = {"charging_kwh": [[[120.0, 120.0]]], "solar_max_added_kwp": 0.0, "battery_max_kwh": 0.0}
"""10 kW in both slots of 12 h."""


def test_a_limit_as_power_binds_exactly_at_the_mean_times_the_peak_factor():
    # 100 kWh in 24 h, 1.2 times the mean
    just = {"grid_limit_kw": 1.2 * 100 / 24, "peak_factor": 1.2}
    assert has_plan(one_slot(**just))
    assert not has_plan(one_slot(**just, charging_kwh=100.01))


def test_the_tighter_of_both_limits_counts():
    assert not has_plan(two_slots(**EVEN, grid_limit_kwh=119.0, grid_limit_kw=10.0))
    assert not has_plan(two_slots(**EVEN, grid_limit_kwh=120.0, grid_limit_kw=9.9))
    assert has_plan(two_slots(**EVEN, grid_limit_kwh=120.0, grid_limit_kw=10.0))


def test_an_upgrade_raises_it():
    wider: dict[str, Any] = {"upgrades": ("Cable",), "adds_kw": 2.0, "upgrade_price": 500.0, "grid_limit_kw": 8.0}
    assert solved(two_slots(**EVEN, **wider)).upgrade_add.tolist() == [[1]]


def test_a_baseload_peak_stands_in_place_of_the_peak_factor_in_its_slot():
    # 132 kWh in 12 h are 11 kW; the baseload reaches 4 kW, 3 kW above its mean of 1: 14 kW, and 22 kW in the other slot
    peaks: dict[str, Any] = {**EVEN, "baseload_kwh": 12.0, "baseload_peak": [[4.0, np.inf]], "peak_factor": 2.0}
    charge = {"charge": "All", "price": 1.0}
    plan = solved(two_slots(**peaks, demand_charges=[charge], grid_limit_kw=22.0))
    assert plan.peak_kw.tolist() == [pytest.approx([22])]
    only = solved(two_slots(**{**peaks, "baseload_peak": [[4.0, 2.0]]}, demand_charges=[charge], grid_limit_kw=14.0))
    assert only.peak_kw.tolist() == [pytest.approx([14])]
    assert not has_plan(two_slots(**peaks, grid_limit_kw=21.9))


def test_the_report_tells_the_highest_power():
    [told] = [use for use in limits(solved(two_slots(**EVEN, grid_limit_kw=12.0))) if use.limit == "Grid power"]
    assert (told.used, told.most, told.unit) == (pytest.approx(10), pytest.approx(12), "kW")


def test_where_it_is_too_low_it_is_named_and_its_raise_told():
    result = optimize(two_slots(**{**EVEN, "battery_max_kwh": 1000.0}, grid_limit_kw=8.5))
    said = " ".join(f"{problem.message} {problem.advice}" for problem in result.problems)
    assert "the grid limit as power of 8.5 kW binds" in said
    assert "Raise the grid limit as power from 8.5 to 10 kW" in said


@pytest.mark.parametrize(
    "changes", [{"grid_limit_kw": 9.9}, {"grid_limit_kw": 12.0, "peak_factor": 1.3}, {"grid_limit_kw": 12.0,
    "baseload_peak": [[0.0, 2.5]]}],
)  # fmt: skip
def test_the_check_finds_what_is_above_it(changes: dict[str, Any]):
    plan = solved(two_slots(**EVEN))
    found = verify(plan, two_slots(**EVEN, **changes), plan.objective, -np.inf)
    assert "grid_power" in " ".join(found.failures)


def test_without_them_nothing_is_on():
    assert two_slots().is_on() == []


def test_a_peak_below_its_mean_is_an_error_in_its_cell():
    values = {"baseload_peak": [2.0, None, 1.9], "baseload_kwh": [12.0, 12.0, 12.0], "hours": [6.0, 6.0, 6.0]}
    energy = Rows(TABLES["tblEnergy"], values, {"baseload_peak": "row {}".format})
    energy.table = type(energy.table)(**{**vars(energy.table), "columns": (baseload_peak.PART.figures[0],)})
    [problem] = baseload_peak.above_the_mean({"tblEnergy": energy})
    assert (problem.severity, problem.where) == ("error", "row 2")
    assert "12 kWh in 6 h are 2 kW" in problem.message
    with pytest.raises(ValueError, match="baseload_peak"):
        one_slot(baseload_kwh=24.0, baseload_peak=0.9)


def test_either_limit_suffices():
    alone: dict[str, Any] = {**EVEN, "grid_limit_kwh": None, "grid_limit_kw": 10.0}
    assert has_plan(two_slots(**alone))
    assert not has_plan(two_slots(**{**alone, "grid_limit_kw": 9.9}))
    assert [use.limit for use in limits(solved(two_slots(**alone)))].count("Grid limit") == 0
    result = optimize(two_slots(**{**alone, "grid_limit_kw": 8.5}))
    assert "Raise the grid limit as power from 8.5 to 10 kW" in " ".join(problem.advice for problem in result.problems)
