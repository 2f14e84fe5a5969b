"""Interrupted and contended: at every step on the disk, each file is afterwards the old one or the new one, whole."""

from __future__ import annotations

import errno
import functools
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest

from fleetopt.books.closed.book import ClosedBook
from fleetopt.doors import cli, new, output
from fleetopt.doors import run as planning
from fleetopt.doors.output import write_files
from fleetopt.inputs import scenarios
from fleetopt.results import json as summary
from fleetopt.results import report
from fleetopt.template import build as template
from fleetopt.words.problem import FileError
from tests.doors.test_cli import DATA, ROOT, fleetopt

Files = dict[str, bytes]
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
REAL_EXIT = os._exit
COMMANDS = {
    "run": ["run", "plan.xlsm", "--out", "made/out"],
    "run --in-place over old results": ["run", "plan.xlsm", "--out", "out", "--in-place"],
    "new": ["new", "made/deep/fresh.xlsm"],
    "new --force": ["new", "plan.xlsm", "--force"],
}
GROWING = {"open", "write", "flush", "fsync", "close", "mkdir"}
"""What fails on a full disk."""
HARMLESS = {"chown", "scandir"}
"""What a run can do without."""


def everything(folder: Path) -> Files:
    """All files and, with nothing in them, all folders."""
    return {
        path.relative_to(folder).as_posix(): b"" if path.is_dir() else path.read_bytes() for path in folder.rglob("*")
    }


def temporaries(folder: Path) -> list[Path]:
    return list(folder.rglob(".fleetopt-*"))


def age(paths: Sequence[Path]) -> None:
    """Two days old."""
    for path in paths:
        os.utime(path, (time.time() - 172_800,) * 2)


class LeftError(Exception):
    """The process would have ended."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def run_here(arguments: Sequence[str]) -> int:
    """The command line in this process; its exit code."""
    with pytest.raises(LeftError) as left:
        cli.main(arguments)
    return left.value.code


# The commands, with what takes long done once: what they write is real, and the same each time


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a planning workbook that holds results, and the results of the same run."""
    folder = tmp_path_factory.mktemp("old")
    assert fleetopt("new", "plan.xlsm", "--from", DATA, cwd=folder).returncode == 0
    arguments = ("run", "plan.xlsm", "--out", "out", "--in-place", "--set", "grid_limit_kwh=1600", "--quiet")
    assert fleetopt(*arguments, cwd=folder).returncode == 0
    return folder


def recorded(real: Callable[..., Any], key: Callable[..., Any] = lambda *_: None) -> Callable[..., Any]:
    known: dict[Any, Any] = {}

    @functools.wraps(real)
    def call(*arguments: Any, **options: Any) -> Any:
        at = key(*arguments)
        if at not in known:
            known[at] = real(*arguments, **options)
        return known[at]

    return call


@pytest.fixture(scope="module")
def _recorded() -> Iterator[None]:
    def leave(code: int) -> NoReturn:
        raise LeftError(code)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "_exit", leave)
        patch.setattr(cli, "_read", recorded(cli._read))
        patch.setattr(planning, "solve", recorded(planning.solve, lambda scenario, *_: scenario.name))
        patch.setattr(template, "build", recorded(template.build))
        patch.setattr(new, "new_workbook", recorded(new.new_workbook))
        patch.setattr(cli, "_csv_files", recorded(cli._csv_files, lambda out, _: out))
        for owner, names in {
            planning: ("with_room", "book_results", "new_results"),
            ClosedBook: ("fill", "content"),
            summary: ("summary",),
            report: ("report",),
            scenarios: ("scenarios",),
        }.items():
            for name in names:
                patch.setattr(owner, name, recorded(getattr(owner, name)))
        yield


class Place:
    """A folder in which one command runs again and again, each time over the same old files."""

    def __init__(self, folder: Path, old: Path, arguments: Sequence[str]) -> None:
        self.folder, self.arguments = folder, arguments
        shutil.copytree(old, folder, dirs_exist_ok=True)
        self.old = everything(folder)
        assert run_here(arguments) == 0
        self.new = everything(folder)
        self.written = {name for name, content in self.new.items() if self.old.get(name) != content}

    def reset(self) -> None:
        now = everything(self.folder)
        for name in sorted(now.keys() - self.old.keys(), reverse=True):
            path = self.folder / name
            path.rmdir() if path.is_dir() else path.unlink()
        for name, content in self.old.items():
            if now.get(name) != content:
                (self.folder / name).write_bytes(content)

    def assert_each_is_old_or_new(self, step: str) -> None:
        for name, content in everything(self.folder).items():
            if not Path(name).name.startswith(".fleetopt-"):
                assert content in (self.old.get(name), self.new.get(name)), (step, name)
        for name in self.old:
            assert (self.folder / name).exists(), (step, name)


