"""A third party's text classifier as a router: its labels' probabilities, summed by route."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from errors import UnavailableError
from router_models.base import Router
from router_models.card import RouterCard
from router_models.encoder import Encoders
from router_models.hub.labels import check_routes, sums
from router_models.hub.listing import HubModel
from router_models.hub.network import Classifier, Outputs, TokenClassifier, label_probabilities
from router_models.hub.tokens import HubTokenizer
from router_models.prompt_batch import PromptBatch

FAMILY = "hub"
"""Family of all routers that were added from the Hub."""

DEFAULT_THRESHOLD = 0.5
CAUTION = "Somebody else's classifier: neither calibrated nor measured here."
_SUMMED = "The probabilities of its labels are summed by route, as whoever added it chose"
_EACH = "; its labels do not exclude each other, so each one's probability is divided by the sum of all"


class HubClassifierRouter(Router):
    """Routes by a text classifier from the Hub.

    Args:
        card: Made by `classifier_card`.
        folder: Where the repository's files lie.
        encoders: The panel's; this router has a tokenizer and a network of its own.
        model: What the repository is.
        routes_by_label: Route of every label.
    """

    evidence_kind = "A text classifier from the Hub read the prompt; its labels stand for routes."
    beside = True

    def __init__(
        self, card: RouterCard, folder: Path, encoders: Encoders, model: HubModel, routes_by_label: Mapping[str, str]
    ) -> None:
        super().__init__(card, folder, encoders)
        self._model = model
        self._sums = sums(model.labels, routes_by_label, card.routes)

    def _load(self) -> None:
        self._classifier = open_classifier(self._model, self.folder, self.encoders.threads)

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        return self._label_probabilities(prompts) @ self._sums

    def _evidence(self, prompts: PromptBatch, probabilities: NDArray[np.float64]) -> list[str]:
        p = self._label_probabilities(prompts)
        best = p.argmax(axis=1)
        return [
            f"its label “{self._model.labels[label]}” has {row[label]:.2f}" for row, label in zip(p, best, strict=True)
        ]

    def _warnings(self, prompts: PromptBatch) -> list[tuple[str, ...]]:
        outputs = self._outputs(prompts)
        limit = outputs.limit
        if outputs.counts is None or limit is None:
            return [()] * len(prompts)
        return [
            (f"Reads the first {limit} of this prompt's {count:,} tokens; the rest did not count.",)
            if count > limit
            else ()
            for count in outputs.counts
        ]

    def _outputs(self, prompts: PromptBatch) -> Outputs:
        return prompts.feature(f"outputs of {self.feature}", lambda: self._classifier(list(prompts)))

    def _label_probabilities(self, prompts: PromptBatch) -> NDArray[np.float64]:
        try:
            return label_probabilities(self._outputs(prompts), self._model)
        except UnavailableError as error:
            raise UnavailableError(f"{self.title}: {error.what}", error.mend) from error


def open_classifier(model: HubModel, folder: Path, threads: int = 0) -> Classifier:
    """Brings a repository's classifier into memory.

    Args:
        model: What the repository is.
        folder: Where its files lie.
        threads: Threads for one run; 0 is one per core. Keras takes what TensorFlow gives it.

    Raises:
        BadInputError: A file holds what it must not.
        UnavailableError: It cannot be read, or a framework is missing.
    """
    path = folder / model.weights
    if model.kind == "onnx":
        from router_models.hub.onnx_network import OnnxNetwork

        network = OnnxNetwork(path, folder, threads)
        return TokenClassifier(HubTokenizer(folder), network, normalised=network.normalised)
    if model.kind == "safetensors":
        from router_models.hub.torch_network import TorchNetwork

        return TokenClassifier(HubTokenizer(folder), TorchNetwork(folder, threads))
    from router_models.hub.keras_network import load_keras

    return load_keras(path, folder)


def classifier_card(
    router_id: str, model: HubModel, routes_by_label: Mapping[str, str], threshold: float = DEFAULT_THRESHOLD
) -> RouterCard:
    """The card of a classifier as a router: what is known of it, and that nothing was measured.

    Args:
        router_id: The router's id.
        model: What the repository is.
        routes_by_label: Route of every label.
        threshold: Operating point, where it has two routes.

    Raises:
        BadInputError: The routes do not fit the labels or each other.
    """
    routes = check_routes(model.labels, routes_by_label)
    chosen = ", ".join(f"{label} → {routes_by_label[label]}" for label in model.labels)
    return RouterCard(
        router=router_id,
        title=model.title,
        family=FAMILY,
        routes=routes,
        method=f"{_SUMMED} ({chosen}){_EACH if model.multi_label else ''}.",
        source=model.address,
        threshold=threshold if len(routes) == 2 else None,
        caution=CAUTION,
        version=_version(model, routes_by_label, threshold),
        files={file.name: file.sha256 for file in model.files if file.sha256},
        notes=(f"Text classifier {model.source.repo_id} of the Hub at {model.commit}.", f"Licence: {model.licence}."),
    )


def _version(model: HubModel, routes_by_label: Mapping[str, str], threshold: float) -> str:
    """The commit, and what was chosen here: the same classifier with other routes gives other scores."""
    chosen = json.dumps([sorted(routes_by_label.items()), threshold])
    return f"{model.commit[:7]}.{hashlib.sha256(chosen.encode()).hexdigest()[:4]}"
