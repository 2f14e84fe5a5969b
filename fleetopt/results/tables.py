"""Every table and status cell that a run fills, in the planning workbook and in the study's files, declared once."""

from __future__ import annotations

from typing import Final

from fleetopt.words.columns import Column, Table

_SCENARIO: Final = Column("scenario", "Scenario", "the scenario", kind="label")
_YEAR: Final = Column("year", "Year", "the year", kind="year")
_DAY_TYPE: Final = Column("day_type", "Day type", "the type of day", kind="label")
_SLOT: Final = Column("slot", "Slot", "the slot of the day", kind="label")


def _text(name: str, header: str, meaning: str) -> Column:
    return Column(name, header, meaning, kind="text")


def _money(name: str, header: str, meaning: str, unit: str = "USD") -> Column:
    return Column(name, header, meaning, unit)


def _energy(name: str, header: str, meaning: str) -> Column:
    return Column(name, header, meaning, "kWh/d")


_COSTS: Final = (
    _money("capex", "CapEx", "spent on solar, battery and chargers"),
    _money("opex", "OpEx", "spent on energy from the grid"),
    _money("solar_export_revenue", "Solar export revenue", "earned by exporting solar"),
    _money("battery_export_revenue", "Battery export revenue", "earned by exporting from the battery"),
    _money("total_cost", "Total cost", "CapEx + OpEx - both export revenues"),
)

YEARLY: Final = Table(
    "tblYearly",
    "Yearly",
    "one year of one scenario",
    (
        _SCENARIO,
        _YEAR,
        *_COSTS,
        Column("solar_add", "Solar bought", "solar bought in the year", "kWp"),
        Column("battery_add", "Battery bought", "battery bought in the year", "kWh"),
        Column("chargers_add", "Chargers bought", "chargers of all types bought in the year", "units", kind="whole"),
        Column("solar_kwp", "Solar installed", "solar there in the year", "kWp"),
        Column("battery_kwh", "Battery installed", "battery there in the year", "kWh"),
        Column("chargers", "Chargers installed", "chargers of all types there in the year", "units", kind="whole"),
        Column("charging_kw", "Charging power", "power of all chargers there in the year", "kW"),
    ),
    ("scenario", "year"),
)

PURCHASES: Final = Table(
    "tblPurchases",
    "Purchases",
    "one thing to buy in one year of one scenario",
    (
        _SCENARIO,
        _YEAR,
        Column("item", "Item", "Solar, Battery or the charger type", kind="label"),
        _text("unit", "Unit", "what it is counted in"),
        Column("bought", "Bought", "what is bought in the year"),
        _money("price", "Price", "the price in the year", "USD/unit"),
        _money("cost", "Cost", "bought x price"),
        Column("installed", "Installed", "what is there in the year, with what was there before"),
    ),
    ("scenario", "year", "item"),
)

FLOWS: Final = Table(
    "tblFlows",
    "Flows",
    "one slot of one day type in one year of one scenario",
    (
        _SCENARIO,
        _YEAR,
        _DAY_TYPE,
        _SLOT,
        Column("slot_number", "Slot no.", "number of the slot in the day", kind="whole"),
        Column("hours", "Hours", "length of the slot", "h"),
        Column("grid_price", "Grid price", "price of energy from the grid", "USD/kWh"),
        _energy("charging_kwh", "Charging", "charging need"),
        _energy("baseload_kwh", "Baseload", "what the depot needs besides"),
        _energy("solar_kwh", "Solar energy", "what the panels give"),
        _energy("solar_to_load", "Solar to load", "solar energy used at once"),
        _energy("solar_to_battery", "Solar to battery", "solar energy stored"),
        _energy("solar_to_grid", "Solar to grid", "solar energy exported"),
        _energy("battery_to_load", "Battery to load", "stored energy used"),
        _energy("battery_to_grid", "Battery to grid", "stored energy exported"),
        _energy("grid_to_load", "Grid to load", "energy bought"),
        Column("soc", "Battery at start", "energy in the battery at the start of the slot", "kWh"),
        Column("soc_end", "Battery at end", "energy in the battery at the end of the slot", "kWh"),
        _money("grid_cost", "Grid cost", "paid for energy from the grid", "USD/year"),
        _money("solar_revenue", "Solar revenue", "earned by exporting solar", "USD/year"),
        _money("battery_revenue", "Battery revenue", "earned by exporting from the battery", "USD/year"),
    ),
    ("scenario", "year", "day_type", "slot"),
)

