"""A visitor of the Compare page: the app in its own process, the stand-in provider, and what one does on the page."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.llms.misbehaving import Misbehaving

PATIENCE_MS = 60_000
"""The local LLM starts with the first answer, and the machine may be busy."""


@dataclass(frozen=True)
class CompareApp:
    """The running app, what it logs and where it stores."""

    address: str
    log: Path
    folder: Path
    provider: Misbehaving


def ready(page: Page) -> None:
    """Waits until the page has been filled in and no request is open."""
    page.wait_for_selector("[data-bench]:not([data-echo=''])")


def add_endpoint(page: Page, provider: Misbehaving, model: str, **fields: str) -> str:
    """Adds the stand-in as an own endpoint; returns the id of its LLM. The model's name commands what it does."""
    panel = page.locator("[data-keys]")
    if not panel.is_visible():
        page.locator(".rp-keys summary").click()
    for name, value in {"base_url": provider.base_url, "model": model, **fields}.items():
        page.locator(f"[data-endpoint-field={name}]").fill(value)
    before = page.locator("[data-own]").count()
    page.get_by_role("button", name="Add it").click()
    expect(page.locator("[data-own]")).to_have_count(before + 1)
    added = page.locator("[data-own]").nth(before).get_attribute("data-own")
    page.locator(".rp-keys summary").click()
    assert added
    return added


def choose(page: Page, *llms: str) -> None:
    """Sets the columns to these LLMs."""
    changed(page, "columns", str(len(llms)))
    for place, llm in enumerate(llms):
        changed(page, f"c{place}", f"llm:{llm}")


def changed(page: Page, name: str, value: str) -> None:
    """Chooses in a list and waits for the answer."""
    echo = page.locator("[data-bench]").get_attribute("data-echo")
    choice = page.locator(f"select[name={name}]")
    if choice.input_value() == value:
        return
    choice.select_option(value)
    expect(page.locator("[data-bench]")).not_to_have_attribute("data-echo", echo or "")
    expect(choice).to_have_value(value)


def ask(page: Page, prompt: str) -> None:
    """Types a prompt and presses Enter."""
    page.get_by_label("Prompt", exact=True).fill(prompt)
    page.keyboard.press("Enter")


def finished(page: Page) -> None:
    """Waits until all columns have ended."""
    expect(page.locator("[data-facts][data-done='1']").first).to_be_attached(timeout=PATIENCE_MS)
    expect(page.locator("[data-stop-all]")).to_be_hidden(timeout=PATIENCE_MS)


def answers(page: Page, place: int) -> Locator:
    """What the LLM of a column has said."""
    return page.locator(f"#rp-chat-{place} [data-testid=bot]")


def facts(page: Page, place: int) -> Locator:
    """The figures below a column."""
    return page.locator(f"[data-facts='{place}']")


def head(page: Page, place: int) -> Locator:
    """What stands above a column."""
    return page.locator(f"[data-head='{place}']")
