"""The result for people, on a terminal of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from fleetopt.depot import money_on, objectives_on, of_those_on
from fleetopt.inputs.scenarios import Scenario
from fleetopt.plan.assumptions import told
from fleetopt.plan.plan import Plan
from fleetopt.plan.result import Result
from fleetopt.results.answer import checked, spoken
from fleetopt.words.numbers import WIDTH, short


def report(outcomes: Sequence[tuple[Scenario, Result]]) -> str:
    """Say for each scenario what is bought when and what it costs, then compare them."""
    lines: list[str] = []
    for scenario, result in outcomes:
        lines += [*_scenario(scenario, result), ""]
    solved = [(scenario, result.plan) for scenario, result in outcomes if result.plan]
    if len(solved) > 1:
        lines += [*_comparison(solved), ""]
    notes = dict.fromkeys(note for scenario, result in outcomes for note in (*scenario.notes, *result.notes))
    if notes:
        lines.append("What to know of these figures")
        for note in notes:
            whose = [scenario.name for scenario, result in outcomes if note in (*scenario.notes, *result.notes)]
            is_of_all = {scenario.name for scenario, _ in solved or outcomes} <= set(whose)
            said = note if is_of_all else f"{note} ({', '.join(whose)})"
            lines += textwrap.wrap(said, WIDTH, initial_indent="- ", subsequent_indent="  ")
    return "\n".join(lines).rstrip() + "\n"


def _scenario(scenario: Scenario, result: Result) -> Iterator[str]:
    plan = result.plan
    if plan is None:
        words = {
            "infeasible": "no plan keeps all limits",
            "no_solution": "no plan found in time",
            "failed": "the plan did not pass the check and is not shown",
        }
        yield f"{scenario.name}: {words.get(result.status, result.status)}"
        return
    proof = f"at most {result.gap:.2%} above the least"
    if result.gap == 0:
        proof = "proven least" if result.is_certified else f"least by {result.least_by}, not certified"
    cost = f"{short(plan.objective, 2)} USD{_in_all(plan)}"
    yield f"{scenario.name}: {cost}, {proof} ({result.solver}, {result.seconds:.2f} s)"
    if result.is_certified:
        yield f"  {(text := checked(result))[0].upper()}{text[1:]}."
    yield ""
    for y, year in enumerate(plan.case.years):
        if bought := _bought(plan, y):
            yield from textwrap.wrap(f"{year}  {bought}", WIDTH, initial_indent="  Buy in ", subsequent_indent=" " * 15)
    if not plan.bought.any():
        yield "  Buy nothing."
    for said in told(plan, in_answer=True):
        yield ""
        yield from textwrap.wrap(said, WIDTH, initial_indent="  ", subsequent_indent="  ")
    yield ""
    kinds = money_on(plan.case.is_on())
    least = objectives_on(plan.case.is_on())
    figures = [
        *(getattr(plan, money.name) for money in kinds),
        plan.total_cost,
        *(plan.objective_by_year for _ in least),
    ]
    rows = [
        ["USD", *(money.brief or money.header for money in kinds), "Total cost", *(each.header for each in least)],
        *([str(year), *(short(float(each[y]), 0) for each in figures)] for y, year in enumerate(plan.case.years)),
        ["Total", *(short(float(each.sum()), 0) for each in figures)],
    ]
    widths = _WIDTHS if len(figures) == len(_WIDTHS) else _fitting(rows)
    for block, columns in enumerate(_blocks(widths)):
        if block:
            yield ""
        for name, *row in rows:
            yield f"  {name:<6}" + "".join(f"  {row[j]}".rjust(widths[j]) for j in columns)


def _blocks(widths: Sequence[int]) -> list[list[int]]:
    """Columns in blocks that fit side by side into a line."""
    blocks: list[list[int]] = [[]]
    for j, width in enumerate(widths):
        if blocks[-1] and 8 + sum(widths[k] for k in blocks[-1]) + width > WIDTH:
            blocks.append([])
        blocks[-1].append(j)
    return blocks


def _fitting(rows: Sequence[Sequence[str]]) -> list[int]:
    """Just wide enough for each column behind the first."""
    return [max(map(len, column)) + 2 for column in zip(*rows, strict=True)][1:]


_WIDTHS = (13, 13, 14, 15, 14)
"""Of the usual columns of money."""


def _in_all(plan: Plan) -> str:
    """Of which sum the cost is."""
    return next((f" of {each.header.lower()}" for each in objectives_on(plan.case.is_on())), " in all")


def _bought(plan: Plan, y: int) -> str:
    """Name what is bought in a year: `127.8 kWp solar, 1 x 400 kW charger`."""
    bought = ((item, float(plan.of_item(item, item.purchase.bought)[y])) for item in plan.case.items)
    return ", ".join(spoken(item, count, item.purchase.briefly) for item, count in bought if count > 0)


def _comparison(solved: Sequence[tuple[Scenario, Plan]]) -> Iterator[str]:
    first = solved[0][1].objective
    kinds = of_those_on("purchases", ())
    units = [f"{kind.noun} {kind.unit}" if not kind.is_many else kind.noun for kind in kinds]
    widths = (13, 12, *(len(unit) + 2 for unit in units))
    is_present = any(objectives_on(plan.case.is_on()) for _, plan in solved)
    headers = ("Present USD" if is_present else "Total USD", "to first", *units)
    rows = [("Scenario", *headers)]
    for scenario, plan in solved:
        name = scenario.name if len(scenario.name) < 20 else scenario.name[:16] + "..."
        bought = (short(float(getattr(plan, kind.bought).sum())) for kind in kinds)
        rows.append((name, short(plan.objective, 0), short(plan.objective - first, 0), *bought))
    for name, *row in rows:
        yield f"{name:<20}" + "".join(f"  {text}".rjust(width) for text, width in zip(row, widths, strict=True))
