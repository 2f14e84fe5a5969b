"""A workbook that others write to while a run goes on keeps what they wrote."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fleetopt.books.closed import book as closed
from fleetopt.books.closed.book import ClosedBook
from fleetopt.books.reading import read_inputs
from fleetopt.doors import output
from fleetopt.doors.cli import _dispatch
from fleetopt.doors.new import new_workbook
from fleetopt.words.problem import FileError
from tests.untidy import DATA


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A planning workbook of the study."""
    path = tmp_path / "plan.xlsm"
    path.write_bytes(new_workbook(read_inputs(str(DATA))))
    return path


def saved_by_somebody(path: Path) -> bytes:
    """Replace a file as spreadsheet programs do, with another size."""
    content = path.read_bytes() + b"\0"
    beside = path.with_name("beside")
    beside.write_bytes(content)
    beside.replace(path)
    return content


def fleetopt(*arguments: str) -> int:
    """The exit code of a command."""
    return int(_dispatch(list(arguments)))


def run(plan: Path) -> int:
    return fleetopt("run", str(plan), "--in-place", "--quiet", "--out", str(plan.parent / "out"))


def once(action: Callable[[], Any], then: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, before which something happens the first time."""
    left = [action]

    def called(*arguments: Any, **named: Any) -> Any:
        if left:
            left.pop()()
        return then(*arguments, **named)

    return called


@pytest.mark.parametrize(
    ("module", "name"),
    [(closed, "ChangedParts"), (closed, "Package"), (output, "_take_permissions")],
    ids=["before it is opened", "while it is read", "when all is about to be put in place"],
)
def test_a_save_at_any_moment_of_a_run_is_kept(plan, module, name, monkeypatch, capsys):
    kept: list[bytes] = []
    monkeypatch.setattr(module, name, once(lambda: kept.append(saved_by_somebody(plan)), getattr(module, name)))
    assert run(plan) == 6
    assert plan.read_bytes() == kept[0]
    assert "was changed while the run went on" in " ".join(capsys.readouterr().err.split())
    assert (plan.parent / "out" / "summary.json").exists()


def test_the_second_of_two_runs_at_once_is_refused(plan, monkeypatch):
    codes: list[int] = []
    monkeypatch.setattr(output, "_take_permissions", once(lambda: codes.append(run(plan)), output._take_permissions))
    codes.append(run(plan))
    assert codes == [0, 6]
    assert ClosedBook(plan).value("run_objective") == pytest.approx(1_147_963.2373, abs=1e-3)


def test_what_is_wrong_is_not_written_over_a_save(plan):
    book = ClosedBook(plan)
    kept = saved_by_somebody(plan)
    with pytest.raises(FileError, match="was changed"):
        output.write_files({plan: b"new"}, book.check_unchanged)
    assert plan.read_bytes() == kept
    assert [path.name for path in plan.parent.iterdir()] == ["plan.xlsm"]


@pytest.mark.parametrize("mark", ["~$plan.xlsm", ".~lock.plan.xlsm#"])
def test_new_replaces_no_workbook_that_is_open(plan, mark, capsys):
    plan.with_name(mark).write_bytes(b"")
    before = plan.read_bytes()
    assert fleetopt("new", str(plan), "--force") == 6
    assert plan.read_bytes() == before
    assert "choose another name" in " ".join(capsys.readouterr().err.split())


def test_new_replaces_one_that_is_not(plan):
    plan.write_bytes(b"old")
    os.utime(plan, (1, 1))
    assert fleetopt("new", str(plan), "--force") == 0
    assert plan.stat().st_size > 100_000
