"""Any depot at all goes through every book unchanged, and its plan holds."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import HealthCheck, event, given, settings

from fleetopt.books.reading import read_inputs
from fleetopt.depot.case import Case
from fleetopt.doors.new import new_workbook
from fleetopt.doors.run import new_results, run_settings, solve
from fleetopt.inputs.checks import check
from fleetopt.inputs.inputs import Inputs
from fleetopt.inputs.scenarios import Scenario, scenarios
from fleetopt.plan.result import Result
from fleetopt.results.input_content import inputs_hash
from fleetopt.template.build import build
from fleetopt.words.problem import has_error
from tests.depots import depots, facts, planning_book, study_sheets
from tests.untidy import write_book, write_folder

EXAMPLES = int(os.environ.get("FLEETOPT_EXAMPLES", "0"))
"""So many random depots by hand; else a few, always the same."""


def examples(usual: int) -> settings:
    return settings(
        max_examples=EXAMPLES or usual,
        derandomize=not EXAMPLES,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )


def cases(inputs: Inputs) -> dict[str, Case]:
    assert not has_error(check(inputs)), [str(problem) for problem in check(inputs) if problem.severity == "error"]
    return {scenario.name: scenario.case for scenario in scenarios(inputs)}


def assert_same(read: Inputs, written: Inputs) -> None:
    ours, theirs = cases(read), cases(written)
    assert list(ours) == list(theirs)
    for name, case in ours.items():
        for (fact, one), other in zip(facts(case).items(), facts(theirs[name]).values(), strict=True):
            assert np.array_equal(one, other), (name, fact, one, other)
    assert run_settings(read) == run_settings(written)


@examples(25)
@given(depots())
def test_a_new_planning_workbook_holds_the_depot_to_the_last_bit(inputs: Inputs):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "plan.xlsm"
        path.write_bytes(new_workbook(inputs))
        read = read_inputs(str(path))
        assert_same(read, inputs)
        assert inputs_hash(read) == inputs_hash(inputs)
        assert read.problems == []


@examples(50)
@given(depots())
def test_the_bare_tables_are_enough(inputs: Inputs):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "plan.xlsx"
        planning_book(inputs).save(path)
        assert_same(read_inputs(str(path)), inputs)


@examples(50)
@given(depots(in_study=True))
def test_the_studys_layout_holds_the_depot_in_one_workbook_and_in_five(inputs: Inputs):
    sheets = study_sheets(inputs)
    with TemporaryDirectory() as folder:
        assert_same(read_inputs(str(write_book(Path(folder) / "depot.xlsx", sheets))), inputs)
        assert_same(read_inputs(str(write_folder(Path(folder) / "depot", sheets))), inputs)


def results(inputs: Inputs) -> list[tuple[Scenario, Result]]:
    """What comes of each scenario within 20 seconds; whatever is shown has passed the check."""
    run = {**run_settings(inputs), "time_limit": 20.0}
    outcomes = [(scenario, solve(scenario, run, lambda _: None)) for scenario in scenarios(inputs)]
    for _, result in outcomes:
        event(result.status)
        assert result.plan is None or result.verification.has_passed
        assert result.plan is not None or (result.problems[0].message and result.problems[0].advice)
    return outcomes


@examples(25)
@given(depots(is_usual=True))
def test_a_depot_of_usual_figures_has_a_plan_or_a_reason_and_its_workbook_is_the_depot_again(inputs: Inputs):
    outcomes = results(inputs)
    assert {result.status for _, result in outcomes} <= {"optimal", "feasible", "infeasible"}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "results.xlsx"
        path.write_bytes(build(new_results(inputs, outcomes, check(inputs), 1.0, {})))
        assert_same(read_inputs(str(path)), inputs)


@examples(50)
@given(depots())
def test_nothing_is_shown_of_any_depot_that_has_not_passed_the_check(inputs: Inputs):
    results(inputs)
