"""The command line: `python -m fleetopt`."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

from fleetopt.words.numbers import WIDTH

if TYPE_CHECKING:
    from fleetopt.books.closed.book import ClosedBook
    from fleetopt.doors.run import Outcomes
    from fleetopt.inputs.inputs import Inputs
    from fleetopt.inputs.scenarios import Scenario
    from fleetopt.words.problem import Problem


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
    try:
        sys.stdout, sys.stderr = _stream(_apart(sys.stdout)), _stream(sys.stderr)
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
        from fleetopt.doors.log import write_log

        _say(f"A fault of fleetopt itself stopped the run. What happened stands in {write_log()}; please report it.")
        code = Exit.FAULT
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    # A solver that was stopped or given up may still hold a thread, and no interpreter ends cleanly under it.
    os._exit(code)


def _apart(stream: TextIO | None) -> TextIO | None:
    """Our lines on an output of their own: what a solver's library prints by itself goes nowhere."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        if stream is not None and stream.fileno() == 1:
            stream.flush()
            ours, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.close(nowhere)
            return os.fdopen(ours, "w", 1 if stream.isatty() else -1, encoding=stream.encoding, errors=stream.errors)
    return stream


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
    with _uninterrupted():
        from fleetopt.doors.arguments import parser
        from fleetopt.inputs.scenarios import UsageError
        from fleetopt.words.problem import FileError, InputError
    commands = {"run": _run, "check": _check, "new": _new, "prove": _prove, "doctor": _doctor}
    if arguments[0] not in commands and not arguments[0].startswith("-") and Path(arguments[0]).exists():
        _say(f"fleetopt: '{arguments[0]}' is no command. Did you mean 'fleetopt run {arguments[0]}'?")
        return Exit.USAGE
    try:
        options = parser(commands).parse_args(arguments)
    except SystemExit as leaving:  # argparse has said what is wrong, or given help
        return Exit(int(leaving.code or 0))
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


def _read(
    source: str | None, book: ClosedBook | None = None, example: str | None = None
) -> tuple[Inputs, list[Problem]]:
    """Read and check; raises InputError when there is an error."""
    from fleetopt.books.reading import example as example_inputs
    from fleetopt.books.reading import read_book, read_inputs
    from fleetopt.inputs.checks import check
    from fleetopt.words.problem import InputError, has_error

    inputs = read_book(book) if book else example_inputs(example) if example else read_inputs(source)
    problems = check(inputs)
    if has_error(problems):
        raise InputError(problems, [name for name in inputs["tblScenarios"].values["scenario"] if name])
    return inputs, problems


def _check(options: argparse.Namespace) -> Exit:
    from fleetopt.words.rows import years_held

    inputs, problems = _read(options.input)
    if options.json:
        from fleetopt.results.json import as_text, summary

        sys.stdout.write(as_text(summary(inputs.source, [], problems), is_ascii=True))
        return Exit.SOLVED
    _say_problems(problems)
    years = inputs["tblCosts"].values["year"]
    listed = inputs["tblFleet"]
    vehicles = dict.fromkeys(years, 0)
    for i, count in enumerate(listed.column("count")):
        for year in years_held(listed, i, max(years)):
            vehicles[year] += 1 if count is None else count
    print(
        f"{inputs.source} is valid: {min(years)} to {max(years)}, {max(vehicles.values()):g} vehicles, "
        f"{len(inputs['tblEnergy'])} slots, {len(inputs['tblChargers'])} charger types, "
        f"{len(inputs['tblScenarios'])} scenarios."
    )
    return Exit.SOLVED


def _chosen(inputs: Inputs, names: Sequence[str], changes: Mapping[str, Any]) -> list[Scenario]:
    """The scenarios of this run; raises InputError where its changes do not fit the input."""
    from fleetopt.inputs.checks import check
    from fleetopt.inputs.scenarios import scenarios, with_changes
    from fleetopt.words.problem import InputError, has_error

    problems = check(with_changes(inputs, changes)) if changes else []
    if has_error(problems):
        raise InputError(problems, [name for name in inputs["tblScenarios"].values["scenario"] if name])
    return scenarios(inputs, names, changes)


