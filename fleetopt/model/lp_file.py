"""The model as an LP file, for other solvers and for readers, with every digit of every figure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
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
    priced = program.cost.nonzero()[0]
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
    yield from _wrapped("", [columns[j] for j in program.integer.nonzero()[0]])
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


class LpError(ValueError):
    """A text is no LP file such as `lp_text` writes; the message says which line is wrong."""


@dataclass(frozen=True)
class LpRow:
    """`lower <= sum of coefficient * column <= upper`; None is no limit."""

    terms: dict[str, Fraction]
    lower: Fraction | None
    upper: Fraction | None


@dataclass(frozen=True)
class LpModel:
    """A programme as an LP file has it, in exact fractions."""

    cost: dict[str, Fraction]
    offset: Fraction
    rows: dict[str, LpRow]
    """In the order of the file."""
    bounds: dict[str, tuple[Fraction, Fraction | None]]
    """Of every column; None is no upper bound."""
    whole: frozenset[str]


_SECTIONS: Final = ("Minimize", "Subject To", "Bounds", "General", "End")


def read_lp(text: str) -> LpModel:
    """Read an LP file that `lp_text` wrote.

    Raises:
        LpError: it is another text.
    """
    sections: dict[str, list[str]] = {name: [] for name in _SECTIONS}
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("\\") or not line.strip():
            continue
        if line in _SECTIONS:
            section = line
        elif not section or section == "End":
            raise LpError(f"line {number} is no line of an LP file.")
        elif line.startswith("  ") and sections[section]:
            sections[section][-1] += line
        else:
            sections[section].append(line)
    if section != "End" or len(sections["Minimize"]) != 1:
        raise LpError("this is no LP file: it has no cost, or no end.")
    try:
        return _model(sections)
    except (ValueError, IndexError) as fault:
        raise LpError(f"this is no LP file that fleetopt wrote: {fault}") from None


def _model(sections: dict[str, list[str]]) -> LpModel:
    cost, offset = _sum(sections["Minimize"][0].partition(":")[2].split())
    rows: dict[str, LpRow] = {}
    columns = dict.fromkeys(cost)
    for line in sections["Subject To"]:
        name, _, words = line.strip().partition(":")
        *terms, sense, limit = words.split()
        made, constant = _sum(terms)
        if constant or sense not in ("<=", ">=", "=") or name in rows:
            raise ValueError(f"the row {name}")
        side = Fraction(float(limit))
        rows[name] = LpRow(made, None if sense == "<=" else side, None if sense == ">=" else side)
        columns |= dict.fromkeys(made)
    bounds: dict[str, tuple[Fraction, Fraction | None]] = dict.fromkeys(columns, (Fraction(0), None))
    for line in sections["Bounds"]:
        low, _, name, _, high = line.split()
        bounds[name] = Fraction(float(low)), None if high == "inf" else Fraction(float(high))
    whole = frozenset(name for line in sections["General"] for name in line.split())
    if not whole <= bounds.keys():
        raise ValueError("a whole column that stands in no row")
    return LpModel(cost, offset, rows, bounds, whole)


def _sum(words: list[str]) -> tuple[dict[str, Fraction], Fraction]:
    """Terms such as `- 2 x`, and what stands alone, such as `+5.0`."""
    terms: dict[str, Fraction] = {}
    constant = Fraction(0)
    rest = iter(words)
    for word in rest:
        if word in ("+", "-"):
            value = Fraction(float(next(rest)))
            name = next(rest)
            terms[name] = terms.get(name, Fraction(0)) + (value if word == "+" else -value)
        elif word == "0":
            terms.setdefault(next(rest), Fraction(0))
        else:
            constant += Fraction(float(word))
    return {name: value for name, value in terms.items() if value}, constant
