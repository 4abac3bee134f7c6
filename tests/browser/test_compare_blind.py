"""Blind votes and keys, in a real browser: what must stay hidden stays hidden, and what was said is in the store."""

import sqlite3
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.browser.comparing import CompareApp, add_endpoint, answers, ask, choose, facts, finished, head
from tests.browser.conftest import OpenPage
from tests.llms.misbehaving import text_of

SECRET = "sk-never-to-be-seen-4711"  # noqa: S105  it opens nothing
SIDES = ("words=6,answered_by=Otter-9", "words=7,answered_by=Badger-3")
PARTS = ("#rp-head-0", "#rp-head-1", "#rp-chat-0", "#rp-chat-1", "#rp-foot-0", "#rp-foot-1", "#rp-ticker", "#rp-vote")


def stored(app: CompareApp, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(app.folder / "feedback.sqlite3") as database:
        return database.execute(query).fetchall()


def begin_blind(page: Page, app: CompareApp, prompt: str) -> None:
    choose(page, *[add_endpoint(page, app.provider, side) for side in SIDES])
    page.get_by_label("Blind vote").check()
    expect(page.locator("[data-bench]")).to_have_attribute("data-blind", "1")
    ask(page, prompt)
    expect(page.locator("[data-vote='left']")).to_be_enabled()


def test_a_blind_vote_is_stored_once_and_then_reveals(open_compare: OpenPage, compare_app: CompareApp) -> None:
    page = open_compare()
    begin_blind(page, compare_app, "Which one is better?")
    seen = "".join(page.locator(part).inner_html() for part in PARTS) + urlsplit(page.url).query
    for name in ("Otter", "Badger", "answered-by", "words", "127.0.0.1"):
        assert name not in seen.replace(text_of(7).strip(), "").replace(text_of(6).strip(), ""), name
    assert "$" not in seen
    assert head(page, 0).inner_text().replace("Answer A", "") == head(page, 1).inner_text().replace("Answer B", "")
    page.locator("[data-vote='right']").dblclick(force=True)
    reveal = page.locator("[data-reveal]")
    expect(reveal).to_contain_text("You said: B is better")
    expect(reveal).to_contain_text("Otter-9")
    expect(reveal).to_contain_text("Badger-3")
    expect(reveal).to_contain_text("stored without prompt and answers")
    expect(facts(page, 0)).to_contain_text("First token")
    votes = stored(compare_app, "SELECT choice FROM votes JOIN requests ON requests.id = votes.request_id")
    assert votes == [("right",)]
    assert stored(compare_app, "SELECT * FROM texts") == []
    assert [consent for (consent,) in stored(compare_app, "SELECT consent FROM requests")] == [0]


def test_the_vote_can_be_given_by_keyboard_and_text_is_kept_with_consent(
    open_compare: OpenPage, compare_app: CompareApp
) -> None:
    page = open_compare()
    begin_blind(page, compare_app, "Keep these words of mine")
    page.get_by_label("Store my prompt and both answers with the vote").check()
    page.locator("[data-vote='tie']").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-reveal]")).to_contain_text("Both equally good")
    expect(page.locator("[data-reveal]")).to_contain_text("stored with the prompt and both answers")
    texts = {text for (text,) in stored(compare_app, "SELECT text FROM texts")}
    assert texts == {"Keep these words of mine", text_of(6), text_of(7)}


def test_no_vote_before_both_answers_are_complete(open_compare: OpenPage, compare_app: CompareApp) -> None:
    page = open_compare()
    models = ("words=5,stall_after=2,answered_by=x", "words=3,answered_by=y")
    choose(page, *[add_endpoint(page, compare_app.provider, model) for model in models])
    page.get_by_label("Blind vote").check()
    ask(page, "Go")
    expect(page.locator("[data-facts][data-state='finished']")).to_have_count(1)
    expect(page.locator("[data-vote='left']")).to_be_disabled()
    page.get_by_role("button", name="Stop all").click()
    expect(page.locator("[data-vote-panel]")).to_contain_text("Reveal without a vote")
    expect(page.locator("[data-vote='left']")).to_be_disabled()
    page.get_by_role("button", name="Reveal without a vote").click()
    expect(page.locator("[data-reveal]")).to_contain_text("Nothing was stored")


