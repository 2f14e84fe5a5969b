"""Money over time and grants, mixed at random, against a programme written a second time, from the formulas alone."""

from __future__ import annotations

import math
from typing import Any

import highspy
import numpy as np
import pytest

from fleetopt.depot.case import Case
from fleetopt.plan.optimize import optimize


def mixed_case(seed: int) -> Case:
    """A small depot with a part of these refinements on."""
    random = np.random.default_rng([seed, 67])
    years = int(random.integers(1, 5))

    def one_of(*values: Any) -> Any:
        return values[int(random.integers(len(values)))]

    def some(figures: dict[str, Any]) -> dict[str, Any]:
        return figures if random.random() < 0.65 else {}

    figures: dict[str, Any] = {
        "years": tuple(range(2030, 2030 + years)),
        "day_types": ("Day", "Other")[: one_of(1, 2)],
        "slots": ("6AM-6PM", "6PM-6AM"),
        "chargers": ("22 kW", "50 kW"),
        "hours": 12.0,
        "power_kw": [22.0, 50.0],
        "days": 180.0,
        "charging_kwh": np.round(random.uniform(50, 500, (years, 1, 2))),
        "baseload_kwh": 5.0,
        "grid_price": [[round(float(random.uniform(0.1, 0.3)), 2), 0.4]],
        "solar_yield": [[3.0, 0.2]],
        "solar_price": random.integers(300, 900, years).astype(float),
        "battery_price": random.integers(60, 300, years).astype(float),
        "charger_price": random.integers(400, 4000, (2, years)).astype(float),
        "chargers_existing": [float(one_of(0, 1)), 0.0],
        "capex_budget": float(one_of(9000, 25_000)),
        "grid_limit_kwh": float(one_of(500, 1000)),
        "export_ratio": one_of(0.0, 0.5, 1.0),
        "solar_existing_kwp": one_of(0.0, 40.0),
        "solar_max_added_kwp": 60.0,
        "battery_existing_kwh": one_of(0.0, 50.0),
        "battery_max_kwh": 150.0,
        "c_rate": 0.5,
        **some({"discount_rate": one_of(0.04, 0.11)}),
        **some({"solar_om": 9.0, "battery_om": 2.5, "charger_om": [120.0, 10.0]}),
        **some({"solar_degradation": 0.03, "battery_fade": 0.08}),
        **some({"charge_efficiency": 0.95, "discharge_efficiency": one_of(0.9, 1.0)}),
        **some({"soc_min": one_of(0.0, 0.2), "soc_max": 0.9}),
        **some({"co2_grid": 0.4, "co2_price": one_of(0.0, 80.0), "co2": [[one_of(0.1, math.inf), math.inf]]}),
        **some({"co2_limit": [120.0, math.inf, 80.0, 150.0, math.inf][:years]}),
        **some({"price_index": [1.0, 1.03, 1.1, 1.2, 1.3][:years], "energy_price_factor": one_of(1.0, 1.4)}),
        **some({"export_price": [[0.12, one_of(0.05, math.inf)]], "battery_export": one_of("yes", "no")}),
        **some({"solar_price_factor": 0.8, "battery_price_factor": 1.2, "charger_price_factor": one_of(0.5, 1.5)}),
        **some({"budget_factor": one_of(0.9, 1.5), "solar_yield_factor": one_of(0.9, 1.1)}),
        **some({"export_limit_kw": one_of(0.0, 2.0, 5.0), "net_metering": one_of("yes", "no")}),
        **some({"solar_step": one_of(7.0, 20.0), "battery_step": one_of(25.0, math.inf)}),
        **some({"charging_efficiency": 0.92, "grid_charging": "yes"}),
        **some({"grid_limit_kw": one_of(70.0, 110.0), "peak_factor": one_of(1.0, 1.2)}),
        **some({"baseload_peak": [[0.6, one_of(4.0, math.inf)]]}),
        **some({"charge_rate": one_of(0.2, 0.5), "battery_wear": one_of(0.0, 0.03)}),
    }
    if random.random() < 0.6:
        figures |= {"solar_life": one_of(1, 2, 25), "battery_life": one_of(1, 3, 12), "charger_life": [2.0, 10.0]}
        figures |= some({"residual_value": "straight-line"})
    if random.random() < 0.4:
        figures |= {"upgrades": ("Cable",), "adds_kw": [20.0], "upgrade_price": [2500.0], "upgrade_most": [2.0],
                    "counts_in_budget": [one_of("yes", "no")]}  # fmt: skip
    if random.random() < 0.3:
        size = figures.get("solar_step", 10.0)
        figures |= {"decided": [{"item": "Solar", "year": 2030, "bought": size}]}
        figures |= some({"decided_until": 2030.0, "capex_budget": 60_000.0, "chargers_existing": [9.0, 4.0]})
    if random.random() < 0.4:
        of = [one_of("Chargers", "50 kW"), one_of("Solar", "Battery")]
        figures |= {"site_works": ("Trench", "Crane"), "works_for": of, "works_price": [500.0, 300.0]}
    if random.random() < 0.6:
        names = ["Solar", "Battery", "22 kW", "50 kW", *figures.get("upgrades", ())]
        count = int(random.integers(1, 5))
        figures |= {
            "incentives": tuple(f"I{i}" for i in range(count)),
            "granted_for": [one_of(*names) for _ in range(count)],
            "granted_from": [one_of(math.inf, 2031.0) for _ in range(count)],
            "granted_until": [one_of(math.inf, 2031.0, 2032.0) for _ in range(count)],
            "granted_share": [one_of(0.0, 0.3, 0.6) for _ in range(count)],
            "granted_amount": [one_of(0.0, 25.0, 500.0) for _ in range(count)],
            "granted_most_each": [one_of(math.inf, 100.0, 400.0) for _ in range(count)],
            "granted_most": [one_of(math.inf, 900.0, 4000.0) for _ in range(count)],
            "grants_in_budget": one_of("yes", "no"),
        }
    if random.random() < 0.6:
        figures |= {"fleet": [{"vehicle": "V", "truck_type": "Van", "year": 2030, "until": 2032, "count": one_of(1, 3),
                               "distance_km": 100.0, "window": one_of(*WINDOWS)}],
                    "trucks": [{"truck_type": "Van", "year": 2030 + y, "consumption": 0.6 + 0.05 * y,
                                "max_kw": one_of(None, 20.0)} for y in range(3)],
                    "managed_charging": one_of("yes", "yes", "no")}  # fmt: skip
        figures |= some({"fleet_share": 0.5, "day_consumption_factor": 1.2, "consumption_factor": 0.9})
        figures |= some({"trucks_per_plug": one_of(1.0, 2.0), "ports": [1.0, 2.0]})
    if random.random() < 0.5:
        figures |= {"battery_power_price": random.integers(20, 200, years).astype(float),
                    "battery_existing_kw": one_of(4.0, math.inf), "battery_power_om": one_of(0.0, 3.0)}  # fmt: skip
        figures |= {"granted_for": [one_of(of, "Battery power") for of in figures.get("granted_for", ())]}
    return Case(**figures)


