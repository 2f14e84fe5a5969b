"""Independent check of a plan: every balance, limit and dollar once more, from figures and bare decisions alone.

Each part works its amounts and rules out a second time, slot after slot and year after year; nothing of a model's
formula is seen. A plan that does not pass is never shown as a plan.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fleetopt.depot import DECISIONS, MONEY, OBJECTIVE, PARTS, QUANTITIES
from fleetopt.depot.case import Case, FloatArray
from fleetopt.depot.part import Check
from fleetopt.plan.plan import Plan

TOLERANCE = 1e-6
"""Largest residual that passes, as a share of the figure it is compared with (of 1 where that is smaller)."""


@dataclass(frozen=True)
class Verification:
    """What the check found."""

    largest_residual: float
    """Largest relative distance from any balance, limit or sum [-]."""
    largest_residual_at: str
    """Which check, where."""
    objective_usd: float
    """Cost recomputed from flows and prices [USD]."""
    failures: list[str] = field(default_factory=list)
    """What does not hold, in words; empty when the plan is good."""

    @property
    def has_passed(self) -> bool:
        """Whether everything holds."""
        return not self.failures


def verify(plan: Plan, case: Case, objective: float, bound: float) -> Verification:
    """Check a plan against its case.

    Parameters:
        objective: cost that is claimed for the plan [USD].
        bound: cost that is claimed to be the least possible [USD]; -inf when nothing is claimed.
    """
    worst, worst_at = 0.0, ""
    failures: list[str] = []
    counted = recounted(plan, case)
    total = sum((sign * counted[name] for name, sign in {m.name: m.sign for m in MONEY}.items()), np.zeros(1))
    least = OBJECTIVE.recount(case, plan.bare, {**counted, "total_cost": total})
    claims = _claims(plan, counted, total, least, objective, bound)
    for check in (*_decided(plan), *_rechecked(plan, case, counted), *claims):
        residuals = np.asarray(check.excess, dtype=float)
        if not residuals.size:
            continue
        relative = residuals / np.maximum(1.0, np.abs(check.scale))
        if not np.isfinite(relative).all():
            failures.append(f"{check.name}: not a number")
            worst, worst_at = math.inf, check.name
            continue
        i = int(relative.argmax())
        index = np.unravel_index(i, relative.shape)
        place = {**check.at, **dict(zip(check.axes, map(int, index), strict=True))}
        named = f"{check.name} {case.place(**{axis: place[axis] for axis in _TOLD if axis in place})}".rstrip()
        largest = float(relative.flat[i])
        if largest > worst:
            worst, worst_at = largest, named
        if largest > TOLERANCE:
            failures.append(f"{named}: off by {float(residuals.flat[i]):,.6g}")
    return Verification(worst, worst_at, float(least.sum()), failures)


_TOLD = ("y", "u", "k", "d", "s")
"""The axes on which a place is named, in the order in which it is said."""


def recounted(plan: Plan, case: Case) -> dict[str, FloatArray]:
    """What the parts recount, by name; amounts of one name are added."""
    found: dict[str, Any] = defaultdict(float)
    for part in PARTS:
        if part.recount:
            for name, amount in part.recount(case, plan.bare).items():
                found[name] = found[name] + amount
    return {name: np.asarray(amount) for name, amount in found.items()}


def _decided(plan: Plan) -> Iterator[Check]:
    """Nothing is negative, and what is whole is whole."""
    for name, values in plan.decided.items():
        yield Check(f"{name} is not negative", DECISIONS[name].axes, -values, 1.0)
    for name, values in plan.decided.items():
        if DECISIONS[name].is_whole:
            yield Check(f"{name} is whole", DECISIONS[name].axes, np.abs(values - np.round(values)), 1.0)


def _rechecked(plan: Plan, case: Case, counted: dict[str, FloatArray]) -> Iterator[Check]:
    """All rules of all parts."""
    for part in PARTS:
        if part.recheck:
            yield from part.recheck(case, plan.bare, counted)


def _claims(
    plan: Plan, counted: dict[str, FloatArray], total: FloatArray, least: FloatArray, objective: float, bound: float
) -> Iterator[Check]:
    """What the plan says of itself, and what the solver says of it."""
    axes = {**dict.fromkeys((money.name for money in MONEY), "y"), **{q.name: q.axes for q in QUANTITIES.values()}}
    for name, amount in counted.items():
        of = axes.get(name) or DECISIONS[name].axes
        yield Check(name, of, np.abs(getattr(plan, name) - amount), amount)
    yield Check("total_cost", "y", np.abs(plan.total_cost - total), total)
    yield Check(OBJECTIVE.name, "y", np.abs(plan.objective_by_year - least), least)
    yield Check("objective", "", abs(objective - float(least.sum())), objective)
    if bound > -math.inf:
        yield Check("best bound above the cost", "", bound - objective, objective)
