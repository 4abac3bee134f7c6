"""The Label page as annotators use it: by keyboard, in two browsers, with errors on the way."""

import csv
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.comparing import CompareApp
from tests.browser.conftest import OpenPage

FILE = "feedback.sqlite3"


@pytest.fixture
def empty_store(compare_app: CompareApp) -> Iterator[Path]:
    """The database file, as on the first day: the app notices that another one has to be made."""
    for name in (FILE, f"{FILE}-wal", f"{FILE}-shm"):
        (compare_app.folder / name).unlink(missing_ok=True)
    yield compare_app.folder / FILE


@pytest.fixture
def visit(empty_store: Path, open_compare: OpenPage) -> OpenPage:
    """Opens the Label page as one more annotator."""

    def label_page(width: int = 1280) -> Page:
        page = open_compare(path="/label", width=width)
        page.wait_for_selector("[data-label]:not([data-state=opening])")
        return page

    return label_page


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


def test_a_person_is_called_the_same_by_themselves_and_by_others(visit: OpenPage) -> None:
    anna, bashir = visit(), visit()
    name = anna.locator("[data-name]").inner_text()
    assert bashir.locator("[data-name]").inner_text() != name
    import_pasted(anna, "What is 1 plus 1?", people=2)
    label(anna, "1")
    bashir.reload()
    label(bashir, "2")
    open_tab(bashir, "Agreement")
    expect(bashir.locator("[data-dispute]")).to_contain_text(name)


def test_who_comes_second_labels_what_others_have_labelled(visit: OpenPage, empty_store: Path) -> None:
    anna, bashir = visit(), visit()
    import_pasted(anna, "What is 1 plus 1?\nWhat is 2 plus 2?")
    first = label(anna, "12")
    bashir.reload()
    expect(bashir.locator("[data-empty]")).to_contain_text("Others have labelled 2 prompts")
    bashir.locator("[data-too]").click()
    assert label(bashir, "12").keys() == first.keys()
    assert len({row[1] for row in labels_in(empty_store)}) == 2


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


def test_two_people_disagree_and_one_settles_it(visit: OpenPage, empty_store: Path) -> None:
    anna, bashir = visit(), visit()
    import_pasted(anna, "\n".join(f"What is {number} plus {number}?" for number in range(4)), people=2)
    first = label(anna, "1111")
    expect(anna.locator("[data-empty]")).to_contain_text("you have labelled 4 prompts")
    bashir.reload()
    second = label(bashir, "1131")
    assert first.keys() == second.keys()
    disputed = next(prompt for prompt, key in second.items() if key == "3")
    bashir.locator("[data-tab='Agreement']").click()
    conflict = bashir.locator("[data-dispute]")
    expect(conflict).to_have_count(1)
    expect(conflict).to_contain_text(disputed)
    expect(bashir.locator(".rp-lb-agreement")).to_contain_text("Krippendorff's alpha")
    expect(bashir.locator(".rp-lb-agreement")).to_contain_text("75 %")
    conflict.locator("[data-why]").fill("It is one step.")
    conflict.locator("[data-settle='1']").click()
    expect(bashir.get_by_role("heading", name="Nobody differs")).to_be_visible()
    bashir.get_by_text("1 settled").click()
    expect(conflict).to_contain_text("Settled as")
    expect(conflict).to_contain_text("It is one step.")
    with sqlite3.connect(empty_store) as connection:
        rows = connection.execute("SELECT source, tier FROM labels ORDER BY number").fetchall()
    assert rows[-1] == ("adjudicated", 1)
    assert len(rows) == 9


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


def test_browsers_without_cookies_are_different_annotators(visit: OpenPage, empty_store: Path) -> None:
    def without_cookie(route: Route) -> None:
        answer = route.fetch()
        route.request.frame.page.context.clear_cookies()
        kept = {name: value for name, value in answer.headers.items() if name != "set-cookie"}
        route.fulfill(response=answer, headers=kept)

    for _ in range(2):
        page = visit()
        page.context.route("**/label", without_cookie)
        page.context.clear_cookies()
        page.reload()
        page.wait_for_selector("[data-label]:not([data-state=opening])")
        assert page.context.cookies() == []
        if page.locator("[data-examples]").is_visible():
            page.locator("[data-examples]").click()
        item = ready(page)
        page.keyboard.press("1")
        ready(page, item)
        expect(page.locator("[data-problem]")).to_be_empty()
    annotators = [str(row[1]) for row in labels_in(empty_store)]
    assert len(set(annotators)) == len(annotators) == 2
    assert all(name.startswith("tab:") for name in annotators)
