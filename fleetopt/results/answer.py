"""The plan in words: what it costs, what to buy when, and which limits bind."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from fleetopt.depot import money_on, objectives_on, of_those_on
from fleetopt.depot.part import Item
from fleetopt.plan.assumptions import told
from fleetopt.plan.limits import limits, room_text
from fleetopt.plan.plan import Plan
from fleetopt.results.recalculation import LINES
from fleetopt.words.numbers import short

if TYPE_CHECKING:
    from fleetopt.plan.result import Result

_WIDTH = 150
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
WORDS = {
    "infeasible": "no plan keeps all limits",
    "no_solution": "no plan was found in time",
    "failed": "the plan did not pass the check and is not shown",
    "input_error": "the input is not valid",
}
"""What became of a scenario without a plan."""


def answer(scenario: str, result: Result) -> list[str]:
    """The answer for one scenario, in lines."""
    plan = result.plan
    if plan is None:
        return [f"{scenario}: {WORDS[result.status]}. The Messages sheet says why and what to do."]
    refined = " ".join(told(plan, in_answer=True))
    return [
        *_wrapped(
            f"{scenario} costs {short(plan.objective, 0)} USD{_of_what(plan)} {_span(plan)}: {_proof(result)}.", 1
        ),
        *_wrapped(_buy(plan), LINES - 4 - bool(refined)),
        *_wrapped(refined, 1),
        *_wrapped(_money(plan), 1),
        *_wrapped(binding_text(plan), 1),
        *_wrapped(room_text(plan.case, result.room), 1),
    ]


def _wrapped(text: str, most: int) -> list[str]:
    lines = textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1][: _WIDTH - 4].rstrip(' ,')} ..."]


def _of_what(plan: Plan) -> str:
    """Of which sum the cost is, where it is not simply what is paid."""
    return "".join(f" of {each.header.lower()}" for each in objectives_on(plan.case.is_on()))


def _span(plan: Plan) -> str:
    years = plan.case.years
    return f"over {years[0]} to {years[-1]}" if len(years) > 1 else f"in {years[0]}"


def _proof(result: Result) -> str:
    if result.is_certified and result.gap == 0:
        return f"proven least, {checked(result)}"
    if result.gap == 0:
        return f"least by {result.least_by}, not certified"
    return f"at most {result.gap:.2%} above the least cost"


def checked(result: Result) -> str:
    """How many cases a certificate has: `checked in 46 cases that cover every choice of chargers`."""
    if result.certificate is None or result.plan is None:
        return ""
    leaves = result.certificate.leaves
    on = result.plan.case.is_on()
    what = _listed([each.noun.lower() for each in of_those_on("purchases", on) if len(each.item) == 1])
    if any(each.is_whole and each.kind != "bought" for each in of_those_on("decisions", on)):
        what = "what is bought whole"
    cases = f"{leaves:,} cases that cover" if leaves != 1 else "one case that covers"
    return f"checked in {cases} every choice of {what}"


def _buy(plan: Plan) -> str:
    """Say what to buy in which year."""
    parts = [
        f"{bought} in {year}" for y, year in enumerate(plan.case.years) if (bought := _listed([*_bought(plan, y)]))
    ]
    if not parts:
        return "Buy nothing: what is there suffices and more would not pay."
    return f"Buy {_listed(parts, ', and ')}."


def _bought(plan: Plan, y: int) -> Iterator[str]:
    for item in plan.case.items:
        if (count := float(plan.of_item(item, item.purchase.bought)[y])) > 0:
            yield spoken(item, count, item.purchase.called)


def spoken(item: Item, count: float, words: str) -> str:
    """Something that is bought, in words: `127.8 kWp of solar`, `two 400 kW chargers`."""
    number = _NUMBERS[int(count)] if count < len(_NUMBERS) else f"{int(count):,}"
    plural = "s" if count > 1 else ""
    return words.format(count=short(count), number=number, item=item.name, s=plural)


def _money(plan: Plan) -> str:
    """Say what is paid for what, and what is earned."""
    said: dict[tuple[str, int], float] = {}
    for money in money_on(plan.case.is_on()):
        key = money.said, money.sign
        said[key] = said.get(key, 0.0) + float(getattr(plan, money.name).sum())
    paid = ", ".join(f"{what} {short(amount, 0)} USD" for (what, sign), amount in said.items() if sign > 0)
    earned = "".join(
        f", and {what} {short(amount, 0)} USD" if amount else f", and {what} nothing"
        for (what, sign), amount in said.items()
        if sign < 0
    )
    return f"{paid}{earned}."


def binding_text(plan: Plan) -> str:
    """Name the limits of which nothing is left, with their years."""
    years: dict[str, list[int]] = {}
    for use in limits(plan):
        if use.is_binding and use.is_news:
            years.setdefault(use.limit, []).extend([use.year] if use.year is not None else [])
    said = [f"{limit} ({_listed([str(year) for year in when])})" if when else limit for limit, when in years.items()]
    return f"Limits with nothing left: {_listed(said)}." if said else "No limit is used up."


def _listed(parts: Sequence[str], last: str = " and ") -> str:
    return last.join(filter(None, (", ".join(parts[:-1]), parts[-1]))) if parts else ""
