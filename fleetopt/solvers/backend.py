"""OR-Tools' solvers behind one call: a programme goes in, arrays come out.

MathOpt's protocol buffers are filled and read in bulk; its Python model objects would double the time and the memory
of a large case. A solve runs in a thread of its own, so that Ctrl-C and the time limit hold whatever the solver does.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from ortools.math_opt import (
    callback_pb2,
    model_parameters_pb2,
    model_pb2,
    model_update_pb2,
    parameters_pb2,
    result_pb2,
    sparse_containers_pb2,
)
from ortools.math_opt.core.python import solver as mathopt
from ortools.util.python.pybind_solve_interrupter import PySolveInterrupter

from fleetopt.model.linear import FloatArray, IndexArray, Program
from fleetopt.solvers.progress import Progress, read_log_line

Status = Literal["optimal", "feasible", "infeasible", "no_solution"]

_TYPES = {
    "scip": parameters_pb2.SOLVER_TYPE_GSCIP,
    "highs": parameters_pb2.SOLVER_TYPE_HIGHS,
    "cp-sat": parameters_pb2.SOLVER_TYPE_CP_SAT,
    "glop": parameters_pb2.SOLVER_TYPE_GLOP,
}
_STATUSES: dict[int, Status] = {
    result_pb2.TERMINATION_REASON_OPTIMAL: "optimal",
    result_pb2.TERMINATION_REASON_FEASIBLE: "feasible",
    result_pb2.TERMINATION_REASON_INFEASIBLE: "infeasible",
    # The model is bounded below (solar and battery are), so this can only mean the former.
    result_pb2.TERMINATION_REASON_INFEASIBLE_OR_UNBOUNDED: "infeasible",
    result_pb2.TERMINATION_REASON_NO_SOLUTION_FOUND: "no_solution",
}
_GRACE = 0.5
"""Seconds that a solver may take beyond its time limit, or after an interruption, before it is given up."""


class SolverError(RuntimeError):
    """A solver refused the model or broke down; the message says which and why."""


@dataclass(frozen=True)
class Solution:
    """What a solver returned: values of all columns, and for a linear programme its duals."""

    status: Status
    objective: float = math.inf
    """Cost of the values [USD]; infinite without values."""
    bound: float = -math.inf
    """No plan costs less than this [USD]."""
    values: FloatArray | None = None
    row_duals: FloatArray | None = None
    reduced_costs: FloatArray | None = None


class Clock:
    """Counts a time limit down."""

    def __init__(self, limit: float | None) -> None:
        """Start now; None is no limit."""
        self.started = time.monotonic()
        self.limit = limit

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    @property
    def left(self) -> float | None:
        """Seconds left, 0 or more; None is no limit."""
        return None if self.limit is None else max(0.0, self.limit - self.seconds)

    @property
    def is_over(self) -> bool:
        """Whether no time is left."""
        return self.left == 0.0


def solve(
    program: Program,
    backend: str,
    clock: Clock,
    *,
    gap: float = 0.0,
    report: Callable[[Progress], None] | None = None,
) -> Solution:
    """Solve a programme once with one backend.

    Parameters:
        backend: scip, highs, cp-sat or glop (linear programmes only).
        clock: the time limit.
        gap: relative distance of cost and bound at which to stop.
        report: called from time to time with how far the solver is.

    Raises:
        SolverError: the solver refused the model or broke down.
        KeyboardInterrupt: the user stopped it.
    """
    parameters = _parameters(backend, clock)
    parameters.relative_gap_tolerance = gap
    proto = to_proto(program)
    best = Progress(clock.started)

    def read(lines: list[str]) -> None:
        for line in lines:
            read_log_line(backend, line, best)

    def call(interrupter: PySolveInterrupter) -> Any:
        return mathopt.solve(
            proto,
            _TYPES[backend],
            parameters_pb2.SolverInitializerProto(),
            parameters,
            model_parameters_pb2.ModelSolveParametersProto(),
            read if report else None,
            callback_pb2.CallbackRegistrationProto(),
            None,
            None if backend == "scip" else interrupter,  # SCIP obeys one but prints an error of its own each time
        )

    result = _interruptibly(call, clock, (lambda: report(best)) if report else None)
    return Solution("no_solution") if result is None else _solution(result, program)


class LinearSession:
    """A linear programme that is solved again and again with other bounds and costs, each time from the last basis."""

    def __init__(self, program: Program) -> None:
        """Load the programme with its integers relaxed."""
        self.program = program
        self.column_bounds = (program.lower.copy(), program.upper.copy())
        self.row_bounds = (program.row_lower.copy(), program.row_upper.copy())
        proto = to_proto(program, relaxed=True)
        self._solver = mathopt.new(_TYPES["glop"], proto, parameters_pb2.SolverInitializerProto())

    def solve(self, clock: Clock) -> Solution:
        """Solve what is loaded now."""
        parameters = _parameters("glop", clock)

        def call(interrupter: PySolveInterrupter) -> Any:
            return self._solver.solve(
                parameters,
                model_parameters_pb2.ModelSolveParametersProto(),
                None,
                callback_pb2.CallbackRegistrationProto(),
                None,
                interrupter,
            )

        result = _interruptibly(call, clock, None)
        return Solution("no_solution") if result is None else _solution(result, self.program)

    def set_cost(self, cost: FloatArray) -> None:
        """Minimise `cost @ x` from now on."""
        update = model_update_pb2.ModelUpdateProto()
        update.objective_updates.offset_update = 0.0
        _fill(update.objective_updates.linear_coefficients, np.arange(len(cost)), cost)
        self._update(update)

    def bound_columns(self, columns: IndexArray, lower: FloatArray, upper: FloatArray) -> None:
        """Set the bounds of some columns, given by ascending index."""
        self.column_bounds[0][columns], self.column_bounds[1][columns] = lower, upper
        update = model_update_pb2.ModelUpdateProto()
        _fill(update.variable_updates.lower_bounds, columns, lower)
        _fill(update.variable_updates.upper_bounds, columns, upper)
        self._update(update)

    def bound_rows(self, rows: IndexArray, lower: FloatArray, upper: FloatArray) -> None:
        """Set the limits of some rows, given by ascending index."""
        self.row_bounds[0][rows], self.row_bounds[1][rows] = lower, upper
        update = model_update_pb2.ModelUpdateProto()
        _fill(update.linear_constraint_updates.lower_bounds, rows, lower)
        _fill(update.linear_constraint_updates.upper_bounds, rows, upper)
        self._update(update)

    def _update(self, update: model_update_pb2.ModelUpdateProto) -> None:
        if not self._solver.update(update):
            raise SolverError("the linear solver did not take a change of the model")


def to_proto(program: Program, *, relaxed: bool = False, named: bool = False) -> model_pb2.ModelProto:
    """Write a programme as MathOpt's message, array by array."""
    height, width = program.size
    proto = model_pb2.ModelProto(name="fleetopt")
    variables = proto.variables
    variables.ids.extend(range(width))
    variables.lower_bounds.extend(program.lower.tolist())
    variables.upper_bounds.extend(program.upper.tolist())
    variables.integers.extend([False] * width if relaxed else program.integer.tolist())
    rows = proto.linear_constraints
    rows.ids.extend(range(height))
    rows.lower_bounds.extend(program.row_lower.tolist())
    rows.upper_bounds.extend(program.row_upper.tolist())
    if named:
        variables.names.extend(program.column_names())
        rows.names.extend(program.row_names())
    matrix = proto.linear_constraint_matrix
    matrix.row_ids.extend(np.repeat(np.arange(height), np.diff(program.row_starts)).tolist())
    matrix.column_ids.extend(program.columns.tolist())
    matrix.coefficients.extend(program.coefficients.tolist())
    priced = np.flatnonzero(program.cost)
    _fill(proto.objective.linear_coefficients, priced, program.cost[priced])
    proto.objective.offset = program.offset
    return proto


