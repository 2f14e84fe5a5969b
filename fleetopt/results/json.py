"""What `--json` prints and `summary.json` holds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fleetopt import __version__
from fleetopt.inputs.scenarios import Scenario
from fleetopt.plan.limits import Limit
from fleetopt.plan.optimize import Result
from fleetopt.plan.plan import Plan
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
        "solver": result.solver,
        "seconds": round(result.seconds, 3),
        "yearly": _yearly(plan) if plan else [],
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


_MONEY = ("capex", "opex", "solar_export_revenue", "battery_export_revenue", "total_cost")


def _yearly(plan: Plan) -> list[dict[str, Any]]:
    case = plan.case
    return [
        {
            "year": year,
            **{f"{name}_usd": exact(float(getattr(plan, name)[y])) for name in _MONEY},
            "solar_kwp_added": exact(float(plan.solar_add[y])),
            "battery_kwh_added": exact(float(plan.battery_add[y])),
            "chargers_added": _by_charger(plan, plan.charger_add[:, y].tolist()),
            "solar_kwp": exact(float(plan.solar_kwp[y])),
            "battery_kwh": exact(float(plan.battery_kwh[y])),
            "chargers": _by_charger(plan, plan.chargers[:, y].tolist()),
        }
        for y, year in enumerate(case.years)
    ]


def _by_charger(plan: Plan, counts: list[float]) -> dict[str, int]:
    return {charger: round(count) for charger, count in zip(plan.case.chargers, counts, strict=True)}
