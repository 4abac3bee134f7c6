"""WordPiece tokens of a batch of prompts, and the micro-batches in which models read them."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from errors import UnavailableError
from router_models.onnx_model import MASK, REBUILD, OnnxModel
from router_models.tokenizer_failure import failing_as

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MICRO_BATCH = 16
"""Prompts that a model reads in one run: more take as long for each (8 bits keep a core busy with one prompt already),
and fewer, larger runs are harder to share out between cores."""


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
            UnavailableError: The file is missing or broken.
        """
        with self._lock:
            if self._tokenizer is not None:
                return
            if not self._path.is_file():
                raise UnavailableError(f"The tokenizer {self._path} is missing.", REBUILD)
            from tokenizers import Tokenizer

            with failing_as(f"The tokenizer {self._path} cannot be read.", REBUILD):
                self._tokenizer = Tokenizer.from_file(str(self._path))

    def __call__(self, prompts: Sequence[str]) -> Tokenized:
        """Tokenizes all prompts, uncut.

        Raises:
            UnavailableError: The file is missing or broken, or the tokenizer fails on a prompt.
        """
        self.load()
        assert self._tokenizer is not None  # noqa: S101  load() has set it or raised; tells the type checker
        with failing_as(f"The tokenizer {self._path.name} fails on this prompt.", REBUILD):
            encodings = self._tokenizer.encode_batch_fast(list(prompts))
        return Tokenized(tuple(np.array(encoding.ids, dtype=np.int64) for encoding in encodings))


def in_order(rows: Sequence[NDArray[np.int64]], values: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Puts the results of micro-batches, each (m, width), into the order of the prompts, (n_prompts, width)."""
    if len(rows) == 1 and len(rows[0]) == 1:
        return values[0]
    result = np.empty((sum(map(len, rows)), values[0].shape[1]), dtype=np.float32)
    for places, part in zip(rows, values, strict=True):
        result[places] = part
    return result


def run_on_tokens(model: OnnxModel, tokenized: Tokenized, max_tokens: int) -> NDArray[np.float32]:
    """Runs a graph that reads `input_ids` and `attention_mask`; returns its first output, (n_prompts, width)."""
    batches = list(tokenized.micro_batches(max_tokens))
    outputs = model.run_each([{"input_ids": ids, MASK: mask} for _, ids, mask in batches])
    values = [output[0] for output in outputs]
    return in_order([rows for rows, _, _ in batches], values)
