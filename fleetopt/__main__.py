"""`python -m fleetopt`."""

from fleetopt.doors.cli import main

if __name__ == "__main__":
    main()
