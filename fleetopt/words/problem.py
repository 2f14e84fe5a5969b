"""What is wrong with an input, said so that its owner can mend it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import Literal

from fleetopt.words.numbers import WIDTH

Severity = Literal["error", "warning", "note"]
SEVERITIES = ("error", "warning", "note")
"""The worst first."""


@dataclass(frozen=True)
class Problem:
    """One finding: error (no plan is made), warning (a plan, but look) or note (what was normalised)."""

    severity: Severity
    where: str
    """Sheet and cell, such as `Energy!C4`, with the file in brackets where there are several; or a file."""
    message: str
    """What it is and what it must be."""
    advice: str = ""
    """What to do."""

    def __str__(self) -> str:
        """Say it in one line."""
        place = f"{self.where}: " if self.where else ""
        return f"{self.severity}: {place}{self.message} {self.advice}".rstrip()

    def as_dict(self) -> dict[str, str]:
        """The problem as it stands in `--json`."""
        return asdict(self)


def error(where: str, message: str, advice: str = "") -> Problem:
    """Make a finding that no plan can be made with."""
    return Problem("error", where, message, advice)


def warning(where: str, message: str, advice: str = "") -> Problem:
    """Make a finding that is probably a mistake."""
    return Problem("warning", where, message, advice)


def note(where: str, message: str) -> Problem:
    """Say what was normalised or passed over."""
    return Problem("note", where, message)


class InputError(Exception):
    """The input is read but not valid; carries every problem found."""

    def __init__(self, problems: Sequence[Problem], scenarios: Sequence[str] = ()) -> None:
        """Keep all problems, errors and others, and the names of the scenarios that they stop."""
        super().__init__("; ".join(str(problem) for problem in problems if problem.severity == "error"))
        self.problems = list(problems)
        self.scenarios = list(scenarios)


class FileError(Exception):
    """A file cannot be read or written; carries the problem."""

    def __init__(self, where: str, message: str, advice: str = "") -> None:
        """Say which file, what is the matter and what to do."""
        self.problem = Problem("error", where, message, advice)
        super().__init__(str(self.problem))


def shortened(text: str) -> str:
    """A text from a cell as it is said in a finding."""
    return text if len(text) <= 60 else f"{text[:57]}..."


def others(rows: Sequence[int]) -> str:
    """How many rows besides the first have what is said of it."""
    count = len(rows) - 1
    return f" (and in {count} more row{'s' if count > 1 else ''})" if count else ""


def has_error(problems: Sequence[Problem]) -> bool:
    """Whether one of them is an error."""
    return any(problem.severity == "error" for problem in problems)


def nearest(word: str, known: Sequence[str]) -> str:
    """Name what was probably meant: `Did you mean 'Vehicle_data'?`, or list what is known when nothing is near."""
    if not known:
        return ""
    by_key = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold(), by_key, n=1, cutoff=0.6)
    if near:
        return f"Did you mean '{by_key[near[0]]}'?"
    return f"Known: {', '.join(known[:20])}{', ...' if len(known) > 20 else ''}."


def problem_lines(problems: Sequence[Problem]) -> Iterator[str]:
    """Say each problem, errors first, wrapped; the same finding in several places once, with the number of places."""
    places: dict[tuple[Severity, str, str], list[str]] = {}
    for problem in sorted(problems, key=lambda problem: SEVERITIES.index(problem.severity)):
        places.setdefault((problem.severity, problem.message, problem.advice), []).append(problem.where)
    for (severity, message, advice), where in places.items():
        more = f" and {len(where) - 1} more" if len(where) > 1 else ""
        line = str(Problem(severity, f"{where[0]}{more}" if where[0] else "", message, advice))
        yield from textwrap.wrap(line, WIDTH, subsequent_indent="  ", break_on_hyphens=False, break_long_words=False)
