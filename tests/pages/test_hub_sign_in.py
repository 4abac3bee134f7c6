"""Signing in with the Hub, whose place a stand-in takes: gradio's OAuth and ours, over HTTP."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio import oauth

from errors import PlaygroundError
from feedback.identity import SESSION_COOKIE, NoWayInError, identity_of
from settings import Settings
from tests.api.serving import serving
from tests.pages.guarded_app import guarded_app
from tests.pages.openid_provider import CLIENT, SECRET, Provider


class Browser:
    """Follows redirects and keeps every cookie: Python's own jar would not send secure ones to this machine."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.cookies: dict[str, str] = {}
        self.set: list[str] = []

    def get(self, address: str) -> httpx.Response:
        for _ in range(8):
            whole = str(httpx.URL(self.base).join(address))
            own = whole.startswith(self.base)
            cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items()) if own else ""
            answer = httpx.get(whole, headers={"cookie": cookie} if cookie else {}, timeout=30)
            for header in answer.headers.get_list("set-cookie") if own else ():
                self.set.append(header)
                for name, morsel in SimpleCookie(header).items():
                    self.cookies[name] = morsel.value
                    if morsel["expires"].startswith("Thu, 01 Jan 1970"):
                        del self.cookies[name]
            if not answer.is_redirect:
                return answer
            address = answer.headers["location"]
        raise AssertionError("it leads round in a circle")


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def space(provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Serves the app as in a Space of `owner`; gives a browser."""
    with serving(provider.app()) as address:
        monkeypatch.setenv("SYSTEM", "spaces")
        monkeypatch.setenv("SPACE_ID", "owner/playground")
        monkeypatch.delenv("SPACE_HOST", raising=False)
        monkeypatch.setattr(oauth, "OAUTH_CLIENT_ID", CLIENT)
        monkeypatch.setattr(oauth, "OAUTH_CLIENT_SECRET", SECRET)
        monkeypatch.setattr(oauth, "OAUTH_SCOPES", "openid profile")
        monkeypatch.setattr(oauth, "OPENID_PROVIDER_URL", address)

        @contextmanager
        def visit(**options: Any) -> Iterator[Browser]:
            settings = Settings(
                _env_file=None,
                data_dir=tmp_path,
                oauth_client_id=CLIENT,
                openid_provider_url=address,
                space_id="owner/playground",
                space_author_name="owner",
                **options,
            )
            with serving(guarded_app(settings)) as base:
                yield Browser(base)

        yield visit


def enter(browser: Browser, page: str = "/label") -> httpx.Response:
    """From the page that is refused, by its link to the Hub, and back."""
    refused = browser.get(page)
    assert refused.status_code == 401
    link = refused.text.partition("Sign in with Hugging Face")[0].rpartition('href="')[2].partition('"')[0]
    return browser.get(link.replace("&amp;", "&"))


def test_an_allowed_user_labels_and_no_more(space: Callable[..., Any]) -> None:
    with space(allowed_users=("Ann",)) as browser:
        assert enter(browser).status_code == 200
        assert "ann may not see" in browser.get("/usage").text


def test_roles_are_written_behind_names(space: Callable[..., Any]) -> None:
    with space(allowed_users=("ann:admin",)) as browser:
        assert enter(browser, "/usage").status_code == 200


def test_an_organisation_lets_its_members_in(space: Callable[..., Any], provider: Provider) -> None:
    provider.organisations = ("others", "lab")
    with space(allowed_organisations=("lab:admin",)) as browser:
        assert enter(browser, "/usage").status_code == 200


def test_an_organisation_is_known_by_its_address_and_not_by_what_it_calls_itself(
    space: Callable[..., Any], provider: Provider
) -> None:
    provider.organisations, provider.display_names = ("impostors",), ("lab",)
    with space(allowed_organisations=("lab",)) as browser:
        refused = enter(browser)
        assert refused.status_code == 403
        assert "ann of the Hub has no role here" in refused.text


def test_the_owner_of_the_space_is_an_admin_and_nobody_else_gets_in(
    space: Callable[..., Any], provider: Provider
) -> None:
    with space() as browser:
        assert enter(browser).status_code == 403
        provider.name = "owner"
        assert enter(Browser(browser.base), "/usage").status_code == 200


def test_the_hubs_token_is_not_kept_in_a_cookie(space: Callable[..., Any], provider: Provider) -> None:
    with space(allowed_users=("ann",)) as browser:
        enter(browser)
        assert set(browser.cookies) == {SESSION_COOKIE, "rp_visitor"}
        assert provider.tokens
        assert provider.tokens[0] not in str(browser.cookies)


def test_a_frame_on_the_hubs_site_gets_the_cookies(space: Callable[..., Any]) -> None:
    with space(allowed_users=("ann",)) as browser:
        enter(browser)
        session = [header.lower() for header in browser.set if header.startswith(SESSION_COOKIE)]
        assert session
        assert {"httponly", "secure", "samesite=none"} <= set(session[-1].split("; "))


def test_a_hub_that_does_not_answer_is_named(space: Callable[..., Any], provider: Provider) -> None:
    provider.silent = True
    with space(allowed_users=("ann",)) as browser:
        refused = enter(browser)
        assert refused.status_code == 503
        assert "does not say who you are" in refused.text


def test_coming_back_without_having_been_there_is_refused(space: Callable[..., Any]) -> None:
    with space(allowed_users=("ann",)) as browser:
        assert browser.get("/sign-in/hub").status_code == 403


def test_names_that_nobody_could_sign_in_as_stop_the_app(tmp_path: Path) -> None:
    with pytest.raises(NoWayInError, match="ALLOWED_USERS"):
        identity_of(Settings(_env_file=None, data_dir=tmp_path, allowed_users=("ann",)))


def test_a_role_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(PlaygroundError, match="ann:king"):
        identity_of(Settings(_env_file=None, data_dir=tmp_path, allowed_users=("ann:king",)))
