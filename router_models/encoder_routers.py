"""Routers that read the encoder that was fine-tuned for routing, or the layers on which it stands."""

from __future__ import annotations

from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from errors import UnavailableError
from router_models.base import Router, softmax
from router_models.onnx_model import REBUILD
from router_models.prompt_batch import PromptBatch

HEAD_FILE = "head.npz"


class Encoder3WayRouter(Router):
    """simple / general / reasoning, as an LLM labelled chat prompts: the fine-tuned upper layers."""

    evidence_kind = "A transformer reads the whole prompt at once."
    beside = True

    def _load(self) -> None:
        self.encoders.load_chat()

    def _unload(self) -> None:
        self.encoders.unload_chat()

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        return softmax(self.encoders.chat_logits(prompts), self.card.temperature)


class QualityHead:
    """A linear head on the lower layers: logits of weak and strong.

    Args:
        path: An npz with `weight` (2, 2 · dim + 1) and `bias` (2,).

    Raises:
        UnavailableError: The file is missing or not of that form.
    """

    def __init__(self, path: Path) -> None:
        try:
            with np.load(path, allow_pickle=False) as arrays:
                self._weight, self._bias = arrays["weight"].T, arrays["bias"]
        except (OSError, ValueError, KeyError, BadZipFile) as error:
            raise UnavailableError(f"The weights {path} cannot be read: {error}.", REBUILD) from error

    def logits(self, means: NDArray[np.float32]) -> NDArray[np.float32]:
        """Logits (n, 2) of what `Stem.means` gives, (n, 2 · dim + 1)."""
        logits: NDArray[np.float32] = means @ self._weight + self._bias
        return logits


class EncoderQualityRouter(Router):
    """Whether the weak LLM suffices, learnt from measured outcomes."""

    evidence_kind = "The lower half of a transformer reads the whole prompt at once."

    def _load(self) -> None:
        self._head = QualityHead(self.folder / HEAD_FILE)
        self.encoders.tuned_stem.load()

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        return softmax(self._head.logits(self.encoders.tuned_stem.means(prompts)), self.card.temperature)
