"""The Traffic page in a real browser: a table is uploaded, routed, searched and taken along; on a telephone too."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import OpenPage, visits

KINDS = (
    ("What is {} times {}?", 30),
    ("Prove that {} and {} have no common divisor, and generalise it.", 30),
    ("Good morning, it is {} past {}!", 30),
)
FREE = """(input) => {
  const style = getComputedStyle(input), pen = document.createElement("canvas").getContext("2d");
  pen.font = style.font;
  const padding = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
  return input.clientWidth - padding - pen.measureText(input.value).width;
}"""
"""Width that the words in a field leave, in px."""

WILD = '<b id="wild">=SUM(A1)</b>'


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[OpenPage]:
    """Opens a page of the app as one more visitor."""
    with visits(browser, address) as opened:
        yield opened


def table(path: Path) -> Path:
    """A CSV in Latin-1 with a bad row."""
    with path.open("w", encoding="latin-1", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "question", "model", "completion_tokens"])
        for text, count in KINDS:
            writer.writerows([n, text.format(n, n + 3), "GPT-4.1", 100 + n] for n in range(count))
        writer.writerow([99, f"{WILD} caf\xe9?", "GPT-4.1", 80])
        file.write('100,"never closed,GPT-4.1,5\n')
    return path


def route(page: Page) -> None:
    page.locator("#rp-tr-run").click()
    expect(page.locator("#rp-tr-answer [data-headline]")).to_contain_text("a month")


def test_upload_saving_filter_and_download(visit: OpenPage, tmp_path: Path) -> None:
    page = visit("/traffic")
    page.locator("#rp-tr-file input[type=file]").set_input_files(table(tmp_path / "mine.csv"))
    expect(page.locator("[data-preview] tbody tr")).to_have_count(20)
    expect(page.locator("#rp-tr-column-llm input")).to_have_value("model")
    expect(page.locator("#rp-tr-results")).to_have_count(0)

    route(page)
    expect(page.locator("#rp-tr-intake")).to_contain_text("Line 93: A quotation mark is out of place or never closed.")
    expect(page.locator("#rp-tr-intake")).to_contain_text("not UTF-8")
    expect(page.locator("#rp-tr-answer")).to_contain_text("91 prompts routed")
    expect(page.locator("#rp-tr-answer")).to_contain_text("held against the LLM that your table names")
    expect(page.locator("#rp-chart-tr-groups .main-svg").first).to_be_visible()
    expect(page.locator("#rp-chart-foot-tr-quality")).to_contain_text("does not say how good")

    page.locator("#rp-tr-month input").fill("0")
    page.locator("#rp-tr-month input").press("Enter")
    expect(page.locator("#rp-tr-notice")).to_contain_text("The number of prompts a month is out of range")
    saved = '[data-figure="saved a month"] dd'
    page.locator("#rp-tr-month input").fill("1000000")
    page.locator("#rp-tr-month input").press("Enter")
    expect(page.locator("#rp-tr-notice")).to_be_empty()
    expect(page.locator("#rp-tr-answer")).to_contain_text("1,000,000 prompts a month")
    before = page.locator(saved).inner_text()
    page.locator("#rp-tr-setting input[type=number]").fill("0")
    page.locator("#rp-tr-setting input[type=number]").press("Enter")
    expect(page.locator('[data-figure="sent to a dearer LLM"] dd')).to_contain_text("100.0 %")
    assert page.locator(saved).inner_text() != before

    page.locator("#rp-tr-different input").uncheck()
    expect(page.locator("#rp-tr-rows caption")).to_contain_text("Prompts 1 to 25 of 91")
    page.locator("#rp-tr-after").click()
    expect(page.locator("#rp-tr-rows caption")).to_contain_text("Prompts 26 to 50 of 91")
    page.locator("#rp-tr-search :is(input, textarea)").fill("CAF\xc9")
    expect(page.locator("#rp-tr-rows tbody tr")).to_have_count(1)
    expect(page.locator("#rp-tr-rows tbody td").first).to_contain_text(f"{WILD} caf\xe9?")
    assert page.locator("#wild").count() == 0
    link = page.locator("#rp-tr-rows tbody a").get_attribute("href") or ""

    page.locator("#rp-tr-save").click()
    with page.expect_download() as download:
        page.locator("#rp-tr-saved a[download]").first.click()
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 91
    assert {row["encoder-quality route"] for row in rows} <= {"weak", "strong"}
    assert rows[-1]["prompt"] == f"{WILD} caf\xe9?"

    other = visit(link)
    expect(other.locator("#rp-prompt textarea, textarea").first).to_have_value(f"{WILD} caf\xe9?")


def test_a_run_is_cancelled_and_the_prompts_forgotten(visit: OpenPage, tmp_path: Path) -> None:
    page = visit("/traffic")
    path = tmp_path / "many.txt"
    path.write_text("\n".join(f"Explain in detail how number {n} differs from its neighbours." for n in range(3000)))
    page.locator("#rp-tr-file input[type=file]").set_input_files(path)
    expect(page.locator("[data-preview]")).to_be_visible()
    page.locator("#rp-tr-run").click()
    expect(page.locator("#rp-tr-progress")).to_contain_text("of 3,000 prompts")
    page.locator("#rp-tr-stop").click()
    expect(page.locator("#rp-tr-answer")).to_contain_text("Stopped: the figures are of a random")
    expect(page.locator("#rp-tr-run")).to_be_enabled()
    page.locator("#rp-tr-forget").click()
    expect(page.locator("#rp-tr-results")).to_have_count(0)
    expect(page.locator("[data-preview]")).to_have_count(0)


def test_a_telephone_shows_the_example_without_scrolling_sideways(visit: OpenPage) -> None:
    page = visit("/traffic", width=390)
    page.locator("#rp-tr-example").click()
    expect(page.locator("[data-preview]")).to_be_visible()
    route(page)
    expect(page.locator("#rp-chart-tr-quality .main-svg").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    inside = width_of(page, "#rp-tr-answer .rp-answer")
    assert width_of(page, "#rp-tr-rows caption") <= inside, "the words above a wide table are read without scrolling it"
    assert width_of(page, "#rp-tr-point .rp") == inside
    first, second = (page.locator(f"#rp-tr-column-{name}").bounding_box() for name in ("prompt", "llm"))
    assert first is not None and second is not None
    assert first["y"] == second["y"], "columns stand two in a row"


def test_long_words_stop_before_the_arrow_and_a_pick_stands_in_one_line(visit: OpenPage) -> None:
    page = visit("/traffic")
    page.locator("#rp-tr-example").click()
    expect(page.locator("[data-preview]")).to_be_visible()
    route(page)
    for name in ("baseline", "pool"):
        control = page.locator(f"#rp-tr-{name} input")
        assert control.evaluate(FREE) >= 0, "its words fit beside the arrow"
    pick = page.locator("#rp-tr-rows .rp-tr-pick").first
    mark, number = pick.locator(".rp-mark").bounding_box(), pick.locator(".rp-num").bounding_box()
    assert mark is not None and number is not None
    assert mark["x"] + mark["width"] <= number["x"]
    assert number["y"] <= mark["y"] <= number["y"] + number["height"]


def width_of(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box is not None, selector
    return round(box["width"])
