"""The native charts of the Summary sheet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

from fleetopt.depot import PURCHASES, gathered, money_on
from fleetopt.results.tables import compare, costs, day, flows, years
from fleetopt.words.columns import Table

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.chart import Chart

_TOTAL: Final = "#C00000"
_NEED: Final = "#1F3864"


def _colours() -> dict[str, str]:
    """By the name of a column its colour: that of the part's own thing."""
    found = {each.name: each.colour for kind in ("money", "quantities", "decisions") for each in gathered(kind)}
    found |= {purchase.installed: purchase.colour for purchase in PURCHASES}
    return {**found, "total_cost": _TOTAL, "need": _NEED}


@dataclass(frozen=True)
class Picture:
    """One chart: columns of a table as bars, and perhaps some as lines."""

    title: str
    table: Table
    bars: tuple[str, ...]
    axis: str
    across: str
    kind: Literal["clustered", "stacked"] = "clustered"
    lines: tuple[str, ...] = ()
    described: str = ""
    has_labels: bool = False
    """Whether the lines are points with their figures: for things that do not follow one another."""
    is_from_zero: bool = True
    """Whether nothing can be below zero. Of costs and revenues one is always near zero: the axis shows it anyway."""


@cache
def pictures(on: tuple[str, ...]) -> tuple[Picture, ...]:
    """All charts.

    Parameters:
        on: refinements that the results use.
    """
    money = tuple(kind.name for kind in money_on(on))
    of_years, of_day = years(on), day(on)
    there = of_years.columns[len(costs(on)) + 1 :]
    into_load = tuple(flow.name for flow in flows(on) if flow.sink == "load")
    besides = tuple(flow.name for flow in flows(on) if flow.sink != "load")
    states = tuple(column.name for column in of_day.columns[2 + len(into_load) + len(besides) :])
    units = ", ".join(dict.fromkeys(column.unit for column in there))
    return (
        Picture("What each year costs and earns", of_years, money, "USD", "Year", lines=("total_cost",),
                is_from_zero=False,
                described="For each year CapEx, OpEx and export revenues as columns, total cost as a line, in USD."),
        Picture("What is installed", of_years, tuple(column.name for column in there), units, "Year",
                described=f"For each year {', '.join(f'{column.header} in {column.unit}' for column in there)}."),
        Picture("Scenarios side by side", compare(on), money, "USD, all years", "Scenario", lines=("total_cost",),
                described="For each scenario CapEx, OpEx and export revenues of all years as columns, total cost as a "
                "point, in USD.", has_labels=True, is_from_zero=False),
        Picture("How the day's need is met", of_day, into_load, "kWh in the slot", "Slot", "stacked", ("need",),
                "For each slot of the chosen day energy from solar, battery and grid, stacked; the need as a line; "
                "kWh."),
        Picture("Where solar and stored energy go besides", of_day, besides, "kWh", "Slot", "stacked", states,
                "For each slot of the chosen day solar energy stored and exported and stored energy exported, stacked, "
                "and the battery's content at the start of the slot as a line, kWh."),
    )  # fmt: skip


def chart(book: Workbook, picture: Picture, sheet: str, area: tuple[int, int, int]) -> Chart:
    """Draw one picture from a table's body.

    Parameters:
        area: the first row of the table's body, its last row and its first column, counted from 0.
    """
    colours = _colours()
    subtype = {"subtype": "stacked"} if picture.kind == "stacked" else {}
    drawn = book.add_chart({"type": "column", **subtype})
    for name in picture.bars:
        drawn.add_series({**_series(picture, name, sheet, area), "fill": {"color": colours[name]},
                          "gap": 60, "overlap": 100 if picture.kind == "stacked" else 0})  # fmt: skip
    if picture.lines:
        line = book.add_chart({"type": "line"})
        for name in picture.lines:
            look = {"none": True} if picture.has_labels else {"color": colours[name], "width": 2.25}
            marker = {
                "type": "circle",
                "size": 6,
                "fill": {"color": colours[name]},
                "border": {"color": colours[name]},
            }
            labels = {"value": True, "num_format": '#,##0,"k"', "position": "above",
                      "font": {"size": 9, "bold": True}, "fill": {"color": "#FFFFFF"}}  # fmt: skip
            series = {**_series(picture, name, sheet, area), "line": look, "marker": marker}
            line.add_series(series | ({"data_labels": labels} if picture.has_labels else {}))
        drawn.combine(line)
    drawn.set_title({"name": picture.title, "name_font": {"size": 13, "bold": True}, "overlay": False})
    font = {"name_font": {"size": 10}, "num_font": {"size": 10}}
    drawn.set_x_axis({"name": picture.across, "label_position": "low", **font})
    lines = {"visible": True, "line": {"color": "#D9D9D9"}}
    from_zero = {"min": 0} if picture.is_from_zero else {}
    drawn.set_y_axis({"name": picture.axis, "num_format": "#,##0", "major_gridlines": lines, **font, **from_zero})
    drawn.set_legend({"position": "bottom", "font": {"size": 10}})
    return drawn


def _series(picture: Picture, name: str, sheet: str, area: tuple[int, int, int]) -> dict[str, Any]:
    first, last, left = area
    names = [column.name for column in picture.table.columns]
    j = left + names.index(name)
    series: dict[str, Any] = {
        "name": picture.table[name].header,
        "categories": [sheet, first, left, last, left],
        "values": [sheet, first, j, last, j],
    }
    return series
