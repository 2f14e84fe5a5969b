"""The LP file says the same as the model."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from fleetopt.model import build
from fleetopt.model.lp_file import lp_text
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


@pytest.mark.parametrize("ratio", TOTALS)
def test_another_solver_reads_the_file_and_finds_the_same_optimum(ratio: float, tmp_path: Path):
    path = tmp_path / "depot.lp"
    path.write_text(lp_text(build(study(ratio))), encoding="utf-8")
    subprocess.run([sys.executable, "-c", READER, str(path), str(tmp_path / "optimum")], check=True)
    assert float((tmp_path / "optimum").read_text()) == pytest.approx(TOTALS[ratio], abs=5e-5)


def test_every_figure_keeps_all_its_digits():
    text = lp_text(build(one_slot(charging_kwh=100 / 3)))
    need = re.search(r"demand_balance\(2025,Day,12AM_12AM\):.* = (\S+)", text)
    assert float(need[1]) == 100 / 3


def test_rows_and_columns_have_the_names_of_the_formulation():
    lines = lp_text(build(one_slot())).splitlines()
    assert " grid_limit(2025,Day,12AM_12AM): + 1 grid_to_load(2025,Day,12AM_12AM) <= 1000" in lines
    assert lines[-3:] == ["General", " charger_add(50_kW,2025)", "End"]


def test_no_line_is_too_long_for_other_readers():
    assert max(map(len, lp_text(build(study())).splitlines())) <= 255
