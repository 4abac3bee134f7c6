"""Other sites' pages: what browsers say of them, and that they run no events."""

from collections.abc import Iterator

import httpx
import pytest
from starlette.datastructures import Headers

from pages._same_site import from_another_site
from tests.pages.guarded_app import ADMIN, browsing, call, settings_with_users, sign_in

HOST = {"host": "app.example:7860"}
ELSEWHERE = [
    {"sec-fetch-site": "cross-site", "origin": "https://elsewhere.example"},
    {"sec-fetch-site": "same-site", "origin": "https://elsewhere.app.example"},
    {"origin": "http://elsewhere.example"},
    {"origin": "null"},
]


@pytest.fixture(scope="module")
def admin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The browser of an admin of a Space."""
    with browsing(settings_with_users(tmp_path_factory.mktemp("users"))) as browser:
        assert sign_in(browser, ADMIN).status_code == 303
        yield browser


@pytest.mark.parametrize(
    ("headers", "foreign"),
    [
        ({}, False),
        ({"sec-fetch-site": "same-origin", "origin": "https://behind.a.proxy"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"sec-fetch-site": "cross-site"}, True),
        ({"sec-fetch-site": "same-site"}, True),
        ({"sec-fetch-site": ""}, True),
        ({"origin": "http://app.example:7860"}, False),
        ({"origin": "http://APP.example:7860"}, False),
        ({"origin": "http://app.example"}, True),
        ({"origin": "http://app.example.elsewhere.example:7860"}, True),
        ({"origin": "http://elsewhere.example"}, True),
        ({"origin": "null"}, True),
        ({"origin": ""}, True),
        ({"origin": "http://["}, True),
        ({"origin": "https://public.example", "x-forwarded-host": "public.example, inner"}, False),
        ({"origin": "https://elsewhere.example", "x-forwarded-host": "public.example"}, True),
    ],
)
def test_another_site_is_told_from_the_app(headers: dict[str, str], foreign: bool) -> None:
    assert from_another_site(Headers({**HOST, **headers})) is foreign


@pytest.mark.parametrize("headers", ELSEWHERE)
def test_another_site_runs_no_event_of_an_admin_and_reads_nothing(admin: httpx.Client, headers: dict[str, str]) -> None:
    body = {"fn_index": 0, "data": [], "session_hash": "abcdefgh"}
    for path in ("queue/join", "run/learn_who", "api/learn_who", "call/learn_who", "component_server", "upload"):
        refused = admin.post(f"/gradio_api/{path}", json=body, headers=headers)
        assert (refused.status_code, "Another site" in refused.text) == (403, True), path
        assert "access-control-allow-origin" not in refused.headers
    for path in ("queue/data?session_hash=abcdefgh", "call/learn_who/abcdefgh", "file=x.zip", "heartbeat/abcdefgh"):
        assert admin.get(f"/gradio_api/{path}", headers=headers).status_code == 403, path


@pytest.mark.parametrize("headers", ELSEWHERE)
def test_another_site_is_not_told_that_it_may_ask(admin: httpx.Client, headers: dict[str, str]) -> None:
    asking = headers | {"access-control-request-method": "POST", "access-control-request-headers": "x-forwarded-host"}
    answer = admin.options("/gradio_api/queue/join", headers=asking)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_what_is_public_stays_so_and_the_app_itself_runs_events(admin: httpx.Client) -> None:
    for path in ("/", "/gradio_api/info", "/gradio_api/theme.css"):
        assert admin.get(path, headers=ELSEWHERE[0]).status_code == 200, path
    assert call(admin, "learn_who").endswith(" bob")
    own = {"sec-fetch-site": "same-origin", "origin": str(admin.base_url).rstrip("/")}
    admin.headers.update(own)
    assert call(admin, "learn_who").endswith(" bob")
    assert call(admin, "label_at_once").endswith(" bob")
