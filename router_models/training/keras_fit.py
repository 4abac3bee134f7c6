"""Training networks on labelled prompts: epochs, validation, early stopping."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

from benchmarks.benchmark import BoolArray, FloatArray, IntArray
from router_models.training.keras_data import Ids, batches
from router_models.training.keras_network import N_ROUTES
from router_models.training.keras_parallel import ParallelNetworks, Weights
from router_models.training.keras_recipes import Recipe
from router_models.training.keras_step import Predictor, TrainingStep

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Plan:
    """Which network learns from which prompts.

    Attributes:
        rows: Token ids of n prompts.
        labels: Index of the route that each should get, (n,).
        learns: Whether a network learns from a prompt, (networks, n).
        validates: Whether a prompt counts for a network's validation loss, (networks, n).
        seeds: Seed of each network's weights.
    """

    rows: Ids
    labels: IntArray
    learns: BoolArray
    validates: BoolArray
    seeds: Sequence[int]


@dataclass
class Curves:
    """Loss and accuracy of one network after each epoch; in training with dropout, as Keras reports them."""

    train_loss: list[float] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)

    @property
    def best_epoch(self) -> int:
        """Index of the epoch of lowest validation loss."""
        return int(np.argmin(self.validation_loss))


@dataclass(frozen=True, eq=False)
class Fitted:
    """What came out.

    Attributes:
        weights: Of each network, from its best epoch if the recipe stops early, else from the last.
        curves: Of each network, up to the epoch at which it would have stopped alone.
        logits: Of every prompt by every network, at those weights, (networks, n, 2); NaN for prompts that all
            networks learn from.
    """

    weights: list[Weights]
    curves: list[Curves]
    logits: FloatArray


def fit(plan: Plan, recipe: Recipe, vocabulary: int, table: NDArray[np.float32] | None, seed: int = 0) -> Fitted:
    """Train all networks of a plan side by side; none sees what another learns from.

    Args:
        plan: Who learns from what.
        recipe: Hyper-parameters.
        vocabulary: Number of token ids.
        table: Frozen word embeddings, (vocabulary, dimensions); None where they are learnt from scratch.
        seed: Seed of the order of prompts and of dropout.
    """
    networks = ParallelNetworks(recipe.shape, plan.seeds, vocabulary, table)
    step, predict = TrainingStep(networks, recipe, seed), Predictor(networks)
    weights = _row_weights(plan, recipe)
    # Nobody asks what a network says of a prompt that all networks learn from.
    asked = np.flatnonzero(~plan.learns.all(axis=0))
    logits = np.full((networks.members, len(plan.rows), N_ROUTES), np.nan)
    kept = [networks.weights(network) for network in range(networks.members)]
    curves = [Curves() for _ in kept]
    running = set(range(networks.members))
    rng = np.random.default_rng(seed)
    for epoch in range(recipe.epochs):
        sums = np.zeros((3, networks.members))
        for batch in batches(plan.rows, recipe.batch_size, rng):
            rows = [plan.rows[row] for row in batch]
            sums += step(rows, plan.labels[batch], weights[:, batch], plan.learns[:, batch])
        now = np.full_like(logits, np.nan)
        now[:, asked] = predict([plan.rows[row] for row in asked])
        for network in sorted(running):
            curve = curves[network]
            _add_epoch(curve, sums[:, network], now[network], plan, network)
            if recipe.patience is None or curve.best_epoch == epoch:
                kept[network], logits[network] = networks.weights(network), now[network]
            elif epoch - curve.best_epoch >= recipe.patience:
                running.remove(network)
        validation = np.mean([curve.validation_loss[-1] for curve in curves])
        logger.info("epoch %d, validation loss %.3f, %d networks learning", epoch + 1, validation, len(running))
        if not running:
            break
    return Fitted(kept, curves, logits)


def _row_weights(plan: Plan, recipe: Recipe) -> FloatArray:
    """Weight of every prompt in every network's loss, (networks, n); 0 where it does not learn from it."""
    weights = plan.learns.astype(np.float64)
    if recipe.class_weights:
        for network, learns in enumerate(plan.learns):
            counts = np.bincount(plan.labels[learns], minlength=N_ROUTES)
            weights[network] *= (learns.sum() / N_ROUTES / counts)[plan.labels]
    return weights


def _add_epoch(curve: Curves, sums: FloatArray, logits: FloatArray, plan: Plan, network: int) -> None:
    loss, hits, rows = sums
    held = plan.validates[network]
    labels = plan.labels[held]
    curve.train_loss.append(float(loss / rows))
    curve.train_accuracy.append(float(hits / rows))
    chosen = log_softmax(logits[held], axis=1)[np.arange(len(labels)), labels]
    curve.validation_loss.append(float(-chosen.mean()))
    curve.validation_accuracy.append(float((logits[held].argmax(axis=1) == labels).mean()))
