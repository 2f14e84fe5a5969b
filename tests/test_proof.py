"""The checker of proofs: it takes what holds, and refuses every proof that was changed."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import fleetopt.proof
from fleetopt.model.formulation import build
from fleetopt.model.lp_file import LpError, LpModel, lp_text, read_lp
from fleetopt.plan.optimize import optimize
from fleetopt.proof import ProofError, check_proof, implied_uppers
from fleetopt.results.proof_file import as_text, proof_of
from tests.cases import one_slot, study
from tests.doors.test_cli import fleetopt as command
from tests.random_cases import random_case, refined_case
from tests.test_architecture import imports


def proven(case: Any) -> tuple[LpModel, dict[str, Any]]:
    """A programme as an LP file has it, and its proof as a file has it."""
    proof = proof_of("Base", case, optimize(case), 0.0)
    return read_lp(lp_text(build(case))), json.loads(as_text(proof))


@pytest.fixture(scope="module")
def studied() -> tuple[LpModel, dict[str, Any]]:
    return proven(study(0.5))


def test_the_studys_proof_holds_in_exact_fractions(studied):
    model, proof = studied
    assert 1 < check_proof(model, proof) < 60
    assert proof["rows_checked"] == len(model.rows) == 167
    assert proof["worst_row_residual"] < 1e-9


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("make", [random_case, refined_case])
def test_the_proof_of_a_random_depot_holds(make, seed: int):
    check_proof(*proven(make(seed)))  # that it is the least, or that there is none


def nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    if "split" in node:
        yield from nodes(node["low"])
        yield from nodes(node["high"])


def spoiled(proof: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The proof with one thing changed so that it proves nothing any more."""

    def changed() -> dict[str, Any]:
        return copy.deepcopy(proof)

    for by in (-5.0, 5.0):
        other = changed()
        other["objective"] += by
        yield f"objective {by:+}", other
    whole = next(name for name, value in proof["values"].items() if name.startswith("charger_add") and value)
    for value in (0.0, 0.5, 2.0):
        other = changed()
        other["values"][whole] = value
        yield f"{whole} {value}", other
    flow = next(name for name in proof["values"] if name.startswith("grid_to_load"))
    other = changed()
    other["values"][flow] *= 1.001
    yield "a flow", other
    for i, node in enumerate(nodes(proof["tree"])):
        if "split" in node:
            for at in (node["at"] + 1, 0.5):
                other = changed()
                list(nodes(other["tree"]))[i]["at"] = at
                yield f"split {i} at {at}", other
        elif node.get("bound"):
            other = changed()
            leaf = list(nodes(other["tree"]))[i]
            largest = max(leaf["bound"], key=lambda name: abs(leaf["bound"][name]))
            leaf["bound"][largest] *= 1.5
            yield f"multiplier {i} {largest}", other
            other = changed()
            list(nodes(other["tree"]))[i]["bound"] = {}
            yield f"no multipliers {i}", other
        elif node.get("empty"):
            other = changed()
            list(nodes(other["tree"]))[i]["empty"] = {}
            yield f"empty {i}", other


def test_every_changed_proof_is_refused(studied):
    model, proof = studied
    refused = 0
    for what, other in spoiled(proof):
        try:
            check_proof(model, other)
        except ProofError:
            refused += 1
        else:
            # a split moved by one may be another true proof only if each leaf still holds: then nothing was spoiled
            assert what.startswith("split"), what
    assert refused > 100


@pytest.mark.parametrize(
    "wrong", [{}, {"objective": None}, {"objective": "x", "tree": {}}, {"tree": None}, {"values": {"nobody": 1.0}}]
)
def test_what_is_no_proof_is_refused_in_words(studied, wrong: dict[str, Any]):
    model, proof = studied
    with pytest.raises(ProofError):
        check_proof(model, wrong if "objective" in wrong or not wrong else {**proof, **wrong})


def test_a_tree_that_splits_what_is_not_whole_is_refused(studied):
    model, proof = studied
    leaf = {"empty": {}}
    with pytest.raises(ProofError, match="only a whole column"):
        check_proof(model, {**proof, "tree": {"split": "soc(2025,12AM_6AM)", "at": 0, "low": leaf, "high": leaf}})


def test_no_plan_is_proven_by_empty_leaves_only():
    model, proof = proven(study(grid_limit_kwh=900.0))
    assert proof["objective"] is None
    check_proof(model, proof)
    for node in nodes(proof["tree"]):
        if "empty" in node:
            node["bound"] = node.pop("empty")
    with pytest.raises(ProofError):
        check_proof(model, proof)


def test_the_checker_knows_nothing_but_the_lp_file():
    found = {module for module in imports(Path(fleetopt.proof.__file__)) if module.startswith("fleetopt")}
    assert found <= {"fleetopt.model.lp_file", "fleetopt.model.lp_file.LpModel"}


def test_an_lp_file_reads_back_as_what_was_written():
    program = build(study(0.5))
    model = read_lp(lp_text(program))
    rows, columns = program.row_names(), program.column_names()
    assert list(model.rows) == rows
    assert model.whole == {columns[j] for j in program.integer.nonzero()[0]}
    assert set(model.bounds) == set(columns)
    for i, name in enumerate(rows):
        entries = range(program.row_starts[i], program.row_starts[i + 1])
        terms = {columns[program.columns[k]]: Fraction(float(program.coefficients[k])) for k in entries}
        assert model.rows[name].terms == terms
    assert model.cost == {columns[j]: Fraction(float(program.cost[j])) for j in program.cost.nonzero()[0]}


@pytest.mark.parametrize(
    "text", ["", "End", "hello", "Minimize\n total_cost: + 1 x\nEnd\n x", "Minimize\n c: + y x\nEnd"]
)
def test_what_is_no_lp_file_is_refused(text: str):
    with pytest.raises(LpError):
        read_lp(text)


def test_an_implied_bound_is_the_first_that_a_row_gives():
    # 100 kWh flow into the load at most
    assert implied_uppers(read_lp(lp_text(build(one_slot()))))["grid_to_load(2025,Day,12AM_12AM)"] == 100


def test_the_command_line_writes_proofs_and_checks_them(tmp_path: Path):
    done = command("run", "--quiet", "--write-lp", "m.lp", "--proof", "p.json", cwd=tmp_path)
    assert done.returncode == 0
    for name in ("", "-export-0.5", "-export-0.0"):
        checked = command("prove", f"m{name}.lp", f"p{name}.json", cwd=tmp_path)
        assert checked.returncode == 0, checked.stdout
        assert checked.stdout.startswith("The proof holds: no plan costs less than 1,")
        assert all(len(line) <= 80 for line in checked.stdout.splitlines())
    crossed = command("prove", "m.lp", "p-export-0.0.json", cwd=tmp_path)
    assert crossed.returncode == 1
    assert crossed.stdout.startswith("The proof does not hold: ")
    for model, proof, code in (("m.lp", "m.lp", 6), ("p.json", "p.json", 6), ("m.lp", "none.json", 6)):
        wrong = command("prove", model, proof, cwd=tmp_path)
        assert wrong.returncode == code
        assert "Traceback" not in wrong.stderr


def test_a_proof_takes_the_place_of_nothing_else(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    done = command("run", "--quiet", "--proof", "notes.txt", cwd=tmp_path)
    assert done.returncode == 2
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"
