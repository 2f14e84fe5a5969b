"""What refinements add to each kind of result, and that they add nothing where they are off.

One slot of 24 h, 100 kWh to charge at 1 USD/kWh of which the grid gives 76; a transformer of 5,000 USD adds 1 kW, which
is 24 kWh; 10 USD for each kW and month and 50 USD a month.
"""

from __future__ import annotations

import csv
import io
import json

import pytest

from fleetopt.depot import MONEY as MONEY_OF_PARTS
from fleetopt.depot import REFINEMENTS
from fleetopt.depot.case import Case
from fleetopt.inputs.scenarios import Scenario
from fleetopt.plan.optimize import Result, optimize
from fleetopt.results import tables as results
from fleetopt.results.answer import answer
from fleetopt.results.content import Run, result_content
from fleetopt.results.csv import operational_details, optimization_results
from fleetopt.results.json import as_text, summary
from fleetopt.results.report import report
from fleetopt.results.sheet import Sheet
from fleetopt.words.content import Content
from tests.cases import one_slot

UPGRADE = {"upgrades": ("Transformer",), "adds_kw": 1.0, "upgrade_price": 5000.0, "grid_limit_kwh": 76.0}
BILL = {"demand_charges": ({"charge": "Peak", "price": 10.0},), "fixed_charge": 50.0, "season": "Summer"}
OF_BILL = 12 * 10 * 100 / 24 + 12 * 50
"""500 USD for the peak of 4.17 kW, 600 USD for the connection."""
MONEY = ["CapEx [USD]", "OpEx [USD]", "Solar export revenue [USD]", "Battery export revenue [USD]", "Total cost [USD]"]


def result(case: Case) -> Result:
    found = optimize(case)
    assert found.plan is not None
    return found


@pytest.fixture(scope="module")
def base() -> Result:
    return result(one_slot())


@pytest.fixture(scope="module")
def refined() -> Result:
    return result(one_slot(**UPGRADE, **BILL))


def content(*outcomes: tuple[str, Result]) -> Content:
    return result_content(outcomes, [], Run())


def as_json(found: Result) -> dict:
    said = summary("depot", [(Scenario("One", found.plan.case), found)], [])
    return json.loads(as_text(said))["scenarios"][0]


# Tables


def test_money_of_a_refinement_stands_between_costs_and_revenues_and_the_total_last():
    headings = [column.heading for column in results.costs(REFINEMENTS)]
    assert [column.heading for column in results.costs()] == MONEY
    ours = [heading for heading in headings if heading not in MONEY]
    assert ours == [
        "Grants [USD]",
        "Demand charges [USD]",
        "Upkeep [USD]",
        "Battery wear [USD]",
        "CO2 cost [USD]",
        "Present cost [USD]",
    ]
    assert headings == [MONEY[0], ours[0], MONEY[1], *ours[1:5], *MONEY[2:], ours[5]]


@pytest.mark.parametrize(
    ("on", "further"),
    [
        ((), []),
        (("demand_charge",), ["Demand charges [USD]"]),
        (
            ("grid_upgrade",),
            ["Grid upgrades bought [pieces]", "Grid upgrades installed [pieces]", "Connection added [kW]"],
        ),
        (
            ("grid_upgrade", "demand_charge"),
            [
                "Demand charges [USD]",
                "Grid upgrades bought [pieces]",
                "Grid upgrades installed [pieces]",
                "Connection added [kW]",
            ],
        ),
    ],
)
def test_the_yearly_results_have_the_columns_of_what_is_on_only(on, further):
    base = results.yearly().headings
    there = results.yearly(on).headings
    assert [heading for heading in there if heading not in base] == further
    assert tuple(heading for heading in there if heading in base) == base
    assert set(further) <= set(results.further(results.yearly()))


def test_only_demand_charges_have_a_table_of_peaks():
    assert [table.name for table in results.listings(("demand_charge",))] == ["tblPeaks"]
    assert results.listings(("grid_upgrade",)) == []
    names = [table.name for table in results.result_tables()]
    assert "tblPeaks" not in names
    assert [table.name for table in results.result_tables(REFINEMENTS) if table.name not in names] == [
        "tblPeaks",
        "tblCharging",
        "tblPlugs",
        "tblWorks",
        "tblGrants",
    ]


def test_what_is_total_cost_says_so_with_the_charges_that_are_in_it():
    assert results.costs()[-1].meaning == "CapEx + OpEx - Solar export revenue - Battery export revenue"
    [total] = [column for column in results.costs(REFINEMENTS) if column.name == "total_cost"]
    assert "+ Demand charges +" in total.meaning


# A workbook's content


def test_a_run_without_refinements_writes_none_of_their_columns(base):
    found = content(("One", base))
    assert found.on == ()
    assert tuple(found.headers["tblYearly"]) == results.yearly().headings
    assert found.tables.get("tblPeaks", []) == []
    assert [row[3] for row in found.tables["tblPurchases"]] == ["kWp", "kWh", "units"]


