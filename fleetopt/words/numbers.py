"""Figures as they are written: exact for programs, short for people."""

from __future__ import annotations

import math
from typing import Final

WIDTH: Final = 79
"""Columns of a line for people: a terminal has 80."""


def exact(value: float) -> float:
    """Round to nine decimals: exact to a millionth of a cent, without a solver's noise and without -0."""
    return round(value, 9) + 0.0


def finite(value: float) -> float | None:
    """The same, with None for what is not known (infinite), as JSON has it."""
    return exact(value) if math.isfinite(value) else None


def short(value: float, decimals: int = 1) -> str:
    """With thousands separators and few decimals: 127.8, 60,000."""
    text = f"{value:,.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text
