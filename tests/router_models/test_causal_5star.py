"""The five-star router on the real local LLM."""

import os

import numpy as np
import pytest

from errors import UnavailableError
from llms.local import LocalLLM, find_gguf
from router_models import RouterPanel, causal_5star, load_panel
from router_models.causal_5star import star_probabilities
from router_models.prompt_batch import PromptBatch

ROUTER = "causal-5star"
PROMPTS = ["What is the capital of Finland?", "Prove that every group of order p² is abelian.", "x", "长" * 600]


@pytest.fixture
def local_model() -> None:
    try:
        find_gguf()
    except UnavailableError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.mark.usefixtures("local_model")
def test_weak_is_the_probability_of_four_stars_and_more(panel: RouterPanel) -> None:
    router = panel[ROUTER]
    assert isinstance(router, causal_5star.Causal5StarRouter)
    batch = PromptBatch(PROMPTS)
    stars, routes = router.stars(batch), router.predict_proba(batch)
    assert stars.shape == (len(PROMPTS), 5)
    assert (stars >= 0).all()
    assert np.allclose(stars.sum(axis=1), 1)
    assert np.allclose(routes[:, 0], stars[:, 3:].sum(axis=1))
    assert routes[0, 1] < routes[1, 1], "a proof must need the strong LLM more than a capital"


@pytest.mark.usefixtures("local_model")
def test_it_says_the_same_alone_in_a_batch_and_after_loading_again(panel: RouterPanel) -> None:
    together = panel[ROUTER].predict_proba(PROMPTS[:3])
    alone = np.vstack([load_panel()[ROUTER].predict_proba([prompt]) for prompt in PROMPTS[:3]])
    assert np.abs(together - alone).max() <= 2e-3


@pytest.mark.usefixtures("local_model")
def test_long_prompts_carry_a_warning_and_the_reason_names_the_stars(panel: RouterPanel) -> None:
    (score,) = panel.run(PROMPTS[3], only=[ROUTER]).scores
    assert "Reads the first 256" in score.warnings[0]
    assert "of 5 stars" in score.evidence


@pytest.mark.usefixtures("local_model")
def test_a_head_is_not_used_with_another_model(
    panel: RouterPanel, monkeypatch: pytest.MonkeyPatch, tmp_path: pytest.TempPathFactory
) -> None:
    other = tmp_path / "other.gguf"  # type: ignore[operator]
    other.write_bytes(b"another model")
    monkeypatch.setattr(causal_5star, "local_llm", lambda: LocalLLM(str(other)))
    (gone,) = load_panel().run("Hello", only=[ROUTER]).unavailable
    assert "not fitted to the model" in gone.what
    assert "python -m router_models.training.causal_5star" in gone.mend


def test_stars_follow_the_score() -> None:
    cuts = np.array([-2.0, -1.0, 0.0, 2.0])
    p = star_probabilities(np.array([-50.0, -1.5, 0.0, 50.0, 1e6]), cuts)
    assert p.argmax(axis=1).tolist()[0] == 0
    assert p[-1].tolist() == [0, 0, 0, 0, 1]
    suffices = p[:, 3:].sum(axis=1)
    assert (np.diff(suffices) >= 0).all()
    assert suffices[2] == pytest.approx(0.5)
