"""The results of a run as rows of the planning workbook's result tables: the same for every book."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from fleetopt.depot import DERIVED, FIGURES, MONEY, OBJECTIVE, PURCHASES, REFINEMENTS, of_those_on
from fleetopt.inputs.schema import INPUT_TABLES
from fleetopt.plan.limits import limits
from fleetopt.plan.plan import Plan
from fleetopt.results import tables as results
from fleetopt.results.answer import WORDS, answer
from fleetopt.results.fingerprint import fingerprint
from fleetopt.results.messages import message_rows
from fleetopt.results.summary import day_formulas, year_formulas
from fleetopt.words.columns import Table
from fleetopt.words.content import Content, Value
from fleetopt.words.numbers import exact, finite
from fleetopt.words.problem import Problem

if TYPE_CHECKING:
    from fleetopt.plan.result import Result

Outcome = tuple[str, "Result"]
"""A scenario's name and what came of it."""
MOST_RUNS = 1000
"""The Runs sheet keeps no more rows."""
KEPT = frozenset(table.name for table in INPUT_TABLES)
"""The planner's own figures: no result is written among them, wherever its name may point to."""


@dataclass(frozen=True)
class Run:
    """What is known of a run besides its outcomes."""

    finished: datetime | None = None
    seconds: float | None = None
    versions: str = ""
    inputs: str = ""
    """Hash of the inputs."""
    tables: Mapping[str, Sequence[Sequence[Any]]] = field(default_factory=dict)
    """The body of each input table as the workbook shows it."""
    earlier: Sequence[Sequence[Value]] = ()
    """Rows of the Runs table so far."""
    choices: Mapping[str, Any] = field(default_factory=dict)
    """What the user has chosen to see on the Summary sheet."""


def result_content(outcomes: Sequence[Outcome], problems: Sequence[Problem], run: Run) -> Content:
    """Everything that a run writes. Old results are replaced only if there is a new plan."""
    solved = [(name, result.plan) for name, result in outcomes if result.plan]
    on = tuple(name for name in REFINEMENTS if any(name in plan.case.is_on() for _, plan in solved))
    tables = {table.name for table in results.listings(on)}
    optional = frozenset(table.name for table in results.listings(REFINEMENTS) if table.name not in tables)
    content = Content(on=on, optional=optional, kept=KEPT)
    _put(content, results.MESSAGES, message_rows([*problems, *_of_scenarios(outcomes)]))
    _put(content, results.REPAIRS, [*_repairs(outcomes)])
    _put(content, results.RUNS, [*run.earlier, *_runs(outcomes, run)][-MOST_RUNS:])
    content.names.update(_status(outcomes, run))
    if not solved:
        return content
    _put(content, results.yearly(on), [row for name, plan in solved for row in _yearly(name, plan, on)])
    _put(content, results.PURCHASES, [row for name, plan in solved for row in _purchases(name, plan)])
    _put(content, results.flow_table(on), [row for name, plan in solved for row in _flows(name, plan, on)])
    _put(content, results.compare(on), [*_compare(outcomes, on)])
    _put(content, results.LIMITS, [row for name, plan in solved for row in _limits(name, plan)])
    for table in results.listings(on):
        _put(content, table, [row for name, plan in solved for row in _listed(name, plan, table)])
    content.names.update(_chosen(solved, run.choices))
    _put(content, results.years(on), year_formulas(content))
    _put(content, results.day(on), day_formulas(content))
    for table_name, body in run.tables.items():
        content.names[at_run(table_name)] = fingerprint(body)
    return content


def without_others(content: Content) -> Content:
    """The same for a workbook that may still hold what refinements wrote that are off now: it is emptied."""
    if results.yearly().name in content.tables:
        for table in results.listings(REFINEMENTS):
            if table.name not in content.tables:
                _put(content, table, [])
    return content


def at_run(table: str) -> str:
    """Name of the cell that holds an input table's fingerprint at the last run."""
    return f"at_run_{table}"


def _put(content: Content, table: Any, rows: Sequence[Sequence[Value]]) -> None:
    content.tables[table.name] = rows
    content.headers[table.name] = table.headings
    content.further[table.name] = results.further(table)


def _figure(value: Any) -> float:
    """Without a solver's noise; a whole number stays a float, as every book has it."""
    return exact(float(value))


def _of_scenarios(outcomes: Sequence[Outcome]) -> Iterator[Problem]:
    """What is to say of each scenario, under its name; the same note only once."""
    said: dict[str, list[str]] = {}
    for name, result in outcomes:
        for problem in result.problems:
            yield Problem(problem.severity, problem.where, f"{name}: {problem.message}", problem.advice)
        for note in result.notes:
            said.setdefault(note, []).append(name)
    for note, names in said.items():
        whose = "" if len(names) == len(outcomes) else f" ({', '.join(names)})"
        yield Problem("note", "", f"{note}{whose}")


