"""An Excel for tests: xlwings on top of openpyxl, with Excel's way of taking what is entered.

It calculates nothing. `python -m tests.engine WORKBOOK COMMAND` runs a command as a button of the workbook would, saves
the workbook and prints what the status bar showed.
"""

from __future__ import annotations

import datetime
import json
import re
import sys
from collections import Counter
from copy import copy
from decimal import ROUND_DOWN, Decimal
from pathlib import Path
from typing import Any

import openpyxl
import xlwings
from openpyxl.cell.cell import Cell
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.table import TableColumn

calls: Counter[str] = Counter()
"""How often Excel was asked: values read and written, formulas, cleared, resized."""
statuses: list[str | None] = []
"""What the status bar showed, in order; None is Excel's own text."""

CODES = {
    "#DIV/0!": -2146826281,
    "#N/A": -2146826246,
    "#NAME?": -2146826259,
    "#NULL!": -2146826288,
    "#NUM!": -2146826252,
    "#REF!": -2146826265,
    "#VALUE!": -2146826273,
    "#SPILL!": -2146826243,
}
ERRORS = {code: text for text, code in CODES.items() if text != "#SPILL!"}  # xlwings does not know #SPILL!
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_DATE = re.compile(r"(\d{1,2})[-/](\d{1,2})([-/]\d{2,4})?")
_MIDNIGHT = datetime.date(1899, 12, 30)


class Refused(Exception):  # noqa: N818 - stands for pywintypes.com_error
    """Excel says no."""


def enter(cell: Cell, value: Any) -> None:
    """Put a value into a cell as Excel takes what is typed."""
    cell.quotePrefix = False
    if isinstance(value, str):
        if value.startswith("'"):
            cell.value = value[1:]
            cell.data_type = "s"
            cell.quotePrefix = True
        elif _NUMBER.fullmatch(value):
            cell.value = float(value)
        elif value.upper() in ("TRUE", "FALSE"):
            cell.value = value.upper() == "TRUE"
        elif match := _DATE.fullmatch(value):
            cell.value = datetime.datetime(2026, int(match[1]), int(match[2]))
        elif value[:1] in ("+", "-", "@"):
            cell.value = f"={value}"
        else:
            cell.value = value or None
    else:
        cell.value = value


class EngineOfTests:
    """What xlwings asks of an engine; `is_mac` hands values over as xlwings does on a Mac."""

    name = "tests"
    type = "desktop"

    def __init__(self) -> None:
        self.is_mac = False
        self.app = AppOfTests(self)
        self.apps = AppsOfTests(self)

    @staticmethod
    def prepare_xl_data_element(value: Any, options: Any) -> Any:  # noqa: ARG004
        return "" if value is None or value != value else value  # noqa: PLR0124 - NaN

    def clean_value_data(self, rows, dates, empty, numbers, err_to_str):
        def clean(value):
            if value in ("", None):
                return empty
            if isinstance(value, int) and value in ERRORS:
                return ERRORS[value] if err_to_str else None
            if isinstance(value, datetime.datetime) and dates is not datetime.datetime:
                return dates(year=value.year, month=value.month, day=value.day)
            return numbers(value) if numbers and isinstance(value, float) else value

        return [[clean(value) for value in row] for row in rows]


class AppsOfTests:
    def __init__(self, engine):
        self.engine = engine

    def keys(self):
        return [self.engine.app.pid]

    def __iter__(self):
        yield self.engine.app

    def __len__(self):
        return 1

    def __getitem__(self, key):
        return self.engine.app


class AppOfTests:
    pid = 1
    screen_updating = display_alerts = enable_events = visible = True
    calculation = "automatic"
    version = "16.0"

    def __init__(self, engine):
        self.engine = engine
        self.opened = []
        self._status = False
        self.books = BooksOfTests(self)

    @property
    def status_bar(self):
        return self._status

    @status_bar.setter
    def status_bar(self, value):
        self._status = value
        statuses.append(None if value is False else value)

    def calculate(self):
        pass


