"""Files written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from fleetopt.problem import FileError


def write_files(contents: Mapping[Path, str | bytes]) -> None:
    """Write several files, texts in UTF-8; each is afterwards either the old one or the new one, whole.

    All of them are first written beside their places, then put there.

    Raises:
        FileError: one cannot be written; nothing was changed unless only the last step failed.
    """
    staged: dict[Path, Path] = {}
    made: list[Path] = []
    try:
        for path, content in contents.items():
            with _explained(path):
                made += _make_folder(path.parent)
                if path.is_dir():
                    raise IsADirectoryError(None, "a folder has this name")
                temporary = path.with_name(f".fleetopt-{os.urandom(8).hex()}")
                with temporary.open("xb") as file:
                    staged[path] = temporary
                    file.write(content.encode() if isinstance(content, str) else content)
                    file.flush()
                    os.fsync(file.fileno())
        for path in filter(Path.exists, staged):
            with _explained(path), path.open("r+b"):  # one that Excel holds open or that is read-only says so first
                staged[path].chmod(path.stat().st_mode)
        with _undisturbed():
            for path, temporary in staged.items():
                with _explained(path):
                    temporary.replace(path)
    finally:
        for temporary in staged.values():
            with contextlib.suppress(OSError):
                temporary.unlink()
        for folder in reversed(made):
            with contextlib.suppress(OSError):
                folder.rmdir()  # only an empty one goes


def check_folder(folder: Path) -> None:
    """See before a long solve that results can be written there.

    Raises:
        FileError: they cannot.
    """
    there = folder
    with _explained(folder):
        while not there.exists() and there != there.parent:
            there = there.parent
        if not there.is_dir():
            raise NotADirectoryError(None, f"{there} is a file, not a folder")
        if not os.access(there, os.W_OK):
            raise PermissionError(None, f"you may not write in {there}")


def _make_folder(folder: Path) -> list[Path]:
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Let Ctrl-C pass: what is finished is put in place as a whole."""
    if threading.current_thread() is not threading.main_thread():  # only there signals can be handled
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        cure = "Make room on the disk" if fault.errno == errno.ENOSPC else "Close it where it is open"
        raise FileError(
            str(path), f"cannot be written: {fault.strerror or fault}.", f"{cure}, or choose another folder."
        ) from None