def test_a_key_is_used_and_appears_nowhere(open_compare: OpenPage, compare_app: CompareApp) -> None:
    compare_app.provider.behave()  # whatever another test has made of it
    page = open_compare()
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.locator(".rp-keys summary").click()
    field = page.locator("[data-key=openai]")
    assert field.get_attribute("type") == "password"
    field.fill(SECRET)
    page.keyboard.press("Enter")
    expect(page.locator("[data-keys]")).to_contain_text("The key of OpenAI is used in this tab.")
    expect(field).to_have_value("")
    choose(page, "gpt-4.1", "gpt-4.1-nano")
    page.locator(".rp-keys summary").click()
    ask(page, "Go")
    finished(page)
    expect(answers(page, 0).last).to_contain_text("Every answer")
    used = [request for request in compare_app.provider.requests if request.body.get("model") == "gpt-4.1"]
    assert used[-1].headers["authorization"] == f"Bearer {SECRET}"
    page.get_by_label("Blind vote").check()
    ask(page, "Go again")
    page.locator("[data-vote='both bad']").click()
    expect(page.locator("[data-reveal]")).to_be_visible()
    kept = page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    for where, text in {"page": page.content(), "storage": kept, "addresses": " ".join(addresses)}.items():
        assert SECRET not in text, where
    assert SECRET not in page.evaluate("[...document.querySelectorAll('input, textarea')].map((f) => f.value).join()")
    files = [compare_app.log, *(path for path in compare_app.folder.rglob("*") if path.is_file())]
    assert any(path.suffix.startswith(".sqlite") for path in files)
    for path in files:
        assert SECRET.encode() not in Path(path).read_bytes(), path


def test_a_key_ends_with_the_tab_and_no_other_tab_has_it(open_compare: OpenPage) -> None:
    page, other = open_compare(), open_compare()
    page.locator(".rp-keys summary").click()
    page.locator("[data-key=groq]").fill(SECRET)
    page.keyboard.press("Enter")
    expect(page.locator("[data-key=groq]")).to_have_attribute("placeholder", "in use for this tab")
    other.locator(".rp-keys summary").click()
    expect(other.locator("[data-key=groq]")).to_have_attribute("placeholder", "paste a key")
    page.reload()
    page.wait_for_selector("[data-bench]:not([data-echo=''])")
    expect(page.locator("[data-key=groq]")).to_have_attribute("placeholder", "paste a key")


def test_a_key_that_is_none_is_refused_without_quoting_it(open_compare: OpenPage) -> None:
    page = open_compare()
    page.locator(".rp-keys summary").click()
    page.locator("[data-key=groq]").fill("schlüssel-geheim")
    page.keyboard.press("Enter")
    expect(page.locator("[data-keys]")).to_contain_text("The key is not one line of plain characters.")
    assert "geheim" not in page.content()


def test_an_address_inside_is_refused_when_it_is_added_and_can_be_mended(
    open_compare: OpenPage, compare_app: CompareApp
) -> None:
    page = open_compare()
    page.locator(".rp-keys summary").click()
    fields = {"base_url": "http://169.254.169.254/v1", "model": "words=2,answered_by=mended", "key": SECRET}
    for name, value in fields.items():
        page.locator(f"[data-endpoint-field={name}]").fill(value)
    page.get_by_role("button", name="Add it").click()
    said = page.locator("[data-keys] .is-error")
    expect(said).to_contain_text("add 169.254.169.254/32 to its setting ALLOWED_ADDRESSES")
    expect(said).to_be_in_viewport()
    expect(page.locator("[data-endpoint-field=model]")).to_have_value(fields["model"])
    expect(page.locator("[data-endpoint-field=key]")).to_have_value("")
    page.locator("[data-endpoint-field=base_url]").fill(compare_app.provider.base_url)
    page.get_by_role("button", name="Add it").click()
    expect(page.locator("[data-keys] .is-done")).to_be_in_viewport()
    expect(page.locator("[data-endpoint-field=model]")).to_have_value("")


def test_without_two_llms_the_tick_says_what_to_do(open_compare: OpenPage, compare_app: CompareApp) -> None:
    page = open_compare()
    expect(page.get_by_label("Blind vote")).to_be_disabled()
    page.locator("[data-open-keys]").click()
    expect(page.locator("[data-keys]")).to_be_visible()
    expect(page.locator("[data-key]").first).to_be_focused()
    add_endpoint(page, compare_app.provider, "words=2,answered_by=second")
    expect(page.get_by_label("Blind vote")).to_be_enabled()
