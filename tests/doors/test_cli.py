"""The command line, run as a user runs it: as a process."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.cases import TOTALS

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
NAMES = {"Export 1.0": 1.0, "Export 0.5": 0.5, "Export 0.0": 0.0}


def fleetopt(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run one command; no traceback ever shows."""
    return python("-m", "fleetopt", *map(str, arguments), cwd=cwd)


def python(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def changed(folder: Path, file: str, sheet: str, cell: str, value: object) -> Path:
    """A copy of the study's data with one cell changed."""
    copy = folder / "changed"
    shutil.copytree(DATA, copy)
    book = load_workbook(copy / file)
    book[sheet][cell] = value
    book.save(copy / file)
    return copy


# What a run writes and prints


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("run")
    return folder / "fleetopt-results", fleetopt("run", DATA, cwd=folder)


def test_a_run_ends_with_0_and_writes_every_file(run):
    results, done = run
    assert done.returncode == 0
    written = [path.relative_to(results).as_posix() for path in results.rglob("*") if path.is_file()]
    assert sorted(written) == [
        "export-0.0/operational_details.csv",
        "export-0.0/optimization_results.csv",
        "export-0.5/operational_details.csv",
        "export-0.5/optimization_results.csv",
        "export-1.0/operational_details.csv",
        "export-1.0/optimization_results.csv",
        "results.xlsx",
        "summary.json",
    ]  # fmt: skip


def test_the_summary_holds_the_published_totals_verified(run):
    summary = json.loads((run[0] / "summary.json").read_text(encoding="utf-8"))
    assert [scenario["scenario"] for scenario in summary["scenarios"]] == list(NAMES)
    for scenario in summary["scenarios"]:
        assert scenario["status"] == "optimal"
        assert scenario["objective_usd"] == pytest.approx(TOTALS[NAMES[scenario["scenario"]]], abs=5e-5)
        assert scenario["best_bound_usd"] == pytest.approx(scenario["objective_usd"], rel=1e-9)
        assert scenario["gap"] == 0
        check = scenario["verification"]
        assert check["passed"] is True
        assert check["largest_residual"] < 1e-9
        assert check["objective_recomputed_usd"] == pytest.approx(scenario["objective_usd"], rel=1e-12)
        assert scenario["notes"]
        assert scenario["problems"] == []


def test_the_yearly_results_add_up_to_the_summary(run):
    results = run[0]
    summary = json.loads((results / "summary.json").read_text(encoding="utf-8"))
    for scenario in summary["scenarios"]:
        folder = results / scenario["scenario"].lower().replace(" ", "-")
        table = {row.pop("Metric"): row for row in rows(folder / "optimization_results.csv")}
        assert list(table) == [
            "CAPEXCost", "OPEXCost", "#50KWChargers", "#400KWChargers", "SolarCapacity", "BatteryCapacity",
            "SolarExportRevenue", "BatteryExportRevenue", "TotalCost",
        ]  # fmt: skip
        total = 0.0
        for figures in scenario["yearly"]:
            column = {metric: float(years[str(figures["year"])]) for metric, years in table.items()}
            assert column["TotalCost"] == pytest.approx(
                column["CAPEXCost"] + column["OPEXCost"] - column["SolarExportRevenue"] - column["BatteryExportRevenue"]
            )
            assert column["CAPEXCost"] == pytest.approx(figures["capex_usd"])
            assert column["#400KWChargers"] == figures["chargers_added"]["400 kW"]
            assert column["SolarCapacity"] == pytest.approx(figures["solar_kwp_added"])
            total += column["TotalCost"]
        assert total == pytest.approx(scenario["objective_usd"], rel=1e-12)


def test_the_details_balance_from_the_file_alone(run):
    for name in ("export-1.0", "export-0.5", "export-0.0"):
        table = rows(run[0] / name / "operational_details.csv")
        assert list(table[0]) == [
            "Year", "Slot", "FleetSize", "ChargingRequirement_kWh", "BaseloadRequirement_kWh", "TotalDemand_kWh",
            "SolarGenerated_kWh", "SolarUsed_kWh", "SolarStored_kWh", "SolarExported_kWh", "BatterySOC_Start_kWh",
            "BatteryUsed_kWh", "GridUsed_kWh", "BatteryExported_kWh", "DayType", "SlotLabel",
        ]  # fmt: skip
        assert [(row["Year"], row["Slot"]) for row in table] == [
            (str(year), str(slot)) for year in range(2025, 2030) for slot in range(1, 5)
        ]
        for i, row in enumerate(table):
            figures = {key: float(value) for key, value in row.items() if key not in ("DayType", "SlotLabel")}
            after = table[i + 1 if row["Slot"] != "4" else i - 3]
            assert figures["TotalDemand_kWh"] == pytest.approx(
                figures["SolarUsed_kWh"] + figures["BatteryUsed_kWh"] + figures["GridUsed_kWh"]
            )
            assert figures["SolarGenerated_kWh"] == pytest.approx(
                figures["SolarUsed_kWh"] + figures["SolarStored_kWh"] + figures["SolarExported_kWh"]
            )
            assert float(after["BatterySOC_Start_kWh"]) == pytest.approx(
                figures["BatterySOC_Start_kWh"] + figures["SolarStored_kWh"]
                - figures["BatteryUsed_kWh"] - figures["BatteryExported_kWh"], abs=1e-6,
            )  # fmt: skip


def test_no_noise_reaches_a_file(run):
    for path in run[0].rglob("*.csv"):
        text = path.read_text(encoding="utf-8")
        assert "e-" not in text.lower().replace("average day", "")
        assert "-0," not in text


def test_people_get_a_table_that_fits_80_columns(run):
    shown = run[1].stdout
    assert max(map(len, shown.splitlines())) < 80
    for words in ("1,147,963.24 USD", "Buy in 2025  127.8 kWp solar, 1 x 400 kW charger", "Total", "52,981", "100,000"):
        assert words in shown
    assert run[1].stderr.startswith("note: ")


def test_no_command_runs_the_built_in_depot_from_any_folder(tmp_path: Path):
    done = fleetopt("--out", tmp_path / "r", "--json", cwd=tmp_path)
    assert done.returncode == 0
    assert [round(s["objective_usd"], 2) for s in json.loads(done.stdout)["scenarios"]] == [
        1_147_963.24, 1_176_487.12, 1_200_943.96
    ]  # fmt: skip


def test_json_prints_what_summary_holds_and_nothing_else(tmp_path: Path):
    done = fleetopt("run", DATA, "--json", "--scenario", "export 0.5", cwd=tmp_path)
    assert json.loads(done.stdout) == json.loads((tmp_path / "fleetopt-results" / "summary.json").read_text())
    assert [scenario["scenario"] for scenario in json.loads(done.stdout)["scenarios"]] == ["Export 0.5"]
    assert sorted(path.name for path in (tmp_path / "fleetopt-results").iterdir()) == [
        "export-0.5",
        "results.xlsx",
        "summary.json",
    ]


@pytest.mark.parametrize("solver", ["auto", "scip", "highs", "cp-sat"])
def test_every_solver_writes_the_same_files(run, solver: str, tmp_path: Path):
    assert fleetopt("run", DATA, "--solver", solver, "--quiet", cwd=tmp_path).returncode == 0
    for path in run[0].rglob("*.csv"):
        other = tmp_path / "fleetopt-results" / path.relative_to(run[0])
        assert other.read_text(encoding="utf-8") == path.read_text(encoding="utf-8")


def test_the_single_workbook_gives_the_same_as_the_folder(run, tmp_path: Path):
    assert fleetopt("run", DATA / "Project_dataset.xlsx", "--quiet", cwd=tmp_path).returncode == 0
    for path in run[0].rglob("*.csv"):
        other = tmp_path / "fleetopt-results" / path.relative_to(run[0])
        assert other.read_text(encoding="utf-8") == path.read_text(encoding="utf-8")


def test_settings_change_for_one_run(tmp_path: Path):
    done = fleetopt("run", DATA, "--json", "--set", "export_ratio=0.5", "--set", "grid_limit_kwh=2000", "--set",
                    "capex_budget=40000", "--set", "solver=highs", cwd=tmp_path)  # fmt: skip
    scenarios = json.loads(done.stdout)["scenarios"]
    assert len({scenario["objective_usd"] for scenario in scenarios}) == 1
    assert scenarios[0]["solver"] == "highs"
    assert max(year["capex_usd"] for year in scenarios[0]["yearly"]) <= 40_000
    assert any("Grid limit" in note for note in scenarios[0]["notes"])


def test_an_option_beats_a_setting(tmp_path: Path):
    done = fleetopt("run", DATA, "--json", "--set", "solver=highs", "--solver", "scip", cwd=tmp_path)
    assert json.loads(done.stdout)["scenarios"][0]["solver"] == "scip"


def test_an_lp_file_is_written_for_each_scenario(tmp_path: Path):
    assert fleetopt("run", DATA, "--write-lp", tmp_path / "depot.lp", "--quiet", cwd=tmp_path).returncode == 0
    assert sorted(path.name for path in tmp_path.glob("*.lp")) == [
        "depot-export-0.0.lp", "depot-export-0.5.lp", "depot.lp"
    ]  # fmt: skip
    text = (tmp_path / "depot.lp").read_text(encoding="utf-8")
    for name in (
        "demand_balance(2029,Average_day,12PM_6PM)",
        "capex_budget(2025)",
        "charger_add(400_kW,2029)",
        "General",
    ):
        assert name in text


def test_quiet_says_nothing_on_standard_error(tmp_path: Path):
    assert fleetopt("run", DATA, "--quiet", cwd=tmp_path).stderr == ""


def test_the_input_is_never_changed(tmp_path: Path):
    before = {path.name: path.read_bytes() for path in DATA.glob("*.xlsx")}
    fleetopt("run", DATA, "--out", tmp_path / "r", cwd=tmp_path)
    assert {path.name: path.read_bytes() for path in DATA.glob("*.xlsx")} == before


# check and doctor


def test_check_says_that_an_input_is_valid_and_writes_nothing(tmp_path: Path):
    done = fleetopt("check", DATA, cwd=tmp_path)
    assert done.returncode == 0
    assert "is valid: 2025 to 2029, 30 vehicles" in done.stdout.replace("\n", " ")
    assert list(tmp_path.iterdir()) == []


def test_check_lists_all_problems_with_their_cells(tmp_path: Path):
    copy = changed(tmp_path, "Energy_Profile_Data.xlsx", "EnergyProfileData", "C4", -0.2)
    book = load_workbook(copy / "Vehicle_Data.xlsx")
    book["Vehicle_data"]["E7"] = "Midnight"
    book.save(copy / "Vehicle_Data.xlsx")
    for command in ("check", "run"):
        done = fleetopt(command, copy, "--json", cwd=tmp_path)
        assert done.returncode == 3
        assert {scenario["status"] for scenario in json.loads(done.stdout)["scenarios"]} == {"input_error"}
        found = {
            problem["where"]: problem
            for problem in json.loads(done.stdout)["problems"]
            if problem["severity"] == "error"
        }
        assert set(found) == {"[Energy_Profile_Data.xlsx]EnergyProfileData!C4", "[Vehicle_Data.xlsx]Vehicle_data!E7"}
        assert (
            "Grid price [USD/kWh] is -0.2, must be 0 or more"
            in found["[Energy_Profile_Data.xlsx]EnergyProfileData!C4"]["message"]
        )
        assert "error: [Energy_Profile_Data.xlsx]EnergyProfileData!C4" in done.stderr
    assert not (tmp_path / "fleetopt-results").exists()


def test_doctor_names_every_part(tmp_path: Path):
    done = fleetopt("doctor", cwd=tmp_path)
    assert done.returncode == 0
    for part in ("Python", "fleetopt", "xlwings", "ortools", "scip", "highs", "cp-sat", "Excel"):
        assert part in done.stdout
    assert "solved the built-in depot" in done.stdout


# Exit codes


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", DATA, "--solver", "gurobi"], "auto"),
        (["run", DATA, "--time-limit", "0"], "more than 0"),
        (["run", DATA, "--time-limit", "soon"], "--time-limit"),
        (["run", DATA, "--gap", "2"], "must be at most 1"),
        (["run", DATA, "--gap", "nan"], "0 to 1"),
        (["run", DATA, "--set", "grid=1500"], "grid_limit_kwh"),
        (["run", DATA, "--set", "grid_limit_kwh=much"], "text 'much'"),
        (["run", DATA, "--set", "grid_limit_kwh=-1"], "0 or more"),
        (["run", DATA, "--set", "grid_limit_kwh"], "NAME=VALUE"),
        (["run", DATA, "--scenario", "Export 0.6"], "Export 0.5"),
        (["frobnicate"], "check"),
        (["run", DATA, "--frobnicate"], "--frobnicate"),
        (["check"], "INPUT"),
    ],
)
def test_a_wrong_command_line_ends_with_2_and_says_what_is_right(arguments: list, said: str, tmp_path: Path):
    done = fleetopt(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_depot_without_a_plan_ends_with_4_and_says_what_would_help(tmp_path: Path):
    done = fleetopt("run", DATA, "--json", "--set", "grid_limit_kwh=900", cwd=tmp_path)
    assert done.returncode == 4
    scenario = json.loads(done.stdout)["scenarios"][0]
    assert scenario["status"] == "infeasible"
    assert scenario["objective_usd"] is None
    assert "1,491 kWh per slot" in " ".join(done.stderr.split())
    assert any("1,491" in problem["advice"] for problem in scenario["problems"])


def test_what_did_solve_is_written_when_another_scenario_did_not(tmp_path: Path):
    # with nothing earned by export the same depot cannot differ in feasibility, so the budget makes the difference
    done = fleetopt("run", DATA, "--set", "capex_budget=2000", "--quiet", cwd=tmp_path)
    assert done.returncode == 4
    assert (tmp_path / "fleetopt-results" / "summary.json").exists()
    assert not (tmp_path / "fleetopt-results" / "export-1.0").exists()


def test_no_time_ends_with_5(tmp_path: Path):
    done = fleetopt("run", DATA, "--time-limit", "0.000001", cwd=tmp_path)
    assert done.returncode == 5
    assert "time limit" in done.stderr


@pytest.mark.parametrize(
    "make",
    [
        lambda folder: folder / "nowhere.xlsx",
        lambda folder: folder / "nowhere",
        lambda folder: _written(folder / "empty.xlsx", b""),
        lambda folder: _written(folder / "text.xlsx", b"not a workbook"),
        lambda folder: _written(folder / "cut.xlsx", (DATA / "Project_dataset.xlsx").read_bytes()[:4000]),
        lambda folder: _written(folder / "old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
        lambda folder: folder,  # a folder without workbooks
        lambda folder: folder / ("long" * 100),
    ],
)
def test_a_file_problem_ends_with_6_and_names_the_file(make, tmp_path: Path):
    path = make(tmp_path)
    for command in ("check", "run"):
        done = fleetopt(command, path, "--json", cwd=tmp_path)
        assert done.returncode == 6
        assert json.loads(done.stdout)["problems"][0]["severity"] == "error"
        assert path.name[:20] in done.stderr.replace("\n  ", "")


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_a_target_that_cannot_be_written_ends_with_6(tmp_path: Path):
    (tmp_path / "taken").write_text("mine")
    done = fleetopt("run", DATA, "--out", tmp_path / "taken", cwd=tmp_path)
    assert done.returncode == 6
    assert "taken" in done.stderr
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_fault_of_fleetopt_ends_with_1_and_names_its_log(tmp_path: Path):
    code = (
        "import fleetopt.plan.optimize as o\n"
        "def broken(*a, **k): raise RuntimeError('boom')\n"
        "o.optimize = broken\n"
        f"from fleetopt.doors.cli import main; main(['run', {str(DATA)!r}])"
    )
    done = python("-c", code, cwd=tmp_path)
    assert done.returncode == 1
    log = Path(next(word for word in done.stderr.replace(";", " ").split() if word.endswith(".log")))
    assert "boom" in log.read_text(encoding="utf-8")
    log.unlink()


@pytest.mark.skipif(sys.platform == "win32", reason="signals work differently on Windows")
@pytest.mark.parametrize("solver", ["scip", "highs", "cp-sat"])
def test_ctrl_c_ends_with_130_and_leaves_nothing(solver: str, tmp_path: Path):
    code = (
        "import fleetopt.inputs.scenarios as s\n"
        "from tests.cases import hourly\n"
        "s.scenarios = lambda *a: [s.Scenario('Long', hourly(3, 365))]\n"
        f"from fleetopt.doors.cli import main; main(['run', {str(DATA)!r}, '--solver', {solver!r}, '--quiet'])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    time.sleep(3)  # well into the solve, which takes far longer
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    started = time.monotonic()
    shown = process.communicate(timeout=30)
    assert time.monotonic() - started < 5
    assert process.returncode == 130
    assert "Traceback" not in shown[1]
    assert "Stopped" in shown[1]
    assert list(tmp_path.iterdir()) == []


def test_a_time_limit_with_a_plan_ends_with_7_and_writes_it(tmp_path: Path):
    code = (
        "import dataclasses, fleetopt.plan.optimize as o, fleetopt.plan.certified as c\n"
        "real = o.solve\n"
        "def late(*a): raise c.SolverError('no time is left for a certificate')\n"
        "c.Search.certify = late\n"
        "o.solve = lambda *a, **k: dataclasses.replace(real(*a, **k), status='feasible', bound=1e6)\n"
        f"from fleetopt.doors.cli import main; main(['run', {str(DATA)!r}, '--json'])"
    )
    done = python("-c", code, cwd=tmp_path)
    assert done.returncode == 7
    scenario = json.loads(done.stdout)["scenarios"][0]
    assert scenario["status"] == "feasible"
    assert scenario["gap"] == pytest.approx(0.129, abs=1e-3)  # (1,147,963 - 1,000,000) / 1,147,963
    assert any("not proven least" in note for note in scenario["notes"])
    assert (tmp_path / "fleetopt-results" / "export-1.0" / "optimization_results.csv").exists()


def test_help_names_every_command(tmp_path: Path):
    done = fleetopt("--help", cwd=tmp_path)
    assert done.returncode == 0
    for command in ("run", "check", "doctor"):
        assert command in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize("closing", [">&-", ">&- 2>&-", "| head -n 1"])
def test_nobody_listening_is_no_fault(closing: str, tmp_path: Path):
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {sys.executable} -m fleetopt run {DATA} {closing}"],
        cwd=tmp_path, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert (tmp_path / "fleetopt-results" / "summary.json").exists()


def test_a_terminal_that_knows_only_ascii_is_no_fault(tmp_path: Path):
    copy = changed(tmp_path, "Vehicle_Data.xlsx", "Vehicle_data", "E3", "Frühschicht")
    code = "import sys; sys.stdout.reconfigure(encoding='ascii'); sys.stderr.reconfigure(encoding='ascii')\n"
    done = python("-c", f"{code}from fleetopt.doors.cli import main; main(['check', {str(copy)!r}])", cwd=tmp_path)
    assert done.returncode == 3
    assert "Vehicle_data!E3" in done.stderr


def test_a_missing_package_is_named(tmp_path: Path):
    code = (
        f"import sys; sys.modules['ortools'] = None\nfrom fleetopt.doors.cli import main; main(['run', {str(DATA)!r}])"
    )
    done = python("-c", code, cwd=tmp_path)
    assert done.returncode == 1
    assert "ortools" in done.stderr
    assert "doctor" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--write-lp", "in/depot.xlsx"], "--write-lp: in/depot.xlsx is something else"),
        (["--write-lp", "in/notes.txt"], "--write-lp: in/notes.txt is something else"),
        (["--write-lp", "out/summary.json", "--out", "out"], "out/summary.json is something else"),
        (["--write-lp", "new.lp"], None),
        (["--write-lp", "old.lp"], None),
        (["--out", "in"], None),
    ],
)
def test_a_model_never_takes_the_place_of_another_file(arguments: list[str], words: str | None, tmp_path: Path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "depot.xlsx").write_bytes((DATA / "Project_dataset.xlsx").read_bytes())
    (tmp_path / "in" / "notes.txt").write_text("mine")
    (tmp_path / "old.lp").write_text("old")
    before = {path: path.read_bytes() for path in (tmp_path / "in").iterdir()}
    done = fleetopt("run", "in/depot.xlsx", "--quiet", "--scenario", "Export 1.0", *arguments, cwd=tmp_path)
    assert done.returncode == (2 if words else 0), done.stderr
    assert {path: path.read_bytes() for path in before} == before
    if words:
        assert words in done.stderr.replace(os.sep, "/")
    elif "old.lp" in arguments:
        assert (tmp_path / "old.lp").read_text().startswith("\\")


def test_results_never_take_the_place_of_the_input(tmp_path: Path):
    assert fleetopt("run", DATA, "--out", "out", "--quiet", cwd=tmp_path).returncode == 0
    before = (tmp_path / "out" / "results.xlsx").read_bytes()
    for out in ("out", "./out/../out"):
        done = fleetopt("run", "out/results.xlsx", "--out", out, "--set", "grid_limit_kwh=1600", cwd=tmp_path)
        assert done.returncode == 2
        assert "is the input itself and would be replaced; name another folder" in done.stderr
    assert (tmp_path / "out" / "results.xlsx").read_bytes() == before
    assert fleetopt("run", "out/results.xlsx", "--out", "other", "--quiet", cwd=tmp_path).returncode == 0


def test_the_results_of_scenarios_that_are_left_out_are_said_to_be_of_an_earlier_run(tmp_path: Path):
    assert fleetopt("run", DATA, "--quiet", cwd=tmp_path).returncode == 0
    done = fleetopt("run", DATA, "--scenario", "Export 1.0", cwd=tmp_path)
    said = done.stderr.replace(os.sep, "/")
    for left_out in ("export-0.5", "export-0.0"):
        assert f"note: fleetopt-results/{left_out} holds the results of an earlier run." in said
    assert "export-1.0 holds" not in said


def test_what_was_said_of_one_scenario_is_not_said_again(tmp_path: Path):
    done = fleetopt("run", DATA, "--set", "grid_limit_kwh=900", "--quiet", cwd=tmp_path)
    assert done.stderr.count("no plan keeps all limits") == 3
    assert done.stderr.count("2028 12AM-6AM: 228.2 kWh of energy short") == 1
    assert done.stderr.count("1,491 kWh per slot") == 3  # each with its cost


def test_a_workbook_in_place_of_a_command_is_told_the_command(tmp_path: Path):
    (tmp_path / "plan.xlsm").write_bytes(b"")
    done = fleetopt("plan.xlsm", cwd=tmp_path)
    assert done.returncode == 2
    assert "Did you mean 'fleetopt run plan.xlsm'?" in done.stderr


def test_a_plan_says_which_limits_bind_and_how_much_room_is_left(tmp_path: Path):
    done = fleetopt("run", DATA, "--json", "--scenario", "Export 0.0", cwd=tmp_path)
    [scenario] = json.loads(done.stdout)["scenarios"]
    binding, room = scenario["notes"][-2:]
    assert binding == "Limits with nothing left: CapEx budget (2025 and 2026), Grid limit (2029) and Room for solar."
    assert room.startswith("Room left: a plan exists down to a grid limit of 1,491 kWh per slot")
    assert scenario["least_limits"]["grid_limit_kwh"] == pytest.approx(1490.7291667)
    assert scenario["least_limits"]["capex_budget"] == pytest.approx(28_063.4913)


_PRESSED = """
import os, signal, sys
import fleetopt.__main__

class Finder:
    def find_spec(self, name, *_):
        if name == {package!r}:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finder())
sys.argv = ["fleetopt", "run", "--quiet"]
fleetopt.__main__.main()
"""


@pytest.mark.skipif(os.name == "nt", reason="a process cannot press Ctrl-C for itself")
@pytest.mark.parametrize(
    "package", ["fleetopt.doors", "argparse", "numpy", "fleetopt.inputs", "python_calamine", "ortools"]
)
def test_ctrl_c_while_a_package_loads_ends_with_130_and_one_line(tmp_path, package):
    done = python("-c", _PRESSED.format(package=package), cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "Stopped. Nothing was left half written.\n")
    assert list(tmp_path.iterdir()) == []
