"""The open workbook: what stands in Excel arrives as it is, and what is written stands there as it was meant."""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
import xlwings
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table

from fleetopt.books.live import LiveBook
from fleetopt.words.block import ROWS_ABOVE, ROWS_BELOW, Block
from fleetopt.words.cells import Fault
from fleetopt.words.content import Content, Formula
from fleetopt.words.problem import FileError, Problem
from tests import engine

HEADINGS = ("Year", "Note", "Cost [USD]")


@pytest.fixture(autouse=True)
def counts_from_zero():
    engine.calls.clear()
    engine.statuses.clear()
    engine.engine.is_mac = False


@pytest.fixture
def book(tmp_path):
    """Opens a workbook with one table `tblPlan` on the sheet Plan, C5 its first heading, and what else is asked for."""

    def make(rows, headings=HEADINGS, cells=None, change=None) -> xlwings.Book:
        written = openpyxl.Workbook()
        sheet = written.active
        sheet.title = "Plan"
        for i, row in enumerate([headings, *rows]):
            for j, value in enumerate(row):
                sheet.cell(5 + i, 3 + j, value)
        end = openpyxl.utils.get_column_letter(2 + len(headings))
        sheet.add_table(Table(displayName="tblPlan", ref=f"C5:{end}{5 + max(1, len(rows))}"))
        for address, value in (cells or {}).items():
            sheet[address] = value
        if change:
            change(written)
        written.save(tmp_path / "plan.xlsx")
        return engine.open_book(tmp_path / "plan.xlsx")

    return make


def plan(*rows, headings=HEADINGS) -> Content:
    return Content({"tblPlan": rows}, {"tblPlan": headings})


def shown(opened: xlwings.Book) -> list[list[object]]:
    return LiveBook(opened).blocks()["tblPlan"].rows


def refused(opened: xlwings.Book, content: Content) -> Problem:
    with pytest.raises(FileError) as raised:
        LiveBook(opened).fill(content)
    assert raised.value.problem.advice
    return raised.value.problem


# reading


def test_a_table_is_read_from_where_it_stands(book):
    block = LiveBook(book([(2026, "a", 1.5)])).blocks()["tblPlan"]
    below, above = ([None] * 3,) * ROWS_BELOW, ([None] * 3,) * ROWS_ABOVE
    assert block == Block("Plan", [list(HEADINGS), [2026.0, "a", 1.5]], 4, 2, below=below, above=above)
    assert block.where(1, 2) == "Plan!E6"


def test_each_table_is_read_in_one_block(book):
    def second(written):
        sheet = written.create_sheet("Other")
        sheet["A1"] = "X"
        sheet.add_table(Table(displayName="tblOther", ref="A1:A2"))

    live = LiveBook(book([(2026, None, 1)] * 50, change=second))
    assert list(live.blocks()) == ["tblPlan", "tblOther"]
    assert engine.calls == {"read": 2, "row_height": 2, "number_format": 2}
    engine.calls.clear()
    assert list(live.blocks(["tblOther"])) == ["tblOther"]
    assert engine.calls == {"read": 1, "row_height": 1}  # formats are known by now


def test_rows_that_are_hidden_are_known_by_their_height(book):
    def hide(written):
        dimensions = written.active.row_dimensions
        dimensions[5].height = 40.0  # the headings
        dimensions[7].height = 30.0
        for i in (8, 9, 14):
            dimensions[i].hidden = True
        dimensions[16].hidden = True  # below the table

    rows = [(2025 + i, None, 1.0) for i in range(10)]
    assert LiveBook(book(rows, change=hide)).blocks()["tblPlan"].hidden == {7, 8, 13}
    assert LiveBook(book(rows)).blocks()["tblPlan"].hidden == frozenset()


def test_few_questions_are_asked_where_every_row_has_another_height(book):
    def vary(written):
        for i in range(5, 2005):
            written.active.row_dimensions[i].height = 15.0 + i % 7

    engine.calls.clear()
    LiveBook(book([(2025, None, 1.0)] * 2000, change=vary)).blocks()
    assert engine.calls["row_height"] <= 100


def test_dates_booleans_numbers_and_blanks_keep_their_kind(book):
    day = datetime.datetime(2026, 3, 1)
    _, row = shown(book([(day, True, None)]))
    assert row == [day, True, None]
    assert row[1] is True


