"""Everything that can be wrong with an input, in one list, for both forms of the study's layout and for the planning
workbook.

A fault is put into a workbook in order; it says where and how fleetopt is to answer.
"""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.table import Table as ExcelTable
from openpyxl.worksheet.table import TableColumn
from openpyxl.worksheet.worksheet import Worksheet

from fleetopt.books.study import layout
from fleetopt.inputs import schema
from fleetopt.inputs.schema import SETTINGS_TABLE

STUDY, FOLDER, PLANNING = "study", "folder", "planning"
WORKBOOKS = (STUDY, PLANNING)
IN_STUDY = (STUDY, FOLDER)
LAYOUTS = (STUDY, FOLDER, PLANNING)
"""The study's layout as one workbook, as a folder with five, and the planning workbook."""
REFINED = "refined"
"""The planning workbook of a depot with grid upgrades and demand charges."""
_TABLES = {table.name: table for table in (SETTINGS_TABLE, *schema.TABLES.values())}
_STUDY_SHEETS = {table.name: table.study_sheet for table in schema.TABLES.values() if table.study_sheet} | {
    "tblSettings": layout.STUDY_ENERGY_SHEET,
    "tblChargers": layout.STUDY_PARAMETER_SHEET,
}
_FILES = {table.study_sheet: table.study_files[0] for table in schema.TABLES.values() if table.study_files}


class Depot:
    """A workbook in order that is about to be spoiled; tables and columns have the schema's names in either layout."""

    def __init__(self, path: Path, layout: str) -> None:
        """Open a workbook; of the study's layout in either form its single one."""
        self.layout = {FOLDER: STUDY, REFINED: PLANNING}.get(layout, layout)
        self.book = openpyxl.load_workbook(path, keep_vba=path.suffix == ".xlsm")

    def save(self, path: Path, layout: str) -> list[Path]:
        """Write it; as a folder, each of the study's tables goes to its own workbook. The workbooks written."""
        if layout != FOLDER:
            self.book.save(path)
            return [path]
        path.mkdir()
        sheets = self.book._sheets
        by_file: dict[str, list[Worksheet]] = {}
        for sheet in sheets:
            by_file.setdefault(file_of(sheet.title), []).append(sheet)
        for file, own in by_file.items():
            self.book._sheets = own
            self.book.active = 0
            self.book.save(path / file)
        return [path / file for file in by_file]

    def sheet(self, table: str) -> Worksheet:
        if self.layout == STUDY:
            return self.book[_STUDY_SHEETS[table]]
        return next(sheet for sheet in self.book if table in sheet.tables)

    def area(self, table: str) -> tuple[int, int, int, int]:
        """First column, row of the header, last column and last row."""
        sheet = self.sheet(table)
        if self.layout == STUDY:
            return 1, 1, sheet.max_column, sheet.max_row
        return range_boundaries(sheet.tables[table].ref)

    def rows(self, table: str) -> list[list[Any]]:
        """The table's values, its header first."""
        left, top, right, bottom = self.area(table)
        sheet = self.sheet(table)
        return [[sheet.cell(i, j).value for j in range(left, right + 1)] for i in range(top, bottom + 1)]

    def write(self, table: str, rows: Sequence[Sequence[Any]], down: int = 0, right: int = 0) -> None:
        """Write other rows, header first, so many rows and columns away."""
        sheet, (left, top, last, bottom) = self.sheet(table), self.area(table)
        for line in sheet.iter_rows(top, bottom, left, last):
            for cell in line:
                cell.value = None
        left, top = left + right, top + down
        for i, row in enumerate(rows, start=top):
            for j, value in enumerate(row, start=left):
                sheet.cell(i, j).value = value
        if self.layout == PLANNING:
            excel = sheet.tables[table]
            excel.ref = (
                f"{get_column_letter(left)}{top}:{get_column_letter(left + len(rows[0]) - 1)}{top + len(rows) - 1}"
            )
            excel.autoFilter = None
            excel.tableColumns = [TableColumn(id=k, name=str(name)) for k, name in enumerate(rows[0], start=1)]

    def column(self, table: str, name: str) -> int:
        """Position of a column in its table, from 0."""
        if name.startswith("charger_price "):
            charger = name.removeprefix("charger_price ")
            headers = (f"{charger} [USD/unit]", f"Charger {charger.replace(' ', '').upper()} (USD/unit)")
            headers += (f"Charger {charger.replace(' ', '').upper()}(USD/unit)",)
        else:
            column = _TABLES[table][name]
            headers = column.study if self.layout == STUDY else column.headers
        header = self.rows(table)[0]
        return next(j for j, value in enumerate(header) if value in headers)

    def cell(self, table: str, name: str, row: int = 0) -> Cell:
        """One cell; rows count from 0, and a setting is found by its name."""
        sheet, (left, top, _, bottom) = self.sheet(table), self.area(table)
        if table == "tblSettings":
            column = next(column for column in (*schema.SETTINGS, *layout.STUDY_PARAMETERS) if column.name == name)
            names = column.study if self.layout == STUDY else (name,)
            at = next(i for i in range(top, bottom + 1) if sheet.cell(i, left).value in names)
            return sheet.cell(at, left + 1)
        if self.layout == STUDY and table == "tblChargers":
            return sheet.cell(2 + row, 2)
        if self.layout == STUDY and name == "capex_budget":
            return self.book[layout.STUDY_BUDGET_SHEET]["A2"]
        return sheet.cell(top + 1 + row, left + self.column(table, name))

    def header(self, table: str, name: str) -> Cell:
        """The cell above a column."""
        left, top, _, _ = self.area(table)
        return self.sheet(table).cell(top, left + self.column(table, name))

    def rename_column(self, table: str, name: str, header: str) -> None:
        j = self.column(table, name)
        rows = self.rows(table)
        rows[0][j] = header
        self.write(table, rows)

    def header_row(self, table: str) -> str:
        """Address of the table's row of headers."""
        _, top, _, _ = self.area(table)
        return f"{self.sheet(table).title}!{top}:{top}"


def file_of(sheet: str) -> str:
    """The workbook of the study's folder that holds a sheet."""
    return _FILES.get(sheet, layout.STUDY_PARAMETER_FILES[0])


def address(cell: Cell) -> str:
    return f"{cell.parent.title}!{cell.coordinate}"


