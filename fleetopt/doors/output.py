"""Files written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from fleetopt.words.problem import FileError

_TEMPORARY = re.compile(r"\.fleetopt-([0-9a-f]{8})-([1-9][0-9]{0,9})-[0-9a-f]{16}")
"""Machine and process that write it, and a number of its own."""
_UNKNOWN = "0" * 8
_MOST_TEXT = 500_000_000
"""Bytes of a text that is read."""
_DAY = 86_400.0
"""Seconds."""
_CURES = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), "Make room on the disk"),
    errno.EIO: "See that the disk is connected and sound",
}


def _machine() -> str:
    """Which machine this is since its start and which list of processes it shows; zeros where it does not tell."""
    try:
        start = Path("/proc/sys/kernel/random/boot_id").read_bytes()
        processes = Path("/proc/self/ns/pid").readlink()
    except OSError:
        return _UNKNOWN
    return hashlib.sha256(start + os.fsencode(processes)).hexdigest()[:8]


_MACHINE = _machine()


def write_files(contents: Mapping[Path, str | bytes], is_due: Callable[[], None] = lambda: None) -> None:
    """Write several files, texts in UTF-8; each is afterwards either the old one or the new one, whole.

    All of them are first written beside their places, then put there. Ctrl-C and other signals that end a program wait:
    before the first file is put in place they leave all as it was; after that everything is put in place.
    A symbolic link stays one, and the file that it leads to is replaced. Permissions and group stay, the owner too
    where the system lets us. Another hard link to a replaced file keeps the old one. A killed run cannot remove what it
    had begun: the next one that writes into the same folder does.

    Parameters:
        is_due: raises FileError where they are not to be written after all; asked at the last moment.

    Raises:
        FileError: one cannot be written; nothing was changed unless only the last step failed.
        KeyboardInterrupt: the user stopped it; nothing was changed.
    """
    staged: dict[Path, Path] = {}
    made: list[Path] = []
    with _signals_held_back() as signals:
        try:
            for path, content in contents.items():
                with _explained(path):
                    _make_folder(path.parent, made)
                    place = _place(path)
                    _sweep(place.parent)
                    temporary = place.with_name(f".fleetopt-{_MACHINE}-{os.getpid()}-{os.urandom(8).hex()}")
                    staged[temporary] = place
                    with temporary.open("xb") as file:
                        # what UTF-8 does not know, from names of files, becomes the escape that JSON uses
                        file.write(content.encode(errors="backslashreplace") if isinstance(content, str) else content)
                        file.flush()
                        os.fsync(file.fileno())
                if signals:
                    raise KeyboardInterrupt
            for temporary, place in staged.items():
                with _explained(place):
                    _take_permissions(temporary, place)
            if signals:
                raise KeyboardInterrupt
            is_due()
            for temporary, place in list(staged.items()):
                with _explained(place, is_begun=len(staged) < len(contents)):
                    temporary.replace(place)
                del staged[temporary]
            made.clear()
        finally:
            for temporary in staged:
                with contextlib.suppress(OSError):
                    temporary.unlink()
            for folder in reversed(made):
                with contextlib.suppress(OSError):
                    folder.rmdir()  # only an empty one goes


def read_text(path: Path) -> str:
    """Read a text file.

    Raises:
        FileError: it is missing, no file, no text, or too large.
    """
    try:
        if not path.is_file():
            raise FileError(str(path), "is no file." if path.exists() else "is not there.", "Check its name.")
        if path.stat().st_size > _MOST_TEXT:
            raise FileError(str(path), f"has more than {_MOST_TEXT / 1e6:,.0f} MB.", "Name another file.")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise FileError(str(path), "is no text.", "Name another file.") from None
    except OSError as fault:
        raise FileError(str(path), f"cannot be read: {fault.strerror or fault}.", "Check your rights to it.") from None


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


def _make_folder(folder: Path, made: list[Path]) -> None:
    """Make a folder and those above it that are missing; `made` gets those that nobody else made meanwhile."""
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    for parent in reversed(missing):
        try:
            parent.mkdir()
        except FileExistsError:
            if not parent.is_dir():
                raise
        else:
            made.append(parent)


def _place(path: Path) -> Path:
    """Where the file itself stands, behind any symbolic link."""
    place = path.resolve() if path.is_symlink() else path
    if place.is_dir():
        raise IsADirectoryError(None, "a folder has this name")
    if place.exists() and not place.is_file():  # a device such as /dev/null would be replaced by a file
        raise OSError(None, "it is no ordinary file")
    return place


def _take_permissions(temporary: Path, place: Path) -> None:
    """Give a new file the rights of the old one, if that may be written to at all."""
    if not place.exists():
        return
    with place.open("r+b"):  # one that Excel holds open or that is read-only says so before any is replaced
        state = place.stat()
    if hasattr(os, "chown"):
        for owner, group in ((-1, state.st_gid), (state.st_uid, -1)):
            with contextlib.suppress(OSError):
                os.chown(temporary, owner, group)
    temporary.chmod(state.st_mode)


def _sweep(folder: Path) -> None:
    """Remove temporary files that killed runs left in a folder.

    It is safe: only an ordinary file goes whose whole name is one that `write_files` gives, and nothing is kept under
    such a name; and only when the process that wrote it has ended, or when it is older than a day, far longer than
    writing takes. Whether a process has ended is asked only for those of this machine since its start, in the same list
    of processes; a number that another process has got since then counts as one that runs. A run that was wrongly taken
    for dead would find its file missing, say so and leave the old one.
    """
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            parts = _TEMPORARY.fullmatch(entry.name)
            with contextlib.suppress(OSError):
                if parts is None or not entry.is_file(follow_symlinks=False):
                    continue
                is_old = time.time() - entry.stat(follow_symlinks=False).st_mtime > _DAY
                if is_old or (parts[1] == _MACHINE != _UNKNOWN and _has_ended(int(parts[2]))):
                    Path(entry).unlink()


def _has_ended(process: int) -> bool:
    try:
        os.kill(process, 0)  # only asks; on Windows it would do harm, but there `_machine` is not known
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):  # another user's, or no number of a process
        return False
    return False


@contextlib.contextmanager
def _signals_held_back() -> Iterator[list[int]]:
    """Collect the signals that end a program; those other than Ctrl-C act when the block is left."""
    caught: list[int] = []
    if threading.current_thread() is not threading.main_thread():  # only there signals can be handled
        yield caught
        return
    before = {}
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) not in (None, signal.SIG_IGN):
            before[number] = signal.signal(number, lambda number, _frame: caught.append(number))
    try:
        yield caught
    finally:
        for number, handler in reversed(before.items()):
            signal.signal(number, handler)
        for number in caught:
            if number != signal.SIGINT:
                signal.raise_signal(number)


@contextlib.contextmanager
def _explained(path: Path, *, is_begun: bool = False) -> Iterator[None]:
    try:
        yield
    except UnicodeEncodeError as fault:
        said = f"has a name that this system, which is set to {fault.encoding}, cannot write"
        cure = "Set the variable PYTHONUTF8 to 1, or give the scenario a name of plain letters."
        raise FileError(str(path), f"{said}.", cure) from None
    except OSError as fault:
        cure = _CURES.get(fault.errno or 0, "Close it where it is open and see that you may write there")
        others = " Other files of this run are in place already." if is_begun else ""
        raise FileError(
            str(path), f"cannot be written: {fault.strerror or fault}.{others}", f"{cure}, or choose another folder."
        ) from None
