"""The shipped Keras routers: ONNX export is native model, cards are complete, and the script works end to end."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import get_args

import keras
import numpy as np
import pytest

from benchmarks.keras_study import Architecture, Configuration, load_study
from router_models.base import softmax
from router_models.card import load_card
from router_models.encoder import Encoders
from router_models.novelty import reference_path
from router_models.onnx_routers import KerasRouter
from router_models.registry import WEIGHTS
from router_models.training.keras import SAMPLE_EPOCHS, main
from router_models.training.keras_cards import KERAS_FILE, ONNX_FILE
from router_models.training.keras_data import pad, tokenize
from router_models.training.keras_recipes import ARCHITECTURES, MEMBERS

pytestmark = pytest.mark.usefixtures("few_threads")

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
MEGABYTE = 1_000_000


@pytest.fixture(scope="module", params=ARCHITECTURES)
def router(request: pytest.FixtureRequest) -> KerasRouter:
    return made(WEIGHTS / f"keras-{request.param}")


def made(folder: Path) -> KerasRouter:
    return KerasRouter(load_card(folder), folder, Encoders(WEIGHTS))


def assert_served_is_native(router: KerasRouter) -> None:
    native = keras.saving.load_model(router.folder / KERAS_FILE, safe_mode=True)
    rows = tokenize(PROMPTS, router.card.max_tokens or 0)
    expected = softmax(native.predict_on_batch(pad(rows)), router.card.temperature)
    np.testing.assert_allclose(router.predict_proba(PROMPTS), expected, atol=1e-4)


def test_served_and_native_probabilities_agree(router: KerasRouter) -> None:
    assert np.ptp(router.predict_proba(PROMPTS)[:, 1]) > 0.05, "the test would not see a difference"
    assert_served_is_native(router)


def test_a_prompt_alone_gets_what_it_gets_in_a_batch(router: KerasRouter) -> None:
    alone = np.concatenate([router.predict_proba([prompt]) for prompt in PROMPTS])
    np.testing.assert_allclose(router.predict_proba(PROMPTS), alone, atol=1e-5)


def test_the_card_is_complete_and_names_the_files_that_lie_beside_it(router: KerasRouter) -> None:
    card = router.card
    for name in (KERAS_FILE, ONNX_FILE):
        assert card.files[name] == hashlib.sha256((router.folder / name).read_bytes()).hexdigest()
    assert reference_path(WEIGHTS, card.reference).is_file()
    figures = {figure.metric: figure for figure in card.figures}
    assert {"AUC", "accuracy", "balanced accuracy", "F1 of weak", "F1 of strong", "ECE", "Brier"} <= figures.keys()
    assert all(figure.low <= figure.value <= figure.high for figure in card.figures)
    assert {"always weak", "prompt length", "frozen MiniLM, length, logistic regression"} <= figures[
        "balanced accuracy"
    ].baselines.keys()
    assert figures["AUC"].low > figures["AUC"].baselines["prompt length"]


def test_the_study_holds_what_the_card_says(router: KerasRouter) -> None:
    architecture = next(name for name in ARCHITECTURES if router.id == f"keras-{name}")
    run = load_study().run(architecture, "tuned")
    assert run is not None
    assert len(run.seeds) == MEMBERS
    auc = next(figure for figure in router.card.figures if figure.metric == "AUC")
    assert run.shipped["AUC"].value == auc.value
    assert run.threshold == router.card.threshold


def test_the_family_is_small() -> None:
    files = [WEIGHTS / f"keras-{name}" / file for name in ARCHITECTURES for file in (KERAS_FILE, ONNX_FILE)]
    assert sum(file.stat().st_size for file in files) < 18 * MEGABYTE


def test_the_best_of_the_family_beats_the_published_ones() -> None:
    cards = [load_card(WEIGHTS / f"keras-{name}") for name in ARCHITECTURES]
    figures = [figure for card in cards for figure in card.figures if figure.metric == "AUC"]
    published = max(value for figure in figures for value in figure.published.values())
    assert max(figure.value for figure in figures) > published


@pytest.fixture(scope="module")
def trial(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the script makes of 100 rows, all architectures in one go."""
    folder = tmp_path_factory.mktemp("keras")
    main(["--data", str(data_dir), "--out", str(folder), "--sample", "100", "--seeds", "2"])
    return folder


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_script_trains_exports_and_writes_a_card_that_serves(architecture: Architecture, trial: Path) -> None:
    router = made(trial / f"keras-{architecture}")
    assert router.predict_proba(PROMPTS).shape == (len(PROMPTS), 2)
    assert_served_is_native(router)
    saved = np.load(trial / "oof" / f"{router.id}.npz")
    assert saved["key"].shape == saved["dataset"].shape == saved["p_strong"].shape == (100,)
    assert ((saved["p_strong"] >= 0) & (saved["p_strong"] <= 1)).all()
    study = load_study(trial / "keras.json")
    for configuration in get_args(Configuration):
        run = study.run(architecture, configuration)
        assert run is not None
        assert [len(seed.curves.validation_loss) for seed in run.seeds] == [SAMPLE_EPOCHS] * 2


def test_a_trial_may_not_overwrite_results(data_dir: Path) -> None:
    with pytest.raises(SystemExit):
        main(["--data", str(data_dir), "--sample", "100"])