Spoil = Callable[[Depot], str | None]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, or only unusual, and the answer that is due."""

    name: str
    spoil: Spoil
    """Changes the workbook and says which cell is to be named."""
    severity: str = "error"
    """Of the finding that is due; nothing: the workbook is taken as it is, and gives the same plan."""
    words: str = ""
    """What the finding has to say, in its message or its advice."""
    layouts: Sequence[str] = LAYOUTS
    is_same_plan: bool = False
    """Whether the plan is that of the workbook in order."""
    package: Callable[[dict[str, bytes]], bool] | None = None
    """Changes the parts of a file once it is saved; whether it found what it changes."""
    has_plan: bool = True
    """Whether a plan exists where the workbook is taken."""
    button: bool = True
    """Whether the workbook that is open in Excel can have this fault, and shows it."""

    @property
    def code(self) -> int:
        """The exit code that is due."""
        return {"error": 3, "file": 6}.get(self.severity, 0)

    def apply(self, clean: Path, path: Path, layout: str) -> str | None:
        """Write the workbook with its fault; the cell that is to be named."""
        depot = Depot(clean, layout)
        place = self.spoil(depot)
        files = depot.save(path, layout)
        if self.package:
            assert sum(self._spoil_package(file) for file in files) > 0
        return f"[{file_of(place.partition('!')[0])}]{place}" if place and layout == FOLDER else place

    def _spoil_package(self, path: Path) -> bool:
        assert self.package
        parts = parts_of(path)
        has_changed = self.package(parts)
        write_parts(path, parts)
        return has_changed


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def write_parts(path: Path, parts: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)


def put(table: str, column: str, value: Any, row: int = 1) -> Spoil:
    """Change one cell, which is the one to be named."""

    def spoil(depot: Depot) -> str:
        cell = depot.cell(table, column, row)
        cell.value = value
        if isinstance(value, str) and value.startswith("="):
            cell.data_type = "f"
        return address(cell)

    return spoil


def put_as_text(table: str, column: str, value: str, row: int = 1) -> Spoil:
    """Change one cell into a text, whatever it looks like."""

    def spoil(depot: Depot) -> str:
        cell = depot.cell(table, column, row)
        cell.value = value
        cell.data_type = "s"
        return address(cell)

    return spoil


def put_several(*changes: tuple[str, str, Any, int]) -> Spoil:
    """Change several cells; the first is the one to be named."""

    def spoil(depot: Depot) -> str:
        places = [put(*change)(depot) for change in changes]
        return places[0]

    return spoil


def rename_column(table: str, name: str, header: Callable[[str], str]) -> Spoil:
    """Head a column with something else; the row of headers is to be named."""

    def spoil(depot: Depot) -> str:
        depot.rename_column(table, name, header(depot.header(table, name).value))
        return depot.header_row(table)

    return spoil


def drop_column(table: str, name: str) -> Spoil:
    def spoil(depot: Depot) -> str:
        j, rows = depot.column(table, name), depot.rows(table)
        depot.write(table, [row[:j] + row[j + 1 :] for row in rows])
        return depot.header_row(table)

    return spoil


def double_column(table: str, name: str) -> Spoil:
    """The same column once more at the right; in the planning workbook with another case, as Excel insists on it."""

    def spoil(depot: Depot) -> str:
        j, rows = depot.column(table, name), depot.rows(table)
        first = rows[0][j].replace(" ", "  ") if depot.layout == PLANNING else rows[0][j]
        depot.write(table, [[*row, first if i == 0 else row[j]] for i, row in enumerate(rows)])
        left, top, _, _ = depot.area(table)
        return f"{depot.sheet(table).title}!{get_column_letter(left + len(rows[0]))}{top}"

    return spoil


def change_rows(table: str, change: Callable[[list[list[Any]]], list[list[Any]]], **away: int) -> Spoil:
    """Write the rows of a table otherwise, or elsewhere."""

    def spoil(depot: Depot) -> None:
        rows = depot.rows(table)
        depot.write(table, [rows[0], *change(rows[1:])], **away)

    return spoil


def shuffled(rows: list[list[Any]]) -> list[list[Any]]:
    return Random(1).sample(rows, len(rows))


def with_blank_rows(rows: list[list[Any]]) -> list[list[Any]]:
    blank = [None] * len(rows[0])
    return [blank, *rows[:2], blank, blank, *rows[2:]]


def columns_mixed(table: str) -> Spoil:
    def spoil(depot: Depot) -> None:
        rows = depot.rows(table)
        order = Random(1).sample(range(len(rows[0])), len(rows[0]))
        depot.write(table, [[row[j] for j in order] for row in rows])

    return spoil


def extra_column(depot: Depot) -> None:
    rows = depot.rows("tblFleet")
    depot.write("tblFleet", [[*row[:2], "Driver" if i == 0 else f"N. {i}", *row[2:]] for i, row in enumerate(rows)])


def extra_sheet(depot: Depot) -> None:
    sheet = depot.book.create_sheet("Remarks", 0)
    sheet.append(["VehicleID", "Year"])
    sheet.append(["V1", 1999])


def beside(*lines: tuple[int, int, Any], table: str = "tblFleet") -> Spoil:
    """Write cells beside or below a table: rows from its last row, columns from its last column on."""

    def spoil(depot: Depot) -> str:
        left, _, right, bottom = depot.area(table)
        sheet = depot.sheet(table)
        cells = [
            sheet.cell(bottom + down, right + away if away > 0 else left - away, value) for down, away, value in lines
        ]
        return address(cells[0])

    return spoil


def rename_sheet(table: str, title: str) -> Spoil:
    def spoil(depot: Depot) -> str:
        depot.sheet(table).title = title
        return ""

    return spoil


def delete_sheet(table: str) -> Spoil:
    def spoil(depot: Depot) -> str:
        depot.book.remove(depot.sheet(table))
        return ""

    return spoil


def copy_sheet(table: str, title: str) -> Spoil:
    def spoil(depot: Depot) -> str:
        depot.book.copy_worksheet(depot.sheet(table)).title = title
        return ""

    return spoil


def rename_table(table: str, name: str) -> Spoil:
    def spoil(depot: Depot) -> str:
        sheet = depot.sheet(table)
        excel = sheet.tables.pop(table)
        excel.name = excel.displayName = name
        sheet.tables[name] = excel
        return ""

    return spoil


def delete_table(table: str) -> Spoil:
    """Make an ordinary range of a table."""

    def spoil(depot: Depot) -> str:
        del depot.sheet(table).tables[table]
        return ""

    return spoil


def two_tables(depot: Depot) -> str:
    sheet = depot.book.create_sheet("Older")
    for row in depot.rows("tblFleet"):
        sheet.append(row)
    left, top, right, bottom = depot.area("tblFleet")
    sheet.add_table(
        ExcelTable(displayName="tblOlder", ref=f"A1:{get_column_letter(right - left + 1)}{bottom - top + 1}")
    )
    return ""


def named_alike(parts: dict[str, bytes]) -> bool:
    before = dict(parts)
    for name, content in parts.items():
        if name.startswith("xl/tables/"):
            parts[name] = content.replace(b"tblOlder", b"tblFleet")
    return parts != before


def hide(table: str, row: int) -> Spoil:
    def spoil(depot: Depot) -> str:
        cell = depot.cell(table, _TABLES[table].columns[0].name, row)
        cell.parent.row_dimensions[cell.row].hidden = True
        left = depot.area(table)[0]
        return f"{cell.parent.title}!{get_column_letter(left)}{cell.row}"

    return spoil


def merge(table: str, name: str, row: int, count: int) -> Spoil:
    def spoil(depot: Depot) -> str:
        cell = depot.cell(table, name, row)
        below = cell.offset(count - 1)
        cell.parent.merge_cells(f"{cell.coordinate}:{below.coordinate}")
        return address(cell.offset(1))

    return spoil


def refine(depot: Depot) -> None:
    """Two grid upgrades, three demand charges, and a day type that is a workday in summer."""
    depot.cell("tblDayTypes", "season", 0).value = "Summer"
    depot.cell("tblDayTypes", "kind", 0).value = "workday"
    upgrades = [["Transformer", 100, 20_000, 2, 1, "yes"], ["Second cable", 250, 45_000, 1, 0, "no"]]
    charges = [
        ["All hours", None, "all", None, "month", 8],
        ["Evening", "Summer", "workday", "16:00-21:00", "month", 5],
        ["Year's peak", None, "all", "6AM-12AM", "year", 30],
    ]
    depot.write("tblGridUpgrades", [depot.rows("tblGridUpgrades")[0], *upgrades])
    depot.write("tblDemandCharges", [depot.rows("tblDemandCharges")[0], *charges])


def without_seasons(depot: Depot) -> str:
    """No day type has a season any more; the season of a charge is to be named."""
    depot.cell("tblDayTypes", "season", 0).value = None
    return address(depot.cell("tblDemandCharges", "season", 1))


def repeat_row(table: str, row: int, **changes: Any) -> Spoil:
    """Add a row at the end that repeats another, with some changes; its first key is to be named."""

    def spoil(depot: Depot) -> str:
        rows = depot.rows(table)
        again = list(rows[1 + row])
        for name, value in changes.items():
            again[depot.column(table, name)] = value
        depot.write(table, [*rows, again])
        left, top, _, _ = depot.area(table)
        keys = _TABLES[table].keys
        first = left + depot.column(table, keys[-1] if depot.layout == STUDY and table == "tblEnergy" else keys[0])
        return f"{depot.sheet(table).title}!{get_column_letter(first)}{top + len(rows)}"

    return spoil


def drop_rows(table: str, name: str, value: Any, cell: tuple[str, str, int]) -> Spoil:
    """Delete all rows with a value; `cell` is to be named."""

    def spoil(depot: Depot) -> str:
        rows, j = depot.rows(table), depot.column(table, name)
        depot.write(table, [rows[0], *(row for row in rows[1:] if row[j] != value)])
        return address(depot.cell(*cell))

    return spoil


def no_rows(table: str) -> Spoil:
    def spoil(depot: Depot) -> str:
        rows = depot.rows(table)
        depot.write(table, [rows[0], [None] * len(rows[0])])
        left, top, _, _ = depot.area(table)
        title = depot.sheet(table).title
        return title if depot.layout == STUDY else f"{title}!{get_column_letter(left)}{top}"

    return spoil


def far_format(depot: Depot) -> None:
    depot.sheet("tblFleet")["XFD1048576"].font = Font(bold=True)


def nothing(depot: Depot) -> None:
    """The fault is in the package."""
    depot.book.active = 0


def marked(table: str, column: str, row: int = 1) -> Spoil:
    """Mark a cell for a change in the package."""
    return put(table, column, 987654321, row)


def raw(cell: str) -> Callable[[dict[str, bytes]], bool]:
    """Write the marked cell's XML anew: `{place}` stands for its attributes but the type."""

    def change(parts: dict[str, bytes]) -> bool:
        for name, content in parts.items():
            if name.startswith("xl/worksheets/sheet") and b"987654321" in content:
                parts[name] = re.sub(
                    rb'<c (r="[A-Z]+[0-9]+"(?: s="[0-9]+")?)[^>]*><v>987654321</v></c>',
                    lambda found: cell.replace("{place}", found[1].decode()).encode(),
                    content,
                )
                return True
        return False

    return change


def in_sheets(old: bytes, new: bytes) -> Callable[[dict[str, bytes]], bool]:
    """Change the XML of every sheet."""

    def change(parts: dict[str, bytes]) -> bool:
        count = 0
        for name, content in parts.items():
            if name.startswith("xl/worksheets/sheet"):
                parts[name], done = re.subn(old, new, content, count=1)
                count += done
        return count > 0

    return change


