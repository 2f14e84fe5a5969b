"""What the Summary's formulas show after a run, for programs that show a file without calculating it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fleetopt.results.tables import bought, compare, costs
from fleetopt.words.content import Content, Formula, Value
from fleetopt.words.sheet_formulas import as_it_stands, column_of

LINES: Final = 7
"""An answer has no more."""
FORMULA_SHEETS: Final = frozenset({"Start", "Summary", "Checks"})
"""Sheets with formulas that depend on results."""
NO_ANSWER: Final = "No results yet. Run the optimization, and the answer stands here."
_APART: Final = 2000
"""The lines of an answer are set so far apart to be taken one by one; more than all its letters."""
_CHOSEN: Final = f"MATCH({as_it_stands('summary_scenario')},{column_of(compare(), 'scenario')},0)"


def tile_names(content: Content) -> list[str]:
    """The key figures of a scenario: the total and what it is made of, what is bought, and the proof."""
    on = content.on
    money = [column.name for column in costs(on)]
    return [money[-1], *money[:-1], *(column.name for column in bought(on, "all years")), "gap"]


def answer_lines(content: Content) -> list[Formula]:
    """Each line of the chosen scenario's answer."""
    text = _compared(content).get("answer")
    shown = [*(str(text) if text else NO_ANSWER).split("\n"), *[""] * LINES]
    whole = f'SUBSTITUTE(INDEX({column_of(compare(), "answer")},{_CHOSEN}),CHAR(10),REPT(" ",{_APART}))'

    def line(k: int) -> Formula:
        otherwise = f'"{NO_ANSWER}"' if k == 0 else '""'
        return Formula(f"=IFERROR(TRIM(MID({whole},{_APART * k + 1},{_APART})),{otherwise})", shown[k])

    return [line(k) for k in range(LINES)]


def start_lines(content: Content) -> list[Formula]:
    """The same lines on the Start sheet."""
    return [
        Formula(f'=IF(summary_line_{k}="","",summary_line_{k})', line.value)
        for k, line in enumerate(answer_lines(content), start=1)
    ]


def tiles(content: Content) -> list[Formula]:
    """The key figures of the chosen scenario."""
    now = _compared(content)

    def tile(name: str) -> Formula:
        value = now.get(name)
        shown = value if isinstance(value, (int, float)) else "-"
        return Formula(f'=IFERROR(INDEX({column_of(compare(content.on), name)},{_CHOSEN})+0,"-")', shown)

    return [tile(name) for name in tile_names(content)]


def shown_values(content: Content) -> dict[str, float | str]:
    """By its text what each of these formulas shows."""
    formulas = [*answer_lines(content), *start_lines(content), *tiles(content)]
    return {formula.text: formula.value for formula in formulas if formula.value is not None}


def _compared(content: Content) -> dict[str, Value]:
    """The chosen scenario's row of the Compare table."""
    chosen = content.names.get("summary_scenario")
    return next((record for record in _records(content) if record["scenario"] == chosen), {})


def _records(content: Content) -> Iterator[dict[str, Value]]:
    table = compare(content.on)
    names = [column.name for column in table.columns]
    return (dict(zip(names, row, strict=True)) for row in content.tables.get(table.name, ()))
