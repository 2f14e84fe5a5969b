"""The Checks sheet, worked out by LibreOffice: true results are OK, and a result spoiled on purpose is BAD.

Nothing of it comes from Python: the formulas stand in the workbook, and another program calculates them.
"""

from __future__ import annotations

import datetime
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table as OpenpyxlTable

from fleetopt.books.closed.book import ClosedBook
from fleetopt.books.reading import read_inputs
from fleetopt.books.study import layout
from fleetopt.doors.new import new_workbook
from fleetopt.doors.run import new_results, run_settings, solve
from fleetopt.inputs import schema
from fleetopt.inputs.checks import check
from fleetopt.inputs.inputs import Inputs
from fleetopt.inputs.scenarios import scenarios
from fleetopt.inputs.schema import INPUT_TABLES
from fleetopt.results import tables as results
from fleetopt.results.input_content import input_content
from fleetopt.template.build import build
from fleetopt.words.clock import span
from fleetopt.words.columns import Column, Table
from fleetopt.words.content import Content
from fleetopt.words.problem import has_error
from fleetopt.words.rows import Cell, given
from tests.cases import TOTALS
from tests.doors.test_cli import fleetopt
from tests.office import Sheets, as_opened, printed, recalculated
from tests.refined import type_in

TABLES = (results.yearly(), results.PURCHASES, results.FLOWS, results.compare(), results.LIMITS)
FIGURES = ("number", "whole", "year")
SEEDS = range(4)
SMALL = ("As it is", "Half", "Hour")
"""Scenarios of the smaller workbooks."""
TRUE_BOOKS = [
    "results",
    "in place",
    "small",
    "plain",
    "signs",
    "conditions",
    "wildcards",
    *(f"random {seed}" for seed in SEEDS),
]
REFINED_BOOKS = [
    *(f"refined {seed}" for seed in SEEDS),
    "refined results",
    "refined signs",
    "refined wildcards",
    "refined in place",
    "refined new",
    "refined, then not",
    "refined without peaks",
]
"""Workbooks of depots with grid upgrades and demand charges, or made for them, or run with them before."""


# Depots that use everything there is


def random_inputs(seed: int, only: Sequence[str] = ()) -> Inputs:
    """A depot with day types, slots of unequal length, charger types, what is there already, every kind of override.

    Parameters:
        seed: the same depot for the same seed.
        only: scenarios to plan, all of them when empty.
    """
    random = Random(seed)
    years = range(2026, 2027 + random.randint(1, 2))
    ends = sorted([*random.sample(range(2, 24, 2), random.choice([2, 3, 4])), 24])
    slots = {f"{first:02d}:00-{last:02d}:00": float(last - first) for first, last in pairwise([0, *ends])}
    days = {"Workday": 250.0, "Weekend": 104.0, "Holiday, sunny": 11.0}
    chargers = {"50 kW": 50.0, "Fast (400 kW)": 400.0, "150 kW": 150.0}
    trucks = ["Light", "Heavy"]

    def around(figure: float) -> float:
        return round(figure * random.uniform(0.7, 1.3), 4)

    fleet = [
        {"vehicle": f"V{v}", "truck_type": trucks[v % 2], "year": year, "distance_km": around(150.0),
         "slot": random.choice(list(slots))}
        for year in years for v in range(3 + year - years[0])
    ]  # fmt: skip
    energy = [
        {"day_type": day, "slot": slot, "hours": hours, "baseload_kwh": around(20.0), "grid_price": around(0.25),
         "solar_yield": around(hours / 8) if 6 <= int(slot[:2]) < 18 else 0.0}
        for day in days for slot, hours in slots.items()
    ]  # fmt: skip
    costs = [
        {"year": year, "capex_budget": around(60_000.0), "solar_price": around(200.0), "battery_price": around(30.0),
         **{layout.charger_price(name).name: around(10 * power) for name, power in chargers.items()}}
        for year in years
    ]  # fmt: skip
    own: dict[str, dict[str, Any]] = {
        "As it is": {},
        "Half": {"export_ratio": 0.5},
        "Budget": {"capex_budget": 30_000.0},
        "Grid": {"grid_limit_kwh": 900.0},
        "Roof": {"solar_max_added_kwp": 30.0},
        "Room": {"battery_max_kwh": 25.0},
        "Hour": {"c_rate": 0.15, "c_rate_basis": "hour"},
        "Slot": {"export_ratio": 0.0, "c_rate_basis": "slot"},
        "Nothing goes": {"grid_limit_kwh": 0.0},
        "Not now": {"run": "no", "export_ratio": 0.3},
    }
    blank = {column.name: None for column in schema.SCENARIOS.columns}
    settings = {
        "export_ratio": 0.9, "grid_limit_kwh": 1500.0, "solar_existing_kwp": 150.0, "solar_max_added_kwp": 150.0,
        "battery_existing_kwh": 30.0, "battery_max_kwh": 200.0, "c_rate": 0.3,
        "c_rate_basis": ("hour", "slot")[seed % 2], "solver": "auto", "time_limit": None, "gap": 0.0,
    }  # fmt: skip
    truck_rows = [
        {"truck_type": kind, "year": year, "range_km": 400.0, "battery_kwh": 500.0, "consumption": around(1.0)}
        for kind in trucks
        for year in years
    ]
    charger_rows = [
        {"charger": name, "power_kw": power, "chargers_existing": int(name == "50 kW")}
        for name, power in chargers.items()
    ]
    scenario_rows = [
        {**blank, "scenario": name, "run": "yes", **figures}
        for name, figures in own.items()
        if not only or name in only
    ]
    return Inputs(
        source="random",
        tables={"tblCosts": costs_rows(costs)}
        | {
            name: given(schema.TABLES[name], rows, schema.TABLES[name].sheet)
            for name, rows in {
                "tblFleet": fleet,
                "tblTrucks": truck_rows,
                "tblEnergy": energy,
                "tblDayTypes": [{"day_type": d, "days": n} for d, n in days.items()],
                "tblChargers": charger_rows,
                "tblScenarios": scenario_rows,
            }.items()
        },
        settings={name: Cell(value, "Settings") for name, value in settings.items()},
    )


