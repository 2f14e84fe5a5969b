"""Write the realistic depot's workbook beside this file: `python data/realistic/depot.py`.

A made depot at prices of the United States; `../SOURCES.md` says where each figure comes from.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.table import Table, TableStyleInfo

YEARS = range(2026, 2031)
Rows = Sequence[Sequence[Any]]

FLEET = {
    # truck type: daily distance [km], charging window, and trucks of each year
    "Step van": (60, "18:00-06:00", (12, 14, 16, 18, 20)),
    "Box truck": (140, "18:00-06:00", (6, 8, 10, 12, 15)),
    "Day cab tractor": (240, "20:00-05:00", (4, 6, 9, 12, 16)),
}
TRUCKS = {
    # truck type: battery [kWh], consumption [kWh/km], charging power [kW]
    "Step van": (140, 0.65, 50),
    "Box truck": (291, 0.75, 120),
    "Day cab tractor": (565, 1.3, 250),
}
DAY_TYPES = (
    # days, season, kind of day, share of the fleet on the road, factor on consumption
    ("Summer workday", 87, "Summer", "workday", 1, 1),
    ("Summer weekend", 35, "Summer", "weekend", 0.2, 1),
    ("Winter workday", 173, "Winter", "workday", 1, 1.1),
    ("Winter weekend", 70, "Winter", "weekend", 0.2, 1.1),
)
SUN = {
    # kWh/kWp of each hour from 5:00 on
    "Summer": (
        *(0.0078, 0.0761, 0.2103, 0.361, 0.5052, 0.6409, 0.6619),
        *(0.6859, 0.6508, 0.574, 0.4443, 0.2787, 0.1114, 0.0081),
    ),
    "Winter": (
        *(0.0016, 0.0278, 0.1258, 0.2944, 0.447, 0.5567, 0.5863),
        *(0.6049, 0.5742, 0.4694, 0.3108, 0.1369, 0.0347, 0.0007),
    ),
}
OFF_PEAK = {"Summer": 0.08305, "Winter": 0.0879}
PEAK = {"Summer workday": 0.11835, "Summer weekend": 0.11004, "Winter workday": 0.09786, "Winter weekend": 0.09786}
WINTER_MIDDAY = 0.06921  # 8:00 to 16:00
EXPORT = 0.05
CHARGERS = (
    # power [kW], plugs, upkeep [USD/unit/year], price [USD/unit]
    ("AC 19 kW", 19.2, 1, 300, 8_000),
    ("DC 50 kW", 50, 1, 1_500, 75_000),
    ("DC 150 kW", 150, 2, 3_000, 120_000),
    ("DC 350 kW", 350, 2, 5_000, 230_000),
)
CHARGER_LIFE = 10
PRICE_INDEX = (1, 1.025, 1.0506, 1.0769, 1.1038)
BUDGET, SOLAR, BATTERY, BATTERY_POWER = 1_000_000, 1_920, 253, 968
SETTINGS = {
    "export_ratio": 0.5,
    "grid_limit_kw": 220,
    "solar_existing_kwp": 0,
    "solar_max_added_kwp": 600,
    "battery_existing_kwh": 0,
    "battery_max_kwh": 4000,
    "c_rate": 0.5,
    "c_rate_basis": "hour",
    "charge_efficiency": 0.95,
    "discharge_efficiency": 0.95,
    "soc_min": 0.1,
    "grid_charging": "yes",
    "battery_export": "no",
    "charging_efficiency": 0.93,
    "trucks_per_plug": 1,
    "discount_rate": 0.0624,
    "solar_om": 20,
    "battery_om": 10,
    "solar_life": 25,
    "battery_life": 10,
    "residual_value": "straight-line",
    "solar_degradation": 0.005,
    "battery_fade": 0.02,
    "fixed_charge": 260,
    "co2_grid": 0.373,
}


def energy() -> Rows:
    """Each hour of each day type: baseload, prices, sun."""
    rows = []
    for day, _, season, kind, *_ in DAY_TYPES:
        for hour in range(24):
            baseload = (70 if 6 <= hour < 20 else 30) if kind == "workday" else 25
            price = PEAK[day] if 16 <= hour < 21 else OFF_PEAK[season]
            price = WINTER_MIDDAY if season == "Winter" and 8 <= hour < 16 else price
            sun = SUN[season][hour - 5] if 5 <= hour < 19 else 0.0
            rows.append([day, f"{hour:02d}:00-{hour + 1:02d}:00", 1, baseload, price, sun, EXPORT])
    return rows


def tables() -> dict[str, list[tuple[str, Sequence[str], Rows]]]:
    """By sheet its tables: name, headings, rows."""
    prices = [f"{charger} [USD/unit]" for charger, *_ in CHARGERS]
    fleet = [
        [kind, kind, year, distance, window, count]
        for kind, (distance, window, counts) in FLEET.items()
        for year, count in zip(YEARS, counts, strict=True)
    ]
    costs = [
        [year, BUDGET, SOLAR, BATTERY, *(price for *_, price in CHARGERS), index, BATTERY_POWER]
        for year, index in zip(YEARS, PRICE_INDEX, strict=True)
    ]
    return {
        "Settings": [("tblSettings", ["Setting", "Value"], [[name, value] for name, value in SETTINGS.items()])],
        "Fleet": [
            (
                "tblFleet",
                ["Vehicle", "Truck type", "Year", "Daily distance [km]", "Charging window", "Trucks [units]"],
                fleet,
            )
        ],
        "Trucks": [
            (
                "tblTrucks",
                ["Truck type", "Year", "Battery [kWh]", "Consumption [kWh/km]", "Charging power [kW]"],
                [[kind, year, *figures] for kind, figures in TRUCKS.items() for year in YEARS],
            )
        ],
        "Energy": [
            (
                "tblEnergy",
                [
                    *("Day type", "Slot", "Hours [h]", "Baseload [kWh]", "Grid price [USD/kWh]"),
                    *("Solar yield [kWh/kWp]", "Export price [USD/kWh]"),
                ],
                energy(),
            ),
            (
                "tblDayTypes",
                [
                    *("Day type", "Days [d/year]", "Season", "Kind of day"),
                    *("Fleet on the road [-]", "Consumption factor [-]"),
                ],
                DAY_TYPES,
            ),
        ],
        "Costs": [
            (
                "tblCosts",
                [
                    *("Year", "CapEx budget [USD]", "Solar [USD/kWp]", "Battery [USD/kWh]", *prices),
                    *("Price index [-]", "Battery power [USD/kW]"),
                ],
                costs,
            ),
            (
                "tblIncentives",
                ["Incentive", "For", "From", "Until", "Share [-]"],
                [
                    ["Tax credit for solar", "Solar", 2026, 2027, 0.3],
                    ["Tax credit for storage", "Battery", None, None, 0.3],
                ],
            ),
        ],
        "Chargers": [
            (
                "tblChargers",
                ["Charger", "Power [kW]", "Existing [units]", "Plugs", "Upkeep [USD/unit/year]", "Life [years]"],
                [[name, power, 0, plugs, upkeep, CHARGER_LIFE] for name, power, plugs, upkeep, _ in CHARGERS],
            )
        ],
        "Grid": [
            (
                "tblGridUpgrades",
                ["Upgrade", "Adds [kW]", "Price [USD]", "At most", "Lead time [years]", "Counts in budget"],
                [["Transformer 1,000 kVA", 900, 300_000, 1, 2, "yes"]],
            )
        ],
        "Tariff": [
            (
                "tblDemandCharges",
                ["Demand charge", "Season", "Days", "Window", "Billed", "Price [USD/kW]"],
                [
                    ["All hours", None, "all", None, "month", 13.37],
                    ["Summer on-peak", "Summer", "workday", "16:00-21:00", "month", 33.89],
                    ["Winter mid-peak", "Winter", "workday", "16:00-21:00", "month", 8.17],
                ],
            )
        ],
        "Scenarios": [
            (
                "tblScenarios",
                ["Scenario", "Run", "Managed charging", "Grid limit as power [kW]", "Note"],
                [
                    ["As planned", "yes", None, None, "Trucks charge when it costs least."],
                    ["On arrival", "no", "no", 1500, "What it would take to charge on arrival; takes minutes."],
                ],
            )
        ],
    }


def write(path: Path) -> None:
    """Write the workbook."""
    book = Workbook()
    book.properties.creator = "fleetopt"
    book.properties.created = book.properties.modified = datetime(2026, 1, 1)
    book.remove(book.worksheets[0])
    for title, of_sheet in tables().items():
        sheet, left = book.create_sheet(title), 1
        for name, headings, rows in of_sheet:
            for i, row in enumerate([headings, *rows], start=1):
                for j, value in enumerate(row, start=left):
                    sheet.cell(i, j, value)
            last = get_column_letter(left + len(headings) - 1)
            table = Table(displayName=name, ref=f"{get_column_letter(left)}1:{last}{len(rows) + 1}")
            table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
            sheet.add_table(table)
            for j, heading in enumerate(headings, start=left):
                width = max(len(str(value)) for value in (heading, *(row[j - left] for row in rows)))
                sheet.column_dimensions[get_column_letter(j)].width = width + 3
            left += len(headings) + 1
    book.save(path)


if __name__ == "__main__":
    write(Path(__file__).parent / "Depot.xlsx")
