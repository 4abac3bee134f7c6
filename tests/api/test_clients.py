"""The official `openai` client and `litellm` as callers, without any key, with the real local LLM."""

import asyncio
import json
import os
from collections.abc import Iterator

import pytest
from openai import AsyncOpenAI, NotFoundError, OpenAI

PARIS = [{"role": "user", "content": "What is the capital of France?"}]
MODEL = "router-encoder-3way@pool=local"


@pytest.fixture(scope="module")
def openai_client(local_url: str) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{local_url}/v1", api_key="none", max_retries=0) as client:
        yield client


def test_openai_gets_an_answer_and_the_decision(openai_client: OpenAI) -> None:
    raw = openai_client.chat.completions.with_raw_response.create(model=MODEL, messages=PARIS, max_tokens=30)
    answer = raw.parse()
    assert "Paris" in (answer.choices[0].message.content or "")
    assert "SmolLM2" in answer.model
    assert answer.usage is not None
    assert 0 < answer.usage.completion_tokens <= 30
    assert raw.headers["x-router-id"] == "encoder-3way"
    assert raw.headers["x-router-llm"] == "smollm2-135m"
    assert raw.headers["x-router-cost-usd"] == "0"


def test_openai_streams(openai_client: OpenAI) -> None:
    stream = openai_client.chat.completions.create(
        model="smollm2-135m", messages=PARIS, max_tokens=30, stream=True, stream_options={"include_usage": True}
    )
    parts = list(stream)
    said = [part.choices[0].delta.content for part in parts if part.choices and part.choices[0].delta.content]
    assert len(said) > 2
    assert "Paris" in "".join(said)
    assert parts[-1].usage is not None
    assert parts[-1].usage.completion_tokens > 2


def test_openai_may_continue_a_chat(openai_client: OpenAI) -> None:
    chat = [*PARIS, {"role": "assistant", "content": "Paris."}, {"role": "user", "content": "And of Italy?"}]
    answer = openai_client.chat.completions.create(model=MODEL, messages=chat, max_tokens=20)
    assert answer.choices[0].message.content


def test_openai_may_ask_for_json(openai_client: OpenAI) -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    answer = openai_client.chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": "Name a city, as JSON."}],
        response_format={"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}},
        max_tokens=60,
    )
    assert isinstance(json.loads(answer.choices[0].message.content or "")["city"], str)


def test_openai_lists_models_and_learns_which_there_are(openai_client: OpenAI) -> None:
    names = [model.id for model in openai_client.models.list()]
    assert "router-encoder-quality" in names
    with pytest.raises(NotFoundError, match="encoder-quality"):
        openai_client.chat.completions.create(model="gpt-9", messages=PARIS)


def test_openai_asynchronous_asks_twice_at_a_time(local_url: str) -> None:
    async def ask() -> list[str]:
        async with AsyncOpenAI(base_url=f"{local_url}/v1", api_key="none", max_retries=0) as client:
            create = client.chat.completions.create
            both = await asyncio.gather(*(create(model=MODEL, messages=PARIS, max_tokens=20) for _ in range(2)))
        return [one.choices[0].message.content or "" for one in both]

    assert all("Paris" in text for text in asyncio.run(ask()))


@pytest.fixture(scope="module")
def litellm() -> Iterator[object]:
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # else it asks the network for prices
    import litellm as module

    module.telemetry = False
    yield module


def test_litellm_gets_an_answer(litellm: object, local_url: str) -> None:
    answer = litellm.completion(  # type: ignore[attr-defined]
        model=f"openai/{MODEL}", messages=PARIS, api_base=f"{local_url}/v1", api_key="none", max_tokens=30
    )
    assert "Paris" in answer.choices[0].message.content
    assert answer.usage.completion_tokens > 0


def test_litellm_streams(litellm: object, local_url: str) -> None:
    stream = litellm.completion(  # type: ignore[attr-defined]
        model="openai/router-encoder-quality-0.62",
        messages=PARIS,
        api_base=f"{local_url}/v1",
        api_key="none",
        max_tokens=30,
        stream=True,
    )
    assert "Paris" in "".join(part.choices[0].delta.content or "" for part in stream)
