"""Which routers there are and in which order the panel shows them: one line per router."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from errors import DataError, PlaygroundError
from router_models.base import Router
from router_models.baselines import ConstantRouter, PromptLengthRouter, RandomRouter
from router_models.card import RouterCard, load_card
from router_models.cascade import CascadeRouter
from router_models.causal_5star import Causal5StarRouter
from router_models.composite import CompositeRouter
from router_models.encoder import Encoders
from router_models.encoder_routers import Encoder3WayRouter, EncoderQualityRouter
from router_models.ensemble import EnsembleRouter
from router_models.hierarchical import HierarchicalRouter
from router_models.llm_classifier import LlmClassifierRouter
from router_models.llm_router import LlmRouter
from router_models.matrix_factorization import MatrixFactorizationRouter
from router_models.nearest_neighbours import NearestNeighboursRouter
from router_models.onnx_routers import KerasRouter
from router_models.prompt_batch import PromptBatch
from router_models.prototypes import PrototypesRouter
from router_models.semantic import SemanticRouter
from router_models.similarity_weighted import SimilarityWeightedRouter

WEIGHTS = Path(__file__).parent / "weights"

ROUTERS: dict[str, type[Router]] = {
    "random": RandomRouter,
    "always-weak": ConstantRouter,
    "always-strong": ConstantRouter,
    "prompt-length": PromptLengthRouter,
    "keras-dnn": KerasRouter,
    "keras-bilstm": KerasRouter,
    "keras-bilstm2": KerasRouter,
    "keras-cnn": KerasRouter,
    "keras-cnn-lstm": KerasRouter,
    "encoder-3way": Encoder3WayRouter,
    "encoder-quality": EncoderQualityRouter,
    "semantic": SemanticRouter,
    "knn": NearestNeighboursRouter,
    "kmeans": PrototypesRouter,
    "similarity-weighted": SimilarityWeightedRouter,
    "matrix-factorization": MatrixFactorizationRouter,
    "causal-5star": Causal5StarRouter,
    "llm-classifier": LlmClassifierRouter,
    "llm-router": LlmRouter,
    "hierarchical": HierarchicalRouter,
    "ensemble": EnsembleRouter,
    "cascade": CascadeRouter,
}


class BrokenRouter(Router):
    """Stands for a router whose card cannot be read: always unavailable, with the reason.

    Args:
        name: The router's id.
        error: What is wrong with its card.
        folder: Where its weights lie.
        encoders: As for every router.
    """

    def __init__(self, name: str, error: PlaygroundError, folder: Path, encoders: Encoders) -> None:
        card = RouterCard(router=name, title=name, family="unavailable", routes=("weak", "strong"), method=error.what)
        super().__init__(card, folder, encoders)
        self._error = error

    def _load(self) -> None:
        raise self._error

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        raise self._error


def build_routers(encoders: Encoders, weights: Path = WEIGHTS) -> list[Router]:
    """Makes every router from its card, without reading weights; one with a broken card becomes unavailable."""
    routers: dict[str, Router] = {}
    for name, kind in ROUTERS.items():
        folder = weights / name
        try:
            card = load_card(folder)
            if issubclass(kind, CompositeRouter):  # it may ask whatever comes before it
                routers[name] = kind(card, folder, encoders, dict(routers))
            else:
                routers[name] = kind(card, folder, encoders)
        except DataError as error:
            routers[name] = BrokenRouter(name, error, folder, encoders)
    return list(routers.values())