def _yearly(scenario: str, plan: Plan, on: tuple[str, ...]) -> Iterator[list[Value]]:
    columns = results.yearly(on).columns[2:]
    values = [_of_years(plan, column.name) for column in columns]
    for y, year in enumerate(plan.case.years):
        yield [scenario, year, *(_figure(value[y]) for value in values)]


def _of_years(plan: Plan, name: str) -> Any:
    """(y,) a column of the yearly results: of all items together where there are several."""
    if name == OBJECTIVE.name:
        return plan.objective_by_year
    together = {results.bought_name(purchase): purchase.bought for purchase in PURCHASES}
    values = getattr(plan, together.get(name, name))
    return values.sum(axis=0) if values.ndim > 1 else values


def _purchases(scenario: str, plan: Plan) -> Iterator[list[Value]]:
    case = plan.case
    for y, year in enumerate(case.years):
        for item, price in zip(case.items, case.item_price[:, y], strict=True):
            bought = plan.of_item(item, item.purchase.bought)[y]
            there = plan.of_item(item, item.purchase.installed)[y]
            cost = _figure(bought * price)
            row = [_figure(bought), _figure(price), cost, _figure(there)]
            yield [scenario, year, item.name, item.purchase.unit, *row]


def _flows(scenario: str, plan: Plan, on: tuple[str, ...]) -> Iterator[list[Value]]:
    case = plan.case
    shape = tuple(case.sizes[axis] for axis in "yds")
    money = {each.by_slot[0]: plan.by_slot(each.name) for each in MONEY if each.by_slot}
    figures = []
    for column in results.flow_table(on).columns[_KEYS_OF_FLOWS:]:
        values = money[column.name] if column.name in money else value_of(plan, column.name)
        figures.append((np.round(np.broadcast_to(values, shape), 9) + 0.0).ravel().tolist())
    keys = (
        (scenario, year, day, slot, s + 1)
        for year in case.years
        for day in case.day_types
        for s, slot in enumerate(case.slots)
    )
    for key, *row in zip(keys, *figures, strict=True):
        yield [*key, *row]


_KEYS_OF_FLOWS = 5


def value_of(plan: Plan, name: str) -> Any:
    """A figure, a derived array, a decision or a quantity, by its name."""
    is_given = name in FIGURES or name in DERIVED
    return getattr(plan.case if is_given else plan, name)


def _compare(outcomes: Sequence[Outcome], on: tuple[str, ...]) -> Iterator[list[Value]]:
    first = next((result.plan.objective for _, result in outcomes if result.plan), 0.0)
    table = results.compare(on)
    for name, result in outcomes:
        plan = result.plan
        words = "\n".join(answer(name, result))
        if plan is None:
            yield [name, result.status, *[None] * (len(table.columns) - 4), result.solver, words]
            continue
        own: dict[str, Value] = {
            "scenario": name,
            "status": result.status,
            "difference": _figure(plan.objective - first),
            "bound": finite(result.best_bound_usd),
            "gap": finite(result.gap),
            "solver": result.solver,
            "answer": words,
        }
        yield [
            own[column.name] if column.name in own else _figure(_of_years(plan, column.name).sum())
            for column in table.columns
        ]


def _listed(scenario: str, plan: Plan, table: Table) -> Iterator[list[Value]]:
    """The rows of a refinement's own table, where it is on."""
    for listing in of_those_on("listings", plan.case.is_on()):
        if listing.table.name == table.name:
            for row in listing.rows(plan.case, plan):
                yield [scenario, *(_figure(value) if isinstance(value, float) else value for value in row)]


def _limits(scenario: str, plan: Plan) -> Iterator[list[Value]]:
    for use in limits(plan):
        used, most = _figure(use.used), _figure(use.most)
        state = "binding" if use.is_binding else "free"
        slack = _figure(most - used)
        yield [scenario, use.limit, use.year, use.day_type, use.slot, used, most, use.unit, slack, state]


def _repairs(outcomes: Sequence[Outcome]) -> Iterator[list[Value]]:
    """What would make a plan possible; a limit that differs from year to year or slot to slot by its lowest."""
    for name, result in outcomes:
        for k, remedy in enumerate(result.remedies, start=1):
            for limit, raised in remedy.limits.items():
                now, to = _figure(remedy.present[limit].min()), _figure(raised.min())
                yield [name, k, f"{limit.name[0].upper()}{limit.name[1:]}", now, to, limit.unit, _figure(remedy.cost)]


