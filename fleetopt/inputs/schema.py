"""Every table, column and setting, declared once: words, unit, bounds, choices, default.

Everything that reads, checks, writes or documents an input or a result takes it from here. The names are those of the
formulation; `study` is what the depot study's workbooks call the same thing.
"""

from __future__ import annotations

from typing import Final

from fleetopt.words.columns import Column, Table

_USUAL_BUDGET: Final = (1000, 1e7)
_USUAL_SOLAR: Final = (1, 20_000)
_USUAL_BATTERY: Final = (5, 100_000)


def _year(study: str = "") -> Column:
    return Column(
        "year",
        "Year",
        "the year, such as 2027",
        kind="year",
        lowest=1900,
        highest=2200,
        study=(study,) if study else (),
    )


FLEET: Final = Table(
    "tblFleet",
    "Fleet",
    "one vehicle in one year",
    (
        Column("vehicle", "Vehicle", "the vehicle's name", kind="label", study=("VehicleID",)),
        Column(
            "truck_type", "Truck type", "the truck's type as in the table of trucks", kind="label", study=("TruckType",)
        ),
        _year("Year"),
        Column(
            "distance_km",
            "Daily distance",
            "the distance that the vehicle drives and charges for on a day",
            "km",
            highest=5000,
            study=("DailyRange(Kms)",),
            usual=(10, 1000),
            when_zero="the vehicle does not drive and charges nothing",
        ),
        Column(
            "slot", "Charging slot", "the slot of the day in which it charges", kind="label", study=("ChargingSlot",)
        ),
    ),
    ("vehicle", "year"),
    "Vehicle_data",
    ("Vehicle_Data.xlsx", "Vehcile_Data.xlsx"),
)

TRUCKS: Final = Table(
    "tblTrucks",
    "Trucks",
    "one truck type in one year",
    (
        Column("truck_type", "Truck type", "the name of the type", kind="label", study=("TruckType",)),
        _year("Year"),
        Column(
            "range_km",
            "Range",
            "the range on a full battery",
            "km",
            highest=10000,
            is_needed=False,
            study=("Range(Kms)",),
            usual=(50, 2000),
        ),
        Column(
            "battery_kwh",
            "Battery",
            "the size of the truck's battery",
            "kWh",
            highest=100000,
            is_needed=False,
            study=("VehicleBatteryCapacity(Kwh)",),
            usual=(20, 2000),
        ),
        Column(
            "consumption",
            "Consumption",
            "the energy that the truck uses for a kilometre",
            "kWh/km",
            highest=1000,
            study=("FuelConsumption(Unit/km)",),
            usual=(0.2, 5),
            when_zero="the truck needs no energy",
        ),
    ),
    ("truck_type", "year"),
    "vehicleChargingData",
    ("Vehicle_Charging_Data.xlsx", "Vehcile_Charging_Data.xlsx"),
)

ENERGY: Final = Table(
    "tblEnergy",
    "Energy",
    "one slot of one day type",
    (
        Column("day_type", "Day type", "the type of day", kind="label"),
        Column("slot", "Slot", "the slot's span, such as 12AM-6AM", kind="label", study=("SlotsOfDay",)),
        Column("hours", "Hours", "the length of the slot", "h", highest=24, is_positive=True),
        Column(
            "baseload_kwh",
            "Baseload",
            "the energy that the depot uses in the slot besides charging",
            "kWh",
            study=("BaseLoadConsumption(kWh)",),
            usual=(0.3, 2000),
        ),
        Column(
            "grid_price",
            "Grid price",
            "the price of energy from the grid in the slot",
            "USD/kWh",
            highest=1000,
            study=("GridElectricityPrice (USD / kWh)",),
            usual=(0.02, 1),
            when_zero="energy from the grid costs nothing",
        ),
        Column(
            "solar_yield",
            "Solar yield",
            "the energy that one kWp of solar gives in the slot of such a day",
            "kWh/kWp",
            highest=24,
            study=("SolarUnitsGeneration in Kwh/KwP",),
        ),
    ),
    ("day_type", "slot"),
    "EnergyProfileData",
    ("Energy_Profile_Data.xlsx",),
)

