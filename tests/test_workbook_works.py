"""Whole pieces and site works in the Checks sheet: LibreOffice works every formula out, and finds what is spoiled."""

from __future__ import annotations

import pytest

from fleetopt.inputs.inputs import Inputs
from fleetopt.inputs.schema import TABLES
from fleetopt.words.rows import Cell, given
from tests.office import Sheets, recalculated
from tests.test_workbook_battery import with_figure, with_setting
from tests.test_workbook_checks import bad, plain, random_inputs, state, workbook


def works_inputs() -> Inputs:
    """A depot that buys in pieces and digs for it."""
    inputs = random_inputs(3, ["As it is", "Half"])
    inputs.settings |= {"solar_step": Cell(7.5, "Settings"), "battery_step": Cell(5.0, "Settings")}
    rows = [
        {"works": "Trench", "works_for": "Chargers", "works_price": 300.0},
        {"works": "Crane", "works_for": "Solar", "works_price": 20.0},
        {"works": "Base", "works_for": "150 kW", "works_price": 30.0},
    ]
    inputs.tables["tblSiteWorks"] = given(TABLES["tblSiteWorks"], rows, "Costs")
    return inputs


SPOILED = {
    ("tblWorks", "Cost [USD]"): "Works price",
    ("tblYearly", "CapEx [USD]"): "capex",
    ("tblPurchases", "Bought"): "solar_in_steps",
    ("tblLimits", "CapEx budget"): "CapEx budget",
}
"""By table and column, or row, the check that finds a figure that is changed in it."""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Sheets]:
    """What the sheets of the true and of spoiled workbooks show."""
    folder = tmp_path_factory.mktemp("works")
    books = {"true": workbook(folder / "true.xlsx", works_inputs())}
    source = plain(books["true"], folder / "plain.xlsx")
    books["solar_step"] = with_setting(source, folder / "step.xlsx", "solar_step", 7.0)
    for table, column in SPOILED:
        books[f"{table} {column}"] = with_figure(source, folder / f"{len(books)}.xlsx", table, column)
    return dict(zip(books, recalculated(*books.values()), strict=True))


def test_every_check_of_true_results_holds(shown):
    assert bad(shown["true"]) == []
    assert state(shown["true"]).startswith("OK")


@pytest.mark.parametrize(
    ("book", "rule"), [("solar_step", "solar_in_steps"), *((" ".join(at), rule) for at, rule in SPOILED.items())]
)
def test_what_is_spoiled_is_found_by_its_check(shown, book, rule):
    assert any(each.startswith(rule) for each in bad(shown[book])), bad(shown[book])
