"""The workbook that is open in Excel, through xlwings: tables are read and written in blocks.

Excel answers one call at a time and keeps it waiting while a cell is being edited, so calls are few.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from fleetopt.books.of_results import Place
from fleetopt.books.placing import Placing, placing
from fleetopt.words.block import ROWS_ABOVE, ROWS_BELOW, Block, column_letters
from fleetopt.words.cells import Fault
from fleetopt.words.content import ANEW, Content, Formula, Value, in_a_table
from fleetopt.words.problem import FileError, nearest
from fleetopt.words.units import shown_unit

if TYPE_CHECKING:
    import xlwings
    from xlwings.main import Table

_ERROR = re.compile(r"#(DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)")
_ERROR_CODES = range(-2146826300, -2146826200)
"""How Excel hands over errors which xlwings does not know, such as #SPILL!."""
_LAST_ROW = 1_048_576
_LONGEST_STATUS = 250
_MOST_QUESTIONS = 100
_MOST_CELLS, _NEAR = 1_000_000, (2_000, 100)
_CURE = (
    "Press Esc in Excel, so that no cell is being edited and no dialog is open, unprotect the sheet, and run it again."
)


@dataclass(frozen=True)
class _Spot:
    """A table of the open workbook; its top row holds the headings."""

    name: str
    table: Table
    sheet: xlwings.Sheet
    place: str
    top: int
    """Row of the headings, counted from 0."""
    left: int
    """First column, counted from 0."""
    height: int
    """Rows below the headings, without the totals row."""
    width: int
    has_totals: bool

    def cells(self, first: int, height: int, left: int = 0, width: int | None = None) -> xlwings.Range:
        """Cells of the table's columns, `first` rows below the headings."""
        row, column = self.top + first + 1, self.left + left + 1
        return self.sheet.range((row, column), (row + height - 1, column + (width or self.width) - 1))

    def where(self, row: int, column: int) -> str:
        """Address of a cell, counted from the table's first heading."""
        return f"{self.place}!{column_letters(self.left + column)}{self.top + row + 1}"


