"""A price of export of its own, where a slot has one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fleetopt.depot.part import Figure, Part, Read
from fleetopt.words.problem import Problem, others, warning


def sold_dearer_than_bought(inputs: Read) -> Iterator[Problem]:
    """Energy is sold for no more than it costs."""
    energy = inputs["tblEnergy"]
    pairs = zip(energy.values.get("export_price", ()), energy.values.get("grid_price", ()), strict=False)
    dearer = [i for i, (sold, paid) in enumerate(pairs) if sold is not None and paid is not None and sold > paid]
    if dearer:
        first = dearer[0]
        sold, paid = energy.values["export_price"][first], energy.values["grid_price"][first]
        yield warning(
            energy.where("export_price", first),
            f"the export price of {sold:g} USD/kWh is above the grid price of {paid:g}{others(dearer)}: a plan may "
            "sell and buy at once.",
            "Correct it, or keep it if the tariff is so.",
        )


PART = Part(
    "export_price",
    figures=(
        Figure(
            "export_price",
            "Export price",
            "what exported energy earns in the slot; blank: the export ratio of the grid price",
            "USD/kWh",
            highest=1000,
            is_needed=False,
            usual=(0.01, 1),
            table="tblEnergy",
            axes="ds",
            is_quiet=True,
        ),
    ),
    checks=(sold_dearer_than_bought,),
    is_on=lambda case: bool(np.isfinite(case.export_price).any()),
)
