"""Every sheet of the planning workbook, in order: what it is for and which tables stand on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from fleetopt.inputs import schema
from fleetopt.inputs.schema import SETTINGS_TABLE
from fleetopt.results import tables as results
from fleetopt.words.columns import Table

Kind = Literal["input", "result", "control"]
TABS: Final[dict[Kind, str]] = {"input": "#FFD966", "result": "#5B9BD5", "control": "#A6A6A6"}
"""Colour of the tab of each kind of sheet."""
FIRST_ROW: Final = 4
"""Row of a table's header, counted from 0."""


@dataclass(frozen=True)
class Sheet:
    """One sheet."""

    name: str
    kind: Kind
    title: str
    purpose: str
    tables: tuple[Table, ...] = ()
    """From left to right, with a narrow column between."""


SHEETS: Final = (
    Sheet("Start", "control", "fleetopt: what to buy for an electric truck depot, and when",
          "The cheapest mix of solar, battery and chargers for every year, proven, from the inputs in this workbook."),
    Sheet("Settings", "input", "Settings",
          "The figures that hold for the whole depot and for the solver.",
          (SETTINGS_TABLE,)),
    Sheet("Fleet", "input", "Fleet",
          "One row for each vehicle and year: how far it drives and when it charges.",
          (schema.FLEET,)),
    Sheet("Trucks", "input", "Trucks",
          "One row for each truck type and year: what it uses for a kilometre.",
          (schema.TRUCKS,)),
    Sheet("Energy", "input", "Energy",
          "One row for each day type and slot of the day, and how many such days a year has.",
          (schema.ENERGY, schema.DAY_TYPES)),
    Sheet("Costs", "input", "Costs",
          "One row for each planning year: the budget, and what solar, battery and chargers cost.",
          (schema.COSTS,)),
    Sheet("Chargers", "input", "Chargers",
          "One row for each charger type; give each a price column on the Costs sheet.",
          (schema.CHARGERS,)),
    Sheet("Scenarios", "input", "Scenarios",
          "Each row is one plan to make; a blank takes the value of Settings or Costs.",
          (schema.SCENARIOS,)),
    Sheet("Summary", "result", "Summary",
          "The answer in words, the figures behind it and the charts, for one scenario."),
    Sheet("Yearly", "result", "Yearly",
          "Money, purchases and what is installed, for each scenario and year.",
          (results.YEARLY,)),
    Sheet("Purchases", "result", "Purchases",
          "The shopping list: what to buy in which year, at which price.",
          (results.PURCHASES,)),
    Sheet("Flows", "result", "Flows",
          "Every flow of energy on a day, and what it costs or earns in a year.",
          (results.FLOWS,)),
    Sheet("Compare", "result", "Compare",
          "The scenarios side by side: totals over all years, and the answer in words.",
          (results.COMPARE,)),
    Sheet("Limits", "result", "Limits",
          "How much of each limit is used, where it is tightest; binding means nothing is left.",
          (results.LIMITS,)),
    Sheet("Checks", "result", "Checks",
          "Excel recomputes every balance, limit and total from the result and input cells."),
    Sheet("Messages", "result", "Messages",
          "What was found in the inputs and what to know of the results; a link leads to the cell.",
          (results.MESSAGES,)),
    Sheet("Repairs", "result", "Repairs",
          "Where no plan keeps all limits: the least raise that makes one possible, tried out, and what it costs.",
          (results.REPAIRS,)),
    Sheet("Runs", "result", "Runs", "One row for each scenario of each run.", (results.RUNS,)),
    Sheet("About", "control", "About",
          "The method, what it leaves out, and every table, column and unit."),
)  # fmt: skip
CONFIG_SHEET: Final = "xlwings.conf"
"""The sheet that tells the macros which Python to call; only in a workbook made on the user's machine."""
