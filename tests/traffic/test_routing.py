"""Runs over a user's prompts: the same scores as the panel's, progress, an end when it is wanted, several at once."""

import threading
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from errors import BadInputError, PlaygroundError, UnavailableError, UnknownNameError
from router_models import RouterPanel
from router_models.panel import PanelRun
from router_models.prompt_batch import PromptBatch
from tests.traffic.samples import PROMPTS
from tests.traffic.test_turns import waits_for
from traffic.routing import CHUNK_CHARACTERS, CHUNK_ROWS, RoutingRun
from traffic.turns import Turns

CHEAP = ("prompt-length", "always-strong")
PATIENCE_S = 120.0


def ended(run: RoutingRun) -> RoutingRun:
    run.start()
    assert run.wait(PATIENCE_S)
    return run


def test_scores_are_those_of_the_panel_row_by_row(panel: RouterPanel) -> None:
    names = ("prompt-length", "encoder-3way", "matrix-factorization", "ensemble")
    found = ended(RoutingRun(panel, PROMPTS, names, groups=True)).result()
    assert found.whole
    assert tuple(found.scores) == names
    for place, run in enumerate(panel.run_batch(PROMPTS, names, novelty=False)):
        for score in run.scores:
            said = found.scores[score.router]
            assert said.routes == score.routes
            np.testing.assert_allclose(said.probabilities[place], score.probabilities, atol=1e-6)
            for llm, p in said.p_correct.items():
                assert p[place] == pytest.approx(score.p_correct[llm], abs=1e-6)
    assert set(found.scores["matrix-factorization"].p_correct) == set(panel.catalogue.measured.values())


def test_groups_get_the_embeddings_of_the_sentence_encoder(panel: RouterPanel) -> None:
    found = ended(RoutingRun(panel, PROMPTS, CHEAP, groups=True)).result()
    assert found.embedded.tolist() == [0, 1, 2, 3]
    np.testing.assert_allclose(found.embeddings, panel.encoders.embeddings(PromptBatch(PROMPTS)), atol=0.02)


def test_without_groups_nothing_is_embedded(panel: RouterPanel) -> None:
    assert len(ended(RoutingRun(panel, PROMPTS, CHEAP, groups=False)).result().embedded) == 0


def test_without_the_sentence_encoder_there_are_no_groups_but_scores(
    panel: RouterPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_: object) -> None:
        raise UnavailableError("The encoder is gone.", "Restore it.")

    monkeypatch.setattr(panel.encoders, "embeddings", gone)
    found = ended(RoutingRun(panel, PROMPTS, CHEAP, groups=True)).result()
    assert set(found.scores) == set(CHEAP)
    assert len(found.embedded) == 0