class Several:
    """A collection that is found by name or by number from 1, as Excel's are."""

    def __init__(self, items):
        self.items = list(items)

    def __call__(self, key):
        if isinstance(key, int):
            return self.items[key - 1]
        for item in self.items:
            if item.name.casefold() == key.casefold():
                return item
        raise Refused(key)

    def __len__(self):
        return len(self.items)

    def __iter__(self):
        return iter(self.items)

    def __contains__(self, key):
        return any(item.name.casefold() == str(key).casefold() for item in self.items)

    contains = __contains__

    def snapshot(self):
        return [(item.name, item) for item in self.items]


class BooksOfTests(Several):
    def __init__(self, app):
        super().__init__(app.opened)
        self.items = app.opened
        self.app = app

    def open(self, fullname, *args, **kwargs):  # noqa: ARG002
        book = BookOfTests(self.app, Path(fullname))
        self.items.append(book)
        return book

    @property
    def active(self):
        return self.items[-1]


class BookOfTests:
    def __init__(self, app, path):
        self.app = app
        self.path = path
        self.xl = openpyxl.load_workbook(path, keep_vba=path.suffix == ".xlsm")
        self.shown = openpyxl.load_workbook(path, data_only=True)

    @property
    def api(self):
        return self.xl

    @property
    def name(self):
        return self.path.name

    @property
    def fullname(self):
        return str(self.path)

    @property
    def sheets(self):
        return Several(SheetOfTests(self, sheet) for sheet in self.xl.worksheets)

    @property
    def names(self):
        return Several(NameOfTests(self, name) for name in self.xl.defined_names.values())

    def activate(self):
        pass

    def save(self, path=None, password=None):  # noqa: ARG002
        self.path = Path(path or self.path)
        self.xl.save(self.path)

    def close(self):
        self.app.opened.remove(self)


class NameOfTests:
    def __init__(self, book, defined):
        self.book = book
        self.name = defined.name
        self.refers_to = f"={defined.attr_text}"

    @property
    def refers_to_range(self):
        if "#REF!" in self.refers_to:
            raise Refused(self.refers_to)
        sheet, address = self.refers_to[1:].rsplit("!", 1)
        return self.book.sheets(sheet.strip("'").replace("''", "'")).range(address)


class SheetOfTests:
    def __init__(self, book, xl):
        self.book = book
        self.xl = xl

    @property
    def api(self):
        return self.xl

    @property
    def name(self):
        return self.xl.title

    @property
    def index(self):
        return self.book.xl.index(self.xl) + 1

    @property
    def tables(self):
        return Several(TableOfTests(self, table) for table in self.xl.tables.values())

    @property
    def charts(self):
        return Several([])

    @property
    def cells(self):
        return RangeOfTests(self, 1, 1, 1_048_576, 16_384)

    @property
    def used_range(self):
        return RangeOfTests(self, 1, 1, self.xl.max_row, self.xl.max_column)

    def activate(self):
        pass

    def range(self, first, last=None):
        if isinstance(first, str):
            left, top, right, bottom = range_boundaries(first.replace("$", ""))
            found = RangeOfTests(self, top, left, bottom - top + 1, right - left + 1)
        elif isinstance(first, tuple):
            found = RangeOfTests(self, *first) if len(first) == 4 else RangeOfTests(self, *first, 1, 1)
        else:
            found = first
        if last is None:
            return found
        end = self.range(last)
        bottom, right = end.row + end.shape[0], end.column + end.shape[1]
        return RangeOfTests(self, found.row, found.column, bottom - found.row, right - found.column)


