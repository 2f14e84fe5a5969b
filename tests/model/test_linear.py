"""Expressions over arrays, and the rows they become."""

from __future__ import annotations

import numpy as np
import pytest

from fleetopt.model.linear import LinearProgram
from fleetopt.model.program import Program


def dense(program: Program) -> np.ndarray:
    """The matrix of a programme, in full."""
    matrix = np.zeros(program.size)
    for i in range(program.size[0]):
        entries = slice(program.row_starts[i], program.row_starts[i + 1])
        matrix[i, program.columns[entries]] = program.coefficients[entries]
    return matrix


def test_sum_of_arrays_becomes_one_row_for_each_element():
    m = LinearProgram(y=(2025, 2026), s=("a", "b", "c"))
    x, z = m.variable("x", "ys"), m.variable("z", "y")
    m.add("row", "ys", 2 * x - z[:, None] <= np.array([[1, 2, 3], [4, 5, 6]]))
    program = m.finish()
    # columns 0 to 5 are x by year and slot, 6 and 7 are z by year
    assert dense(program).tolist() == [
        [2, 0, 0, 0, 0, 0, -1, 0],
        [0, 2, 0, 0, 0, 0, -1, 0],
        [0, 0, 2, 0, 0, 0, -1, 0],
        [0, 0, 0, 2, 0, 0, 0, -1],
        [0, 0, 0, 0, 2, 0, 0, -1],
        [0, 0, 0, 0, 0, 2, 0, -1],
    ]
    assert program.row_upper.tolist() == [1, 2, 3, 4, 5, 6]
    assert np.isneginf(program.row_lower).all()


def test_a_sum_is_as_large_as_its_larger_side_in_either_order():
    m = LinearProgram(y=(1, 2), s=("a", "b"))
    x, z = m.variable("x", "ys"), m.variable("z", "y")
    m.add("row", "ys", z[:, None] + x >= 0)
    # columns 0 to 3 are x by year and slot, 4 and 5 are z by year
    assert dense(m.finish()).tolist() == [
        [1, 0, 0, 0, 1, 0],
        [0, 1, 0, 0, 1, 0],
        [0, 0, 1, 0, 0, 1],
        [0, 0, 0, 1, 0, 1],
    ]


def test_a_list_of_figures_is_as_good_as_an_array():
    m = LinearProgram(s=("a", "b"))
    x = m.variable("x", "s")
    m.add("row", "s", [2, 3] * x - [10, 20] <= [1, 2])
    program = m.finish()
    assert dense(program).tolist() == [[2, 0], [0, 3]]
    assert program.row_upper.tolist() == [11, 22]  # 1 + 10, 2 + 20


def test_an_index_picks_elements_with_their_constants():
    m = LinearProgram(y=(1, 2), s=("a", "b"))
    x = m.variable("x", "ys") + np.array([[10, 20], [30, 40]])
    m.add("second_year", "s", x[1] <= 100)
    m.add("first_slot", "y", x[:, 0] <= 100)
    m.add("last_slot", "y", x[..., 1] <= 100)
    program = m.finish()
    assert dense(program).tolist() == [
        [0, 0, 1, 0],
        [0, 0, 0, 1],
        [1, 0, 0, 0],
        [0, 0, 1, 0],
        [0, 1, 0, 0],
        [0, 0, 0, 1],
    ]
    assert program.row_upper.tolist() == [70, 60, 90, 70, 80, 60]  # 100 less the constant of each element


def test_cumsum_adds_up_to_each_element():
    m = LinearProgram(y=(1, 2, 3))
    x = m.variable("x", "y")
    m.add("row", "y", x.cumsum() >= 0)
    assert dense(m.finish()).tolist() == [[1, 0, 0], [1, 1, 0], [1, 1, 1]]


def test_cumsum_runs_along_the_last_axis_only():
    m = LinearProgram(c=("p", "q"), y=(1, 2))
    x = m.variable("x", "cy")
    m.add("row", "cy", x.cumsum() >= 0)
    assert dense(m.finish()).tolist() == [[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 1]]


def test_roll_makes_the_last_element_the_first():
    m = LinearProgram(s=("a", "b", "c"))
    x = m.variable("x", "s")
    m.add("row", "s", x.roll(1, axis=0) == 0)
    assert dense(m.finish()).tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 0]]


def test_roll_takes_the_constants_along():
    m = LinearProgram(s=("a", "b", "c"))
    x = m.variable("x", "s")
    m.add("row", "s", (x + np.array([10, 20, 30])).roll(1, axis=0) <= 100)
    # x[2] + 30 <= 100, x[0] + 10 <= 100, x[1] + 20 <= 100
    assert m.finish().row_upper.tolist() == [70, 90, 80]


