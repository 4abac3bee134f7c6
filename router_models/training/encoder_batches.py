"""Token ids and padded batches for training: prompts of like length together, so that little is padded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from benchmarks.benchmark import IntArray


def tokenize(tokenizer: Tokenizer, prompts: Sequence[str], max_tokens: int) -> list[list[int]]:
    """Token ids of each prompt: the first tokens and the closing special token where it is longer than that."""
    rows = [encoding.ids for encoding in tokenizer.encode_batch(list(prompts))]
    return [row if len(row) <= max_tokens else [*row[: max_tokens - 1], row[-1]] for row in rows]


def padded_batches(ids: Sequence[list[int]], size: int) -> Iterator[tuple[IntArray, torch.Tensor, torch.Tensor]]:
    """Yields (rows, input_ids, attention_mask) from short to long; the latter two are (m, length)."""
    lengths = np.array([len(row) for row in ids])
    for rows in by_length(lengths, size):
        batch = torch.nn.utils.rnn.pad_sequence([torch.tensor(ids[row]) for row in rows], batch_first=True)
        yield rows, batch, token_mask(torch.tensor(lengths[rows]))


def by_length(lengths: NDArray[np.integer], size: int) -> list[IntArray]:
    """Row numbers in batches, from short to long."""
    order = np.argsort(lengths, kind="stable")
    return [order[start : start + size] for start in range(0, len(order), size)]


def token_mask(lengths: torch.Tensor) -> torch.Tensor:
    """1 for tokens and 0 for padding, (n, longest), of lengths (n,)."""
    return (torch.arange(int(lengths.max()))[None] < lengths[:, None]).long()


def precision(bfloat16: bool) -> AbstractContextManager[object]:
    """Lets torch multiply in bfloat16: twice as fast on processors that have it, far slower on others."""
    return torch.autocast("cpu", torch.bfloat16, enabled=bfloat16)
