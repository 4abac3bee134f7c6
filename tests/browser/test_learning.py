"""Learning in a real browser: from labels to a version that decides on the Route page, and back again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from feedback.label_records import Label
from feedback.label_store import LabelStore
from feedback.rows import sha256
from feedback.store import FeedbackStore
from settings import Settings
from tests.browser.conftest import OpenPage, app_served, visits
from tests.browser.test_route_page import card, route
from tests.feedback.learning.synthetic import by_topic

ROSE = "What should I know about pruning old roses in Hobart?"
LEARNING_MS = 180_000
"""Two hundred prompts are embedded, on a machine that does other things too."""


def labelled(folder: Path, count: int) -> None:
    """Labels by two people, of whom the second differs on the first prompt."""
    store = FeedbackStore.open(Settings(data_dir=folder, database_url=None))
    keep, labels = LabelStore(store.access), by_topic(count)
    keep.add_items([label.prompt for label in labels], "importer", origin="test", overlap=2)
    keep.save_imported([Label(prompt_sha256=sha256(one.prompt), annotator="ann", tier=one.tier) for one in labels])
    first = labels[0]
    keep.save_label(Label(prompt_sha256=sha256(first.prompt), annotator="bob", tier=first.tier % 3 + 1))
    store.close()


@pytest.fixture
def visit(browser: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """Opens pages of an app that holds as many labels as the test asks for."""
    labelled(tmp_path / "data", request.param)
    with app_served(tmp_path) as address, visits(browser, address) as opened:
        yield opened


def open_learning(page: Page) -> None:
    page.get_by_role("tab", name="Learn", exact=True).click()


@pytest.mark.parametrize("visit", [200], indirect=True)
def test_a_router_learns_decides_on_the_route_page_and_is_brought_back(visit: OpenPage) -> None:
    page = visit("/label")
    open_learning(page)
    expect(page.locator("#rp-ln-ready")).to_contain_text("There are enough labels")
    page.locator("#rp-ln-start").click()
    report = page.locator(".rp-ln-report")
    expect(report).to_be_visible(timeout=LEARNING_MS)
    expect(report).to_have_attribute("data-verdict", "better")
    expect(report.locator("[data-advice]")).to_contain_text("ctivate it")
    expect(page.locator("#rp-chart-learn .main-svg").first).to_be_visible()
    assert report.locator("td.is-good").count() > 0

    other = visit("/")
    route(other, ROSE)
    shipped = card(other, "semantic").locator("h3").inner_text()
    assert "v1" not in shipped
    page.locator("#rp-ln-activate").click()
    expect(page.locator("#rp-ln-notice")).to_contain_text("v1 decides now")
    other.reload()
    route(other, ROSE)
    expect(card(other, "semantic").locator("h3")).to_contain_text("v1")

    page.locator("#rp-ln-back").click()
    expect(page.locator("#rp-ln-notice")).to_contain_text("is back to what it was before")
    other.reload()
    route(other, ROSE)
    expect(card(other, "semantic").locator("h3")).to_have_text(shipped)
    expect(page.locator(".rp-ln-history tbody tr")).to_have_count(3)


@pytest.mark.parametrize("visit", [12], indirect=True)
def test_with_too_few_labels_the_button_is_grey_and_a_dispute_is_a_click_away(visit: OpenPage) -> None:
    page = visit("/label")
    open_learning(page)
    start = page.locator("#rp-ln-start")
    expect(start).to_be_disabled()
    expect(start).to_contain_text("more labels needed")
    page.locator("[data-disputed] [data-open-tab]").click()
    expect(page.locator("[data-dispute]")).to_have_count(1)
    page.locator("[data-dispute] [data-settle='1']").click()
    expect(page.get_by_role("heading", name="Nobody differs")).to_be_visible()
    open_learning(page)
    expect(page.locator("#rp-ln-material")).to_contain_text("12")
    expect(page.locator("[data-disputed]")).to_have_count(0)