def _run(options: argparse.Namespace) -> Exit:
    with _uninterrupted():
        from fleetopt.doors.output import check_folder, write_files
        from fleetopt.doors.run import new_results, run_settings, solve, with_room
        from fleetopt.doors.terminal import ProgressLine
        from fleetopt.inputs.doubts import doubtful_settings
        from fleetopt.inputs.scenarios import parse_changes
        from fleetopt.results.json import as_text, summary
        from fleetopt.results.report import report
        from fleetopt.template.build import build
        from fleetopt.words.rows import Cell

    started = time.monotonic()
    changes = parse_changes(options.changes)
    book = _own_book(options)
    inputs, problems = _read_into(book, options.input)
    problems += doubtful_settings({name: Cell(value, f"--set {name}") for name, value in changes.items()})
    chosen = _chosen(inputs, options.scenario, changes)
    out = Path(options.out)
    check_folder(out)
    _spare_input(options, out)
    if options.write_lp is not None:
        _write_lp(options, out, chosen)
    proofs = _for_each(options, out, chosen, "--proof", options.proof, ".json") if options.proof is not None else []
    if not options.quiet:
        _say_problems(problems)
    given = {name: getattr(options, name) for name in ("solver", "time_limit", "gap")}
    settings = run_settings(inputs, {**changes, **{name: value for name, value in given.items() if value is not None}})
    outcomes = []
    for scenario in chosen:
        with ProgressLine(scenario.name, is_wanted=not options.quiet) as line:
            outcomes.append((scenario, solve(scenario, settings, line.show)))
    outcomes = with_room(outcomes, settings["time_limit"])
    _say_outcomes(outcomes, is_quiet=options.quiet)
    if not options.quiet:
        _say_earlier(out, inputs, chosen)

    content = summary(inputs.source, outcomes, problems)
    seconds = time.monotonic() - started
    files: dict[Path, str | bytes] = {
        out / "summary.json": as_text(content),
        out / "results.xlsx": build(new_results(inputs, outcomes, problems, seconds, changes)),
        **_csv_files(out, outcomes),
        **_proofs(proofs, outcomes, settings["gap"]),
    }
    if book is None:
        write_files(files)
    else:
        _write_into(book, out, files, lambda: _in_place(book, inputs, outcomes, problems, seconds, changes))
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
    from fleetopt.doors.run import check_places
    from fleetopt.inputs.scenarios import UsageError

    book = planning_book(options.input)
    if book is None:
        raise UsageError("--in-place: INPUT must be a planning workbook; 'fleetopt new' makes one.")
    book.check_closed()
    check_places(book)
    return book


def _read_into(book: ClosedBook | None, source: str | None) -> tuple[Inputs, list[Problem]]:
    """Read and check; what is wrong is written into the book that results were to go into."""
    from fleetopt.doors.output import write_files
    from fleetopt.results.content import refused_content
    from fleetopt.words.problem import FileError, InputError

    try:
        return _read(source, book)
    except InputError as fault:
        if book is not None:
            try:
                book.check_closed()
                book.fill(refused_content(fault.problems))
                write_files({book.path.resolve(): book.content()}, book.check_unchanged)
            except FileError as other:  # the inputs matter more
                _say_problems([other.problem])
        raise


def _write_into(
    book: ClosedBook, out: Path, files: Mapping[Path, str | bytes], filled: Callable[[], Mapping[Path, bytes]]
) -> None:
    """Write results and the filled workbook; what was found is not lost where that is not to be written after all."""
    from fleetopt.books.closed.book import OvertakenError
    from fleetopt.doors.output import write_files
    from fleetopt.words.problem import FileError

    refused: FileError
    try:
        own = filled()
    except FileError as fault:
        refused = fault
    else:
        try:
            write_files({**files, **own}, book.check_unchanged)
            return
        except OvertakenError as fault:
            refused = fault
    write_files(files)
    _say(f"The results are written to {out}{os.sep} only, not into the workbook:")
    raise refused


def _in_place(
    book: ClosedBook,
    inputs: Inputs,
    outcomes: Outcomes,
    problems: Sequence[Problem],
    seconds: float,
    changes: Mapping[str, Any],
) -> dict[Path, bytes]:
    """The planning workbook with its results; it must still be the file that was read."""
    from fleetopt.doors.run import book_results

    book.check_closed()
    book.check_unchanged()
    book.fill(book_results(book, inputs, outcomes, problems, seconds, changes))
    for said in book.broken():
        _say(said)
    return {book.path.resolve(): book.content()}


