"""`python -m fleetopt`."""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import NoReturn


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    """Ctrl-C before anything has begun."""
    os.write(2, b"Stopped. Nothing was left half written.\n")
    os._exit(130)


def main() -> NoReturn:
    """Run the command line; Ctrl-C while it is loaded ends it as it does later."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, _stop)
    from fleetopt.doors import cli

    signal.signal(signal.SIGINT, before)
    cli.main()


if __name__ == "__main__":
    main()
