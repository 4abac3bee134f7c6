"""The suite: names are unique, pairs and routes are those of the data, and what is unknown is an error."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.suite import SUITE, Entry, entries
from errors import UnknownNameError


@pytest.mark.parametrize("entry", SUITE, ids=lambda entry: entry.name)
def test_an_entry_fits_its_data(entry: Entry, data_dir: Path) -> None:
    test = entry.load(data_dir).part("test")
    assert test.name == entry.name
    assert len(test) > 50
    assert entry.routes in ((), test.routes)
    if entry.pair is not None:
        weak, strong = (np.nanmean(test.quality[llm]) for llm in (entry.pair.weak, entry.pair.strong))
        assert strong - weak > 0.05 or "worse" in entry.pair.reason
        assert entry.pair.reason.endswith(".")


def test_names_are_unique_and_in_the_suites_order() -> None:
    names = [entry.name for entry in SUITE]
    assert len(set(names)) == len(names)
    assert [entry.name for entry in entries(["mmlu", "ray"])] == ["ray", "mmlu"]
    assert entries() == SUITE


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(UnknownNameError, match="no benchmark 'mnlu'"):
        entries(["ray", "mnlu"])
