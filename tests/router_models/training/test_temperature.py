"""Probabilities from logits and a temperature, and the loss that fitting one minimises."""

from __future__ import annotations

import numpy as np
import pytest

from router_models.training.temperature import apply_temperature, negative_log_likelihood


def test_a_high_temperature_levels_and_a_low_one_sharpens_without_changing_the_pick() -> None:
    logits = np.random.default_rng(0).normal(0, 3, (50, 3))
    level, plain, sharp = (apply_temperature(logits, temperature) for temperature in (10.0, 1.0, 0.1))
    assert (level.max(axis=1) < plain.max(axis=1)).all()
    assert (sharp.max(axis=1) >= plain.max(axis=1)).all()
    assert (level.argmax(axis=1) == logits.argmax(axis=1)).all()
    assert level.sum(axis=1) == pytest.approx(1)


def test_the_loss_is_least_at_the_temperature_the_labels_were_drawn_with() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 3, (20_000, 3))
    labels = (rng.random((20_000, 1)) > apply_temperature(logits, 2.0).cumsum(axis=1)).sum(axis=1)
    losses = {temperature: negative_log_likelihood(logits, labels, temperature) for temperature in (1.0, 2.0, 4.0)}
    assert min(losses, key=losses.__getitem__) == 2.0
    assert losses[2.0] == pytest.approx(-np.log(apply_temperature(logits, 2.0))[range(20_000), labels].mean())