class LiveBook:
    """A workbook that is open in Excel.

    Raises:
        FileError: Excel refuses, or the workbook lacks what is to be filled.
    """

    def __init__(self, book: xlwings.Book) -> None:
        """Take a book that xlwings has found."""
        self._book = book
        self._units: dict[tuple[str, int, int, int, int], dict[tuple[int, int], tuple[str, int]]] = {}
        with _excel("the open workbook", "be read"):
            self.name: str = book.name

    def blocks(self, tables: Collection[str] | None = None) -> dict[str, Block]:
        """Read each Excel Table, or those named, with its headings as first row and without a totals row."""
        blocks = {}
        with _excel(self.name, "be read"):
            for spot in self._spots(tables):
                end = spot.height + 1
                more = 0 if spot.has_totals else min(ROWS_BELOW, _LAST_ROW - spot.top - end)
                before = min(ROWS_ABOVE, spot.top)
                read = _read(spot.cells(-before, before + end + more))
                above, rows, below = read[:before], read[before : before + end], read[before + end :]
                hidden = frozenset(spot.top + 1 + i for i in _hidden(spot))
                blocks[spot.name] = Block(
                    spot.place,
                    rows,
                    spot.top,
                    spot.left,
                    hidden,
                    below=tuple(below),
                    above=tuple(above),
                    units=self._units_of(spot),
                )
        return blocks

    def _units_of(self, spot: _Spot) -> dict[tuple[int, int], tuple[str, int]]:
        """What formats show, asked for once: nobody changes them between two readings of a run."""
        at = spot.name, spot.top, spot.left, spot.height, spot.width
        if at not in self._units:
            self._units[at] = _units(spot)
        return self._units[at]

    def table_names(self) -> list[str]:
        """The names of all its Excel Tables."""
        with _excel(self.name, "be read"):
            return [table.name for sheet in self._book.sheets for table in sheet.tables]

    @property
    def lost_names(self) -> list[str]:
        """Names of the workbook that point to no cell any more."""
        with _excel(self.name, "be read"):
            there = [(str(name.name), str(name.refers_to)) for name in self._book.names]
        return [name for name, refers_to in there if "#REF!" in refers_to and "!" not in name]

    def sheet_names(self) -> list[str]:
        """All sheets of cells."""
        with _excel(self.name, "be read"):
            return [sheet.name for sheet in self._book.sheets]

    def formulas(self, sheet: str) -> dict[tuple[int, int], str]:
        """What cells of a sheet are calculated by, by row and column counted from 0.

        A format in a far corner makes a sheet of millions of cells: of such a one the near corner is read.
        """
        with _excel(self.name, "be read"):
            used = self._book.sheets[sheet].used_range
            if used.size > _MOST_CELLS:
                used = used[: _NEAR[0], : _NEAR[1]]
            top, left, entered = used.row - 1, used.column - 1, _formulas(used)
        return {
            (top + i, left + j): text[1:]
            for i, row in enumerate(entered)
            for j, text in enumerate(row)
            if isinstance(text, str) and text.startswith("=")
        }

    def places(self) -> dict[str, Place]:
        """Where tables and named cells stand, by their names."""
        found = {}
        with _excel(self.name, "be read"):
            for name in self._book.names:
                with suppress(Exception):  # a name that stands for no cells
                    cells = name.refers_to_range
                    found[name.name] = _place(cells.sheet.name, cells.row - 1, cells.column - 1, *cells.shape)
            for spot in self._spots(None):
                found[spot.name] = _place(spot.place, spot.top, spot.left, 1 + spot.height, spot.width)
        return found

    def value(self, name: str) -> Any:
        """Read the cell of a defined name; None when the workbook has no such name."""
        with _excel(self.name, "be read"):
            if name not in self._book.names:
                return None
            return _read(self._cell(name))[0][0]

    def fill(self, content: Content) -> None:
        """Replace the rows of tables and the values of names; nothing is written unless everything fits.

        Columns are found by heading. A column that is not in the content keeps its values, as far as its rows last.
        """
        with _excel(self.name, "be read"):
            found = {spot.name.casefold(): spot for spot in self._spots(content.tables)}
            kept = list(self._spots(content.kept))
            for name in content.tables:
                if name.casefold() not in found and name not in content.optional:
                    raise FileError(self.name, f"the table '{name}' is missing.", ANEW)
            spots = {name: found[name.casefold()] for name in content.tables if name.casefold() in found}
            placed = {name: _placing(spots[name], content, name, list(found.values())) for name in spots}
            for name, spot in spots.items():
                _check_room(spot, placed[name])
            for name in content.names:
                if name not in self._book.names:
                    raise FileError(self.name, f"the name '{name}' is missing.", ANEW)
            cells = {name: self._cell(name) for name in content.names}
            for name, cell in cells.items():
                _check_apart(name, cell, kept)
        with _excel(self.name, "be written"), self._still():
            for name, rows in placed.items():
                _write(spots[name], rows)
            for name, cell in cells.items():
                cell.value = _entry(content.names[name])

    def say(self, text: str | None) -> None:
        """Show a text in the status bar; None gives the bar back to Excel.

        Only from the thread that made the object: Excel on Windows answers no other.
        """
        with suppress(Exception):  # a plan does not fail for want of a status bar
            self._book.app.status_bar = False if text is None else text[:_LONGEST_STATUS]

    def _spots(self, names: Collection[str] | None) -> Iterator[_Spot]:
        wanted = None if names is None else {name.casefold() for name in names}
        for sheet in self._book.sheets:
            for table in sheet.tables:
                name = table.name
                if wanted is None or name.casefold() in wanted:
                    cells, has_totals = table.range, table.show_totals
                    (height, width), top, left = cells.shape, cells.row - 1, cells.column - 1
                    body = height - 1 - has_totals
                    yield _Spot(name, table, sheet, sheet.name, top, left, body, width, has_totals)

    def _cell(self, name: str) -> xlwings.Range:
        try:
            return self._book.names[name].refers_to_range[0, 0]
        except Exception as reason:
            raise FileError(
                self.name, f"the name '{name}' stands for no cell.", f"Undo what deleted the cell. {ANEW}"
            ) from reason

    @contextmanager
    def _still(self) -> Iterator[None]:
        """Keep the screen as it is until everything is written."""
        app = self._book.app
        before = app.screen_updating
        app.screen_updating = False
        try:
            yield
        finally:
            with suppress(Exception):  # what went wrong before counts
                app.screen_updating = before


@contextmanager
def _excel(name: str, what: str) -> Iterator[None]:
    """Turn a refusal of Excel, whose exceptions differ between Windows and Mac, into a plain sentence."""
    try:
        yield
    except FileError:
        raise
    except Exception as reason:
        raise FileError(name, f"cannot {what}; Excel says: {_said(reason)}.", _CURE) from reason


def _place(sheet: str, top: int, left: int, height: int, width: int) -> Place:
    return Place(sheet, top, left, top + height - 1, left + width - 1)


def _said(reason: Exception) -> str:
    """Excel's own words in an exception of pywin32 or appscript."""
    details: Sequence[Any] = getattr(reason, "excepinfo", None) or ()
    said = details[2] if len(details) > 2 else getattr(reason, "errormessage", None)
    return " ".join(str(said or reason).split()).rstrip(".") or type(reason).__name__


