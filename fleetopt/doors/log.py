"""The log of a fault: what a user's screen is spared."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback

from fleetopt import __version__


def write_log() -> str:
    """Write the traceback of the fault at hand to a file, and name the file."""
    text = f"fleetopt {__version__}, Python {sys.version}\n{' '.join(sys.argv)}\n\n{traceback.format_exc()}"
    try:
        handle, name = tempfile.mkstemp(prefix="fleetopt-", suffix=".log")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as fault:
        return f"no file, as none could be written ({fault})"
    return name
