"""Arrays of linear expressions: what the formulation is written in.

The terms of an `Expression` are pairs of arrays (coefficient, column) that spread to the shape `(*shape, summands)`, so
that adding, scaling, rolling and summing are numpy operations and no row is ever touched by a Python loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.int64]


class Comparison(NamedTuple):
    """`left <= right`, `left >= right` or `left == right`, elementwise; both sides are kept, as they were written."""

    left: Expression
    sense: Literal["<=", ">=", "=="]
    right: Expression

    @property
    def shape(self) -> tuple[int, ...]:
        """Of both sides, spread to each other."""
        return np.broadcast_shapes(self.left.shape, self.right.shape)

    @property
    def rows(self) -> tuple[Expression, FloatArray, FloatArray]:
        """What stands in a row, with what it must be at least and at most: variables to the left, figures right."""
        difference = self.left - self.right
        lower, upper = _LIMITS[self.sense]
        return difference, lower - difference.constant, upper - difference.constant

    @property
    def used(self) -> FloatArray:
        """The smaller side, of a comparison without variables."""
        return np.broadcast_to((self.right if self.sense == ">=" else self.left).constant, self.shape)

    @property
    def most(self) -> FloatArray:
        """The larger side, of a comparison without variables: the limit."""
        return np.broadcast_to((self.left if self.sense == ">=" else self.right).constant, self.shape)


_LIMITS = {"<=": (-np.inf, 0.0), ">=": (0.0, np.inf), "==": (0.0, 0.0)}


class Expression:
    """An array of linear expressions in the columns of one programme."""

    __array_ufunc__ = None  # numpy leaves `array * expression` to us
    __hash__ = None  # type: ignore[assignment]

    def __init__(
        self, shape: tuple[int, ...], terms: Sequence[tuple[FloatArray, IndexArray]], constant: ArrayLike = 0.0
    ) -> None:
        """Take terms that spread to `(*shape, summands)` and a constant that spreads to `shape`."""
        self.shape = shape
        self.terms = list(terms)
        self.constant = np.broadcast_to(np.asarray(constant, dtype=float), shape)

    def spread_terms(self) -> list[tuple[FloatArray, IndexArray]]:
        """All terms in full shape: `(*shape, summands)`."""
        spread = []
        for coefficients, columns in self.terms:
            summands = max(coefficients.shape[-1], columns.shape[-1])
            shape = (*self.shape, summands)
            spread.append((np.broadcast_to(coefficients, shape), np.broadcast_to(columns, shape)))
        return spread

    def __add__(self, other: Expression | ArrayLike) -> Expression:
        """Add elementwise, with numpy's broadcasting."""
        if isinstance(other, Expression):
            shape = np.broadcast_shapes(self.shape, other.shape)
            return Expression(shape, self.terms + other.terms, self.constant + other.constant)
        shape = np.broadcast_shapes(self.shape, np.shape(other))
        return Expression(shape, self.terms, self.constant + np.asarray(other, dtype=float))

    def __mul__(self, factor: ArrayLike) -> Expression:
        """Scale elementwise, with numpy's broadcasting."""
        array = np.asarray(factor, dtype=float)
        kept = self.terms if array.any() else []  # what is off costs no time
        terms = [(coefficients * array[..., None], columns) for coefficients, columns in kept]
        return Expression(np.broadcast_shapes(self.shape, array.shape), terms, self.constant * array)

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self) -> Expression:
        """Negate elementwise."""
        return self * -1.0

    def __sub__(self, other: Expression | ArrayLike) -> Expression:
        """Subtract elementwise, with numpy's broadcasting."""
        return self + (-other if isinstance(other, Expression) else -np.asarray(other, dtype=float))

    def __getitem__(self, key: Any) -> Expression:
        """Index the elements as numpy would; `None` makes a new axis."""
        constant = self.constant[key]
        key = key if isinstance(key, tuple) else (key,)
        every = (*key, slice(None))  # the summands come last
        terms = [(coefficients[every], columns[every]) for coefficients, columns in self.spread_terms()]
        return Expression(constant.shape, terms, constant)

    def roll(self, shift: int, axis: int) -> Expression:
        """Shift the elements along an axis; the last become the first."""
        terms = [
            (np.roll(coefficients, shift, axis), np.roll(columns, shift, axis))
            for coefficients, columns in self.spread_terms()
        ]
        return Expression(self.shape, terms, np.roll(self.constant, shift, axis))

    def sum(self, axis: int = 0) -> Expression:
        """Add the elements along an axis up."""
        shape = self.shape[:axis] + self.shape[axis + 1 :]
        terms = []
        for coefficients, columns in self.spread_terms():
            joined = (*shape, self.shape[axis] * columns.shape[-1])
            first, second = (np.moveaxis(array, axis, -2).reshape(joined) for array in (coefficients, columns))
            terms.append((first, second.astype(np.int64, copy=False)))
        return Expression(shape, terms, self.constant.sum(axis))

    def cumsum(self) -> Expression:
        """Running total along the last axis: element i holds the sum of the elements up to i."""
        return (self[..., None, :] * np.tri(self.shape[-1])).sum(len(self.shape))

    def __eq__(self, other: Expression | ArrayLike) -> Comparison:  # type: ignore[override]
        """Both sides are equal, elementwise."""
        return Comparison(self, "==", expression(other))

    def __le__(self, other: Expression | ArrayLike) -> Comparison:
        """The left is at most the right, elementwise."""
        return Comparison(self, "<=", expression(other))

    def __ge__(self, other: Expression | ArrayLike) -> Comparison:
        """The left is at least the right, elementwise."""
        return Comparison(self, ">=", expression(other))


def expression(value: Expression | ArrayLike) -> Expression:
    """A number, or an array of numbers, as an expression without variables."""
    if isinstance(value, Expression):
        return value
    array = np.asarray(value, dtype=float)
    return Expression(array.shape, [], array)


def stacked(parts: Sequence[Expression]) -> Expression:
    """Expressions one below the other: joined along their first axis, of the same shape otherwise."""
    shape = (sum(part.shape[0] for part in parts), *parts[0].shape[1:])
    constant = np.zeros(shape)
    terms: list[tuple[FloatArray, IndexArray]] = []
    start = 0
    for part in parts:
        here = slice(start, start := start + part.shape[0])
        constant[here] = part.constant
        for coefficients, columns in part.spread_terms():
            own = np.zeros((*shape, columns.shape[-1]))
            of = np.zeros((*shape, columns.shape[-1]), dtype=np.int64)
            own[here], of[here] = coefficients, columns
            terms.append((own, of))
    return Expression(shape, terms, constant)
