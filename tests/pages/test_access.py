"""Sign-in and roles on a real server: pages, events called by hand, cookies."""

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import httpx
import pytest

from feedback.accounts import Accounts
from feedback.identity import BROWSER_COOKIE, SESSION_COOKIE
from feedback.signed_cookie import CookieSigner
from pages._components import PAGES
from settings import Settings
from tests.pages.guarded_app import ADMIN, LABELLER, LEFT, browsing, call, settings_with_users, sign_in

ADDRESSES = count(1)
EVENTS = ("label_who", "label_at_once", "label_stream", "learn_who", "judge_who", "usage_who")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_with_users(tmp_path_factory.mktemp("users"))


@pytest.fixture(scope="module")
def served(settings: Settings) -> Iterator[str]:
    with browsing(settings) as browser:
        yield str(browser.base_url)


@pytest.fixture
def browser(served: str) -> Iterator[httpx.Client]:
    """A browser on an address of its own, as tries to sign in are counted by address."""
    own = httpx.HTTPTransport(local_address=f"127.0.1.{next(ADDRESSES)}")
    with httpx.Client(base_url=served, timeout=30, transport=own) as browser:
        yield browser


def test_a_stranger_sees_what_is_public_and_is_asked_to_sign_in_elsewhere(browser: httpx.Client) -> None:
    assert browser.get("/").status_code == 200
    assert "/sign-in" in browser.get("/config").text, "every page leads there"
    for path in ("/label", "/usage", "/usage/", "/LABEL"):
        refused = browser.get(path)
        assert refused.status_code == 401
        assert "Sign in" in refused.text
        assert f'name="next" value="{path}"' in refused.text


def test_the_sign_in_page_names_just_the_pages_that_are_open(browser: httpx.Client) -> None:
    said = re.search(r"([\w, ]+) need no sign-in", browser.get("/sign-in").text)
    assert said is not None
    named = re.split(", | and ", said[1])
    assert named == [page.title for page in PAGES if browser.get(page.path).status_code != 401]
    assert 3 < len(named) < len(PAGES)


@pytest.mark.parametrize("event", EVENTS)
def test_a_stranger_who_calls_an_event_by_hand_is_refused(browser: httpx.Client, event: str) -> None:
    assert call(browser, event).startswith("!Only who has signed in may")
    assert call(browser, "route_who").startswith("tab:")


def test_a_labeller_labels_and_does_nothing_else(browser: httpx.Client) -> None:
    entered = sign_in(browser, LABELLER)
    assert (entered.status_code, entered.headers["location"]) == (303, "/label")
    assert browser.get("/label").status_code == 200
    assert "ann may not see how the app is used" in browser.get("/usage").text
    assert call(browser, "label_who").endswith(" ann")
    assert call(browser, "label_at_once").endswith(" ann")
    assert not call(browser, "label_stream").startswith("!")
    for event in ("learn_who", "judge_who", "usage_who"):
        assert call(browser, event).startswith("!ann may not")


def test_an_admin_may_do_everything(browser: httpx.Client) -> None:
    sign_in(browser, ADMIN, "/usage")
    assert browser.get("/usage").status_code == browser.get("/label").status_code == 200
    assert {call(browser, event).partition(" ")[2] for event in EVENTS if event != "label_stream"} == {"bob"}


def test_the_pseudonym_of_who_signed_in_is_not_the_name(browser: httpx.Client) -> None:
    sign_in(browser, LABELLER)
    author = call(browser, "label_who").partition(" ")[0]
    assert author.startswith("user:")
    assert "ann" not in author


def test_a_wrong_password_and_an_unknown_name_are_told_alike(browser: httpx.Client) -> None:
    wrong = sign_in(browser, ("ann", "correct horse batterie"))
    unknown = sign_in(browser, ("anna", "correct horse battery"))
    assert wrong.status_code == unknown.status_code == 401
    assert "do not belong together" in wrong.text
    assert SESSION_COOKIE not in browser.cookies
    assert "correct horse" not in wrong.text + unknown.text


def test_signing_out_takes_the_role_away(browser: httpx.Client) -> None:
    sign_in(browser, LABELLER)
    assert browser.post("/sign-out").status_code == 303
    assert browser.get("/label").status_code == 401


@pytest.mark.parametrize("secret", ["", "another secret"])
def test_a_forged_cookie_is_worth_nothing(browser: httpx.Client, secret: str) -> None:
    forged = CookieSigner(secret, "session").sign({"way": "password", "name": "bob", "of": ""})
    for value in (forged, f"{forged}x", "bob", '{"name": "bob"}', "", "\u00fc" * 10):
        answer = browser.get("/usage", headers={"cookie": f"{SESSION_COOKIE}={value}".encode()})
        assert answer.status_code == 401


def test_a_cookie_of_one_user_cannot_be_turned_into_that_of_another(browser: httpx.Client) -> None:
    sign_in(browser, LABELLER)
    payload, _, signature = browser.cookies[SESSION_COOKIE].partition(".")
    sign_in(browser, ADMIN)
    other = browser.cookies[SESSION_COOKIE].partition(".")[0]
    browser.cookies.clear()
    assert payload != other
    assert browser.get("/usage", headers={"cookie": f"{SESSION_COOKIE}={other}.{signature}"}).status_code == 401


