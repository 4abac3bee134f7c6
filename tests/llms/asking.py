"""Asks the stand-in provider through `Completions`, as pages do."""

import asyncio
from typing import Any

from llms.catalogue import Catalogue
from llms.chat_request import ChatRequest, Turn
from llms.completion import Completion
from llms.completions import Completions
from llms.endpoint import Endpoint
from llms.keys import Keys
from llms.stop_signal import StopSignal
from settings import Settings
from tests.llms.misbehaving import KEY, Misbehaving

QUESTION = (Turn("user", "Why is the sky blue?"),)
_SERVED = ("openai", "groq", "mistral", "deepseek")


def settings_for(server: Misbehaving, **options: Any) -> Settings:
    """Settings under which the stand-in is OpenAI and some others, and may be a user's own endpoint."""
    urls = dict.fromkeys(_SERVED, server.base_url)
    keys = {f"{name}_api_key": KEY for name in _SERVED}
    plain = {"_env_file": None, "provider_urls": urls, "allowed_addresses": "127.0.0.1/32", **keys}
    return Settings(**(plain | options))


def completions_for(server: Misbehaving, catalogue: Catalogue, **options: Any) -> Completions:
    return Completions(catalogue, settings_for(server, **options))


def own_keys(server: Misbehaving, model: str = "model-1", **options: Any) -> tuple[Keys, str]:
    """Keys with the stand-in as the user's own endpoint, and its LLM's id."""
    endpoint = Endpoint(server.base_url, model, **options)
    return Keys().with_endpoint(endpoint), endpoint.llm_id


async def collect(
    completions: Completions,
    llm: str = "gpt-4.1",
    keys: Keys | None = None,
    *,
    turns: tuple[Turn, ...] = QUESTION,
    use_cache: bool = False,
    stop: StopSignal | None = None,
    **options: Any,
) -> list[Completion]:
    request = ChatRequest(llm, turns, **options)
    return [one async for one in completions.stream(request, keys or Keys(), use_cache=use_cache, stop=stop)]


def ask(completions: Completions, *arguments: Any, **options: Any) -> list[Completion]:
    """All snapshots of one answer, from an event loop of its own."""

    async def run() -> list[Completion]:
        try:
            return await collect(completions, *arguments, **options)
        finally:
            await completions.aclose()

    return asyncio.run(run())
