"""A tuned router of the Keras family: several networks in one graph, calibrated out of fold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from benchmarks.benchmark import Benchmark, FloatArray, IntArray
from benchmarks.split import question_key
from router_models.training.keras_data import tokenize
from router_models.training.keras_fit import Fitted, Plan, fit
from router_models.training.keras_network import EMBEDDING, build_network, dense_name
from router_models.training.keras_parallel import put_weights
from router_models.training.keras_recipes import MEMBERS, Recipe, Shape

if TYPE_CHECKING:
    import keras

N_FOLDS = 5
FOLD_MEMBERS = 2
"""Networks averaged for out-of-fold predictions; the shipped router averages more, which costs too much per fold."""

Table = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Trained:
    """What training gives.

    Attributes:
        members: The networks that the router averages, one per seed, each stopped early on another part of the rows.
        logits: Of every train row by networks that have not seen it, (n, 2).
        folds: The fold of each train row, (n,).
    """

    members: Fitted
    logits: FloatArray
    folds: IntArray


def question_folds(questions: Sequence[str]) -> IntArray:
    """The fold of each question, (n,), by the rule of all routers, so that others can learn from their scores."""
    return np.array([int(question_key(question), 16) // 5 % N_FOLDS for question in questions], dtype=np.int64)


def train_router(
    train: Benchmark, recipe: Recipe, table: Table, *, final: int = MEMBERS, of_fold: int = FOLD_MEMBERS
) -> Trained:
    """Train the router's networks and those for out-of-fold predictions, all side by side.

    Args:
        train: Train rows.
        recipe: Shape of one network, and hyper-parameters.
        table: Frozen word embeddings, (vocabulary, dimensions).
        final: Networks of the router; 0 to cross-validate only.
        of_fold: Networks per fold.
    """
    labels = train.route_labels
    folds = question_folds(train.questions)
    parts = _parts(labels)
    networks = [(fold, part) for fold in range(N_FOLDS) for part in range(of_fold)]
    networks += [(-1, part % MEMBERS) for part in range(final)]
    learns, validates = (np.zeros((len(networks), len(train)), dtype=bool) for _ in range(2))
    for network, (fold, part) in enumerate(networks):
        learns[network] = (folds != fold) & (parts != part)
        validates[network] = (folds != fold) & (parts == part)
    plan = Plan(tokenize(train.prompts), labels, learns, validates, range(len(networks)))
    fitted = fit(plan, recipe, len(table), table)
    logits = np.empty((len(train), 2))
    for fold in range(N_FOLDS):
        own = [network for network, (held, _) in enumerate(networks) if held == fold]
        logits[folds == fold] = fitted.logits[own][:, folds == fold].mean(axis=0)
    shipped = slice(len(networks) - final, None)
    members = Fitted(fitted.weights[shipped], fitted.curves[shipped], fitted.logits[shipped])
    return Trained(members, logits, folds)


def _parts(labels: IntArray) -> IntArray:
    """Rows dealt into as many parts as there are members, with the same share of each label, (n,)."""
    parts = np.empty(len(labels), dtype=np.int64)
    split = StratifiedKFold(MEMBERS, shuffle=True, random_state=0).split(labels, labels)
    for part, (_, held) in enumerate(split):
        parts[held] = part
    return parts


def merge(members: Fitted, recipe: Recipe, table: Table, shift: FloatArray) -> tuple[keras.Model, Shape]:
    """One network that averages the logits of all members, with its word embeddings in 8 bits.

    Args:
        members: The trained networks.
        recipe: How they were trained.
        table: Their word embeddings, (vocabulary, dimensions).
        shift: Is added to the logits, (2,).

    Returns:
        The network and its shape.
    """
    shape = replace(recipe.shape, members=len(members.weights))
    model = build_network(len(table), shape, 0, table)
    for member, weights in enumerate(members.weights):
        put_weights(model, shape, weights, member)
        dense = model.get_layer(dense_name(member))
        kernel, bias = dense.get_weights()
        dense.set_weights([kernel, bias + shift])
    model.get_layer(EMBEDDING).quantize("int8")
    return model, shape
