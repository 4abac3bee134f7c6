"""Learning from made-up outcomes whose answer is known: abilities, factors, calibration, out-of-fold."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from benchmarks.split import question_key
from router_models.encoder import Encoders
from router_models.log_odds import sigmoid
from router_models.matrix_factorization import read_factors
from router_models.training.matrix_factors import Recipe, fit_factors
from router_models.training.outcome_abilities import fit_abilities
from router_models.training.outcome_data import STRONG, WEAK, Outcomes
from router_models.training.outcome_features import Features, known_batch
from router_models.training.outcome_fit import apgr_by_set, fit_p_calibration, fit_platt, log_loss, out_of_fold
from router_models.training.outcome_lookup import (
    NeighbourRecipe,
    PrototypeRecipe,
    WeightedRecipe,
    fit_prototypes,
    fit_references,
    neighbours_predictor,
    prototypes_predictor,
    weighted_predictor,
)

N = 600


@pytest.fixture(scope="module")
def features() -> Features:
    rng = np.random.default_rng(0)
    embeddings = rng.normal(size=(N, 384)).astype(np.float32)
    embeddings[:, 0] *= 40.0
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    return Features(embeddings, np.ascontiguousarray(embeddings[:, :40]))


@pytest.fixture(scope="module")
def outcomes(features: Features) -> Outcomes:
    """The strong LLM is nearly always right, the weak one where the first number is positive."""
    rng = np.random.default_rng(1)
    easy = features.embeddings[:, 0] > 0
    weak = rng.random(N) < np.where(easy, 0.9, 0.1)
    strong = rng.random(N) < 0.95
    third = np.where(np.arange(N) % 2 == 0, easy, np.nan)
    keys = tuple(question_key(f"question {i}") for i in range(N))
    quality = np.column_stack([strong, weak, third]).astype(np.float64)
    return Outcomes(tuple(map(str, range(N))), keys, np.full(N, "made-up"), (STRONG, WEAK, "third"), quality)


def test_abilities_are_comparable_though_one_llm_had_the_hard_prompts() -> None:
    rng = np.random.default_rng(0)
    truth = np.array([0.0, 1.5, 1.5])
    easiness = np.where(np.arange(4_000) % 2 == 0, 1.5, -1.5)
    quality = (rng.random((4_000, 3)) < sigmoid(truth + easiness[:, None])).astype(np.float64)
    quality[easiness > 0, 2] = np.nan
    found = fit_abilities(quality)
    assert np.nanmean(quality[:, 2]) < np.nanmean(quality[:, 1]) - 0.2
    assert found[2] == pytest.approx(found[1], abs=0.6)
    assert found[1] > found[0] + 0.8


def test_every_method_learns_what_there_is_to_learn(outcomes: Outcomes, features: Features) -> None:
    def knn(o: Outcomes, f: Features) -> object:
        return neighbours_predictor(fit_references(o, f), NeighbourRecipe(neighbours=20, pair_neighbours=20))

    def weighted(o: Outcomes, f: Features) -> object:
        return weighted_predictor(fit_references(o, f), WeightedRecipe())

    def kmeans(o: Outcomes, f: Features) -> object:
        recipe = PrototypeRecipe(clusters=8)
        return prototypes_predictor(fit_prototypes(o, f, recipe), recipe)

    factors = partial(fit_factors, recipe=Recipe(penalty=0.003, rank=4, steps=60))
    for fit in (knn, weighted, kmeans, factors):
        found = out_of_fold(fit, outcomes, features)  # type: ignore[arg-type]
        assert apgr_by_set(found.ranking, outcomes)["made-up"] > 0.65  # knowing the rule gives about .72
        third = found.p_correct[:, 2]
        right = features.embeddings[:, 0] > 0
        assert third[right].mean() > third[~right].mean() + 0.4  # also where it was not run
        calibrated = fit_p_calibration(found.p_correct, outcomes.quality)
        p = calibrated(np.log(found.p_correct / (1 - found.p_correct)))
        assert log_loss(p, outcomes)["made-up"] < 0.45


def test_factors_survive_their_file_and_do_not_change(outcomes: Outcomes, features: Features, tmp_path: Path) -> None:
    recipe = Recipe(rank=4, steps=5)
    first = fit_factors(outcomes, features, recipe).factors
    again = fit_factors(outcomes, features, recipe).factors
    first.save(tmp_path / "factors.npz")
    read = read_factors(tmp_path / "factors.npz")
    assert (read.logits(features.means) == first.logits(features.means)).all()
    assert (again.logits(features.means) == first.logits(features.means)).all()
    assert (read.llms, read.pair) == (outcomes.llms, (1, 0))
    single = np.concatenate([first.logits(features.means[row : row + 1]) for row in range(5)])
    assert single == pytest.approx(first.logits(features.means[:5]), abs=1e-5)


def test_platt_finds_slope_and_shift() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(0, 0.3, 20_000)
    targets = (rng.random(20_000) < sigmoid(3 * scores - 1)).astype(np.float64)
    found = fit_platt(scores, targets)
    assert (found.slope, found.shift) == (pytest.approx(3, rel=0.1), pytest.approx(-1, abs=0.05))
    assert (np.diff(found(np.sort(scores))) >= 0).all()


def test_a_batch_of_known_features_needs_no_encoder(features: Features, tmp_path: Path) -> None:
    batch = known_batch(["a", "b"], features.take(np.array([3, 5])))
    encoders = Encoders(tmp_path)  # an empty folder: computing would fail
    assert (encoders.embeddings(batch) == features.embeddings[[3, 5]]).all()
    assert (encoders.lower_means(batch) == features.means[[3, 5]]).all()
