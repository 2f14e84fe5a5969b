"""The Checks sheet's formulas: Excel recomputes every balance, limit and total from result and input cells.

Each formula gives the largest deviation found in any row, as a share of the figure (of 1 where that is smaller). The
rules are the parts' own, once more in Excel's words; what is of the tables alone, such as their rows and totals, stands
here.
"""

from __future__ import annotations

from collections.abc import Iterator

from fleetopt.depot import PARTS, PURCHASES, REFINEMENTS, gathered, money_on, of_those_on
from fleetopt.depot.part import Purchase, SheetCheck
from fleetopt.inputs.schema import LABELS
from fleetopt.results.sheet import Sheet
from fleetopt.results.tables import bought as bought_columns
from fleetopt.results.tables import bought_name, compare, costs
from fleetopt.words.sheet_formulas import count_where, differs, exceeds, largest


def checks(on: tuple[str, ...] = (), listed: tuple[str, ...] = REFINEMENTS) -> Iterator[SheetCheck]:
    """All checks: the parts' in their order, then those of the tables.

    Parameters:
        on: refinements whose columns the workbook has.
        listed: refinements whose tables it has.
    """
    sheet = Sheet(on, listed)
    for part in PARTS:
        if part.sheet_checks and (part.is_on is None or part.name in listed):
            yield from part.sheet_checks(sheet)
    yield from _decided(sheet, listed)
    yield from _rows(sheet)
    yield from _purchases(sheet)
    yield from _yearly(sheet, listed)
    yield from _scenarios(sheet, listed)
    yield from _limits(sheet, listed)


def _decided(sheet: Sheet, listed: tuple[str, ...]) -> Iterator[SheetCheck]:
    """Nothing is negative; what is whole is whole."""
    flows = [each.name for each in gathered("decisions") if each.kind in ("flow", "state") and each.axes == "yds"]
    lowest = ",".join(f"SUMPRODUCT(MIN({getattr(sheet.flows, name)}))" for name in flows)
    p = sheet.purchases
    yield SheetCheck("Nothing negative", "all flows and purchases >= 0", f"MAX(0,-MIN({lowest},MIN({p.bought})))")
    for purchase in of_those_on("purchases", listed):
        if purchase.is_many:
            whole = f"{_is(sheet, purchase)}*ABS({p.bought}-ROUND({p.bought},0))"
            noun = purchase.noun.lower()
            yield SheetCheck(f"Whole {noun}", f"{noun} are bought in whole numbers", largest(whole))


def _is(sheet: Sheet, purchase: Purchase) -> str:
    """Which rows of the purchases are of one kind: its unit says so."""
    return f'({sheet.purchases.unit}="{purchase.unit}")'


def _rows(sheet: Sheet) -> Iterator[SheetCheck]:
    """Every scenario has each year, day type and slot once, in order."""
    f, c = sheet.flows, sheet.compare
    slots, years = f"MAX({f.slot_number})", f"COUNT({sheet.in_input('tblCosts', 'year')})"
    day = sheet.in_input("tblDayTypes", "day_type")
    days = f"COUNTA({day})"
    before = f"(ROW({f.year})-MIN(ROW({f.year})))"
    year = f"MIN({sheet.in_input('tblCosts', 'year')})+MOD(INT({before}/({slots}*{days})),{years})"
    order = f"ABS({f.year}-({year}))+ABS({f.slot_number}-1-MOD({before},{slots}))"
    yield SheetCheck("Rows of Flows", "every year, day type and slot in order", largest(order))
    each = f"ABS({count_where(f.table, scenario=c.scenario)}-ISNUMBER({c.total_cost})*{slots}*{days}*{years})"
    of_day = f'ABS({count_where(f.table, day_type=day)}*{days}-({day}<>"")*{sheet.rows_of_flows})'
    yield SheetCheck(
        "Scenarios of Flows",
        "as many rows for each solved scenario and each day type",
        f"{largest(each)}+{largest(of_day)}",
    )


def _purchases(sheet: Sheet) -> Iterator[SheetCheck]:
    p = sheet.purchases
    yield SheetCheck("Cost of purchases", "bought x price", differs(p.cost, f"{p.bought}*{p.price}"))
    so_far = sheet.bought_and_there()
    there = [f"{_is(sheet, each)}*{_existing(sheet, each)}" for each in PURCHASES if each.existing]
    yield SheetCheck(
        "Installed",
        "there before + bought up to the year and not yet gone",
        differs(p.installed, "+".join([so_far, *there])),
    )


