"""How far a prompt lies from what a router was trained on, as a percentile of its own training prompts."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from errors import DataError, PlaygroundError
from router_models.base import Router
from router_models.encoder import Encoders
from router_models.prompt_batch import PromptBatch

REFERENCES = "references"
NEIGHBOURS = 5
FAR_PERCENTILE = 95.0

logger = logging.getLogger(__name__)


def reference_path(weights: Path, name: str) -> Path:
    """Where the reference of that name lies; routers trained on the same prompts share one."""
    return weights / REFERENCES / f"{name}.npz"


class TrainingReference:
    """A sample of a router's training prompts as frozen-encoder embeddings, and their distances to each other.

    The method is k-nearest-neighbour out-of-distribution detection (Sun et al., 2022, "Out-of-Distribution
    Detection with Deep Nearest Neighbors", section 3), on cosine distance.

    Args:
        path: An npz with `embeddings` (k, 384) int8, the unit vectors times 127, and `quantiles` (101,), the 0th to
            100th percentile of the mean cosine distance of each to its nearest neighbours, itself left out.

    Raises:
        DataError: The file is missing or not of that form.
    """

    def __init__(self, path: Path) -> None:
        try:
            with np.load(path, allow_pickle=False) as arrays:
                rows = arrays["embeddings"].astype(np.float32)
                self._quantiles: NDArray[np.float32] = arrays["quantiles"].astype(np.float32)
            if rows.ndim != 2 or len(rows) == 0 or self._quantiles.shape != (101,):
                raise ValueError(f"embeddings of shape {rows.shape}, quantiles of {self._quantiles.shape}")
        except (OSError, ValueError, KeyError, BadZipFile) as error:
            raise DataError(
                f"The training reference {path} cannot be read: {error}.", "Run the training script again."
            ) from error
        self._embeddings: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def percentiles(self, embeddings: NDArray[np.float32]) -> NDArray[np.float64]:
        """Share of training prompts, in percent, that lie closer to the rest than each of these (n, 384) prompts."""
        # vecdot stays on this thread: a threaded matrix product waits for cores that the encoders keep busy.
        cosines = np.vecdot(embeddings[:, None, :], self._embeddings[None, :, :])
        count = min(NEIGHBOURS, cosines.shape[1])
        nearest = np.partition(cosines, -count, axis=1)[:, -count:]
        distance = 1 - nearest.mean(axis=1)
        ranks = np.searchsorted(self._quantiles, distance, side="left")
        percentiles: NDArray[np.float64] = np.clip(ranks, 0, 100).astype(np.float64)
        return percentiles


class NoveltyHints:
    """How far prompts lie from what each router was trained on; every reference is read once and asked once a batch.

    Args:
        encoders: The sentence encoder that embeds prompts.
    """

    def __init__(self, encoders: Encoders) -> None:
        self._encoders = encoders
        self._lock = threading.Lock()
        self._files: dict[Path, TrainingReference | None] = {}
        self._references: dict[tuple[str, str], TrainingReference | None] = {}

    def prepare(self, routers: Iterable[Router], batch: PromptBatch) -> None:
        """Does beforehand what `percentiles` of these routers would do, for a thread that has nothing else to do."""
        for router in routers:
            self.percentiles(router, batch)

    def percentiles(self, router: Router, batch: PromptBatch) -> NDArray[np.float64] | None:
        """Percentile per prompt, (n,); None for a router without a reference, or with one that cannot be read."""
        name = router.card.reference
        if not name:
            return None
        key = (router.id, name)
        reference = self._references[key] if key in self._references else self._read(key, router)
        if reference is None:
            return None
        try:
            return batch.feature(
                f"novelty against {name}", lambda: reference.percentiles(self._encoders.embeddings(batch))
            )
        except PlaygroundError:  # without the sentence encoder there is no hint; the encoder's own routers say why
            return None

    def _read(self, key: tuple[str, str], router: Router) -> TrainingReference | None:
        """Reads a router's reference, once for all routers that share it."""
        path = reference_path(router.folder.parent, router.card.reference)
        with self._lock:
            if path not in self._files:
                try:
                    self._files[path] = TrainingReference(path)
                except PlaygroundError as error:
                    logger.warning("no novelty hint: %s", error)
                    self._files[path] = None
            self._references[key] = self._files[path]
            return self._files[path]
