"""What can be said of the whole columns of a programme alone."""

from __future__ import annotations

import numpy as np
import pytest

from fleetopt.model.formulation import build
from fleetopt.model.linear import LinearProgram
from fleetopt.words.expression import Expression
from tests.cases import one_slot, study


def rows(program) -> list[tuple[list[float], float]]:
    """The rows on whole columns alone, as slopes and limit."""
    found = program.integers
    return [(slopes.tolist(), limit) for slopes, limit in zip(found.slopes, found.limits.tolist(), strict=True)]


def useful(m: LinearProgram, name: str = "n") -> Expression:
    """A whole column that helps others, so that no number of it suffices by itself."""
    n, bought = m.variable(name, "", integer=True), m.variable(f"{name}_helps", "")
    m.add(f"{name}_limit", "", bought <= 40 + 60 * n)
    return n


# Whole and fixed


def test_the_whole_columns_are_those_that_are_declared_whole():
    m = LinearProgram(i=("a", "b"))
    m.variable("flow", "i")
    m.variable("count", "i", integer=True)
    m.variable("rest", "")
    m.variable("more", "", integer=True)
    assert m.finish().integers.columns.tolist() == [2, 3, 5]


def test_a_programme_without_whole_columns_says_nothing_of_them():
    m = LinearProgram()
    m.add("row", "", m.variable("x", "") <= 1)
    found = m.finish().integers
    assert (found.columns.tolist(), found.linking.tolist(), found.limits.tolist(), found.most.tolist()) == (
        [], [], [], [],
    )  # fmt: skip


def test_what_an_equation_fixes_counts_as_what_fixes_it():
    m = LinearProgram()
    n, there = useful(m), m.variable("there", "")
    m.add("installed", "", there == 3 + 2 * n)
    m.add("most", "", 5 * there <= 100)
    program = m.finish()
    assert program.integers.linking.tolist() == [0, 2]  # the equation itself only fixes
    assert rows(program) == [([10], 85)]  # 5 x (3 + 2 n) <= 100
    assert program.integers.most.tolist() == [8]  # 85 / 10


def test_what_is_fixed_fixes_the_next():
    m = LinearProgram()
    n, there, power = m.variable("n", "", integer=True), m.variable("there", ""), m.variable("power", "")
    m.add("power", "", power == 50 * there)
    m.add("installed", "", there == 1 + n)
    m.add("need", "", power >= 120)
    program = m.finish()
    assert program.integers.linking.tolist() == [2]
    assert rows(program) == [([-50], -70)]  # 50 x (1 + n) >= 120
    assert program.integers.most.tolist() == [2]  # 70 / 50, rounded up


def test_an_equation_of_two_unknowns_fixes_neither():
    m = LinearProgram()
    n, x, z = m.variable("n", "", integer=True), m.variable("x", ""), m.variable("z", "")
    m.add("split", "", x + z == n)
    m.add("most", "", x <= 4)
    program = m.finish()
    assert program.integers.linking.tolist() == [0]  # x + z is 0 or more, so n is too: that says nothing
    assert rows(program) == []


def test_an_inequality_fixes_nothing():
    m = LinearProgram()
    n, x = m.variable("n", "", integer=True), m.variable("x", "")
    m.add("enough", "", x <= 2 * n)
    m.add("most", "", x <= 4)
    assert m.finish().integers.linking.tolist() == [0]


# Rows that bind


def test_of_rows_with_others_only_what_holds_whatever_the_others_do_binds():
    m = LinearProgram()
    n, x = m.variable("n", "", integer=True), m.variable("x", "", upper=4.0)
    m.add("budget", "", 10 * n + 3 * x <= 100)
    m.add("enough", "", 10 * n + 3 * x >= 50)
    program = m.finish()
    # x is 0 at least: 10 n <= 100; x is 4 at most: 10 n >= 50 - 12
    assert rows(program) == [([10], 100), ([-10], -38)]


def test_a_row_in_which_others_have_no_end_binds_nothing():
    m = LinearProgram()
    n, x = m.variable("n", "", integer=True), m.variable("x", "")
    m.add("enough", "", n + x >= 50)
    program = m.finish()
    assert program.integers.linking.tolist() == [0]
    assert rows(program) == []


def test_an_equation_binds_on_both_sides():
    m = LinearProgram()
    n, k = m.variable("n", "", integer=True), m.variable("k", "", integer=True)
    m.add("sum", "", n + k == 5)
    assert rows(m.finish()) == [([1, 1], 5), ([-1, -1], -5)]


