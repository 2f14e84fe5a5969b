"""The planning workbook as bytes: every sheet, filled with inputs and, where there are any, results."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.packager import Packager

from fleetopt.depot import PURCHASES, REFINEMENTS
from fleetopt.inputs.schema import EACH, INPUT_TABLES, LABELS, SETTINGS, SETTINGS_TABLE, TABLES, expanded
from fleetopt.results.sentences import POINTS, line_counts
from fleetopt.results.tables import compare, years
from fleetopt.template.about import about
from fleetopt.template.checks_page import checks_page
from fleetopt.template.page import Page
from fleetopt.template.sheets import CONFIG_SHEET, FIRST_ROW, TABS, Sheet, sheets
from fleetopt.template.start import start
from fleetopt.template.styles import Styles, input_figures
from fleetopt.template.summary import summary
from fleetopt.template.tables import add_table, header_lines, put, remark, validate, widths, write_comment
from fleetopt.words.columns import Column, Table
from fleetopt.words.content import Content, Value
from fleetopt.words.sheet_formulas import column_of

FOLDED: Final = "More columns are folded: the + above the sheet opens them."
"""On a sheet with columns of refinements that are off."""

_MADE = datetime(2026, 1, 1)
"""Stands in the file's properties, so that the same content gives the same bytes."""


def build(
    content: Content,
    *,
    config: Mapping[str, str] | None = None,
    vba: bytes | None = None,
    listed: tuple[str, ...] | None = None,
) -> bytes:
    """Write the workbook.

    Parameters:
        content: rows of all input tables, and of the result tables where there are results.
        config: keys and values of the xlwings.conf sheet, for a workbook of this machine.
        vba: the VBA project; with it the Start sheet has buttons.
        listed: refinements for which it has result tables and checks; those of the results when left out.
    """
    stream = io.BytesIO()
    book = _Book(stream, {"in_memory": True})
    book.set_properties({"title": "fleetopt planning workbook", "author": "fleetopt", "created": _MADE})
    book.set_size(2400, 1400)
    styles = Styles(book)
    listed = content.on if listed is None else listed
    described = sheets(content.on, listed)
    for sheet in described:
        page = Page(book, styles, sheet)
        if sheet.name == "Start":
            start(page, content, described, has_macros=vba is not None)
        elif sheet.name == "Summary":
            summary(page, content)
        elif sheet.name == "Checks":
            checks_page(page, content, listed)
        elif sheet.name == "About":
            about(page, [_table(table, content) for table in INPUT_TABLES], content.on)
        else:
            _plain(page, sheet, content)
    if config is not None:
        _config(book, styles, config)
    _names(book)
    if vba is not None:
        _with_macros(book, vba)
    book.close()
    return stream.getvalue()


class _Packager(Packager):  # type: ignore[misc]
    """Names fleetopt as the program that made the file.

    LibreOffice trusts the values of formulas in files of Excel, and shows what stands there until it is calculated; of
    a program that it does not know it calculates them.
    """

    def _create_package(self) -> Any:
        files = super()._create_package()
        properties = next(text for text, part, _ in files if part == "docProps/app.xml")
        named = properties.getvalue().replace("<Application>Microsoft Excel<", "<Application>fleetopt<")
        properties.seek(0)
        properties.truncate()
        properties.write(named)
        return files


class _Book(Workbook):  # type: ignore[misc]
    """A workbook with our packager."""

    def _get_packager(self) -> Packager:
        return _Packager()


def _plain(page: Page, sheet: Sheet, content: Content) -> None:
    """A sheet with nothing but tables."""
    styles = page.styles
    left = 0
    labels = _labels(content)
    has_folds = False
    for described in sheet.tables:
        table = _table(described, content)
        rows = content.tables.get(table.name, ())
        is_input = sheet.kind == "input"
        folded = _unused(table, rows) if is_input else set()
        for j, width in enumerate(widths(table, rows, labels)):
            fold = {"level": 1, "hidden": True} if j in folded else {}
            page.sheet.set_column(left + j, left + j, width, None, fold)
        has_folds = has_folds or bool(folded)
        if table is SETTINGS_TABLE:
            _settings(page, table, content)
        else:
            lists = {column.name: f"=list_{column.name}" for column in table.columns if _is_listed(table, column)}
            add_table(page.sheet, styles, table, rows, FIRST_ROW, left, lists=lists, is_input=is_input)
            for i, count in enumerate(line_counts(table, rows), start=FIRST_ROW + 1):
                if count > 1:
                    page.sheet.set_row(i, POINTS * count)
        left += len(table.columns) + 1
        if described is not sheet.tables[-1]:
            page.sheet.set_column(left - 1, left - 1, 3)
    if has_folds:
        page.write(2, 1, FOLDED, "purpose")
    has_filter = sheet.tables != (SETTINGS_TABLE,)
    page.sheet.set_row(FIRST_ROW, 15 * (_header_lines(sheet, content, labels) + has_filter) + 4)
    page.sheet.freeze_panes(FIRST_ROW + 1, 1 if len(sheet.tables) == 1 else 0)
    page.sheet.repeat_rows(0, FIRST_ROW)
    _marked(page, sheet)