def refined_inputs(seed: int, only: Sequence[str] = ()) -> Inputs:
    """The same depot with a grid so small that upgrades are bought, and demand charges of every kind."""
    random = Random(seed)
    inputs = random_inputs(seed, only)
    counts = [("yes", "no"), ("no", "yes"), ("yes", "yes"), ("no", "no")][seed]
    days, scenario_rows = inputs["tblDayTypes"], inputs["tblScenarios"]
    for name, values in (("season", ["Winter", "Winter", "Summer"]), ("kind", ["workday", "weekend", None])):
        days.values[name], days.places[name] = values, days.places["days"]
    upgrades = [
        {"upgrade": "Transformer", "adds_kw": 15.0, "upgrade_price": 2000.0 + 100 * random.randint(0, 9),
         "upgrade_most": 4, "lead_time": 0, "counts_in_budget": counts[0]},
        {"upgrade": "Cable, second", "adds_kw": 25.5, "upgrade_price": 1500.0, "upgrade_most": 1, "lead_time": 1,
         "counts_in_budget": counts[1]},
    ]  # fmt: skip
    blank = {"season": None, "days": "all", "window": None, "billed": "month"}
    charges = [
        {**blank, "charge": "All hours", "price": 3.5},
        {**blank, "charge": "Evening", "season": "Winter", "days": "workday", "window": "16:00-21:00", "price": 6.25},
        {**blank, "charge": "Evening", "season": "Summer", "window": "4PM-9PM", "price": 2.0},
        {**blank, "charge": "Night", "window": "10PM-6AM", "billed": "year", "price": 11.0},
    ]
    for name, rows in (("tblGridUpgrades", upgrades), ("tblDemandCharges", charges)):
        inputs.tables[name] = given(schema.TABLES[name], rows, schema.TABLES[name].sheet)
    inputs.settings |= {
        name: Cell(value, "Settings")
        for name, value in (("grid_limit_kwh", 110.0), ("peak_factor", 1.2), ("ratchet", 0.6), ("fixed_charge", 40.0))
    }
    own = {"Half": ("ratchet", 0.95), "Hour": ("peak_factor", 1.5), "Slot": ("fixed_charge", 210.0)}
    for scenario, (name, value) in own.items():
        if scenario in scenario_rows.values["scenario"]:
            scenario_rows.values[name][scenario_rows.values["scenario"].index(scenario)] = value
    return inputs


def costs_rows(rows: list[dict[str, Any]]) -> Any:
    """The table of costs with its columns of charger prices."""
    chargers = [name.removeprefix("charger_price ") for name in rows[0] if "charger_price" in name]
    return given(schema.expanded(schema.TABLES["tblCosts"], {"c": chargers}), rows, "Costs")


