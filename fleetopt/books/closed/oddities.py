"""What a reader of values does not show of a sheet: errors, formulas never calculated, hidden rows, cells far out.

Nor does it show what it made up: of a shared text whose number is none calamine takes the first one, of two cells at
one place the last. So every cell is first seen to be as ECMA-376, Office Open XML, part 1, 18.3.1 has it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from xml.parsers import expat

from fleetopt.books.closed.areas import AREA, LAST_COLUMN, LAST_ROW, DamagedError, column_number
from fleetopt.words.block import Oddities, column_letters
from fleetopt.words.cells import Fault

MOST_FILLED = 800_000
"""Cells of a sheet that hold something."""
MOST_TAGS = 2_000_000
"""Elements of a sheet outside of rows of plain cells."""
MOST_MERGED = 100_000
"""Areas of a sheet whose cells were made one."""
MOST_TEXTS = 1_000_000
"""Elements of the list of shared texts, two or more for each."""
MOST_TEXT = 20_000_000
"""Bytes of text in all cells of a sheet, a text that many cells share counted for each."""
LONGEST = 4 * 32_767
"""Bytes of the longest text that a cell can hold."""
_WITH_TEXT = {"si", "is", "r"}
_TEXT_PARTS = {"t", "r", "rPh", "phoneticPr"}
_INSIDE = {
    "sheetData": {"row"},
    "row": {"c", "extLst"},
    "c": {"f", "v", "is", "extLst"},
    "f": set(),
    "v": set(),
    "is": _TEXT_PARTS,
    "sst": {"si", "extLst"},
    "si": _TEXT_PARTS,
    "r": {"rPr", "t"},
    "t": set(),
}
_SPACES = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
}
_KINDS = {"n", "s", "str", "b", "e", "inlineStr", "d"}
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?(?:nan|inf)", re.IGNORECASE)
_PLACE = re.compile("([A-Z]{1,3})([1-9][0-9]{0,6})")
_PLAIN_CELL = rb"""
    <c\ r="[A-Z]{1,3}\2"(?:\ s="[0-9]+")?(?:
    />
    |(?:\ t="n")?><v>-?[0-9]{1,20}(?:\.[0-9]{1,30})?(?:E[-+]?[0-9]{1,2})?</v></c>
    |\ t="s"><v>[0-9]{1,7}</v></c>
    |\ t="str"><v>[^<>&\x00-\x1f]*</v></c>
    |\ t="inlineStr"><is><t(?:\ xml:space="preserve")?>[^<>&\x00-\x1f]*</t></is></c>)"""
_PLAIN_ROW = re.compile(rb'(<row\ r="([1-9][0-9]{0,6})"[^<>/]*>)((?:%b){1,16384})</row>' % _PLAIN_CELL, re.VERBOSE)
_PLAIN_PLACE = re.compile(rb'<c r="([A-Z]+)[^>]*?(/?)>')
_PLAIN_SHARED = re.compile(rb't="s"><v>([0-9]+)')
_PLAIN_TEXT = re.compile(rb'(?:<t>|<t xml:space="preserve">|t="str"><v>)([^<]*)')


class TooLargeError(Exception):
    """A sheet holds more than is read."""


class _Reader:
    """Goes through a sheet or another whole, element by element; each must stand where it may."""

    most = MOST_TAGS

    def __init__(self, whole: str) -> None:
        self.whole = whole
        self._has_text = False
        self.parser = expat.ParserCreate()
        self.path = [""]
        self._count = 0
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def read(self, text: bytes) -> None:
        try:
            self.parser.Parse(text, True)
        except expat.ExpatError as fault:
            raise DamagedError(f"'{self.whole}': {fault}") from None

    def begin(self, name: str, above: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def finish(self, name: str) -> None:
        """An element ends."""

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        prefix, _, name = tag.rpartition(":")
        above = self.path[-1]
        if not above and attributes.get(f"xmlns:{prefix}" if prefix else "xmlns") not in _SPACES:
            raise DamagedError(f"'{self.whole}' begins with '{tag[:40]}', which is not Excel's")
        if above in _INSIDE and name not in _INSIDE[above]:
            raise DamagedError(f"'{self.whole}' has '{name[:40]}' inside of '{above}'")
        if name in _WITH_TEXT:
            self._has_text = False
        elif name == "t" and above in _WITH_TEXT:
            if self._has_text:
                raise DamagedError(f"'{self.whole}' has two texts in one")
            self._has_text = True
        self._count += 1
        if self._count > self.most:
            raise TooLargeError(f"has more than {self.most:,} tags")
        self.path.append(name)
        self.begin(name, above, attributes)

    def _end(self, _tag: str) -> None:
        self.finish(self.path.pop())


class _Texts(_Reader):
    """Lengths of the shared texts."""

    most = MOST_TEXTS

    def __init__(self, whole: str) -> None:
        super().__init__(whole)
        self.lengths: list[int] = []
        self.parser.CharacterDataHandler = self._read_text

    def begin(self, name: str, above: str, _attributes: dict[str, str]) -> None:
        if name == "si":
            self.lengths.append(0)
            if above != "sst":
                raise DamagedError(f"'{self.whole}' has a text outside of its list")

    def finish(self, name: str) -> None:
        if name == "si" and self.lengths[-1] > LONGEST:
            raise DamagedError(f"text {len(self.lengths)} of '{self.whole}' is longer than a cell can hold")

    def _read_text(self, text: str) -> None:
        if self.path[-1] == "t" and self.lengths:
            self.lengths[-1] += len(text.encode())


class _Cells(_Reader):
    """Where a sheet's cells are and what they hold; both rows and cells may leave out their place."""

    def __init__(self, whole: str, text: bytes, lengths: Sequence[int], *, is_calculated: bool) -> None:
        super().__init__(whole)
        self._is_calculated = is_calculated
        self.faults: dict[tuple[int, int], Fault] = {}
        self.hidden: set[int] = set()
        self.merged: list[tuple[int, int, int, int]] = []
        self.last_row = self.last_column = 1
        """Of the filled cells, counted from 1."""
        self._lengths = lengths
        self._is_text_short = max(lengths, default=0) * text.count(b"<") < MOST_TEXT
        self._filled = self._amount = self._length = 0
        self._lists = 0
        self._row = self._column = 0
        self._kind = ""
        self._shown: list[str] | None = None
        self._has_formula = self._has_inline = False
        self.formulas: dict[tuple[int, int], str] = {}
        self._formula: list[str] = []
        self._group = ""
        self._groups: dict[str, str] = {}
        self.parser.CharacterDataHandler = self._read_text
        self.parser.CommentHandler = self.parser.StartCdataSectionHandler = self._refuse_in_value
        self.parser.ProcessingInstructionHandler = self._refuse_in_value
        self._text = _PLAIN_ROW.sub(self._pass_plain, text)
        self.read(self._text)
        if self._lists != 1:
            raise DamagedError(f"'{whole}' has not one list of rows")

    def begin(self, name: str, above: str, attributes: dict[str, str]) -> None:
        if name == "sheetData":
            self._lists += 1
            if above != "worksheet":
                raise DamagedError(f"'{self.whole}' is no sheet of cells")
        elif above == "sheetData":
            self._begin_row(attributes)
        elif above == "row" and name == "c":
            self._begin_cell(attributes)
        elif above == "c":
            self._begin_content(name)
            if name == "f":
                self._formula, self._group = [], attributes.get("si", "")
        elif name == "mergeCell" and (found := AREA.fullmatch(attributes.get("ref", ""))) and found[3]:
            first, top, last, bottom = found.groups()
            self.merged.append((int(top) - 1, column_number(first), int(bottom) - 1, column_number(last)))
            if len(self.merged) > MOST_MERGED:
                raise TooLargeError(f"has more than {MOST_MERGED:,} merged areas")

    def finish(self, name: str) -> None:
        if name == "f" and self.path[-1] == "c":
            text = "".join(self._formula)
            if self._group and text:
                self._groups[self._group] = text
            self.formulas[self._row - 1, self._column - 1] = text or self._groups.get(self._group, "")
        elif name == "c" and self.path[-1] == "row":
            self._finish_cell()

    def _begin_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r", str(self._row + 1))
        if not re.fullmatch("[1-9][0-9]{0,6}", number) or not self._row < int(number) <= LAST_ROW + 1:
            raise DamagedError(f"'{self.whole}' has a row '{number[:40]}' after row {self._row}")
        self._row, self._column = int(number), 0
        if attributes.get("hidden") in ("1", "true"):
            self.hidden.add(self._row - 1)

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r")
        if place is None:
            column = self._column + 1
        else:
            found = _PLACE.fullmatch(place)
            column = column_number(found[1]) + 1 if found else 0
            if not found or int(found[2]) != self._row:
                raise DamagedError(f"'{self.whole}' has a cell '{place[:40]}' in row {self._row}")
        if not self._column < column <= LAST_COLUMN + 1:
            raise DamagedError(f"'{self.whole}' has a cell in row {self._row} after the one that is right of it")
        self._column = column
        self._kind = attributes.get("t", "n")
        if self._kind not in _KINDS:
            raise self._wrong(f"is of the kind '{self._kind[:40]}'")
        self._shown, self._has_formula, self._has_inline, self._length = None, False, False, 0

    def _begin_content(self, name: str) -> None:
        self._has_formula = self._has_formula or name == "f"
        if name == "v":
            if self._shown is not None:
                raise self._wrong("holds two values")
            self._shown = []
        elif name == "is":
            if self._has_inline or self._kind != "inlineStr":
                raise self._wrong("holds a text that its kind does not have")
            self._has_inline = True

    def _read_text(self, text: str) -> None:
        if self._shown is not None and self.path[-1] == "v":
            self._shown.append(text)
            is_number = self._kind not in ("str", "inlineStr")
            if is_number and not self._text.startswith(text.encode(), self.parser.CurrentByteIndex):
                raise self._wrong("has its value in a way that Excel never does")
        elif self.path[-1] == "f":
            self._formula.append(text)
        elif self.path[-1] == "t":
            self._length += len(text.encode())

    def _refuse_in_value(self, *_arguments: object) -> None:
        if self._shown is not None and self.path[-1] == "v":
            raise self._wrong("has its value in a way that Excel never does")

    def _finish_cell(self) -> None:
        shown = None if self._shown is None else "".join(self._shown)
        self._shown = None
        if shown is None and not self._has_formula and not self._has_inline:
            return
        if shown:
            self._check(shown)
        self._take(self._row, self._column, 1, [self._length])
        if self._kind == "e":
            self.faults[self._row - 1, self._column - 1] = Fault(f"the error {shown}")
        elif self._has_formula and self._is_no_result(shown):
            fault = Fault("a formula that was never calculated", is_uncalculated=True)
            self.faults[self._row - 1, self._column - 1] = fault

    def _is_no_result(self, shown: str | None) -> bool:
        """Whether a formula shows nothing, or the 0 of a program that never calculates."""
        if not shown:
            return shown is None or self._kind != "str"
        return not self._is_calculated and self._kind == "n" and float(shown) == 0

    def _check(self, shown: str) -> None:
        """See that a value is one of its kind."""
        if self._kind == "s":
            if not re.fullmatch("[0-9]{1,9}", shown) or int(shown) >= len(self._lengths):
                raise self._wrong(f"holds the shared text '{shown[:40]}', which is not there")
            self._length = self._lengths[int(shown)]
        elif self._kind == "b" and shown not in ("0", "1", "true", "false"):
            raise self._wrong(f"is '{shown[:40]}', neither true nor false")
        elif self._kind == "n" and not _NUMBER.fullmatch(shown):
            raise self._wrong(f"is '{shown[:40]}', which is no number")
        elif self._kind == "inlineStr" and not self._has_inline:
            raise self._wrong("has no text where its kind has one")
        elif self._kind == "str":
            self._length = len(shown.encode())

    def _pass_plain(self, row: re.Match[bytes]) -> bytes:
        """Take a row of plain cells as read; what is left of it says where it is."""
        is_ascending, last, filled = _shape(tuple(_PLAIN_PLACE.findall(row[3])))
        if not is_ascending:
            return row[0]
        if filled:
            lengths = [len(text) for text in _PLAIN_TEXT.findall(row[3])]
            if not self._is_text_short:
                numbers = map(int, _PLAIN_SHARED.findall(row[3]))
                lengths += [self._lengths[number] for number in numbers if number < len(self._lengths)]
            self._take(int(row[2]), last, filled, lengths)
        return row[1] + b"</row>"

    def _take(self, row: int, column: int, filled: int, lengths: list[int]) -> None:
        """Count cells that are filled, and how long their texts are."""
        self._filled += filled
        self._amount += sum(lengths)
        self.last_row, self.last_column = max(self.last_row, row), max(self.last_column, column)
        if max(lengths, default=0) > LONGEST:
            raise DamagedError(f"'{self.whole}' has in row {row} a text that is longer than a cell can hold")
        if self._filled > MOST_FILLED:
            raise TooLargeError(f"has more than {MOST_FILLED:,} filled cells")
        if self._amount > MOST_TEXT:
            raise TooLargeError(f"has more than {MOST_TEXT / 1e6:,.0f} MB of text")

    def _wrong(self, said: str) -> DamagedError:
        return DamagedError(f"the cell {self.whole}!{column_letters(self._column - 1)}{self._row} {said}")


