"""The Keras family trained as published: with and without class weights, several seeds each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.model_selection import train_test_split

from benchmarks.benchmark import Benchmark
from benchmarks.keras_study import Architecture, Configuration, Run
from router_models.training.keras_data import WholeWords
from router_models.training.keras_fit import Plan, fit
from router_models.training.keras_recipes import published
from router_models.training.keras_step import network_logits
from router_models.training.keras_study import make_run
from router_models.training.ray_figures import two_class_metrics
from router_models.training.temperature import apply_temperature

VALIDATION_SHARE = 0.1
THRESHOLD = 0.5
CONFIGURATIONS: dict[Configuration, bool] = {"published": True, "published without class weights": False}


def train_published(
    architecture: Architecture, train: Benchmark, test: Benchmark, seeds: Sequence[int], epochs: int | None = None
) -> list[Run]:
    """Train and measure on the test file; nothing is chosen, so nothing but the figures comes out.

    Args:
        architecture: Which network.
        train: Train rows; a tenth, another for each seed, serves for the validation curves only.
        test: Test rows.
        seeds: Of weights and of the validation rows.
        epochs: Fewer epochs than published, for a quick trial.
    """
    words = WholeWords(train.prompts)
    labels = train.route_labels
    validates = np.zeros((len(seeds), len(train)), dtype=bool)
    for network, seed in enumerate(seeds):
        _, held = train_test_split(
            np.arange(len(train)), test_size=VALIDATION_SHARE, random_state=seed, stratify=labels
        )
        validates[network, held] = True
    plan = Plan(words(train.prompts), labels, ~validates, validates, seeds)
    runs = []
    for configuration, class_weights in CONFIGURATIONS.items():
        recipe = published(architecture, class_weights=class_weights, epochs=epochs)
        fitted = fit(plan, recipe, words.size, None)
        by_network = network_logits(recipe.shape, fitted.weights, words.size, None, words(test.prompts))
        metrics = [
            two_class_metrics(test.route_labels, apply_temperature(logits, 1.0)[:, 1], THRESHOLD)
            for logits in by_network
        ]
        runs.append(make_run(configuration, recipe, THRESHOLD, seeds, metrics, fitted.curves))
    return runs
