"""The rows of a table in which every value knows its cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fleetopt.words.columns import Table


@dataclass(frozen=True)
class Cell:
    """One value and where it stands."""

    value: Any
    """float, int or str; None is blank."""
    where: str
    """`Sheet!C4`."""


@dataclass
class Rows:
    """The rows of one table; a column is a list of values, None where a value is blank or faulty."""

    table: Table
    values: dict[str, list[Any]]
    places: dict[str, Callable[[int], str]]
    """For each column, the address of row i."""

    def __len__(self) -> int:
        """Count the rows."""
        return len(next(iter(self.values.values()), []))

    def where(self, column: str, i: int) -> str:
        """Address of one value."""
        return self.places[column](i)

    def column(self, name: str) -> list[Any]:
        """The values of a column; nothing in every row where the table lacks it."""
        return self.values.get(name) or [None] * len(self)

    def cell(self, column: str, i: int) -> Cell:
        """One value with its address."""
        return Cell(self.values[column][i], self.places[column](i))

    def take(self, order: Sequence[int]) -> Rows:
        """Some of the rows, in another order."""

        def moved(place: Callable[[int], str]) -> Callable[[int], str]:
            return lambda i: place(order[i])

        values = {name: [column[i] for i in order] for name, column in self.values.items()}
        return Rows(self.table, values, {name: moved(place) for name, place in self.places.items()})

    def index(self) -> dict[tuple[Any, ...], int]:
        """Row of each complete key; the first where a key stands twice."""
        found: dict[tuple[Any, ...], int] = {}
        for i, key in enumerate(self.keys()):
            if None not in key:
                found.setdefault(key, i)
        return found

    def keys(self) -> Iterator[tuple[Any, ...]]:
        """The key of each row."""
        return zip(*(self.values[name] for name in self.table.keys), strict=True)


def years_held(rows: Rows, i: int, last: int) -> range:
    """The years for which a row holds: from its year until another, or its year alone; none where that is blank.

    Parameters:
        last: the last year that is planned; a row may hold longer.
    """
    year = rows.column("year")[i]
    until = rows.column("until")[i]
    return range(0) if year is None else range(year, max(year, min(until or year, last)) + 1)


def of_scenario(scenarios: Rows, settings: Mapping[str, Cell], name: str, i: int) -> Cell:
    """A setting as it counts in a row of the scenarios: its own, else that of the settings."""
    own = scenarios.values.get(name)
    if own and own[i] is not None:
        return scenarios.cell(name, i)
    return settings.get(name, Cell(None, ""))


def given(table: Table, rows: list[dict[str, Any]], where: str) -> Rows:
    """A table that no sheet holds: what fleetopt knows by itself, with one address for all."""
    values = {
        column.name: [row[column.name] for row in rows] for column in table.columns if rows and column.name in rows[0]
    }
    return Rows(table, values, {name: lambda _i: where for name in values})
