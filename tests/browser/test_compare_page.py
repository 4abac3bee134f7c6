"""The Compare page as a visitor meets it: real answers of the local LLM, streams of a stand-in provider."""

import json
import re
from pathlib import Path

from PIL import Image
from playwright.sync_api import Dialog, expect

from tests.browser.comparing import (
    PATIENCE_MS,
    CompareApp,
    add_endpoint,
    answers,
    ask,
    changed,
    choose,
    facts,
    finished,
    head,
    ready,
)
from tests.browser.conftest import OpenPage
from tests.llms.misbehaving import Asked, text_of

PROMPT = "What is the capital of France?"

WATCH = """() => {
  window.grown = [[], []];
  for (const place of [0, 1]) {
    const chat = document.querySelector(`#rp-chat-${place}`);
    const seen = () => {
      const length = [...chat.querySelectorAll("[data-testid=bot]")].map((said) => said.innerText).join("").length;
      if (length && window.grown[place].at(-1)?.length !== length) window.grown[place].push({ at: Date.now(), length });
    };
    new MutationObserver(seen).observe(chat, { subtree: true, childList: true, characterData: true });
  }
}"""
"""Notes when each column's answer grows."""

ATTACK = "\n\n".join(
    (
        "<script>window.hit = 1</script><img src=x onerror='window.hit = 2'><svg onload='window.hit = 3'></svg>",
        "<iframe src='https://example.com/'></iframe>",
        "[a](javascript:window.hit=4) **bold**",
        "![leak](https://example.com/leak.png) $$\\href{javascript:window.hit=5}{x}$$",
        "<style>body{display:none}</style>",
    )
)


def requests_of(app: CompareApp, model: str) -> list[Asked]:
    return [request for request in app.provider.requests if request.body.get("model") == model]


def test_a_first_visit_without_a_key_and_without_network(open_compare: OpenPage) -> None:
    page = open_compare()
    ask(page, PROMPT)
    expect(answers(page, 2).last).to_contain_text(re.compile(r"\w{3}"), timeout=PATIENCE_MS)
    finished(page)
    expect(facts(page, 2)).to_contain_text("SmolLM2")
    expect(facts(page, 2)).to_contain_text("no API charge")
    for place in (0, 1):
        expect(head(page, place)).to_have_class(re.compile("is-refused"))
        expect(head(page, place)).to_contain_text("There is no key for OpenAI")
        expect(head(page, place)).to_contain_text("OPENAI_API_KEY")
        expect(head(page, place)).to_contain_text(
            re.compile(r"estimated \$0\.00[\s\S]*300 out assumed; prices of 2026")
        )
        expect(answers(page, place)).to_have_count(0)
    expect(head(page, 0)).to_contain_text(re.compile(r"picks [\s\S]*confidence [\s\S]*p_strong 0\.\d\d"))


def test_run_this_on_the_route_page_leads_to_an_answer(open_compare: OpenPage) -> None:
    page = open_compare(path="/")
    page.wait_for_selector("[data-board]:not([data-echo=''])")
    page.get_by_label("Prompt", exact=True).fill(PROMPT)
    page.keyboard.press("Enter")
    page.locator("article[data-router='knn']").get_by_role("button", name="Run this").click()
    page.wait_for_url("**/compare?*")
    expect(page.locator("select[name=router]")).to_have_value("knn")
    expect(answers(page, 2).last).to_contain_text(re.compile(r"\w{3}"), timeout=PATIENCE_MS)
    expect(page.locator("#rp-chat-2 [data-testid=user]")).to_have_text(PROMPT)
    assert "France" not in page.url
    assert page.evaluate("sessionStorage.getItem('rp:carry')") is None


def test_an_override_waits_for_the_choice_of_an_llm(open_compare: OpenPage, compare_app: CompareApp) -> None:
    page = open_compare(path="/")
    page.evaluate("sessionStorage.setItem('rp:carry', JSON.stringify({prompt: 'Hello there', query: ''}))")
    page.goto(f"{compare_app.address}/compare?router=knn&override=1")
    override = page.locator("select[name=override]")
    expect(override).to_be_focused()
    expect(page.get_by_label("Prompt", exact=True)).to_have_value("Hello there")
    expect(head(page, 0)).to_contain_text("would cost about")
    expect(page.locator("[data-bench]")).to_have_attribute("data-turn", "-1")
    changed(page, "override", "smollm2-135m")
    expect(head(page, 0)).to_contain_text("You override it with smollm2-135m.")


def test_two_columns_stream_at_the_same_time(open_compare: OpenPage, compare_app: CompareApp) -> None:
    page = open_compare()
    models = [f"words=40,every_ms=50,answered_by={name}" for name in ("one", "two")]
    choose(page, *[add_endpoint(page, compare_app.provider, model) for model in models])
    page.evaluate(WATCH)
    ask(page, "Go")
    finished(page)
    first, second = page.evaluate("window.grown")
    begun = max(first[0]["at"], second[0]["at"])
    ended = min(first[-1]["at"], second[-1]["at"])
    assert begun < ended, "one waited for the other"
    for grown in (first, second):
        assert sum(begun <= step["at"] <= ended for step in grown) >= 3, "it did not grow while the other did"
    said = [requests_of(compare_app, model)[0].said for model in models]
    assert max(times[0] for times in said) < min(times[-1] for times in said)
    expect(answers(page, 0).last).to_have_text(text_of(40).strip())
    expect(facts(page, 0)).to_contain_text("one")
    expect(facts(page, 1)).to_contain_text("two")


