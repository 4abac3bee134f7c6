"""The Routers page in a real browser: find, open, unload, load, follow links, and see it all on a phone."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from tests.browser.conftest import OpenPage, app_served, visits
from tests.router_models.hub.stand_in import hub_stand_in
from tests.router_models.hub.tiny import files_of, write_classifier

HOLD_ADD = """() => {
  window.fetchAtOnce = window.fetch;
  window.fetch = async (address, sent) => {
    if (String(sent?.body).includes("routers_add")) await new Promise((goOn) => (window.goOn = goOn));
    return window.fetchAtOnce(address, sent);
  };
}"""
"""What the page's script sends when somebody clicks Add waits for `goOn`."""


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[OpenPage]:
    """Opens a page of the app as one more visitor."""
    with visits(browser, address) as opened:
        yield opened


def ready(page: Page) -> Page:
    expect(page.locator("[data-summary]")).to_have_text(re.compile(r"\d+ of \d+ routers are ready"))
    return page


def test_find_open_unload_load_and_try_a_router(visit: OpenPage) -> None:
    page = ready(visit("/routers"))
    cards = page.locator("article[data-router]")
    total = cards.count()
    expect(page.locator("[data-count]")).to_have_text(f"{total} of {total}")
    expect(page.locator("#router-keras-cnn [data-word]")).to_have_text("ready")

    page.get_by_placeholder("Find by name").fill("cc by BiLSTM stacked")
    expect(page.locator("[data-count]")).to_have_text(f"1 of {total}")
    expect(page.locator("#router-keras-bilstm2")).to_be_visible()
    page.get_by_placeholder("Find by name").fill("no such router")
    page.get_by_role("button", name="Show all").click()
    expect(page.locator("[data-count]")).to_have_text(f"{total} of {total}")

    card = page.locator("#router-keras-cnn")
    top = card.bounding_box()
    card.get_by_role("button", name="Unload").click()
    expect(card.locator("[data-word]")).to_have_text("unloaded")
    expect(page.locator("[data-notice]")).to_contain_text("loads again with the next prompt")
    card.get_by_role("button", name="Load").click()
    expect(card.locator("[data-word]")).to_have_text("ready")
    assert top is not None

    card.get_by_role("button", name="Details").click()
    expect(card.locator("[data-more]")).to_contain_text("router_models.training.keras")
    expect(page).to_have_url(re.compile(r"[?&]router=keras-cnn"))
    card.get_by_role("link", name="Try it").click()
    expect(page.locator("#rp-card-keras-cnn")).to_be_visible()
    expect(page.locator("#rp-why-keras-cnn")).to_contain_text("What carried the decision")


def test_a_link_opens_its_router_and_the_editor_of_categories_is_one_click_away(visit: OpenPage) -> None:
    page = ready(visit("/routers?router=semantic"))
    card = page.locator("#router-semantic")
    expect(card.locator("[data-more]")).to_contain_text("Measured")
    expect(card).to_be_in_viewport()
    card.get_by_role("link", name="Edit its categories").click()
    rules = page.locator("#rp-why-semantic .rp-rules")
    expect(rules).to_be_visible()
    rules.locator("select[data-rule]").first.select_option("reasoning")
    rules.get_by_role("button", name="Apply").click()
    expect(page.locator("#rp-why-semantic .rp-rule.is-set")).to_have_count(1)

    page = ready(visit("/routers?router=nowhere"))
    expect(page.locator("[data-problem]")).to_contain_text("There is no router “nowhere” here.")


def test_tabs_say_what_to_do_where_there_is_nothing_yet(visit: OpenPage) -> None:
    page = ready(visit("/routers?tab=compare"))
    expect(page.locator("#rp-rt-compare")).to_contain_text("No router has learnt anything here yet")
    page.get_by_role("tab", name="Add from the Hub").click()
    page.locator("[data-source]").fill("../../etc/passwd")
    page.get_by_role("button", name="Look up").click()
    expect(page.locator("[data-problem] .is-error")).to_be_visible()
    page.get_by_role("tab", name="Write your own").click()
    expect(page.locator("[data-code]")).to_contain_text("class QuestionMarksRouter(Router)")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#rp-rt-hub")).to_be_visible()


def cancels(response: Response) -> bool:
    """Whether it answers a click on Cancel."""
    return "routers_cancel" in (response.request.post_data or "")


def cancel_before_it_has_begun(page: Page) -> None:
    """Adds what was looked up, and clicks Cancel before the server knows of it."""
    page.evaluate(HOLD_ADD)
    page.get_by_role("button", name="Add this router").click()
    page.wait_for_function("() => window.goOn")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("[data-progress-said]")).to_have_text("Cancelling …")
    with page.expect_response(cancels):
        page.evaluate("() => { window.goOn(); window.fetch = window.fetchAtOnce; }")


