"""Routers whose learnt part is an ONNX graph: the Keras family."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from router_models.base import Router, softmax
from router_models.encoder import MAX_TOKENS
from router_models.onnx_model import OnnxModel
from router_models.prompt_batch import PromptBatch
from router_models.wordpiece import run_on_tokens


class KerasRouter(Router):
    """A Keras network over WordPiece ids, served from its ONNX export `model.onnx` (output `logits`)."""

    evidence_kind = "Small neural networks, averaged, read the word pieces of the prompt."
    beside = True

    def _load(self) -> None:
        limit_s = self.encoders.run_limit_s
        self._model = OnnxModel(self.folder / "model.onnx", ["logits"], threads=1, run_limit_s=limit_s)
        self._model.load()
        self.encoders.wordpiece.load()

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        tokenized = self.encoders.tokenized(prompts)
        logits = run_on_tokens(self._model, tokenized, self.card.max_tokens or MAX_TOKENS)
        return softmax(logits, self.card.temperature)
