"""The budget on the Usage page, and what it does to the Route page."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from feedback.annotator_names import shown_name
from feedback.records import now
from feedback.usage_budget import Budget
from feedback.usage_event import ROUTE_PAGE
from feedback.usage_sums import Sums, UsageFilter
from pages._visitor import visitor_of
from pages.route import RoutePage
from pages.usage import BUDGET, add_usage_page
from router_models import RouterPanel
from tests.feedback.usage_samples import event
from tests.pages.usage_desk import PATIENCE_S, Desk, opened_desk, read

desk = opened_desk


def test_a_budget_is_set_acts_is_switched_back_and_removed(desk: Desk) -> None:
    request = gr.Request(session_hash="tab")
    desk.events.add([event(at=now()) for _ in range(3)])
    assert "no budget" in desk.page.budget_shown()[1]
    banner, state, *values, remove, switch, told = desk.page.budget_saved(0.02, "day", 80, 0.9, request)
    assert "used up ($0.02): thresholds are raised to 0.90" in banner
    assert "$0.03</b> of $0.02" in state
    assert values == [0.02, "day", 80.0, 0.9]
    assert "The budget is set: $0.02 a day" in told
    assert "is-error" not in told
    assert (remove["visible"], switch["visible"], switch["value"]) == (True, True, "Switch back")
    raising = desk.usage.raising()
    assert raising is not None
    assert raising.threshold == 0.9
    banner, state, *_, switch, _ = desk.page.budget_switched(request)
    assert desk.usage.raising() is None
    assert "were switched back" in banner
    assert switch["value"] == "Raise thresholds again"
    desk.page.budget_switched(request)
    assert desk.usage.raising() == raising
    banner, state, *_, told = desk.page.budget_removed(request)
    assert "The budget is removed" in told
    assert "no budget" in state
    assert desk.usage.raising() is None
    for line in ("set", "alert", "raised", "switched back", "switched on", "removed"):
        assert f"<td>{line}</td>" in state
    assert shown_name(visitor_of(request, desk.settings).author) in state, "as on the Label page"
    assert "tab:" not in state


@pytest.mark.parametrize("usd", [0, -5, 1e99, float("inf"), float("nan"), None])
def test_what_is_no_budget_is_said_beside_the_field_and_changes_nothing(desk: Desk, usd: float | None) -> None:
    request = gr.Request(session_hash="tab")
    *rest, told = desk.page.budget_saved(usd, "day", 80, 0.8, request)
    assert "is-error" in told
    assert ("has no amount" if usd is None else "more than 0 and at most 1,000,000 USD") in told
    assert all(value == gr.skip() for value in rest), "the field keeps what was typed"
    assert desk.usage.budget.state().budget is None


def test_the_field_lets_every_number_through_so_that_its_range_is_said_in_our_words(desk: Desk) -> None:
    with gr.Blocks() as demo:
        add_usage_page(demo, desk.panel, desk.settings, desk.usage)
    (field,) = (block for block in demo.blocks.values() if block.elem_id == "rp-us-usd")
    assert isinstance(field, gr.Number)
    assert field.preprocess(-5) == -5


def test_the_environments_budget_is_shown(panel: RouterPanel, tmp_path: Path) -> None:
    desk = Desk(panel, tmp_path, budget_usd=Decimal(2), budget_period="month")
    banner, _, usd, period, *_ = desk.page.budget_shown()
    assert (banner.strip(), usd, period) == ("", 2.0, "month")
    desk.events.add([event(at=now(), cost_usd=Decimal("1.7"))])
    assert "$1.70 of the budget of $2" in desk.page.budget_shown()[0]
    desk.close()


def test_the_route_page_records_its_panel_and_shows_a_raised_threshold(desk: Desk, panel: RouterPanel) -> None:
    page = RoutePage(panel, desk.usage)
    prompt = "Prove that there are infinitely many primes."
    told = gr.EventData(None, {"prompt": prompt, "query": "t.knn=0.01&t.keras-cnn=0.3"})
    html, session = page.submitted(page_session(), told)
    assert session.run is not None
    assert "data-used-up" not in html
    assert desk.usage.recorder.flush(PATIENCE_S)
    today = now().date()
    chosen = UsageFilter(first=today, last=today, place=ROUTE_PAGE)
    total = desk.usage.report.total(chosen)
    assert total.decisions == len(session.run.scores)
    assert total.usd > 0
    assert desk.usage.report.total(chosen, answered=True) == Sums()
    thresholds = {row["threshold"] for row in exported_rows(desk, chosen) if row["router"] == "knn"}
    assert thresholds == {"0.01"}

    desk.usage.budget.put(Budget(usd=Decimal("0.001"), threshold=0.95), "ann")
    desk.events.add([event(at=now())])
    desk.usage.guard.refresh()
    html = page.adjusted(session, gr.EventData(None, {"query": "t.knn=0.01"}))
    assert "data-used-up" in html
    assert "thresholds are raised to 0.95" in html
    assert "/usage#rp-us-budget" in html
    assert "raised from 0.01 to 0.95" in html
    assert 'name="t.knn" value="0.01"' in html, "the visitor's own threshold is kept for later"
    assert 'name="t.keras-cnn"' not in html, "and no raised one is taken for theirs"


def test_the_budget_says_what_it_does_not_count() -> None:
    assert "Runs of judge LLMs" in BUDGET
    assert "are not counted" in BUDGET


def exported_rows(desk: Desk, chosen: UsageFilter) -> list[dict[str, str]]:
    from feedback.usage_export import exported

    return read(b"".join(exported(desk.store.access, chosen, "csv")).decode())


def page_session() -> Any:
    from pages._session import Session

    return Session()
