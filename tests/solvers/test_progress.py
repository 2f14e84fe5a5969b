"""Cost and bound out of a solver's log, and the gap between them."""

from __future__ import annotations

import math

import pytest

from fleetopt.solvers.progress import Progress, read_log_line, relative_gap

SCIP = "p 0.5s| 1 | 0 | 6203 | - |shiftand| 0 |5401|5399|5399|0|0|0|0|-3.496986e+04|2.591597e+05|    Inf | unknown"
SCIP_EARLY = (
    "  0.1s| 1 | 0 | 6203 | - | 51M | 0 |5401|5399|5399| 0 | 0 | 0 | 0 | 2.500000e+05 |      --      |    Inf | unknown"
)
HIGHS_EARLY = "    0    0    0   0.00%   -32.5    inf    inf   0  0  0  0  0.1s"
HIGHS = "   1   0   1 100.00%   259150.0    259159.69434       0.00%     0    0    0    3443     0.2s"


@pytest.mark.parametrize(
    ("backend", "line", "bound", "cost"),
    [
        ("scip", SCIP, -34969.86, 259159.7),
        ("scip", SCIP_EARLY, 250000.0, math.inf),
        ("highs", HIGHS, 259150.0, 259159.69434),
        ("highs", HIGHS_EARLY, -32.5, math.inf),
        ("scip", "Presolving Time: 0.12", -math.inf, math.inf),
        ("highs", "  Nodes             1", -math.inf, math.inf),
    ],
)
def test_a_log_line_gives_bound_and_cost(backend: str, line: str, bound: float, cost: float):
    progress = Progress(0.0)
    read_log_line(backend, line, progress)
    assert (progress.bound, progress.cost) == (bound, cost)


@pytest.mark.parametrize(
    ("cost", "bound", "gap"),
    [(200.0, 190.0, 0.05), (200.0, 200.0, 0.0), (200.0, 200.0 - 1e-8, 0.0), (-200.0, -210.0, 0.05), (0.5, 0.0, 0.5)],
)
def test_the_gap_is_relative_to_the_cost_and_knows_no_noise(cost: float, bound: float, gap: float):
    assert relative_gap(cost, bound) == pytest.approx(gap)


def test_without_a_cost_or_a_bound_the_gap_is_unknown():
    assert relative_gap(math.inf, 1.0) == math.inf
    assert relative_gap(1.0, -math.inf) == math.inf
