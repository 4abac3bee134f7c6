"""The out-of-distribution reference: numbers only, and each prompt left out of its own neighbourhood."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from router_models.encoder import Encoders
from router_models.novelty import NEIGHBOURS, TrainingReference
from router_models.prompt_batch import PromptBatch
from router_models.training.reference_embeddings import neighbour_distances, write_reference

WEIGHTS = Path(__file__).parents[3] / "router_models" / "weights"
PROMPTS = [
    f"How do I bake {cake} cake for {guests} guests?" for cake in ("plum", "carrot", "lemon") for guests in range(9)
]


def test_reference_is_read_by_the_router_and_far_prompts_rank_high(tmp_path: Path) -> None:
    path = tmp_path / "chat.npz"
    write_reference(path, [*PROMPTS, *PROMPTS], WEIGHTS, seed=1)
    with np.load(path, allow_pickle=False) as arrays:
        assert arrays["embeddings"].shape == (len(PROMPTS), 384)
        assert arrays["embeddings"].dtype == np.int8
        assert arrays["quantiles"].shape == (101,)
        assert (np.diff(arrays["quantiles"]) >= 0).all()
    prompts = ["How do I bake a cherry cake for 4 guests?", "Prove Fermat's last theorem for n = 4."]
    embeddings = Encoders(WEIGHTS).embeddings(PromptBatch(prompts))
    near, far = TrainingReference(path).percentiles(embeddings)
    assert far == 100
    assert near <= far


def test_a_row_is_not_its_own_neighbour() -> None:
    angles = np.linspace(0, 1, NEIGHBOURS + 1)
    unit = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    expected = [np.mean([1 - np.cos(a - b) for b in angles if b != a]) for a in angles]
    assert neighbour_distances(unit) == pytest.approx(expected, abs=1e-6)


def test_too_few_prompts_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="more than 5"):
        write_reference(tmp_path / "reference.npz", ["same"] * 50, WEIGHTS)
