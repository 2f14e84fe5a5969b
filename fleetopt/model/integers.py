"""What is whole in a programme: its columns, what they fix, and the rows that bind them whatever the rest does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fleetopt.words.expression import FloatArray, IndexArray

if TYPE_CHECKING:
    from fleetopt.model.program import Program

_ALIKE = 1e-9
"""Rows whose coefficients differ by less, as a share of the largest, bind alike."""


@dataclass(frozen=True)
class Integers:
    """The whole columns `w` of a programme, and what can be said of them alone."""

    columns: IndexArray
    """Their places among all columns."""
    linking: IndexArray
    """Rows in which they, or columns that they fix, stand beside others or alone; not the rows that fix."""
    slopes: FloatArray
    """(rows, w) `slopes @ w <= limits` holds for every plan, whatever the other columns are."""
    limits: FloatArray
    most: FloatArray
    """(w,) more of each makes no plan possible and none cheaper; infinite where that is not known."""


def integers(program: Program) -> Integers:
    """Read a programme."""
    columns = np.flatnonzero(program.integer)
    rows = np.repeat(np.arange(program.size[0]), np.diff(program.row_starts))
    place = np.full(program.size[1], -1)
    place[columns] = np.arange(len(columns))
    fixed, fixing = _fixed(program, rows, place)
    is_known = (place >= 0) | np.isin(np.arange(program.size[1]), np.fromiter(fixed, dtype=np.int64, count=len(fixed)))
    linking = np.setdiff1d(np.unique(rows[is_known[program.columns]]), fixing)
    slopes, limits, is_shared = _binding(program, rows, linking, place, fixed, is_known)
    most = np.minimum(program.upper[columns], _most(slopes, limits, is_shared))
    return Integers(columns, linking, slopes, limits, most)


_Affine = tuple[FloatArray, float]
"""Slopes on the whole columns, and what is added."""


def _fixed(program: Program, rows: IndexArray, place: IndexArray) -> tuple[dict[int, _Affine], list[int]]:
    """Columns that an equation fixes once the whole ones are chosen, and those equations."""
    width = int((place >= 0).sum())
    fixed: dict[int, _Affine] = {}
    fixing: list[int] = []
    is_known = place >= 0
    is_equation = program.row_lower == program.row_upper
    height = program.size[0]
    while True:
        known = np.bincount(rows, is_known[program.columns], height)
        unknown = np.bincount(rows, ~is_known[program.columns], height)
        ready = np.setdiff1d(np.flatnonzero(is_equation & (known > 0) & (unknown == 1)), fixing)
        if not len(ready):
            return fixed, fixing
        for row in ready.tolist():
            entries = slice(program.row_starts[row], program.row_starts[row + 1])
            own, sums = 0.0, np.zeros(width)
            rest, target = float(program.row_upper[row]), -1
            for column, coefficient in zip(
                program.columns[entries].tolist(), program.coefficients[entries].tolist(), strict=True
            ):
                if place[column] >= 0:
                    sums[place[column]] += coefficient
                elif column in fixed:
                    sums += coefficient * fixed[column][0]
                    rest -= coefficient * fixed[column][1]
                else:
                    own, target = coefficient, column
            if target >= 0:
                fixed[target] = -sums / own, rest / own
                fixing.append(row)
        is_known[list(fixed)] = True


def _binding(
    program: Program,
    rows: IndexArray,
    linking: IndexArray,
    place: IndexArray,
    fixed: dict[int, _Affine],
    is_known: np.ndarray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Rows on the whole columns alone, the tightest of those alike; and what a shared row would rather have more of."""
    width = int((place >= 0).sum())
    slopes: list[FloatArray] = []
    limits: list[float] = []
    is_shared = np.zeros(width, dtype=bool)
    for sign, bound in ((1.0, program.row_upper), (-1.0, -program.row_lower)):
        of = linking[np.isfinite(bound[linking])]
        least = _least_of_the_rest(program, rows, sign, is_known)
        for row, is_with_others in _tightest(program, of, bound - least, is_known):
            entries = slice(program.row_starts[row], program.row_starts[row + 1])
            slope, limit = np.zeros(width), float(bound[row] - least[row])
            for column, coefficient in zip(
                program.columns[entries].tolist(), program.coefficients[entries].tolist(), strict=True
            ):
                if place[column] >= 0:
                    slope[place[column]] += sign * coefficient
                elif column in fixed:
                    slope += sign * coefficient * fixed[column][0]
                    limit -= sign * coefficient * fixed[column][1]
            if is_with_others:
                is_shared |= slope < 0
            if np.isfinite(limit) and not ((slope <= 0).all() and limit >= 0):
                slopes.append(slope)
                limits.append(limit)
    return np.array(slopes).reshape(len(slopes), width), np.array(limits), is_shared


def _least_of_the_rest(program: Program, rows: IndexArray, sign: float, is_known: np.ndarray) -> FloatArray:
    """The least that all other columns can make of each row; -inf where there is none."""
    coefficients = sign * program.coefficients
    ends = np.where(coefficients > 0, program.lower[program.columns], program.upper[program.columns])
    made = np.where(is_known[program.columns], 0.0, coefficients * np.where(is_known[program.columns], 0.0, ends))
    return np.asarray(np.bincount(rows, made, program.size[0]), dtype=float)


def _tightest(program: Program, of: IndexArray, limit: FloatArray, is_known: np.ndarray) -> list[tuple[int, bool]]:
    """Of rows alike but for a factor and their limit, the tightest; and whether other columns stand in any of them."""
    best: dict[bytes, tuple[float, int, bool]] = {}
    for row in of.tolist():
        entries = slice(program.row_starts[row], program.row_starts[row + 1])
        columns, coefficients = program.columns[entries], program.coefficients[entries]
        known = is_known[columns]
        scale = float(np.abs(coefficients[known]).max())
        alike = np.rint(coefficients[known] / scale / _ALIKE).astype(np.int64)
        key = columns[known].tobytes() + alike.tobytes()
        here, has_others = (float(limit[row]) / scale, row), not known.all()
        if key in best:
            has_others |= best[key][2]
            here = min(here, best[key][:2])
        best[key] = *here, has_others
    return [(row, has_others) for _, row, has_others in best.values()]


def _most(slopes: FloatArray, limits: FloatArray, is_shared: np.ndarray) -> FloatArray:
    """How much of each suffices by itself, and how much there can be at all."""
    most = np.full(slopes.shape[1], np.inf)
    packing = (slopes >= 0).all(axis=1)
    for slope, limit in zip(slopes[packing], limits[packing], strict=True):
        with np.errstate(divide="ignore", invalid="ignore"):
            most = np.fmin(most, np.where(slope > 0, np.floor(limit / slope * (1 + _ALIKE) + _ALIKE), np.inf))
    for j in range(len(most)):
        rows = slopes[:, j] < 0
        if not is_shared[j] and (slopes[rows] <= 0).all():
            enough = np.ceil((limits[rows] / slopes[rows, j]).max(initial=0.0) * (1 + _ALIKE))
            most[j] = min(most[j], enough)
    return np.asarray(np.maximum(most, 0.0))
