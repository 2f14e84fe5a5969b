"""Whether a file is a workbook that can be read; what is said where it is not."""

from __future__ import annotations

import zipfile
from pathlib import Path

from fleetopt.problem import FileError

MOST_INFLATED = 400_000_000
"""Bytes that the parts of a workbook may have when unpacked."""
_OLE = b"\xd0\xcf\x11\xe0"


def check_file(path: Path) -> None:
    """See that a file is a workbook that can be read.

    Raises:
        FileError: it is not.
    """
    name = str(path)
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except FileNotFoundError:
        raise FileError(name, "there is no such file.", "Check the path and the file's name.") from None
    except IsADirectoryError:
        raise FileError(name, "is a folder, must be a workbook.", "Name the workbook in it.") from None
    except PermissionError:
        raise FileError(
            name, "may not be read.", "Close it where it is open and see that you have the right to read it."
        ) from None
    except OSError as fault:
        raise FileError(name, f"cannot be read: {fault.strerror or fault}.", "Check the path and the disk.") from None
    if not start:
        raise FileError(name, "is empty.", "Take it from a backup, or save it again in Excel.")
    if start == _OLE:
        raise protected(path)
    try:
        with zipfile.ZipFile(path) as package:
            parts = {info.filename: info.file_size for info in package.infolist()}
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        if start[:2] == b"PK":
            raise damaged(path, "it is cut off") from None
        raise FileError(
            name, "is not an Excel workbook (.xlsx or .xlsm).", "Open it in Excel and save it as .xlsx."
        ) from None
    if "xl/workbook.xml" not in parts:
        raise FileError(name, "is not an Excel workbook (.xlsx or .xlsm).", "Open it in Excel and save it as .xlsx.")
    if sum(parts.values()) > MOST_INFLATED:
        raise FileError(
            name,
            f"unpacks to {sum(parts.values()) / 1e6:,.0f} MB; at most {MOST_INFLATED / 1e6:,.0f} MB are read.",
            "Delete what is not part of the plan and save it again.",
        )


def protected(path: Path) -> FileError:
    """Say that a file is protected, or of an old format."""
    return FileError(
        str(path),
        "is protected by a password or in the old .xls format.",
        "Open it in Excel, remove the password, and save it as .xlsx.",
    )


def damaged(path: Path, fault: object) -> FileError:
    """Say that a file is damaged."""
    return FileError(str(path), f"is damaged: {fault}.", "Open it in Excel, let Excel repair it, and save it again.")