def test_roll_goes_along_its_own_axis_only():
    m = LinearProgram(y=(1, 2), s=("a", "b", "c"))
    x = m.variable("x", "ys")
    priced = np.array([[1, 2, 3], [4, 5, 6]]) * x + np.array([[10, 20, 30], [40, 50, 60]])
    m.add("row", "ys", priced.roll(1, axis=1) <= 100)
    program = m.finish()
    # the last slot of each year comes before the first of the same year, with its price and constant
    assert program.columns.tolist() == [2, 0, 1, 5, 3, 4]
    assert program.coefficients.tolist() == [3, 1, 2, 6, 4, 5]
    assert program.row_upper.tolist() == [70, 90, 80, 40, 60, 50]


def test_sum_joins_the_elements_of_an_axis():
    m = LinearProgram(c=("p", "q"), y=(1, 2, 3))
    x = m.variable("x", "cy")
    m.add("row", "y", (np.array([[5], [7]]) * x).sum(axis=0) <= 1)
    assert dense(m.finish()).tolist() == [[5, 0, 0, 7, 0, 0], [0, 5, 0, 0, 7, 0], [0, 0, 5, 0, 0, 7]]


def test_sum_joins_the_constants_of_an_axis_too():
    m = LinearProgram(c=("p", "q"), y=(1, 2, 3))
    x = m.variable("x", "cy")
    m.add("row", "y", (x + np.array([[1, 2, 3], [10, 20, 30]])).sum(axis=0) <= 100)
    assert m.finish().row_upper.tolist() == [89, 78, 67]  # 100 - 1 - 10, 100 - 2 - 20, 100 - 3 - 30


def test_a_column_named_twice_in_a_row_counts_once_with_the_sum():
    m = LinearProgram(s=("only",))
    x, z = m.variable("x", "s"), m.variable("z", "s")
    m.add("row", "s", x + z == (x - z).roll(1, axis=0))  # x + z - x + z == 0: one slot is its own predecessor
    program = m.finish()
    assert dense(program).tolist() == [[0, 2]]
    assert program.columns.tolist() == [1]


def test_rows_are_sorted_by_column_without_zeros():
    m = LinearProgram(s=("a", "b"))
    x, z = m.variable("x", "s"), m.variable("z", "s")
    m.add("row", "s", z + np.array([0.0, 3.0]) * x >= 1)
    program = m.finish()
    assert program.row_starts.tolist() == [0, 1, 3]
    assert program.columns.tolist() == [2, 1, 3]
    assert program.coefficients.tolist() == [1, 3, 1]


def test_the_objective_is_the_sum_of_all_elements_with_their_constants():
    m = LinearProgram(y=(1, 2))
    x = m.variable("x", "y")
    m.minimize(3 * x + np.array([10, 20]), -x)
    program = m.finish()
    assert program.cost.tolist() == [2, 2]
    assert program.offset == 30


def test_a_variable_is_0_or_more_and_continuous_unless_it_says_otherwise():
    m = LinearProgram(s=("a", "b"))
    m.variable("flow", "s")
    m.variable("balance", "s", lower=-5.0, upper=[1.0, 2.0])
    m.variable("count", "", integer=True)
    program = m.finish()
    assert program.lower.tolist() == [0, 0, -5, -5, 0]
    assert program.upper.tolist() == [np.inf, np.inf, 1, 2, np.inf]
    assert program.integer.tolist() == [False, False, False, False, True]


def test_a_row_of_another_shape_than_declared_is_refused():
    m = LinearProgram(y=(1, 2), s=("a",))
    x = m.variable("x", "y")
    with pytest.raises(ValueError, match="'ys'"):
        m.add("row", "ys", x <= 1)


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_a_coefficient_that_is_no_number_is_refused(wrong: float):
    m = LinearProgram(y=(1,))
    x = m.variable("x", "y")
    m.add("row", "y", np.array([wrong]) * x <= 1)
    with pytest.raises(ValueError, match="coefficient"):
        m.finish()


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_a_limit_that_is_no_number_is_refused(wrong: float):
    m = LinearProgram(y=(1,))
    x = m.variable("x", "y")
    m.add("row", "y", x <= np.array([wrong]))
    with pytest.raises(ValueError, match="limit"):
        m.finish()


def test_names_say_family_year_and_slot():
    m = LinearProgram(y=(2025, 2026), s=("12AM-6AM", "6AM-12AM"))
    x = m.variable("grid_to_load", "ys")
    m.add("room", "", x.sum().sum() <= 1)
    program = m.finish()
    assert program.column_names()[1] == "grid_to_load(2025,6AM_12AM)"
    assert program.row_names() == ["room"]


