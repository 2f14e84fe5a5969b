"""Findings as rows of the Messages sheet, each with a link to its cell."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fleetopt.words.content import Formula, Value
from fleetopt.words.problem import SEVERITIES, Problem

_CELL = re.compile(r"(?P<sheet>[^!\[\]]+)!(?P<cell>[A-Z]{1,3}[0-9]+|[0-9]+:[0-9]+)")


def message_rows(problems: Sequence[Problem]) -> list[list[Value]]:
    """Severity, where, problem and cure of each finding, errors first."""
    ordered = sorted(problems, key=lambda problem: SEVERITIES.index(problem.severity))
    return [[problem.severity, link(problem.where), problem.message, problem.advice or None] for problem in ordered]


def link(where: str) -> Value:
    """A link to the cell of a workbook, where it is one; else the place in words."""
    match = _CELL.fullmatch(where)
    if match is None:
        return where or None
    sheet = match["sheet"].replace("'", "''")
    target, shown = (text.replace('"', '""') for text in (f"#'{sheet}'!{match['cell']}", where))
    return Formula(f'=HYPERLINK("{target}","{shown}")', where)
