"""Every table and status cell that a run fills in the planning workbook, made from the lists of the parts.

A refinement that is off has no column here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Final

from fleetopt.depot import REFINEMENTS, gathered, money_on, objectives_on, of_those_on
from fleetopt.depot.part import Decision, Purchase, Quantity, Shown
from fleetopt.words.columns import Column, Table

_SCENARIO: Final = Column("scenario", "Scenario", "the scenario", kind="label")
_YEAR: Final = Column("year", "Year", "the year", kind="year")
_DAY_TYPE: Final = Column("day_type", "Day type", "the type of day", kind="label")
_SLOT: Final = Column("slot", "Slot", "the slot of the day", kind="label")
_MONEY_RANK: Final = 30


def _text(name: str, header: str, meaning: str, width: float = 0.0) -> Column:
    return Column(name, header, meaning, kind="text", width=width)


def _money(name: str, header: str, meaning: str, unit: str = "USD") -> Column:
    return Column(name, header, meaning, unit)


def costs(on: Iterable[str] = ()) -> list[Column]:
    """A column for each kind of money, then the total, and what is to be least where that is another."""
    kinds = money_on(on)
    paid = " + ".join(money.header for money in kinds if money.sign > 0)
    earned = "".join(f" - {money.header}" for money in kinds if money.sign < 0)
    columns = [_money(money.name, money.header, money.meaning) for money in kinds]
    least = [_money(each.name, each.header, each.meaning) for each in objectives_on(on)]
    return [*columns, _money("total_cost", "Total cost", f"{paid}{earned}"), *least]


def bought_name(purchase: Purchase) -> str:
    """Name of the column of what is bought, of all its items together."""
    return purchase.bought if not purchase.is_many else f"{purchase.installed}_add"


def _of_purchase(purchase: Purchase, name: str, done: str, when: str) -> Column:
    is_whole = purchase.is_many
    noun = purchase.noun.lower()
    return Column(
        name,
        f"{purchase.noun} {done}",
        f"{noun}{' of all types' if is_whole else ''} {'bought' if done == 'bought' else 'there'} in {when}",
        purchase.unit,
        kind="whole" if is_whole else "number",
    )


def bought(on: Iterable[str], when: str) -> list[Column]:
    """A column for what is bought of each kind."""
    return [_of_purchase(each, bought_name(each), "bought", when) for each in of_those_on("purchases", on)]


def installed(on: Iterable[str]) -> list[Column]:
    """A column for what is there of each kind, and for the quantities of a year."""
    there = [_of_purchase(each, each.installed, "installed", "the year") for each in of_those_on("purchases", on)]
    return [*there, *_quantities(on)]


def _quantities(on: Iterable[str]) -> list[Column]:
    shown: list[Quantity] = [each for each in of_those_on("quantities", on) if each.header]
    return [Column(each.name, each.header, each.meaning, each.unit) for each in shown]


def flow_columns(on: Iterable[str] = ()) -> list[Column]:
    """What stands in a row of the flows besides its keys: figures, flows and money of a slot."""
    shown: list[Shown] = [
        *of_those_on("shown", on),
        *(Shown(each.name, spoken(each), each.meaning, each.unit, 10) for each in flows(on)),
        *(Shown(*money.by_slot, "USD/year", _MONEY_RANK) for money in money_on(on) if money.by_slot),
    ]
    ordered = sorted(shown, key=lambda each: each.rank)
    return [Column(each.name, each.header, each.meaning, each.unit) for each in ordered]


def flows(on: Iterable[str] = ()) -> list[Decision]:
    """All flows, in the order of the parts."""
    return [decision for decision in of_those_on("decisions", on) if decision.kind == "flow"]


def spoken(flow: Decision) -> str:
    """A flow's name in words: `Solar to load`."""
    return flow.name.replace("_", " ").capitalize()


@cache
def flow_table(on: tuple[str, ...] = ()) -> Table:
    """Every flow of every slot, with what it costs or earns.

    Parameters:
        on: names of the refinements that are on.
    """
    return Table(
        "tblFlows",
        "Flows",
        "one slot of one day type in one year of one scenario",
        (
            _SCENARIO,
            _YEAR,
            _DAY_TYPE,
            _SLOT,
            Column("slot_number", "Slot no.", "number of the slot in the day", kind="whole"),
            *flow_columns(on),
        ),
        ("scenario", "year", "day_type", "slot"),
        purpose="Every flow of energy on a day, and what it costs or earns in a year.",
    )


FLOWS: Final = flow_table()

