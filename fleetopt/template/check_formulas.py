"""The Checks sheet's formulas: Excel recomputes every balance, limit and total from result and input cells.

Each formula gives the largest deviation found in any row, as a share of the figure (of 1 where that is smaller). They
share nothing with the model: they are the formulation once more, on the columns of the workbook's tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fleetopt.inputs import schema
from fleetopt.results.tables import COMPARE, FLOWS, LIMITS, PURCHASES, YEARLY
from fleetopt.words.columns import Table
from fleetopt.words.sheet_formulas import as_it_stands, column_of, count_where, sum_where

_LARGE = "ROWS(tblFlows[[#Data]])*ROWS(tblEnergy[[#Data]])>20000000"
"""Row by row would take minutes then; totals are compared instead."""


@dataclass(frozen=True)
class Check:
    """One line of the Checks sheet."""

    name: str
    what: str
    deviation: str
    """A formula without its `=`."""


def checks() -> Iterator[Check]:
    """All checks, in the order of the formulation."""
    yield from _inputs_carried()
    yield from _balances()
    yield from _limits()
    yield from _rows()
    yield from _purchases()
    yield from _yearly()
    yield from _scenarios()
    yield from _tightest()


def _f(name: str) -> str:
    return column_of(FLOWS, name)


def _y(name: str) -> str:
    return column_of(YEARLY, name)


def _p(name: str) -> str:
    return column_of(PURCHASES, name)


def _l(name: str) -> str:
    return column_of(LIMITS, name)


def _c(name: str) -> str:
    return column_of(COMPARE, name)


def _differs(left: str, right: str) -> str:
    """The largest difference of two columns, relative to the right one."""
    return f"SUMPRODUCT(MAX(ABS({left}-({right}))/(1+ABS({right}))))"


def _exceeds(left: str, right: str) -> str:
    """By how much a column exceeds another at most."""
    return f"MAX(0,SUMPRODUCT(MAX(({left}-({right}))/(1+ABS({right})))))"


def _total_differs(left: str, right: str) -> str:
    return f"ABS(({left})-({right}))/(1+ABS({right}))"


def _energy(name: str, of: Table = FLOWS) -> str:
    """An input of the slot in each row."""
    return sum_where(schema.ENERGY, name, day_type=column_of(of, "day_type"), slot=column_of(of, "slot"))


def _in_year(name: str, of: Table = FLOWS) -> str:
    """A yearly result of the scenario and year in each row."""
    return sum_where(YEARLY, name, scenario=column_of(of, "scenario"), year=column_of(of, "year"))


def _setting(name: str, of: Table) -> str:
    """The setting that holds for the scenario in each row: its own figure, else that of the Settings sheet."""
    return f"({_own(name, of)}+({_has_own(name, of)}=0)*{name})"


def _own(name: str, of: Table) -> str:
    return sum_where(schema.SCENARIOS, name, scenario=column_of(of, "scenario"))


def _has_own(name: str, of: Table, criterion: str = '"<>"') -> str:
    scenario, figure = (column_of(schema.SCENARIOS, column) for column in ("scenario", name))
    same = as_it_stands(column_of(of, "scenario"))
    return f'COUNTIFS({scenario},"="&{same},{figure},{criterion})'


def _budget(of: Table) -> str:
    costs = sum_where(schema.COSTS, "capex_budget", year=column_of(of, "year"))
    return f"({_own('capex_budget', of)}+({_has_own('capex_budget', of)}=0)*{costs})"


def _discharge_share(of: Table, hours: str) -> str:
    """c_rate, times the hours where it counts per hour."""
    per_hour = (
        f"(({_has_own('c_rate_basis', of, chr(34) + 'hour' + chr(34))}>0)"
        f'+({_has_own("c_rate_basis", of)}=0)*(c_rate_basis="hour"))'
    )
    return f"{_setting('c_rate', of)}*(1+{per_hour}*({hours}-1))"


def _inputs_carried() -> Iterator[Check]:
    fleet = {name: column_of(schema.FLEET, name) for name in ("year", "distance_km", "slot", "truck_type")}
    consumption = sum_where(schema.TRUCKS, "consumption", truck_type=fleet["truck_type"], year=fleet["year"])
    count = f'({count_where(FLOWS, slot=fleet["slot"])}+({fleet["slot"]}=""))'
    number = f"{sum_where(FLOWS, 'slot_number', slot=fleet['slot'])}/{count}"
    years = f"COUNT({column_of(schema.COSTS, 'year')})"
    need = (
        f"SUMPRODUCT({fleet['distance_km']}*{consumption}*({fleet['year']}-1900)*(({number})^2+1))"
        f"*ROWS(tblFlows[[#Data]])/({years}*MAX({_f('slot_number')}))"
    )
    carried = f"SUMPRODUCT({_f('charging_kwh')}*({_f('year')}-1900)*({_f('slot_number')}^2+1))"
    yield Check(
        "Charging need",
        "daily distance x consumption of all vehicles, weighted by year and slot, against Flows",
        _total_differs(carried, need),
    )
    for name, title in (("baseload_kwh", "Baseload"), ("grid_price", "Grid price"), ("hours", "Hours")):
        totals = (
            f"SUM({column_of(schema.ENERGY, name)})*ROWS(tblFlows[[#Data]])/COUNTA({column_of(schema.ENERGY, 'slot')})"
        )
        yield Check(
            title,
            "the Energy sheet against Flows, row by row",
            f"IF({_LARGE},{_total_differs(f'SUM({_f(name)})', totals)},{_differs(_f(name), _energy(name))})",
        )
    column, solar = _f("solar_kwh"), f"{_energy('solar_yield')}*{_in_year('solar_kwp')}"
    total = (
        f"SUM({column_of(schema.ENERGY, 'solar_yield')})*SUMPRODUCT({_y('solar_kwp')}"
        f"*({count_where(FLOWS, scenario=_y('scenario'))}>0))"
    )
    yield Check(
        "Solar energy",
        "solar yield x installed solar against Flows",
        f"IF({_LARGE},{_total_differs(f'SUM({column})', total)},{_differs(column, solar)})",
    )


def _balances() -> Iterator[Check]:
    load = f"{_f('solar_to_load')}+{_f('battery_to_load')}+{_f('grid_to_load')}"
    need = f"{_f('charging_kwh')}+{_f('baseload_kwh')}"
    yield Check("demand_balance", "solar, battery and grid to load = charging + baseload", _differs(load, need))
    solar = f"{_f('solar_to_load')}+{_f('solar_to_battery')}+{_f('solar_to_grid')}"
    yield Check("solar_balance", "solar to load, battery and grid = solar energy", _differs(solar, _f("solar_kwh")))
    end = f"{_f('soc')}+{_f('solar_to_battery')}-{_f('battery_to_load')}-{_f('battery_to_grid')}"
    yield Check("battery_balance", "at start + stored - used - exported = at end", _differs(_f("soc_end"), end))
    rows, slots = "ROWS(tblFlows[[#Data]])", f"MAX({_f('slot_number')})"
    start = _part(_f("soc"), "2", rows)
    step = f"({_part(_f('slot_number'), '2', rows)}-{_part(_f('slot_number'), '1', f'{rows}-1')}=1)"
    between = f"SUMPRODUCT(MAX({step}*ABS({start}-{_part(_f('soc_end'), '1', f'{rows}-1')})/(1+ABS({start}))))"
    yield Check("battery_balance: next slot", "at end of a slot = at start of the next", f"IF({rows}>1,{between},0)")
    last, first = _part(_f("soc_end"), slots, rows), _part(_f("soc"), "1", f"{rows}-{slots}+1")
    is_last = f"({_part(_f('slot_number'), slots, rows)}={slots})"
    yield Check(
        "battery_balance: a day returns",
        "at end of the last slot = at start of the first",
        f"SUMPRODUCT(MAX({is_last}*ABS({last}-{first})/(1+ABS({first}))))",
    )


def _part(column: str, first: str, last: str) -> str:
    return f"(INDEX({column},{first}):INDEX({column},{last}))"


def _limits() -> Iterator[Check]:
    given = f"{_f('battery_to_load')}+{_f('battery_to_grid')}"
    most = f"{_discharge_share(FLOWS, _f('hours'))}*{_in_year('battery_kwh')}"
    yield Check("discharge_limit", "battery to load and grid <= C-rate x battery", _exceeds(given, most))
    yield Check("soc_limit", "battery at start <= battery installed", _exceeds(_f("soc"), _in_year("battery_kwh")))
    grid = _setting("grid_limit_kwh", FLOWS)
    yield Check("grid_limit", "grid to load <= grid limit", _exceeds(_f("grid_to_load"), grid))
    power = f"{_in_year('charging_kw')}*{_f('hours')}"
    yield Check("charger_capacity", "charging <= power of all chargers x hours", _exceeds(_f("charging_kwh"), power))
    yield Check("capex_budget", "CapEx of a year <= its budget", _exceeds(_y("capex"), _budget(YEARLY)))
    for name, item, setting in (
        ("solar_room", "Solar", "solar_max_added_kwp"),
        ("battery_room", "Battery", "battery_max_kwh"),
    ):
        bought = sum_where(PURCHASES, "bought", scenario=_c("scenario"), item=f'"{item}"')
        yield Check(name, f"{item.lower()} bought in all years <= room", _exceeds(bought, _setting(setting, COMPARE)))
    lowest = ",".join(
        f"MIN({_f(name)})"
        for name in (
            "solar_to_load",
            "solar_to_battery",
            "solar_to_grid",
            "battery_to_load",
            "battery_to_grid",
            "grid_to_load",
            "soc",
        )
    )
    yield Check("Nothing negative", "all flows and purchases >= 0", f"MAX(0,-MIN({lowest},MIN({_p('bought')})))")
    whole = f'({_p("unit")}="units")*ABS({_p("bought")}-ROUND({_p("bought")},0))'
    yield Check("Whole chargers", "chargers are bought in whole numbers", f"SUMPRODUCT(MAX({whole}))")


def _rows() -> Iterator[Check]:
    """Every scenario has each year, day type and slot once, in order."""
    slots, years = f"MAX({_f('slot_number')})", f"COUNT({column_of(schema.COSTS, 'year')})"
    days = f"COUNTA({column_of(schema.DAY_TYPES, 'day_type')})"
    before = f"(ROW({_f('year')})-MIN(ROW({_f('year')})))"
    first = f"MIN({column_of(schema.COSTS, 'year')})"
    year = f"{first}+MOD(INT({before}/({slots}*{days})),{years})"
    order = f"ABS({_f('year')}-({year}))+ABS({_f('slot_number')}-1-MOD({before},{slots}))"
    yield Check("Rows of Flows", "every year, day type and slot in order", f"SUMPRODUCT(MAX({order}))")
    each = f"ABS({count_where(FLOWS, scenario=_c('scenario'))}-ISNUMBER({_c('total_cost')})*{slots}*{days}*{years})"
    day = column_of(schema.DAY_TYPES, "day_type")
    of_day = f'ABS({count_where(FLOWS, day_type=day)}*{days}-({day}<>"")*ROWS(tblFlows[[#Data]]))'
    yield Check(
        "Scenarios of Flows",
        "as many rows for each solved scenario and each day type",
        f"SUMPRODUCT(MAX({each}))+SUMPRODUCT(MAX({of_day}))",
    )
    price = f"{sum_where(schema.DAY_TYPES, 'days', day_type=_f('day_type'))}*{_f('grid_price')}"
    ratio = _setting("export_ratio", FLOWS)
    yield Check(
        "Grid cost", "days x grid price x grid to load", _differs(_f("grid_cost"), f"{price}*{_f('grid_to_load')}")
    )
    for source in ("solar", "battery"):
        earned = f"{ratio}*{price}*{_f(f'{source}_to_grid')}"
        yield Check(
            f"{source.capitalize()} revenue",
            f"export ratio x days x grid price x {source} to grid",
            _differs(_f(f"{source}_revenue"), earned),
        )


def _purchases() -> Iterator[Check]:
    yield Check("Cost of purchases", "bought x price", _differs(_p("cost"), f"{_p('bought')}*{_p('price')}"))
    year = _p("year")
    for item, name in (("Solar", "solar_price"), ("Battery", "battery_price")):
        is_item = f'(({_p("item")}="{item}")*({_p("unit")}<>"units"))'
        price = sum_where(schema.COSTS, name, year=year)
        yield Check(
            f"{item} price",
            "the Costs sheet against Purchases",
            f"SUMPRODUCT(MAX({is_item}*ABS({_p('price')}-{price})/(1+{price})))",
        )
    header = 'SUBSTITUTE(tblCosts[[#Headers]]," [USD/unit]","")'
    power = sum_where(schema.CHARGERS, "power_kw", charger=header)
    given = f"SUMPRODUCT(({column_of(schema.COSTS, 'year')}-1900)*tblCosts[[#Data]]*{power})"
    is_charger = f'({_p("unit")}="units")'
    power_of = sum_where(schema.CHARGERS, "power_kw", charger=_p("item"))
    carried = f"SUMPRODUCT({is_charger}*{_p('price')}*({year}-1900)*{power_of})"
    yield Check(
        "Charger prices",
        "the Costs sheet against Purchases, weighted by year and power",
        _total_differs(carried, f"{given}*COUNT({_c('total_cost')})"),
    )
    so_far = sum_where(PURCHASES, "bought", scenario=_p("scenario"), item=_p("item"), year=f'"<="&{year}')
    existing = (
        f'({_p("item")}="Solar")*({_p("unit")}="kWp")*solar_existing_kwp'
        f'+({_p("item")}="Battery")*({_p("unit")}="kWh")*battery_existing_kwh'
        f"+{is_charger}*{sum_where(schema.CHARGERS, 'chargers_existing', charger=_p('item'))}"
    )
    yield Check("Installed", "there before + bought up to the year", _differs(_p("installed"), f"{so_far}+{existing}"))


def _yearly() -> Iterator[Check]:
    def of_purchases(name: str, **more: str) -> str:
        return sum_where(PURCHASES, name, scenario=_y("scenario"), year=_y("year"), **more)

    def of_flows(name: str) -> str:
        return sum_where(FLOWS, name, scenario=_y("scenario"), year=_y("year"))

    yield Check("capex", "cost of the year's purchases", _differs(_y("capex"), of_purchases("cost")))
    yield Check("opex", "grid cost of the year's flows", _differs(_y("opex"), of_flows("grid_cost")))
    for source in ("solar", "battery"):
        name = f"{source}_export_revenue"
        yield Check(name, f"{source} revenue of the year's flows", _differs(_y(name), of_flows(f"{source}_revenue")))
    total = f"{_y('capex')}+{_y('opex')}-{_y('solar_export_revenue')}-{_y('battery_export_revenue')}"
    yield Check("Total cost of a year", "CapEx + OpEx - both export revenues", _differs(_y("total_cost"), total))
    for title, name, source, test in (
        ("Solar bought", "solar_add", "bought", {"item": '"Solar"', "unit": '"kWp"'}),
        ("Battery bought", "battery_add", "bought", {"item": '"Battery"', "unit": '"kWh"'}),
        ("Chargers bought", "chargers_add", "bought", {"unit": '"units"'}),
        ("Solar installed", "solar_kwp", "installed", {"item": '"Solar"', "unit": '"kWp"'}),
        ("Battery installed", "battery_kwh", "installed", {"item": '"Battery"', "unit": '"kWh"'}),
        ("Chargers installed", "chargers", "installed", {"unit": '"units"'}),
    ):
        yield Check(title, "Purchases against Yearly", _differs(_y(name), of_purchases(source, **test)))
    power = sum_where(schema.CHARGERS, "power_kw", charger=_p("item"))
    there = f'SUMPRODUCT(({_p("unit")}="units")*{_p("installed")}*{power}*({_p("year")}-1900))'
    yield Check(
        "Charging power",
        "chargers installed x their power, weighted by year",
        _total_differs(f"SUMPRODUCT({_y('charging_kw')}*({_y('year')}-1900))", there),
    )


def _scenarios() -> Iterator[Check]:
    for name in ("capex", "opex", "solar_export_revenue", "battery_export_revenue", "total_cost", "solar_add",
                 "battery_add", "chargers_add"):  # fmt: skip
        years = sum_where(YEARLY, name, scenario=_c("scenario"))
        yield Check(f"{COMPARE[name].header}: all years", "Yearly against Compare", _differs(_c(name), years))
    is_solved = f"ISNUMBER({_c('total_cost')})"
    first = f"INDEX({_c('total_cost')},MATCH(TRUE,INDEX({is_solved},0),0))"
    yield Check(
        "Against the first",
        "difference of total costs",
        f"SUMPRODUCT(MAX({is_solved}*ABS({_c('difference')}-{_c('total_cost')}+{first})/(1+ABS({_c('difference')}))))",
    )
    yield Check("Lower bound", "no more than the total cost", _exceeds(_c("bound"), _c("total_cost")))
    size = f"(ABS({_c('total_cost')})>1)*ABS({_c('total_cost')})+(ABS({_c('total_cost')})<=1)"
    gap = f"({_c('total_cost')}-{_c('bound')})/({size})"
    yield Check("Gap", "distance of total cost and lower bound", f"SUMPRODUCT(MAX({is_solved}*ABS({_c('gap')}-{gap})))")
    shown = f"ABS(N(run_objective)-N(INDEX({_c('total_cost')},1)))"
    without_plan = 'AND(ISBLANK(run_objective),LEFT(run_status,5)="0 of ")'  # the results are those of a run before
    yield Check("Start sheet", "total cost of the first scenario", f"IF({without_plan},0,{shown})")


def _tightest() -> Iterator[Check]:
    keys = {name: _l(name) for name in ("scenario", "year", "day_type", "slot")}
    in_year = {name: _l(name) for name in ("scenario", "year")}

    def flow(name: str) -> str:
        return sum_where(FLOWS, name, **keys)

    def bought(item: str) -> str:
        return sum_where(PURCHASES, "bought", scenario=_l("scenario"), item=f'"{item}"')

    hours = _energy("hours", LIMITS)
    battery = _in_year("battery_kwh", LIMITS)
    used = {
        "CapEx budget": sum_where(YEARLY, "capex", **in_year),
        "Grid limit": flow("grid_to_load"),
        "Charger capacity": flow("charging_kwh"),
        "Battery discharge": f"({flow('battery_to_load')}+{flow('battery_to_grid')})",
        "Battery content": flow("soc"),
        "Room for solar": bought("Solar"),
        "Room for battery": bought("Battery"),
    }
    most = {
        "CapEx budget": _budget(LIMITS),
        "Grid limit": _setting("grid_limit_kwh", LIMITS),
        "Charger capacity": f"{_in_year('charging_kw', LIMITS)}*{hours}",
        "Battery discharge": f"{_discharge_share(LIMITS, hours)}*{battery}",
        "Battery content": battery,
        "Room for solar": _setting("solar_max_added_kwp", LIMITS),
        "Room for battery": _setting("battery_max_kwh", LIMITS),
    }
    for name, figures in (("used", used), ("most", most)):
        for limit, figure in figures.items():
            deviation = f'({_l("limit")}="{limit}")*ABS({_l(name)}-{figure})/(1+ABS({_l(name)}))'
            yield Check(
                f"{limit}: {LIMITS[name].header.lower()}", "against the Limits sheet", f"SUMPRODUCT(MAX({deviation}))"
            )
    twice = count_where(LIMITS, scenario=_l("scenario"), limit=_l("limit"), year=f'{_l("year")}&""')
    due = f"2*COUNT({_c('total_cost')})+SUMPRODUCT(3+2*({_y('battery_kwh')}>0))"
    yield Check(
        "Rows of Limits",
        "each limit of each year and scenario once",
        f"SUMPRODUCT(MAX(ABS({twice}-1)))+ABS(ROWS(tblLimits[[#Data]])-({due}))",
    )
    yield Check("Slack", "limit - used", _differs(_l("slack"), f"{_l('most')}-{_l('used')}"))
    is_binding = f"({_l('slack')}<=0.000001*(1+{_l('most')}))"
    state = f'ABS(({_l("state")}="binding")-{is_binding})'
    yield Check("State", "binding where nothing is left", f"SUMPRODUCT(MAX({state}))")
    left = f"{_setting('grid_limit_kwh', FLOWS)}-{_tight('Grid limit', 'most')}+{_tight('Grid limit', 'used')}"
    tightest = f"MAX(0,SUMPRODUCT(MAX({_f('grid_to_load')}-({left}))))"
    yield Check("Tightest slot", "no slot has less left of the grid limit than Limits says", tightest)


def _tight(limit: str, name: str) -> str:
    return sum_where(LIMITS, name, scenario=_f("scenario"), year=_f("year"), limit=f'"{limit}"')
