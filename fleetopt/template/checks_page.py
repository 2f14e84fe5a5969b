"""The Checks sheet: live formulas, OK or BAD each, and whether the inputs changed since the run."""

from __future__ import annotations

from typing import Final

from fleetopt.inputs.schema import INPUT_TABLES
from fleetopt.results.content import at_run
from fleetopt.results.fingerprint import fingerprint_formula
from fleetopt.template.check_formulas import checks
from fleetopt.template.page import HAS_RESULTS, NOT_CALCULATED, Page
from fleetopt.template.sheets import FIRST_ROW
from fleetopt.template.tables import add_table, put
from fleetopt.words.columns import Column, Table
from fleetopt.words.content import Content, Formula, Value

CHECK: Final = Table(
    "tblChecks",
    "Checks",
    "one check",
    (
        Column("check", "Check", "its name", kind="text"),
        Column("what", "What is recomputed", "in words", kind="text"),
        Column("deviation", "Largest deviation", "as a share of the figure", "-"),
        Column("result", "Result", "OK or BAD", kind="text"),
    ),
)
STALENESS: Final = Table(
    "tblInputsNow",
    "Checks",
    "one input table",
    (
        Column("table", "Input table", "its name", kind="text"),
        Column("now", "Fingerprint now", "a number for all its cells"),
        Column("then", "At the last run", "the same when the results were made"),
        Column("same", "Same", "yes or changed", kind="text"),
    ),
)


def checks_page(page: Page, content: Content, listed: tuple[str, ...]) -> None:
    """Live formulas, OK or BAD each; a master check; whether the inputs changed since the run.

    Parameters:
        listed: refinements that are checked too.
    """
    sheet, styles = page.sheet, page.styles
    rows: list[list[Value]] = [
        [
            check.name,
            check.what,
            Formula(f'=IF({HAS_RESULTS},{check.deviation},"-")', "-"),
            Formula(
                f'=IF({HAS_RESULTS},IF(ISNUMBER({_own("deviation")}),IF({_own("deviation")}<=check_tolerance,"OK","BAD"),'
                '"BAD"),"-")',
                NOT_CALCULATED,
            ),
        ]
        for check in checks(content.on, listed)
    ]
    for j, width in enumerate((30, 64, 14, 12, 3, 18, 20, 20, 14)):
        sheet.set_column(j, j, width)
    add_table(sheet, styles, CHECK, rows, FIRST_ROW, 0)
    results = f"{CHECK.name}[{CHECK['result'].heading}]"
    for i in range(len(rows)):
        put(sheet, FIRST_ROW + 1 + i, 2, rows[i][2], styles("result", "0.0E+00;-0.0E+00;0"))
        put(sheet, FIRST_ROW + 1 + i, 3, rows[i][3], styles("verdict"))
    area = (FIRST_ROW + 1, 3, FIRST_ROW + len(rows), 3)
    for word, look in (("OK", "good"), ("BAD", "bad")):
        sheet.conditional_format(
            *area, {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": styles(look)}
        )
    bad = f'COUNTIF({results},"BAD")'
    state = (
        f'=IF({HAS_RESULTS},IF({bad}=0,"OK: all "&ROWS({results})&" checks hold","BAD: "&{bad}&" of "&ROWS({results})'
        f'&" checks do not hold"),"No results yet")'
    )
    page.write(1, 5, "All checks", "bold")
    page.write(1, 6, Formula(state, NOT_CALCULATED), "bold")
    page.name_cell("checks_state", 1, 6)
    page.colour(1, 6, 3)
    page.write(2, 5, "Allowed deviation", "bold")
    page.write(2, 6, 1e-6, "input", "0.0E+00")
    page.name_cell("check_tolerance", 2, 6)
    _staleness(page, content)
    sheet.set_row(FIRST_ROW, 49)
    sheet.freeze_panes(FIRST_ROW + 1, 0)
    sheet.repeat_rows(0, FIRST_ROW)
    sheet.protect("", {"objects": False, "format_columns": True, "autofilter": True, "sort": True})


def _own(name: str) -> str:
    return f"{CHECK.name}[[#This Row],[{CHECK[name].heading.replace('[', chr(39) + '[').replace(']', chr(39) + ']')}]]"


def _staleness(page: Page, content: Content) -> None:
    rows: list[list[Value]] = []
    for i, table in enumerate(INPUT_TABLES, start=FIRST_ROW + 2):
        then = content.names.get(at_run(table.name))
        now = then if isinstance(then, float) else 0.0
        same = f'=IF(H{i}="","-",IF(ABS(G{i}-H{i})<=1E-14*(1+ABS(H{i})),"yes","changed"))'
        rows.append([table.name, Formula(fingerprint_formula(table.name), now), then,
                     Formula(same, NOT_CALCULATED)])  # fmt: skip
        page.name_cell(at_run(table.name), i - 1, 7)
    add_table(page.sheet, page.styles, STALENESS, rows, FIRST_ROW, 5, has_filter=False)
    for i, row in enumerate(rows):
        put(page.sheet, FIRST_ROW + 1 + i, 7, row[2], page.styles("stored", "#,##0.0"))
        put(page.sheet, FIRST_ROW + 1 + i, 8, row[3], page.styles("verdict"))
    same = f"{STALENESS.name}[Same]"
    state = (
        f'=IF({HAS_RESULTS},IF(COUNTIF({same},"changed")=0,"These inputs",'
        '"INPUTS CHANGED since these results"),"No results yet")'
    )
    below = FIRST_ROW + len(rows) + 2
    page.write(below, 5, "Results belong to", "bold")
    page.write(below, 6, Formula(state, NOT_CALCULATED), "bold")
    page.name_cell("results_state", below, 6)
    page.colour(below, 6, 3)
