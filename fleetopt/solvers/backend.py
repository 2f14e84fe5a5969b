"""OR-Tools' solvers behind one call: a programme goes in, arrays come out.

A solve runs in a thread of its own, so that Ctrl-C and the time limit hold whatever the solver does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import ortools
from ortools.math_opt import callback_pb2, model_parameters_pb2, model_update_pb2, parameters_pb2
from ortools.math_opt.core.python import solver as mathopt
from ortools.util.python.pybind_solve_interrupter import PySolveInterrupter

from fleetopt.model.program import Program
from fleetopt.solvers.deadline import Deadline
from fleetopt.solvers.messages import Solution, SolverError, fill, solution_of, solve_parameters, to_proto
from fleetopt.solvers.progress import Progress, read_log_line
from fleetopt.words.expression import FloatArray, IndexArray

_TYPES = {
    "scip": parameters_pb2.SOLVER_TYPE_GSCIP,
    "highs": parameters_pb2.SOLVER_TYPE_HIGHS,
    "cp-sat": parameters_pb2.SOLVER_TYPE_CP_SAT,
    "glop": parameters_pb2.SOLVER_TYPE_GLOP,
}
_SCIP_ROWS = 10_000
"""SCIP is the faster up to about here, HiGHS above."""
_GRACE = 0.5
"""Seconds that a solver may take beyond its time limit, or after an interruption, before it is given up."""


def fastest(program: Program) -> str:
    """Choose between SCIP and HiGHS by the size of the programme."""
    return "scip" if program.size[0] <= _SCIP_ROWS else "highs"


def solve(
    program: Program,
    backend: str,
    deadline: Deadline,
    *,
    gap: float = 0.0,
    report: Callable[[Progress], None] | None = None,
) -> Solution:
    """Solve a programme once with one backend.

    Parameters:
        backend: scip, highs, cp-sat or glop (linear programmes only).
        deadline: the time limit.
        gap: relative distance of cost and bound at which to stop.
        report: called from time to time with how far the solver is.

    Raises:
        SolverError: the solver refused the model or broke down.
        KeyboardInterrupt: the user stopped it.
    """
    proto = to_proto(program)
    parameters = solve_parameters(backend, deadline)
    parameters.relative_gap_tolerance = gap
    best = Progress(deadline.started)

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

    result = _interruptibly(call, deadline, (lambda: report(best)) if report else None)
    return Solution("no_solution") if result is None else solution_of(result, program)


class LinearSession:
    """A linear programme that is solved again and again with other bounds and costs, each time from the last basis."""

    def __init__(
        self, program: Program, tick: Callable[[], None] | None = None, *, is_bound_anew: bool = False
    ) -> None:
        """Load the programme with its integers relaxed.

        Parameters:
            tick: called from time to time during a solve.
            is_bound_anew: whether nothing but bounds changes from solve to solve, which the dual simplex is faster at.
        """
        self.program = program
        self._tick = tick
        self.column_bounds = (program.lower.copy(), program.upper.copy())
        self.row_bounds = (program.row_lower.copy(), program.row_upper.copy())
        proto = to_proto(program, relaxed=True)
        self._is_bound_anew = is_bound_anew
        self._solver = mathopt.new(_TYPES["glop"], proto, parameters_pb2.SolverInitializerProto())

    def solve(self, deadline: Deadline) -> Solution:
        """Solve what is loaded now."""
        parameters = solve_parameters("glop", deadline)
        parameters.glop.use_dual_simplex = self._is_bound_anew

        def call(interrupter: PySolveInterrupter) -> Any:
            return self._solver.solve(
                parameters,
                model_parameters_pb2.ModelSolveParametersProto(),
                None,
                callback_pb2.CallbackRegistrationProto(),
                None,
                interrupter,
            )

        result = _interruptibly(call, deadline, self._tick)
        return Solution("no_solution") if result is None else solution_of(result, self.program)

    def set_cost(self, cost: FloatArray) -> None:
        """Minimise `cost @ x` from now on."""
        update = model_update_pb2.ModelUpdateProto()
        update.objective_updates.offset_update = 0.0
        fill(update.objective_updates.linear_coefficients, np.arange(len(cost)), cost)
        self._update(update)

    def bound_columns(self, columns: IndexArray, lower: FloatArray, upper: FloatArray) -> None:
        """Set the bounds of some columns, given by ascending index."""
        self.column_bounds[0][columns], self.column_bounds[1][columns] = lower, upper
        update = model_update_pb2.ModelUpdateProto()
        fill(update.variable_updates.lower_bounds, columns, lower)
        fill(update.variable_updates.upper_bounds, columns, upper)
        self._update(update)

    def bound_rows(self, rows: IndexArray, lower: FloatArray, upper: FloatArray) -> None:
        """Set the limits of some rows, given by ascending index."""
        self.row_bounds[0][rows], self.row_bounds[1][rows] = lower, upper
        update = model_update_pb2.ModelUpdateProto()
        fill(update.linear_constraint_updates.lower_bounds, rows, lower)
        fill(update.linear_constraint_updates.upper_bounds, rows, upper)
        self._update(update)

    def _update(self, update: model_update_pb2.ModelUpdateProto) -> None:
        if not self._solver.update(update):
            raise SolverError("the linear solver did not take a change of the model")


def _interruptibly(
    call: Callable[[PySolveInterrupter], Any], deadline: Deadline, tick: Callable[[], None] | None
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
            if deadline.limit is not None and deadline.seconds > deadline.limit + _GRACE:
                interrupter.interrupt()
                return None
    except KeyboardInterrupt:
        interrupter.interrupt()
        ended.wait(_GRACE)
        raise
    if isinstance(outcome[0], Exception):
        raise SolverError(str(outcome[0]).strip() or type(outcome[0]).__name__) from outcome[0]
    return outcome[0]


def ortools_version() -> str:
    """Which OR-Tools solves."""
    return str(ortools.__version__)
