"""Who imports whom, who names whom, and how much a bare import costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import fleetopt
from fleetopt.depot import DECISIONS, DERIVED, FIGURES, INDEXES, MONEY, PARTS, QUANTITIES, RULES, TABLES

PACKAGE = Path(fleetopt.__file__).parent
MODULES = {
    "fleetopt." + ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path for path in PACKAGE.rglob("*.py")
}
FLOORS = ("words", "depot", "inputs", "model", "solvers", "plan", "results", "books", "template", "doors")
"""From the ground up: each may import from itself and from those before it."""


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


def floor(module: str) -> int:
    """Which floor a module stands on; what stands in the package's root is above all."""
    room = module.split(".")[1]
    return FLOORS.index(room) if room in FLOORS else len(FLOORS)


# Imports go down only


@pytest.mark.parametrize("name", MODULES)
def test_imports_go_down_only(name: str):
    if name == "fleetopt.__init__":
        return
    for module in imports(MODULES[name]):
        if module.startswith("fleetopt.") and module.split(".")[1] in FLOORS:
            assert floor(module) <= floor(name), f"{name} imports {module}"


def test_every_room_is_a_floor():
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert rooms == set(FLOORS)


def test_imports_have_no_cycle():
    graph = {
        name: {other for other in imports(path) if other in MODULES and other != name} for name, path in MODULES.items()
    }
    done: set[str] = set()
    while ready := {name for name, needs in graph.items() if name not in done and needs <= done}:
        done |= ready
    assert not set(graph) - done


def test_only_solvers_know_ortools():
    assert all(name.startswith("fleetopt.solvers.") for name in importers("ortools"))


def test_only_what_the_macros_call_loads_xlwings():
    assert importers("xlwings") == {"fleetopt.excel"}


def test_only_what_writes_the_template_knows_xlsxwriter():
    assert all(name.startswith("fleetopt.template.") for name in importers("xlsxwriter"))


def test_the_model_knows_no_pandas_and_no_book():
    for name, path in MODULES.items():
        if floor(name) <= FLOORS.index("model"):
            assert not any(m.split(".")[0] in ("ortools", "pandas", "openpyxl") for m in imports(path)), name


def test_nobody_imports_the_command_line():
    assert importers("fleetopt.doors.cli") == {"fleetopt.__main__"}


# A part stands alone, and nobody else knows it by name


@pytest.mark.parametrize("part", [part.name for part in PARTS])
def test_a_part_imports_the_words_what_parts_are_made_of_and_numpy(part: str):
    for module in imports(PACKAGE / "depot" / f"{part}.py"):
        if module.startswith("fleetopt"):
            assert module.startswith(("fleetopt.words", "fleetopt.depot.part")), module
        else:
            assert module.split(".")[0] in sys.stdlib_module_names | {"numpy"}, module


def test_every_file_of_the_depot_is_a_part_or_one_of_three_that_make_them():
    files = {path.stem for path in (PACKAGE / "depot").glob("*.py")}
    assert files == {part.name for part in PARTS} | {"__init__", "part", "case", "preferences"}


NAMES = {
    name
    for name in (
        *FIGURES,
        *DERIVED,
        *DECISIONS,
        *QUANTITIES,
        *RULES,
        *(m.name for m in MONEY),
        *(p.name for p in PARTS),
    )
    if "_" in name or name in ("solar", "battery", "grid", "chargers", "fleet", "export", "soc", "capex", "opex")
}
"""What parts call their things; words that everybody uses, such as days and cost, are nobody's."""
FOREIGN = {"books/study", "results/csv.py"}
"""Layouts of the depot study, which know what it calls things."""


def named(path: Path) -> set[str]:
    """All names that a file says: attributes, variables, arguments, and texts that are just a name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, (ast.keyword, ast.arg)):
            found.add(node.arg or "")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
    return found


@pytest.mark.parametrize("name", [name for name in MODULES if not name.startswith("fleetopt.depot.")])
def test_no_thing_of_a_part_is_named_outside_the_depot(name: str):
    where = MODULES[name].relative_to(PACKAGE).as_posix()
    if not any(where.startswith(foreign) for foreign in FOREIGN):
        assert not named(MODULES[name]) & NAMES


KNOWN = {
    *FIGURES, *DERIVED, *DECISIONS, *QUANTITIES, *(m.name for m in MONEY), *(index.name for index in INDEXES.values()),
    *(table.called for table in TABLES.values() if table.called),
    *("sets", "items", "item_price", "item_counts", "item_existing", "item_life", "item_upkeep"),
    *("bought", "there", "total_cost", "out_of", "into", "most_into"),
}  # fmt: skip
"""What a formula may ask a case or `x` for."""


@pytest.mark.parametrize("part", [*(part.name for part in PARTS), "preferences"])
def test_every_name_that_a_formula_asks_for_is_declared(part: str):
    tree = ast.parse((PACKAGE / "depot" / f"{part}.py").read_text(encoding="utf-8"))
    asked = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in ("case", "x", "plan")
    }
    assert not asked - KNOWN


def test_every_name_is_declared_once():
    of_cases = [*FIGURES, *DERIVED, *(index.name for index in INDEXES.values())]
    of_plans = [*DECISIONS, *QUANTITIES, *(money.name for money in MONEY)]
    for declared in (of_cases, of_plans, [*of_cases, *DECISIONS, *QUANTITIES]):
        assert sorted(declared) == sorted(set(declared))


def test_money_is_called_as_a_figure_only_where_it_is_that_price_of_what_is_used():
    assert {money.name for money in MONEY} & FIGURES.keys() == {"battery_wear"}  # both names are the contract's


# What is loaded


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


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_checking_an_input_loads_no_solver(options: list[str]):
    code = f"""
import sys, os
os._exit = lambda code: None
from fleetopt.doors.cli import main
main(["check", {str(PACKAGE.parent / "data")!r}, *{options!r}])
print(any(name.startswith(("ortools", "fleetopt.solvers")) for name in sys.modules))
"""
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.splitlines()[-1] == "False"


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
