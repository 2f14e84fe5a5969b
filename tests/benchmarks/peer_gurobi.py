"""The study's whole job with gurobipy and pandas: five workbooks in, two CSV files for each export ratio out.

`python -m tests.benchmarks.peer_gurobi DATA OUT` is measured from outside, from the start of the process to its end.
The model, about 170 rows and columns, is within the limits of the licence that gurobipy brings.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gurobipy as gp
import pandas as pd
from gurobipy import GRB, quicksum

EXPORT_RATIOS = (1.0, 0.5, 0.0)
DAYS = 365
HOURS = 6
POWER_KW = {"50 kW": 50, "400 kW": 400}
FLOWS = (
    "solar_to_load", "solar_to_battery", "solar_to_grid", "battery_to_load", "battery_to_grid", "grid_to_load", "soc"
)  # fmt: skip


@dataclass
class Depot:
    """The study's figures."""

    years: list[int]
    slots: list[str]
    fleet_size: dict[int, int]
    charging: dict[tuple[int, str], float]
    baseload: dict[str, float]
    grid_price: dict[str, float]
    solar_yield: dict[str, float]
    solar_price: dict[int, float]
    battery_price: dict[int, float]
    charger_price: dict[str, dict[int, float]]
    energy: dict[str, float]
    capex_budget: float


def read(folder: Path) -> Depot:
    """Read the five workbooks."""
    vehicles = read_sheet(folder / "Vehicle_Data.xlsx")
    trucks = read_sheet(folder / "Vehicle_Charging_Data.xlsx")
    profile = read_sheet(folder / "Energy_Profile_Data.xlsx").set_index("SlotsOfDay")
    costs = read_sheet(folder / "Infra_Procurement_Costs.xlsx").set_index("Year")
    sheets = read_sheet(folder / "Project_dataset.xlsx", ["EnergyParameters", "Parameters", "YearlyCAPEXBudget"])
    parameters = sheets["Parameters"].set_index("Parameters")["Value"]
    fleet = vehicles.merge(trucks, on=["Year", "TruckType"])
    fleet["Need"] = fleet["DailyRange(Kms)"] * fleet["FuelConsumption(Unit/km)"]
    first = int(vehicles["Year"].min())
    return Depot(
        years=list(range(first, first + int(parameters["Planing_Horizon(years)"]))),
        slots=profile.index.tolist(),
        fleet_size=vehicles.groupby("Year").size().to_dict(),
        charging=fleet.groupby(["Year", "ChargingSlot"])["Need"].sum().to_dict(),
        baseload=profile["BaseLoadConsumption(kWh)"].to_dict(),
        grid_price=profile["GridElectricityPrice (USD / kWh)"].to_dict(),
        solar_yield=profile["SolarUnitsGeneration in Kwh/KwP"].to_dict(),
        solar_price=costs["SolarPV(USD/kWp)"].to_dict(),
        battery_price=costs["Battery(USD/kWh)"].to_dict(),
        charger_price={
            "50 kW": costs["Charger 50KW (USD/unit)"].to_dict(),
            "400 kW": costs["Charger 400KW(USD/unit)"].to_dict(),
        },
        energy=sheets["EnergyParameters"].set_index("Parameter")["Value"].to_dict(),
        capex_budget=float(sheets["YearlyCAPEXBudget"]["YearlyCapex(USD)"].iloc[0]),
    )


def read_sheet(path: Path, sheets: Any = 0) -> Any:
    """Read one sheet, or several, with the reader that pandas takes when it is not told which."""
    return pd.read_excel(path, sheet_name=sheets, engine="openpyxl")


def build(depot: Depot, export_ratio: float, env: gp.Env) -> tuple[gp.Model, dict[str, Any]]:
    """Write the model down, one row after the other; also its variables by name."""
    m = gp.Model(env=env)
    years, slots, energy = depot.years, depot.slots, depot.energy
    v: dict[str, Any] = {name: m.addVars(years, slots, name=name) for name in FLOWS}
    v |= {name: m.addVars(years, name=name) for name in ("solar_add", "battery_add", "solar_kwp", "battery_kwh")}
    v["charger_add"] = m.addVars(list(POWER_KW), years, vtype=GRB.INTEGER, name="charger_add")
    v["chargers"] = m.addVars(list(POWER_KW), years, name="chargers")

    for y in years:
        until = [k for k in years if k <= y]
        existing = energy["PRESENT_SOLAR_CAPACITY"]
        m.addConstr(v["solar_kwp"][y] == existing + quicksum(v["solar_add"][k] for k in until))
        m.addConstr(v["battery_kwh"][y] == quicksum(v["battery_add"][k] for k in until))
        for c in POWER_KW:
            m.addConstr(v["chargers"][c, y] == quicksum(v["charger_add"][c, k] for k in until))
        m.addConstr(capex(depot, v, y) <= depot.capex_budget)
        for s, label in enumerate(slots):
            add_slot(m, v, depot, y, label, slots[s - 1])
    roof = energy["AREA_AVAILABLE(sq.m2)"] * energy["CONVERSION_RATIO"]
    m.addConstr(v["solar_add"].sum() <= roof)
    m.addConstr(v["battery_add"].sum() <= energy["BatteryEnergyCapacity"])
    spent = quicksum(capex(depot, v, y) + grid_value(depot, v, y, "grid_to_load") for y in years)
    sold = quicksum(grid_value(depot, v, y, flow) for y in years for flow in ("solar_to_grid", "battery_to_grid"))
    m.setObjective(spent - export_ratio * sold, GRB.MINIMIZE)
    return m, v


