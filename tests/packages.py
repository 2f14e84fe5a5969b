"""Workbooks with much that only Excel knows of, to see that writing leaves it alone."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import xlsxwriter

RIBBON = b'<customUI xmlns="http://schemas.microsoft.com/office/2009/07/customui"><ribbon/></customUI>'
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000" + "1f15c4890000000d49444154789c6360000002000001"
    "e221bc330000000049454e44ae426082"
)
HEADINGS = ["Year", "Solar [kWp]", "Note"]
ROWS = [[2025.0, 450.0, "a"], [2026.0, 500.0, "b"]]


def depot(path: Path, top: int = 4, left: int = 0, headings: list[str] | None = None, **options: Any) -> Path:
    """A workbook with the table tblYearly on Yearly, names on Settings, and a user's own sheet.

    Parameters:
        path: where it is written.
        top: row of the table's header, counted from 0.
        left: column of the table, counted from 0.
        headings: of the table, in the order of its columns.
        options: more for the table.
    """
    headings = headings or HEADINGS
    rows = [[row[HEADINGS.index(name)] if name in HEADINGS else None for name in headings] for row in ROWS]
    book = xlsxwriter.Workbook(path)
    yearly, settings, own = (book.add_worksheet(name) for name in ("Yearly", "Settings", "My notes"))
    two = book.add_format({"num_format": "0.00"})
    last = left + len(headings) - 1
    yearly.write(0, 0, "Yearly results")
    columns = [{"header": name, "format": two if name == "Solar [kWp]" else None} for name in headings]
    table = {"name": "tblYearly", "columns": columns, "data": rows, **options}
    yearly.add_table(top, left, top + len(rows), last, table)
    at = left + headings.index("Solar [kWp]")
    yearly.conditional_format(top + 1, at, top + 2, at, {"type": "data_bar", "data_bar_2010": True})
    yearly.conditional_format(top + 1, at, top + 2, at, {"type": "cell", "criteria": ">", "value": 1, "format": two})
    yearly.data_validation(top + 1, at, top + 2, at, {"validate": "decimal", "criteria": ">=", "value": 0})
    yearly.add_sparkline(0, 9, {"range": "'My notes'!A1:C1"})
    yearly.write_comment(top, left, "What the year is")
    chart = book.add_chart({"type": "column"})
    chart.add_series(
        {
            "categories": ["Yearly", top + 1, left, top + 2, left],
            "values": ["Yearly", top + 1, at, top + 2, at],
        }
    )
    chart.add_series({"values": "='My notes'!$A$1:$C$1"})
    own.insert_chart("F2", chart)
    own.insert_textbox("F20", "My text")
    own.write_row(0, 0, [1, 2, 3])
    own.write_formula("A3", "=SUM(A1:C1)", None, 6)
    own.write_formula("A4", "=Yearly!B6*2", None, 900)
    own.write_string("A5", " rich ")
    own.write_rich_string("A6", two, "bold", "plain")
    settings.write("B7", 5)
    settings.write("A7", "Limit")
    settings.write_formula("B8", "=B7*2", None, 10)
    settings.protect()
    book.define_name("grid_limit", "=Settings!$B$7")
    book.define_name("my_area", "='My notes'!$A$1:$C$1")
    book.define_name("my_formula", "=SUM(Settings!$B$7)")
    book.define_name("lost", "=Settings!#REF!")
    book.define_name("'My notes'!grid_limit", "='My notes'!$A$1")
    book.close()
    return with_extras(path)


def with_extras(path: Path) -> Path:
    """Put parts in by hand: a ribbon, macros, a part nobody knows, and an order of calculation."""
    parts = parts_of(path)
    types = (
        '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'
        '<Override PartName="/xl/calcChain.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"/>'
    )
    chain = (
        '<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<c r="A3" i="3"/><c r="A4"/><c r="B8" i="2"/></calcChain>'
    )
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    relations = (
        f'<Relationship Id="rId90" Type="{relation}calcChain" Target="calcChain.xml"/>'
        '<Relationship Id="rId91" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" '
        'Target="vbaProject.bin"/>'
    )
    ribbon = (
        '<Relationship Id="rId92" Type="http://schemas.microsoft.com/office/2007/relationships/ui/extensibility" '
        'Target="customUI/customUI14.xml"/>'
    )
    parts["xl/calcChain.xml"] = chain.encode()
    parts["xl/vbaProject.bin"] = b"\xd0\xcf macros"
    parts["xl/pivotCache/pivotCacheRecords9.xml"] = b"<?xml version='1.0'?>\r\n<nobody  knows = 'this' />"
    parts["customUI/customUI14.xml"] = RIBBON
    parts["xl/media/image9.png"] = PICTURE
    for name, end, more in (
        ("[Content_Types].xml", b"</Types>", types),
        ("xl/_rels/workbook.xml.rels", b"</Relationships>", relations),
        ("_rels/.rels", b"</Relationships>", ribbon),
    ):
        parts[name] = parts[name].replace(end, more.encode() + end)
    return write_parts(path, parts)


def parts_of(path: Path) -> dict[str, bytes]:
    """Every part of a package by its name."""
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def write_parts(path: Path, parts: dict[str, bytes]) -> Path:
    """Write a package; its parts have dates, packings and rights that differ."""
    with zipfile.ZipFile(path, "w") as package:
        package.comment = b"mine"
        for i, (name, content) in enumerate(parts.items()):
            info = zipfile.ZipInfo(name, (1999 + i % 50, 1, 2, 3, 4, 6))
            info.compress_type = zipfile.ZIP_STORED if i % 3 == 0 else zipfile.ZIP_DEFLATED
            info.external_attr = (0o600 + i) << 16
            package.writestr(info, content)
    return path


def edit(path: Path, part: str, *changes: tuple[str, str]) -> Path:
    """Replace text in one part."""
    parts = parts_of(path)
    text = parts[part].decode()
    for old, new in changes:
        assert old in text, (old, text)
        text = text.replace(old, new)
    return write_parts(path, {**parts, part: text.encode()})
