"""The measured processes: how one is started, and how it answers.

fleetopt and every peer run in a process of their own: OR-Tools and highspy bring two versions of one library, and what
one tool has imported or cached must not help another.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fleetopt.depot.case import Case
from tests.cases import hourly

ROOT = Path(__file__).parents[2]
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""What is installed is compiled; a checkout is after its first run."""


def start(module: str, *arguments: object) -> tuple[float, str]:
    """Run a module in a new Python: seconds of the whole process and what it printed.

    Raises:
        RuntimeError: it failed; the message is what it said.
    """
    command = [sys.executable, "-m", module, *map(str, arguments)]
    started = time.perf_counter()
    ended = subprocess.run(command, cwd=ROOT, env=_ENVIRONMENT, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    if ended.returncode:
        raise RuntimeError(f"{' '.join(command[1:])} failed:\n{ended.stderr.strip()}")
    return seconds, ended.stdout


def ask(tool: str, task: str, years: int, day_types: int) -> dict[str, Any]:
    """Have a tool (`ours`, `peer_highspy`, ...) measure itself on an hourly case."""
    return json.loads(start(f"tests.benchmarks.{tool}", task, years, day_types)[1].splitlines()[-1])


def point(columns: int) -> NDArray[np.float64]:
    """Some values of all columns, at which two models that are the same have the same cost and the same slacks."""
    return np.random.default_rng(2025).uniform(0, 100, columns)


def answer(tasks: dict[str, Callable[[Case], dict[str, Any]]]) -> None:
    """Be such a tool: do the task of the command line on its case and print the findings as one line of JSON."""
    task, years, day_types = sys.argv[1:]
    case = hourly(int(years), int(day_types))
    print(json.dumps(tasks[task](case)))
