"""OR-Tools behind one call."""

from __future__ import annotations

import dataclasses
import math
import time

import numpy as np
import pytest

from fleetopt.model.formulation import build
from fleetopt.model.linear import LinearProgram
from fleetopt.model.program import Program
from fleetopt.solvers.backend import LinearSession, solve
from fleetopt.solvers.deadline import Deadline
from fleetopt.solvers.messages import SolverError, to_proto
from tests.cases import TOTALS, hourly, study


def knapsack(upper: float = 10.0) -> Program:
    """Most of 3 a + 2 b with 2 a + b <= 5 in whole numbers: a = 0, b = 5 gives 10."""
    m = LinearProgram(i=("only",))
    a = m.variable("a", "i", upper=upper, integer=True)
    b = m.variable("b", "i", upper=upper, integer=True)
    m.add("room", "i", 2 * a + b <= 5)
    m.minimize(-3 * a - 2 * b)
    return m.finish()


@pytest.mark.parametrize("backend", ["scip", "highs"])
@pytest.mark.parametrize("ratio", TOTALS)
def test_the_published_totals_come_out_of_each_solver(backend: str, ratio: float):
    solution = solve(build(study(ratio)), backend, Deadline(None))
    assert solution.status == "optimal"
    assert solution.objective == pytest.approx(TOTALS[ratio], abs=5e-5)
    assert solution.bound == pytest.approx(solution.objective, rel=1e-9)


@pytest.mark.parametrize("backend", ["scip", "highs", "cp-sat"])
def test_whole_numbers_come_out_whole(backend: str):
    solution = solve(knapsack(), backend, Deadline(None))
    assert solution.values == pytest.approx([0, 5])
    assert solution.objective == pytest.approx(-10)


@pytest.mark.parametrize("backend", ["scip", "highs"])
def test_what_cannot_be_is_infeasible(backend: str):
    solution = solve(build(study(grid_limit_kwh=900.0)), backend, Deadline(None))
    assert solution.status == "infeasible"
    assert solution.values is None


@pytest.mark.parametrize("backend", ["scip", "highs"])
def test_no_time_is_no_solution(backend: str):
    assert solve(build(hourly(1, 12)), backend, Deadline(1e-3)).status == "no_solution"


@pytest.mark.parametrize("backend", ["scip", "highs"])
def test_the_time_limit_holds(backend: str):
    program = build(hourly(2, 365))  # takes either solver far longer
    started = time.monotonic()
    solve(program, backend, Deadline(0.5))
    assert time.monotonic() - started < 0.5 + 2.5


@pytest.mark.parametrize("backend", ["scip", "highs"])
def test_progress_is_reported_and_ends_at_the_optimum(backend: str):
    heard = []
    program = build(hourly(1, 100))
    solution = solve(
        program, backend, Deadline(None), report=lambda progress: heard.append(dataclasses.replace(progress))
    )
    assert solution.status == "optimal"
    assert heard
    assert all(progress.bound <= solution.objective * (1 + 1e-6) for progress in heard)


def test_a_refused_model_is_a_solver_error_with_a_reason():
    broken = dataclasses.replace(knapsack(), cost=np.array([np.nan, 1.0]))
    with pytest.raises(SolverError, match=r"(?i)nan"):
        solve(broken, "scip", Deadline(None))


def test_an_integer_model_is_no_linear_one():
    with pytest.raises(SolverError):
        solve(knapsack(), "glop", Deadline(None))


def test_the_message_holds_the_whole_programme():
    program = build(study())
    proto = to_proto(program)
    assert len(proto.variables.ids) == program.size[1]
    assert len(proto.linear_constraints.ids) == program.size[0]
    assert len(proto.linear_constraint_matrix.coefficients) == len(program.coefficients)
    assert proto.objective.offset == program.offset


def test_a_session_solves_again_with_other_bounds_and_costs():
    session = LinearSession(knapsack())
    assert session.solve(Deadline(None)).objective == pytest.approx(-10)  # b = 5
    session.bound_columns(np.array([1]), np.array([1.0]), np.array([1.0]))
    assert session.solve(Deadline(None)).objective == pytest.approx(-8)  # b = 1, a = 2: 3 x 2 + 2 x 1
    session.set_cost(np.array([1.0, 1.0]))
    assert session.solve(Deadline(None)).objective == pytest.approx(1)  # a = 0
    session.bound_rows(np.array([0]), np.array([5.0]), np.array([5.0]))
    assert session.solve(Deadline(None)).objective == pytest.approx(3)  # 2 a + 1 = 5


def test_a_linear_solve_has_duals_and_reduced_costs():
    program = build(study(0.0))
    session = LinearSession(program)
    solution = session.solve(Deadline(None))
    assert solution.row_duals is not None
    assert solution.reduced_costs is not None
    # strong duality: the cost is what the duals pay for the rows' limits and the reduced costs for the bounds
    limits = np.where(solution.row_duals > 0, program.row_lower, program.row_upper)
    paid = solution.row_duals[solution.row_duals != 0] @ limits[solution.row_duals != 0]
    assert paid == pytest.approx(solution.objective, rel=1e-9)


def test_columns_of_a_family_are_where_it_says():
    program = build(study())
    assert program.integers.columns.tolist() == list(range(10, 20))
    assert program.column_families["charger_add"].slice == slice(10, 20)


def test_the_message_holds_each_figure_in_its_place():
    program = knapsack()
    proto = to_proto(program)
    assert list(proto.variables.ids) == [0, 1]
    assert list(proto.variables.lower_bounds) == [0, 0]
    assert list(proto.variables.upper_bounds) == [10, 10]
    assert list(proto.variables.integers) == [True, True]
    assert list(to_proto(program, relaxed=True).variables.integers) == [False, False]
    assert list(proto.linear_constraints.ids) == [0]
    assert list(proto.linear_constraints.lower_bounds) == [-math.inf]
    assert list(proto.linear_constraints.upper_bounds) == [5]
    matrix = proto.linear_constraint_matrix
    assert list(zip(matrix.row_ids, matrix.column_ids, matrix.coefficients, strict=True)) == [(0, 0, 2), (0, 1, 1)]
    cost = proto.objective.linear_coefficients
    assert list(zip(cost.ids, cost.values, strict=True)) == [(0, -3), (1, -2)]


@pytest.mark.parametrize("count", [1, 127, 128, 129, 16_384, 16_385, 2_097_153])
def test_every_id_is_packed_as_itself(count: int):
    m = LinearProgram(i=range(count))
    m.variable("x", "i")
    assert list(to_proto(m.finish()).variables.ids) == list(range(count))