def _read(cells: xlwings.Range) -> list[list[Any]]:
    try:
        rows: list[list[Any]] = cells.options(ndim=2, err_to_str=True).value
    except (TypeError, IndexError):  # xlwings on a Mac, where `err_to_str` works for single cells only (0.37.8)
        rows = _read_on_mac(cells)
    else:
        if not _has_shape(rows, cells.shape):
            rows = _read_on_mac(cells)
    if any(isinstance(value, Decimal) for row in rows for value in row):
        formulas = _formulas(cells)
        rows = [[_uncut(*pair) for pair in zip(*pairs, strict=True)] for pairs in zip(rows, formulas, strict=True)]
    return [[_plain(value) for value in row] for row in rows]


def _read_on_mac(cells: xlwings.Range) -> list[list[Any]]:
    """Read values and errors where Excel hands over an error as a blank, or leaves the cell out of its row."""
    height, width = cells.shape
    if height == width == 1:
        return cells.options(ndim=2, err_to_str=True).value  # type: ignore[no-any-return]
    rows: list[list[Any]] = cells.options(ndim=2).value
    if not _has_shape(rows, (height, width)):
        if height > 1:
            half = height // 2
            return _read_on_mac(cells[:half, :]) + _read_on_mac(cells[half:, :])
        half = width // 2
        return [_read_on_mac(cells[:, :half])[0] + _read_on_mac(cells[:, half:])[0]]
    if any(value is None for row in rows for value in row):
        for i, formulas in enumerate(_formulas(cells)):
            for j, formula in enumerate(formulas):
                if rows[i][j] is None and formula:
                    rows[i][j] = _read_on_mac(cells[i, j])[0][0]
    return rows


