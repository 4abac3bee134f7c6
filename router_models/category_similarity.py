"""How alike a prompt is to each category: cosines with the category's descriptions, and what was fitted on them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from errors import BadInputError, DataError
from llms.tokens import sendable
from router_models.arrays import read_arrays
from router_models.prompts import readable

FITS_FILE = "fits.json"
EMBEDDINGS_FILE = "descriptions.npz"
MAX_DESCRIPTIONS = 40
MAX_DESCRIPTION_CHARACTERS = 400
_SHOWN = 80
_KEY_DIGITS = 16
_APART = 4.0
"""More than the range of cosines, so that sorting keeps the descriptions of a category together."""

Descriptions = Mapping[str, tuple[str, ...]]
"""Descriptions by category."""


class CategoryFit(BaseModel):
    """What was fitted for one category set: P(category) = softmax((similarity + bias) / temperature).

    Attributes:
        nearest: How many of a category's descriptions count; their mean cosine is its similarity.
        temperature: Divides similarity plus bias.
        bias: By category.
        rules: P(route | category), the learnt rule table.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    nearest: int = Field(gt=0)
    temperature: float = Field(gt=0)
    bias: dict[str, float]
    rules: dict[str, dict[str, float]]


def read_fits(path: Path) -> dict[str, CategoryFit]:
    """Reads fits by id of their category set.

    Raises:
        DataError: The file is missing or is not of that form.
    """
    try:
        return TypeAdapter(dict[str, CategoryFit]).validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"The fits {path} cannot be read: {error}.", "Run the training script again.") from error


def write_fits(path: Path, fits: Mapping[str, CategoryFit]) -> None:
    """Writes what `read_fits` reads."""
    path.write_text(TypeAdapter(dict[str, CategoryFit]).dump_json(dict(fits), indent=2).decode() + "\n", "utf-8")


class KnownEmbeddings:
    """Embeddings of the descriptions that ship with the project, so that starting needs no forward for them.

    Args:
        path: An npz with `keys` (n,), the texts' hashes, and `embeddings` (n, 384) float16.

    Raises:
        UnavailableError: The file is missing or is not of that form.
    """

    def __init__(self, path: Path) -> None:
        arrays = read_arrays(path, ("keys", "embeddings"))
        rows = arrays["embeddings"].astype(np.float32)
        self._rows: dict[str, NDArray[np.float32]] = dict(zip(arrays["keys"].tolist(), rows, strict=True))

    def __contains__(self, text: str) -> bool:
        """Whether the embedding of a text is known."""
        return text_key(text) in self._rows

    def __getitem__(self, text: str) -> NDArray[np.float32]:
        """The embedding of a known text, (384,)."""
        return self._rows[text_key(text)]


def write_embeddings(path: Path, texts: Sequence[str], embeddings: NDArray[np.float32]) -> None:
    """Writes what `KnownEmbeddings` reads; embeddings are (n, 384)."""
    keys = np.array([text_key(text) for text in texts])
    np.savez_compressed(path, keys=keys, embeddings=embeddings.astype(np.float16))


def text_key(text: str) -> str:
    """A short hash of a description."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:_KEY_DIGITS]


def nearest_mean(sizes: Sequence[int], nearest: int) -> NDArray[np.float64]:
    """The matrix that averages each category's `nearest` best cosines, once they are sorted by category.

    Args:
        sizes: Number of descriptions of each category.
        nearest: How many count; a category with fewer uses all it has.

    Returns:
        Shape (n_descriptions, n_categories).
    """
    weights = np.zeros((sum(sizes), len(sizes)))
    start = 0
    for column, size in enumerate(sizes):
        count = min(size, nearest)
        weights[start : start + count, column] = 1 / count
        start += size
    return weights


def category_similarity(
    cosines: NDArray[np.floating], sizes: Sequence[int], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mean of each category's largest cosines.

    Args:
        cosines: Of prompts with descriptions, those of a category side by side, (n_prompts, n_descriptions).
        sizes: Number of descriptions of each category, in the same order.
        weights: From `nearest_mean`.

    Returns:
        Similarities, (n_prompts, n_categories).
    """
    owner = np.repeat(np.arange(len(sizes)) * _APART, sizes)
    descending = owner - np.sort(owner - cosines, axis=1)  # within each category, best first
    similarity: NDArray[np.float64] = descending @ weights
    return similarity


def check_descriptions(descriptions: Descriptions, categories: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Cleans descriptions and checks that every category has some.

    Raises:
        BadInputError: A category has none or is not known, there are too many, one is too long, or two categories
            share one.
    """
    unknown = [category for category in descriptions if category not in categories]
    if unknown:
        raise BadInputError(
            f"There is no category '{unknown[0][:_SHOWN]}'.", f"Choose one of: {', '.join(categories)}."
        )
    cleaned: dict[str, tuple[str, ...]] = {}
    seen: dict[str, str] = {}
    for category in categories:
        texts = tuple(sendable(text).strip() for text in descriptions.get(category, ()) if readable(text))
        if not texts:
            raise BadInputError(f"The category '{category}' has no description.", "Write at least one line for it.")
        if len(texts) > MAX_DESCRIPTIONS:
            raise BadInputError(
                f"The category '{category}' has {len(texts):,} descriptions.", f"Keep at most {MAX_DESCRIPTIONS}."
            )
        for text in texts:
            if len(text) > MAX_DESCRIPTION_CHARACTERS:
                raise BadInputError(
                    f"A description of '{category}' has {len(text):,} characters.",
                    f"Keep each within {MAX_DESCRIPTION_CHARACTERS}.",
                )
            other = seen.setdefault(text.casefold(), category)
            if other != category:
                raise BadInputError(
                    f"“{text[:_SHOWN]}” describes both '{other}' and '{category}'.",
                    "Keep it in one of the two categories.",
                )
        cleaned[category] = texts
    return cleaned