def test_stop_ends_one_column_of_one_visitor_and_nothing_else(open_compare: OpenPage, compare_app: CompareApp) -> None:
    mine, other = open_compare(), open_compare()
    model = "words=12,hold_after=4,answered_by={}"
    for page, name in ((mine, "mine"), (other, "others")):
        own = add_endpoint(page, compare_app.provider, model.format(name))
        also = add_endpoint(page, compare_app.provider, model.format(f"{name}-too"))
        choose(page, own, also)
        ask(page, "Go")
    for page in (mine, other):
        for place in (0, 1):
            expect(answers(page, place).last).to_have_text(text_of(4).strip())
    head(mine, 0).get_by_role("button", name="Stop").click()
    expect(facts(mine, 0)).to_contain_text("stopped by you")
    expect(facts(mine, 0)).to_contain_text("Only a part of the answer")
    assert requests_of(compare_app, model.format("mine"))[0].gone.wait(10)
    compare_app.provider.release()
    for page, place in ((mine, 1), (other, 0), (other, 1)):
        expect(answers(page, place).last).to_have_text(text_of(12).strip())
        expect(facts(page, place)).to_contain_text("finished")
    expect(answers(mine, 0).last).to_have_text(text_of(4).strip())


def test_closing_the_tab_cancels_the_requests(open_compare: OpenPage, compare_app: CompareApp) -> None:
    page = open_compare()
    models = ["words=9,stall_after=3,answered_by=tab", "words=9,stall_after=0,answered_by=tab"]
    choose(page, *[add_endpoint(page, compare_app.provider, model) for model in models])
    ask(page, "Go")
    expect(answers(page, 0).last).to_have_text(text_of(3).strip())
    page.close()
    for model in models:
        assert requests_of(compare_app, model)[0].gone.wait(20), "the provider still writes for nobody"


def test_a_follow_up_keeps_the_columns_and_an_edited_prompt_replaces_the_last(
    open_compare: OpenPage, compare_app: CompareApp
) -> None:
    page = open_compare()
    models = ["words=3,answered_by=a", "words=4,answered_by=b"]
    choose(page, *[add_endpoint(page, compare_app.provider, model) for model in models])
    for prompt in ("First question", "Second question"):
        ask(page, prompt)
        expect(page.locator("#rp-chat-0 [data-testid=user]").last).to_have_text(prompt)
        finished(page)
    expect(answers(page, 0)).to_have_count(2)
    expect(page.locator("#rp-chat-0 [data-testid=user]").first).to_have_text("First question")
    expect(answers(page, 0).last).to_be_in_viewport()
    page.get_by_role("button", name="Edit last prompt").click()
    box = page.get_by_label("Prompt", exact=True)
    expect(box).to_have_value("Second question")
    ask(page, "Another second question")
    expect(page.locator("#rp-chat-0 [data-testid=user]").last).to_have_text("Another second question")
    finished(page)
    expect(page.locator("#rp-chat-0 [data-testid=user]")).to_have_count(2)
    expect(box).to_have_value("")
    last = requests_of(compare_app, models[1])[-1].body["messages"]
    assert [message["content"] for message in last] == ["First question", text_of(4), "Another second question"]


def test_files_are_refused_with_the_reason_or_shown_with_what_was_done(open_compare: OpenPage, tmp_path: Path) -> None:
    page = open_compare()
    picture, lying = tmp_path / "red.png", tmp_path / "report.pdf"
    Image.new("RGB", (3000, 1500), "red").save(picture)
    lying.write_bytes(picture.read_bytes())
    page.set_input_files("[data-attach]", lying)
    expect(page.locator(".rp-attached")).to_contain_text("report.pdf")
    expect(page.locator(".rp-attached .is-error")).to_be_visible()
    page.set_input_files("[data-attach]", picture)
    expect(page.locator(".rp-attachment")).to_contain_text(re.compile(r"Image red\.png 2,048 × 1,024 pixels, \d+ KiB"))
    expect(page.locator(".rp-attached")).to_contain_text("scaled down from 3,000 × 1,500")
    expect(head(page, 2)).to_contain_text("does not take images")
    expect(head(page, 2)).to_have_class(re.compile("is-refused"))
    page.get_by_role("button", name="Remove the attachment").click()
    expect(head(page, 2)).not_to_have_class(re.compile("is-refused"))


