"""The Usage page in a real browser: empty, with figures, filtered, exported, and with a budget that is used up."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import OpenPage, app_served, visits
from tests.llms.misbehaving import KEY, misbehaving

HARD = "Prove that the square root of 2 is irrational, and generalise it to every prime number."


@dataclass
class UsageApp:
    """A running app whose OpenAI is the stand-in."""

    address: str
    folder: Path

    def answers(self, count: int, router: str) -> Decimal:
        """Has prompts answered; returns what that cost."""
        paid = Decimal(0)
        for _ in range(count):
            asked = {"prompt": HARD, "router": router}
            answer = httpx.post(f"{self.address}/route", json=asked, timeout=120).raise_for_status()
            paid += Decimal(str(answer.json()["cost_usd"]))
        return paid


@pytest.fixture(scope="module")
def usage_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UsageApp]:
    """The app with a key of the stand-in's, and nothing recorded yet."""
    folder = tmp_path_factory.mktemp("usage")
    with misbehaving() as provider:
        settings = {"OPENAI_API_KEY": KEY, "PROVIDER_URLS": json.dumps({"openai": provider.base_url})}
        with app_served(folder, **settings) as served:
            yield UsageApp(served, folder)


@pytest.fixture
def visit(browser: Browser, usage_app: UsageApp) -> Iterator[OpenPage]:
    """Opens a page of the app as one more visitor."""
    with visits(browser, usage_app.address) as opened:
        yield opened


def figure(page: Page, key: str) -> str:
    return page.locator(f'#rp-us-tiles [data-figure="{key}"] dd').inner_text().split("\n")[0]


def chart_csv(page: Page, name: str) -> list[dict[str, str]]:
    href = page.locator(f"#rp-chart-foot-us-{name} a[download]").get_attribute("href") or ""
    return list(csv.DictReader(io.StringIO(unquote(href.split(",", 1)[1]))))


def exported(page: Page) -> list[dict[str, str]]:
    """The events of the CSV that the page's link gives."""
    with page.expect_download() as download:
        page.locator('[data-export="csv"]').click()
    return list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8"))))


def choose(page: Page, element: str, option: str) -> None:
    page.locator(f"#{element} input").click()
    page.get_by_role("option", name=option, exact=True).click()


def test_from_nothing_to_figures_a_filter_an_export_and_a_budget(visit: OpenPage, usage_app: UsageApp) -> None:
    page = visit("/usage")
    expect(page.locator("[data-empty]")).to_contain_text("Nothing was routed yet")
    expect(page.locator("#rp-us-figures")).to_have_count(0)

    weak, strong = usage_app.answers(2, "always-weak"), usage_app.answers(1, "always-strong")
    page.reload()
    expect(page.locator('#rp-us-tiles [data-figure="decisions"] dd')).to_contain_text("3")
    expect(page.locator("#rp-chart-us-latency .main-svg").first).to_be_visible()
    expect(page.locator("#rp-chart-foot-us-drift [data-nothing]")).to_contain_text("No prompt of these days")
    expect(page.locator("[data-empty]")).to_have_count(0)
    assert figure(page, "escalated") == "–"
    expect(page.locator('#rp-us-tiles [data-figure="escalated"]')).to_contain_text("3 of baselines do not count")
    expect(page.locator("#rp-us-table [data-nothing]")).to_contain_text("No thumbs yet")
    assert sum(int(row["/route"]) for row in chart_csv(page, "decisions")) == 3

    rows = exported(page)
    assert sum(Decimal(row["cost_usd"]) for row in rows) == weak + strong
    costs = chart_csv(page, "cost")
    assert sum(Decimal(row["gpt-4.1"]) for row in costs) == strong
    assert sum(Decimal(row["gpt-4.1-nano"]) for row in costs) == weak

    choose(page, "rp-us-router", "always-weak")
    expect(page.locator('#rp-us-tiles [data-figure="decisions"] dd')).to_contain_text("2")
    expect(page.locator("#rp-us-table")).not_to_contain_text("always-strong")
    assert figure(page, "escalated") == "0.0 %"
    rows = exported(page)
    assert {row["router"] for row in rows} == {"always-weak"}
    assert sum(Decimal(row["cost_usd"]) for row in rows) == weak

    page.get_by_role("button", name="Set or change the budget").click()
    said = page.locator("#rp-us-budget-said")
    page.locator("#rp-us-usd input").fill("-5")
    page.locator("#rp-us-save").click()
    expect(said).to_contain_text("Choose more than 0")
    expect(page.locator("#rp-us-usd input")).to_have_value("-5")
    page.locator("#rp-us-usd input").fill("0.0001")
    page.locator("#rp-us-save").click()
    expect(said).to_contain_text("The budget is set")
    expect(page.locator("#rp-us-banner [data-used-up]")).to_contain_text("thresholds are raised to 0.80")
    other = visit("/")
    expect(other.locator("[data-used-up]")).to_contain_text("Budget of today used up")
    other.locator("[data-used-up] a").click()
    expect(other.locator("#rp-us-switch")).to_be_visible()
    page.locator("#rp-us-switch").click()
    expect(page.locator("#rp-us-banner")).to_contain_text("were switched back")
    expect(page.locator("#rp-us-switch")).to_have_text("Raise thresholds again")
    other.goto(usage_app.address)
    expect(other.locator("[data-board]:not([data-echo=''])")).to_be_visible()
    expect(other.locator("[data-used-up]")).to_have_count(0)
    page.locator("[data-budget] summary").click()
    log = page.locator("[data-budget] tbody tr td:nth-child(2)").all_inner_texts()
    assert log == ["switched back", "raised", "alert", "set"]


def test_a_telephone_shows_the_budget_first_and_one_chart_at_a_time(visit: OpenPage, usage_app: UsageApp) -> None:
    usage_app.answers(1, "always-weak")
    page = visit("/usage", width=390)
    shown = page.locator(".rp-us-chart:visible")
    expect(page.locator("#rp-chart-us-decisions .main-svg").first).to_be_visible()
    expect(shown).to_have_count(1)
    budget, charts = (page.locator(f"#{name}").bounding_box() for name in ("rp-us-budget", "rp-us-charts"))
    assert budget is not None
    assert charts is not None
    assert budget["y"] < charts["y"]
    page.locator(".rp-us-pick").get_by_text("Latency by router").click()
    expect(page.locator("#rp-chart-us-latency .main-svg").first).to_be_visible()
    expect(page.locator("#rp-chart-us-decisions")).to_be_hidden()
    expect(shown).to_have_count(1)
    drawn = "document.querySelector('#rp-chart-us-latency .main-svg').getBoundingClientRect().width"
    page.wait_for_function(f"{drawn} <= 362")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.evaluate("document.documentElement.scrollHeight") < 3_600
