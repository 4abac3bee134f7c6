"""Thumbs and corrections in a real browser: two clicks, acknowledged, undone, and nothing lost without a word."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.comparing import ready
from tests.browser.conftest import OpenPage
from tests.browser.test_route_page import card, route

PROMPT = "Plan three days in the mountains for a family with a dog."


def press(where: Locator, act: str) -> None:
    where.locator(f"[data-act={act}]").click()


def routed(open_page: OpenPage, **options: int) -> Page:
    page = open_page(**options)
    route(page, PROMPT)
    return page


def test_a_wrong_route_is_corrected_in_two_clicks_and_taken_back(open_page: OpenPage) -> None:
    one = card(routed(open_page), "knn")
    expect(one.locator(".rp-should")).to_have_count(0)
    press(one, "down")
    one.get_by_role("button", name="general").click()
    expect(one.get_by_text("Saved as general, without the prompt’s text.")).to_be_visible()
    expect(one.get_by_role("button", name="general")).to_have_attribute("aria-pressed", "true")
    press(one, "undo")
    expect(one.get_by_text("Taken back.")).to_be_visible()
    expect(one.locator(".rp-should")).to_have_count(0)


def test_consent_is_asked_beside_the_tiers_and_is_not_given_unless_ticked(open_page: OpenPage) -> None:
    one = card(routed(open_page), "knn")
    press(one, "down")
    box = one.get_by_label("Keep the prompt’s text too")
    expect(box).not_to_be_checked()
    box.check()
    one.get_by_role("button", name="simple").click()
    expect(one.get_by_text("Saved as simple, with the prompt’s text.")).to_be_visible()
    box.uncheck()
    expect(one.get_by_text("Saved as simple, without the prompt’s text.")).to_be_visible()


def test_what_was_said_stays_when_the_cards_are_drawn_anew(open_page: OpenPage) -> None:
    page = routed(open_page)
    press(card(page, "knn"), "up")
    expect(card(page, "knn").get_by_text("Saved.")).to_be_visible()
    page.locator("select[name=sort]").select_option("cost")
    expect(card(page, "knn").locator("[data-act=up]")).to_have_attribute("aria-pressed", "true")
    page.locator("[data-why=knn]").click()
    expect(page.locator("#rp-card-knn.is-open [data-act=up]")).to_have_attribute("aria-pressed", "true")
    route(page, "Another prompt altogether, please.")
    expect(card(page, "knn").locator("[data-act=up]")).to_have_attribute("aria-pressed", "false")


def test_by_keyboard_the_focus_stays_on_the_thumb(open_page: OpenPage) -> None:
    page = routed(open_page)
    up = card(page, "knn").locator("[data-act=up]")
    up.focus()
    page.keyboard.press("Enter")
    expect(card(page, "knn").get_by_text("Saved.")).to_be_visible()
    expect(up).to_be_focused()


def test_a_server_that_fails_is_told_and_one_click_tries_again(open_page: OpenPage) -> None:
    page = routed(open_page)
    one = card(page, "knn")
    failing = True

    def fail(request: Route) -> None:
        if failing and "said-" not in request.request.url and '"thumb"' in (request.request.post_data or ""):
            request.fulfill(status=500, body="{}", content_type="application/json")
        else:
            request.continue_()

    page.route("**/gradio_api/**", fail)
    press(one, "up")
    expect(one.get_by_text("Not saved")).to_be_visible()
    expect(one.locator("[data-act=up]")).to_have_attribute("aria-pressed", "true")
    failing = False
    press(one, "again")
    expect(one.get_by_text("Saved.")).to_be_visible()


HEIGHT = "acts => acts.getBoundingClientRect().height"


def test_no_card_moves_when_a_thumb_is_pressed_and_what_follows_closes_by_itself(open_page: OpenPage) -> None:
    page = routed(open_page)
    one = card(page, "knn")
    acts = one.locator(".rp-acts")
    expect(one.locator("[data-act=down]")).to_be_visible()
    before = acts.evaluate(HEIGHT)
    press(one, "down")
    expect(one.locator(".rp-more")).to_contain_text("Saved.")
    assert acts.evaluate(HEIGHT) == before
    page.keyboard.press("Escape")
    expect(one.locator(".rp-more")).to_have_count(0)
    expect(one.locator("[data-act=down]")).to_have_attribute("aria-pressed", "true")
    press(one, "up")
    expect(one.locator(".rp-more")).to_contain_text("Saved.")
    page.locator("h1, .rp-lede").first.click(position={"x": 2, "y": 2})
    expect(one.locator(".rp-more")).to_have_count(0)


def test_on_a_phone_words_say_what_the_thumbs_mean(open_page: OpenPage) -> None:
    one = card(routed(open_page, width=390), "knn")
    word = one.locator("[data-act=word]")
    expect(word).to_contain_text("Wrong route?")
    assert one.locator(".rp-acts").evaluate(HEIGHT) < 40
    word.click()
    one.get_by_role("button", name="general", exact=True).click()
    expect(word).to_contain_text("→ general")
    assert one.locator(".rp-acts").evaluate(HEIGHT) < 40
    word.click()
    expect(one.locator(".rp-more")).to_have_count(0)
    word.click()
    expect(one.locator(".rp-more")).to_contain_text("Saved as general")


def test_on_a_phone_the_widgets_fit(open_page: OpenPage) -> None:
    one = card(routed(open_page, width=390), "knn")
    press(one, "down")
    expect(one.get_by_role("button", name="reasoning")).to_be_visible()
    # Both edges at one moment: cards are still being filled in, and that moves them.
    right = "element => element.getBoundingClientRect().right"
    assert one.evaluate(f"card => ({right})(card.querySelector('[data-tier=\"3\"]')) <= ({right})(card)")


def test_an_answer_gets_thumb_stars_and_a_comment(open_compare: OpenPage) -> None:
    page = open_compare()
    ready(page)
    page.locator("#rp-prompt").fill("Name a colour.")
    page.keyboard.press("Enter")
    foot = page.locator("[data-facts]:has([data-act=up])").first
    expect(foot).to_be_visible()
    foot.locator("[data-stars='4']").click()
    expect(foot.get_by_text("Saved.")).to_be_visible()
    press(foot, "open")
    foot.locator("textarea").fill("Right, and <b>short</b>.")
    press(foot, "save")
    expect(foot.get_by_text("Saved.")).to_be_visible()
    expect(foot.get_by_text("Edit comment")).to_be_visible()
    expect(foot.locator("[data-stars='4']")).to_have_attribute("aria-pressed", "true")
    press(foot, "undo")
    expect(foot.get_by_text("Taken back.")).to_be_visible()
    expect(foot.locator("[data-stars='4']")).to_have_attribute("aria-pressed", "false")
