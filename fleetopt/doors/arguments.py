"""The words of the command line: its commands and their options."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import Any

from fleetopt import __version__
from fleetopt.books.reading import EXAMPLES
from fleetopt.inputs import schema
from fleetopt.words.cells import convert
from fleetopt.words.columns import Column
from fleetopt.words.problem import Problem

OUT = "fleetopt-results"


def parser(commands: Mapping[str, Callable[[argparse.Namespace], int]]) -> argparse.ArgumentParser:
    """Make the parser.

    Parameters:
        commands: by its name what does each command; it becomes `command` of the options.
    """
    words = argparse.ArgumentParser(
        prog="fleetopt",
        description="The least-cost plan for an electric truck depot: solar, battery and chargers, year by year.",
        epilog="Without a command: run. 'fleetopt run --help' shows its options.",
    )
    words.add_argument("--version", action="version", version=f"fleetopt {__version__}")
    named = words.add_subparsers(title="commands", required=True, metavar="COMMAND")

    run = named.add_parser("run", help="read, check, solve and write the results")
    run.add_argument(
        "input", nargs="?", metavar="INPUT", help="a workbook or a folder; the built-in depot when left out"
    )
    run.add_argument(
        "--out", metavar="DIR", type=_named, default=OUT, help="folder for the results (default: %(default)s)"
    )
    run.add_argument(
        "--scenario", metavar="NAME", action="append", default=[], help="only this scenario; may be repeated"
    )
    run.add_argument(
        "--solver", choices=_setting("solver").choices, help=f"{_setting('solver').meaning} (default: that of INPUT)"
    )
    run.add_argument("--time-limit", metavar="S", type=_value_of("time_limit"), help="most seconds for each scenario")
    run.add_argument(
        "--gap",
        metavar="G",
        type=_value_of("gap"),
        help="distance from the proven optimum at which to stop (default: 0)",
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
    run.add_argument("--proof", metavar="FILE", help="also write the proof that the plan is the least, for 'prove'")
    run.add_argument("--json", action="store_true", help="print one JSON object instead of the tables")
    run.add_argument("--quiet", action="store_true", help="no progress and no notes on standard error")
    run.set_defaults(command=commands["run"])

    check = named.add_parser("check", help="read and check; solves nothing, writes nothing")
    check.add_argument("input", metavar="INPUT", help="a workbook or a folder")
    check.add_argument("--json", action="store_true", help="print one JSON object")
    check.set_defaults(command=commands["check"], quiet=False)

    new = named.add_parser("new", help="make a planning workbook that works at once on this machine")
    new.add_argument("file", metavar="FILE.xlsm", help="the workbook to make")
    new.add_argument("--from", metavar="INPUT", dest="input", help="fill it from this workbook or folder")
    new.add_argument("--example", choices=list(EXAMPLES), help="fill it with this depot; the study's if left out")
    new.add_argument("--force", action="store_true", help="replace FILE.xlsm if it is there")
    new.set_defaults(command=commands["new"], json=False, quiet=False)

    prove = named.add_parser("prove", help="check a proof against a model in exact fractions, without any solver")
    prove.add_argument("model", metavar="MODEL.lp", help="a model that 'run --write-lp' wrote")
    prove.add_argument("proof", metavar="PROOF.json", help="a proof of it that 'run --proof' wrote")
    prove.set_defaults(command=commands["prove"], json=False, quiet=False)

    doctor = named.add_parser("doctor", help="say what a run would use, and what to do about what is missing")
    doctor.set_defaults(command=commands["doctor"], json=False)
    return words


def _named(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("must be the name of a folder")
    return text


def _setting(name: str) -> Column:
    return next(column for column in schema.SETTINGS if column.name == name)


def _value_of(name: str) -> Callable[[str], Any]:
    """Read an option as the setting of the same name is read in a workbook."""

    def read(text: str) -> Any:
        problems: list[Problem] = []
        value = convert(text, _setting(name), "", problems)
        if value is None:
            raise argparse.ArgumentTypeError(problems[0].message if problems else "must be a figure")
        return value

    return read
