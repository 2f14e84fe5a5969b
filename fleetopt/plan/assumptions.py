"""What the model leaves out, in plain words, and what parts come to in a plan."""

from __future__ import annotations

from collections.abc import Iterator

from fleetopt.depot import PARTS
from fleetopt.depot.case import Case
from fleetopt.plan.plan import Plan


def assumptions(case: Case) -> Iterator[str]:
    """State each assumption of the parts that touches this case."""
    for part in PARTS:
        if part.assumptions:
            yield from part.assumptions(case)


def told(plan: Plan, *, in_answer: bool) -> Iterator[str]:
    """What parts come to in a plan: of the refinements that it uses for the answer, else of all others."""
    for part in PARTS:
        if part.told and in_answer is bool(part.is_on and part.is_on(plan.case)):
            yield from part.told(plan.case, plan)
