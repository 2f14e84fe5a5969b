"""A time limit that counts down."""

from __future__ import annotations

import time


class Deadline:
    """Counts a time limit down."""

    def __init__(self, limit: float | None) -> None:
        """Start now; None is no limit."""
        self.started = time.monotonic()
        self.limit = limit

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    @property
    def left(self) -> float | None:
        """Seconds left, 0 or more; None is no limit."""
        return None if self.limit is None else max(0.0, self.limit - self.seconds)

    def within(self, seconds: float) -> Deadline:
        """A deadline of its own for a part, which takes no longer than this and what is left."""
        return Deadline(seconds if self.left is None else min(seconds, self.left))

    @property
    def is_over(self) -> bool:
        """Whether no time is left."""
        return self.left == 0.0