class RangeOfTests:
    max_cells_per_read = max_cells_per_write = None

    def __init__(self, sheet, row, column, height, width):
        self.sheet = sheet
        self.row = row
        self.column = column
        self.shape = (height, width)
        self.options = {}

    @property
    def api(self):
        return self

    def __len__(self):
        return self.shape[0] * self.shape[1]

    def __bool__(self):
        return True

    def __call__(self, row, column=None):
        if column is None:
            row, column = divmod(row - 1, self.shape[1])
            row, column = row + 1, column + 1
        return RangeOfTests(self.sheet, self.row + row - 1, self.column + column - 1, 1, 1)

    def get_address(self, row_absolute=True, col_absolute=True, external=False):  # noqa: ARG002
        d, e = "$" * col_absolute, "$" * row_absolute
        bottom, right = self.row + self.shape[0] - 1, self.column + self.shape[1] - 1
        first = f"{d}{get_column_letter(self.column)}{e}{self.row}"
        return first if len(self) == 1 else f"{first}:{d}{get_column_letter(right)}{e}{bottom}"

    @property
    def address(self):
        return self.get_address()

    def places(self):
        for i in range(self.row, self.row + self.shape[0]):
            yield [(i, j) for j in range(self.column, self.column + self.shape[1])]

    def cells(self):
        """Cells for writing; a protected sheet refuses."""
        rows = [[self.sheet.xl.cell(*place) for place in row] for row in self.places()]
        if self.sheet.xl.protection.sheet and any(cell.protection.locked for row in rows for cell in row):
            raise Refused("The cell or chart you're trying to change is on a protected sheet.")
        return rows

    def peek(self, place):
        """The cell, unless it was never filled."""
        return self.sheet.xl._cells.get(place)

    def shown(self, place):
        """What Excel hands over for a cell."""
        cell = self.peek(place)
        value = None if cell is None else cell.value
        if cell is not None and cell.data_type == "f":
            kept = self.sheet.book.shown[self.sheet.name]._cells.get(place)
            value = None if kept is None else kept.value
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, str):
            return CODES.get(value, value)
        if isinstance(value, datetime.time):
            return datetime.datetime.combine(_MIDNIGHT, value)
        if isinstance(value, (int, float)):
            if "$" in cell.number_format and not self.sheet.book.app.engine.is_mac:
                return Decimal(repr(value)).quantize(Decimal("0.0001"), ROUND_DOWN)
            return float(value)
        return value

    @property
    def raw_value(self):
        calls["read"] += 1
        rows = [[self.shown(place) for place in row] for row in self.places()]
        if self.sheet.book.app.engine.is_mac:
            if self.options.get("err_to_str"):
                if len(self) > 1:
                    raise TypeError("'NoneType' object is not iterable")
                return [[ERRORS.get(value, value) for value in row] for row in rows]
            rows = [[value for value in row if value not in ERRORS] for row in rows]
        return rows[0][0] if len(self) == 1 and rows[0] else rows

    @raw_value.setter
    def raw_value(self, data):
        calls["write"] += 1
        self._enter(data)

    def _enter(self, data):
        for i, row in enumerate(self.cells()):
            for j, cell in enumerate(row):
                enter(cell, data[i][j] if isinstance(data, (list, tuple)) else data)
        for table in self.sheet.tables:
            if table.show_headers and self.row <= table.range.row < self.row + self.shape[0]:
                table.name_columns()

    @property
    def formula(self):
        calls["formula"] += 1
        rows = tuple(tuple(self._entered(place) for place in row) for row in self.places())
        return rows[0][0] if len(self) == 1 else rows

    @formula.setter
    def formula(self, data):
        calls["write"] += 1
        self._enter(data)

    def _entered(self, place):
        cell = self.peek(place)
        value = None if cell is None else cell.value
        if isinstance(value, ArrayFormula):
            return value.text
        if isinstance(value, bool):
            return str(value).upper()
        return "" if value is None else str(value)

    def clear_contents(self):
        calls["clear"] += 1
        for row in self.cells():
            for cell in row:
                enter(cell, None)

    @property
    def row_height(self):
        """None where rows differ; a hidden row has no height."""
        calls["row_height"] += 1
        rows = [self.sheet.xl.row_dimensions[i] for i in range(self.row, self.row + self.shape[0])]
        heights = {0.0 if row.hidden else row.height or 15.0 for row in rows}
        return heights.pop() if len(heights) == 1 else None

    @property
    def number_format(self):
        calls["number_format"] += 1
        found = (self.peek(place) for row in self.places() for place in row)
        formats = {"General" if cell is None else cell.number_format for cell in found}
        return formats.pop() if len(formats) == 1 else None

    @number_format.setter
    def number_format(self, value):
        for row in self.cells():
            for cell in row:
                cell.number_format = value