DAY_TYPES: Final = Table(
    "tblDayTypes",
    "Energy",
    "one day type",
    (
        Column("day_type", "Day type", "the type of day", kind="label"),
        Column("days", "Days", "the number of such days in a year", "d/year", highest=366, is_positive=True),
    ),
    ("day_type",),
)

COSTS: Final = Table(
    "tblCosts",
    "Costs",
    "one year of the planning horizon",
    (
        _year("Year"),
        Column(
            "capex_budget",
            "CapEx budget",
            "the most that may be spent on solar, battery and chargers in the year",
            "USD",
            study=("YearlyCapex(USD)",),
            usual=_USUAL_BUDGET,
        ),
        Column(
            "solar_price",
            "Solar",
            "the price of solar bought in the year",
            "USD/kWp",
            study=("SolarPV(USD/kWp)",),
            usual=(200, 4000),
            when_zero="it costs nothing, so any amount may be bought",
        ),
        Column(
            "battery_price",
            "Battery",
            "the price of battery bought in the year",
            "USD/kWh",
            study=("Battery(USD/kWh)",),
            usual=(30, 3000),
            when_zero="it costs nothing, so any amount may be bought",
        ),
    ),
    ("year",),
    "InfraProcurementCosts",
    ("Infra_Procurement_Costs.xlsx",),
)

CHARGERS: Final = Table(
    "tblChargers",
    "Chargers",
    "one charger type",
    (
        Column("charger", "Charger", "the name of the charger type", kind="label"),
        Column(
            "power_kw", "Power", "the power of one charger", "kW", highest=100000, is_positive=True, usual=(3, 3000)
        ),
        Column(
            "chargers_existing",
            "Existing",
            "the number of such chargers that are there already",
            "units",
            kind="whole",
            highest=100000,
            default=0,
        ),
    ),
    ("charger",),
)

SCENARIOS: Final = Table(
    "tblScenarios",
    "Scenarios",
    "one scenario; a blank takes the value of the settings or costs",
    (
        Column("scenario", "Scenario", "the scenario's name", kind="label"),
        Column(
            "run",
            "Run",
            "yes to plan this scenario, no to leave it out",
            kind="choice",
            choices=("yes", "no"),
            default="yes",
        ),
        Column("export_ratio", "Export ratio", "the export ratio of this scenario", highest=10, is_needed=False),
        Column("capex_budget", "CapEx budget", "the budget of every year", "USD", is_needed=False),
        Column("grid_limit_kwh", "Grid limit", "the grid limit of every slot", "kWh", is_needed=False),
        Column("solar_max_added_kwp", "Room for solar", "the room for solar", "kWp", is_needed=False),
        Column("battery_max_kwh", "Room for battery", "the room for battery", "kWh", is_needed=False),
        Column("c_rate", "C-rate", "the C-rate", "1/h", highest=100, is_needed=False),
        Column(
            "c_rate_basis",
            "C-rate counts per",
            "slot or hour",
            kind="choice",
            choices=("slot", "hour"),
            is_needed=False,
        ),
        Column("note", "Note", "what the scenario is for", kind="text", is_needed=False),
    ),
    ("scenario",),
)

TABLES: Final = (FLEET, TRUCKS, ENERGY, DAY_TYPES, COSTS, CHARGERS, SCENARIOS)

