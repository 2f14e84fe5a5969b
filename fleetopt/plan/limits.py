"""The limits of a depot: those that a user can change, and how much of each a plan uses where it is tightest."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from fleetopt.depot import FIGURES, RULES
from fleetopt.depot.case import Case, FloatArray
from fleetopt.depot.part import Figure, Rule
from fleetopt.model.formulation import is_there
from fleetopt.plan.plan import Plan

_BINDING = 1e-6
"""Of the limit; when less is left, nothing is left."""


@dataclass(frozen=True)
class Limit:
    """A limit that the user can change."""

    rule: Rule
    figure: Figure

    @property
    def setting(self) -> str:
        """Its name in a case."""
        return self.figure.name

    @property
    def families(self) -> tuple[str, ...]:
        """Its rows in the model: of every rule that it raises."""
        return tuple(rule.name for rule in RULES.values() if rule.raised_by == self.setting)

    @property
    def name(self) -> str:
        """What it is called in a sentence."""
        return self.figure.limit_name

    @property
    def unit(self) -> str:
        """What it is counted in, in a sentence."""
        return self.figure.limit_unit

    def of(self, case: Case) -> FloatArray:
        """Its present value, or values."""
        return np.asarray(getattr(case, self.setting))

    def most(self, case: Case) -> float:
        """The largest of its present values; where there is no limit, there is none."""
        values = self.of(case)
        return float(values[np.isfinite(values)].max())


LIMITS: Final = tuple(
    Limit(next(rule for rule in RULES.values() if rule.raised_by == name), FIGURES[name])
    for name in dict.fromkeys(
        rule.raised_by for rule in sorted(RULES.values(), key=lambda rule: not rule.has_room) if rule.raised_by
    )
)
"""Those first of which it is told how far they may fall."""


def limits_of(case: Case) -> list[Limit]:
    """The limits that a case has."""
    return [limit for limit in LIMITS if any(is_there(case, RULES[name]) for name in limit.families)]


@dataclass(frozen=True)
class Raise:
    """New limits, and what a plan then costs; rounded up, and tried out."""

    limits: Mapping[Limit, FloatArray]
    """By limit its new values."""
    present: Mapping[Limit, FloatArray]
    """By limit its values now."""
    exact: Mapping[Limit, float]
    """By limit by how much it must rise at least, before rounding."""
    cost: float
    """[USD]."""


@dataclass(frozen=True)
class Use:
    """One limit in one year, or over all years."""

    limit: str
    used: float
    most: float
    unit: str
    year: int | None = None
    """None: over all years."""
    day_type: str | None = None
    slot: str | None = None
    is_news: bool = True
    """Whether it is worth a sentence that nothing is left; not of what the plan itself made so large."""

    @property
    def slack(self) -> float:
        """What is left of it."""
        return self.most - self.used

    @property
    def is_binding(self) -> bool:
        """Whether nothing is left."""
        return self.slack <= _BINDING * max(1.0, self.most)


def limits(plan: Plan) -> Iterator[Use]:
    """Every limit of the formulation: for each year in its tightest slot, then the room over all years."""
    case = plan.case
    told = sorted((rule for rule in RULES.values() if rule.title), key=lambda rule: rule.rank)
    sides = {rule.name: plan.holds(rule.name) for rule in told if is_there(case, rule)}
    used = {name: held.used for name, held in sides.items()}
    most = {name: np.where(_there(case, RULES[name], held.shape), held.most, np.inf) for name, held in sides.items()}
    for y in range(len(case.years)):
        for rule in told:
            if (
                rule.name not in sides
                or "y" not in rule.axes
                or (rule.only_with and getattr(plan, rule.only_with)[y] <= 0)
                or np.isinf(most[rule.name][y]).all()
            ):
                continue
            yield _tightest(plan, rule, {"y": y}, used[rule.name][y], most[rule.name][y])
    for rule in told:
        if rule.name in sides and "y" not in rule.axes:
            for index in map(tuple, np.argwhere(np.isfinite(most[rule.name])).tolist()):
                at = dict(zip(rule.axes, index, strict=True))
                yield _tightest(plan, rule, at, used[rule.name][index], most[rule.name][index])


def _there(case: Case, rule: Rule, shape: tuple[int, ...]) -> Any:
    """Which elements of a rule there are."""
    return np.broadcast_to(True if rule.where is None else rule.where(case), shape)


def _tightest(plan: Plan, rule: Rule, at: Mapping[str, int], used: Any, most: Any) -> Use:
    """The one with the least left."""
    case, (used, most) = plan.case, (np.asarray(used), np.asarray(most))
    index = np.unravel_index(int((most - used).argmin()), used.shape)
    at = {**at, **dict(zip(rule.axes[len(at) :], map(int, index), strict=True))}
    label = {axis: case.sets[axis][i] for axis, i in at.items()}
    of = [str(label[axis]) for axis in label if axis not in "yds"]
    title = f"{rule.title}: {', '.join(of)}" if of else rule.title
    return Use(
        title,
        float(used[index]),
        float(most[index]),
        rule.unit,
        label.get("y"),
        label.get("d"),
        label.get("s"),
        is_news=not rule.only_with,
    )


def room_text(case: Case, found: Mapping[Limit, float]) -> str:
    """Say how far the limits may fall: down to which grid limit, down to which budget."""
    said = []
    for limit, fall in found.items():
        present = limit.of(case)
        if (present == present.flat[0]).all():
            now = float(present.flat[0])
            least = min(now, math.ceil(now - fall - 1e-6))
            said.append(f"down to a {limit.name} of {least:,.10g} {limit.unit} (now {now:,.10g})")
        elif fall >= 1:
            said.append(f"with every {limit.name} {math.floor(fall + 1e-6):,} {limit.unit} lower")
    return f"Room left: a plan exists {', or '.join(said)}." if said else ""
