"""What must stay as it is, byte for byte: models as LP files, and everything that a run of the study writes.

`python -m tests.guards` writes the hashes anew; only for a change that is meant, and said in the change log.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from fleetopt.books.reading import read_inputs
from fleetopt.depot.case import Case
from fleetopt.doors.run import run_settings, solve, with_room
from fleetopt.inputs.checks import check
from fleetopt.inputs.scenarios import scenarios
from fleetopt.model.certificate import Certificate
from fleetopt.model.formulation import build
from fleetopt.model.lp_file import lp_text
from fleetopt.plan.result import Result
from fleetopt.results.content import Run, result_content
from fleetopt.results.csv import operational_details, optimization_results
from fleetopt.results.json import as_text, summary
from fleetopt.results.report import report
from fleetopt.words.content import Formula
from tests.random_cases import random_case, tied_case

KEPT = Path(__file__).with_name("guards.json")
DATA = Path(__file__).parent.parent / "data"


def rounded(case: Case) -> Case:
    """The same depot in figures that every machine makes alike; what is drawn from a distribution may not be."""
    return case.replace(
        **{
            name: np.round(value, 9)
            for name in case._given
            if isinstance(value := getattr(case, name), (float, np.ndarray))
        }
    )


def cases() -> Iterator[tuple[str, Case]]:
    """The study at its three export ratios, and 150 depots of every shape."""
    for scenario in scenarios(read_inputs(str(DATA))):
        yield f"study {scenario.name}", scenario.case
    for seed in range(100):
        yield f"random {seed}", rounded(random_case(seed))
    for seed in range(50):
        yield f"tied {seed}", rounded(tied_case(seed))


def without_search(result: Result) -> Result:
    """The same with the plainest certificate: in how many cases one is found may differ from machine to machine."""
    assert result.is_certified
    return replace(result, certificate=Certificate(is_complete=True, bound=result.plan.objective, leaves=1))


def study_results() -> Iterator[tuple[str, str]]:
    """Everything that a run of the study says and writes, without the times that it took."""
    inputs = read_inputs(str(DATA))
    problems = check(inputs)
    settings = run_settings(inputs)
    outcomes = [
        (each, replace(solve(each, settings, lambda _progress: None), seconds=0.0)) for each in scenarios(inputs)
    ]
    outcomes = [(scenario, without_search(result)) for scenario, result in with_room(outcomes)]
    yield "messages", "\n".join(map(str, problems))
    yield "json", as_text(summary("data", outcomes, problems))
    yield "report", report(outcomes)
    for scenario, result in outcomes:
        yield f"optimization_results {scenario.name}", optimization_results(result.plan)
        yield f"operational_details {scenario.name}", operational_details(result.plan)
    content = result_content([(scenario.name, result) for scenario, result in outcomes], problems, Run())
    for name, rows in content.tables.items():
        yield name, json.dumps([content.headers[name], *map(list, rows)], default=_formula)
    yield "names", json.dumps(content.names, default=_formula)


def _formula(value: Any) -> Any:
    assert isinstance(value, Formula)
    return [value.text, value.value]


def hashes() -> dict[str, str]:
    """By its name the hash of everything that is guarded."""
    texts = {**{f"model: {name}": lp_text(build(case)) for name, case in cases()}, **dict(study_results())}
    return {name: hashlib.sha256(text.encode()).hexdigest()[:16] for name, text in texts.items()}


if __name__ == "__main__":
    KEPT.write_text(json.dumps(hashes(), indent=0) + "\n", encoding="utf-8")
