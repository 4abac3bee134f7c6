"""The Judge tab without a browser: its callbacks on the stand-in provider and a real store."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from gradio.utils import get_upload_folder

from errors import BadInputError
from feedback.label_store import LabelStore
from feedback.store import FeedbackStore
from llms.catalogue import load_catalogue
from llms.completions import Completions
from pages._judge import add_judge_tab
from pages._judge_callbacks import JudgeCallbacks
from pages._judge_desk import JudgeDesk
from pages._judge_filling import CANNOT, JudgeFilling
from pages._judge_form import LABELLED, LACKING, QUEUE, RUN, WANTED, read_limit, read_plan
from pages._judge_session import JudgeSession
from router_models import RouterPanel
from tests.feedback.judging import JUDGE, REFERENCE, WEAK, JudgingProvider, judging, own, prompts, rated
from tests.llms.asking import settings_for

FORM: dict[str, Any] = {
    "prompts": QUEUE,
    "limit": 3,
    "weak": WEAK,
    "reference": REFERENCE,
    "tier": 3,
    "judges": [JUDGE],
    "budget": 1.0,
    "rubric": "5 is best.",
    "combine": "mean",
    "answer_tokens": 256,
    "judge_tokens": 200,
    "concurrency": 2,
    "retry": False,
}
VISITOR = gr.Request(session_hash="tab")


class Bench:
    """One visitor's tab."""

    def __init__(self, provider: JudgingProvider, folder: Path, **options: Any) -> None:
        self.settings = settings_for(provider, data_dir=folder, **options)
        self.store = FeedbackStore(self.settings)
        self.labels = LabelStore(self.store.access)
        self.completions = Completions(load_catalogue(), self.settings)
        self.desk = JudgeDesk(self.completions, load_catalogue(), self.open_store)
        self.filling = JudgeFilling(self.desk, load_catalogue().default_pool)
        self.callbacks = JudgeCallbacks(self.desk, self.filling, self.settings)
        self.session = JudgeSession()

    def open_store(self) -> FeedbackStore:
        return self.store

    def estimates(self, **changes: Any) -> list[Any]:
        return self.callbacks.estimated(self.session, *values(**changes))

    def starts(self, **changes: Any) -> list[list[Any]]:
        async def all_of_it() -> list[list[Any]]:
            try:
                steps = self.callbacks.started(self.session, VISITOR, *values(**changes))
                return [step async for step in steps]
            finally:
                await self.completions.aclose()

        return asyncio.run(all_of_it())

    def shows(self, run: str = "", wanted: str = "every") -> list[Any]:
        return self.callbacks.shown(self.session, run or self.session.shown, wanted)


def values(**changes: Any) -> list[Any]:
    return [(FORM | changes)[name] for name in WANTED]


@pytest.fixture
def provider() -> Iterator[JudgingProvider]:
    with judging() as running:
        yield running


@pytest.fixture
def bench(provider: JudgingProvider, tmp_path: Path) -> Bench:
    bench = Bench(provider, tmp_path)
    bench.labels.add_items([one.prompt for one in prompts(5)], "tester")
    return bench


def test_nothing_is_sent_before_the_estimate_was_seen(bench: Bench, provider: JudgingProvider) -> None:
    (step,) = bench.starts()
    assert "Something has changed since the estimate." in step[0]
    notice, html, start = bench.estimates()
    assert notice == ""
    assert "Estimate for 3 prompts" in html
    assert (start.value, start.interactive) == ("Start: at most $1", True)
    (step,) = bench.starts(budget=5.0)
    assert "Something has changed since the estimate." in step[0]
    assert provider.requests == []


def test_a_run_is_watched_shown_saved_and_exported(bench: Bench, provider: JudgingProvider) -> None:
    provider.says = lambda model, told: rated(4, "<script>alert('rationale')</script>")
    bench.estimates()
    steps = bench.starts()
    assert 'data-state="running"' in steps[0][-1]
    assert 'data-state="finished"' in steps[-1][-1]
    assert "3 of 3 prompts rated" in steps[-1][-1]
    notice, html, save, export, file = bench.shows()
    assert notice == gr.skip()
    assert "&lt;script&gt;alert(&#39;rationale&#39;)&lt;/script&gt;" in html
    assert "<script>" not in html
    assert save.interactive
    assert export.interactive
    assert (file["value"], file["visible"]) == (None, False)
    notice, file = bench.callbacks.exported(bench.session.shown)
    assert (notice, file["visible"]) == ("", True)
    assert Path(file["value"]).is_relative_to(get_upload_folder()), "where old files are swept"
    lines = Path(file["value"]).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["stars_low"] for line in lines] == [4, 4, 4]
    said = bench.callbacks.saved(bench.session.shown, VISITOR)
    assert "3 labels are saved." in said
    assert [one.tier for one in bench.labels.resolved(sources=("judge",))] == [1, 1, 1]
    assert "0 labels are saved, 3 were saved before." in bench.callbacks.saved(bench.session.shown, VISITOR)
    estimate = bench.estimates(prompts=LACKING, limit=9)[1]
    assert "Estimate for 2 prompts" in estimate, "labelled ones are left out"