def test_of_rows_alike_only_the_tightest_stays():
    m = LinearProgram(s=("a", "b", "c"))
    n, k = m.variable("n", "", integer=True), m.variable("k", "", integer=True)
    hours = np.array([2.0, 4.0, 6.0])
    power = 50 * n + 20 * k
    # the same powers in each slot, but for its hours: 300 kW, 250 kW and 200 kW are needed
    m.add("need", "s", hours * power[None] >= np.array([600.0, 1000.0, 1200.0]))
    assert rows(m.finish()) == [([-100, -40], -600)]


def test_a_row_that_always_holds_says_nothing():
    m = LinearProgram()
    n = m.variable("n", "", integer=True)
    m.add("none_needed", "", 50 * n >= 0)
    m.add("one_needed", "", 50 * n >= 1)
    assert rows(m.finish()) == [([-50], -1)]


# How many there can be, and how many suffice


@pytest.mark.parametrize(("budget", "most"), [(2999.99, 2), (3000.0, 3), (3000.01, 3)])
def test_a_limit_on_what_is_bought_ends_its_number(budget: float, most: int):
    m = LinearProgram()
    m.add("budget", "", 1000 * useful(m) <= budget)
    assert m.finish().integers.most.tolist() == [most]


def test_rounding_does_not_end_a_number_too_soon():
    m = LinearProgram()
    m.add("room", "", 0.1 * useful(m) <= 0.3)  # 0.3 / 0.1 is 2.9999999999999996
    assert m.finish().integers.most.tolist() == [3]


@pytest.mark.parametrize(("need", "most"), [(1199.9, 1), (1200.0, 2), (1200.1, 2)])  # at 1,200 a hair may be missing
def test_where_nothing_else_helps_no_more_is_bought_than_is_needed(need: float, most: int):
    m = LinearProgram()
    m.add("need", "", 1200 * m.variable("n", "", integer=True) >= need)
    assert m.finish().integers.most.tolist() == [most]


def test_of_several_needs_the_largest_says_how_many_suffice():
    m = LinearProgram(s=("a", "b"))
    n, k = m.variable("n", "", integer=True), m.variable("k", "", integer=True)
    m.add("first", "", 10 * n + 20 * k >= 99)
    m.add("second", "", 10 * n + 50 * k >= 119)
    assert m.finish().integers.most.tolist() == [12, 5]  # 119 / 10; 99 / 20 = 4.95, 119 / 50 = 2.38


def test_what_helps_others_in_a_shared_row_has_no_number_that_suffices():
    m = LinearProgram()
    n = useful(m)
    assert m.finish().integers.most.tolist() == [np.inf]
    m.add("room", "", n <= 7)
    assert m.finish().integers.most.tolist() == [7]


def test_what_another_row_wants_less_of_is_no_reason_to_want_more():
    m = LinearProgram()
    n, k = m.variable("n", "", integer=True), m.variable("k", "", integer=True)
    m.add("need", "", 10 * n - 5 * k >= 20)  # the more k, the more n is needed
    assert m.finish().integers.most.tolist() == [np.inf, 0]


def test_what_nothing_needs_is_not_bought():
    m = LinearProgram()
    m.add("budget", "", 1000 * m.variable("n", "", integer=True) <= 5000)
    assert m.finish().integers.most.tolist() == [0]


def test_what_cannot_be_had_at_all_is_none():
    m = LinearProgram()
    m.add("budget", "", 1000 * useful(m) <= -1.0)
    assert m.finish().integers.most.tolist() == [0]


# The depot


def test_the_chargers_of_the_study_end_with_the_need_or_the_budget():
    program = build(study())
    found = program.integers
    assert found.columns.tolist() == list(range(10, 20))
    linked = {name for name, family in program.row_families.items() for i in found.linking
              if family.start <= i < family.start + family.size}  # fmt: skip
    assert linked == {"charger_capacity", "capex_budget"}
    # 3,097 kWh in 6 h in 2029 are 516.2 kW: 11 of 50 kW or 2 of 400 kW; 60,000 USD buy more
    assert found.most.tolist() == [11] * 5 + [2] * 5


def test_a_budget_ends_the_chargers_before_the_need_does():
    # 9,600 kWh in 24 h are eight chargers of 50 kW; 3,500 USD buy three
    assert build(one_slot(charging_kwh=9600.0, capex_budget=3500.0)).integers.most.tolist() == [3]


def test_existing_chargers_count_in_what_suffices():
    # 3,000 kWh in 24 h are 2.5 chargers, one is there
    assert build(one_slot(charging_kwh=3000.0, chargers_existing=1.0)).integers.most.tolist() == [2]