def _cells() -> list[Fault]:
    """What a single cell can hold."""
    distance = ("tblFleet", "distance_km")
    due = "must be 0 to 5,000"
    refused: dict[str, tuple[Any, str]] = {
        "a text with two readings": ("1,200", "the text '1,200', which can mean 1.2 or 1,200"),
        "a text with two readings, with a point": ("1.200", "which can mean 1.2 or 1,200"),
        "two readings and a currency": ("$ 1,200", "which can mean 1.2 or 1,200"),
        "a word": ("far", "the text 'far'"),
        "a figure in another unit": ("155 miles", "the text '155 miles'"),
        "two figures": ("250 28", "the text '250 28'"),
        "a figure in brackets": ("(250)", "the text '(250)'"),
        "two signs": ("--250", "the text '--250'"),
        "NaN as text": ("NaN", "the text 'NaN'"),
        "infinity as text": ("inf", "the text 'inf'"),
        "infinity as a sign": ("∞", "the text '∞'"),
        "a dash for nothing": ("-", "the text '-'"),
        "a percentage of nothing": ("25%", "the text '25%'"),
        "a truth": (True, "is TRUE"),
        "a date": (datetime.datetime(2026, 5, 2), "the date or time 2026-05-02"),
        "a time": (datetime.time(6, 30), "the date or time"),
        "a broken reference": ("#REF!", "the error #REF!"),
        "a value not available": ("#N/A", "the error #N/A"),
        "a division by zero": ("#DIV/0!", "the error #DIV/0!"),
        "a negative figure": (-250, "is -250, must be 0 or more"),
        "a negative figure as text": ("-250", "is -250, must be 0 or more"),
        "a figure far out of range": (250_000, "is 250,000, must be at most 5,000"),
        "a huge figure": (1e300, "must be at most 5,000"),
        "a blank": (None, "is blank"),
        "blanks only": ("  \u00a0 ", "is blank"),
        "a zero-width space only": ("\u200b", "is blank"),
        "text that starts with an equals sign": ("'=1+1", "the text"),
        "text that starts with an at sign": ("@SUM(A1)", "the text '@SUM(A1)'"),
    }
    faults = [Fault(name, put(*distance, value), "error", words) for name, (value, words) in refused.items()]
    same = {
        "a blank behind": ("250 ", "250"),
        "a no-break blank behind": ("250\u00a0", "250"),
        "a thin blank before": ("\u2009250", "250"),
        "a tab and a line break": ("\t250\n", "250"),
        "full-width digits": ("２５０", "250"),
        "its unit": ("250 km", "250"),
        "an exponent": ("2.5e2", "250"),
        "decimals with a comma": ("250,00", "250"),
        "a plus sign": ("+250", "250"),
        "a zero-width space": ("2\u200b50", "250"),
        "a mark of the byte order": ("\ufeff250", "250"),
        "a control character": ("250\x7f", "250"),
    }
    faults += [
        Fault(
            f"a figure as text with {name}", put_as_text(*distance, value), "note", f"read as {read}", is_same_plan=True
        )
        for name, (value, read) in same.items()
    ]
    budget = {
        "a currency": "$ 60000",
        "a currency behind": "60000 USD",
        "blanks between thousands": "60 000",
        "no-break blanks between thousands": "60\u00a0000",
        "apostrophes between thousands": "60'000",
        "thousands and decimals": "60,000.00",
        "thousands and decimals the other way": "60.000,00",
    }
    faults += [
        Fault(
            f"an amount as text with {name}",
            put_as_text("tblCosts", "capex_budget", value, 0),
            "note",
            "read as 60,000",
            is_same_plan=True,
        )
        for name, value in budget.items()
    ]
    faults += [
        Fault("a text with one reading, 1.200,5", put_as_text("tblCosts", "solar_price", "1.200,5"), "note", "1,200.5"),
        Fault("an amount with two readings", put("tblCosts", "capex_budget", "60,000", 0), "error", "60 or 60,000"),
        Fault("a tiny figure", put(*distance, 1e-12), "note", "is less than 0.000001, taken as 0"),
        Fault("the sun at sunset", put("tblEnergy", "solar_yield", 1e-17, 0), "note", "taken as 0", is_same_plan=True),
        Fault(
            "an amount in another currency",
            put_as_text("tblCosts", "capex_budget", "€ 60000", 0),
            "warning",
            "Nothing is converted from €",
            is_same_plan=True,
        ),
        Fault("a distance in money", put_as_text(*distance, "$250"), "warning", "converted from $", is_same_plan=True),
        Fault("a distance with a footnote", put_as_text(*distance, "250\u00b9"), "error", "the text '250\u00b9'"),
        Fault("a C-rate with a unit", put_as_text("tblSettings", "c_rate", "0.1/h"), "error", "the text '0.1/h'"),
        Fault("zero where it cannot be", put("tblChargers", "power_kw", 0, 0), "error", "must be more than 0"),
        Fault("zero hours", put("tblEnergy", "hours", 0), "error", "must be more than 0", (PLANNING,)),
        Fault("zero days", put("tblDayTypes", "days", 0, 0), "error", "must be more than 0", (PLANNING,)),
        Fault(
            "half a charger", put("tblChargers", "chargers_existing", 1.5, 0), "error", "a whole number", (PLANNING,)
        ),
        Fault("half a year", put("tblFleet", "year", 2025.5), "error", "is 2025.5, must be a whole number"),
        Fault("a year as text", put_as_text("tblFleet", "year", "2025"), "note", "read as 2025", is_same_plan=True),
        Fault(
            "a share as a percentage",
            put("tblSettings", "c_rate", "50 %"),
            "note",
            "read as 0.5",
            is_same_plan=True,
        ),
        Fault("a year as a date", put("tblFleet", "year", datetime.datetime(2025, 1, 1)), "error", "the date or time"),
        Fault("a year in two figures", put("tblFleet", "year", 25), "error", "is 25, must be 1900 or more"),
        Fault("a year with a figure too many", put("tblFleet", "year", 20255), "error", "must be at most 2200"),
        Fault(
            "a slot that Excel made a date of", put("tblFleet", "slot", datetime.datetime(2026, 6, 12)), "error", "date"
        ),
        Fault("a slot that is an error", put("tblEnergy", "slot", "#NAME?"), "error", "the error #NAME?"),
        Fault("a vehicle without a name", put("tblFleet", "vehicle", None), "error", "is blank, must be a name"),
        Fault("a vehicle without a slot", put("tblFleet", "slot", " "), "error", "is blank, must be a name"),
        Fault("a truck without consumption", put("tblTrucks", "consumption", None), "error", "is blank"),
        Fault("a price that is blank", put("tblEnergy", "grid_price", None), "error", "is blank"),
        Fault("a negative price", put("tblEnergy", "grid_price", -0.2), "error", "is -0.2, must be 0 or more"),
        Fault("more sun than a day has", put("tblEnergy", "solar_yield", 1400), "error", "must be at most 24"),
        Fault("a charger without a price", put("tblCosts", "charger_price 50 kW", None), "error", "is blank"),
        Fault("a year without a solar price", put("tblCosts", "solar_price", None), "error", "is blank"),
        Fault("no budget", put("tblCosts", "capex_budget", None, 0), "error", "is blank"),
        Fault("no grid limit", put("tblSettings", "grid_limit_kwh", None), "error", "is "),
        Fault("a grid limit in words", put("tblSettings", "grid_limit_kwh", "none"), "error", "the text 'none'"),
        Fault("a solver that is none", put("tblSettings", "solver", "gurobi"), "error", "must be auto or", (PLANNING,)),
        Fault("a figure for a choice", put("tblScenarios", "run", 1), "error", "must be yes or no", (PLANNING,)),
        Fault("a truth for a choice", put("tblScenarios", "run", True), "error", "is TRUE", (PLANNING,)),
        Fault(
            "a formula that was never calculated",
            put(*distance, "=200+50"),
            "error",
            "a formula that was never calculated",
            button=False,
        ),
        *(
            Fault(
                f"a formula with the 0 of a program that never calculates, in {cell[0]}",
                marked(*cell, row),
                "error",
                "a formula that was never calculated",
                package=raw("<c {place}><f>200+50</f><v>0</v></c>"),
                button=False,
            )
            for cell, row in ((distance, 1), (("tblSettings", "grid_limit_kwh"), 0), (("tblCosts", "capex_budget"), 0))
        ),
        Fault(
            "the number NaN",
            marked(*distance),
            "error",
            due,
            package=raw("<c {place}><v>NaN</v></c>"),
            button=False,
        ),
        Fault("an infinite number", marked(*distance), "error", "must be", package=raw("<c {place}><v>1e999</v></c>")),
        Fault(
            "an error without a formula",
            marked(*distance),
            "error",
            "the error #VALUE!",
            package=raw('<c {place} t="e"><v>#VALUE!</v></c>'),
        ),
        Fault(
            "a formula with an error",
            marked(*distance),
            "error",
            "the error #REF!",
            package=raw('<c {place} t="e"><f>#REF!*2</f><v>#REF!</v></c>'),
        ),
        Fault(
            "a formula with its value",
            marked(*distance),
            "",
            is_same_plan=True,
            package=raw("<c {place}><f>200+50</f><v>250</v></c>"),
        ),
        Fault(
            "a formula that links to another workbook",
            marked(*distance),
            "",
            is_same_plan=True,
            package=raw("<c {place}><f>[1]Fleet!$A$1</f><v>250</v></c>"),
        ),
        Fault(
            "a formula that gives an empty text",
            marked(*distance),
            "error",
            "is blank",
            package=raw('<c {place} t="str"><f>IF(1,"")</f><v></v></c>'),
        ),
        Fault(
            "a text in the cell itself",
            marked(*distance),
            "error",
            "the text 'far'",
            package=raw('<c {place} t="inlineStr"><is><t>far</t></is></c>'),
        ),
    ]
    return faults


