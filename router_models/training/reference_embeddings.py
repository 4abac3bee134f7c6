"""Writes what the out-of-distribution hint needs: a sample of a router's training prompts as numbers.

Only embeddings leave this file, never text.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from router_models.encoder import Encoders
from router_models.novelty import NEIGHBOURS
from router_models.prompt_batch import PromptBatch

SAMPLE = 2048
_PERCENTILES = np.arange(101)


def write_reference(path: Path, prompts: Sequence[str], weights: Path, seed: int = 0) -> None:
    """Embeds a random sample of training prompts and writes it with the distances among them.

    Args:
        path: The npz file to write.
        prompts: The router's training prompts; of equal ones the first counts.
        weights: Folder with the frozen encoder.
        seed: Chooses the sample.

    Raises:
        UnavailableError: The frozen encoder is missing.
        ValueError: There are not more distinct prompts than neighbours.
    """
    distinct = list(dict.fromkeys(prompts))
    if len(distinct) <= NEIGHBOURS:
        raise ValueError(f"A reference needs more than {NEIGHBOURS} distinct prompts, not {len(distinct)}.")
    rows = np.random.default_rng(seed).permutation(len(distinct))[:SAMPLE]
    write_embeddings(path, Encoders(weights).embeddings(PromptBatch([distinct[row] for row in rows])))


def write_embeddings(path: Path, embeddings: NDArray[np.float32]) -> None:
    """Writes a sample of training prompts that are embedded already, unit vectors (n, dim), n above `NEIGHBOURS`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path,
        embeddings=np.rint(embeddings * 127).astype(np.int8),
        quantiles=np.percentile(neighbour_distances(embeddings), _PERCENTILES).astype(np.float32),
    )


def neighbour_distances(embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean cosine distance of each row to its nearest other rows, (n,).

    Args:
        embeddings: Unit vectors, (n, dim), n greater than the number of neighbours.
    """
    cosines = embeddings @ embeddings.T
    np.fill_diagonal(cosines, -np.inf)
    nearest = np.partition(cosines, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS:]
    distances: NDArray[np.float32] = 1 - nearest.mean(axis=1)
    return distances
