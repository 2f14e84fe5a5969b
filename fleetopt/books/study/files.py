"""Where the depot study keeps its tables: which file, which sheet, under which headers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fleetopt.books.closed.files import Workbook
from fleetopt.books.study import layout
from fleetopt.books.tables import find_header, key
from fleetopt.words.block import Block
from fleetopt.words.columns import Table
from fleetopt.words.problem import FileError, Problem, error, nearest, note

STUDY_TABLES = (layout.FLEET, layout.TRUCKS, layout.ENERGY, layout.COSTS)
"""The tables that have a sheet, and in a folder a file, of their own."""
_COPY = "copy of "


def study_blocks(path: Path, problems: list[Problem]) -> dict[str, Block]:
    """Find the sheets of a folder or a workbook, by the study's names.

    Raises:
        FileError: a file is missing or cannot be read.
    """
    try:
        is_folder = path.is_dir()
    except OSError:  # a name too long for the disk, for one: opening it says so
        is_folder = False
    return _folder_blocks(path, problems) if is_folder else _workbook_blocks(Workbook(path), problems)


def copy_of(table: Table) -> str:
    """Name of the sheet that repeats a table in the folder's parameter workbook."""
    return f"{_COPY}{table.study_sheet}"


def study_headers(table: Table) -> dict[str, tuple[str, ...]]:
    """Headers of a table's columns on its own sheet."""
    return {
        column.name: column.study for column in table.columns if column.study and column.name not in _FROM_ELSEWHERE
    }


_FROM_ELSEWHERE = ("capex_budget",)
"""Columns that the study keeps on a sheet of their own."""


def _folder_blocks(folder: Path, problems: list[Problem]) -> dict[str, Block]:
    """Sheets by the study's names; those of the four tables from their own files."""
    try:
        workbooks = {path.name.casefold(): path for path in sorted(folder.iterdir()) if _is_workbook(path)}
    except OSError as fault:
        raise FileError(
            str(folder), f"cannot be read: {fault.strerror or fault}.", "Check your rights to it."
        ) from None
    paths: dict[str, Path] = {}
    missing: list[str] = []
    for names in (*(table.study_files for table in STUDY_TABLES), layout.STUDY_PARAMETER_FILES):
        there = [workbooks[name.casefold()] for name in names if name.casefold() in workbooks]
        if not there:
            missing.append(names[0])
            continue
        if len(there) > 1:
            both = " and ".join(path.name for path in there)
            raise FileError(str(folder), f"holds both {both}.", "Keep the one that is right.")
        paths[names[0]] = there[0]
        if there[0].name != names[0]:
            problems.append(note(there[0].name, f"taken as {names[0]}."))
    if missing:
        raise FileError(
            str(folder),
            f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing. "
            f"Workbooks there: {', '.join(path.name for path in workbooks.values()) or 'none'}.",
            "Add what is missing, or name a single workbook.",
        )
    book = Workbook(paths[layout.STUDY_PARAMETER_FILES[0]], is_named=True)
    blocks = _workbook_blocks(book, None)
    for table in STUDY_TABLES:
        copy = blocks.pop(table.study_sheet, None)
        if copy:
            blocks[copy_of(table)] = copy
        book = Workbook(paths[table.study_files[0]], is_named=True, room=book.room)
        blocks[table.study_sheet] = _best_sheet(book, table, problems)
    for sheet in (layout.STUDY_ENERGY_SHEET, layout.STUDY_PARAMETER_SHEET, layout.STUDY_BUDGET_SHEET):
        if sheet not in blocks:
            known = [name for name in blocks if not name.startswith(_COPY)]
            problems.append(_missing_sheet(layout.STUDY_PARAMETER_FILES[0], sheet, known))
    return blocks


def _is_workbook(path: Path) -> bool:
    return path.suffix.casefold() in (".xlsx", ".xlsm") and not path.name.startswith("~$")


def _best_sheet(book: Workbook, table: Table, problems: list[Problem]) -> Block:
    """The sheet that holds most of a table's headers, the right name being one more; two alike are an error."""
    headers = study_headers(table)

    def matches(block: Block, sheet: str) -> int:
        found = find_header(block, headers)
        return 2 * len(found.columns) + (key(sheet) == key(table.study_sheet)) if found else 0

    blocks = {sheet: book.block(sheet) for sheet in book.sheets}
    counts = {sheet: matches(block, sheet) for sheet, block in blocks.items()}
    best = max(counts, key=lambda sheet: counts[sheet])
    alike = [sheet for sheet, count in counts.items() if count // 2 == counts[best] // 2 > 0]
    if len(alike) > 1:
        said = f"the sheets {' and '.join(repr(sheet) for sheet in alike)} hold the same table."
        problems.append(error(book.path.name, said, "Keep the one that is right."))
    return blocks[best]


def _workbook_blocks(book: Workbook, problems: list[Problem] | None) -> dict[str, Block]:
    """Sheets of one workbook by the study's names."""
    by_key: dict[str, str] = {}
    for sheet in book.sheets:
        by_key.setdefault(key(sheet), sheet)
    blocks: dict[str, Block] = {}
    expected = (
        *(table.study_sheet for table in STUDY_TABLES),
        layout.STUDY_ENERGY_SHEET,
        layout.STUDY_PARAMETER_SHEET,
        layout.STUDY_BUDGET_SHEET,
    )
    keys = {key(name) for name in expected}
    others = [sheet for sheet in book.sheets if key(sheet) not in keys]
    for name in expected:
        if found := by_key.get(key(name)):
            blocks[name] = book.block(found)
        elif problems is not None:
            problems.append(_missing_sheet(book.path.name, name, others))
    for sheet in book.sheets:
        if problems is not None and key(sheet) in keys and by_key[key(sheet)] != sheet:
            problems.append(
                error(
                    book.path.name, f"the sheets '{by_key[key(sheet)]}' and '{sheet}' hold the same table.", "Keep one."
                )
            )
    return blocks


def _missing_sheet(file: str, sheet: str, there: Sequence[str]) -> Problem:
    return error(file, f"the sheet '{sheet}' is missing.", nearest(sheet, there) or "Add it.")
