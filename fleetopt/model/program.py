"""A finished linear programme, as arrays; names of rows and columns are made only when somebody looks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fleetopt.model.integers import Integers, integers
from fleetopt.words.expression import FloatArray, IndexArray


@dataclass(frozen=True)
class Family:
    """A block of rows or columns of one name: `axes` such as "yds", the first index and the shape."""

    name: str
    axes: str
    start: int
    shape: tuple[int, ...]
    kept: IndexArray | None = None
    """Which elements there are, where not all are: their places in the shape, row by row."""

    @property
    def size(self) -> int:
        """How many rows or columns."""
        return int(np.prod(self.shape)) if self.kept is None else len(self.kept)

    @property
    def slice(self) -> slice:
        """The family's place among all rows or all columns."""
        return slice(self.start, self.start + self.size)

    @property
    def places(self) -> Any:
        """The elements that there are, among those of the shape: all, or their indices."""
        return ... if self.kept is None else self.kept

    def spread(self, values: NDArray[Any]) -> NDArray[Any]:
        """Values of the family's rows or columns in its shape; what is not there is 0."""
        if self.kept is None:
            return values.reshape(self.shape)
        full = np.zeros(int(np.prod(self.shape)), dtype=values.dtype)
        full[self.kept] = values
        return full.reshape(self.shape)


@dataclass(frozen=True)
class Program:
    """A finished linear programme: minimise `cost @ x + offset` in rows and columns, row-wise and sorted.

    `row_starts` has one entry more than there are rows; the entries of row i are `columns` and `coefficients` from
    `row_starts[i]` to `row_starts[i + 1]`, by ascending column, without zeros.
    """

    lower: FloatArray
    upper: FloatArray
    integer: NDArray[np.bool_]
    cost: FloatArray
    offset: float
    row_lower: FloatArray
    row_upper: FloatArray
    row_starts: IndexArray
    columns: IndexArray
    coefficients: FloatArray
    column_families: Mapping[str, Family]
    row_families: Mapping[str, Family]
    sets: Mapping[str, Sequence[Any]]

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.row_lower), len(self.lower)

    def take(self, name: str, values: NDArray[Any]) -> NDArray[Any]:
        """Values of one column family, in its shape, out of values for all columns."""
        family = self.column_families[name]
        return family.spread(values[family.slice])

    @cached_property
    def integers(self) -> Integers:
        """What is whole, and what can be said of it alone."""
        return integers(self)

    def elastic(self, *names: str) -> Program:
        """Let the rows of some families be broken, and ask for the least by which they must be.

        Each of the rows gets a column that adds what is missing to its left side, or takes off what is too much; their
        sum is the new cost.
        """
        rows = self._rows(*names)
        return self._with_columns(rows, np.arange(len(rows)), np.ones(len(rows)), 0.0)

    def breakable(self, rows: IndexArray | None = None) -> Program:
        """Let every row be broken on each of its sides, and ask for the least by which they must be in all.

        Parameters:
            rows: only these.
        """
        rows = np.arange(self.size[0]) if rows is None else rows
        over, under = rows[np.isfinite(self.row_upper[rows])], rows[np.isfinite(self.row_lower[rows])]
        rows = np.concatenate([over, under])
        fills = np.concatenate([-np.ones(len(over)), np.ones(len(under))])
        return self._with_columns(rows, np.arange(len(rows)), np.ones(len(rows)), 0.0, fills)

    def movable(
        self, weights: Mapping[tuple[str, ...], float], lowest: float = 0.0, times: Mapping[str, float] | None = None
    ) -> Program:
        """Let the limits of some families move, and ask for the least weighted sum of their moves.

        All rows of families that stand together move together, by the same amount; a move below 0 tightens the limit.

        Parameters:
            weights: of each move, by the families that it moves; those that are not there have nothing to move.
            lowest: the least that a move may be.
            times: of families whose limit moves by so many times the move.
        """
        rows = [self._rows(*(name for name in names if name in self.row_families)) for names in weights]
        moves = np.repeat(np.arange(len(weights)), [len(moved) for moved in rows])
        moved = np.concatenate(rows)
        fills = np.where(np.isfinite(self.row_lower), 1.0, -1.0)
        for name, factor in (times or {}).items():
            if name in self.row_families:
                fills[self._rows(name)] *= factor
        return self._with_columns(moved, moves, np.array(list(weights.values())), lowest, fills[moved])

    def _rows(self, *names: str) -> IndexArray:
        return np.concatenate([np.arange(*self.row_families[name].slice.indices(self.size[0])) for name in names])

    def _with_columns(
        self,
        rows: IndexArray,
        added: IndexArray,
        cost: FloatArray,
        lowest: float,
        fills: FloatArray | None = None,
    ) -> Program:
        """Give each of the rows one of the added columns, which cost so much; nothing else costs anything.

        Parameters:
            fills: what a unit adds to its row; where left out, what is missing to its limit.
        """
        order = np.argsort(rows, kind="stable")
        fills = np.where(np.isfinite(self.row_lower[rows]), 1.0, -1.0) if fills is None else fills
        rows, added, fills = rows[order], added[order], fills[order]
        width = len(cost)
        places = self.row_starts[rows + 1]
        lengths = np.diff(self.row_starts)
        np.add.at(lengths, rows, 1)
        return replace(
            self,
            lower=np.append(self.lower, np.full(width, lowest)),
            upper=np.append(self.upper, np.full(width, np.inf)),
            integer=np.append(self.integer, np.zeros(width, dtype=bool)),
            cost=np.append(np.zeros(self.size[1]), cost),
            offset=0.0,
            row_starts=np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)]),
            columns=np.insert(self.columns, places, added + self.size[1]),
            coefficients=np.insert(self.coefficients, places, fills),
        )

    def row_names(self) -> list[str]:
        """Names of all rows, such as `demand_balance(2029,Average_day,12PM_6PM)`."""
        return self._names(self.row_families.values())

    def column_names(self) -> list[str]:
        """Names of all columns, such as `solar_kwp(2029)`."""
        return self._names(self.column_families.values())

    def _names(self, families: Any) -> list[str]:
        names: list[str] = []
        for family in families:
            labels = [_file_safe(self.sets[axis]) for axis in family.axes]
            for index in _indices(family):
                place = ",".join(labels[axis][i] for axis, i in enumerate(index))
                names.append(f"{family.name}({place})" if place else family.name)
        return names


def _indices(family: Family) -> Iterable[tuple[Any, ...]]:
    """The place of each row or column on the family's axes."""
    if family.kept is None:
        return np.ndindex(*family.shape)
    return zip(*np.unravel_index(family.kept, family.shape), strict=True)


def _file_safe(labels: Sequence[Any]) -> list[str]:
    """Labels as an LP file can hold them; their positions where that would make two of them the same."""
    safe = ["".join(c if c.isascii() and (c.isalnum() or c == ".") else "_" for c in _text(label)) for label in labels]
    return safe if len(set(safe)) == len(safe) else [str(i + 1) for i in range(len(safe))]


def _text(label: Any) -> str:
    return " ".join(map(str, label)) if isinstance(label, tuple) else str(label)
