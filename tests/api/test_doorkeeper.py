"""Tokens, rate limits and sizes: who may call, how often, and with how much."""

from ipaddress import ip_address

import pytest
from fastapi.testclient import TestClient

from api.__main__ import main
from api.tokens import hash_token, holder_of, new_token
from router_models import RouterPanel
from settings import ApiToken, Settings
from tests.api.serving import api_app, settings

ANN, BEN = new_token(), new_token()
TOKENS = (
    ApiToken(name="ann", sha256=hash_token(ANN), per_minute=3),
    ApiToken(name="ben", sha256=hash_token(BEN), per_minute=0),
)
ASK = {"text": "Hi", "router": "random"}


def client_from(panel: RouterPanel, address: str = "203.0.113.7", **options: object) -> TestClient:
    app = api_app(panel, settings(**options))
    return TestClient(app, raise_server_exceptions=False, client=(address, 50_000))


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@pytest.mark.parametrize("path", ["/models", "/api/routers", "/v1/models", "/metrics", "/api/info"])
def test_with_tokens_set_nothing_but_health_is_open(panel: RouterPanel, path: str) -> None:
    client = client_from(panel, api_tokens=TOKENS)
    refused = client.get(path)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    assert "token" in refused.text
    assert client.get(path, headers=bearer(new_token())).status_code == 401
    assert client.get(path, headers={"authorization": f"Basic {BEN}"}).status_code == 401
    assert client.get(path, headers=bearer(BEN)).status_code == 200
    assert client.get("/health").status_code == 200


def test_every_token_has_its_own_limit(panel: RouterPanel) -> None:
    client = client_from(panel, api_tokens=TOKENS)
    statuses = [client.post("/predict", json=ASK, headers=bearer(ANN)).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    refused = client.post("/predict", json=ASK, headers=bearer(ANN))
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert "this token" in refused.json()["detail"]
    assert [client.post("/predict", json=ASK, headers=bearer(BEN)).status_code for _ in range(4)] == [200] * 4


def test_nobody_may_guess_tokens_for_ever(panel: RouterPanel) -> None:
    client = client_from(panel, api_tokens=TOKENS, api_requests_per_minute=3)
    statuses = [client.get("/models", headers=bearer(f"guess-{number}")).status_code for number in range(4)]
    assert statuses == [401, 401, 401, 429]
    assert client.get("/models", headers=bearer(BEN)).status_code == 200


def test_every_address_has_its_own_limit(panel: RouterPanel) -> None:
    app = api_app(panel, settings(api_requests_per_minute=2))

    def statuses(address: str) -> list[int]:
        client = TestClient(app, client=(address, 50_000))
        return [client.post("/predict", json=ASK).status_code for _ in range(3)]

    assert statuses("203.0.113.7") == [200, 200, 429]
    assert statuses("203.0.113.8") == [200, 200, 429]
    assert statuses("2001:db8::1") == [200, 200, 429]
    assert statuses("2001:db8::2") == [429, 429, 429], "the same network of one subscriber"
    assert statuses("127.0.0.1") == [200, 200, 200], "this machine"
    assert ip_address("127.0.0.1").is_loopback


def test_under_v1_a_refusal_has_openais_shape(panel: RouterPanel) -> None:
    refused = client_from(panel, api_tokens=TOKENS).get("/v1/models")
    assert refused.json()["error"]["type"] == "authentication_error"
    limited = client_from(panel, api_requests_per_minute=1)
    limited.get("/v1/models")
    assert limited.get("/v1/models").json()["error"]["code"] == "rate_limit_exceeded"


@pytest.mark.parametrize("path", ["/predict", "/v1/chat/completions", "/api/decide", "/route"])
def test_a_body_that_is_too_large_is_not_read(panel: RouterPanel, path: str) -> None:
    client = client_from(panel, api_body_mib=1)
    body = b'{"text": "' + b"x" * 2 * 1024**2 + b'"}'
    stated = client.post(path, content=body, headers={"content-type": "application/json"})
    assert stated.status_code == 413
    assert "1 MiB" in stated.text
    chunks = (body[start : start + 2**16] for start in range(0, len(body), 2**16))
    chunked = client.post(path, content=chunks, headers={"content-type": "application/json"})
    assert chunked.status_code == 413
    assert client.post("/predict", json=ASK).status_code == 200


def test_pages_are_not_the_doorkeepers(panel: RouterPanel) -> None:
    assert client_from(panel, api_tokens=TOKENS).get("/docs").status_code == 200


def test_a_token_is_known_by_its_hash_alone() -> None:
    assert holder_of(ANN, TOKENS) == TOKENS[0]
    assert holder_of(BEN, TOKENS) == TOKENS[1]
    for wrong in ("", ANN[:-1], ANN + "x", TOKENS[0].sha256, "\ud800"):
        assert holder_of(wrong, TOKENS) is None
    assert ANN not in repr(TOKENS)


def test_tokens_are_made_on_the_command_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["token", "ci", "--per-minute", "60"]) == 0
    shown, setting = capsys.readouterr().out.strip().splitlines()
    token = shown.rpartition(" ")[2]
    name, _, value = setting.partition("=")
    monkeypatch.setenv(name, value.strip("'"))
    kept = Settings(_env_file=None).api_tokens
    assert holder_of(token, kept) == ApiToken(name="ci", sha256=hash_token(token), per_minute=60)
    assert token not in setting


def test_a_name_that_no_log_can_hold_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token", "two words"]) == 1
    assert "name" in capsys.readouterr().err


def test_no_web_page_may_call_unless_it_is_named(panel: RouterPanel) -> None:
    origin = {"origin": "https://example.org"}
    ask = origin | {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    closed = client_from(panel)
    assert "access-control-allow-origin" not in closed.post("/predict", json=ASK, headers=origin).headers
    assert closed.options("/predict", headers=ask).status_code == 405
    named = client_from(panel, api_origins=("https://example.org",), api_tokens=TOKENS)
    assert named.options("/predict", headers=ask).headers["access-control-allow-origin"] == "https://example.org"
    answer = named.post("/predict", json=ASK, headers=origin | bearer(BEN))
    assert answer.headers["access-control-allow-origin"] == "https://example.org"
    assert "x-router-cache" in answer.headers["access-control-expose-headers"]
    other = named.post("/predict", json=ASK, headers={"origin": "https://example.com"} | bearer(BEN))
    assert "access-control-allow-origin" not in other.headers
