"""Spans of the day and when they start, read from the labels of slots."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fleetopt.words.plain_text import plain_text

_TIME = r"(\d{1,2})(?:[:.](\d{2}))?(AM|PM)?(?:H|HRS?)?"
_SPAN = re.compile(rf"{_TIME}(?:-|TO){_TIME}")
_START = re.compile(_TIME)
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")


def slot_label(text: str) -> str:
    """Write a slot's label the one way: no blanks, plain dash, capitals (`12AM-6 AM` becomes `12AM-6AM`)."""
    return "".join(unicodedata.normalize("NFKC", plain_text(text)).translate(_DASHES).split()).upper()


def span(label: str) -> tuple[float, float] | None:
    """Start [h after midnight] and length [h] of a slot such as `6PM-12AM` or `18:00-24:00`; None if it is no span."""
    match = _SPAN.fullmatch(slot_label(label))
    if match is None:
        return None
    start, end = _hour(*match.groups()[:3]), _hour(*match.groups()[3:])
    if start is None or end is None:
        return None
    return start % 24, (end - start) % 24 or 24.0


def start(label: str) -> float | None:
    """When a slot starts that is named by its span or by its start alone, such as `18:00` [h after midnight]."""
    time = span(label)
    match = None if time else _START.fullmatch(slot_label(label))
    hour = _hour(*match.groups()) if match and (match[2] or match[3]) else None
    return time[0] if time else None if hour is None else hour % 24


def span_text(begin: float, length: float) -> str:
    """A span the one way: `18:00-06:00`; of a whole day `00:00-24:00`."""
    end = begin + length
    return f"{hour_text(begin)}-{hour_text(end if end <= 24 else end - 24)}"


def hour_text(hour: float) -> str:
    """A time of day to the minute: `22:30`."""
    minutes = round(hour * 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def overlap(begin: ArrayLike, length: ArrayLike, start: ArrayLike, hours: ArrayLike) -> NDArray[np.float64]:
    """Hours that spans of the day and slots have in common, around the clock; what is rounding is none [h]."""
    first, last = np.asarray(begin, dtype=float), np.asarray(begin, dtype=float) + np.asarray(length, dtype=float)
    opens, closes = np.asarray(start, dtype=float), np.asarray(start, dtype=float) + np.asarray(hours, dtype=float)
    common = [np.minimum(closes, last + day) - np.maximum(opens, first + day) for day in (-24.0, 0.0, 24.0)]
    return np.asarray(sum(np.where(part > 1e-9, part, 0.0) for part in common))


def _hour(hour: str, minute: str | None, half: str | None) -> float | None:
    value = int(hour)
    if half:
        if not 1 <= value <= 12:
            return None
        value = value % 12 + (12 if half == "PM" else 0)
    time = value + int(minute or 0) / 60
    return time if time <= 24 and int(minute or 0) < 60 else None