def text_lengths(whole: str, text: bytes) -> list[int]:
    """Bytes of each shared text.

    Raises:
        DamagedError: this is no list of texts.
    """
    texts = _Texts(whole)
    texts.read(text)
    return texts.lengths


def oddities(whole: str, text: bytes, lengths: Sequence[int], *, is_calculated: bool = True) -> Oddities:
    """Look through one sheet.

    Parameters:
        whole: its name.
        text: of its part.
        lengths: of the shared texts [bytes].
        is_calculated: whether a program that calculates has saved it; else the 0 of a formula is no result.

    Raises:
        DamagedError: a cell is not as it must be.
        TooLargeError: there is more of it than is read.
    """
    cells = _Cells(whole, text, lengths, is_calculated=is_calculated)
    last = f"{column_letters(cells.last_column - 1)}{cells.last_row}"
    return Oddities(
        cells.faults,
        frozenset(cells.hidden),
        last,
        cells.last_row * cells.last_column,
        tuple(cells.merged),
        cells.formulas,
    )


@lru_cache(maxsize=1000)
def _shape(cells: tuple[tuple[bytes, bytes], ...]) -> tuple[bool, int, int]:
    """Whether cells stand in order; the last column that is filled, counted from 1; how many are.

    Parameters:
        cells: for each its letters, and a slash if it holds nothing.
    """
    columns = [column_number(letters.decode()) + 1 for letters, _ in cells]
    filled = [column for column, (_, slash) in zip(columns, cells, strict=True) if not slash]
    return all(a < b for a, b in pairwise(columns)), max(filled, default=0), len(filled)
