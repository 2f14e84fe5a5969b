"""What a click on Run Optimization, or a run, would use; and what to do about what is missing."""

from __future__ import annotations

import platform
import shutil
import sys
import textwrap
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from fleetopt import __version__
from fleetopt.words.numbers import WIDTH


def examine() -> Iterator[str]:
    """Look at each part in turn and say what was found, a line each, cures indented below."""
    yield from _entry("Python", f"{platform.python_version()} at {sys.executable}", _python_cure())
    yield from _entry("fleetopt", f"{__version__} at {Path(__file__).parent}")
    yield from _entry("xlwings", *_package("xlwings", "the Run Optimization button needs it"))
    yield from _entry("Macros", *_macros())
    yield from _entry("ortools", *_package("ortools", "nothing can be solved without it"))
    for solver in ("scip", "highs", "cp-sat"):
        yield from _entry(f"  {solver}", *_solver(solver))
    yield from _entry("Data", *_depot())
    yield from _entry("Excel", *_excel())


def _entry(name: str, found: str, cure: str = "") -> Iterator[str]:
    yield f"{name:<10}{'!!' if cure else 'ok'}  {found}"
    if cure:
        yield from textwrap.wrap(cure, WIDTH, initial_indent=" " * 14, subsequent_indent=" " * 14)


def _python_cure() -> str:
    if "WindowsApps" in sys.executable:
        return (
            "This is the Microsoft Store's Python, which Excel often cannot start. Install Python from python.org, "
            "then fleetopt with it."
        )
    return ""


def _package(name: str, need: str) -> tuple[str, str]:
    try:
        return metadata.version(name), ""
    except metadata.PackageNotFoundError:
        return "not installed", f"Install it, {need}: {sys.executable} -m pip install {name}"


def _macros() -> tuple[str, str]:
    """Whether a workbook with macros can be made, and whether Excel can start Python from it."""
    try:
        from fleetopt.template.macros import sources, vba_project

        sources()
        vba_project(["Start"], with_xlwings=True)
    except Exception as fault:  # whatever is wrong with an installation is what doctor is there to say
        cure = f"Install fleetopt anew: {sys.executable} -m pip install --force-reinstall fleetopt"
        return f"cannot be made: {fault}", cure
    if sys.platform == "darwin" and not _mac_script().exists():
        return (
            "can be made, but Excel may not start Python yet",
            "Once, and after each upgrade: xlwings runpython install",
        )
    return "can be made: fleetopt new plan.xlsm", ""


def _mac_script() -> Path:
    """The script through which Excel for Mac starts Python."""
    name = f"xlwings-{metadata.version('xlwings')}.applescript"
    return Path.home() / "Library" / "Application Scripts" / "com.microsoft.Excel" / name


def _solver(solver: str) -> tuple[str, str]:
    """Let a solver do the built-in depot's first scenario."""
    from fleetopt.books.reading import read_inputs
    from fleetopt.inputs.scenarios import scenarios
    from fleetopt.plan.optimize import optimize

    try:
        result = optimize(scenarios(read_inputs(None))[0].case, solver=solver, time_limit=60)
    except Exception as fault:  # whatever is wrong with an installation is what doctor is there to say
        return (
            f"does not work: {fault}",
            f"Install ortools anew: {sys.executable} -m pip install --force-reinstall ortools",
        )
    if result.status != "optimal":
        return (
            f"ended with {result.status}",
            f"Install ortools anew: {sys.executable} -m pip install --force-reinstall ortools",
        )
    return f"solved the built-in depot in {result.seconds:.2f} s", ""


def _depot() -> tuple[str, str]:
    from fleetopt.books.reading import built_in_depot

    folder = built_in_depot()
    if folder.is_dir():
        return f"built-in depot at {folder}", ""
    return (
        "the built-in depot is missing",
        f"Install fleetopt anew: {sys.executable} -m pip install --force-reinstall fleetopt",
    )


def _excel() -> tuple[str, str]:
    """Whether Excel is installed here."""
    if sys.platform == "darwin":
        if Path("/Applications/Microsoft Excel.app").exists():
            return "found in /Applications", ""
        return "not found in /Applications", "Install Excel for Mac, or use the command line: fleetopt run INPUT"
    if sys.platform == "win32":
        import winreg

        try:
            winreg.CloseKey(winreg.OpenKey(winreg.HKEY_CLASSES_ROOT, r"Excel.Application"))
        except OSError:
            return "not found", "Install Excel for Windows, or use the command line: fleetopt run INPUT"
        return "found", ""
    office = " LibreOffice opens the results." if shutil.which("soffice") else ""
    return f"not found: it runs on Windows and macOS only.{office}", "Use the command line here: fleetopt run INPUT"