def _runs(outcomes: Sequence[Outcome], run: Run) -> Iterator[list[Value]]:
    for name, result in outcomes:
        yield [
            serial(run.finished),
            name,
            result.status,
            _figure(result.plan.objective) if result.plan else None,
            finite(result.gap) if result.plan else None,
            None if run.seconds is None else round(result.seconds, 3),
            result.solver,
            run.versions,
            run.inputs,
        ]


def serial(moment: datetime | None) -> float | None:
    """A moment as Excel counts it: days since the end of 1899, to the second."""
    if moment is None:
        return None
    return (moment.replace(microsecond=0, tzinfo=None) - datetime(1899, 12, 30)).total_seconds() / 86400


def _status(outcomes: Sequence[Outcome], run: Run) -> dict[str, Value]:
    """The cells of the Start sheet."""
    first = outcomes[0][1].plan if outcomes else None
    gaps = [result.gap for _, result in outcomes if result.plan]
    return {
        "run_status": _in_words(outcomes),
        "run_objective": _figure(first.objective) if first else None,
        "run_gap": finite(max(gaps)) if gaps else None,
        "run_seconds": None if run.seconds is None else round(run.seconds, 2),
        "run_finished": serial(run.finished),
        "run_look": _look(outcomes),
    }


def _in_words(outcomes: Sequence[Outcome]) -> str:
    """Say how the scenarios ended, such as "Solved: all 3 scenarios, proven least cost."."""
    solved = [result for _, result in outcomes if result.plan]
    if not outcomes:
        return "Nothing was solved."
    if len(solved) == len(outcomes):
        proof = "not all proven in time"
        if all(result.gap == 0 for result in solved):
            proof = "proven least cost" if all(result.is_certified for result in solved) else "not all certified"
        return f"Solved: {'the scenario' if len(solved) == 1 else f'all {len(solved)} scenarios'}, {proof}."
    ended = [f"{name}: {WORDS[result.status]}" for name, result in outcomes if not result.plan]
    return f"{len(solved)} of {len(outcomes)} scenarios solved. {'; '.join(ended)}."


def _look(outcomes: Sequence[Outcome]) -> str:
    if any(result.plan is None for _, result in outcomes) or not outcomes:
        return "Messages says why there is no plan, Repairs what would make one possible."
    return "Summary: the answer in words, figures and charts. Then Checks: Excel recomputes every figure."


def _chosen(solved: Sequence[tuple[str, Plan]], choices: Mapping[str, Any]) -> dict[str, Value]:
    """What the Summary sheet shows.

    The user's choice where it still exists, else the first scenario, the last year and the day type with most load.
    """
    plan = solved[0][1]
    case = plan.case
    load = np.asarray(sum(value_of(plan, name) for name in results.NEEDS))[-1].sum(axis=1)
    known: dict[str, tuple[Sequence[Any], Any]] = {
        "summary_scenario": ([name for name, _ in solved], solved[0][0]),
        "summary_year": (case.years, case.years[-1]),
        "summary_day_type": (case.day_types, case.day_types[int(load.argmax())]),
    }
    return {name: choices[name] if choices.get(name) in there else usual for name, (there, usual) in known.items()}


def refused_content(problems: Sequence[Problem]) -> Content:
    """What is written when no plan is made: messages and status; the results stay as they are."""
    content = checked_content(problems)
    content.names["run_status"] = f"Not run: {_counted(problems)}. Results, if any, are of an earlier run."
    return content


def checked_content(problems: Sequence[Problem]) -> Content:
    """What is written when the inputs were only checked: messages, and where to look."""
    content = Content(kept=KEPT)
    _put(content, results.MESSAGES, message_rows(problems))
    _put(content, results.REPAIRS, [])
    content.names["run_look"] = (
        f"Messages: {_counted(problems)}, each with a link to its cell." if problems else "The inputs are in order."
    )
    return content


def _counted(problems: Sequence[Problem]) -> str:
    """Say how many errors, warnings and notes there are."""
    severities = [problem.severity for problem in problems]
    counts = [_count(severities.count(severity), severity) for severity in ("error", "warning", "note")]
    return ", ".join(count for count in counts if not count.startswith("0 "))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def cleared_content(on: tuple[str, ...] = ()) -> Content:
    """Empty result tables, as in a new workbook; the Runs stay.

    Parameters:
        on: names of the refinements whose columns are to be there.
    """
    optional = frozenset(table.name for table in results.listings(REFINEMENTS))
    content = Content(on=on, optional=optional, kept=KEPT)
    for table in results.result_tables(on):
        if table is not results.RUNS:
            _put(content, table, [])
    for table in results.listings(REFINEMENTS):
        _put(content, table, [])
    for column in (*results.STATUS, *results.CHOICES):
        content.names[column.name] = None
    content.names["run_status"] = NOT_RUN
    content.names["run_look"] = "Press Run Optimization."
    return content


NOT_RUN = "No results yet."