def test_of_many_prompts_a_random_sample_is_embedded(panel: RouterPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("traffic.routing.GROUPED_ROWS", 10)
    prompts = [f"Prompt number {number}" for number in range(100)]
    found = ended(RoutingRun(panel, prompts, CHEAP, groups=True)).result()
    assert len(found) == 100
    assert len(found.embedded) == 10 == len(found.embeddings)
    assert found.embedded.tolist() == sorted(found.embedded.tolist()) != list(range(10))
    alone = panel.encoders.embeddings(PromptBatch([prompts[place] for place in found.embedded]))
    np.testing.assert_allclose(found.embeddings, alone, atol=0.02)


def test_progress_ends_at_the_last_prompt(panel: RouterPanel) -> None:
    prompts = [f"Prompt number {number}" for number in range(200)]
    run = RoutingRun(panel, prompts, CHEAP, groups=False)
    run.start()
    seen = list(run.follow(0.01))
    assert seen[-1].done == seen[-1].total == 200
    assert not seen[-1].running
    assert seen[-1].left_s == 0
    assert seen[-1].rows_per_s > 0
    assert [one.done for one in seen] == sorted(one.done for one in seen)


class Slow:
    """Holds the panel before each chunk until it is let go."""

    def __init__(self, panel: RouterPanel, monkeypatch: pytest.MonkeyPatch) -> None:
        self.chunks: list[Sequence[str]] = []
        self.at_work = threading.Event()
        self.go_on = threading.Event()
        self._run = panel.run_batch
        monkeypatch.setattr(panel, "run_batch", self)

    def __call__(self, prompts: Sequence[str], *given: Any, **options: Any) -> list[PanelRun]:
        self.chunks.append(prompts)
        self.at_work.set()
        assert self.go_on.wait(PATIENCE_S)
        return self._run(prompts, *given, **options)


def test_a_stop_ends_the_run_after_the_chunk_at_work_and_keeps_it(
    panel: RouterPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(panel, monkeypatch)
    prompts = [f"Prompt number {number}" for number in range(10 * CHUNK_ROWS)]
    run = RoutingRun(panel, prompts, CHEAP, groups=False)
    run.start()
    assert slow.at_work.wait(PATIENCE_S)
    run.stop()
    slow.go_on.set()
    assert run.wait(PATIENCE_S)
    found = run.result()
    assert len(slow.chunks) == 1
    assert len(found) == CHUNK_ROWS
    assert not found.whole
    assert found.rows.tolist() == sorted(found.rows.tolist()) != list(range(CHUNK_ROWS))
    assert {prompts[row] for row in found.rows} == set(slow.chunks[0])
    assert not run.running


def test_what_is_there_after_a_stop_is_a_fair_sample_of_lengths(
    panel: RouterPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(panel, monkeypatch)
    prompts = [f"{number} " * (1 + number % 100) for number in range(1000)]
    run = RoutingRun(panel, prompts, CHEAP, groups=True)
    run.start()
    assert slow.at_work.wait(PATIENCE_S)
    run.stop()
    slow.go_on.set()
    assert run.wait(PATIENCE_S)
    lengths = [len(prompts[row].split()) for row in run.result().rows]
    assert len(lengths) == CHUNK_ROWS
    assert np.mean(lengths) == pytest.approx(50, abs=4 * 29 / CHUNK_ROWS**0.5)  # 4 standard errors
    assert np.std(lengths) == pytest.approx(29, abs=8)


def test_a_stop_before_anything_is_routed_says_so(panel: RouterPanel) -> None:
    run = RoutingRun(panel, PROMPTS, CHEAP, groups=False)
    run.stop()
    with pytest.raises(BadInputError, match="before any prompt was routed"):
        ended(run).result()


def test_who_stops_following_stops_the_run(panel: RouterPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(panel, monkeypatch)
    run = RoutingRun(panel, [f"Prompt {number}" for number in range(1000)], CHEAP, groups=False)
    run.start()
    following = run.follow(0.01)
    next(following)
    following.close()
    assert run.stopped
    slow.go_on.set()
    assert run.wait(PATIENCE_S)


def test_two_users_at_once_get_their_own_prompts_scores(panel: RouterPanel) -> None:
    short, long = ["a"] * 150, ["a much longer prompt " * 9] * 150
    runs = [RoutingRun(panel, prompts, ["prompt-length"], groups=False) for prompts in (short, long)]
    for run in runs:
        run.start()
    assert all(run.wait(PATIENCE_S) for run in runs)
    p_short, p_long = (run.result().scores["prompt-length"].p_strong for run in runs)
    assert np.ptp(p_short) == np.ptp(p_long) == 0
    assert p_short[0] != p_long[0]


def test_a_router_that_fails_is_left_out_with_its_reason(panel: RouterPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise PlaygroundError("Its weights are gone.", "Restore them.")

    monkeypatch.setattr(panel["prompt-length"], "score", broken)
    found = ended(RoutingRun(panel, PROMPTS, CHEAP, groups=False)).result()
    assert tuple(found.scores) == ("always-strong",)
    assert found.unavailable["prompt-length"].what == "Its weights are gone."


def test_runs_take_turns_and_never_hold_two_of_the_panels_slots(
    panel: RouterPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(panel, monkeypatch)
    turns = Turns()
    monkeypatch.setattr("traffic.routing._turns", turns)
    runs = [RoutingRun(panel, [name] * (2 * CHUNK_ROWS), CHEAP, groups=False) for name in ("first", "second")]
    runs[0].start()
    assert slow.at_work.wait(PATIENCE_S)
    runs[1].start()
    waits_for(turns, 2)
    assert len(slow.chunks) == 1
    slow.go_on.set()
    assert all(run.wait(PATIENCE_S) for run in runs)
    assert [chunk[0] for chunk in slow.chunks] == ["first", "second", "first", "second"]


def test_a_chunk_of_long_prompts_is_short(panel: RouterPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(panel, monkeypatch)
    slow.go_on.set()
    prompts = ["x" * (CHUNK_CHARACTERS + 1), "y" * (CHUNK_CHARACTERS + 2), *["short"] * 10]
    assert ended(RoutingRun(panel, prompts, CHEAP, groups=True)).result().whole
    assert sorted(map(str, (prompt for chunk in slow.chunks for prompt in chunk))) == sorted(prompts)
    for chunk in slow.chunks:
        assert len(chunk) == 1 or sum(map(len, chunk)) <= CHUNK_CHARACTERS


def test_a_failure_of_the_app_is_raised_and_its_text_not_logged(
    panel: RouterPanel, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret prompt")

    monkeypatch.setattr(panel, "run_batch", broken)
    with pytest.raises(RuntimeError):
        ended(RoutingRun(panel, PROMPTS, CHEAP, groups=False)).result()
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    ("routers", "said"), [([], "No router is chosen"), (["llm-router"], "would ask an LLM"), (["gone"], "'gone'")]
)
def test_routers_that_cannot_run_here_are_refused(panel: RouterPanel, routers: list[str], said: str) -> None:
    with pytest.raises((BadInputError, UnknownNameError), match=said):
        RoutingRun(panel, PROMPTS, routers, groups=False)


def test_time_left_goes_by_characters_not_by_prompts(panel: RouterPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    prompts = ["short"] * CHUNK_ROWS + ["long " * 200] * CHUNK_ROWS
    run = RoutingRun(panel, prompts, CHEAP, groups=False)
    run._begun = time.monotonic() - 10
    run._done, run._done_length = CHUNK_ROWS, 5 * CHUNK_ROWS
    left = run.progress().left_s
    assert left is not None and left == pytest.approx(10 * 1000 / 5, rel=0.01)
