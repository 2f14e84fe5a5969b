"""The horizon: the years that are planned, and what each of them costs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from fleetopt.depot.part import Given, Part, Read
from fleetopt.words.columns import Table, year_column
from fleetopt.words.problem import Problem, error
from fleetopt.words.rows import Rows, years_held

COSTS = Table(
    "tblCosts",
    "Costs",
    "one year of the planning horizon",
    (year_column("Year"),),
    ("year",),
    makes="y",
    called="years",
    order=("year", "capex_budget", "solar_price", "battery_price"),
    purpose="One row for each planning year: the budget, and what solar, battery and chargers cost.",
    study_sheet="InfraProcurementCosts",
    study_files=("Infra_Procurement_Costs.xlsx",),
)


def consecutive(case: Given) -> None:
    """Years follow each other."""
    years = case.sets["y"]
    if tuple(years) != tuple(range(years[0], years[0] + len(years))):
        raise ValueError(f"years must be consecutive, not {years}")


def every_year(inputs: Read) -> Iterator[Problem]:
    """Every planning year has a cost, and vehicles; the years have no gap."""
    costs, fleet = inputs["tblCosts"], inputs["tblFleet"]
    priced = {year for year in costs.values.get("year", ()) if year is not None}
    driven = {year for i in range(len(fleet)) for year in years_held(fleet, i, max(priced, default=0))}
    if fleet.places and not len(fleet):
        driven = priced  # a depot without trucks
    if not priced or not driven or None in costs.column("year") or None in fleet.column("year"):
        return
    years = range(min(priced | driven), max(priced | driven) + 1)
    if horizon := inputs.horizon:
        years = range(min(years), min(years) + horizon)
    span_of_years = f"from {years[0]} to {years[-1]}"
    for missing in _runs([year for year in years if year not in priced]):
        are = "have no row of costs, must have one each" if len(missing) > 1 else "has no row of costs, must have one"
        yield error(
            costs.where("year", 0),
            f"{_spoken(missing)} {are} like every year {span_of_years}.",
            f"Add the row, or shorten the planning horizon{_lone(fleet, missing, driven)}.",
        )
    for missing in _runs([year for year in years if year not in driven]):
        yield error(
            fleet.where("year", 0),
            f"no vehicle is listed for {_spoken(missing)}, must be for every year {span_of_years}.",
            f"List the vehicles, or shorten the planning horizon{_lone(costs, missing, priced)}.",
        )


def _runs(years: Sequence[int]) -> list[list[int]]:
    """Years in groups that follow each other."""
    groups: list[list[int]] = []
    for year in years:
        if groups and groups[-1][-1] == year - 1:
            groups[-1].append(year)
        else:
            groups.append([year])
    return groups


def _spoken(years: Sequence[int]) -> str:
    return f"{years[0]} to {years[-1]}" if len(years) > 1 else str(years[0])


def _lone(others: Rows, missing: Sequence[int], there: Collection[int]) -> str:
    """Where another table has the first or last of some missing years: it may be mistyped there."""
    edges = [year for year in (missing[-1], missing[0]) if year in there]
    if not edges:
        return ""
    return f"; {edges[0]} stands in {others.where('year', others.values['year'].index(edges[0]))}"


PART = Part("years", tables=(COSTS,), refuse=consecutive, checks=(every_year,))
