"""What the model leaves out, in plain words: those that apply to a case."""

from __future__ import annotations

from collections.abc import Iterator

from fleetopt.depot.case import Case

MARKET_USD_PER_KW = 250.0
"""A fast charger's price for each kW: a 400 kW charger costs about 100,000 USD."""


def assumptions(case: Case) -> Iterator[str]:
    """State each assumption of the base model that touches this case."""
    has_battery = case.battery_existing_kwh + case.battery_max_kwh > 0
    if has_battery and case.c_rate_basis == "slot" and (case.hours > 1).any():
        yield (
            f"The C-rate counts per slot: in one slot the battery gives at most {case.c_rate:.0%} of its size, however "
            "long the slot is. Read per hour (c_rate_basis=hour) it could give more."
        )
    if has_battery:
        yield (
            "The battery charges at any rate, without losses, and only from solar; it may charge and discharge within "
            "one slot."
        )
    yield (
        "Chargers are counted by energy: their power over the slot covers what its trucks charge. Whether every truck "
        "finds a plug is not looked at."
    )
    for c, charger in enumerate(case.chargers):
        price, usual = case.charger_price[c].min(), MARKET_USD_PER_KW * case.power_kw[c]
        if price < usual / 2:
            yield (
                f"A {charger} charger is priced at {price:,.0f} USD, {price / case.power_kw[c]:,.0f} USD/kW; on the "
                "market a charger of 400 kW costs about 100,000 USD, 250 USD/kW."
            )
    yield (
        "No operation and maintenance, no discounting, no residual value; what a year's budget leaves is not carried "
        "over."
    )
    if case.export_ratio > 0 and has_battery:
        yield "Exported battery energy earns the same as exported solar energy."
    if case.export_ratio == 0:
        yield "Exported energy earns nothing; solar that nobody uses still counts as exported."
