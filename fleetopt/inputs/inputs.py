"""The inputs as a book holds them: typed tables in which every value knows its cell."""

from __future__ import annotations

from dataclasses import dataclass, field

from fleetopt.depot import PURCHASES
from fleetopt.inputs.schema import LABELS, TABLES
from fleetopt.words.problem import Problem
from fleetopt.words.rows import Cell, Rows


@dataclass
class Inputs:
    """Everything a book says of a depot, before it is checked as a whole."""

    source: str
    """What was read, as the user named it."""
    tables: dict[str, Rows]
    """By its name each table that is there; some have columns for the labels of another."""
    settings: dict[str, Cell]
    horizon: int | None = None
    """Number of planning years, where the book says it apart from the costs."""
    problems: list[Problem] = field(default_factory=list)
    """What was found and normalised while reading."""

    def __getitem__(self, table: str) -> Rows:
        """One table; without rows where it is not there."""
        if table not in self.tables:
            self.tables[table] = Rows(TABLES[table], {column.name: [] for column in TABLES[table].columns}, {})
        return self.tables[table]

    @property
    def items(self) -> dict[str, bool]:
        """By its name everything that can be bought, and whether it is bought whole."""
        labels = self.labels
        return {
            name: each.is_many
            for each in PURCHASES
            for name in (labels.get(each.item, ()) if each.is_many else [each.item])
        }

    @property
    def labels(self) -> dict[str, list[str]]:
        """By axis the labels that its table has, in its order."""
        found = {}
        for axis, table in LABELS.items():
            values = self[table.name].values.get(table.keys[-1], ())
            found[axis] = list(dict.fromkeys(value for value in values if value is not None))
        return found
