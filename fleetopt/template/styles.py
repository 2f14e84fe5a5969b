"""How cells look: one format for each kind of cell and figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fleetopt.words.columns import Column

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

INK: Final = "#1F3864"
_FONT: Final = {"font_name": "Calibri", "font_size": 11}
_LOOKS: Final[dict[str, dict[str, Any]]] = {
    "title": {"bold": True, "font_size": 18, "font_color": INK},
    "purpose": {"italic": True, "font_color": "#595959"},
    "link": {"font_color": "#0563C1", "underline": 1},
    "text": {},
    "wrapped": {"text_wrap": True, "valign": "top"},
    "bold": {"bold": True},
    "heading": {"bold": True, "font_size": 13, "font_color": INK, "bottom": 1, "bottom_color": "#BFBFBF"},
    "header": {"bold": True, "font_color": "#FFFFFF", "bg_color": INK, "text_wrap": True, "valign": "top", "border": 1,
               "border_color": "#BFBFBF", "align": "left", "indent": 1},
    "header figure": {"bold": True, "font_color": "#FFFFFF", "bg_color": INK, "text_wrap": True, "valign": "top",
                      "border": 1, "border_color": "#BFBFBF", "align": "center"},
    "input": {"font_color": "#0000FF", "bg_color": "#FFF9E1", "border": 1, "border_color": "#D9D9D9", "locked": False},
    "input text": {"font_color": "#0000FF", "bg_color": "#FFF9E1", "border": 1, "border_color": "#D9D9D9",
                   "locked": False, "align": "left", "indent": 1, "shrink": True},
    "input year": {"font_color": "#0000FF", "bg_color": "#FFF9E1", "border": 1, "border_color": "#D9D9D9",
                   "locked": False, "align": "center"},
    "fixed": {"border": 1, "border_color": "#D9D9D9"},
    "fixed text": {"border": 1, "border_color": "#D9D9D9", "align": "left", "indent": 1},
    "result": {"valign": "top", "shrink": True},
    "result text": {"valign": "top", "align": "left", "indent": 1, "shrink": True},
    "result year": {"valign": "top", "align": "center"},
    "result wrapped": {"valign": "top", "align": "left", "indent": 1, "text_wrap": True},
    "verdict": {"valign": "top", "align": "center"},
    "stored": {"valign": "top", "locked": False, "shrink": True},
    "whole": {},
    "status": {"align": "left", "bold": True, "locked": False},
    "answer": {"font_size": 12, "bg_color": "#EEF3FA"},
    "tile": {"bold": True, "font_size": 12, "align": "center", "valign": "vcenter", "border": 1,
             "border_color": "#BFBFBF", "shrink": True},
    "tile label": {"font_color": "#595959", "align": "center", "text_wrap": True, "valign": "vcenter", "border": 1,
                   "border_color": "#BFBFBF", "bg_color": "#F2F2F2"},
    "good": {"font_color": "#006100", "bg_color": "#C6EFCE", "bold": True},
    "bad": {"font_color": "#9C0006", "bg_color": "#FFC7CE", "bold": True},
    "wary": {"font_color": "#7F6000", "bg_color": "#FFEB9C", "bold": True},
}  # fmt: skip


_PARTIAL: Final = ("good", "bad", "wary", "whole")
"""Looks of conditional formats, which change only what they name."""


class Styles:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        """Make formats for this workbook."""
        self._book = book
        self._made: dict[tuple[str, str], Format] = {}

    def __call__(self, look: str, figures: str = "General") -> Format:
        """The format of a kind of cell with a number format."""
        key = (look, figures)
        if key not in self._made:
            font = {} if look in _PARTIAL else _FONT
            self._made[key] = self._book.add_format({**font, **_LOOKS[look], "num_format": figures})
        return self._made[key]


def cell_look(kind: str, column: Column) -> str:
    """The look of an input's or a result's column: figures to the right, years in the middle, texts to the left.

    What is too long for its cell is shown smaller, never cut or as ####.
    """
    if kind == "result" and column.width:
        return f"{kind} wrapped"
    if column.kind == "year":
        return f"{kind} year"
    return f"{kind} text" if column.kind in ("label", "text", "choice") else kind


def header_look(column: Column) -> str:
    """The look of a column's header: over figures in the middle, over texts to the left."""
    return "header" if column.kind in ("label", "text", "choice") else "header figure"


def result_figures(column: Column) -> str:
    """Number format of a result: thousands separators, no noise digits, 0 as 0; never the currency format."""
    if column.kind in ("label", "text", "choice"):
        return "General"
    by_kind = {"year": "0", "whole": "#,##0", "time": "yyyy-mm-dd hh:mm:ss"}
    by_unit = {
        "USD": "#,##0",
        "USD/year": "#,##0",
        "USD/unit": "#,##0.00",
        "USD/kWh": "0.00##",
        "-": "0.00%;-0.00%;0%",
        "s": "0.00",
        "h": "0.##;-0.##;0",
    }
    if column.unit == "h":
        return "General"
    return by_kind.get(column.kind) or by_unit.get(column.unit, "#,##0.0;-#,##0.0;0")


def input_figures(column: Column) -> str:
    """Number format of an input: nothing that a user types is hidden, thousands are separated."""
    if column.kind in ("label", "text", "choice"):
        return "@" if column.kind != "choice" else "General"
    if column.kind == "year":
        return "0"
    return "[>=1000]#,##0;General"
