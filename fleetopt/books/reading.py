"""One way in: a path becomes inputs, whatever book it is."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from fleetopt.books.of_results import Calculated, inputs_of_results
from fleetopt.books.planning import is_planning, read_planning
from fleetopt.books.study.reader import read_study
from fleetopt.inputs.inputs import Inputs
from fleetopt.inputs.schema import INPUT_TABLES
from fleetopt.words.problem import FileError, error, warning

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

    from fleetopt.books.closed.book import ClosedBook
    from fleetopt.words.block import Block
    from fleetopt.words.content import Content

BUILT_IN = "built-in depot"


class Book(Calculated, Protocol):
    """A planning workbook, open in Excel or closed."""

    name: str

    def blocks(self, tables: Collection[str] | None = None) -> dict[str, Block]:
        """Read Excel Tables by name."""

    def table_names(self) -> list[str]:
        """The names of all Excel Tables."""

    def value(self, name: str) -> Any:
        """Read the cell of a defined name."""

    def fill(self, content: Content) -> None:
        """Replace rows of tables and values of names."""


def read_inputs(source: str | None) -> Inputs:
    """Read a workbook or a folder; None is the depot that comes with fleetopt.

    Raises:
        FileError: it is missing or cannot be read.
    """
    if source is None:
        inputs = read_study(built_in_depot())
        inputs.source = BUILT_IN
        return inputs
    book = planning_book(source)
    return read_book(book) if book else read_study(Path(source))


def planning_book(source: str | None) -> ClosedBook | None:
    """Open a file that is a planning workbook; None when it is a folder or in the study's layout.

    Raises:
        FileError: it is missing or cannot be read.
    """
    if source is None or _is_folder(Path(source)):
        return None
    from fleetopt.books.closed.book import ClosedBook

    book = ClosedBook(Path(source))
    if is_planning(book.table_names()):
        return book
    book.take_sheets([table.name for table in INPUT_TABLES])
    if is_planning(book.table_names()):
        return book
    ours = {table.sheet for table in INPUT_TABLES}
    there = [sheet for sheet in book.sheet_names() if sheet in ours]
    if 2 * len(there) >= len(ours):
        said = f"has the sheets of a planning workbook ({', '.join(there)}) but none of its Excel tables."
        cure = "Make a workbook with 'fleetopt new NEW.xlsm' and copy the figures into its tables."
        raise FileError(source, said, f"Another program left them out when it saved. {cure}")
    return None


def read_book(book: Book) -> Inputs:
    """Read the inputs of a planning workbook.

    Raises:
        FileError: it cannot be read.
    """
    wanted = [table.name for table in INPUT_TABLES]
    blocks = book.blocks(wanted)
    inputs = read_planning(book.name, blocks, book.table_names)
    inputs.problems.extend(inputs_of_results(book, blocks, inputs.labels))
    for name in getattr(book, "lost_names", ()):
        said = f"the name {name} points to no cell any more (#REF!): formulas that use it show an error."
        cure = "Point it to its cell again (Formulas, Name Manager), or make the workbook anew and copy the figures."
        inputs.problems.append(warning(book.name, said, cure))
    for name in getattr(book, "doubled", ()):
        if name.casefold() in {table.name.casefold() for table in INPUT_TABLES}:
            inputs.problems.append(error(book.name, f"two tables are called {name}.", "Rename the one that is wrong."))
    return inputs


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name too long for the disk, for one: opening it says so
        return False


EXAMPLES = {"study": "", "realistic": "realistic/Depot.xlsx"}
"""By its name each depot that comes with fleetopt, in the folder of the study's data."""


def example(name: str) -> Inputs:
    """Read a depot that comes with fleetopt, by its name."""
    if not EXAMPLES[name]:
        return read_inputs(None)
    inputs = read_inputs(str(built_in_depot() / EXAMPLES[name]))
    inputs.source = f"{name} depot"
    return inputs


def built_in_depot() -> Path:
    """Folder of the study's data: inside the installed package, beside it in a checkout."""
    package = Path(str(resources.files("fleetopt")))
    packaged = package / "data"
    return packaged if packaged.is_dir() else package.parent / "data"
