"""Every input table, column and setting, gathered from the parts of the depot; and the settings of a run.

Everything that reads, checks, writes or documents an input takes it from here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from fleetopt.depot import FIGURES
from fleetopt.depot import TABLES as OF_PARTS
from fleetopt.depot.part import Figure
from fleetopt.words.columns import Column, Table


def _completed(table: Table) -> Table:
    """A table of a part with the figures of all parts; those that it puts in order stand first."""
    figures = [figure for figure in FIGURES.values() if figure.table == table.name and not figure.each]
    columns = [*table.columns, *figures]
    rank = {name: i for i, name in enumerate(table.order)}
    return replace(table, columns=tuple(sorted(columns, key=lambda column: rank.get(column.name, len(rank)))))


def _of_scenario(figure: Figure) -> Column:
    """The column of the scenarios for a figure that each may have its own of."""
    return Column(
        figure.name,
        figure.header,
        figure.meaning,
        "" if figure.unit == "-" else figure.unit,
        kind=figure.kind,
        lowest=figure.lowest,
        highest=figure.highest,
        choices=figure.choices,
        is_needed=False,
        is_quiet=figure.is_quiet,
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
        *(_of_scenario(figure) for figure in FIGURES.values() if figure.is_of_scenario),
        Column("note", "Note", "what the scenario is for", kind="text", is_needed=False),
    ),
    ("scenario",),
    purpose="Each row is one plan to make; a blank takes the value of Settings or Costs.",
)
TABLES: Final = {**{name: _completed(table) for name, table in OF_PARTS.items()}, SCENARIOS.name: SCENARIOS}
"""By its name every input table but that of the settings."""

RUN_SETTINGS: Final[tuple[Column, ...]] = (
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
"""Settings of a run rather than of the depot."""
SETTINGS: Final[tuple[Column, ...]] = (
    *(figure for figure in FIGURES.values() if figure.axes is not None and not figure.table),
    *RUN_SETTINGS,
)

SETTINGS_TABLE: Final = Table(
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
    purpose="The figures that hold for the whole depot and for the solver.",
)
INPUT_TABLES: Final = (SETTINGS_TABLE, *TABLES.values())


def settable() -> dict[str, Column]:
    """All settings that a run can change, by name; a column of a table is changed in every row."""
    everywhere = (figure for figure in FIGURES.values() if figure.is_of_scenario and figure.table)
    changed = (replace(figure, meaning=figure.everywhere, is_needed=False) for figure in everywhere)
    return {column.name: column for column in (*SETTINGS, *changed)}


def expanded(table: Table, labels: Mapping[str, Sequence[str]]) -> Table:
    """A table with a column for each label of the axes that it has columns for.

    Parameters:
        labels: by axis.
    """
    more = [
        figure.column_of(label)
        for figure in FIGURES.values()
        if figure.table == table.name and figure.each
        for label in labels.get(figure.each, ())
    ]
    return replace(table, columns=(*table.columns, *more)) if more else table


EACH: Final = {figure.each: figure for figure in FIGURES.values() if figure.each}
"""By axis the figure that has a column for each of its labels."""
LABELS: Final = {table.makes: table for table in TABLES.values() if table.makes}
"""By axis the table that makes it."""


def axis_of(key: str) -> str:
    """The axis whose labels a key column holds; none where no table makes one of it."""
    return next((axis for axis, table in LABELS.items() if table.keys[-1] == key), "")
