"""From a decision on the Route page to the Compare page."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route

from tests.browser.conftest import OpenPage
from tests.browser.test_route_page import card, route, settled

OWN = "My secret prompt about 100 % of it & more?"


def carried(page: Page) -> dict[str, str]:
    """What the page left for the next one."""
    found: dict[str, str] = json.loads(page.evaluate("sessionStorage.getItem('rp:carry')"))
    return found


def stay_on_arrival(page: Page) -> None:
    """Answers the Compare page with nothing, so that a test sees what was left for it."""

    def arrive(arriving: Route) -> None:
        arriving.fulfill(body="<p>Here</p>", content_type="text/html")

    page.route("**/compare?*", arrive)


@pytest.mark.parametrize("way", ["Run this", "Override"])
def test_the_prompt_travels_in_the_tab_and_never_in_the_address(open_page: OpenPage, way: str) -> None:
    page = open_page("?cost=0.2&sort=cost&pool=Measured")
    route(page, OWN)
    page.get_by_label("with the prompt").check()
    settled(page)
    assert "prompt" in parse_qs(urlsplit(page.url).query)
    stay_on_arrival(page)
    card(page, "knn").get_by_role("button", name=way).click()
    page.wait_for_url("**/compare?*")
    query = parse_qs(urlsplit(page.url).query)
    expected = {"router": ["knn"], "cost": ["0.2"], "pool": ["Measured"]}
    assert query == (expected | {"override": ["1"]} if way == "Override" else expected)
    assert "secret" not in page.url
    assert carried(page)["prompt"] == OWN
    assert parse_qs(carried(page)["query"]) == {"cost": ["0.2"], "pool": ["Measured"]}


def test_what_most_routers_pick_can_be_run_from_the_verdict(open_page: OpenPage) -> None:
    page = open_page()
    route(page, OWN)
    stay_on_arrival(page)
    button = page.locator(".rp-verdict [data-compare]")
    router = button.get_attribute("data-compare")
    button.click()
    page.wait_for_url("**/compare?*")
    assert parse_qs(urlsplit(page.url).query) == {"router": [router]}
    assert carried(page)["prompt"] == OWN


def test_the_prompt_of_the_decisions_is_taken_not_what_is_being_typed(open_page: OpenPage) -> None:
    page = open_page()
    route(page, OWN)
    page.get_by_label("Prompt", exact=True).fill("Something else that was not routed")
    stay_on_arrival(page)
    card(page, "kmeans").get_by_role("button", name="Run this").click()
    page.wait_for_url("**/compare?*")
    assert carried(page)["prompt"] == OWN


def test_where_the_browser_keeps_nothing_the_reader_is_told(open_page: OpenPage) -> None:
    page = open_page()
    route(page, OWN)
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new DOMException('blocked'); }; }")
    card(page, "kmeans").get_by_role("button", name="Run this").click()
    page.get_by_text("Your browser keeps nothing for the Compare page").wait_for()
    assert "/compare" not in page.url
