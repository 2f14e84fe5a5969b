"""Write the planning workbook beside this file, filled with the depot study: `python workbook/build.py`."""

from __future__ import annotations

from pathlib import Path

from fleetopt import __version__
from fleetopt.books.reading import read_inputs
from fleetopt.doors.new import repository_workbook
from fleetopt.doors.run import run_settings, solve, with_room
from fleetopt.inputs.checks import check
from fleetopt.inputs.scenarios import scenarios
from fleetopt.results.content import Run, result_content
from fleetopt.results.input_content import input_content, inputs_hash
from fleetopt.words.content import Content

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
    return repository_workbook(Content({**filled.tables, **content.tables}, on=content.on, names=content.names))


if __name__ == "__main__":
    (HERE / "FleetOpt.xlsm").write_bytes(workbook())
