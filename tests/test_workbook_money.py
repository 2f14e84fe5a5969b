"""Money over time and grants in the Checks sheet: LibreOffice works every formula out, and finds what is spoiled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fleetopt.books.closed.book import ClosedBook
from fleetopt.doors.new import new_workbook
from fleetopt.inputs import schema
from fleetopt.inputs.inputs import Inputs
from fleetopt.results import tables as results
from fleetopt.results.input_content import input_content
from fleetopt.words.rows import Cell, given
from tests.doors.test_cli import fleetopt
from tests.office import Sheets, recalculated
from tests.refined import type_in
from tests.test_workbook_checks import bad, filled, plain, random_inputs, state, workbook

ON = ("life", "ageing", "upkeep", "present_cost", "grants")
CHANGED = ("tblSettings", "tblChargers", "tblIncentives", "tblScenarios")


def priced_inputs(seed: int) -> Inputs:
    """A depot in which everything has an end, an upkeep and a grant; one scenario without any of it but the grants."""
    inputs = random_inputs(seed, ["As it is", "Half", "Roof"])
    settings: dict[str, Any] = {
        "solar_life": 2, "battery_life": 1, "solar_om": 7.5, "battery_om": 1.25, "solar_degradation": 0.02,
        "battery_fade": 0.05, "discount_rate": 0.08, "residual_value": "straight-line", "grants_in_budget": "yes",
    }  # fmt: skip
    inputs.settings |= {name: Cell(value, "Settings") for name, value in settings.items()}
    chargers = inputs["tblChargers"]
    for name, values in (("charger_life", [3, 10, 2]), ("charger_om", [50.0, 600.0, 100.0])):
        chargers.values[name], chargers.places[name] = values, chargers.places["power_kw"]
    own = {
        "Half": {"discount_rate": 0.0, "residual_value": "none", "solar_degradation": 0.0, "battery_fade": 0.0},
        "Roof": {"grants_in_budget": "no", "solar_life": 25, "discount_rate": 0.03, "solar_om": 0.0},
    }
    scenarios = inputs["tblScenarios"]
    for i, scenario in enumerate(scenarios.values["scenario"]):
        for name, value in own.get(scenario, {}).items():
            scenarios.values[name][i] = value
    blank = {"granted_from": None, "granted_until": None, "granted_share": 0.0, "granted_amount": 0.0,
             "granted_most_each": None, "granted_most": None}  # fmt: skip
    incentives = [
        {**blank, "incentive": "Credit", "granted_for": "solar", "granted_share": 0.3, "granted_most_each": 40.0},
        {**blank, "incentive": "Capped", "granted_for": "Solar", "granted_amount": 5.0, "granted_most": 300.0},
        {**blank, "incentive": "Voucher", "granted_for": "50 kW", "granted_amount": 60.0, "granted_until": 2026},
        {**blank, "incentive": "Store", "granted_for": "Battery", "granted_share": 0.1, "granted_from": 2027},
    ]
    inputs.tables["tblIncentives"] = given(schema.TABLES["tblIncentives"], incentives, "Costs")
    return inputs


def spoiled(source: Path, folder: Path) -> dict[str, Path]:
    """A workbook for each figure of these refinements, with that one changed."""
    books = {}
    added = {heading for table in (results.yearly, results.compare) for heading in table(ON).headings}
    added -= {*results.yearly().headings, *results.compare().headings}
    for name in ("tblYearly", "tblCompare", "tblGrants", "tblLimits"):
        headings, *rows = ClosedBook(source).blocks([name])[name].rows
        for j, heading in enumerate(headings):
            if name == "tblLimits" and heading not in ("Used", "At most"):
                continue
            among = [row for row in rows if name != "tblLimits" or "Grants: " in row[1] or "Room for solar" in row[1]]
            if (
                isinstance(among[0][j], float)
                and heading != "Year"
                and (heading in added or name[3:] in ("Grants", "Limits"))
            ):
                changed = next((row for row in among if row[j]), among[0])
                others = [
                    list(row) if row is not changed else [*row[:j], row[j] * 1.01 + 0.01, *row[j + 1 :]] for row in rows
                ]
                key = f"{name} {heading}"
                books[key] = filled(source, folder / f"{len(books)}.xlsx", name, headings, others)
    return books


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Sheets]:
    """What the sheets of true and spoiled workbooks show."""
    folder = tmp_path_factory.mktemp("money")
    books = {f"true {seed}": workbook(folder / f"true {seed}.xlsx", priced_inputs(seed)) for seed in (1, 2)}
    base, priced = random_inputs(2, ["As it is", "Half", "Roof"]), priced_inputs(2)
    typed = {name: input_content(priced).tables[name] for name in CHANGED}
    without = {name: input_content(base).tables[name] for name in CHANGED}
    for name, steps in (("in place", [typed]), ("in place, then not", [typed, without])):
        books[name] = folder / f"{name}.xlsm"
        books[name].write_bytes(new_workbook(base))
        for step in steps:
            type_in(books[name], step)
            done = fleetopt("run", books[name], "--in-place", "--quiet", "--out", folder / "other", cwd=folder)
            assert done.returncode == 0, done.stderr
    books |= spoiled(plain(books["true 1"], folder / "plain.xlsx"), folder)
    return dict(zip(books, recalculated(*books.values()), strict=True))


TRUE = ["true 1", "true 2", "in place", "in place, then not"]


@pytest.mark.parametrize("book", TRUE)
def test_every_check_of_true_results_holds(shown, book):
    assert bad(shown[book]) == []
    assert state(shown[book]).startswith("OK")


def test_every_figure_of_money_over_time_that_is_spoiled_is_found(shown):
    spoils = [name for name in shown if name not in TRUE]
    assert len(spoils) >= 12
    assert [name for name in spoils if not bad(shown[name])] == []
