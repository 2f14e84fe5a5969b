"""Inputs that are calculated from results: a run would read what the run before has found, and change it again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple, Protocol

from fleetopt.books.tables import key
from fleetopt.depot import REFINEMENTS
from fleetopt.inputs import schema
from fleetopt.results.tables import result_tables
from fleetopt.words.block import Block, column_letters
from fleetopt.words.problem import Problem, others, warning

RESULT_TABLES: Final = frozenset(table.name.casefold() for table in result_tables(REFINEMENTS))
_RESULT_NAMES: Final = ("run_", "summary_")
_MOST_CELLS: Final = 20_000
"""So many formulas are followed from one input; one that hangs on more is not looked into further."""
_LAST_ROW, _LAST_COLUMN = 1_048_575, 16_383
_TEXT = re.compile(r'"[^"]*"')
_CELLS = re.compile(
    r"(?<![\w.\]!'])(?:(?:'((?:[^']|'')+)'|([^\W\d][\w.]*))!)?"
    r"(?:\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?|\$?([A-Z]{1,3}):\$?([A-Z]{1,3})|\$?(\d+):\$?(\d+))"
    r"(?![\w(\[!])",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<![\w.!'\]\[])([^\W\d]\w*)(\[(?:[^\[\]]|\[[^\]]*\])*\])?(?![\w(!])")
_COLUMN = re.compile(r"(?:^\[|\[)@?([^\[\]#@]+)\]")


class Place(NamedTuple):
    """Cells of a sheet, counted from 0, the last ones included."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int


class Calculated(Protocol):
    """A workbook that tells its formulas."""

    def formulas(self, sheet: str) -> Mapping[tuple[int, int], str]:
        """What cells of a sheet are calculated by, by row and column counted from 0."""

    def places(self) -> Mapping[str, Place]:
        """Where tables and named cells stand, by their names."""

    def sheet_names(self) -> Sequence[str]:
        """All sheets of cells."""


def inputs_of_results(
    book: Calculated, blocks: Mapping[str, Block], labels: Mapping[str, Sequence[str]]
) -> Iterator[Problem]:
    """Warn of each column of the inputs that hangs on results, at its first such cell.

    Parameters:
        blocks: the input tables that are there, by their names.
        labels: by axis, which head columns.
    """
    by_name = {name.casefold(): block for name, block in blocks.items()}
    known = [(by_name.get(table.name.casefold()), schema.expanded(table, labels)) for table in schema.INPUT_TABLES]
    formulas = cache(book.formulas)
    following: _Following | None = None
    for block, table in known:
        if block is None or not (own := formulas(block.place)):
            continue
        read = [column for column in table.columns if column.kind != "text"]
        headers = {key(header): column for column in read for header in column.headers}
        for j, header in enumerate(block.rows[0]):
            column = headers.get(key(header)) if isinstance(header, str) else None
            rows = [i for i in range(1, len(block.rows)) if (block.top + i, block.left + j) in own]
            if column is None or not rows:
                continue
            following = following or _Following(book.places(), book.sheet_names(), formulas, by_name)
            found = {i: of for i in rows if (of := following.result(block.place, block.top + i, block.left + j))}
            if found:
                first, of = next(iter(found.items()))
                said = f"{column.heading} is a formula that hangs on results ({of}){others(list(found))}"
                yield warning(
                    block.where(first, j),
                    f"{said}: it is read as the run before left it, and changes with this one.",
                    "Enter the figure itself, so that no input is circular.",
                )


@dataclass
class _Following:
    """Goes from a cell to all that it is calculated from."""

    places: Mapping[str, Place]
    sheets: Sequence[str]
    formulas: Callable[[str], Mapping[tuple[int, int], str]]
    blocks: Mapping[str, Block]
    """By their names in small letters the tables whose columns are known."""

    def __post_init__(self) -> None:
        self._named = {name.casefold(): place for name, place in self.places.items()}
        self._spelt = {name.casefold(): name for name in self.sheets}
        self._results = [place for name, place in self._named.items() if _is_result(name)]

    def result(self, sheet: str, row: int, column: int) -> str:
        """The first result that a cell hangs on, as an address or a name; none where it hangs on none."""
        seen, due = {(sheet, row, column)}, [(sheet, row, column)]
        while due and len(seen) < _MOST_CELLS:
            at = due.pop()
            text = _TEXT.sub('""', self.formulas(at[0]).get(at[1:], ""))
            for name, place in self._references(at[0], text):
                if _is_result(name.casefold()) or any(_meet(place, one) for one in self._results):
                    return name
                if place:
                    there = {(place.sheet, *cell) for cell in self._calculated(place)} - seen
                    seen |= there
                    due += there
        return ""

    def _calculated(self, place: Place) -> Iterator[tuple[int, int]]:
        if place.top == place.bottom and place.left == place.right:
            yield place.top, place.left
            return
        for row, column in self.formulas(place.sheet):
            if place.top <= row <= place.bottom and place.left <= column <= place.right:
                yield row, column

    def _references(self, sheet: str, text: str) -> Iterator[tuple[str, Place | None]]:
        """What a formula names, and where that is."""
        for match in _CELLS.finditer(text):
            quoted, plain, left, top, right, bottom, first, last, upper, lower = match.groups()
            name = (quoted or plain or sheet).replace("''", "'").casefold()
            if name not in self._spelt:
                continue
            rows = (top, bottom or top) if top else (upper, lower) if upper else ("1", str(_LAST_ROW + 1))
            columns = (left, right or left) if left else (first, last) if first else ("A", column_letters(_LAST_COLUMN))
            place = Place(
                self._spelt[name], int(rows[0]) - 1, _number(columns[0]), int(rows[1]) - 1, _number(columns[1])
            )
            yield match[0], place
        for match in _NAME.finditer(text):
            if called := self._named.get(match[1].casefold()):
                yield match[1], self._columns(match[1].casefold(), called, match[2] or "")

    def _columns(self, table: str, place: Place, asked: str) -> Place:
        """Of a table that is known the columns that are asked for, from the first to the last; else all of it."""
        headers = [str(header).casefold() for header in self.blocks[table].rows[0]] if table in self.blocks else []
        names = {name.replace("'", "").casefold() for name in _COLUMN.findall(asked)}
        there = [j for j, header in enumerate(headers) if header.replace("'", "") in names]
        return place._replace(left=place.left + min(there), right=place.left + max(there)) if there else place


def _is_result(name: str) -> bool:
    return name in RESULT_TABLES or name.startswith(_RESULT_NAMES)


def _meet(one: Place | None, other: Place) -> bool:
    if one is None or one.sheet != other.sheet:
        return False
    is_beside = one.right < other.left or other.right < one.left
    return not is_beside and one.top <= other.bottom and other.top <= one.bottom


@cache
def _number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - 64
    return number - 1
