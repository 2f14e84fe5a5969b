"""What the model leaves out, in plain words: those that apply to a case."""

from __future__ import annotations

from collections.abc import Iterator

from fleetopt.depot import PARTS
from fleetopt.depot.case import Case


def assumptions(case: Case) -> Iterator[str]:
    """State each assumption of the parts that touches this case."""
    for part in PARTS:
        if part.assumptions:
            yield from part.assumptions(case)
