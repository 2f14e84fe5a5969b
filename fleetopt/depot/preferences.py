"""Which plan among equals: what is wished of all plans of the same cost, one wish after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from fleetopt.depot.part import Array, Given


def wishes(case: Given) -> Iterator[Mapping[str, Array]]:
    """Weights of decisions whose sum is to be least; each wish is granted without giving up any before it.

    What is whole comes before all of them: fewest, each as late as the need allows.
    """
    days = np.broadcast_to(case.days[:, None], (len(case.years), len(case.day_types), len(case.slots)))
    later = days * np.arange(1.0, len(case.slots) + 1)
    one = np.ones(1)
    yield {"grid_to_load": days, "grid_to_battery": days}  # own solar is used before it is sold
    yield {"solar_curtailed": days}  # what can be sold is not thrown away
    yield {"solar_to_battery": days}
    yield {"soc": days}  # nothing idle in the battery
    yield {"solar_kwp": one}  # what is bought late is installed for fewer years
    yield {"battery_kwh": one}
    yield {"battery_kw_add": case.battery_serves.sum(axis=0)}
    yield {"battery_to_grid": days}  # what was stored serves the depot before it is sold
    yield {
        "solar_to_battery": later,
        "battery_to_load": later,
        "grid_to_load": later,
        "grid_to_battery": later,
        "solar_curtailed": later,
    }  # earlier slots first
    yield {  # whatever is still equal
        "solar_add": _apart(case.solar_price),
        "battery_add": _apart(case.battery_price),
        "battery_kw_add": _apart(case.battery_price),
        "solar_to_load": _apart(later),
        "battery_to_load": -_apart(later),
        "grid_to_load": _apart(later),
        "grid_to_battery": -_apart(later),
        "solar_curtailed": _apart(later),
    }
    yield {"charge": case.days[:, None, None] * case.since_arrival.T}  # a truck is full as early as it may be
    yield {"charge": _apart(case.charge_hours)}
    yield {"peak_kw": one}  # a peak that costs nothing is no higher than it must be
    when = np.arange(1.0, len(case.years) + 1)
    yield {"grant": np.broadcast_to(when, (len(case.incentives), len(case.years)))}  # what is granted comes early
    yield {"grant": _apart(np.zeros((len(case.incentives), len(case.years))))}


def _apart(like: Array) -> Array:
    """Weights of 1 to 2 in the shape of another array, without a pattern, so that no two plans weigh the same."""
    golden = (5**0.5 - 1) / 2
    return np.asarray(1.0 + golden * np.arange(1, like.size + 1) % 1.0).reshape(like.shape)