class TableOfTests:
    def __init__(self, sheet, xl):
        self.parent = sheet
        self.xl = xl

    @property
    def api(self):
        return self.xl

    @property
    def name(self):
        return self.xl.displayName

    display_name = name

    @property
    def range(self):
        return self.parent.range(self.xl.ref)

    @property
    def header_row_range(self):
        cells = self.range
        return RangeOfTests(self.parent, cells.row, cells.column, 1, cells.shape[1])

    @property
    def data_body_range(self):
        cells = self.range
        height = cells.shape[0] - 1 - self.show_totals
        return RangeOfTests(self.parent, cells.row + 1, cells.column, height, cells.shape[1])

    @property
    def show_headers(self):
        return self.xl.headerRowCount != 0

    @property
    def show_totals(self):
        return bool(self.xl.totalsRowCount)

    @show_totals.setter
    def show_totals(self, value):
        cells = self.range
        bottom, width = cells.row + cells.shape[0] - 1, cells.shape[1]
        if value and not self.show_totals:
            self._refer(cells, cells.shape[0] + 1)
            for j, column in enumerate(self.xl.tableColumns):
                self.parent.xl.cell(bottom + 1, cells.column + j).value = column.totalsRowLabel
        elif self.show_totals and not value:
            RangeOfTests(self.parent, bottom, cells.column, 1, width).clear_contents()
            self._refer(cells, cells.shape[0] - 1)
        self.xl.totalsRowCount = 1 if value else None

    @property
    def show_autofilter(self):
        return self.xl.autoFilter is not None

    @show_autofilter.setter
    def show_autofilter(self, value):
        calls["filter"] += 1
        if value:
            self.xl.autoFilter = openpyxl.worksheet.filters.AutoFilter(ref=self.xl.ref)
        else:
            self.xl.autoFilter = None

    def resize(self, cells):
        calls["resize"] += 1
        old, new = self.range, cells.impl
        if self.parent.xl.protection.sheet:
            raise Refused("a table on a protected sheet cannot be resized")
        if (old.row, old.column) != (new.row, new.column) or new.shape[0] < 2 or new.shape[1] < old.shape[1]:
            raise Refused("the headers must remain in the same row, and the table must overlap the old one")
        if any(_overlap(new, table.range) for table in self.parent.tables if table.name != self.name):
            raise Refused("a table can't overlap another table")
        self._widen(new)
        self._refer(new, new.shape[0])
        for j in range(new.shape[1]):  # Excel formats a new row like the one above
            source = self.parent.xl.cell(new.row + 1, new.column + j)
            for i in range(old.row + old.shape[0], new.row + new.shape[0]):
                self.parent.xl.cell(i, new.column + j)._style = copy(source._style)

    def name_columns(self):
        """What is entered above a column is its name."""
        cells = self.range
        for j, column in enumerate(self.xl.tableColumns):
            column.name = str(self.parent.xl.cell(cells.row, cells.column + j).value)

    def _widen(self, cells):
        """New columns have names at once, as in Excel: what stands above them, else Column1 and so on."""
        columns = self.xl.tableColumns
        for j in range(len(columns), cells.shape[1]):
            number = max(column.id for column in columns) + 1
            header = self.parent.xl.cell(cells.row, cells.column + j)
            header.value = str(header.value or f"Column{number}")
            columns.append(TableColumn(id=number, name=header.value))

    def _refer(self, cells, height):
        ref = RangeOfTests(self.parent, cells.row, cells.column, height, cells.shape[1]).get_address(False, False)
        self.xl.ref = ref
        if self.xl.autoFilter is not None:
            self.xl.autoFilter.ref = ref


def _overlap(one, other):
    """Whether two ranges of a sheet have a cell in common."""
    apart = [
        first + size <= second or second + length <= first
        for first, size, second, length in (
            (one.row, one.shape[0], other.row, other.shape[0]),
            (one.column, one.shape[1], other.column, other.shape[1]),
        )
    ]
    return not any(apart)


engine = EngineOfTests()


def open_book(path: str | Path) -> xlwings.Book:
    """Open a workbook in the engine of the tests."""
    if engine.name not in xlwings.engines.engines_by_name:
        xlwings.engines.add(xlwings.Engine(impl=engine))
    return xlwings.Book(impl=engine.app.books.open(path))


def run(path: str | Path, command: str) -> list[str | None]:
    """Run a command as a button of the workbook would, save the workbook, and tell what the status bar showed."""
    statuses.clear()
    book = open_book(path)
    book.set_mock_caller()
    try:
        exec(command, {})
    finally:
        del xlwings.Book._mock_caller
        book.save(path)
        book.close()
    return list(statuses)


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], sys.argv[2])))
