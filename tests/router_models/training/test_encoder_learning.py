"""The heads learn, calibrate and are judged as they should."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from transformers import DistilBertConfig, DistilBertModel

from benchmarks.split import question_key
from router_models.training.calibration import fit_calibration
from router_models.training.distilbert import MINILM, find_base
from router_models.training.encoder_cross_validation import chat_out_of_fold, fold_of, quality_out_of_fold, report
from router_models.training.encoder_data import Examples, chat_examples
from router_models.training.encoder_fit import Cached, Recipe, fit_soup, predict
from router_models.training.encoder_names import CHAT, QUALITY
from router_models.training.encoder_network import RoutingEncoder
from router_models.training.encoder_quality_head import LinearHead, QualityRecipe, embed, fit_head, set_head

SUBJECTS = ("cat", "dog", "ship", "tree", "lamp", "road", "song", "cake")
ASKS = ("hello dear {}", "write an essay on the {}", "solve the equation of the {} step by step")
QUICK = Recipe(epochs=6, batch_size=8, learning_rate=1e-3, head_learning_rate=5e-3, soup=2, frozen_layers=1)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    """MiniLM's, neither cutting nor padding."""
    loaded = Tokenizer.from_file(str(find_base(MINILM) / "tokenizer.json"))
    loaded.no_truncation()
    loaded.no_padding()
    return loaded


@pytest.fixture(scope="module")
def make_network() -> Callable[[], RoutingEncoder]:
    """A small network with random weights, the same every time."""
    return partial(_small_network)


def _small_network() -> RoutingEncoder:
    torch.manual_seed(0)
    config = DistilBertConfig(max_position_embeddings=64, dim=32, hidden_dim=64, n_layers=2, n_heads=2)
    return RoutingEncoder(DistilBertModel(config), frozen_layers=1)


def _keys(n: int) -> tuple[str, ...]:
    return tuple(question_key(f"question {index}") for index in range(n))


def _chat() -> Examples:
    prompts = tuple(ask.format(subject) for subject in SUBJECTS for ask in ASKS)
    labels = np.tile(np.arange(len(ASKS)), len(SUBJECTS))
    keys = _keys(len(prompts))
    return Examples(CHAT, prompts, keys, np.eye(3)[labels], ("own",) * len(prompts))


def test_the_chat_head_learns_and_a_soup_is_one_network(
    tokenizer: Tokenizer, make_network: Callable[[], RoutingEncoder]
) -> None:
    examples = _chat()
    cached = Cached(make_network(), tokenizer, examples, QUICK)
    network = fit_soup(make_network, cached, QUICK, seed=0)
    assert report(examples, predict(network, cached, QUICK))["accuracy"] >= 0.9
    frozen = make_network().trunk.transformer.layer[0].state_dict()
    for key, value in network.trunk.transformer.layer[0].state_dict().items():
        assert torch.allclose(value, frozen[key], atol=1e-6), "a frozen layer has changed"


def test_out_of_fold_logits_come_from_a_network_that_has_not_seen_the_question(
    tokenizer: Tokenizer, make_network: Callable[[], RoutingEncoder]
) -> None:
    examples = _chat()
    random = np.random.default_rng(0).permutation(len(examples))
    nonsense = Examples(CHAT, examples.prompts, examples.keys, examples.targets[random], examples.sources)
    cached = Cached(make_network(), tokenizer, nonsense, QUICK)
    logits = chat_out_of_fold(make_network, nonsense, cached, QUICK, 3, seed=0)
    assert report(nonsense, logits)["accuracy"] <= 0.6


def test_cached_states_give_what_the_whole_network_gives(
    tokenizer: Tokenizer, make_network: Callable[[], RoutingEncoder]
) -> None:
    network, examples = make_network().eval(), _chat()
    logits = predict(network, Cached(network, tokenizer, examples, QUICK), QUICK)
    ids = torch.tensor([tokenizer.encode(examples.prompts[3]).ids])
    with torch.inference_mode():
        alone = network(ids, torch.ones_like(ids))[CHAT].numpy()
    assert np.allclose(alone[0], logits[3], atol=1e-5)


