"""Any depot at all, for hypothesis: names of every script and sign, figures of every size, slots of any length."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import openpyxl
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.table import Table as ExcelTable

from fleetopt.books.study import layout
from fleetopt.depot import DERIVED
from fleetopt.depot.case import Case
from fleetopt.inputs import schema
from fleetopt.inputs.inputs import Inputs
from fleetopt.inputs.scenarios import folder_name
from fleetopt.inputs.schema import settable
from fleetopt.results.input_content import input_content
from fleetopt.words.clock import span
from fleetopt.words.columns import SMALLEST, Column
from fleetopt.words.plain_text import plain_text
from fleetopt.words.rows import Cell, given
from tests.untidy import Sheets, Text

ODD_NAMES = [
    "=1+1", "+5", "-5", "@x", "A+", "A-", "A*", "A?", "1.5", "1,5", "1e5", "TRUE", "null", "nan", "O'Brien", 'a"b',
    "[x]", "a!b", "_x0041_", "<b>&amp;", "50%", "€ 5", "日本", "Größe", "👩\u200d🚒", "~$a", "a/b\\c", "12-5", "#1",
]  # fmt: skip
_LETTERS = st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def names(count: int, key: Callable[[str], str] = str.casefold) -> st.SearchStrategy[list[str]]:
    """So many names that people can tell apart, none of them a span of the day."""
    name = st.one_of(st.sampled_from(ODD_NAMES), st.text(_LETTERS, min_size=1, max_size=12).map(plain_text))
    return st.lists(
        name.filter(lambda text: text and span(text) is None),
        min_size=count,
        max_size=count,
        unique_by=lambda text: key("".join(text.split())),
    )


def figure(column: Column, *, is_usual: bool = False) -> st.SearchStrategy[float]:
    """What a column may hold, often at its bounds, mostly as people enter it; or only that."""
    lowest = max(column.lowest, 1e-3 if column.is_positive else 0.0)
    inside = st.floats(max(lowest, SMALLEST), column.highest)
    usual = st.floats(*(column.usual or (lowest, min(column.highest, 1e4)))).map(lambda value: round(value, 4))
    if column.kind == "whole":
        return st.integers(int(column.lowest), 3).map(float)
    if is_usual:
        return st.one_of(usual, st.sampled_from([lowest]))
    return st.one_of(usual, usual, inside.map(lambda value: float(f"{value:.15g}")), st.sampled_from([lowest]))


class Drawn(Inputs):
    """Inputs that show what is in them, when a test fails, and not all that is known of their columns."""

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        tables = {name: rows.values for name, rows in self.tables.items()}
        settings = {name: cell.value for name, cell in self.settings.items()}
        printer.text(f"{tables} {settings}")


@st.composite
def depots(draw: st.DrawFn, *, in_study: bool = False, is_usual: bool = False) -> Inputs:
    """Valid inputs; such as fit into the study's layout, or such as use everything that the planning workbook has.

    With usual figures, or with any.
    """
    first, horizon = draw(st.integers(1990, 2100)), draw(st.integers(1, 3))
    years = range(first, first + horizon)
    kinds = draw(names(draw(st.integers(1, 3))))
    powers = draw(st.lists(st.sampled_from([11.0, 22.5, 50.0, 150.0, 400.0]), min_size=1, max_size=3, unique=True))
    items = draw(names(len(powers) + draw(st.integers(0, 2))))
    chargers = [f"{power:g} kW" for power in sorted(powers)] if in_study else items[: len(powers)]
    ends = [*sorted(draw(st.sets(st.integers(1, 23), max_size=4))), 24]
    spans = {f"{start:02d}:00-{end:02d}:00": float(end - start) for start, end in pairwise([0, *ends])}
    slots = spans if in_study or draw(st.booleans()) else dict(zip(draw(names(len(ends))), spans.values(), strict=True))
    day_types = [layout.STUDY_DAY_TYPE[0]] if in_study else draw(names(draw(st.integers(1, 3))))

    def row(table: Any, **keys: Any) -> dict[str, Any]:
        drawn = {
            c.name: draw(figure(c, is_usual=is_usual))
            for c in table.columns
            if c.name not in keys and c.kind in ("number", "whole") and not (in_study and c.is_quiet)
        }
        return {**drawn, **keys}

    windows = st.just(None) if in_study else st.sampled_from([None, None, "18:00-06:00", "10PM-9AM", "12AM-12AM"])
    fleet = [
        row(schema.TABLES["tblFleet"], vehicle=vehicle, year=year, truck_type=draw(st.sampled_from(kinds)),
            slot=draw(st.sampled_from(list(slots))), window=draw(windows), until=None)
        for year in years for vehicle in draw(names(draw(st.integers(1, 3))))
    ]  # fmt: skip
    budget = draw(figure(schema.TABLES["tblCosts"]["capex_budget"], is_usual=is_usual))
    costs = schema.expanded(schema.TABLES["tblCosts"], {"c": chargers})
    costs_rows = [row(costs, year=year, **({"capex_budget": budget} if in_study else {})) for year in years]
    if not in_study and draw(st.booleans()):
        costs_rows = [each | {"battery_power_price": None} for each in costs_rows]
    settings = {
        column.name: draw(st.sampled_from(column.choices) if column.choices else figure(column, is_usual=is_usual))
        for column in schema.SETTINGS
    }
    settings |= {column.name: None for column in schema.SETTINGS if column.kind == "year"}
    settings |= {c.name: c.default for c in schema.SETTINGS if in_study and (c.is_quiet or c.name in NOT_IN_STUDY)}
    if not in_study:
        blank = [c.name for c in schema.SETTINGS if c.default is None and not c.is_needed and c.name not in _NEEDED]
        settings = {name: value for name, value in settings.items() if name not in blank or draw(st.booleans())}
    settings["soc_min"], settings["soc_max"] = sorted((settings["soc_min"], settings["soc_max"]))
    tables = {
        "tblFleet": fleet,
        "tblTrucks": [
            row(schema.TABLES["tblTrucks"], truck_type=kind, year=y, max_kw=None) for kind in kinds for y in years
        ],
        "tblEnergy": [
            energy | ({} if in_study else {"baseload_peak": draw(st.sampled_from([None, _mean(energy)]))})
            for day in day_types for slot, h in slots.items()
            for energy in [row(schema.TABLES["tblEnergy"], day_type=day, slot=slot, hours=h)]
        ],
        "tblDayTypes": [
            {"day_type": day, "days": 365.0 - 100 * (len(day_types) - 1) if i == 0 else 100.0}
            for i, day in enumerate(day_types)
        ],
        "tblCosts": costs_rows,
        "tblChargers": [
            {"charger": name, "power_kw": power, "chargers_existing": 0}
            if in_study
            else row(schema.TABLES["tblChargers"], charger=name, power_kw=power)
            for name, power in zip(chargers, sorted(powers), strict=True)
        ],
        "tblScenarios": study_scenarios() if in_study else draw(_scenarios(is_usual)),
    }  # fmt: skip
    if not in_study:
        seasons: list[str | None] = [None, *draw(names(2))]
        for day in tables["tblDayTypes"]:
            day |= {"season": draw(st.sampled_from(seasons)), "kind": draw(st.sampled_from([None, *KINDS_OF_DAY]))}
        tables["tblGridUpgrades"] = [
            row(schema.TABLES["tblGridUpgrades"], upgrade=name, counts_in_budget=draw(st.sampled_from(["yes", "no"])))
            for name in items[len(powers) :]
        ]
        known = list(dict.fromkeys([None, *(day["season"] for day in tables["tblDayTypes"])]))
        tables["tblDemandCharges"] = draw(_demand_charges(known, is_usual))
        tables["tblIncentives"] = [
            row(
                schema.TABLES["tblIncentives"],
                incentive=name,
                granted_for=draw(st.sampled_from(["Solar", "Battery", "Battery power", *items])),
                granted_from=draw(st.sampled_from([None, first])),
                granted_until=draw(st.sampled_from([None, first, first + 1])),
            )
            for name in draw(names(draw(st.integers(0, 2))))
        ]
    return Drawn(
        source="any",
        tables={
            name: given(costs if name == costs.name else schema.TABLES[name], rows, schema.TABLES[name].sheet)
            for name, rows in tables.items()
            if rows
        },
        settings={name: Cell(value, "Settings") for name, value in settings.items()},
    )


NOT_IN_STUDY = (
    *("battery_existing_kwh", "c_rate_basis", "solver", "time_limit", "gap", "export_ratio"),
    *("peak_factor", "ratchet", "fixed_charge"),
)
"""Settings for which the study's layout has no place, besides those that a workbook may lack."""
_NEEDED = ("solar_life", "battery_life", "grid_limit_kwh", "time_limit")
"""Settings that a residual value or every depot needs; and one that keeps a test short."""


