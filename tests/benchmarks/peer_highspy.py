"""The same model by hand: numpy arrays, row after row, handed to highspy in one call.

`build` counts the arrays and `passModel`; `solve` counts these, HiGHS with fleetopt's options and its answer as an
array. The case and the imports are there before the clock starts. Nothing of `fleetopt.model` is used.
"""

from __future__ import annotations

import time
from typing import Any

import highspy
import numpy as np
from numpy.typing import ArrayLike, NDArray

from fleetopt.depot.case import Case
from tests.benchmarks.process import answer, point

FLOWS = (
    "solar_to_load", "solar_to_battery", "solar_to_grid", "battery_to_load", "battery_to_grid", "grid_to_load", "soc"
)  # fmt: skip

Term = tuple[ArrayLike, NDArray[np.int32]]
"""Coefficients and columns, each of the family's shape or spread over it."""


class Matrix:
    """Rows under construction: for each family its row lengths, columns, coefficients and limits."""

    def __init__(self) -> None:
        """Start with no rows."""
        self.parts: list[tuple[NDArray[Any], ...]] = []

    def add(self, shape: tuple[int, ...], *terms: Term, lower: ArrayLike = -np.inf, upper: ArrayLike = np.inf) -> None:
        """Add `lower <= sum(terms) <= upper` for each element of the shape; coefficients of 0 are left out."""
        columns = np.empty((*shape, len(terms)), dtype=np.int32)
        coefficients = np.empty((*shape, len(terms)))
        for i, (factor, column) in enumerate(terms):
            columns[..., i], coefficients[..., i] = column, factor
        limits = [np.broadcast_to(limit, shape).ravel() for limit in (lower, upper)]
        kept = coefficients != 0.0
        if kept.all():
            lengths = np.full(len(limits[0]), len(terms), dtype=np.int32)
            self.parts.append((lengths, columns.ravel(), coefficients.ravel(), *limits))
        else:
            lengths = kept.sum(axis=-1, dtype=np.int32).ravel()
            self.parts.append((lengths, columns[kept], coefficients[kept], *limits))

    def arrays(self) -> list[NDArray[Any]]:
        """Row lengths, columns, coefficients, lower and upper limits of all rows."""
        return [np.concatenate(parts) for parts in zip(*self.parts, strict=True)]


def declare_columns(case: Case) -> dict[str, NDArray[np.int32]]:
    """Number the columns, family after family, each in its shape."""
    years, day_types, slots, chargers = (case.sizes[axis] for axis in "ydsc")
    by_year = dict.fromkeys(("solar_add", "battery_add"), (years,))
    installed = dict.fromkeys(("solar_kwp", "battery_kwh"), (years,))
    shapes = by_year | {"charger_add": (chargers, years)} | installed | {"chargers": (chargers, years)}
    shapes |= dict.fromkeys(FLOWS, (years, day_types, slots))
    ends = np.cumsum([np.prod(shape) for shape in shapes.values()])
    numbers = np.split(np.arange(ends[-1], dtype=np.int32), ends[:-1])
    return {name: block.reshape(shape) for (name, shape), block in zip(shapes.items(), numbers, strict=True)}


def declare_rows(case: Case, v: dict[str, NDArray[np.int32]]) -> Matrix:
    """Write all constraints down; a day needs two slots or more."""
    m = Matrix()
    years = np.arange(case.sizes["y"])
    flow = v["soc"].shape
    for installed, added, existing in (
        ("solar_kwp", "solar_add", case.solar_existing_kwp),
        ("battery_kwh", "battery_add", case.battery_existing_kwh),
        ("chargers", "charger_add", case.chargers_existing[:, None]),
    ):
        until = [((k <= years) * -1.0, v[added][..., k, None]) for k in years]
        m.add(v[installed].shape, (1.0, v[installed]), *until, lower=existing, upper=existing)

    demand = case.charging_kwh + case.baseload_kwh
    m.add(
        flow,
        (1.0, v["solar_to_load"]),
        (1.0, v["battery_to_load"]),
        (1.0, v["grid_to_load"]),
        lower=demand,
        upper=demand,
    )
    m.add(
        flow,
        (-case.solar_yield, v["solar_kwp"][:, None, None]),
        (1.0, v["solar_to_load"]),
        (1.0, v["solar_to_battery"]),
        (1.0, v["solar_to_grid"]),
        lower=0.0,
        upper=0.0,
    )
    m.add(
        flow,
        (1.0, v["soc"]),
        (-1.0, np.roll(v["soc"], 1, axis=2)),
        (-1.0, np.roll(v["solar_to_battery"], 1, axis=2)),
        (1.0, np.roll(v["battery_to_load"], 1, axis=2)),
        (1.0, np.roll(v["battery_to_grid"], 1, axis=2)),
        lower=0.0,
        upper=0.0,
    )
    m.add(
        flow,
        (-case.discharge_share, v["battery_kwh"][:, None, None]),
        (1.0, v["battery_to_load"]),
        (1.0, v["battery_to_grid"]),
        upper=0.0,
    )
    m.add(flow, (-1.0, v["battery_kwh"][:, None, None]), (1.0, v["soc"]), upper=0.0)
    m.add(flow, (1.0, v["grid_to_load"]), upper=case.grid_limit_kwh)
    power = [(kw * case.hours, v["chargers"][c, :, None, None]) for c, kw in enumerate(case.power_kw)]
    m.add(flow, *power, lower=case.charging_kwh)

    m.add((1,), *[(1.0, column) for column in v["solar_add"]], upper=case.solar_max_added_kwp)
    m.add((1,), *[(1.0, column) for column in v["battery_add"]], upper=case.battery_max_kwh)
    chargers = list(zip(case.charger_price, v["charger_add"], strict=True))
    m.add(
        years.shape,
        (case.solar_price, v["solar_add"]),
        (case.battery_price, v["battery_add"]),
        *chargers,
        upper=case.capex_budget,
    )
    return m


