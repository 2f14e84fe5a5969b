"""What is compared: each benchmark measures fleetopt once, its peer once, and sees that both did the same."""

from __future__ import annotations

import csv
import math
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.process import ROOT, ask, start
from tests.cases import TOTALS

MOST_MEGABYTES = 1500.0
SAME = 1e-6
"""Largest relative difference of two optima that are the same."""
Pair = tuple[float, float]
"""Ours and the peer's, in the benchmark's unit."""


@dataclass(frozen=True)
class Benchmark:
    """One row of the table."""

    name: str
    peer: str
    """What it is compared with: a package, or a limit."""
    aim: str
    """What the ratio of ours to the peer's should be."""
    repeat: int
    measure: Callable[[], Pair]
    check: Callable[[], str] | None = None
    """Sees before that both do the same, and says so; it also warms the caches of the files that both read."""
    unit: str = "s"


def build_against_highspy() -> Pair:
    """Build five hourly years: fleetopt up to OR-Tools' message, highspy up to its filled model [s]."""
    return _both("build", "peer_highspy", 5, 365)


def build_against_pyomo() -> Pair:
    """Build five hourly years: fleetopt up to OR-Tools' message, Pyomo up to its model [s]."""
    return _both("build", "peer_pyomo", 5, 365)


def solve_against_highspy() -> Pair:
    """Build and solve one hourly year, both with HiGHS [s]."""
    return _both("solve", "peer_highspy", 1, 365)


def run_against_gurobi() -> Pair:
    """Run the study, from process start to written files, against gurobipy and pandas [s]."""
    with tempfile.TemporaryDirectory() as folder:
        ours, peer = Path(folder, "ours"), Path(folder, "peer")
        our_seconds, _ = start("fleetopt", "run", ROOT / "data", "--out", ours, "--quiet")
        peer_seconds, _ = start("tests.benchmarks.peer_gurobi", ROOT / "data", peer)
        for export_ratio, total in TOTALS.items():
            for out in (ours, peer):
                _agree("total cost", total, _total_cost(out / f"export-{export_ratio}" / "optimization_results.csv"))
    return our_seconds, peer_seconds


def memory_against_limit() -> Pair:
    """Plan five hourly years with HiGHS, against the most memory it may take [MB]."""
    found = ask("ours", "plan", 5, 365)
    print(f"memory: {found['status']}, {found['seconds']:.1f} s in all, of which building {found['build']:.2f} s")
    return found["megabytes"], MOST_MEGABYTES


def highspy_has_our_model() -> str:
    """Compare highspy's model and optimum with fleetopt's."""
    return _same_model("highspy")


def pyomo_has_our_model() -> str:
    """Compare Pyomo's model and optimum with fleetopt's."""
    return _same_model("pyomo")


def gurobi_has_our_totals() -> str:
    """Compare the totals in the files that both write with the study's."""
    run_against_gurobi()
    return f"gurobipy: same optimum: yes ({', '.join(f'{total:,.2f}' for total in TOTALS.values())} USD)"


BENCHMARKS = (
    Benchmark("build-highspy", "highspy", "1.0, at most 2.0", 7, build_against_highspy, highspy_has_our_model),
    Benchmark("build-pyomo", "pyomo", "at most 0.067", 3, build_against_pyomo, pyomo_has_our_model),
    Benchmark("solve", "highspy", "at most 1.15", 7, solve_against_highspy, highspy_has_our_model),
    Benchmark("run", "gurobipy", "0.5, at most 1.0", 11, run_against_gurobi, gurobi_has_our_totals),
    Benchmark("memory", "the limit", "below 1.0", 1, memory_against_limit, unit="MB"),
)


def _both(task: str, peer: str, years: int, day_types: int) -> Pair:
    ours, theirs = (ask(tool, task, years, day_types) for tool in ("ours", peer))
    for name in (ours.keys() & theirs.keys()) - {"seconds"}:
        _agree(f"{peer}, {name}", ours[name], theirs[name], SAME if name == "optimum" else 0.0)
    return ours["seconds"], theirs["seconds"]


def _same_model(peer: str) -> str:
    """See on two years of 12 days that a peer has fleetopt's model, and say so.

    Equal optima alone would not show it: a limit that does not bind could be another one.
    """
    ours, theirs = (ask(tool, "check", 2, 12) for tool in ("ours", f"peer_{peer}"))
    for name in ("rows", "columns", "nonzeros", "cost", "slacks", "optimum"):
        _agree(f"{peer}, {name}", ours[name], theirs[name], SAME if name == "optimum" else 1e-12)
    size = f"{ours['rows']:,} x {ours['columns']:,}, {ours['nonzeros']:,} nonzeros"
    return f"{peer}: same optimum: yes; same model: yes ({size})"


def _agree(what: str, ours: float, theirs: float, tolerance: float = SAME) -> None:
    if not math.isclose(ours, theirs, rel_tol=tolerance):
        raise RuntimeError(f"{what} is {theirs}, not {ours}: these are not the same job")


def _total_cost(path: Path) -> float:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(map(float, next(row for row in csv.reader(file) if row[0] == "TotalCost")[1:]))
