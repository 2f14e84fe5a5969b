"""Where the values of rows stand in a table that is there already: its columns are found by their headings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fleetopt.books.tables import key
from fleetopt.words.content import Content, Value
from fleetopt.words.problem import FileError


@dataclass(frozen=True)
class Placing:
    """Rows, and which column of a table each of their values goes to."""

    columns: Sequence[int]
    """Position of each value of a row, counted from the table's first column."""
    rows: Sequence[Sequence[Value]]
    added: Sequence[str]
    """Headings of new columns at the table's right end."""

    def like(self, column: int) -> int:
        """The column whose look a new one takes: that of the value before its own in a row, which is of its kind."""
        return self.columns[self.columns.index(column) - 1]


def placing(
    content: Content,
    name: str,
    there: Sequence[object],
    may_grow: Callable[[int], bool],
    missing: Callable[[str], FileError],
) -> Placing:
    """Place the rows of a table: further columns are added where they are missing, and emptied where no row has them.

    Parameters:
        there: the headings that the table has.
        may_grow: says whether so many columns may be added; where not, they are left out.
        missing: words the error of a heading that has no column of its own.
    """
    headings, rows, further = content.headers[name], content.tables[name], content.further.get(name, ())
    places: dict[object, int] = {key(heading): j for j, heading in reversed(list(enumerate(there)))}
    places |= {heading: j for j, heading in enumerate(there)}
    added = [heading for heading in headings if heading in further and not {heading, key(heading)} & places.keys()]
    if added and not may_grow(len(added)):
        kept = [k for k, heading in enumerate(headings) if heading not in added]
        headings, rows, added = [headings[k] for k in kept], [[row[k] for k in kept] for row in rows], []
    places |= {heading: len(there) + k for k, heading in enumerate(added)}
    gone = [heading for heading in further if heading not in headings and {heading, key(heading)} & places.keys()]
    if gone:
        headings, rows = [*headings, *gone], [[*row, *[None] * len(gone)] for row in rows]
    columns: list[int] = []
    for heading in headings:
        j = places.get(heading, places.get(key(heading)))
        if j is None or j in columns:
            raise missing(heading)
        columns.append(j)
    return Placing(columns, rows, added)
