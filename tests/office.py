"""LibreOffice, which recalculates a workbook as Excel would, with a profile of its own that tells it to."""

from __future__ import annotations

import atexit
import csv
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest

Value = float | str | None
Sheets = dict[str, list[list[Value]]]
"""The values of each sheet from A1 on."""

_AT_ONCE = 2
"""So many offices work side by side, each on its own profile."""
_EVERY_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
# Without this, LibreOffice shows the values that stand in the file: a spoiled result would still be OK.
_RECALCULATING = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooLocale" oor:op="fuse"><value>en-US</value></prop></item>
</oor:items>
"""


def recalculated(*books: Path) -> list[Sheets]:
    """What every sheet of these workbooks shows once all formulas are worked out anew.

    Many workbooks in one call share the start of the office, which takes longer than a workbook.
    """
    with tempfile.TemporaryDirectory() as folder:
        numbered = [Path(folder) / f"{i}{book.suffix}" for i, book in enumerate(books)]
        for book, copy in zip(books, numbered, strict=True):
            shutil.copy(book, copy)
        _convert(numbered, _EVERY_SHEET, Path(folder) / "out")
        found = []
        for copy in numbered:
            files = (Path(folder) / "out").glob(f"{copy.stem}-*.csv")
            found.append({file.stem.removeprefix(f"{copy.stem}-"): _rows(file) for file in files})
            assert found[-1], f"LibreOffice did not open {books[int(copy.stem)]}"
        return found


def as_opened(book: Path, folder: Path) -> Sheets:
    """What every sheet shows to somebody who opens the workbook in an office that nobody has set up."""
    command = [_office(), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore"]
    command += ["--convert-to", _EVERY_SHEET, "--outdir", str(folder / "shown"), str(book)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    files = (folder / "shown").glob(f"{book.stem}-*.csv")
    return {file.stem.removeprefix(f"{book.stem}-"): _rows(file) for file in files}


def printed(book: Path, folder: Path) -> Path:
    """The workbook as a PDF in a folder."""
    _convert([book], "pdf", folder)
    return folder / f"{book.stem}.pdf"


def _convert(books: Sequence[Path], target: str, folder: Path) -> None:
    office = _office()
    parts = [part for k in range(_AT_ONCE) if (part := books[k::_AT_ONCE])]

    def work(profile: Path, part: Sequence[Path]) -> None:
        command = [office, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore"]
        command += ["--convert-to", target, "--outdir", str(folder), *map(str, part)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(work, _profiles(), parts))


@cache
def _profiles() -> list[Path]:
    """A profile for each office; they last as long as the tests, for a first start takes a second more."""
    folder = Path(tempfile.mkdtemp(prefix="fleetopt-office-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    profiles = [folder / str(k) for k in range(_AT_ONCE)]
    for profile in profiles:
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(_RECALCULATING, "utf-8")
    return profiles


def _office() -> str:
    """The program; where it is missing a test is skipped, but not in CI, where nobody would notice."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        if os.environ.get("CI"):
            pytest.fail("LibreOffice (soffice) is missing")
        pytest.skip("LibreOffice (soffice) is missing")
    return office


def _rows(file: Path) -> list[list[Value]]:
    with file.open(encoding="utf-8", newline="") as text:
        return [[_value(cell) for cell in row] for row in csv.reader(text)]


def _value(text: str) -> Value:
    try:
        return float(text)
    except ValueError:
        return text or None