@pytest.fixture(params=COMMANDS)
def place(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: Path, _recorded: None
) -> Place:
    monkeypatch.chdir(tmp_path)
    return Place(tmp_path, old, COMMANDS[request.param])


def test_the_proofs_below_write_what_a_run_writes(place: Place):
    """All files change, so that old and new can be told apart."""
    expected = {
        "made/out": {"made", "made/out", *(f"made/{name}" for name in place.old if name.startswith("out/"))},
        "made/deep/fresh.xlsm": {"made", "made/deep", "made/deep/fresh.xlsm"},
        "out": {name for name, content in place.old.items() if content and name != "plan.xlsm"},
        "plan.xlsm": {"plan.xlsm"},
    }
    target = place.arguments[3] if place.arguments[0] == "run" else place.arguments[1]
    in_place = {"plan.xlsm"} if "--in-place" in place.arguments else set()
    assert place.written == expected[target] | in_place


# Every step on the disk


class Disk:
    """Counts what is done to a folder, and does something else at one step."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.steps: list[str] = []
        self.act: Callable[[int, str, Callable[[], Any], Callable[[], Any]], Any] | None = None
        real_open = io.open

        def opened(file: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
            if set(mode) & set("wxa+") and self._is_inside(file):
                return _File(self, self.step("open", lambda: real_open(file, mode, *arguments, **options)))
            return real_open(file, mode, *arguments, **options)

        patch.setattr(io, "open", opened)
        for name in ("chmod", "chown", "fsync", "mkdir", "replace", "rmdir", "scandir", "unlink"):
            if hasattr(os, name):
                real = getattr(os, name) if name != "fsync" else lambda _: None  # slow, and no part of the proof
                patch.setattr(os, name, self._watched(name, real))

    def step(self, name: str, whole: Callable[[], Any], half: Callable[[], Any] = lambda: None) -> Any:
        self.steps.append(name)
        return self.act(len(self.steps), name, whole, half) if self.act else whole()

    def _watched(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            if name == "fsync" or (arguments and self._is_inside(arguments[0])):
                return self.step(name, lambda: real(*arguments, **options))
            return real(*arguments, **options)

        return call

    def _is_inside(self, file: Any) -> bool:
        return isinstance(file, str | os.PathLike) and (Path.cwd() / file).is_relative_to(self.folder)


class _File:
    """A file that is being written."""

    def __init__(self, disk: Disk, file: Any) -> None:
        self._disk, self._file = disk, file

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, content: bytes) -> int:
        def half() -> None:
            self._file.write(content[: len(content) // 2])
            self._file.flush()

        return self._disk.step("write", lambda: self._file.write(content), half)

    def flush(self) -> None:
        self._disk.step("flush", self._file.flush)

    def close(self) -> None:
        self._disk.step("close", self._file.close, self._file.close)

    def fileno(self) -> int:
        return self._file.fileno()


@pytest.fixture
def disk(place: Place, monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(place.folder, monkeypatch)


def steps_of(place: Place, disk: Disk) -> list[str]:
    """What a run does to the disk, undisturbed."""
    place.reset()
    disk.steps = []
    assert run_here(place.arguments) == 0
    assert {"open", "write", "flush", "fsync", "close", "replace"} <= set(disk.steps)
    return list(disk.steps)


def run_with(place: Place, disk: Disk, act: Callable[[int, str, Callable[[], Any], Callable[[], Any]], Any]) -> int:
    place.reset()
    disk.act, disk.steps = act, []
    try:
        return run_here(place.arguments)
    finally:
        disk.act = None


@pytest.mark.parametrize(
    ("number", "cure"),
    [
        (errno.ENOSPC, "Make room on the disk"),
        (errno.EACCES, "Close it where it is open"),
        (errno.EIO, "See that the disk is connected"),
    ],
)
def test_a_failure_at_any_step_ends_with_6_and_leaves_all_as_it_was_or_says_what_is_new(
    place: Place, disk: Disk, capsys: pytest.CaptureFixture[str], number: int, cure: str
):
    for at, name in enumerate(steps_of(place, disk), start=1):
        capsys.readouterr()

        def act(k: int, _: str, whole: Callable[[], Any], half: Callable[[], Any], at: int = at) -> Any:
            if k == at:
                half()
                raise OSError(number, os.strerror(number))
            return whole()

        code = run_with(place, disk, act)
        step = f"{name}, step {at}"
        said = " ".join(capsys.readouterr().err.split())
        place.assert_each_is_old_or_new(step)
        assert temporaries(place.folder) == [], step
        if name in HARMLESS:
            assert (code, everything(place.folder)) == (0, place.new), step
            continue
        assert code == 6, step
        assert f"cannot be written: {os.strerror(number)}." in said, step
        assert cure in said, step
        assert any(Path(file).name in said or file in said for file in place.written), (step, said)
        is_as_it_was = everything(place.folder) == place.old
        assert is_as_it_was or name == "replace", step
        assert is_as_it_was != ("are in place already" in said), step


def test_a_disk_that_is_full_from_any_step_on_leaves_no_temporary_file(place: Place, disk: Disk):
    for at, name in enumerate(steps_of(place, disk), start=1):

        def act(k: int, name: str, whole: Callable[[], Any], half: Callable[[], Any], at: int = at) -> Any:
            if k >= at and name in GROWING:
                half()
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return whole()

        code = run_with(place, disk, act)
        assert code == (0 if everything(place.folder) == place.new else 6), (name, at)
        place.assert_each_is_old_or_new(f"{name}, step {at}")
        assert temporaries(place.folder) == [], (name, at)


def test_a_disk_that_is_gone_from_any_step_on_spoils_no_file(place: Place, disk: Disk):
    for at, name in enumerate(steps_of(place, disk), start=1):

        def act(k: int, name: str, whole: Callable[[], Any], half: Callable[[], Any], at: int = at) -> Any:
            if k >= at:
                if name in ("write", "close"):
                    half()
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return whole()

        code = run_with(place, disk, act)
        assert code == (0 if name == "scandir" and everything(place.folder) == place.new else 6), (name, at)
        place.assert_each_is_old_or_new(f"{name}, step {at}")


@pytest.mark.parametrize("moment", ["before", "after", "twice"])
def test_ctrl_c_at_any_step_ends_with_130_and_all_old_or_with_0_and_all_new(
    place: Place, disk: Disk, capsys: pytest.CaptureFixture[str], moment: str
):
    codes = []
    for at, name in enumerate(steps_of(place, disk), start=1):
        capsys.readouterr()

        def act(k: int, _: str, whole: Callable[[], Any], __: Callable[[], Any], at: int = at) -> Any:
            if k == at and moment != "after":
                signal.raise_signal(signal.SIGINT)
            result = whole()
            if (k == at and moment == "after") or (k > at and moment == "twice"):
                signal.raise_signal(signal.SIGINT)
            return result

        code = run_with(place, disk, act)
        codes.append(code)
        assert everything(place.folder) == {130: place.old, 0: place.new}[code], (name, at)
        if code == 130:
            assert "Stopped. Nothing was left half written." in capsys.readouterr().err
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert codes == sorted(codes, reverse=True)  # stopped while that was possible, finished from there on
    assert set(codes) == {130, 0}


def in_a_child(work: Callable[[], int]) -> int:
    """Do something in a copy of this process; its exit code, negative for a signal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads of solvers, which the child does not need
        child = os.fork()
    if child == 0:
        code = 99
        try:
            code = work()
        finally:
            REAL_EXIT(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@POSIX
@pytest.mark.parametrize("moment", ["before", "within"])
def test_a_kill_at_any_step_leaves_each_file_old_or_new_and_the_next_run_sweeps_up(
    place: Place, disk: Disk, moment: str
):
    left_behind = 0
    for at, name in enumerate(steps_of(place, disk), start=1):
        if moment == "within" and name != "write":
            continue

        def act(k: int, _: str, whole: Callable[[], Any], half: Callable[[], Any], at: int = at) -> Any:
            if k != at:
                return whole()
            if moment == "within":
                half()
            return os.kill(os.getpid(), signal.SIGKILL)

        assert in_a_child(lambda act=act: run_with(place, disk, act)) == -signal.SIGKILL
        place.assert_each_is_old_or_new(f"{name}, step {at}")
        left_behind += len(temporaries(place.folder))
        if output._MACHINE == output._UNKNOWN:
            age(temporaries(place.folder))
        if not list(place.folder.rglob("fresh.xlsm")):  # without --force it would not run again
            assert run_here(place.arguments) == 0
        assert everything(place.folder) == place.new, (name, at)
    assert left_behind > 0  # there was something to sweep


@POSIX
def test_a_plain_kill_or_a_closed_terminal_at_any_step_leaves_all_old_or_all_new_and_nothing_else(
    place: Place, disk: Disk
):
    for at, name in enumerate(steps_of(place, disk), start=1):
        number = "SIGTERM" if at % 2 else "SIGHUP"

        def act(
            k: int, _: str, whole: Callable[[], Any], __: Callable[[], Any], at: int = at, number: str = number
        ) -> Any:
            if k == at:
                signal.raise_signal(signal.Signals[number])
            return whole()

        assert in_a_child(lambda act=act: run_with(place, disk, act)) == -signal.Signals[number]
        assert everything(place.folder) in (place.old, place.new), (name, at)


# What killed runs left


def test_only_what_a_run_left_that_has_ended_is_swept_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    gone = 2**31 - 1  # no process has this number
    machine, number = "0123abcd", "0" * 16
    monkeypatch.setattr(output, "_MACHINE", machine)
    keep = [
        f".fleetopt-{machine}-{os.getpid()}-{number}",  # it runs
        f".fleetopt-{machine}-{os.getppid()}-{number}",
        f".fleetopt-76543210-{gone}-{number}",  # another machine's, or of an earlier start
        *(".fleetopt-notes", ".fleetopt-", f".fleetopt-{machine}-{gone}-{number}.xlsx", f"x.fleetopt-{machine}"),
        *(f".fleetopt-{machine}-{gone}-{number}0", f".fleetopt-{machine.upper()}-{gone}-{number}", "mine.csv"),
    ]
    go = [f".fleetopt-{machine}-{gone}-{number}", f".fleetopt-{machine}-{gone}-{number[1:]}f"]
    if sys.platform == "win32":  # whether it runs cannot be asked there
        keep, go = [*keep, *go], []
    for name in (*keep, *go):
        (tmp_path / name).write_text("?")
    (tmp_path / f".fleetopt-{machine}-{gone}-{'1' * 16}").mkdir()
    write_files({tmp_path / "new.csv": "1"})
    assert set(everything(tmp_path)) == {*keep, "new.csv", f".fleetopt-{machine}-{gone}-{'1' * 16}"}


def test_after_a_day_anything_of_this_name_is_swept_up_and_nothing_else(tmp_path: Path):
    number = "0" * 16
    go = [f".fleetopt-76543210-1-{number}", f".fleetopt-00000000-{os.getpid()}-{number}"]
    keep = [".fleetopt-notes", f".fleetopt-76543210-1-{number}.csv", f".fleetopt-{number}", "mine.csv"]
    for name in (*keep, *go):
        (tmp_path / name).write_text("?")
    age([tmp_path / name for name in (*keep, *go)])
    write_files({tmp_path / "new.csv": "1"})
    assert set(everything(tmp_path)) == {*keep, "new.csv"}


# Contended


def started(folder: Path, *arguments: str, code: str = "") -> subprocess.Popen[str]:
    """A command as a process, after some lines of Python."""
    lines = f"{code}\nimport sys\nfrom fleetopt.doors.cli import main\nmain(sys.argv[1:])"
    return subprocess.Popen(
        [sys.executable, "-c", lines, *arguments], cwd=folder, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit code, and what was said on standard error, in one line."""
    _, said = process.communicate(timeout=120)
    assert "Traceback" not in said
    return process.returncode, " ".join(said.split())


def assert_all_are_whole(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.suffix in {".xlsx", ".xlsm"}:
            with zipfile.ZipFile(path) as package:
                assert package.testzip() is None
        elif path.suffix == ".json":
            assert len(json.loads(path.read_text(encoding="utf-8"))["scenarios"]) == 3
        elif path.suffix == ".csv":
            count = 10 if path.name == "optimization_results.csv" else 21  # a heading; 9 figures, or 5 years of 4 slots
            text = path.read_text(encoding="utf-8")
            assert text.count("\n") == count
            assert text.endswith("\n")


def test_two_runs_at_once_into_one_folder_both_end_with_0_and_each_file_is_whole(tmp_path: Path):
    runs = [
        started(tmp_path, "run", "--out", "a/out", "--quiet", "--set", f"grid_limit_kwh={limit}")
        for limit in (1600, 1750)
    ]
    assert [ended(run) for run in runs] == [(0, ""), (0, "")]
    assert_all_are_whole(tmp_path)
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 8
    assert temporaries(tmp_path) == []


def test_many_writers_at_once_leave_each_file_as_one_of_them_wrote_it(tmp_path: Path):
    """Threads that write the same two files again and again, each into folders that may be missing."""
    contents = [bytes([letter]) * 200_000 for letter in b"abcd"]
    faults: list[BaseException] = []

    def write(content: bytes) -> None:
        try:
            for _ in range(10):
                write_files({tmp_path / "out" / "one": content, tmp_path / "out" / "deep" / "two": content})
        except BaseException as fault:
            faults.append(fault)

    writers = [threading.Thread(target=write, args=(content,)) for content in contents]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert faults == []
    found = everything(tmp_path)
    assert set(found) == {"out", "out/one", "out/deep", "out/deep/two"}
    assert found["out/one"] in contents
    assert found["out/deep/two"] in contents


# Where nothing may or can be written


AS_ANYBODY = """
import ctypes, os, sys
if hasattr(os, "geteuid") and os.geteuid() == 0 and "again" not in os.environ:
    for right in (1, 2):  # root may write anywhere, unless it gives these rights up
        ctypes.CDLL(None).prctl(24, right, 0, 0, 0)
    os.environ["again"] = ""
    os.execv(sys.executable, [sys.executable, "-c", *sys.orig_argv[2:]])
"""


@POSIX
def test_a_read_only_folder_ends_with_6_and_changes_nothing(tmp_path: Path, old: Path):
    shutil.copytree(old, tmp_path / "mine")
    before = everything(tmp_path)
    for folder in (tmp_path / "mine", tmp_path / "mine" / "out"):
        folder.chmod(0o555)
    for arguments in (["run", "mine/plan.xlsm", "--out", "mine/out"], ["run", "--out", "mine/new"],
                      ["run", "mine/plan.xlsm", "--out", "out", "--in-place"], ["new", "mine/fresh.xlsm"]):  # fmt: skip
        code, said = ended(started(tmp_path, *arguments, code=AS_ANYBODY))
        assert code == 6, said
        assert "cannot be written: " in said
        assert "choose another folder" in said
        assert everything(tmp_path) == before
    for folder in (tmp_path / "mine", tmp_path / "mine" / "out"):
        folder.chmod(0o755)


@POSIX
@pytest.mark.parametrize("target", ["plan.xlsm", "out/summary.json", "out/export-0.0/operational_details.csv"])
def test_a_read_only_target_ends_with_6_and_changes_no_other_file(tmp_path: Path, old: Path, target: str):
    shutil.copytree(old, tmp_path, dirs_exist_ok=True)
    before = everything(tmp_path)
    (tmp_path / target).chmod(0o444)
    code, said = ended(started(tmp_path, "run", "plan.xlsm", "--out", "out", "--in-place", "--quiet", code=AS_ANYBODY))
    assert code == 6
    words = "may not be written." if target == "plan.xlsm" else "cannot be written: Permission denied."
    assert f"{Path(target).name}: {words}" in said
    assert everything(tmp_path) == before


@POSIX
@pytest.mark.parametrize("most", [0, 1_000, 20_000])
def test_a_disk_without_room_ends_with_6_and_changes_nothing(tmp_path: Path, old: Path, most: int):
    """A limit of the size of files fails a real write, half done, as a full disk does."""
    shutil.copytree(old, tmp_path, dirs_exist_ok=True)
    before = everything(tmp_path)
    code = f"import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, ({most},) * 2)"
    for arguments in (["--out", "out", "--in-place"], ["--out", "fresh/out"]):
        ends, said = ended(started(tmp_path, "run", "plan.xlsm", "--quiet", *arguments, code=code))
        assert ends == 6
        assert "cannot be written: File too large. Make room on the disk" in said
        assert everything(tmp_path) == before


@POSIX
def test_a_device_is_never_replaced_by_a_file(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    for name in ("pipe", "link"):
        with pytest.raises(FileError, match="no ordinary file"):
            write_files({tmp_path / "a.csv": "1", tmp_path / name: "1"})
    assert {path.name for path in tmp_path.iterdir()} == {"pipe", "link"}


# Nobody reads what is said


@POSIX
@pytest.mark.parametrize("ending", ["> /dev/full", "> /dev/full 2>&1", "--json > /dev/full", "2> /dev/full", "2>&-"])
def test_files_are_written_when_what_is_said_goes_nowhere(tmp_path: Path, ending: str):
    if not Path("/dev/full").exists():  # only Linux has it
        ending = ending.replace("/dev/full", "/dev/null")
    done = subprocess.run(
        ["/bin/sh", "-c", f"{sys.executable} -m fleetopt run --out out {ending}"],
        cwd=tmp_path, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert done.returncode == (6 if ">" in ending.replace("2>", "") and "full" in ending else 0)
    assert_all_are_whole(tmp_path)
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 8


# Time limits


def test_a_time_limit_without_a_plan_ends_with_5_and_leaves_earlier_plans_whole(tmp_path: Path, old: Path):
    shutil.copytree(old, tmp_path, dirs_exist_ok=True)
    before = everything(tmp_path)
    done = fleetopt("run", "plan.xlsm", "--out", "out", "--in-place", "--time-limit", "0.000001", cwd=tmp_path)
    assert done.returncode == 5
    assert "holds the results of an earlier run" in " ".join(done.stderr.split())
    after = everything(tmp_path)
    assert after.keys() == before.keys()
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"plan.xlsm", "out/results.xlsx", "out/summary.json"}  # they say that there is no plan
    assert_all_are_whole(tmp_path)


def test_a_time_limit_with_a_plan_ends_with_7_and_every_file_is_new(tmp_path: Path, old: Path):
    shutil.copytree(old, tmp_path, dirs_exist_ok=True)
    before = everything(tmp_path)
    code = (
        "import dataclasses, fleetopt.plan.certified as c, fleetopt.plan.optimize as o\n"
        "real = o.solve\n"
        "def late(*a): raise c.SolverError('no time is left for a certificate')\n"
        "c.Search.certify = late\n"
        "o.solve = lambda *a, **k: dataclasses.replace(real(*a, **k), status='feasible', bound=1e6)\n"
    )
    arguments = ["run", "plan.xlsm", "--out", "out", "--in-place", "--quiet"]
    assert ended(started(tmp_path, *arguments, code=code)) == (7, "")
    after = everything(tmp_path)
    assert after.keys() == before.keys()
    assert all(after[name] != content for name, content in before.items() if content)
    assert_all_are_whole(tmp_path)


# What a replaced file keeps


@POSIX
@pytest.mark.parametrize("is_relative", [True, False])
def test_a_symbolic_link_stays_one_and_its_file_is_replaced(tmp_path: Path, is_relative: bool):
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "plan.xlsm").write_text("old")
    link = tmp_path / "plan.xlsm"
    link.symlink_to("far/plan.xlsm" if is_relative else tmp_path / "far" / "plan.xlsm")
    write_files({link: "new"})
    assert link.is_symlink()
    assert (tmp_path / "far" / "plan.xlsm").read_text() == "new"
    assert temporaries(tmp_path) == []


@POSIX
def test_another_hard_link_keeps_the_old_file(tmp_path: Path):
    (tmp_path / "plan.xlsm").write_text("old")
    (tmp_path / "kept.xlsm").hardlink_to(tmp_path / "plan.xlsm")
    write_files({tmp_path / "plan.xlsm": "new"})
    assert everything(tmp_path) == {"plan.xlsm": b"new", "kept.xlsm": b"old"}


@POSIX
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o700])
def test_permissions_stay(tmp_path: Path, mode: int):
    path = tmp_path / "plan.xlsm"
    path.write_text("old")
    path.chmod(mode)
    if os.geteuid() == 0:
        os.chown(path, 1234, 2345)
    before = path.stat()
    write_files({path: "new"})
    assert path.read_text() == "new"
    after = path.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)


def test_a_name_that_utf_8_does_not_know_is_written_as_an_escape(tmp_path: Path):
    write_files({tmp_path / "summary.json": '{"input": "caf\udce9.xlsx"}'})
    assert json.loads((tmp_path / "summary.json").read_text(encoding="utf-8")) == {"input": "caf\udce9.xlsx"}
