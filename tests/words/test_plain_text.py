"""Text as people see it."""

from __future__ import annotations

import pytest

from fleetopt.books.tables import key
from fleetopt.words.clock import slot_label
from fleetopt.words.plain_text import plain_text


@pytest.mark.parametrize(
    "text",
    [
        "  Night  shift ",
        "Night\u00a0shift",
        "Night\nshift",
        "\ufeffNight shift",
        "Ni\u200bght shift",
        "Ni\u00adght shift",
        "\u202eNight shift\u202c",
        "Night\x07 shift",
        "Night\ud800 shift",
    ],
)
def test_what_nobody_sees_is_taken_off(text: str):
    assert plain_text(text) == "Night shift"


def test_a_letter_has_one_form():
    assert plain_text("De\u0301po\u0302t") == "D\u00e9p\u00f4t"


@pytest.mark.parametrize("text", ["Größe", "計画", "نمی\u200cخواهم", "👩\u200d🚒", "=1+1"])
def test_a_name_in_any_script_stays_as_it_is(text: str):
    assert plain_text(text) == text


def test_what_is_invisible_makes_no_other_header_slot_or_name():
    assert key("Grid\u200b price") == key("Grid price")
    assert key("Gro\u0308\u00dfe") == key("gr\u00f6\u00dfe")
    assert slot_label("6AM\u200b-12 PM") == "6AM-12PM"
