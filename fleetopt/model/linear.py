"""A linear programme under construction: variables and rows over named index sets, written as maths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from fleetopt.model.program import Family, Program
from fleetopt.words.expression import Comparison, Expression, FloatArray, IndexArray


class _Rows(NamedTuple):
    """`lower <= expression <= upper`."""

    expression: Expression
    lower: FloatArray
    upper: FloatArray


class LinearProgram:
    """A linear programme under construction, over named index sets."""

    def __init__(self, **sets: Sequence[Any]) -> None:
        """Declare the index sets: `LinearProgram(y=years, d=day_types, s=slots, c=chargers)`."""
        self.sets = sets
        self._columns: list[tuple[Family, FloatArray, FloatArray, bool]] = []
        self._rows: list[tuple[Family, _Rows]] = []
        self._objective: list[Expression] = []
        self._width = 0
        self._height = 0

    def variable(
        self,
        name: str,
        axes: str,
        *,
        lower: ArrayLike = 0.0,
        upper: ArrayLike = np.inf,
        integer: bool = False,
        where: ArrayLike = True,
    ) -> Expression:
        """Make one variable for each element of the named axes and return them as an expression.

        Parameters:
            where: which elements there are; the others are 0.
        """
        family = self._family(name, axes, self._width, where)
        shape, places = family.shape, family.places
        bounds = [np.broadcast_to(np.asarray(b, dtype=float), shape).ravel()[places] for b in (lower, upper)]
        self._columns.append((family, bounds[0], bounds[1], integer))
        self._width += family.size
        there, indices = np.zeros(int(np.prod(shape))), np.zeros(int(np.prod(shape)), dtype=np.int64)
        there[places], indices[places] = 1.0, np.arange(family.start, self._width)
        coefficients = np.ones(1) if family.kept is None else there.reshape(*shape, 1)
        return Expression(shape, [(coefficients, indices.reshape(*shape, 1))])

    def add(self, name: str, axes: str, comparison: Comparison, where: ArrayLike = True) -> None:
        """Add one row for each element of the named axes.

        Parameters:
            where: for which elements.
        """
        family = self._family(name, axes, self._height, where)
        if comparison.shape != family.shape:
            raise ValueError(f"{name} is declared over {axes!r} {family.shape} but has shape {comparison.shape}")
        expression, lower, upper = comparison.rows
        places = family.places
        self._rows.append((family, _Rows(expression, lower.ravel()[places], upper.ravel()[places])))
        self._height += family.size

    def _family(self, name: str, axes: str, start: int, where: ArrayLike) -> Family:
        shape = self._shape(axes)
        there = np.broadcast_to(np.asarray(where, dtype=bool), shape).ravel()
        return Family(name, axes, start, shape, None if there.all() else np.flatnonzero(there))

    def minimize(self, *expressions: Expression) -> None:
        """Set the objective: the sum of all elements of all the expressions."""
        self._objective = list(expressions)

    def _shape(self, axes: str) -> tuple[int, ...]:
        return tuple(len(self.sets[axis]) for axis in axes)

    def finish(self) -> Program:
        """Put rows, columns and objective together.

        Raises ValueError when a coefficient or bound is not a number a solver can take.
        """
        blocks = [_row_block(rows.expression, family.kept) for family, rows in self._rows]
        lengths = np.concatenate([np.zeros(1, dtype=np.int64), *(block[0] for block in blocks)])
        cost = np.zeros(self._width)
        for expression in self._objective:
            for coefficients, columns in expression.spread_terms():
                cost += np.bincount(columns.ravel(), coefficients.ravel(), self._width)
        program = Program(
            lower=_joined([lower for _, lower, _, _ in self._columns]),
            upper=_joined([upper for _, _, upper, _ in self._columns]),
            integer=np.concatenate([np.full(len(low), whole) for _, low, _, whole in self._columns]),
            cost=cost,
            offset=float(sum(expression.constant.sum() for expression in self._objective)),
            row_lower=_joined([rows.lower for _, rows in self._rows]),
            row_upper=_joined([rows.upper for _, rows in self._rows]),
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


def _row_block(expression: Expression, places: IndexArray | None) -> tuple[IndexArray, IndexArray, FloatArray]:
    """Entries in each row, then columns and coefficients row after row, columns ascending, no zeros, none twice."""
    height = int(np.prod(expression.shape))
    summands = [(c[..., i], k[..., i]) for c, k in expression.spread_terms() for i in range(k.shape[-1])]
    if height:
        summands.sort(key=lambda summand: int(summand[1].flat[0]))  # the first row's order, nearly always every row's
    coefficients = np.empty((*expression.shape, len(summands)))
    columns = np.empty((*expression.shape, len(summands)), dtype=np.int64)
    for i, summand in enumerate(summands):
        coefficients[..., i], columns[..., i] = summand
    coefficients, columns = coefficients.reshape(height, len(summands)), columns.reshape(height, len(summands))
    if places is not None:
        coefficients, columns, height = coefficients[places], columns[places], len(places)
    unsorted = (columns[:, 1:] <= columns[:, :-1]).any(axis=1)
    if unsorted.any():
        columns[unsorted], coefficients[unsorted] = _sorted_rows(columns[unsorted], coefficients[unsorted])
    kept = coefficients != 0.0
    if kept.all():
        return np.full(height, len(summands)), columns.ravel(), coefficients.ravel()
    return kept.sum(axis=1), columns[kept], coefficients[kept]


def _sorted_rows(columns: IndexArray, coefficients: FloatArray) -> tuple[IndexArray, FloatArray]:
    """Columns ascending in each row; one that is named twice counts once, with the sum, and once with 0."""
    order = np.argsort(columns, axis=1, kind="stable")
    columns = np.take_along_axis(columns, order, axis=1)
    coefficients = np.take_along_axis(coefficients, order, axis=1)
    for i in range(1, columns.shape[1]):
        twice = columns[:, i] == columns[:, i - 1]
        coefficients[twice, i] += coefficients[twice, i - 1]
        coefficients[twice, i - 1] = 0.0
    return columns, coefficients