@pytest.mark.parametrize("is_mac", [False, True], ids=["windows", "mac"])
def test_errors_become_faults_and_nothing_moves(book, is_mac):
    rows = [("#REF!", "a", 1), ("#N/A", "#DIV/0!", "#NAME?"), (3, None, 4), (5, "b", "#VALUE!")]
    opened = book(rows)
    engine.engine.is_mac = is_mac
    assert shown(opened)[1:] == [
        [Fault("the error #REF!"), "a", 1.0],
        [Fault("the error #N/A"), Fault("the error #DIV/0!"), Fault("the error #NAME?")],
        [3.0, None, 4.0],
        [5.0, "b", Fault("the error #VALUE!")],
    ]


def test_an_error_that_xlwings_does_not_know_is_a_fault(book):
    assert shown(book([("#SPILL!", "a", 1)]))[1][0] == Fault("an error")


def test_a_number_in_the_currency_format_arrives_uncut(book):
    def money(written):
        written["Plan"]["E6"].number_format = "$#,##0.00"

    assert shown(book([(2026, None, 0.123456)], change=money))[1][2] == 0.123456


def test_a_cut_formula_in_the_currency_format_is_a_fault_and_an_uncut_one_a_number(book, monkeypatch):
    def money(written):
        for row in (6, 7):
            written["Plan"][f"E{row}"].number_format = "$#,##0.00"

    opened = book([(2026, None, 0.123456), (2027, None, 12.5)], change=money)
    monkeypatch.setattr(engine.RangeOfTests, "_entered", lambda *_: "=A1")
    _, cut, uncut = shown(opened)
    assert isinstance(cut[2], Fault)
    assert uncut[2] == 12.5


def test_a_totals_row_is_not_part_of_the_block(book):
    def total(written):
        table = written["Plan"].tables["tblPlan"]
        table.ref, table.totalsRowCount = "C5:E7", 1
        written["Plan"]["C7"] = "Total"

    assert shown(book([(2026, "a", 1)], change=total)) == [list(HEADINGS), [2026.0, "a", 1.0]]


# writing


@pytest.mark.parametrize("text", ["=1+1", "+5", "1-2", "TRUE", "2025", "@a", "-a", "'a", "#N/A", "Depot"])
def test_text_stays_text(book, tmp_path, text):
    opened = book([(2026, None, 1)])
    LiveBook(opened).fill(plan((2026, text, 1)))
    opened.save(tmp_path / "saved.xlsx")
    cell = openpyxl.load_workbook(tmp_path / "saved.xlsx")["Plan"]["D6"]
    assert (cell.value, cell.data_type) == (text, "s")


def test_the_engine_of_the_tests_takes_text_without_an_apostrophe_as_excel_does(book):
    cells = book([]).sheets["Plan"].range("C6:F6")
    cells.value = ["2025", "TRUE", "1-2", "+A1"]
    assert cells.value == [2025.0, True, datetime.datetime(2026, 1, 2), None]
    assert cells.formula[0][3] == "=+A1"


def test_formulas_become_formulas(book):
    opened = book([(2026, None, 1)])
    LiveBook(opened).fill(plan((2026, "a", Formula("=1+1", 2.0))))
    assert opened.sheets["Plan"].range("E6").formula == "=1+1"


def test_blanks_and_empty_texts_leave_the_cell_empty(book):
    opened = book([(2026, "a", 1)])
    LiveBook(opened).fill(plan((2027, "", None)))
    assert shown(opened)[1:] == [[2027.0, None, None]]


def test_a_table_is_written_in_one_block(book):
    live = LiveBook(book([(2026, "a", 1)]))
    live.fill(plan(*[(year, "b", 2) for year in range(2026, 2036)]))
    assert engine.calls == {"read": 1, "formula": 1, "resize": 1, "write": 1, "filter": 2}


def test_a_table_grows(book):
    opened = book([(2026, "a", 1)])
    LiveBook(opened).fill(plan((2026, "a", 1), (2027, "b", 2), (2028, "c", 3)))
    assert opened.sheets["Plan"].tables["tblPlan"].range.address == "$C$5:$E$8"
    assert shown(opened)[3] == [2028.0, "c", 3.0]


def test_a_table_shrinks_and_leaves_nothing_behind(book):
    opened = book([(2026, "a", 1), (2027, "b", 2), (2028, "c", 3)])
    LiveBook(opened).fill(plan((2030, "z", 9)))
    assert opened.sheets["Plan"].tables["tblPlan"].range.address == "$C$5:$E$6"
    assert opened.sheets["Plan"].range("C6:E8").value == [[2030.0, "z", 9.0], [None] * 3, [None] * 3]


