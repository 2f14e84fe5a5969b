"""Whether a file is a workbook that can be read; what is said where it is not.

This is the one place where a package is opened: whatever it says of itself is seen to be true, within bounds, before
anybody reads a part of it.
"""

from __future__ import annotations

import copy
import io
import stat
import zipfile
import zlib
from pathlib import Path

from fleetopt.words.problem import FileError

MOST_PACKED = 60_000_000
"""Bytes that a file may have."""
MOST_INFLATED = 150_000_000
"""Bytes that the parts of a workbook may have when unpacked; five years of 8,760 slots have 40 million."""
MOST_PARTS = 5_000
_OLE = b"\xd0\xcf\x11\xe0"
_ENTRY = b"PK\x01\x02"
"""Starts each entry of a package's directory."""
_IS_ENCRYPTED = 1
UNREADABLE = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)
"""What goes wrong when a package is read that is none, or a damaged one."""


def open_package(path: Path) -> zipfile.ZipFile:
    """Open a workbook of which every part can be read; the file itself is closed again.

    Raises:
        FileError: it is missing, is no workbook, is damaged, protected or too large.
    """
    content = _content(path)
    if content.startswith(_OLE):
        raise protected(path)
    if not content.startswith(b"PK"):
        raise no_workbook(path)
    if content.count(_ENTRY) > MOST_PARTS:  # before each of them takes up memory
        raise too_large(path, f"has more than {MOST_PARTS:,} parts; at most so many are read.")
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
    except UNREADABLE:
        raise damaged(path, "it is cut off") from None
    _with_slashes(package)
    names = {name.casefold() for name in package.namelist()}
    if len(names) < len(package.namelist()):
        raise damaged(path, "a part is there twice")
    size = sum(info.file_size for info in package.infolist())
    if size > MOST_INFLATED:
        raise too_large(path, f"unpacks to {size / 1e6:,.0f} MB; at most {MOST_INFLATED / 1e6:,.0f} MB are read.")
    for info in package.infolist():
        if info.flag_bits & _IS_ENCRYPTED:
            raise protected(path)
        _check_part(path, package, info)
    return package


def _with_slashes(package: zipfile.ZipFile) -> None:
    """Name all parts as the format asks; some programs write them with the signs of their own folders."""
    for info in package.infolist():
        info.filename = info.filename.replace("\\", "/")
    package.NameToInfo = {info.filename: info for info in package.infolist()}


def _content(path: Path) -> bytes:
    name = str(path)
    try:
        state = path.stat()
        if stat.S_ISDIR(state.st_mode):
            raise FileError(name, "is a folder, must be a workbook.", "Name the workbook in it.")
        if not stat.S_ISREG(state.st_mode):  # a pipe that nobody writes to would be waited for
            raise FileError(name, "is a device or a pipe, must be a workbook.", "Save it as a file, and name that.")
        if state.st_size > MOST_PACKED:
            raise too_large(path, f"has {state.st_size / 1e6:,.0f} MB; at most {MOST_PACKED / 1e6:,.0f} MB are read.")
        with path.open("rb") as file:
            content = file.read(MOST_PACKED)
    except FileNotFoundError:
        raise FileError(name, "there is no such file.", "Check the path and the file's name.") from None
    except PermissionError:
        raise FileError(
            name, "may not be read.", "Close it where it is open and see that you have the right to read it."
        ) from None
    except OSError as fault:
        raise FileError(name, f"cannot be read: {fault.strerror or fault}.", "Check the path and the disk.") from None
    if not content:
        raise FileError(name, "is empty.", "Take it from a backup, or save it again in Excel.")
    return content


def _check_part(path: Path, package: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    """See that a part can be unpacked, and has as many bytes as it says."""
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise damaged(path, f"'{info.filename}' is packed as Excel never does")
    asked = copy.copy(info)
    asked.file_size += 1  # no more than it says would be unpacked, and what follows passed over
    size = 0
    try:
        with package.open(asked) as part:
            while chunk := part.read(1 << 20):
                size += len(chunk)
    except UNREADABLE as fault:
        raise damaged(path, f"'{info.filename}': {fault}") from None
    if size != info.file_size:
        raise damaged(path, f"'{info.filename}' has not the size that it says")


def no_workbook(path: Path) -> FileError:
    """Say that a file is something else."""
    return FileError(str(path), "is not an Excel workbook (.xlsx or .xlsm).", "Open it in Excel and save it as .xlsx.")


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


def too_large(path: Path, said: str) -> FileError:
    """Say that a file holds more than is read."""
    return FileError(str(path), said, "Delete what is not part of the plan, and save it again.")
