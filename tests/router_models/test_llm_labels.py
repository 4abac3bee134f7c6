"""Routers that ask an LLM for a label: with a stand-in over real HTTP, and with the real local LLM."""

import json
import math
import os
from collections.abc import Iterator

import numpy as np
import pytest

from errors import UnavailableError
from llms.label_probabilities import Answer, Question
from llms.label_probabilities import ask as ask_llm
from llms.providers import Connection
from router_models import RouterPanel, llm_labels, load_panel
from router_models.base import Router
from router_models.llm_classifier import LlmClassifierRouter, category_question, general_categories
from router_models.llm_labels import (
    CONTENT_FREE,
    CUT_MARK,
    MAX_PROMPT_BYTES,
    LlmLabelRouter,
    calibrated_labels,
    cut_prompt,
    cut_warning,
    shifted_routes,
)
from router_models.llm_router import LlmRouter
from router_models.prompt_batch import PromptBatch
from router_models.request_facts import read_facts
from tests.llms.stand_in import StandIn, stand_in

IDS = ("llm-classifier", "llm-router")


@pytest.fixture
def provider() -> Iterator[StandIn]:
    with stand_in() as said:
        yield said


def answers(provider: StandIn, field: str, shares: dict[str, float], reason: str = "it asks for it") -> None:
    label = max(shares, key=lambda name: shares[name])
    stated = {name: math.log(share) for name, share in shares.items()}
    plain = [(token, {token: 0.0}) for token in ('{"', field, '":', ' "')]
    provider.say(json.dumps({field: label, "reason": reason}), [*plain, (label, stated)])


def router_on(panel: RouterPanel, name: str, provider: StandIn) -> LlmLabelRouter:
    router = panel[name]
    assert isinstance(router, LlmLabelRouter)
    return router.with_connection(provider.connection())


def ask(panel: RouterPanel, router: Router, prompt: str = "Prove it.") -> tuple[object, ...]:
    run = panel.run(prompt, only=[router.id], replace={router.id: router}, novelty=False)
    return (*run.scores, *run.unavailable)


def test_an_llm_that_the_router_was_not_fitted_to_is_taken_at_its_word(panel: RouterPanel, provider: StandIn) -> None:
    router = router_on(panel, "llm-router", provider)
    answers(provider, "route", {"simple": 1.0, "general": 1e-9, "reasoning": 1e-9})  # what it says to "N/A"
    router.load()
    assert provider.requests == [], "content-free questions are not paid for where nothing uses the answers"
    shares = {"simple": 0.999, "general": 0.0007, "reasoning": 0.0003}
    answers(provider, "route", shares)
    assert router.predict_proba(["What is 2 + 2?"])[0] == pytest.approx(list(shares.values()))


def test_content_free_answers_of_the_packaged_llm_are_taken_out(panel: RouterPanel) -> None:
    router = panel["llm-router"]
    assert isinstance(router, LlmLabelRouter)
    try:
        router.load()
    except UnavailableError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))
    assert router.fitted
    free = router.answers(PromptBatch(list(CONTENT_FREE)))
    mean = np.mean([list(answer.probabilities.values()) for answer in free], axis=0)
    as_to_anything = Answer(dict(zip(router.labels, map(float, mean), strict=True)), router.labels[0])
    assert router.p_labels([as_to_anything])[0] == pytest.approx(np.full(3, 1 / 3))


def test_what_is_taken_out_is_asked_of_the_bare_prompt_whichever_request_came_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fresh, questions = load_panel()["llm-router"], list[Question]()

    def recorded(connection: Connection, question: Question, slot: int = 0) -> Answer:
        questions.append(question)
        return ask_llm(connection, question, slot)

    monkeypatch.setattr(llm_labels, "ask", recorded)
    assert isinstance(fresh, LlmRouter)
    try:
        fresh.with_request(2.0, "image").load()
    except UnavailableError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))
    assert fresh._memory.content_free is not None
    assert questions == [fresh.question(text) for text in CONTENT_FREE]
    assert fresh.with_request(2.0, "image").question("N/A") not in questions


@pytest.mark.parametrize("name", IDS)
def test_an_edited_copy_makes_the_router_ready_and_shares_what_is_known(
    panel: RouterPanel, provider: StandIn, name: str
) -> None:
    router = router_on(panel, name, provider)
    labels = router.labels
    answers(provider, router.question("x").field, {label: 1 / len(labels) for label in labels})
    for _ in range(2):  # as two requests, each with a copy of a router that nothing has loaded
        copied = router.with_request(0.5) if isinstance(router, LlmRouter) else ruled(router)
        assert copied.predict_proba(["Hello"]).sum() == pytest.approx(1)
        assert router.loaded
    assert len(provider.requests) == 1
    assert not router_on(panel, name, provider).loaded, "another LLM starts afresh"


def ruled(router: LlmLabelRouter) -> LlmClassifierRouter:
    assert isinstance(router, LlmClassifierRouter)
    return router.with_rules([("coding", "reasoning")])


def test_facts_are_those_of_the_whole_prompt(panel: RouterPanel, provider: StandIn) -> None:
    router = router_on(panel, "llm-router", provider)
    answers(provider, "route", {"simple": 0.4, "general": 0.3, "reasoning": 0.3})
    opening = "Read this. " * 200
    router.predict_proba([opening + "```x = 1```"])
    turn = provider.requests[-1]["messages"][-1]["content"]
    assert "with code" in turn
    assert f"({read_facts(opening + '```x = 1```').tokens} tokens" in turn
    assert opening not in turn
    assert cut_prompt(opening) in turn
    router.predict_proba([opening + "- one\n- two\nWhich?"])
    assert len(provider.requests) == 2, "other facts are another question"
    assert "1 questions" in provider.requests[-1]["messages"][-1]["content"]


