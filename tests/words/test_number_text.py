"""Text that is meant as a number."""

from __future__ import annotations

import pytest

from fleetopt.words.number_text import readings


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("250 ", 250.0),
        ("\u00a0250\u00a0", 250.0),
        ("1.200,5", 1200.5),
        ("1,200.5", 1200.5),
        ("1,234,567", 1_234_567.0),
        ("1 200", 1200.0),
        ("1\u202f200,25", 1200.25),
        ("1'200", 1200.0),
        ("1,5", 1.5),
        ("0,200", 0.2),
        ("0.200", 0.2),
        ("12,3456", 12.3456),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("+7", 7.0),
        ("- 7", -7.0),
        ("\u22127", -7.0),
        ("\uff12\uff15\uff10", 250.0),
        ("€ 250", 250.0),
        ("250 EUR", 250.0),
        ("$1,234.50", 1234.5),
        ("250 kWh", 250.0),
    ],
)
def test_a_text_with_one_reading_is_that_number(text: str, figure: float):
    assert readings(text, "kWh") == [figure]


@pytest.mark.parametrize(
    ("text", "figures"), [("1,200", [1.2, 1200.0]), ("1.200", [1.2, 1200.0]), ("-12,345", [-12345.0, -12.345])]
)
def test_a_text_with_two_readings_has_both(text: str, figures: list[float]):
    assert readings(text) == figures


@pytest.mark.parametrize(
    "text",
    ["", "abc", "1,2,3", "1.2.3", "12,34,567", "1..2", "--1", "1-2", "0x10", "1e", "nan", "inf", "٣ km", "250 kW"],
)
def test_a_text_that_is_no_number_has_none(text: str):
    assert readings(text, "kWh") == []


@pytest.mark.parametrize("text", ["25\u00b2", "250\u00b9", "\u2460", "2\u00bd"])
def test_a_footnote_is_no_digit(text: str):
    assert readings(text, "km") == []


@pytest.mark.parametrize(("text", "unit"), [("0.1/h", "1/h"), ("0.51/h", "1/h"), ("0.5-", "-")])
def test_a_unit_of_signs_is_not_cut_off_a_figure(text: str, unit: str):
    assert readings(text, unit) == []


@pytest.mark.parametrize("unit", ["-", "1/h", ""])
def test_a_percentage_is_a_share(unit: str):
    assert readings("50 %", unit) == [0.5]


@pytest.mark.parametrize("unit", ["kWh", "USD", "km"])
def test_a_percentage_is_no_amount(unit: str):
    assert readings("50 %", unit) == []


@pytest.mark.parametrize("text", ["250\u200b", "\ufeff250", "2\u00ad50", "\u202a250\u202c", "250\x07"])
def test_what_is_invisible_does_not_count(text: str):
    assert readings(text, "kWh") == [250.0]
