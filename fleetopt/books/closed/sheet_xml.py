"""Worksheet parts of a closed workbook: a cell's XML is changed where its value changes and nowhere else.

Most cells of a long table are plain: they have a value or nothing, and no formula. The cells of a row of plain cells
stay text, as an element for each takes far more time and memory; in the tree, a mark stands for that text.
"""

from __future__ import annotations

import html
import math
import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from string import digits
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from fleetopt.books.closed.areas import AREA, Area, DamagedError, area, cell_name, column_number
from fleetopt.books.closed.parts import parsed, serialised
from fleetopt.words.content import Formula, Value
from fleetopt.words.problem import FileError

_LONGEST_TEXT = 32_767
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_UNWRITABLE = re.compile("[\\x00-\\x08\\x0b-\\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_SPACED = re.compile(r"^\s|[\t\n]|\s\Z")
_TEXT = r"[^<>&\x00-\x08\x0b-\x1f]*(?:&(?:amp|lt|gt|quot|apos);[^<>&\x00-\x08\x0b-\x1f]*)*"
_TAIL = (
    rf'/>|(?: t="(n|s|str|b|e)")?><v>({_TEXT})</v></c>'
    rf'| t="inlineStr"><is><t(?: xml:space="preserve")?>({_TEXT})</t></is></c>'
)
_PLAIN_TAIL = re.compile(_TAIL)
_PLAIN_CELL = re.compile(rf'(<c r="([A-Z]{{1,3}})[0-9]{{1,7}}"(?: s="[0-9]+")?)({_TAIL})')
_PLAIN_ROW = re.compile(rf"(<row(?: [^<>]*)?>)((?:{_PLAIN_CELL.pattern})+)</row>".encode())
_ENCODING = re.compile(rb"<\?xml [^>]*encoding\s*=\s*[\"'](?!utf-8)", re.IGNORECASE)
_MARK = re.compile("@cells:([0-9]+)@")
_MARKED = re.compile(rb">@cells:([0-9]+)@</row\s*>")  # never the text of a cell, which has &lt; for <


def row_number(row: Any, previous: int) -> int:
    """Number of a row, counted from 1; one that does not say it follows the previous one.

    Raises:
        DamagedError: it is no number.
    """
    try:
        return int(row.get("r", previous + 1))
    except ValueError:
        raise DamagedError(f"'{row.get('r')}' is no row") from None


def unescaped(text: str) -> str:
    """Text as Excel shows it: `_x000A_` stands for a line break."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def escaped(text: str) -> str:
    """Text as a file has it, cut to what a cell can hold."""
    return _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text[:_LONGEST_TEXT])


def number_text(value: float) -> str:
    """Write a number with all its digits.

    Raises:
        ValueError: it is infinite or not a number.
    """
    if not math.isfinite(value):
        raise ValueError(f"{value} is no number that a cell can hold")
    return str(int(value)) if isinstance(value, int) else repr(float(value) + 0.0).removesuffix(".0")


def joined_text(element: Any) -> str:
    """Text of an inline or a shared string, whole or in runs."""
    space = namespace(element)
    runs = [element, *element.iterchildren(f"{space}r")]
    return unescaped("".join(text.text or "" for run in runs for text in run.iterchildren(f"{space}t")))


def namespace(element: Any) -> str:
    """The namespace of an element as it stands before a name."""
    return f"{{{etree.QName(element).namespace or ''}}}"


def without_plain_cells(part: str, text: bytes) -> tuple[bytes, list[str]]:
    """Text of a worksheet part with a mark for the cells of each row that has plain ones only, and those cells.

    Raises:
        DamagedError: there are marks already.
        UnicodeDecodeError: the text is not in the encoding that it says.
    """
    plain: list[str] = []
    if _MARKED.search(text):
        raise DamagedError(f"'{part}' has text between its cells")
    if _ENCODING.search(text[:200]):
        return text, plain

    def cut(row: re.Match[bytes]) -> bytes:
        plain.append(row[2].decode())
        return b"%b@cells:%d@</row>" % (row[1], len(plain) - 1)

    return _PLAIN_ROW.sub(cut, text), plain


class Sheet:
    """The cells of one worksheet part; rows and columns are counted from 0.

    Parameters:
        name: of the sheet.
        root: of the part, with marks for rows of plain cells.
        plain: the cells that the marks stand for.
        shared: gives the workbook's shared strings.
    """

    def __init__(self, name: str, root: Any, plain: list[str], shared: Callable[[], list[str]]) -> None:
        """Find the rows.

        Raises:
            DamagedError: this is no worksheet.
        """
        self.name, self.root, self._texts, self._read_shared = name, root, plain, shared
        self.is_changed = False
        self.unchained: set[str] = set()
        """Cells that had a formula and have none any more, or another kind of formula."""
        self._ns = namespace(root)
        self._f, self._v = f"{self._ns}f", f"{self._ns}v"
        data = root.find(f"{self._ns}sheetData")
        if data is None:
            raise DamagedError(f"the sheet '{name}' has no cells")
        self._data = data
        self._rows: dict[int, Any] = {}
        number = 0
        for row in data.iterchildren(f"{self._ns}row"):
            number = row_number(row, number)
            row.set("r", str(number))  # one without its number would move when another is put before it
            self._rows[number - 1] = row
        marks = {row: _MARK.fullmatch(element.text or "") for row, element in self._rows.items() if not len(element)}
        self._plain = {row: int(mark[1]) for row, mark in marks.items() if mark}
        self._order = sorted(self._rows)
        self._cells: dict[int, dict[int, Any]] = {}
        self._added_rows: set[int] = set()
        self._added_columns: set[int] = set()

    def first_filled(self, rows: range, columns: range) -> tuple[int, int] | None:
        """The first cell among these that shows a value or has a formula."""
        for row in self._order[bisect_left(self._order, rows.start) : bisect_left(self._order, rows.stop)]:
            if row in self._plain and "</c>" not in self._texts[self._plain[row]]:
                continue
            for column, cell in self._row(row).items():
                if column in columns and (self._formula(cell) is not None or self._shown(cell) is not None):
                    return row, column
        return None

    def style(self, row: int, column: int) -> str | None:
        """The style of a cell."""
        cell = self._row(row).get(column)
        return None if cell is None else cell.get("s")

    def set_style(self, row: int, column: int, style: str | None) -> None:
        """Give a cell a style."""
        if style is not None and style != self.style(row, column):
            cell = self._row(row).get(column)
            (self._insert(row, column) if cell is None else cell).set("s", style)
            self.is_changed = True

    def put(self, row: int, column: int, value: Value) -> None:
        """Change a cell's value or formula; its style stays.

        Raises:
            FileError: the cell is part of an array formula.
            ValueError: the value is infinite or not a number.
        """
        formula, shown = (value.text.removeprefix("="), value.value) if isinstance(value, Formula) else (None, value)
        if shown == "" and formula is None:
            shown = None
        cell = self._row(row).get(column)
        if cell is None:
            if formula is shown is None:
                return
            self._check_array(row, column)
            cell = self._insert(row, column)
        elif self._formula_text(row, column, cell) != formula:
            self._check_array(row, column)
            self._remove_formula(row, column, cell, is_replaced=formula is not None)
        elif self._shown(cell) == shown:
            return
        elif formula is None:
            self._check_array(row, column)
        if formula is not None and self._formula(cell) is None:
            element = cell.makeelement(f"{self._ns}f")
            element.text = formula
            cell.insert(0, element)
        self._show(cell, shown, is_result=formula is not None)

    def set_height(self, row: int, height: float | None) -> None:
        """Set how high a row that is there is shown [points]; None leaves it to the program that shows it."""
        element = self._rows.get(row)
        if element is None or element.get("ht") == (None if height is None else f"{height:g}"):
            return
        for name in ("ht", "customHeight"):
            element.attrib.pop(name, None)
        if height is not None:
            element.set("ht", f"{height:g}")
        self.is_changed = True

    def unhide(self, row: int) -> None:
        """Show a row."""
        element = self._rows.get(row)
        if element is not None and element.attrib.pop("hidden", None) is not None:
            self.is_changed = True

    def put_row(self, row: int, values: Mapping[int, Value], styles: Mapping[int, str | None]) -> None:
        """Give cells of a row styles, and then others or the same ones values or formulas, by their columns.

        Raises:
            FileError: a cell is part of an array formula.
            ValueError: a value is infinite or not a number.
        """
        before = self._plain_cells(row)
        if before is None or any(isinstance(value, Formula) for value in values.values()):
            for column, style in styles.items():
                self.set_style(row, column, style)
            for column, value in values.items():
                self.put(row, column, value)
            return
        after = dict(before)
        for column, style in styles.items():
            if style is not None:
                _, tail = before.get(column, ("", "/>"))
                after[column] = f'<c r="{cell_name(row, column)}" s="{style}"', tail
        for column, value in values.items():
            head, old = after.get(column, ("", "/>"))
            tail = _tail(value)
            if tail != old and self._shown_in(old) != (None if value == "" else value):
                after[column] = head or f'<c r="{cell_name(row, column)}"', tail
        if after != before:
            self._set_plain(row, after, after.keys() - before.keys())

    def recalculate(self, values: Mapping[str, float | str]) -> None:
        """Set what formulas show that were calculated, by their text, and forget what the others show."""
        for row in sorted(self._rows.keys() - self._plain.keys()):
            for column, cell in self._row(row).items():
                text = self._formula_text(row, column, cell)
                if text is None:
                    continue
                shown = values.get(f"={text}")
                if self._shown(cell) != shown:
                    self._show(cell, shown, is_result=True)

    def grow_rules(self, old: Area, new: Area) -> None:
        """Let conditional formats and validations that cover whole columns of a table cover them again."""
        for element in self.root.iter("{*}conditionalFormatting", "{*}dataValidation", "{*}sqref"):
            is_text = etree.QName(element).localname == "sqref"
            if is_text and etree.QName(element.getparent()).localname == "sparkline":
                continue
            before = (element.text if is_text else element.get("sqref")) or ""
            after = " ".join(
                str(area(part, self.name).grown(old, new)) if AREA.fullmatch(part) else part for part in before.split()
            )
            if after == before:
                continue
            if is_text:
                element.text = after
            else:
                element.set("sqref", after)
            self.is_changed = True

    def finish(self) -> bytes:
        """Enlarge what the sheet says is its used area; the text of the part as it is then."""
        dimension = self.root.find(f"{self._ns}dimension")
        if dimension is not None and self._added_rows:
            old = area(dimension.get("ref", "A1"))
            rows, columns = self._added_rows | {old.top, old.bottom}, self._added_columns | {old.left, old.right}
            dimension.set("ref", str(Area("", min(rows), min(columns), max(rows), max(columns))))
        return _MARKED.sub(lambda mark: f">{self._texts[int(mark[1])]}</row>".encode(), serialised(self.root))

    def _plain_cells(self, row: int) -> dict[int, tuple[str, str]] | None:
        """Text of a row's cells by their columns, cut behind the style; none if one of them is not plain."""
        if any(cells.top <= row <= cells.bottom for cells in self._arrays):
            return None
        if row not in self._rows:
            return {} if self._data.prefix is None else None
        if row not in self._plain:
            return None
        found = _PLAIN_CELL.findall(self._texts[self._plain[row]])
        cells = {column_number(cell[1]): (cell[0], cell[2]) for cell in found}
        return cells if len(cells) == len(found) else None

    def _set_plain(self, row: int, cells: Mapping[int, tuple[str, str]], added: set[int]) -> None:
        """Change the text of a row's cells, some of which are added."""
        if row not in self._rows:
            self._add_row(row)
        if row not in self._plain:
            self._plain[row] = len(self._texts)
            self._rows[row].text = f"@cells:{len(self._texts)}@"
            self._texts.append("")
        self._texts[self._plain[row]] = "".join(head + tail for _, (head, tail) in sorted(cells.items()))
        self._note_added(row, added)

    def _row(self, row: int) -> dict[int, Any]:
        """The cells of a row by their columns, in order; from now on, they are elements."""
        if row not in self._rows:
            return {}
        if row not in self._cells:
            if row in self._plain:
                text = self._texts[self._plain.pop(row)]
                self._rows[row].text = None
                self._rows[row].extend(parsed(self.name, f'<row xmlns="{self._ns[1:-1]}">{text}</row>'.encode()))
            cells: dict[int, Any] = {}
            column = -1
            for cell in self._rows[row].iterchildren(f"{self._ns}c"):
                name = cell.get("r")
                column = column_number(name.rstrip(digits)) if name else column + 1
                if not name:
                    cell.set("r", cell_name(row, column))  # it would move when another is put before it
                cells[column] = cell
            self._cells[row] = cells
        return self._cells[row]

    def _insert(self, row: int, column: int) -> Any:
        if row not in self._rows:
            self._add_row(row)
        cells = self._row(row)
        name = cell_name(row, column)
        cell = _put_in_order(self._rows[row], cells, sorted(cells), column, f"{self._ns}c", name)
        cells[column] = cell
        self._note_added(row, {column})
        return cell

    def _add_row(self, row: int) -> None:
        self._rows[row] = _put_in_order(self._data, self._rows, self._order, row, f"{self._ns}row", str(row + 1))
        insort(self._order, row)

    def _note_added(self, row: int, columns: set[int]) -> None:
        """Note that a row has changed, and which of its cells were not there before."""
        self.is_changed = True
        if columns:
            self._rows[row].attrib.pop("spans", None)
            self._added_rows.add(row)
            self._added_columns |= columns

    def _formula(self, cell: Any) -> Any:
        return cell.find(self._f) if len(cell) else None

    def _formula_text(self, row: int, column: int, cell: Any) -> str | None:
        """A cell's formula, also where the file has it once for several cells."""
        formula = self._formula(cell)
        if formula is None:
            return None
        if formula.text or formula.get("t") != "shared":
            return str(formula.text or "")
        group = self._groups.get(formula.get("si"), [])
        master = next(((name, text) for name, _, text in group if text), None)
        return _moved(master[1], master[0], cell_name(row, column)) if master else ""

    def _shown(self, cell: Any) -> Any:
        """The value of a cell; a pair for an error or a truth value, which are never written."""
        kind, text = cell.get("t", "n"), cell.findtext(self._v)
        if kind == "inlineStr":
            inline = cell.find(f"{self._ns}is")
            return None if inline is None else joined_text(inline)
        is_blank = text is None and self._formula(cell) is None
        return None if is_blank else self._value(kind, text or "")

    def _shown_in(self, tail: str) -> Any:
        """The value of a plain cell, from its text behind the style."""
        found = _PLAIN_TAIL.fullmatch(tail)
        kind, text, inline = found.groups() if found else (None, None, None)
        if inline is not None:
            return unescaped(html.unescape(inline))
        return None if text is None else self._value(kind or "n", html.unescape(text))

    def _value(self, kind: str, text: str) -> Any:
        """The value that a cell of a kind has."""
        if kind == "str":
            return unescaped(text)
        if not text:
            return None
        try:
            return float(text) if kind == "n" else self._shared[int(text)] if kind == "s" else (kind, text)
        except (ValueError, IndexError):
            return kind, text

    def _show(self, cell: Any, value: float | str | None, *, is_result: bool) -> None:
        self.is_changed = True
        is_inline = isinstance(value, str) and not is_result
        tag = f"{self._ns}is" if is_inline else self._v
        holder = None
        for element in list(cell):
            if value is not None and element.tag == self._v == tag:
                holder = element
            elif element.tag in {self._v, f"{self._ns}is"}:
                cell.remove(element)
        for name in ("t", "vm"):  # vm says that the value is a picture or a linked record
            if name in cell.attrib:
                del cell.attrib[name]
        if value is None:
            return
        if holder is None:
            holder = etree.SubElement(cell, tag)
            before = [element for element in cell if element.tag == self._f]
            if len(cell) > len(before) + 1:  # before what else a cell may have
                cell.insert(len(before), holder)
        if not isinstance(value, str):
            holder.text = number_text(value)
            return
        cell.set("t", "inlineStr" if is_inline else "str")
        text = etree.SubElement(holder, f"{self._ns}t") if is_inline else holder
        text.text = escaped(value)
        if is_inline and _SPACED.search(value):
            text.set(_SPACE, "preserve")

    def _remove_formula(self, row: int, column: int, cell: Any, *, is_replaced: bool) -> None:
        formula = self._formula(cell)
        cell.attrib.pop("cm", None)  # says that the formula spills
        if formula is None:
            return
        if formula.get("t") == "shared" and formula.text:
            for name, element, _ in self._groups.pop(formula.get("si"), []):
                if element is not formula and element.getparent() is not None and not element.text:
                    element.text = _moved(formula.text, cell_name(row, column), name)
                    element.attrib.clear()
        if not is_replaced or formula.get("t") == "array":
            self.unchained.add(cell_name(row, column))
        cell.remove(formula)

    def _check_array(self, row: int, column: int) -> None:
        for cells in self._arrays:
            if cells.top <= row <= cells.bottom and cells.left <= column <= cells.right and ":" in str(cells):
                raise FileError(
                    f"{self.name}!{cell_name(row, column)}",
                    f"is part of the array formula or data table in {cells}.",
                    "Delete it: results are written here.",
                )

    @cached_property
    def _shared(self) -> list[str]:
        return self._read_shared()

    @cached_property
    def _arrays(self) -> list[Area]:
        formulas = self._data.iter(f"{self._ns}f")
        return [area(f.get("ref")) for f in formulas if f.get("t") in {"array", "dataTable"} and f.get("ref")]

    @cached_property
    def _groups(self) -> dict[str, list[tuple[str, Any, str]]]:
        """The cells of each shared formula: name, element, and the text that the first one has."""
        groups: dict[str, list[tuple[str, Any, str]]] = {}
        for row in sorted(self._rows.keys() - self._plain.keys()):
            for column, cell in self._row(row).items():
                formula = self._formula(cell)
                if formula is not None and formula.get("t") == "shared":
                    group = groups.setdefault(formula.get("si"), [])
                    group.append((cell_name(row, column), formula, formula.text or ""))
        return groups


@lru_cache(maxsize=1024)
def _tail(value: float | str | None) -> str:
    """Text of a plain cell with this value, behind its style."""
    if value is None or value == "":
        return "/>"
    if not isinstance(value, str):
        return f"><v>{number_text(value)}</v></c>"
    space = ' xml:space="preserve"' if _SPACED.search(value) else ""
    return f' t="inlineStr"><is><t{space}>{escape(escaped(value))}</t></is></c>'


def _put_in_order(
    parent: Any, elements: Mapping[int, Any], order: Sequence[int], number: int, tag: str, name: str
) -> Any:
    """Put a row or cell before the next higher one; `order` has the numbers of those that are there."""
    new = etree.SubElement(parent, tag, r=name)
    at = bisect_right(order, number)
    if at < len(order):
        elements[order[at]].addprevious(new)
    elif new.getprevious() is not (elements[order[-1]] if order else None):  # a row may have more behind its cells
        elements[order[-1]].addnext(new) if order else parent.insert(0, new)
    return new


def _moved(formula: str, start: str, end: str) -> str:
    """A formula as it stands in another cell when it is copied there."""
    from openpyxl.formula.translate import Translator

    return str(Translator(f"={formula}", origin=start).translate_formula(end)).removeprefix("=")
