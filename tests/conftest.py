"""What holds for all tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _no_solver_outlives_the_tests() -> Iterator[None]:
    """A solver that a time limit gave up may still run; no interpreter ends cleanly under it."""
    yield
    for thread in threading.enumerate():
        if thread.name == "solver":
            thread.join(120)
