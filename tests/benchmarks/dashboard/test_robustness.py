"""Noise keeps what a prompt asks, and flips are counted as they happen."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.dashboard.noise import NOISES, prefix, typos, whitespace
from benchmarks.dashboard.robustness import ROBUSTNESS_FILE, measure, read_robustness, sample_prompts
from errors import DataError
from router_models import RouterPanel

PROMPT = "Explain, please, why ships made of steel float on water."


@given(st.text(max_size=80), st.integers(0, 99))
def test_noise_keeps_the_letters(prompt: str, seed: int) -> None:
    letters = sorted("".join(prompt.split()))
    assert sorted(typos(prompt, random.Random(seed))) == sorted(prompt)
    assert sorted("".join(whitespace(prompt, random.Random(seed)).split())) == letters
    assert prefix(prompt, random.Random(seed)).endswith(prompt)


@pytest.mark.parametrize("kind", NOISES)
def test_every_noise_changes_a_prompt_and_always_in_the_same_way(kind: str) -> None:
    first, second = (NOISES[kind](PROMPT, random.Random(7)) for _ in range(2))
    assert first == second != PROMPT


def test_flips_are_what_the_routers_say(panel: RouterPanel) -> None:
    texts = [PROMPT, "Prove that there are infinitely many primes.", "Say hello.", "What is 17 times 23?"]
    found = measure(panel, {"mine": texts})
    assert set(found.routers) == set(panel.immediate_ids)
    assert found.prompts == {"mine": 4}
    constant = found.routers["always-strong"]
    assert constant["all"].flipped == constant["all"].moved == 0.0
    by_kind = found.routers["keras-dnn"]
    assert set(by_kind) == {*NOISES, "all"}
    assert by_kind["all"].flipped == pytest.approx(np.mean([by_kind[kind].flipped for kind in NOISES]), abs=1e-3)
    router = panel["keras-dnn"]
    disturbed = [NOISES["typos"](text, random.Random(f"0 typos {text}")) for text in texts]
    before, after = (1 - router.predict_proba(of)[:, 0] for of in (texts, disturbed))
    assert by_kind["typos"].moved == pytest.approx(np.abs(before - after).mean(), abs=2e-3)
    threshold = router.card.threshold or 0.5
    assert by_kind["typos"].flipped == np.mean((before >= threshold) != (after >= threshold))


def test_the_committed_file_covers_the_panel(panel: RouterPanel) -> None:
    found = read_robustness()
    assert set(found.routers) == set(panel.immediate_ids), "measure the robustness again"
    for by_kind in found.routers.values():
        for flips in by_kind.values():
            assert 0 <= flips.low <= flips.flipped <= flips.high <= 1
    assert found.routers["random"]["all"].flipped > 0.4, "a coin is thrown for every text"


def test_the_sample_is_always_the_same(data_dir: Path) -> None:
    first, second = (sample_prompts(data_dir, 3) for _ in range(2))
    assert first == second
    assert {len(of_set) for of_set in first.values()} == {3}


@pytest.mark.parametrize("content", [None, "{", '{"date": "today"}'])
def test_a_file_that_is_missing_or_old_is_named(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / ROBUSTNESS_FILE).write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=r"robustness\.json"):
        read_robustness(tmp_path)
