"""Opening files: whatever a file is, it is read or there is one sentence on what to do."""

from __future__ import annotations

import datetime
import os
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.styles import Font

from fleetopt.books.closed import file_checks
from fleetopt.books.closed.files import Workbook
from fleetopt.books.study.reader import read_study
from fleetopt.words.block import Block, column_letters
from fleetopt.words.cells import Fault
from fleetopt.words.problem import FileError, Problem
from tests.untidy import put, small, write_book

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def refused(path: Path) -> Problem:
    """The problem with a file that cannot be read: it names the file and says what to do."""
    with pytest.raises(FileError) as raised:
        read_study(path)
    problem = raised.value.problem
    assert problem.severity == "error"
    assert problem.where == str(path)
    assert problem.message
    assert problem.advice
    return problem


def package(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)  # the same bytes at any time
    return path


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def book(tmp_path):
    return write_book(tmp_path / "depot.xlsx", small())


def test_a_missing_file_is_named(tmp_path):
    assert refused(tmp_path / "depot.xlsx").message == "there is no such file."


def test_a_path_through_a_file_is_refused(book):
    assert refused(book / "depot.xlsx").message.startswith("cannot be read: ")


def test_a_name_that_is_too_long_for_any_disk_is_refused(tmp_path):
    refused(tmp_path / f"{'x' * 300}.xlsx")


def test_a_folder_is_no_workbook(tmp_path):
    with pytest.raises(FileError, match=r"is a folder, must be a workbook\. Name the workbook in it\."):
        Workbook(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.xlsx", b"", "is empty"),
        ("text.xlsx", b"Year,Solar\n2025,450\n", "is not an Excel workbook"),
        ("table.csv", b"Year;Solar\n2025;450\n", "is not an Excel workbook"),
        ("page.xlsx", b"<html><table></table></html>", "is not an Excel workbook"),
        ("one.xlsx", b"P", "is not an Excel workbook"),
        ("start.xlsx", b"PK\x03\x04", "is damaged"),
        ("old.xls", OLE + bytes(504), "is protected by a password or in the old .xls format"),
        ("locked.xlsx", OLE + bytes(504), "is protected by a password or in the old .xls format"),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    assert words in refused(path).message


@pytest.mark.parametrize(
    "parts",
    [
        {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"},
        {"word/document.xml": b"<x/>"},
        {"xl/workbook.bin": b"\x83\x01"},
        {},
    ],
    ids=["ods", "docx", "xlsb", "empty zip"],
)
def test_another_kind_of_package_is_refused(tmp_path, parts):
    problem = refused(package(tmp_path / "depot.xlsx", parts))
    assert problem.message == "is not an Excel workbook (.xlsx or .xlsm)."
    assert "save it as .xlsx" in problem.advice


def test_a_workbook_that_is_cut_off_anywhere_is_refused(book):
    whole = book.read_bytes()
    for length in range(4, len(whole) - 1, 101):
        book.write_bytes(whole[:length])
        assert "is damaged" in refused(book).message


@pytest.mark.parametrize("has_formula", [False, True])
def test_a_workbook_with_a_wrong_byte_is_read_or_refused(book, has_formula):
    sheets = small()
    if has_formula:
        put(sheets, "vehicleChargingData!D2", "=C2*E2")
    parts = parts_of(write_book(book, sheets))
    whole = package(book, {name: part for name, part in parts.items() if "docProps" not in name}).read_bytes()
    directory = whole.index(b"PK\x01\x02")  # 46 bytes of its first entry say how to unpack a part
    refusals = []
    for at in [*range(directory, directory + 46), *range(4, len(whole), 31)]:
        book.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        try:
            read_study(book)
        except FileError as refusal:
            refusals.append(refusal.problem)
    assert len(refusals) > 100
    assert all(problem.where == str(book) and problem.advice for problem in refusals)


@pytest.mark.parametrize("content", [b"", b"<x", b"hello"])
@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/_rels/workbook.xml.rels"])
def test_a_workbook_with_a_damaged_part_is_refused(book, part, content):
    assert "is damaged" in refused(package(book, {**parts_of(book), part: content})).message


def test_a_workbook_without_one_of_its_sheets_is_refused(book):
    parts = parts_of(book)
    del parts["xl/worksheets/sheet2.xml"]
    assert "is damaged" in refused(package(book, parts)).message


def test_a_workbook_is_read_up_to_a_size_and_refused_beyond(book, monkeypatch):
    size = sum(len(part) for part in parts_of(book).values())
    monkeypatch.setattr(file_checks, "MOST_INFLATED", size)
    assert Workbook(book).sheets == list(small())
    monkeypatch.setattr(file_checks, "MOST_INFLATED", size - 1)
    assert "MB are read" in refused(book).message


def test_a_small_file_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(book, monkeypatch):
    package(book, {**parts_of(book), "xl/media/picture.bin": bytes(5_000_000)})
    monkeypatch.setattr(file_checks, "MOST_INFLATED", 4_000_000)
    assert book.stat().st_size < 50_000
    assert refused(book).message == "unpacks to 5 MB; at most 4 MB are read."


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="this user may read everything")
def test_a_file_that_may_not_be_read_is_refused(book):
    book.chmod(0)
    assert refused(book).message == "may not be read."


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (PermissionError(13, "Permission denied"), "may not be read."),  # also a file that is locked on Windows
        (OSError(5, "Input/output error"), "cannot be read: Input/output error."),
    ],
)
def test_what_the_system_says_of_a_file_is_passed_on(book, monkeypatch, fault, words):
    def fail(*_arguments):
        raise fault

    monkeypatch.setattr(Path, "open", fail)
    assert refused(book).message == words


