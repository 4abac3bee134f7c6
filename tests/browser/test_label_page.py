"""The Label page as annotators use it: by keyboard, with errors on the way."""

import sqlite3
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.labelling import empty_store_of_app, label_page, labels_in, ready

empty_store, visit = empty_store_of_app, label_page


def test_from_the_front_page_to_the_tenth_label_by_keyboard_alone(visit: OpenPage, empty_store: Path) -> None:
    page = visit()
    page.goto(page.url.removesuffix("/label"))
    page.get_by_role("link", name="Label", exact=True).focus()
    page.keyboard.press("Enter")
    page.locator("[data-examples]").focus()
    page.keyboard.press("Enter")
    item, keys = "", "1231231u21"
    for key in keys:
        item = ready(page, after=item)
        page.keyboard.press(key)
    ready(page, after=item)
    expect(page.locator("[data-progress]")).to_contain_text("10 labelled by you")
    kept = labels_in(empty_store)
    assert len({row[0] for row in kept}) == 10
    assert [str(row[3]) if row[2] == "route" else "u" for row in kept] == list(keys)
    assert {row[4] for row in kept} == {0}, "nobody saw the panel before"


def test_the_panel_speaks_after_the_label_or_before_it_and_the_label_knows(visit: OpenPage, empty_store: Path) -> None:
    page = visit()
    page.locator("[data-examples]").click()
    first = ready(page)
    assert "escalate" not in page.locator("#rp-label").inner_text().replace("before I label", "")
    page.keyboard.press("2")
    expect(page.locator("[data-said]")).to_contain_text("You said")
    expect(page.locator("[data-said]")).to_contain_text("learnt routers escalate")
    ready(page, after=first)
    page.locator("[data-before]").check()
    expect(page.locator("[data-panel]")).to_contain_text("learnt routers escalate")
    second = ready(page)
    page.locator("[data-card]").focus()
    page.keyboard.press("3")
    ready(page, after=second)
    assert [row[4] for row in labels_in(empty_store)] == [0, 1]


def test_keys_do_nothing_while_one_types(visit: OpenPage, empty_store: Path) -> None:
    page = visit()
    page.locator("[data-examples]").click()
    item = ready(page)
    page.locator("[data-comment]").click()
    page.keyboard.type("123 usdz?")
    expect(page.locator("[data-comment]")).to_have_value("123 usdz?")
    assert page.locator("[data-label]").get_attribute("data-item") == item
    assert not page.locator("dialog[data-keys]").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    ready(page, after=item)
    expect(page.locator("[data-comment]")).to_have_value("")
    with sqlite3.connect(empty_store) as connection:
        texts = [text for (text,) in connection.execute("SELECT text FROM texts")]
    assert "123 usdz?" in texts
    assert len(labels_in(empty_store)) == 1


def test_the_keys_are_explained(visit: OpenPage) -> None:
    page = visit()
    page.locator("[data-examples]").click()
    ready(page)
    page.keyboard.press("?")
    dialog = page.locator("dialog[data-keys]")
    expect(dialog).to_be_visible()
    for words in ("Simple", "General", "Reasoning", "Unsure", "Skip", "Discard", "Undo"):
        expect(dialog).to_contain_text(words)
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()


def test_undo_brings_back_the_prompt_and_the_choice(visit: OpenPage, empty_store: Path) -> None:
    page = visit()
    page.locator("[data-examples]").click()
    first = ready(page)
    page.locator("[data-comment]").fill("a note")
    page.locator("[data-card]").focus()
    page.keyboard.press("3")
    ready(page, after=first)
    page.keyboard.press("z")
    page.wait_for_selector(f"[data-label][data-state=ready][data-item='{first}']")
    expect(page.locator("[data-choice='3']")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-comment]")).to_have_value("a note")
    page.locator("[data-card]").focus()
    page.keyboard.press("1")
    ready(page, after=first)
    assert [(row[2], row[3]) for row in labels_in(empty_store)] == [("route", 3), ("undo", None), ("route", 1)]