def add_slot(m: gp.Model, v: dict[str, Any], depot: Depot, y: int, s: str, before: str) -> None:
    """Add the balances and limits of one slot in one year."""
    used, stored, sold = (v[name][y, s] for name in ("solar_to_load", "solar_to_battery", "solar_to_grid"))
    given, resold, bought = (v[name][y, s] for name in ("battery_to_load", "battery_to_grid", "grid_to_load"))
    soc, battery = v["soc"], v["battery_kwh"][y]
    m.addConstr(used + given + bought == depot.charging[y, s] + depot.baseload[s])
    m.addConstr(used + stored + sold == depot.solar_yield[s] * v["solar_kwp"][y])
    m.addConstr(
        soc[y, s]
        == soc[y, before]
        + v["solar_to_battery"][y, before]
        - v["battery_to_load"][y, before]
        - v["battery_to_grid"][y, before]
    )
    m.addConstr(given + resold <= depot.energy["C_Rate"] * battery)
    m.addConstr(soc[y, s] <= battery)
    m.addConstr(bought <= depot.energy["GridEnergyLimitsUpper"])
    m.addConstr(quicksum(POWER_KW[c] * HOURS * v["chargers"][c, y] for c in POWER_KW) >= depot.charging[y, s])


def capex(depot: Depot, v: dict[str, Any], y: int) -> Any:
    """Spent on purchases in a year [USD]."""
    chargers = quicksum(depot.charger_price[c][y] * v["charger_add"][c, y] for c in POWER_KW)
    return depot.solar_price[y] * v["solar_add"][y] + depot.battery_price[y] * v["battery_add"][y] + chargers


def grid_value(depot: Depot, v: dict[str, Any], y: int, flow: str) -> Any:
    """What a year of a flow is worth at the grid price [USD]."""
    return quicksum(DAYS * depot.grid_price[s] * v[flow][y, s] for s in depot.slots)


def write(folder: Path, depot: Depot, export_ratio: float, v: dict[str, Any]) -> None:
    """Write the two CSV files of one export ratio."""
    folder.mkdir(parents=True, exist_ok=True)
    results = {y: results_of(depot, export_ratio, v, y) for y in depot.years}
    pd.DataFrame(results).rename_axis("Metric").to_csv(folder / "optimization_results.csv")
    details = [details_of(depot, v, y, s) for y in depot.years for s in depot.slots]
    pd.DataFrame(details).to_csv(folder / "operational_details.csv", index=False)


def results_of(depot: Depot, export_ratio: float, v: dict[str, Any], y: int) -> dict[str, float]:
    """One year's column of `optimization_results.csv`."""
    spent = capex(depot, v, y).getValue()
    grid = grid_value(depot, v, y, "grid_to_load").getValue()
    solar = export_ratio * grid_value(depot, v, y, "solar_to_grid").getValue()
    battery = export_ratio * grid_value(depot, v, y, "battery_to_grid").getValue()
    return {
        "CAPEXCost": spent,
        "OPEXCost": grid,
        "#50KWChargers": v["charger_add"]["50 kW", y].X,
        "#400KWChargers": v["charger_add"]["400 kW", y].X,
        "SolarCapacity": v["solar_add"][y].X,
        "BatteryCapacity": v["battery_add"][y].X,
        "SolarExportRevenue": solar,
        "BatteryExportRevenue": battery,
        "TotalCost": spent + grid - solar - battery,
    }


def details_of(depot: Depot, v: dict[str, Any], y: int, s: str) -> dict[str, Any]:
    """One slot's row of `operational_details.csv`."""
    return {
        "Year": y,
        "Slot": depot.slots.index(s) + 1,
        "FleetSize": depot.fleet_size[y],
        "ChargingRequirement_kWh": depot.charging[y, s],
        "BaseloadRequirement_kWh": depot.baseload[s],
        "TotalDemand_kWh": depot.charging[y, s] + depot.baseload[s],
        "SolarGenerated_kWh": depot.solar_yield[s] * v["solar_kwp"][y].X,
        "SolarUsed_kWh": v["solar_to_load"][y, s].X,
        "SolarStored_kWh": v["solar_to_battery"][y, s].X,
        "SolarExported_kWh": v["solar_to_grid"][y, s].X,
        "BatterySOC_Start_kWh": v["soc"][y, s].X,
        "BatteryUsed_kWh": v["battery_to_load"][y, s].X,
        "GridUsed_kWh": v["grid_to_load"][y, s].X,
        "BatteryExported_kWh": v["battery_to_grid"][y, s].X,
        "DayType": "Average day",
        "SlotLabel": s,
    }


def run(data: Path, out: Path) -> None:
    """Read, solve and write."""
    depot = read(data)
    with gp.Env(empty=True) as env:
        env.setParam("OutputFlag", 0)
        env.start()
        for export_ratio in EXPORT_RATIOS:
            m, v = build(depot, export_ratio, env)
            m.Params.MIPGap = 0.0
            m.optimize()
            write(out / f"export-{export_ratio}", depot, export_ratio, v)


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]))
