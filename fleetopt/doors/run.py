"""One run of a planning workbook: what its results say, whatever book they go to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from fleetopt import __version__
from fleetopt.books.reading import Book
from fleetopt.books.tables import find_header
from fleetopt.inputs.inputs import Inputs
from fleetopt.inputs.scenarios import Scenario, with_changes
from fleetopt.inputs.schema import INPUT_TABLES, RUN_SETTINGS, SETTINGS_TABLE
from fleetopt.plan.limits import room_text
from fleetopt.plan.margins import rooms
from fleetopt.plan.optimize import optimize
from fleetopt.plan.result import Result
from fleetopt.results.answer import binding_text
from fleetopt.results.content import Run, at_run, result_content, serial, without_others
from fleetopt.results.input_content import input_content, inputs_hash
from fleetopt.results.tables import CHOICES, RUNS, result_tables
from fleetopt.solvers.backend import ortools_version
from fleetopt.solvers.canonical import MOST_ROWS
from fleetopt.solvers.deadline import Deadline
from fleetopt.solvers.messages import SolverError
from fleetopt.solvers.progress import Progress
from fleetopt.words.block import Block
from fleetopt.words.content import ANEW, Content, Value
from fleetopt.words.problem import FileError, Problem, error, note
from fleetopt.words.rows import Cell

_ROOM_SECONDS = 10.0
"""Finding out how far limits may fall takes no longer."""
_OF_A_RUN = tuple(column.name for column in RUN_SETTINGS)


Outcomes = Sequence[tuple[Scenario, Result]]


def run_settings(inputs: Inputs, changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Solver, time limit and gap: those of the run, else those of the input."""
    given = changes or {}
    return {name: given.get(name, inputs.settings.get(name, Cell(None, "")).value) for name in _OF_A_RUN}


def solve(scenario: Scenario, settings: Mapping[str, Any], report: Callable[[Progress], None]) -> Result:
    """Solve one scenario; a solver that breaks down is a result too.

    What is said of a limit names its cell, and a plan says which limits bind.
    """
    started = datetime.now()
    try:
        result = optimize(scenario.case, **settings, report=report)
        problems = [replace(found, where=scenario.places.get(found.where, found.where)) for found in result.problems]
        binding = [binding_text(result.plan)] if result.plan else []
        return replace(result, problems=problems, notes=[*result.notes, *binding])
    except SolverError as fault:
        problem = error("", f"the solver broke down: {fault}.", "Try another solver, and report this case.")
        seconds = (datetime.now() - started).total_seconds()
        return Result("failed", str(settings["solver"]), seconds, problems=[problem])


def with_room(outcomes: Outcomes, time_limit: float | None = None) -> list[tuple[Scenario, Result]]:
    """Add to each plan how far the limits may fall; not where finding out would take long.

    Parameters:
        time_limit: seconds that it may take at most; a few all the same when None.
    """
    small = [k for k, (_, result) in enumerate(outcomes) if result.plan is not None and result.rows <= MOST_ROWS]
    found = rooms([outcomes[k][0].case for k in small], Deadline(min(_ROOM_SECONDS, time_limit or _ROOM_SECONDS)))
    changed = list(outcomes)
    for k, room in zip(small, found, strict=True):
        scenario, result = changed[k]
        said = [text] if (text := room_text(scenario.case, room)) else []
        changed[k] = scenario, replace(result, room=room, notes=[*result.notes, *said])
    return changed


def check_places(book: Book) -> None:
    """See before a long solve that a workbook has the tables that results are written to.

    Raises:
        FileError: one is missing.
    """
    there = {name.casefold() for name in book.table_names()}
    for table in result_tables():
        if table.name.casefold() not in there:
            raise FileError(book.name, f"the table '{table.name}' of the sheet {table.sheet} is missing.", ANEW)


def book_results(
    book: Book,
    inputs: Inputs,
    outcomes: Outcomes,
    problems: Sequence[Problem],
    seconds: float,
    changes: Mapping[str, Any] | None = None,
) -> Content:
    """What a run writes into the workbook that it read.

    Results of inputs that this run changed are marked as not belonging to those in the workbook.
    """
    tables = [table.name for table in INPUT_TABLES]
    blocks = book.blocks([*tables, RUNS.name])
    by_name = {name.casefold(): block.rows[1:] for name, block in blocks.items()}
    run = Run(
        **_record(inputs, seconds),
        tables={name: by_name[name.casefold()] for name in tables if name.casefold() in by_name},
        earlier=_earlier_runs(blocks),
        choices={column.name: book.value(column.name) for column in CHOICES},
    )
    content = without_others(_results(outcomes, problems, run))
    settings = at_run(SETTINGS_TABLE.name)
    then = content.names.get(settings)
    if isinstance(then, float) and set(changes or ()) - set(_OF_A_RUN):
        content.names[settings] = then + 1
    return content


def _earlier_runs(blocks: Mapping[str, Block]) -> list[list[Value]]:
    """The rows of the Runs table so far, in the order of its columns."""
    block = next((block for name, block in blocks.items() if name.casefold() == RUNS.name.casefold()), None)
    if block is None:
        return []
    found = find_header(replace(block, rows=block.rows[:1]), {column.name: column.headers for column in RUNS.columns})
    places = [found.columns.get(column.name) if found else None for column in RUNS.columns]
    rows = ([None if j is None else _plain(row[j]) for j in places] for row in block.rows[1:])
    return [row for row in rows if any(value is not None for value in row)]


def _plain(value: Any) -> Value:
    """What was read as it is written again: a moment is a number, a fault is nothing."""
    if isinstance(value, datetime):
        return serial(value)
    return value if isinstance(value, (float, int, str)) else None


def new_results(
    inputs: Inputs, outcomes: Outcomes, problems: Sequence[Problem], seconds: float, changes: Mapping[str, Any]
) -> Content:
    """Everything that a new workbook holds: the inputs of this run and its results."""
    filled = input_content(with_changes(inputs, changes))
    content = _results(outcomes, problems, Run(**_record(inputs, seconds), tables=filled.tables))
    return replace(content, tables={**filled.tables, **content.tables}, headers={**filled.headers, **content.headers})


def _results(outcomes: Outcomes, problems: Sequence[Problem], run: Run) -> Content:
    notes = [note("", f"{scenario.name}: {text}") for scenario, _ in outcomes for text in scenario.notes]
    return result_content([(scenario.name, result) for scenario, result in outcomes], [*problems, *notes], run)


def _record(inputs: Inputs, seconds: float) -> dict[str, Any]:
    versions = f"fleetopt {__version__}, ortools {ortools_version()}"
    return {"finished": datetime.now(), "seconds": seconds, "versions": versions, "inputs": inputs_hash(inputs)}
