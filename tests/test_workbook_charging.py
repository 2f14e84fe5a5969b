"""Charging windows and plugs in the Checks sheet: LibreOffice works every formula out, and finds what is spoiled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fleetopt.books.closed.book import ClosedBook
from fleetopt.inputs.inputs import Inputs
from fleetopt.words.rows import Cell
from tests.office import Sheets, recalculated
from tests.test_workbook_battery import with_figure, with_setting
from tests.test_workbook_checks import bad, filled, plain, random_inputs, state, workbook

WINDOWS = ("18:00-06:00", "10PM-9AM", None)


def charging_inputs() -> Inputs:
    """A depot in which some trucks stand for hours and others charge in slots; one scenario charges on arrival."""
    inputs = random_inputs(5, ["As it is", "Half", "Room"])
    fleet, trucks, scenarios = (inputs[name] for name in ("tblFleet", "tblTrucks", "tblScenarios"))
    for name, values in (
        ("window", [WINDOWS[i % 3] for i in range(len(fleet))]),
        ("count", [1 + i % 2 for i in range(len(fleet))]),
        ("until", [None] * len(fleet)),
    ):
        fleet.values[name], fleet.places[name] = values, fleet.places["slot"]
    trucks.values["max_kw"], trucks.places["max_kw"] = (
        [500.0 if i % 2 else None for i in range(len(trucks))],
        "T{}".format,
    )
    inputs.settings["charging_efficiency"] = Cell(0.9, "Settings")
    inputs.settings["grid_limit_kwh"] = Cell(50_000.0, "Settings")
    own: dict[str, dict[str, Any]] = {
        "Half": {"managed_charging": "no", "consumption_factor": 1.1},
        "Room": {"trucks_per_plug": 2.0},
    }
    for i, scenario in enumerate(scenarios.values["scenario"]):
        for name, value in own.get(scenario, {}).items():
            scenarios.values[name][i] = value
    return inputs


SPOILED_SETTINGS = {"charging_efficiency": (0.8, "demand_balance"), "consumption_factor": (1.5, "window_need")}
SPOILED_RESULTS = {
    ("tblCharging", "Charge [kWh/d]"): "window_need",
    ("tblCharging", "Power [kW]"): "Power of a truck",
    ("tblCharging", "Power of a truck [kW]"): "Power of a truck",
    ("tblCharging", "Truck takes [kW]"): "Truck takes",
    ("tblFlows", "Charging [kWh/d]"): "Charging need",
    ("tblPlugs", "Plugs [units]"): "Places",
    ("tblPlugs", "Places [units]"): "Places",
    ("tblLimits", "Plugs"): "Plugs",
    ("tblLimits", "Charger capacity"): "Charger capacity",
}
"""By table and column, or row, the check that finds a figure that is changed in it."""
SPOILED_FLEET = {"Daily distance [km]": "Charging need", "Trucks [units]": "Charging need"}


def with_fleet(source: Path, target: Path, column: str) -> Path:
    """The workbook with a larger figure in the first row of the fleet."""
    headings, *rows = ClosedBook(source).blocks(["tblFleet"])["tblFleet"].rows
    place = headings.index(column)
    first = [*rows[0][:place], rows[0][place] + 1, *rows[0][place + 1 :]]
    return filled(source, target, "tblFleet", tuple(headings), [first, *map(list, rows[1:])])


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Sheets]:
    """What the sheets of the true and of spoiled workbooks show."""
    folder = tmp_path_factory.mktemp("charging")
    books = {"true": workbook(folder / "true.xlsx", charging_inputs())}
    source = plain(books["true"], folder / "plain.xlsx")
    for name, (value, _) in SPOILED_SETTINGS.items():
        books[name] = with_setting(source, folder / f"{len(books)}.xlsx", name, value)
    for table, column in SPOILED_RESULTS:
        books[f"{table} {column}"] = with_figure(source, folder / f"{len(books)}.xlsx", table, column)
    for column in SPOILED_FLEET:
        books[column] = with_fleet(source, folder / f"{len(books)}.xlsx", column)
    return dict(zip(books, recalculated(*books.values()), strict=True))


def test_every_check_of_true_results_holds(shown):
    assert bad(shown["true"]) == []
    assert state(shown["true"]).startswith("OK")


@pytest.mark.parametrize(
    ("book", "rule"),
    [
        *((name, rule) for name, (_, rule) in SPOILED_SETTINGS.items()),
        *((" ".join(at), rule) for at, rule in SPOILED_RESULTS.items()),
        *SPOILED_FLEET.items(),
    ],
)
def test_what_is_spoiled_is_found_by_its_check(shown, book, rule):
    assert any(each.startswith(rule) for each in bad(shown[book])), bad(shown[book])
