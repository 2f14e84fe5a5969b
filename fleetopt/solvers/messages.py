"""Programmes and solutions as MathOpt's messages, filled and read array by array.

MathOpt's Python model objects would double the time and the memory of a large case.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from ortools.math_opt import model_pb2, parameters_pb2, result_pb2, sparse_containers_pb2

from fleetopt.model.program import Program
from fleetopt.solvers.deadline import Deadline
from fleetopt.words.expression import FloatArray, IndexArray

Status = Literal["optimal", "feasible", "infeasible", "no_solution"]

_STATUSES: dict[int, Status] = {
    result_pb2.TERMINATION_REASON_OPTIMAL: "optimal",
    result_pb2.TERMINATION_REASON_FEASIBLE: "feasible",
    result_pb2.TERMINATION_REASON_INFEASIBLE: "infeasible",
    # The model is bounded below (solar and battery are), so this can only mean the former.
    result_pb2.TERMINATION_REASON_INFEASIBLE_OR_UNBOUNDED: "infeasible",
    result_pb2.TERMINATION_REASON_NO_SOLUTION_FOUND: "no_solution",
}


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


def to_proto(program: Program, *, relaxed: bool = False) -> model_pb2.ModelProto:
    """Write a programme as MathOpt's message, array by array."""
    height, width = program.size
    ids = _packed_ids(max(height, width))
    proto = model_pb2.ModelProto(name="fleetopt")
    _load(
        proto.variables,
        ids=ids[:width],
        lower_bounds=program.lower,
        upper_bounds=program.upper,
        integers=np.zeros_like(program.integer) if relaxed else program.integer,
    )
    _load(
        proto.linear_constraints,
        ids=ids[:height],
        lower_bounds=program.row_lower,
        upper_bounds=program.row_upper,
    )
    _load(
        proto.linear_constraint_matrix,
        row_ids=np.repeat(ids[:height], np.diff(program.row_starts)),
        column_ids=ids[program.columns],
        coefficients=program.coefficients,
    )
    priced = np.flatnonzero(program.cost)
    _load(proto.objective.linear_coefficients, ids=ids[priced], values=program.cost[priced])
    proto.objective.offset = program.offset
    return proto


def _load(message: Any, **fields: NDArray[Any]) -> None:
    """Fill the repeated fields of a message from arrays of doubles, booleans or packed ids.

    The bytes of such an array are what protobuf's wire format wants of a packed field, behind its number, type and
    length; to parse them takes a quarter of the time of `extend`, which makes a Python object of each number.
    """
    parts: list[Any] = []
    for name, array in fields.items():
        number = message.DESCRIPTOR.fields_by_name[name].number
        parts += [_varint(number << 3 | 2), _varint(array.nbytes), np.ascontiguousarray(array)]
    message.ParseFromString(b"".join(parts))


def _packed_ids(count: int) -> NDArray[np.uint32]:
    """The ids 0 to count - 1 as varints, each padded to four bytes: seven bits in a byte, the lowest first."""
    if count > 1 << 28:
        raise SolverError("the model is too large")
    ids = np.arange(count, dtype="<u4")
    packed = ids & 0x7F | (ids & 0x3F80) << 1 | (ids & 0x1FC000) << 2 | (ids & 0xFE00000) << 3
    return np.asarray(packed | 0x808080, dtype="<u4")  # a byte that another follows has its highest bit set


def _varint(number: int) -> bytes:
    """A number in protobuf's variable length."""
    groups = bytearray()
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*groups, number])


def fill(vector: sparse_containers_pb2.SparseDoubleVectorProto, ids: IndexArray, values: FloatArray) -> None:
    """Write a sparse vector, by ascending index."""
    vector.ids.extend(ids.tolist())
    vector.values.extend(values.tolist())


def solve_parameters(backend: str, deadline: Deadline) -> parameters_pb2.SolveParametersProto:
    """What every solve of a backend is told."""
    parameters = parameters_pb2.SolveParametersProto()
    if deadline.left is not None:
        parameters.time_limit.FromNanoseconds(max(1, int(deadline.left * 1e9)))
    if backend == "glop":
        parameters.presolve = parameters_pb2.EMPHASIS_OFF  # the last basis is kept
        parameters.glop.primal_feasibility_tolerance = 1e-9
        parameters.glop.dual_feasibility_tolerance = 1e-9
        parameters.glop.change_status_to_imprecise = False  # what it returns is checked later, more strictly
    if backend == "cp-sat":
        parameters.threads = 1
        parameters.cp_sat.mip_max_bound = 1e15
    return parameters


def solution_of(result: result_pb2.SolveResultProto, program: Program) -> Solution:
    """Read a solver's answer.

    Raises:
        SolverError: the solver broke down.
    """
    termination = result.termination
    if termination.reason not in _STATUSES:
        reason = result_pb2.TerminationReasonProto.Name(termination.reason)
        raise SolverError(f"the solver ended with {reason}: {termination.detail}")
    status = _STATUSES[termination.reason]
    bound = termination.objective_bounds.dual_bound
    height, width = program.size
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
