"""Training prompts as unit vectors, with what every LLM made of them: two routers look prompts up here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from router_models.arrays import read_arrays
from router_models.encoder import Encoders
from router_models.prompt_batch import PromptBatch

REFERENCES_FILE = Path("outcomes") / "references.npz"
"""Below the folder of all weights, because two routers share it."""

NEAREST = 256
"""How many training prompts count for P(correct)."""

SAMPLE_EVERY = 8
"""Of so many cosines one is looked at to find where the nearest end."""

MISSING = 255
PERCENT = 100.0
LEVELS = 127.0


@dataclass(frozen=True, eq=False)
class Projection:
    """Principal directions of the training prompts' embeddings.

    Attributes:
        centre: Mean embedding, (384,).
        directions: Orthonormal columns, (384, dim).
    """

    centre: NDArray[np.float32]
    directions: NDArray[np.float32]

    def __call__(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """Unit vectors in the principal directions, (n, dim), of embeddings (n, 384)."""
        projected = (embeddings - self.centre) @ self.directions
        lengths = np.linalg.norm(projected, axis=1, keepdims=True)
        unit: NDArray[np.float32] = projected / np.maximum(lengths, 1e-9)
        return unit


@dataclass(frozen=True, eq=False)
class Similar:
    """What is like n prompts.

    Attributes:
        cosines: With every training prompt, (n, N).
        nearest: Numbers of the nearest ones, nearest first, (n, NEAREST) or (n, N) if there are fewer.
    """

    cosines: NDArray[np.float32]
    nearest: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class References:
    """N training prompts and m LLMs.

    Attributes:
        projection: How prompts are projected.
        units: Unit vectors of the training prompts, (N, dim); those on which the pair was measured come first.
        quality: 0 to 1, 0 where not measured, (N, m).
        measured: 1 where measured, else 0, (N, m).
        llms: m names.
        abilities: See `local_rates`, (m,).
        pair: Columns of the weak and the strong LLM.
        percent: Quality in percent, `MISSING` where not measured, (N, m): what was read from a file, from which rows
            are taken with an eighth of the memory traffic. None for references that were not read.
    """

    projection: Projection
    units: NDArray[np.float32]
    quality: NDArray[np.float32]
    measured: NDArray[np.float32]
    llms: tuple[str, ...]
    abilities: NDArray[np.float64]
    pair: tuple[int, int]
    percent: NDArray[np.uint8] | None = None

    @cached_property
    def n_paired(self) -> int:
        """How many of the first prompts have outcomes of both LLMs of the pair."""
        weak, strong = self.pair
        return int((self.measured[:, weak] * self.measured[:, strong]).sum())

    @cached_property
    def wins(self) -> NDArray[np.float32]:
        """Win rate of the strong LLM over the weak one, a tie counting half, (n_paired,)."""
        weak, strong = self.pair
        gained = self.quality[: self.n_paired, strong] - self.quality[: self.n_paired, weak]
        return np.asarray((1 + gained) / 2, dtype=np.float32)

    @cached_property
    def mean_win(self) -> float:
        """Mean of `wins`."""
        return float(self.wins.mean())

    def cosines(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """Similarity of prompts with every training prompt, (n, N), of embeddings (n, 384)."""
        # vecdot stays on this thread and rounds alike for one prompt and for many; a threaded product does neither.
        projected = self.projection(embeddings)
        return np.asarray(np.vecdot(projected[:, None, :], self.units[None, :, :]), dtype=np.float32)

    def look_up(self, embeddings: NDArray[np.float32]) -> Similar:
        """Similarity with every training prompt, and the nearest of them."""
        cosines = self.cosines(embeddings)
        count = min(NEAREST, cosines.shape[1])
        return Similar(cosines, np.stack([largest(row, count) for row in cosines]))

    def outcomes(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Quality and whether it was measured of some training prompts, each (*rows.shape, m)."""
        if self.percent is None:
            return self.quality[rows], self.measured[rows]
        return _from_percent(self.percent[rows])

    def look_up_shared(self, encoders: Encoders, prompts: PromptBatch) -> Similar:
        """The same for a batch, computed once for all routers that ask."""
        return prompts.feature("outcome references", lambda: self.look_up(encoders.embeddings(prompts)))

    def save(self, path: Path) -> None:
        """Writes the references: directions as float16, vectors as int8, quality in percent."""
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            path,
            centre=self.projection.centre.astype(np.float32),
            directions=self.projection.directions.astype(np.float16),
            units=np.rint(self.units * LEVELS).astype(np.int8),
            quality=np.where(self.measured > 0, np.rint(self.quality * PERCENT), MISSING).astype(np.uint8),
            llms=np.array(self.llms),
            abilities=self.abilities,
            pair=np.array(self.pair),
        )


def largest(values: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Places of the largest values, largest first; of equal ones the earlier.

    A sample says where to cut, so that few values are sorted; where it has misled, all are.

    Args:
        values: Shape (N,).
        count: From 1 to N.
    """
    sample = values[::SAMPLE_EVERY]
    above = min(len(sample), 4 + 3 * count // (2 * SAMPLE_EVERY))
    cut = np.partition(sample, -above)[-above]
    places = np.flatnonzero(values >= cut)
    if len(places) < count:
        places = np.arange(len(values))
    order = np.argsort(-values[places], kind="stable")[:count]
    found: NDArray[np.int64] = places[order]
    return found


def read_references(path: Path) -> References:
    """Reads what `References.save` wrote.

    Raises:
        UnavailableError: The file is missing or broken.
    """
    names = ("centre", "directions", "units", "quality", "llms", "abilities", "pair")
    arrays = read_arrays(path, names)
    quality, measured = _from_percent(arrays["quality"])
    weak, strong = arrays["pair"].tolist()
    return References(
        projection=Projection(arrays["centre"].astype(np.float32), arrays["directions"].astype(np.float32)),
        units=arrays["units"].astype(np.float32) / np.float32(LEVELS),
        quality=quality,
        measured=measured,
        llms=tuple(str(llm) for llm in arrays["llms"]),
        abilities=arrays["abilities"].astype(np.float64),
        pair=(int(weak), int(strong)),
        percent=arrays["quality"],
    )


def _from_percent(percent: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Quality from 0 to 1, 0 where not measured, and 1 where measured, else 0."""
    measured = (percent != MISSING).astype(np.float32)
    return percent * measured / np.float32(PERCENT), measured
