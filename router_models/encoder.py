"""The encoders in ONNX: each part runs once per batch of prompts, for all routers that read it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from router_models.onnx_model import MASK, OnnxModel
from router_models.prompt_batch import PromptBatch
from router_models.wordpiece import Tokenized, WordPiece, in_order

MAX_TOKENS = 256
SMALL = 24
"""Tokens up to which upper layers run faster on one thread than on two; the lower ones are as fast on either."""
CHUNK = 256
"""Prompts whose hidden states are kept at a time."""
LOWER_FILE = "lower.onnx"
UPPER_FILE = "upper.onnx"
STATES = "states"
MEANS = "means"
EMBEDDING = "embedding"
CHAT_LOGITS = "logits_3way"
"""Files of an encoder's two parts, and the tensors they give."""


@dataclass(frozen=True, eq=False)
class LowerStates:
    """One micro-batch after the lower layers.

    Attributes:
        rows: Indices into the batch, (m,).
        mask: 1 for tokens, 0 for padding, (m, length).
        states: Hidden states, (m, length, dim).
        means: See `Stem.means`, (m, 2 · dim + 1).
    """

    rows: NDArray[np.int64]
    mask: NDArray[np.int64]
    states: NDArray[np.float32]
    means: NDArray[np.float32]


class Stem:
    """Tokenizer, embeddings and lower layers: what encoders with the same base have in common, run once for all.

    Args:
        folder: Holds `tokenizer.json` and `lower.onnx`.
        threads: Threads for one ONNX run.
        run_limit_s: As for `OnnxModel`.
    """

    def __init__(self, folder: Path, threads: int, run_limit_s: float = 0.0) -> None:
        self.wordpiece = WordPiece(folder / "tokenizer.json")
        self.lower = OnnxModel(folder / LOWER_FILE, [STATES, MEANS], threads, run_limit_s=run_limit_s)
        self._name = folder.name

    def load(self) -> None:
        """Reads tokenizer and weights once.

        Raises:
            UnavailableError: A file is missing or broken.
        """
        self.wordpiece.load()
        self.lower.load()

    def tokenized(self, prompts: PromptBatch) -> Tokenized:
        """WordPiece ids of the batch."""
        return prompts.feature(f"tokens of {self._name}", lambda: self.wordpiece(prompts))

    def states(self, prompts: PromptBatch) -> Sequence[LowerStates]:
        """Hidden states after the lower layers, by micro-batch."""
        return prompts.feature(f"lower layers of {self._name}", lambda: self._run(self.tokenized(prompts)))

    def means(self, prompts: PromptBatch) -> NDArray[np.float32]:
        """Mean word embedding, mean state after the lower layers, and log number of tokens, (n, 2 · dim + 1)."""
        return prompts.feature(f"means of {self._name}", lambda: in_chunks(prompts, self._means))

    def _means(self, prompts: PromptBatch) -> NDArray[np.float32]:
        parts = self.states(prompts)
        return in_order([part.rows for part in parts], [part.means for part in parts])

    def _run(self, tokenized: Tokenized) -> list[LowerStates]:
        batches = list(tokenized.micro_batches(MAX_TOKENS))
        outputs = self.lower.run_each([{"input_ids": ids, MASK: mask} for _, ids, mask in batches])
        return [LowerStates(rows, mask, *found) for (rows, _, mask), found in zip(batches, outputs, strict=True)]


class Encoders:
    """The encoders that the panel's routers share; whatever two of them have in common runs once for a batch.

    The sentence encoder is all-MiniLM-L6-v2 as published; the chat encoder was fine-tuned for routing in its upper
    layers only, so both stand on the same stem, and the second costs half a forward. One that was trained from
    another base brings a stem of its own.

    Args:
        weights: Folder with `encoder/` and `tuned-encoder/`.
        threads: Threads for one ONNX run; 0 lets ONNX Runtime choose.
        run_limit_s: As for `OnnxModel`; also for the graphs of routers that stand on these encoders.
    """

    def __init__(self, weights: Path, threads: int = 0, run_limit_s: float = 0.0) -> None:
        tuned = weights / "tuned-encoder"
        self.threads = threads
        self.run_limit_s = run_limit_s
        self.stem = Stem(weights / "encoder", threads, run_limit_s)
        self.tuned_stem = Stem(tuned, threads, run_limit_s) if (tuned / LOWER_FILE).is_file() else self.stem
        self._sentence = OnnxModel(weights / "encoder" / UPPER_FILE, [EMBEDDING], threads, SMALL, run_limit_s)
        self._chat = OnnxModel(tuned / UPPER_FILE, [CHAT_LOGITS], threads, SMALL, run_limit_s)

    @property
    def wordpiece(self) -> WordPiece:
        """The sentence encoder's tokenizer."""
        return self.stem.wordpiece

    def load_chat(self) -> None:
        """Reads the chat encoder once.

        Raises:
            UnavailableError: A file is missing or broken.
        """
        self.tuned_stem.load()
        self._chat.load()

    def unload_chat(self) -> None:
        """Gives back the memory of what only the chat encoder has; it is read again when it is needed."""
        self._chat.unload()
        if self.tuned_stem is not self.stem:
            self.tuned_stem.lower.unload()

    def unload(self) -> None:
        """Gives back the memory of all encoders; they are read again when they are needed."""
        self.unload_chat()
        self.stem.lower.unload()
        self._sentence.unload()

    def tokenized(self, prompts: PromptBatch) -> Tokenized:
        """WordPiece ids of the batch."""
        return self.stem.tokenized(prompts)

    def embeddings(self, prompts: PromptBatch) -> NDArray[np.float32]:
        """Sentence embeddings, (n_prompts, 384), unit length."""
        return prompts.feature("sentence encoder", lambda: in_chunks(prompts, self._embed))

    def lower_means(self, prompts: PromptBatch) -> NDArray[np.float32]:
        """MiniLM's mean word embedding, mean state after layer 3 and log number of tokens, (n_prompts, 769)."""
        return self.stem.means(prompts)

    def chat_logits(self, prompts: PromptBatch) -> NDArray[np.float32]:
        """Logits of simple, general and reasoning, (n_prompts, 3)."""
        return prompts.feature("chat encoder", lambda: in_chunks(prompts, self._route_chat))

    def _embed(self, prompts: PromptBatch) -> NDArray[np.float32]:
        return _upper(self._sentence, self.stem.states(prompts))

    def _route_chat(self, prompts: PromptBatch) -> NDArray[np.float32]:
        return _upper(self._chat, self.tuned_stem.states(prompts))


def _upper(model: OnnxModel, parts: Sequence[LowerStates]) -> NDArray[np.float32]:
    """Runs upper layers on every micro-batch of lower ones; (n_prompts, width)."""
    outputs = model.run_each([{STATES: part.states, MASK: part.mask} for part in parts])
    return in_order([part.rows for part in parts], [output[0] for output in outputs])


def in_chunks(prompts: PromptBatch, compute: Callable[[PromptBatch], NDArray[np.float32]]) -> NDArray[np.float32]:
    """Computes a feature of a long batch piece by piece, so that its hidden states never fill the memory."""
    if len(prompts) <= CHUNK:
        return compute(prompts)
    pieces = [PromptBatch(prompts[start : start + CHUNK]) for start in range(0, len(prompts), CHUNK)]
    return np.concatenate([compute(piece) for piece in pieces])