def workbook(path: Path, inputs: Inputs) -> Path:
    """The results.xlsx of these inputs."""
    problems = check(inputs)
    assert not has_error(problems), problems
    outcomes = [(scenario, solve(scenario, run_settings(inputs), lambda _: None)) for scenario in scenarios(inputs)]
    assert sum(result.plan is not None for _, result in outcomes) >= 2, [result.status for _, result in outcomes]
    path.write_bytes(build(new_results(inputs, outcomes, problems, 1.0, {})))
    return path


# Names that mean something in a formula

SIGNS = {"As it is": "=1+1", "Workday": "@x", "50 kW": "+5", "Fast (400 kW)": "-7", "Light": "=1"}
CONDITIONS = {"Slot": ">5", "Budget": "<>x"}
WILDCARDS = {
    "Half": "A*",
    "Hour": "Ab",
    "Weekend": "We?",
    "Holiday, sunny": "Wee",
    "150 kW": "1?0 [kW]",
    "Heavy": "T*",
}
ODD = {**SIGNS, **CONDITIONS, **WILDCARDS}


OF_REFINEMENTS = {"All hours": "=2+2", "Evening": "<5", "Night": "-8", "Winter": "@w", "Transformer": "=9"}
ALIKE = {"All hours": "C*", "Evening": "Cx", "Winter": "S?", "Summer": "Sx", "Transformer": "1?0 kW", "Night": "~C"}
"""Names of charges, seasons and upgrades."""


def with_odd_labels(inputs: Inputs, labels: Mapping[str, str]) -> Inputs:
    """The same depot with names that Excel may take for formulas, conditions or wildcards."""
    for rows in inputs.tables.values():
        for values in rows.values.values():
            values[:] = [labels.get(value, value) if isinstance(value, str) else value for value in values]
    prices = {layout.charger_price(old).name: layout.charger_price(new).name for old, new in labels.items()}
    heads = [prices.get(name, name) for name in inputs["tblCosts"].values]
    records = zip(*inputs["tblCosts"].values.values(), strict=True)
    inputs.tables["tblCosts"] = costs_rows([dict(zip(heads, record, strict=True)) for record in records])
    return inputs


# Spoiling

OTHER_KEYS = {("tblFlows", "slot_number"), ("tblPurchases", "unit"), ("tblLimits", "limit"), ("tblLimits", "state")}
"""Columns that say what a row is, besides labels and years."""


@dataclass(frozen=True)
class Spoil:
    """A few cells of one result table changed."""

    table: Table
    column: str
    how: str
    rows: list[list[Any]]

    @property
    def name(self) -> str:
        return f"{self.table.name}-{self.column}-{self.how}"


def plain(source: Path, target: Path) -> Path:
    """A copy without looks and without sheets that no check reads: LibreOffice opens it in less than half the time."""
    old, new = openpyxl.load_workbook(source), openpyxl.Workbook()
    new.remove(new.worksheets[0])
    for sheet in (sheet for sheet in old if sheet.title not in ("About", "Messages", "Runs")):
        copy = new.create_sheet(sheet.title)
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value is not None):
            copy[cell.coordinate] = cell.value
        for table in sheet.tables.values():
            copy.add_table(OpenpyxlTable(displayName=table.displayName, ref=table.ref))
    for name, defined in old.defined_names.items():
        new.defined_names[name] = DefinedName(name, attr_text=defined.attr_text)
    new.save(target)
    return target


def rows_of(path: Path, table: str) -> list[list[Any]]:
    return [list(row) for row in ClosedBook(path).blocks([table])[table].rows[1:]]


def spoils(tables: dict[str, list[list[Any]]]) -> Iterator[Spoil]:
    """One for each numeric column, and one for each key that is swapped with that of another row."""
    for table in TABLES:
        for j, column in enumerate(table.columns):
            if column.kind in FIGURES:
                rows = [list(row) for row in tables[table.name]]
                values = [row[j] for row in rows]
                i = next((k for k, value in enumerate(values) if value), None)
                i = next(k for k, value in enumerate(values) if value is not None) if i is None else i
                rows[i][j] = rows[i][j] * 1.01 + 0.01
                yield Spoil(table, column.name, "changed", rows)
            if column.kind in ("label", "year") or (table.name, column.name) in OTHER_KEYS:
                rows = [list(row) for row in tables[table.name]]
                i, k = pair(table, rows, j)
                rows[i][j], rows[k][j] = rows[k][j], rows[i][j]
                yield Spoil(table, column.name, "swapped", rows)
        rows = tables[table.name]
        yield Spoil(table, "row", "gone", rows[1:])
        yield Spoil(table, "row", "doubled", [*rows, rows[-1]])