def _fill(vector: sparse_containers_pb2.SparseDoubleVectorProto, ids: IndexArray, values: FloatArray) -> None:
    vector.ids.extend(ids.tolist())
    vector.values.extend(values.tolist())


def _parameters(backend: str, clock: Clock) -> parameters_pb2.SolveParametersProto:
    parameters = parameters_pb2.SolveParametersProto()
    if clock.left is not None:
        parameters.time_limit.FromNanoseconds(max(1, int(clock.left * 1e9)))
    if backend == "glop":
        parameters.presolve = parameters_pb2.EMPHASIS_OFF  # a basis is kept, and an infeasible case has its proof
        parameters.glop.primal_feasibility_tolerance = 1e-9
        parameters.glop.dual_feasibility_tolerance = 1e-9
        parameters.glop.change_status_to_imprecise = False  # what it returns is checked later, more strictly
    if backend == "cp-sat":
        parameters.threads = 1
        parameters.cp_sat.mip_max_bound = 1e15
    return parameters


def _interruptibly(
    call: Callable[[PySolveInterrupter], Any], clock: Clock, tick: Callable[[], None] | None
) -> Any | None:
    """Run a solver in its own thread and wait; None when it did not end in time."""
    interrupter = PySolveInterrupter()
    ended = threading.Event()
    outcome: list[Any] = []

    def work() -> None:
        try:
            outcome.append(call(interrupter))
        except Exception as fault:  # handed over to the caller's thread
            outcome.append(fault)
        ended.set()

    threading.Thread(target=work, name="solver", daemon=True).start()
    try:
        while not ended.wait(0.2):
            if tick:
                tick()
            if clock.limit is not None and clock.seconds > clock.limit + _GRACE:
                interrupter.interrupt()
                return None
    except KeyboardInterrupt:
        interrupter.interrupt()
        ended.wait(_GRACE)
        raise
    if isinstance(outcome[0], Exception):
        raise SolverError(str(outcome[0]).strip() or type(outcome[0]).__name__) from outcome[0]
    return outcome[0]


def _solution(result: result_pb2.SolveResultProto, program: Program) -> Solution:
    termination = result.termination
    if termination.reason not in _STATUSES:
        reason = result_pb2.TerminationReasonProto.Name(termination.reason)
        raise SolverError(f"the solver ended with {reason}: {termination.detail}")
    status = _STATUSES[termination.reason]
    bound = termination.objective_bounds.dual_bound
    height, width = program.size
    if status == "infeasible" and result.dual_rays:
        ray = result.dual_rays[0]
        return Solution(
            status,
            row_duals=_dense(ray.dual_values, height),
            reduced_costs=_dense(ray.reduced_costs, width),
        )
    if status not in ("optimal", "feasible"):
        return Solution(status, bound=bound)
    best = result.solutions[0]
    is_dual = best.HasField("dual_solution")
    return Solution(
        status,
        best.primal_solution.objective_value,
        bound,
        _dense(best.primal_solution.variable_values, width),
        _dense(best.dual_solution.dual_values, height) if is_dual else None,
        _dense(best.dual_solution.reduced_costs, width) if is_dual else None,
    )


def _dense(vector: sparse_containers_pb2.SparseDoubleVectorProto, length: int) -> FloatArray:
    array = np.zeros(length)
    array[np.array(vector.ids, dtype=np.int64)] = np.array(vector.values)
    return array
