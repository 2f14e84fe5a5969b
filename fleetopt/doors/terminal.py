"""One line on a terminal that says how far a long solve is."""

from __future__ import annotations

import sys
from types import TracebackType

from fleetopt.solvers.progress import Progress
from fleetopt.words.numbers import WIDTH


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
        line = f"{self._name}: {progress}"[:WIDTH]
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
