"""A linear programme over arrays of variables: written as maths, kept as arrays.

An `Expression` is a whole array of linear expressions. Its terms are pairs of arrays (coefficient, column) of shape
`(*shape, summands)`, so that adding, scaling, rolling and summing are numpy operations and no row is ever touched by a
Python loop. Names of rows and columns are made only when somebody looks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.int64]


class Rows(NamedTuple):
    """`lower <= expression <= upper`, one row for each element."""

    expression: Expression
    lower: FloatArray
    upper: FloatArray


class Expression:
    """An array of linear expressions in the columns of one programme."""

    __array_ufunc__ = None  # numpy leaves `array * expression` to us
    __hash__ = None  # type: ignore[assignment]

    def __init__(
        self, shape: tuple[int, ...], terms: Sequence[tuple[FloatArray, IndexArray]], constant: ArrayLike = 0.0
    ) -> None:
        """Take terms of shape `(*shape, summands)` and a constant of `shape`."""
        self.shape = shape
        self.terms = list(terms)
        self.constant = np.broadcast_to(np.asarray(constant, dtype=float), shape)

    def _stretched(self, shape: tuple[int, ...]) -> list[tuple[FloatArray, IndexArray]]:
        leading = (1,) * (len(shape) - len(self.shape))
        return [
            (
                np.broadcast_to(coefficients.reshape(leading + coefficients.shape), (*shape, coefficients.shape[-1])),
                np.broadcast_to(columns.reshape(leading + columns.shape), (*shape, columns.shape[-1])),
            )
            for coefficients, columns in self.terms
        ]

    def __add__(self, other: Expression | ArrayLike) -> Expression:
        """Add elementwise, with numpy's broadcasting."""
        if isinstance(other, Expression):
            shape = np.broadcast_shapes(self.shape, other.shape)
            terms = self._stretched(shape) + other._stretched(shape)
            return Expression(shape, terms, self.constant + other.constant)
        shape = np.broadcast_shapes(self.shape, np.shape(other))
        return Expression(shape, self._stretched(shape), self.constant + np.asarray(other, dtype=float))

    def __mul__(self, factor: ArrayLike) -> Expression:
        """Scale elementwise, with numpy's broadcasting."""
        array = np.asarray(factor, dtype=float)
        shape = np.broadcast_shapes(self.shape, array.shape)
        spread = np.broadcast_to(array, shape)[..., None]
        terms = [(coefficients * spread, columns) for coefficients, columns in self._stretched(shape)]
        return Expression(shape, terms, self.constant * array)

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self) -> Expression:
        """Negate elementwise."""
        return self * -1.0

    def __sub__(self, other: Expression | ArrayLike) -> Expression:
        """Subtract elementwise, with numpy's broadcasting."""
        return self + (-other if isinstance(other, Expression) else -np.asarray(other, dtype=float))

    def __rsub__(self, other: ArrayLike) -> Expression:
        """Subtract this from a constant."""
        return -self + other

    def __getitem__(self, key: Any) -> Expression:
        """Index the elements as numpy would; `None` makes a new axis."""
        constant = self.constant[key]
        key = key if isinstance(key, tuple) else (key,)
        every = (*key, slice(None) if any(k is Ellipsis for k in key) else Ellipsis)  # the summands come last
        terms = [(coefficients[every], columns[every]) for coefficients, columns in self.terms]
        return Expression(constant.shape, terms, constant)

    def roll(self, shift: int, axis: int) -> Expression:
        """Shift the elements along an axis; the last become the first."""
        terms = [
            (np.roll(coefficients, shift, axis), np.roll(columns, shift, axis)) for coefficients, columns in self.terms
        ]
        return Expression(self.shape, terms, np.roll(self.constant, shift, axis))

    def sum(self, axis: int = 0) -> Expression:
        """Add the elements along an axis up."""
        shape = self.shape[:axis] + self.shape[axis + 1 :]
        terms = [
            (
                np.moveaxis(coefficients, axis, -2).reshape(*shape, -1),
                np.moveaxis(columns, axis, -2).reshape(*shape, -1),
            )
            for coefficients, columns in self.terms
        ]
        return Expression(shape, terms, self.constant.sum(axis))

    def cumsum(self) -> Expression:
        """Running total along the last axis: element i holds the sum of the elements up to i."""
        length = self.shape[-1]
        until = np.tri(length)
        running = self[..., None, :] * until
        return Expression(running.shape, running.terms, self.constant[..., None, :] * until).sum(len(self.shape))

    def __eq__(self, other: Expression | ArrayLike) -> Rows:  # type: ignore[override]
        """Both sides are equal, elementwise."""
        return self._compared(other, -0.0, 0.0)

    def __le__(self, other: Expression | ArrayLike) -> Rows:
        """The left is at most the right, elementwise."""
        return self._compared(other, -np.inf, 0.0)

    def __ge__(self, other: Expression | ArrayLike) -> Rows:
        """The left is at least the right, elementwise."""
        return self._compared(other, 0.0, np.inf)

    def _compared(self, other: Expression | ArrayLike, lower: float, upper: float) -> Rows:
        difference = self - other
        return Rows(difference, lower - difference.constant, upper - difference.constant)