def pair(table: Table, rows: list[list[Any]], j: int) -> tuple[int, int]:
    """Two rows that differ in a column and in their figures, alike in as many of the keys before as may be."""
    figures = [k for k, column in enumerate(table.columns) if column.kind in FIGURES and k != j]

    def unlike(i: int, k: int) -> float:
        a, b = rows[i], rows[k]
        return sum(x != y for n, (x, y) in enumerate(zip(a, b, strict=True)) if n not in figures)

    pairs = [
        (i, k)
        for i in range(len(rows))
        for k in range(i)
        if None not in (rows[i][j], rows[k][j])
        and rows[i][j] != rows[k][j]
        and any(rows[i][n] and rows[k][n] and rows[i][n] != rows[k][n] for n in figures)
    ]
    return min(pairs, key=lambda both: unlike(*both))


def filled(source: Path, target: Path, table: str, headings: tuple[str, ...], rows: list[list[Any]]) -> Path:
    """A copy of a workbook in which one table has other rows."""
    book = ClosedBook(source)
    book._package.fill(Content({table: rows}, {table: headings}))
    target.write_bytes(book.content())
    return target


def cells_of(table: str, headings: Sequence[str], rows: list[list[Any]]) -> Iterator[tuple[int, str]]:
    """Row and column of a cell for each numeric column of what refinements add to a table; 0 only if all are."""
    added = [*YEARLY, *COMPARED]
    is_mixed = table in ("tblPurchases", "tblLimits")
    among = [i for i, row in enumerate(rows) if "pieces" in row or not is_mixed]
    for j, heading in enumerate(headings):
        values = {i: rows[i][j] for i in among if isinstance(rows[i][j], float)}
        if values and (heading in added or table not in ("tblYearly", "tblCompare")):
            yield next((i for i, value in values.items() if value), next(iter(values))), heading


def refined_spoils(source: Path) -> Iterator[Spoil]:
    """One for each of these cells, and for the rows of the peaks."""
    for name in (table.name for table in REFINED_TABLES):
        block = ClosedBook(source).blocks([name])[name]
        described = Table(name, "", "", tuple(Column(heading, heading, "") for heading in block.rows[0]))
        for i, heading in cells_of(name, block.rows[0], block.rows[1:]):
            rows = [list(row) for row in block.rows[1:]]
            j = block.rows[0].index(heading)
            rows[i][j] = rows[i][j] * 1.01 + 0.01
            yield Spoil(described, heading, "changed", rows)
        if name == "tblPeaks":
            rows = [list(row) for row in block.rows[1:]]
            yield Spoil(described, "row", "gone", rows[1:])
            yield Spoil(described, "row", "doubled", [*rows, rows[-1]])
            for heading in ("Scenario", "Demand charge"):
                j, swapped = block.rows[0].index(heading), [list(row) for row in rows]
                k = next(k for k, row in enumerate(rows) if row[j] != rows[0][j] and row[4] != rows[0][4])
                swapped[0][j], swapped[k][j] = rows[k][j], rows[0][j]
                yield Spoil(described, heading, "swapped", swapped)


OF_THESE = ("grid_upgrade", "demand_charge")
REFINED_TABLES = (
    *(results.yearly(OF_THESE), results.compare(OF_THESE), results.PURCHASES, results.LIMITS),
    *results.listings(OF_THESE),
)
YEARLY, COMPARED = (
    [heading for heading in table(OF_THESE).headings if heading not in table().headings]
    for table in (results.yearly, results.compare)
)
REFINED_SPOILED = [
    *(f"tblYearly-{heading}-changed" for heading in YEARLY),
    *(f"tblCompare-{heading}-changed" for heading in COMPARED),
    *(f"tblPurchases-{heading}-changed" for heading in results.PURCHASES.headings[4:]),
    *(f"tblLimits-{heading}-changed" for heading in ("Used", "At most", "Slack")),
    *(
        f"tblPeaks-{column.heading}-changed"
        for column in results.listings(OF_THESE)[0].columns
        if column.kind in FIGURES
    ),
    *(f"tblPeaks-{name}-swapped" for name in ("Scenario", "Demand charge")),
    *(f"tblPeaks-row-{how}" for how in ("gone", "doubled")),
]
MADE = {"from the start": "refined results", "in place": "refined in place"}
"""How the columns of refinements came into a workbook, whose checks then have other formulas."""


