"""The command line: `python -m fleetopt`."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

from fleetopt import __version__, schema

if TYPE_CHECKING:
    from fleetopt.books.closed import ClosedBook
    from fleetopt.inputs import Inputs
    from fleetopt.planning import Outcomes
    from fleetopt.problem import Problem
    from fleetopt.scenarios import Scenario

OUT = "fleetopt-results"


class Exit(IntEnum):
    """Exit codes."""

    SOLVED = 0
    FAULT = 1
    USAGE = 2
    INPUT = 3
    INFEASIBLE = 4
    NO_SOLUTION = 5
    FILE = 6
    FEASIBLE = 7
    STOPPED = 130


_ORDER = {
    "input_error": Exit.INPUT,
    "infeasible": Exit.INFEASIBLE,
    "no_solution": Exit.NO_SOLUTION,
    "feasible": Exit.FEASIBLE,
}


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and leave with its exit code; a fault becomes a sentence and a log, never a traceback."""
    sys.stdout, sys.stderr = (_stream(stream) for stream in (sys.stdout, sys.stderr))
    try:
        code = _dispatch(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
    except KeyboardInterrupt:
        _say("Stopped. Nothing was left half written.")
        code = Exit.STOPPED
    except BrokenPipeError:  # whoever read our output has seen enough
        code = Exit.SOLVED
    except ImportError as fault:
        _say(f"A package is missing or damaged: {fault}. 'fleetopt doctor' says what to do.")
        code = Exit.FAULT
    except OSError as fault:  # of a file FileError says which; what is left is the output itself
        _say(f"error: the output cannot be written: {fault.strerror or fault}. Send it elsewhere; written files stay.")
        code = Exit.FILE
    except Exception:
        from fleetopt.log import write_log

        _say(f"A fault of fleetopt itself stopped the run. What happened stands in {write_log()}; please report it.")
        code = Exit.FAULT
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    # A solver that was stopped or given up may still hold a thread, and no interpreter ends cleanly under it.
    os._exit(code)


def _stream(stream: TextIO | None) -> TextIO:
    """Take a stream that may be closed, or unable to show every letter."""
    if stream is None:
        return Path(os.devnull).open("w", encoding="utf-8")
    with contextlib.suppress(AttributeError, ValueError):
        stream.reconfigure(errors="replace")  # type: ignore[attr-defined]
    return stream


def _dispatch(arguments: list[str]) -> Exit:
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in ("-h", "--help", "--version")):
        arguments = ["run", *arguments]
    parser = _parser()
    try:
        options = parser.parse_args(arguments)
    except SystemExit as leaving:  # argparse has said what is wrong, or given help
        return Exit(int(leaving.code or 0))
    from fleetopt.problem import FileError, InputError
    from fleetopt.scenarios import UsageError

    try:
        return Exit(options.command(options))
    except UsageError as fault:
        _say(f"fleetopt: {fault}")
        return Exit.USAGE
    except FileError as fault:
        _refuse(options, [fault.problem], [])
        return Exit.FILE
    except InputError as fault:
        _refuse(options, fault.problems, fault.scenarios)
        return Exit.INPUT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fleetopt",
        description="The least-cost plan for an electric truck depot: solar, battery and chargers, year by year.",
        epilog="Without a command: run. 'fleetopt run --help' shows its options.",
    )
    parser.add_argument("--version", action="version", version=f"fleetopt {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="read, check, solve and write the results")
    run.add_argument(
        "input", nargs="?", metavar="INPUT", help="a workbook or a folder; the built-in depot when left out"
    )
    run.add_argument("--out", metavar="DIR", default=OUT, help="folder for the results (default: %(default)s)")
    run.add_argument(
        "--scenario", metavar="NAME", action="append", default=[], help="only this scenario; may be repeated"
    )
    solver = next(column for column in schema.SETTINGS if column.name == "solver")
    run.add_argument("--solver", choices=solver.choices, help=f"{solver.meaning} (default: {solver.default})")
    run.add_argument("--time-limit", metavar="S", type=_positive, help="most seconds for each scenario")
    run.add_argument(
        "--gap", metavar="G", type=_share, help="distance from the proven optimum at which to stop (default: 0)"
    )
    run.add_argument(
        "--set",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        dest="changes",
        help="change one setting for this run; may be repeated",
    )
    run.add_argument(
        "--in-place", action="store_true", help="also write the results back into the planning workbook INPUT"
    )
    run.add_argument("--write-lp", metavar="FILE", help="also write the model as an LP file")
    run.add_argument("--json", action="store_true", help="print one JSON object instead of the tables")
    run.add_argument("--quiet", action="store_true", help="no progress and no notes on standard error")
    run.set_defaults(command=_run)

    check = commands.add_parser("check", help="read and check; solves nothing, writes nothing")
    check.add_argument("input", metavar="INPUT", help="a workbook or a folder")
    check.add_argument("--json", action="store_true", help="print one JSON object")
    check.set_defaults(command=_check, quiet=False)

    new = commands.add_parser("new", help="make a planning workbook that works at once on this machine")
    new.add_argument("file", metavar="FILE.xlsm", help="the workbook to make")
    new.add_argument("--from", metavar="INPUT", dest="input", help="fill it from this workbook or folder")
    new.add_argument("--force", action="store_true", help="replace FILE.xlsm if it is there")
    new.set_defaults(command=_new, json=False, quiet=False)

    doctor = commands.add_parser("doctor", help="say what a run would use, and what to do about what is missing")
    doctor.set_defaults(command=_doctor, json=False)
    return parser


def _positive(text: str) -> float:
    return _figure(text, lambda value: 0 < value < float("inf"), "more than 0")


def _share(text: str) -> float:
    return _figure(text, lambda value: 0 <= value <= 1, "0 to 1")


def _figure(text: str, is_fine: Callable[[float], bool], due: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not is_fine(value):
        raise argparse.ArgumentTypeError(f"must be {due}, not {text}")
    return value


def _read(source: str | None, book: ClosedBook | None = None) -> tuple[Inputs, list[Problem]]:
    """Read and check; raises InputError when there is an error."""
    from fleetopt.books.reading import read_book, read_inputs
    from fleetopt.checks import check
    from fleetopt.problem import InputError, has_error

    inputs = read_book(book) if book else read_inputs(source)
    problems = check(inputs)
    if has_error(problems):
        raise InputError(problems, [name for name in inputs.scenarios.values["scenario"] if name])
    return inputs, problems


def _check(options: argparse.Namespace) -> Exit:
    from fleetopt.summary import as_text, summary

    inputs, problems = _read(options.input)
    if options.json:
        sys.stdout.write(as_text(summary(inputs.source, [], problems), is_ascii=True))
        return Exit.SOLVED
    _say_problems(problems)
    years = inputs.costs.values["year"]
    print(
        f"{inputs.source} is valid: {min(years)} to {max(years)}, {len(set(inputs.fleet.values['vehicle']))} vehicles, "
        f"{len(inputs.energy)} slots, {len(inputs.chargers)} charger types, {len(inputs.scenarios)} scenarios."
    )
    return Exit.SOLVED


def _run(options: argparse.Namespace) -> Exit:
    with _uninterrupted():
        from fleetopt.doubts import doubtful_settings
        from fleetopt.inputs import Cell
        from fleetopt.output import check_folder, write_files
        from fleetopt.planning import new_results, run_settings, solve, with_room
        from fleetopt.report import report
        from fleetopt.scenarios import parse_changes, scenarios
        from fleetopt.summary import as_text, summary
        from fleetopt.template.build import build
        from fleetopt.terminal import ProgressLine

    started = time.monotonic()
    changes = parse_changes(options.changes)
    book = _own_book(options)
    inputs, problems = _read_into(book, options.input)
    problems += doubtful_settings({name: Cell(value, f"--set {name}") for name, value in changes.items()})
    chosen = scenarios(inputs, options.scenario, changes)
    out = Path(options.out)
    check_folder(out)
    if options.write_lp is not None:
        _write_lp(Path(options.write_lp), chosen)
    if not options.quiet:
        _say_problems(problems)
    given = {name: getattr(options, name) for name in ("solver", "time_limit", "gap")}
    settings = run_settings(inputs, {**changes, **{name: value for name, value in given.items() if value is not None}})
    outcomes = []
    for scenario in chosen:
        with ProgressLine(scenario.name, is_wanted=not options.quiet) as line:
            outcomes.append((scenario, solve(scenario, settings, line.show)))
    outcomes = with_room(outcomes, settings["time_limit"])
    for scenario, result in outcomes:
        if not options.quiet or result.plan is None:
            _say_problems(result.problems, scenario.name)

    content = summary(inputs.source, outcomes, problems)
    seconds = time.monotonic() - started
    files: dict[Path, str | bytes] = {
        out / "summary.json": as_text(content),
        out / "results.xlsx": build(new_results(inputs, outcomes, problems, seconds, changes)),
        **_csv_files(out, outcomes),
    }
    if book is not None:
        files |= _in_place(book, inputs, outcomes, problems, seconds, changes)
    write_files(files)
    if options.json:
        sys.stdout.write(as_text(content, is_ascii=True))
    else:
        sys.stdout.write(report(outcomes))
        print(f"\nWritten to {out}{os.sep}{f' and into {book.name}' if book else ''}")
    return _code([result.status for _, result in outcomes])


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C back while packages are loaded: some that it breaks off go on half loaded, without a word."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt


def _own_book(options: argparse.Namespace) -> ClosedBook | None:
    """The planning workbook into which `--in-place` writes."""
    if not options.in_place:
        return None
    from fleetopt.books.reading import planning_book
    from fleetopt.scenarios import UsageError

    book = planning_book(options.input)
    if book is None:
        raise UsageError("--in-place: INPUT must be a planning workbook; 'fleetopt new' makes one.")
    book.check_closed()
    return book


def _read_into(book: ClosedBook | None, source: str | None) -> tuple[Inputs, list[Problem]]:
    """Read and check; what is wrong is written into the book that results were to go into."""
    from fleetopt.books.result_content import refused_content
    from fleetopt.output import write_files
    from fleetopt.problem import FileError, InputError

    try:
        return _read(source, book)
    except InputError as fault:
        if book is not None:
            try:
                book.fill(refused_content(fault.problems))
                write_files({book.path.resolve(): book.content()})
            except FileError as other:  # the inputs matter more
                _say_problems([other.problem])
        raise


def _in_place(
    book: ClosedBook,
    inputs: Inputs,
    outcomes: Outcomes,
    problems: Sequence[Problem],
    seconds: float,
    changes: Mapping[str, Any],
) -> dict[Path, bytes]:
    """The planning workbook with its results; it must still be the file that was read."""
    from fleetopt.planning import book_results

    book.check_closed()
    book.check_unchanged()
    book.fill(book_results(book, inputs, outcomes, problems, seconds, changes))
    return {book.path.resolve(): book.content()}


def _csv_files(out: Path, outcomes: Outcomes) -> dict[Path, str]:
    """The two files of each scenario that has a plan."""
    from fleetopt.books.csv import operational_details, optimization_results

    files = {}
    for scenario, result in outcomes:
        if result.plan:
            files[out / scenario.folder / "optimization_results.csv"] = optimization_results(result.plan)
            files[out / scenario.folder / "operational_details.csv"] = operational_details(result.plan)
        elif (out / scenario.folder).exists():
            _say(f"{scenario.name}: {out / scenario.folder} holds the results of an earlier run.")
    return files


def _new(options: argparse.Namespace) -> Exit:
    from fleetopt.new import new_workbook
    from fleetopt.output import write_files
    from fleetopt.problem import FileError
    from fleetopt.scenarios import UsageError

    path = Path(options.file)
    if path.suffix.casefold() != ".xlsm":
        raise UsageError(f"new: FILE must end in .xlsm, as it holds macros; '{path.name}' does not.")
    if path.exists() and not options.force:
        raise FileError(str(path), "is there already.", "Choose another name, or replace it with --force.")
    inputs, problems = _read(options.input)
    _say_problems(problems)
    write_files({path: new_workbook(inputs)})
    print(f"Written to {path}. Open it in Excel, enable its content, and press Run Optimization.")
    return Exit.SOLVED


def _code(statuses: Sequence[str]) -> Exit:
    """One exit code for all scenarios: a fault before all, then the first of 3, 4, 5, 7 that applies."""
    if "failed" in statuses:
        return Exit.FAULT
    return next((code for status, code in _ORDER.items() if status in statuses), Exit.SOLVED)


def _write_lp(path: Path, chosen: Sequence[Scenario]) -> None:
    """Write the first scenario's model to the path, and the others beside it under their names."""
    from fleetopt.model import build
    from fleetopt.model.lp_file import lp_text
    from fleetopt.output import write_files
    from fleetopt.problem import FileError

    if not path.name or path.is_dir():
        raise FileError(str(path), "is a folder, must be a file.", "Name a file such as depot.lp.")
    names = [path, *(path.with_name(f"{path.stem}-{scenario.folder}{path.suffix}") for scenario in chosen[1:])]
    write_files({name: lp_text(build(scenario.case)) for name, scenario in zip(names, chosen, strict=True)})


def _doctor(_options: argparse.Namespace) -> Exit:
    from fleetopt.doctor import examine

    for line in examine():
        print(line)
    return Exit.SOLVED


def _refuse(options: argparse.Namespace, problems: Sequence[Problem], scenarios: Sequence[str]) -> None:
    """Say why an input is not taken; with `--json` also in the one object."""
    from fleetopt.summary import as_text, refusal

    _say_problems(problems)
    if options.json:
        from fleetopt.books.reading import BUILT_IN

        sys.stdout.write(as_text(refusal(options.input or BUILT_IN, scenarios, problems), is_ascii=True))


def _say_problems(problems: Sequence[Problem], scenario: str = "") -> None:
    from fleetopt.problem import problem_lines

    if scenario and problems:
        _say(f"{scenario}:")
    for line in problem_lines(problems):
        _say(line)


def _say(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        print(text, file=sys.stderr, flush=True)
