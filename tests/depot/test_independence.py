"""The second count of every part shares nothing with the model: it is arithmetic on figures and bare decisions."""

from __future__ import annotations

import ast
import builtins
import inspect
from collections.abc import Callable, Iterator

import pytest

from fleetopt.depot import PARTS
from fleetopt.depot.part import Part

MAY_BE_USED = {"np", "Check", *vars(builtins)}
ANNOTATIONS = ("annotation", "returns")
COUNTED = [
    pytest.param(part, function, id=f"{part.name}-{kind}")
    for part in PARTS
    for kind in ("recount", "recheck")
    if (function := getattr(part, kind))
] + [pytest.param(part, part.objective.recount, id=f"{part.name}-objective") for part in PARTS if part.objective]


def functions_of(function: Callable) -> dict[str, ast.FunctionDef]:
    """By its name every function of the file in which one is written."""
    tree = ast.parse(inspect.getsource(inspect.getmodule(function)))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def names(node: ast.AST) -> Iterator[ast.Name | ast.arg]:
    """Every name and argument in a function, but for what only says types."""
    if isinstance(node, (ast.Name, ast.arg)):
        yield node
    for field, value in ast.iter_fields(node):
        if field not in ANNOTATIONS:
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from names(child)


def taken_from_outside(function: ast.FunctionDef) -> set[str]:
    """What a function uses that it neither is given nor makes itself."""
    found = list(names(function))
    own = {name.arg for name in found if isinstance(name, ast.arg)}
    own |= {name.id for name in found if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)}
    own |= {node.name for node in ast.walk(function) if isinstance(node, ast.FunctionDef)}
    return {name.id for name in found if isinstance(name, ast.Name)} - own


def formulas(part: Part) -> set[str]:
    """The names of a part's formulas of `x`."""
    return {thing.formula.__name__ for thing in (*part.rules, *part.quantities, *part.money)}


def reached(function: Callable) -> dict[str, ast.FunctionDef]:
    """A function and all functions of its file that it calls, directly or through others."""
    there = functions_of(function)
    found: dict[str, ast.FunctionDef] = {}
    ahead = [function.__name__]
    while ahead:
        name = ahead.pop()
        if name not in found:
            found[name] = there[name]
            ahead += taken_from_outside(there[name]) & there.keys()
    return found


@pytest.mark.parametrize(("part", "function"), COUNTED)
def test_the_second_count_uses_nothing_but_its_arguments_numpy_and_checks(part: Part, function: Callable):
    for name, written in reached(function).items():
        helpers = functions_of(function).keys()
        assert taken_from_outside(written) <= MAY_BE_USED | helpers, (part.name, name)


@pytest.mark.parametrize(("part", "function"), COUNTED)
def test_the_second_count_calls_no_formula_of_the_model(part: Part, function: Callable):
    for name, written in reached(function).items():
        assert name not in formulas(part), (part.name, name)
        assert "x" not in {argument.arg for argument in written.args.args}, (part.name, name)


@pytest.mark.parametrize(("part", "function"), COUNTED)
def test_the_second_count_asks_a_plan_for_bare_decisions_only(part: Part, function: Callable):
    """`Plan.bare` has nothing else; `holds`, `by_slot` or a quantity would be the model's word."""
    for written in reached(function).values():
        asked = {node.attr for node in ast.walk(written) if isinstance(node, ast.Attribute)}
        assert not asked & {"holds", "by_slot", "formula", "case"}, part.name


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_every_rule_of_a_part_is_checked_a_second_time(part: Part):
    """By its name, in the part itself; what only follows from other decisions is counted instead."""
    counted, checked = (functions_of(f)[f.__name__] if f else ast.Pass() for f in (part.recount, part.recheck))
    said = {node.value for node in ast.walk(checked) if isinstance(node, ast.Constant)}
    known = {node.value for node in ast.walk(counted) if isinstance(node, ast.Constant)}
    follows = {decision.follows: decision.name for decision in part.decisions if decision.follows}
    for rule in part.rules:
        assert (follows[rule.name] in known) if rule.name in follows else (rule.name in said), rule.name
