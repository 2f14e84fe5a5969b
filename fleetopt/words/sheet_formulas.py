"""References to columns of Excel Tables as they stand in a formula, and comparisons of whole columns."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fleetopt.words.columns import Column, Table


def column_of(table: Table, name: str) -> str:
    """The body of a column: `tblFlows[Grid to load '[kWh/d']]`."""
    return f"{table.name}[{escaped(table[name].heading)}]"


def here(table: Table, name: str) -> str:
    """The cell of a column in the formula's own row."""
    return f"{table.name}[[#This Row],[{escaped(table[name].heading)}]]"


def escaped(heading: str) -> str:
    """A heading with a tick before what means something in a reference."""
    return re.sub(r"(['\[\]#])", r"'\1", heading)


def sum_where(table: Table, name: str, **criteria: str) -> str:
    """Sum of a column over the rows in which other columns equal an expression each."""
    return f"SUMIFS({column_of(table, name)},{tests(table, criteria)})"


def count_where(table: Table, **criteria: str) -> str:
    """Number of rows in which columns equal an expression each."""
    return f"COUNTIFS({tests(table, criteria)})"


def tests(table: Table, criteria: Mapping[str, str]) -> str:
    """Columns with what each must equal, as SUMIFS and COUNTIFS take them."""
    return ",".join(f"{column_of(table, name)},{_criterion(table[name], value)}" for name, value in criteria.items())


def _criterion(column: Column, value: str) -> str:
    """What a column must equal; a label counts as it stands, whatever signs it holds."""
    is_label = column.kind in ("label", "text") and not value.startswith('"')
    return f'"="&{as_it_stands(value)}' if is_label else value


def as_it_stands(text: str) -> str:
    """An expression for a text in which no sign stands for any others."""
    for sign in "~*?":
        text = f'SUBSTITUTE({text},"{sign}","~{sign}")'
    return text


def differs(left: str, right: str) -> str:
    """The largest difference of two columns, relative to the right one."""
    return f"SUMPRODUCT(MAX(ABS({left}-({right}))/(1+ABS({right}))))"


def exceeds(left: str, right: str) -> str:
    """By how much a column exceeds another at most."""
    return f"MAX(0,SUMPRODUCT(MAX(({left}-({right}))/(1+ABS({right})))))"


def total_differs(left: str, right: str) -> str:
    """The difference of two figures, relative to the right one."""
    return f"ABS(({left})-({right}))/(1+ABS({right}))"


def largest(deviation: str) -> str:
    """The largest of a column of deviations."""
    return f"SUMPRODUCT(MAX({deviation}))"


def one_if_blank(factor: str) -> str:
    """A factor above 0, and 1 where its cell is blank."""
    return f"({factor}+({factor}=0))"
