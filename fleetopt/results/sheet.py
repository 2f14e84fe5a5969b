"""The workbook's columns under the names of the formulation, in Excel's words: what the parts' checks are written in.

`sheet.flows.NAME` is an expression for NAME in each row of tblFlows: its own column, else the setting of the row's
scenario, else another table's column under shared keys. A column that a workbook lacks is what it is when off: 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fleetopt.depot import FIGURES, OBJECTIVE, REFINEMENTS
from fleetopt.depot import PURCHASES as KINDS
from fleetopt.depot.part import Figure, SheetCheck
from fleetopt.inputs.schema import SCENARIOS, TABLES
from fleetopt.results.tables import FLOWS, LIMITS, PURCHASES, compare, flow_table, flows, listings, yearly
from fleetopt.words.columns import Column, Table
from fleetopt.words.sheet_formulas import (
    as_it_stands,
    column_of,
    count_where,
    differs,
    sum_where,
    tests,
    total_differs,
)

LARGE: Final = "ROWS(tblFlows[[#Data]])*ROWS(tblEnergy[[#Data]])>20000000"
"""Row by row would take minutes then; totals are compared instead."""
_FULL: Final = yearly(REFINEMENTS)


class Columns:
    """Names as expressions in each row of one result table."""

    def __init__(self, table: Table, full: Table | None = None) -> None:
        """Take a table; `full` is the same with the columns of all refinements, which a workbook may lack."""
        self.table = table
        self._full = full or table
        self._names = {column.name for column in table.columns}

    def __getattr__(self, name: str) -> str:
        """The expression of a name."""
        if name in self._names:
            return column_of(self.table, name)
        if any(column.name == name for column in self._full.columns):
            return self._where_there(self._full[name])
        if name in FIGURES:
            return self._figure(FIGURES[name])
        return self._of_year(name)

    def has(self, name: str, value: str) -> str:
        """1 where the setting of the row's scenario is this choice, else 0."""
        own, given = (self._count_own(name, criterion) for criterion in (f'"{value}"', '"<>"'))
        return f'(({own}>0)+({given}=0)*({name}="{value}"))'

    def is_set(self, name: str) -> str:
        """1 where the setting of the row's scenario, or that of all, is a figure and not blank, else 0."""
        own = self._count_own(name, '"<>"')
        return f"(({own}>0)+({own}=0)*ISNUMBER({name}))"

    def filled(self, name: str) -> str:
        """1 in each row in which a column that the workbook may lack holds a figure, else 0."""
        if name in self._names:
            return f"ISNUMBER({column_of(self.table, name)})*1"
        place, is_there = _place(self.table, self._full[name])
        return f"(ISNUMBER(INDEX({self.table.name}[[#Data]],0,{place}))*{is_there})"

    def summed_where(self, name: str, **criteria: str) -> str:
        """A column summed over the rows in which others equal an expression each."""
        return sum_where(self.table, name, **criteria)

    def summed(self, name: str, scenario: str) -> str:
        """A column summed over the rows of a scenario; 0 where the workbook lacks it."""
        if name in self._names:
            return sum_where(self.table, name, scenario=scenario)
        place, is_there = _place(self.table, self._full[name])
        rows = f'{column_of(self.table, "scenario")},"="&{as_it_stands(scenario)}'
        return f"(SUMIFS(INDEX({self.table.name}[[#Data]],0,{place}),{rows})*{is_there})"

    def _figure(self, figure: Figure) -> str:
        """A setting, or a column of another table under shared keys; of the row's scenario where that has its own."""
        if not figure.table:
            everywhere = figure.name
        else:
            of = TABLES[figure.table]
            keys = {key: column_of(self.table, self._key(key)) for key in of.keys}
            everywhere = filled_sum(of, figure.name, **keys)
        if not figure.is_of_scenario:
            return everywhere
        own = sum_where(SCENARIOS, figure.name, scenario=column_of(self.table, "scenario"))
        return f"({own}+({self._count_own(figure.name, chr(34) + '<>' + chr(34))}=0)*{everywhere})"

    def _count_own(self, name: str, criterion: str) -> str:
        scenario, figure = (column_of(SCENARIOS, column) for column in ("scenario", name))
        same = as_it_stands(column_of(self.table, "scenario"))
        return f'COUNTIFS({scenario},"="&{same},{figure},{criterion})'

    def _key(self, key: str) -> str:
        """The column that holds a key: of that name, or of all things that can be bought."""
        return key if key in self._names else "item"

    def _where_there(self, column: Column) -> str:
        """A column that the workbook may lack: 0 then."""
        place, is_there = _place(self.table, column)
        return f"(INDEX({self.table.name}[[#Data]],0,{place})*{is_there})"

    def _of_year(self, name: str) -> str:
        """A yearly result of the scenario and year in each row."""
        keys = {key: column_of(self.table, key) for key in ("scenario", "year")}
        base, full = yearly(), _FULL
        if any(column.name == name for column in base.columns):
            return sum_where(base, name, **keys)
        place, is_there = _place(base, full[name])
        scenario, year = (column_of(base, key) for key in keys)
        same = as_it_stands(keys["scenario"])
        return f'(SUMIFS(INDEX({base.name}[[#Data]],0,{place}),{scenario},"="&{same},{year},{keys["year"]})*{is_there})'


