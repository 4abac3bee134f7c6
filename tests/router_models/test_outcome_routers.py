"""The four shipped routers over measured outcomes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from errors import UnavailableError
from router_models import RouterPanel
from router_models.base import Router
from router_models.encoder import Encoders
from router_models.outcome_router import OutcomeRouter
from router_models.policy import Policy
from router_models.prompt_batch import PromptBatch
from router_models.registry import WEIGHTS

IDS = ("knn", "kmeans", "similarity-weighted", "matrix-factorization")
PROMPTS = [
    "What is the capital of France?",
    "Prove that every bounded monotone sequence of real numbers converges.",
    "Write a function that reverses the words of a sentence.",
    "水は何度で沸騰しますか",
    "?!",
    "word " * 3_000,
]


def outcome_router(router: Router) -> OutcomeRouter:
    assert isinstance(router, OutcomeRouter)
    return router


@pytest.mark.parametrize("name", IDS)
def test_batch_and_single_agree_and_repeat(panel: RouterPanel, name: str) -> None:
    router = panel[name]
    together = router.predict_proba(PROMPTS)
    assert together.sum(axis=1) == pytest.approx(np.ones(len(PROMPTS)))
    assert (together == router.predict_proba(PROMPTS)).all()
    alone = np.concatenate([router.predict_proba([prompt]) for prompt in PROMPTS])
    assert alone == pytest.approx(together, abs=5e-3)


@pytest.mark.parametrize("name", IDS)
def test_every_llm_of_the_measured_pool_is_known(panel: RouterPanel, name: str) -> None:
    router = outcome_router(panel[name])
    router.load()
    assert len(router.llms) > 50
    measured = panel.catalogue.measured
    assert set(measured.values()) <= set(router.llms)
    assert {"gpt-4o-mini", "gpt-4o", "o1-mini"} <= set(measured)


@pytest.mark.parametrize("name", IDS)
def test_p_correct_is_a_probability_and_knows_strong_from_weak(panel: RouterPanel, name: str) -> None:
    router = outcome_router(panel[name])
    p = router.p_correct(PromptBatch(PROMPTS))
    assert p.shape == (len(PROMPTS), len(router.llms))
    assert ((p > 0) & (p < 1)).all()
    strong, weak = (router.llms.index(llm) for llm in ("gpt-4-1106-preview", "llama-2-7b"))
    assert (p[:, strong] > p[:, weak]).all()


@pytest.mark.parametrize("name", IDS)
def test_under_a_measured_pool_it_decides_among_its_llms(panel: RouterPanel, name: str) -> None:
    run = panel.run(PROMPTS[1], only=[name])
    unmeasured = panel.decisions(run)[0]
    assert list(unmeasured.distribution) == ["weak", "strong"]
    assert any("gpt-4.1-nano, gpt-4.1 and o4-mini" in warning for warning in unmeasured.warnings)
    measured = panel.decisions(run, Policy(panel.catalogue.pool("Measured")))[0]
    assert list(measured.distribution) == ["simple", "general", "reasoning"]
    assert sum(measured.distribution.values()) == pytest.approx(1.0)
    assert not any("No measured outcomes" in warning for warning in measured.warnings)
    assert measured.reason.startswith(f"P(correct) of {measured.llm} is ")


@pytest.mark.parametrize("name", IDS)
def test_missing_weights_make_it_unavailable(panel: RouterPanel, name: str, tmp_path: Path) -> None:
    router = type(panel[name])(panel[name].card, tmp_path / name, Encoders(WEIGHTS))
    with pytest.raises(UnavailableError, match="npz"):
        router.load()


def test_cards_say_what_a_sceptic_asks(panel: RouterPanel) -> None:
    for name in IDS:
        card = panel[name].card
        metrics = {(figure.metric, figure.dataset) for figure in card.figures}
        for dataset in ("mmlu", "gsm8k"):
            assert {("APGR", dataset), ("ECE", dataset), ("Brier", dataset)} <= metrics
        assert ("APGR", "mt-bench") in metrics
        assert ("AIQ", "routerbench-part") in metrics
        assert any("transfer" in figure.split for figure in card.figures)
        assert any("no licence stated" in data.licence for data in card.trained_on)
        assert card.caution
        assert card.parameters["slope"] > 0
        assert card.parameters["p_slope"] > 0
