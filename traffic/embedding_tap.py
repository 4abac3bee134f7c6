"""A router that hands on the sentence embeddings of what it routes: computed already wherever a router reads them."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from errors import PlaygroundError
from router_models.base import Router
from router_models.decision import RouterScore
from router_models.prompt_batch import PromptBatch


class EmbeddingTap(Router):
    """Stands in a run for one of the panel's routers and says what that one says.

    Args:
        inner: The router.

    Attributes:
        embeddings: Of the batches that were scored, each (n_prompts, 384).
    """

    def __init__(self, inner: Router) -> None:
        super().__init__(inner.card, inner.folder, inner.encoders)
        self._inner = inner
        self.beside = inner.beside
        self.asks_others = inner.asks_others
        self.embeddings: list[NDArray[np.float32]] = []

    def score(self, batch: PromptBatch) -> list[RouterScore]:
        """As the router; its latency leaves out the embeddings that it does not need itself."""
        scores = self._inner.score(batch)
        with suppress(PlaygroundError):  # without the sentence encoder there are no groups, but what was scored counts
            self.embeddings.append(self.encoders.embeddings(batch))
        return scores

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        return self._inner.probabilities(prompts)
