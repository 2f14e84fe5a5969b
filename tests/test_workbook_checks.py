"""The Checks sheet, worked out by LibreOffice: true results are OK, and a result spoiled on purpose is BAD.

Nothing of it comes from Python: the formulas stand in the workbook, and another program calculates them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
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
from fleetopt.doors.run import new_results, run_settings, solve
from fleetopt.books.study import layout
from fleetopt.inputs import schema
from fleetopt.inputs.checks import check
from fleetopt.inputs.inputs import Inputs
from fleetopt.inputs.scenarios import scenarios
from fleetopt.inputs.schema import INPUT_TABLES
from fleetopt.results import tables as results
from fleetopt.template.build import build
from fleetopt.words.columns import Table
from fleetopt.words.content import Content
from fleetopt.words.problem import has_error
from fleetopt.words.rows import Cell, given
from tests.cases import TOTALS
from tests.office import Sheets, printed, recalculated
from tests.doors.test_cli import fleetopt

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
        tables={"tblCosts": costs_rows(costs)} | {
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
    "tblSettings": (1, 1, 1751.0),  # grid limit
    "tblFleet": (3, 3, 100.0),  # a daily distance
    "tblTrucks": (2, 4, 0.91),  # a consumption
    "tblEnergy": (0, 4, 0.1501),  # a grid price
    "tblDayTypes": (0, 1, 251.0),  # days of a year
    "tblCosts": (0, 3, 147.5),  # a battery price
    "tblChargers": (1, 2, 7.0),  # chargers there
    "tblScenarios": (1, 2, 0.25),  # an export ratio
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
    return dict(zip(books, recalculated(*books.values()), strict=True))


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


@pytest.mark.parametrize("book", TRUE_BOOKS)
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
    assert [row[1] for row in day] == pytest.approx([row["charging_kwh"] + row["baseload_kwh"] for row in flows])
    assert sum(row[4] for row in day) == pytest.approx(sum(row["grid_to_load"] for row in flows)) != 0


def test_a_workbook_without_results_says_so_and_not_ok(shown):
    sheets = shown["new"]
    assert state(sheets) == "No results yet"
    assert belongs(sheets) == "No results yet"
    assert "OK" not in [row[3] for row in sheets["Checks"][5:]]


# Results and inputs


@pytest.mark.parametrize("book", TRUE_BOOKS)
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
