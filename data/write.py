"""Write the depot study's five workbooks beside this file: `python data/write.py`.

The figures are the study's; `SOURCES.md` says where each comes from.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

SLOTS = ("12AM-6AM", "6AM-12PM", "12PM-6PM", "6PM-12AM")

FLEET: dict[int, list[tuple[int, int, int]]] = {
    # year: for each vehicle in order its truck type, daily distance [km] and charging slot (1 to 4)
    2025: [
        (1, 250, 2),
        (1, 250, 3),
        (1, 250, 4),
        (1, 250, 1),
        (2, 280, 2),
        (2, 280, 3),
        (2, 280, 4),
        (2, 280, 1),
        (1, 250, 2),
        (2, 280, 3),
    ],
    2026: [
        (1, 250, 2),
        (1, 250, 3),
        (1, 250, 4),
        (1, 250, 1),
        (2, 280, 2),
        (2, 280, 3),
        (2, 280, 4),
        (2, 280, 1),
        (1, 250, 2),
        (2, 280, 2),
        (1, 270, 3),
        (1, 270, 2),
        (1, 270, 3),
        (1, 270, 4),
        (2, 300, 3),
    ],
    2027: [
        (1, 250, 2),
        (1, 250, 3),
        (1, 250, 4),
        (1, 250, 1),
        (2, 280, 2),
        (2, 280, 3),
        (2, 280, 4),
        (2, 280, 1),
        (1, 250, 2),
        (2, 280, 3),
        (1, 270, 2),
        (1, 270, 3),
        (1, 270, 4),
        (1, 270, 1),
        (2, 300, 2),
        (2, 320, 3),
        (2, 320, 4),
        (2, 320, 1),
        (1, 290, 2),
        (2, 320, 2),
    ],
    2028: [
        (1, 250, 3),
        (1, 250, 2),
        (1, 250, 3),
        (1, 250, 4),
        (2, 280, 3),
        (1, 250, 2),
        (1, 250, 3),
        (1, 250, 4),
        (1, 250, 1),
        (2, 300, 2),
        (2, 300, 3),
        (2, 300, 4),
        (2, 300, 1),
        (1, 270, 2),
        (2, 300, 3),
        (1, 290, 2),
        (1, 290, 3),
        (1, 290, 4),
        (1, 290, 1),
        (2, 320, 2),
        (2, 340, 3),
        (2, 340, 4),
        (2, 340, 1),
        (1, 310, 2),
        (2, 340, 2),
    ],
    2029: [
        (1, 250, 3),
        (1, 250, 2),
        (1, 250, 3),
        (1, 250, 4),
        (2, 280, 3),
        (1, 250, 2),
        (1, 250, 3),
        (1, 250, 4),
        (1, 250, 1),
        (2, 280, 2),
        (2, 280, 3),
        (2, 280, 4),
        (2, 280, 1),
        (1, 270, 2),
        (2, 300, 3),
        (1, 290, 2),
        (1, 290, 3),
        (1, 290, 4),
        (1, 290, 1),
        (2, 320, 2),
        (2, 340, 3),
        (2, 340, 4),
        (2, 340, 1),
        (1, 310, 2),
        (2, 340, 2),
        (1, 330, 3),
        (1, 330, 2),
        (1, 330, 3),
        (1, 330, 4),
        (2, 360, 3),
    ],
}

TRUCKS = {
    # truck type: for each year from 2025 on range [km] and consumption [kWh/km]
    1: [(400, 0.9), (500, 0.9), (550, 0.9), (550, 0.95), (570, 0.95)],
    2: [(420, 0.9), (520, 0.9), (570, 0.9), (580, 0.95), (580, 0.95)],
}

ENERGY = (
    # for each slot baseload [kWh], grid price [USD/kWh] and solar yield [kWh/kWp]
    (7.1542, 0.15, 0.0),
    (3.984, 0.20, 1.4),
    (3.1175, 0.25, 1.8),
    (7.086, 0.35, 0.8),
)

BATTERY_PRICES = (300, 286, 272, 259, 247, 235, 224, 213, 203, 193)  # USD/kWh from 2025 on
SOLAR_PRICES = (450,) * 6 + (360,) * 4  # USD/kWp from 2025 on
CHARGER_PRICES = (1000, 2500)  # USD/unit of 50 kW and of 400 kW, every year

ENERGY_PARAMETERS = (
    ("BatteryEnergyCapacity", 2000),
    ("C_Rate", 0.5),
    ("GridEnergyLimitsUpper", 1750),
    ("PRESENT_SOLAR_CAPACITY", 500),
    ("AREA_AVAILABLE(sq.m2)", 1000),
    ("CONVERSION_RATIO", 0.2),
)
PARAMETERS = (("Charger_Option_1(Kw)", 400), ("Charger_Option_2(Kw)", 50), ("Planing_Horizon(years)", 5))
YEARLY_BUDGET = 60000

Rows = Sequence[Sequence[Any]]


def first_year(number: int) -> int:
    """Year in which a vehicle joins the fleet: ten at the start, five more each year."""
    return 2025 if number <= 10 else 2026 + (number - 11) // 5


def vehicles() -> Rows:
    """Header and one row for each vehicle and year."""
    return [
        ("VehicleID", "TruckType", "Year", "DailyRange(Kms)", "ChargingSlot"),
        *(
            (f"V{number:03d}_{first_year(number)}", kind, year, distance, SLOTS[slot - 1])
            for year, fleet in FLEET.items()
            for number, (kind, distance, slot) in enumerate(fleet, start=1)
        ),
    ]


def trucks() -> Rows:
    """Header and one row for each truck type and year; the battery holds what the range needs."""
    return [
        ("Year", "TruckType", "Range(Kms)", "VehicleBatteryCapacity(Kwh)", "FuelConsumption(Unit/km)"),
        *(
            (2025 + i, kind, reach, round(reach * consumption, 6), consumption)
            for kind, years in TRUCKS.items()
            for i, (reach, consumption) in enumerate(years)
        ),
    ]


def energy() -> Rows:
    """Header and one row for each slot."""
    header = (
        "SlotsOfDay",
        "BaseLoadConsumption(kWh)",
        "GridElectricityPrice (USD / kWh)",
        "SolarUnitsGeneration in Kwh/KwP",
    )
    return [header, *((slot, *figures) for slot, figures in zip(SLOTS, ENERGY, strict=True))]


def costs() -> Rows:
    """Header and one row for each year."""
    header = ("Year", "Battery(USD/kWh)", "SolarPV(USD/kWp)", "Charger 50KW (USD/unit)", "Charger 400KW(USD/unit)")
    prices = zip(BATTERY_PRICES, SOLAR_PRICES, strict=True)
    return [header, *((2025 + i, battery, solar, *CHARGER_PRICES) for i, (battery, solar) in enumerate(prices))]


def write(folder: Path) -> None:
    """Write the five workbooks into a folder."""
    tables: dict[str, Rows] = {
        "Vehicle_data": vehicles(),
        "vehicleChargingData": trucks(),
        "EnergyProfileData": energy(),
        "InfraProcurementCosts": costs(),
    }
    parameters: dict[str, Rows] = {
        "EnergyParameters": [("Parameter", "Value"), *ENERGY_PARAMETERS],
        "Parameters": [("Parameters", "Value"), *PARAMETERS],
        "YearlyCAPEXBudget": [("YearlyCapex(USD)",), (YEARLY_BUDGET,)],
    }
    files = ("Vehicle_Data", "Vehicle_Charging_Data", "Energy_Profile_Data", "Infra_Procurement_Costs")
    for file, (sheet, rows) in zip(files, tables.items(), strict=True):
        _save(folder / f"{file}.xlsx", {sheet: rows})
    _save(folder / "Project_dataset.xlsx", {**tables, **parameters})


def _save(path: Path, sheets: dict[str, Rows]) -> None:
    book = Workbook()
    book.properties.creator = "fleetopt"
    book.properties.created = book.properties.modified = datetime(2026, 1, 1)
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        _fill(book.create_sheet(name), rows)
    book.save(path)


def _fill(sheet: Worksheet, rows: Rows) -> None:
    for row in rows:
        sheet.append(list(row))
    for j, header in enumerate(rows[0], start=1):
        sheet.cell(1, j, header).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(j)].width = 2 + max(len(str(row[j - 1])) for row in rows)
    sheet.freeze_panes = "A2"


if __name__ == "__main__":
    write(Path(__file__).parent)
