"""The buttons of a workbook: its VBA project and its ribbon tab, made from their text sources."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Sequence
from importlib import metadata, resources
from pathlib import Path

from pyopenvba import ExcelFile, VBAModuleKind
from xlsxwriter import Workbook

_MODULE = "FleetOpt"
_TYPES = "[Content_Types].xml"
_RELATIONSHIPS = "_rels/.rels"
_RIBBON = "customUI/customUI.xml"
_RIBBON_RELATIONSHIP = "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility"


def sources() -> tuple[str, str]:
    """The text of the macros and of the ribbon tab: from the installed package, or from beside it in a checkout."""
    package = Path(str(resources.files("fleetopt")))
    packaged = package / "workbook"
    folder = packaged if packaged.is_dir() else package.parent / "workbook"
    return (folder / "FleetOpt.bas").read_text("utf-8"), (folder / "ribbon.xml").read_text("utf-8")


def vba_project(sheets: Sequence[str], *, with_xlwings: bool) -> bytes:
    """Make the vbaProject.bin of a workbook, the same bytes for the same arguments.

    It has a document module for the workbook and for each sheet, under the code names that XlsxWriter gives them with
    `set_vba_name()`: Excel repairs, or refuses, a file in which the two differ.

    Args:
        sheets: names of all sheets, in the workbook's order.
        with_xlwings: put the VBA of the installed xlwings in, so that the workbook needs no add-in.

    Raises:
        FileNotFoundError: the installed xlwings brings no VBA.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "macros.xlsm"
        with Workbook(path) as blank:
            blank.set_vba_name()
            for sheet in sheets:
                blank.add_worksheet(sheet).set_vba_name()
        with ExcelFile(path) as book:
            project = book.add_vba_project()
            project.add_module(_MODULE, _windows_lines(sources()[0]))
            if with_xlwings:
                project.add_module("xlwings", _xlwings_source("xlwings.bas"))
                # On a Mac xlwings.bas uses this class where Windows has Scripting.Dictionary.
                project.add_module("Dictionary", _xlwings_source("addin/Dictionary.cls"), kind=VBAModuleKind.other)
            book.save()
        with zipfile.ZipFile(path) as package:
            return package.read("xl/vbaProject.bin")


def with_ribbon(package: bytes, ribbon: str) -> bytes:
    """Add a ribbon tab to a finished workbook; every other part keeps its bytes.

    Args:
        package: an .xlsx or .xlsm file that has no ribbon tab.
        ribbon: its custom UI, in the namespace of 2006.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(target, "w") as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename == _TYPES:
                content = _with_xml_type(content)
            elif part.filename == _RELATIONSHIPS:
                content = _with_relationship(content)
            new.writestr(part, content)
        # A date of its own would make two workbooks of the same sources differ.
        added = zipfile.ZipInfo(_RIBBON, date_time=(1980, 1, 1, 0, 0, 0))
        new.writestr(added, ribbon.encode("utf-8"), zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _with_xml_type(types: bytes) -> bytes:
    """Content types that cover the ribbon, which has the general one of XML."""
    if b'Extension="xml"' in types:
        return types
    return types.replace(b"</Types>", b'<Default Extension="xml" ContentType="application/xml"/></Types>')


def _with_relationship(relationships: bytes) -> bytes:
    """The package's relationships and one to the ribbon."""
    added = f'<Relationship Id="rIdRibbon" Type="{_RIBBON_RELATIONSHIP}" Target="{_RIBBON}"/></Relationships>'
    return relationships.replace(b"</Relationships>", added.encode("utf-8"))


def _xlwings_source(name: str) -> str:
    """A VBA source of the installed xlwings, found without importing xlwings."""
    path = Path(str(metadata.distribution("xlwings").locate_file("xlwings"))) / name
    return _windows_lines(path.read_text("utf-8"))


def _windows_lines(text: str) -> str:
    """The line ends that VBA keeps its source with."""
    return text.replace("\n", "\r\n")
