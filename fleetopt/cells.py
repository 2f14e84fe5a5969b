"""One cell: what stands in it becomes a value of its column's kind, or a problem."""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from typing import Any

from fleetopt.problem import Problem, error, note
from fleetopt.schema import Column


@dataclass(frozen=True)
class Fault:
    """A cell that holds no value: an error such as `#REF!`, or a formula that was never calculated."""

    text: str
    is_uncalculated: bool = False


def is_blank(value: Any) -> bool:
    """Whether a raw cell holds nothing but blanks."""
    return value is None or (isinstance(value, str) and not value.strip())


def convert(value: Any, column: Column, where: str, problems: list[Problem]) -> Any:
    """Turn a raw cell into the column's kind; None where it is blank or wrong, with a problem where it must not be."""
    if is_blank(value):
        if column.default is not None:
            return column.default
        if column.is_needed:
            problems.append(
                error(where, f"{column.heading} is blank, must be {_due(column)}.", f"Enter {column.meaning}.")
            )
        return None
    if isinstance(value, Fault) and value.is_uncalculated and not column.is_needed:
        problems.append(note(where, f"{column.heading} is {value.text} and is not used."))
        return None
    try:
        result, reading = (
            _number(value, column) if column.kind in ("number", "whole", "year") else _label(value, column)
        )
    except ValueError as fault:
        problems.append(
            error(where, f"{column.heading} is {fault}, must be {_due(column)}.", f"Enter {column.meaning}.")
        )
        return None
    if reading:
        problems.append(note(where, f"{column.heading} is {reading}."))
    return result


def _due(column: Column) -> str:
    return "a name" if column.kind == "label" else column.bounds


def _number(value: Any, column: Column) -> tuple[float | int, str]:
    reading = ""
    if isinstance(value, Fault):
        raise ValueError(value.text)
    if isinstance(value, bool):
        raise ValueError("TRUE" if value else "FALSE")
    if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
        raise ValueError(f"the date or time {value}")
    if isinstance(value, str):
        text = value.strip()
        try:
            value = float(text)
        except ValueError:
            raise ValueError(f"the text '{_short(text)}'") from None
        reading = f"the text '{text}', read as the number {value:g}"
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{number}")
    if column.kind in ("whole", "year") and number != int(number):
        raise ValueError(f"{number:g}")
    if number < column.lowest or number > column.highest or (column.is_positive and number <= 0):
        raise ValueError(f"{number:,.10g}" if column.kind == "number" else f"{number:.10g}")
    return (int(number) if column.kind in ("whole", "year") else number), reading


def _label(value: Any, column: Column) -> tuple[str, str]:
    if isinstance(value, Fault):
        raise ValueError(value.text)
    if isinstance(value, bool):
        raise ValueError("TRUE" if value else "FALSE")
    if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
        raise ValueError(f"the date or time {value}")
    if isinstance(value, float) and value == int(value):
        value = int(value)
    text = " ".join(str(value).split())
    if column.choices:
        for choice in column.choices:
            if text.casefold() == choice.casefold():
                return choice, ""
        raise ValueError(f"'{_short(text)}'")
    return text, ""


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
