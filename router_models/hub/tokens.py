"""A classifier's own tokenizer, from its `tokenizer.json`: no code of its author runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from router_models.hub.choice import CONFIG, TOKENIZER, TOKENIZER_CONFIG
from router_models.hub.listing import read_object
from router_models.tokenizer_failure import failing_as

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

LONGEST = 512
"""Tokens that are read at most: attention costs the square of them, and the panel waits."""

MICRO_BATCH = 16
_UNLIMITED = 100_000
_OFFSET = 2


@dataclass(frozen=True, slots=True)
class Read:
    """One prompt as the network reads it: ids and segment ids, and how many tokens there were before the cut."""

    ids: tuple[int, ...]
    segments: tuple[int, ...]
    count: int


@dataclass(frozen=True, slots=True)
class MicroBatch:
    """Prompts of like length, padded.

    Attributes:
        rows: Indices into the prompts, (m,).
        ids: Token ids, (m, length).
        mask: 1 for tokens, 0 for padding, (m, length).
        segments: Segment ids, (m, length).
    """

    rows: NDArray[np.int64]
    ids: NDArray[np.int64]
    mask: NDArray[np.int64]
    segments: NDArray[np.int64]


class HubTokenizer:
    """Reads prompts with the tokenizer of a repository.

    Args:
        folder: Holds `tokenizer.json`, `config.json`, and maybe `tokenizer_config.json`.

    Raises:
        UnavailableError: The tokenizer cannot be read.
        BadInputError: A configuration cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        config = read_object(folder / CONFIG)
        settings_path = folder / TOKENIZER_CONFIG
        settings = read_object(settings_path) if settings_path.is_file() else {}
        self.limit = reading_limit(config, settings)
        self._pad_id = _pad_id(config)
        with failing_as(f"{TOKENIZER} cannot be read.", "Ask its author to save it again."):
            tokenizer: Tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        tokenizer.no_padding()
        tokenizer.enable_truncation(self.limit)
        self._tokenizer = tokenizer

    def __call__(self, prompts: Sequence[str]) -> list[Read]:
        """Reads prompts, cut where the network reads no further.

        Raises:
            UnavailableError: The tokenizer fails on them.
        """
        with failing_as(f"{TOKENIZER} fails on this prompt.", "Remove the router, or ask its author."):
            encodings = self._tokenizer.encode_batch(list(prompts))
        return [_read(encoding) for encoding in encodings]

    def micro_batches(self, reads: Sequence[Read], size: int = MICRO_BATCH, length: int = 0) -> Iterator[MicroBatch]:
        """Prompts in small padded batches, short ones first.

        Args:
            reads: The prompts.
            size: Most of them in one batch.
            length: Tokens to which all are padded or cut; 0 is the longest of each batch.
        """
        order = np.argsort([len(read.ids) for read in reads], kind="stable")
        for start in range(0, len(order), size):
            rows = order[start : start + size]
            width = length or max(len(reads[row].ids) for row in rows)
            ids = np.full((len(rows), width), self._pad_id, dtype=np.int64)
            mask = np.zeros((len(rows), width), dtype=np.int64)
            segments = np.zeros((len(rows), width), dtype=np.int64)
            for place, row in enumerate(rows):
                read = reads[row]
                have = min(len(read.ids), width)
                ids[place, :have] = read.ids[:have]
                mask[place, :have] = 1
                segments[place, :have] = read.segments[:have]
            yield MicroBatch(rows, ids, mask, segments)


def reading_limit(config: Mapping[str, Any], settings: Mapping[str, Any]) -> int:
    """How many tokens a classifier reads, from its own and its tokenizer's configuration."""
    limits = [LONGEST]
    positions = config.get("max_position_embeddings")
    if type(positions) is int and positions > _OFFSET:
        # RoBERTa and its kin count positions from 2 on: 514 of them are for 512 tokens.
        limits.append(positions - _OFFSET if positions % 64 == _OFFSET else positions)
    stated = settings.get("model_max_length")
    if isinstance(stated, int | float) and 0 < stated < _UNLIMITED:
        limits.append(int(stated))
    return min(limits)


def _pad_id(config: Mapping[str, Any]) -> int:
    stated = config.get("pad_token_id")
    return stated if type(stated) is int and stated >= 0 else 0


def _read(encoding: Encoding) -> Read:
    further = sum(len(part.ids) - sum(part.special_tokens_mask) for part in encoding.overflowing)
    return Read(tuple(encoding.ids), tuple(encoding.type_ids), len(encoding.ids) + further)
