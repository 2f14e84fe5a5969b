"""Arrays of linear expressions: what the formulation is written in.

The terms of an `Expression` are pairs of arrays (coefficient, column) that spread to the shape `(*shape, summands)`, so
that adding, scaling, rolling and summing are numpy operations and no row is ever touched by a Python loop.
"""

from __future__ import annotations

from collections.abc import Sequence
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
        terms = [(coefficients * array[..., None], columns) for coefficients, columns in self.terms]
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
        terms = [
            (
                np.moveaxis(coefficients, axis, -2).reshape(*shape, -1),
                np.moveaxis(columns, axis, -2).reshape(*shape, -1),
            )
            for coefficients, columns in self.spread_terms()
        ]
        return Expression(shape, terms, self.constant.sum(axis))

    def cumsum(self) -> Expression:
        """Running total along the last axis: element i holds the sum of the elements up to i."""
        return (self[..., None, :] * np.tri(self.shape[-1])).sum(len(self.shape))

    def __eq__(self, other: Expression | ArrayLike) -> Rows:  # type: ignore[override]
        """Both sides are equal, elementwise."""
        return self._compared(other, 0.0, 0.0)

    def __le__(self, other: Expression | ArrayLike) -> Rows:
        """The left is at most the right, elementwise."""
        return self._compared(other, -np.inf, 0.0)

    def __ge__(self, other: Expression | ArrayLike) -> Rows:
        """The left is at least the right, elementwise."""
        return self._compared(other, 0.0, np.inf)

    def _compared(self, other: Expression | ArrayLike, lower: float, upper: float) -> Rows:
        difference = self - other
        return Rows(difference, lower - difference.constant, upper - difference.constant)
