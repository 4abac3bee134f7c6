"""Routers whose learnt part is an ONNX graph: the Keras family and the heads of the fine-tuned encoder."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from router_models.base import Router, softmax
from router_models.encoder import MAX_TOKENS, OnnxModel
from router_models.prompt_batch import PromptBatch


class KerasRouter(Router):
    """A Keras network over WordPiece ids, served from its ONNX export `model.onnx` (output `logits`)."""

    evidence_kind = "A small neural network reads the word pieces in order."

    def _load(self) -> None:
        self._model = OnnxModel(self.folder / "model.onnx", ["logits"], threads=1)
        self._model.load()
        self.encoders.wordpiece.load()

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        tokenized = self.encoders.tokenized(prompts)
        logits = self._model(tokenized, self.card.max_tokens or MAX_TOKENS)["logits"]
        return softmax(logits, self.card.temperature)


class TunedEncoderRouter(Router):
    """One head of the encoder that was fine-tuned for routing; all heads share its one forward."""

    evidence_kind = "A transformer reads the whole prompt at once."
    output: str

    def _load(self) -> None:
        self.encoders.wordpiece.load()
        self.encoders.tuned.load()

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        return softmax(self.encoders.tuned_logits(prompts)[self.output], self.card.temperature)


class Encoder3WayRouter(TunedEncoderRouter):
    """simple / general / reasoning, as an LLM labelled chat prompts."""

    output = "logits_3way"


class EncoderQualityRouter(TunedEncoderRouter):
    """Whether the weak LLM suffices, learnt from measured outcomes."""

    output = "logits_quality"
