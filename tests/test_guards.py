"""A change that is not meant to change results does not."""

from __future__ import annotations

import json

from tests.guards import KEPT, hashes


def test_models_and_results_are_what_they_were():
    kept, now = json.loads(KEPT.read_text(encoding="utf-8")), hashes()
    assert [name for name in kept if now.get(name) != kept[name]] == []
    assert now.keys() == kept.keys()
