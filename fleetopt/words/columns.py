"""What a column of a table is: words, unit, bounds, choices, default."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

Kind = Literal["number", "whole", "year", "label", "choice", "text", "time"]
LARGEST: Final = 1e9
"""No figure of a depot is larger; a solver loses its accuracy beyond."""
SMALLEST: Final = 1e-6
"""What is smaller is the noise of a formula, such as the sun at sunset, and counts as 0."""


@dataclass(frozen=True)
class Column:
    """A column of a table, or a setting: what it is called, what it means and what it may hold."""

    name: str
    header: str
    meaning: str
    """A noun phrase that follows "Enter"."""
    unit: str = ""
    kind: Kind = "number"
    lowest: float = 0.0
    highest: float = LARGEST
    is_positive: bool = False
    """Whether 0 is too little."""
    choices: tuple[str, ...] = ()
    default: float | str | None = None
    """None: a value must be given."""
    usual: tuple[float, float] | None = None
    """What figures of real depots lie between; a figure far outside is doubted."""
    when_zero: str = ""
    """What a zero means where it is possible but odd; it is doubted then."""
    most_sensible: float = LARGEST
    """A figure above it is possible but odd; it is doubted then."""
    when_more: str = ""
    """What such a figure means."""
    source: str = ""
    """Where the default comes from."""
    is_needed: bool = True
    is_only_checked: bool = False
    """Whether no figure of the plan follows from it: it serves the checks of the input."""
    is_quiet: bool = False
    """Whether a workbook may lack it without a word."""
    of: str = ""
    """The table whose labels of the same name it repeats."""
    is_span: bool = False
    """Whether it is a span of the day where people write it so, in one of several ways."""
    width: float = 0.0
    """Of a column of sentences: characters of the default font, in which they are wrapped; else it fits its values."""
    study: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        """Header with unit, as people see it: `Grid price [USD/kWh]`."""
        return f"{self.header} [{self.unit}]" if self.unit else self.header

    @property
    def headers(self) -> tuple[str, ...]:
        """What may stand above the column in a planning workbook: with its unit or without."""
        return self.heading, self.header

    @property
    def bounds(self) -> str:
        """What a value must be, in words: `a whole number, 0 to 100`."""
        if self.choices:
            return " or ".join(self.choices)
        whole = "a whole number, " if self.kind in ("whole", "year") else ""
        if self.highest == LARGEST:
            return f"{whole}{self.least}"
        if self.is_positive:
            return f"{whole}{self.least}, {self.most}"
        return f"{whole}{self.figure(self.lowest)} to {self.figure(self.highest)}"

    @property
    def least(self) -> str:
        """The lower bound, in words: `0 or more`."""
        return "more than 0" if self.is_positive else f"{self.figure(self.lowest)} or more"

    @property
    def most(self) -> str:
        """The upper bound, in words: `at most 1,000`."""
        return f"at most {self.figure(self.highest)}"

    def figure(self, value: float) -> str:
        """Write a value as people do: `1,750`, but `2027` for a year."""
        return f"{value:.10g}" if self.kind == "year" else f"{value:,.10g}"


def year_column(study: str = "") -> Column:
    """The column of a year."""
    return Column(
        "year",
        "Year",
        "the year, such as 2027",
        kind="year",
        lowest=1900,
        highest=2200,
        study=(study,) if study else (),
    )


@dataclass(frozen=True)
class Table:
    """A table: one row for each combination of its key columns."""

    name: str
    sheet: str
    row: str
    """What one row stands for."""
    columns: tuple[Column, ...]
    """Of an input table that a part declares: those that are no figures; the figures of all parts join them."""
    keys: tuple[str, ...] = ()
    makes: str = ""
    """The axis that its rows make: the labels are those of its last key; none: its rows stand in a case as they are."""
    called: str = ""
    """What a case calls the labels, or the rows."""
    is_optional: bool = False
    """Whether it may be missing or empty."""
    may_be_empty: bool = False
    """Whether it may be empty, though not missing."""
    adds_up: bool = False
    """Whether rows of one key add up; else each key stands once."""
    passed_over: tuple[str, ...] = ()
    """Headings of columns that may stand in it and say nothing here."""
    order: tuple[str, ...] = ()
    """Names of the columns that stand first."""
    arranged: Callable[[Any], list[int]] | None = None
    """Of all tables by name: the order in which its rows count; none: as they stand."""
    purpose: str = ""
    """What its sheet is for, in a line."""
    study_sheet: str = ""
    study_files: tuple[str, ...] = ()
    """File of the study's folder that holds this table; the first name is the right one."""

    @property
    def headings(self) -> tuple[str, ...]:
        """The header of each column with its unit."""
        return tuple(column.heading for column in self.columns)

    def __getitem__(self, name: str) -> Column:
        """Find a column by its name."""
        return next(column for column in self.columns if column.name == name)
