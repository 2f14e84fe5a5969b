"""Parts of a closed workbook, read and changed; those that nobody changes stay as they are, byte for byte.

Where a part is follows from its relationships, as in ECMA-376, Office Open XML, part 2.
"""

from __future__ import annotations

import codecs
import copy
import io
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from fleetopt.books.closed.areas import DamagedError
from fleetopt.books.closed.file_checks import UNREADABLE, damaged, no_workbook, open_package, too_large

TYPES = "[Content_Types].xml"
MOST_MARKS = 1_000_000
"""Signs that begin a tag or give an attribute its value, in all trees that are open; each takes up to 230 bytes."""
_ENCODING = re.compile(rb"<\?xml\s[^>]*encoding\s*=\s*[\"'](?!(?:utf-8|us-ascii)[\"'])", re.IGNORECASE)
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DECLARATION = re.compile(r"^\s*<\?xml\b.*?\?>", re.DOTALL)


class Parts:
    """The parts of one file, as they are.

    Raises:
        FileError: the file is missing, is no workbook, is damaged, protected or too large.
    """

    def __init__(self, path: Path) -> None:
        """Open the file."""
        self.path = path
        self._trees: dict[str, Any] = {}
        self._marks = 0
        self._zip = open_package(path)
        self.names = set(self._zip.namelist())
        self._spelt = {name.casefold(): name for name in self.names}
        with self.opened():
            book = self.book()
            if book not in self.names or not book.endswith(".xml") or _plain(self.tree(book).tag) != "workbook":
                raise no_workbook(path)
            self.is_signed = any(kind == "origin" for kind, _, _ in self.related(""))
            """Whether somebody has signed it: whoever writes into it breaks the signature."""

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Read in the block; all trees are closed at its end.

        Raises:
            FileError: a part is damaged.
        """
        try:
            yield
        except (DamagedError, UnicodeDecodeError) as fault:
            raise damaged(self.path, fault) from None
        finally:
            self._trees, self._marks = {}, 0

    def read(self, part: str) -> bytes:
        """A part as it is."""
        try:
            return self._zip.read(part)
        except (*UNREADABLE, KeyError) as fault:
            raise DamagedError(f"'{part}': {fault}") from None

    def recoded(self, part: str) -> bytes:
        """A part as it is, or in UTF-8 where it is in UTF-16."""
        text = self.read(part)
        return _DECLARATION.sub("", text.decode("utf-16"), count=1).encode() if text.startswith(_UTF_16) else text

    def text(self, part: str) -> bytes:
        """A part that is XML, and refers to nothing outside of it, in UTF-8.

        Raises:
            DamagedError: it is in another encoding than UTF-8 or UTF-16, or has a DOCTYPE.
        """
        text = self.recoded(part)
        if b"<!DOCTYPE" in text:
            raise DamagedError(f"'{part}' has a DOCTYPE")
        if b"\0" in text or text[:2] in (b"\xfe\xff", b"\xff\xfe") or _ENCODING.search(text[:200]):
            raise DamagedError(f"'{part}' is not in UTF-8")
        return text

    def tree(self, part: str) -> Any:
        """The root of a part."""
        if part not in self._trees:
            self._trees[part] = self.parsed(part, self.text(part))
        return self._trees[part]

    def parsed(self, part: str, text: bytes) -> Any:
        """The root of the text of a part, which counts among the trees that are open.

        Raises:
            FileError: they get too large.
        """
        self._marks += text.count(b"<") + text.count(b"=")
        if self._marks > MOST_MARKS:
            raise too_large(
                self.path, f"holds more in '{part}' than the {MOST_MARKS:,} tags and attributes that are read."
            )
        return self._parse(part, text)

    def _parse(self, part: str, text: bytes) -> Any:
        try:
            return ElementTree.fromstring(text)
        except ElementTree.ParseError as fault:
            raise DamagedError(f"'{part}': {fault}") from None

    def related(self, part: str) -> Iterator[tuple[str, str, str]]:
        """Kind, id and name of the parts that a part points to; those of the whole package for no part."""
        relations = self.spelt(_relations(part))
        if relations in self.names:
            for relation in self.tree(relations).iterfind("{*}*"):
                if relation.get("TargetMode") != "External":
                    kind = relation.get("Type", "").rpartition("/")[2]
                    yield kind, relation.get("Id", ""), self.spelt(_target(part, relation))

    def spelt(self, part: str) -> str:
        """The name of a part as the package has it: two that differ in case alone are one."""
        return part if part in self.names else self._spelt.get(part.casefold(), part)

    def first(self, part: str, kind: str) -> str | None:
        """The first part of a kind that a part points to."""
        return next((target for of, _, target in self.related(part) if of == kind), None)

    def book(self) -> str:
        """The part that lists the sheets."""
        return self.first("", "officeDocument") or "xl/workbook.xml"

    def sheets(self) -> dict[str, tuple[str, str]]:
        """Part and number of each sheet of cells, by its name.

        Raises:
            DamagedError: a name or a part is there twice, or a part is missing.
        """
        book = self.book()
        kinds = {number: (kind, target) for kind, number, target in self.related(book)}
        sheets: dict[str, tuple[str, str]] = {}
        for sheet in self.tree(book).iterfind("{*}sheets/{*}sheet"):
            name = sheet.get("name", "")
            ids = [value for key, value in sheet.attrib.items() if key.endswith("/relationships}id")]
            kind, part = kinds.get(ids[0] if ids else "", ("", ""))
            if part not in self.names:
                raise DamagedError(f"the sheet '{name}' has no part")
            if name in sheets or part in {part for part, _ in sheets.values()}:
                raise DamagedError(f"the sheet '{name}' is there twice")
            if kind == "worksheet":
                sheets[name] = part, sheet.get("sheetId", "")
        if not sheets:
            raise DamagedError("it has no sheet of cells")
        return sheets


class ChangedParts(Parts):
    """Parts that are changed as trees, in blocks that are kept as a whole or not at all."""

    def __init__(self, path: Path) -> None:
        """Open the file; nothing is changed yet."""
        self._changed: dict[str, bytes | None] = {}
        self._touched: set[str] = set()
        self._written: dict[str, bytes] = {}
        self._gone: set[str] = set()
        super().__init__(path)

    @contextmanager
    def changes(self) -> Iterator[None]:
        """Keep what is changed in the block if it ends well; all trees are closed at its end.

        Raises:
            FileError: a part is damaged.
        """
        try:
            with self.opened():
                yield
                self._changed |= {part: serialised(self._trees[part]) for part in self._touched - self._gone}
                self._changed |= self._written | dict.fromkeys(self._gone)
        finally:
            self._touched, self._written, self._gone = set(), {}, set()

    @property
    def is_changed(self) -> bool:
        """Whether a part was changed in this block."""
        return bool(self._touched or self._written or self._gone)

    def read(self, part: str) -> bytes:
        """A part as it is now."""
        changed = self._changed.get(part)
        return super().read(part) if changed is None else changed

    def _parse(self, part: str, text: bytes) -> Any:
        return parsed(part, text)

    def touch(self, part: str) -> None:
        """Say that the tree of a part was changed."""
        self._touched.add(part)

    def write(self, part: str, text: bytes) -> None:
        """Replace a part whose tree is not kept here."""
        self._written[part] = text

    def of_type(self, content_type: str) -> list[str]:
        """All parts of a content type."""
        types = self.tree(TYPES).iterfind("{*}Override")
        named = [item.get("PartName", "/")[1:] for item in types if item.get("ContentType") == content_type]
        return [part for part in named if part in self.names]

    def remove(self, part: str, source: str) -> None:
        """Remove a part, with its content type and the relationship from its source."""
        self._gone.add(part)
        self._remove_items(TYPES, lambda item: item.get("PartName") == f"/{part}")
        self._remove_items(_relations(source), lambda item: _target(source, item) == part)

    def content(self) -> bytes:
        """The file as it is now: every part where it was, with its date and its packing."""
        written = io.BytesIO()
        with self.changes(), zipfile.ZipFile(written, "w") as package:
            package.comment = self._zip.comment
            for info in self._zip.infolist():
                if self._changed.get(info.filename, b"") is not None:
                    entry = copy.copy(info)
                    entry.extra = b""  # may hold a size that is wrong now
                    package.writestr(entry, self.read(info.filename))
        return written.getvalue()

    def _remove_items(self, part: str, is_it: Callable[[Any], bool]) -> None:
        root = self.tree(part)
        for item in [item for item in root.iterchildren("{*}*") if is_it(item)]:
            root.remove(item)
            self.touch(part)


def _plain(tag: str) -> str:
    return tag.rpartition("}")[2]


def _relations(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _target(part: str, relation: Any) -> str:
    """The part that a relation of a part points to; one that starts with `/` counts from the package's root."""
    path = posixpath.join("/", posixpath.dirname(part), relation.get("Target", ""))
    return posixpath.normpath(path).lstrip("/")


def parsed(part: str, text: bytes) -> Any:
    """The root of a part's text, which can be changed; without entities, and nothing is fetched from anywhere.

    Raises:
        DamagedError: it is no XML, or has a DOCTYPE.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as fault:
        raise DamagedError(f"'{part}': {fault}") from None
    if root.getroottree().docinfo.doctype:
        raise DamagedError(f"'{part}' has a DOCTYPE")
    return root


def serialised(root: Any) -> bytes:
    """Text of a part with this root."""
    from lxml import etree

    text: bytes = etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8", standalone=True)
    return text
