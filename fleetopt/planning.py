"""One run of a planning workbook: what its results say, whatever book they go to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from importlib import metadata
from typing import Any

from fleetopt import __version__
from fleetopt.books.content import Content
from fleetopt.books.input_content import input_content, inputs_hash
from fleetopt.books.planning import INPUT_TABLES
from fleetopt.books.reading import Book
from fleetopt.books.result_content import Run, result_content
from fleetopt.inputs import Inputs
from fleetopt.optimize import Result, optimize
from fleetopt.problem import Problem, error, note
from fleetopt.result_tables import CHOICES, RUNS
from fleetopt.scenarios import Scenario, with_changes
from fleetopt.solvers.messages import SolverError
from fleetopt.solvers.progress import Progress

RUN_SETTINGS = ("solver", "time_limit", "gap")
"""Settings of a run rather than of the depot."""


def run_settings(inputs: Inputs, changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Solver, time limit and gap: those of the run, else those of the input."""
    given = changes or {}
    return {name: given.get(name, inputs.settings[name].value) for name in RUN_SETTINGS}


def solve(scenario: Scenario, settings: Mapping[str, Any], report: Callable[[Progress], None]) -> Result:
    """Solve one scenario; a solver that breaks down is a result too."""
    started = datetime.now()
    try:
        return optimize(scenario.case, **settings, report=report)
    except SolverError as fault:
        problem = error("", f"the solver broke down: {fault}.", "Try another solver, and report this case.")
        seconds = (datetime.now() - started).total_seconds()
        return Result("failed", str(settings["solver"]), seconds, problems=[problem])


Outcomes = Sequence[tuple[Scenario, Result]]


def book_results(
    book: Book, inputs: Inputs, outcomes: Outcomes, problems: Sequence[Problem], seconds: float
) -> Content:
    """What a run writes into the workbook that it read."""
    tables = [table.name for table in INPUT_TABLES]
    blocks = book.blocks([*tables, RUNS.name])
    by_name = {name.casefold(): block.rows[1:] for name, block in blocks.items()}
    run = Run(
        **_record(inputs, seconds),
        tables={name: by_name[name.casefold()] for name in tables if name.casefold() in by_name},
        earlier=[row[: len(RUNS.columns)] for row in by_name.get(RUNS.name.casefold(), ()) if any(row)],
        choices={column.name: book.value(column.name) for column in CHOICES},
    )
    return _results(outcomes, problems, run)


def new_results(
    inputs: Inputs, outcomes: Outcomes, problems: Sequence[Problem], seconds: float, changes: Mapping[str, Any]
) -> Content:
    """Everything that a new workbook holds: the inputs of this run and its results."""
    filled = input_content(with_changes(inputs, changes))
    content = _results(outcomes, problems, Run(**_record(inputs, seconds), tables=filled.tables))
    return Content({**filled.tables, **content.tables}, {**filled.headers, **content.headers}, content.names)


def _results(outcomes: Outcomes, problems: Sequence[Problem], run: Run) -> Content:
    notes = [note("", f"{scenario.name}: {text}") for scenario, _ in outcomes for text in scenario.notes]
    return result_content([(scenario.name, result) for scenario, result in outcomes], [*problems, *notes], run)


def _record(inputs: Inputs, seconds: float) -> dict[str, Any]:
    versions = f"fleetopt {__version__}, ortools {metadata.version('ortools')}"
    return {"finished": datetime.now(), "seconds": seconds, "versions": versions, "inputs": inputs_hash(inputs)}
