"""fleetopt's side of the comparison.

`build` counts the formulation written down as arrays (`formulation.build`) and as the message that OR-Tools takes
(`to_proto`); `solve` counts these, the solver and its answer as arrays; `plan` is a whole `optimize`. The case and the
imports are there before the deadline starts.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import numpy as np

from fleetopt.depot.case import Case
from fleetopt.model.formulation import build
from fleetopt.model.program import Program
from fleetopt.plan.optimize import optimize
from fleetopt.solvers.backend import solve
from fleetopt.solvers.deadline import Deadline
from fleetopt.solvers.messages import to_proto
from tests.benchmarks.process import answer, point


def build_only(case: Case) -> dict[str, Any]:
    """Seconds to build, and the model's size."""
    started = time.perf_counter()
    program = build(case)
    message = to_proto(program)
    seconds = time.perf_counter() - started
    assert len(message.variables.ids) == program.size[1]
    return {"seconds": seconds, **_size(program)}


def build_and_solve(case: Case) -> dict[str, Any]:
    """Seconds to build and solve with HiGHS, the model's size and its optimum [USD]."""
    started = time.perf_counter()
    program = build(case)
    solution = solve(program, "highs", Deadline(None))
    seconds = time.perf_counter() - started
    return {"seconds": seconds, **_size(program), "optimum": solution.objective}


def check(case: Case) -> dict[str, Any]:
    """The model's size and optimum, and its cost [USD] and the sum of its slacks at a point."""
    program = build(case)
    values = point(program.size[1])
    sums = np.add.reduceat(program.coefficients * values[program.columns], program.row_starts[:-1])
    slacks = np.minimum(sums - program.row_lower, program.row_upper - sums)
    figures = {"cost": program.cost @ values + program.offset, "slacks": slacks.sum()}
    return {**_size(program), **figures, "optimum": solve(program, "highs", Deadline(None)).objective}


def plan(case: Case) -> dict[str, Any]:
    """Seconds of a whole `optimize` with HiGHS, seconds of its building, and the peak memory [MB]."""
    import resource  # Windows has none

    started = time.perf_counter()
    result = optimize(case, solver="highs")
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return {"seconds": seconds, "build": build_only(case)["seconds"], "megabytes": peak, "status": result.status}


def _size(program: Program) -> dict[str, int]:
    rows, columns = program.size
    return {"rows": rows, "columns": columns, "nonzeros": len(program.coefficients)}


if __name__ == "__main__":
    answer({"build": build_only, "solve": build_and_solve, "check": check, "plan": plan})
