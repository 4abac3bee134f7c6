"""What happens at the same time on the Route page: early and late answers, refusals, and typing meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_route_page import CARDS, PROMPT, card, p_strong, query_of, route, run_of, set_slider, settled

QUEUED, DIRECT = "**/gradio_api/queue/join*", "**/gradio_api/run/*"


@contextmanager
def held(page: Page, pattern: str) -> Iterator[list[Route]]:
    """Keeps requests of that pattern waiting until the block ends."""
    requests: list[Route] = []

    released: list[bool] = []

    def hold(request: Route) -> None:
        requests.append(request)
        if released:
            request.continue_()

    page.route(pattern, hold)
    yield requests
    released.append(True)
    for request in tuple(requests):
        request.continue_()


def test_somebody_elses_link_does_not_share_my_prompt(open_page: OpenPage) -> None:
    page = open_page("?prompt=Hello+there")
    expect(page.locator(CARDS).first).to_be_visible()
    assert page.get_by_label("with the prompt").is_checked()
    route(page, "My own secret")
    settled(page)
    assert "secret" not in page.url
    assert not page.get_by_label("with the prompt").is_checked()
    page.get_by_label("with the prompt").check()
    settled(page)
    assert query_of(page)["prompt"] == ["My own secret"]
    route(page, "Another one")
    settled(page)
    assert query_of(page)["prompt"] == ["Another one"]


def test_a_prompt_sent_before_the_link_is_open_is_routed_under_the_links_controls(open_page: OpenPage) -> None:
    page = open_page()
    address = page.url.split("?")[0]
    with held(page, QUEUED) as requests:
        page.goto(f"{address}?prompt=Hello+there&t.random=0.33&out=50")
        page.get_by_label("Prompt", exact=True).fill("An early bird")
        page.keyboard.press("Enter")
        page.wait_for_timeout(300)
        assert len(requests) == 1, "the early prompt must wait for the link"
    expect(page.locator("[data-board]")).not_to_have_attribute("data-run", "")
    settled(page)
    expect(card(page, "random")).to_contain_text("threshold 0.33")
    assert query_of(page) == {"t.random": ["0.33"], "out": ["50"]}
    card(page, "prompt-length").get_by_role("button", name="Why").click()
    expect(page.locator(".rp-text")).to_contain_text("An early bird")


def test_a_refusal_is_said_at_once_and_nothing_hangs(open_page: OpenPage) -> None:
    page = open_page()

    def refuse(request: Route) -> None:
        request.fulfill(status=503, json={"detail": "Queue is full."})

    page.route(QUEUED, refuse)
    page.get_by_label("Prompt", exact=True).fill(PROMPT)
    page.keyboard.press("Enter")
    expect(page.locator(".rp-notices")).to_contain_text("too busy", timeout=5_000)
    settled(page)
    page.unroute(QUEUED, refuse)
    route(page)
    expect(page.locator(".rp-notices")).to_be_empty()


def test_what_is_typed_while_an_answer_is_on_its_way_stays(open_page: OpenPage) -> None:
    page = open_page()
    route(page)
    length = page.get_by_label("Answer length")
    with held(page, DIRECT) as requests:
        page.get_by_label("Sort by").select_option("cost")
        page.get_by_label("Family").select_option("baseline")
        length.fill("77")
        page.wait_for_timeout(150)
        assert requests
    settled(page)
    assert length.input_value() == "77"
    page.keyboard.press("Tab")
    settled(page)
    assert query_of(page) == {"out": ["77"], "sort": ["cost"], "family": ["baseline"]}


def test_descriptions_that_are_not_applied_survive_closing_why(open_page: OpenPage) -> None:
    page = open_page("?why=semantic&prompt=Hello+there")
    first = page.locator(".rp-rules textarea").first
    page.locator(".rp-rules summary").first.click()
    saved = first.input_value()
    first.fill("my draft")
    card(page, "semantic").get_by_role("button", name="Why").click()
    expect(page.locator(".rp-rules")).to_have_count(0)
    card(page, "semantic").get_by_role("button", name="Why").click()
    expect(first).to_have_value("my draft")
    page.get_by_role("button", name="Apply").click()
    expect(card(page, "semantic")).to_contain_text("Descriptions edited")
    expect(page.locator(".rp-share")).to_contain_text("leaves out your edited categories and rules")
    page.get_by_role("button", name="Restore").click()
    expect(first).to_have_value(saved)


def test_a_threshold_does_not_wait_for_the_evidence(open_page: OpenPage) -> None:
    page = open_page()
    route(page)
    p = p_strong(page, "prompt-length")
    slider = card(page, "prompt-length").locator("[data-threshold]")
    with held(page, QUEUED) as requests:
        card(page, "prompt-length").get_by_role("button", name="Why").click()
        expect(page.locator("[data-needs-evidence]")).to_be_visible()
        for threshold, picked in ((min(1, p + 0.05), "weak"), (max(0, p - 0.05), "strong")):
            set_slider(slider, threshold, answered=False)
            expect(card(page, "prompt-length")).to_have_attribute("data-route", picked)
        assert len(requests) == 1, "the evidence must still be on its way"
    expect(page.locator(".rp-text")).to_contain_text("irrational")
    settled(page)
    expect(card(page, "prompt-length")).to_have_attribute("data-route", "strong")
    assert "t.prompt-length" in query_of(page)


def make_random_disagree(page: Page) -> float:
    """Moves thresholds until the random router disagrees with a majority; returns the one at which it agrees."""
    for voter, own in product((0.0, 1.0), (0.0, 1.0)):
        set_slider(card(page, "keras-cnn").locator("[data-threshold]"), voter)
        set_slider(card(page, "random").locator("[data-threshold]"), own)
        if "differs" in str(card(page, "random").get_attribute("class")):
            return 1.0 - own
    pytest.fail("one of the four must give a majority that the random router disagrees with")


def test_the_filter_for_disagreement_holds_when_a_drag_ends(open_page: OpenPage) -> None:
    page = open_page()
    route(page)
    agreeing = make_random_disagree(page)
    page.get_by_label("Only those that disagree").check()
    settled(page)
    slider = card(page, "random").locator("[data-threshold]")
    set_slider(slider, agreeing)
    expect(card(page, "random")).to_have_count(1)
    slider.dispatch_event("change", {"bubbles": True})
    expect(card(page, "random")).to_have_count(0)


def test_under_the_keyboard_a_card_stays_until_its_slider_is_left(open_page: OpenPage) -> None:
    page = open_page()
    route(page)
    agreeing = make_random_disagree(page)
    page.get_by_label("Only those that disagree").check()
    settled(page)
    card(page, "random").locator("[data-threshold]").focus()
    page.keyboard.press("End" if agreeing == 1.0 else "Home")
    settled(page)
    expect(card(page, "random")).to_have_count(1)
    page.keyboard.press("Tab")
    expect(card(page, "random")).to_have_count(0)
    assert page.evaluate("document.activeElement !== document.body"), "the focus was lost"


def test_cards_of_the_previous_prompt_are_marked_while_another_is_typed(open_page: OpenPage) -> None:
    page = open_page()
    route(page)
    box, stale = page.get_by_label("Prompt", exact=True), page.get_by_text("are for the previous prompt")
    expect(stale).to_be_hidden()
    box.fill(PROMPT + " Quickly.")
    expect(stale).to_be_visible()
    assert float(page.locator(".rp-grid").evaluate("(grid) => getComputedStyle(grid).opacity")) < 1
    box.fill(PROMPT)
    expect(stale).to_be_hidden()
    route(page, PROMPT + " Slowly.")
    expect(stale).to_be_hidden()


def test_back_brings_the_draft_again_and_other_visitors_do_not_see_it(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_label("Prompt", exact=True).fill("half a thou")
    page.goto("about:blank")
    page.go_back()
    expect(page.get_by_label("Prompt", exact=True)).to_have_value("half a thou")
    assert open_page().get_by_label("Prompt", exact=True).input_value() == ""


def test_a_held_enter_key_submits_once(open_page: OpenPage) -> None:
    page = open_page()
    route(page)
    settled(page)
    run = run_of(page)
    page.get_by_label("Prompt", exact=True).dispatch_event("keydown", {"key": "Enter", "repeat": True, "bubbles": True})
    settled(page)
    assert run_of(page) == run


def test_reset_keeps_the_focus_in_the_controls(open_page: OpenPage) -> None:
    page = open_page("?out=50")
    page.get_by_role("button", name="Reset").click()
    settled(page)
    assert page.evaluate("document.activeElement.name") == "pool"
    assert page.get_by_label("Answer length").input_value() != "50"


def test_a_constant_has_no_threshold_to_set(open_page: OpenPage) -> None:
    page = open_page()
    route(page)
    expect(card(page, "random").locator("[data-threshold]")).to_have_count(1)
    for name in ("always-weak", "always-strong"):
        expect(card(page, name)).to_have_count(1)
        expect(card(page, name).locator("[data-threshold]")).to_have_count(0)
