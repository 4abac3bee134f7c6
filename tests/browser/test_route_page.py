"""The Route page as a visitor meets it."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from router_models.registry import ROUTERS
from tests.browser.conftest import OpenPage

PROMPT = "Prove that the square root of 2 is irrational."
CARDS = "article[data-route]"


def route(page: Page, prompt: str = PROMPT) -> None:
    """Types a prompt and presses Enter; returns when its cards are there."""
    before = run_of(page)
    page.get_by_label("Prompt", exact=True).fill(prompt)
    page.keyboard.press("Enter")
    expect(page.locator("[data-board]")).not_to_have_attribute("data-run", before)
    expect(page.locator(CARDS).first).to_be_visible()


def run_of(page: Page) -> str:
    return page.locator("[data-board]").get_attribute("data-run") or ""


def settled(page: Page) -> None:
    """Waits until the board has answered what was last asked of it."""
    page.wait_for_timeout(150)
    expect(page.locator("[data-board]")).not_to_have_attribute("aria-busy", "true")


def set_slider(slider: Locator, value: float, *, answered: bool = True) -> None:
    slider.evaluate(
        "(range, value) => { range.value = value; range.dispatchEvent(new Event('input', {bubbles: true})); }", value
    )
    if answered:
        settled(slider.page)


ADDRESS_IS_THE_BOARDS = """() => {
  const own = [...new URLSearchParams(location.search)].filter(([name]) => !name.startsWith("__")); // not Gradio's
  const wanted = new URLSearchParams(document.querySelector("[data-board]").dataset.query);
  return String(new URLSearchParams(own)) === String(wanted);
}"""


def query_of(page: Page) -> dict[str, list[str]]:
    """What the address says, once it says what the board does: it is written after the board is shown."""
    page.wait_for_function(ADDRESS_IS_THE_BOARDS)
    return parse_qs(urlsplit(page.url).query)


def card(page: Page, router: str) -> Locator:
    return page.locator(f"article[data-router='{router}']")


def p_strong(page: Page, router: str) -> float:
    label = page.locator(f"[data-goto='rp-card-{router}']").get_attribute("aria-label") or ""
    found = re.search(r"P\(escalate\) ([\d.]+)", label)
    assert found, label
    return float(found[1])


def test_a_prompt_gets_a_card_from_every_router(open_page: OpenPage) -> None:
    page = open_page()
    routers = int((page.locator(".rp-lede p").inner_text()).split()[0])
    route(page)
    expect(page.locator("article[data-router]")).to_have_count(routers)
    first = page.locator(CARDS).first
    expect(first.locator(".rp-conf")).to_contain_text("%")
    expect(first.locator(".rp-ms")).to_contain_text("ms")
    expect(first.locator("footer")).to_contain_text("$")
    shares = [float(text) for text in first.locator(".rp-legend b").all_inner_texts()]
    assert sum(shares) == pytest.approx(100, abs=0.3)
    expect(page.get_by_role("region", name="Verdict")).to_contain_text("would escalate")
    expect(page.get_by_role("region", name="Verdict")).to_contain_text("prices as of")


def test_one_click_on_an_example_gives_decisions(open_page: OpenPage) -> None:
    page = open_page()
    page.locator("[data-pick-example='maths']").click()
    expect(page.locator(CARDS).first).to_be_visible()
    assert "ferry" in page.get_by_label("Prompt", exact=True).input_value()
    expect(page.locator("[data-count]")).to_have_text(re.compile(r"^\d+ characters · ~?\d+ tokens$"))


def test_the_counter_follows_the_pool_and_marks_estimates(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_label("Prompt", exact=True).fill(PROMPT)
    expect(page.locator("[data-count]")).to_have_text(re.compile(r"· \d+ tokens$"))
    page.locator("select[name=pool]").select_option(label="Mixtral-8x7B / GPT-4-turbo")
    expect(page.locator("[data-count]")).to_have_text(re.compile(r"· ~\d+ tokens$"))


def test_shift_enter_breaks_the_line(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_label("Prompt", exact=True).fill("one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two")
    settled(page)
    assert page.get_by_label("Prompt", exact=True).input_value() == "one\ntwo"
    assert run_of(page) == ""


def test_enter_that_ends_a_composition_does_not_submit(open_page: OpenPage) -> None:
    page = open_page()
    box = page.get_by_label("Prompt", exact=True)
    box.fill("にほん")
    box.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    settled(page)
    assert run_of(page) == ""


def test_a_lost_connection_is_said_and_the_page_comes_back(open_page: OpenPage) -> None:
    page = open_page()
    route(page)
    page.context.set_offline(True)
    set_slider(card(page, "prompt-length").locator("[data-threshold]"), 0.0, answered=False)
    expect(page.locator(".rp-notices")).to_contain_text("did not answer", timeout=15_000)
    page.context.set_offline(False)  # Gradio notices and loads the page again
    expect(page.locator("[data-pick-example]").first).to_be_visible()
    route(page)
    expect(page.locator(".rp-notices")).to_be_empty()


def test_a_threshold_flips_the_pick_without_another_run(open_page: OpenPage) -> None:
    page = open_page()
    route(page)
    run, latency = run_of(page), card(page, "prompt-length").locator(".rp-ms").inner_text()
    p = p_strong(page, "prompt-length")
    slider = card(page, "prompt-length").locator("[data-threshold]")
    set_slider(slider, min(1, p + 0.05))
    expect(card(page, "prompt-length")).to_have_attribute("data-route", "weak")
    set_slider(slider, max(0, p - 0.05))
    expect(card(page, "prompt-length")).to_have_attribute("data-route", "strong")
    assert run_of(page) == run
    assert card(page, "prompt-length").locator(".rp-ms").inner_text() == latency
    assert "t.prompt-length" in query_of(page)


def test_keyboard_alone_routes_and_flips(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_label("Prompt", exact=True).focus()
    page.keyboard.type("Hello")
    page.keyboard.press("Enter")
    expect(page.locator(CARDS).first).to_be_visible()
    settled(page)
    for _ in range(200):  # the card is among the last of 22, and each has a few stops
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "t.prompt-length":
            break
    assert page.evaluate("document.activeElement.name") == "t.prompt-length"
    page.keyboard.press("Home")
    expect(card(page, "prompt-length")).to_have_attribute("data-route", "strong")
    page.keyboard.press("End")
    expect(card(page, "prompt-length")).to_have_attribute("data-route", "weak")
    assert page.evaluate("document.activeElement.name") == "t.prompt-length", "the board took the focus away"
    page.keyboard.press("ArrowDown")
    settled(page)
    assert query_of(page)["t.prompt-length"] == ["0.99"]


def test_the_pool_changes_llms_and_costs_at_once(open_page: OpenPage) -> None:
    page = open_page()
    route(page)
    run = run_of(page)
    page.locator("select[name=pool]").select_option(label="Mixtral-8x7B / GPT-4-turbo")
    expect(card(page, "always-weak")).to_contain_text("mixtral-8x7b")
    page.locator("summary").click()
    page.locator("select[name='llm.weak']").select_option("gpt-4o-mini")
    expect(card(page, "always-weak")).to_contain_text("gpt-4o-mini")
    expect(page.locator("select[name='llm.weak']")).to_be_visible()
    before = card(page, "always-weak").locator("footer").text_content() or ""
    page.get_by_label("Answer length").fill("3000")
    page.keyboard.press("Tab")
    expect(card(page, "always-weak").locator("footer")).not_to_have_text(before)
    assert run_of(page) == run
    assert query_of(page)["out"] == ["3000"]


def test_sorting_and_filtering(open_page: OpenPage) -> None:
    page = open_page()
    route(page)
    expect(page.locator(CARDS)).to_have_count(len(ROUTERS), timeout=60_000)  # those that ask an LLM come later
    page.get_by_label("Sort by").select_option("p_strong")
    expect(page).to_have_url(re.compile("[?&]sort=p_strong"))  # written once the board is shown
    shown = [str(found.get_attribute("data-router")) for found in page.locator(CARDS).all()]
    scores = [p_strong(page, name) for name in shown]
    assert scores == sorted(scores, reverse=True)
    page.get_by_label("Family").select_option("baseline")
    expect(card(page, "semantic")).to_have_count(0)
    expect(card(page, "always-weak")).to_have_count(1)
    page.get_by_label("Family").select_option("")
    page.get_by_label("Only those that disagree").check()
    expect(page).to_have_url(re.compile("[?&]differ=1"))
    assert page.locator(f"{CARDS}:not(.differs)").count() == 0
    page.get_by_role("button", name="Reset").click()
    expect(page.locator(CARDS)).to_have_count(len(ROUTERS))
    assert query_of(page) == {}


def test_a_link_with_the_prompt_shows_the_same_to_another_visitor(open_page: OpenPage) -> None:
    page = open_page()
    route(page)
    set_slider(card(page, "random").locator("[data-threshold]"), 0.33)
    page.get_by_label("with the prompt").check()
    settled(page)
    assert query_of(page)["prompt"] == [PROMPT]
    other = open_page("?" + urlsplit(page.url).query)
    expect(other.locator(CARDS).first).to_be_visible()
    assert other.get_by_label("Prompt", exact=True).input_value() == PROMPT
    expect(card(other, "random")).to_contain_text("threshold 0.33")
    assert p_strong(other, "semantic") == p_strong(page, "semantic")


def test_a_link_without_the_prompt_carries_the_controls_only(open_page: OpenPage) -> None:
    page = open_page()
    route(page)
    page.get_by_label("Cost weight").evaluate(
        "(range) => { range.value = 0.2; range.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    settled(page)
    assert "prompt" not in query_of(page)
    assert "irrational" not in page.url
    other = open_page("?" + urlsplit(page.url).query)
    expect(other.locator("article")).to_have_count(0)
    assert other.get_by_label("Cost weight").input_value() == "0.2"
    assert other.get_by_label("Prompt", exact=True).input_value() == ""


def test_the_copied_link_is_the_address(open_page: OpenPage) -> None:
    page = open_page("?cost=0.25")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("[data-said]").first).to_have_text("Link copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    assert query_of(page) == {"cost": ["0.25"]}


def test_a_link_with_nonsense_says_what_is_wrong_and_works(open_page: OpenPage) -> None:
    page = open_page("?pool=nonsense&t.semantic=0.5&cost=7&family=%3Cb%3Ex&why=nobody")
    notices = page.get_by_role("alert")
    for said in ("no pool called “nonsense”", "no router “semantic”", "cost weight “7”", "family “<b>x”"):
        expect(notices).to_contain_text(said)
    route(page)


def test_two_visitors_never_see_each_others_prompt(open_page: OpenPage) -> None:
    first, second = open_page(), open_page()
    for page, prompt in ((first, "An aardvark asked me for a loan."), (second, "Zebras cannot whistle in tune.")):
        page.get_by_label("Prompt", exact=True).fill(prompt)
    for page in (first, second):
        page.keyboard.press("Enter")
    for page, own, foreign in ((first, "aardvark", "ebra"), (second, "ebra", "aardvark")):
        expect(page.locator(CARDS).first).to_be_visible()
        card(page, "semantic").get_by_role("button", name="Why").click()
        expect(page.locator(".rp-text")).to_contain_text(own)
        assert foreign not in page.content()
    assert run_of(first) != run_of(second)