def filled_sum(table: Table, name: str, **keys: str) -> str:
    """A figure of the row of a table that has these keys; where its cell is blank, its default."""
    found = sum_where(table, name, **keys)
    default = table[name].default
    if not isinstance(default, (int, float)) or not default:
        return found
    return f"({found}+{default}*({count_where(table, **keys, **{name: chr(34) * 2})}>0))"


def _place(table: Table, column: Column) -> tuple[str, str]:
    """The number of a column that may not be there, or that of one that holds figures; and whether it is there."""
    match = f'MATCH("{column.heading}",{table.name}[[#Headers]],0)'
    other = next(i for i, each in enumerate(table.columns, start=1) if each.kind in ("number", "whole"))
    return f"IFERROR({match},{other})", f"ISNUMBER({match})"


class Sheet:
    """The result tables of one workbook."""

    flows = Columns(FLOWS, flow_table(REFINEMENTS))
    purchases = Columns(PURCHASES)
    limits = Columns(LIMITS)
    large = LARGE
    rows_of_flows = "ROWS(tblFlows[[#Data]])"
    solved = f"COUNT({column_of(compare(), 'total_cost')})"
    """How many scenarios have a plan."""

    def __init__(self, on: tuple[str, ...], listed: tuple[str, ...]) -> None:
        """Say which refinements' columns the workbook has, and which refinements' tables."""
        self.yearly = Columns(yearly(on), _FULL)
        self.compare = Columns(compare(on), compare(REFINEMENTS))
        self.listings = {table.name: Columns(table) for table in listings(listed)}

    def in_input(self, table: str, name: str) -> str:
        """A column of an input table."""
        return column_of(TABLES[table], name)

    def given(self, table: str, name: str, **keys: str) -> str:
        """A figure of the row of an input table that has these keys."""
        return filled_sum(TABLES[table], name, **keys)

    def bought(self, of: Columns, name: str = "bought", **more: str) -> str:
        """A column of the purchases, summed over the scenario, and year, of each row of another table."""
        keys = [key for key in ("scenario", "year") if key in {column.name for column in of.table.columns}]
        return sum_where(PURCHASES, name, **{key: column_of(of.table, key) for key in keys}, **more)

    def bought_in_all_years(self, **more: str) -> str:
        """What is bought of something in all years, for the scenario of each row of the report of limits."""
        return sum_where(PURCHASES, "bought", scenario=column_of(LIMITS, "scenario"), **more)

    def bought_and_there(self) -> str:
        """What is bought of the item of each row of the purchases, up to its year, and not yet gone."""
        p = self.purchases
        so_far = sum_where(PURCHASES, "bought", scenario=p.scenario, item=p.item, unit=p.unit, year=f'"<="&{p.year}')
        life = self.of_purchases("life")
        return f'{so_far[:-1]},{p.year},">"&({p.year}-{life}-10000*({life}=0)))'

    def of_purchases(self, field: str) -> str:
        """A figure of the item of each row of the purchases, named by a field of its kind; 0 where it has none."""
        p = self.purchases
        named: dict[str, list[str]] = {}
        for each in KINDS:
            if getattr(each, field) in FIGURES:
                named.setdefault(getattr(each, field), []).append(f'({p.unit}="{each.unit}")')
        terms = [f"({'+'.join(units)})*{getattr(p, name)}" for name, units in named.items()]
        return f"({'+'.join(terms)})"

    def all_years(self, of: Columns, name: str) -> str:
        """A yearly result summed over all years of the scenario of each row of another table."""
        return self.yearly.summed(name, scenario=column_of(of.table, "scenario"))

    def flowed(self, of: Columns, name: str, *keys: str, **more: str) -> str:
        """A column of the flows, summed over the keys of each row of another table."""
        same = {key: column_of(of.table, key) for key in keys}
        if any(column.name == name for column in FLOWS.columns):
            return sum_where(FLOWS, name, **same, **more)
        place, is_there = _place(FLOWS, flow_table(REFINEMENTS)[name])
        return f"(SUMIFS(INDEX({FLOWS.name}[[#Data]],0,{place}),{tests(FLOWS, {**same, **more})})*{is_there})"

    def out_of(self, source: str) -> str:
        """All flows of a source, in each row of the flows."""
        return self._added(flow.name for flow in flows(REFINEMENTS) if flow.source == source)

    def into(self, sink: str) -> str:
        """All flows into a sink, in each row of the flows."""
        return self._added(flow.name for flow in flows(REFINEMENTS) if flow.sink == sink)

    def _added(self, names: Iterable[str]) -> str:
        return f"({'+'.join(getattr(self.flows, name) for name in names)})"

    def flowed_from(self, of: Columns, source: str, *keys: str) -> str:
        """All flows of a source, summed over the keys of each row of another table."""
        found = [self.flowed(of, flow.name, *keys) for flow in flows(REFINEMENTS) if flow.source == source]
        return f"({'+'.join(found)})"

    def flowed_into(self, of: Columns, sink: str, *keys: str) -> str:
        """All flows into a sink, summed over the keys of each row of another table."""
        found = [self.flowed(of, flow.name, *keys) for flow in flows(REFINEMENTS) if flow.sink == sink]
        return f"({'+'.join(found)})"

    def of_limits(self, of: Columns, name: str, limit: str) -> str:
        """What the report of limits says of a limit, in the scenario and year of each row of another table."""
        keys = {key: column_of(of.table, key) for key in ("scenario", "year")}
        return sum_where(LIMITS, name, **keys, limit=f'"{limit}"')

    def listed(self, table: str, name: str, of: Columns, *keys: str, **more: str) -> str:
        """A column of a refinement's own table, summed over the keys of each row of another; 0 without that table."""
        if table not in self.listings:
            return "0"
        own = self.listings[table].table
        return sum_where(own, name, **{key: column_of(of.table, key) for key in keys}, **more)

    def counted(self, table: str, of: Columns, *keys: str, **more: str) -> str:
        """How many rows of a refinement's own table have the keys of each row of another; 0 without that table."""
        if table not in self.listings:
            return "0"
        own = self.listings[table].table
        return count_where(own, **{key: column_of(of.table, key) for key in keys}, **more)

    def of_bought(self, name: str, **keys: str) -> str:
        """A column of the purchases, summed over the rows that have these keys."""
        return sum_where(PURCHASES, name, **keys)

    def is_blank(self, table: str, name: str, **keys: str) -> str:
        """How many rows of an input table with these keys have nothing in a column."""
        return count_where(TABLES[table], **keys, **{name: chr(34) * 2})

    def least(self, of: Columns) -> str:
        """What is to be least: its column where it is filled, else the total cost."""
        is_filled = of.filled(OBJECTIVE.name)
        return f"({getattr(of, OBJECTIVE.name)}+(1-{is_filled})*{of.total_cost})"

    def carried(self, name: str, title: str) -> SheetCheck:
        """An input of the Energy sheet against the flows."""
        energy = TABLES["tblEnergy"]
        keys = {key: column_of(FLOWS, key) for key in energy.keys}
        column = column_of(FLOWS, name)
        totals = f"SUM({column_of(energy, name)})*{self.rows_of_flows}/COUNTA({column_of(energy, energy.keys[-1])})"
        row_by_row = differs(column, sum_where(energy, name, **keys))
        return SheetCheck(
            title,
            "the Energy sheet against Flows, row by row",
            f"IF({LARGE},{total_differs(f'SUM({column})', totals)},{row_by_row})",
        )

    def limit(self, title: str, used: str, most: str, is_row: str = "") -> list[SheetCheck]:
        """Both figures of a limit in the report, worked out again."""
        is_row = is_row or f'({self.limits.limit}="{title}")'
        return [
            SheetCheck(
                f"{title}: {LIMITS[name].header.lower()}",
                "against the Limits sheet",
                f"SUMPRODUCT(MAX({is_row}*ABS({column_of(LIMITS, name)}-{figure})/(1+ABS({column_of(LIMITS, name)}))))",
            )
            for name, figure in (("used", used), ("most", most))
        ]
