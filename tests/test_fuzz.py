"""Random corruption of workbooks: never a traceback, never a plan for other figures than those that stand in the file.

FLEETOPT_FUZZ_ROUNDS says how many files are spoiled; `FLEETOPT_FUZZ_ROUNDS=20000 pytest tests/test_fuzz.py` is a long
run by hand. A round depends on its number only, so a failure can be repeated.
"""

from __future__ import annotations

import contextlib
import copy
import io
import json
import os
import re
import warnings
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from lxml import etree
from openpyxl.worksheet.table import Table

from fleetopt.books.reading import read_inputs
from fleetopt.doors import cli
from fleetopt.doors import run as planning
from fleetopt.doors.new import new_workbook
from fleetopt.inputs.schema import INPUT_TABLES
from fleetopt.template import build
from tests.faults import PLANNING, STUDY, parts_of, write_parts
from tests.test_faults import cases, is_same
from tests.untidy import Sheets, refined_inputs, small, write_book

ROUNDS = int(os.environ.get("FLEETOPT_FUZZ_ROUNDS", "300"))
_TAG = re.compile(rb"<[^<>]+>")
_ATTRIBUTE = re.compile(rb' [\w:]+="[^"<>]*"')
_DIGIT, _LETTER = re.compile(rb"[0-9]"), re.compile(rb"[A-Za-z]")
_INPUTS = {table.name for table in INPUT_TABLES}


def with_shared_texts(path: Path, sheets: Sheets) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for i, row in enumerate(rows):
                sheet.write_row(i, 0, row)
    return path


@pytest.fixture(scope="module")
def clean(tmp_path_factory) -> list[tuple[str, Path]]:
    """The small depot in the study's layout, as two programs write it, as a planning workbook, and with refinements."""
    folder = tmp_path_factory.mktemp("clean")
    inline = write_book(folder / "inline.xlsx", small())
    shared = with_shared_texts(folder / "shared.xlsx", small())
    plan = folder / "plan.xlsm"
    plan.write_bytes(new_workbook(read_inputs(str(shared))))
    refined = folder / "refined.xlsm"
    refined.write_bytes(new_workbook(refined_inputs()))
    return [(STUDY, inline), (STUDY, shared), (PLANNING, plan), (PLANNING, refined)]


@pytest.fixture(scope="module")
def clean_cases(clean) -> dict[Path, dict[str, Any]]:
    return {path: cases(path) for _, path in clean}


