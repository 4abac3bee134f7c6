"""The committed numbers: small, without texts, of today's weights, and what the panel says again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.__main__ import FOLDER
from benchmarks.manifest import fingerprint, read_manifest
from benchmarks.outcomes import read_outcomes
from benchmarks.places import PLACES_FILE, mean_places
from benchmarks.places import as_json as as_places
from benchmarks.published import PUBLISHED_FILE, read_published
from benchmarks.reliability import RELIABILITY_FILE, as_json
from benchmarks.report import RESULTS_FILE, report
from benchmarks.scores import Scores, read_scores
from benchmarks.scoring import score_rows
from benchmarks.suite import SUITE, Entry
from benchmarks.summary import summarise
from router_models import RouterPanel

MANIFEST = read_manifest(FOLDER)
TOLERANCE = 2e-3
N_ROWS = 6
MEGABYTES = 10
AGAIN = "run `python -m benchmarks --data DIR` and `python -m benchmarks report` again"


def test_every_benchmark_was_scored_with_every_router_that_does_not_wait(panel: RouterPanel) -> None:
    assert list(MANIFEST.scored) == [entry.name for entry in SUITE]
    ready = {name for name in panel.ids if not panel[name].waits}
    for name, scored in MANIFEST.scored.items():
        assert ready <= set(scored), f"{name}: {AGAIN}"


def test_scores_are_of_todays_weights(panel: RouterPanel) -> None:
    prints = {name: fingerprint(panel[name]) for name in MANIFEST.routes}
    stale = {
        (benchmark, name)
        for benchmark, scored in MANIFEST.scored.items()
        for name, run in scored.items()
        if run.fingerprint != prints[name]
    }
    assert not stale, AGAIN


@pytest.mark.parametrize("entry", SUITE, ids=lambda entry: entry.name)
def test_a_sample_is_scored_the_same_again(entry: Entry, panel: RouterPanel, data_dir: Path) -> None:
    test = entry.load(data_dir).part("test")
    outcomes = read_outcomes(FOLDER, entry.name)
    kept = read_scores(FOLDER, entry.name, outcomes.questions)
    rows = np.random.default_rng(1).permutation(len(test))[:N_ROWS]
    again = Scores()
    routers = [panel[name] for name in MANIFEST.scored[entry.name] if not panel[name].waits]
    assert not score_rows(test, routers, rows, again)
    for router in routers:
        np.testing.assert_allclose(
            kept.routes[router.id][rows], again.routes[router.id][rows], atol=TOLERANCE, err_msg=f"{router.id}: {AGAIN}"
        )
        for what, values in again.choices.get(router.id, {}).items():
            np.testing.assert_allclose(kept.choices[router.id][what][rows], values[rows], atol=TOLERANCE)


def test_the_numbers_are_small_and_hold_no_text() -> None:
    files = list(FOLDER.iterdir())
    assert sum(path.stat().st_size for path in files) < MEGABYTES * 1_000_000
    for path in files:
        if path.suffix == ".csv":
            lines = path.read_text(encoding="utf-8").splitlines()[1:]
            cells = {cell for line in lines for cell in line.split(",")[1:]}
            assert all(cell == "" or np.isfinite(float(cell)) for cell in cells), path


def test_reliability_points_are_what_the_command_writes() -> None:
    kept = (FOLDER / RELIABILITY_FILE).read_text(encoding="utf-8")
    assert kept == as_json(FOLDER), "run `python -m benchmarks report` again"


def test_results_are_what_the_command_writes() -> None:
    rows = summarise(FOLDER)
    text = report(rows, read_published(FOLDER / PUBLISHED_FILE))
    places = as_places(mean_places(rows, list(MANIFEST.routes)))
    assert (FOLDER / PLACES_FILE).read_text(encoding="utf-8") == places, "run `python -m benchmarks report` again"
    assert RESULTS_FILE.read_text(encoding="utf-8") == text, "run `python -m benchmarks report` again"
