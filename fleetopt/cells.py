"""One cell: what stands in it becomes a value of its column's kind, or a problem."""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from typing import Any

from fleetopt.columns import Column
from fleetopt.number_text import readings
from fleetopt.plain_text import plain_text
from fleetopt.problem import Problem, error, note

_FIRST_DAYS = (datetime.date(1899, 12, 30), datetime.date(1899, 12, 31), datetime.date(1904, 1, 1))
"""The day 0 on which Excel has a time without a date."""


@dataclass(frozen=True)
class Fault:
    """A cell that holds no value: an error such as `#REF!`, or a formula that was never calculated."""

    text: str
    is_uncalculated: bool = False


def is_blank(value: Any) -> bool:
    """Whether a raw cell holds nothing that can be seen."""
    return value is None or (isinstance(value, str) and not plain_text(value))


def convert(value: Any, column: Column, where: str, problems: list[Problem]) -> Any:
    """Turn a raw cell into the column's kind; None where it is blank or wrong, with a problem where it must not be."""
    if is_blank(value):
        if column.default is not None:
            problems.append(note(where, f"{column.heading} is blank; {column.default} is taken."))
        elif column.is_needed:
            problems.append(_wrong(column, where, "blank", _due(column)))
        return column.default
    if isinstance(value, Fault) and value.is_uncalculated and not column.is_needed:
        problems.append(note(where, f"{column.heading} is {value.text} and is not used."))
        return None
    try:
        plain = _plain(value)
        if column.kind in ("number", "whole", "year"):
            return _number(plain, column, where, problems)
        return _label(plain, column)
    except _Refused as refused:
        problems.append(_wrong(column, where, refused.said, refused.due or _due(column)))
        return None


class _Refused(Exception):  # noqa: N818 - not an error of the program
    def __init__(self, said: str, due: str = "") -> None:
        """Say what the cell holds, and what it must be where that is not simply the column's bounds."""
        super().__init__(said)
        self.said, self.due = said, due


def _wrong(column: Column, where: str, said: str, due: str) -> Problem:
    return error(where, f"{column.heading} is {said}, must be {due}.", f"Enter {column.meaning}.")


def _due(column: Column) -> str:
    return "a name" if column.kind == "label" else column.bounds


def _plain(value: Any) -> float | str:
    """A number or a text, whatever it is meant to be."""
    if isinstance(value, Fault):
        raise _Refused(value.text)
    if isinstance(value, bool):
        raise _Refused("TRUE" if value else "FALSE")
    if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
        raise _Refused(f"the date or time {_moment(value)}")
    return value if isinstance(value, str) else float(value)


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
            raise _Refused(f"the text '{_short(text)}', which can mean {two}")
        if not figures:
            raise _Refused(f"the text '{_short(text)}'")
        value = figures[0]
    if not math.isfinite(value) or (column.kind in ("whole", "year") and value != int(value)):
        raise _Refused(column.figure(value))
    if value < column.lowest or (column.is_positive and value == 0):
        raise _Refused(column.figure(value), column.least)
    if value > column.highest:
        raise _Refused(column.figure(value), column.most)
    if text:
        problems.append(note(where, f"{column.heading} is the text '{text}', read as {column.figure(value)}."))
    return int(value) if column.kind in ("whole", "year") else value


def _label(value: float | str, column: Column) -> str:
    text = f"{value:.15g}" if isinstance(value, float) else plain_text(value)
    if column.choices:
        choice = next((choice for choice in column.choices if choice.casefold() == text.casefold()), None)
        if choice is None:
            raise _Refused(f"'{_short(text)}'")
        return choice
    return text


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