def _mean(energy: dict[str, Any]) -> float | None:
    """The mean power of a slot's baseload, in as many digits as a workbook keeps; none where it is noise."""
    mean = energy["baseload_kwh"] / energy["hours"]
    return float(f"{mean:.15g}") if mean >= SMALLEST else None


KINDS_OF_DAY = ("workday", "weekend")


@st.composite
def _demand_charges(draw: st.DrawFn, seasons: list[str | None], is_usual: bool) -> list[dict[str, Any]]:
    """Charges of one name or two, by month or year, in a season or all of them, on some days or all, at some hours."""
    called = draw(names(2))
    columns = schema.TABLES["tblDemandCharges"]
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for _ in range(draw(st.integers(0, 3))):
        keys = (
            draw(st.sampled_from(called)),
            draw(st.sampled_from(seasons)),
            draw(st.sampled_from(["all", *KINDS_OF_DAY])),
            draw(st.sampled_from([None, "16:00-21:00", "10PM-6AM", "12AM-12AM"])),
        )
        billed, price = draw(st.sampled_from(["month", "year"])), draw(figure(columns["price"], is_usual=is_usual))
        rows[keys] = {**dict(zip(columns.keys, keys, strict=True)), "billed": billed, "price": price}
    return list(rows.values())


def study_scenarios() -> list[dict[str, Any]]:
    """The rows of the scenarios that the study's layout always has."""
    blank = {column.name: column.default for column in schema.SCENARIOS.columns}
    return [{**blank, "scenario": f"Export {x}", "export_ratio": x} for x in layout.STUDY_EXPORT_RATIOS]


