"""What is decided already: purchases that the plan takes as they are, and years in which nothing else is bought."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from fleetopt.depot.part import Array, Check, Decided, Derived, Figure, Given, Part, Read, Rule, SheetCheck
from fleetopt.words.columns import Column, Table, year_column
from fleetopt.words.expression import Comparison
from fleetopt.words.plain_text import folded
from fleetopt.words.problem import Problem, error, nearest, shortened, warning
from fleetopt.words.sheet_formulas import largest

_WHOLE = 1e-9
"""So near to a whole number of pieces is one."""

DECIDED = Table(
    "tblDecided",
    "Decided",
    "one purchase that is decided",
    (
        year_column(),
        Column("item", "Item", "Solar, Battery, Battery power, or the name of a charger or an upgrade", kind="label"),
        Column("bought", "Bought", "what is bought of it in the year, no more and no less"),
        Column(
            "scenario",
            "Scenario",
            "of which scenario a pasted row is; it holds for all of them",
            kind="label",
            is_needed=False,
            is_quiet=True,
        ),
    ),
    ("year", "item"),
    called="decided",
    is_optional=True,
    adds_up=True,
    passed_over=("Unit", "Price [USD/unit]", "Cost [USD]", "Installed"),
    purpose="Purchases of a result may be pasted here: they are kept, and the rest is planned anew.",
)


def decided_bought(case: Given) -> Array:
    """The sum of the rows of each thing and year   (n, y) [units]."""
    found = np.zeros((len(case.items), len(case.years)))
    for row, n, y in _rows(case):
        found[n, y] += row.bought
    return found


def is_decided(case: Given) -> Array:
    """Whether a row says what is bought of a thing in a year, or nothing else is bought in it   (n, y)."""
    found = np.zeros((len(case.items), len(case.years)), dtype=bool)
    found |= np.array(case.years) <= (case.decided_until if np.isfinite(case.decided_until) else -np.inf)
    for _, n, y in _rows(case):
        found[n, y] = True
    return found


def _rows(case: Given) -> Iterator[tuple[Any, int, int]]:
    """Rows of things that are sold, in planned years: row, thing, year."""
    place = {folded(item.name): n for n, item in enumerate(case.items)}
    for row in case.decided:
        if folded(row.item) in place and row.year in case.years:
            yield row, place[folded(row.item)], case.years.index(row.year)


def as_decided(case: Given, x: Decided) -> Comparison:
    """bought[n, y] == decided_bought[n, y]   [units]."""
    return x.bought == case.decided_bought


def told(case: Given, index: tuple[int, ...], change: float) -> tuple[str, str]:
    """The input that decides something, and what is decided, with what would keep all limits."""
    n, y = index
    item, year, decided = case.items[n], case.years[y], case.decided_bought[index]
    which = next(
        (i for i, row in enumerate(case.decided) if (folded(row.item), row.year) == (folded(item.name), year)), None
    )
    unit = item.purchase.unit
    where = f"decided {which}" if which is not None else "decided_until"
    most = f"at {'most' if change < 0 else 'least'} {max(0.0, decided + change):,.6g} {unit}"
    return where, f"{decided:,.6g} {unit} of {item.name} in {year} is decided, but limits ask for {most}"


def recheck(case: Given, plan: Any, _counted: Mapping[str, Array]) -> Iterator[Check]:
    """Row by row of what is decided, and all that may not be bought besides."""
    for n, item in enumerate(case.items):
        for y, year in enumerate(case.years):
            name = "".join(item.name.split()).casefold()
            rows = [row for row in case.decided if row.year == year and "".join(row.item.split()).casefold() == name]
            if rows or year <= case.decided_until < np.inf:
                due = sum(row.bought for row in rows)
                yield Check("as_decided", "", abs(plan.bought[n, y] - due), due, {"n": n, "y": y})


def planned_purchases(inputs: Read) -> Iterator[Problem]:
    """Everything decided can be bought in a planned year, of one plan, and whole where it comes whole."""
    rows = inputs["tblDecided"]
    years = [year for year in inputs["tblCosts"].column("year") if year is not None]
    names = inputs.items
    whole = {folded(name) for name, is_whole in names.items() if is_whole}
    total: dict[tuple[str, Any], float] = {}
    for i, (item, year) in enumerate(zip(rows.column("item"), rows.column("year"), strict=True)):
        if item is not None and folded(item) not in map(folded, names):
            yield error(
                rows.where("item", i),
                f"Item is '{shortened(item)}', must be something that can be bought.",
                nearest(item, list(names)),
            )
        if year is not None and years and year not in years:
            said = f"Year is {year}, must be a year of the plan, {min(years)} to {max(years)}."
            yield error(rows.where("year", i), said, "Correct it, take the row away, or plan that year.")
        if item is not None and year is not None:
            bought = rows.column("bought")[i] or 0.0
            total[folded(item), year] = total.get((folded(item), year), 0.0) + bought
            if folded(item) in whole and abs(bought - round(bought)) > _WHOLE:
                said = f"Bought is {bought:,.10g} of '{shortened(item)}', must be a whole number: it is bought whole."
                yield error(rows.where("bought", i), said, "Enter how many are bought.")
    known = [name for name in rows.column("scenario") if name is not None]
    if others := [name for name in known if folded(name) != folded(known[0])]:
        i = rows.column("scenario").index(others[0])
        yield error(
            rows.where("scenario", i),
            f"rows of the scenarios '{shortened(known[0])}' and '{shortened(others[0])}' are pasted, must be of one.",
            "Keep the rows of the plan that was followed.",
        )


def power_apart(inputs: Read) -> Iterator[Problem]:
    """The battery's power is decided only where it is bought apart."""
    rows = inputs["tblDecided"]
    is_apart = any(price is not None for price in inputs["tblCosts"].column("battery_power_price"))
    for i, item in enumerate(rows.column("item")):
        if folded(item) == folded("Battery power") and not is_apart and rows.column("bought")[i]:
            said = "the battery's power has no price of its own, so what is decided of it does not count."
            yield warning(rows.where("item", i), said, "Enter Battery power [USD/kW] on the sheet Costs.")


