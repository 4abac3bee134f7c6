from pathlib import Path

import numpy as np
import pytest

from errors import DataError
from router_models import RouterPanel
from router_models.novelty import TrainingReference


@pytest.fixture
def reference(tmp_path: Path) -> TrainingReference:
    generator = np.random.default_rng(0)
    rows = generator.normal(size=(200, 8)) + np.array([6, 0, 0, 0, 0, 0, 0, 0])
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    cosines = rows @ rows.T
    np.fill_diagonal(cosines, -2)
    distances = 1 - np.sort(cosines, axis=1)[:, -5:].mean(axis=1)
    path = tmp_path / "chat.npz"
    np.savez(
        path,
        embeddings=np.round(rows * 127).astype(np.int8),
        quantiles=np.percentile(distances, range(101)).astype(np.float32),
    )
    return TrainingReference(path)


def test_far_prompts_have_a_high_percentile_and_near_ones_a_low_one(reference: TrainingReference) -> None:
    near, far = np.eye(8, dtype=np.float32)[[0, 5]]
    low, high = reference.percentiles(np.stack([near, far]))
    assert low < 50
    assert high == 100


def test_unreadable_references_are_named(tmp_path: Path) -> None:
    path = tmp_path / "chat.npz"
    path.write_bytes(b"nothing")
    with pytest.raises(DataError, match=r"chat\.npz"):
        TrainingReference(path)


def test_a_question_on_ray_is_nearer_to_the_ray_router_than_a_poem(panel: RouterPanel) -> None:
    ray, poem = (
        panel.run(prompt, only=["keras-cnn"]).scores[0].novelty_percentile
        for prompt in ("How do I start a Ray cluster with two worker nodes?", "Ode an den Herbst, bitte in Reimen.")
    )
    assert ray is not None
    assert poem is not None
    assert ray < 60 < 95 < poem
