"""Scoring: resumable, sharing one batch, and honest about what it could not run."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.benchmark import Benchmark
from benchmarks.manifest import read_manifest
from benchmarks.outcomes import read_outcomes
from benchmarks.scores import Scores, read_scores
from benchmarks.scoring import Plan, run, sample_rows, score_rows
from benchmarks.suite import Entry
from errors import UnavailableError
from router_models import RouterPanel
from router_models.base import Router
from router_models.baselines import RandomRouter
from router_models.prompt_batch import PromptBatch

PROMPTS = ("Name a colour.", "Prove that the sum of two even numbers is even.", "", "Name a  colour", "Sing.")
TINY = Benchmark(
    name="tiny",
    prompts=PROMPTS,
    questions=PROMPTS,
    is_test=np.array([True, True, True, True, False]),
    labels=np.array([0, 1, 0, 0, 0]),
    routes=("weak", "strong"),
)
ORDER = ("random", "prompt-length", "failing", "waiting")


class Failing(RandomRouter):
    """Never runs."""

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        raise UnavailableError("It has no key.", "Give it one.")


class Waiting(RandomRouter):
    """Waits for an LLM, which fails on one prompt."""

    waits = True

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        if "Prove" in prompts[0]:
            raise UnavailableError("No answer.", "Try again.")
        return super()._predict_proba(prompts)


class Counting(RandomRouter):
    """Waits for an LLM, which answers everything, and remembers what it was asked."""

    waits = True

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        self.asked = [*getattr(self, "asked", []), *prompts]
        return super()._predict_proba(prompts)


def _like(kind: type[Router], name: str, panel: RouterPanel) -> Router:
    model = panel["random"]
    return kind(model.card.model_copy(update={"router": name}), model.folder, panel.encoders)


@pytest.fixture
def plan(tmp_path: Path, panel: RouterPanel) -> Plan:
    routers = [panel["random"], panel["prompt-length"], _like(Failing, "failing", panel)]
    entry = Entry("tiny", "Tiny", lambda _: TINY, routes=TINY.routes)
    return Plan(data_dir=tmp_path, folder=tmp_path / "numbers", entries=[entry], routers=routers)


def test_the_test_part_is_scored_and_written(plan: Plan, panel: RouterPanel) -> None:
    said = list(run(plan, ORDER))
    assert said == ["tiny: 2 routers scored on 4 prompts", "  failing is unavailable: It has no key."]
    outcomes = read_outcomes(plan.folder, "tiny")
    scores = read_scores(plan.folder, "tiny", outcomes.questions)
    assert list(scores.routes) == ["random", "prompt-length"]
    expected = panel["prompt-length"].predict_proba([PROMPTS[0], PROMPTS[1], PROMPTS[3]])
    np.testing.assert_allclose(scores.routes["prompt-length"][[0, 1, 3]], expected, atol=1e-5)
    assert np.isnan(scores.routes["prompt-length"][2]).all()  # nothing to read in that prompt


def test_what_is_scored_is_not_scored_again(plan: Plan) -> None:
    list(run(plan, ORDER))
    files = {path: path.read_bytes() for path in plan.folder.iterdir()}
    assert next(run(plan, ORDER)) == "tiny: 0 routers scored on 4 prompts"
    assert {path: path.read_bytes() for path in plan.folder.iterdir()} == files


def test_the_manifest_says_when_something_was_scored_last(plan: Plan) -> None:
    list(run(plan, ORDER))
    manifest = read_manifest(plan.folder)
    assert date.fromisoformat(manifest.run["date"]) <= datetime.now(UTC).date()
    manifest.run = {"date": "2026-01-01", "commit": "abc1234"}
    manifest.write(plan.folder)
    list(run(plan, ORDER))
    assert read_manifest(plan.folder).run["date"] == "2026-01-01"


def test_new_weights_or_new_questions_are_scored_again(plan: Plan, panel: RouterPanel) -> None:
    list(run(plan, ORDER))
    length = panel["prompt-length"]
    card = length.card.model_copy(update={"parameters": {"intercept": 0.0, "slope": 0.1}})
    changed = dataclasses.replace(plan, routers=[type(length)(card, length.folder, panel.encoders)])
    assert next(run(changed, ORDER)) == "tiny: 1 routers scored on 4 prompts"
    other = dataclasses.replace(TINY, questions=("Another?", *PROMPTS[1:]))
    entry = dataclasses.replace(plan.entries[0], load=lambda _: other)
    assert next(run(dataclasses.replace(plan, entries=[entry]), ORDER)) == "tiny: 2 routers scored on 4 prompts"


def test_routers_that_wait_run_on_a_sample_and_only_if_asked(plan: Plan, panel: RouterPanel) -> None:
    waiting = dataclasses.replace(plan, routers=[_like(Waiting, "waiting", panel)])
    assert next(run(waiting, ORDER)) == "tiny: 0 routers scored on 4 prompts"
    list(run(dataclasses.replace(waiting, llm_rows=2), ORDER))
    outcomes = read_outcomes(plan.folder, "tiny")
    scored = np.isfinite(read_scores(plan.folder, "tiny", outcomes.questions).p_strong("waiting"))
    assert set(np.flatnonzero(scored)) <= set(sample_rows(4, 2).tolist())
    assert read_manifest(plan.folder).scored["tiny"]["waiting"].rows == 2
    fewer, more = (next(run(dataclasses.replace(waiting, llm_rows=rows), ORDER)) for rows in (1, 3))
    assert (fewer, more) == ("tiny: 0 routers scored on 4 prompts", "tiny: 1 routers scored on 4 prompts")


def test_an_unanswered_prompt_is_asked_again_and_only_that(plan: Plan, panel: RouterPanel) -> None:
    router = _like(Waiting, "waiting", panel)
    waiting = dataclasses.replace(plan, routers=[router], llm_rows=4)
    said = list(run(waiting, ORDER))
    assert said[-1] == "  waiting gave no answer to 1 prompts; the next run asks again"
    assert read_manifest(plan.folder).scored["tiny"]["waiting"].rows == 3
    mended = _like(Counting, "waiting", panel)
    assert list(run(dataclasses.replace(waiting, routers=[mended]), ORDER)) == ["tiny: 1 routers scored on 4 prompts"]
    assert isinstance(mended, Counting)
    assert mended.asked == [PROMPTS[1]]
    assert read_manifest(plan.folder).scored["tiny"]["waiting"].rows == 4
    outcomes = read_outcomes(plan.folder, "tiny")
    scored = np.isfinite(read_scores(plan.folder, "tiny", outcomes.questions).p_strong("waiting"))
    assert scored.tolist() == [True, True, False, True]  # nothing to read in the third prompt
    assert next(run(waiting, ORDER)) == "tiny: 0 routers scored on 4 prompts"


def test_one_failed_answer_leaves_one_row_empty(panel: RouterPanel) -> None:
    scores = Scores()
    failed = score_rows(TINY, [_like(Waiting, "waiting", panel)], np.array([0, 1, 3]), scores)
    assert not failed
    assert np.isfinite(scores.p_strong("waiting")).tolist() == [True, False, False, True, False]


def test_the_sample_is_always_the_same() -> None:
    assert sample_rows(100, 10).tolist() == sample_rows(100, 10).tolist()
    assert sample_rows(3, 10).tolist() == [0, 1, 2]
