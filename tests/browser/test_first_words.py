"""What the Benchmarks page shows before Gradio has built it, while Gradio's own scripts are held back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import until_prepared, visits

GRADIO = "**/assets/*.js"
PLACES = {
    ".rp-head": ".rp-head",
    ".rp-bm-head h1": ".rp-bm-head h1",
    ".rp-first-controls": ".rp-bm-controls",
    ".rp-answer": ".rp-answer",
    ".rp-section h2": ".rp-section h2",
    ".rp-first-split > div": "#rp-chart-curves",
}
"""Where things stand before, and where they stand once the page is built."""


@contextmanager
def held(
    browser: Browser, address: str, width: int = 1280, scheme: str = "light"
) -> Iterator[tuple[Page, list[Route]]]:
    """The page, prepared, with Gradio's scripts waiting."""
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    until_prepared(address)
    with visits(browser, address) as visit:
        page = visit("/benchmarks", width, scheme, patience_ms=60_000)
        page.context.route(GRADIO, hold)
        page.reload(wait_until="commit")
        page.wait_for_selector("#rp-first")
        yield page, waiting


def let_go(page: Page, waiting: list[Route]) -> None:
    page.context.unroute(GRADIO)
    for route in waiting:
        route.continue_()
    page.wait_for_selector("#rp-first", state="detached")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1600, "dark"), (390, "light")])
def test_the_words_can_be_read_at_once_and_nothing_moves_afterwards(
    browser: Browser, address: str, width: int, scheme: str
) -> None:
    with held(browser, address, width, scheme) as (page, waiting):
        expect(page.locator("[data-headline]")).to_be_visible()
        said = page.locator(".rp-answer").inner_text()
        assert page.locator(".rp-first-controls").inner_text().split("\n")[:2] == [
            "Kind of prompts",
            "RouterBench, a part",
        ]
        assert page.locator("gradio-app *").count() == 0
        before = {name: page.locator(name).first.bounding_box() for name in PLACES}
        colour = page.evaluate("getComputedStyle(document.querySelector('.rp-answer')).backgroundColor")
        assert (colour == "rgb(255, 255, 255)") is (scheme == "light")
        let_go(page, waiting)
        assert page.locator(".rp-answer").inner_text() == said
        for name, place in before.items():
            after = page.locator(PLACES[name]).first.bounding_box()
            assert place is not None and after is not None
            moved = {side: after[side] - place[side] for side in ("x", "y", "width")}  # type: ignore[literal-required]
            assert all(abs(by) < 1 for by in moved.values()), (name, moved)


def test_light_and_dark_can_be_switched_before_and_stay(browser: Browser, address: str) -> None:
    with held(browser, address, scheme="dark") as (page, waiting):
        page.locator("[data-theme-toggle]").click()
        assert page.evaluate("document.documentElement.dataset.theme") == "light"
        let_go(page, waiting)
        page.wait_for_selector("#rp-chart-curves .main-svg")
        assert page.evaluate("document.documentElement.dataset.theme") == "light"
        assert not page.evaluate("document.body.classList.contains('dark')")
        page.locator("[data-theme-toggle]").click()
        assert page.evaluate("document.documentElement.dataset.theme") == "dark", "the switch works once, not twice"


def test_the_menu_works_before_and_keeps_the_focus(browser: Browser, address: str) -> None:
    with held(browser, address) as (page, waiting):
        page.locator(".rp-head a", has_text="Routers").focus()
        let_go(page, waiting)
        assert page.evaluate("document.activeElement.getAttribute('href')") == "/routers"


def test_a_link_shows_its_own_view_and_never_the_usual_one(browser: Browser, address: str) -> None:
    with held(browser, address) as (page, waiting):
        for route in waiting:
            route.abort()
        page.goto(page.url + "?benchmark=mmlu", wait_until="commit")
        page.wait_for_selector("gradio-app", state="attached")
        assert page.locator("#rp-first").count() == 0


def test_who_waits_for_long_is_told(browser: Browser, address: str) -> None:
    until_prepared(address)
    with visits(browser, address) as visit:
        page = visit("/benchmarks", patience_ms=60_000)
        page.clock.install()
        page.context.route(GRADIO, _refuse)
        page.reload(wait_until="commit")
        late = page.locator("[data-late]")
        expect(late).to_be_hidden()
        page.wait_for_function("document.querySelector('#rp-first script')")
        page.clock.fast_forward(16_000)
        expect(late).to_be_visible()


def _refuse(route: Route) -> None:
    route.abort()
