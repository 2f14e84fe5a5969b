"""Planning workbooks that other programs and planners have changed: read as they are, and nothing lost by a run."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.table import TableColumn, TableFormula

from fleetopt.books.closed.book import ClosedBook
from fleetopt.books.closed.files import Workbook
from fleetopt.books.live import LiveBook
from fleetopt.books.reading import read_book
from fleetopt.inputs.schema import INPUT_TABLES
from tests import engine
from tests.doors.test_cli import fleetopt
from tests.packages import edit, parts_of, write_parts

LEAST = 1_147_963.2373087597
"""What the study's depot costs at least at its own export ratio [USD]."""
BOOK, RELATIONS = "xl/workbook.xml", "_rels/.rels"
SIGNED = "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin"


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("new")
    assert fleetopt("new", "plan.xlsm", cwd=folder).returncode == 0
    return folder / "plan.xlsm"


@pytest.fixture
def plan(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path / "plan.xlsm"))


def run(path: Path, *arguments: str) -> dict[str, Any]:
    """What a run finds, and all that it says; it must end well."""
    done = fleetopt("run", path.name, "--json", "--out", "out", *arguments, cwd=path.parent)
    assert done.returncode == 0, done.stderr
    return {**json.loads(done.stdout), "said": done.stderr}


def least(found: dict[str, Any]) -> float:
    return next(one["objective_usd"] for one in found["scenarios"] if one["scenario"] == "Export 1.0")


def table_part(path: Path, name: str) -> str:
    return next(part for part, text in parts_of(path).items() if f'displayName="{name}"'.encode() in text)


def ref(path: Path, name: str) -> tuple[int, int, int, int]:
    """First column and row, last column and row of a table."""
    return range_boundaries(re.search(rb'ref="([^"]+)"', parts_of(path)[table_part(path, name)])[1].decode())


def all_renamed(path: Path) -> None:
    parts = parts_of(path)
    moved = {"xl/workbook.xml": "xl/book2.xml", "xl/_rels/workbook.xml.rels": "xl/_rels/book2.xml.rels"}
    for part in (RELATIONS, "[Content_Types].xml"):
        parts[part] = parts[part].replace(b"xl/workbook.xml", b"xl/book2.xml")
    write_parts(path, {moved.get(name, name): text for name, text in parts.items()})


def in_utf_16(path: Path) -> None:
    def recoded(text: bytes) -> bytes:
        return re.sub("encoding=.utf-8.", 'encoding="UTF-16"', text.decode(), flags=re.IGNORECASE).encode("utf-16")

    parts = parts_of(path)
    write_parts(path, {name: recoded(text) if name.endswith(".xml") else text for name, text in parts.items()})


def as_numbers_exports(path: Path) -> None:
    """Each input table on a worksheet of its own, and no Excel Table."""
    book, new = openpyxl.load_workbook(path), openpyxl.Workbook()
    new.active.title = "Export Summary"
    for sheet in book.worksheets:
        for table in sheet.tables.values():
            if table.name in {table.name for table in INPUT_TABLES}:
                alone = new.create_sheet(f"{sheet.title} - {table.name}")
                for row in sheet[table.ref]:
                    alone.append([cell.value for cell in row])
    path.unlink()
    new.save(path)


@pytest.mark.parametrize("change", [all_renamed, in_utf_16, as_numbers_exports])
def test_what_another_program_writes_otherwise_is_the_same_plan(plan: Path, change: Callable[[Path], None]):
    change(plan)
    assert least(run(plan)) == pytest.approx(LEAST, rel=1e-9)


@pytest.mark.parametrize("formula", ["", "<f>1=1</f>", '<f t="shared" si="0"/>'])
def test_truth_values_in_words_are_read_as_they_say(tmp_path: Path, formula: str):
    path = tmp_path / "plain.xlsx"
    book = openpyxl.Workbook()
    for value in (True, False, "true"):
        book.active.append([value])
    book.save(path)
    sheet = "xl/worksheets/sheet1.xml"
    edit(path, sheet, ('t="b"><v>1</v>', f't="b">{formula}<v>true</v>'), ('t="b"><v>0</v>', 't="b"><v>false</v>'))
    assert Workbook(path).block("Sheet").rows == [[True], [False], ["true"]]