def test_a_run_with_refinements_writes_their_figures(refined):
    found = content(("One", refined))
    [year] = [dict(zip(found.headers["tblYearly"], row, strict=True)) for row in found.tables["tblYearly"]]
    assert year["Demand charges [USD]"] == pytest.approx(OF_BILL)
    assert year["Grid upgrades bought [pieces]"] == year["Grid upgrades installed [pieces]"] == 1
    assert year["Connection added [kW]"] == 1
    assert year["CapEx [USD]"] == 1000 + 5000
    assert year["Total cost [USD]"] == pytest.approx(6000 + 36_500 + OF_BILL)
    assert ["One", 2025, "Transformer", "pieces", 1, 5000, 5000, 1] in found.tables["tblPurchases"]
    [peak] = [dict(zip(found.headers["tblPeaks"], row, strict=True)) for row in found.tables["tblPeaks"]]
    assert peak == {
        "Scenario": "One",
        "Year": 2025,
        "Demand charge": "Peak",
        "Season": "Summer",
        "Peak [kW]": pytest.approx(100 / 24),
        "Price [USD/kW]": 10,
        "Months": 12,
        "Cost [USD/year]": pytest.approx(500),
        "Days that count": "[Day]",
        "Slots that count": "[12AM-12AM]",
    }
    [limit] = [row for row in found.tables["tblLimits"] if row[1] == "Grid upgrades: Transformer"]
    assert limit[5:] == [1, 1, "pieces", 0, "binding"]


def test_a_scenario_without_a_refinement_has_nothing_in_its_columns_beside_one_that_has_it(base, refined):
    found = content(("Off", base), ("On", refined))
    off, on = (dict(zip(found.headers["tblYearly"], row, strict=True)) for row in found.tables["tblYearly"])
    for heading in (heading for heading in results.further(results.yearly()) if heading in on):
        assert off[heading] == 0
        assert on[heading] > 0
    assert {row[0] for row in found.tables["tblPeaks"]} == {"On"}


# CSV


def rows(text: str) -> dict[str, list[str]]:
    return {row[0]: row[1:] for row in csv.reader(io.StringIO(text))}


def test_the_csv_of_results_has_rows_of_refinements_before_the_total_only_where_they_are_on(base, refined):
    ours, without = rows(optimization_results(refined.plan)), rows(optimization_results(base.plan))
    assert [name for name in ours if name not in without] == ["DemandCharges", "GridUpgrade:Transformer"]
    assert [*ours][-1] == [*without][-1] == "TotalCost"
    assert [name for name in ours if name in without] == [*without]
    assert float(ours["DemandCharges"][0]) == pytest.approx(OF_BILL)
    assert ours["GridUpgrade:Transformer"] == ["1"]


def test_the_csv_of_operation_is_the_same_with_them_and_without(base, refined):
    assert operational_details(refined.plan) == operational_details(base.plan)


# JSON


def test_the_json_has_the_figures_of_each_year_by_the_names_of_the_formulation_only_where_one_is_on(base, refined):
    assert "years" not in as_json(base)
    [year] = as_json(refined)["years"]
    assert year == {
        "year": 2025,
        "capex": 6000,
        "grants": 0,
        "opex": 36_500,
        "upkeep": 0,
        "battery_wear": 0,
        "co2_cost": 0,
        "co2_t": 0,
        "demand_charges": pytest.approx(OF_BILL),
        "solar_export_revenue": 0,
        "battery_export_revenue": 0,
        "total_cost": pytest.approx(42_500 + OF_BILL),
        "solar_add": 0,
        "battery_add": 0,
        "battery_kw_add": 0,
        "charger_add": {"50 kW": 1},
        "upgrade_add": {"Transformer": 1},
        "peak_kw": {"Peak": {"Summer": pytest.approx(100 / 24)}},
    }


def test_the_json_has_fields_of_refinements_in_its_yearly_results_only_where_they_are_on(base, refined):
    [ours], [without] = as_json(refined)["yearly"], as_json(base)["yearly"]
    assert ours.keys() - without.keys() == {"demand_charges_usd", "upgrades_added", "upgrades"}
    assert without.keys() <= ours.keys()
    assert ours["upgrades_added"] == ours["upgrades"] == {"Transformer": 1}


# Words


def test_the_answer_names_an_upgrade_and_what_peaks_cost(base, refined):
    said = " ".join(answer("One", refined))
    assert "one Transformer" in said
    assert "demand charges 1,100 USD" in said
    assert "demand charges" not in " ".join(answer("One", base))


def test_the_report_shows_demand_charges_only_where_they_are_on(base, refined):
    ours, without = (report([(Scenario("One", found.plan.case), found)]) for found in (refined, base))
    assert "Demand" in ours
    assert "Demand" not in without
    assert "Transformer" in ours


# The checks of a workbook that lacks a column


@pytest.mark.parametrize("name", [money.name for money in MONEY_OF_PARTS])
def test_money_that_a_workbook_has_no_column_for_is_none_and_not_the_setting_of_that_name(name: str):
    assert "tblYearly[" in getattr(Sheet((), REFINEMENTS).yearly, name)
    assert "tblCompare[" in getattr(Sheet((), REFINEMENTS).compare, name)
