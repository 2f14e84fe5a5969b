"""One line on a terminal that says how far a long solve is."""

from __future__ import annotations

import math
import sys
from types import TracebackType

from fleetopt.figures import short
from fleetopt.solvers.progress import Progress


class ProgressLine:
    """Shown on standard error while it is a terminal, and wiped in the end."""

    def __init__(self, name: str, *, is_wanted: bool) -> None:
        """Show the progress of one scenario."""
        self._name = name
        self._is_shown = is_wanted and sys.stderr.isatty()
        self._width = 0

    def show(self, progress: Progress) -> None:
        """Write the line anew: time, best cost, gap."""
        if not self._is_shown:
            return
        cost = f"best {short(progress.cost, 0)} USD" if math.isfinite(progress.cost) else "no plan yet"
        gap = f", gap {progress.gap:.3%}" if math.isfinite(progress.gap) else ""
        line = f"{self._name}: {progress.seconds:.0f} s, {cost}{gap}"[:79]
        sys.stderr.write(f"\r{line:<{self._width}}")
        sys.stderr.flush()
        self._width = len(line)

    def __enter__(self) -> ProgressLine:
        """Start."""
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _fault: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Wipe the line."""
        if self._width:
            sys.stderr.write(f"\r{' ' * self._width}\r")
            sys.stderr.flush()
