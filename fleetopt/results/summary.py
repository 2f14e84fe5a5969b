"""The two tables of the Summary sheet: formulas that follow what the user chooses to see."""

from __future__ import annotations

from fleetopt.results.tables import NEEDS, day, flow_table, yearly, years
from fleetopt.words.columns import Table
from fleetopt.words.content import Content, Formula, Value
from fleetopt.words.sheet_formulas import here, sum_where


def year_formulas(content: Content) -> list[list[Value]]:
    """Each year of the chosen scenario."""
    chosen = content.names["summary_scenario"]
    of, shown = yearly(content.on), years(content.on)
    records = [record for record in _records(content, of) if record["scenario"] == chosen]
    names = [column.name for column in shown.columns if column.name != "year"]
    texts = {name: "=" + sum_where(of, name, scenario="summary_scenario", year=here(shown, "year")) for name in names}
    return [[record["year"], *(Formula(texts[name], _number(record[name])) for name in names)] for record in records]


def day_formulas(content: Content) -> list[list[Value]]:
    """Each slot of the chosen day."""
    chosen = tuple(content.names[name] for name in ("summary_scenario", "summary_year", "summary_day_type"))
    keys = {"scenario": "summary_scenario", "year": "summary_year", "day_type": "summary_day_type"}
    shown, of = day(content.on), flow_table(content.on)
    keys["slot"] = here(shown, "slot")
    names = [column.name for column in shown.columns if column.name not in ("slot", "need")]
    texts = {name: "=" + sum_where(of, name, **keys) for name in names}
    need = "=" + "+".join(sum_where(of, name, **keys) for name in NEEDS)
    rows: list[list[Value]] = []
    for record in _records(content, of):
        if (record["scenario"], record["year"], record["day_type"]) == chosen:
            demand = sum(_number(record[name]) or 0 for name in NEEDS)
            flows = (Formula(texts[name], _number(record[name])) for name in names)
            rows.append([record["slot"], Formula(need, demand), *flows])
    return rows


def _records(content: Content, table: Table) -> list[dict[str, Value]]:
    names = [column.name for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in content.tables[table.name]]


def _number(value: Value) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None