def asked(*arguments: object) -> tuple[int, list[dict[str, str]]]:
    """The exit code of a command, and what it says."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = int(cli._dispatch([str(argument) for argument in (*arguments, "--json")]))
    return code, json.loads(out.getvalue())["problems"]


# Spoiling


def spoiled_bytes(content: bytes, random: Random) -> bytes:
    """Change, remove, put in or repeat a few bytes."""
    if not content:  # an earlier fault has removed it
        return random.randbytes(4)
    at = random.randrange(len(content))
    end = min(len(content), at + random.choice((1, 1, 1, 2, 4, 16, 100)))
    kind = random.randrange(4)
    if kind == 0:
        return content[:at] + bytes([content[at] ^ random.randrange(1, 256)]) + content[at + 1 :]
    if kind == 1:
        return content[:at] + content[end:]
    if kind == 2:
        return content[:at] + random.randbytes(end - at) + content[at:]
    return content[:end] + content[at:end] + content[end:]


def spoiled_xml(text: bytes, random: Random) -> bytes:
    """Change a digit, a letter, an attribute, a tag or a stretch between two tags; it may be no XML any more."""
    return random.choice((spoiled_bytes, _one_changed, _stretch_moved))(text, random)


def _one_changed(text: bytes, random: Random) -> bytes:
    pattern, instead = random.choice(
        ((_DIGIT, b"0123456789"), (_LETTER, b"abcstvXZ09"), (_ATTRIBUTE, b""), (_TAG, b""))
    )
    found = [*pattern.finditer(text)]
    if not found:
        return spoiled_bytes(text, random)
    one = random.choice(found)
    letter = instead and random.choice(instead).to_bytes(1, "big")
    new = letter or random.choice((b"", one[0] * 2, random.choice(found)[0]))
    return text[: one.start()] + new + text[one.end() :]


def _stretch_moved(text: bytes, random: Random) -> bytes:
    """Remove a stretch between two tags, repeat it, or put it elsewhere."""
    edges = [found.start() for found in _TAG.finditer(text)]
    if len(edges) < 4:
        return spoiled_bytes(text, random)
    i = random.randrange(len(edges) - 1)
    start, end = edges[i], edges[min(len(edges) - 1, i + random.choice((1, 2, 3, 4, 5, 6, 8, 10, 20)))]
    kind = random.randrange(3)
    if kind == 0:
        return text[:start] + text[end:]
    if kind == 1:
        return text[:end] + text[start:end] + text[end:]
    at = random.choice([edge for edge in edges if not start < edge < end])
    rest = text[:start] + text[end:]
    at -= end - start if at >= end else 0
    return rest[:at] + text[start:end] + rest[at:]


def spoiled_tree(text: bytes, random: Random) -> bytes:
    """Remove, repeat, move or rename an element, or change one of its attributes; it stays XML."""
    try:
        root = etree.fromstring(text)
    except etree.XMLSyntaxError:  # an earlier fault has seen to that
        return spoiled_bytes(text, random)
    elements = [element for element in root.iter("*") if element is not root]
    if not elements:
        return spoiled_bytes(text, random)
    element, other = random.choice(elements), random.choice(elements)
    kind = random.randrange(6)
    if kind == 0:
        element.getparent().remove(element)
    elif kind == 1:
        element.addnext(copy.deepcopy(element))
    elif kind == 2 and other not in element.iter():
        other.addnext(element)
    elif kind == 3:
        element.tag = other.tag
    elif kind == 4 and element.attrib:
        del element.attrib[random.choice(list(element.attrib))]
    elif kind == 5 and element.attrib:
        name = random.choice(list(element.attrib))
        values = [item.get(name) for item in elements if item.get(name)]
        element.set(name, random.choice([*values, "0", "1", "99", "x", ""]))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def spoiled(clean: Path, path: Path, random: Random) -> str:
    """Write a workbook with a few faults; which part they are in."""
    faults = random.choice((1, 1, 1, 2, 3))
    if random.random() < 0.2:
        content = clean.read_bytes()
        for _ in range(faults):
            content = spoiled_bytes(content, random)
        path.write_bytes(content)
        return ""
    parts = parts_of(clean)
    part = random.choice([name for name in parts if name.endswith((".xml", ".rels")) and "docProps" not in name])
    if random.random() < 0.6:  # most of the parts are those of charts and results
        part = random.choice([name for name in parts if _is_read(name, parts)])
    for _ in range(faults):
        parts[part] = random.choice((spoiled_xml, spoiled_tree))(parts[part], random)
    write_parts(path, parts)
    return part


def _is_read(name: str, parts: dict[str, bytes]) -> bool:
    if name.startswith("xl/tables/"):
        return any(f'displayName="{table}"'.encode() in parts[name] for table in _INPUTS)
    if name.startswith("xl/worksheets/sheet"):
        rows = parts[name].count(b"<row ")
        return 0 < rows < 40
    return name in ("xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels")


# What another reader says


def opened(path: Path, bare: Path) -> openpyxl.Workbook | None:
    """The workbook as openpyxl reads it; where it stumbles over what is no cell, without all that."""
    for attempt in (path, bare):
        try:
            if attempt == bare:
                write_bare(path, bare)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return openpyxl.load_workbook(io.BytesIO(attempt.read_bytes()), data_only=True)
        except Exception:  # whatever it says of a damaged file
            continue
    return None


def write_bare(path: Path, bare: Path) -> None:
    """Without formats, and without cells of texts that are not there, which openpyxl would fail at on any sheet."""
    parts = parts_of(path)
    texts = parts.get("xl/sharedStrings.xml", b"").count(b"<si")
    parts.pop("xl/styles.xml", None)
    for name in parts:
        if name.startswith("xl/worksheets/sheet"):
            root = etree.fromstring(parts[name])
            for child in [child for child in root if not child.tag.endswith(("}sheetData", "}tableParts"))]:
                root.remove(child)
            for cell in root.iterfind("{*}sheetData/{*}row/{*}c"):
                cell.attrib.pop("s", None)
                if cell.get("t") == "s" and int(cell.findtext("{*}v") or 0) >= texts:
                    cell.getparent().remove(cell)
            parts[name] = etree.tostring(root)
    write_parts(bare, parts)


def as_read_by_openpyxl(path: Path, layout: str, anew: Path) -> bool:
    """Write the input tables anew as openpyxl reads them; whether it could read them."""
    book = opened(path, anew)
    if book is None:
        return False
    new = openpyxl.Workbook()
    new.remove(new.active)
    for sheet in book.worksheets:
        if layout == STUDY:
            write_sheet(new.create_sheet(sheet.title), sheet)
        for table in sheet.tables.values():
            if table.name in _INPUTS:
                if sheet.title not in new.sheetnames:
                    write_sheet(new.create_sheet(sheet.title), sheet)
                new[sheet.title].add_table(Table(displayName=table.name, ref=table.ref))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        new.save(anew)
    return True


def write_sheet(new: Any, old: Any) -> None:
    for row in old.iter_rows():
        for cell in row:
            if cell.value is not None:
                new[cell.coordinate].value = cell.value
                if isinstance(cell.value, str) and cell.data_type != "e":
                    new[cell.coordinate].data_type = "s"


def said(problems: list[dict[str, str]]) -> set[tuple[str, str]]:
    return {(problem["where"], problem["message"]) for problem in problems}


def checked(number: int, layout: str, clean: Path, clean_cases: dict[str, Any], folder: Path) -> str:
    """Spoil a workbook and see what `check` makes of it."""
    random = Random(number)
    path, anew = folder / clean.name, folder / "anew.xlsx"
    part = spoiled(clean, path, random)
    before = path.read_bytes()
    code, problems = asked("check", path)
    assert path.read_bytes() == before
    assert code in (0, 3, 6), problems
    if code:
        assert all(problem["message"] for problem in problems)
        return f"refused with {code}"
    found = cases(path)
    if is_same(found, clean_cases):
        return "the same"
    assert as_read_by_openpyxl(path, layout, anew), f"{part}: openpyxl does not read what is taken"
    code, others = asked("check", anew)
    if code == 0 and is_same(found, cases(anew)):
        return "as openpyxl reads it"
    assert said(problems) - said(others), f"{part}: openpyxl reads other figures"
    return "other figures, with a message"


def test_a_corrupt_workbook_is_read_as_it_stands_or_refused(clean, clean_cases, tmp_path):
    outcomes: dict[str, int] = {}
    for number in range(ROUNDS):
        layout, path = clean[number % len(clean)]
        try:
            outcome = checked(number, layout, path, clean_cases[path], tmp_path)
        except BaseException as fault:
            fault.add_note(f"in round {number}")
            raise
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    print(outcomes)
    assert sum(outcomes.values()) == ROUNDS
    assert outcomes["refused with 6"] > ROUNDS / 10
    assert outcomes["the same"] > ROUNDS / 10


@pytest.mark.parametrize("which", [2, 3], ids=["base", "refined"])
def test_results_go_into_a_corrupt_workbook_without_harm_or_not_at_all(clean, tmp_path, monkeypatch, which):
    monkeypatch.setattr(build, "build", lambda _content: b"")
    monkeypatch.setattr(planning, "with_room", lambda outcomes, _limit: list(outcomes))
    _, original = clean[which]
    path = tmp_path / original.name
    for number in range(ROUNDS // 30):
        spoiled(original, path, Random(-1 - number))
        before = path.read_bytes()
        asked_first, _ = asked("check", path)
        inputs = cases(path) if asked_first == 0 else None
        was_readable = opened(path, tmp_path / "bare.xlsx") is not None
        code, problems = asked("run", path, "--in-place", "--quiet", "--out", tmp_path / "out")
        assert code in (0, 3, 4, 6), (number, problems)
        assert asked_first in {0, code}, (number, problems)
        if code == 6:
            assert path.read_bytes() == before, number
            continue
        assert asked("check", path)[0] == asked_first, number
        if inputs is not None:
            assert is_same(cases(path), inputs), number
            assert not was_readable or opened(path, tmp_path / "bare.xlsx") is not None, number
