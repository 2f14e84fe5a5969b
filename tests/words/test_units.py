"""Units as people write them."""

from __future__ import annotations

import pytest

from fleetopt.inputs import schema
from fleetopt.words.units import is_other_unit, shown_unit


@pytest.mark.parametrize(
    ("given", "due"),
    [
        ("MWh", "kWh"),
        ("miles", "km"),
        ("miles per day", "km"),
        ("m", "km"),
        ("W", "kW"),
        ("kVA", "kW"),
        ("kWp", "kW"),
        ("kWh", "kW"),
        ("USD/MWh", "USD/kWh"),
        ("ct/kWh", "USD/kWh"),
        ("€/kWh", "USD/kWh"),
        ("kUSD", "USD"),
        ("kWh/100 km", "kWh/km"),
        ("kWh/mi", "kWh/km"),
        ("%", "-"),
        ("min", "h"),
        ("months", "years"),
        ("USD/year", "USD/month"),
        ("ft²", "m2"),
    ],
)
def test_another_unit_is_seen(given, due):
    assert is_other_unit(given, due)


@pytest.mark.parametrize(
    ("given", "due"),
    [
        ("KWH", "kWh"),
        ("kWh per slot", "kWh"),
        ("Kms", "km"),
        ("km/day", "km"),
        ("$/kWh", "USD/kWh"),
        ("USD", "USD/kWp"),
        ("days", "d/year"),
        ("sq.m", "m2"),
        ("pieces", "units"),
        ("C", "1/h"),
        ("a remark", "km"),
        ("", "km"),
        ("miles", ""),
    ],
)
def test_the_right_unit_and_what_is_none_are_let_pass(given, due):
    assert not is_other_unit(given, due)


def test_every_unit_of_an_input_is_its_own():
    for table in schema.INPUT_TABLES:
        for column in table.columns:
            assert not is_other_unit(column.unit, column.unit), column


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ('0 "mi"', ("mi", 0)),
        ("0\\ \\k\\m", ("km", 0)),
        ('#,##0.0,"MWh";[Red]-#,##0.0,"MWh"', ("MWh", 1)),
        ('_-* #,##0.00 "kWh"_-;-* #,##0 "x"', ("kWh", 0)),
        ("[$€-407] #,##0.00", ("€", 0)),
        ("[Red]0", None),
        ("#,##0", None),
        ("0%", None),
        ("General", None),
        ('0 "trucks"', None),
        ("yyyy-mm-dd", None),
        ('[h]:mm" h"', None),
        ("", None),
    ],
)
def test_the_unit_that_a_format_shows(code, shown):
    assert shown_unit(code) == shown


def test_a_figure_that_is_shown_by_the_thousand_is_in_the_larger_unit():
    assert not is_other_unit("MWh", "kWh", 1)  # 1,750 kWh are shown as 1.75 MWh
    assert is_other_unit("kWh", "kWh", 1)  # 1,750 kWh are shown as 1.75 kWh
