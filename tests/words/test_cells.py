"""One cell becomes a value, or a problem that says what to do."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from fleetopt.words.cells import Fault, convert, is_blank
from fleetopt.words.columns import LARGEST, Column

PRICE = Column("grid_price", "Grid price", "the price of energy", "USD/kWh", highest=1000)
HOURS = Column("hours", "Hours", "the length of the slot", "h", highest=24, is_positive=True)
LIMIT = Column("grid_limit_kwh", "Grid limit", "the most energy", "kWh")
COUNT = Column("chargers", "Chargers", "the number of chargers", "units", kind="whole", highest=10)
YEAR = Column("year", "Year", "the year, such as 2027", kind="year", lowest=1900, highest=2200)
NAME = Column("slot", "Slot", "the slot", kind="label")
BASIS = Column("basis", "C-rate counts per", "slot or hour", kind="choice", choices=("slot", "hour"))

MOMENTS = (datetime.date, datetime.time, datetime.timedelta)
NEVER = Fault("a formula that was never calculated", is_uncalculated=True)


def good(value, column):
    """The value of a cell that gives no problem at all."""
    problems = []
    result = convert(value, column, "Energy!C4", problems)
    assert problems == []
    return result


def bad(value, column):
    """The message on a cell that holds nothing useful."""
    problems = []
    assert convert(value, column, "Energy!C4", problems) is None
    (problem,) = problems
    assert problem.severity == "error"
    assert problem.where == "Energy!C4"
    is_figure_shown_as_date = isinstance(value, MOMENTS) and column.kind in ("number", "whole", "year")
    more = " A figure that is shown as a date needs the number format General." if is_figure_shown_as_date else ""
    if value is NEVER:
        more = " Or open the workbook in Excel or LibreOffice and save it there, which calculates it."
    assert problem.advice == f"Enter {column.meaning}.{more}"
    return problem.message


@pytest.mark.parametrize(
    ("column", "inside", "outside"),
    [
        (PRICE, [0, 0.15, 1000], {-0.0001: "0 or more", 1000.0001: "at most 1,000"}),
        (HOURS, [0.0001, 24], {0: "more than 0", -1: "more than 0", 24.0001: "at most 24"}),
        (LIMIT, [0, LARGEST], {-1: "0 or more", LARGEST + 1: "at most 1,000,000,000"}),
        (COUNT, [0, 10], {-1: "0 or more", 11: "at most 10", 0.5: "a whole number, 0 to 10"}),
        (YEAR, [1900, 2200], {1899: "1900 or more", 2201: "at most 2200", 2025.5: "a whole number, 1900 to 2200"}),
    ],
)
def test_a_number_counts_up_to_its_bounds_and_not_beyond(column, inside, outside):
    assert [good(value, column) for value in inside] == inside
    assert {value: bad(value, column).partition(", must be ")[2] for value in outside} == {
        value: f"{due}." for value, due in outside.items()
    }


@pytest.mark.parametrize(("column", "kind"), [(PRICE, float), (COUNT, int), (YEAR, int)])
def test_a_number_has_the_type_of_its_kind(column, kind):
    assert type(good(2000.0 if column is YEAR else 5, column)) is kind


def test_an_error_says_what_the_cell_is_and_must_be():
    assert bad(-0.2, PRICE) == "Grid price [USD/kWh] is -0.2, must be 0 or more."
    assert bad(0, HOURS) == "Hours [h] is 0, must be more than 0."
    assert bad("long", HOURS) == "Hours [h] is the text 'long', must be more than 0, at most 24."
    assert bad(-1750, LIMIT) == "Grid limit [kWh] is -1,750, must be 0 or more."
    assert bad(2025.5, YEAR) == "Year is 2025.5, must be a whole number, 1900 to 2200."
    assert bad("week", BASIS) == "C-rate counts per is 'week', must be slot or hour."
    assert bad(None, NAME) == "Slot is blank, must be a name."


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "blank"),
        ("", "blank"),
        (" \t\n", "blank"),
        ("\N{NO-BREAK SPACE}", "blank"),
        ("many", "the text 'many'"),
        ("1,7,50", "the text '1,7,50'"),
        ("x" * 61, f"the text '{'x' * 57}...'"),
        (True, "TRUE"),
        (False, "FALSE"),
        (datetime.date(2025, 6, 1), "the date or time 2025-06-01"),
        (datetime.datetime(2025, 6, 1, 12), "the date or time 2025-06-01 12:00:00"),
        (datetime.time(6), "the date or time 06:00:00"),
        (datetime.timedelta(hours=6), "the date or time 6:00:00"),
        (Fault("the error #REF!"), "the error #REF!"),
        (NEVER, "a formula that was never calculated"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        ("nan", "the text 'nan'"),
        ("1_000", "the text '1_000'"),
        ("1e999", "inf"),
    ],
)
@pytest.mark.parametrize("column", [PRICE, COUNT, YEAR])
def test_what_is_no_number_is_an_error(value, words, column):
    assert bad(value, column).startswith(f"{column.heading} is {words}, must be ")


def test_a_number_that_can_mean_two_things_is_refused_unless_only_one_is_possible():
    assert "the text '1,750', which can mean 1.75 or 1,750" in bad("1,750", PRICE)
    assert convert("1,750", replace(COUNT, highest=2000), "Here!A1", []) == 1750
    assert convert("2,027", YEAR, "Here!A1", []) == 2027


@pytest.mark.parametrize(
    ("text", "number"),
    [("0.15", 0.15), (" 12 ", 12), ("1e2", 100), ("0,15", 0.15), ("$ 250,5", 250.5), ("900,0", 900)],
)
def test_a_number_written_as_text_is_read_and_noted(text, number):
    problems = []
    assert convert(text, PRICE, "Energy!C4", problems) == number
    (problem,) = problems
    assert (problem.severity, problem.where) == ("note", "Energy!C4")
    assert problem.message.startswith(f"Grid price [USD/kWh] is the text '{text.strip()}', read as ")
    assert problem.message.endswith(f" {number:g}.")


@pytest.mark.parametrize(
    ("text", "column", "currency"), [("€ 250,5", PRICE, "€"), ("250,5 GBP", PRICE, "GBP"), ("$ 250,5", LIMIT, "$")]
)
def test_a_currency_that_is_not_due_is_a_warning(text, column, currency):
    problems = []
    assert convert(text, column, "Here!A1", problems) == 250.5
    [problem] = problems
    assert (problem.severity, problem.advice) == ("warning", f"Nothing is converted from {currency}.")


def test_a_figure_that_is_shown_as_a_date_is_told_how_to_be_one():
    problems = []
    assert convert(datetime.datetime(1900, 9, 6), LIMIT, "Here!A1", problems) is None
    assert problems[0].advice.endswith("A figure that is shown as a date needs the number format General.")


@pytest.mark.parametrize("noise", [9e-7, 1e-17, 5e-324])
def test_the_noise_of_a_formula_is_0_with_a_note(noise):
    problems = []
    assert good(1e-6, LIMIT) == 1e-6
    assert convert(noise, LIMIT, "Energy!C4", problems) == 0.0
    assert [str(problem) for problem in problems] == [
        "note: Energy!C4: Grid limit [kWh] is less than 0.000001, taken as 0."
    ]
    assert good(noise, HOURS) == noise  # which may not be 0


def test_a_number_written_as_text_that_is_out_of_bounds_is_only_an_error():
    assert bad("-0.2", PRICE) == "Grid price [USD/kWh] is -0.2, must be 0 or more."


@pytest.mark.parametrize(
    ("value", "label"),
    [("V1", "V1"), ("  Truck \n type  1 ", "Truck type 1"), (1.0, "1"), (1, "1"), (1.5, "1.5"), ("1.0", "1.0")],
)
def test_a_label_is_text_without_stray_blanks(value, label):
    assert good(value, NAME) == label


@pytest.mark.parametrize("value", [True, datetime.date(2025, 6, 1), datetime.time(6), Fault("the error #N/A"), NEVER])
def test_what_is_no_name_is_an_error(value):
    assert bad(value, NAME).endswith(", must be a name.")


@pytest.mark.parametrize("value", ["hour", "HOUR", " Hour "])
def test_a_choice_is_one_of_its_words_in_any_case(value):
    assert good(value, BASIS) == "hour"


@pytest.mark.parametrize("value", [None, "", "  ", "\u00a0", "\u200b"])
def test_a_blank_is_the_default_with_a_note_or_nothing_where_nothing_is_needed(value):
    problems = []
    assert convert(value, Column("c_rate", "C-rate", "the share", default=0.5), "T!C2", problems) == 0.5
    assert [str(problem) for problem in problems] == ["note: T!C2: C-rate is blank; 0.5 is taken."]
    assert good(value, Column("range_km", "Range", "the range", is_needed=False)) is None
    assert is_blank(value)
    assert not is_blank(0)


def test_a_formula_that_was_never_calculated_is_a_note_only_where_no_plan_depends_on_it():
    problems = []
    column = Column("range_km", "Range", "the range", "km", is_needed=False, is_only_checked=True)
    assert convert(NEVER, column, "T!C2", problems) is None
    assert [str(problem) for problem in problems] == [
        "note: T!C2: Range [km] is a formula that was never calculated and is not used."
    ]
    assert "never calculated" in bad(NEVER, Column("c_rate", "C-rate", "the share", default=0.5))


def test_an_error_in_a_remark_stops_nobody():
    problems = []
    column = Column("note", "Note", "what the scenario is for", kind="text", is_needed=False)
    assert convert(Fault("the error #N/A"), column, "Scenarios!G3", problems) is None
    assert [str(problem) for problem in problems] == ["note: Scenarios!G3: Note is the error #N/A and is not used."]


def test_the_rest_of_a_subtraction_counts_as_0():
    for noise in (-2.8e-17, 2.8e-17, -9e-7):
        problems = []
        assert convert(noise, PRICE, "Energy!C4", problems) == 0.0
        assert [problem.severity for problem in problems] == ["note"]
    assert "0 or more" in bad(-1.1e-6, PRICE)


def test_numbers_as_names_keep_all_their_digits():
    assert good(1234567890123456.0, NAME) == "1234567890123456"
    assert good(1234567890123457.0, NAME) == "1234567890123457"
    assert good(1.5, NAME) == "1.5"


def test_a_name_is_no_longer_than_a_heading_can_be():
    assert good("x" * 200, NAME) == "x" * 200
    assert bad("x" * 201, NAME) == "Slot is a name of 201 letters, must be a name of at most 200 letters."


def test_a_figure_that_may_be_blank_is_refused_where_its_formula_was_never_calculated():
    assert "never calculated" in bad(NEVER, Column("grid_limit_kwh", "Grid limit", "the most", is_needed=False))