def _meaning() -> list[Fault]:
    """What no single cell shows."""
    return [
        Fault("a vehicle twice in a year", repeat_row("tblFleet", 3), "error", "is given twice, first in"),
        Fault(
            "a vehicle twice in a year, in another case",
            repeat_row("tblFleet", 0, vehicle=" v001_2025 "),
            "error",
            "is given twice, first in",
        ),
        Fault("a truck type twice in a year", repeat_row("tblTrucks", 2), "error", "is given twice, first in"),
        Fault("a year of costs twice", repeat_row("tblCosts", 1), "error", "is given twice, first in"),
        Fault("a slot twice", repeat_row("tblEnergy", 1), "error", "is given twice, first in"),
        Fault("a scenario twice", repeat_row("tblScenarios", 1), "error", "is given twice", (PLANNING,)),
        Fault(
            "a scenario twice, in another case",
            repeat_row("tblScenarios", 1, scenario="EXPORT  0.5"),
            "error",
            "is given twice",
            (PLANNING,),
        ),
        Fault(
            "scenarios with one folder",
            repeat_row("tblScenarios", 1, scenario="Export/0.5"),
            "error",
            "differ too little",
            (PLANNING,),
        ),
        Fault("a charger twice", repeat_row("tblChargers", 1), "error", "is given twice", (PLANNING,)),
        Fault("a day type twice", repeat_row("tblDayTypes", 0), "error", "is given twice", (PLANNING,)),
        Fault("a charger offered twice", put("tblChargers", "power_kw", 400, 1), "error", "is offered twice", IN_STUDY),
        Fault("an unknown truck type", put("tblFleet", "truck_type", "11"), "error", "is '11', must be a type"),
        Fault("an unknown slot", put("tblFleet", "slot", "6AM-12AM"), "error", "Did you mean '6"),
        Fault("a misspelt slot", put("tblFleet", "slot", "6AM-1PM"), "error", "Did you mean '6AM-12PM'?"),
        Fault(
            "a slot in another case", put("tblFleet", "slot", "6am - 12pm", 0), "note", "is read as", is_same_plan=True
        ),
        Fault(
            "a slot with a no-break blank",
            put("tblFleet", "slot", "6AM\u00a0-\u00a012PM ", 0),
            "note",
            "is read as",
            is_same_plan=True,
        ),
        Fault(
            "a slot with invisible letters",
            put("tblFleet", "slot", "\u200e6AM-\u200b12PM\ufeff", 0),
            "",
            is_same_plan=True,
        ),
        Fault(
            "a truck type with a zero-width space", put("tblFleet", "truck_type", "1\u200b", 0), "", is_same_plan=True
        ),
        Fault(
            "a vehicle twice in a year but for what is invisible",
            repeat_row("tblFleet", 0, vehicle="V001\u00ad_2025\u200b"),
            "error",
            "is given twice, first in",
        ),
        Fault("a truck type with blanks", put("tblFleet", "truck_type", " 1 ", 0), "", "", is_same_plan=True),
        Fault(
            "a day type in another case",
            put("tblEnergy", "day_type", "AVERAGE  DAY", 0),
            "note",
            "is read as",
            (PLANNING,),
            is_same_plan=True,
        ),
        Fault(
            "an unknown day type", put("tblEnergy", "day_type", "Sunday", 0), "error", "must be one of the", (PLANNING,)
        ),
        Fault("a gap in the years", drop_rows("tblFleet", "year", 2026, ("tblFleet", "year", 0)), "error", "for 2026"),
        Fault("no costs for a year", drop_rows("tblCosts", "year", 2026, ("tblCosts", "year", 0)), "error", "2026 has"),
        Fault(
            "no truck for a year",
            trucks_without_a_year,
            "error",
            "has no figures for 2027",
        ),
        Fault("no budget for a year", put("tblCosts", "capex_budget", None, 2), "error", "is blank", (PLANNING,)),
        Fault("a second budget", second_budget, "error", "a second budget", IN_STUDY),
        Fault("slots of less than a day", short_slot, "error", "make 23 hours", (PLANNING,)),
        Fault("slots that overlap", put("tblEnergy", "slot", "12AM-7AM", 0), "error", "make 25 hours", IN_STUDY),
        Fault("slots with a gap", put("tblEnergy", "slot", "12AM-5AM", 0), "error", "make 23 hours", IN_STUDY),
        Fault(
            "hours that are not the slot's",
            put_several(("tblEnergy", "hours", 5, 0), ("tblEnergy", "hours", 7, 1)),
            "warning",
            "5 hours",
            (PLANNING,),
        ),
        Fault("a slot that is no span", put("tblEnergy", "slot", "Night", 0), "error", "a span of the day", IN_STUDY),
        Fault("day types of more than a year", put("tblDayTypes", "days", 366.5, 0), "error", "366", (PLANNING,)),
        Fault("day types of less than a year", put("tblDayTypes", "days", 300, 0), "error", "300 days", (PLANNING,)),
        Fault("more than its range", put("tblFleet", "distance_km", 450, 0), "warning", "more than its range of 400"),
        Fault(
            "more than its battery",
            put_several(("tblFleet", "distance_km", 395, 0), ("tblTrucks", "battery_kwh", 300, 0)),
            "warning",
            "more than its battery",
        ),
        Fault("W for kW", put("tblChargers", "power_kw", 50_000, 0), "warning", "is it in W?", (PLANNING,)),
        Fault("a price in cents", put("tblEnergy", "grid_price", 15, 0), "warning", "is it in cents"),
        Fault("MWh for kWh", put("tblTrucks", "consumption", 0.0009, 0), "warning", "is it in MWh/km?"),
        Fault("kWh on 100 km", put("tblTrucks", "consumption", 90, 0), "warning", "or kWh/100 km?", has_plan=False),
        Fault("a price of a watt", put("tblCosts", "solar_price", 0.45), "warning", "is it in USD/Wp?"),
        Fault("a charger in thousands", put("tblCosts", "charger_price 50 kW", 1), "warning", "thousands of USD?"),
        Fault(
            "a budget in thousands",
            put("tblCosts", "capex_budget", 60, 0),
            "warning",
            "is it in thousands of USD?",
            (PLANNING,),
            has_plan=False,
        ),
        Fault("Wh of baseload", put("tblEnergy", "baseload_kwh", 7154.2, 0), "warning", "is it in Wh?", has_plan=False),
        Fault("Wp for kWp", put("tblSettings", "solar_existing_kwp", 500_000), "warning", "is it in Wp?"),
        Fault("Wh of grid", put("tblSettings", "grid_limit_kwh", 1_750_000), "warning", "is it in Wh?"),
        Fault("a percentage for the gap", put("tblSettings", "gap", 1), "warning", "per cent?", (PLANNING,)),
        Fault(
            "Wh for a scenario's battery",
            put("tblScenarios", "battery_max_kwh", 2_000_000, 0),
            "warning",
            "is it in Wh?",
            (PLANNING,),
        ),
        Fault("a month's sun", put("tblEnergy", "solar_yield", 20, 0), "warning", "on a day of the type"),
        Fault("solar for nothing", put("tblCosts", "solar_price", 0), "warning", "any amount may be bought"),
        Fault("a truck that needs nothing", put("tblTrucks", "consumption", 0), "warning", "needs no energy"),
        Fault(
            "a percentage for the export ratio",
            put("tblSettings", "export_ratio", 100),
            "error",
            "at most 10",
            (PLANNING,),
        ),
        Fault("an export ratio above 1", put("tblScenarios", "export_ratio", 1.2, 0), "warning", "export", (PLANNING,)),
        Fault("a percentage for the C-rate", put("tblSettings", "c_rate", 50), "warning", "50"),
        Fault(
            "powers of chargers swapped",
            put_several(("tblChargers", "power_kw", 400, 0), ("tblChargers", "power_kw", 50, 1)),
            "warning",
            "has 400 kW, but its name says 50 kW",
            (PLANNING,),
        ),
        Fault("a vehicle's year beyond the horizon", put("tblFleet", "year", 2052, 3), "warning", "2052", IN_STUDY),
        Fault("a vehicle that drives nothing", put("tblFleet", "distance_km", 0), "warning", "does not drive"),
        Fault("a fleet that shrinks", shrinking, "warning", "the fleet shrinks from 15"),
        Fault("a setting in another unit", setting_in_mwh, "error", "must be kWh", (PLANNING,)),
        Fault(
            "a setting that the layout lacks",
            setting_too_many,
            "warning",
            "has no parameter",
            IN_STUDY,
            is_same_plan=True,
        ),
        Fault(
            "a setting for one scenario that none can have",
            setting_as_column,
            "warning",
            "is no column",
            (PLANNING,),
            is_same_plan=True,
        ),
        Fault("a second column of values", second_values, "error", "a second column is headed 'Value'", IN_STUDY),
        Fault("a budget for each year", budgets_beside, "warning", "beside the budget", IN_STUDY, is_same_plan=True),
        Fault("a second budget as text", second_budget_as_text, "error", "a second budget", IN_STUDY),
        Fault("a setting twice", setting_twice, "error", "is given twice, first in"),
        Fault("a setting that is none", misspelt_setting, "error", "is missing"),
        *(
            Fault(
                f"a blank for the default of {name}",
                put(table, name, None, 0),
                "note",
                f"is blank; {default} is taken",
                (PLANNING,),
                is_same_plan=True,
            )
            for table, name, default in (
                ("tblSettings", "c_rate", 0.5),
                ("tblChargers", "chargers_existing", 0),
                ("tblScenarios", "run", "yes"),
            )
        ),
        Fault(
            "no scenario to run",
            put_several(*(("tblScenarios", "run", "no", i) for i in range(3))),
            "error",
            "no scenario",
            (PLANNING,),
        ),
    ]


def setting_in_mwh(depot: Depot) -> str:
    cell = depot.cell("tblSettings", "battery_max_kwh").offset(0, 1)
    cell.value = "MWh"
    return address(cell)


