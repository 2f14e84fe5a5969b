"""A certificate as a file: everything that somebody needs to check it without a solver, and without us."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from fleetopt.depot.case import Case
from fleetopt.model.certificate import Certificate, Leaf, Split, tolerance
from fleetopt.model.formulation import build
from fleetopt.model.program import Program
from fleetopt.plan.plan import Plan
from fleetopt.plan.result import Result


def proof_of(scenario: str, case: Case, result: Result, gap: float) -> dict[str, Any]:
    """The proof of a result, by the names of the LP file; what is left out is 0.

    Parameters:
        gap: distance from the least that was allowed, as a share of the cost.
    """
    program = build(case)
    rows, columns = program.row_names(), program.column_names()
    assert result.certificate is not None
    plan = result.plan
    values = _values(program, plan) if plan else np.zeros(program.size[1])
    return {
        "scenario": scenario,
        "objective": plan.objective if plan else None,
        "tolerance": tolerance(plan.objective, gap) if plan else 0.0,
        "rows_checked": program.size[0],
        "worst_row_residual": _worst(program, values) if plan else None,
        "values": {columns[j]: float(values[j]) for j in values.nonzero()[0]},
        "tree": _tree(result.certificate, rows, columns),
    }


def as_text(proof: dict[str, Any]) -> str:
    """Write it down, each number so that it reads back as the same."""
    return json.dumps(proof, indent=None, separators=(", ", ": "), allow_nan=False) + "\n"


def _values(program: Program, plan: Plan) -> np.ndarray:
    """The plan as values of all columns."""
    values = np.zeros(program.size[1])
    for name, family in program.column_families.items():
        values[family.slice] = np.asarray(getattr(plan, name)).ravel()[family.places]
    return values


def _worst(program: Program, values: np.ndarray) -> float:
    """By how much the plan misses a row at most, as a share of its size."""
    rows = np.repeat(np.arange(program.size[0]), np.diff(program.row_starts))
    terms = program.coefficients * values[program.columns]
    made = np.bincount(rows, terms, program.size[0])
    size = np.maximum(1.0, np.bincount(rows, np.abs(terms), program.size[0]))
    missed = np.maximum(program.row_lower - made, made - program.row_upper)
    return float(np.maximum(missed / size, 0.0).max(initial=0.0))


def _tree(certificate: Certificate, rows: list[str], columns: list[str]) -> dict[str, Any]:
    def told(node: Split | Leaf | None) -> dict[str, Any]:
        if isinstance(node, Split):
            return {"split": columns[node.column], "at": int(node.at), "low": told(node.low), "high": told(node.high)}
        assert node is not None
        multipliers = {rows[i]: float(node.multipliers[i]) for i in node.multipliers.nonzero()[0]}
        return {"empty" if node.is_empty else "bound": multipliers}

    return told(certificate.tree)
