"""Spans of the day are read as people write them."""

from __future__ import annotations

import pytest

from fleetopt.words.clock import slot_label, span, start


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("12AM-6AM", "12AM-6AM"),
        ("12AM-6 AM", "12AM-6AM"),
        (" 6am \N{EN DASH} 12pm ", "6AM-12PM"),
        ("6AM\N{EM DASH}12PM", "6AM-12PM"),
        ("6AM\N{MINUS SIGN}12PM", "6AM-12PM"),
        ("6AM\N{NON-BREAKING HYPHEN}12PM", "6AM-12PM"),
        ("6\N{NO-BREAK SPACE}AM-12\N{NARROW NO-BREAK SPACE}PM", "6AM-12PM"),
        ("\N{FULLWIDTH DIGIT SIX}AM-12PM", "6AM-12PM"),
        ("night", "NIGHT"),
        ("", ""),
    ],
)
def test_a_label_is_written_in_one_way(text, label):
    assert slot_label(text) == label
    assert slot_label(label) == label


@pytest.mark.parametrize(
    ("label", "start", "hours"),
    [
        ("12AM-6AM", 0, 6),
        ("6AM-12PM", 6, 6),
        ("12PM-6PM", 12, 6),
        ("6PM-12AM", 18, 6),
        ("6 am to 12 pm", 6, 6),
        ("18:00-24:00", 18, 6),
        ("18:00-00:00", 18, 6),
        ("00:00-06:00", 0, 6),
        ("0-6", 0, 6),
        ("6.30-7.15", 6.5, 0.75),
        ("6:30AM-12PM", 6.5, 5.5),
        ("06h-12h", 6, 6),
        ("6 hrs - 12 hrs", 6, 6),
        ("10PM-6AM", 22, 8),
        ("23:00-01:00", 23, 2),
        ("23:59-24:00", 23 + 59 / 60, 1 / 60),
        ("12AM-12AM", 0, 24),
        ("0:00-24:00", 0, 24),
        ("24:00-06:00", 0, 6),
        ("6AM-6AM", 6, 24),
    ],
)
def test_a_span_has_a_start_and_a_length(label, start, hours):
    assert span(label) == pytest.approx((start, hours))


@pytest.mark.parametrize(
    "label",
    [
        "",
        "-",
        "night",
        "6AM",
        "6AM-",
        "6AM-12PM-6PM",
        "0AM-6AM",
        "13PM-2PM",
        "25-26",
        "24:01-6:00",
        "6:60-7:00",
        "-1-6",
    ],
)
def test_what_is_no_span_is_none(label):
    assert span(label) is None


@pytest.mark.parametrize(("label", "hour"), [("18:00", 18), ("6:30", 6.5), ("6PM", 18), ("24:00", 0), ("6PM-12AM", 18)])
def test_a_slot_starts_where_its_label_says(label, hour):
    assert start(label) == hour


@pytest.mark.parametrize("label", ["6", "18", "25:00", "night", ""])
def test_what_is_no_time_starts_nowhere(label):
    assert start(label) is None


def test_24_hourly_spans_follow_each_other():
    spans = [span(f"{hour:02d}:00-{hour + 1:02d}:00") for hour in range(24)]
    assert spans == [(hour, 1) for hour in range(24)]
