"""A router with a correction: the contract of every router, and what it says of itself."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from errors import UnavailableError
from router_models import RouterPanel
from router_models.base import Router
from router_models.explain import explain
from router_models.learnt_head import LinearHead
from router_models.learnt_references import AddedReferences
from router_models.learnt_router import LearntRouter
from router_models.learnt_votes import VoteWeights
from router_models.prompt_batch import PromptBatch

PROMPTS = ("What is the tallest tree?", "Write a sorting function in C.", "مرحبا", "word " * 600)


def learnt(base: Router, correction: object = None, **changes: object) -> LearntRouter:
    card = base.card.model_copy(update={"version": "v1", "title": f"{base.title} · v1", **changes})
    return LearntRouter(card, base, correction)  # type: ignore[arg-type]


def head(base: Router, scale: float = 1.0, weight: float = 0.0, bias: tuple[float, ...] = ()) -> LinearHead:
    k = len(base.routes)
    weights = np.zeros((384, k), dtype=np.float32)
    weights[:, -1] = weight
    return LinearHead(base.encoders, "embedding", scale, weights, np.array(bias or [0.0] * k))


def test_a_correction_of_nothing_is_the_router_that_ships(panel: RouterPanel) -> None:
    for name in ("semantic", "encoder-3way", "knn"):
        base = panel[name]
        same = learnt(base, head(base)).predict_proba(PROMPTS)
        assert same == pytest.approx(base.predict_proba(PROMPTS), abs=1e-5)


def test_a_correction_moves_and_the_reason_says_so(panel: RouterPanel) -> None:
    base = panel["semantic"]
    router = learnt(base, head(base, bias=(0.0, 0.0, 3.0)))
    score = router.score(PromptBatch([PROMPTS[0]]))[0]
    was = base.score(PromptBatch([PROMPTS[0]]))[0]
    assert score.p_strong > was.p_strong
    assert score.version == "v1"
    assert score.evidence.startswith(was.evidence)
    assert f"moves P(escalate) from {was.p_strong:.2f} to {score.p_strong:.2f}" in score.evidence
    kept = learnt(base, head(base)).score(PromptBatch([PROMPTS[0]]))[0]
    assert f"leaves P(escalate) at {was.p_strong:.2f}" in kept.evidence


def test_warnings_of_the_router_that_ships_stay(panel: RouterPanel) -> None:
    base = panel["semantic"]
    warned = learnt(base, head(base)).score(PromptBatch([PROMPTS[3]]))[0].warnings
    assert warned == base.score(PromptBatch([PROMPTS[3]]))[0].warnings != ()


def test_another_threshold_alone_keeps_everything_else(panel: RouterPanel) -> None:
    base = panel["knn"]
    score = learnt(base, None, threshold=0.9).score(PromptBatch([PROMPTS[0]]))[0]
    was = base.score(PromptBatch([PROMPTS[0]]))[0]
    assert score.p_correct == was.p_correct != {}
    assert (score.probabilities, score.evidence, score.version) == (was.probabilities, was.evidence, "v1")


def test_weighed_votes_ask_the_members(panel: RouterPanel) -> None:
    base, member = panel["ensemble"], panel["prompt-length"]
    router = learnt(base, VoteWeights([base, member], np.array([0.0, 1.0]), 0.0))
    assert router.predict_proba(PROMPTS) == pytest.approx(member.predict_proba(PROMPTS), abs=2e-3)
    assert router.asks_others


def test_added_references_pull_towards_their_label(panel: RouterPanel) -> None:
    base = panel["knn"]
    unit = base.encoders.embeddings(PromptBatch([PROMPTS[0]]))
    p = [
        learnt(
            base, AddedReferences(base.encoders, unit, np.array([route]), 10.0, 1.0, 1.0, np.zeros(2))
        ).predict_proba([PROMPTS[0]])[0, 1]
        for route in (0, 1)
    ]
    assert p[0] < base.predict_proba([PROMPTS[0]])[0, 1] < p[1]


def test_latency_counts_the_router_that_ships(panel: RouterPanel) -> None:
    base = panel["semantic"]
    batch = PromptBatch([PROMPTS[1]])
    shipped = base.score(batch)[0].latency_ms
    assert learnt(base, head(base)).score(batch)[0].latency_ms > 0.5 * shipped


def test_a_member_that_cannot_run_is_named(panel: RouterPanel) -> None:
    class Gone(Router):
        def _load(self) -> None:
            raise UnavailableError("Its weights are missing.", "Restore them.")

        def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.float64]:
            raise NotImplementedError

    gone = Gone(panel["knn"].card, panel["knn"].folder, panel.encoders)
    with pytest.raises(UnavailableError, match="'knn', which is unavailable: Its weights are missing"):
        learnt(panel["ensemble"], VoteWeights([gone], np.ones(1), 0.0)).predict_proba(PROMPTS)


def test_it_is_explained_like_any_other(panel: RouterPanel) -> None:
    base = panel["semantic"]
    router = learnt(base, head(base, weight=0.5))
    run = panel.run("Which tree grows fastest?", ["semantic"], {"semantic": router})
    found = explain(panel, run, {"semantic": router})["semantic"]
    assert "learnt from labels of this installation" in found.kind
    assert len(found.pieces) == 4
    assert found.nearest
