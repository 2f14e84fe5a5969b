"""A checker of proofs: that a plan is the least of a programme, or that the programme has none, in exact fractions.

It knows no solver and no model, only the LP file. The proof is a tree: each inner node splits one whole number at one
value, `<= at` and `>= at + 1`, so its leaves cover everything. A leaf holds row multipliers `y`. For the programme
`min c x + k, rl <= A x <= ru, l <= x <= u` any multipliers bound the cost in the leaf's box from below:

    k + sum of y_i * (rl_i if y_i > 0 else ru_i) + sum of d_j * (l_j if d_j > 0 else u_j),   d = c - A' y

A box is empty where the same sum with `c = 0` and `k = 0` is above 0. A multiplier on an infinite side counts as 0; a
column without an upper bound takes the first that a row implies, rows in the file's order, again and again.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from fleetopt.model.lp_file import LpModel

FEASIBLE: Final = Fraction(1, 10**6)
"""Of a row's size: the plan may miss its rows and bounds by no more."""
_Box = Mapping[str, tuple[Fraction, Fraction | None]]
"""Bounds of the columns that are split; None is no bound."""


class ProofError(ValueError):
    """A proof does not hold; the message says where and by how much."""


def check_proof(model: LpModel, proof: Mapping[str, Any]) -> int:
    """Check a proof against its programme; returns the number of its leaves.

    Parameters:
        proof: `objective` (none: there is no plan), `tolerance`, `values` of the plan by the names of the columns, what
            is not named being 0, and the `tree`.

    Raises:
        ProofError: it does not hold, or is not one.
    """
    try:
        objective = None if proof["objective"] is None else Fraction(proof["objective"])
        least = None if objective is None else objective - Fraction(proof["tolerance"])
        if objective is not None:
            _check_plan(model, {name: Fraction(value) for name, value in proof["values"].items()}, objective, proof)
        uppers = implied_uppers(model)
        return _check_tree(model, uppers, proof["tree"], {}, least)
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as fault:
        if isinstance(fault, ProofError):
            raise
        raise ProofError(f"this is no proof of this programme: {type(fault).__name__} {fault}.") from None


def _check_plan(model: LpModel, values: Mapping[str, Fraction], objective: Fraction, proof: Mapping[str, Any]) -> None:
    """The plan keeps every row and bound, is whole where it must be, and costs what is said."""
    for name in values:
        if name not in model.bounds:
            raise ProofError(f"the programme has no column {name}.")
    for name in model.whole:
        if values.get(name, Fraction(0)).denominator != 1:
            raise ProofError(f"{name} is {float(values[name])!r} in the plan, must be whole.")
    for name, (lower, upper) in model.bounds.items():
        value = values.get(name, Fraction(0))
        room = FEASIBLE * max(Fraction(1), abs(value))
        if value < lower - room or (upper is not None and value > upper + room):
            raise ProofError(f"{name} is {float(value)!r} in the plan, outside of its bounds.")
    for name, row in model.rows.items():
        terms = [coefficient * values.get(column, Fraction(0)) for column, coefficient in row.terms.items()]
        made, size = sum(terms, Fraction(0)), max([Fraction(1), *(abs(term) for term in terms)])
        sides = [side for side in (row.lower, row.upper) if side is not None]
        room = FEASIBLE * max([size, *(abs(side) for side in sides)])
        if (row.lower is not None and made < row.lower - room) or (row.upper is not None and made > row.upper + room):
            raise ProofError(f"the plan does not keep the row {name}.")
    cost = model.offset + sum((c * values.get(name, Fraction(0)) for name, c in model.cost.items()), Fraction(0))
    if abs(cost - objective) > Fraction(proof["tolerance"]):
        raise ProofError(f"the plan costs {float(cost)!r}, not {float(objective)!r}.")