def test_reading_leaves_the_file_as_it_is_and_open_to_others(book):
    before = book.read_bytes()
    read_study(book)
    book.rename(book.with_name("moved.xlsx"))
    assert book.with_name("moved.xlsx").read_bytes() == before


# Cells that are not as they must be

PLAIN = {"A1": "text", "B1": 5, "A2": "more", "B2": 7}


def changed_sheet(path: Path, old: str, new: str, part: str = "xl/worksheets/sheet1.xml") -> Path:
    """A workbook of four cells, with another text in one of its parts."""
    with xlsxwriter.Workbook(path) as whole:
        sheet = whole.add_worksheet("Here")
        for address, value in PLAIN.items():
            sheet.write(address, value)
    parts = parts_of(path)
    assert old in parts[part].decode()
    return package(path, {**parts, part: parts[part].replace(old.encode(), new.encode(), 1)})


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("<v>0</v>", "<v>x</v>", "the cell Here!A1 holds the shared text 'x', which is not there"),
        ("<v>0</v>", "<v>-1</v>", "the shared text '-1'"),
        ("<v>0</v>", "<v>2</v>", "is damaged"),
        ("<v>5</v>", "<v>five</v>", "is 'five', which is no number"),
        ("<v>5</v>", "<v>&#53;</v>", "in a way that Excel never does"),
        ("<v>5</v>", "<v>5<!-- -->0</v>", "in a way that Excel never does"),
        ("<v>5</v>", "<v><![CDATA[5]]></v>", "in a way that Excel never does"),
        ("<v>5</v>", "<v>5</v><v>6</v>", "holds two values"),
        ("<v>5</v>", "<w>5</w>", "has 'w' inside of 'c'"),
        ("<v>5</v>", "<is><t>5</t></is>", "a text that its kind does not have"),
        ('<c r="B1"', '<c r="B1" t="q"', "is of the kind 'q'"),
        ('<c r="B1"', '<c r="B1" t="b"', "is '5', neither true nor false"),
        ('<c r="B1"', '<c r="A1"', "after the one that is right of it"),
        ('<c r="B1"', '<c r="B9"', "has a cell 'B9' in row 1"),
        ('<c r="B1"', '<c r="ZZZ1"', "'ZZZ' is no column"),
        ('<row r="2"', '<row r="1"', "has a row '1' after row 1"),
        ('<row r="2"', '<row r="2000000"', "has a row '2000000'"),
        ("<sheetData>", "<sheetData/><sheetData>", "has not one list of rows"),
        ("spreadsheetml", "spreadsheet", "which is not Excel's"),
        ("</worksheet>", "", "no element found"),
    ],
)
def test_a_cell_that_another_program_would_read_otherwise_is_refused(tmp_path, old, new, words):
    with pytest.raises(FileError, match="is damaged") as raised:
        Workbook(changed_sheet(tmp_path / "depot.xlsx", old, new)).block("Here")
    assert words in raised.value.problem.message


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ('<row r="1" spans="1:2">', "<row>", "xl/worksheets/sheet1.xml"),
        ('<c r="B1">', "<c>", "xl/worksheets/sheet1.xml"),
        ('<c r="B1">', '<c t="n" r="B1" s="0">', "xl/worksheets/sheet1.xml"),
        ("<v>5</v>", "<v>0.5E1</v>", "xl/worksheets/sheet1.xml"),
        ("</worksheet>", "<!-- <row r='1'/> --></worksheet>", "xl/worksheets/sheet1.xml"),
        ("<t>text</t>", "<r><t>te</t></r><r><rPr><b/></rPr><t>xt</t></r>", "xl/sharedStrings.xml"),
        ("<t>text</t>", "<t>text</t><rPh sb='0' eb='1'><t>x</t></rPh>", "xl/sharedStrings.xml"),
    ],
)
def test_what_other_programs_write_otherwise_is_read_alike(tmp_path, old, new, part):
    book = changed_sheet(tmp_path / "depot.xlsx", old, new, part)
    assert Workbook(book).block("Here").rows == [["text", 5.0], ["more", 7.0]]