def test_a_signature_that_a_run_breaks_is_said(plan: Path):
    relation = f'<Relationship Id="rIdS" Type="{SIGNED}" Target="_xmlsignatures/origin.sigs"/></Relationships>'
    edit(plan, RELATIONS, ("</Relationships>", relation))
    write_parts(plan, {**parts_of(plan), "_xmlsignatures/origin.sigs": b""})
    assert "signature" not in run(plan)["said"]
    assert "Its digital signature no longer holds" in run(plan, "--in-place")["said"]


def test_a_filter_on_results_hides_no_new_rows_and_is_named(plan: Path):
    run(plan, "--in-place")
    book = openpyxl.load_workbook(plan, keep_vba=True)
    flows = book["Flows"]
    _, top, _, bottom = range_boundaries(flows.tables["tblFlows"].ref)
    flows.tables["tblFlows"].autoFilter.add_filter_column(0, ["gone"])
    for row in range(top + 1, bottom + 1):
        flows.row_dimensions[row].hidden = True
    book.save(plan)
    assert "The filter on tblFlows was taken off" in run(plan, "--in-place")["said"]
    flows = openpyxl.load_workbook(plan)["Flows"]
    assert not any(flows.row_dimensions[row].hidden for row in range(top + 1, bottom + 1))
    assert not flows.tables["tblFlows"].autoFilter.filterColumn
    assert "filter" not in run(plan, "--in-place")["said"]


def test_a_column_that_calculates_itself_fills_new_rows_and_none_below(plan: Path):
    run(plan, "--in-place", "--scenario", "Export 1.0")
    book = openpyxl.load_workbook(plan, keep_vba=True)
    yearly = book["Yearly"]
    left, top, right, bottom = range_boundaries(yearly.tables["tblYearly"].ref)
    own = yearly.cell(top, right + 1)
    own.value = "Mine"
    for row in range(top + 1, bottom + 1):
        yearly.cell(row, right + 1).value = "=1+1"
    yearly.tables["tblYearly"].ref = f"{yearly.cell(top, left).coordinate}:{yearly.cell(bottom, right + 1).coordinate}"
    yearly.tables["tblYearly"].autoFilter.ref = yearly.tables["tblYearly"].ref
    column = TableColumn(id=right - left + 2, name="Mine", calculatedColumnFormula=TableFormula(attr_text="1+1"))
    yearly.tables["tblYearly"].tableColumns.append(column)
    book.save(plan)
    for scenarios, count in (((), 3), (("--scenario", "Export 1.0"), 1)):
        run(plan, "--in-place", *scenarios)
        yearly = openpyxl.load_workbook(plan)["Yearly"]
        last = top + count * (bottom - top)
        assert range_boundaries(yearly.tables["tblYearly"].ref)[3] == last
        shown = [yearly.cell(row, right + 1).value for row in range(top + 1, last + 30)]
        assert shown == ["=1+1"] * (last - top) + [None] * 29


def test_a_totals_row_that_holds_a_table_is_named_by_its_row(plan: Path):
    *_, bottom = ref(plan, "tblYearly")
    part = table_part(plan, "tblYearly")
    text = parts_of(plan)[part].decode()
    text = re.sub(r'(<table [^>]*ref="[A-Z]+\d+:[A-Z]+)\d+"', rf'\g<1>{bottom + 1}" totalsRowCount="1"', text, count=1)
    write_parts(plan, {**parts_of(plan), part: text.encode()})
    done = fleetopt("run", plan.name, "--in-place", cwd=plan.parent)
    assert done.returncode == 6
    assert f"Yearly!{bottom + 1}:{bottom + 1}: the table 'tblYearly' has a totals row" in " ".join(done.stderr.split())


@pytest.mark.parametrize("is_open", [False, True])
def test_a_name_whose_cell_is_gone_is_said(plan: Path, is_open: bool):
    text = parts_of(plan)[BOOK].decode()
    lost = re.sub(r'(<definedName name="checks_state"[^>]*>)[^<]*', r"\1Checks!#REF!", text)
    assert lost != text
    write_parts(plan, {**parts_of(plan), BOOK: lost.encode()})
    book = LiveBook(engine.open_book(plan)) if is_open else ClosedBook(plan)
    said = [problem.message for problem in read_book(book).problems]
    assert any("the name checks_state points to no cell any more" in text for text in said), said
