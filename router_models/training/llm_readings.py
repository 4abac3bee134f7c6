"""What a causal LLM makes of texts, kept on disk, because reading thousands of them takes minutes."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from router_models.training.file_hash import sha256_of
from router_models.training.llm_states import StateReader

logger = logging.getLogger(__name__)


class Readings:
    """Arrays that follow from an LLM and texts; the LLM is loaded only if some must be computed.

    Args:
        gguf: The model's file.
        cache: Folder to keep arrays in.
        threads: Threads of PyTorch.
    """

    def __init__(self, gguf: Path, cache: Path, threads: int) -> None:
        self._gguf = gguf
        self._cache = cache
        self._threads = threads
        self._reader: StateReader | None = None

    def kept(
        self, name: str, texts: Sequence[str], compute: Callable[[StateReader], Mapping[str, Any]]
    ) -> dict[str, NDArray[Any]]:
        """Arrays by name, from disk where the same LLM has read the same texts.

        Args:
            name: Of what is read, for the file's name.
            texts: Whatever the arrays depend on beside the LLM.
            compute: Gives the arrays.
        """
        digest = hashlib.sha256("\0".join([sha256_of(self._gguf), *texts]).encode("utf-8", "replace")).hexdigest()
        path = self._cache / f"{name}-{digest[:16]}.npz"
        if not path.is_file():
            logger.info("reading %s", name)
            self._reader = self._reader or StateReader(self._gguf, self._threads)
            arrays = compute(self._reader)
            self._cache.mkdir(parents=True, exist_ok=True)
            np.savez(path, **arrays)
        with np.load(path, allow_pickle=False) as kept:
            return dict(kept)
