"""The OpenAI-compatible API against a stand-in provider: what goes out, what comes back, and who answers."""

import base64
import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.llms.attached_files import photo
from tests.llms.misbehaving import Misbehaving, text_of

EASY, HARD = "Say hello.", "Prove that the square root of 2 is irrational, and generalise it to every prime number."
IMAGE = f"data:image/jpeg;base64,{base64.b64encode(photo('JPEG')).decode()}"
TOOL = {
    "type": "function",
    "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}},
}


def user(text: str | list[dict[str, Any]]) -> dict[str, Any]:
    return {"role": "user", "content": text}


def ask(client: TestClient, *messages: dict[str, Any], model: str = "gpt-4.1", headers: Any = None, **more: Any) -> Any:
    body = {"model": model, "messages": list(messages) or [user(EASY)], **more}
    return client.post("/v1/chat/completions", json=body, headers=headers)


def chunks(text: str) -> list[dict[str, Any]]:
    """The chunks of a stream, which must end as OpenAI's do."""
    events = text.split("\n\n")
    assert events[-2:] == ["data: [DONE]", ""]
    assert all(event.startswith("data: ") for event in events[:-1])
    return [json.loads(event.removeprefix("data: ")) for event in events[:-2]]


def test_an_answer_has_openais_shape(client: TestClient, server: Misbehaving) -> None:
    server.behave(words=4, answered_by="gpt-4.1-2025-04-14", hidden=3, cached=600)
    answer = ask(client)
    body = answer.json()
    assert body["object"] == "chat.completion"
    assert body["id"].startswith("chatcmpl-")
    assert body["model"] == "gpt-4.1-2025-04-14"
    (choice,) = body["choices"]
    assert choice["message"] == {"role": "assistant", "content": text_of(4), "refusal": None}
    assert choice["finish_reason"] == "stop"
    assert body["usage"] == {
        "prompt_tokens": 1000,
        "completion_tokens": 7,
        "total_tokens": 1007,
        "prompt_tokens_details": {"cached_tokens": 600},
        "completion_tokens_details": {"reasoning_tokens": 3},
    }
    assert answer.headers["x-router-llm"] == "gpt-4.1"
    assert float(answer.headers["x-router-cost-usd"]) > 0
    assert "x-router-id" not in answer.headers


def test_a_stream_has_openais_shape(client: TestClient, server: Misbehaving) -> None:
    server.behave(words=3, thinks=1, answered_by="gpt-4.1-2025-04-14")
    answer = ask(client, stream=True, stream_options={"include_usage": True})
    assert answer.headers["content-type"].startswith("text/event-stream")
    parts = chunks(answer.text)
    assert {(part["object"], part["id"], part["model"]) for part in parts} == {
        ("chat.completion.chunk", parts[0]["id"], "gpt-4.1-2025-04-14")
    }
    deltas = [part["choices"][0]["delta"] for part in parts if part["choices"]]
    assert deltas[0] == {"role": "assistant", "content": "", "refusal": None}
    assert deltas[-1] == {}
    assert "".join(delta.get("reasoning_content", "") for delta in deltas) == "Every "
    assert "".join(delta.get("content", "") for delta in deltas) == "answer of "
    assert [part["choices"][0]["finish_reason"] for part in parts[:-1]] == [None] * (len(parts) - 2) + ["stop"]
    assert all(part["usage"] is None for part in parts[:-1])
    assert parts[-1]["choices"] == []
    assert parts[-1]["usage"]["total_tokens"] == 1003
    assert parts[-1]["usage"]["cost_usd"] > 0


def test_usage_is_told_in_a_stream_only_on_demand(client: TestClient) -> None:
    assert all("usage" not in part and part["choices"] for part in chunks(ask(client, stream=True).text))


@pytest.mark.parametrize(("finish", "told"), [("length", "length"), ("content_filter", "content_filter")])
def test_the_reason_for_ending_is_passed_on(client: TestClient, server: Misbehaving, finish: str, told: str) -> None:
    server.behave(finish=finish)
    assert ask(client).json()["choices"][0]["finish_reason"] == told
    assert chunks(ask(client, stream=True).text)[-1]["choices"][0]["finish_reason"] == told


def test_the_router_picks_and_the_headers_say_why(client: TestClient, server: Misbehaving) -> None:
    answer = ask(client, user(HARD), model="router-encoder-quality-0.1@pool=measured")
    headers = answer.headers
    assert headers["x-router-id"] == "encoder-quality"
    assert headers["x-router-route"] == "strong"
    assert headers["x-router-llm"] == server.requests[-1].body["model"] == "gpt-4o"
    assert headers["x-router-threshold"] == "0.1"
    assert headers["x-router-pool"] == "Measured"
    assert 0.1 <= float(headers["x-router-score"]) <= 1
    assert "P(strong)" in headers["x-router-reason"]
    assert float(headers["x-router-estimated-cost-usd"]) > 0
    assert ask(client, user(HARD), model="router-encoder-quality-1").headers["x-router-llm"] == "gpt-4.1-nano"


def test_the_cost_weight_in_the_name_counts(client: TestClient) -> None:
    free = ask(client, user(HARD), model="router-matrix-factorization@cost=0,pool=measured").headers
    dear = ask(client, user(HARD), model="router-matrix-factorization@cost=1,pool=measured").headers
    assert free["x-router-llm"] in {"o1-mini", "gpt-4o"}
    assert dear["x-router-llm"] == "gpt-4o-mini"