def _say_outcomes(outcomes: Outcomes, *, is_quiet: bool) -> None:
    """Say what is the matter with each scenario; what was said of one is not said again of the next."""
    said: set[Problem] = set()
    for scenario, result in outcomes:
        if not is_quiet or result.plan is None:
            _say_problems([found for found in result.problems if found not in said], scenario.name)
            said.update(result.problems[1:])


def _spare_input(options: argparse.Namespace, out: Path) -> None:
    """See that nothing that is written to the folder takes the place of what was read."""
    from fleetopt.inputs.scenarios import UsageError

    for written in (out / "results.xlsx", out / "summary.json"):
        if _is_input(options, written):
            raise UsageError(f"--out: {written} is the input itself and would be replaced; name another folder.")


def _is_input(options: argparse.Namespace, path: Path) -> bool:
    """Whether a file is what is read, or one of the workbooks in the folder that is read."""
    if options.input is None or not path.exists():
        return False
    source = Path(options.input)
    return any(path.samefile(read) for read in (source.iterdir() if source.is_dir() else (source,)))


def _say_earlier(out: Path, inputs: Inputs, chosen: Sequence[Scenario]) -> None:
    """Name the folders of scenarios that this run leaves out."""
    from fleetopt.inputs.scenarios import folder_name

    names = inputs["tblScenarios"].values["scenario"]
    folders = {folder_name(name) for name in names} - {each.folder for each in chosen}
    for folder in sorted(folders):
        if (out / folder).is_dir():
            _say(f"note: {out / folder} holds the results of an earlier run.")


def _csv_files(out: Path, outcomes: Outcomes) -> dict[Path, str]:
    """The two files of each scenario that has a plan."""
    from fleetopt.results.csv import operational_details, optimization_results

    files = {}
    for scenario, result in outcomes:
        if result.plan:
            files[out / scenario.folder / "optimization_results.csv"] = optimization_results(result.plan)
            files[out / scenario.folder / "operational_details.csv"] = operational_details(result.plan)
        elif (out / scenario.folder).exists():
            _say(f"note: {out / scenario.folder} holds the results of an earlier run.")
    return files


def _new(options: argparse.Namespace) -> Exit:
    from fleetopt.books.closed.book import check_closed
    from fleetopt.doors.new import new_workbook
    from fleetopt.doors.output import write_files
    from fleetopt.inputs.scenarios import UsageError
    from fleetopt.words.problem import FileError

    path = Path(options.file)
    if path.suffix.casefold() != ".xlsm":
        raise UsageError(f"new: FILE must end in .xlsm, as it holds macros; '{path.name}' does not.")
    if path.exists() and not options.force:
        raise FileError(str(path), "is there already.", "Choose another name, or replace it with --force.")
    if options.input and options.example:
        raise UsageError("new: --from and --example both say what fills the workbook; give one of them.")
    if path.exists():
        check_closed(path, "choose another name")
    inputs, problems = _read(options.input, example=options.example)
    _say_problems(problems)
    write_files({path: new_workbook(inputs)})
    print(f"Written to {path}. Open it in Excel, enable its content, and press Run Optimization.")
    return Exit.SOLVED


def _code(statuses: Sequence[str]) -> Exit:
    """One exit code for all scenarios: a fault before all, then the first of 3, 4, 5, 7 that applies."""
    if "failed" in statuses:
        return Exit.FAULT
    return next((code for status, code in _ORDER.items() if status in statuses), Exit.SOLVED)


def _write_lp(options: argparse.Namespace, out: Path, chosen: Sequence[Scenario]) -> None:
    """Write the first scenario's model to the path, and the others beside it under their names."""
    from fleetopt.doors.output import write_files
    from fleetopt.model.formulation import build
    from fleetopt.model.lp_file import lp_text

    names = _for_each(options, out, chosen, "--write-lp", options.write_lp, ".lp")
    write_files({name: lp_text(build(scenario.case)) for name, scenario in zip(names, chosen, strict=True)})