WINDOWS = {"12AM-12AM": (12.0, 12.0), "6PM-6AM": (0.0, 12.0), "4PM-9PM": (2.0, 3.0)}
"""Hours of each window in both slots."""


class Second:
    """A programme for HiGHS, column by column and row by row."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.h = highspy.Highs()
        self.h.setOptionValue("output_flag", False)
        self.h.setOptionValue("mip_rel_gap", 0.0)
        self.costs: list[float] = []

    def column(self, is_whole: bool = False) -> int:
        self.h.addVar(0.0, highspy.kHighsInf)
        self.costs.append(0.0)
        if is_whole:
            self.h.changeColIntegrality(len(self.costs) - 1, highspy.HighsVarType.kInteger)
        return len(self.costs) - 1

    def row(self, terms: list[tuple[float, int]], low: float, high: float) -> None:
        found: dict[int, float] = {}
        for value, column in terms:
            found[column] = found.get(column, 0.0) + value
        self.h.addRow(low, high, len(found), list(found), list(found.values()))

    def least(self) -> float:
        for column, cost in enumerate(self.costs):
            self.h.changeColCost(column, cost)
        self.h.run()
        if self.h.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return math.inf
        return float(self.h.getInfo().objective_function_value)


def charges(m: Second, case: Case, y: int) -> list[list[tuple[float, int]]]:
    """What the trucks of the window charge in each slot of a day: hours in which they do, and the column."""
    if not case.fleet or y > 2:
        return [[], []]
    row, truck = case.fleet[0], case.trucks[y]
    each = row.distance_km * truck.consumption * case.consumption_factor * float(case.day_consumption_factor[0])
    trucks, share = row.count, float(case.fleet_share[0])
    hours = list(WINDOWS[row.window])
    lasts = sum(hours)
    if case.managed_charging == "no":
        lasts = min(lasts, each / (truck.max_kw or 1e-9))
        if row.window == "12AM-12AM":  # until 6AM, then the day, then from 6PM on
            hours = [min(12.0, max(0.0, lasts - 6)), min(6.0, lasts) + max(0.0, lasts - 18)]
        else:
            hours = [min(hours[0], lasts), min(hours[1], max(0.0, lasts - hours[0]))]
    found: list[list[tuple[float, int]]] = [[], []]
    for s, length in enumerate(hours):
        if length > 0:
            column = m.column()
            found[s].append((length, column))
            if truck.max_kw:
                m.row([(1.0, column)], -math.inf, trucks * share * truck.max_kw * length)
            if case.managed_charging == "no":
                due = trucks * share * each * length / sum(hours)
                m.row([(1.0, column)], due, due)
    due = trucks * share * each
    m.row([(1.0, column) for slot in found for _, column in slot], due, due)
    return found


def second(case: Case) -> float:  # noqa: PLR0912, PLR0915 - one programme, written down in one go
    """The least present cost; infinite where there is no plan."""
    m, inf = Second(), math.inf
    years, sold, kinds = (
        range(len(case.years)),
        ["Solar", "Battery", "Battery power", *case.chargers, *case.upgrades],
        len(case.chargers),
    )
    horizon, rate = len(case.years), case.discount_rate
    lives = [case.solar_life, case.battery_life, case.battery_life, *case.charger_life, *[40.0] * len(case.upgrades)]
    life = dict(zip(sold, lives, strict=True))
    is_apart = bool((case.battery_power_price < inf).all())
    of_power = case.battery_power_price if is_apart else np.zeros(horizon)
    price = dict(zip(sold, [case.solar_price * case.solar_price_factor, case.battery_price * case.battery_price_factor,
                            of_power * case.battery_price_factor,
                            *(case.charger_price * case.charger_price_factor),
                            *[np.full(horizon, p) for p in case.upgrade_price]], strict=True))  # fmt: skip
    om = dict(zip(sold, [case.solar_om, case.battery_om, is_apart * case.battery_power_om, *case.charger_om,
                         *[0.0] * len(case.upgrades)], strict=True))  # fmt: skip
    old_power = case.c_rate * case.battery_existing_kwh
    old_power = case.battery_existing_kw if case.battery_existing_kw < inf else old_power
    there = {"Solar": case.solar_existing_kwp, "Battery": case.battery_existing_kwh, "Battery power": old_power,
             **dict(zip(case.chargers, case.chargers_existing, strict=True))}  # fmt: skip
    counts = dict.fromkeys(sold, True) | {
        u: c == "yes" for u, c in zip(case.upgrades, case.counts_in_budget, strict=True)
    }
    add = {item: [m.column(is_whole=item not in ("Solar", "Battery", "Battery power")) for _ in years] for item in sold}
    for item, step in (("Solar", case.solar_step), ("Battery", case.battery_step)):
        for y in years if step < inf else ():
            m.row([(1.0, add[item][y]), (-step, m.column(is_whole=True))], 0.0, 0.0)
    for item in sold:
        for y in years:
            rows = [row.bought for row in case.decided if (row.item, row.year) == (item, case.years[y])]
            if rows or case.years[y] <= case.decided_until < inf:
                m.row([(1.0, add[item][y])], sum(rows), sum(rows))
    grant = [[m.column() for _ in years] for _ in case.incentives]
    fixed = 0.0
    worth = [1 / (1 + rate) ** y for y in years]

    def left(item: str, k: int) -> float:
        if case.residual_value == "none":
            return 0.0
        return max(0.0, life[item] - (horizon - k)) / life[item] / (1 + rate) ** horizon

    def alive(item: str, y: int, kept: float = 1.0) -> list[tuple[float, int]]:
        lasts = life[item] if item not in case.upgrades else inf
        return [(kept ** (y - k), add[item][k]) for k in range(y + 1) if y < k + lasts]

    for item in sold:
        for y in years:
            m.costs[add[item][y]] += price[item][y] * (worth[y] - left(item, y))
            for _, column in alive(item, y):
                m.costs[column] += worth[y] * om[item]
            fixed += worth[y] * om[item] * there.get(item, 0.0)
    for i, of in enumerate(case.granted_for):
        for y in years:
            m.costs[grant[i][y]] -= worth[y] - left(of, y)
            is_in = (case.granted_from[i] == inf or case.granted_from[i] <= case.years[y]) and (
                case.years[y] <= case.granted_until[i]
            )
            each = min(case.granted_share[i] * price[of][y] + case.granted_amount[i], case.granted_most_each[i])
            m.row([(1.0, grant[i][y]), (-each * is_in, add[of][y])], -inf, 0.0)
        m.row([(1.0, column) for column in grant[i]], -inf, case.granted_most[i])
    done = [[m.column(is_whole=True) for _ in years] for _ in case.site_works]
    for w, of in enumerate(case.works_for):
        for y in years:
            bought = [(1.0, add[item][y]) for item in (case.chargers if of == "Chargers" else [of])]
            m.row([*bought, (-400.0, done[w][y])], -inf, 0.0)
            m.row([(1.0, done[w][y])], 0.0, 1.0)
            m.costs[done[w][y]] += worth[y] * case.works_price[w]
    for y in years:
        budget: list[tuple[float, int]] = [(case.works_price[w], done[w][y]) for w in range(len(case.site_works))]
        for item in sold:
            granted = [(1.0, grant[i][y]) for i, of in enumerate(case.granted_for) if of == item]
            m.row([*granted, (-price[item][y], add[item][y])], -inf, 0.0)
            if counts[item]:
                budget.append((price[item][y], add[item][y]))
                budget += [(-value, column) for value, column in granted if case.grants_in_budget == "yes"]
        m.row(budget, -inf, float(case.capex_budget[y]) * case.budget_factor)
        m.row(alive("Solar", y), -inf, case.solar_max_added_kwp)
        m.row(alive("Battery", y), -inf, case.battery_max_kwh)
        sun = alive("Solar", y, 1 - case.solar_degradation)
        old_sun = case.solar_existing_kwp * (1 - case.solar_degradation) ** y
        size = alive("Battery", y, 1 - case.battery_fade)
        old_size = case.battery_existing_kwh * (1 - case.battery_fade) ** y
        wider = [(12.0 * case.adds_kw[u], add[name][k]) for u, name in enumerate(case.upgrades) for k in range(y + 1)]
        if case.fleet and y <= 2 and case.trucks_per_plug < inf:
            row, truck = case.fleet[0], case.trucks[y]
            lasts, turns = sum(WINDOWS[row.window]), case.trucks_per_plug
            each = row.distance_km * truck.consumption * case.consumption_factor * float(case.day_consumption_factor[0])
            for strong in (0.0, turns * each / lasts):
                of = [c for c in range(kinds) if case.power_kw[c] >= strong]
                old = sum(turns * case.ports[c] * case.chargers_existing[c] for c in of)
                plugs = [(turns * case.ports[c], column) for c in of for _, column in alive(case.chargers[c], y)]
                m.row(plugs, row.count - old, inf)
        emitted: list[tuple[float, int]] = []
        net: list[tuple[float, int]] = []
        for d in range(len(case.day_types)):
            flows = [
                {name: m.column() for name in ("sl", "sb", "sg", "bl", "bg", "gl", "gb", "soc", "sc")}
                for _ in case.slots
            ]
            charged = charges(m, case, y)
            for s, f in enumerate(flows):
                need = float(case.charging_kwh[y, d, s])
                power = [(-12.0 / hours, column) for hours, column in charged[s]]
                drawn = [(-1.0 / case.charging_efficiency, column) for _, column in charged[s]]
                power += [
                    (12.0 * case.power_kw[c], column) for c in range(kinds) for _, column in alive(case.chargers[c], y)
                ]
                m.row(power, need - 12.0 * float(case.power_kw @ case.chargers_existing), inf)
                need = need / case.charging_efficiency + float(case.baseload_kwh[d, s])
                m.row([(1.0, f["sl"]), (1.0, f["bl"]), (1.0, f["gl"]), *drawn], need, need)
                gain = float(case.solar_yield[d, s]) * case.solar_yield_factor
                out = [(1.0, f[name]) for name in ("sl", "sb", "sg", "sc")]
                if case.export_limit_kw == inf and case.net_metering == "no":
                    m.row([(1.0, f["sc"])], 0.0, 0.0)
                exported = [(1.0, f["sg"]), (1.0, f["bg"])]
                m.row(exported, -inf, 12 * case.export_limit_kw)
                per_year = float(case.days[d])
                net += [*((per_year, column) for _, column in exported), (-per_year, f["gl"]), (-per_year, f["gb"])]
                m.row([*out, *((-gain * share, column) for share, column in sun)], gain * old_sun, gain * old_sun)
                before = flows[s - 1]
                went = 1 / case.discharge_efficiency
                change = [(-1.0, before["soc"]), (-case.charge_efficiency, before["sb"]),
                          (-case.charge_efficiency, before["gb"]), (went, before["bl"]),
                          (went, before["bg"])]  # fmt: skip
                m.row([(1.0, f["soc"]), *change], 0.0, 0.0)
                for held, low, high in ((case.soc_max, -inf, 0.0), (case.soc_min, 0.0, inf)):
                    m.row([(1.0, f["soc"]), *((-held * share, column) for share, column in size)],
                          low + held * old_size, high + held * old_size)  # fmt: skip
                if is_apart:
                    power = [(-12.0, column) for _, column in alive("Battery power", y)]
                    for ways in (("sb", "gb"), ("bl", "bg")):
                        m.row([*((1.0, f[name]) for name in ways), *power], -inf, 12.0 * old_power)
                elif case.charge_rate < inf:
                    taken = [
                        (1.0, f["sb"]),
                        (1.0, f["gb"]),
                        *((-case.charge_rate * share, column) for share, column in size),
                    ]
                    m.row(taken, -inf, case.charge_rate * old_size)
                for name in ("bl", "bg"):
                    m.costs[f[name]] += worth[y] * float(case.days[d]) * case.battery_wear
                given = [(1.0, f["bl"]), (1.0, f["bg"])]
                if not is_apart:
                    given += [(-case.c_rate * share, column) for share, column in size]
                    m.row(given, -inf, case.c_rate * old_size)
                m.row(
                    [(1.0, f["gl"]), (1.0, f["gb"]), *((-kwh, column) for kwh, column in wider)],
                    -inf,
                    float(case.grid_limit_kwh[s]),
                )
                if case.grid_limit_kw < inf:
                    is_known = case.baseload_peak[d, s] < inf
                    above = float(case.baseload_peak[d, s] - case.baseload_kwh[d, s] / 12) if is_known else 0.0
                    swing = (1.0 if is_known else case.peak_factor) / 12
                    m.row([(swing, f["gl"]), (swing, f["gb"]), *((-kwh / 12, column) for kwh, column in wider)],
                          -inf, case.grid_limit_kw - above)  # fmt: skip
                level = worth[y] * float(case.days[d]) * case.price_index[y] * case.energy_price_factor
                paid = level * float(case.grid_price[d, s])
                own = float(case.export_price[d, s])
                earned = level * own if own < inf else paid * case.export_ratio
                if case.battery_export == "no":
                    m.row([(1.0, f["bg"])], 0.0, 0.0)
                if case.grid_charging == "no":
                    m.row([(1.0, f["gb"])], 0.0, 0.0)
                tons = float(case.days[d]) / 1000 * (case.co2_grid if case.co2[d, s] == inf else case.co2[d, s])
                for name in ("gl", "gb"):
                    m.costs[f[name]] += paid + worth[y] * case.co2_price * tons
                    emitted.append((tons, f[name]))
                m.costs[f["sg"]] -= earned
                m.costs[f["bg"]] -= earned
        if case.net_metering == "yes":
            m.row(net, -inf, 0.0)
        if case.co2_limit[y] < inf and any(value for value, _ in emitted):
            m.row(emitted, -inf, float(case.co2_limit[y]))
    for u, name in enumerate(case.upgrades):
        m.row([(1.0, column) for column in add[name]], -inf, float(case.upgrade_most[u]))
    if math.isinf(case.solar_life):
        m.row([(1.0, column) for column in add["Solar"]], -inf, case.solar_max_added_kwp)
    return m.least() + fixed


@pytest.mark.parametrize("seed", range(40))
def test_the_least_present_cost_is_that_of_a_programme_written_a_second_time(seed: int):
    case = mixed_case(seed)
    ours, other = optimize(case), second(case)
    assert (ours.plan is None) == math.isinf(other), ours.status
    if ours.plan is not None:
        assert ours.plan.objective == pytest.approx(other, rel=1e-7, abs=1e-4)
        assert ours.is_certified or ours.least_by


def test_most_of_these_depots_have_a_plan_and_some_have_every_refinement():
    cases = [mixed_case(seed) for seed in range(40)]
    assert sum(optimize(case).plan is not None for case in cases) >= 25
    assert {name for case in cases for name in case.is_on()} == {
        *("grid_upgrade", "life", "ageing", "upkeep", "present_cost", "grants"),
        *("battery_losses", "battery_reserve", "charge_rate", "battery_wear", "battery_power", "carbon"),
        *("grid_power", "baseload_peak", "grid_charging", "charging_losses", "levers", "price_level"),
        *("export_price", "battery_export", "charging", "plugs", "driving_days", "export_limit"),
        *("net_metering", "curtailment", "steps", "site_works", "decided"),
    }
