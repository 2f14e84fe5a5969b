"""What the depot study calls its sheets, files and parameters, and what its workbooks do not hold."""

from __future__ import annotations

from typing import Final

from fleetopt.depot import FIGURES
from fleetopt.depot.part import Figure
from fleetopt.inputs.schema import TABLES
from fleetopt.words.columns import Column

FLEET: Final = TABLES["tblFleet"]
TRUCKS: Final = TABLES["tblTrucks"]
ENERGY: Final = TABLES["tblEnergy"]
DAY_TYPES: Final = TABLES["tblDayTypes"]
COSTS: Final = TABLES["tblCosts"]
CHARGERS: Final = TABLES["tblChargers"]
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
    """The column that holds one charger type's price."""
    figure: Figure = FIGURES["charger_price"]
    return figure.column_of(charger)