def test_labels_that_an_lp_file_would_mix_up_become_numbers():
    m = LinearProgram(s=("Night!", "Night?"))
    m.variable("soc", "s")
    assert m.finish().column_names() == ["soc(1)", "soc(2)"]


def test_names_keep_letters_digits_and_points():
    m = LinearProgram(s=("0.5 h", "Für 1.5 h"))
    m.variable("soc", "s")
    assert m.finish().column_names() == ["soc(0.5_h)", "soc(F_r_1.5_h)"]


def test_elastic_rows_get_a_column_each_that_fills_what_is_missing():
    m = LinearProgram(s=("a", "b"))
    x = m.variable("x", "s")
    m.add("most", "s", x <= 1)
    m.add("least", "s", x >= 2)
    elastic = m.finish().elastic("most", "least")
    # x - f1 <= 1, x + f2 >= 2; only the four fills cost
    assert dense(elastic).tolist() == [
        [1, 0, -1, 0, 0, 0],
        [0, 1, 0, -1, 0, 0],
        [1, 0, 0, 0, 1, 0],
        [0, 1, 0, 0, 0, 1],
    ]
    assert elastic.cost.tolist() == [0, 0, 1, 1, 1, 1]
    assert elastic.lower.tolist() == [0] * 6
    assert np.isposinf(elastic.upper).all()
    assert not elastic.integer.any()


def test_elastic_rows_cost_nothing_but_their_fills():
    m = LinearProgram(s=("a", "b"))
    x = m.variable("x", "s")
    m.add("least", "s", x >= 2)
    m.minimize(3 * x + 10)
    elastic = m.finish().elastic("least")
    assert elastic.cost.tolist() == [0, 0, 1, 1]
    assert elastic.offset == 0  # the 20 of the cost are gone with it


def test_elastic_rows_can_share_one_column():
    m = LinearProgram(s=("a", "b"))
    x = m.variable("x", "s")
    m.add("most", "s", x <= 1)
    assert dense(m.finish().movable({("most",): 1.0})).tolist() == [[1, 0, -1], [0, 1, -1]]


@pytest.mark.parametrize(("lowest", "bounds"), [({}, [0, 0]), ({"lowest": -7.0}, [-7, -7])])
def test_a_limit_moves_at_its_weight_and_no_lower_than_allowed(lowest: dict, bounds: list[float]):
    m = LinearProgram(s=("a", "b"))
    x = m.variable("x", "s")
    m.add("most", "s", x <= 1)
    m.add("least", "s", x >= 2)
    movable = m.finish().movable({("least",): 3.0, ("most",): 5.0}, **lowest)
    # x - most <= 1, x + least >= 2
    assert dense(movable).tolist() == [[1, 0, 0, -1], [0, 1, 0, -1], [1, 0, 1, 0], [0, 1, 1, 0]]
    assert movable.cost.tolist() == [0, 0, 3, 5]
    assert movable.lower.tolist() == [0, 0, *bounds]
    assert np.isposinf(movable.upper).all()


# Gaps


def test_a_variable_with_gaps_has_columns_only_where_it_is():
    m = LinearProgram(y=(2025, 2026), s=("a", "b"))
    m.variable("first", "y")
    x = m.variable("x", "ys", where=[[True, False], [False, True]], upper=[[1, 2], [3, 4]])
    m.variable("last", "")
    m.add("row", "ys", np.array([[5, 6], [7, 8]]) * x <= 1)
    program = m.finish()
    # columns 0 and 1 are first, 2 and 3 are x of (2025, a) and (2026, b), 4 is last
    assert program.size == (4, 5)
    assert program.column_families["x"].slice == slice(2, 4)
    assert program.column_families["x"].size == 2
    assert program.upper.tolist() == [np.inf, np.inf, 1, 4, np.inf]
    assert dense(program).tolist() == [[0, 0, 5, 0, 0], [0] * 5, [0] * 5, [0, 0, 0, 8, 0]]


def test_what_is_not_there_is_0_in_the_values_that_are_taken():
    m = LinearProgram(y=(2025, 2026), s=("a", "b"))
    m.variable("first", "y")
    m.variable("x", "ys", where=[[True, False], [False, True]])
    program = m.finish()
    assert program.take("x", np.array([10.0, 20.0, 30.0, 40.0])).tolist() == [[30, 0], [0, 40]]
    assert program.take("first", np.array([10.0, 20.0, 30.0, 40.0])).tolist() == [10, 20]
    assert program.take("x", program.integer).tolist() == [[False, False], [False, False]]


