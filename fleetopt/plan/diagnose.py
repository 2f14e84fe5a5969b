"""Why there is no plan, and what would make one possible."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fleetopt.depot.case import Case
from fleetopt.model import build
from fleetopt.model.program import Program
from fleetopt.plan.limits import BUDGET, LIMITS, Limit
from fleetopt.plan.margins import Raise, least_cost, smallest_raise
from fleetopt.solvers.deadline import Deadline
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


def is_beyond_reach(case: Case) -> bool:
    """Whether simple arithmetic shows that there is no plan."""
    return any(True for _ in _beyond_reach(case))


def why_no_plan(case: Case, deadline: Deadline) -> Diagnosis:
    """Say where the limits fall short, and the smallest raises that suffice.

    First each limit alone; only when none suffices alone, the smallest pair.

    Parameters:
        deadline: the time left to find out; a minute at most is used.
    """
    deadline = deadline.within(_SECONDS)
    program = build(case)
    shortages = [*_beyond_reach(case)] or [*_shortfalls(case, program, deadline)]
    remedies = _remedies(case, program, deadline)
    if remedies:
        alone = len(remedies[0].limits) == 1
        these = "One of the following" if len(remedies) > 1 else "What follows"
        advice = f"{these} would make one possible{'' if alone else '; no limit alone would'}."
    elif deadline.is_over:
        advice = "There was no time to find out what would make one possible; allow more with --time-limit."
    else:
        advice = "No raise of the limits would make one possible."
    said = [_said(case, remedy) for remedy in remedies]
    problems = [error("", "no plan keeps all limits.", advice), *_worst(case, shortages), *said]
    return Diagnosis(problems, remedies)


def _remedies(case: Case, program: Program, deadline: Deadline) -> list[Raise]:
    """Every limit that suffices alone; else the smallest pair that does."""
    for size in (1, 2):  # a pair suffices always: the grid gives all energy, the budget buys all chargers
        sets = itertools.combinations(LIMITS, size)
        found = [remedy for limits in sets if (remedy := smallest_raise(case, program, limits, deadline))]
        if found:
            return found if size == 1 else [min(found, key=lambda remedy: _share(case, remedy))]
    return []


def _share(case: Case, remedy: Raise) -> float:
    """The sum of the raises as shares of the present values."""
    return sum(move / max(1.0, float(limit.of(case).max())) for limit, move in remedy.exact.items())


def raise_text(case: Case, limit: Limit, raised: FloatArray) -> str:
    """One raise in words: `Raise the grid limit from 900 to 1,491 kWh per slot`."""
    present = limit.of(case)
    if (present == present.flat[0]).all():
        return f"the {limit.name} from {present.flat[0]:,.10g} to {raised.flat[0]:,.10g} {limit.unit}"
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
        limit: float(raised.max()) / max(1e-9, float(limit.of(case).max())) for limit, raised in remedy.limits.items()
    }
    limit = max(factors, key=lambda limit: factors[limit])
    if factors[limit] <= _DOUBTFUL:
        return ""
    times = f"{factors[limit]:,.0f} times" if factors[limit] < 1e6 else "far more than"
    return f" That is {times} the present value: is an input mistyped? Most suspicious: {_suspect(case, limit)}."


def _suspect(case: Case, limit: Limit) -> str:
    """The figure that stands out most from its like, or else the limit itself."""
    ratio, said = max(_outstanding(case, limit))
    return said if ratio > _OUTSTANDING else f"the {limit.name} of {float(limit.of(case).max()):,.10g} {limit.unit}"


def _outstanding(case: Case, limit: Limit) -> Iterator[tuple[float, str]]:
    """What a limit has to do with: the largest figure of each kind, and how many times the usual one it is."""
    baseload = np.broadcast_to(case.baseload_kwh, case.charging_kwh.shape)
    for name, need in (("charging need", case.charging_kwh), ("baseload", baseload)):
        index = np.unravel_index(int(need.argmax()), need.shape)
        where = case.where(*(int(i) for i in index))
        yield _among_its_like(f"the {name} of {need[index]:,.10g} kWh in {where}", need)
    if limit is BUDGET:
        prices = {"solar": case.solar_price, "battery": case.battery_price}
        prices |= {f"a {charger} charger": case.charger_price[c] for c, charger in enumerate(case.chargers)}
        for name, price in prices.items():
            y = int(price.argmax())
            yield _among_its_like(f"the price of {name} of {price[y]:,.10g} USD in {case.years[y]}", price)


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


def _beyond_reach(case: Case) -> Iterator[_Shortage]:
    """Slots that need more energy or charging power than can be had at all."""
    yield from _beyond_supply(case)
    yield from _beyond_power(case)


def _beyond_supply(case: Case) -> Iterator[_Shortage]:
    """Slots that need more than grid, all panels and all batteries allowed can give."""
    solar = case.solar_yield * (case.solar_existing_kwp + case.solar_max_added_kwp)
    battery = case.discharge_share * (case.battery_existing_kwh + case.battery_max_kwh)
    most = np.broadcast_to(case.grid_limit_kwh + solar + battery, case.demand_kwh.shape)
    for index, short in _positive(case.demand_kwh - most):
        need = _figure(case.demand_kwh[index])
        yield _Shortage(
            index,
            short,
            f"{need} kWh are needed, at most {_figure(most[index])} can be supplied even with every panel and "
            f"battery allowed: {_figure(short)} kWh short.",
        )


def _beyond_power(case: Case) -> Iterator[_Shortage]:
    """Slots that charge more than could be with nothing but chargers bought, even parts of one."""
    with np.errstate(divide="ignore", invalid="ignore"):
        most_bought = (case.power_kw[:, None] / case.charger_price).max(axis=0) * case.capex_budget
    bought = np.where(case.charger_price.min(axis=0) > 0, most_bought, math.inf)
    power = case.power_kw @ case.chargers_existing + bought.cumsum()
    most = np.broadcast_to(power[:, None, None] * case.hours, case.charging_kwh.shape)
    for index, short in _positive(case.charging_kwh - most):
        yield _Shortage(
            index,
            short,
            f"{_figure(case.charging_kwh[index])} kWh are to be charged, at most {_figure(most[index])} can be even if "
            f"the whole budget goes into chargers: {_figure(short)} kWh short.",
        )


def _shortfalls(case: Case, program: Program, deadline: Deadline) -> Iterator[_Shortage]:
    """Where energy or charging power is missing when as little as possible is missing in all."""
    solution = least_cost(program.elastic("demand_balance", "charger_capacity"), deadline)
    if solution.values is None:
        return
    missing = solution.values[program.size[1] :].reshape(2, *case.demand_kwh.shape)
    for index, short in _positive(missing[0]):
        grid = case.grid_limit_kwh[index[-1]]
        yield _Shortage(
            index, short, f"{_figure(short)} kWh of energy short; the grid limit of {grid:,.10g} kWh binds."
        )
    for index, short in _positive(missing[1]):
        yield _Shortage(index, short, f"{_figure(short)} kWh cannot be charged; the budget buys no more chargers.")


def _figure(kwh: float) -> str:
    """An amount of energy, never rounded to nothing: `1,285.3`."""
    return f"{kwh:,.1f}" if kwh >= 0.05 or kwh == 0 else f"{kwh:.1g}"


def _positive(amounts: FloatArray) -> Iterator[tuple[tuple[int, int, int], float]]:
    for y, d, s in zip(*np.nonzero(amounts > _SHORT), strict=True):
        yield (int(y), int(d), int(s)), float(amounts[y, d, s])
