"""How far the battery is charged and discharged: a share of its size stays empty, another full."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fleetopt.depot.part import Array, Check, Decided, Figure, Given, Part, Read, Rule, SheetCheck
from fleetopt.words.expression import Comparison
from fleetopt.words.problem import Problem, error
from fleetopt.words.rows import of_scenario
from fleetopt.words.sheet_formulas import exceeds


def soc_least(case: Given, x: Decided) -> Comparison:
    """soc >= soc_min * (battery_kwh[y] - battery_lost_kwh[y])   [kWh]."""
    return x.soc >= case.soc_min * (x.battery_kwh - x.battery_lost_kwh)[:, None, None]


def refuse(case: Given) -> None:
    """No battery holds at least more than at most."""
    if case.soc_min > case.soc_max:
        raise ValueError(f"soc_min must be at most soc_max, not {case.soc_min} and {case.soc_max}")


def least_below_most(inputs: Read) -> Iterator[Problem]:
    """The least charge is no more than the most."""
    scenarios = inputs["tblScenarios"]
    said: set[str] = set()
    for i in range(max(1, len(scenarios))):
        least, most = (of_scenario(scenarios, inputs.settings, name, i) for name in ("soc_min", "soc_max"))
        if least.value is None or most.value is None or least.value <= most.value or least.where in said:
            continue
        said.add(least.where)
        yield error(
            least.where,
            f"the least charge of {least.value:g} is more than the most charge of {most.value:g} ({most.where}).",
            "Enter shares of the battery's size, such as 0.1 and 0.9.",
        )


def recheck(case: Given, plan: Any, counted: Mapping[str, Array]) -> Iterator[Check]:
    """Never less in the battery than what must stay."""
    for y in range(len(case.years)):
        least = case.soc_min * (counted["battery_kwh"][y] - counted["battery_lost_kwh"][y])
        yield Check("soc_least", "ds", least - plan.soc[y], plan.soc[y], {"y": y})


def sheet_checks(sheet: Any) -> Iterator[SheetCheck]:
    """Never less in the battery than what must stay."""
    f = sheet.flows
    least = f"{f.soc_min}*({f.battery_kwh}-{f.battery_lost_kwh})"
    yield SheetCheck("soc_least", "battery at start >= least charge x battery", exceeds(least, f.soc))


PART = Part(
    "battery_reserve",
    figures=(
        Figure(
            "soc_min",
            "Least charge",
            "the share of its size that always stays in the battery, such as 0.1",
            "-",
            highest=1,
            default=0.0,
            usual=(0, 0.5),
            axes="",
            is_of_scenario=True,
            is_quiet=True,
        ),
        Figure(
            "soc_max",
            "Most charge",
            "the share of its size to which the battery is charged at most, such as 0.9",
            "-",
            highest=1,
            is_positive=True,
            default=1.0,
            usual=(0.5, 1),
            axes="",
            is_of_scenario=True,
            is_quiet=True,
        ),
    ),
    rules=(Rule("soc_least", "yds", "limit", soc_least, where=lambda case: case.soc_min > 0),),
    refuse=refuse,
    checks=(least_below_most,),
    is_on=lambda case: case.soc_min > 0 or case.soc_max < 1,
    recheck=recheck,
    sheet_checks=sheet_checks,
)