def test_a_table_without_rows_keeps_one_blank_row(book):
    opened = book([(2026, "a", 1), (2027, "b", 2)])
    LiveBook(opened).fill(plan())
    assert opened.sheets["Plan"].tables["tblPlan"].range.address == "$C$5:$E$6"
    assert shown(opened) == [list(HEADINGS), [None] * 3]


def test_columns_are_found_by_heading_in_any_order_and_still_written_at_once(book):
    opened = book([(1, 2026, "a")], headings=("cost [usd]", "YEAR", "Note"))
    LiveBook(opened).fill(plan((2027, "b", 2)))
    assert shown(opened)[1] == [2.0, 2027.0, "b"]
    assert engine.calls["write"] == 1


def test_a_column_of_the_users_own_is_left_alone(book):
    opened = book([(2026, "mine", "a", 1)], headings=("Year", "Own", "Note", "Cost [USD]"))
    LiveBook(opened).fill(plan((2027, "b", 2), (2028, "c", 3)))
    assert shown(opened)[1:] == [[2027.0, "mine", "b", 2.0], [2028.0, None, "c", 3.0]]
    assert engine.calls["write"] == 2


def test_a_missing_column_is_named_and_nothing_written(book):
    opened = book([(2026, "a", 1)], headings=("Year", "Note", "Costs [USD]"))
    problem = refused(opened, plan((2027, "b", 2)))
    assert problem.where == "Plan!5:5"
    assert problem.message == "the column 'Cost [USD]' of the table 'tblPlan' is missing."
    assert problem.advice == "Did you mean 'Costs [USD]'?"
    assert shown(opened)[1] == [2026.0, "a", 1.0]


def test_tables_are_found_in_any_case_of_their_name(book):
    opened = book([(2026, "a", 1)])
    LiveBook(opened).fill(Content({"TBLPLAN": [(2027, "b", 2)]}, {"TBLPLAN": HEADINGS}))
    assert LiveBook(opened).blocks(["tblplan"])["tblPlan"].rows[1] == [2027.0, "b", 2.0]


def test_a_missing_table_is_named(book):
    problem = refused(book([(2026, "a", 1)]), Content({"tblX": []}, {"tblX": ["Year"]}))
    assert problem.message == "the table 'tblX' is missing."


@pytest.mark.parametrize("kind", ["mine", "=1/3"])
def test_a_table_does_not_grow_over_filled_cells(book, kind):
    opened = book([(2026, "a", 1)], cells={"D8": kind, "F7": "beside"})
    problem = refused(opened, plan((2026, "a", 1), (2027, "b", 2), (2028, "c", 3)))
    assert problem.where == "Plan!D8"
    assert problem.message == "stands in the way of the table 'tblPlan', which grows to row 8."
    assert shown(opened) == [list(HEADINGS), [2026.0, "a", 1.0]]


def test_a_table_grows_up_to_the_filled_cell(book):
    opened = book([(2026, "a", 1)], cells={"D8": "mine"})
    LiveBook(opened).fill(plan((2026, "a", 1), (2027, "b", 2)))
    assert opened.sheets["Plan"].range("D7:D8").value == ["b", "mine"]


def test_nothing_is_written_when_a_later_table_does_not_fit(book):
    def second(written):
        sheet = written.create_sheet("Other")
        sheet["A1"], sheet["A3"] = "X", "mine"
        sheet.add_table(Table(displayName="tblOther", ref="A1:A2"))

    opened = book([(2026, "a", 1)], change=second)
    content = Content(
        {"tblPlan": [(2027, "b", 2)], "tblOther": [(1,), (2,)]}, {"tblPlan": HEADINGS, "tblOther": ("X",)}
    )
    assert refused(opened, content).where == "Other!A3"
    assert shown(opened)[1] == [2026.0, "a", 1.0]


def test_a_table_does_not_grow_over_the_end_of_the_sheet(book):
    rows = [(2026, "a", 1)] * 1_048_572
    problem = refused(book([(2026, "a", 1)]), plan(*rows))
    assert problem.message == "the table 'tblPlan' would end in row 1,048,577; a sheet has 1,048,576."


def test_a_totals_row_moves_with_the_table(book):
    def total(written):
        table = written["Plan"].tables["tblPlan"]
        table._initialise_columns()
        table.tableColumns[0].totalsRowLabel = "Total"
        table.ref, table.totalsRowCount = "C5:E7", 1
        for column, heading in zip(table.tableColumns, HEADINGS, strict=True):
            column.name = heading
        written["Plan"]["C7"] = "Total"

    opened = book([(2026, "a", 1)], change=total)
    LiveBook(opened).fill(plan((2026, "a", 1), (2027, "b", 2)))
    assert opened.sheets["Plan"].range("C6:C8").value == [2026.0, 2027.0, "Total"]