def setting_too_many(depot: Depot) -> str:
    rows = depot.rows("tblSettings")
    depot.write("tblSettings", [*rows, ["battery_existing_kwh", 500, *rows[0][2:]]])
    return f"{depot.sheet('tblSettings').title}!A{len(rows) + 1}"


def setting_as_column(depot: Depot) -> str:
    rows = depot.rows("tblScenarios")
    depot.write("tblScenarios", [[*row, 100 if i else "Existing solar [kWp]"] for i, row in enumerate(rows)])
    _, top, right, _ = depot.area("tblScenarios")
    return f"{depot.sheet('tblScenarios').title}!{get_column_letter(right)}{top}"


def second_values(depot: Depot) -> str:
    sheet = depot.sheet("tblSettings")
    sheet["C1"], sheet["C4"] = "Value", 900
    return f"{sheet.title}!C1"


def budgets_beside(depot: Depot) -> str:
    sheet = depot.book[layout.STUDY_BUDGET_SHEET]
    sheet["B2"], sheet["C2"] = 30_000, 20_000
    return address(sheet["B2"])


def second_budget_as_text(depot: Depot) -> str:
    cell = depot.book[layout.STUDY_BUDGET_SHEET]["A3"]
    cell.value = "70 000"
    return address(cell)


def stacked_header(depot: Depot) -> str:
    """Five vehicles under a header of their own, of which one word is another, and the rest below."""
    rows = depot.rows("tblFleet")
    older = [*rows[0][:-1], "Slot of charging"]
    depot.write("tblFleet", [older, *rows[1:6], [None] * len(older), rows[0], *rows[6:]])
    return f"{depot.sheet('tblFleet').title}!A2"


def emptied_vehicle(depot: Depot) -> str:
    for name in ("truck_type", "year", "vehicle", "distance_km"):
        depot.cell("tblFleet", name, 3).value = None
    return address(depot.cell("tblFleet", "year", 3))


def row_apart(depot: Depot) -> str:
    """A whole vehicle, one blank row below the table."""
    rows, (left, _, _, bottom) = depot.rows("tblFleet"), depot.area("tblFleet")
    for j, value in enumerate(["V9", *rows[-1][1:]]):
        depot.sheet("tblFleet").cell(bottom + 2, left + j, value)
    return f"{depot.sheet('tblFleet').title}!{get_column_letter(left)}{bottom + 2}"


def second_budget(depot: Depot) -> str:
    sheet = depot.book[layout.STUDY_BUDGET_SHEET]
    sheet["A3"] = 70_000
    return address(sheet["A3"])


def shrinking(depot: Depot) -> str:
    rows, j = depot.rows("tblFleet"), depot.column("tblFleet", "year")
    kept = [row for row in rows[1:] if row[j] != 2027]
    last = [row for row in rows[1:] if row[j] == 2027][:12]
    depot.write("tblFleet", [rows[0], *kept, *last])
    return address(depot.cell("tblFleet", "year", len(kept)))


def trucks_without_a_year(depot: Depot) -> str:
    """The vehicle in the 26th row, the first of 2027, has a type that has no row for that year any more."""
    vehicle = depot.cell("tblFleet", "truck_type", 25)
    rows = depot.rows("tblTrucks")[1:]
    kind, year = depot.column("tblTrucks", "truck_type"), depot.column("tblTrucks", "year")
    at = next(i for i, row in enumerate(rows) if (str(row[kind]), row[year]) == (str(vehicle.value), 2027))
    depot.cell("tblTrucks", "year", at).value = 2035
    return address(vehicle)


def short_slot(depot: Depot) -> str:
    depot.cell("tblEnergy", "hours").value = 5
    return address(depot.cell("tblEnergy", "slot"))


def setting_twice(depot: Depot) -> str:
    rows = depot.rows("tblSettings")
    again = next(row for row in rows if row[0] in ("grid_limit_kwh", "GridEnergyLimitsUpper"))
    depot.write("tblSettings", [*rows, [again[0], 900, *again[2:]]])
    left, top, _, _ = depot.area("tblSettings")
    return f"{depot.sheet('tblSettings').title}!{get_column_letter(left + 1)}{top + len(rows)}"


def misspelt_setting(depot: Depot) -> str:
    cell = depot.cell("tblSettings", "grid_limit_kwh").offset(0, -1)
    cell.value = cell.value[:-2]
    return depot.sheet("tblSettings").title


def shown_as(table: str, name: str, code: str, row: int | None = None) -> Spoil:
    """Give cells of a column, or one cell, a number format; the first is to be named."""

    def spoil(depot: Depot) -> str:
        _, top, _, bottom = depot.area(table)
        rows = range(bottom - top) if row is None else [row]
        cells = [depot.cell(table, name, i) for i in rows]
        for cell in cells:
            cell.number_format = code
        return address(cells[0])

    return spoil


def shown_right(depot: Depot) -> None:
    """Formats that show the units that are due; one of them divides by a thousand."""
    shown_as("tblFleet", "distance_km", '#,##0.0 "km"')(depot)
    shown_as("tblSettings", "grid_limit_kwh", '0.000,"MWh"', 0)(depot)
    shown_as("tblSettings", "c_rate", "0%", 0)(depot)
    shown_as("tblCosts", "capex_budget", '"$"#,##0', 0)(depot)


def unit_beside(table: str, unit: str, row: int | None = None) -> Spoil:
    """Add a column of units, filled in all rows or in one; the first that is filled is to be named."""

    def spoil(depot: Depot) -> str:
        rows = depot.rows(table)
        right = [unit if row in (None, i) else None for i in range(len(rows) - 1)]
        depot.write(table, [[*line, each] for line, each in zip(rows, ["Unit", *right], strict=True)])
        left, top, _, _ = depot.area(table)
        return f"{depot.sheet(table).title}!{get_column_letter(left + len(rows[0]))}{top + 1 + (row or 0)}"

    return spoil


def table_begins(table: str, down: int) -> Spoil:
    """Let a table begin below its headings, or above them; the row of the headings is to be named."""

    def spoil(depot: Depot) -> str:
        left, top, right, bottom = depot.area(table)
        sheet, excel = depot.sheet(table), depot.sheet(table).tables[table]
        first = top + down
        names = [sheet.cell(first, j).value for j in range(left, right + 1)]
        excel.ref = f"{get_column_letter(left)}{first}:{get_column_letter(right)}{bottom}"
        excel.autoFilter = None
        excel.tableColumns = [TableColumn(id=k, name=str(name)) for k, name in enumerate(names, start=1)]
        return f"{sheet.title}!{top}:{top}"

    return spoil


def _units() -> list[Fault]:
    """Units that stand beside the figures, or that only a cell's format shows."""
    distance, limit = ("tblFleet", "distance_km"), ("tblSettings", "grid_limit_kwh")
    return [
        Fault("distances shown in miles", shown_as(*distance, '0 "mi"'), "error", "is shown in mi"),
        Fault("one distance shown in miles", shown_as(*distance, "0.0\\ \\m\\i", 4), "error", "is shown in mi"),
        Fault("a limit shown in MWh", shown_as(*limit, '0.00 "MWh"', 0), "error", "is shown in MWh"),
        Fault("a limit shown in kWh / 1000", shown_as(*limit, '0.00,"kWh"', 0), "error", "is shown in kWh"),
        Fault("a price shown in Euro", shown_as("tblCosts", "solar_price", '#,##0 "€"'), "warning", "is shown in €"),
        Fault("figures shown in their units", shown_right, "", is_same_plan=True),
        Fault("a column that says miles", unit_beside("tblFleet", "miles"), "error", "the unit is 'miles'"),
        Fault("a column that says kilometres", unit_beside("tblFleet", "km/day"), "", is_same_plan=True),
        Fault("a column that says m", unit_beside("tblTrucks", "MWh", 1), "error", "the unit is 'MWh'"),
        Fault("a parameter in MWh", unit_beside("tblSettings", "MWh", 0), "error", "is 'MWh'", IN_STUDY),
        Fault("a charger in W", unit_beside("tblChargers", "W", 1), "error", "is 'W', must be kW", IN_STUDY),
        Fault("a parameter in its unit", unit_beside("tblSettings", "KWH", 0), "", "", IN_STUDY, is_same_plan=True),
    ]


