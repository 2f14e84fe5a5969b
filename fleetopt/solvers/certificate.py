"""The certificate that a plan is the least, or that there is none: a tree of cases, each closed by row multipliers.

The whole numbers are split into boxes, the last one first so that each programme starts from one like it, until every
box holds nothing cheaper or nothing at all. Any multipliers `y` bound the cost in a box from below,

    k + sum(y * (lower side where y > 0, else upper side)) + sum(d * (lower where d > 0, else upper)),   d = cost - A' y

whatever they come from, so no solver has to be believed: the linear programmes only propose them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from fleetopt.model.certificate import Certificate, Leaf, Split, enough
from fleetopt.model.program import Program
from fleetopt.solvers.backend import LinearSession
from fleetopt.solvers.deadline import Deadline
from fleetopt.solvers.messages import Solution, SolverError
from fleetopt.words.expression import FloatArray, IndexArray

_WHOLE = 1e-7
"""So near to a whole number a value is one."""
_EPS = float(np.finfo(float).eps)


@dataclass(frozen=True)
class _Box:
    """A box that is open."""

    bound: float
    """Nothing in it costs less [USD]."""
    bounds: dict[int, tuple[float, float]]
    """Of the columns that are split."""
    place: tuple[Split, str]
    """Where it stands in the tree."""


class Search:
    """The search for a certificate."""

    def __init__(self, program: Program) -> None:
        """Load a programme."""
        self._program = program
        self._session = LinearSession(program, is_bound_anew=True)
        self._phase_one: LinearSession | None = None
        self._columns = program.integers.columns
        self._bounds = Bounds(program)

    def certify(self, cost: float, deadline: Deadline, gap: float = 0.0) -> tuple[Certificate, Solution | None]:
        """Search until every box is empty or bounded by a cost, or time is over.

        Parameters:
            cost: of the plan to beat [USD]; infinite where there is none.
            gap: distance from the least that is allowed, as a share of the cost.

        Returns:
            What was shown, and a cheaper plan where one was found: it is the one that counts then.

        Raises:
            SolverError: the linear solver broke down.
        """
        better: Solution | None = None
        root = Split(-1, 0.0)
        boxes = [_Box(-math.inf, {}, (root, "low"))]
        least, leaves = math.inf, 0
        while boxes and not deadline.is_over:
            box = boxes.pop()
            solution = self._solved(box.bounds, deadline)
            limit = enough(cost, gap)
            leaf = self._closed(box.bounds, solution, limit, deadline)
            column = None if leaf else self._fractional(solution)
            if leaf is None and column is None:
                plan = self._rounded(solution, deadline)
                if plan.objective < limit:
                    cost, better = plan.objective, plan  # the box is looked at again, against its own plan
                    boxes.append(box)
                    continue
                column = self._fractional(solution, 0.0)
            if leaf or column is None:
                found = leaf
                if found is None:
                    bound, multipliers = self._bounds.of(_duals(solution), box.bounds)
                    found = Leaf(multipliers, bound)
                setattr(*box.place, found)
                least, leaves = min(least, found.bound), leaves + 1
            else:
                boxes += self._split(box, column, solution)
        least = min([least, *(box.bound for box in boxes)])
        is_complete = not boxes and least >= enough(cost, gap)
        return Certificate(is_complete, least, root.low, leaves), better

    def _split(self, box: _Box, column: int, solution: Solution) -> Iterator[_Box]:
        """Two boxes of one."""
        at = math.floor(_values(solution)[column])
        split = Split(column, at)
        setattr(*box.place, split)
        low, high = box.bounds.get(column, (float(self._program.lower[column]), float(self._program.upper[column])))
        for side, own in (("low", (low, float(at))), ("high", (at + 1.0, high))):
            yield _Box(solution.objective, {**box.bounds, column: own}, (split, side))

    def _solved(self, bounds: Mapping[int, tuple[float, float]], deadline: Deadline) -> Solution:
        self._bound(self._session, bounds)
        return self._session.solve(deadline)

    def _bound(self, session: LinearSession, bounds: Mapping[int, tuple[float, float]]) -> None:
        lower, upper = self._program.lower[self._columns].copy(), self._program.upper[self._columns].copy()
        for i, column in enumerate(self._columns.tolist()):
            lower[i], upper[i] = bounds.get(column, (lower[i], upper[i]))
        session.bound_columns(self._columns, lower, upper)

    def _closed(
        self, bounds: Mapping[int, tuple[float, float]], solution: Solution, limit: float, deadline: Deadline
    ) -> Leaf | None:
        """The leaf that closes a box, where it is empty or its bound is high enough; None where it has to be split."""
        if solution.status == "infeasible":
            return self._empty(bounds, deadline)
        if solution.status != "optimal":
            return Leaf(np.zeros(self._program.size[0]), -math.inf)
        if solution.objective < limit:
            return None  # no multipliers show more than the least cost
        bound, multipliers = self._bounds.of(_duals(solution), bounds)
        return Leaf(multipliers, bound) if bound >= limit else None

    def _empty(self, bounds: Mapping[int, tuple[float, float]], deadline: Deadline) -> Leaf:
        """The multipliers of the programme in which every row may be broken, at 1 for each unit."""
        if self._phase_one is None:
            self._phase_one = LinearSession(self._program.breakable(), is_bound_anew=True)
        self._bound(self._phase_one, bounds)
        solution = self._phase_one.solve(deadline)
        if solution.status != "optimal":
            return Leaf(np.zeros(self._program.size[0]), -math.inf)
        bound, multipliers = self._bounds.of(_duals(solution), bounds, is_free=True)
        return Leaf(multipliers, math.inf if bound > 0 else -math.inf)

    def _fractional(self, solution: Solution, least: float = _WHOLE) -> int | None:
        """The whole column that is furthest from a whole number; None where all are as near as this."""
        values = _values(solution)[self._columns]
        off = np.abs(values - np.rint(values))
        return int(self._columns[off.argmax()]) if off.max(initial=0.0) > least else None

    def _rounded(self, solution: Solution, deadline: Deadline) -> Solution:
        """The plan with just these whole numbers, if there is one."""
        whole = np.rint(_values(solution)[self._columns])
        self._session.bound_columns(self._columns, whole, whole)
        return self._session.solve(deadline)


def _values(solution: Solution) -> FloatArray:
    if solution.values is None:
        raise SolverError("the linear solver returned no values")
    return solution.values


def _duals(solution: Solution) -> FloatArray:
    if solution.row_duals is None:
        raise SolverError("the linear solver returned no duals")
    return solution.row_duals


class Bounds:
    """Bounds that row multipliers give, with all that rounding can have done taken off."""

    def __init__(self, program: Program) -> None:
        """Find how large each column can be, where a row says so."""
        self._program = program
        self._rows: IndexArray = np.repeat(np.arange(program.size[0]), np.diff(program.row_starts))
        self._upper = implied_upper(program)

    def of(
        self, multipliers: FloatArray, bounds: Mapping[int, tuple[float, float]], *, is_free: bool = False
    ) -> tuple[float, FloatArray]:
        """No plan in the box costs less [USD]; and the multipliers that show it, a hair off those given.

        Parameters:
            multipliers: any; one on a side that is infinite counts as 0.
            bounds: of the columns that the box splits.
            is_free: whether everything costs nothing, so that a bound above 0 shows that the box is empty.
        """
        p = self._program
        lower, upper = p.lower.copy(), self._upper.copy()
        for column, (low, high) in bounds.items():
            lower[column], upper[column] = low, min(high, upper[column])
        side = np.where(multipliers > 0, p.row_lower, p.row_upper)
        y = np.where(np.isfinite(side), multipliers, 0.0)
        y = self._lowered(y, upper, np.zeros_like(p.cost) if is_free else p.cost)
        cost = np.zeros_like(p.cost) if is_free else p.cost
        d, off = self._reduced(y, cost)
        of_rows = y * np.where(y == 0, 0.0, side)
        ends = np.where(d > 0, lower, upper)
        with np.errstate(invalid="ignore"):
            of_columns = np.where((d == 0) & (off == 0), 0.0, d * ends)
            reach = np.where(off == 0, 0.0, off * np.maximum(np.abs(lower), np.abs(upper)))
        unbounded = ~np.isfinite(upper) & (d - off >= 0)  # however large the column is, it only adds
        of_columns = np.where(unbounded, d * lower, of_columns)
        reach = np.where(unbounded, off * np.abs(lower), reach)
        offset = 0.0 if is_free else p.offset
        terms = np.concatenate([[offset], of_rows, of_columns])
        if not np.isfinite(terms).all() or not np.isfinite(reach).all():
            return -math.inf, y
        rounding = len(terms) * _EPS * float(np.abs(terms).sum()) + float(reach.sum())
        return float(terms.sum()) - rounding, y

    def _reduced(self, y: FloatArray, cost: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Reduced costs, and how far rounding may have put each off."""
        p = self._program
        terms = p.coefficients * y[self._rows]
        width = p.size[1]
        made = np.bincount(p.columns, terms, width)
        size = np.abs(cost) + np.bincount(p.columns, np.abs(terms), width)
        count = np.bincount(p.columns, minlength=width) + 2
        return cost - made, np.where(made == 0, 0.0, count * _EPS * size)

    def _lowered(self, y: FloatArray, upper: FloatArray, cost: FloatArray) -> FloatArray:
        """Multipliers a hair smaller where a column without an upper bound would else pull the bound down."""
        d, off = self._reduced(y, cost)
        wrong = ~np.isfinite(upper) & (d - off < 0)
        if not wrong.any():
            return y
        p = self._program
        terms = p.coefficients * y[self._rows]
        pushing = wrong[p.columns] & (terms > 0)
        pushed = np.bincount(p.columns[pushing], terms[pushing], p.size[1])
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(wrong & (pushed > 0), 1 - (2 * off - d) / pushed, 1.0)
        factor = np.ones_like(y)
        np.minimum.at(factor, self._rows[pushing], np.clip(share, 0.0, 1.0)[p.columns[pushing]])
        return y * factor


