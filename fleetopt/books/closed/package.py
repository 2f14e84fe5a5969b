"""Changing cells of a closed workbook and nothing else: every other part of the file stays as it is, byte for byte."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from lxml import etree

from fleetopt.books.closed import chart_xml
from fleetopt.books.closed.areas import LAST_ROW, Area, DamagedError, area, cell_name, reference
from fleetopt.books.closed.chart_xml import Refill, update_chart
from fleetopt.books.closed.parts import TYPES, ChangedParts
from fleetopt.books.closed.sheet_xml import Sheet, joined_text, namespace, unescaped, without_plain_cells
from fleetopt.books.placing import placing
from fleetopt.words.content import ANEW, Content, Formula, Value, in_a_table
from fleetopt.words.problem import FileError

__all__ = ["Area", "Package"]

_BEFORE_CALCULATION = {
    *("fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets"),
    *("functionGroups", "externalReferences", "definedNames"),
}
_COLUMNS, _CALCULATED = "{*}tableColumns/{*}tableColumn", "calculatedColumnFormula"


@dataclass(frozen=True)
class _Table:
    """An Excel Table of the package."""

    part: str
    area: Area
    columns: list[str]
    has_header: bool
    has_totals: bool
    calculated: Mapping[int, str]
    """Formulas of columns that calculate themselves, by their place from the left."""
    is_filtered: bool


class Package:
    """One `.xlsx` or `.xlsm` file, read whole; what is changed is only written by who asks for `content`.

    Every method makes all of its changes or, when it raises, none.

    Raises:
        FileError: the file is missing, is no workbook, is damaged or protected.
    """

    def __init__(self, path: Path, parts: ChangedParts | None = None) -> None:
        """Find the tables and names of a file; no sheet is read."""
        self.path = path
        self._parts = parts or ChangedParts(path)
        self._open: dict[str, Sheet] = {}
        self._tables: dict[str, _Table] = {}
        self.doubled: list[str] = []
        """Names that more than one table has; the first of them counts."""
        with self._changes():
            self._parts.tree(TYPES)
            self._book = self._parts.book()
            self._sheet_parts = self._parts.sheets()
            self._find_tables()
            self.names: dict[str, Area] = dict(self._find_names())
            """Where every name of the whole workbook stands that points to a cell or an area."""
            self.lost_names = [*self._find_lost_names()]
            """Names of the whole workbook whose cells are gone."""
        self.unfiltered: list[str] = []
        """Tables whose filter was taken off, so that none of their new rows is hidden."""

    @property
    def tables(self) -> dict[str, Area]:
        """Where every Excel Table stands, with its header and without its totals row."""
        return {name: table.area for name, table in self._tables.items()}

    @property
    def totals(self) -> set[str]:
        """Names of the tables that have a totals row."""
        return {name for name, table in self._tables.items() if table.has_totals}

    def fill(self, content: Content) -> None:
        """Replace the rows of tables and the values of names; tables grow and shrink, with charts and rules on them.

        Raises:
            FileError: a table, column or name is missing, or something is in a table's way.
            ValueError: a value is infinite or not a number.
        """
        with self._changes():
            refills = {
                name: self._refill(name, content)
                for name in content.tables
                if name in self._tables or name in self.doubled or name not in content.optional
            }
            for name in content.names.keys() - self.names.keys():
                raise FileError(str(self.path), f"the name '{name}' is missing or points to no cell.", ANEW)
            for name in content.names:
                self._check_apart(name, content.kept)
            for name, refill in refills.items():
                self._write_rows(refill, self._tables[name].calculated)
                self._resize(self._tables[name].part, refill)
                if self._tables[name].is_filtered:
                    self._unfilter(self._tables[name], refill)
            for chart in self._parts.of_type(chart_xml.CONTENT_TYPE) if refills else ():
                if update_chart(self._parts.tree(chart), list(refills.values()), list(self._sheet_parts)):
                    self._parts.touch(chart)
            for name, value in content.names.items():
                at = self.names[name]
                self._sheet(at.sheet).put(at.top, at.left, value)
        for name, refill in refills.items():
            table = self._tables[name]
            columns = [*table.columns, *refill.placing.added]
            self._tables[name] = replace(table, area=refill.new, columns=columns, is_filtered=False)
            self.unfiltered += [name] if table.is_filtered else []

    def heights(self, name: str, heights: Sequence[float | None]) -> None:
        """Set how high the rows of a table are shown [points]; None leaves it to the program that shows them."""
        with self._changes():
            area = self.tables[name]
            for row, height in enumerate(heights, start=area.top + 1):
                self._sheet(area.sheet).set_height(row, height)

    def recalculated(self, sheet: str, values: Mapping[str, float | str]) -> None:
        """Set what the formulas of a sheet show; a formula that is not among the values shows nothing.

        Parameters:
            sheet: its name.
            values: by the text of a formula, with its `=`, its value.
        """
        with self._changes():
            self._sheet(sheet).recalculate(values)

    def content(self) -> bytes:
        """The file as it is now."""
        return self._parts.content()

    @contextmanager
    def _changes(self) -> Iterator[None]:
        """Keep what is changed in the block if it ends well, with the parts that follow from it."""
        try:
            with self._parts.changes():
                yield
                for name, sheet in self._open.items():
                    if sheet.is_changed:
                        part, number = self._sheet_parts[name]
                        self._parts.write(part, sheet.finish())
                        self._unchain(number, sheet.unchained)
                if self._parts.is_changed:
                    self._calculate_on_load()
        finally:
            self._open = {}

    def _find_tables(self) -> None:
        for sheet, (part, _) in self._sheet_parts.items():
            for kind, _, target in self._parts.related(part):
                if kind == "table":
                    self._add_table(sheet, target)

    def _add_table(self, sheet: str, part: str) -> None:
        root = self._parts.tree(part)
        name = unescaped(root.get("displayName", ""))
        has_header, has_totals = root.get("headerRowCount", "1") != "0", root.get("totalsRowCount", "0") != "0"
        cells = area(root.get("ref", ""), sheet)
        cells = replace(cells, bottom=cells.bottom - has_totals)
        columns = [unescaped(column.get("name", "")) for column in root.iterfind(_COLUMNS)]
        if len(columns) != cells.right - cells.left + 1:
            raise DamagedError(f"the table '{name}' has {len(columns)} columns in {cells}")
        if name.casefold() in {other.casefold() for other in self._tables}:
            self.doubled.append(name)
        else:
            texts = enumerate(root.findtext(f"{{*}}{_CALCULATED}") for root in root.iterfind(_COLUMNS))
            calculated = {j: text for j, text in texts if text}
            is_filtered = root.find("{*}autoFilter/{*}filterColumn") is not None
            self._tables[name] = _Table(part, cells, columns, has_header, has_totals, calculated, is_filtered)

    def _find_names(self) -> Iterator[tuple[str, Area]]:
        for name in self._parts.tree(self._book).iterfind("{*}definedNames/{*}definedName"):
            cells = reference((name.text or "").strip(), self._sheet_parts)
            if cells and name.get("localSheetId") is None:
                yield name.get("name", ""), cells

    def _find_lost_names(self) -> Iterator[str]:
        for name in self._parts.tree(self._book).iterfind("{*}definedNames/{*}definedName"):
            if "#REF!" in (name.text or "") and name.get("localSheetId") is None:
                yield name.get("name", "")

    def _sheet(self, name: str) -> Sheet:
        if name not in self._open:
            part, _ = self._sheet_parts[name]
            text, plain = without_plain_cells(part, self._parts.recoded(part))
            self._open[name] = Sheet(name, self._parts.parsed(part, text), plain, self._shared)
        return self._open[name]

    def _shared(self) -> list[str]:
        part = self._parts.first(self._book, "sharedStrings")
        return [joined_text(item) for item in self._parts.tree(part).iterfind("{*}si")] if part else []

    def _refill(self, name: str, content: Content) -> Refill:
        """Find the columns of a table and its new area, and see that nothing is in its way."""
        if name in self.doubled or name not in self._tables:
            fault = "is there twice" if name in self.doubled else "is missing"
            advice = "Rename one." if name in self.doubled else ANEW
            raise FileError(str(self.path), f"the table '{name}' {fault}.", advice)
        table = self._tables[name]
        old = table.area
        header = f"{old.sheet}!{old.top + 1}:{old.top + 1}"

        def may_grow(width: int) -> bool:
            """Whether so many columns more, and one that parts them, reach no other table that is filled."""
            beside = replace(old, left=old.right + 1, right=old.right + 1 + width)
            return not any(other in content.tables and at.meets(beside) for other, at in self.tables.items())

        def missing(heading: str) -> FileError:
            advice = f"Head a column of the table with '{heading}'; where it stands does not matter."
            return FileError(header, f"the table '{name}' has no column '{heading}'.", advice)

        placed = placing(content, name, table.columns, may_grow, missing)
        height = len(placed.rows)
        new = replace(old, bottom=old.top + max(1, height), right=old.right + len(placed.added))
        if not table.has_header:
            raise FileError(header, f"the table '{name}' has no header row.", "Switch it on in Excel, Table Design.")
        if new.bottom > LAST_ROW:
            raise FileError(header, f"the table '{name}' gets {height:,} rows, more than a sheet has.", "Move it up.")
        if table.has_totals and new != old:
            row, advice = f"{old.sheet}!{old.bottom + 2}:{old.bottom + 2}", "Remove the row, or put it above the table."
            raise FileError(row, f"the table '{name}' has a totals row and cannot change its size.", advice)
        self._check_room(name, old, new)
        return Refill(old, new, placed)

    def _check_room(self, name: str, old: Area, new: Area) -> None:
        sheet = self._sheet(old.sheet)
        to = f"row {new.bottom + 1:,}" if new.right == old.right else str(new)
        advice = f"Move it: the table '{name}' grows to {to} there."
        for other, at in self.tables.items():
            if other != name and at.meets(new):
                raise FileError(f"{at.sheet}!{at}", f"the table '{other}' is in the way.", advice)
        beside, below = range(old.right + 1, new.right + 1), range(old.left, new.right + 1)
        filled = sheet.first_filled(range(old.top, old.bottom + 1), beside)
        filled = filled or sheet.first_filled(range(old.bottom + 1, new.bottom + 1), below)
        if filled:
            raise FileError(f"{old.sheet}!{cell_name(*filled)}", "this cell is in the way.", advice)

    def _check_apart(self, name: str, kept: Collection[str]) -> None:
        """Refuse to write the value of a name into one of these tables."""
        at = self.names[name]
        cell = replace(at, bottom=at.top, right=at.left)
        for table, cells in self.tables.items():
            if table in kept and cells.meets(cell):
                raise FileError(f"{at.sheet}!{cell}", in_a_table(name, table), ANEW)

    def _write_rows(self, refill: Refill, calculated: Mapping[int, str]) -> None:
        """Write the values, and in rows that come or go the formulas of columns that calculate themselves."""
        old, new, placed = refill.old, refill.new, refill.placing
        sheet = self._sheet(old.sheet)
        styles = {column: sheet.style(old.top + 1, column) for column in range(old.left, old.right + 1)}
        for k, heading in enumerate(placed.added, start=old.right + 1):
            like = old.left + placed.like(k - old.left)
            sheet.put_row(old.top, {k: heading}, {k: sheet.style(old.top, like)})
            styles[k] = styles[like]
        columns = [old.left + j for j in placed.columns]
        formulas = {
            old.left + j: Formula(f"={text}", None) for j, text in calculated.items() if j not in placed.columns
        }
        for i in range(max(old.bottom, new.bottom) - old.top):
            row = old.top + 1 + i
            values = placed.rows[i] if i < len(placed.rows) else [None] * len(columns)
            cells: dict[int, Value] = dict(zip(columns, values, strict=True))
            if not old.top < row <= min(old.bottom, new.bottom):
                cells |= formulas if row <= new.bottom else dict.fromkeys(formulas)
            here = styles if row > old.bottom else {k: styles[k] for k in range(old.right + 1, new.right + 1)}
            sheet.put_row(row, cells, here)

    def _unfilter(self, table: _Table, refill: Refill) -> None:
        """Take off what a filter asks for, and show all rows."""
        root = self._parts.tree(table.part)
        for column in [*root.iterfind("{*}autoFilter/{*}filterColumn")]:
            column.getparent().remove(column)
        self._parts.touch(table.part)
        for row in range(refill.new.top + 1, max(refill.old.bottom, refill.new.bottom) + 1):
            self._sheet(refill.new.sheet).unhide(row)

    def _resize(self, part: str, refill: Refill) -> None:
        if refill.old == refill.new:
            return
        for element in self._parts.tree(part).iter("{*}*"):  # the table, its filter, its sorting
            if "ref" in element.attrib and (cells := area(element.get("ref"))).bottom == refill.old.bottom:
                right = refill.new.right if cells.right == refill.old.right else cells.right
                element.set("ref", str(replace(cells, bottom=refill.new.bottom, right=right)))
        columns = self._parts.tree(part).find("{*}tableColumns")
        for heading in refill.placing.added:
            number = max(int(column.get("id", "0")) for column in columns) + 1
            columns.append(columns.makeelement(columns[0].tag, {"id": str(number), "name": heading}))
        columns.set("count", str(len(columns)))
        self._parts.touch(part)
        self._sheet(refill.new.sheet).grow_rules(refill.old, refill.new)

    def _unchain(self, sheet_id: str, cells: set[str]) -> None:
        """Take cells out of the order of calculation; the part goes when nothing is left in it."""
        part = self._parts.first(self._book, "calcChain")
        if not cells or part is None:
            return
        chain = self._parts.tree(part)
        current = ""
        for entry in list(chain.iterchildren("{*}c")):
            current = entry.get("i", current)
            if current == sheet_id and entry.get("r") in cells:
                following = next(entry.itersiblings("{*}c"), None)
                if following is not None and "i" not in following.attrib:
                    following.set("i", current)  # without it, it means the sheet of the entry before
                chain.remove(entry)
                self._parts.touch(part)
        if chain.find("{*}c") is None:
            self._parts.remove(part, self._book)

    def _calculate_on_load(self) -> None:
        """Let Excel calculate what depends on the new cells."""
        book = self._parts.tree(self._book)
        calculation = book.find("{*}calcPr")
        if calculation is None:
            calculation = book.makeelement(f"{namespace(book)}calcPr")
            parts = book.iterchildren("{*}*")
            [part for part in parts if etree.QName(part).localname in _BEFORE_CALCULATION][-1].addnext(calculation)
        if calculation.get("fullCalcOnLoad") not in {"1", "true"}:
            calculation.set("fullCalcOnLoad", "1")
            calculation.set("calcCompleted", "0")  # so no reader takes the values of other formulas for made up
            self._parts.touch(self._book)