def test_a_filter_is_taken_off_while_a_table_is_written(book, monkeypatch):
    opened = book([(2026, "a", 1)])
    table = opened.sheets["Plan"].tables["tblPlan"]
    seen = []
    monkeypatch.setattr(engine.TableOfTests, "resize", lambda *_: seen.append(table.show_autofilter))
    LiveBook(opened).fill(plan((2026, "a", 1), (2027, "b", 2)))
    assert seen == [False]
    assert table.show_autofilter


def test_a_protected_sheet_is_named_as_a_refusal(book):
    def protect(written):
        written["Plan"].protection.enable()

    opened = book([(2026, "a", 1)], change=protect)
    problem = refused(opened, plan((2027, "b", 2)))
    assert problem.where == "plan.xlsx"
    assert problem.message.startswith("cannot be written; Excel says: The cell or chart you're trying to change is on")
    assert "unprotect the sheet" in problem.advice
    assert opened.app.screen_updating


def test_the_screen_rests_while_writing_and_not_afterwards(book, monkeypatch):
    opened = book([(2026, "a", 1)])
    seen = []
    monkeypatch.setattr(engine.TableOfTests, "resize", lambda *_: seen.append(opened.app.screen_updating))
    LiveBook(opened).fill(plan((2027, "b", 2), (2028, "c", 3)))
    assert seen == [False]
    assert opened.app.screen_updating


@pytest.mark.parametrize(
    ("name", "value"),
    [("excepinfo", (0, "Microsoft Excel", "Busy.\n", None, 0, -1)), ("excepinfo", None), ("errormessage", "Busy.")],
)
def test_a_refusal_is_told_in_excels_own_words_on_windows_and_mac(book, monkeypatch, name, value):
    def refuse(*_):
        reason = engine.Refused("Busy")
        setattr(reason, name, value)
        raise reason

    opened = book([(2026, "a", 1)])
    monkeypatch.setattr(engine.RangeOfTests, "cells", refuse)
    assert refused(opened, plan((2027, "b", 2))).message == "cannot be written; Excel says: Busy."


# names and the status bar


def named(written):
    written.defined_names["grid_limit"] = DefinedName("grid_limit", attr_text="Plan!$A$1")
    written.defined_names["lost"] = DefinedName("lost", attr_text="Plan!#REF!")


def test_a_name_is_read_and_written(book):
    opened = book([], cells={"A1": 1750}, change=named)
    live = LiveBook(opened)
    assert live.value("grid_limit") == 1750.0
    live.fill(Content(names={"grid_limit": "=1+1"}))
    assert live.value("Grid_Limit") == "=1+1"


def test_a_name_that_is_not_there_has_no_value(book):
    assert LiveBook(book([])).value("grid_limit") is None


def test_an_error_in_a_named_cell_is_a_fault(book):
    assert LiveBook(book([], cells={"A1": "#REF!"}, change=named)).value("grid_limit") == Fault("the error #REF!")


def test_a_name_that_is_lost_is_said_before_anything_is_written(book):
    opened = book([(2026, "a", 1)], change=named)
    content = Content({"tblPlan": [(2027, "b", 2)]}, {"tblPlan": HEADINGS}, names={"lost": 1})
    assert refused(opened, content).message == "the name 'lost' stands for no cell."
    assert refused(opened, Content(names={"absent": 1})).message == "the name 'absent' is missing."
    assert shown(opened)[1] == [2026.0, "a", 1.0]


def test_the_status_bar_says_it_and_is_given_back(book):
    live = LiveBook(book([]))
    live.say("solving")
    live.say("x" * 300)
    live.say(None)
    assert engine.statuses == ["solving", "x" * 250, None]


def test_the_name_of_the_book_is_its_file_name(book):
    assert LiveBook(book([])).name == "plan.xlsx"


# the engine as a process


def test_a_button_runs_its_command_on_the_calling_workbook_in_a_process_of_its_own(book, tmp_path: Path):
    book([(2026, "a", 1)])
    command = "import xlwings; b = xlwings.Book.caller(); b.app.status_bar = 'hi'; b.sheets[0]['C6'].value = 2030"
    arguments = [sys.executable, "-m", "tests.engine", str(tmp_path / "plan.xlsx"), command]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == ["hi"]
    assert openpyxl.load_workbook(tmp_path / "plan.xlsx")["Plan"]["C6"].value == 2030
