"""Stacking on made-up votes: who is right gets the weight, and the served ensemble says what was fitted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit

from router_models.ensemble import EnsembleRouter, log_odds
from router_models.prompt_batch import PromptBatch
from router_models.training.ensemble import choose, write
from router_models.training.ensemble_blend import blend_of, blended_out_of_fold
from router_models.training.ensemble_data import KINDS, Taught
from router_models.training.ensemble_fit import Recipe, fit, honest_head_votes, out_of_fold
from router_models.training.ensemble_stack import fit_stack
from router_models.wide_features import wide_features
from tests.router_models.composites import WIDTH, Scripted, card, encoders


def taught(number: int, kind: str, n: int = 300) -> Taught:
    """Rows of a kind on which member `number` of three is right and the others guess; kinds lie apart."""
    rng = np.random.default_rng(number)
    odds = rng.normal(size=(n, 3))
    features = 0.01 * rng.normal(size=(n, WIDTH))
    features[:, number] += 1.0
    needed = (rng.random(n) < expit(3 * odds[:, number])).astype(float)
    keys = tuple(f"{seed:064x}" for seed in rng.integers(0, 2**62, n))
    return Taught(kind, KINDS[kind][:1] * n, keys, features, odds, needed, needed, np.ones(n))


@pytest.fixture(scope="module")
def parts() -> list[Taught]:
    """One part per kind."""
    return [taught(number, kind) for number, kind in enumerate(KINDS)]


def test_each_kind_listens_to_the_member_that_is_right_there(parts: list[Taught]) -> None:
    for number, part in enumerate(parts):
        stack = fit_stack(part.odds, part, 1.0)
        assert int(stack.weights.argmax()) == number
        assert stack.weights[number] == pytest.approx(3, rel=0.35)
        assert np.abs(np.delete(stack.weights, number)).max() < 0.6


def test_cross_validation_chooses_more_trust_where_votes_are_right(parts: list[Taught]) -> None:
    recipe = Recipe(stack_c=(1e-6, 1.0))
    assert choose(parts[0].odds, parts[0], recipe) == 1.0
    rng = np.random.default_rng(9)
    noise = rng.normal(size=(300, 30))
    assert choose(noise, parts[0], recipe) == 1e-6


def test_votes_that_guess_move_little(parts: list[Taught]) -> None:
    noise = np.random.default_rng(9).normal(size=(300, 30))
    guessing, right = (fit_stack(votes, parts[0], 0.01).moves for votes in (noise, parts[0].odds))
    assert np.abs(guessing).max() < 0.2 * np.abs(right).max()


def test_the_gate_and_the_stacks_rank_rows_they_have_not_seen(parts: list[Taught]) -> None:
    recipe = Recipe()
    votes = honest_head_votes(parts, recipe)
    assert votes[0].shape == (300, 3 + len(KINDS))
    unseen = out_of_fold(parts, votes, [0.1] * 3, recipe)
    for number, (part, p) in enumerate(zip(parts, blended_out_of_fold(unseen), strict=True)):
        assert np.corrcoef(p, part.odds[:, number])[0, 1] > 0.8
        assert p.mean() == pytest.approx(part.needed.mean(), abs=0.05)


def test_what_is_written_says_what_was_fitted(parts: list[Taught], tmp_path: Path) -> None:
    recipe, shared = Recipe(), encoders()
    members = [Scripted(name, slope, shared) for name, slope in (("a", 0.01), ("b", 0.002), ("c", 0.005))]
    votes, stack_c = honest_head_votes(parts, recipe), [0.1] * 3
    model = fit(parts, votes, stack_c, recipe, blend_of(out_of_fold(parts, votes, stack_c, recipe)))
    write(model, members, tmp_path / "model.npz")
    served = EnsembleRouter(card("ensemble"), tmp_path, shared, {member.id: member for member in members})
    prompts = PromptBatch(["A short one.", "Another, somewhat longer prompt?", "word " * 40])
    odds = log_odds(np.column_stack([1 - member.probabilities(prompts)[:, 0] for member in members]))
    expected = model.p_strong(odds, wide_features(shared, prompts).astype(np.float64))
    assert served.predict_proba(prompts)[:, 1] == pytest.approx(expected, abs=1e-4)
    again = EnsembleRouter(card("ensemble"), tmp_path, shared, {member.id: member for member in members})
    assert np.array_equal(again.predict_proba(list(prompts)), served.predict_proba(list(prompts)))
