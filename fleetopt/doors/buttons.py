"""The three buttons of the planning workbook, on a workbook that can be told how things go."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from fleetopt.books.reading import read_book
from fleetopt.doors.log import write_log
from fleetopt.doors.run import book_results, check_places, run_settings, solve, with_room
from fleetopt.inputs.checks import check
from fleetopt.inputs.inputs import Inputs
from fleetopt.inputs.scenarios import scenarios
from fleetopt.results.content import KEPT, checked_content, cleared_content, refused_content
from fleetopt.solvers.progress import Progress
from fleetopt.words.content import Content
from fleetopt.words.problem import FileError, InputError, Problem, error, has_error

if TYPE_CHECKING:
    from fleetopt.books.live import LiveBook

_RUNNING = "A run is under way; the results are still those of the run before."


def press(button: str, book: LiveBook) -> None:
    """Do what a button asks, and see that the workbook and Excel are left in order whatever happens.

    Parameters:
        button: run, check or clear.
    """
    try:
        {"run": _run, "check": _check, "clear": _clear}[button](book)
    except InputError as fault:
        _tell(book, refused_content(fault.problems))
    except FileError as fault:
        _tell(book, refused_content([fault.problem]), str(fault.problem))
    except Exception:  # the user's screen shows a sentence, the log the rest
        said = f"a fault of fleetopt itself stopped the run; what happened stands in {write_log()}."
        problem = error("", said, "Please report it.")
        _tell(book, refused_content([problem]), str(problem))
    else:
        book.say(None)


def _tell(book: LiveBook, content: Content, said: str | None = None) -> None:
    """Write what is wrong into the workbook; where even that fails, the status bar has to do."""
    try:
        book.fill(content)
    except FileError as fault:
        said = said or str(fault.problem)
    book.say(f"fleetopt: {said}" if said else None)


def _read(book: LiveBook) -> tuple[Inputs, list[Problem]]:
    book.say("fleetopt: reading the inputs ...")
    inputs = read_book(book)
    return inputs, check(inputs)


def _check(book: LiveBook) -> None:
    _, problems = _read(book)
    book.fill(checked_content(problems))


def _clear(book: LiveBook) -> None:
    book.fill(cleared_content())


def _run(book: LiveBook) -> None:
    started = time.monotonic()
    inputs, problems = _read(book)
    if has_error(problems):
        raise InputError(problems)
    check_places(book)
    book.fill(Content(names={"run_status": _RUNNING}, kept=KEPT))
    chosen = scenarios(inputs)
    settings = run_settings(inputs)
    outcomes = []
    for k, scenario in enumerate(chosen, start=1):
        where = f"{scenario.name} ({k} of {len(chosen)})"
        book.say(f"fleetopt: {where} ...")

        def report(progress: Progress, where: str = where) -> None:
            book.say(f"fleetopt: {where}: {progress}")

        outcomes.append((scenario, solve(scenario, settings, report)))
    book.say("fleetopt: writing the results ...")
    outcomes = with_room(outcomes, settings["time_limit"])
    book.fill(book_results(book, inputs, outcomes, problems, time.monotonic() - started))