def test_shared_texts_are_found_wherever_they_are(tmp_path):
    path = changed_sheet(tmp_path / "depot.xlsx", "sharedStrings.xml", "/other/texts.xml", "xl/_rels/workbook.xml.rels")
    parts = parts_of(path)
    parts["other/texts.xml"] = parts.pop("xl/sharedStrings.xml")
    assert Workbook(package(path, parts)).block("Here").rows == [["text", 5.0], ["more", 7.0]]


def test_an_empty_shared_text_keeps_the_numbers_of_those_behind(tmp_path):
    path = changed_sheet(tmp_path / "depot.xlsx", "<si><t>text</t></si>", "<si/>", "xl/sharedStrings.xml")
    assert Workbook(path).block("Here").rows == [[None, 5.0], ["more", 7.0]]


def test_two_texts_in_one_are_refused(tmp_path):
    path = changed_sheet(tmp_path / "depot.xlsx", "<t>text</t>", "<t>a</t><t>b</t>", "xl/sharedStrings.xml")
    with pytest.raises(FileError, match="has two texts in one"):
        Workbook(path)


@pytest.mark.parametrize("name", ["Here", "here"])
def test_two_sheets_of_one_name_are_refused(tmp_path, name):
    path = changed_sheet(tmp_path / "depot.xlsx", "</sheets>", "</sheets>", "xl/workbook.xml")
    parts = parts_of(path)
    again = parts["xl/workbook.xml"].replace(b"</sheets>", b'<sheet name="%b" sheetId="2" r:id="rId1"/></sheets>')
    with pytest.raises(FileError, match="is there twice"):
        Workbook(package(path, {**parts, "xl/workbook.xml": again % name.encode()}))


# Blocks


@pytest.mark.parametrize(
    ("column", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")]
)
def test_columns_have_the_letters_of_excel(column, letters):
    assert column_letters(column) == letters


def test_an_address_counts_from_a1_and_names_the_file_only_when_asked(book):
    assert Block("Energy", []).where(3, 2) == "Energy!C4"
    assert Workbook(book).block("Parameters").where(0, 0) == "Parameters!A1"
    assert Workbook(book, is_named=True).block("Parameters").where(0, 0) == "[depot.xlsx]Parameters!A1"


def test_a_block_holds_every_cell_from_a1_on_with_its_kind(tmp_path):
    noon = datetime.datetime(2025, 6, 1, 12)
    put(sheets := {"Here": []}, "Here!C3", 1)
    for address, value in {
        "Here!D3": "",
        "Here!E3": " x ",
        "Here!F3": True,
        "Here!G3": noon,
        "Here!H3": "#REF!",
        "Here!I3": "=1+1",
        "Here!J3": "=2+2",
        "Here!K3": "=1/0",
        "Here!B5": "=1+1",
    }.items():
        put(sheets, address, value)
    results = {"Here!J3": 4, "Here!K3": "#DIV/0!"}
    rows = Workbook(write_book(tmp_path / "depot.xlsx", sheets, results)).block("Here").rows
    never = Fault("a formula that was never calculated", is_uncalculated=True)
    error = [Fault("the error #REF!"), never, 4.0, Fault("the error #DIV/0!")]
    assert [cell for cell in rows[0] if cell is not None] == []
    assert rows[2] == [None, None, 1.0, None, " x ", True, noon, *error]
    assert rows[4][:2] == [None, never]


def test_a_sheet_without_cells_has_no_rows(tmp_path):
    book = openpyxl.Workbook()
    book.save(tmp_path / "depot.xlsx")
    assert Workbook(tmp_path / "depot.xlsx").block("Sheet").rows == []


@pytest.mark.parametrize("address", ["XFD1048576", "A1048576", "XFD2"])
def test_a_cell_that_is_only_formatted_does_not_make_a_sheet_large(book, address):
    whole = openpyxl.load_workbook(book)
    whole["Vehicle_data"][address].font = Font(bold=True)
    whole.save(book)
    assert len(Workbook(book).block("Vehicle_data").rows) == len(small()["Vehicle_data"])


def test_a_value_far_outside_the_tables_is_refused_before_room_is_made_for_the_cells_between(book):
    whole = openpyxl.load_workbook(book)
    whole["Vehicle_data"]["XFD1048576"] = 1
    whole.save(book)
    with pytest.raises(FileError, match="'Vehicle_data' reaches to XFD1048576"):
        Workbook(book).block("Vehicle_data")


def test_hidden_rows_count_and_are_noted(book):
    whole = openpyxl.load_workbook(book)
    whole["Vehicle_data"].row_dimensions[3].hidden = True
    whole.save(book)
    inputs = read_study(book)
    assert len(inputs["tblFleet"]) == 2
    assert "note: Vehicle_data!A3: 1 row of the table is hidden or filtered out; they count all the same." in [
        str(problem) for problem in inputs.problems
    ]