def test_the_quality_head_in_the_network_is_the_one_that_was_fitted(
    tokenizer: Tokenizer, make_network: Callable[[], RoutingEncoder]
) -> None:
    network, prompts = make_network(), _chat().prompts
    features = embed(network, tokenizer, prompts, 64)
    head = LinearHead(np.random.default_rng(0).normal(size=features.shape[1]), 0.3)
    set_head(network, head)
    ids = torch.tensor([tokenizer.encode(prompts[5]).ids])
    with torch.inference_mode():
        logits = network.eval()(ids, torch.ones_like(ids))[QUALITY].numpy()
    assert np.allclose(logits[0], head.logits(features)[5], atol=1e-3)


def _outcomes(n: int = 400) -> tuple[np.ndarray, Examples]:
    rng = np.random.default_rng(1)
    features = rng.normal(size=(n, 5)) * [1, 10, 1, 1, 1]
    wins = np.clip(np.round(0.65 + features[:, 1] / 20 + rng.normal(size=n) / 4, 1), 0, 1)
    keys = _keys(n)
    prompts = tuple("question" for _ in range(n))
    return features, Examples(QUALITY, prompts, keys, np.stack([1 - wins, wins], 1), ("mmlu",) * n)


def test_the_quality_head_ranks_questions_it_has_not_seen() -> None:
    features, examples = _outcomes()
    logits = quality_out_of_fold(features, examples, QualityRecipe(ridge=10.0), 4)
    assert report(examples, logits)["APGR mmlu"] > 0.7


def test_a_row_of_weight_three_counts_as_three_rows() -> None:
    features, examples = _outcomes(60)
    thrice = Examples(QUALITY, examples.prompts, examples.keys, examples.targets, ("gsm8k",) * 60)
    tripled = examples.take(np.tile(np.arange(60), 3))
    weighted = fit_head(features, thrice, QualityRecipe(ridge=5.0))
    repeated = fit_head(np.tile(features, (3, 1)), tripled, QualityRecipe(ridge=5.0))
    assert np.allclose(weighted.weights, repeated.weights)


def test_calibration_finds_temperature_and_shift() -> None:
    rng = np.random.default_rng(0)
    true = rng.normal(size=(20_000, 3)) * 2
    p = np.exp(true) / np.exp(true).sum(axis=1, keepdims=True)
    labels = (p.cumsum(axis=1) > rng.random((len(p), 1))).argmax(axis=1)
    found = fit_calibration(2.5 * true - np.array([0.0, 1.0, -2.0]), np.eye(3)[labels])
    assert found.temperature == pytest.approx(2.5, rel=0.05)
    assert found.shift == pytest.approx([0.0, 1.0, -2.0], abs=0.15)
    assert np.abs(found.probabilities(2.5 * true - np.array([0.0, 1.0, -2.0])) - p).max() < 0.05


def test_equal_questions_share_a_fold() -> None:
    assert len(set(fold_of(("ab" * 32,) * 5, 4))) == 1
    assert set(fold_of(_keys(100), 4)) == {0, 1, 2, 3}


def test_copies_of_a_question_count_once_and_share_their_labels(tmp_path: Path) -> None:
    (tmp_path / "nexos").mkdir()
    rows = ["user_query,class"]
    rows += [f"Where is lake number {index}?,gpt-4.1" for index in range(20)]
    rows += [f"where is LAKE number {index},o4-mini" for index in range(20)]
    rows += [f"Greet person {index},gpt-4.1-nano\nGreet person {index},gpt-4.1-nano" for index in range(20)]
    (tmp_path / "nexos" / "Train DataFrame.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    train, test = chat_examples(tmp_path), chat_examples(tmp_path, "test")
    assert len(train) + len(test) == 40
    assert not set(train.keys) & set(test.keys)
    lakes = [row for row, prompt in enumerate(train.prompts) if "lake" in prompt.lower()]
    assert np.array_equal(train.targets[lakes], np.tile([0, 0.5, 0.5], (len(lakes), 1)))