SETTINGS: Final = (
    Column(
        "export_ratio",
        "Export ratio",
        "the price of exported energy as a share of the grid price",
        "-",
        highest=10,
        default=1.0,
        source="the depot study's first scenario",
    ),
    Column(
        "grid_limit_kwh",
        "Grid limit",
        "the most energy that the grid gives in one slot",
        "kWh",
        study=("GridEnergyLimitsUpper",),
        usual=(10, 100_000),
    ),
    Column(
        "solar_existing_kwp",
        "Existing solar",
        "the solar that is there already",
        "kWp",
        default=0,
        study=("PRESENT_SOLAR_CAPACITY",),
        usual=_USUAL_SOLAR,
    ),
    Column(
        "solar_max_added_kwp", "Room for solar", "the most solar that may be added in all", "kWp", usual=_USUAL_SOLAR
    ),
    Column(
        "battery_existing_kwh",
        "Existing battery",
        "the battery that is there already",
        "kWh",
        default=0,
        usual=_USUAL_BATTERY,
    ),
    Column(
        "battery_max_kwh",
        "Room for battery",
        "the most battery that may be added in all",
        "kWh",
        study=("BatteryEnergyCapacity",),
        usual=_USUAL_BATTERY,
    ),
    Column(
        "c_rate",
        "C-rate",
        "the most discharge as a share of the battery's size",
        "1/h",
        highest=100,
        default=0.5,
        source="the depot study",
        study=("C_Rate",),
        usual=(0.1, 3),
    ),
    Column(
        "c_rate_basis",
        "C-rate counts per",
        "slot (the study's rule) or hour (the physical meaning)",
        kind="choice",
        choices=("slot", "hour"),
        default="slot",
        source="the depot study",
    ),
    Column(
        "solver",
        "Solver",
        "the solver, auto to let fleetopt choose",
        kind="choice",
        choices=("auto", "scip", "cp-sat", "highs"),
        default="auto",
    ),
    Column(
        "time_limit",
        "Time limit",
        "the most seconds for each scenario",
        "s",
        highest=1e6,
        is_positive=True,
        is_needed=False,
        usual=(1, 86_400),
    ),
    Column(
        "gap",
        "Gap",
        "the distance from the proven optimum at which to stop, as a share of the cost",
        "-",
        highest=1,
        default=0.0,
        usual=(0, 0.1),
    ),
)

SETTINGS_TABLE = Table(
    "tblSettings",
    "Settings",
    "one setting",
    (
        Column("setting", "Setting", "the name of the setting", kind="label"),
        Column("value", "Value", "its value", is_needed=False),
        Column("unit", "Unit", "what it is counted in", kind="text", is_needed=False),
        Column("lowest", "Lowest", "the least that it may be", is_needed=False),
        Column("highest", "Highest", "the most that it may be", is_needed=False),
        Column("meaning", "Meaning", "what it is", kind="text", is_needed=False),
    ),
    ("setting",),
)
INPUT_TABLES = (SETTINGS_TABLE, *TABLES)

CAPEX_BUDGET_SETTING: Final = Column(
    "capex_budget",
    "CapEx budget",
    "the most that may be spent in every year",
    "USD",
    is_needed=False,
    usual=_USUAL_BUDGET,
)
"""A setting of one run only: the Costs table holds a budget for each year."""

STUDY_PARAMETERS: Final = (
    Column("roof_m2", "Area for solar", "the area that new panels can cover", "m2", study=("AREA_AVAILABLE(sq.m2)",)),
    Column(
        "kwp_per_m2",
        "Solar on a square metre",
        "the solar that fits on a square metre",
        "kWp/m2",
        highest=10,
        study=("CONVERSION_RATIO",),
    ),
    Column(
        "planning_years",
        "Planning horizon",
        "the number of years to plan",
        "years",
        kind="whole",
        highest=100,
        is_positive=True,
        study=("Planing_Horizon(years)", "Planning_Horizon(years)"),
    ),
)
STUDY_ENERGY_SHEET: Final = "EnergyParameters"
STUDY_PARAMETER_SHEET: Final = "Parameters"
STUDY_BUDGET_SHEET: Final = "YearlyCAPEXBudget"
STUDY_PARAMETER_FILES: Final = ("Project_dataset.xlsx",)
STUDY_EXPORT_RATIOS: Final = (1.0, 0.5, 0.0)
"""The study's scenarios, which its workbooks do not hold."""
STUDY_DAY_TYPE: Final = ("Average day", 365.0)


def charger_price(charger: str) -> Column:
    """The column of the Costs table that holds one charger type's price."""
    return Column(
        f"charger_price {charger}",
        charger,
        f"the price of one {charger} charger bought in the year",
        "USD/unit",
        usual=(200, 500_000),
        when_zero="it costs nothing, so any number may be bought",
    )