def test_a_classifier_from_the_hub_is_added_routes_and_goes_again(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    classifier = files_of(write_classifier(tmp_path_factory.mktemp("classifier"), labels=("easy", "hard", "odd")))
    with hub_stand_in() as hub:
        hub.put("somebody/hardness", classifier, licence="apache-2.0")
        with (
            app_served(tmp_path_factory.mktemp("hub"), HF_ENDPOINT=hub.address) as served,
            visits(browser, served) as visit,
        ):
            page = ready(visit("/routers?tab=hub"))
            page.locator("[data-source]").fill("somebody/hardness")
            page.get_by_role("button", name="Look up").click()
            expect(page.locator("[data-model]")).to_contain_text("apache-2.0")
            expect(page.locator("[data-label=easy]")).to_have_value("weak")
            page.get_by_role("button", name="Add this router").click()
            expect(page.locator("[data-problem]")).to_contain_text("The label “odd” has no route")
            page.locator("[data-label=odd]").select_option("strong")

            hub.holds["onnx/model.onnx"] = goes_on = threading.Event()
            cancel_before_it_has_begun(page)
            goes_on.set()
            expect(page.locator("[data-notice]")).to_contain_text("Cancelled")

            hub.holds["tokenizer.json"] = goes_on = threading.Event()
            page.get_by_role("button", name="Add this router").click()
            expect(page.locator("[data-progress-size]")).to_contain_text("MB of")
            with page.expect_response(cancels):
                page.get_by_role("button", name="Cancel").click()
            goes_on.set()
            expect(page.locator("[data-notice]")).to_contain_text("Cancelled")
            page.get_by_role("button", name="Add this router").click()

            card = page.locator("#router-hub-somebody-hardness")
            expect(card.locator("[data-word]")).to_have_text("ready")
            expect(card).to_contain_text("odd → strong")
            expect(card.get_by_role("link", name="Hub")).to_have_attribute(
                "href", re.compile("somebody/hardness/tree/")
            )
            card.get_by_role("link", name="Try it").click()
            expect(page.locator("#rp-card-hub-somebody-hardness")).to_be_visible()

            page = ready(visit("/routers?family=hub"))
            expect(page.locator("article[data-router]:visible")).to_have_count(1)
            page.get_by_role("button", name="Remove").click()
            page.get_by_role("button", name="Remove for everybody?").blur()
            page.get_by_role("button", name="Remove hardness").click()
            page.get_by_role("button", name="Remove for everybody?").click()
            expect(page.locator("[data-notice]")).to_contain_text("is gone")
            expect(page.locator("#router-hub-somebody-hardness")).to_have_count(0)


def test_a_download_is_seen_by_a_page_that_is_opened_while_it_runs(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    classifier = files_of(write_classifier(tmp_path_factory.mktemp("classifier")))
    with hub_stand_in() as hub:
        hub.put("somebody/hardness", classifier)
        hub.holds["tokenizer.json"] = goes_on = threading.Event()
        with (
            app_served(tmp_path_factory.mktemp("hub"), HF_ENDPOINT=hub.address) as served,
            visits(browser, served) as visit,
        ):
            page = ready(visit("/routers?tab=hub"))
            page.locator("[data-source]").fill("somebody/hardness")
            page.get_by_role("button", name="Look up").click()
            page.get_by_role("button", name="Add this router").click()
            expect(page.locator("[data-progress-size]")).to_contain_text("MB of")
            page.goto("about:blank")

            page = ready(visit("/routers?find=hardness"))
            expect(page.locator("[data-progress-said]")).to_have_text("Downloading tokenizer.json …")
            expect(page.locator("[data-progress-size]")).to_contain_text("MB of")
            goes_on.set()
            expect(page.locator("[data-notice]")).to_contain_text("somebody/hardness is there")
            expect(page.locator("[data-progress]")).to_be_hidden()
            expect(page.locator("#router-hub-somebody-hardness")).to_be_visible()
            expect(page.get_by_placeholder("Find by name")).to_have_value("hardness")


@pytest.mark.parametrize("path", ["/routers", "/routers?router=ensemble", "/routers?tab=hub", "/routers?tab=own"])
def test_on_a_phone_nothing_sticks_out(visit: OpenPage, path: str) -> None:
    page = ready(visit(path, width=390))
    expect(page.locator("[role=tab][aria-selected=true]")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
