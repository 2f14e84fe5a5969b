"""The workbook in the repository is what the sources build."""

from __future__ import annotations

import importlib.util
import io
import math
import re
import zipfile
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).parents[1] / "workbook"
NUMBER = re.compile(rb"-?\d+\.\d+(?:[eE][+-]?\d+)?")


def builder() -> ModuleType:
    """The script that writes the workbook."""
    spec = importlib.util.spec_from_file_location("workbook_build", FOLDER / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def parts(workbook: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(workbook)) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_the_workbook_is_what_the_sources_build():
    # Another machine may round the last digit of a sum otherwise, so figures count to nine digits; all else is equal.
    here, built = parts((FOLDER / "FleetOpt.xlsm").read_bytes()), parts(builder().workbook())
    assert list(here) == list(built)
    for name, part in built.items():
        assert NUMBER.sub(b"#", here[name]) == NUMBER.sub(b"#", part), name
        for ours, theirs in zip(NUMBER.findall(here[name]), NUMBER.findall(part), strict=True):
            assert math.isclose(float(ours), float(theirs), rel_tol=1e-9, abs_tol=1e-9), name


def test_the_workbook_is_the_same_each_time_it_is_built():
    build = builder().workbook
    assert build() == build()


def test_the_picture_in_the_readme_is_there():
    assert (FOLDER / "Summary.png").read_bytes().startswith(b"\x89PNG")
