"""Write the planning workbook beside this file, filled with the depot study: `python workbook/build.py`."""

from __future__ import annotations

from pathlib import Path

from fleetopt import __version__
from fleetopt.books.content import Content
from fleetopt.books.input_content import input_content, inputs_hash
from fleetopt.books.reading import read_inputs
from fleetopt.books.result_content import Run, result_content
from fleetopt.checks import check
from fleetopt.new import repository_workbook
from fleetopt.planning import run_settings, solve, with_room
from fleetopt.scenarios import scenarios

HERE = Path(__file__).parent


def workbook() -> bytes:
    """The workbook with the study's inputs and results, but without the times of a run: the same every time."""
    inputs = read_inputs(str(HERE.parent / "data"))
    filled = input_content(inputs)
    settings = run_settings(inputs)
    solved = with_room([(scenario, solve(scenario, settings, lambda _: None)) for scenario in scenarios(inputs)])
    outcomes = [(scenario.name, result) for scenario, result in solved]
    run = Run(versions=f"fleetopt {__version__}", inputs=inputs_hash(inputs), tables=filled.tables)
    content = result_content(outcomes, check(inputs), run)
    return repository_workbook(Content({**filled.tables, **content.tables}, {}, content.names))


if __name__ == "__main__":
    (HERE / "FleetOpt.xlsm").write_bytes(workbook())