def test_a_double_click_is_one_label(visit: OpenPage, empty_store: Path) -> None:
    page = visit()
    page.locator("[data-examples]").click()
    item = ready(page)
    page.locator("[data-choice='2']").dblclick()
    second = ready(page, after=item)
    assert len(labels_in(empty_store)) == 1
    page.locator("[data-choice='1']").click()
    ready(page, after=second)
    assert len(labels_in(empty_store)) == 2


def test_without_a_database_the_label_stays_on_screen_and_is_kept_later(visit: OpenPage, empty_store: Path) -> None:
    page = visit()
    page.locator("[data-examples]").click()
    item = ready(page)
    with sqlite3.connect(empty_store) as other:
        other.execute("ALTER TABLE labels RENAME TO elsewhere")
    page.keyboard.press("2")
    banner = page.locator("[data-problem] .rp-banner")
    expect(banner).to_contain_text("could not be saved")
    assert page.locator("[data-label]").get_attribute("data-item") == item
    expect(page.locator("[data-choice='2']")).to_have_attribute("aria-pressed", "true")
    with sqlite3.connect(empty_store) as other:
        other.execute("ALTER TABLE elsewhere RENAME TO labels")
    banner.get_by_role("button", name="Try again").click()
    ready(page, after=item)
    expect(banner).to_have_count(0)
    assert [row[3] for row in labels_in(empty_store)] == [2]


def test_a_server_that_does_not_answer_loses_nothing(visit: OpenPage, empty_store: Path) -> None:
    page = visit()
    page.locator("[data-examples]").click()
    item = ready(page)
    page.context.set_offline(True)
    page.keyboard.press("1")
    banner = page.locator("[data-problem] .rp-banner")
    expect(banner).to_contain_text("does not answer")
    page.context.set_offline(False)
    banner.get_by_role("button", name="Try again").click()
    ready(page, after=item)
    assert [row[3] for row in labels_in(empty_store)] == [1]


TOO_SOON = """
([item, key]) => new Promise((done) => {
  const root = document.querySelector("[data-label]");
  const press = (one, more = {}) =>
    document.dispatchEvent(new KeyboardEvent("keydown", { key: one, bubbles: true, ...more }));
  new MutationObserver((_, observer) => {
    if (root.dataset.item === item) return;
    observer.disconnect();
    press(key);
    press(key, { repeat: true });
    done(root.dataset.item);
  }).observe(root, { attributes: true });
  press("1");
})
"""
"""Labels a prompt, and presses another key in the moment in which the next prompt comes."""


def test_a_key_pressed_too_soon_labels_nothing_and_says_so(visit: OpenPage, empty_store: Path) -> None:
    page = visit()
    page.locator("[data-examples]").click()
    first = ready(page)
    second = page.evaluate(TOO_SOON, [first, "3"])
    early = page.locator("[data-early]")
    expect(early).to_have_text("Not taken: this prompt had only just come. Press 3 again.")
    assert ready(page, after=first) == second
    assert [row[0] for row in labels_in(empty_store)] == [first], "nobody had read the second prompt"
    page.keyboard.press("3")
    ready(page, after=second)
    expect(early).to_be_empty()
    assert [row[3] for row in labels_in(empty_store)] == [1, 3]


def test_a_key_pressed_while_the_label_is_saved_is_said_and_changes_nothing(visit: OpenPage, empty_store: Path) -> None:
    page = visit()
    page.locator("[data-examples]").click()
    item = ready(page)
    page.context.set_offline(True)
    page.evaluate(
        "() => ['1', '2'].forEach((key) =>"
        " document.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true })))"
    )
    expect(page.locator("[data-early]")).to_contain_text("still being saved. Press 2 again.")
    page.context.set_offline(False)
    page.locator("[data-problem]").get_by_role("button", name="Try again").click()
    ready(page, after=item)
    assert [row[3] for row in labels_in(empty_store)] == [1]
