"""The budget control: what it shows, what it buys, and what it refuses."""

import dataclasses

import gradio as gr
import pytest

from errors import BadInputError
from pages._budget import budget_form_of, budgeted_router
from pages._session import Session
from pages._view import default_view
from pages.route import RoutePage
from router_models import RouterPanel
from router_models.cascade import CascadeRouter


def bought(panel: RouterPanel, usd: str, pool: str = "") -> CascadeRouter:
    view = default_view(panel)
    view = dataclasses.replace(view, pool=panel.catalogue.pool(pool)) if pool else view
    router = budgeted_router(panel["cascade"], usd, view, panel.catalogue)
    assert isinstance(router, CascadeRouter)
    return router


def test_a_larger_budget_buys_more_strong_calls_and_a_lower_threshold(panel: RouterPanel) -> None:
    poor, rich = bought(panel, "0.4"), bought(panel, "2")
    assert poor.strong_share < rich.strong_share
    assert (poor.card.threshold or 0) > (rich.card.threshold or 0)


def test_a_budget_is_priced_for_the_pool_in_use(panel: RouterPanel) -> None:
    cheap, dear = bought(panel, "9"), bought(panel, "9", "Mixtral-8x7B / GPT-4-turbo")
    assert dear.strong_share < cheap.strong_share
    form = budget_form_of(dear, True, default_view(panel), panel.catalogue)
    assert form is not None
    assert form.repriced
    assert form.share == dear.strong_share


def test_only_a_router_with_a_budget_has_the_control(panel: RouterPanel) -> None:
    assert budget_form_of(panel["random"], False, default_view(panel), panel.catalogue) is None
    with pytest.raises(BadInputError, match="has no budget"):
        budgeted_router(panel["random"], "1", default_view(panel), panel.catalogue)


@pytest.mark.parametrize(
    ("sent", "said"),
    [("-1", "-1.0 USD"), ("nan", "nan USD"), ("", "no amount"), ("0.001", "weak LLM alone"), (3, "no text")],
)
def test_nonsense_is_refused_with_a_mend(panel: RouterPanel, sent: object, said: str) -> None:
    with pytest.raises(BadInputError, match=said) as refused:
        budgeted_router(panel["cascade"], sent, default_view(panel), panel.catalogue)
    assert refused.value.mend


def test_the_page_buys_refuses_and_restores(panel: RouterPanel) -> None:
    page, query = RoutePage(panel), "why=cascade"
    _, routed = page.submitted(Session(), gr.EventData(None, {"query": query, "prompt": "What is 2 + 2?"}))
    html, session = page.described(routed, gr.EventData(None, {"query": query, "router": "cascade", "budget": "2.5"}))
    edited = session.edited["cascade"]
    assert f"threshold of {edited.card.threshold:.2f}" in html
    assert 'data-saved="2.5"' in html
    assert edited.card.threshold != panel["cascade"].card.threshold
    html, same = page.described(session, gr.EventData(None, {"query": query, "router": "cascade", "budget": "-3"}))
    assert "The budget is -3.0 USD." in html
    assert same is session
    _, restored = page.described(session, gr.EventData(None, {"query": query, "router": "cascade", "budget": None}))
    assert restored.edited == {}