def test_a_conversation_stays_with_its_llm_unless_asked_otherwise(client: TestClient) -> None:
    model = "router-prompt-length"
    said = {"role": "assistant", "content": "Hello!"}
    long = user(" ".join([HARD] * 30))
    first = ask(client, user(EASY), model=model).headers["x-router-llm"]
    assert first == "gpt-4.1-nano"
    assert ask(client, user(EASY), said, long, model=model).headers["x-router-llm"] == first
    free = ask(client, user(EASY), said, long, model=model, headers={"x-router-sticky": "false"})
    assert free.headers["x-router-llm"] == "gpt-4.1"
    assert ask(client, long, said, user(EASY), model=model).headers["x-router-llm"] == "gpt-4.1"


def test_all_turns_go_to_the_provider_as_they_came(client: TestClient, server: Misbehaving) -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city":"Oulu"}'}}
    messages = [
        {"role": "developer", "content": "Be brief."},
        user("How warm is it in Oulu?"),
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "12 degrees"},
    ]
    assert ask(client, *messages, tools=[TOOL]).status_code == 200
    assert server.requests[-1].body["messages"] == messages


def test_what_shapes_an_answer_goes_to_the_provider(client: TestClient, server: Misbehaving) -> None:
    options = {
        "tools": [TOOL],
        "tool_choice": {"type": "function", "function": {"name": "get_weather"}},
        "parallel_tool_calls": False,
        "response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}},
        "top_p": 0.9,
        "stop": ["END"],
        "seed": 7,
        "frequency_penalty": 0.5,
        "presence_penalty": -0.5,
        "logit_bias": {"50256": -100.0},
        "temperature": 0.2,
    }
    assert ask(client, max_tokens=9, user="me", metadata={"a": "b"}, store=False, **options).status_code == 200
    sent = server.requests[-1].body
    assert {name: sent[name] for name in options} == options
    assert sent["max_completion_tokens"] == 9
    assert not {"user", "metadata", "store", "n"} & set(sent)


def test_images_are_encoded_anew_and_addresses_are_left_to_the_provider(
    client: TestClient, server: Misbehaving
) -> None:
    address = "https://example.org/cat.png"
    parts = [
        {"type": "text", "text": "What are these?"},
        {"type": "image_url", "image_url": {"url": IMAGE}},
        {"type": "image_url", "image_url": {"url": address, "detail": "low"}},
    ]
    answer = ask(client, user(parts), model="router-always-weak")
    assert answer.status_code == 200
    assert "image" in answer.headers["x-router-warnings"]
    text, own, foreign = server.requests[-1].body["messages"][0]["content"]
    assert text == parts[0]
    assert own["image_url"]["url"].startswith("data:image/")
    assert foreign == parts[2]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("data:image/png;base64,!!!", "not base64"),
        ("data:image/png;base64," + base64.b64encode(b"no image").decode(), "neither an image nor a PDF"),
        ("data:image/png;base64," + base64.b64encode(b"%PDF-1.4").decode(), "The image"),
        ("http://169.254.169.254/latest/meta-data", "neither a data URI nor an https address"),
        ("file:///etc/passwd", "neither a data URI nor an https address"),
        ("", "neither a data URI nor an https address"),
    ],
)
def test_what_is_no_image_is_not_sent(client: TestClient, server: Misbehaving, url: str, said: str) -> None:
    answer = ask(client, user([{"type": "text", "text": "Hi"}, {"type": "image_url", "image_url": {"url": url}}]))
    assert answer.status_code == 400
    assert said in answer.json()["error"]["message"]
    assert not server.requests


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "wizard", "content": "Hi"}]}, "role"),
        ({"messages": [{"role": "system", "content": "Hi"}], "model": "router"}, "no message of the user"),
        ({"messages": [{"role": "user", "content": "  "}]}, "empty"),
        ({"messages": [user("Hi"), {"role": "assistant", "content": "Ho"}]}, "no question"),
        ({"messages": [user([{"type": "input_audio", "input_audio": {}}])]}, "content"),
        ({"temperature": -1}, "temperature"),
        ({"n": 2}, "n"),
        ({"logprobs": True}, "logprobs"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"tools": [{"type": "function", "function": {"name": "no spaces allowed"}}]}, "tools"),
        ({"unheard_of": 1}, "unheard_of"),
        ({"model": "router-knn@speed=1"}, "option"),
    ],
)
def test_a_bad_request_is_an_error_in_openais_shape(
    client: TestClient, server: Misbehaving, more: dict[str, Any], said: str
) -> None:
    answer = client.post("/v1/chat/completions", json={"model": "gpt-4.1", "messages": [user("Hi")]} | more)
    assert answer.status_code == 400
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}
    assert said in answer.json()["error"]["message"]
    assert not server.requests


def test_an_unknown_model_is_told_the_valid_names(client: TestClient) -> None:
    answer = ask(client, model="gpt-9")
    assert answer.status_code == 404
    for name in ("encoder-quality", "gpt-4.1-nano"):
        assert name in answer.json()["error"]["message"]


def test_the_local_llm_says_that_it_calls_no_tools(keyless: TestClient) -> None:
    answer = ask(keyless, model="smollm2-135m", tools=[TOOL])
    assert answer.status_code == 400
    assert "calls no tools" in answer.json()["error"]["message"]
