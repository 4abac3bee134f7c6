"""The Why panel, bad input and the look of the Route page in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from pages._why import visible
from tests.browser.conftest import OpenPage
from tests.browser.test_route_page import CARDS, card, query_of, route, run_of, settled

SCRIPT = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"> Hello & goodbye"


def test_why_shows_the_words_the_facts_and_closes_again(open_page: OpenPage) -> None:
    page = open_page()
    route(page)
    run = run_of(page)
    card(page, "prompt-length").get_by_role("button", name="Why").click()
    why = page.get_by_role("region", name=re.compile("^Why "))
    expect(why.locator(".rp-text")).to_contain_text("irrational")
    expect(why).to_contain_text("Trained on")
    expect(why.locator("table")).to_contain_text(re.compile(r"ECE\s*\d\.\d+ \[\d\.\d+, \d\.\d+\]"))
    assert run_of(page) == run
    assert query_of(page)["why"] == ["prompt-length"]
    card(page, "prompt-length").get_by_role("button", name="Why").click()
    expect(why).to_have_count(0)


def test_a_router_without_evidence_says_so(open_page: OpenPage) -> None:
    page = open_page("?why=always-strong&prompt=Hello+there")
    expect(page.locator(".rp-evidence")).to_contain_text("does not read the prompt")
    expect(page.locator(".rp-facts")).to_contain_text("not calibrated")


def test_edited_descriptions_run_that_router_alone(open_page: OpenPage) -> None:
    page = open_page("?why=semantic")
    route(page, "Which sauce goes with gnocchi?")
    expect(page.locator(".rp-nearest li").first).to_be_visible()
    untouched = card(page, "prompt-length").locator(".rp-ms").inner_text()
    run = run_of(page)
    last = page.locator(".rp-rules textarea").last
    page.locator(".rp-rules summary").last.click()
    last.fill("Which sauce goes with gnocchi?")
    page.get_by_role("button", name="Apply").click()
    expect(card(page, "semantic")).to_contain_text("Descriptions edited")
    expect(page.locator(".rp-nearest li").first).to_contain_text("gnocchi")
    assert run_of(page) != run
    assert card(page, "prompt-length").locator(".rp-ms").inner_text() == untouched
    page.get_by_role("button", name="Restore").click()
    expect(card(page, "semantic")).not_to_contain_text("Descriptions edited")
    expect(last).not_to_have_value(re.compile("gnocchi"))


def test_descriptions_that_cannot_be_used_are_refused_and_kept_for_mending(open_page: OpenPage) -> None:
    page = open_page("?why=semantic&prompt=Hello+there")
    page.locator(".rp-rules summary").first.click()
    page.locator(".rp-rules textarea").first.fill("  ")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("alert")).to_contain_text("has no description")
    assert page.locator(".rp-rules textarea").first.input_value() == "  "
    expect(page.locator(CARDS).first).to_be_visible()


def test_a_rule_sends_its_category_to_another_route(open_page: OpenPage) -> None:
    page = open_page("?why=semantic")
    route(page, "Hello there, how are you today?")
    chosen = page.get_by_label("Route of Small talk")
    chosen.select_option("reasoning")
    page.get_by_role("button", name="Apply").click()
    expect(card(page, "semantic")).to_contain_text("Rules edited")
    expect(card(page, "semantic")).to_contain_text("sends that to reasoning")
    expect(card(page, "semantic")).to_have_attribute("data-route", "reasoning")
    page.get_by_role("button", name="Restore").click()
    expect(card(page, "semantic")).to_have_attribute("data-route", "simple")
    expect(chosen).to_have_value("")


def test_prompts_can_be_sorted_into_other_categories(open_page: OpenPage) -> None:
    page = open_page("?why=semantic")
    route(page, "Write a Python function that sorts a list.")
    page.get_by_label("Sort prompts into").select_option("coding-factual")
    expect(card(page, "semantic")).to_contain_text("Categories edited")
    expect(page.locator(".rp-rule")).to_have_count(2)
    expect(page.get_by_label("Sort prompts into")).to_have_value("coding-factual")
    page.get_by_label("Sort prompts into").select_option("general")
    expect(card(page, "semantic")).not_to_contain_text("Categories edited")


@pytest.mark.parametrize(
    ("prompt", "said"),
    [("", "The prompt is empty."), (" \n\t ", "The prompt is empty."), ("x" * 200_001, "200,001 characters")],
    ids=["empty", "whitespace", "too long"],
)
def test_what_cannot_be_routed_is_refused_with_a_mend(open_page: OpenPage, prompt: str, said: str) -> None:
    page = open_page()
    page.get_by_label("Prompt", exact=True).fill(prompt)
    page.get_by_role("button", name="Route", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text(said)
    expect(page.locator("article")).to_have_count(0)
    route(page, "And now a real one.")
    expect(page.get_by_role("alert")).to_be_empty()
    page.get_by_label("Prompt", exact=True).fill(prompt)
    page.get_by_role("button", name="Route", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text(said)
    expect(page.locator(CARDS).first).to_be_visible()
    expect(page.locator(".rp-stale")).to_be_visible()


@pytest.mark.parametrize(
    "prompt",
    [SCRIPT, "\x00\x07 control \u200b\ufeff", "😀👩‍👩‍👧‍👦 emoji", "ما هو الطقس اليوم؟ \u202e evil"],
    ids=["html", "control characters", "emoji", "right to left"],
)
def test_odd_prompts_are_routed_and_shown_as_text(open_page: OpenPage, prompt: str) -> None:
    page = open_page("?why=semantic")
    title = page.title()
    route(page, prompt)
    expect(page.locator(".rp-text")).to_be_visible(timeout=60_000)
    assert visible(prompt.split()[0]) in page.locator(".rp-text").inner_text()
    assert page.title() == title
    assert page.locator("[data-board] script, [data-board] img").count() == 0


def test_a_prompt_that_is_too_long_to_examine_says_so(open_page: OpenPage) -> None:
    page = open_page("?why=semantic")
    route(page, "word " * 20_000)
    expect(page.locator(".rp-evidence")).to_contain_text("are not examined", timeout=60_000)
    expect(page.locator(".rp-evidence")).not_to_contain_text("single word")
    expect(page.locator(".rp-text")).to_have_count(0)
    expect(card(page, "semantic")).to_contain_text("the rest did not count")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [380, 1280])
def test_nothing_is_wider_than_the_screen(open_page: OpenPage, width: int, scheme: str) -> None:
    page = open_page("?why=semantic&prompt=Hello+there", width=width, scheme=scheme)
    expect(page.locator(".rp-text")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    lightness = sum(map(int, re.findall(r"\d+", background)[:3]))
    assert lightness < 120 if scheme == "dark" else lightness > 650


def test_the_theme_switch_is_remembered(open_page: OpenPage) -> None:
    page = open_page(scheme="light")
    page.get_by_role("button", name="Switch between light and dark").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.reload()
    page.wait_for_selector("[data-board]")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_nothing_is_fetched_from_outside(open_page: OpenPage, address: str) -> None:
    page = open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    page.wait_for_selector("[data-board]")
    route(page)
    settled(page)
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    assert any("/gradio_api/" in url for url in asked), "the test saw no request at all"


def test_controls_have_names(open_page: OpenPage) -> None:
    page = open_page("?prompt=Hello+there&why=semantic")
    expect(page.locator(".rp-text")).to_be_visible()
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll('.rp button, .rp a, .rp input, .rp select, .rp textarea, .rp meter')]
        .filter((e) => e.type !== 'hidden')
        .filter((e) => !(e.ariaLabel || e.textContent.trim() || e.labels?.[0]?.textContent.trim()))
        .map((e) => e.outerHTML)"""
    )
    assert unnamed == []
