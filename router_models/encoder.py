"""Tokenizer and ONNX encoders: each runs once per batch of prompts, for all routers that read it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from errors import UnavailableError
from router_models.prompt_batch import PromptBatch

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

MAX_TOKENS = 256
MICRO_BATCH = 32
_REBUILD = "Restore the file from the repository, or rebuild it with the training script in router_models/training."


@dataclass(frozen=True)
class Tokenized:
    """WordPiece ids of a batch, uncut, with the special tokens.

    `ids` holds one int64 array per prompt.
    """

    ids: tuple[NDArray[np.int64], ...]

    @property
    def counts(self) -> NDArray[np.int64]:
        """Tokens per prompt, (n_prompts,)."""
        return np.array([len(row) for row in self.ids], dtype=np.int64)

    def micro_batches(
        self, max_tokens: int
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
        """Yields (rows, input_ids, attention_mask), prompts of like length together so that little is padded.

        `rows` (m,) are indices into the batch, the other two are (m, length) with length ≤ `max_tokens`.
        """
        order = np.argsort(self.counts, kind="stable")
        for start in range(0, len(order), MICRO_BATCH):
            rows = order[start : start + MICRO_BATCH]
            cut = [_cut(self.ids[row], max_tokens) for row in rows]
            length = max(len(row) for row in cut)
            input_ids = np.zeros((len(cut), length), dtype=np.int64)
            mask = np.zeros((len(cut), length), dtype=np.int64)
            for i, row in enumerate(cut):
                input_ids[i, : len(row)] = row
                mask[i, : len(row)] = 1
            yield rows, input_ids, mask


def _cut(ids: NDArray[np.int64], max_tokens: int) -> NDArray[np.int64]:
    """Keeps the first tokens and the closing special token."""
    return ids if len(ids) <= max_tokens else np.append(ids[: max_tokens - 1], ids[-1])


class WordPiece:
    """The encoders' tokenizer, loaded on first use.

    Args:
        path: A `tokenizer.json` without truncation and padding.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._tokenizer: Tokenizer | None = None

    def load(self) -> None:
        """Reads the file once.

        Raises:
            UnavailableError: The file is missing.
        """
        with self._lock:
            if self._tokenizer is not None:
                return
            if not self._path.is_file():
                raise UnavailableError(f"The tokenizer {self._path} is missing.", _REBUILD)
            from tokenizers import Tokenizer

            self._tokenizer = Tokenizer.from_file(str(self._path))

    def __call__(self, prompts: Sequence[str]) -> Tokenized:
        """Tokenizes all prompts, uncut."""
        self.load()
        assert self._tokenizer is not None  # noqa: S101  load() has set it or raised; tells the type checker
        encodings = self._tokenizer.encode_batch_fast(list(prompts))
        return Tokenized(tuple(np.array(encoding.ids, dtype=np.int64) for encoding in encodings))


class OnnxModel:
    """An ONNX file that reads `input_ids` and `attention_mask`, opened on first use; safe to run from many threads.

    Args:
        path: The ONNX file.
        outputs: Names of the outputs to compute, each of shape (n_prompts, width).
        threads: Threads for one run; 0 lets ONNX Runtime choose (one per core).
    """

    def __init__(self, path: Path, outputs: Sequence[str], threads: int = 0) -> None:
        self.path = path
        self._outputs = tuple(outputs)
        self._threads = threads
        self._lock = threading.Lock()
        self._session: InferenceSession | None = None

    def load(self) -> None:
        """Opens the file once.

        Raises:
            UnavailableError: The file is missing or is not a model that ONNX Runtime can read.
        """
        with self._lock:
            if self._session is None:
                self._session = _open_session(self.path, self._threads)

    def __call__(self, tokenized: Tokenized, max_tokens: int = MAX_TOKENS) -> dict[str, NDArray[np.float32]]:
        """Runs the model on all prompts in micro-batches; returns each output as (n_prompts, width)."""
        parts = [(rows, self.run_arrays(ids, mask)) for rows, ids, mask in tokenized.micro_batches(max_tokens)]
        order = np.argsort(np.concatenate([rows for rows, _ in parts]), kind="stable")
        return {
            name: np.concatenate([values[i] for _, values in parts]).astype(np.float32, copy=False)[order]
            for i, name in enumerate(self._outputs)
        }

    def run_arrays(self, input_ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Sequence[Any]:
        """Runs the bare graph on padded (m, length) arrays; returns its outputs, each (m, width)."""
        self.load()
        assert self._session is not None  # noqa: S101  load() has set it or raised; tells the type checker
        outputs: Sequence[Any] = self._session.run(
            list(self._outputs), {"input_ids": input_ids, "attention_mask": mask}
        )
        return outputs


def _open_session(path: Path, threads: int) -> InferenceSession:
    if not path.is_file():
        raise UnavailableError(f"The weights {path} are missing.", _REBUILD)
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    # Threads that spin after a run would slow whatever runs next, here the other encoder.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime raises many kinds, all of which mean: not readable
        raise UnavailableError(f"The weights {path} cannot be read: {error}.", _REBUILD) from error


class Encoders:
    """The tokenizer and the two encoders that the panel's routers share.

    `frozen` is all-MiniLM-L6-v2 as published; `tuned` the encoder that was fine-tuned for routing, with a head per
    router. Results are memoized on the batch, so however many routers ask, each runs once.

    Args:
        weights: Folder with `encoder/` and `tuned-encoder/`.
        threads: Threads for one ONNX run; 0 lets ONNX Runtime choose.
    """

    def __init__(self, weights: Path, threads: int = 0) -> None:
        self.wordpiece = WordPiece(weights / "encoder" / "tokenizer.json")
        self.frozen = OnnxModel(weights / "encoder" / "model.onnx", ["embedding"], threads)
        self.tuned = OnnxModel(weights / "tuned-encoder" / "model.onnx", ["logits_3way", "logits_quality"], threads)

    def tokenized(self, prompts: PromptBatch) -> Tokenized:
        """WordPiece ids of the batch."""
        return prompts.feature("tokens", lambda: self.wordpiece(prompts))

    def embeddings(self, prompts: PromptBatch) -> NDArray[np.float32]:
        """Sentence embeddings of the frozen encoder, (n_prompts, 384), unit length."""
        return prompts.feature("frozen encoder", lambda: self.frozen(self.tokenized(prompts))["embedding"])

    def tuned_logits(self, prompts: PromptBatch) -> dict[str, NDArray[np.float32]]:
        """Logits of every head of the fine-tuned encoder, by output name, each (n_prompts, n_routes)."""
        return prompts.feature("tuned encoder", lambda: self.tuned(self.tokenized(prompts)))