def _structure() -> list[Fault]:
    """Sheets, tables, columns and rows that are not where and as they were."""
    return [
        Fault(
            "a table that begins below its headings",
            table_begins("tblTrucks", 1),
            "error",
            "the headings of the table stand in row",
            (PLANNING,),
        ),
        Fault(
            "a table that begins above its headings",
            table_begins("tblFleet", -1),
            "error",
            "the headings of the table stand in row",
            (PLANNING,),
        ),
        Fault(
            "settings that begin above their headings",
            table_begins("tblSettings", -1),
            "error",
            "the headings of the table stand in row",
            (PLANNING,),
        ),
        Fault("a missing sheet", delete_sheet("tblTrucks"), "error", "is missing", WORKBOOKS),
        Fault("a renamed sheet", rename_sheet("tblTrucks", "Lorries"), "error", "is missing", (STUDY,)),
        Fault(
            "a misspelt sheet", rename_sheet("tblFleet", "Vehcle_dat"), "error", "Did you mean 'Vehcle_dat'?", (STUDY,)
        ),
        Fault("a sheet in another case", rename_sheet("tblFleet", "VEHICLE data"), "", "", (STUDY,), is_same_plan=True),
        Fault("a sheet twice", copy_sheet("tblFleet", "vehicle data"), "error", "hold the same table", (STUDY,)),
        Fault("a copy of a sheet", copy_sheet("tblFleet", "Vehicle_data (2)"), "", "", (STUDY,), is_same_plan=True),
        Fault("a sheet of one's own", extra_sheet, "", "", is_same_plan=True),
        Fault("sheets in another order", lambda depot: depot.book._sheets.reverse(), "", "", is_same_plan=True),
        Fault(
            "a renamed sheet of a table", rename_sheet("tblFleet", "Our trucks"), "", "", (PLANNING,), is_same_plan=True
        ),
        Fault("a missing table", delete_table("tblEnergy"), "error", "tblEnergy is missing", (PLANNING,)),
        Fault(
            "a renamed table", rename_table("tblFleet", "tblFleets"), "error", "Did you mean 'tblFleets'?", (PLANNING,)
        ),
        Fault("a table in another case", rename_table("tblFleet", "TBLFLEET"), "", "", (PLANNING,), is_same_plan=True),
        Fault(
            "two tables of one name",
            two_tables,
            "error",
            "two tables are called tblFleet",
            (PLANNING,),
            package=named_alike,
            button=False,
        ),
        Fault("a missing column", drop_column("tblFleet", "distance_km"), "error", "is missing"),
        Fault(
            "a misspelt column",
            rename_column("tblFleet", "distance_km", lambda header: header.replace("D", "Dd")),
            "error",
            "Did you mean 'Dd",
        ),
        Fault(
            "a column in another unit",
            rename_column("tblFleet", "distance_km", lambda header: re.sub("Kms|km", "miles", header)),
            "error",
            "is missing",
        ),
        Fault(
            "a charger's price in another currency",
            other_currency,
            "error",
            "there is no price for it",
            IN_STUDY,
        ),
        Fault(
            "a price in another currency",
            rename_column("tblCosts", "solar_price", lambda header: header.replace("USD", "EUR")),
            "error",
            "is missing",
        ),
        Fault(
            "a column in another case, with a line break",
            rename_column("tblFleet", "distance_km", lambda header: header.upper().replace("DAILY", "DAILY\n")),
            "",
            is_same_plan=True,
        ),
        Fault(
            "a column with invisible letters",
            rename_column("tblFleet", "distance_km", lambda header: f"\ufeff{header[:3]}\u00ad{header[3:]}\u200b"),
            "",
            is_same_plan=True,
        ),
        *(
            Fault(
                f"a budget in {sign}",
                rename_column("tblCosts", "capex_budget", lambda _, sign=sign: f"CapEx budget [{sign}]"),
                "error",
                "is in another unit: convert its figures to USD",
                (PLANNING,),
            )
            for sign in ("€", "%", "kUSD")
        ),
        *(
            Fault(
                f"a charger's price, {unit}",
                charger_priced_in(unit),
                "error",
                "there is no price for it",
                IN_STUDY,
            )
            for unit in ("(USD/kW)", "(USD 1000/unit)", "EUR/unit", ", USD cents per unit")
        ),
        Fault(
            "a range under another name",
            rename_column("tblTrucks", "range_km", lambda _: "Range(km)"),
            "warning",
            "'Range(km)' is in another unit",
            IN_STUDY,
            is_same_plan=True,
        ),
        Fault("a header once more in the middle", stacked_header, "error", "stands above the header", IN_STUDY),
        Fault("a vehicle of which only the slot is left", emptied_vehicle, "error", "is blank"),
        Fault(
            "a row below the table, apart", row_apart, "warning", "ends above this row", (PLANNING,), is_same_plan=True
        ),
        Fault("a column twice", double_column("tblFleet", "distance_km"), "error", "a second column"),
        Fault(
            "a misspelt column that may be left out",
            rename_column("tblScenarios", "grid_limit_kwh", lambda _: "Grid limt [kWh]"),
            "warning",
            "Did you mean 'Grid limt [kWh]'?",
            (PLANNING,),
            is_same_plan=True,
        ),
        Fault(
            "a misspelt column of what is there already",
            existing_misspelt,
            "warning",
            "Existing",
            (PLANNING,),
        ),
        Fault(
            "a price without a charger",
            price_without_charger,
            "warning",
            "a price without a charger",
            (PLANNING,),
            is_same_plan=True,
        ),
        Fault("columns in another order", columns_mixed("tblFleet"), "", is_same_plan=True),
        Fault("rows in another order", change_rows("tblFleet", shuffled), "", is_same_plan=True),
        Fault("slots in another order", change_rows("tblEnergy", shuffled), "", is_same_plan=True),
        Fault("years in another order", change_rows("tblCosts", shuffled), "", is_same_plan=True),
        Fault("a column of one's own", extra_column, "", is_same_plan=True),
        Fault("blank rows in the middle", change_rows("tblFleet", with_blank_rows), "", is_same_plan=True),
        Fault(
            "a note below the table",
            beside((3, 0, "Source: the depot's own survey")),
            "note",
            "was not read",
            IN_STUDY,
            is_same_plan=True,
        ),
        Fault(
            "a note below the table, apart",
            beside((3, 0, "Source: the depot's own survey")),
            "",
            "",
            (PLANNING,),
            is_same_plan=True,
        ),
        Fault("a total below the table", beside((1, -3, 7500.0), (1, 0, "Total")), "error", "", IN_STUDY),
        Fault(
            "a note below the scenarios, apart",
            beside((2, 0, "Agreed in May"), table="tblScenarios"),
            "",
            "",
            (PLANNING,),
            is_same_plan=True,
        ),
        Fault(
            "a total below the table, apart",
            beside((2, -3, 7500.0), (2, 0, "Total")),
            "",
            "",
            (PLANNING,),
            is_same_plan=True,
        ),
        Fault("a note beside the table", beside((-3, 2, "to be checked"), (-2, 3, 99)), "", is_same_plan=True),
        Fault("a hidden row", hide("tblFleet", 4), "note", "hidden or filtered out", is_same_plan=True),
        Fault("merged cells", merge("tblFleet", "truck_type", 0, 3), "error", "is blank"),
        Fault("a table elsewhere on its sheet", change_rows("tblFleet", list, down=7, right=5), "", is_same_plan=True),
        Fault("a table without rows", no_rows("tblTrucks"), "error", "rows"),
        Fault("one formatted cell in the last row and column", far_format, "", is_same_plan=True),
        Fault(
            "a value in the last row and column",
            lambda depot: depot.sheet("tblFleet").cell(1_048_576, 16_384, 1.0) and None,
            "file",
            "reaches to XFD1048576",
            button=False,
        ),
        Fault(
            "a wrong dimension",
            nothing,
            "",
            is_same_plan=True,
            package=in_sheets(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:A2"'),
        ),
        Fault(
            "a dimension of the whole sheet",
            nothing,
            "",
            is_same_plan=True,
            package=in_sheets(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"'),
        ),
    ]


def _refinements() -> list[Fault]:
    """What can be wrong with grid upgrades and demand charges."""
    adds, price = ("tblGridUpgrades", "adds_kw"), ("tblGridUpgrades", "upgrade_price")
    most, lead = ("tblGridUpgrades", "upgrade_most"), ("tblGridUpgrades", "lead_time")
    of_kw, window = ("tblDemandCharges", "price"), ("tblDemandCharges", "window")
    season, days = ("tblDemandCharges", "season"), ("tblDemandCharges", "days")
    refused: dict[str, tuple[tuple[str, str], Any, str]] = {
        "an upgrade without a name": (("tblGridUpgrades", "upgrade"), None, "is blank, must be a name"),
        "an upgrade that is blank": (adds, None, "is blank, must be more than 0, at most 1,000,000"),
        "an upgrade of nothing": (adds, 0, "is 0, must be more than 0"),
        "an upgrade that takes away": (adds, -100, "is -100, must be more than 0"),
        "an upgrade beyond any grid": (adds, 1_000_001, "must be at most 1,000,000"),
        "an upgrade in MW": (adds, "0.1 MW", "the text '0.1 MW'"),
        "an upgrade that is an error": (adds, "#REF!", "the error #REF!"),
        "an upgrade that is a truth": (adds, True, "is TRUE"),
        "an upgrade without a price": (price, None, "is blank, must be 0 or more"),
        "an upgrade that pays": (price, -1, "is -1, must be 0 or more"),
        "an upgrade of two prices": (price, "20,000", "which can mean 20 or 20,000"),
        "half an upgrade": (most, 1.5, "is 1.5, must be a whole number, 0 to 1,000"),
        "fewer upgrades than none": (most, -1, "is -1, must be 0 or more"),
        "too many upgrades": (most, 1001, "must be at most 1,000"),
        "half a year to wait": (lead, 0.5, "is 0.5, must be a whole number, 0 to 100"),
        "an upgrade before it is paid": (lead, -1, "is -1, must be 0 or more"),
        "a century to wait": (lead, 101, "must be at most 100"),
        "a budget that counts perhaps": (("tblGridUpgrades", "counts_in_budget"), "half", "must be yes or no"),
        "an upgrade called as a charger": (("tblGridUpgrades", "upgrade"), "400 kW", "is called as a charger is"),
        "an upgrade called as a charger, in another case": (
            ("tblGridUpgrades", "upgrade"),
            " 400  KW",
            "is called as a charger is",
        ),
        "an upgrade called as solar": (("tblGridUpgrades", "upgrade"), "Solar", "is called as solar is"),
        "a charge without a name": (("tblDemandCharges", "charge"), None, "is blank, must be a name"),
        "a charge without a price": (of_kw, None, "is blank, must be 0 to 10,000"),
        "a charge that pays": (of_kw, -8, "is -8, must be 0 or more"),
        "a charge beyond any bill": (of_kw, 10_001, "must be at most 10,000"),
        "a charge in words": (of_kw, "dear", "the text 'dear'"),
        "an unknown season": (season, "Winter", "is 'Winter', must be a season of a day type"),
        "a misspelt season": (season, "Sumer", "Did you mean 'Summer'?"),
        "days that are none": (days, "Monday", "must be all or workday or weekend"),
        "a bill by the quarter": (("tblDemandCharges", "billed"), "quarter", "must be month or year"),
        "a window that is no span": (window, "evening", "must be a span of the day such as 16:00-21:00"),
        "a window without an end": (window, "16:00", "is '16:00', must be a span of the day"),
        "a window of an hour's number": (window, 16, "is '16', must be a span of the day"),
        "a window after the day": (window, "16:00-25:00", "must be a span of the day"),
        "a window that Excel made a time of": (window, datetime.time(16, 0), "the date or time"),
        "a kind of day that is none": (("tblDayTypes", "kind"), "holiday", "must be workday or weekend"),
        "a peak below its mean": (("tblSettings", "peak_factor"), 0.9, "is 0.9, must be 1 or more"),
        "a peak beyond any meter": (("tblSettings", "peak_factor"), 11, "must be at most 10"),
        "a percentage for the ratchet": (("tblSettings", "ratchet"), 50, "is 50, must be at most 1"),
        "a fixed charge that pays": (("tblSettings", "fixed_charge"), -1, "is -1, must be 0 or more"),
        "a scenario's peak below its mean": (("tblScenarios", "peak_factor"), 0.5, "is 0.5, must be 1 or more"),
        "a scenario's ratchet above 1": (("tblScenarios", "ratchet"), 1.5, "is 1.5, must be at most 1"),
    }
    row = {"tblDayTypes": 0}
    faults = [
        Fault(name, put(*cell, value, row.get(cell[0], 1)), "error", words, (REFINED,))
        for name, (cell, value, words) in refused.items()
    ]
    doubted: dict[str, tuple[tuple[str, str], Any, str]] = {
        "an upgrade in W": (adds, 100_000, "is it in W?"),
        "an upgrade in thousands of kW": (adds, 0.1, "is it in MW?"),
        "an upgrade in thousands of USD": (price, 20, "is it in thousands of USD?"),
        "an upgrade in cents": (price, 50_000_000, "is it in cents?"),
        "an upgrade for nothing": (price, 0, "it costs nothing, so it is bought wherever it helps"),
        "an upgrade that serves too late": (lead, 3, "so it never does"),
        "a charge in cents": (of_kw, 1200, "is it in cents or USD/MW?"),
        "a charge of a watt": (of_kw, 0.008, "is it in USD/W?"),
        "a charge for nothing": (of_kw, 0, "the peak costs nothing"),
        "a charge that no day can set": (days, "weekend", "no day type of Summer is a weekend"),
        "a fixed charge in cents": (("tblSettings", "fixed_charge"), 50_000, "is it in cents?"),
        "a scenario's fixed charge in cents": (("tblScenarios", "fixed_charge"), 50_000, "is it in cents?"),
    }
    faults += [
        Fault(name, put(*cell, value, 1), "warning", words, (REFINED,))
        for name, (cell, value, words) in doubted.items()
    ]
    read_all_the_same: dict[str, tuple[tuple[str, str], int, Any, str]] = {
        "an upgrade as text with its unit": (adds, 0, "100 kW", "read as 100"),
        "an upgrade's price with a currency": (price, 0, "$ 20000", "read as 20,000"),
        "a price of power as text": (of_kw, 0, "8 USD", "read as 8"),
        "a season in another case": (season, 1, "SUMMER", "is read as 'Summer'"),
    }
    faults += [
        Fault(name, put_as_text(*cell, value, at), "note", words, (REFINED,), is_same_plan=True)
        for name, (cell, at, value, words) in read_all_the_same.items()
    ]
    silent: dict[str, Spoil] = {
        "a blank for one upgrade": put(*most, None, 1),
        "a blank for no waiting": put(*lead, None, 1),
        "a blank for what the budget pays": put("tblGridUpgrades", "counts_in_budget", None, 0),
        "a blank for all days": put(*days, None, 0),
        "a blank for the month": put("tblDemandCharges", "billed", None, 0),
        "days in another case": put(*days, " Workday", 1),
        "a season with a no-break blank behind": put(*season, "Summer\u00a0", 1),
        "a window in other words": put(*window, "4pm \u2013 9pm", 1),
        "a window to midnight in other words": put(*window, "06:00-24:00", 2),
        "an upgrade's columns in another order": columns_mixed("tblGridUpgrades"),
        "a charge's columns in another order": columns_mixed("tblDemandCharges"),
        "charges elsewhere on their sheet": change_rows("tblDemandCharges", list, down=7, right=5),
        "an upgrade's unit left out of its header": rename_column("tblGridUpgrades", "adds_kw", lambda _: "Adds"),
        "a charge's unit left out of its header": rename_column("tblDemandCharges", "price", lambda _: "price"),
        "a blank row among the upgrades": change_rows("tblGridUpgrades", with_blank_rows),
        "a factor that is left blank": put("tblSettings", "peak_factor", None),
        "a sheet of charges under another name": lambda depot: (
            rename_sheet("tblDemandCharges", "Our bill")(depot) or None
        ),
    }
    faults += [Fault(name, spoil, "", "", (REFINED,), is_same_plan=True) for name, spoil in silent.items()]
    return [
        *faults,
        Fault("seasons that no day type has", without_seasons, "error", "Give the day types their seasons", (REFINED,)),
        Fault("slots that have no times", slots_without_times, "warning", "does not say when it is", (REFINED,)),
        Fault(
            "a misspelt column of the day types' seasons",
            misspelt_seasons,
            "warning",
            "Did you mean 'Seasn'?",
            (REFINED,),
        ),
        Fault("an upgrade twice", repeat_row("tblGridUpgrades", 0), "error", "is given twice, first in", (REFINED,)),
        Fault(
            "an upgrade twice, in another case",
            repeat_row("tblGridUpgrades", 0, upgrade=" TRANSFORMER"),
            "error",
            "is given twice, first in",
            (REFINED,),
        ),
        Fault("a charge twice", repeat_row("tblDemandCharges", 1), "error", "is given twice, first in", (REFINED,)),
        Fault(
            "a charge twice, its window in another spelling",
            repeat_row("tblDemandCharges", 1, window="4 PM - 9PM"),
            "error",
            "is given twice, first in",
            (REFINED,),
        ),
        Fault(
            "a charge of all seasons twice",
            repeat_row("tblDemandCharges", 0),
            "error",
            "is given twice, first in",
            (REFINED,),
        ),
        *(
            Fault(f"no column of {header}", drop_column(table, name), "error", f"'{header}' is missing", (REFINED,))
            for table, name, header in (
                (*adds, "Adds [kW]"),
                (*price, "Price [USD]"),
                ("tblGridUpgrades", "upgrade", "Upgrade"),
                (*of_kw, "Price [USD/kW]"),
                ("tblDemandCharges", "charge", "Demand charge"),
            )
        ),
        Fault(
            "a misspelt column of an upgrade",
            rename_column("tblGridUpgrades", "adds_kw", lambda _: "Ads [kW]"),
            "error",
            "Did you mean 'Ads [kW]'?",
            (REFINED,),
        ),
        Fault(
            "an upgrade's column in another unit",
            rename_column("tblGridUpgrades", "adds_kw", lambda _: "Adds [MW]"),
            "error",
            "'Adds [MW]' is in another unit: convert its figures to kW",
            (REFINED,),
        ),
        Fault(
            "a charge's price for a year of a kWh",
            rename_column("tblDemandCharges", "price", lambda _: "Price [USD/kWh]"),
            "error",
            "'Price [USD/kWh]' is in another unit: convert its figures to USD/kW",
            (REFINED,),
        ),
        *(
            Fault(
                f"a misspelt column of {header}",
                rename_column(table, name, lambda _, header=header: header),
                "warning",
                f"Did you mean '{header}'?",
                (REFINED,),
            )
            for table, name, header in (
                (*lead, "Led time [years]"),
                (*most, "At mst"),
                (*season, "Seson"),
                (*window, "Windw"),
                ("tblDayTypes", "kind", "Kind of dy"),
                ("tblScenarios", "fixed_charge", "Fixed chrge [USD/month]"),
            )
        ),
        Fault("a column of an upgrade twice", double_column(*adds), "error", "a second column is headed", (REFINED,)),
        Fault("a fixed charge in another currency", fixed_charge_in_eur, "error", "must be USD/month", (REFINED,)),
        Fault("a misspelt ratchet", misspelt_ratchet, "warning", "Did you mean 'ratchet'?", (REFINED,)),
        Fault("a hidden upgrade", hide("tblGridUpgrades", 1), "note", "hidden or filtered out", (REFINED,), True),
        Fault(
            "an upgrade below the table, apart",
            upgrade_below,
            "warning",
            "the table tblGridUpgrades ends above this row",
            (REFINED,),
            is_same_plan=True,
        ),
    ]


def slots_without_times(depot: Depot) -> str:
    """The first slot is called Night, wherever it stands; the first window is to be named."""
    for table in ("tblEnergy", "tblFleet"):
        for i, row in enumerate(depot.rows(table)[1:]):
            if row[depot.column(table, "slot")] == "12AM-6AM":
                depot.cell(table, "slot", i).value = "Night"
    return address(depot.cell("tblDemandCharges", "window", 1))


def misspelt_seasons(depot: Depot) -> str:
    """No charge is of a season, so nothing but the header is wrong."""
    depot.cell("tblDemandCharges", "season", 1).value = None
    depot.rename_column("tblDayTypes", "season", "Seasn")
    return depot.header_row("tblDayTypes")


def fixed_charge_in_eur(depot: Depot) -> str:
    cell = depot.cell("tblSettings", "fixed_charge").offset(0, 1)
    cell.value = "EUR"
    return address(cell)


def misspelt_ratchet(depot: Depot) -> str:
    cell = depot.cell("tblSettings", "ratchet").offset(0, -1)
    cell.value = "ratchett"
    return address(cell)


def upgrade_below(depot: Depot) -> str:
    left, _, _, bottom = depot.area("tblGridUpgrades")
    for j, value in enumerate(["Substation", 500, 90_000, 1, 0, "no"], start=left):
        depot.sheet("tblGridUpgrades").cell(bottom + 1, j, value)
    return f"{depot.sheet('tblGridUpgrades').title}!{get_column_letter(left)}{bottom + 1}"


def charger_priced_in(unit: str) -> Spoil:
    def spoil(depot: Depot) -> str:
        depot.header("tblCosts", "charger_price 50 kW").value = f"Charger 50KW {unit}"
        return f"{layout.STUDY_PARAMETER_SHEET}!B3"

    return spoil


def other_currency(depot: Depot) -> str:
    cell = depot.header("tblCosts", "charger_price 50 kW")
    cell.value = cell.value.replace("USD", "EUR")
    return f"{layout.STUDY_PARAMETER_SHEET}!B3"


def existing_misspelt(depot: Depot) -> str:
    depot.cell("tblChargers", "chargers_existing", 0).value = 2
    depot.rename_column("tblChargers", "chargers_existing", "Exsting [units]")
    return depot.header_row("tblChargers")


def price_without_charger(depot: Depot) -> str:
    rows = depot.rows("tblCosts")
    depot.write("tblCosts", [[*row, "150 kW [USD/unit]" if i == 0 else 5000] for i, row in enumerate(rows)])
    _, top, right, _ = depot.area("tblCosts")
    return f"{depot.sheet('tblCosts').title}!{get_column_letter(right)}{top}"


@dataclass(frozen=True)
class FileFault:
    """A file that is no workbook in order."""

    name: str
    make: Callable[[Path, Path], Path]
    """Makes it of a workbook in order, in a folder; where it is."""
    words: str = ""
    code: int = 6
    layouts: Sequence[str] = WORKBOOKS


def _content(name: str, content: bytes) -> Callable[[Path, Path], Path]:
    def make(_clean: Path, folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


def _package(parts: dict[str, bytes]) -> Callable[[Path, Path], Path]:
    def make(clean: Path, folder: Path) -> Path:
        write_parts(folder / clean.name, parts)
        return folder / clean.name

    return make


def _bytes(change: Callable[[bytes], bytes]) -> Callable[[Path, Path], Path]:
    def make(clean: Path, folder: Path) -> Path:
        (folder / clean.name).write_bytes(change(clean.read_bytes()))
        return folder / clean.name

    return make


def _parts(change: Callable[[dict[str, bytes]], None]) -> Callable[[Path, Path], Path]:
    def make(clean: Path, folder: Path) -> Path:
        parts = parts_of(clean)
        change(parts)
        write_parts(folder / clean.name, parts)
        return folder / clean.name

    return make


def _at(name: str) -> Callable[[Path, Path], Path]:
    def make(clean: Path, folder: Path) -> Path:
        path = folder / f"{name}{clean.suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(clean.read_bytes())
        return path

    return make


def _folder(clean: Path, folder: Path) -> Path:
    (folder / clean.name).mkdir()
    return folder / clean.name


_SHEET = "xl/worksheets/sheet3.xml"


def _in_part(part: str, change: Callable[[bytes], bytes]) -> Callable[[dict[str, bytes]], None]:
    def spoil(parts: dict[str, bytes]) -> None:
        before = parts[part]
        parts[part] = change(before)
        assert parts[part] != before

    return spoil


def _every_sheet(change: Callable[[bytes], bytes]) -> Callable[[dict[str, bytes]], None]:
    def spoil(parts: dict[str, bytes]) -> None:
        for name, content in parts.items():
            if name.startswith("xl/worksheets/sheet"):
                parts[name] = change(content)

    return spoil


def _after_declaration(text: bytes) -> Callable[[bytes], bytes]:
    def change(part: bytes) -> bytes:
        end = part.find(b"?>") + 2 if part.startswith(b"<?xml") else 0
        return part[:end] + text + part[end:]

    return change


_LAUGHS = b"<!DOCTYPE x [<!ENTITY a0 'ha'>%s]>" % b"".join(
    b"<!ENTITY a%d '%s'>" % (i + 1, b"&a%d;" % i * 10) for i in range(12)
)
_OUTSIDE = b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"


def _zeros_in_a_sheet(clean: Path, folder: Path) -> Path:
    path = folder / clean.name
    content = bytearray(clean.read_bytes())
    with zipfile.ZipFile(clean) as package:
        part = package.getinfo(_SHEET)
    middle = part.header_offset + 100 + part.compress_size // 2
    content[middle : middle + 50] = bytes(50)
    path.write_bytes(content)
    return path


def _zip_bomb(clean: Path, folder: Path) -> Path:
    path = folder / clean.name
    write_parts(path, parts_of(clean))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package, package.open("xl/media/big.bin", "w") as part:
        for _ in range(401):
            part.write(bytes(1_000_000))
    return path


def _with_external_link(parts: dict[str, bytes]) -> None:
    relations = "xl/_rels/workbook.xml.rels"
    kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLink"
    link = b'<Relationship Id="rIdOut" Type="%s" Target="http://127.0.0.1:9/x.xlsx" TargetMode="External"/>' % kind
    parts[relations] = parts[relations].replace(b"</Relationships>", link + b"</Relationships>")


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4088)
_NONE = "is not an Excel workbook"
FILE_FAULTS = [
    FileFault("a missing file", lambda clean, folder: folder / clean.name, "there is no such file"),
    FileFault("an empty file", _bytes(lambda _: b""), "is empty"),
    FileFault("an old or protected workbook", _bytes(lambda _: _OLE), "protected by a password or in the old .xls"),
    FileFault("an old workbook under its own name", _content("depot.xls", _OLE), "in the old .xls format"),
    FileFault("a csv file", _bytes(lambda _: b"Vehicle;Year\r\nV1;2025\r\n"), _NONE),
    FileFault("an html page", _bytes(lambda _: b"<html><table><tr><td>1</td></tr></table></html>"), _NONE),
    FileFault(
        "an xlsb workbook", _package({"[Content_Types].xml": b"<Types/>", "xl/workbook.bin": b"\x83\x01"}), _NONE
    ),
    FileFault(
        "an ods workbook",
        _package({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}),
        _NONE,
    ),
    FileFault("an empty package", _package({}), _NONE),
    FileFault("a cut-off workbook", _bytes(lambda content: content[: len(content) // 2]), "is damaged"),
    FileFault("a workbook without its last bytes", _bytes(lambda content: content[:-10]), "is damaged"),
    FileFault("a workbook with zeros in a sheet", _zeros_in_a_sheet, "is damaged"),
    FileFault("a sheet that is cut off", _parts(_every_sheet(lambda text: text[: len(text) // 2])), "is damaged"),
    FileFault("a missing sheet part", _parts(lambda parts: parts.pop(_SHEET) and None), "is damaged"),
    FileFault("a list of sheets that is no XML", _parts(_in_part("xl/workbook.xml", lambda _: b"<x")), "is damaged"),
    FileFault("a zip bomb", _zip_bomb, "unpacks to", layouts=(PLANNING,)),
    FileFault("an entity bomb in the sheets", _parts(_every_sheet(_after_declaration(_LAUGHS))), "DOCTYPE"),
    FileFault("an entity bomb", _parts(_in_part("xl/workbook.xml", _after_declaration(_LAUGHS))), "DOCTYPE"),
    FileFault("an external entity in the sheets", _parts(_every_sheet(_after_declaration(_OUTSIDE))), "DOCTYPE"),
    FileFault("an external entity", _parts(_in_part("xl/workbook.xml", _after_declaration(_OUTSIDE))), "DOCTYPE"),
    FileFault("an external link", _parts(_with_external_link), code=0),
    FileFault("a path with blanks", _at("our depot/the new plan, 2nd try"), code=0),
    FileFault("a path with accents", _at("Größe/dépôt – 計画"), code=0),
    FileFault("a path of 230 characters and more", _at(f"{'d' * 120}/{'p' * 120}"), code=0),
    FileFault(
        "a name that no disk takes", lambda clean, folder: folder / f"{'x' * 300}{clean.suffix}", "cannot be read"
    ),
    FileFault("a path through a file", lambda clean, _: clean / "depot.xlsx", "cannot be read"),
]
FAULTS = [*_cells(), *_units(), *_meaning(), *_structure(), *_refinements()]