def _for_each(
    options: argparse.Namespace, out: Path, chosen: Sequence[Scenario], option: str, file: str, suffix: str
) -> list[Path]:
    """Name a file for each scenario: the first as asked for, the others beside it; none replaces anything else."""
    from fleetopt.inputs.scenarios import UsageError
    from fleetopt.words.problem import FileError

    path = Path(file)
    if not path.name or path.is_dir():
        raise FileError(str(path), "is a folder, must be a file.", f"Name a file such as depot{suffix}.")
    names = [path, *(path.with_name(f"{path.stem}-{scenario.folder}{path.suffix}") for scenario in chosen[1:])]
    results = {(out / name).resolve() for name in ("results.xlsx", "summary.json")}
    for name in names:
        is_other = name.exists() and name.suffix.casefold() != suffix
        if _is_input(options, name) or name.resolve() in results or is_other:
            raise UsageError(
                f"{option}: {name} is something else and would be replaced; name a file such as depot{suffix}."
            )
    return names


def _proofs(names: Sequence[Path], outcomes: Outcomes, gap: float) -> dict[Path, str]:
    """The proof of each scenario that is certified, once it has been checked in exact fractions."""
    from fleetopt.model.formulation import build
    from fleetopt.model.lp_file import lp_text, read_lp
    from fleetopt.proof import ProofError, check_proof
    from fleetopt.results.proof_file import as_text, proof_of

    files = {}
    for name, (scenario, result) in zip(names, outcomes, strict=False):
        if not result.is_certified:
            _say(f"{scenario.name} is not certified, so there is no proof to write to {name}.")
            continue
        proof = proof_of(scenario.name, scenario.case, result, gap)
        try:
            check_proof(read_lp(lp_text(build(scenario.case))), proof)
        except ProofError as fault:
            _say(f"The proof of {scenario.name} does not hold in exact fractions, so it is not written: {fault}")
            continue
        files[name] = as_text(proof)
    return files


def _prove(options: argparse.Namespace) -> Exit:
    import json

    from fleetopt.doors.output import read_text
    from fleetopt.model.lp_file import LpError, read_lp
    from fleetopt.proof import ProofError, check_proof
    from fleetopt.words.problem import FileError

    texts = [read_text(Path(name)) for name in (options.model, options.proof)]
    try:
        model, proof = read_lp(texts[0]), json.loads(texts[1])
    except LpError as fault:
        raise FileError(options.model, str(fault), "Name a model that 'fleetopt run --write-lp' wrote.") from None
    except (ValueError, RecursionError):
        advice = "Name a proof that 'fleetopt run --proof' wrote."
        raise FileError(options.proof, "is no JSON file.", advice) from None
    try:
        leaves = check_proof(model, proof)
    except ProofError as fault:
        print("\n".join(textwrap.wrap(f"The proof does not hold: {fault}", WIDTH, subsequent_indent="  ")))
        return Exit.FAULT
    cases = f"{leaves:,} cases that cover" if leaves != 1 else "one case that covers"
    shown = "there is no plan"
    if proof["objective"] is not None:
        cost, room = proof["objective"], proof["tolerance"]
        shown = f"no plan costs less than {cost:,.4f} by more than {room:.2g}, and the one in the file costs that"
    said = f"The proof holds: {shown}; checked in exact fractions, in {cases} every choice of whole numbers."
    print("\n".join(textwrap.wrap(said, WIDTH, subsequent_indent="  ")))
    return Exit.SOLVED


def _doctor(_options: argparse.Namespace) -> Exit:
    from fleetopt.doors.doctor import examine

    for line in examine():
        print(line)
    return Exit.SOLVED


def _refuse(options: argparse.Namespace, problems: Sequence[Problem], scenarios: Sequence[str]) -> None:
    """Say why an input is not taken; with `--json` also in the one object."""
    from fleetopt.results.json import as_text, refusal

    _say_problems(problems)
    if options.json:
        from fleetopt.books.reading import BUILT_IN

        sys.stdout.write(as_text(refusal(options.input or BUILT_IN, scenarios, problems), is_ascii=True))


def _say_problems(problems: Sequence[Problem], scenario: str = "") -> None:
    from fleetopt.words.problem import problem_lines

    if scenario and problems:
        _say(f"{scenario}:")
    for line in problem_lines(problems):
        _say(line)


def _say(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        print(text, file=sys.stderr, flush=True)
