"""The losses against torch's own, against their definitions, and in what they are for."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from router_models.training.encoder_loss import Loss

LOGITS = torch.tensor([[2.0, 0.5, -1.0], [0.1, 0.2, 0.3], [-1.0, 0.0, 3.0], [1.0, 1.0, 1.0]])
LABELS = torch.tensor([0, 1, 2, 2])
TARGETS = functional.one_hot(LABELS, 3).float()
EVEN = torch.ones(3)


def test_plain_it_is_torchs_smoothed_cross_entropy() -> None:
    loss = Loss(label_smoothing=0.1).of([LOGITS], TARGETS, EVEN)
    assert loss.item() == pytest.approx(functional.cross_entropy(LOGITS, LABELS, label_smoothing=0.1).item())


def test_rare_classes_weigh_more_and_the_mean_weight_is_one() -> None:
    weights = Loss(class_power=0.5).class_weights(TARGETS)
    assert weights[0] == weights[1] > weights[2]
    assert (weights * TARGETS.mean(dim=0)).sum().item() == pytest.approx(1)
    assert Loss(class_power=0).class_weights(TARGETS).tolist() == pytest.approx([1, 1, 1])


def test_focal_counts_each_prompt_by_how_wrong_it_is() -> None:
    right = torch.softmax(LOGITS, dim=1)[torch.arange(4), LABELS].numpy()
    expected = np.mean(-((1 - right) ** 2) * np.log(right))
    assert Loss(label_smoothing=0, focal=2).of([LOGITS], TARGETS, EVEN).item() == pytest.approx(expected, rel=1e-5)


def test_the_earth_mover_minds_how_far_a_mistake_is() -> None:
    plain, moved = Loss(label_smoothing=0), Loss(label_smoothing=0, earth_mover=1)
    near, far = torch.tensor([[0.0, 4.0, 0.0]]), torch.tensor([[4.0, 0.0, 0.0]])
    reasoning = torch.tensor([[0.0, 0.0, 1.0]])
    assert plain.of([near], reasoning, EVEN).item() == pytest.approx(plain.of([far], reasoning, EVEN).item())
    assert moved.of([near], reasoning, EVEN) + 0.5 < moved.of([far], reasoning, EVEN)


def test_agreement_costs_what_two_passes_differ_by() -> None:
    loss = Loss(label_smoothing=0, agreement=2)
    assert (loss.passes, Loss().passes) == (2, 1)
    alone = Loss(label_smoothing=0).of([LOGITS], TARGETS, EVEN).item()
    assert loss.of([LOGITS, LOGITS], TARGETS, EVEN).item() == pytest.approx(alone)
    other = LOGITS.flip(1)
    first, second = (torch.softmax(one, dim=1) for one in (LOGITS, other))
    both = ((first * (first / second).log()).sum(dim=1) + (second * (second / first).log()).sum(dim=1)).mean()
    plain = (alone + Loss(label_smoothing=0).of([other], TARGETS, EVEN).item()) / 2
    assert loss.of([LOGITS, other], TARGETS, EVEN).item() == pytest.approx(plain + 2 * both.item() / 4, rel=1e-5)
