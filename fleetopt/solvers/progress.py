"""How far a solver is, read from the lines of its log."""

from __future__ import annotations

import contextlib
import math
import re
import time
from dataclasses import dataclass

from fleetopt.words.numbers import short

_HIGHS = re.compile(r"\d%\s+(\S+)\s+(\S+)\s+(?:[\d.]+%|inf|Large)\s")
"""Share explored, best bound, best cost, gap."""


@dataclass
class Progress:
    """Best cost and bound so far [USD]."""

    started: float
    """When the solve began, by the monotonic clock [s]."""
    cost: float = math.inf
    bound: float = -math.inf

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    @property
    def gap(self) -> float:
        """Relative distance of cost and bound; infinite while one is missing."""
        return relative_gap(self.cost, self.bound)

    def __str__(self) -> str:
        """Say time, best cost and gap: `12 s, best 1,147,963 USD, gap 0.100%`."""
        cost = f"best {short(self.cost, 0)} USD" if math.isfinite(self.cost) else "no plan yet"
        gap = f", gap {self.gap:.3%}" if math.isfinite(self.gap) else ""
        return f"{self.seconds:.0f} s, {cost}{gap}"


def relative_gap(cost: float, bound: float) -> float:
    """How far a cost may be above the least possible, as a share of the cost [-]; rounding noise is 0."""
    if not (math.isfinite(cost) and math.isfinite(bound)):
        return math.inf
    gap = (cost - bound) / max(1.0, abs(cost))
    return gap if gap > 1e-9 else 0.0


def read_log_line(backend: str, line: str, progress: Progress) -> None:
    """Take cost and bound from a line of the solver's log where it has them."""
    if backend == "scip" and line.count("|") > 14:
        texts = line.split("|")[-4:-2]
    elif backend == "highs" and (match := _HIGHS.search(line)):
        texts = [match[1], match[2]]
    else:
        return
    with contextlib.suppress(ValueError):  # a header, or "-" while there is none yet
        progress.bound = max(progress.bound, float(texts[0]))
    with contextlib.suppress(ValueError):
        progress.cost = min(progress.cost, float(texts[1]))