def test_the_llms_reason_is_quoted_and_another_llm_is_not_called_calibrated(
    panel: RouterPanel, provider: StandIn
) -> None:
    router = router_on(panel, "llm-router", provider)
    answers(provider, "route", {"simple": 0.4, "general": 0.3, "reasoning": 0.3})
    router.load()
    answers(provider, "route", {"simple": 0.1, "general": 0.1, "reasoning": 0.8}, reason="a proof in steps.")
    (score,) = ask(panel, router)
    assert "“a proof in steps”" in score.evidence  # type: ignore[attr-defined]
    assert "Model One says reasoning" in score.evidence  # type: ignore[attr-defined]
    assert any("Not calibrated for Model One" in warning for warning in score.warnings)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", IDS)
@pytest.mark.parametrize("status", [401, 429, 500])
def test_a_failing_provider_makes_it_unavailable_and_the_next_try_can_work(
    panel: RouterPanel, provider: StandIn, name: str, status: int
) -> None:
    router = router_on(panel, name, provider)
    provider.status = status
    (gone,) = ask(panel, router)
    assert "Stand-in" in gone.what  # type: ignore[attr-defined]
    provider.status = 200
    labels = router.labels
    answers(provider, router.question("x").field, {label: 1 / len(labels) for label in labels})
    (score,) = ask(panel, router)
    assert sum(score.probabilities) == pytest.approx(1)  # type: ignore[attr-defined]


def test_nonsense_is_never_turned_into_a_decision(panel: RouterPanel, provider: StandIn) -> None:
    router = router_on(panel, "llm-classifier", provider)
    provider.say('{"category": "gardening", "reason": "flowers"}', [("gardening", {"gardening": -0.1})])
    (gone,) = ask(panel, router)
    assert "outside the allowed labels: “gardening”" in gone.what  # type: ignore[attr-defined]


def test_a_prompt_is_asked_once_and_facts_make_another_question(panel: RouterPanel, provider: StandIn) -> None:
    router = router_on(panel, "llm-router", provider)
    assert isinstance(router, LlmRouter)
    answers(provider, "route", {"simple": 0.4, "general": 0.3, "reasoning": 0.3})
    router.load()
    before = len(provider.requests)
    router.predict_proba(["Hello"])
    router.predict_proba(["Hello"])
    assert len(provider.requests) == before + 1
    router.with_request(temperature=1.2, attachment="pdf").predict_proba(["Hello"])
    assert len(provider.requests) == before + 2
    turn = provider.requests[-1]["messages"][-1]["content"]
    assert "temperature 1.2" in turn
    assert "pdf attached" in turn


def test_a_remembered_answer_counts_with_the_time_that_it_took(panel: RouterPanel, provider: StandIn) -> None:
    router = router_on(panel, "llm-router", provider)
    answers(provider, "route", {"simple": 0.4, "general": 0.3, "reasoning": 0.3})
    router.score(PromptBatch(["Hello"]))
    before = len(provider.requests)
    again = PromptBatch(["Hello"])
    score = router.score(again)[0]
    assert len(provider.requests) == before
    assert score.latency_ms >= router.answers(again)[0].took_ms > 0.2


def test_questions_have_an_example_per_label_and_hold_the_prompt() -> None:
    question = category_question(general_categories(), "Mend my code")
    shown = [json.loads(turn.content)["category"] for turn in question.messages if turn.role == "assistant"]
    assert tuple(shown) == question.labels == general_categories().ids
    assert question.messages[-1].content.startswith("Request: Mend my code")


def test_the_rule_table_gives_the_route(panel: RouterPanel) -> None:
    router = panel["llm-classifier"]
    assert isinstance(router, LlmClassifierRouter)
    routes = router.to_routes(np.eye(len(router.labels)))
    assert routes[router.labels.index("mathematics")].argmax() == router.routes.index("reasoning")
    assert routes[router.labels.index("smalltalk")].argmax() == router.routes.index("simple")


def test_calibration_keeps_the_order_of_labels_and_shifts_routes() -> None:
    stated = np.log([[0.7, 0.2, 0.1]])
    free = np.log([1 / 3] * 3)
    for temperature in (0.5, 1.0, 3.0):
        p = calibrated_labels(stated, free, temperature)[0]
        assert p[0] > p[1] > p[2]
        assert p.sum() == pytest.approx(1)
    shifted = shifted_routes(np.array([[0.5, 0.3, 0.2]]), [0.0, 1.0, 0.0])[0]
    assert shifted[1] / shifted[0] == pytest.approx(0.3 / 0.5 * math.e)


def test_long_prompts_are_cut_visibly_at_whole_characters() -> None:
    assert cut_prompt("short") == "short"
    assert cut_warning("short") == ()
    cut = cut_prompt("é" * 2_000)
    assert cut.endswith(CUT_MARK)
    assert len(cut.removesuffix(CUT_MARK).encode()) <= MAX_PROMPT_BYTES
    assert "500 of this prompt's 2,000 characters" in cut_warning("é" * 2_000)[0]


def test_word_by_word_evidence_is_not_asked_for(panel: RouterPanel, provider: StandIn) -> None:
    from router_models.explain import explain, unexamined

    router = router_on(panel, "llm-router", provider)
    answers(provider, "route", {"simple": 0.4, "general": 0.3, "reasoning": 0.3})
    run = panel.run("Why is the sky blue?", only=["llm-router"], replace={"llm-router": router}, novelty=False)
    before = len(provider.requests)
    explanation = explain(panel, run, {"llm-router": router})["llm-router"]
    assert len(provider.requests) == before
    assert explanation.pieces == ()
    assert "not examined word by word" in explanation.kind
    assert unexamined(panel["random"]) is None