def test_what_is_not_there_costs_nothing_and_adds_nothing_to_a_sum():
    m = LinearProgram(y=(2025, 2026), s=("a", "b"))
    x = m.variable("x", "ys", where=[[False, True], [True, True]])
    m.add("sum", "y", x.sum(axis=1) <= 1)
    m.add("running", "ys", x.cumsum() <= 1)
    m.add("before", "ys", x.roll(1, axis=1) <= 1)
    m.minimize(np.array([[3, 4], [5, 6]]) * x)
    program = m.finish()
    # columns: (2025, b), (2026, a), (2026, b)
    assert program.cost.tolist() == [4, 5, 6]
    assert dense(program).tolist() == [
        [1, 0, 0], [0, 1, 1],
        [0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 1, 1],
        [1, 0, 0], [0, 0, 0], [0, 0, 1], [0, 1, 0],
    ]  # fmt: skip


def test_rows_with_gaps_stand_only_where_they_are():
    m = LinearProgram(y=(2025, 2026), s=("a", "b"))
    x = m.variable("x", "ys")
    m.add("most", "ys", x <= np.array([[1, 2], [3, 4]]), where=np.array([[True, False], [True, True]]))
    m.add("least", "", x.sum().sum() >= 1)
    program = m.finish()
    assert dense(program).tolist() == [[1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [1, 1, 1, 1]]
    assert program.row_upper.tolist() == [1, 3, 4, np.inf]
    assert program.row_families["most"].spread(np.array([7.0, 8.0, 9.0])).tolist() == [[7, 0], [8, 9]]
    assert program.row_families["least"].slice == slice(3, 4)


def test_where_may_be_spread_over_missing_axes():
    m = LinearProgram(y=(2025, 2026), s=("a", "b"))
    x = m.variable("x", "ys", where=[False, True])
    m.add("row", "ys", x >= 1, where=[[True], [False]])
    program = m.finish()
    assert program.column_names() == ["x(2025,b)", "x(2026,b)"]
    assert program.row_names() == ["row(2025,a)", "row(2025,b)"]


def test_a_family_without_gaps_is_as_if_nothing_was_said():
    m = LinearProgram(y=(2025, 2026))
    x = m.variable("x", "y", where=[True, True])
    m.add("row", "y", x <= 1, where=True)
    program = m.finish()
    assert program.column_families["x"].kept is None
    assert program.row_families["row"].kept is None


def test_a_family_of_which_nothing_is_there_has_no_columns_and_no_rows():
    m = LinearProgram(y=(2025, 2026))
    z, x = m.variable("z", "y"), m.variable("x", "y", where=False)
    m.add("row", "y", x + z <= 1)
    m.add("none", "y", z <= 1, where=False)
    program = m.finish()
    assert program.size == (2, 2)
    assert program.column_names() == ["z(2025)", "z(2026)"]
    assert program.take("x", np.array([1.0, 2.0])).tolist() == [0, 0]
    assert dense(program).tolist() == [[1, 0], [0, 1]]


def test_elastic_and_movable_rows_may_have_gaps():
    m = LinearProgram(s=("a", "b", "c"))
    x = m.variable("x", "s")
    m.add("most", "s", x <= 1, where=[True, False, True])
    m.add("least", "s", x >= 2, where=[False, True, False])
    program = m.finish()
    # x - f1 <= 1, x - f2 <= 1 of a and c; x + f3 >= 2 of b
    assert dense(program.elastic("most", "least")).tolist() == [
        [1, 0, 0, -1, 0, 0],
        [0, 0, 1, 0, -1, 0],
        [0, 1, 0, 0, 0, 1],
    ]
    assert dense(program.movable({("most",): 1.0})).tolist() == [[1, 0, 0, -1], [0, 0, 1, -1], [0, 1, 0, 0]]


def test_some_rows_alone_can_be_broken_an_equation_on_both_sides():
    m = LinearProgram(s=("a", "b", "c"))
    x = m.variable("x", "s")
    m.add("least", "s", x >= 2)
    m.add("just", "", x.sum() == 9)
    broken = m.finish().breakable(np.array([2, 3]))
    assert dense(broken).tolist() == [[1, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0], [0, 0, 1, 0, 1, 0], [1, 1, 1, -1, 0, 1]]


def test_labels_of_several_words_are_one_name():
    m = LinearProgram(k=(("Peak", "all year"), ("Peak", "Winter")))
    m.variable("peak_kw", "k")
    assert m.finish().column_names() == ["peak_kw(Peak_all_year)", "peak_kw(Peak_Winter)"]
