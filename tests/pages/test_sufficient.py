"""The list of LLMs that suffice, beside the evidence of routers that judge LLMs one by one."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest

from pages._board import Board, Notices
from pages._link import parse_query, write_query
from pages._session import Session
from pages._sufficient import SHOWN, sufficient_list
from pages._view import RouteView, default_view, read_view
from router_models import RouterPanel
from router_models.decision import RouterScore
from router_models.outcome_score import DEFAULT_BOUND
from router_models.panel import PanelRun

P = {"gpt-4o-mini-2024-07-18": 0.8, "gpt-4o-2024-08-06": 0.9, "unlisted": 0.95, "o1-mini-2024-09-12": 0.6}


def run(p_correct: dict[str, float]) -> PanelRun:
    score = RouterScore("prompt-length", ("weak", "strong"), (0.6, 0.4), 1.0, p_correct=p_correct)
    return PanelRun("What is 7 × 8?", (score,), 1.0)


@pytest.fixture
def view(panel: RouterPanel) -> RouteView:
    return dataclasses.replace(default_view(panel), why="prompt-length")


def test_cheapest_first_and_unpriced_last(panel: RouterPanel, view: RouteView) -> None:
    found = sufficient_list(panel, run(P), view)
    assert found is not None
    assert [row.llm for row in found.rows] == ["gpt-4o-mini-2024-07-18", "gpt-4o-2024-08-06", "unlisted"]
    assert [row.price != "" for row in found.rows] == [True, True, False]
    assert (found.found, found.measured) == (3, 4)


def test_the_users_bound_counts(panel: RouterPanel, view: RouteView) -> None:
    high = sufficient_list(panel, run(P), dataclasses.replace(view, bound=0.99))
    assert high is not None
    assert (high.rows, high.found, high.surest.llm) == ((), 0, "unlisted")
    low = sufficient_list(panel, run({f"llm-{i}": 0.9 for i in range(30)}), dataclasses.replace(view, bound=0.5))
    assert low is not None
    assert (len(low.rows), low.found) == (SHOWN, 30)


def test_a_reasoning_llms_price_includes_its_assumed_hidden_tokens(panel: RouterPanel, view: RouteView) -> None:
    def price(hidden: int) -> Decimal:
        policy = dataclasses.replace(view, reasoning_tokens=hidden).policy()
        usd = panel.quote("What is 7 × 8?", policy, ["o1-mini"])["o1-mini"].usd
        assert usd is not None
        return usd

    assert price(2_000) > price(0)


def test_other_routers_have_no_list(panel: RouterPanel, view: RouteView) -> None:
    assert sufficient_list(panel, run({}), view) is None
    assert sufficient_list(panel, run(P), dataclasses.replace(view, why="random")) is None


def test_the_bound_travels_in_the_address(panel: RouterPanel, view: RouteView) -> None:
    assert "bound" not in write_query(view, panel)
    query = write_query(dataclasses.replace(view, bound=0.85), panel)
    assert read_view(parse_query(query)[0], panel)[0].bound == 0.85
    wrong, problems = read_view({"bound": "1.5"}, panel)
    assert wrong.bound == DEFAULT_BOUND
    assert any("bound" in problem for problem in problems)


def test_the_panel_names_the_llms_and_escapes_them(panel: RouterPanel) -> None:
    name = "knn"
    done = panel.run("What is 7 × 8?", only=[name, "random"])
    shown = dataclasses.replace(default_view(panel), why=name)
    html = Board(panel, ()).html(Session().with_run(done), shown, Notices())
    assert "LLMs that suffice" in html or "data-needs-evidence" in html
    assert "No measured outcomes of gpt-4.1-nano" in html
    measured = dataclasses.replace(shown, pool=panel.catalogue.pool("Measured"))
    assert "No measured outcomes" not in Board(panel, ()).html(Session().with_run(done), measured, Notices())
