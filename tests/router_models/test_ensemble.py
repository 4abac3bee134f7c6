"""Votes, what they weigh, and what happens without a member."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from errors import UnavailableError
from router_models.prompt_batch import PromptBatch
from tests.router_models.composites import PROMPTS, Scripted, encoders, ensemble


def test_more_votes_for_strong_make_strong_likelier(tmp_path: Path) -> None:
    shared = encoders()
    p_strong = []
    for by_length in (0.0001, 0.001, 0.01):
        members = [Scripted("first", 0.001, shared), Scripted("second", by_length, shared)]
        p_strong.append(ensemble(tmp_path, members, shared).predict_proba(PROMPTS)[:, 1])
    assert (p_strong[0] < p_strong[1]).all()
    assert (p_strong[1] < p_strong[2]).all()


def test_the_evidence_names_the_heaviest_votes_first(tmp_path: Path) -> None:
    shared = encoders()
    members = [Scripted("first", 0.001, shared), Scripted("second", 0.001, shared), Scripted("third", 0.001, shared)]
    score = ensemble(tmp_path, members, shared).score(PromptBatch(PROMPTS[:1]))[0]
    vote = 0.02 + 0.001 * len(PROMPTS[0])
    heaviest = score.evidence.partition("the weightiest votes on P(strong) are ")[2]
    assert heaviest.startswith(f"second ({vote:.2f}), third (")
    assert score.evidence.startswith(("Most like questions (P ", "Most like chats (P "))


def test_members_that_ran_already_are_not_asked_again_but_are_counted_in_the_latency(tmp_path: Path) -> None:
    shared = encoders()
    members = [Scripted("first", 0.001, shared), Scripted("second", 0.001, shared)]
    router = ensemble(tmp_path, members, shared)
    batch = PromptBatch(PROMPTS)
    for member in members:
        member.probabilities(batch)
    score = router.score(batch)[0]
    assert [member.asked for member in members] == [len(PROMPTS)] * 2
    counted = sum(batch.feature_ms(member.feature) for member in members) / len(batch)
    assert score.latency_ms > counted > 0


def test_a_batch_says_what_its_prompts_say_alone(tmp_path: Path) -> None:
    shared = encoders()
    router = ensemble(tmp_path, [Scripted("first", 0.001, shared), Scripted("second", 0.002, shared)], shared)
    alone = np.vstack([router.predict_proba([prompt]) for prompt in PROMPTS])
    assert np.abs(router.predict_proba(PROMPTS) - alone).max() < 2e-3


def test_without_a_member_it_is_unavailable_and_names_it(tmp_path: Path) -> None:
    shared = encoders()
    members = [Scripted("first", 0.001, shared), Scripted("second", 0.001, shared)]
    with pytest.raises(UnavailableError) as missing:
        ensemble(tmp_path, members, shared, members[:1]).predict_proba(PROMPTS)
    assert "'second', which is not part of this panel" in missing.value.what
    broken = [members[0], Scripted("second", 0.001, shared, broken=True)]
    with pytest.raises(UnavailableError) as unavailable:
        ensemble(tmp_path, broken, shared).predict_proba(PROMPTS)
    assert "'second', which is unavailable: Its weights are missing." in unavailable.value.what
    assert unavailable.value.mend == "Restore them."
