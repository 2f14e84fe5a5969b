"""Rules across rows and tables: what no single cell shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fleetopt.depot import PARTS, PURCHASES
from fleetopt.inputs import schema
from fleetopt.inputs.doubts import doubts
from fleetopt.inputs.inputs import Inputs
from fleetopt.inputs.scenarios import folder_name
from fleetopt.words.clock import span
from fleetopt.words.columns import Column
from fleetopt.words.problem import Problem, error, has_error
from fleetopt.words.rows import Rows


def check(inputs: Inputs) -> list[Problem]:
    """All problems of an input: those found while reading and those that the tables have with each other."""
    problems = list(inputs.problems)
    for name in schema.TABLES:
        problems += _given_twice(inputs[name])
    problems += _settings(inputs)
    faulty = {problem.where for problem in inputs.problems if problem.severity == "error" and problem.where}
    if has_error(inputs.problems):
        faulty.add("")  # what is missing as a whole may only not have been read
    for part in PARTS:
        for rule in part.checks:  # what was faulty counts as blank, of which there is nothing more to say
            problems += (problem for problem in rule(inputs) if problem.where not in faulty)
    problems += _items_apart(inputs)
    problems += doubts(inputs)
    problems += _scenario_folders(inputs)
    problems += _any_scenario(inputs)
    if not has_error(problems):
        problems += _nothing_offered(inputs)
    return problems


def _given_twice(rows: Rows) -> Iterable[Problem]:
    """Each key stands once."""
    first: dict[tuple[Any, ...], int] = {}
    for i, keys in enumerate(rows.keys() if len(rows) and not rows.table.adds_up else ()):
        if any(value is None and rows.table[name].is_needed for name, value in zip(rows.table.keys, keys, strict=True)):
            continue
        folded = tuple(_as_meant(rows.table[name], key) for name, key in zip(rows.table.keys, keys, strict=True))
        if folded in first:
            said = ", ".join(
                f"{rows.table[name].header} {value}"
                for name, value in zip(rows.table.keys, keys, strict=True)
                if value is not None
            )
            yield error(
                rows.where(rows.table.keys[0], i),
                f"{said} is given twice, first in {rows.where(rows.table.keys[0], first[folded])}.",
                "Keep one of the two.",
            )
        else:
            first[folded] = i


def _as_meant(column: Column, key: Any) -> Any:
    """What counts when keys are compared: the time of a span, however it is written, else letters without case."""
    return (column.is_span and key and span(key)) or str(key).casefold()


def _settings(inputs: Inputs) -> Iterable[Problem]:
    """Every setting that is needed has a value."""
    for column in schema.SETTINGS:
        is_missing = column.name not in inputs.settings
        if is_missing and column.is_needed and column.default is None and not has_error(inputs.problems):
            yield error("", f"{column.heading} is missing.", f"Enter {column.meaning}.")


def _scenario_folders(inputs: Inputs) -> Iterable[Problem]:
    """Every scenario has a folder of its own for its results."""
    first: dict[str, tuple[str, str]] = {}
    for i, name in enumerate(inputs["tblScenarios"].values.get("scenario", ())):
        if name is None:
            continue
        where = inputs["tblScenarios"].where("scenario", i)
        other, there = first.setdefault(folder_name(name), (name, where))
        if other.casefold() != name.casefold():
            yield error(
                where,
                f"the scenarios '{other}' ({there}) and '{name}' differ too little for two folders of results.",
                "Give one of them another name.",
            )


def _any_scenario(inputs: Inputs) -> Iterable[Problem]:
    """At least one scenario is to run."""
    runs = inputs["tblScenarios"].values.get("run", [])
    if runs and all(run == "no" for run in runs):
        yield error(
            inputs["tblScenarios"].where("run", 0),
            "no scenario is to run, must be at least one.",
            "Enter yes for one of them.",
        )


def _items_apart(inputs: Inputs) -> Iterable[Problem]:
    """No two kinds of things that can be bought have one name."""
    taken: dict[str, str] = {}
    for table in (schema.LABELS[purchase.item] for purchase in PURCHASES if purchase.is_many):
        rows, key = inputs[table.name], table.keys[-1]
        noun = table[key].header.lower()
        names = {name.casefold(): i for i, name in enumerate(rows.values.get(key, ())) if name is not None}
        for name, i in names.items():
            if name in taken:
                said = f"the {noun} '{rows.values[key][i]}' is called as {taken[name]} is."
                yield error(rows.where(key, i), said, "Give one of them another name.")
        taken |= dict.fromkeys(names, f"a {noun}")
        taken |= {each.item.casefold(): each.noun.lower() for each in PURCHASES if not each.is_many}


def _nothing_offered(inputs: Inputs) -> Iterable[Problem]:
    """Of what a depot cannot do without, there is something to buy."""
    for table in (schema.LABELS[purchase.item] for purchase in PURCHASES if purchase.is_many):
        if not table.is_optional and not len(inputs[table.name]):
            what = table.row.removeprefix("one ")
            yield error(table.sheet, f"no {what} is offered, must be at least one.", "Add one.")
