"""Expressions without variables, comparisons, and expressions one below the other."""

from __future__ import annotations

import numpy as np
import pytest

from fleetopt.model.linear import LinearProgram
from fleetopt.words.expression import expression, stacked


def test_a_figure_is_an_expression_of_its_own():
    figure = expression([1.0, 2.0])
    assert figure.shape == (2,)
    assert figure.terms == []
    assert figure.constant.tolist() == [1, 2]
    assert expression(figure) is figure


def test_figures_are_added_scaled_rolled_and_summed_as_figures():
    figure = expression([[1.0, 2.0, 3.0]])
    assert (2 * figure - [1.0, 1.0, 1.0]).constant.tolist() == [[1, 3, 5]]
    assert figure.roll(1, axis=1).constant.tolist() == [[3, 1, 2]]
    assert figure.cumsum().constant.tolist() == [[1, 3, 6]]
    assert figure.sum(axis=1).constant.tolist() == [6]


def test_a_sum_over_nothing_is_0():
    assert expression(np.zeros((0, 2))).sum(axis=0).constant.tolist() == [0, 0]
    assert expression(np.zeros((2, 0))).sum(axis=1).constant.tolist() == [0, 0]


@pytest.mark.parametrize("is_least", [False, True])
def test_a_comparison_keeps_both_sides_as_they_were_written(is_least: bool):
    used, most = expression([3.0, 4.0]), expression([5.0])
    held = most >= used if is_least else used <= most
    assert held.shape == (2,)
    assert held.used.tolist() == [3, 4]
    assert held.most.tolist() == [5, 5]  # spread over both


def test_rows_have_variables_on_the_left_and_figures_on_the_right():
    m = LinearProgram(s=("a", "b"))
    x = m.variable("x", "s")
    m.add("least", "s", x + np.array([1.0, 2.0]) >= 3 * x + 10)
    m.add("just", "s", x == [5.0, 6.0])
    program = m.finish()
    # -2 x >= 10 - 1, -2 x >= 10 - 2
    assert program.coefficients.tolist() == [-2, -2, 1, 1]
    assert program.row_lower.tolist() == [9, 8, 5, 6]
    assert program.row_upper.tolist() == [np.inf, np.inf, 5, 6]


def test_expressions_stand_one_below_the_other():
    m = LinearProgram(y=(2025, 2026), c=("p", "q"))
    x, z = m.variable("x", "y"), m.variable("z", "cy")
    m.add("row", "y", (np.array([[2.0], [3.0], [4.0]]) * stacked([x[None, :] + 10, z])).sum(axis=0) <= 100)
    program = m.finish()
    # columns 0 and 1 are x by year, 2 to 5 are z by charger and year: 2 x + 3 z[p] + 4 z[q] <= 100 - 2 x 10
    assert program.columns.tolist() == [0, 2, 4, 1, 3, 5]
    assert program.coefficients.tolist() == [2, 3, 4, 2, 3, 4]
    assert program.row_upper.tolist() == [80, 80]


def test_nothing_may_stand_among_them():
    m = LinearProgram(y=(2025, 2026), u=())
    x = m.variable("x", "y")
    both = stacked([x[None, :], expression(np.zeros((0, 2)))])
    assert both.shape == (1, 2)
    m.add("row", "y", both.sum(axis=0) <= 1)
    assert m.finish().columns.tolist() == [0, 1]