SPOILED = [f"{table.name}-{column.name}-changed" for table in TABLES for column in table.columns
           if column.kind in FIGURES]  # fmt: skip
SWAPPED = [
    *("tblYearly-scenario", "tblYearly-year"),
    *(f"tblPurchases-{name}" for name in ("scenario", "year", "item", "unit")),
    *(f"tblFlows-{name}" for name in ("scenario", "year", "day_type", "slot", "slot_number")),
    "tblCompare-scenario",
    *(f"tblLimits-{name}" for name in ("scenario", "limit", "year", "day_type", "slot", "state")),
]
GONE = [f"{table.name}-row-{how}" for table in TABLES for how in ("gone", "doubled")]


# One input changed in each table


CHANGES: dict[str, tuple[int, int, Any]] = {
    "tblSettings": (6, 1, 1751.0),  # grid limit
    "tblFleet": (3, 3, 100.0),  # a daily distance
    "tblTrucks": (2, 4, 0.91),  # a consumption
    "tblEnergy": (0, 4, 0.1501),  # a grid price
    "tblDayTypes": (0, 1, 251.0),  # days of a year
    "tblCosts": (0, 3, 147.5),  # a battery price
    "tblChargers": (1, 2, 7.0),  # chargers there
    "tblScenarios": (1, 7, 0.25),  # an export ratio
    "tblGridUpgrades": (0, 0, "Transformer"),  # an upgrade
    "tblDemandCharges": (0, 5, 12.0),  # a price
    "tblIncentives": (0, 0, "Credit"),  # a grant
}


def with_input(source: Path, target: Path, table: str) -> Path:
    block = ClosedBook(source).blocks([table])[table]
    i, j, value = CHANGES[table]
    rows = [list(row) for row in block.rows[1:]]
    assert rows[i][j] != value
    rows[i][j] = value
    return filled(source, target, table, tuple(block.rows[0]), rows)


# All workbooks, worked out at once


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Sheets]:
    """What the sheets of every workbook of these tests show."""
    folder = tmp_path_factory.mktemp("checks")
    assert fleetopt("run", "--quiet", cwd=folder).returncode == 0
    assert fleetopt("new", "plan.xlsm", cwd=folder).returncode == 0
    books = {"results": folder / "fleetopt-results" / "results.xlsx", "new": folder / "new.xlsm"}
    shutil.copy(folder / "plan.xlsm", books["new"])
    assert fleetopt("run", "plan.xlsm", "--in-place", "--quiet", cwd=folder).returncode == 0
    books["in place"] = folder / "plan.xlsm"
    books["no plan found"] = Path(shutil.copy(folder / "plan.xlsm", folder / "late.xlsm"))
    late = fleetopt(
        "run", "late.xlsm", "--in-place", "--quiet", "--time-limit", "0.000001", "--out", "late", cwd=folder
    )
    assert late.returncode == 5
    books["no total on Start"] = folder / "untold.xlsm"
    untold = ClosedBook(folder / "plan.xlsm")
    untold.fill(Content(names={"run_objective": None}))
    books["no total on Start"].write_bytes(untold.content())
    for seed in SEEDS:
        books[f"random {seed}"] = workbook(folder / f"random{seed}.xlsx", random_inputs(seed))
    books["small"] = workbook(folder / "small.xlsx", random_inputs(4, ["As it is", "Hour"]))
    books["plain"] = source = plain(books["small"], folder / "plain.xlsx")
    for name, labels in (("signs", SIGNS), ("conditions", CONDITIONS), ("wildcards", WILDCARDS)):
        odd = with_odd_labels(random_inputs(3, [*SMALL, "Slot", "Budget"]), labels)
        books[name] = workbook(folder / f"{name}.xlsx", odd)
    for table in CHANGES:
        books[table] = with_input(source, folder / f"{table}.xlsx", table)
    for spoil in spoils({table.name: rows_of(source, table.name) for table in TABLES}):
        path = folder / f"{spoil.name}.xlsx"
        books[spoil.name] = filled(source, path, spoil.table.name, spoil.table.headings, spoil.rows)
    books |= refined_books(folder)
    return dict(zip(books, recalculated(*books.values()), strict=True))


