"""Workbooks in the study's layout to test with: the study's own with the flaws of the originals, and a small depot."""

from __future__ import annotations

import importlib.util
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

from openpyxl import Workbook
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

from fleetopt.depot import FIGURES
from fleetopt.inputs import schema
from fleetopt.inputs.inputs import Inputs
from fleetopt.words.rows import Cell, Rows

Sheets = dict[str, list[list[Any]]]
"""The cells of each sheet from A1 on."""

DATA = Path(__file__).parents[1] / "data"
FILES = {
    "Vehcile_Data.xlsx": "Vehicle_data",
    "Vehcile_Charging_Data.xlsx": "vehicleChargingData",
    "Energy_Profile_Data.xlsx": "EnergyProfileData",
    "Infra_Procurement_Costs.xlsx": "InfraProcurementCosts",
}
"""The files of the study's folder as its authors spelt them, and the table in each."""


def data_writer(script: str = "write.py") -> ModuleType:
    """The script that writes the study's workbooks, or another one in data/."""
    spec = importlib.util.spec_from_file_location("data_write", DATA / script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def study() -> Sheets:
    """The study's single workbook: stray blanks, words in truck types, formulas, remarks, later years, a KPI sheet."""
    write = data_writer()
    sheets = {
        "Vehicle_data": write.vehicles(),
        "vehicleChargingData": write.trucks(),
        "EnergyProfileData": write.energy(),
        "InfraProcurementCosts": write.costs(),
        "EnergyParameters": [("Parameter", "Value"), *write.ENERGY_PARAMETERS],
        "Parameters": [("Parameters", "Value"), *write.PARAMETERS],
        "YearlyCAPEXBudget": [("YearlyCapex(USD)",), (write.YEARLY_BUDGET,)],
        "KPI": [(None, 2025, 2026), ("CAPEXCost", None, None), (), (None, "NOTE: This is the output format", None)],
    }
    sheets = {name: [list(row) for row in rows] for name, rows in sheets.items()}
    for i, row in enumerate(sheets["vehicleChargingData"][1:], start=2):
        row[1], row[3] = f"Truck type {row[1]}", f"=C{i}*E{i}"
    put(sheets, "EnergyProfileData!A2", "12AM-6 AM")
    put(sheets, "EnergyProfileData!A3", "6AM-12 PM")
    put(sheets, "EnergyProfileData!D7", "NOTE: Solar units generated is a function of irradiation")
    put(sheets, "EnergyProfileData!D8", "NOTE: This data is for the average day of the year")
    put(sheets, "EnergyProfileData!B26", "Picture of a solar plant of 1 kWp")
    put(sheets, "EnergyParameters!F14", None)
    return sheets


def small() -> Sheets:
    """One vehicle, one truck type, two slots, one charger, two years."""
    return {
        "Vehicle_data": [
            ["VehicleID", "TruckType", "Year", "DailyRange(Kms)", "ChargingSlot"],
            ["V1", 1, 2025, 100, "12AM-12PM"],
            ["V1", 1, 2026, 200, "12PM-12AM"],
        ],
        "vehicleChargingData": [
            ["Year", "TruckType", "Range(Kms)", "VehicleBatteryCapacity(Kwh)", "FuelConsumption(Unit/km)"],
            [2025, 1, 400, 360, 0.9],
            [2026, 1, 400, 320, 0.8],
        ],
        "EnergyProfileData": [
            [
                "SlotsOfDay",
                "BaseLoadConsumption(kWh)",
                "GridElectricityPrice (USD / kWh)",
                "SolarUnitsGeneration in Kwh/KwP",
            ],
            ["12AM-12PM", 10, 0.15, 1.5],
            ["12PM-12AM", 20, 0.25, 2.5],
        ],
        "InfraProcurementCosts": [
            ["Year", "Battery(USD/kWh)", "SolarPV(USD/kWp)", "Charger 50KW (USD/unit)"],
            [2025, 300, 450, 1000],
            [2026, 290, 440, 900],
        ],
        "EnergyParameters": [
            ["Parameter", "Value"],
            ["BatteryEnergyCapacity", 2000],
            ["C_Rate", 0.5],
            ["GridEnergyLimitsUpper", 1750],
            ["PRESENT_SOLAR_CAPACITY", 500],
            ["AREA_AVAILABLE(sq.m2)", 1000],
            ["CONVERSION_RATIO", 0.2],
        ],
        "Parameters": [["Parameters", "Value"], ["Charger_Option_1(Kw)", 50], ["Planing_Horizon(years)", 2]],
        "YearlyCAPEXBudget": [["YearlyCapex(USD)"], [60000]],
    }


def put(sheets: Sheets, address: str, value: Any) -> None:
    """Change one cell, such as `Vehicle_data!B3`; the sheet grows where it is too small."""
    sheet, _, cell = address.partition("!")
    letters, row = coordinate_from_string(cell)
    column = column_index_from_string(letters)
    rows = sheets[sheet]
    rows.extend([] for _ in range(row - len(rows)))
    rows[row - 1].extend([None] * (column - len(rows[row - 1])))
    rows[row - 1][column - 1] = value


def drop_column(sheets: Sheets, sheet: str, header: str) -> None:
    """Delete one column."""
    j = sheets[sheet][0].index(header)
    sheets[sheet] = [row[:j] + row[j + 1 :] for row in sheets[sheet]]


def shuffled(sheets: Sheets, random: Random) -> Sheets:
    """The same tables with their sheets, columns and rows in another order; what is below a blank row stays there."""
    mixed: Sheets = {}
    for name in random.sample(list(sheets), len(sheets)):
        width = max(len(row) for row in sheets[name])
        rows = [[*row, *[None] * (width - len(row))] for row in sheets[name]]
        end = next((i for i, row in enumerate(rows) if not any(row)), len(rows))
        order = random.sample(range(width), width)
        below = random.sample(rows[1:end], end - 1)
        mixed[name] = [[row[j] for j in order] for row in (rows[0], *below, *rows[end:])]
    return mixed


class Text(str):
    """A text that is no formula, whatever it looks like."""


def write_book(path: Path, sheets: Sheets, results: Mapping[str, Any] | None = None) -> Path:
    """Write a workbook; the formulas at the addresses in `results` get a result, as if Excel had calculated them."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
            for cell, value in zip(sheet[sheet.max_row], row, strict=False):
                if isinstance(value, Text):
                    cell.data_type = "s"
    book.save(path)
    if results:
        _store(path, list(sheets), results)
    return path


def _store(path: Path, names: list[str], results: Mapping[str, Any]) -> None:
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    for address, result in results.items():
        sheet, _, cell = address.partition("!")
        part = f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"
        kind = ' t="e"' if str(result).startswith("#") else ""
        text, count = re.subn(
            rf'<c r="{cell}"[^>]*>(<f>[^<]*</f>)<v ?/?>(?:</v>)?',
            rf'<c r="{cell}"{kind}>\1<v>{result}</v>',
            parts[part].decode(),
        )
        assert count == 1, f"{address} holds no formula"
        parts[part] = text.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)


def write_folder(folder: Path, sheets: Sheets, copies: Sheets | None = None) -> Path:
    """Write the study's folder: each table in its own misspelt file, all sheets once more in `Project_dataset.xlsx`.

    Parameters:
        copies: the sheets of `Project_dataset.xlsx`, where they are not the same.
    """
    folder.mkdir(exist_ok=True)
    for file, name in FILES.items():
        end = next((i for i, row in enumerate(sheets[name]) if not any(row)), len(sheets[name]))
        rows = [[_plain(value) for value in row] for row in sheets[name][:end]]
        write_book(folder / file, {"Sheet1": rows})
    write_book(folder / "Project_dataset.xlsx", copies or sheets)
    return folder


def _plain(value: Any) -> Any:
    return int(value.removeprefix("Truck type ")) if str(value).startswith("Truck type ") else value


def small_inputs() -> Inputs:
    """The small depot as typed tables; every value has an address as in a planning workbook."""
    price = FIGURES["charger_price"].column_of("50 kW").name
    day = "Average day"
    values = {
        "export_ratio": 0.5,
        "grid_limit_kwh": 1750.0,
        "solar_existing_kwp": 500.0,
        "solar_max_added_kwp": 200.0,
        "battery_existing_kwh": 0.0,
        "battery_max_kwh": 2000.0,
        "c_rate": 0.5,
        "c_rate_basis": "slot",
        "solver": "auto",
        "time_limit": None,
        "gap": 0.0,
    }
    tables = (
        _rows(
            "tblFleet",
            vehicle=["V1", "V1"],
            truck_type=["1", "1"],
            year=[2025, 2026],
            distance_km=[100.0, 200.0],
            slot=["12AM-12PM", "12PM-12AM"],
        ),
        _rows(
            "tblTrucks",
            truck_type=["1", "1"],
            year=[2025, 2026],
            range_km=[400.0, 400.0],
            battery_kwh=[360.0, 320.0],
            consumption=[0.9, 0.8],
        ),
        _rows(
            "tblEnergy",
            day_type=[day, day],
            slot=["12AM-12PM", "12PM-12AM"],
            hours=[12.0, 12.0],
            baseload_kwh=[10.0, 20.0],
            grid_price=[0.15, 0.25],
            solar_yield=[1.5, 2.5],
        ),
        _rows("tblDayTypes", day_type=[day], days=[365.0]),
        _rows(
            "tblCosts",
            year=[2025, 2026],
            capex_budget=[60_000.0, 60_000.0],
            solar_price=[450.0, 440.0],
            battery_price=[300.0, 290.0],
            **{price: [1000.0, 900.0]},
        ),
        _rows("tblChargers", charger=["50 kW"], power_kw=[50.0], chargers_existing=[0]),
        _rows(
            "tblScenarios",
            scenario=["Export 1.0", "Small grid"],
            run=["yes", "yes"],
            export_ratio=[1.0, 0.0],
            capex_budget=[None, 40_000.0],
            grid_limit_kwh=[None, 500.0],
            **{
                name: [None, None]
                for name in ("solar_max_added_kwp", "battery_max_kwh", "c_rate", "c_rate_basis", "note")
            },
        ),
    )
    return Inputs(
        source="small",
        tables={rows.table.name: rows for rows in tables},
        settings={name: Cell(value, f"Settings!B{i}") for i, (name, value) in enumerate(values.items(), start=2)},
    )


def refined_inputs() -> Inputs:
    """The small depot with a winter and a summer, a grid upgrade, works, a demand charge and a grant."""
    inputs = small_inputs()
    energy = inputs["tblEnergy"].take([0, 1, 0, 1])
    energy.values["day_type"] = ["Winter", "Winter", "Summer", "Summer"]
    inputs.tables["tblEnergy"] = energy
    tables = (
        _rows(
            "tblDayTypes",
            day_type=["Winter", "Summer"],
            days=[182.5, 182.5],
            season=["Cold", "Warm"],
            kind=["workday", None],
        ),
        _rows(
            "tblGridUpgrades",
            upgrade=["Transformer"],
            adds_kw=[100.0],
            upgrade_price=[20_000.0],
            upgrade_most=[2],
            lead_time=[1],
            counts_in_budget=["yes"],
        ),
        _rows(
            "tblDemandCharges",
            charge=["Peak"],
            season=["Cold"],
            days=["all"],
            window=["6PM-9PM"],
            billed=["month"],
            price=[12.0],
        ),
        _rows("tblSiteWorks", works=["Trench"], works_for=["Chargers"], works_price=[5000.0]),
        _rows(
            "tblIncentives",
            incentive=["Credit"],
            granted_for=["Solar"],
            granted_from=[None],
            granted_until=[2026],
            granted_share=[0.3],
            granted_amount=[0.0],
            granted_most_each=[None],
            granted_most=[20_000.0],
        ),
    )
    inputs.tables |= {rows.table.name: rows for rows in tables}
    inputs.settings |= {
        "peak_factor": Cell(1.2, "Settings!B13"),
        "ratchet": Cell(0.5, "Settings!B14"),
        "fixed_charge": Cell(150.0, "Settings!B15"),
    }
    return inputs


def _rows(name: str, **values: list[Any]) -> Rows:
    """A table whose columns stand from A on, with its header in row 1."""
    table = schema.TABLES[name]

    def address(j: int) -> Any:
        return lambda i: f"{table.sheet}!{chr(65 + j)}{i + 2}"

    return Rows(table, values, {column: address(j) for j, column in enumerate(values)})