def until_a_planned_year(inputs: Read) -> Iterator[Problem]:
    """Something is left to be planned."""
    cell = inputs.settings.get("decided_until")
    years = [year for year in inputs["tblCosts"].column("year") if year is not None]
    if cell is not None and cell.value is not None and years:
        if cell.value < min(years):
            said = (
                f"decided_until is {cell.value:.0f}, before the first year of the plan, {min(years)}; nothing changes."
            )
            yield warning(cell.where, said, "Correct it, or leave it blank.")
        elif cell.value >= max(years):
            said = f"decided_until is {cell.value:.0f}, so nothing is left to be planned up to {max(years)}."
            yield warning(cell.where, said, "Correct it, or keep it to see what the decided purchases come to.")


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """What is bought is what is decided."""
    p = sheet.purchases
    item, year = (sheet.in_input("tblDecided", name) for name in ("item", "year"))
    rows = f"COUNTIFS({item},{p.item},{year},{p.year})"
    due = f"SUMIFS({sheet.in_input('tblDecided', 'bought')},{item},{p.item},{year},{p.year})"
    held = f"(({rows}>0)+({p.year}<={p.decided_until})>0)"
    what = "Purchases against Decided, and nothing else until decided_until"
    yield SheetCheck("as_decided", what, largest(f"{held}*ABS({p.bought}-{due})/(1+{due})"))


PART = Part(
    "decided",
    tables=(DECIDED,),
    figures=(
        Figure(
            "decided_until",
            "Decided until",
            "the last year in which nothing is bought but what is decided; blank: what is not decided is planned",
            kind="year",
            lowest=1900,
            highest=2200,
            is_needed=False,
            axes="",
            is_quiet=True,
        ),
    ),
    derived=(Derived("decided_bought", "ny", "units", decided_bought), Derived("is_decided", "ny", "-", is_decided)),
    rules=(Rule("as_decided", "ny", "balance", as_decided, where=lambda case: case.is_decided, choice=told),),
    is_on=lambda case: len(case.decided) > 0 or bool(np.isfinite(case.decided_until)),
    checks=(planned_purchases, power_apart, until_a_planned_year),
    recheck=recheck,
    sheet_checks=sheet_checks,
)