def declare_cost(case: Case, v: dict[str, NDArray[np.int32]], width: int) -> NDArray[np.float64]:
    """Purchases and grid energy cost, exports earn [USD]."""
    cost = np.zeros(width)
    cost[v["solar_add"]] = case.solar_price
    cost[v["battery_add"]] = case.battery_price
    cost[v["charger_add"]] = case.charger_price
    grid_price = case.days[:, None] * case.grid_price
    cost[v["grid_to_load"]] = grid_price
    cost[v["solar_to_grid"]] = -case.export_ratio * grid_price
    cost[v["battery_to_grid"]] = -case.export_ratio * grid_price
    return cost


def build(case: Case) -> tuple[highspy.Highs, int]:
    """Fill HiGHS; also the number of coefficients it was given."""
    v = declare_columns(case)
    width = int(v["soc"][-1, -1, -1]) + 1
    lengths, columns, coefficients, row_lower, row_upper = declare_rows(case, v).arrays()
    starts = np.zeros(len(lengths) + 1, dtype=np.int32)
    np.cumsum(lengths, out=starts[1:])
    integrality = np.zeros(width, dtype=np.int32)
    integrality[v["charger_add"]] = int(highspy.HighsVarType.kInteger)
    h = highspy.Highs()
    h.setOptionValue("output_flag", False)
    status = h.passModel(
        width,
        len(lengths),
        len(columns),
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        declare_cost(case, v, width),
        np.zeros(width),
        np.full(width, np.inf),
        row_lower,
        row_upper,
        starts,
        columns,
        coefficients,
        integrality,
    )
    assert status != highspy.HighsStatus.kError  # it warns of sunset's yield of 1e-17, which it takes for 0
    return h, len(coefficients)


def build_only(case: Case) -> dict[str, Any]:
    """Seconds to build, and the model's size."""
    started = time.perf_counter()
    h, nonzeros = build(case)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, **_size(h, nonzeros)}


def build_and_solve(case: Case) -> dict[str, Any]:
    """Seconds to build and solve, the model's size and its optimum [USD]."""
    started = time.perf_counter()
    h, nonzeros = build(case)
    h.setOptionValue("mip_rel_gap", 0.0)
    h.run()
    values = np.array(h.getSolution().col_value)
    seconds = time.perf_counter() - started
    assert h.getModelStatus() == highspy.HighsModelStatus.kOptimal
    assert len(values) == h.getNumCol()
    return {"seconds": seconds, **_size(h, nonzeros), "optimum": h.getObjectiveValue()}


def check(case: Case) -> dict[str, Any]:
    """What the solve says of the model, and its cost [USD] and the sum of its slacks at a point."""
    lp = build(case)[0].getLp()
    values = point(lp.num_col_)
    spread = np.repeat(values, np.diff(lp.a_matrix_.start_))  # HiGHS keeps the matrix column after column
    sums = np.bincount(lp.a_matrix_.index_, lp.a_matrix_.value_ * spread)
    slacks = np.minimum(sums - lp.row_lower_, np.array(lp.row_upper_) - sums)
    figures = {"cost": np.array(lp.col_cost_) @ values + lp.offset_, "slacks": slacks.sum()}
    return {**build_and_solve(case), **figures}


def _size(h: highspy.Highs, nonzeros: int) -> dict[str, int]:
    return {"rows": h.getNumRow(), "columns": h.getNumCol(), "nonzeros": nonzeros}


if __name__ == "__main__":
    answer({"build": build_only, "solve": build_and_solve, "check": check})
