"""The network of the five-star fine-tuning, on a Llama of three narrow layers with random weights."""

from typing import Any

import numpy as np
import pytest
import torch
from transformers import LlamaConfig, LlamaModel

from errors import PlaygroundError
from router_models.causal_5star import star_probabilities
from router_models.training.causal_5star_folds import out_of_fold
from router_models.training.causal_5star_network import StarNetwork
from router_models.training.causal_5star_tuning import LowerStates, Tuning, epochs, features_of
from router_models.training.encoder_batches import token_mask
from router_models.training.ordinal import OrdinalHead, fit_ordinal

WIDTH, LAYERS, VOCABULARY = 32, 3, 50
N_BEFORE = 2
PLAN = Tuning(rate=3e-3, epochs=3, batch=8)


def network(n_tuned: int | None = 2) -> StarNetwork:
    torch.manual_seed(0)
    shape: dict[str, Any] = {
        "hidden_size": WIDTH,
        "intermediate_size": 48,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "vocab_size": VOCABULARY,
    }
    return StarNetwork(LlamaModel(LlamaConfig(**shape)), n_tuned).eval()


@pytest.fixture
def rows() -> list[list[int]]:
    """Token ids of 40 rows of very different lengths, two of them in front of every prompt."""
    rng = np.random.default_rng(0)
    return [[1, 2, *rng.integers(3, VOCABULARY, rng.integers(3, 20)).tolist()] for _ in range(40)]


