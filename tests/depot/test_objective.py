"""The parts of the objective, and that they add up."""

from __future__ import annotations

import pytest

from fleetopt.plan.optimize import optimize
from tests.cases import TOTALS, one_slot, study, two_slots


def cost(case) -> float:
    result = optimize(case)
    assert result.status == "optimal"
    return result.plan.objective


def test_opex_is_energy_times_price_times_days():
    case = one_slot(grid_price=0.2, solar_max_added_kwp=0.0)
    assert optimize(case).plan.opex.tolist() == pytest.approx([7300])  # 100 kWh x 0.2 USD x 365
    assert cost(case) == pytest.approx(8300)  # and a charger of 1,000 USD


def test_days_of_each_type_weigh_its_energy():
    # 100 kWh on 250 workdays at 0.2, 100 kWh on 115 other days at 0.1 USD/kWh
    case = one_slot(day_types=("Workday", "Other"), days=[250.0, 115.0], grid_price=[[0.2], [0.1]])
    assert optimize(case).plan.opex.tolist() == pytest.approx([250 * 20 + 115 * 10])


def test_solar_export_earns_the_ratio_of_the_grid_price():
    # 300 kWh of sun, 100 used, 200 sold at 0.5 x 0.2 USD on 365 days
    case = one_slot(
        solar_yield=1.0, solar_existing_kwp=300.0, solar_max_added_kwp=0.0, grid_price=0.2, export_ratio=0.5
    )
    assert optimize(case).plan.solar_export_revenue.tolist() == pytest.approx([200 * 0.1 * 365])


def test_battery_export_earns_the_ratio_of_the_price_of_its_slot():
    # nothing to charge at night: 40 kWh (80 x 0.5) stored at 0.1, sold at 0.8 x 1 USD on 365 days
    case = two_slots(charging_kwh=0.0, grid_price=[[0.1, 1.0]], export_ratio=0.8, solar_existing_kwp=500.0,
                     solar_max_added_kwp=0.0, battery_existing_kwh=80.0, battery_max_kwh=0.0)  # fmt: skip
    assert optimize(case).plan.battery_export_revenue.tolist() == pytest.approx([40 * 0.8 * 365])


def test_capex_is_price_times_purchase_of_each_year():
    plan = optimize(study(0.0)).plan
    # 66.6667 kWp x 450 + 91.6667 kWh x 300 + 1 x 2,500 in 2025; 88.5683 kWh x 272 in 2027
    assert plan.capex[0] == pytest.approx(66.6666667 * 450 + 91.6666667 * 300 + 2500, abs=1e-3)
    assert plan.capex[2] == pytest.approx(88.5683333 * 272, abs=1e-3)


@pytest.mark.parametrize("ratio", TOTALS)
def test_the_parts_add_up_to_the_total(ratio: float):
    plan = optimize(study(ratio)).plan
    parts = plan.capex.sum() + plan.opex.sum() - plan.solar_export_revenue.sum() - plan.battery_export_revenue.sum()
    assert plan.objective == pytest.approx(parts, rel=1e-12)
    assert plan.objective == pytest.approx(TOTALS[ratio], abs=5e-5)