PURCHASES: Final = Table(
    "tblPurchases",
    "Purchases",
    "one thing to buy in one year of one scenario",
    (
        _SCENARIO,
        _YEAR,
        Column("item", "Item", "Solar, Battery, or the name of the charger type or upgrade", kind="label"),
        _text("unit", "Unit", "what it is counted in"),
        Column("bought", "Bought", "what is bought in the year"),
        _money("price", "Price", "the price in the year", "USD/unit"),
        _money("cost", "Cost", "bought x price"),
        Column("installed", "Installed", "what is there in the year, with what was there before"),
    ),
    ("scenario", "year", "item"),
    purpose="The shopping list: what to buy in which year, at which price.",
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
    purpose="How much of each limit is used, where it is tightest; binding means nothing is left.",
)

MESSAGES: Final = Table(
    "tblMessages",
    "Messages",
    "one finding",
    (
        _text("severity", "Severity", "error: no plan; warning: a plan, but look; note: what was normalised"),
        _text("where", "Where", "the cell, as a link", 30),
        _text("problem", "Problem", "what it is and what it must be", 84),
        _text("advice", "What to do", "the cure", 64),
    ),
    purpose="What was found in the inputs and what to know of the results; a link leads to the cell.",
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
    purpose="Where no plan keeps all limits: the least raise that makes one possible, tried out, and what it costs.",
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
    purpose="One row for each scenario of each run.",
)


@cache
def yearly(on: tuple[str, ...] = ()) -> Table:
    """Money, purchases and what is there, by scenario and year.

    Parameters:
        on: names of the refinements that are on.
    """
    return Table(
        "tblYearly",
        "Yearly",
        "one year of one scenario",
        (_SCENARIO, _YEAR, *costs(on), *bought(on, "the year"), *installed(on)),
        ("scenario", "year"),
        purpose="Money, purchases and what is installed, for each scenario and year.",
    )


@cache
def compare(on: tuple[str, ...] = ()) -> Table:
    """The scenarios side by side."""
    least = costs(on)[-1].header.lower()
    return Table(
        "tblCompare",
        "Compare",
        "one scenario",
        (
            _SCENARIO,
            _text("status", "Status", "what came of it"),
            *costs(on),
            _money("difference", "Against the first", f"{least} less that of the first scenario"),
            *bought(on, "all years"),
            _money("bound", "Lower bound", "no plan costs less"),
            Column("gap", "Gap", f"the distance of {least} and lower bound, as a share of the cost", "-"),
            _text("solver", "Solver", "which solver"),
            _text("answer", "Answer", "the plan in words", 132),
        ),
        ("scenario",),
        purpose="The scenarios side by side: totals over all years, and the answer in words.",
    )


@cache
def years(on: tuple[str, ...] = ()) -> Table:
    """The years of the scenario that the Summary shows."""
    single = {each.installed for each in of_those_on("purchases", on) if not each.is_many}
    quantities = {each.name for each in _quantities(on)}
    there = [column for column in installed(on) if column.name in single | quantities]
    return Table("tblYears", "Summary", "one year of the chosen scenario", (_YEAR, *costs(on), *there))


NEEDS: Final = tuple(shown.name for shown in gathered("shown") if shown.is_need)
"""What the load needs, by the names of the flows' columns."""


@cache
def day(on: tuple[str, ...] = ()) -> Table:
    """The slots of the day that the Summary shows: what is needed, what meets it, where energy goes besides."""
    table = flow_table(on)
    into_load = [flow.name for flow in flows(on) if flow.sink == "load"]
    besides = [flow.name for flow in flows(on) if flow.sink != "load"]
    states = [each.name for each in of_those_on("decisions", on) if each.kind == "state" and each.axes == "yds"]
    need = Column("need", "Need", "charging and baseload", "kWh/d")
    columns = (table[name] for name in (*into_load, *besides, *states))
    return Table("tblDay", "Summary", "one slot of the chosen day", (_SLOT, need, *columns))


DAY: Final = day()


def listings(on: Iterable[str]) -> list[Table]:
    """Tables of refinements' own, each row under its scenario."""
    return [
        replace(each.table, columns=(_SCENARIO, *each.table.columns), keys=("scenario", *each.table.keys))
        for each in of_those_on("listings", on)
    ]


@cache
def result_tables(on: tuple[str, ...] = ()) -> tuple[Table, ...]:
    """All result tables, as they are with these refinements."""
    return (
        years(on),
        day(on),
        yearly(on),
        PURCHASES,
        flow_table(on),
        compare(on),
        LIMITS,
        *listings(on),
        MESSAGES,
        REPAIRS,
        RUNS,
    )


def further(table: Table) -> tuple[str, ...]:
    """Headings that a table has only with some refinement on."""
    full = next((each for each in result_tables(REFINEMENTS) if each.name == table.name), table)
    base = next((each for each in result_tables() if each.name == table.name), full)
    return tuple(heading for heading in full.headings if heading not in base.headings)


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