def drawn_peak(peaks: list[list[Any]]) -> list[Any]:
    """The highest peak, which some slot draws."""
    return max(peaks, key=lambda row: row[4])


def raised_peak(peaks: list[list[Any]]) -> list[Any]:
    """The peak of a season that is the higher one's share of Half, where the ratchet is 0.95."""
    of = {(row[1], row[2], row[3]): row for row in peaks if row[0] == "Half"}
    raised = [row for (year, charge, season), row in of.items() for other in ("Winter", "Summer")
              if (year, charge, other) in of and season != other
              and row[4] == pytest.approx(0.95 * of[year, charge, other][4]) != 0]  # fmt: skip
    return raised[0]


def refined_books(folder: Path) -> dict[str, Path]:
    """Workbooks with grid upgrades and demand charges, true ones and spoiled ones."""
    books = {f"refined {seed}": workbook(folder / f"r{seed}.xlsx", refined_inputs(seed)) for seed in SEEDS}
    books["refined results"] = workbook(folder / "refined.xlsx", refined_inputs(2, SMALL))
    for name, labels in (("signs", {**SIGNS, **OF_REFINEMENTS}), ("wildcards", {**WILDCARDS, **ALIKE})):
        odd = with_odd_labels(refined_inputs(2, [*SMALL, "Slot"]), labels)
        books[f"refined {name}"] = workbook(folder / f"refined {name}.xlsx", odd)
    base, filled_in = random_inputs(2, SMALL), input_content(refined_inputs(2, SMALL)).tables
    changed = ("tblDayTypes", "tblGridUpgrades", "tblDemandCharges", "tblSettings", "tblScenarios")
    typed = {name: filled_in[name] for name in changed}
    for name, inputs, steps in (
        ("refined in place", base, [typed]),
        ("refined new", refined_inputs(2, SMALL), [{}]),
        ("refined, then not", base, [typed, {name: input_content(base).tables[name] for name in changed}]),
        ("refined without peaks", base, [{name: rows for name, rows in typed.items() if "Charges" not in name}]),
    ):
        books[name] = folder / f"{name}.xlsm"
        books[name].write_bytes(new_workbook(inputs))
        for step in steps:
            type_in(books[name], step)
            done = fleetopt("run", books[name], "--in-place", "--quiet", "--out", folder / "other", cwd=folder)
            assert done.returncode == 0, done.stderr
    for made, name in MADE.items():
        source = plain(books[name], folder / f"{made}.xlsx")
        for what, (factor, row) in {"peak": (0.9, drawn_peak), "ratchet": (0.97, raised_peak)}.items():
            headings, *rows = ClosedBook(source).blocks(["tblPeaks"])["tblPeaks"].rows
            lower = row(rows)
            lower[4], lower[7] = factor * lower[4], factor * lower[7]
            books[f"{made}-{what}"] = filled(source, folder / f"{made} {what}.xlsx", "tblPeaks", headings, rows)
        for k, spoil in enumerate(refined_spoils(source)):
            path = folder / f"{made} {k}.xlsx"
            books[f"{made}-{spoil.name}"] = filled(source, path, spoil.table.name, spoil.table.headings, spoil.rows)
    return books


def state(sheets: Sheets) -> Any:
    """The master check."""
    return sheets["Checks"][1][6]


def bad(sheets: Sheets) -> list[Any]:
    """The names of the checks that do not hold."""
    return [row[0] for row in sheets["Checks"][5:] if row[3] not in (None, "OK")]


def belongs(sheets: Sheets) -> Any:
    """What is said of the inputs that the results belong to."""
    return next(row[6] for row in sheets["Checks"] if row[5] == "Results belong to")


def records(sheets: Sheets, table: Table) -> list[dict[str, Any]]:
    """The rows of a result table that stands alone on its sheet."""
    rows = sheets[table.sheet]
    assert tuple(rows[4][: len(table.columns)]) == table.headings
    return [dict(zip([column.name for column in table.columns], row, strict=False)) for row in rows[5:] if row[0]]


# True results


@pytest.mark.parametrize("book", [*TRUE_BOOKS, *REFINED_BOOKS])
def test_every_check_of_true_results_holds(shown, book):
    sheets = shown[book]
    assert bad(sheets) == []
    figures = [row[2] for row in sheets["Checks"][5:] if row[0]]
    assert len(figures) >= 70
    assert all(isinstance(figure, float) and 0 <= figure <= 1e-6 for figure in figures)
    assert state(sheets) == f"OK: all {len(figures)} checks hold"
    assert any(row[:2] == ["Checks", state(sheets)] for row in sheets["Start"])
    assert state(sheets) in sheets["Summary"][4]


