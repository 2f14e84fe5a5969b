"""Limits of export in the Checks sheet: LibreOffice works every formula out, and finds what is spoiled."""

from __future__ import annotations

import pytest

from fleetopt.inputs.inputs import Inputs
from fleetopt.words.rows import Cell
from tests.office import Sheets, recalculated
from tests.test_workbook_battery import with_figure, with_setting
from tests.test_workbook_checks import bad, plain, random_inputs, state, workbook


def export_inputs() -> Inputs:
    """A sunny depot that may export little; one scenario has a net meter, and one may export nothing."""
    inputs = random_inputs(3, ["As it is", "Half", "Room"])
    inputs.settings |= {"solar_existing_kwp": Cell(900.0, "Settings"), "export_limit_kw": Cell(20.0, "Settings")}
    scenarios = inputs["tblScenarios"]
    of = {name: i for i, name in enumerate(scenarios.values["scenario"])}
    scenarios.values["net_metering"][of["Half"]] = "yes"
    scenarios.values["export_limit_kw"][of["Room"]] = 0.0
    return inputs


SPOILED = {
    ("tblFlows", "Solar curtailed [kWh/d]"): "solar_balance",
    ("tblYearly", "Exported [kWh/year]"): "Exported",
    ("tblYearly", "Imported [kWh/year]"): "Imported",
    ("tblLimits", "Export limit"): "Export limit",
    ("tblLimits", "Net metering"): "Net metering",
}
"""By table and column, or row, the check that finds a figure that is changed in it."""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Sheets]:
    """What the sheets of the true and of spoiled workbooks show."""
    folder = tmp_path_factory.mktemp("export")
    books = {"true": workbook(folder / "true.xlsx", export_inputs())}
    source = plain(books["true"], folder / "plain.xlsx")
    books["export_limit_kw"] = with_setting(source, folder / "limit.xlsx", "export_limit_kw", 10.0)
    books["net_metering"] = with_setting(source, folder / "net.xlsx", "net_metering", "yes")
    for table, column in SPOILED:
        books[f"{table} {column}"] = with_figure(source, folder / f"{len(books)}.xlsx", table, column)
    return dict(zip(books, recalculated(*books.values()), strict=True))


def test_every_check_of_true_results_holds(shown):
    assert bad(shown["true"]) == []
    assert state(shown["true"]).startswith("OK")


@pytest.mark.parametrize(
    ("book", "rule"),
    [
        ("export_limit_kw", "export_limit"),
        ("net_metering", "net_metering"),
        *((" ".join(at), rule) for at, rule in SPOILED.items()),
    ],
)
def test_what_is_spoiled_is_found_by_its_check(shown, book, rule):
    assert any(each.startswith(rule) for each in bad(shown[book])), bad(shown[book])
