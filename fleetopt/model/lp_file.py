"""The model as an LP file, for other solvers and for readers, with every digit of every figure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from fleetopt.model.program import Program

_LINE = 200
"""Characters in a line; some readers take no more than 255."""


def lp_text(program: Program) -> str:
    """Write a programme in the LP format, rows and columns named as in the formulation."""
    return "\n".join(_lines(program)) + "\n"


def _lines(program: Program) -> Iterator[str]:
    columns, rows = program.column_names(), program.row_names()
    yield "\\ fleetopt: least cost of a depot [USD]"
    yield "Minimize"
    priced = np.flatnonzero(program.cost)
    terms = [_term(program.cost[j], columns[j]) for j in priced]
    yield from _wrapped(" total_cost:", terms + ([f"{program.offset:+}"] if program.offset else []))
    yield "Subject To"
    for i, name in enumerate(rows):
        entries = range(program.row_starts[i], program.row_starts[i + 1])
        terms = [_term(program.coefficients[k], columns[program.columns[k]]) for k in entries]
        yield from _wrapped(f" {name}:", [*(terms or [f"0 {columns[0]}"]), _limit(program, i)])
    yield "Bounds"
    for j, name in enumerate(columns):
        if program.lower[j] != 0 or program.upper[j] != math.inf:
            yield f" {_number(program.lower[j])} <= {name} <= {_number(program.upper[j])}"
    yield "General"
    yield from _wrapped("", [columns[j] for j in np.flatnonzero(program.integer)])
    yield "End"


def _term(coefficient: float, name: str) -> str:
    return f"{'-' if coefficient < 0 else '+'} {_number(abs(coefficient))} {name}"


def _number(value: float) -> str:
    return repr(float(value) + 0.0).removesuffix(".0")


def _limit(program: Program, i: int) -> str:
    """The row's right side; every row of a `LinearProgram` has one limit, or two equal ones."""
    lower, upper = program.row_lower[i], program.row_upper[i]
    if lower == upper:
        return f"= {_number(upper)}"
    return f"<= {_number(upper)}" if math.isfinite(upper) else f">= {_number(lower)}"


def _wrapped(start: str, parts: Sequence[str]) -> Iterator[str]:
    line = start
    for part in parts:
        if len(line) + len(part) >= _LINE:
            yield line
            line = " "
        line += f" {part}"
    if line.strip():
        yield line
