"""Files are written whole or not at all."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from fleetopt.doors.output import check_folder, write_files
from fleetopt.words.problem import FileError


def everything(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_files_and_their_folders_are_made(tmp_path: Path):
    write_files({tmp_path / "a" / "b" / "one.csv": "1\n", tmp_path / "two.json": "2\n"})
    assert everything(tmp_path) == {"a/b/one.csv": "1\n", "two.json": "2\n"}


def test_old_files_are_replaced(tmp_path: Path):
    write_files({tmp_path / "one.csv": "old"})
    write_files({tmp_path / "one.csv": "new"})
    assert everything(tmp_path) == {"one.csv": "new"}


@pytest.mark.parametrize("step", ["open", "fsync", "replace"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_fault_at_any_step_leaves_each_file_old_or_new_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, at: int
):
    names = ["a.csv", "b.csv", "c.csv"]
    write_files({tmp_path / name: "old" for name in names})
    owner = os if step == "fsync" else Path
    real = getattr(owner, step)
    calls = 0

    def failing(*arguments, **options):
        nonlocal calls
        calls += 1
        if calls == at:
            raise OSError(28, "No space left on device")
        return real(*arguments, **options)

    monkeypatch.setattr(owner, step, failing)
    with pytest.raises(FileError, match="No space left"):
        write_files({tmp_path / name: "new" for name in names})
    monkeypatch.undo()
    found = everything(tmp_path)
    assert sorted(found) == names
    assert set(found.values()) <= {"old", "new"}
    if step != "replace":
        assert set(found.values()) == {"old"}


def test_a_file_that_is_held_open_is_said_before_any_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    names = ["a.csv", "b.csv"]
    write_files({tmp_path / name: "old" for name in names})
    real = Path.open

    def locked(self: Path, mode: str = "r", **options):
        if self.name == "b.csv" and mode == "r+b":
            raise PermissionError(13, "Permission denied")
        return real(self, mode, **options)

    monkeypatch.setattr(Path, "open", locked)
    with pytest.raises(FileError, match=r"b\.csv"):
        write_files({tmp_path / name: "new" for name in names})
    monkeypatch.undo()
    assert everything(tmp_path) == {"a.csv": "old", "b.csv": "old"}


def test_a_fault_leaves_no_folder_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def failing(*_arguments, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(FileError):
        write_files({tmp_path / "new" / "deeper" / "one.csv": "1"})
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def stopped(_handle):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_files({tmp_path / "new" / "one.csv": "1"})
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_a_files_place_is_said(tmp_path: Path):
    (tmp_path / "one.csv").mkdir()
    with pytest.raises(FileError, match=r"one\.csv"):
        write_files({tmp_path / "one.csv": "1"})


def test_a_file_in_the_folders_place_is_said_before_solving(tmp_path: Path):
    (tmp_path / "results").write_text("mine")
    with pytest.raises(FileError, match="not a folder"):
        check_folder(tmp_path / "results" / "deeper")
    check_folder(tmp_path / "new" / "deeper")
    assert not (tmp_path / "new").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="signals work differently on Windows")
def test_ctrl_c_waits_while_the_finished_files_are_put_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    real = Path.replace

    def pressed(self: Path, target: Path):
        os.kill(os.getpid(), signal.SIGINT)
        return real(self, target)

    monkeypatch.setattr(Path, "replace", pressed)
    write_files({tmp_path / name: "new" for name in ("a.csv", "b.csv")})
    assert everything(tmp_path) == {"a.csv": "new", "b.csv": "new"}
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_name_that_the_system_cannot_write_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_arguments: object, **_more: object) -> None:
        raise UnicodeEncodeError("ascii", "dépôt", 1, 2, "ordinal not in range(128)")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(FileError, match=r"cannot write\. Set the variable PYTHONUTF8 to 1"):
        write_files({tmp_path / "dépôt" / "one.csv": "1"})
    assert everything(tmp_path) == {}
