"""What came of one case: a plan with its proof, or why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

from fleetopt.model.certificate import Certificate
from fleetopt.plan.limits import Limit, Raise
from fleetopt.plan.plan import Plan
from fleetopt.plan.verify import Verification
from fleetopt.words.problem import Problem

Status = Literal["optimal", "feasible", "infeasible", "no_solution", "input_error", "failed"]


@dataclass(frozen=True)
class Result:
    """What came of one case."""

    status: Status
    solver: str
    seconds: float
    plan: Plan | None = None
    best_bound_usd: float = -math.inf
    """No plan costs less than this [USD]."""
    gap: float = math.inf
    """Relative distance of cost and bound [-]."""
    verification: Verification | None = None
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    remedies: list[Raise] = field(default_factory=list)
    """What would make a plan possible where there is none."""
    room: dict[Limit, float] = field(default_factory=dict)
    """How far a limit may fall, alone, while a plan still exists; empty where that was not found out."""
    rows: int = 0
    """Of the programme that was solved."""
    certificate: Certificate | None = None
    """What was searched for: the proof that no plan costs less, or that there is none."""

    least_by: str = ""
    """Who says that the plan is the least, where that is not certified: `SCIP and HiGHS`."""

    @property
    def is_certified(self) -> bool:
        """Whether the plan is proven least, or that there is none, by multipliers that anybody can check."""
        return self.certificate is not None and self.certificate.is_complete
