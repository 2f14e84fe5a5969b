"""What a planning workbook is filled with: the rows of its tables and the values of its names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Formula:
    """A cell that Excel calculates."""

    text: str
    """With English names and a leading `=`, as it stands in a file."""
    value: float | str | None = None
    """What the cell shows until it is calculated; None shows nothing."""


ANEW = "Make the workbook anew from it: 'fleetopt new NEW.xlsm --from' this one."
"""The cure for a workbook that lacks what results are written to."""

Value = float | int | str | Formula | None
"""Of one cell; text is never taken for a formula."""


@dataclass(frozen=True)
class Content:
    """New values for some tables and names of a workbook."""

    tables: dict[str, Sequence[Sequence[Value]]] = field(default_factory=dict)
    """By the table's name its rows, without the header, in the order of the schema's columns."""
    headers: dict[str, Sequence[str]] = field(default_factory=dict)
    """By the table's name the heading of each column of its rows."""
    further: dict[str, Sequence[str]] = field(default_factory=dict)
    """By the table's name headings that it may have besides: one of its rows is added where it is missing, one that is
    not of its rows is emptied where it is there."""
    optional: frozenset[str] = frozenset()
    """Tables that a workbook may lack; then they are left out."""
    kept: frozenset[str] = frozenset()
    """Tables into which the value of no name is written."""
    on: tuple[str, ...] = ()
    """The refinements of the depot that the results use."""
    names: dict[str, Value] = field(default_factory=dict)
    """By the defined name the value of its one cell."""


def in_a_table(name: str, table: str) -> str:
    """Say that a name whose cell is to be written points into a table."""
    return f"the name '{name}', to which a result is written, stands for a cell of the table '{table}'."
