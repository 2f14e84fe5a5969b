"""`python -m tests.benchmarks [NAME ...] [--repeat N]`: ratios of fleetopt to its peers, measured in the same run.

fleetopt and the peer take turns, so that whatever else the machine does hits both; the ratio is the median of the
ratios of all turns, below 1 when fleetopt takes less. Nothing is asserted on time. What is counted stands in the
modules of the two sides.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import platform
import sys
from importlib.metadata import version
from statistics import median

from tests.benchmarks.comparisons import BENCHMARKS, Benchmark, Pair

PEERS = ("gurobipy", "highspy", "pyomo")


def main() -> None:
    """Measure and print the table."""
    options = _options()
    chosen = [benchmark for benchmark in BENCHMARKS if not options.name or benchmark.name in options.name]
    needed = sorted({benchmark.peer for benchmark in chosen}.intersection(PEERS))
    missing = [peer for peer in needed if importlib.util.find_spec(peer) is None]
    if missing:
        sys.exit(f"{', '.join(missing)} not installed: pip install -e .[benchmark]")

    print(f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores")
    print(", ".join(f"{package} {version(package)}" for package in ("ortools", *needed)), flush=True)
    try:
        for check in dict.fromkeys(benchmark.check for benchmark in chosen if benchmark.check):
            print(check(), flush=True)
        print()
        print(_line("benchmark", "against", "ours", "peer", "ratio (range)", "aim"), flush=True)
        for benchmark in chosen:
            pairs = [benchmark.measure() for _ in range(options.repeat or benchmark.repeat)]
            print(_row(benchmark, pairs), flush=True)
    except RuntimeError as fault:
        sys.exit(str(fault))


def _row(benchmark: Benchmark, pairs: list[Pair]) -> str:
    ratios = [ours / peer for ours, peer in pairs]
    spread = f"{median(ratios):.3f} ({min(ratios):.3f}..{max(ratios):.3f})"
    digits = 0 if benchmark.unit == "MB" else 3
    ours, peer = (f"{median(side):,.{digits}f} {benchmark.unit}" for side in zip(*pairs, strict=True))
    return _line(benchmark.name, benchmark.peer, ours, peer, spread, benchmark.aim)


def _line(name: str, against: str, ours: str, peer: str, ratio: str, aim: str) -> str:
    return f"{name:<13} {against:<9} {ours:>8} {peer:>8}  {ratio:<20} {aim}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measure fleetopt and its peers.")
    names = [benchmark.name for benchmark in BENCHMARKS]
    parser.add_argument("name", nargs="*", metavar="NAME", help=f"only these; of {', '.join(names)}")
    parser.add_argument(
        "--repeat", type=int, metavar="N", help="measure each N times (default: 1 to 11, by its length)"
    )
    options = parser.parse_args()
    if unknown := set(options.name).difference(names):
        parser.error(f"no benchmark is named {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    if options.repeat is not None and options.repeat < 1:
        parser.error("--repeat must be 1 or more")
    return options


if __name__ == "__main__":
    main()
