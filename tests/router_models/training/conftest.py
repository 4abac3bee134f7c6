"""What tests of the Keras networks share: made-up token ids and word embeddings, small and seeded."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from router_models.training.keras_step import limit_threads

VOCABULARY, DIMENSIONS = 60, 8


@pytest.fixture(scope="session")
def few_threads() -> None:
    """TensorFlow keeps to the threads that the training scripts use."""
    limit_threads()


@pytest.fixture
def table() -> NDArray[np.float32]:
    """Word embeddings, (60, 8), exact in float16, in which the networks keep them."""
    drawn = np.random.default_rng(0).normal(size=(VOCABULARY, DIMENSIONS))
    return drawn.astype(np.float16).astype(np.float32)


@pytest.fixture
def rows() -> list[NDArray[np.int64]]:
    """Token ids of prompts of very different lengths."""
    rng = np.random.default_rng(1)
    return [rng.integers(1, VOCABULARY, length) for length in (2, 30, 5, 17, 3, 9)]