@pytest.mark.parametrize("book", ["results", "in place"])
def test_the_figures_that_the_checks_hold_for_are_the_studys(shown, book):
    # A sheet of zeros would pass every check: these are the published totals.
    totals = dict.fromkeys(("Export 1.0", "Export 0.5", "Export 0.0"), 0.0)
    for row in records(shown[book], results.yearly()):
        totals[row["scenario"]] += row["total_cost"]
    assert list(totals.values()) == pytest.approx([TOTALS[1.0], TOTALS[0.5], TOTALS[0.0]], abs=1e-3)
    tiles = {label: value for label, value in zip(*shown[book]["Summary"][14:16], strict=False) if label}
    assert tiles["Total cost [USD]"] == pytest.approx(TOTALS[1.0], abs=1e-3)
    assert tiles["CapEx [USD]"] == pytest.approx(145_370, abs=1)
    assert tiles["OpEx [USD]"] == pytest.approx(1_068_344, abs=1)
    assert tiles["Solar bought [kWp]"] == pytest.approx(200)
    assert tiles["Chargers bought [units]"] == 2


@pytest.mark.parametrize("book", ["results", "in place"])
def test_the_tables_of_the_summary_are_worked_out_from_the_result_tables(shown, book):
    summary, yearly = shown[book]["Summary"], records(shown[book], results.yearly())
    top = next(i for i, row in enumerate(summary) if row[0] == "Year")
    years = {row[0]: row[1 : len(results.years().columns)] for row in summary[top + 1 : top + 6]}
    names = [column.name for column in results.years().columns][1:]
    chosen = [row for row in yearly if row["scenario"] == "Export 1.0"]
    assert years == {row["year"]: pytest.approx([row[name] for name in names]) for row in chosen}
    left = len(results.years().columns) + 1
    day = [row[left : left + len(results.DAY.columns)] for row in summary[top + 1 : top + 5]]
    flows = [
        row for row in records(shown[book], results.FLOWS) if (row["scenario"], row["year"]) == ("Export 1.0", 2029)
    ]
    assert [row[0] for row in day] == [row["slot"] for row in flows]
    assert [row[1] for row in day] == pytest.approx([row["charged_kwh"] + row["baseload_kwh"] for row in flows])
    assert sum(row[4] for row in day) == pytest.approx(sum(row["grid_to_load"] for row in flows)) != 0


def test_a_workbook_without_results_says_so_and_not_ok(shown):
    sheets = shown["new"]
    assert state(sheets) == "No results yet"
    assert belongs(sheets) == "No results yet"
    assert "OK" not in [row[3] for row in sheets["Checks"][5:]]


# Results and inputs


@pytest.mark.parametrize("book", [*TRUE_BOOKS, *REFINED_BOOKS])
def test_the_results_belong_to_these_inputs(shown, book):
    assert belongs(shown[book]) == "These inputs"


@pytest.mark.parametrize("table", CHANGES)
def test_a_change_in_an_input_table_is_said_wherever_results_are_shown(shown, table):
    sheets = shown[table]
    assert belongs(sheets) == "INPUTS CHANGED since these results"
    same = {row[5]: row[8] for row in sheets["Checks"][5:] if row[8] in ("yes", "changed")}
    assert same == {each.name: "changed" if each.name == table else "yes" for each in INPUT_TABLES}
    assert any(row[:2] == ["Results belong to", belongs(sheets)] for row in sheets["Start"])
    assert belongs(sheets) in sheets["Summary"][4]


# Spoiled results


@pytest.mark.parametrize("spoil", [*SPOILED, *(f"{name}-swapped" for name in SWAPPED), *GONE])
def test_a_spoiled_result_is_found_and_named(shown, spoil):
    sheets = shown[spoil]
    assert bad(sheets), f"{spoil} is not found"
    assert state(sheets).startswith(f"BAD: {len(bad(sheets))} of ")
    assert any(row[:2] == ["Checks", state(sheets)] for row in sheets["Start"])


@pytest.mark.parametrize("spoil", REFINED_SPOILED)
@pytest.mark.parametrize("made", MADE)
def test_a_spoiled_result_of_a_refinement_is_found_and_named(shown, made, spoil):
    sheets = shown[f"{made}-{spoil}"]
    assert bad(sheets), f"{spoil} is not found"
    assert state(sheets).startswith(f"BAD: {len(bad(sheets))} of ")


