"""What routers see of an attachment, and say of what they do not see."""

import json
import math
from collections.abc import Iterator

import pytest

from llms.attachment import AttachmentKind
from router_models import RouterPanel
from router_models.llm_labels import LlmLabelRouter
from router_models.llm_router import LlmRouter
from router_models.request_view import KIND_ONLY, UNSEEN, told_routers
from tests.llms.stand_in import StandIn, stand_in

ASKED = ("prompt-length", "knn", "llm-router", "llm-classifier")


@pytest.fixture
def provider() -> Iterator[StandIn]:
    with stand_in() as said:
        route = {"simple": math.log(0.5), "general": math.log(0.3), "reasoning": math.log(0.2)}
        plain = [(token, {token: 0.0}) for token in ('{"', "route", '":', ' "')]
        said.say(json.dumps({"route": "simple", "reason": "short"}), [*plain, ("simple", route)])
        yield said


def llm_router(panel: RouterPanel, provider: StandIn) -> LlmLabelRouter:
    router = panel["llm-router"]
    assert isinstance(router, LlmLabelRouter)
    return router.with_connection(provider.connection())


@pytest.mark.parametrize("kind", ["image", "pdf"])
def test_routers_that_do_not_see_an_attachment_say_so(
    panel: RouterPanel, provider: StandIn, kind: AttachmentKind
) -> None:
    replace = {"llm-router": llm_router(panel, provider)}
    run = panel.run("What is this?", only=ASKED, replace=replace, attachment=kind, temperature=0.7, novelty=False)
    decisions = {decision.router: decision for decision in panel.decisions(run)}
    assert UNSEEN[kind] in decisions["prompt-length"].warnings
    assert UNSEEN[kind] in decisions["knn"].warnings
    assert KIND_ONLY[kind] in decisions["llm-router"].warnings
    assert UNSEEN[kind] not in decisions["llm-router"].warnings
    turn = provider.requests[-1]["messages"][-1]["content"]
    assert f"{kind} attached" in turn
    assert "temperature 0.7" in turn


def test_an_unavailable_router_stays_as_it_is(panel: RouterPanel, provider: StandIn) -> None:
    provider.status = 500
    replace = {"llm-router": llm_router(panel, provider)}
    run = panel.run("What is this?", only=["llm-router"], replace=replace, attachment="image", novelty=False)
    assert [gone.router for gone in run.unavailable] == ["llm-router"]


def test_other_warnings_stay_and_scores_do_not_change(panel: RouterPanel) -> None:
    long = "word " * 30_000
    plain = panel.run(long, only=["keras-cnn"]).scores[0]
    with_image = panel.run(long, only=["keras-cnn"], attachment="image").scores[0]
    assert plain.warnings
    assert with_image.warnings == (*plain.warnings, UNSEEN["image"])
    assert with_image.probabilities == plain.probabilities


def test_without_an_attachment_nothing_is_said(panel: RouterPanel) -> None:
    scores = panel.run("What is this?", temperature=0.2).scores
    assert scores
    assert not {UNSEEN["image"], UNSEEN["pdf"]} & {warning for score in scores for warning in score.warnings}


def test_only_routers_that_read_facts_are_told(panel: RouterPanel) -> None:
    routers = {name: panel[name] for name in panel.ids}
    assert told_routers(routers, None, None) == {}
    told = told_routers(routers, 0.3, "pdf")
    assert set(told) == {"llm-router"}
    copy = told["llm-router"]
    assert isinstance(copy, LlmRouter)
    assert (copy.temperature, copy.attachment) == (0.3, "pdf")
    own = panel["llm-router"]
    assert isinstance(own, LlmRouter)
    assert own.attachment is None, "the panel's own router serves other users too"