@st.composite
def _scenarios(draw: st.DrawFn, is_usual: bool) -> list[dict[str, Any]]:
    rows = []
    for name in draw(names(draw(st.integers(1, 3)), folder_name)):
        own: dict[str, Any] = {"scenario": name, "run": "yes", "note": draw(st.none() | st.sampled_from(ODD_NAMES))}
        for column in schema.SCENARIOS.columns[2:-1]:
            value = (
                st.sampled_from(column.choices)
                if column.choices
                else figure(settable()[column.name], is_usual=is_usual)
            )
            own[column.name] = draw(st.none() | value)
        bounds = [own["soc_min"], own["soc_max"]]
        own["soc_min"], own["soc_max"] = (None, None) if None in bounds else sorted(bounds)
        rows.append(own)
    return rows


def stored(value: Any) -> Any:
    """A value as openpyxl has to be told: a text is no formula, and what looks like an escaped letter is none."""
    return Text(re.sub(r"_(x[0-9A-Fa-f]{4}_)", r"_x005F_\1", value)) if isinstance(value, str) else value


def study_sheets(inputs: Inputs) -> Sheets:
    """The sheets of the study's single workbook."""

    def table(rows: Any, *columns: tuple[str, str]) -> list[list[Any]]:
        values = [rows.values[name] for name, _ in columns]
        return [[header for _, header in columns], *map(list, zip(*values, strict=True))]

    def columns(described: Any, *left_out: str) -> list[tuple[str, str]]:
        return [(c.name, c.study[0]) for c in described.columns if c.study and c.name not in left_out]

    prices = [
        (layout.charger_price(charger).name, f"Charger {charger.replace(' ', '').upper()} (USD/unit)")
        for charger in inputs["tblChargers"].values["charger"]
    ]
    setting = {column.name: column.study[0] for column in schema.SETTINGS if column.study}
    powers = inputs["tblChargers"].values["power_kw"]
    sheets = {
        layout.FLEET.study_sheet: table(inputs["tblFleet"], *columns(layout.FLEET)),
        layout.TRUCKS.study_sheet: table(inputs["tblTrucks"], *columns(layout.TRUCKS)),
        layout.ENERGY.study_sheet: table(inputs["tblEnergy"], *columns(layout.ENERGY)),
        layout.COSTS.study_sheet: table(inputs["tblCosts"], *columns(layout.COSTS, "capex_budget"), *prices),
        layout.STUDY_ENERGY_SHEET: [
            ["Parameter", "Value"],
            *([header, inputs.settings[name].value] for name, header in setting.items()),
            [layout.STUDY_PARAMETERS[0].study[0], inputs.settings["solar_max_added_kwp"].value],
            [layout.STUDY_PARAMETERS[1].study[0], 1.0],
        ],
        layout.STUDY_PARAMETER_SHEET: [
            ["Parameters", "Value"],
            *([f"Charger_Option_{i}(Kw)", kw] for i, kw in enumerate(powers, start=1)),
            [layout.STUDY_PARAMETERS[2].study[0], len(inputs["tblCosts"])],
        ],
        layout.STUDY_BUDGET_SHEET: [
            [layout.COSTS["capex_budget"].study[0]],
            [inputs["tblCosts"].values["capex_budget"][0]],
        ],
    }
    return {name: [[stored(value) for value in row] for row in rows] for name, rows in sheets.items()}


def planning_book(inputs: Inputs) -> openpyxl.Workbook:
    """The input tables of a planning workbook and nothing else, each on a sheet of its own from B3 on."""
    content = input_content(inputs)
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in content.tables.items():
        sheet = book.create_sheet(name.removeprefix("tbl"))
        headings = list(content.headers[name])
        for i, row in enumerate([headings, *rows], start=3):
            for j, value in enumerate(row, start=2):
                cell = sheet.cell(i, j, stored(value))
                if isinstance(value, str):
                    cell.data_type = "s"
        last = f"{get_column_letter(len(headings) + 1)}{max(1, len(rows)) + 3}"
        sheet.add_table(ExcelTable(displayName=name, ref=f"B3:{last}"))
    return book


def facts(case: Case) -> dict[str, Any]:
    """Everything that a plan depends on: labels, figures, and what follows from them."""
    return {**case.sets, **case.figures, **{name: getattr(case, name) for name in DERIVED}}