def test_cookies_are_out_of_scripts_reach(browser: httpx.Client) -> None:
    browser.get("/")
    session = sign_in(browser, LABELLER).headers["set-cookie"]
    pseudonym = httpx.get(str(browser.base_url)).headers["set-cookie"]
    assert session.startswith(SESSION_COOKIE)
    assert pseudonym.startswith(BROWSER_COOKIE)
    for cookie in (session, pseudonym):
        assert {"httponly", "samesite=lax", "path=/"} <= set(cookie.lower().split("; "))


def test_a_browser_keeps_its_pseudonym_and_is_told_none_where_it_asks_for_data(browser: httpx.Client) -> None:
    assert "set-cookie" not in browser.get("/config").headers
    browser.get("/")
    first = call(browser, "route_who")
    assert first.startswith("browser:")
    assert browser.cookies[BROWSER_COOKIE] not in first
    assert "set-cookie" not in browser.get("/").headers
    assert call(browser, "route_who") == first


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("https://elsewhere.example/x", "/"),
        ("//elsewhere.example", "/"),
        ("\\\\elsewhere.example", "/"),
        ("//[", "/"),
        ("/label?x=1", "/label?x=1"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nset-cookie: b", "/aset-cookie:%20b"),
    ],
)
def test_signing_in_leads_nowhere_else(browser: httpx.Client, wanted: str, led_to: str) -> None:
    assert sign_in(browser, LABELLER, wanted).headers["location"] == led_to


def test_another_site_can_neither_sign_in_nor_out(browser: httpx.Client) -> None:
    form = {"name": LABELLER[0], "password": LABELLER[1]}
    for foreign in ({"sec-fetch-site": "cross-site"}, {"origin": "http://elsewhere.example"}, {"origin": "null"}):
        assert browser.post("/sign-in", data=form, headers=foreign).status_code == 403
        assert browser.post("/sign-out", headers=foreign).status_code == 403
    own = {"origin": str(browser.base_url).rstrip("/")}
    assert browser.post("/sign-in", data=form, headers=own).status_code == 303


def test_a_form_that_is_too_long_is_refused(browser: httpx.Client) -> None:
    assert browser.post("/sign-in", content=b"name=" + b"a" * 100_000).status_code == 422


def test_who_tries_too_often_must_wait(tmp_path: Path) -> None:
    with browsing(settings_with_users(tmp_path)) as browser:
        tries = [sign_in(browser, ("ann", f"not the password {number}")).status_code for number in range(6)]
        assert tries == [401] * 5 + [429]
        assert sign_in(browser, LABELLER).status_code == 429
        assert "Try again in" in sign_in(browser, LABELLER).text
        assert sign_in(browser, ADMIN).status_code == 303


def test_a_new_password_or_role_and_a_removed_user_count_at_once(tmp_path: Path) -> None:
    settings = settings_with_users(tmp_path)
    accounts = Accounts(tmp_path / "users.json")
    with browsing(settings) as browser:
        sign_in(browser, ADMIN)
        assert browser.get("/usage").status_code == 200
        accounts.put("bob", "labeller", ADMIN[1])
        assert browser.get("/usage").status_code == 401  # a new hash, so a new sign-in
        sign_in(browser, ADMIN)
        assert browser.get("/usage").status_code == 403
        accounts.remove("bob")
        assert browser.get("/label").status_code == 401


def test_sessions_survive_a_restart(tmp_path: Path) -> None:
    with browsing(settings_with_users(tmp_path)) as browser:
        sign_in(browser, LABELLER)
        cookie = browser.cookies[SESSION_COOKIE]
    again = Settings(_env_file=None, data_dir=tmp_path / "data", auth_file=tmp_path / "users.json")
    with browsing(again) as browser:
        assert browser.get("/label", headers={"cookie": f"{SESSION_COOKIE}={cookie}"}).status_code == 200


def test_a_missing_file_of_users_lets_nobody_in_and_says_so(tmp_path: Path) -> None:
    missing = Settings(_env_file=None, data_dir=tmp_path, auth_file=tmp_path / "gone.json")
    with browsing(missing) as browser:
        assert browser.get("/label").status_code == 401
        answer = sign_in(browser, LABELLER)
        assert answer.status_code == 503
        assert "AUTH_FILE" in answer.text


def test_without_sign_in_everything_is_open(tmp_path: Path) -> None:
    with browsing(Settings(_env_file=None, data_dir=tmp_path)) as browser:
        assert browser.get("/label").status_code == browser.get("/usage").status_code == 200
        assert call(browser, "learn_who").startswith("browser:")
        assert "/sign-in" not in browser.get("/config").text
        assert "Nobody has to sign in" in browser.get("/sign-in").text


def test_a_stranger_who_closes_a_tab_is_no_error_and_runs_nothing(browser: httpx.Client) -> None:
    """Gradio runs what a page does when a tab is closed for every tab, also of other pages."""

    def close() -> httpx.Response:
        events = browser.get("/config", params={"page": "label"}).json()["dependencies"]
        number = next(event["id"] for event in events if ["unload"] in [target[1:] for target in event["targets"]])
        body = {"fn_index": number, "data": [], "session_hash": "abcdefgh"}
        return browser.post("/gradio_api/run/predict", json=body)

    LEFT.clear()
    assert close().is_success
    assert LEFT == []
    sign_in(browser, LABELLER)
    assert close().is_success
    assert LEFT == ["ann"]
