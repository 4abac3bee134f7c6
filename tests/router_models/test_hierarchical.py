"""Domain, complexity, route: what is shown is what decides."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from errors import UnavailableError
from router_models.prompt_batch import PromptBatch
from tests.router_models.composites import PROMPTS, encoders, hierarchical


def test_p_strong_is_the_domains_votes_weighed_by_the_domains(tmp_path: Path) -> None:
    router = hierarchical(tmp_path, encoders())
    batch = PromptBatch(PROMPTS)
    steps = router.steps(batch)
    assert steps.domain.sum(axis=1) == pytest.approx(1)
    expected = (steps.domain * steps.p_strong).sum(axis=1)
    assert router.predict_proba(batch)[:, 1] == pytest.approx(expected)
    assert (expected > steps.p_strong.min(axis=1)).all()
    assert (expected < steps.p_strong.max(axis=1)).all()


def test_the_evidence_names_the_likeliest_domain_and_the_percentile_of_its_complexity(tmp_path: Path) -> None:
    router = hierarchical(tmp_path, encoders())
    batch = PromptBatch(PROMPTS)
    steps = router.steps(batch)
    for row, score in enumerate(router.score(batch)):
        best = int(steps.domain[row].argmax())
        name = ("law", "physics", "everyday chat")[best]
        percentile = np.searchsorted(np.linspace(-3, 3, 101), steps.complexity[row, best])
        assert score.evidence == (
            f"First the domain, {name} (P {steps.domain[row, best]:.2f}); then how hard it is there, "
            f"harder than {percentile} % of that domain's training prompts"
        )


def test_a_batch_says_what_its_prompts_say_alone(tmp_path: Path) -> None:
    router = hierarchical(tmp_path, encoders())
    alone = np.vstack([router.predict_proba([prompt]) for prompt in PROMPTS])
    assert np.abs(router.predict_proba(PROMPTS) - alone).max() < 2e-3


@pytest.mark.parametrize("damage", ["missing", "cut short", "no such array"])
def test_broken_weights_make_it_unavailable(tmp_path: Path, damage: str) -> None:
    router = hierarchical(tmp_path, encoders())
    path = tmp_path / "model.npz"
    if damage == "missing":
        path.unlink()
    elif damage == "cut short":
        path.write_bytes(path.read_bytes()[:100])
    else:
        np.savez(path, domains=np.array(["law"]))
    with pytest.raises(UnavailableError, match=r"model\.npz cannot be read"):
        router.load()
