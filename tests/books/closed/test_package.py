"""Changing a closed workbook: the cells that are meant change, and nothing else in the file does."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import zipfile

import openpyxl
import pytest
from lxml import etree
from python_calamine import CalamineWorkbook

from fleetopt.books.closed.package import Area, Package
from fleetopt.words.content import Content, Formula
from fleetopt.words.problem import FileError, Problem
from tests.packages import HEADINGS, ROWS, depot, edit, parts_of, write_parts

SHEET, NOTES, SETTINGS = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet3.xml", "xl/worksheets/sheet2.xml"
TABLE, CHART, BOOK = "xl/tables/table1.xml", "xl/charts/chart1.xml", "xl/workbook.xml"
CHAIN = "xl/calcChain.xml"


pytestmark = pytest.mark.filterwarnings("ignore:.* extension is not supported:UserWarning")


@pytest.fixture
def book(tmp_path):
    return depot(tmp_path / "depot.xlsx")


def yearly(rows, headings=HEADINGS) -> Content:
    return Content(tables={"tblYearly": rows}, headers={"tblYearly": headings})


def filled(path, content):
    """Fill a file in place; its parts afterwards."""
    package = Package(path)
    package.fill(content)
    path.write_bytes(package.content())
    return parts_of(path)


def named(path, value):
    return filled(path, Content(names={"grid_limit": value}))


def refused(path, content) -> Problem:
    package = Package(path)
    with pytest.raises(FileError) as raised:
        package.fill(content)
    assert package.content() == Package(path).content()
    assert raised.value.problem.advice
    return raised.value.problem


def cell(path, sheet, address, **options):
    return openpyxl.load_workbook(path, **options)[sheet][address]


def cell_xml(parts, part, address) -> str:
    found = re.search(rf'<c r="{address}"[^>]*?(?:/>|>.*?</c>)', parts[part].decode(), re.DOTALL)
    return found[0] if found else ""


def values(path, sheet="Yearly"):
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet).to_python(skip_empty_area=False)


# What is found


def test_tables_and_names_are_found_wherever_they_stand(tmp_path):
    package = Package(depot(tmp_path / "depot.xlsx", top=10, left=3))
    assert package.tables == {"tblYearly": Area("Yearly", 10, 3, 12, 5)}
    assert package.names == {"grid_limit": Area("Settings", 6, 1, 6, 1), "my_area": Area("My notes", 0, 0, 0, 2)}
    assert package.doubled == []


def test_a_table_that_is_there_twice_is_listed_and_not_filled(book):
    parts = parts_of(book)
    parts["xl/tables/other.xml"] = parts[TABLE].replace(b'displayName="tblYearly"', b'displayName="TBLYEARLY"')
    relations = "xl/worksheets/_rels/sheet3.xml.rels"
    more = (
        b'<Relationship Id="rId77" Type="http://x/relationships/table" Target="/xl/tables/other.xml"/></Relationships>'
    )
    parts[relations] = parts[relations].replace(b"</Relationships>", more)
    assert Package(write_parts(book, parts)).doubled == ["TBLYEARLY"]


def test_a_totals_row_is_no_part_of_a_table_and_holds_its_size(tmp_path):
    path = edit(
        depot(tmp_path / "depot.xlsx"), TABLE, ('ref="A5:C7" totalsRowShown="0"', 'ref="A5:C8" totalsRowCount="1"')
    )
    assert Package(path).tables == {"tblYearly": Area("Yearly", 4, 0, 6, 2)}
    assert "has a totals row" in refused(path, yearly([*ROWS, [2027, 1, "c"]])).message
    filled(path, yearly([[2030, 1, "c"], [2031, 2, "d"]]))
    assert values(path)[5] == [2030.0, 1.0, "c"]


@pytest.mark.parametrize("part", [BOOK, TABLE, "xl/_rels/workbook.xml.rels", "xl/worksheets/_rels/sheet1.xml.rels"])
@pytest.mark.parametrize("text", [b"", b"<x", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'])
def test_a_damaged_part_and_one_with_entities_are_refused(book, part, text):
    write_parts(book, {**parts_of(book), part: text})
    with pytest.raises(FileError, match="is damaged"):
        Package(book)


def test_a_sheet_with_entities_in_any_encoding_is_refused_when_it_is_filled(book):
    bomb = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'.encode("utf-16")
    write_parts(book, {**parts_of(book), SHEET: bomb})
    with pytest.raises(FileError, match="has a DOCTYPE"):
        Package(book).fill(yearly(ROWS))


def test_a_sheet_that_does_not_end_as_its_sum_says_is_refused(book):
    whole = bytearray(book.read_bytes())
    with zipfile.ZipFile(book) as package:
        info = package.getinfo(SHEET)
    whole[info.header_offset + 30 + len(SHEET) + info.compress_size // 2] ^= 0x55
    book.write_bytes(whole)
    with pytest.raises(FileError, match="is damaged"):
        Package(book).content()


# What stays


def test_nothing_filled_is_the_same_file(book):
    before, after = parts_of(book), filled(book, Content())
    assert after == before


def test_the_same_values_leave_every_part_alone(book):
    before = parts_of(book)
    content = Content({"tblYearly": ROWS}, {"tblYearly": HEADINGS}, names={"grid_limit": 5})
    assert filled(book, content) == before


def test_every_part_that_is_not_meant_stays_byte_for_byte_in_its_order_with_its_date(book):
    def entries():
        with zipfile.ZipFile(book) as package:
            return package.comment, [
                (info.filename, info.date_time, info.compress_type, info.external_attr) for info in package.infolist()
            ]

    before, listed = parts_of(book), entries()
    after = filled(book, yearly([*ROWS, [2027.0, 550.0, "c"]]))
    assert entries() == listed
    assert {name for name in before if before[name] != after[name]} == {SHEET, TABLE, CHART}


def test_a_changed_sheet_declares_every_namespace_that_it_did_and_all_that_may_be_ignored(book):
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    edit(book, SHEET, ('mc:Ignorable="x14ac"', 'xmlns:xr9="urn:xr9" mc:Ignorable="x14ac xr9"'))
    before = etree.fromstring(parts_of(book)[SHEET])
    text = filled(book, yearly([*ROWS, [2027, 1, "c"]]))[SHEET]
    after = etree.fromstring(text)
    assert after.nsmap == before.nsmap
    assert set(after.get(f"{{{mc}}}Ignorable").split()) <= set(after.nsmap)
    assert re.match(rb"<\?xml version=.1.0. encoding=.UTF-8. standalone=.yes.\?>", text)
    for name in ("legacyDrawing", "sheetData", "extLst", "tableParts"):
        assert after.find(f"{{*}}{name}") is not None


def test_a_sheet_whose_elements_have_a_prefix_is_filled(book):
    text = parts_of(book)[SETTINGS].decode()
    text = re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", text).replace("xmlns=", "xmlns:x=")
    write_parts(book, {**parts_of(book), SETTINGS: text.encode()})
    named(book, 7)
    assert cell(book, "Settings", "B7").value == 7


def test_a_protected_sheet_is_written_and_stays_protected(book):
    assert b"<sheetProtection " in named(book, 7)[SETTINGS]


def test_rich_text_that_says_the_same_stays_rich(book):
    edit(book, BOOK, ("Settings!$B$7</", "'My notes'!$A$6</"))
    before = parts_of(book)
    assert named(book, "boldplain") == before


# Tables


@pytest.mark.parametrize("count", [1, 2, 3, 40])
def test_a_table_has_as_many_rows_as_it_is_given(book, count):
    rows = [[2025.0 + i, i / 3, f"note {i}"] for i in range(count)]
    filled(book, yearly(rows))
    assert [row[:3] for row in values(book)[5:] if row[0] != ""] == rows
    sheet = openpyxl.load_workbook(book)["Yearly"]
    assert sheet.tables["tblYearly"].ref == sheet.tables["tblYearly"].autoFilter.ref == f"A5:C{5 + count}"
    assert Package(book).tables["tblYearly"].bottom == 4 + count


def test_a_table_without_rows_keeps_a_blank_one_with_its_format(book):
    filled(book, yearly([]))
    assert len(values(book)) < 6 or set(values(book)[5]) == {""}
    assert cell(book, "Yearly", "B6").number_format == "0.00"
    assert openpyxl.load_workbook(book)["Yearly"].tables["tblYearly"].ref == "A5:C6"
    filled(book, yearly(ROWS))
    assert [row[:3] for row in values(book)[5:7]] == ROWS


def test_new_rows_look_like_the_first(book):
    filled(book, yearly([*ROWS, [2027, None, "c"], [2028, 1, "d"]]))
    assert [cell(book, "Yearly", f"B{row}").number_format for row in (7, 8, 9)] == ["0.00"] * 3


def test_a_table_that_was_moved_and_reordered_and_has_a_column_of_its_user_is_filled_by_headings(tmp_path):
    path = depot(tmp_path / "depot.xlsx", top=9, left=4, headings=["Note", "Mine", "Solar [kWp]", "Year"])
    edit(path, TABLE, ('name="Solar [kWp]"', 'name="solar_x000a_(KWP)"'))
    package = Package(path)
    package.fill(yearly([[1, 2, "c"]]))
    path.write_bytes(package.content())
    assert values(path)[10][4:] == ["c", "", 2.0, 1.0]
    assert len(values(path)) == 11 or set(values(path)[11]) == {""}


def test_a_users_own_column_is_left_alone_when_the_table_shrinks(tmp_path):
    path = depot(tmp_path / "depot.xlsx", headings=[*HEADINGS, "Mine"])
    edit(path, BOOK, ("Settings!$B$7</", "Yearly!$D$7</"))
    named(path, "keep")
    filled(path, yearly([[1, 2, "c"]]))
    assert cell(path, "Yearly", "D7").value == "keep"
    assert cell(path, "Yearly", "A7").value is None


def test_a_column_that_is_missing_is_named_with_its_table(book):
    problem = refused(book, yearly([[1]], ["Battery [kWh]"]))
    assert problem.where == "Yearly!5:5"
    assert problem.message == "the table 'tblYearly' has no column 'Battery [kWh]'."


def test_a_table_or_name_that_is_missing_is_named(book):
    assert "'tblFlows' is missing" in refused(book, Content({"tblFlows": []}, {"tblFlows": []})).message
    assert "'lost' is missing or points to no cell" in refused(book, Content(names={"lost": 1})).message


def test_a_filled_cell_in_the_way_is_named_and_nothing_is_written(book):
    edit(book, BOOK, ("Settings!$B$7</", "Yearly!$C$9</"))
    named(book, "mine")
    filled(book, yearly([*ROWS, [2027, 1, "c"]]))
    problem = refused(book, yearly([*ROWS, [2027, 1, "c"], [2028, 1, "c"]]))
    assert problem.where == "Yearly!C9"
    assert problem.message == "this cell is in the way."


def test_a_table_below_is_in_the_way_and_one_beside_is_not(tmp_path):
    path = depot(tmp_path / "depot.xlsx")
    parts = parts_of(path)
    parts["xl/tables/other.xml"] = (
        b'<table xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" id="9" displayName="tblOwn" '
        b'ref="C9:C10"><tableColumns count="1"><tableColumn id="1" name="x"/></tableColumns></table>'
    )
    relations = "xl/worksheets/_rels/sheet1.xml.rels"
    more = (
        b'<Relationship Id="rId77" Type="http://x/relationships/table" Target="../tables/other.xml"/></Relationships>'
    )
    write_parts(path, {**parts, relations: parts[relations].replace(b"</Relationships>", more)})
    assert refused(path, yearly([[1, 2, "c"]] * 4)).where == "Yearly!C9:C10"
    edit(path, "xl/tables/other.xml", ("C9:C10", "D9:D10"))
    filled(path, yearly([[1, 2, "c"]] * 4))


def test_rows_are_put_in_order_and_the_used_area_grows(book):
    text = filled(book, yearly([[1, 2, "c"]] * 30))[SHEET].decode()
    numbers = [int(number) for number in re.findall(r'<row r="(\d+)"', text)]
    assert numbers == sorted(set(numbers))
    assert '<dimension ref="A1:C35"/>' in text


def test_cells_are_put_in_order_between_those_that_are_there(tmp_path):
    path = depot(tmp_path / "depot.xlsx", headings=["Note", "Mine", "Solar [kWp]", "Year"])
    edit(path, BOOK, ("Settings!$B$7</", "Yearly!$B$6</"))
    text = named(path, "mine")[SHEET].decode()
    assert re.findall(r'<c r="(\w6)"', text) == ["A6", "B6", "C6", "D6"]
    assert "spans" not in re.search(r'<row r="6"[^>]*>', text)[0]


def test_cells_and_rows_without_an_address_keep_their_places(book):
    text = re.sub(r'(<c|<row) r="\w+"', r"\1", parts_of(book)[NOTES].decode())
    text = text.replace("<sheetData>", "<sheetData><row/>", 1)  # all one row lower
    write_parts(book, {**parts_of(book), NOTES: text.encode()})
    edit(book, BOOK, ("Settings!$B$7</", "'My notes'!$B$1</"))
    named(book, 9)
    assert [row[:3] for row in values(book, "My notes")[:2]] == [["", 9.0, ""], [1.0, 2.0, 3.0]]


def test_rules_on_a_whole_column_grow_with_the_table(book):
    text = filled(book, yearly([[1, 2, "c"]] * 5))[SHEET].decode()
    assert text.count('sqref="B6:B10"') == 2
    assert "<xm:sqref>B6:B10</xm:sqref>" in text
    assert "<xm:sqref>J1</xm:sqref>" in text


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_chart_on_a_whole_column_follows_the_table(book, count):
    text = filled(book, yearly([[2030 + i, Formula("=1+1", 7.5), "c"] for i in range(count)]))[CHART].decode()
    last = 5 + count
    assert re.findall("<c:f>(.*?)</c:f>", text) == [
        f"Yearly!$A$6:$A${last}",
        f"Yearly!$B$6:$B${last}",
        "'My notes'!$A$1:$C$1",
    ]
    assert text.count(f'<c:ptCount val="{count}"/>') == 2
    assert text.count("<c:v>7.5</c:v>") == count


def test_several_tables_and_calls_add_up(book):
    package = Package(book)
    package.fill(yearly([[1, 2, "c"]] * 5))
    package.fill(yearly([[1, 2, "d"]]))
    package.fill(Content(names={"grid_limit": 8}))
    book.write_bytes(package.content())
    assert package.tables == Package(book).tables == {"tblYearly": Area("Yearly", 4, 0, 5, 2)}
    assert values(book)[5][:3] == [1.0, 2.0, "d"]
    assert cell(book, "Settings", "B7").value == 8


# Values


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", '=HYPERLINK("http://x")', " a ", "a\nb", "<&>\"'", "ä😀"])
def test_text_stays_text(book, text):
    parts = named(book, text)
    assert 't="inlineStr"' in cell_xml(parts, SETTINGS, "B7")
    assert b"<f>1+1</f>" not in parts[SETTINGS]
    assert values(book, "Settings")[-2][1] == text
    assert cell(book, "Settings", "B7").data_type == "s"


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("a\x01b", "a_x0001_b"),
        ("_x0041_", "_x005F_x0041_"),
        ("\ud800", "_xD800_"),
        ("a\r\nb", "a_x000D_\nb"),
        ("_x", "_x"),
    ],
)
def test_what_xml_cannot_hold_is_written_as_excel_writes_it(book, text, stored):
    first = named(book, text)
    assert f">{stored}</t>" in cell_xml(first, SETTINGS, "B7")
    assert named(book, text) == first


@pytest.mark.parametrize("number", [0, 1, -2.5, 0.1 + 0.2, 1e-300, 1.7976931348623157e308, 12345678901234567])
def test_a_number_keeps_all_its_digits(book, number):
    named(book, number)
    assert cell(book, "Settings", "B7").value == number
    assert cell(book, "Settings", "B7").data_type == "n"


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_number_is_never_written(book, number):
    package = Package(book)
    for value in (number, Formula("=1", number)):
        with pytest.raises(ValueError, match="is no number"):
            package.fill(Content({"tblYearly": [[1, 2, "c"]]}, {"tblYearly": HEADINGS}, names={"grid_limit": value}))
    book.with_name("after.xlsx").write_bytes(package.content())
    assert parts_of(book.with_name("after.xlsx")) == parts_of(book)


def test_a_formula_has_its_value_and_a_changed_value_alone_leaves_the_formula(book):
    parts = named(book, Formula('=A7&"x"', "Limitx"))
    assert cell_xml(parts, SETTINGS, "B7") == '<c r="B7" t="str"><f>A7&amp;"x"</f><v>Limitx</v></c>'
    parts = named(book, Formula('=A7&"x"', 3))
    assert cell_xml(parts, SETTINGS, "B7") == '<c r="B7"><f>A7&amp;"x"</f><v>3</v></c>'
    assert values(book, "Settings")[-2][1] == 3.0
    assert cell_xml(named(book, None), SETTINGS, "B7") == '<c r="B7"/>'


def test_a_cell_keeps_its_style(book):
    edit(book, BOOK, ("Settings!$B$7</", "Yearly!$B$6</"))
    style = cell(book, "Yearly", "B6").style_id
    for value in ("x", None, Formula("=1", 1), 5):
        named(book, value)
        assert cell(book, "Yearly", "B6").style_id == style


def test_a_spilled_formula_and_a_picture_lose_their_marks_when_they_are_replaced(book):
    edit(book, SETTINGS, ('<c r="B7">', '<c r="B7" cm="1" vm="1"><f t="array" ref="B7">A1</f>'))
    assert cell_xml(named(book, 9), SETTINGS, "B7") == '<c r="B7"><v>9</v></c>'


# Formulas that were there


def to_formula(book, address, sheet="Settings"):
    return edit(book, BOOK, ("Settings!$B$7</", f"'{sheet}'!{address}</"))


def test_a_formula_that_goes_leaves_the_order_of_calculation(book):
    to_formula(book, "$A$3", "My notes")
    parts = named(book, 9)
    assert re.findall(rb"<c [^>]*>", parts[CHAIN]) == [b'<c r="A4" i="3"/>', b'<c r="B8" i="2"/>']


def test_the_order_of_calculation_goes_with_its_last_formula(book):
    for sheet, address in (("Settings", "$B$8"), ("My notes", "$A$3"), ("My notes", "$A$4")):
        text = parts_of(book)[BOOK].decode()
        text = re.sub(r'(name="grid_limit">)[^<]*', rf"\1'{sheet}'!{address}", text)
        write_parts(book, {**parts_of(book), BOOK: text.encode()})
        parts = named(book, 9)
    assert CHAIN not in parts
    assert b"calcChain" not in parts["[Content_Types].xml"] + parts["xl/_rels/workbook.xml.rels"]
    assert cell(book, "My notes", "A3").value == 9


def test_the_order_of_calculation_stays_when_a_formula_is_replaced_by_another(book):
    to_formula(book, "$B$8")
    before = parts_of(book)[CHAIN]
    assert named(book, Formula("=B7*3", 15))[CHAIN] == before


SHARED = (
    '<row r="20"><c r="A20"><f t="shared" ref="A20:A22" si="0">B20*$B$7</f><v>1</v></c></row>'
    '<row r="21"><c r="A21"><f t="shared" si="0"/><v>2</v></c></row>'
    '<row r="22"><c r="A22"><f t="shared" si="0"/><v>3</v></c></row></sheetData>'
)


def test_formulas_that_were_shared_with_one_that_goes_stand_alone(book):
    to_formula(book, "$A$20")
    edit(book, SETTINGS, ("</sheetData>", SHARED))
    named(book, 9)
    assert [cell(book, "Settings", f"A{row}").value for row in (20, 21, 22)] == [9, "=B21*$B$7", "=B22*$B$7"]


def test_a_shared_formula_goes_from_one_cell_and_stays_in_the_others(book):
    to_formula(book, "$A$21")
    edit(book, SETTINGS, ("</sheetData>", SHARED))
    named(book, 9)
    assert [cell(book, "Settings", f"A{row}").value for row in (20, 21, 22)] == ["=B20*$B$7", 9, "=B22*$B$7"]


def test_a_part_of_an_array_formula_is_never_overwritten(book):
    array = '<row r="20"><c r="A20"><f t="array" ref="A20:B20">A1:B1</f></c><c r="B20"><v>2</v></c></row></sheetData>'
    to_formula(book, "$B$20")
    edit(book, SETTINGS, ("</sheetData>", array))
    problem = refused(book, Content(names={"grid_limit": 9}))
    assert problem.where == "Settings!B20"
    assert "array formula" in problem.message
    edit(book, SETTINGS, ('ref="A20:B20"', 'ref="A20"'))
    named(book, 9)
    assert cell(book, "Settings", "B20").value == 9


def test_excel_is_told_to_calculate_when_it_opens_the_file(book):
    edit(book, BOOK, ('<calcPr calcId="124519" fullCalcOnLoad="1"/>', '<oleSize ref="A1"/>'))
    assert b"calcPr" not in filled(book, Content())[BOOK]
    text = named(book, 9)[BOOK].decode()
    assert '</definedNames><calcPr fullCalcOnLoad="1" calcCompleted="0"/><oleSize ref="A1"/>' in text
    edit(book, BOOK, ('<calcPr fullCalcOnLoad="1" calcCompleted="0"/>', '<calcPr calcId="1" iterate="1"/>'))
    assert '<calcPr calcId="1" iterate="1" fullCalcOnLoad="1" calcCompleted="0"/>' in named(book, 10)[BOOK].decode()


def test_formulas_show_what_was_calculated_for_them_or_nothing(book):
    package = Package(book)
    package.recalculated("My notes", {"=SUM(A1:C1)": "OK", "=Yearly!B7*2": 1.0})
    book.write_bytes(package.content())
    parts = parts_of(book)
    assert 't="str"' in cell_xml(parts, NOTES, "A3")
    assert "<f>SUM(A1:C1)</f><v>OK</v>" in cell_xml(parts, NOTES, "A3")
    assert cell_xml(parts, NOTES, "A4").endswith("<f>Yearly!B6*2</f></c>")
    assert [row[0] for row in values(book, "My notes")[:1]] == [1.0]


def test_a_shared_formula_is_compared_as_it_reads_in_its_cell(book):
    edit(book, SETTINGS, ("</sheetData>", SHARED))
    package = Package(book)
    package.recalculated("Settings", {"=B21*$B$7": 55.0})
    book.write_bytes(package.content())
    assert [cell(book, "Settings", f"A{row}", data_only=True).value for row in (20, 21, 22)] == [None, 55, None]


# Rows of plain cells, which stay text


TRICKY = [
    *([2025, 1.0, "same"], [0.1 + 0.2, -0.0, " <&>\"' "], [None, None, ""], ["", None, "a\nb"]),
    *([-3, 1e-300, "_x0041_\x01"], [2025, None, "ä😀"], [1, 2, "@cells:0@"], [True, 12345678901234567, "x" * 40_000]),
]
SAVED = [  # as other programs write what the table has, and what it has not
    *('<c r="A{0}" s="1"><v>2025.0</v></c>', '<c r="B{0}" t="s"><v>0</v></c>', '<c r="C{0}" t="str"><v>same</v></c>'),
    *('<c r="A{0}" t="b"><v>1</v></c>', '<c r="B{0}" t="n"><v>1E0</v></c>', '<c r="C{0}" t="e"><v>#N/A</v></c>'),
    *('<c r="A{0}" s="1"/>', '<c r="B{0}"><v></v></c>', '<c r="C{0}" t="inlineStr"><is><t>a&amp;b</t></is></c>'),
]


def saved(book, beside=""):
    """Give the table six rows that another program wrote, and two below it that are blank."""
    rows = [f'<row r="{n}" spans="1:3">{"".join(SAVED[n % 3 * 3 :][:3])}{beside}</row>'.format(n) for n in range(6, 12)]
    blank = [f'<row r="{n}" ht="20"><c r="A{n}" s="1"/>{beside.format(n)}</row>' for n in (12, 13)]
    text = re.sub(r'<row r="6".*</sheetData>', "".join([*rows, *blank, "</sheetData>"]), parts_of(book)[SHEET].decode())
    write_parts(book, {**parts_of(book), SHEET: text.encode()})
    return edit(book, TABLE, ("A5:C7", "A5:C11"))


@pytest.mark.parametrize("count", [1, 3, 6, 8])
def test_rows_of_plain_cells_become_what_they_become_beside_cells_that_are_not(tmp_path, count):
    texts = []
    for beside in ("", '<c r="J{0}"><f>1+1</f><v>2</v></c>'):
        path = saved(depot(tmp_path / "depot.xlsx"), beside)
        for rows in ([[2025, 1.0, "same"]] * 6, TRICKY[:count], TRICKY[:2], TRICKY[-count:]):
            filled(path, yearly(rows))
        texts.append(parts_of(path)[SHEET].decode())
        assert values(path)[5][0] == (rows[0][0] or "")
    plain, others = (re.sub(r'<c r="J\d+"><f>1\+1</f><v>2</v></c>| spans="1:3"', "", text) for text in texts)
    assert etree.canonicalize(plain) == etree.canonicalize(others)
    assert "<f>1+1</f>" in texts[1]


def test_a_row_that_a_name_changes_is_plain_for_the_next_table_and_the_other_way(book):
    to_formula(saved(book), "$C$7", "Yearly")
    content = yearly([[1, 2, "c"], [3, Formula("=1+1", 2), "d"], [5, 6, "e"]])
    filled(book, Content(content.tables, content.headers, names={"grid_limit": "mine"}))
    assert [row[:3] for row in values(book)[5:8]] == [[1.0, 2.0, "c"], [3.0, 2.0, "mine"], [5.0, 6.0, "e"]]
    filled(book, yearly([[7, 8, "f"]] * 7))
    assert [row[:3] for row in values(book)[5:12]] == [[7.0, 8.0, "f"]] * 7


def test_plain_rows_of_an_array_formula_are_never_overwritten(book):
    array = '<c r="A6"><f t="array" ref="A6:A9">H6:H9</f><v>1</v></c>'
    edit(saved(book), SHEET, (SAVED[0].format(6), array))
    edit(book, TABLE, ("A5:C11", "A7:C11"))
    assert refused(book, yearly([[1, 2, "c"]])).where == "Yearly!A8"


@pytest.mark.parametrize("text", ["<c r='A6'><v>&x;</v></c>", '<c r="A6"><v>\x01</v></c>', "@cells:0@", "\udcff"])
def test_a_damaged_row_is_refused_when_its_sheet_is_filled(book, text):
    raw = re.sub(rb'(<row r="6"[^>]*>).*?(?=</row>)', rb"\1@", parts_of(book)[SHEET], flags=re.DOTALL)
    row = text if len(text) > 1 else f'<c r="A6" t="inlineStr"><is><t>{text}</t></is></c>'
    write_parts(book, {**parts_of(book), SHEET: raw.replace(b">@<", f">{row}<".encode(errors="surrogateescape"))})
    with pytest.raises(FileError, match="is damaged"):
        Package(book).fill(yearly(ROWS))


def test_a_sheet_in_another_encoding_keeps_its_text(book):
    text = parts_of(saved(book))[SHEET].decode().replace("UTF-8", "ISO-8859-1").replace("a&amp;b", "Übersicht")
    write_parts(book, {**parts_of(book), SHEET: text.encode("latin-1")})
    to_formula(book, "$A$6", "Yearly")
    named(book, 5)
    assert values(book)[7][2] == "Übersicht"
    filled(book, yearly([[1, 2, "ä"]] * 2))
    assert values(book)[6][:3] == [1.0, 2.0, "ä"]


# Other programs


def test_libreoffice_opens_what_was_written(book, tmp_path):
    office = shutil.which("soffice")
    if office is None and not os.environ.get("CI"):
        pytest.skip("LibreOffice is not installed")
    filled(book, yearly([*ROWS, [2027.5, 1, "=1+1"], [2028, 2, "_x0041_"]]))
    profile = (tmp_path / "profile").as_uri()
    command = [str(office), f"-env:UserInstallation={profile}", "--headless", "--convert-to", "csv"]
    subprocess.run([*command, "--outdir", str(tmp_path), str(book)], check=True, capture_output=True, timeout=180)
    lines = book.with_suffix(".csv").read_text(encoding="utf-8").splitlines()
    assert lines[7].startswith("2027.5,1,=1+1")


def test_rows_of_sentences_get_a_height_that_excel_may_change(book):
    package = Package(book)
    top = package.tables["tblYearly"].top
    package.fill(yearly([[2025, 1, "long"], [2026, 2, "short"]]))
    package.heights("tblYearly", [45.0, None])
    book.write_bytes(package.content())
    text = parts_of(book)[SHEET].decode()
    first, second = (re.search(rf'<row [^>]*\br="{top + k}"[^>]*>', text)[0] for k in (2, 3))
    assert 'ht="45"' in first
    assert "ht=" not in second
    assert "customHeight" not in first + second
