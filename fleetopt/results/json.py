"""What `--json` prints and `summary.json` holds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fleetopt import __version__
from fleetopt.depot import REFINEMENTS, gathered, money_on, objectives_on, of_those_on
from fleetopt.depot.part import Decision, Purchase
from fleetopt.inputs.scenarios import Scenario
from fleetopt.plan.limits import Limit
from fleetopt.plan.plan import Plan
from fleetopt.plan.result import Result
from fleetopt.words.numbers import exact, finite
from fleetopt.words.problem import Problem


def summary(source: str, outcomes: Sequence[tuple[Scenario, Result]], problems: Sequence[Problem]) -> dict[str, Any]:
    """One object for a whole run."""
    return {
        "fleetopt": __version__,
        "input": source,
        "scenarios": [_outcome(scenario.name, scenario.notes, result) for scenario, result in outcomes],
        "problems": [problem.as_dict() for problem in problems],
    }


def refusal(source: str, scenarios: Sequence[str], problems: Sequence[Problem]) -> dict[str, Any]:
    """The same object for an input that is not taken; the scenarios are those that it names."""
    refused = Result("input_error", "", 0.0)
    return {**summary(source, [], problems), "scenarios": [_outcome(name, [], refused) for name in scenarios]}


def as_text(content: dict[str, Any], *, is_ascii: bool = False) -> str:
    """Write it down; `is_ascii` for a stream that may know no other letters."""
    return json.dumps(content, indent=1, ensure_ascii=is_ascii, allow_nan=False) + "\n"


def _outcome(name: str, notes: Sequence[str], result: Result) -> dict[str, Any]:
    plan, check = result.plan, result.verification
    return {
        "scenario": name,
        "status": result.status,
        "objective_usd": exact(plan.objective) if plan else None,
        "best_bound_usd": finite(result.best_bound_usd),
        "gap": finite(result.gap),
        "certified": result.is_certified,
        "certified_bound_usd": finite(result.certificate.bound) if result.certificate else None,
        "proof_leaves": result.certificate.leaves if result.certificate else None,
        "solver": result.solver,
        "seconds": round(result.seconds, 3),
        "yearly": _yearly(plan) if plan else [],
        **({"years": _years(plan)} if plan and plan.case.is_on() else {}),
        "verification": {
            "passed": check.has_passed,
            "largest_residual": finite(check.largest_residual),
            "largest_residual_at": check.largest_residual_at,
            "objective_recomputed_usd": finite(check.objective_usd),
            "best_bound_usd": finite(result.best_bound_usd),
            "gap": finite(result.gap),
            "failures": check.failures,
        }
        if check
        else None,
        "least_limits": _least_limits(plan, result.room) if plan else {},
        "notes": [*notes, *result.notes],
        "problems": [problem.as_dict() for problem in result.problems],
    }


def _least_limits(plan: Plan, room: Mapping[Limit, float]) -> dict[str, float]:
    """The lowest that a limit may be, alone, while a plan still exists."""
    return {limit.setting: exact(float(limit.of(plan.case).min()) - fall) for limit, fall in room.items()}


def _yearly(plan: Plan) -> list[dict[str, Any]]:
    case, kinds = plan.case, of_those_on("purchases", plan.case.is_on())
    names = [*(money.name for money in money_on(case.is_on())), "total_cost"]
    return [
        {
            "year": year,
            **{f"{name}_usd": exact(float(getattr(plan, name)[y])) for name in names},
            **{f"{each.name}_usd": exact(float(plan.objective_by_year[y])) for each in objectives_on(case.is_on())},
            **{kind.fields[0]: _amounts(plan, kind, kind.bought, y) for kind in kinds},
            **{kind.fields[1]: _amounts(plan, kind, kind.installed, y) for kind in kinds},
        }
        for y, year in enumerate(case.years)
    ]


def _amounts(plan: Plan, kind: Purchase, name: str, y: int) -> float | dict[str, int]:
    """An amount of one thing, or of each of several whole ones by its name."""
    values = getattr(plan, name)
    if not kind.is_many:
        return exact(float(values[y]))
    labels = plan.case.sets[kind.item]
    return {str(label): round(count) for label, count in zip(labels, values[:, y].tolist(), strict=True)}


def _years(plan: Plan) -> list[dict[str, Any]]:
    """Every figure of each year, by the names of the formulation."""
    money = [*(each.name for each in money_on(REFINEMENTS)), "total_cost"]
    counted = [each for each in gathered("quantities") if each.is_of_years]
    shown = [
        each for each in gathered("decisions") if each.kind == "bought" or (each.kind, each.axes) == ("state", "yk")
    ]
    return [
        {
            "year": year,
            **{name: exact(float(getattr(plan, name)[y])) for name in money},
            **{each.name: exact(float(plan.objective_by_year[y])) for each in objectives_on(plan.case.is_on())},
            **{each.name: exact(float(getattr(plan, each.name)[y])) for each in counted},
            **{each.name: _by_label(plan, each, y) for each in shown},
        }
        for y, year in enumerate(plan.case.years)
    ]


def _by_label(plan: Plan, decision: Decision, y: int) -> Any:
    """A decision of a year: a number, or numbers by label, in levels where a label has several words."""
    values = np.take(getattr(plan, decision.name), y, axis=decision.axes.index("y"))
    if not values.ndim:
        return exact(float(values))
    found: dict[str, Any] = {}
    for label, value in zip(plan.case.sets[decision.axes.replace("y", "")], values.tolist(), strict=True):
        *above, last = label if isinstance(label, tuple) else (str(label),)
        level = found
        for name in above:
            level = level.setdefault(name, {})
        level[last] = round(value) if decision.is_whole else exact(value)
    return found
