"""The battery's refinements in the Checks sheet: LibreOffice works every formula out, and finds what is spoiled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fleetopt.books.closed.book import ClosedBook
from fleetopt.inputs.inputs import Inputs
from fleetopt.words.rows import Cell
from tests.office import Sheets, recalculated
from tests.test_workbook_checks import bad, filled, plain, random_inputs, state, workbook

OF_BOTH: dict[str, Any] = {
    "charge_efficiency": 0.95, "discharge_efficiency": 0.9, "soc_min": 0.1, "soc_max": 0.9, "grid_charging": "yes",
    "battery_wear": 0.01, "battery_fade": 0.03, "battery_om": 0.5,
}  # fmt: skip


def stored_inputs(*, is_apart: bool) -> Inputs:
    """A depot whose battery uses everything there is, in one scenario more of it, in another less."""
    inputs = random_inputs(3, ["As it is", "Half", "Room"])
    of_power = {"battery_power_om": 2.0, "battery_life": 1, "battery_price_factor": 0.9}
    inputs.settings |= {
        name: Cell(value, "Settings")
        for name, value in (OF_BOTH | (of_power if is_apart else {"charge_rate": 0.2})).items()
    }
    own = {"Half": {"grid_charging": "no", "battery_wear": 0.0}, "Room": {"charge_efficiency": 0.8, "soc_min": 0.3}}
    own["Room"] |= {"battery_power_om": 5.0, "c_rate": 0.1} if is_apart else {"charge_rate": 0.05}
    scenarios, costs, energy = (inputs[name] for name in ("tblScenarios", "tblCosts", "tblEnergy"))
    for i, scenario in enumerate(scenarios.values["scenario"]):
        for name, value in own.get(scenario, {}).items():
            scenarios.values[name][i] = value
    if is_apart:
        costs.values["battery_power_price"] = [20.0 + 5 * i for i in range(len(costs))]
        costs.places["battery_power_price"] = costs.places["battery_price"]
    first = energy.values["slot"][0]
    for i, slot in enumerate(energy.values["slot"]):
        energy.values["grid_price"][i] *= 0.3 if slot == first else 2.0
    return inputs


SPOILED_INPUTS = {
    "rate": {
        "charge_efficiency": (0.9, "battery_balance"), "discharge_efficiency": (0.8, "battery_balance"),
        "soc_min": (0.2, "soc_least"), "soc_max": (0.2, "soc_limit"), "charge_rate": (0.1, "charge_limit"),
        "battery_wear": (0.02, "battery_wear"), "grid_charging": ("no", "grid_charging"),
        "c_rate": (0.02, "discharge_limit"),
    },
    "power": {
        "battery_existing_kw": (3.0, "Installed"), "battery_existing_kwh": (31.0, "Installed"),
        "battery_power_om": (3.0, "upkeep"), "battery_price_factor": (0.8, "Battery power price"),
    },
}  # fmt: skip
"""By workbook and setting another value, and the check that finds it."""
SPOILED_RESULTS = {
    "rate": {("tblFlows", "Grid to battery [kWh/d]"): "battery_balance", ("tblLimits", "Battery charging"): "Battery"},
    "power": {
        ("tblYearly", "Battery power bought [kW]"): "Battery power bought",
        ("tblYearly", "Battery power installed [kW]"): "discharge_power",
        ("tblCompare", "Battery power bought [kW]"): "Battery power bought",
        ("tblLimits", "Battery charging power"): "Battery charging power",
        ("tblLimits", "Battery discharging power"): "Battery discharging power",
    },
}
"""By workbook, table and column, or row, the check that finds a figure that is changed in it."""


def with_setting(source: Path, target: Path, name: str, value: Any) -> Path:
    """The workbook with another value of a setting."""
    headings, *rows = ClosedBook(source).blocks(["tblSettings"])["tblSettings"].rows
    place = headings.index("Value")
    changed = [[*row[:place], value, *row[place + 1 :]] if name in row else list(row) for row in rows]
    assert changed != [list(row) for row in rows]
    return filled(source, target, "tblSettings", tuple(headings), changed)


def with_figure(source: Path, target: Path, table: str, column: str) -> Path:
    """The workbook with the largest figure of a column, or of a limit's use, made less."""
    headings, *rows = ClosedBook(source).blocks([table])[table].rows
    is_limit = table == "tblLimits"
    place = headings.index("Used" if is_limit else column)
    row = max((row for row in rows if not is_limit or column in row), key=lambda row: row[place] or 0.0)
    assert row[place] > 0
    others = [[*each[:place], each[place] * 0.7, *each[place + 1 :]] if each is row else list(each) for each in rows]
    return filled(source, target, table, tuple(headings), others)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Sheets]:
    """What the sheets of true and spoiled workbooks show."""
    folder = tmp_path_factory.mktemp("battery")
    books = {
        name: workbook(folder / f"{name}.xlsx", stored_inputs(is_apart=name == "power")) for name in ("rate", "power")
    }
    for name in ("rate", "power"):
        source = plain(books[name], folder / f"plain {name}.xlsx")
        for setting, (value, _) in SPOILED_INPUTS[name].items():
            books[f"{name} {setting}"] = with_setting(source, folder / f"{len(books)}.xlsx", setting, value)
        for table, column in SPOILED_RESULTS[name]:
            key = f"{name} {table} {column}"
            books[key] = with_figure(source, folder / f"{len(books)}.xlsx", table, column)
    return dict(zip(books, recalculated(*books.values()), strict=True))


@pytest.mark.parametrize("book", ["rate", "power"])
def test_every_check_of_true_results_holds(shown, book):
    assert bad(shown[book]) == []
    assert state(shown[book]).startswith("OK")


@pytest.mark.parametrize(
    ("book", "rule"),
    [(f"{name} {setting}", rule) for name, found in SPOILED_INPUTS.items() for setting, (_, rule) in found.items()]
    + [(f"{name} {' '.join(at)}", rule) for name, found in SPOILED_RESULTS.items() for at, rule in found.items()],
)
def test_what_is_spoiled_is_found_by_its_check(shown, book, rule):
    assert any(each.startswith(rule) for each in bad(shown[book])), bad(shown[book])