@pytest.mark.parametrize("made", MADE)
def test_a_peak_below_what_a_slot_draws_is_named(shown, made):
    assert "peak" in bad(shown[f"{made}-peak"])


@pytest.mark.parametrize("made", MADE)
def test_a_peak_below_its_share_of_the_highest_is_named(shown, made):
    assert "ratchet" in bad(shown[f"{made}-ratchet"])
    assert "peak" not in bad(shown[f"{made}-ratchet"])


def test_the_depots_with_refinements_buy_upgrades_and_pay_for_peaks(shown):
    # Checks of what is nowhere used would hold for anything.
    bought = records(shown["refined results"], results.compare(OF_THESE))
    assert all(row["upgrades_bought_add"] > 0 and row["demand_charges"] > 12 * 40 for row in bought)
    [peaks] = results.listings(OF_THESE)
    peak = {(row["charge"], row["season"]): row for row in records(shown["refined results"], peaks)}
    assert len(peak) == 5


# On paper


def test_results_that_stay_after_a_run_without_a_plan_still_hold(shown):
    assert state(shown["no plan found"]).startswith("OK")
    assert belongs(shown["no plan found"]) == "These inputs"


def test_a_total_that_is_missing_on_start_is_found(shown):
    assert bad(shown["no total on Start"]) == ["Start sheet"]


def test_a_filled_workbook_is_printed_with_every_sheet(tmp_path):
    pdf = printed(workbook(tmp_path / "plan.xlsx", random_inputs(1, SMALL)), tmp_path).read_bytes()
    assert pdf.startswith(b"%PDF")
    assert pdf.count(b"/Type/Page\n") + pdf.count(b"/Type/Page/") + pdf.count(b"/Type /Page\n") >= 18


def change_table(path: Path, name: str, change: Callable[[openpyxl.cell.Cell], None]) -> None:
    """Change each cell of a table below its headings."""
    book = openpyxl.load_workbook(path, keep_vba=True)
    sheet = next(sheet for sheet in book if name in sheet.tables)
    for row in sheet[sheet.tables[name].ref][1:]:
        for cell in row:
            change(cell)
    book.save(path)


def as_time(cell: openpyxl.cell.Cell) -> None:
    """Make a slot's label the time at which it starts, as Excel does with what is typed so."""
    time = span(cell.value) if isinstance(cell.value, str) else None
    if time:
        cell.value, cell.number_format = datetime.time(int(time[0])), "hh:mm"


def blank(cell: openpyxl.cell.Cell) -> None:
    cell.value = None


@pytest.mark.parametrize(("tables", "change"), [(("tblEnergy", "tblFleet"), as_time), (("tblScenarios",), blank)])
def test_slots_as_times_and_no_scenarios_have_a_plan_whose_checks_hold(tmp_path, tables, change):
    path = tmp_path / "plan.xlsm"
    path.write_bytes(new_workbook(read_inputs(None)))
    for table in tables:
        change_table(path, table, change)
    done = fleetopt("run", path, "--in-place", "--quiet", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    first, *others = json.loads(done.stdout)["scenarios"]
    assert first["objective_usd"] == pytest.approx(TOTALS[1.0])  # the settings export all, as the first scenario does
    assert (first["scenario"], len(others)) == (("Export 1.0", 2) if change is as_time else ("Base", 0))
    [sheets] = recalculated(path)
    assert [row[:4] for row in sheets["Checks"] if "BAD" in row] == []
    assert any("OK" in row for row in sheets["Checks"])


@pytest.mark.parametrize("way", [["--out", "out"], ["--in-place"]])
def test_an_office_that_nobody_has_set_up_calculates_the_results_when_it_opens_them(tmp_path, way):
    plan = tmp_path / "plan.xlsm"
    plan.write_bytes(new_workbook(read_inputs(None)))
    done = fleetopt("run", plan, "--quiet", "--scenario", "Export 1.0", *way, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    sheets = as_opened(tmp_path / "out" / "results.xlsx" if way[0] == "--out" else plan, tmp_path)
    texts = {cell for name in ("Start", "Summary", "Checks") for row in sheets[name] for cell in row}
    assert "not calculated yet" not in texts
    assert any(str(text).startswith("OK: all") for text in texts)
