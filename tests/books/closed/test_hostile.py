"""Hostile files: each is read right or refused in a sentence, within seconds and below 500 MB."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from fleetopt.books.reading import read_inputs
from fleetopt.doors.new import new_workbook
from tests.faults import PLANNING, STUDY, parts_of
from tests.untidy import DATA

ROOT = Path(__file__).parents[3]
MOST_MEMORY = 500
"""MB."""
_NAMES = {STUDY: "depot.xlsx", PLANNING: "plan.xlsm"}
_ASK = """
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", timeout=120)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
print(json.dumps([done.returncode, peak, done.stdout, done.stderr]))
"""
"""In a small process between, as a process counts the memory of the one that started it as its own."""

Parts = dict[str, bytes]


@dataclass(frozen=True)
class Answer:
    code: int
    peak: float
    """The most memory that was used [MB]."""
    problems: list[dict[str, str]]


def ask(*arguments: object, cwd: Path) -> Answer:
    """Run a command in a process of its own."""
    pytest.importorskip("resource", reason="the memory of a process cannot be measured here")
    asked = [sys.executable, "-c", _ASK, sys.executable, "-m", "fleetopt", *map(str, arguments), "--json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(asked, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", check=True)
    code, peak, out, err = json.loads(done.stdout)
    assert "Traceback" not in out + err
    assert "A fault of fleetopt itself" not in err
    return Answer(code, peak, json.loads(out)["problems"])


@pytest.fixture(scope="module")
def clean(tmp_path_factory) -> dict[str, Path]:
    """The study's depot in each layout."""
    folder = tmp_path_factory.mktemp("clean")
    (folder / _NAMES[STUDY]).write_bytes((DATA / "Project_dataset.xlsx").read_bytes())
    (folder / _NAMES[PLANNING]).write_bytes(new_workbook(read_inputs(str(folder / _NAMES[STUDY]))))
    return {layout: folder / name for layout, name in _NAMES.items()}


