"""What every router of the real panel must hold, whatever the text."""

import hashlib
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from errors import BadInputError
from router_models import RouterPanel, load_panel
from router_models.onnx_model import OnnxModel
from router_models.registry import ROUTERS, WEIGHTS
from router_models.wordpiece import Tokenized, WordPiece

# The same text alone and in a batch may differ by rounding in the quantised encoders, no more.
BATCH_TOLERANCE = 2e-3
AT_ONCE = [name for name, kind in ROUTERS.items() if not kind.waits]
"""Routers that ask no LLM; the others have tests of their own."""

ODD_TEXTS = [
    "What is the capital of Finland?",
    "ǅ ﬁ ㌔ ｆｕｌｌｗｉｄｔｈ İstanbul ß",
    "👩‍👩‍👧‍👦 🇫🇮 e\u0301 \u202eright to left\u202c",
    "مرحبا كيف حالك؟",
    "<script>alert('x')</script> {{7*7}} ${7*7}",
    "NUL\x00 bell\x07 escape\x1b[31m",
    "\ud800 lone surrogate",
    "x",
    "word " * 3_000,
    "长" * 5_000,
]


@pytest.mark.parametrize("router_id", AT_ONCE)
@given(text=st.text(min_size=1, max_size=300))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_gets_a_valid_distribution_or_a_clear_refusal(panel: RouterPanel, router_id: str, text: str) -> None:
    router = panel[router_id]
    try:
        probabilities = router.predict_proba([text])
    except BadInputError as error:
        assert "empty" in error.what
        return
    assert probabilities.shape == (1, len(router.routes))
    assert (probabilities >= 0).all()
    assert probabilities.sum() == pytest.approx(1)


@pytest.mark.parametrize("router_id", AT_ONCE)
def test_a_batch_says_what_its_prompts_say_alone(panel: RouterPanel, router_id: str) -> None:
    router = panel[router_id]
    together = router.predict_proba(ODD_TEXTS)
    alone = np.vstack([router.predict_proba([text]) for text in ODD_TEXTS])
    assert np.abs(together - alone).max() <= BATCH_TOLERANCE


@pytest.mark.parametrize("router_id", AT_ONCE)
def test_the_same_prompt_gets_the_same_answer_from_another_process_worth_of_state(
    panel: RouterPanel, router_id: str
) -> None:
    again = load_panel()[router_id]
    assert np.array_equal(panel[router_id].predict_proba(ODD_TEXTS[:3]), again.predict_proba(ODD_TEXTS[:3]))


@pytest.mark.parametrize("router_id", ROUTERS)
def test_its_card_is_complete(panel: RouterPanel, router_id: str) -> None:
    card = panel[router_id].card
    assert card.router == router_id
    assert card.method
    if card.family == "baseline" and not card.trained_on:
        return
    assert card.trained_on
    assert all(data.licence and data.origin for data in card.trained_on)
    assert card.split
    assert card.training_command.startswith("python -m router_models.training.")
    assert card.trained_at
    assert card.figures
    for figure in card.figures:
        assert figure.low <= figure.value <= figure.high, figure.metric
    assert card.calibrated
    assert card.calibration_error is not None


def test_no_prompts_give_an_empty_array(panel: RouterPanel) -> None:
    assert panel["keras-cnn"].predict_proba([]).shape == (0, 2)


def test_long_prompts_are_routed_with_a_warning_that_gives_both_numbers(panel: RouterPanel) -> None:
    run = panel.run("word " * 20_000)
    warned = {score.router: " ".join(score.warnings) for score in run.scores}
    assert not run.unavailable
    for name in ("keras-cnn", "encoder-3way", "encoder-quality", "semantic", "matrix-factorization"):
        assert f"first {panel[name].card.max_tokens} of this prompt's 20,002 tokens" in warned[name]
    assert warned["prompt-length"] == ""


def test_the_panel_runs_each_encoder_once(panel: RouterPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    panel.warm_up()
    calls: Counter[str] = Counter()
    run, tokenize = OnnxModel.run, WordPiece.__call__

    def counted_run(model: OnnxModel, **inputs: NDArray[np.generic]) -> Sequence[object]:
        calls[f"{model.path.parent.name}/{model.path.stem}"] += 1
        return run(model, **inputs)

    def counted_tokenize(wordpiece: WordPiece, prompts: Sequence[str]) -> Tokenized:
        calls["tokens"] += 1
        return tokenize(wordpiece, prompts)

    monkeypatch.setattr(OnnxModel, "run", counted_run)
    monkeypatch.setattr(WordPiece, "__call__", counted_tokenize)
    panel.run("How many encoders does it take?")
    assert {"tokens", "encoder/lower", "encoder/upper", "tuned-encoder/upper", "keras-cnn/model"} <= calls.keys()
    assert set(calls.values()) == {1}


@pytest.mark.parametrize("router_id", ROUTERS)
def test_its_card_was_measured_with_the_files_that_are_shipped(panel: RouterPanel, router_id: str) -> None:
    router = panel[router_id]
    for name, digest in router.card.files.items():
        shipped = [path for path in (router.folder / name, WEIGHTS / name) if path.is_file()]
        if name.endswith((".safetensors", ".gguf")):
            assert not shipped, "native encoders and LLMs are published, not embedded"
            continue
        assert hashlib.sha256(shipped[0].read_bytes()).hexdigest() == digest, name


def test_embedded_weights_stay_within_their_limits() -> None:
    sizes = [path.stat().st_size for path in WEIGHTS.rglob("*") if path.is_file()]
    assert max(sizes) <= 25e6
    assert sum(sizes) <= 80e6
