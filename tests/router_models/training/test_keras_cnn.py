"""The shipped keras-cnn: its ONNX export is its native model, and the script works from end to end."""

from __future__ import annotations

import hashlib
from pathlib import Path

import keras
import numpy as np
import pytest

from router_models.base import softmax
from router_models.card import load_card
from router_models.encoder import Encoders
from router_models.novelty import REFERENCE_FILE, TrainingReference
from router_models.onnx_routers import KerasRouter
from router_models.registry import WEIGHTS
from router_models.training.keras_cnn import KERAS_FILE, ONNX_FILE, ROUTER, main
from router_models.training.keras_data import pad, tokenize

pytestmark = pytest.mark.usefixtures("few_threads")

FOLDER = WEIGHTS / ROUTER
PROMPTS = [
    "How do I set the number of CPUs of an actor?",
    "tune",
    "Mi clúster no arranca: ¿qué reviso?",
    "🚀🔥 👩‍👩‍👧",
    "שלום, איך מתקינים?",
    "<script>alert('x')</script>",
    "control \x07 \u200b characters",
    "分散学習はどうやって始めますか",
    "Explain the following traceback. " * 120,
]


@pytest.fixture(scope="module")
def router() -> KerasRouter:
    return KerasRouter(load_card(FOLDER), FOLDER, Encoders(WEIGHTS))


def test_served_and_native_probabilities_agree(router: KerasRouter) -> None:
    native = keras.saving.load_model(FOLDER / KERAS_FILE, safe_mode=True)
    rows = tokenize(PROMPTS, router.card.max_tokens or 0)
    expected = softmax(np.asarray(native(pad(rows))), router.card.temperature)
    served = router.predict_proba(PROMPTS)
    assert np.ptp(served[:, 1]) > 0.1, "the test would not see a difference"
    np.testing.assert_allclose(served, expected, atol=1e-4)


def test_a_prompt_alone_gets_what_it_gets_in_a_batch(router: KerasRouter) -> None:
    alone = np.concatenate([router.predict_proba([prompt]) for prompt in PROMPTS])
    np.testing.assert_allclose(router.predict_proba(PROMPTS), alone, atol=1e-5)


def test_the_card_names_the_files_that_lie_beside_it(router: KerasRouter) -> None:
    for name in (KERAS_FILE, ONNX_FILE):
        assert router.card.files[name] == hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()
        assert (FOLDER / name).stat().st_size < 6_000_000


def test_the_shipped_router_beats_the_length_of_the_prompt(router: KerasRouter) -> None:
    figure = next(figure for figure in router.card.figures if figure.metric == "AUC")
    assert figure.low > figure.baselines["prompt length"]
    assert figure.value > figure.published["Keras CNN, a project README"]


def test_the_script_trains_exports_and_writes_a_card_that_serves(data_dir: Path, tmp_path: Path) -> None:
    main(["--data", str(data_dir), "--out", str(tmp_path), "--sample", "60"])
    folder = tmp_path / ROUTER
    card = load_card(folder)
    assert {"AUC", "accuracy", "balanced accuracy", "ECE"} <= {figure.metric for figure in card.figures}
    TrainingReference(folder / REFERENCE_FILE)
    made = KerasRouter(card, folder, Encoders(WEIGHTS)).predict_proba(PROMPTS)
    assert made.shape == (len(PROMPTS), 2)
    assert np.ptp(made[:, 1]) > 0
