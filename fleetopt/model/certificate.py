"""A proof that a plan is the least, or that there is none: a tree that splits the whole numbers into boxes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fleetopt.words.expression import FloatArray

TOLERANCE = 1e-9
"""A plan within this share of its cost of the certified bound is the least."""


@dataclass(frozen=True)
class Leaf:
    """A box that is closed: it is empty, or holds nothing cheaper than its bound."""

    multipliers: FloatArray
    """One for each row."""
    bound: float
    """[USD]; infinite where it is empty."""

    @property
    def is_empty(self) -> bool:
        """Whether no plan is in the box."""
        return self.bound == math.inf


@dataclass
class Split:
    """A box that is split: one whole column is at most `at`, or at least one more."""

    column: int
    at: float
    low: Split | Leaf | None = None
    high: Split | Leaf | None = None


@dataclass(frozen=True)
class Certificate:
    """What the search for a proof showed."""

    is_complete: bool
    """Whether every box is closed."""
    bound: float
    """No plan costs less [USD]; infinite where there is none."""
    tree: Split | Leaf | None = None
    leaves: int = 0


def tolerance(cost: float, gap: float = 0.0) -> float:
    """How far below a plan's cost a bound may be that makes it the least [USD].

    Parameters:
        gap: distance from the least that is allowed, as a share of the cost.
    """
    return max(gap * abs(cost), TOLERANCE * max(1.0, abs(cost)))


def enough(cost: float, gap: float = 0.0) -> float:
    """The bound that makes a plan of this cost the least [USD]; infinite without a plan."""
    return cost - tolerance(cost, gap) if math.isfinite(cost) else math.inf
