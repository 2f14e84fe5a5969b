"""The inputs as a book holds them: typed tables in which every value knows its cell."""

from __future__ import annotations

from dataclasses import dataclass, field

from fleetopt.words.problem import Problem
from fleetopt.words.rows import Cell, Rows


@dataclass
class Inputs:
    """Everything a book says of a depot, before it is checked as a whole."""

    source: str
    """What was read, as the user named it."""
    fleet: Rows
    trucks: Rows
    energy: Rows
    day_types: Rows
    costs: Rows
    """Besides its own columns one for each charger type, named as in `charger_price`."""
    chargers: Rows
    scenarios: Rows
    settings: dict[str, Cell]
    horizon: int | None = None
    """Number of planning years, where the book says it apart from the costs."""
    problems: list[Problem] = field(default_factory=list)
    """What was found and normalised while reading."""
