"""One way in: a path becomes inputs, whatever book it is."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from fleetopt.books.study import read_study
from fleetopt.inputs import Inputs

BUILT_IN = "built-in depot"


def read_inputs(source: str | None) -> Inputs:
    """Read a workbook or a folder; None is the depot that comes with fleetopt.

    Raises:
        FileError: it is missing or cannot be read.
    """
    if source is None:
        inputs = read_study(built_in_depot())
        inputs.source = BUILT_IN
        return inputs
    return read_study(Path(source))


def built_in_depot() -> Path:
    """Folder of the study's data: inside the installed package, beside it in a checkout."""
    package = Path(str(resources.files("fleetopt")))
    packaged = package / "data"
    return packaged if packaged.is_dir() else package.parent / "data"
