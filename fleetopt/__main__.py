"""`python -m fleetopt`."""

from fleetopt.cli import main

if __name__ == "__main__":
    main()