def _marked(page: Page, sheet: Sheet) -> None:
    """Colours and numbers that follow what stands in a row."""
    styles = page.styles
    if sheet.name == "Messages":
        for word, look in (("error", "bad"), ("warning", "wary")):
            rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": styles(look)}
            page.sheet.conditional_format(FIRST_ROW + 1, 0, FIRST_ROW + 2000, 0, rule)
    if sheet.name == "Purchases":
        units = ",".join(f'$D{FIRST_ROW + 2}="{each.unit}"' for each in PURCHASES if each.is_many)
        whole = {"type": "formula", "criteria": f"=OR({units})", "format": styles("whole", "#,##0")}
        for j in (4, 7):
            page.sheet.conditional_format(FIRST_ROW + 1, j, FIRST_ROW + 20000, j, whole)
    if sheet.name == "Limits":
        state = len(sheet.tables[0].columns) - 1
        rule = {"type": "cell", "criteria": "==", "value": '"binding"', "format": styles("wary")}
        page.sheet.conditional_format(FIRST_ROW + 1, state, FIRST_ROW + 20000, state, rule)


def _unused(table: Table, rows: Sequence[Sequence[Value]]) -> set[int]:
    """Places of the columns of refinements in which nothing stands but defaults; a table of refinements shows all."""
    if table.is_optional:
        return set()
    quiet = ((j, column) for j, column in enumerate(table.columns) if column.is_quiet)
    return {j for j, column in quiet if all(row[j] in (None, "", column.default) for row in rows)}


def _is_listed(table: Table, column: Column) -> bool:
    """Whether a cell offers the labels of a list: those of another table, or of the table's own first rows."""
    if column.of:
        return column.name in TABLES[column.of].keys
    return len(table.keys) > 1 and column.name in _lists() and _lists()[column.name] == table.name


def _lists() -> dict[str, str]:
    """By the name of a label the table that it comes from, where others repeat it."""
    return {
        column.name: column.of
        for table in TABLES.values()
        for column in table.columns
        if column.of and column.name in TABLES[column.of].keys
    }


def _labels(content: Content) -> dict[str, float]:
    """How long the labels of the results will be: those of the inputs."""

    def longest(table: Table) -> int:
        j = [column.name for column in table.columns].index(table.keys[-1])
        return max((len(str(row[j])) for row in content.tables.get(table.name, ())), default=0)

    named = {table.keys[-1]: longest(table) for table in (*LABELS.values(), TABLES["tblScenarios"])}
    items = [longest(LABELS[each.item]) for each in PURCHASES if each.is_many]
    return {**named, "item": max(items, default=0)}


def _header_lines(sheet: Sheet, content: Content, labels: Mapping[str, float]) -> int:
    tables = [_table(described, content) for described in sheet.tables]
    return max(header_lines(table, widths(table, content.tables.get(table.name, ()), labels)) for table in tables)


def _table(table: Table, content: Content) -> Table:
    """An input table with its columns for the labels of this workbook."""
    if TABLES.get(table.name) is not table:
        return table
    labels = {axis: [str(row[0]) for row in content.tables.get(of.name, ())] for axis, of in LABELS.items()}
    return expanded(table, {axis: labels[axis] for axis in EACH})


def _settings(page: Page, table: Table, content: Content) -> None:
    """Names, values and bounds; only the values can be changed."""
    rows = content.tables[table.name]
    add_table(page.sheet, page.styles, table, rows, FIRST_ROW, 0, has_filter=False)
    for j, heading in enumerate(table.columns):
        remark(page.sheet, FIRST_ROW, j, [f"{heading.meaning.capitalize()}."])
    by_name = {column.name: column for column in SETTINGS}
    for i, row in enumerate(rows, start=FIRST_ROW + 1):
        column = by_name[str(row[0])]
        bounds = Column("bound", "", "", kind=column.kind)
        for j, value in enumerate(row):
            is_figure = j in (1, 3, 4) and column.kind != "choice"
            look = f"{'input' if j == 1 else 'fixed'}{'' if is_figure else ' text'}"
            figures = input_figures(column if j == 1 else bounds) if is_figure else "General"
            put(page.sheet, i, j, value, page.styles(look, figures))
        page.name_cell(column.name, i, 1)
        write_comment(page.sheet, i, 1, column)
        validate(page.sheet, (i, 1, i, 1), column)
    page.sheet.protect("", {"objects": False, "format_columns": True, "format_rows": True})


def _config(book: Workbook, styles: Styles, config: Mapping[str, str]) -> None:
    """What the macros read: keys and values from A1 on, nothing else."""
    sheet = book.add_worksheet(CONFIG_SHEET)
    sheet.set_tab_color(TABS["control"])
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, 1, 80)
    for i, (key, value) in enumerate(config.items()):
        sheet.write_string(i, 0, key, styles("text"))
        sheet.write_string(i, 1, value, styles("input"))
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _names(book: Workbook) -> None:
    """The lists that cells offer; each grows with its table."""

    def first_of(table: Table, name: str, by: str) -> str:
        """The rows of the first year or day type, which has every label once."""
        column, other = column_of(table, name), column_of(table, by)
        return f"=INDEX({column},1):INDEX({column},COUNTIF({other},INDEX({other},1)))"

    for name, owner in _lists().items():
        table = TABLES[owner]
        other = next((key for key in table.keys if key != name), None)
        formula = first_of(table, name, other) if other else f"={column_of(table, name)}"
        book.define_name(f"list_{name}", formula)
    book.define_name("list_scenario", f"={column_of(compare(), 'scenario')}")
    book.define_name("list_year", f"={column_of(years(), 'year')}")


def _with_macros(book: Workbook, vba: bytes) -> None:
    book.add_vba_project(io.BytesIO(vba), True)
    book.set_vba_name()
    for sheet in book.worksheets():
        sheet.set_vba_name()


def sheet_names(*, has_config: bool) -> list[str]:
    """The names of all sheets of a workbook for every refinement, in order."""
    every = [sheet.name for sheet in sheets((), REFINEMENTS)]
    return [*every, *([CONFIG_SHEET] if has_config else [])]