COMPARE: Final = Table(
    "tblCompare",
    "Compare",
    "one scenario",
    (
        _SCENARIO,
        _text("status", "Status", "what came of it"),
        *_COSTS,
        _money("difference", "Against the first", "total cost less that of the first scenario"),
        Column("solar_add", "Solar bought", "solar bought in all years", "kWp"),
        Column("battery_add", "Battery bought", "battery bought in all years", "kWh"),
        Column("chargers_add", "Chargers bought", "chargers of all types bought in all years", "units", kind="whole"),
        _money("bound", "Lower bound", "no plan costs less"),
        Column("gap", "Gap", "the distance of total cost and lower bound, as a share of the cost", "-"),
        _text("solver", "Solver", "which solver"),
        _text("answer", "Answer", "the plan in words"),
    ),
    ("scenario",),
)

LIMITS: Final = Table(
    "tblLimits",
    "Limits",
    "one limit in one year of one scenario, where it is tightest",
    (
        _SCENARIO,
        _text("limit", "Limit", "which limit"),
        _YEAR,
        _DAY_TYPE,
        _SLOT,
        Column("used", "Used", "how much of it is used"),
        Column("most", "At most", "the limit itself"),
        _text("unit", "Unit", "what both are counted in"),
        Column("slack", "Slack", "what is left"),
        _text("state", "State", "binding when nothing is left, else free"),
    ),
)

MESSAGES: Final = Table(
    "tblMessages",
    "Messages",
    "one finding",
    (
        _text("severity", "Severity", "error: no plan; warning: a plan, but look; note: what was normalised"),
        _text("where", "Where", "the cell, as a link"),
        _text("problem", "Problem", "what it is and what it must be"),
        _text("advice", "What to do", "the cure"),
    ),
)

REPAIRS: Final = Table(
    "tblRepairs",
    "Repairs",
    "one limit to raise; those of one remedy belong together",
    (
        _SCENARIO,
        Column("remedy", "Remedy", "number of the remedy; each alone makes a plan possible", kind="whole"),
        _text("limit", "Limit to raise", "which limit"),
        Column("now", "Now", "its present value"),
        Column("to", "Raise to", "the least that suffices, rounded up and tried out"),
        _text("unit", "Unit", "what both are counted in"),
        _money("total_cost", "Plan then costs", "cost of the plan over all years"),
    ),
)

RUNS: Final = Table(
    "tblRuns",
    "Runs",
    "one scenario of one run",
    (
        Column("finished", "Finished", "when the run ended", kind="time"),
        _SCENARIO,
        _text("status", "Status", "what came of it"),
        _money("total_cost", "Total cost", "cost of all years"),
        Column("gap", "Gap", "the distance from the proven least cost, as a share", "-"),
        Column("seconds", "Seconds", "how long the solver took", "s"),
        _text("solver", "Solver", "which solver"),
        _text("versions", "Versions", "which fleetopt and which ortools"),
        _text("inputs", "Inputs", "a fingerprint of all inputs: the same for the same inputs"),
    ),
)

YEARS: Final = Table(
    "tblYears",
    "Summary",
    "one year of the chosen scenario",
    (
        _YEAR,
        *_COSTS,
        *(YEARLY[name] for name in ("solar_kwp", "battery_kwh", "charging_kw")),
    ),
)

