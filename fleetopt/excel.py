"""What the buttons of the planning workbook call, on the workbook that is open in Excel.

No fault reaches the user as a traceback: the Messages sheet lists what is wrong, Start and the status bar say so, and
a log has the rest.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

import xlwings

from fleetopt.books.content import Content
from fleetopt.books.live import LiveBook
from fleetopt.books.reading import read_book
from fleetopt.books.result_content import checked_content, cleared_content, refused_content
from fleetopt.checks import check
from fleetopt.inputs import Inputs
from fleetopt.log import write_log
from fleetopt.planning import book_results, run_settings, solve
from fleetopt.problem import FileError, InputError, Problem, error, has_error
from fleetopt.scenarios import scenarios
from fleetopt.solvers.progress import Progress


def run_optimization() -> None:
    """Read the inputs, solve every scenario that is to run, and write the results."""
    _click(_run)


def check_inputs() -> None:
    """Read and check the inputs; list what is wrong."""
    _click(_check)


def clear_results() -> None:
    """Empty the result sheets; the list of runs stays."""
    _click(lambda book: book.fill(cleared_content()))


def _click(job: Callable[[LiveBook], None]) -> None:
    """Do what a button asks, and see that Excel is left in order whatever happens."""
    book = LiveBook(xlwings.Book.caller())
    try:
        job(book)
    except InputError as fault:
        _tell(book, refused_content(fault.problems))
    except FileError as fault:
        _tell(book, refused_content([fault.problem]), str(fault.problem))
    except Exception:  # the user's screen shows a sentence, the log the rest
        problem = error("", f"a fault of fleetopt itself stopped the run; what happened stands in {write_log()}.",
                        "Please report it.")  # fmt: skip
        _tell(book, refused_content([problem]), str(problem))
    else:
        book.say(None)
    if any(thread.name == "solver" for thread in threading.enumerate()):
        os._exit(0)  # a solver that was given up holds a thread, under which no interpreter ends cleanly


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


def _run(book: LiveBook) -> None:
    started = time.monotonic()
    inputs, problems = _read(book)
    if has_error(problems):
        raise InputError(problems)
    book.fill(Content(names={"run_status": _RUNNING}))
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
    book.fill(book_results(book, inputs, outcomes, problems, time.monotonic() - started))


_RUNNING = "A run is under way; the results are still those of the run before."