def _existing(sheet: Sheet, purchase: Purchase) -> str:
    told = purchase.existing_told
    return told(sheet.purchases) if told else str(getattr(sheet.purchases, purchase.existing))


def _yearly(sheet: Sheet, listed: tuple[str, ...]) -> Iterator[SheetCheck]:
    y = sheet.yearly
    total = "".join(f"{'+' if money.sign > 0 else '-'}{getattr(y, money.name)}" for money in money_on(listed))
    meaning = next(column.meaning for column in costs(listed) if column.name == "total_cost")
    yield SheetCheck("Total cost of a year", meaning, differs(y.total_cost, total.removeprefix("+")))
    for purchase in of_those_on("purchases", listed):
        for name, column in ((bought_name(purchase), "bought"), (purchase.installed, "installed")):
            of_purchases = sheet.bought(y, column, unit=f'"{purchase.unit}"')
            title = f"{purchase.noun} {column}"
            yield SheetCheck(title, "Purchases against Yearly", differs(getattr(y, name), of_purchases))


def _scenarios(sheet: Sheet, listed: tuple[str, ...]) -> Iterator[SheetCheck]:
    c = sheet.compare
    names = [column.name for column in (*costs(listed), *bought_columns(listed, "all years"))]
    full = compare(REFINEMENTS)
    for name in names:
        years = sheet.all_years(c, name)
        yield SheetCheck(f"{full[name].header}: all years", "Yearly against Compare", differs(getattr(c, name), years))
    is_solved = f"ISNUMBER({c.total_cost})"
    rows, least = f"ROW({c.total_cost})", sheet.least(c)
    first = f"SUMPRODUCT(({rows}=SUMPRODUCT(MIN({rows}+10000000*(1-{is_solved}))))*{least})"
    deviation = f"{is_solved}*ABS({c.difference}-{least}+{first})/(1+ABS({c.difference}))"
    yield SheetCheck("Against the first", "difference of total costs", largest(deviation))
    yield SheetCheck("Lower bound", "no more than the total cost", exceeds(c.bound, least))
    size = f"(ABS({least})>1)*ABS({least})+(ABS({least})<=1)"
    gap = f"({least}-{c.bound})/({size})"
    yield SheetCheck("Gap", "distance of total cost and lower bound", largest(f"{is_solved}*ABS({c.gap}-{gap})"))
    shown = f"ABS(N(run_objective)-SUMPRODUCT(({rows}=SUMPRODUCT(MIN({rows})))*{least}))"
    without_plan = 'AND(ISBLANK(run_objective),LEFT(run_status,5)="0 of ")'  # the results are those of a run before
    yield SheetCheck("Start sheet", "total cost of the first scenario", f"IF({without_plan},0,{shown})")


def _limits(sheet: Sheet, listed: tuple[str, ...]) -> Iterator[SheetCheck]:
    u = sheet.limits
    same = {"scenario": u.scenario, "limit": u.limit, "year": f'{u.year}&""'}
    yield SheetCheck(
        "Rows of Limits",
        "each limit of each year and scenario once",
        f"{largest(f'ABS({count_where(u.table, **same)}-1)')}+ABS(ROWS(tblLimits[[#Data]])-({_due(sheet, listed)}))",
    )
    yield SheetCheck("Slack", "limit - used", differs(u.slack, f"{u.most}-{u.used}"))
    is_binding = f"({u.slack}<=0.000001*(1+{u.most}))"
    yield SheetCheck("State", "binding where nothing is left", largest(f'ABS(({u.state}="binding")-{is_binding})'))


def _due(sheet: Sheet, listed: tuple[str, ...]) -> str:
    """How many rows the report of limits has: of each year, where there is what it limits, and of all years."""
    titled = [rule for rule in of_those_on("rules", listed) if rule.title]
    told = [rule for rule in titled if not rule.rows_told]
    counted = "".join(f"+{rule.rows_told(sheet)}" for rule in titled if rule.rows_told)
    of_year = [rule for rule in told if "y" in rule.axes]
    always = sum(not rule.only_with for rule in of_year)
    with_it = "".join(f"+({getattr(sheet.yearly, rule.only_with)}>0)" for rule in of_year if rule.only_with)
    alone = sum(not rule.axes for rule in told)
    by_label = "".join(
        f"+{sheet.solved}*COUNTA({sheet.in_input(LABELS[rule.axes].name, LABELS[rule.axes].keys[-1])})"
        for rule in told
        if rule.axes in LABELS and rule not in of_year
    )
    years = f"SUMPRODUCT({always}+0*{sheet.yearly.year}{with_it})"
    return f"{alone}*{sheet.solved}+{years}{by_label}{counted}"
