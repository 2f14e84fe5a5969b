"""References to columns of Excel Tables as they stand in a formula."""

from __future__ import annotations

import re

from fleetopt.columns import Table


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
    tests = ",".join(f"{column_of(table, column)},{value}" for column, value in criteria.items())
    return f"SUMIFS({column_of(table, name)},{tests})"
