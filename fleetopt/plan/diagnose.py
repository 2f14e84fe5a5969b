"""Why there is no plan, and what would make one possible."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from fleetopt.depot import FIGURES, RULES
from fleetopt.depot.case import Case
from fleetopt.depot.part import Rule, Shortage
from fleetopt.model.formulation import build, is_there
from fleetopt.model.program import Program
from fleetopt.plan.limits import Limit, Raise, limits, limits_of
from fleetopt.plan.margins import least_cost, smallest_raise
from fleetopt.plan.plan import Plan, plan_of
from fleetopt.solvers.deadline import Deadline
from fleetopt.solvers.messages import SolverError
from fleetopt.words.expression import FloatArray
from fleetopt.words.problem import Problem, error

_SECONDS = 60.0
"""The whole diagnosis takes no longer."""
_MOST_SHORTAGES = 12
"""More are only counted."""
_SHORT = 1e-6
"""kWh; less is not called short."""
_DOUBTFUL = 3.0
"""A limit that must rise by more than this factor may be mistyped, or what needs it."""
_OUTSTANDING = 6.0
"""A figure that is more than so many times the usual one is suspected before the limit."""


@dataclass(frozen=True)
class Diagnosis:
    """What is said of a case without a plan."""

    problems: list[Problem]
    remedies: list[Raise]
    """Each alone makes a plan possible; tried out."""


def why_no_plan(case: Case, deadline: Deadline) -> Diagnosis:
    """Say where the limits fall short, and the smallest raises that suffice.

    First each limit alone; only when none suffices alone, the smallest pair.

    Parameters:
        deadline: the time left to find out; a minute at most is used.
    """
    deadline = deadline.within(_SECONDS)
    program = build(case)
    chosen = [*_chosen(case, program, deadline)]
    shortages = [*_beyond(case)]
    try:
        shortages = shortages or [*_shortfalls(case, program, deadline)]
        remedies = _remedies(case, program, deadline)
    except SolverError:  # that there is no plan is found already
        advice = "The solvers broke down before it was found what would make one possible: look for mistyped figures."
        return Diagnosis([*chosen, error("", "no plan keeps all limits.", advice), *_worst(case, shortages)], [])
    if remedies:
        alone = len(remedies[0].limits) == 1
        these = "One of the following" if len(remedies) > 1 else "What follows"
        advice = f"{these} would make one possible{'' if alone else '; no limit alone would'}."
    elif deadline.is_over:
        advice = "There was no time to find out what would make one possible; allow more with --time-limit."
    else:
        advice = "No raise of the limits would make one possible."
    said = [_said(case, remedy) for remedy in remedies]
    problems = [*chosen, error("", "no plan keeps all limits.", advice), *_worst(case, shortages), *said]
    return Diagnosis(problems, remedies)


def _chosen(case: Case, program: Program, deadline: Deadline) -> Iterator[Problem]:
    """What a planner has decided that no plan can keep: what would have to change, when as little as possible does."""
    for rule in (rule for rule in RULES.values() if rule.choice and rule.name in program.row_families):
        assert rule.choice is not None
        family = program.row_families[rule.name]
        rows = np.arange(program.size[0])[family.slice]
        try:
            solution = least_cost(program.breakable(rows), deadline)
        except SolverError:  # nothing is known then
            continue
        if solution.values is None:
            continue
        over, under = np.split(solution.values[program.size[1] :], 2)
        plan = plan_of(case, program, solution.values[: program.size[1]])
        changes = family.spread(over - under)
        for index in map(tuple, np.argwhere(np.abs(changes) > _SHORT).tolist()):
            where, said = rule.choice(case, index, float(changes[index]))
            year = case.years[index[rule.axes.index("y")]]
            yield error(where, f"{said}{_held_by(plan, year, changes[index] < 0)}.", "Correct it, or raise the limit.")


def _held_by(plan: Plan, year: int, is_too_much: bool) -> str:
    """The first limit of which nothing is left in a year: of what is spent and placed, or of what is needed."""
    kinds = ("budget", "room") if is_too_much else ("limit",)
    titles = {rule.title for rule in RULES.values() if rule.kind in kinds and rule.title}
    uses = [use for use in limits(plan) if use.is_binding and use.year in (None, year)]
    used = [use for use in uses if use.limit.partition(":")[0] in titles] or uses
    return f": nothing is left of {used[0].limit} ({used[0].most:,.10g} {used[0].unit})" if used else ""


def _remedies(case: Case, program: Program, deadline: Deadline) -> list[Raise]:
    """Every limit that suffices alone; else the smallest pair that does."""
    for size in (1, 2):  # a pair suffices always: the grid gives all energy, the budget buys all chargers
        sets = itertools.combinations(limits_of(case), size)
        found = [remedy for limits in sets if (remedy := smallest_raise(case, program, limits, deadline))]
        if found:
            return found if size == 1 else [min(found, key=lambda remedy: _share(case, remedy))]
    return []


def _share(case: Case, remedy: Raise) -> float:
    """The sum of the raises as shares of the present values."""
    return sum(move / max(1.0, limit.most(case)) for limit, move in remedy.exact.items())


def raise_text(case: Case, limit: Limit, raised: FloatArray) -> str:
    """One raise in words: `Raise the grid limit from 900 to 1,491 kWh per slot`."""
    present = limit.of(case)
    is_there = np.isfinite(present)
    present, raised = present[is_there], raised[is_there]
    if (present == present[0]).all():
        return f"the {limit.name} from {present[0]:,.10g} to {raised[0]:,.10g} {limit.unit}"
    return f"the {limit.name} everywhere by {math.ceil(float((raised - present).max())):,} {limit.unit}"


def _said(case: Case, remedy: Raise) -> Problem:
    raises = [raise_text(case, limit, raised) for limit, raised in remedy.limits.items()]
    names = " and the ".join(f"{limit.name} ({limit.setting})" for limit in remedy.limits)
    advice = f"Raise {' and '.join(raises)}; a plan then costs {remedy.cost:,.0f} USD.{_doubt(case, remedy)}"
    low = "is" if len(remedy.limits) == 1 else "are"
    return error(next(iter(remedy.limits)).setting, f"the {names} {low} too low.", advice)


def _doubt(case: Case, remedy: Raise) -> str:
    """Ask for a mistyped input where a limit would have to rise several times over, and name the most suspicious."""
    factors = {
        limit: float(raised[np.isfinite(raised)].max()) / max(1e-9, limit.most(case))
        for limit, raised in remedy.limits.items()
    }
    limit = max(factors, key=lambda limit: factors[limit])
    if factors[limit] <= _DOUBTFUL:
        return ""
    times = f"{factors[limit]:,.0f} times" if factors[limit] < 1e6 else "far more than"
    return f" That is {times} the present value: is an input mistyped? Most suspicious: {_suspect(case, limit)}."


def _suspect(case: Case, limit: Limit) -> str:
    """The figure that stands out most from its like, or else the limit itself."""
    ratio, said = max(_outstanding(case, limit))
    return said if ratio > _OUTSTANDING else f"the {limit.name} of {limit.most(case):,.10g} {limit.unit}"


def _outstanding(case: Case, limit: Limit) -> Iterator[tuple[float, str]]:
    """What a limit has to do with: the largest figure of each kind, and how many times the usual one it is."""
    rules = [rule for rule in RULES.values() if rule.suspects and (rule.kind == "balance" or rule is limit.rule)]
    for rule in rules:
        assert rule.suspects is not None
        for name, unit, figures in rule.suspects(case):
            index = np.unravel_index(int(figures.argmax()), figures.shape)
            where = case.place(**dict(zip("yds", map(int, index), strict=False)))
            yield _among_its_like(f"the {name} of {figures[index]:,.10g} {unit} in {where}", figures)


def _among_its_like(said: str, figures: FloatArray) -> tuple[float, str]:
    """The largest of some figures against their median."""
    usual = float(np.median(figures[figures > 0])) if (figures > 0).any() else math.inf
    ratio = float(figures.max()) / usual
    return ratio, f"{said}, {ratio:,.0f} times the usual one"


@dataclass(frozen=True)
class _Shortage:
    """What is missing in one slot."""

    index: tuple[int, int, int]
    amount: float
    """[kWh]."""
    said: str


def _worst(case: Case, shortages: list[_Shortage]) -> Iterator[Problem]:
    """The largest shortages, in the order of time."""
    largest = sorted(shortages, key=lambda shortage: -shortage.amount)[:_MOST_SHORTAGES]
    for shortage in sorted(largest, key=lambda shortage: shortage.index):
        yield error(case.where(*shortage.index), shortage.said)
    if len(shortages) > len(largest):
        more = len(shortages) - len(largest)
        yield error("", f"{more} more slot{'s fall' if more > 1 else ' falls'} short by less.")


def _beyond(case: Case) -> Iterator[_Shortage]:
    """Slots that need more of something than could be had at all, whatever the rest."""
    nothing = Plan(case)
    for rule, short in _told():
        need, most = nothing.holds(rule.name).right.constant, short.most(case)
        for index, missing in _positive(need - most):
            words = {"need": need[index], "most": np.broadcast_to(most, need.shape)[index], "short": missing}
            yield _Shortage(
                index, missing, short.beyond.format(**{name: _figure(value) for name, value in words.items()})
            )


def _shortfalls(case: Case, program: Program, deadline: Deadline) -> Iterator[_Shortage]:
    """Where something is missing when as little as possible is missing in all."""
    rules = [rule.name for rule, _ in _told()]
    solution = least_cost(program.elastic(*rules), deadline)
    if solution.values is None:
        return
    families = [program.row_families[name] for name in rules]
    missing = np.split(solution.values[program.size[1] :], np.cumsum([family.size for family in families])[:-1])
    plan = plan_of(case, program, solution.values[: program.size[1]])
    for (_, short), family, amounts in zip(_told(), families, missing, strict=True):
        for index, amount in _positive(family.spread(amounts)):
            binds = next(_bind(case, plan, short.binding, index), "")
            yield _Shortage(index, amount, f"{short.missing.format(short=_figure(amount))}{binds}.")


def _bind(case: Case, plan: Plan, names: Iterable[str], index: tuple[int, ...]) -> Iterator[str]:
    """The limits of some rules of which nothing is left in a slot."""
    for rule in (RULES[name] for name in names if is_there(case, RULES[name])):
        limit, held = FIGURES[rule.raised_by], plan.holds(rule.name)
        most, used = held.most[index], held.used[index]
        if used >= most - 1e-6 * max(1.0, most):
            yield f"; the {limit.limit_name} of {most:,.10g} {limit.unit} binds"


def _told() -> list[tuple[Rule, Shortage]]:
    """The rules of which it is said where they cannot hold."""
    return [(rule, rule.short) for rule in RULES.values() if rule.short]


def _figure(kwh: float) -> str:
    """An amount of energy, never rounded to nothing: `1,285.3`."""
    return f"{kwh:,.1f}" if kwh >= 0.05 or kwh == 0 else f"{kwh:.1g}"


def _positive(amounts: FloatArray) -> Iterator[tuple[tuple[int, int, int], float]]:
    for y, d, s in zip(*np.nonzero(amounts > _SHORT), strict=True):
        yield (int(y), int(d), int(s)), float(amounts[y, d, s])
