"""The LP file says the same as the model."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from fleetopt.model.formulation import build
from fleetopt.model.linear import LinearProgram
from fleetopt.model.lp_file import lp_text
from fleetopt.model.program import Program
from tests.cases import TOTALS, one_slot, study

READER = """
import pathlib, sys, highspy
solver = highspy.Highs()
solver.setOptionValue("output_flag", False)
solver.setOptionValue("mip_rel_gap", 0.0)
assert solver.readModel(sys.argv[1]) == highspy.HighsStatus.kOk
solver.run()
pathlib.Path(sys.argv[2]).write_text(repr(solver.getInfo().objective_function_value))
"""
"""In a process of its own, as highspy and ortools hold two versions of one library; it prints what it likes."""


def optimum(program: Program, folder: Path) -> float:
    """What another solver finds, which knows the programme from its file alone."""
    path = folder / "model.lp"
    path.write_text(lp_text(program), encoding="utf-8")
    subprocess.run([sys.executable, "-c", READER, str(path), str(folder / "optimum")], check=True)
    return float((folder / "optimum").read_text())


@pytest.mark.parametrize("ratio", TOTALS)
def test_another_solver_reads_the_file_and_finds_the_same_optimum(ratio: float, tmp_path: Path):
    assert optimum(build(study(ratio)), tmp_path) == pytest.approx(TOTALS[ratio], abs=5e-5)


def test_another_solver_reads_bounds_fractions_and_the_constant_part_of_the_cost(tmp_path: Path):
    m = LinearProgram()
    x, y, z = m.variable("x", "", upper=4.0), m.variable("y", "", lower=-3.0), m.variable("z", "")
    m.add("row", "", 0.5 * z - 0.25 * x >= 0)
    m.minimize(-x, 2 * y, 0.5 * z + 10)
    # x = 4 and y = -3 at their bounds, z = 4 x 0.25 / 0.5 = 2: -4 - 6 + 1 + 10
    assert optimum(m.finish(), tmp_path) == pytest.approx(1)


def test_only_bounds_other_than_0_or_more_are_written():
    m = LinearProgram(s=("a", "b"))
    m.variable("flow", "s")
    m.variable("balance", "s", lower=[-5.0, 0.0], upper=[float("inf"), 2.5])
    lines = lp_text(m.finish()).splitlines()
    start = lines.index("Bounds")
    assert lines[start + 1 : lines.index("General")] == [" -5 <= balance(a) <= inf", " 0 <= balance(b) <= 2.5"]


def test_a_row_without_terms_is_written_with_a_zero():
    m = LinearProgram()
    m.add("nothing", "", m.variable("x", "") * 0.0 <= 5)
    assert " nothing: 0 x <= 5" in lp_text(m.finish()).splitlines()


def test_every_figure_keeps_all_its_digits():
    text = lp_text(build(one_slot(charging_kwh=100 / 3)))
    need = re.search(r"demand_balance\(2025,Day,12AM_12AM\):.* = (\S+)", text)
    assert float(need[1]) == 100 / 3


def test_rows_and_columns_have_the_names_of_the_formulation():
    lines = lp_text(build(one_slot())).splitlines()
    assert " grid_limit(2025,Day,12AM_12AM): + 1 grid_to_load(2025,Day,12AM_12AM) <= 1000" in lines
    # 1 USD/kWh on 365 days; exported energy earns nothing here, so it is not in the cost
    assert lines[lines.index("Minimize") + 1 : lines.index("Subject To")] == [
        " total_cost: + 100 solar_add(2025) + 100 battery_add(2025) + 1000 charger_add(50_kW,2025)"
        " + 365 grid_to_load(2025,Day,12AM_12AM)"
    ]
    assert lines[-3:] == ["General", " charger_add(50_kW,2025)", "End"]


def test_no_line_is_too_long_for_other_readers():
    assert max(map(len, lp_text(build(study())).splitlines())) <= 255


def test_what_is_not_there_is_not_written():
    m = LinearProgram(y=(2025, 2026), s=("a", "b"))
    x = m.variable("x", "ys", where=[[True, False], [False, True]], integer=True)
    m.add("most", "ys", x.sum(axis=1)[:, None] + 0.0 * x <= 5, where=[[False, True], [True, False]])
    m.minimize(3 * x)
    assert lp_text(m.finish()).splitlines()[1:] == [
        "Minimize",
        " total_cost: + 3 x(2025,a) + 3 x(2026,b)",
        "Subject To",
        " most(2025,b): + 1 x(2025,a) <= 5",
        " most(2026,a): + 1 x(2026,b) <= 5",
        "Bounds",
        "General",
        " x(2025,a) x(2026,b)",
        "End",
    ]
