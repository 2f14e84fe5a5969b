"""The result for people, on a terminal of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from fleetopt.depot.case import FloatArray
from fleetopt.inputs.scenarios import Scenario
from fleetopt.plan.optimize import Result
from fleetopt.plan.plan import Plan
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
    proof = "proven least" if result.gap == 0 else f"at most {result.gap:.2%} above the least"
    yield f"{scenario.name}: {short(plan.objective, 2)} USD in all, {proof} ({result.solver}, {result.seconds:.2f} s)"
    yield ""
    for y, year in enumerate(plan.case.years):
        if bought := _bought(plan, y):
            yield from textwrap.wrap(f"{year}  {bought}", WIDTH, initial_indent="  Buy in ", subsequent_indent=" " * 15)
    if not plan.charger_add.any() and not plan.solar_add.any() and not plan.battery_add.any():
        yield "  Buy nothing."
    yield ""
    yield _row("USD", "CapEx", "OpEx", "Solar export", "Battery export", "Total cost")
    for y, year in enumerate(plan.case.years):
        yield _row(str(year), *(short(float(figures[y]), 0) for figures in _money(plan)))
    yield _row("Total", *(short(float(figures.sum()), 0) for figures in _money(plan)))


def _money(plan: Plan) -> tuple[FloatArray, ...]:
    return plan.capex, plan.opex, plan.solar_export_revenue, plan.battery_export_revenue, plan.total_cost


def _row(name: str, *figures: str) -> str:
    widths = (13, 13, 14, 15, 14)
    return f"  {name:<6}" + "".join(f"  {figure}".rjust(width) for figure, width in zip(figures, widths, strict=True))


def _bought(plan: Plan, y: int) -> str:
    """Name what is bought in a year: `127.8 kWp solar, 1 x 400 kW charger`."""
    parts = []
    if plan.solar_add[y] > 0:
        parts.append(f"{short(float(plan.solar_add[y]))} kWp solar")
    if plan.battery_add[y] > 0:
        parts.append(f"{short(float(plan.battery_add[y]))} kWh battery")
    for charger, count in zip(plan.case.chargers, plan.charger_add[:, y], strict=True):
        if count:
            parts.append(f"{int(count)} x {charger} charger{'s' if count > 1 else ''}")
    return ", ".join(parts)


def _comparison(solved: Sequence[tuple[Scenario, Plan]]) -> Iterator[str]:
    first = solved[0][1].objective
    yield f"{'Scenario':<20}{'Total USD':>13}{'to first':>12}{'Solar kWp':>11}{'Battery kWh':>13}{'Chargers':>10}"
    for scenario, plan in solved:
        name = scenario.name if len(scenario.name) < 20 else scenario.name[:16] + "..."
        figures = (
            short(plan.objective, 0),
            short(plan.objective - first, 0),
            short(float(plan.solar_add.sum())),
            short(float(plan.battery_add.sum())),
            f"{int(plan.charger_add.sum()):,}",
        )
        yield f"{name:<20}" + "".join(
            f"  {figure}".rjust(width) for figure, width in zip(figures, (13, 12, 11, 13, 10), strict=True)
        )