def _hidden(spot: _Spot) -> Iterator[int]:
    """Rows below the headings that are hidden or filtered out, which Excel says by their height of 0.

    It tells the height of rows that all have the same, so they are asked for in ever smaller halves. Where that takes
    too many questions, as in a table whose rows differ in height, those that are left count as shown.
    """
    halves, questions = [(0, spot.height)] if spot.height else [], 0
    while halves and questions < _MOST_QUESTIONS:
        first, count = halves.pop(0)
        height = spot.cells(1 + first, count, 0, 1).row_height
        questions += 1
        if height == 0:
            yield from range(first, first + count)
        elif count > 1 and not isinstance(height, (int, float)):
            halves += [(first, count // 2), (first + count // 2, count - count // 2)]


def _units(spot: _Spot) -> dict[tuple[int, int], tuple[str, int]]:
    """The units that number formats show, by row and column of the sheet.

    Excel tells the format of cells that all have the same, so they are asked for by column, in ever smaller
    halves; where that takes too many questions, those that are left count as without a unit.
    """
    found: dict[tuple[int, int], tuple[str, int]] = {}
    parts, questions = [(0, spot.height, 0, spot.width)] if spot.height else [], 0
    while parts and questions < _MOST_QUESTIONS:
        first, height, left, width = parts.pop(0)
        code = spot.cells(1 + first, height, left, width).number_format
        questions += 1
        if isinstance(code, str):
            if unit := shown_unit(code):
                rows, columns = range(first, first + height), range(left, left + width)
                found |= {(spot.top + 1 + i, spot.left + j): unit for i in rows for j in columns}
        elif width > 1:
            parts += [(first, height, j, 1) for j in range(left, left + width)]
        elif height > 1:
            parts += [(first, height // 2, left, 1), (first + height // 2, height - height // 2, left, 1)]
    return found


def _has_shape(rows: list[list[Any]], shape: tuple[int, int]) -> bool:
    return len(rows) == shape[0] and all(len(row) == shape[1] for row in rows)


def _formulas(cells: xlwings.Range) -> list[Sequence[Any]]:
    """What was entered into each cell; an empty text where nothing was."""
    entered: Any = cells.formula
    if not isinstance(entered, (list, tuple)):
        return [[entered]]
    if not isinstance(entered[0], (list, tuple)):
        return [entered] if cells.shape[0] == 1 else [[value] for value in entered]
    return list(entered)


def _uncut(value: Any, formula: Any) -> Any:
    """The number behind a cell in the Currency format, which Excel hands over cut to four decimals."""
    if not isinstance(value, Decimal):
        return value
    try:
        return float(formula)
    except ValueError:
        if value == round(value, 3):
            return float(value)
        return Fault("a formula in the Currency format, of which Excel tells four decimals only (use Number)")


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return Fault(f"the error {value}") if _ERROR.fullmatch(value) else value
    if isinstance(value, int) and not isinstance(value, bool):
        return Fault("an error") if value in _ERROR_CODES else float(value)
    return value


def _placing(spot: _Spot, content: Content, name: str, others: Sequence[_Spot]) -> Placing:
    """Find the columns of a table; new ones are left out where they would reach another table that is filled."""
    there = _read(spot.cells(0, 1))[0]
    rows = range(spot.top, spot.top + 1 + spot.height)

    def may_grow(width: int) -> bool:
        beside = range(spot.left + spot.width, spot.left + spot.width + 1 + width)
        return not any(other.place == spot.place and other.left in beside and other.top in rows for other in others)

    def missing(heading: str) -> FileError:
        return FileError(
            f"{spot.place}!{spot.top + 1}:{spot.top + 1}",
            f"the column '{heading}' of the table '{spot.name}' is missing.",
            nearest(heading, [other for other in there if isinstance(other, str)]) or "Add it.",
        )

    return placing(content, name, there, may_grow, missing)


def _check_room(spot: _Spot, placed: Placing) -> None:
    """Refuse to run over what stands beside or below the table, or over the end of the sheet."""
    rows, added = len(placed.rows), len(placed.added)
    last = spot.top + 1 + max(1, rows) + spot.has_totals
    if last > _LAST_ROW:
        raise FileError(
            spot.place,
            f"the table '{spot.name}' would end in row {last:,}; a sheet has {_LAST_ROW:,}.",
            "Plan fewer scenarios at a time, or write the results to files.",
        )
    end = 1 + spot.height + spot.has_totals
    beside, below = (0, end, spot.width, added), (end, rows - spot.height, 0, spot.width + added)
    to = f"row {last:,}" if not added else f"{column_letters(spot.left + spot.width + added - 1)}{last}"
    for first, height, left, width in (beside, below):
        if height <= 0 or width <= 0:
            continue
        for i, row in enumerate(_formulas(spot.cells(first, height, left, width))):
            for j, entered in enumerate(row):
                if entered not in ("", None):
                    raise FileError(
                        spot.where(first + i, left + j),
                        f"stands in the way of the table '{spot.name}', which grows to {to}.",
                        "Move it to another sheet or away from the table, and run it again.",
                    )


def _check_apart(name: str, cell: xlwings.Range, spots: Sequence[_Spot]) -> None:
    """Refuse to write the value of a name into one of these tables."""
    sheet, row, column = cell.sheet.name, cell.row - 1, cell.column - 1
    for spot in spots:
        is_in = 0 <= row - spot.top <= spot.height and 0 <= column - spot.left < spot.width
        if is_in and spot.place == sheet:
            raise FileError(spot.where(row - spot.top, column - spot.left), in_a_table(name, spot.name), ANEW)


def _write(spot: _Spot, placed: Placing) -> None:
    columns, rows = placed.columns, placed.rows
    height, width = max(1, len(rows)), spot.width + len(placed.added)
    has_filter = spot.table.show_autofilter
    if has_filter:  # rows that a filter hides would be passed over
        spot.table.show_autofilter = False
    if spot.has_totals:
        spot.table.show_totals = False
    if height < spot.height:
        spot.cells(1 + height, spot.height - height).clear_contents()
    if (height, width) != (spot.height, spot.width):
        spot.table.resize(spot.cells(0, 1 + height, 0, width))
    if placed.added:
        spot.cells(0, 1, spot.width, len(placed.added)).value = [[_entry(heading) for heading in placed.added]]
    for order in _neighbours(columns):
        block = [[_entry(row[i]) for i in order] for row in rows] or [[None] * len(order)]
        spot.cells(1, height, columns[order[0]], len(order)).value = block
    for k in range(spot.width, width):
        spot.cells(1, height, k, 1).number_format = spot.cells(1, 1, placed.like(k), 1).number_format
    if spot.has_totals:
        spot.table.show_totals = True
    if has_filter:
        spot.table.show_autofilter = True


def _neighbours(columns: Sequence[int]) -> list[list[int]]:
    """Group columns that stand side by side on the sheet: the number of each in the content, from left to right."""
    groups: list[list[int]] = []
    for i in sorted(range(len(columns)), key=columns.__getitem__):
        if groups and columns[groups[-1][-1]] + 1 == columns[i]:
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups


def _entry(value: Value) -> Any:
    """What a person would type into the cell; the apostrophe keeps a text from becoming anything else."""
    if isinstance(value, Formula):
        return value.text
    if isinstance(value, str):
        return f"'{value}" if value else None
    if isinstance(value, bool) or value is None:
        return value
    return float(value)
