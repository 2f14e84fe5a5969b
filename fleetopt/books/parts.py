"""Parts of a closed workbook, read and changed; those that nobody changes stay as they are, byte for byte.

Where a part is follows from its relationships, as in ECMA-376, Office Open XML, part 2.
"""

from __future__ import annotations

import copy
import io
import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lxml import etree

from fleetopt.books.areas import DamagedError
from fleetopt.books.file_checks import check_file, damaged

TYPES = "[Content_Types].xml"
_UNREADABLE = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, KeyError)


class Parts:
    """The parts of one file; changes are made on trees, in blocks that are kept as a whole or not at all.

    Raises:
        FileError: the file is missing, is no workbook, is damaged or protected.
    """

    def __init__(self, path: Path) -> None:
        """Read the file as it is."""
        self.path = path
        self._changed: dict[str, bytes | None] = {}
        self._trees: dict[str, Any] = {}
        self._touched: set[str] = set()
        self._written: dict[str, bytes] = {}
        self._gone: set[str] = set()
        check_file(path)
        with self.changes():
            self._zip = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
            self.names = set(self._zip.namelist())
            if len(self.names) < len(self._zip.namelist()):
                raise DamagedError("a part is there twice")

    @contextmanager
    def changes(self) -> Iterator[None]:
        """Keep what is changed in the block if it ends well; all trees are closed at its end.

        Raises:
            FileError: a part is damaged.
        """
        try:
            yield
            self._changed |= {part: serialised(self._trees[part]) for part in self._touched - self._gone}
            self._changed |= self._written | dict.fromkeys(self._gone)
        except (DamagedError, UnicodeDecodeError, zipfile.BadZipFile, OSError) as fault:
            raise damaged(self.path, fault) from None
        finally:
            self._trees, self._touched, self._written, self._gone = {}, set(), {}, set()

    @property
    def is_changed(self) -> bool:
        """Whether a part was changed in this block."""
        return bool(self._touched or self._written or self._gone)

    def read(self, part: str) -> bytes:
        """A part as it is now."""
        changed = self._changed.get(part)
        if changed is not None:
            return changed
        try:
            return self._zip.read(part)
        except _UNREADABLE as fault:
            raise DamagedError(f"'{part}': {fault}") from None

    def tree(self, part: str) -> Any:
        """The root of a part; without entities, and nothing is fetched from anywhere."""
        if part not in self._trees:
            self._trees[part] = parsed(part, self.read(part))
        return self._trees[part]

    def touch(self, part: str) -> None:
        """Say that the tree of a part was changed."""
        self._touched.add(part)

    def write(self, part: str, text: bytes) -> None:
        """Replace a part whose tree is not kept here."""
        self._written[part] = text

    def related(self, part: str) -> Iterator[tuple[str, str, str]]:
        """Kind, id and name of the parts that a part points to; those of the whole package for no part."""
        relations = _relations(part)
        if relations in self.names:
            for relation in self.tree(relations).iterchildren("{*}*"):
                if relation.get("TargetMode") != "External":
                    kind = relation.get("Type", "").rpartition("/")[2]
                    yield kind, relation.get("Id", ""), _target(part, relation)

    def first(self, part: str, kind: str) -> str | None:
        """The first part of a kind that a part points to."""
        return next((target for of, _, target in self.related(part) if of == kind), None)

    def of_type(self, content_type: str) -> list[str]:
        """All parts of a content type."""
        types = self.tree(TYPES).iterchildren("{*}Override")
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


def _relations(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _target(part: str, relation: Any) -> str:
    """The part that a relation of a part points to; one that starts with `/` counts from the package's root."""
    path = posixpath.join("/", posixpath.dirname(part), relation.get("Target", ""))
    return posixpath.normpath(path).lstrip("/")


def parsed(part: str, text: bytes) -> Any:
    """The root of a part's text; without entities, and nothing is fetched from anywhere.

    Raises:
        DamagedError: it is no XML, or has a DOCTYPE.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    if b"<!DOCTYPE" in text.replace(b"\0", b""):
        raise DamagedError(f"'{part}' has a DOCTYPE")
    try:
        root = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as fault:
        raise DamagedError(f"'{part}': {fault}") from None
    if root.getroottree().docinfo.doctype:
        raise DamagedError(f"'{part}' has a DOCTYPE")
    return root


def serialised(root: Any) -> bytes:
    """Text of a part with this root."""
    text: bytes = etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8", standalone=True)
    return text
