"""What is to be least: a dollar later counts for less, and what is left at the end is worth something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from fleetopt.depot.part import Array, Decided, Derived, Figure, Given, Objective, Part, Quantity, Read, SheetCheck
from fleetopt.words.expression import Expression
from fleetopt.words.problem import Problem, error
from fleetopt.words.rows import of_scenario
from fleetopt.words.sheet_formulas import largest, total_differs


def discount(case: Given) -> Array:
    """(1 + discount_rate)^-(y - y0)   (y,) [-]."""
    return np.asarray((1 + case.discount_rate) ** -np.arange(len(case.years), dtype=float))


def share_left(case: Given) -> Array:
    """max(0, life - (y0 + Y - k)) / life of what is bought in year k, where it counts   (n, y) [-]."""
    age = np.arange(len(case.years), 0, -1.0)
    life = np.where(np.isfinite(case.item_life), case.item_life, 1.0)
    return np.maximum(0.0, life - age) / life * (case.residual_value == "straight-line")


def residual(case: Given, x: Decided) -> Expression:
    """(1 + discount_rate)^-Y * sum(share_left * cost after grants), at the end of the last year   (y,) [USD]."""
    paid = case.item_price * x.bought - x.item_grants
    last = np.arange(len(case.years)) == len(case.years) - 1
    left = (case.share_left * paid).sum(axis=0).sum(axis=0)
    return left[None] * (last * (1 + case.discount_rate) ** -len(case.years))


def present_cost(case: Given, x: Decided) -> Expression:
    """discount[y] * total_cost[y] - residual[y]   (y,) [USD]."""
    return case.discount * x.total_cost - x.residual


def recount(case: Given, plan: Any) -> Mapping[str, Array]:
    """What is left of each purchase, after grants."""
    years, found = len(case.years), np.zeros(len(case.years))
    for n in range(len(case.items)):
        for k in range(years):
            life, age = case.item_life[n, 0], years - k
            if case.residual_value == "straight-line" and life > age:
                paid = case.item_price[n, k] * plan.bought[n, k]
                for i in range(len(case.incentives)):
                    paid -= plan.grant[i, k] * case.is_granted[i, n]
                found[-1] += paid * (life - age) / life / (1 + case.discount_rate) ** years
    return {"residual": found}


def recount_least(case: Given, _plan: Any, counted: Mapping[str, Array]) -> Array:
    """Year after year."""
    years = range(len(case.years))
    return np.array([counted["total_cost"][y] / (1 + case.discount_rate) ** y - counted["residual"][y] for y in years])


def lives_are_known(case: Given) -> None:
    """What is left of a purchase is known only where its life is."""
    lives = [*case.charger_life]
    lives += [case.solar_life] * (case.solar_max_added_kwp > 0)
    lives += [case.battery_life] * (case.battery_max_kwh > 0 or case.power_apart > 0)
    if case.residual_value == "straight-line" and not np.isfinite(lives).all():
        raise ValueError("a residual value needs the life of everything that can be bought")


def lives_are_given(inputs: Read) -> Iterator[Problem]:
    """Where what is left counts, the life of everything that can be bought is given."""
    scenarios, chargers = inputs["tblScenarios"], inputs["tblChargers"]
    is_apart = any(price is not None for price in inputs["tblCosts"].values.get("battery_power_price", ()))
    said: set[str] = set()
    for i in range(max(1, len(scenarios))):
        of = partial(of_scenario, scenarios, inputs.settings, i=i)
        wanted = of("residual_value")
        if wanted.value != "straight-line":
            continue
        missing = {}
        for what, room, there in (("Solar", "solar_max_added_kwp", "solar"), ("Battery", "battery_max_kwh", "battery")):
            life = of(f"{there}_life")
            if life.value is None and (of(room).value != 0 or (there == "battery" and is_apart)):
                where = life.where if life.where not in ("", "default") else wanted.where
                missing[where, f"{what} life [years]"] = there
        lives = chargers.values.get("charger_life") or [None] * len(chargers)
        for c in (c for c, life in enumerate(lives) if life is None):
            column = "charger_life" if "charger_life" in chargers.places else "charger"
            missing[chargers.where(column, c), "Life [years]"] = f"the charger '{chargers.values['charger'][c]}'"
        for (where, heading), thing in missing.items():
            if f"{where}{heading}" not in said:
                said.add(f"{where}{heading}")
                yield error(
                    where,
                    f"{heading} is blank, must be given for all that can be bought, as the residual value is "
                    f"straight-line ({wanted.where}).",
                    f"Enter how long {thing} lasts, or none as the residual value.",
                )


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """Each year's total cost, discounted; less, in the last, what is left of all purchases."""
    y, p = sheet.yearly, sheet.purchases
    is_on, is_early = y.filled("present_cost"), f"({y.year}<MAX({y.year}))"
    counted = f"{y.total_cost}*(1+{y.discount_rate})^(MIN({y.year})-{y.year})"
    deviation = f"{is_on}*{is_early}*ABS({y.present_cost}-{counted})/(1+ABS({counted}))"
    what = "total cost x (1 + discount rate)^-years, but for the last year"
    yield SheetCheck("present_cost", what, largest(deviation))
    years, life = f"(MAX({p.year})+1-MIN({p.year}))", f'({sheet.of_purchases("life")}+40*({p.unit}="pieces"))'
    age = f"(MAX({p.year})+1-{p.year})"
    used_up = f"{age}/({life}+1E-9)"  # what has no life is used up; so written, a formula stays short enough
    share = f"(1-{used_up})*({used_up}<1)"
    is_counted = f"{p.has('residual_value', 'straight-line')}*(1+{p.discount_rate})^-{years}"
    is_listed = "tblGrants" in sheet.listings
    granted = sheet.listed("tblGrants", "grant", p, "scenario", "year", "item") if is_listed else "0"
    left = f"SUMPRODUCT({is_counted}*{share}*({p.cost}-{granted}))"
    total = f"SUMPRODUCT({is_on}*{counted})-{left}"
    yield SheetCheck(
        "residual",
        "what is left of all purchases after the last year",
        total_differs(f"SUMPRODUCT({y.present_cost})", total),
    )


PART = Part(
    "present_cost",
    figures=(
        Figure(
            "discount_rate",
            "Discount rate",
            "what a dollar is worth less for each year that it is paid later, such as 0.07 for 7 per cent",
            "1/year",
            highest=1,
            default=0.0,
            usual=(0, 0.15),
            axes="",
            is_of_scenario=True,
            is_quiet=True,
        ),
        Figure(
            "residual_value",
            "Residual value",
            "none, or straight-line: what is left of each purchase's life after the last year, at its own price",
            kind="choice",
            choices=("none", "straight-line"),
            default="none",
            axes="",
            is_of_scenario=True,
            is_quiet=True,
        ),
    ),
    derived=(Derived("discount", "y", "-", discount), Derived("share_left", "ny", "-", share_left)),
    quantities=(Quantity("residual", "y", "USD", residual),),
    objective=Objective(
        "present_cost",
        present_cost,
        "Present cost",
        "total cost, discounted to the first year, less what is left at the end",
        recount_least,
        csv="PresentCost",
    ),
    is_on=lambda case: case.discount_rate > 0 or case.residual_value != "none",
    refuse=lives_are_known,
    checks=(lives_are_given,),
    recount=recount,
    sheet_checks=sheet_checks,
)
