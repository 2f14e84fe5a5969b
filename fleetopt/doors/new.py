"""A planning workbook that works at once on this machine: it knows this Python."""

from __future__ import annotations

import sys
from dataclasses import replace

from fleetopt.depot import REFINEMENTS
from fleetopt.inputs.inputs import Inputs
from fleetopt.inputs.scenarios import scenarios
from fleetopt.results.content import cleared_content
from fleetopt.results.input_content import input_content
from fleetopt.template.build import build, sheet_names
from fleetopt.template.macros import sources, vba_project, with_ribbon
from fleetopt.words.content import Content


def new_workbook(inputs: Inputs) -> bytes:
    """A macro-enabled workbook with these inputs and no results.

    It carries the macros of the installed xlwings and the path of the running Python.
    """
    filled = input_content(inputs)
    used = {
        name
        for scenario in scenarios(inputs, inputs["tblScenarios"].values["scenario"])
        for name in scenario.case.is_on()
    }
    empty = cleared_content(tuple(name for name in REFINEMENTS if name in used))
    content = replace(empty, tables=filled.tables, headers=filled.headers)
    vba = vba_project(sheet_names(has_config=True), with_xlwings=True)
    return with_ribbon(build(content, config=config(), vba=vba, listed=REFINEMENTS), sources()[1])


def repository_workbook(content: Content) -> bytes:
    """The workbook that needs the xlwings add-in, as it stands beside the sources."""
    vba = vba_project(sheet_names(has_config=False), with_xlwings=False)
    return with_ribbon(build(content, vba=vba, listed=REFINEMENTS), sources()[1])


def config() -> dict[str, str]:
    """What the macros need to know: which Python, and how to call it."""
    return {
        "INTERPRETER_WIN": sys.executable,
        "INTERPRETER_MAC": sys.executable,
        "ADD_WORKBOOK_TO_PYTHONPATH": "False",
        "USE UDF SERVER": "False",
        "SHOW CONSOLE": "False",
    }
