"""What the buttons of the planning workbook call, on the workbook that is open in Excel.

No fault reaches the user as a traceback: the Messages sheet lists what is wrong, Start and the status bar say so, and
a log has the rest.
"""

from __future__ import annotations

import os
import sys
import threading


def run_optimization() -> None:
    """Read the inputs, solve every scenario that is to run, and write the results."""
    _press("run")


def check_inputs() -> None:
    """Read and check the inputs; list what is wrong."""
    _press("check")


def clear_results() -> None:
    """Empty the result sheets; the list of runs stays."""
    _press("clear")


def _press(button: str) -> None:
    """Do what a button asks; what cannot be said in the workbook is one sentence, which xlwings shows."""
    try:
        import xlwings

        from fleetopt.books.live import LiveBook
        from fleetopt.doors.buttons import press

        press(button, LiveBook(xlwings.Book.caller()))
    except ImportError as fault:
        sys.exit(f"fleetopt: a package is missing or damaged: {fault}. 'python -m fleetopt doctor' says what to do.")
    except Exception as fault:
        from fleetopt.doors.log import write_log

        sys.exit(
            f"fleetopt: the workbook cannot be reached ({fault}). Press the button in a workbook made by "
            f"'python -m fleetopt new'. What happened stands in {write_log()}."
        )
    if any(thread.name == "solver" for thread in threading.enumerate()):
        os._exit(0)  # a solver that was given up holds a thread, under which no interpreter ends cleanly
