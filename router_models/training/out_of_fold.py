"""Out-of-fold scores on the train parts: what composites are fitted on, since members know their own train rows.

A file says which weights its scores belong to: scores of a router that has been trained anew since are refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.benchmark import FloatArray
from benchmarks.manifest import SCORING_FIELDS
from errors import DataError
from router_models.card import RouterCard

FOLDER = Path("artifacts/oof")
"""git-ignored; every training script writes its router's file anew."""

_DIGITS = 16


def version_of(card: RouterCard) -> str:
    """16 hexadecimal digits that change with a router's weights, not with the figures and words on its card."""
    said = json.dumps(card.model_dump(mode="json", include=set(SCORING_FIELDS)), sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:_DIGITS]


def save_out_of_fold(
    card: RouterCard, keys: Sequence[str], datasets: Sequence[str], p_strong: FloatArray, folder: Path = FOLDER
) -> Path:
    """Writes `<router>.npz`.

    Args:
        card: Of the router, with the weights that it has now.
        keys: Hash of each row's question, n texts.
        datasets: Name of each row's data set, n texts.
        p_strong: From models of the same recipe that have not seen the row, (n,).
        folder: Where to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{card.router}.npz"
    np.savez_compressed(
        path,
        key=np.array(keys),
        dataset=np.array(datasets),
        p_strong=np.asarray(p_strong),
        version=np.array(version_of(card)),
    )
    return path


def load_out_of_fold(card: RouterCard, folder: Path = FOLDER) -> dict[tuple[str, str], float]:
    """(data set, hash of the question) → P(strong); empty where the router has no file.

    Raises:
        DataError: The scores belong to other weights than the card.
    """
    path = folder / f"{card.router}.npz"
    if not path.is_file():
        return {}
    with np.load(path, allow_pickle=False) as arrays:
        if "version" not in arrays or str(arrays["version"]) != version_of(card):
            raise DataError(
                f"The scores in {path} belong to other weights of {card.router} than are there now.",
                f"Run its training script again: {card.training_command}.",
            )
        rows = zip(arrays["dataset"].tolist(), arrays["key"].tolist(), arrays["p_strong"].tolist(), strict=True)
        return {(dataset, key): float(p_strong) for dataset, key, p_strong in rows}