@dataclass(frozen=True)
class Family:
    """A block of rows or columns of one name: `axes` such as "yds", the first index and the shape."""

    name: str
    axes: str
    start: int
    shape: tuple[int, ...]

    @property
    def slice(self) -> slice:
        """The family's place among all rows or all columns."""
        return slice(self.start, self.start + int(np.prod(self.shape)))


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
        return values[family.slice].reshape(family.shape)

    def elastic(self, *names: str, is_shared: bool = False) -> Program:
        """Let the rows of some families be broken, and ask for the least by which they must be.

        Each of the rows gets a column that adds what is missing to its left side, or takes off what is too much; their
        sum is the new cost. With `is_shared` all rows have one column together: the same amount for each.
        """
        rows = np.concatenate([np.arange(*self.row_families[name].slice.indices(self.size[0])) for name in names])
        fills = np.where(np.isfinite(self.row_lower[rows]), 1.0, -1.0)
        added = np.zeros_like(rows) if is_shared else np.arange(len(rows))
        width = int(added.max(initial=-1)) + 1
        places = self.row_starts[rows + 1]
        lengths = np.diff(self.row_starts)
        lengths[rows] += 1
        return replace(
            self,
            lower=np.append(self.lower, np.zeros(width)),
            upper=np.append(self.upper, np.full(width, np.inf)),
            integer=np.append(self.integer, np.zeros(width, dtype=bool)),
            cost=np.append(np.zeros(self.size[1]), np.ones(width)),
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
            for index in np.ndindex(*family.shape):
                place = ",".join(labels[axis][i] for axis, i in enumerate(index))
                names.append(f"{family.name}({place})" if place else family.name)
        return names


def _file_safe(labels: Sequence[Any]) -> list[str]:
    """Labels as an LP file can hold them; their positions where that would make two of them the same."""
    safe = ["".join(c if c.isascii() and (c.isalnum() or c == ".") else "_" for c in str(label)) for label in labels]
    return safe if len(set(safe)) == len(safe) else [str(i + 1) for i in range(len(safe))]


class LinearProgram:
    """A linear programme under construction, over named index sets."""

    def __init__(self, **sets: Sequence[Any]) -> None:
        """Declare the index sets: `LinearProgram(y=years, d=day_types, s=slots, c=chargers)`."""
        self.sets = sets
        self._columns: list[tuple[Family, FloatArray, FloatArray, bool]] = []
        self._rows: list[tuple[Family, Rows]] = []
        self._objective: list[Expression] = []
        self._width = 0
        self._height = 0

    def variable(
        self, name: str, axes: str, *, lower: ArrayLike = 0.0, upper: ArrayLike = np.inf, integer: bool = False
    ) -> Expression:
        """Make one variable for each element of the named axes and return them as an expression."""
        family = Family(name, axes, self._width, self._shape(axes))
        size = int(np.prod(family.shape))
        bounds = [np.broadcast_to(np.asarray(b, dtype=float), family.shape).ravel() for b in (lower, upper)]
        self._columns.append((family, bounds[0], bounds[1], integer))
        self._width += size
        indices = np.arange(family.start, self._width, dtype=np.int64).reshape(*family.shape, 1)
        return Expression(family.shape, [(np.ones_like(indices, dtype=float), indices)])

    def add(self, name: str, axes: str, rows: Rows) -> None:
        """Add one row for each element of the named axes."""
        family = Family(name, axes, self._height, self._shape(axes))
        if rows.expression.shape != family.shape:
            raise ValueError(f"{name} is declared over {axes!r} {family.shape} but has shape {rows.expression.shape}")
        self._rows.append((family, rows))
        self._height += int(np.prod(family.shape))

    def minimize(self, *expressions: Expression) -> None:
        """Set the objective: the sum of all elements of all the expressions."""
        self._objective = list(expressions)

    def _shape(self, axes: str) -> tuple[int, ...]:
        return tuple(len(self.sets[axis]) for axis in axes)

    def finish(self) -> Program:
        """Put rows, columns and objective together.

        Raises ValueError when a coefficient or bound is not a number a solver can take.
        """
        blocks = [_row_block(rows.expression) for _, rows in self._rows]
        lengths = np.concatenate([np.zeros(1, dtype=np.int64), *(block[0] for block in blocks)])
        cost = np.zeros(self._width)
        for expression in self._objective:
            for coefficients, columns in expression.terms:
                cost += np.bincount(columns.ravel(), coefficients.ravel(), self._width)
        program = Program(
            lower=_joined([lower for _, lower, _, _ in self._columns]),
            upper=_joined([upper for _, _, upper, _ in self._columns]),
            integer=np.concatenate([np.full(len(low), whole) for _, low, _, whole in self._columns]),
            cost=cost,
            offset=float(sum(expression.constant.sum() for expression in self._objective)),
            row_lower=_joined([rows.lower.ravel() for _, rows in self._rows]),
            row_upper=_joined([rows.upper.ravel() for _, rows in self._rows]),
            row_starts=np.cumsum(lengths),
            columns=np.concatenate([np.zeros(0, dtype=np.int64), *(block[1] for block in blocks)]),
            coefficients=_joined([block[2] for block in blocks]),
            column_families={family.name: family for family, *_ in self._columns},
            row_families={family.name: family for family, _ in self._rows},
            sets=self.sets,
        )
        if not (np.isfinite(program.coefficients).all() and np.isfinite(program.cost).all()):
            raise ValueError("a coefficient of the model is not a finite number")
        if np.isnan(program.row_lower).any() or np.isnan(program.row_upper).any():
            raise ValueError("a limit of the model is not a number")
        return program


def _joined(parts: list[FloatArray]) -> FloatArray:
    return np.concatenate([np.zeros(0), *parts])


def _row_block(expression: Expression) -> tuple[IndexArray, IndexArray, FloatArray]:
    """Entries in each row, then columns and coefficients row after row, columns ascending, no zeros, none twice."""
    height = int(np.prod(expression.shape))
    coefficients = np.concatenate([c.reshape(height, -1) for c, _ in expression.terms], axis=1)
    columns = np.concatenate([c.reshape(height, -1) for _, c in expression.terms], axis=1)
    order = np.argsort(columns, axis=1, kind="stable")
    columns = np.take_along_axis(columns, order, axis=1)
    coefficients = np.take_along_axis(coefficients, order, axis=1)
    for i in range(1, columns.shape[1]):  # a column named twice in a row counts once, with the sum
        twice = columns[:, i] == columns[:, i - 1]
        if twice.any():
            coefficients[twice, i] += coefficients[twice, i - 1]
            coefficients[twice, i - 1] = 0.0
    kept = coefficients != 0.0
    return kept.sum(axis=1), columns[kept], coefficients[kept]
