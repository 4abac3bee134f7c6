"""What the outcome routers read of a prompt, computed once for all of their training scripts and kept in a cache."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from router_models.encoder import CHUNK, Encoders
from router_models.prompt_batch import PromptBatch

CACHE = Path("artifacts/outcomes/features.npz")
"""git-ignored: numbers only, but of third-party prompts."""

EMBEDDING_WIDTH = 384
EMBEDDING_FEATURE, MEANS_FEATURE = "sentence encoder", "means of encoder"
"""Under which names `Encoders` keeps them on a batch."""

SAVE_EVERY = 8
logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Features:
    """Of n prompts.

    Attributes:
        embeddings: Unit sentence embeddings, (n, 384), float32.
        means: Mean word embedding, mean state after layer 3 and log number of tokens, (n, 769), float32.
    """

    embeddings: NDArray[np.float32]
    means: NDArray[np.float32]

    def take(self, rows: NDArray[np.int64]) -> Features:
        """The given rows, in the given order."""
        return Features(self.embeddings[rows], self.means[rows])


def features_of(prompts: Sequence[str], weights: Path, cache: Path | None = CACHE) -> Features:
    """Features of prompts, taken from the cache where it has them, and added to it where not.

    Args:
        prompts: n texts.
        weights: Folder with `encoder/`.
        cache: The npz file; None keeps none.
    """
    encoders = Encoders(weights, threads=1)
    keys = [hashlib.sha256(prompt.encode("utf-8", errors="surrogatepass")).hexdigest()[:24] for prompt in prompts]
    known = _read(cache)
    new = {key: prompt for key, prompt in zip(keys, prompts, strict=True) if key not in known}
    by_length = sorted(new, key=lambda key: len(new[key]))
    for start in range(0, len(by_length), CHUNK):
        chunk = by_length[start : start + CHUNK]
        batch = PromptBatch([new[key] for key in chunk])
        known.update(zip(chunk, np.hstack([encoders.embeddings(batch), encoders.lower_means(batch)]), strict=True))
        if cache is not None and (start // CHUNK) % SAVE_EVERY == SAVE_EVERY - 1:
            _write(cache, known)
            logger.info("features of %d of %d new prompts", start + len(chunk), len(new))
    if cache is not None and new:
        _write(cache, known)
    both = np.stack([known[key] for key in keys])
    return Features(both[:, :EMBEDDING_WIDTH], np.ascontiguousarray(both[:, EMBEDDING_WIDTH:]))


def known_batch(prompts: Sequence[str], features: Features) -> PromptBatch:
    """A batch whose encoder features are known already, so that a served router is measured without another forward.

    Args:
        prompts: n texts.
        features: Of those texts.
    """
    batch = PromptBatch(prompts)
    batch.feature(EMBEDDING_FEATURE, lambda: features.embeddings)
    batch.feature(MEANS_FEATURE, lambda: features.means)
    return batch


def _read(cache: Path | None) -> dict[str, NDArray[np.float32]]:
    if cache is None or not cache.is_file():
        return {}
    with np.load(cache, allow_pickle=False) as arrays:
        return dict(zip(arrays["keys"].tolist(), arrays["features"], strict=True))


def _write(cache: Path, known: dict[str, NDArray[np.float32]]) -> None:
    cache.parent.mkdir(parents=True, exist_ok=True)
    part = cache.with_suffix(".part.npz")
    np.savez(part, keys=np.array(list(known)), features=np.stack(list(known.values())))
    part.replace(cache)
