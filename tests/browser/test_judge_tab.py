"""Judging in a real browser: type a key, see the estimate, start, stop, go on, read the ratings, save labels."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from feedback.label_store import LabelStore
from feedback.store import FeedbackStore
from settings import Settings
from tests.browser.comparing import PATIENCE_MS
from tests.browser.conftest import app_served, visits
from tests.feedback.judging import JUDGE, REFERENCE, WEAK, JudgingProvider, judging, rated, weak_comes_first

PROMPTS = ["<script>window.hacked = 1</script> How do I write HTML?", "Why does bread rise?", "What is 6 × 7?"]
KEY = "sk-typed-by-a-visitor"


@dataclass(frozen=True)
class JudgingApp:
    """The running app, what it logs and keeps, and the provider that it asks."""

    address: str
    log: Path
    labels: LabelStore
    provider: JudgingProvider


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JudgingApp]:
    """The app without any key, and with three prompts in its queue."""
    folder = tmp_path_factory.mktemp("judging")
    store = FeedbackStore(Settings(_env_file=None, data_dir=folder / "data", database_url=None))
    labels = LabelStore(store.access)
    labels.add_items(PROMPTS, "tester", origin="own.csv")
    with judging() as provider:
        settings = {
            "LOG_LEVEL": "DEBUG",
            "ALLOWED_ADDRESSES": "127.0.0.1/32",
            "PROVIDER_URLS": json.dumps({"openai": provider.base_url}),
        }
        with app_served(folder, **settings) as served:
            yield JudgingApp(served, folder / "app.log", labels, provider)
    store.close()


@pytest.fixture
def tab(browser: Browser, app: JudgingApp) -> Iterator[Page]:
    """The Judge tab as a visitor opens it."""
    with visits(browser, app.address) as visit:
        page = visit("/label", patience_ms=PATIENCE_MS)
        page.get_by_role("tab", name="Judge").click()
        expect(page.get_by_label("Weak LLM, whose answers are rated")).not_to_have_value("")
        yield page


def type_key(page: Page) -> None:
    page.get_by_text("Keys and an endpoint of your own").click()
    page.locator("#rp-jd-key input").fill(KEY)
    page.locator("#rp-jd-use-key").click()
    expect(page.get_by_text("The key of OpenAI is used in this tab.")).to_be_visible()
    expect(page.locator("#rp-jd-key input")).to_have_value("")


def pick(page: Page, label: str, llm: str) -> None:
    """Chooses an LLM; in the list of judges, which may hold several, it joins the others."""
    box = page.get_by_label(label)
    box.click()
    box.fill(f"{llm}:")
    page.get_by_role("option").filter(has_text=re.compile(rf"^\W*{re.escape(llm)}:")).first.click()


def estimate_and_start(page: Page) -> None:
    page.locator("#rp-jd-estimate-button").click()
    expect(page.locator("#rp-jd-start")).to_be_enabled()
    page.locator("#rp-jd-start").click()


def test_from_a_key_to_labels_with_a_stop_in_between(tab: Page, app: JudgingApp) -> None:
    app.provider.says = says
    app.provider.behave()
    before = len(app.provider.requests)
    type_key(tab)
    pick(tab, "Weak LLM, whose answers are rated", WEAK)
    pick(tab, "Reference LLM, held to be good", REFERENCE)
    tab.locator("#rp-jd-judges").get_by_role("button", name="Remove").first.click()
    pick(tab, "Judges, at most 5", JUDGE)
    tab.keyboard.press("Escape")
    tab.locator("#rp-jd-estimate-button").click()
    expect(tab.locator(".rp-jd-estimate")).to_contain_text("Estimate for 3 prompts")
    expect(tab.locator(".rp-jd-estimate")).to_contain_text("12 requests")
    expect(tab.locator("#rp-jd-start")).to_have_text("Start: at most $1")
    assert len(app.provider.requests) == before

    app.provider.hold_from = before + 5
    tab.locator("#rp-jd-start").click()
    expect(tab.locator(".rp-jd-progress[data-state=running]")).to_be_visible()
    app.provider.wait_for_requests(before + 5, timeout_s=60)
    tab.locator("#rp-jd-stop").click()
    expect(tab.locator(".rp-jd-progress")).to_contain_text("Waiting for the answers that are on their way")
    app.provider.release()
    expect(tab.locator(".rp-jd-progress[data-state=stopped]")).to_be_visible()
    assert len(app.provider.requests) < before + 12

    estimate_and_start(tab)
    expect(tab.locator(".rp-jd-progress[data-state=finished]")).to_be_visible()
    expect(tab.locator(".rp-jd-progress")).to_contain_text("3 of 3 prompts rated")
    assert len(app.provider.requests) == before + 12, "nothing was paid twice"

    results = tab.locator(".rp-jd-results")
    expect(results).to_contain_text("<script>window.hacked = 1</script> How do I write HTML?")
    expect(results).to_contain_text("<img src=x onerror=window.hacked=1>")
    expect(results).to_contain_text("the order decides")
    assert tab.evaluate("window.hacked") is None
    tab.locator("#rp-jd-export").click()
    with tab.expect_download() as download:
        tab.locator("#rp-jd-file a[download]").first.click()
    assert len(download.value.path().read_text(encoding="utf-8").splitlines()) == 3
    tab.locator("#rp-jd-save").click()
    expect(tab.get_by_text("2 labels are saved.")).to_be_visible()
    assert {one.prompt: one.tier for one in app.labels.resolved(sources=("judge",))} == {PROMPTS[0]: 1, PROMPTS[1]: 3}
    assert KEY not in app.log.read_text(encoding="utf-8", errors="replace")


def test_a_provider_that_refuses_pauses_the_run_with_the_reason(tab: Page, app: JudgingApp) -> None:
    type_key(tab)
    app.provider.behave(status=401)
    pick(tab, "Weak LLM, whose answers are rated", "gpt-4.1-mini")
    pick(tab, "Reference LLM, held to be good", REFERENCE)
    estimate_and_start(tab)
    expect(tab.locator(".rp-jd-progress[data-state=paused]")).to_contain_text("OpenAI refused the key.")
    tab.reload()
    tab.get_by_role("tab", name="Judge").click()
    expect(tab.locator(".rp-jd-results")).to_contain_text("ratings missing")


def says(model: str, told: str) -> str:
    """One prompt is fine, one is not, and of one the order decides."""
    if "HTML" in told:
        return rated(5, "<img src=x onerror=window.hacked=1>")
    return rated(1) if "bread" in told else rated(5 if weak_comes_first(told) else 2)