def test_whatever_an_llm_writes_is_harmless(open_compare: OpenPage, compare_app: CompareApp) -> None:
    page = open_compare()
    chunk = {"model": "<b>x</b>", "choices": [{"index": 0, "delta": {"content": ATTACK}}]}
    compare_app.provider.behave(words=1, junk=json.dumps(chunk), answered_by="<b>x</b>")
    own = add_endpoint(page, compare_app.provider, "attacker")
    choose(page, own, "smollm2-135m")
    typed = "<script>window.hit = 6</script> {{this}} ${1+1}"
    ask(page, typed)
    expect(answers(page, 0).locator("strong")).to_have_text("bold")
    expect(answers(page, 0).locator("img[alt=leak]")).to_have_count(1)
    expect(facts(page, 0)).to_contain_text("<b>x</b>")
    for link in answers(page, 0).locator("a").all():
        assert not str(link.get_attribute("href")).lower().startswith("javascript")
    assert page.evaluate("window.hit") is None
    assert answers(page, 0).locator("script, iframe, [onerror], [onload]").count() == 0
    expect(page.locator("#rp-chat-0 [data-testid=user]")).to_have_text(
        "<script>window.hit = 6</script> {{this}} ${1+1}"
    )
    expect(page.locator("body")).to_be_visible()


def test_four_columns_on_a_phone_do_not_widen_the_page(open_compare: OpenPage) -> None:
    page = open_compare(width=390)
    changed(page, "columns", "4")
    expect(page.locator("[data-head]")).to_have_count(4)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    last = head(page, 3)
    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport()


def test_an_empty_prompt_is_refused_and_the_page_goes_on(open_compare: OpenPage, compare_app: CompareApp) -> None:
    page = open_compare()
    own = add_endpoint(page, compare_app.provider, "words=2,answered_by=empty")
    choose(page, own, "smollm2-135m")
    ask(page, "   ")
    expect(page.locator(".rp-notices")).to_contain_text("The prompt is empty.")
    ask(page, "سلام، حال شما چطور است؟")
    expect(answers(page, 0).last).to_have_text(text_of(2).strip())
    expect(page.locator(".rp-notices")).to_be_empty()
    prompt = page.locator("#rp-chat-0 [data-testid=user] p")
    assert prompt.evaluate("(p) => getComputedStyle(p).unicodeBidi") == "plaintext"


def test_a_long_conversation_stays_at_its_end_and_draws_earlier_turns_once(
    open_compare: OpenPage, compare_app: CompareApp
) -> None:
    page = open_compare()
    models = [f"words=120,every_ms=5,answered_by=long-{side}" for side in ("a", "b")]
    choose(page, *[add_endpoint(page, compare_app.provider, model) for model in models])
    for number in range(3):
        ask(page, f"Question {number}")
        expect(page.locator("#rp-chat-0 [data-testid=user]").last).to_have_text(f"Question {number}")
        if number == 2:
            page.evaluate(
                """() => {
                  window.redrawn = 0;
                  const first = document.querySelector("#rp-chat-0 [data-testid=bot]");
                  new MutationObserver(() => window.redrawn++).observe(first, { subtree: true, childList: true });
                }"""
            )
        finished(page)
    expect(answers(page, 0)).to_have_count(3)
    assert page.evaluate("window.redrawn") == 0, "an earlier answer was drawn anew while the last one grew"
    scrolled = page.locator("#rp-chat-0").evaluate("(talk) => [talk.scrollHeight > talk.clientHeight, talk.scrollTop]")
    assert scrolled == [True, 0], "0 is the end of a reversed scroller"


def test_a_reload_keeps_draft_and_controls_and_warns_of_what_it_loses(
    open_compare: OpenPage, compare_app: CompareApp
) -> None:
    page = open_compare()
    asked: list[str] = []

    def noted(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", noted)
    changed(page, "columns", "4")
    page.locator("[name=temperature]").fill("0.7")
    page.locator("[name=temperature]").press("Tab")
    expect(page).to_have_url(re.compile("temperature=0.7"))
    box = page.get_by_label("Prompt", exact=True)
    box.fill("A prompt that is not finished")
    page.reload()
    ready(page)
    assert asked == [], "nothing is lost, so nothing is asked"
    expect(box).to_have_value("A prompt that is not finished")
    expect(page.locator("[name=temperature]")).to_have_value("0.7")
    expect(page.locator("select[name=columns]")).to_have_value("4")
    assert "not+finished" not in page.url
    page.goto(f"{compare_app.address}/benchmarks")
    page.goto(f"{compare_app.address}/compare")
    ready(page)
    expect(page.locator("[name=temperature]")).to_have_value("0.7")
    expect(box).to_have_value("A prompt that is not finished")
    page.locator(".rp-keys summary").click()
    page.locator("[data-key=groq]").fill("gsk-of-this-tab")
    page.keyboard.press("Enter")
    expect(page.locator("[data-bench]")).to_have_attribute("data-loses", "1")
    page.reload()
    ready(page)
    assert asked == ["beforeunload"]
    assert "gsk-of-this-tab" not in page.evaluate("JSON.stringify({...sessionStorage})")


def test_on_a_phone_the_column_that_answers_comes_into_view(open_compare: OpenPage) -> None:
    page = open_compare(width=390)
    assert page.locator("#rp-head-2").bounding_box()["x"] > 195  # type: ignore[index]
    ask(page, PROMPT)
    page.wait_for_function("document.querySelector('#rp-head-2').getBoundingClientRect().x < 100")
    finished(page)
