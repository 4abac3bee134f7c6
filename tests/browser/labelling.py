"""The Label page in a real browser: opened on an empty store, and worked with."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.comparing import CompareApp
from tests.browser.conftest import OpenPage

FILE = "feedback.sqlite3"


@pytest.fixture
def empty_store_of_app(compare_app: CompareApp) -> Iterator[Path]:
    """The database file, as on the first day: the app notices that another one has to be made."""
    for name in (FILE, f"{FILE}-wal", f"{FILE}-shm"):
        (compare_app.folder / name).unlink(missing_ok=True)
    yield compare_app.folder / FILE


@pytest.fixture
def label_page(empty_store: Path, open_compare: OpenPage) -> OpenPage:
    """Opens the Label page as one more annotator."""

    def opened(width: int = 1280) -> Page:
        page = open_compare(path="/label", width=width)
        page.wait_for_selector("[data-label]:not([data-state=opening])")
        return page

    return opened


def ready(page: Page, after: str = "") -> str:
    """Waits until a prompt other than `after` can be labelled; returns its id."""
    page.wait_for_selector(f"[data-label][data-state=ready]:not([data-item='{after}'])")
    return page.locator("[data-label]").get_attribute("data-item") or ""


def labels_in(file: Path) -> list[tuple[object, ...]]:
    """What the store holds, in the order in which it came."""
    with sqlite3.connect(file) as connection:
        return connection.execute(
            "SELECT prompt_sha256, annotator, verdict, tier, panel_shown FROM labels ORDER BY number"
        ).fetchall()


def import_pasted(page: Page, text: str, people: int = 1) -> None:
    """Brings prompts in by the tab for it, and comes back."""
    open_tab(page, "Import & export")
    page.locator("#rp-lb-pasted textarea").fill(text)
    page.locator("#rp-lb-overlap input[type=number]").fill(str(people))
    page.keyboard.press("Tab")
    page.locator("#rp-lb-bring").click()
    expect(page.locator("#rp-lb-import-said")).to_contain_text("joined the queue")
    open_tab(page, "Label")


def open_tab(page: Page, title: str) -> None:
    page.get_by_role("tab", name=title, exact=True).click()


def label(page: Page, keys: str) -> dict[str, str]:
    """Labels as many prompts as there are keys; returns what was said by prompt."""
    said, item = {}, ""
    for key in keys:
        item = ready(page, after=item)
        said[page.locator("[data-prompt]").inner_text()] = key
        page.keyboard.press(key)
    page.wait_for_selector(f"[data-label]:not([data-item='{item}'])")
    return said
