"""Events of decisions and answers: what they hold, what they cost, and what they leave out."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest

from feedback.records import now
from feedback.usage_made import EventMaker
from llms.completion import Completion, Usage
from llms.cost import CostEstimate
from llms.keys import Keys
from llms.spending import nothing_spent, spent
from router_models import RouterPanel
from router_models.policy import Policy
from settings import Settings

PROMPT = "Explain why the sky is blue."
SENT_KEY = "sk-nobody-may-see-this"


@pytest.fixture(scope="module")
def maker(panel: RouterPanel) -> EventMaker:
    return EventMaker(panel, Settings(_env_file=None, machine_usd_per_hour=Decimal("3.6")))


def answer_of(panel: RouterPanel, llm: str, usage: Usage) -> Completion:
    cost = spent(panel.catalogue, llm, usage)
    return Completion(llm, text="Because.", stop="stop", usage=usage, cost=cost)


def test_decisions_hold_no_prompt_and_name_the_strongest_llm(panel: RouterPanel, maker: EventMaker) -> None:
    run, policy = panel.run(PROMPT, ["keras-cnn", "encoder-3way", "knn", "causal-5star"]), panel.default_policy()
    decisions = panel.decisions(run, policy)
    events = maker.decided("/api/decide", run.prompt, decisions, policy, "ci", now())
    assert [one.router for one in events] == [one.router for one in decisions]
    for one, decision in zip(events, decisions, strict=True):
        assert (one.llm, one.route, one.escalated) == (decision.llm, decision.route, decision.escalates)
        assert (one.estimated_usd, one.latency_ms) == (decision.estimated_cost_usd, decision.latency_ms)
        assert (one.answered, one.cost_usd, one.caller) == (False, None, "ci")
        assert one.router_usd == Decimal(repr(decision.latency_ms)) * Decimal("3.6") / 3_600_000
        assert one.baseline == policy.pool.serves["strong"]
        assert one.baseline_usd == panel.quote(PROMPT, policy)[one.baseline].usd
        assert one.version.startswith(panel[one.router].card.version)
        assert PROMPT not in repr(one)
    named = [one.reference for one in events if one.reference]
    assert len(named) == len(set(named)) > 0, "one prompt counts once per data set"


def test_a_baseline_writes_as_many_visible_tokens(panel: RouterPanel, maker: EventMaker) -> None:
    policy = Policy(panel.catalogue.pool("nano / 4.1 / o4-mini"))
    decision = panel.decisions(panel.run(PROMPT, ["knn"]), policy)[0]
    usage = Usage(1_000, 500, reasoning_tokens=200)
    answer = answer_of(panel, "gpt-4.1-nano", usage)
    event = maker.answered("/route", answer, Keys(), decision, policy.pool, "", now())[0]
    strongest = policy.pool.serves["strong"]
    assert event.baseline == strongest != "gpt-4.1-nano"
    assert event.baseline_usd == spent(panel.catalogue, strongest, Usage(1_000, 300)).usd
    assert event.cost_usd == answer.cost.usd if answer.cost else None
    assert event.router_usd is not None
    assert event.cost_usd is not None
    assert event.baseline_usd is not None
    assert event.saving_usd == event.baseline_usd - event.cost_usd - event.router_usd
    same = maker.answered("/route", answer_of(panel, strongest, usage), Keys(), decision, policy.pool, "", now())[0]
    assert same.baseline_usd == same.cost_usd, "the baseline itself has answered"


@pytest.mark.parametrize("what", ["broken", "cached", "unpriced", "empty"])
def test_no_saving_is_guessed(panel: RouterPanel, maker: EventMaker, what: str) -> None:
    policy = Policy(panel.catalogue.pool("nano / 4.1 / o4-mini"))
    decision = panel.decisions(panel.run(PROMPT, ["knn"]), policy)[0]
    whole = answer_of(panel, "gpt-4.1-nano", Usage(10, 20))
    answer = {
        "broken": dataclasses.replace(whole, stop="cut off"),
        "cached": dataclasses.replace(whole, from_cache=True, cost=nothing_spent(panel.catalogue, "gpt-4.1-nano")),
        "unpriced": dataclasses.replace(whole, cost=CostEstimate(None)),
        "empty": Completion("gpt-4.1-nano", stop="failed"),
    }[what]
    event = maker.answered("/route", answer, Keys(), decision, policy.pool, "", now())[0]
    assert event.saving_usd is None
    costs = {"broken": whole.cost.usd if whole.cost else None, "cached": Decimal(0), "unpriced": None}
    assert event.cost_usd == costs.get(what, Decimal(0))


def test_an_answer_that_nobody_routed_is_counted_as_such(panel: RouterPanel, maker: EventMaker) -> None:
    answer = answer_of(panel, "gpt-4.1", Usage(10, 20))
    event = maker.answered("/v1/chat/completions", answer, Keys(), None, None, "", now())[0]
    assert (event.router, event.llm, event.answered, event.own_key) == ("", "gpt-4.1", True, False)
    assert event.saving_usd is None
    own = Keys().with_key("openai", SENT_KEY)
    event = maker.answered("/v1/chat/completions", answer, own, None, None, "", now())[0]
    assert event.own_key
    assert SENT_KEY not in repr(event)


def test_scores_without_a_pool_have_no_amounts(panel: RouterPanel, maker: EventMaker) -> None:
    scores = panel.run(PROMPT, ["keras-cnn"], novelty=False).scores
    event = maker.scored("/predict", scores, 0.0, True, "ci", now())[0]
    assert (event.route, event.escalated, event.raised, event.threshold) == ("strong", True, True, 0.0)
    assert (event.llm, event.usd, event.reference, event.novelty) == ("", None, "", None)
    assert maker.scored("/predict", scores, 1.01, False, "", now())[0].route == "weak"