def test_a_paused_run_can_go_on(bench: Bench, provider: JudgingProvider) -> None:
    keys, (judge,) = own(provider, "status=401,fail_times=1")
    bench.session.keys = keys
    bench.estimates(judges=[judge])
    last = bench.starts(judges=[judge], concurrency=1)
    assert "Something has changed" in last[-1][0]
    bench.estimates(judges=[judge], concurrency=1)
    last = bench.starts(judges=[judge], concurrency=1)
    assert 'data-state="paused"' in last[-1][-1]
    assert "refused the key." in last[-1][-1]
    choices, runs, past = bench.filling.lists(bench.session)
    assert choices.choices[-1][1] == RUN + bench.session.shown
    assert runs.value == bench.session.shown
    assert past.visible
    asked = len(provider.requests)
    going_on = {"prompts": RUN + bench.session.shown, "concurrency": 1, "weak": None, "judges": []}
    assert "known already" in bench.estimates(**going_on)[1]
    bench.starts(**going_on)
    assert provider.count(WEAK) == 3, "the first weak answer was not asked for again"
    assert len(provider.requests) > asked


def test_stopping_ends_a_run_in_good_order(bench: Bench, provider: JudgingProvider) -> None:
    provider.hold_from = 3
    bench.estimates()

    async def stop() -> list[Any]:
        last: list[Any] = []
        async for step in bench.callbacks.started(bench.session, VISITOR, *values()):
            last = step
            if len(provider.requests) < 3:
                await asyncio.to_thread(provider.wait_for_requests, 3)
                assert not bench.callbacks.stopped(bench.session).interactive
                provider.release()
        await bench.completions.aclose()
        return last

    assert 'data-state="stopped"' in asyncio.run(stop())[-1]
    assert not bench.session.running


def test_leaving_the_tab_ends_its_run_and_forgets_its_keys(bench: Bench, provider: JudgingProvider) -> None:
    bench.session.keys = bench.session.keys.with_key("openai", "sk-my-own")
    bench.callbacks.opened(bench.session, VISITOR)
    provider.hold_from = 2
    bench.estimates()

    async def leave() -> None:
        steps = bench.callbacks.started(bench.session, VISITOR, *values())
        await anext(steps)
        await asyncio.to_thread(provider.wait_for_requests, 2)
        bench.callbacks.left(VISITOR)
        provider.release()
        async for _ in steps:
            pass
        await bench.completions.aclose()

    asyncio.run(leave())
    run = bench.session.run
    assert run is not None
    assert run.board.now.state == "stopped"
    assert bench.session.keys.providers == ()


