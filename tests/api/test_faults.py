"""What goes wrong at a provider reaches the caller under the right status, in the right shape, and without the key."""

import openai
import pytest
from fastapi.testclient import TestClient

from router_models import RouterPanel
from tests.api.serving import api_app, client_of, serving, settings
from tests.llms.misbehaving import KEY, Misbehaving

FAULTS = [
    ({"status": 401}, 401, "invalid_api_key"),
    ({"status": 402}, 402, "insufficient_quota"),
    ({"status": 429, "code": "insufficient_quota"}, 402, "insufficient_quota"),
    ({"status": 429, "retry_after": "120"}, 429, "rate_limit_exceeded"),
    ({"status": 404}, 404, "model_not_found"),
    ({"status": 400, "code": "context_length_exceeded"}, 422, "context_length_exceeded"),
    ({"status": 400, "code": "content_filter"}, 422, "content_filter"),
    ({"status": 400, "message": "no such field"}, 422, None),
    ({"status": 500}, 502, None),
    ({"kind": "text/html"}, 502, None),
    ({"junk": "not json"}, 502, None),
    ({"reset_after": 0}, 502, None),
    ({"reset_after": 2}, 502, None),
    ({"end_after": 2}, 502, None),
    ({"end_after": 0}, 502, None),
]
CHAT = {"model": "gpt-4.1", "messages": [{"role": "user", "content": "Why?"}]}


@pytest.mark.parametrize(("behaviour", "status", "code"), FAULTS, ids=str)
def test_a_fault_has_its_status(
    client: TestClient, server: Misbehaving, behaviour: dict[str, object], status: int, code: str | None
) -> None:
    server.behave(**behaviour)
    answer = client.post("/route", json={"prompt": "Why?"})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
    assert answer.json()["mend"]
    assert answer.headers.get("retry-after", "") == behaviour.get("retry_after", "")
    assert KEY not in answer.text


@pytest.mark.parametrize(("behaviour", "status", "code"), FAULTS, ids=str)
def test_under_v1_a_fault_has_openais_shape(
    client: TestClient, server: Misbehaving, behaviour: dict[str, object], status: int, code: str | None
) -> None:
    server.behave(**behaviour)
    answer = client.post("/v1/chat/completions", json=CHAT)
    assert answer.status_code == (400 if status == 422 else status)
    assert answer.json()["error"]["code"] == code
    assert answer.json()["error"]["message"]
    assert answer.headers.get("retry-after", "") == behaviour.get("retry_after", "")
    assert KEY not in answer.text


def test_a_slow_provider_is_a_time_out(panel: RouterPanel, server: Misbehaving) -> None:
    server.behave(first_ms=5_000)
    client = client_of(panel, server, first_token_timeout_s=0.2)
    assert client.post("/route", json={"prompt": "Why?"}).status_code == 504


def test_a_stream_that_fails_before_its_first_word_fails_by_its_status(client: TestClient, server: Misbehaving) -> None:
    server.behave(status=401)
    answer = client.post("/v1/chat/completions", json=CHAT | {"stream": True})
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "invalid_api_key"


def test_a_stream_that_breaks_later_says_so_and_keeps_what_came(panel: RouterPanel, server: Misbehaving) -> None:
    server.behave(words=5, reset_after=3)
    with serving(api_app(panel, settings(server))) as url:
        client = openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0)
        said = ""
        with pytest.raises(openai.APIError, match="middle of the answer"):
            for chunk in client.chat.completions.create(**CHAT, stream=True):  # type: ignore[call-overload]
                said += chunk.choices[0].delta.content or ""
    assert said == "Every answer of "


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (openai.AuthenticationError, 401),
        (openai.RateLimitError, 429),
        (openai.NotFoundError, 404),
        (openai.BadRequestError, 400),
        (openai.InternalServerError, 500),
    ],
)
def test_openais_client_raises_the_errors_it_raises_for_openai(
    panel: RouterPanel, server: Misbehaving, error: type[openai.APIStatusError], status: int
) -> None:
    server.behave(status=status)
    with serving(api_app(panel, settings(server))) as url:
        client = openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0)
        with pytest.raises(error):
            client.chat.completions.create(**CHAT)  # type: ignore[call-overload]


def test_every_failure_is_counted(client: TestClient, server: Misbehaving) -> None:
    server.behave(status=401)
    client.post("/v1/chat/completions", json=CHAT)
    figures = client.get("/metrics").text
    assert 'playground_provider_errors_total{kind="key",provider="openai"} 1.0' in figures
    assert 'playground_answers_total{llm="gpt-4.1",stop="failed"} 1.0' in figures


def test_keys_go_body_then_header_then_environment(client: TestClient, server: Misbehaving) -> None:
    def sent(body: dict[str, object] | None = None, **headers: str) -> str:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        client.post("/route", json={"prompt": "Why?"} | (body or {}), headers=named)
        return server.requests[-1].headers["authorization"].removeprefix("Bearer ")

    assert sent() == KEY
    assert sent(x_openai_api_key="sk-header") == "sk-header"
    assert sent({"openai_api_key": "sk-body"}, x_openai_api_key="sk-header") == "sk-body"
    assert sent(authorization="Bearer sk-bearer") == KEY, "only OpenAI's own clients send it so"


def test_openais_client_may_bring_its_own_key(client: TestClient, server: Misbehaving) -> None:
    for token, key in (("sk-mine", "sk-mine"), ("none", KEY)):
        client.post("/v1/chat/completions", json=CHAT, headers={"authorization": f"Bearer {token}"})
        assert server.requests[-1].headers["authorization"] == f"Bearer {key}"


@pytest.mark.parametrize("key", ["sk-al\npha", "sk-\u200balpha", "x" * 2000])
def test_a_key_that_is_none_is_refused_and_not_quoted(client: TestClient, key: str) -> None:
    answer = client.post("/route", json={"prompt": "Why?", "openai_api_key": key})
    assert answer.status_code == 422
    assert "alpha" not in answer.text
    assert "key" in answer.json()["detail"]


def test_without_a_key_the_mend_names_every_way_to_bring_one(keyless: TestClient) -> None:
    answer = keyless.post("/route", json={"prompt": "Why?", "pool": "measured"})
    assert answer.status_code == 401
    for way in ("openai_api_key", "x-openai-api-key", "OPENAI_API_KEY", "local"):
        assert way in answer.json()["mend"]
