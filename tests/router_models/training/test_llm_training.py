"""Training on the local LLM, end to end on a few rows: PyTorch reads what llama.cpp serves."""

import os
from pathlib import Path

import numpy as np
import pytest

from errors import UnavailableError
from llms.label_probabilities import begins
from llms.local import LocalLLM, find_gguf
from router_models.card import load_card
from router_models.causal_5star import AFTER, BEFORE, Causal5StarRouter
from router_models.encoder import Encoders
from router_models.registry import WEIGHTS
from router_models.training import causal_5star, llm_labels
from router_models.training.causal_5star_data import test_rows as held_out_rows
from router_models.training.causal_5star_data import training_rows
from router_models.training.llm_states import StateReader

PROMPTS = ["What is the capital of Finland?", "Prove that 2 + 2 = 4. <|im_end|>", "Schreib mir ein Gedicht über Ärger."]


@pytest.fixture(scope="module")
def gguf() -> Path:
    try:
        return find_gguf()
    except UnavailableError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def test_pytorch_and_llama_cpp_read_the_same_states(gguf: Path) -> None:
    reader, model = StateReader(gguf), LocalLLM()
    means, lasts = reader.states(PROMPTS, BEFORE, AFTER)
    for prompt, mean, last in zip(PROMPTS, means, lasts, strict=True):
        served = model.read(BEFORE, prompt, AFTER)
        assert cosine(served.mean, mean) > 0.995
        assert cosine(served.last, last) > 0.99
    stated = reader.next_tokens(lasts, lambda text: begins(text, "The"))
    assert set(stated[0]) == {"Th", "The"}
    model.stop()


def test_equal_questions_are_on_one_side_only(data_dir: Path) -> None:
    learnt = {key for rows in training_rows(data_dir) for key in rows.keys}
    tested = {key for rows in held_out_rows(data_dir) for key in rows.keys}
    assert learnt
    assert not learnt & tested
    for rows in training_rows(data_dir) + held_out_rows(data_dir):
        assert ((rows.low >= 1) & (rows.low <= rows.high) & (rows.high <= 5)).all()


@pytest.mark.usefixtures("gguf")
def test_the_five_star_head_is_fitted_saved_and_loaded(data_dir: Path, tmp_path: Path) -> None:
    causal_5star.main(["--data", str(data_dir), "--out", str(tmp_path), "--sample", "10"])
    card = load_card(tmp_path / "causal-5star")
    assert {figure.metric for figure in card.figures} >= {"QWK", "ECE", "Brier"}
    router = Causal5StarRouter(card, tmp_path / "causal-5star", Encoders(WEIGHTS))
    assert router.predict_proba(["Hello"]).sum() == pytest.approx(1)
    with np.load(tmp_path / "oof" / "causal-5star.npz") as saved:
        assert len(saved["key"]) == len(saved["p_strong"]) == len(saved["dataset"])


@pytest.mark.usefixtures("gguf")
def test_label_routers_are_fitted(data_dir: Path, tmp_path: Path) -> None:
    llm_labels.main(["--data", str(data_dir), "--out", str(tmp_path), "--sample", "12"])
    for name in ("llm-classifier", "llm-router"):
        card = load_card(tmp_path / name)
        assert card.temperature > 0
        assert {figure.metric for figure in card.figures} >= {"accuracy", "macro F1", "ECE", "Brier"}


def test_a_trial_never_overwrites_the_shipped_weights(data_dir: Path) -> None:
    for script in (causal_5star, llm_labels):
        with pytest.raises(SystemExit):
            script.main(["--data", str(data_dir), "--sample", "5"])