def implied_uppers(model: LpModel) -> dict[str, Fraction | None]:
    """Upper bounds of the columns; of one that has none the first that a row implies, rows in their order, repeated."""
    uppers = {name: upper for name, (_, upper) in model.bounds.items()}
    is_new = True
    while is_new:
        is_new = False
        for row in model.rows.values():
            for sign, side in ((1, row.upper), (-1, row.lower)):
                if side is None:
                    continue
                terms = {name: sign * coefficient for name, coefficient in row.terms.items()}
                least = {name: _least(c, model.bounds[name][0], uppers[name]) for name, c in terms.items()}
                for name, coefficient in terms.items():
                    rest = [part for other, part in least.items() if other != name and part is not None]
                    if uppers[name] is None and coefficient > 0 and len(rest) == len(terms) - 1:
                        uppers[name] = (sign * side - sum(rest, Fraction(0))) / coefficient
                        least[name] = _least(coefficient, model.bounds[name][0], uppers[name])
                        is_new = True
    return uppers


def _least(coefficient: Fraction, lower: Fraction, upper: Fraction | None) -> Fraction | None:
    """The least that a term can be; None where it has no end."""
    if coefficient > 0:
        return coefficient * lower
    return None if upper is None else coefficient * upper


def _check_tree(
    model: LpModel, uppers: Mapping[str, Fraction | None], node: Mapping[str, Any], box: _Box, least: Fraction | None
) -> int:
    """Every leaf below a node is empty, or holds nothing cheaper than the least."""
    leaves, open_nodes = 0, [(node, box)]
    while open_nodes:
        node, box = open_nodes.pop()
        if "split" in node:
            name, at = node["split"], Fraction(node["at"])
            if name not in model.whole or at.denominator != 1:
                raise ProofError(
                    f"the tree splits {name} at {node['at']}; only a whole column is split, at a whole number."
                )
            lower, upper = box.get(name, model.bounds[name])
            low = at if upper is None else min(at, upper)
            open_nodes += [
                (node["high"], {**box, name: (max(lower, at + 1), upper)}),
                (node["low"], {**box, name: (lower, low)}),
            ]
            continue
        leaves += 1
        is_empty = "empty" in node
        multipliers = {name: Fraction(y) for name, y in node["empty" if is_empty else "bound"].items()}
        bound = bound_of(model, uppers, multipliers, box, is_free=is_empty)
        where = ", ".join(f"{name} {_span(low, high)}" for name, (low, high) in box.items()) or "everywhere"
        if is_empty and (bound is None or bound <= 0):
            raise ProofError(f"the leaf where {where} is not shown to be empty.")
        if not is_empty and (least is None or bound is None or bound < least):
            said = "has no bound" if bound is None else f"is only bounded by {float(bound)!r}"
            raise ProofError(f"the leaf where {where} {said}.")
    return leaves


def _span(low: Fraction, high: Fraction | None) -> str:
    return f">= {low}" if high is None else f"= {low}" if low == high else f"in {low} to {high}"


def bound_of(
    model: LpModel,
    uppers: Mapping[str, Fraction | None],
    multipliers: Mapping[str, Fraction],
    box: _Box,
    *,
    is_free: bool,
) -> Fraction | None:
    """What multipliers show of a box; None for no bound at all."""
    reduced = {} if is_free else dict(model.cost)
    total = Fraction(0) if is_free else model.offset
    for name, y in multipliers.items():
        row = model.rows[name]
        side = row.lower if y > 0 else row.upper
        if y == 0 or side is None:
            continue
        total += y * side
        for column, coefficient in row.terms.items():
            reduced[column] = reduced.get(column, Fraction(0)) - y * coefficient
    for name, d in reduced.items():
        lower, upper = box.get(name, (model.bounds[name][0], uppers[name]))
        upper = uppers[name] if upper is None else upper
        if d < 0 and upper is None:
            return None
        total += d * lower if d > 0 else d * upper if upper is not None else Fraction(0)
    return total
