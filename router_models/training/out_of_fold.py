"""Out-of-fold scores on the train parts: what composites are fitted on, since members know their own train rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.benchmark import FloatArray

FOLDER = Path("artifacts/oof")
"""git-ignored; every training script writes its router's file anew."""


def save_out_of_fold(
    router: str, keys: Sequence[str], datasets: Sequence[str], p_strong: FloatArray, folder: Path = FOLDER
) -> Path:
    """Writes `<router>.npz`.

    Args:
        router: Router id.
        keys: Hash of each row's question, n texts.
        datasets: Name of each row's data set, n texts.
        p_strong: From models that have not seen the row, (n,).
        folder: Where to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{router}.npz"
    np.savez_compressed(path, key=np.array(keys), dataset=np.array(datasets), p_strong=np.asarray(p_strong))
    return path


def load_out_of_fold(router: str, folder: Path = FOLDER) -> dict[tuple[str, str], float]:
    """(data set, hash of the question) → P(strong); empty where the router has no file."""
    path = folder / f"{router}.npz"
    if not path.is_file():
        return {}
    with np.load(path, allow_pickle=False) as arrays:
        rows = zip(arrays["dataset"].tolist(), arrays["key"].tolist(), arrays["p_strong"].tolist(), strict=True)
        return {(dataset, key): float(p_strong) for dataset, key, p_strong in rows}