DAY: Final = Table(
    "tblDay",
    "Summary",
    "one slot of the chosen day",
    (
        _SLOT,
        _energy("demand_kwh", "Need", "charging and baseload"),
        *(
            FLOWS[name]
            for name in (
                "solar_to_load",
                "battery_to_load",
                "grid_to_load",
                "solar_to_battery",
                "solar_to_grid",
                "battery_to_grid",
                "soc",
            )
        ),
    ),
)

RESULT_TABLES: Final = (YEARS, DAY, YEARLY, PURCHASES, FLOWS, COMPARE, LIMITS, MESSAGES, REPAIRS, RUNS)

STATUS: Final = (
    _text("run_status", "Status", "what came of the last run"),
    _money("run_objective", "Total cost of the first scenario", "the plan's cost over all years"),
    Column("run_gap", "Gap", "its distance from the proven least cost, as a share", "-"),
    Column("run_seconds", "Seconds", "how long the run took", "s"),
    Column("run_finished", "Finished at", "when the run ended", kind="time"),
    _text("run_look", "What to look at", "the next sheet to look at"),
)
"""The cells of the Start sheet that a run fills, by their defined names."""

CHOICES: Final = (
    _text("summary_scenario", "Scenario", "the scenario that this sheet shows"),
    Column("summary_year", "Year of the day below", "the year of the day that this sheet shows", kind="year"),
    _text("summary_day_type", "Day type of the day below", "the day type that this sheet shows"),
)
"""The cells of the Summary sheet in which a user chooses what it shows, by their defined names."""

OPTIMIZATION_RESULTS: Final = Table(
    "optimization_results",
    "",
    "one figure, with a column for each year",
    (
        Column("capex", "CAPEXCost", "spent on solar, battery and chargers", "USD"),
        Column("opex", "OPEXCost", "spent on energy from the grid", "USD"),
        Column("charger_add", "#{power}KWChargers", "chargers bought, one row for each type", "units"),
        Column("solar_add", "SolarCapacity", "solar bought", "kWp"),
        Column("battery_add", "BatteryCapacity", "battery bought", "kWh"),
        Column("solar_export_revenue", "SolarExportRevenue", "earned by exporting solar", "USD"),
        Column("battery_export_revenue", "BatteryExportRevenue", "earned by exporting from the battery", "USD"),
        Column("total_cost", "TotalCost", "capex + opex - both export revenues", "USD"),
    ),
)

OPERATIONAL_DETAILS: Final = Table(
    "operational_details",
    "",
    "one slot of one day type in one year",
    (
        Column("year", "Year", "planning year"),
        Column("slot_number", "Slot", "number of the slot in the day, from 1"),
        Column("fleet_size", "FleetSize", "vehicles", "units"),
        Column("charging_kwh", "ChargingRequirement_kWh", "charging need", "kWh"),
        Column("baseload_kwh", "BaseloadRequirement_kWh", "baseload", "kWh"),
        Column("demand_kwh", "TotalDemand_kWh", "charging need and baseload", "kWh"),
        Column("solar_kwh", "SolarGenerated_kWh", "solar energy", "kWh"),
        Column("solar_to_load", "SolarUsed_kWh", "solar to load", "kWh"),
        Column("solar_to_battery", "SolarStored_kWh", "solar to battery", "kWh"),
        Column("solar_to_grid", "SolarExported_kWh", "solar to grid", "kWh"),
        Column("soc", "BatterySOC_Start_kWh", "energy in the battery at the start of the slot", "kWh"),
        Column("battery_to_load", "BatteryUsed_kWh", "battery to load", "kWh"),
        Column("grid_to_load", "GridUsed_kWh", "grid to load", "kWh"),
        Column("battery_to_grid", "BatteryExported_kWh", "battery to grid", "kWh"),
        Column("day_type", "DayType", "day type"),
        Column("slot", "SlotLabel", "label of the slot"),
    ),
)
