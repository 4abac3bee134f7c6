"""Which prompts are worth a label, by the panel's own routers."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

import feedback.label_priority
from feedback.faults import StoreError
from feedback.label_priority import Prioritizing, disagreement, panel_scores, uncertainty
from feedback.label_records import PanelScore
from feedback.label_store import LabelStore
from feedback.rows import sha256
from feedback.store import FeedbackStore
from router_models import RouterPanel
from settings import Settings
from tests.feedback.labelling import next_prompt, prompts, queue

WAIT_S = 300.0


@pytest.fixture
def store(on_sqlite: Settings) -> LabelStore:
    return LabelStore(FeedbackStore.open(on_sqlite).access)


def test_uncertainty_is_entropy_in_bits() -> None:
    rows = np.array([[0.5, 0.5], [0.0, 1.0], [0.5, 1.0], [0.9, 0.9]])
    assert uncertainty(rows) == pytest.approx([1.0, 0.0, 0.5, 0.469], abs=1e-3)


def test_disagreement_is_spread() -> None:
    rows = np.array([[0.0, 1.0], [0.7, 0.7], [0.4, 0.6]])
    assert disagreement(rows) == pytest.approx([1.0, 0.0, 0.2])


def test_scores_come_from_the_routers_that_have_learnt(panel: RouterPanel) -> None:
    texts = {sha256(text): text for text in ("What is 2 + 2?", "Prove that there are infinitely many primes.")}
    found = panel_scores(panel, texts)
    assert [score.prompt_sha256 for score in found] == list(texts)
    learnt = [name for name in panel.immediate_ids if not panel[name].card.baseline]
    assert 3 < len(learnt) < len(panel.immediate_ids)
    for score, run in zip(found, panel.run_batch(list(texts.values()), learnt, novelty=False), strict=True):
        values = np.array([[result.p_strong for result in run.scores]])
        calibrated = np.array([[r.p_strong for r in run.scores if panel[r.router].card.calibrated]])
        assert score.disagreement == pytest.approx(disagreement(values)[0], abs=1e-6)
        assert score.uncertainty == pytest.approx(uncertainty(calibrated)[0], abs=1e-6)
        assert 0 < score.disagreement < 1
        assert 0 < score.uncertainty < 1


def test_a_prompt_that_the_panel_refuses_keeps_no_other_from_its_score(panel: RouterPanel) -> None:
    texts = {sha256(text): text for text in ("What is 2 + 2?", "\x07", "Name a river.")}
    first, refused, last = panel_scores(panel, texts)
    assert (refused.uncertainty, refused.disagreement) == (None, None)
    assert first.uncertainty is not None
    assert last.uncertainty is not None


def test_all_prompts_are_scored_in_the_background_and_labelling_goes_on_meanwhile(
    store: LabelStore, panel: RouterPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback.label_priority, "CHUNK", 4)
    queue(store, 10)
    reached, go_on = threading.Event(), threading.Event()
    scored = feedback.label_priority.panel_scores

    def wait_in_the_middle(panel: RouterPanel, texts: Any) -> list[PanelScore]:
        found = scored(panel, texts)
        if store.counts().unscored < 10:
            reached.set()
            assert go_on.wait(WAIT_S)
        return found

    monkeypatch.setattr(feedback.label_priority, "panel_scores", wait_in_the_middle)
    background = Prioritizing(store, panel, rest=0.0)
    background.wake()
    background.wake()
    assert reached.wait(WAIT_S)
    assert store.counts().unscored == 6
    assert next_prompt(store, "ann") is not None
    store.add_items(prompts(3, "lakes"), "importer")
    background.wake()
    go_on.set()
    assert background.wait(WAIT_S)
    assert store.counts().unscored == 0
    assert all(0 < (item.uncertainty or 0) < 1 for item in store.items())
    store.add_items(["One more, later"], "importer")
    background.wake()
    assert background.wait(WAIT_S)
    assert store.counts().unscored == 0


def test_it_can_be_stopped_and_goes_on_where_it_was(
    store: LabelStore, panel: RouterPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback.label_priority, "CHUNK", 2)
    queue(store, 6)
    background = Prioritizing(store, panel, rest=1e6)  # a pause that only stopping ends
    background.wake()
    background.stop()
    assert store.counts().unscored in {4, 6}
    quick = Prioritizing(store, panel, rest=0.0)
    quick.wake()
    assert quick.wait(WAIT_S)
    assert store.counts().unscored == 0


def test_a_database_that_is_away_is_waited_for(
    store: LabelStore, panel: RouterPanel, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(feedback.label_priority, "_RETRY_S", 0.0)
    queue(store, 2)
    save, failures = store.save_scores, [StoreError("The disk is full.", "Free some space.")]

    def fail_once(scores: Any) -> None:
        if failures:
            raise failures.pop()
        save(scores)

    monkeypatch.setattr(store, "save_scores", fail_once)
    background = Prioritizing(store, panel, rest=0.0)
    background.wake()
    assert background.wait(WAIT_S)
    assert "could not be scored for the queue: The disk is full." in caplog.text
    assert store.counts().unscored == 0