def write(path: Path, parts: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, content in parts.items():
            package.writestr(name, content)


def fleet(parts: Parts) -> str:
    """The sheet with the fleet, in either layout."""
    table = next((name for name, text in parts.items() if b'displayName="tblFleet"' in text), None)
    if table is None:
        return "xl/worksheets/sheet1.xml"
    end = f"/{Path(table).name}".encode()
    relations = next(name for name, text in parts.items() if "worksheets/_rels" in name and end in text)
    return relations.replace("_rels/", "").removesuffix(".rels")


Spoil = Callable[[Parts], None]


def end_of(tag: str, added: bytes, part: str | None = None) -> Spoil:
    """Put something before the end of an element of the fleet's sheet, or of another part."""

    def spoil(parts: Parts) -> None:
        name = part or fleet(parts)
        before, end, after = parts[name].rpartition(f"</{tag}>".encode())
        assert end
        parts[name] = before + added + end + after

    return spoil


def behind(tag: str, added: bytes, part: str | None = None) -> Spoil:
    """Put something behind an element of the fleet's sheet, or of another part."""

    def spoil(parts: Parts) -> None:
        name = part or fleet(parts)
        before, end, after = parts[name].rpartition(f"</{tag}>".encode())
        assert end
        parts[name] = before + end + added + after

    return spoil


def replaced(part: str, old: str, new: str) -> Spoil:
    def spoil(parts: Parts) -> None:
        assert re.search(old.encode(), parts[part])
        parts[part] = re.sub(old.encode(), lambda _: new.encode(), parts[part], count=1)

    return spoil


def filled(size: int, cell: bytes) -> bytes:
    """So many bytes of rows of 8 cells."""
    row = b"<row>" + cell * 8 + b"</row>"
    return row * (size // len(row))


def numbered(count: int, columns: str = "ABCDE", first: int = 2000, cell: str = '<c r="{}{}"><v>1</v></c>') -> bytes:
    """So many rows of cells that say where they are."""
    line = '<row r="{1}">' + "".join(cell.replace("{}{}", f"{letter}{{1}}") for letter in columns) + "</row>"
    return "".join(line.format("", i) for i in range(first, first + count)).encode()


def shared(texts: bytes, cells: bytes = b"") -> Spoil:
    """Replace the shared texts, and add cells."""

    def spoil(parts: Parts) -> None:
        name = next((name for name in parts if name.endswith("sharedStrings.xml")), "xl/sharedStrings.xml")
        space = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        before = parts.get(name, space + b"</sst>").partition(b"</sst>")[0]
        parts[name] = before + texts + b"</sst>"
        if b"sharedStrings" not in parts["xl/_rels/workbook.xml.rels"]:
            relation = b'<Relationship Id="rIdT" Type="x/sharedStrings" Target="/xl/sharedStrings.xml"/>'
            end_of("Relationships", relation, "xl/_rels/workbook.xml.rels")(parts)
        if cells:
            end_of("sheetData", cells)(parts)

    return spoil


def with_parts(names: Iterable[str], content: bytes = b"") -> Spoil:
    """Add parts that nothing leads to."""
    return lambda parts: parts.update(dict.fromkeys(names, content))


def sheets(count: int) -> Spoil:
    """Add sheets without a cell."""

    def spoil(parts: Parts) -> None:
        empty = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
        space = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
        listed, related = [], []
        for i in range(count):
            parts[f"xl/worksheets/more{i}.xml"] = empty
            listed.append(f'<sheet {space} name="More {i}" sheetId="{1000 + i}" r:id="more{i}"/>')
            related.append(f'<Relationship Id="more{i}" Type="x/worksheet" Target="worksheets/more{i}.xml"/>')
        end_of("sheets", "".join(listed).encode(), "xl/workbook.xml")(parts)
        end_of("Relationships", "".join(related).encode(), "xl/_rels/workbook.xml.rels")(parts)

    return spoil


def tables(count: int) -> Spoil:
    """Add tables of one cell to the fleet's sheet."""

    def spoil(parts: Parts) -> None:
        relations = fleet(parts).replace("worksheets/", "worksheets/_rels/") + ".rels"
        related = []
        for i in range(count):
            parts[f"xl/tables/more{i}.xml"] = (
                '<table xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" displayName="more" '
                f'id="{900 + i}" ref="XA{i + 1}"><tableColumns><tableColumn id="1" name="x"/></tableColumns></table>'
            ).encode()
            related.append(f'<Relationship Id="more{i}" Type="x/table" Target="../tables/more{i}.xml"/>')
        end_of("Relationships", "".join(related).encode(), relations)(parts)

    return spoil


def names(count: int) -> Spoil:
    def spoil(parts: Parts) -> None:
        defined = "".join(f'<definedName name="n{i}">Nowhere!$A$1</definedName>' for i in range(count)).encode()
        if b"</definedNames>" in parts["xl/workbook.xml"]:
            end_of("definedNames", defined, "xl/workbook.xml")(parts)
        else:
            behind("sheets", b"<definedNames>" + defined + b"</definedNames>", "xl/workbook.xml")(parts)

    return spoil


def doctype(part: str, encoding: str = "utf-8", inside: str = '<!ENTITY a SYSTEM "file:///etc/passwd">') -> Spoil:
    """Put a DOCTYPE before the root of a part."""

    def spoil(parts: Parts) -> None:
        name = fleet(parts) if part == "fleet" else part
        text = re.sub(r"^<\?xml[^>]*\?>\s*", "", parts[name].decode())
        whole = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [{inside}]>{text}'
        parts[name] = whole.encode(encoding)

    return spoil


_BOMB = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{i + 1} "{f"&a{i};" * 10}">' for i in range(9))
_XML = ("fleet", "xl/workbook.xml", "xl/styles.xml", "_rels/.rels", "xl/_rels/workbook.xml.rels")


@dataclass(frozen=True)
class Hostile:
    """A workbook that is made to harm, and how it is to be answered."""

    name: str
    spoil: Spoil
    words: str = ""
    """What is said; nothing: the workbook is read, as if nothing were wrong with it."""
    layout: str = STUDY


def _cells() -> list[Hostile]:
    cell, million = b"<c><v>1</v></c>", 1_000_000
    at_one_place = b'<row r="2000">' + b'<c r="A2000"><v>1</v></c>' * million + b"</row>"
    text, rich = b"x" * 49_000_000, b"<si><t>" + b"x" * 32_000 + b"</t></si>"
    long_cell = b'<row><c t="str"><v>' + text + b"</v></c></row>"
    sharing = b'<row><c t="s"><v>0</v></c></row>' * 900_000
    return [
        Hostile("400 MB of cells", end_of("sheetData", filled(399_000_000, cell)), "unpacks to 399 MB"),
        Hostile("149 MB of cells", end_of("sheetData", filled(149_000_000, cell)), "at most 50 MB are read"),
        Hostile("49 MB of cells", end_of("sheetData", filled(49_000_000, cell)), "filled cells", PLANNING),
        Hostile("49 MB of empty cells", end_of("sheetData", filled(49_000_000, b"<c/>")), "2,000,000 tags"),
        Hostile("a million rows of a table", end_of("sheetData", numbered(million)), "unpacks to 1"),
        Hostile("200,000 rows of a table", end_of("sheetData", numbered(200_000)), "filled cells", PLANNING),
        Hostile("a million formatted rows", end_of("sheetData", b'<row s="1" customFormat="1"/>' * million)),
        Hostile("a million hidden rows", end_of("sheetData", b'<row hidden="1"/>' * million), layout=PLANNING),
        Hostile("a million cells in a row", end_of("sheetData", b"<row>" + cell * million + b"</row>"), "is damaged"),
        Hostile("a million cells at one place", end_of("sheetData", at_one_place), "is damaged"),
        Hostile("a cell of 49 MB", end_of("sheetData", long_cell), "longer than"),
        Hostile("a shared text of 49 MB", shared(b"<si><t>" + text + b"</t></si>"), "longer than a cell can hold"),
        Hostile("a million shared texts", shared(b"<si><t>x</t></si>" * million), "1,000,000 tags"),
        Hostile("300,000 shared texts", shared(b"<si><t>x</t></si>" * 300_000), layout=PLANNING),
        Hostile("a text that 900,000 cells share", shared(rich, sharing), "20 MB of text"),
        Hostile("a cell beyond the last column", end_of("sheetData", b"<row><c r='AAAAAAA2000'/></row>"), "is damaged"),
        Hostile("a cell beyond all rows", end_of("sheetData", b"<row><c r='A99999999999'/></row>"), "is damaged"),
        Hostile("a wrong dimension", replaced("xl/worksheets/sheet1.xml", '(?<=<dimension ref=")[^"]*', "A1:B2")),
    ]


def _markup() -> list[Hostile]:
    merged = b"<mergeCells>" + b'<mergeCell ref="A1"/>' * 1_900_000 + b"</mergeCells>"
    loop = '<Relationship Id="rIdL" Type="x/table" Target="/{}"/>'
    itself = end_of("Relationships", loop.format("xl/workbook.xml").encode(), "xl/_rels/workbook.xml.rels")
    return [
        Hostile("1.9 million merged cells", behind("sheetData", merged)),
        Hostile("a tag in 100,000 others", behind("sheetData", b"<a>" * 100_000 + b"</a>" * 100_000)),
        Hostile("an attribute of 40 MB", behind("sheetData", b'<a b="' + b"x" * 40_000_000 + b'"/>')),
        Hostile("4,000 sheets", sheets(4_000), layout=PLANNING),
        Hostile("10,000 sheets", sheets(10_000), "more than 5,000 parts"),
        Hostile("4,000 tables of one name", tables(4_000), layout=PLANNING),
        Hostile("100,000 names", names(100_000), layout=PLANNING),
        Hostile("a million names", names(1_000_000), "tags and attributes", PLANNING),
        *(Hostile(f"a DOCTYPE in {part}", doctype(part), "has a DOCTYPE") for part in _XML),
        *(Hostile(f"UTF-16 in {part}", doctype(part, "utf-16"), "has a DOCTYPE") for part in _XML),
        Hostile("an entity bomb", doctype("fleet", inside=_BOMB), "has a DOCTYPE", PLANNING),
        Hostile("a DOCTYPE in shared texts", doctype("xl/sharedStrings.xml"), "has a DOCTYPE", PLANNING),
        Hostile("a DOCTYPE in content types", doctype("[Content_Types].xml"), "has a DOCTYPE", PLANNING),
        Hostile("a DOCTYPE in a table", doctype("xl/tables/table1.xml"), "has a DOCTYPE", PLANNING),
        Hostile("a DOCTYPE in what is not read", doctype("docProps/core.xml")),
        Hostile("a sheet outside of the package", _sheet_at("../../../etc/passwd"), "has no part"),
        Hostile("a sheet that is the list of sheets", _sheet_at("workbook.xml"), "is damaged"),
        Hostile("a list of sheets that leads to itself", itself),
    ]


def _sheet_at(target: str) -> Spoil:
    """Let a sheet of the study be elsewhere."""
    return replaced("xl/_rels/workbook.xml.rels", r'(?<=Target=")[^"]*worksheets/sheet1\.xml', target)


WORKBOOKS = [*_cells(), *_markup()]


@pytest.mark.parametrize("hostile", WORKBOOKS, ids=[hostile.name for hostile in WORKBOOKS])
def test_a_hostile_workbook_is_read_or_refused_below_500_mb(clean, tmp_path, hostile):
    path = tmp_path / _NAMES[hostile.layout]
    parts = parts_of(clean[hostile.layout])
    hostile.spoil(parts)
    write(path, parts)
    del parts
    check_answer(path, hostile.words, "check", path, cwd=tmp_path)


IN_PLACE = ["a million hidden rows", "4,000 sheets", "100,000 names", "49 MB of cells"]


@pytest.mark.parametrize("name", IN_PLACE)
def test_results_go_into_a_hostile_workbook_below_500_mb(clean, tmp_path, name):
    [hostile] = [hostile for hostile in WORKBOOKS if hostile.name == name]
    path = tmp_path / _NAMES[PLANNING]
    parts = parts_of(clean[PLANNING])
    hostile.spoil(parts)
    write(path, parts)
    del parts
    before = path.read_bytes()
    asked = ("run", path, "--in-place", "--quiet", "--scenario", "Export 1.0", "--out", tmp_path / "out")
    check_answer(path, hostile.words, *asked, cwd=tmp_path)
    assert (path.read_bytes() == before) == bool(hostile.words)


def check_answer(path: Path, words: str, *arguments: object, cwd: Path) -> None:
    answer = ask(*arguments, cwd=cwd)
    assert answer.peak < MOST_MEMORY
    if not words:
        assert answer.code == 0, answer.problems
        return
    assert answer.code == 6, answer.problems
    [problem] = answer.problems
    assert problem["where"] == str(path)
    assert words in problem["message"]
    assert problem["advice"]


def test_five_years_of_8760_slots_are_read(clean, tmp_path):
    inputs = read_inputs(str(clean[STUDY]))
    days = [f"Day {i + 1}" for i in range(365)]
    slots = [f"{h:02d}:00-{h + 1:02d}:00" for h in range(24)]
    energy, vehicles = inputs["tblEnergy"], inputs["tblFleet"]
    energy.values.update({name: [values[1]] * 8760 for name, values in energy.values.items()})
    energy.values["day_type"] = [day for day in days for _ in slots]
    energy.values["slot"] = slots * 365
    energy.values["hours"] = [1.0] * 8760
    inputs["tblDayTypes"].values.update(day_type=days, days=[1.0] * 365)
    vehicles.values["slot"] = [slots[i % 24] for i in range(len(vehicles))]
    path = tmp_path / "plan.xlsm"
    path.write_bytes(new_workbook(inputs))
    answer = ask("check", path, cwd=tmp_path)
    assert answer.code == 0, answer.problems
    assert answer.peak < MOST_MEMORY


# Packages


def sizes_that_lie(path: Path, name: str, size: int) -> None:
    """Let a part say in both places that it has another size when it is unpacked."""
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as package:
        local = package.getinfo(name).header_offset
    struct.pack_into("<I", content, local + 22, size)
    entry = content.index(b"PK\x01\x02")
    while content[entry + 46 : entry + 46 + len(name)] != name.encode():
        entry = content.index(b"PK\x01\x02", entry + 4)
    struct.pack_into("<I", content, entry + 24, size)
    path.write_bytes(content)


def overlapping(path: Path, count: int) -> None:
    """Add parts that are the same bytes of the file as its first one."""
    content = path.read_bytes()
    start, end = content.index(b"PK\x01\x02"), content.rindex(b"PK\x05\x06")
    with zipfile.ZipFile(path) as package:
        parts = package.infolist()
    length = len(parts[0].filename)
    more = b"".join(content[start : start + 46] + f"x{i:0{length - 1}}".encode() for i in range(count))
    number, size = len(parts) + count, end - start + len(more)
    last = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, number, number, size, start, 0)
    path.write_bytes(content[:end] + more + last)


@pytest.fixture
def depot(clean, tmp_path) -> Path:
    path = tmp_path / "depot.xlsx"
    path.write_bytes(clean[STUDY].read_bytes())
    return path


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize("size", [0, 100, 2_000, 400_000_000])
def test_a_part_that_lies_about_its_size_is_refused_before_it_is_unpacked(depot, size):
    parts = parts_of(depot)
    end_of("sheetData", b" " * 200_000_000)(parts)
    write(depot, parts)
    sizes_that_lie(depot, SHEET, size)
    check_answer(depot, "is damaged" if size < 1_000_000 else "unpacks to", "check", depot, cwd=depot.parent)


def test_parts_that_are_the_same_bytes_are_refused(depot):
    overlapping(depot, 3_000)
    check_answer(depot, "is damaged", "check", depot, cwd=depot.parent)


@pytest.mark.parametrize("name", [SHEET, SHEET.upper()])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_that_is_there_twice_is_refused(depot, name):
    with zipfile.ZipFile(depot, "a") as package:
        package.writestr(name, b"<worksheet/>")
    check_answer(depot, "a part is there twice", "check", depot, cwd=depot.parent)


def test_20_000_parts_are_refused(depot):
    parts = parts_of(depot)
    with_parts(f"x{i}" for i in range(20_000))(parts)
    write(depot, parts)
    check_answer(depot, "has more than 5,000 parts", "check", depot, cwd=depot.parent)


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_part_that_is_packed_as_excel_never_does_is_refused(depot, packing):
    parts = parts_of(depot)
    with zipfile.ZipFile(depot, "w", packing) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    check_answer(depot, "is packed as Excel never does", "check", depot, cwd=depot.parent)


def test_a_file_of_10_gb_is_refused_unread(depot):
    os.truncate(depot, 10_000_000_000)
    check_answer(depot, "has 10,000 MB", "check", depot, cwd=depot.parent)


# What is no file


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_that_nobody_writes_to_is_refused_at_once(tmp_path):
    pipe = tmp_path / "depot.xlsx"
    os.mkfifo(pipe)
    for command in (("check", pipe), ("run", pipe), ("run", pipe, "--in-place")):
        check_answer(pipe, "is a device or a pipe", *command, cwd=tmp_path)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no such device here")
def test_a_device_is_refused(tmp_path):
    check_answer(Path("/dev/zero"), "is a device or a pipe", "check", "/dev/zero", cwd=tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_in_a_circle_are_refused(tmp_path):
    (tmp_path / "a.xlsx").symlink_to(tmp_path / "b.xlsx")
    (tmp_path / "b.xlsx").symlink_to(tmp_path / "a.xlsx")
    check_answer(tmp_path / "a.xlsx", "cannot be read", "check", tmp_path / "a.xlsx", cwd=tmp_path)