@pytest.fixture
def stars(rows: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Fewest and most stars: more than three where an even token comes last, and exactly known for every fifth row."""
    low = np.array([4 if row[-1] % 2 == 0 else 1 for row in rows])
    high = np.where(low == 4, 5, 3)
    low[::5] = high[::5]
    return low, high


def batch(rows: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    ids = torch.nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True)
    return ids, token_mask(torch.tensor([len(row) for row in rows]))


@pytest.mark.parametrize("n_tuned", [1, None])
def test_both_parts_together_are_the_llm(n_tuned: int | None, rows: list[list[int]]) -> None:
    of_stars = network(n_tuned)
    ids, mask = batch(rows[:6])
    with torch.no_grad():
        features = of_stars.features(of_stars.lower(ids, mask), mask, N_BEFORE).numpy()
        for row, found in zip(rows[:6], features, strict=True):
            states = of_stars.trunk(input_ids=torch.tensor([row])).last_hidden_state[0].numpy()
            wanted = np.concatenate([states[N_BEFORE:].mean(axis=0), states[-1]])
            assert found == pytest.approx(wanted, abs=1e-5)


@pytest.mark.parametrize("asked", [1, LAYERS, None])
def test_only_upper_layers_norm_and_head_are_trained(asked: int | None) -> None:
    names, n_tuned = set(network(asked).trained()), asked or LAYERS
    layers = {name.split(".")[2] for name in names if name.startswith("trunk.layers")}
    assert layers == {str(layer) for layer in range(LAYERS - n_tuned, LAYERS)}
    assert names >= {"trunk.norm.weight", "weights", "first_cut", "log_steps"}
    assert not any("embed" in name for name in names)


@pytest.mark.parametrize("n_tuned", [0, LAYERS + 1])
def test_layers_that_are_not_there_are_refused(n_tuned: int) -> None:
    with pytest.raises(PlaygroundError, match=f"the LLM has {LAYERS}"):
        network(n_tuned)


def test_a_head_goes_in_and_comes_out_again() -> None:
    rng = np.random.default_rng(1)
    features = rng.normal(2.0, 3.0, size=(30, 2 * WIDTH))
    head = OrdinalHead(rng.normal(size=2 * WIDTH), np.array([-1.0, 0.5, 0.75, 4.0]))
    of_stars = network()
    of_stars.set_head(head, features)
    with torch.no_grad():
        scores = of_stars.scores(torch.tensor(features, dtype=torch.float32)).numpy()
        cuts = of_stars.cuts.numpy()
    inside, outside = star_probabilities(scores, cuts), star_probabilities(head.scores(features), head.cuts)
    assert inside == pytest.approx(outside, abs=1e-4)
    assert of_stars.head().weights == pytest.approx(head.weights, abs=1e-5)
    assert of_stars.head().cuts == pytest.approx(head.cuts, abs=1e-4)


def test_the_loss_is_the_likelihood_of_the_interval() -> None:
    of_stars = network()
    scores, low, high = np.array([-1.0, 0.0, 2.0, 5.0]), np.array([1, 4, 3, 1]), np.array([3, 5, 3, 5])
    of_stars.set_head(OrdinalHead(np.zeros(2 * WIDTH), np.array([-1.0, 0.0, 1.0, 2.0])), np.eye(2 * WIDTH))
    p = star_probabilities(scores, np.array([-1.0, 0.0, 1.0, 2.0]))
    wanted = -np.log([p[row, first - 1 : last].sum() for row, (first, last) in enumerate(zip(low, high, strict=True))])
    found = of_stars.loss(torch.tensor(scores), torch.tensor(low), torch.tensor(high))
    assert float(found.detach()) == pytest.approx(wanted.mean(), abs=1e-6)


def test_training_lowers_the_loss_and_leaves_the_frozen_layers_alone(
    rows: list[list[int]], stars: tuple[np.ndarray, np.ndarray]
) -> None:
    of_stars, (low, high) = network(), stars
    states, every = LowerStates(of_stars, rows, N_BEFORE), np.arange(len(rows))
    frozen = features_of(of_stars, states, every)
    of_stars.set_head(fit_ordinal(frozen, low, high, 0.3), frozen)
    before = {name: value.clone() for name, value in of_stars.state_dict().items()}

    def loss() -> float:
        read = torch.tensor(features_of(of_stars, states, every), dtype=torch.float32)
        with torch.no_grad():
            return float(of_stars.loss(of_stars.scores(read), torch.tensor(low), torch.tensor(high)))

    first = loss()
    assert list(epochs(of_stars, states, low, high, every, PLAN, seed=0)) == [1, 2, 3]
    assert loss() < first - 0.05
    trained = set(of_stars.trained())
    for name, value in of_stars.state_dict().items():
        assert torch.equal(value, before[name]) == (name not in trained), name


def test_equal_seeds_give_equal_networks(rows: list[list[int]], stars: tuple[np.ndarray, np.ndarray]) -> None:
    heads = []
    for seed in (0, 0, 1):
        of_stars, (low, high) = network(), stars
        states, every = LowerStates(of_stars, rows, N_BEFORE), np.arange(len(rows))
        frozen = features_of(of_stars, states, every)
        of_stars.set_head(fit_ordinal(frozen, low, high, 0.3), frozen)
        list(epochs(of_stars, states, low, high, every, PLAN, seed))
        heads.append(of_stars.head().weights)
    assert np.array_equal(heads[0], heads[1])
    assert not np.array_equal(heads[0], heads[2])


def test_a_row_has_no_say_in_its_own_score(rows: list[list[int]], stars: tuple[np.ndarray, np.ndarray]) -> None:
    of_stars, (low, high) = network(), stars
    states, folds = LowerStates(of_stars, rows, N_BEFORE), np.arange(len(rows)) % 2
    before = {name: value.clone() for name, value in of_stars.trained().items()}
    found = out_of_fold(of_stars, states, low, high, folds, PLAN, seeds=(0, 1))
    own = folds == 0
    turned_low, turned_high = low.copy(), high.copy()
    turned_low[own], turned_high[own] = 6 - high[own], 6 - low[own]
    turned = out_of_fold(of_stars, states, turned_low, turned_high, folds, PLAN, seeds=(0, 1))
    assert found.stars.shape == (PLAN.epochs + 1, 2, len(rows), 5)
    assert np.allclose(found.stars.sum(axis=-1), 1)
    assert np.array_equal(found.margin[:, :, own], turned.margin[:, :, own])
    assert not np.allclose(found.margin[:, :, ~own], turned.margin[:, :, ~own])
    for name, value in of_stars.trained().items():
        if name.startswith("trunk."):
            assert torch.equal(value, before[name])
