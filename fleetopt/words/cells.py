"""One cell: what stands in it becomes a value of its column's kind, or a problem."""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from typing import Any

from fleetopt.words.columns import SMALLEST, Column
from fleetopt.words.number_text import odd_currency, readings
from fleetopt.words.plain_text import plain_text
from fleetopt.words.problem import Problem, error, note, shortened, warning

_FIRST_DAYS = (datetime.date(1899, 12, 30), datetime.date(1899, 12, 31), datetime.date(1904, 1, 1))
"""The day 0 on which Excel has a time without a date."""


_LONGEST_NAME = 200
"""A heading of an Excel table that is made with a name has at most 255 letters."""
_ALL_DIGITS = 2.0**53
"""Up to here a cell holds whole numbers to the last digit."""
_FIGURES = ("number", "whole", "year")


@dataclass(frozen=True)
class Fault:
    """A cell that holds no value: an error such as `#REF!`, or a formula that was never calculated."""

    text: str
    is_uncalculated: bool = False
    is_merged: bool = False
    """Whether the cell is a part of another, and so can hold nothing."""


def is_blank(value: Any) -> bool:
    """Whether a raw cell holds nothing that can be seen."""
    return value is None or (isinstance(value, str) and not plain_text(value))


def convert(value: Any, column: Column, where: str, problems: list[Problem]) -> Any:
    """Turn a raw cell into the column's kind; None where it is blank or wrong, with a problem where it must not be."""
    if is_blank(value) or (_is_merged(value) and column.is_needed and column.default is None):
        if column.default is not None and not column.is_quiet:
            problems.append(note(where, f"{column.heading} is blank; {column.default} is taken."))
        elif column.default is None and column.is_needed:
            problems.append(_wrong(column, where, "blank", _due(column)))
        return column.default
    if isinstance(value, Fault) and (column.kind == "text" or (value.is_uncalculated and column.is_only_checked)):
        problems.append(note(where, f"{column.heading} is {value.text} and is not used."))
        return None
    try:
        clock = _clock(value) if column.is_span and column.name == "slot" else None
        plain = _plain(value) if clock is None else clock
        if column.kind in _FIGURES:
            return _number(plain, column, where, problems)
        return _label(plain, column)
    except _Refused as refused:
        is_shown_as_date = refused.is_moment and column.kind in _FIGURES
        cure = " A figure that is shown as a date needs the number format General." if is_shown_as_date else ""
        if isinstance(value, Fault) and value.is_uncalculated:
            cure = " Or open the workbook in Excel or LibreOffice and save it there, which calculates it."
        problems.append(_wrong(column, where, refused.said, refused.due or _due(column), cure))
        return None


def _is_merged(value: Any) -> bool:
    return isinstance(value, Fault) and value.is_merged


class _Refused(Exception):  # noqa: N818 - not an error of the program
    def __init__(self, said: str, due: str = "", *, is_moment: bool = False) -> None:
        """Say what the cell holds, and what it must be where that is not simply the column's bounds."""
        super().__init__(said)
        self.said, self.due, self.is_moment = said, due, is_moment


def _wrong(column: Column, where: str, said: str, due: str, cure: str = "") -> Problem:
    return error(where, f"{column.heading} is {said}, must be {due}.", f"Enter {column.meaning}.{cure}")


def _due(column: Column) -> str:
    return "a name" if column.kind == "label" else column.bounds


def _plain(value: Any) -> float | str:
    """A number or a text, whatever it is meant to be."""
    if isinstance(value, Fault):
        raise _Refused(value.text)
    if isinstance(value, bool):
        raise _Refused("TRUE" if value else "FALSE")
    if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
        raise _Refused(f"the date or time {_moment(value)}", is_moment=True)
    return value if isinstance(value, str) else float(value)


def _clock(value: object) -> str | None:
    """The time of day at which a slot starts, from a cell that holds nothing but a time: `18:00`."""
    if isinstance(value, datetime.timedelta) and datetime.timedelta(0) <= value < datetime.timedelta(days=1):
        value = (datetime.datetime.min + value).time()
    if isinstance(value, datetime.datetime) and value.date() in _FIRST_DAYS[:1]:
        value = value.time()
    is_time = isinstance(value, datetime.time) and not (value.second or value.microsecond)
    return f"{value:%H:%M}" if is_time else None


def _moment(value: datetime.date | datetime.time | datetime.timedelta) -> str:
    """Without the midnight of a mere date and the first day of a mere time, which only Excel adds."""
    if isinstance(value, datetime.datetime) and value.date() in _FIRST_DAYS:
        return str(value.time())
    return str(value).removesuffix(" 00:00:00")


def _number(value: float | str, column: Column, where: str, problems: list[Problem]) -> float | int:
    text = ""
    if isinstance(value, str):
        text = plain_text(value)
        figures = readings(text, column.unit)
        if len(figures) > 1 and column.kind in ("whole", "year"):
            figures = [figure for figure in figures if figure == int(figure)]
        if len(figures) > 1:
            two = " or ".join(column.figure(figure) for figure in figures)
            raise _Refused(f"the text '{shortened(text)}', which can mean {two}")
        if not figures:
            raise _Refused(f"the text '{shortened(text)}'")
        value = figures[0]
    if not math.isfinite(value) or (column.kind in ("whole", "year") and value != int(value)):
        raise _Refused(f"{value!r}")
    if 0 < abs(value) < SMALLEST and column.lowest == 0 and not column.is_positive:
        size = "less than" if value > 0 else "negative by less than"
        problems.append(note(where, f"{column.heading} is {size} {SMALLEST:f}, taken as 0."))
        return 0.0
    if value < column.lowest or (column.is_positive and value == 0):
        raise _Refused(column.figure(value), column.least)
    if value > column.highest:
        raise _Refused(column.figure(value), column.most)
    if text:
        said = f"{column.heading} is the text '{shortened(text)}', read as {column.figure(value)}."
        odd = odd_currency(text, column.unit)
        problems.append(warning(where, said, f"Nothing is converted from {odd}.") if odd else note(where, said))
    return int(value) if column.kind in ("whole", "year") else value


def _label(value: float | str, column: Column) -> str:
    text = _digits(value) if isinstance(value, float) else plain_text(value)
    if column.kind == "label" and len(text) > _LONGEST_NAME:
        raise _Refused(f"a name of {len(text)} letters", f"a name of at most {_LONGEST_NAME} letters")
    if column.choices:
        choice = next((choice for choice in column.choices if choice.casefold() == text.casefold()), None)
        if choice is None:
            raise _Refused(f"'{shortened(text)}'")
        return choice
    return text


def _digits(value: float) -> str:
    """A number that serves as a name: all its digits where it is whole, so that two numbers are two names."""
    return f"{value:.0f}" if value.is_integer() and abs(value) <= _ALL_DIGITS else f"{value:.15g}"
