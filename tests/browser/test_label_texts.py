"""Prompts on the Label page from files and fields: shown as they were written, exported, deleted, on a phone."""

import csv
import json
import sqlite3
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.labelling import empty_store_of_app, import_pasted, label, label_page, open_tab, ready

empty_store, visit = empty_store_of_app, label_page


EVIL = '<script>window.hit = 1</script><img src=x onerror="window.hit = 2"><b>bold</b> [a](javascript:alert(1))'


RIGHT_TO_LEFT = "اشرح لي الفرق بين الطقس والمناخ"


EMOJI = "🦊👨‍👩‍👧‍👦🏳️‍🌈 what do these mean?"


def test_whatever_people_wrote_is_shown_as_they_wrote_it_and_runs_nowhere(
    visit: OpenPage, empty_store: Path, tmp_path: Path
) -> None:
    page = visit()
    file = tmp_path / "prompts.jsonl"
    texts = [EVIL, RIGHT_TO_LEFT, EMOJI, "y" * 100_000]
    file.write_text("".join(json.dumps({"prompt": text}) + "\n" for text in texts), encoding="utf-8")
    open_tab(page, "Import & export")
    page.locator("#rp-lb-file input[type=file]").set_input_files(file)
    expect(page.locator(".rp-lb-preview li").first).to_have_text(EVIL)
    page.locator("#rp-lb-bring").click()
    expect(page.locator("#rp-lb-import-said")).to_contain_text("4 prompts joined the queue")
    open_tab(page, "Label")
    seen, item = [], ""
    for _ in texts:
        item = ready(page, after=item)
        box = page.locator("[data-prompt]")
        seen.append(box.evaluate("box => box.textContent"))
        width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width == 0, "nothing makes the page wider than the window"
        if seen[-1] == RIGHT_TO_LEFT:
            assert box.evaluate("box => getComputedStyle(box).unicodeBidi") == "plaintext"
        page.locator("[data-comment]").fill(EVIL)
        page.locator("[data-card]").focus()
        page.keyboard.press("2")
    page.wait_for_selector("[data-label][data-state=empty]")
    assert sorted(seen) == sorted(texts)
    expect(page.locator("[data-said]")).to_contain_text("learnt routers escalate")
    assert page.evaluate("window.hit") is None
    assert page.locator("[data-said] img, [data-said] script, [data-prompt] img").count() == 0


def test_formulas_go_in_and_come_out_as_text_and_bad_rows_are_named(visit: OpenPage, tmp_path: Path) -> None:
    page = visit()
    formula = '=HYPERLINK("http://example.org", "click")'
    file = tmp_path / "prompts.csv"
    with file.open("w", newline="", encoding="utf-8") as lines:
        csv.writer(lines).writerows([["id", "text", "prompt"], [1, "x", formula], [2, "y", ""], [3, "z", "@SUM(1)"]])
    open_tab(page, "Import & export")
    page.locator("#rp-lb-file input[type=file]").set_input_files(file)
    expect(page.locator(".rp-lb-preview")).to_contain_text(formula)
    page.locator("#rp-lb-bring").click()
    said = page.locator("#rp-lb-import-said")
    expect(said).to_contain_text("2 prompts joined the queue")
    expect(said).to_contain_text("Row 3: The prompt is empty")
    open_tab(page, "Label")
    label(page, "12")
    open_tab(page, "Import & export")
    with page.expect_download() as download:
        page.locator("#rp-lb-downloads a[href='/label/export.csv']").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert {row["prompt"] for row in rows} == {f"'{formula}", "'@SUM(1)"}
    assert {row["tier"] for row in rows} == {"1", "2"}


def test_what_one_brought_in_can_be_deleted(visit: OpenPage, empty_store: Path) -> None:
    page = visit()
    import_pasted(page, "My secret prompt.")
    open_tab(page, "Import & export")
    page.locator("#rp-lb-delete").click()
    expect(page.locator("#rp-lb-deleted")).to_contain_text("Tick the box first")
    page.get_by_label("Yes, delete the texts of mine").check()
    page.locator("#rp-lb-delete").click()
    expect(page.locator("#rp-lb-deleted")).to_contain_text("1 text deleted")
    with sqlite3.connect(empty_store) as connection:
        assert connection.execute("SELECT text FROM texts").fetchall() == []


def test_a_phone_has_all_of_it(visit: OpenPage) -> None:
    page = visit(width=390)
    page.locator("[data-tab='Import & export']").click()
    page.locator("#rp-lb-pasted textarea").fill("What is 1 plus 1?")
    page.locator("#rp-lb-bring").click()
    expect(page.locator("#rp-lb-import-said")).to_contain_text("1 prompt joined the queue")
    open_tab(page, "Label")
    ready(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    guide = page.locator("[data-guide]")
    expect(guide).not_to_have_attribute("open", "")
    guide.locator("summary").click()
    expect(guide).to_contain_text("cheapest")
    page.locator("[data-choice='1']").click()
    page.locator("[data-tab='Agreement']").click()
    expect(page.locator(".rp-lb-agreement")).to_contain_text("Who has labelled how much")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