def test_results_can_be_filtered(bench: Bench, provider: JudgingProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    provider.says = lambda model, told: rated(2 if "is 1 times" in told or "is 4 times" in told else 5)
    bench.estimates(limit=5)
    bench.starts(limit=5)
    monkeypatch.setattr(JudgeDesk, "export", None)  # looking writes no file
    assert "5 prompts" in bench.shows()[1]
    assert "2 prompts" in bench.shows(wanted="low")[1]
    assert "No prompt of this kind." in bench.shows(wanted="torn")[1]
    assert "No prompt of this kind." in bench.shows(wanted="missing")[1]
    assert bench.callbacks.shown(bench.session, None, "every")[1] == ""


def test_llms_that_cannot_be_asked_are_marked_until_their_key_is_typed(
    provider: JudgingProvider, tmp_path: Path
) -> None:
    bench = Bench(provider, tmp_path, openai_api_key=None)
    session, notice, weak, *_ = bench.callbacks.opened(bench.session, VISITOR)
    assert (session, notice) == (bench.session, "")
    marked = {llm for label, llm in weak.choices if label.startswith(CANNOT)}
    assert WEAK in marked
    emptied, said, weak, *_ = bench.filling.keyed(bench.session, "openai", "sk-my-own", WEAK, REFERENCE, [JUDGE])
    assert (emptied, weak.value) == ("", WEAK)
    assert "The key of OpenAI is used in this tab." in said
    assert "sk-my-own" not in said
    assert WEAK not in {llm for label, llm in weak.choices if label.startswith(CANNOT)}
    assert "one line of plain characters" in bench.filling.keyed(bench.session, "openai", "a\nb", None, None, [])[1]


def test_an_endpoint_of_ones_own_can_judge(bench: Bench, provider: JudgingProvider) -> None:
    emptied, said, *_, judges = bench.filling.added(
        bench.session, provider.base_url, "my-judge", "sk-own", "0.10", "$0,40", WEAK, REFERENCE, []
    )
    assert (emptied, "own:my-judge can be chosen" in said) == ("", True)
    assert "own:my-judge" in {llm for _, llm in judges.choices}
    assert "$0.10" in next(label for label, llm in judges.choices if llm == "own:my-judge")
    bench.estimates(judges=["own:my-judge"], limit=1)
    assert 'data-state="finished"' in bench.starts(judges=["own:my-judge"], limit=1)[-1][-1]
    for fields in (("ftp://x", "m", "", "", ""), (provider.base_url, "m", "", "cheap", "")):
        assert "is-error" in bench.filling.added(bench.session, *fields, WEAK, REFERENCE, [])[1]


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"weak": None}, "No weak LLM is chosen."),
        ({"judges": []}, "No judge is chosen."),
        ({"reference": WEAK}, "the same LLM"),
        ({"limit": 0}, "less than 1"),
        ({"limit": None}, "no whole number"),
        ({"budget": None}, "no amount of money"),
        ({"budget": -1}, "no amount of money"),
        ({"rubric": ""}, "The rubric is empty."),
        ({"prompts": LABELLED}, "There are no such prompts."),
        ({"prompts": RUN + "nobody"}, "There is no judge run"),
        ({"answer_tokens": 1.5}, "no whole number"),
        ({"judges": ["claude-haiku-4.5"]}, "no key for Anthropic"),
    ],
)
def test_what_cannot_be_run_is_said_in_the_tab(bench: Bench, changes: dict[str, Any], what: str) -> None:
    notice, html, start = bench.estimates(**changes)
    assert what in notice
    assert "is-error" in notice
    assert (html, start.interactive) == ("", False)


def test_the_form_is_read_as_it_says() -> None:
    plan = read_plan(FORM | {"combine": "median", "tier": 2, "retry": True})
    assert (plan.combine, plan.reference_tier, plan.retry_failed, plan.answer_tokens) == ("median", 2, True, 256)
    assert read_limit({"limit": 7.0}) == 7
    with pytest.raises(BadInputError):
        read_plan(FORM | {"tier": True})


def test_the_store_is_not_opened_by_the_layout(panel: RouterPanel, provider: JudgingProvider, tmp_path: Path) -> None:
    """A database takes its time to open, and may not be there: the app starts without it."""

    def refuse() -> FeedbackStore:
        raise AssertionError("the layout opened the store")

    settings = settings_for(provider, data_dir=tmp_path)
    with gr.Blocks() as demo:
        add_judge_tab(demo, panel, settings, Completions(panel.catalogue, settings), refuse)
    names = [function.api_name for function in demo.fns.values() if isinstance(function.api_name, str)]
    assert len(names) == len(set(names))
    assert {"judge_estimated", "judge_started", "judge_stopped", "judge_saved"} <= set(names)
    assert {function.api_visibility for function in demo.fns.values()} == {"private"}, "a key may be in an event"
    assert all(name.startswith("judge_") for name in names if name != "left"), "by their names events need a role"


def test_a_copied_session_is_an_empty_one(bench: Bench) -> None:
    from copy import deepcopy

    bench.session.keys = bench.session.keys.with_key("openai", "sk-my-own")
    assert deepcopy(bench.session).keys.providers == ()


def test_a_run_without_training_data_says_so(bench: Bench, provider: JudgingProvider) -> None:
    provider.says = lambda model, told: "no rating"
    bench.estimates()
    bench.starts()
    export = bench.shows()[3]
    assert not export.interactive
    notice, file = bench.callbacks.exported(bench.session.shown)
    assert "This run has no training data." in notice
    assert file["value"] is None
