"""The script that measures how quick labelling is, on a few prompts."""

from __future__ import annotations

import argparse

import pytest

from feedback.label_rows import Draw
from feedback.label_speed import TARGET_MS, Timings, fill, measure, percentile, report
from feedback.label_store import LabelStore


def test_percentiles_are_nearest_ranks() -> None:
    values = [float(value) for value in range(100, 0, -1)]
    assert (percentile(values, 0.5), percentile(values, 0.95), percentile(values, 1.0)) == (51.0, 96.0, 100.0)
    assert percentile([3.0], 0.95) == 3.0


def test_the_queue_is_filled_and_scored(sqlite_labels: LabelStore) -> None:
    fill(sqlite_labels, 2_100, overlap=2)
    counts = sqlite_labels.counts()
    assert (counts.items, counts.unscored, counts.open) == ((2_100, 0), 0, 2_100)
    assert {item.wanted for item in sqlite_labels.items()} == {2}


def test_everybody_labels_what_the_queue_gives(sqlite_labels: LabelStore) -> None:
    fill(sqlite_labels, 60, overlap=2)
    timings = measure(sqlite_labels, annotators=4, labels=10, pause_s=0.0)
    assert len(timings.saved_ms) == len(timings.next_ms) == len(timings.progress_ms) == 40
    assert min(timings.saved_ms + timings.next_ms) > 0
    assert sqlite_labels.annotators() == {f"annotator-{number}": 10 for number in range(4)}
    kept = list(sqlite_labels.labels())
    assert sum(Draw.of(stored.label.prompt_sha256).random for stored in kept) == 4 * 2, "every fifth by chance"


@pytest.mark.parametrize(("next_ms", "code"), [(TARGET_MS - 1, 0), (TARGET_MS + 1, 1)])
def test_a_missed_target_is_the_exit_code(next_ms: float, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    timings = Timings(saved_ms=[1.0] * 20, next_ms=[next_ms] * 20, progress_ms=[1_000.0] * 20)
    assert report(timings, argparse.Namespace(annotators=20, pause_s=1.0)) == code
    said = capsys.readouterr().out
    assert f"| next prompt | {next_ms:.1f} ms | {next_ms:.1f} ms | ≤ 50 ms |" in said
    assert "| progress | 1000.0 ms | 1000.0 ms |  |" in said
