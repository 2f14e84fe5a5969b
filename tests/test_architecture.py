"""Who imports whom, and how much a bare import costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import fleetopt

PACKAGE = Path(fleetopt.__file__).parent
MODULES = {
    "fleetopt." + ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path for path in PACKAGE.rglob("*.py")
}


def imports(path: Path) -> set[str]:
    """All modules that a file imports at run time, when it is loaded or later."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = []
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def importers(word: str) -> set[str]:
    return {name for name, path in MODULES.items() if any(m == word or m.startswith(f"{word}.") for m in imports(path))}


def test_the_model_knows_no_book_no_solver_and_no_pandas():
    for name, path in MODULES.items():
        if name.startswith("fleetopt.model"):
            for word in ("fleetopt.books", "fleetopt.solvers", "ortools", "pandas", "openpyxl"):
                assert not any(m.startswith(word) for m in imports(path)), (name, word)


def test_books_know_no_solver_and_no_model():
    for name, path in MODULES.items():
        if name.startswith("fleetopt.books") and name != "fleetopt.results.csv":
            for word in ("fleetopt.solvers", "fleetopt.model", "fleetopt.plan.optimize", "ortools"):
                assert not any(m.startswith(word) for m in imports(path)), (name, word)


def test_reading_a_workbook_loads_no_solver():
    code = """
import sys
from fleetopt.books.reading import planning_book, read_inputs
from fleetopt.inputs.checks import check
check(read_inputs(None)), planning_book(sys.argv[1])
print(any(name.startswith(("ortools", "fleetopt.solvers", "fleetopt.model")) for name in sys.modules))
"""
    workbook = PACKAGE.parent / "workbook" / "FleetOpt.xlsm"
    shown = subprocess.run([sys.executable, "-c", code, workbook], capture_output=True, text=True, check=True).stdout
    assert shown == "False\n"


def test_only_solvers_know_ortools():
    assert all(name.startswith("fleetopt.solvers.") for name in importers("ortools"))


def test_only_what_the_macros_call_loads_xlwings():
    assert importers("xlwings") == {"fleetopt.excel"}


def test_only_what_writes_the_template_knows_xlsxwriter():
    assert all(name.startswith(("fleetopt.template.", "fleetopt.template.macros")) for name in importers("xlsxwriter"))


def test_the_case_and_the_schema_know_nothing_of_fleetopt():
    for name in ("case", "columns"):
        assert not any(m.startswith("fleetopt") for m in imports(PACKAGE / f"{name}.py"))
    assert {m for m in imports(PACKAGE / "schema.py") if m in MODULES} == {"fleetopt.words.columns"}


def test_nobody_imports_the_command_line():
    assert importers("fleetopt.doors.cli") == {"fleetopt.__main__"}


def test_imports_have_no_cycle():
    graph = {
        name: {other for other in imports(path) if other in MODULES and other != name} for name, path in MODULES.items()
    }
    done: set[str] = set()
    while ready := {name for name, needs in graph.items() if name not in done and needs <= done}:
        done |= ready
    assert not set(graph) - done


HEAVY = ("pandas", "openpyxl", "xlwings", "lxml", "pyopenvba", "ortools.sat.python.cp_model", "highspy")


@pytest.mark.parametrize("heavy", HEAVY)
def test_a_run_of_the_study_loads_nothing_it_does_not_need(heavy: str, tmp_path: Path):
    code = f"""
import sys, os
os._exit = lambda code: None
from fleetopt.doors.cli import main
main(["run", "--quiet", "--out", {str(tmp_path)!r}])
print({heavy!r} in sys.modules)
"""
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.splitlines()[-1] == "False"


def test_importing_fleetopt_is_light():
    code = "import fleetopt, sys; print(any(name in sys.modules for name in ('numpy', 'pandas', 'ortools')))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