def implied_upper(program: Program) -> FloatArray:
    """Upper bounds of the columns; of one that has none, the first that a row implies, a hair wider.

    Rows count in their order, again and again until none says more.
    """
    height, upper = program.size[0], program.upper.copy()
    rows = np.repeat(np.arange(height), np.diff(program.row_starts))
    while not np.isfinite(upper).all():
        found: dict[int, float] = {}
        for sign, limit in ((1.0, program.row_upper), (-1.0, -program.row_lower)):
            coefficients = sign * program.coefficients
            ends = np.where(coefficients > 0, program.lower[program.columns], upper[program.columns])
            is_open = ~np.isfinite(ends)
            least = np.bincount(rows, np.where(is_open, 0.0, coefficients * np.where(is_open, 0.0, ends)), height)
            says = np.isfinite(limit) & (np.bincount(rows, is_open, height) == 0)
            for k in np.flatnonzero(says[rows] & (coefficients > 0) & ~np.isfinite(upper[program.columns])).tolist():
                column, row = int(program.columns[k]), rows[k]
                bound = (limit[row] - least[row]) / coefficients[k] + program.lower[column]
                found.setdefault(column, float(bound + 1e-9 * max(1.0, abs(bound))))
        if not found:
            break
        upper[list(found)] = list(found.values())
    return upper
