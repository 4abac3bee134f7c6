"""The blend finds how sharp a gate should be, on rows drawn from a known one, and never makes it softer."""

from __future__ import annotations

import numpy as np
import pytest

from router_models.training.ensemble_blend import Blend, Unseen, blend_of, blended_out_of_fold, fit_blend

N = 6_000
RNG = np.random.default_rng(5)
KINDS = RNG.normal(0, 0.6, (N, 3))
ODDS = RNG.normal(0, 1.5, (N, 3))
TRUE = Blend(4.0)
NEEDED = (RNG.random(N) < TRUE.p_strong(KINDS, ODDS)).astype(float)
UNSEEN = Unseen(KINDS, ODDS, NEEDED, np.ones(N), np.arange(N) % 5, (1_000, 2_000, 3_000))


def test_the_true_blend_is_found() -> None:
    assert blend_of(UNSEEN).sharpness == pytest.approx(TRUE.sharpness, rel=0.2)


def test_a_gate_is_never_made_softer() -> None:
    assert fit_blend(8 * KINDS, ODDS, NEEDED, np.ones(N)).sharpness == 1.0


def test_rows_are_blended_by_what_other_folds_say() -> None:
    parts = blended_out_of_fold(UNSEEN)
    assert [len(part) for part in parts] == list(UNSEEN.sizes)
    p = np.concatenate(parts)
    own = UNSEEN.folds == 2
    turned = Unseen(KINDS, ODDS, np.where(own, 1 - NEEDED, NEEDED), np.ones(N), UNSEEN.folds, UNSEEN.sizes)
    assert np.array_equal(np.concatenate(blended_out_of_fold(turned))[own], p[own])
    assert not np.array_equal(np.concatenate(blended_out_of_fold(turned))[~own], p[~own])
    assert p.mean() == pytest.approx(NEEDED.mean(), abs=0.01)


def test_weights_decide_whose_rows_count() -> None:
    weights = np.where(np.arange(N) < N // 2, 1.0, 0.0)
    half = fit_blend(KINDS[: N // 2], ODDS[: N // 2], NEEDED[: N // 2], np.ones(N // 2))
    assert fit_blend(KINDS, ODDS, NEEDED, weights).sharpness == pytest.approx(half.sharpness, rel=1e-3)
