"""Several people on the Label page: names, second opinions, conflicts."""

import sqlite3
from pathlib import Path

from playwright.sync_api import Route, expect

from tests.browser.conftest import OpenPage
from tests.browser.labelling import empty_store_of_app, import_pasted, label, label_page, labels_in, open_tab, ready

empty_store, visit = empty_store_of_app, label_page


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
    expect(bashir.locator("[data-told]")).to_contain_text(f"“{disputed}” is settled as 1 · Simple.")
    bashir.get_by_text("1 settled").click()
    expect(conflict).to_contain_text("Settled as")
    expect(conflict).to_contain_text("It is one step.")
    with sqlite3.connect(empty_store) as connection:
        rows = connection.execute("SELECT source, tier FROM labels ORDER BY number").fetchall()
    assert rows[-1] == ("adjudicated", 1)
    assert len(rows) == 9


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
