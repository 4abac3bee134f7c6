"""A request as one provider wants it: the quirks of `assets/providers.yaml` put to use."""

from __future__ import annotations

from typing import Any

from llms.chat_request import ChatRequest, messages
from llms.llm import LLM
from llms.local import plain
from llms.providers import Connection

THINKING_TOKENS = 4096
"""Room that LLMs which think get on top of the longest answer: providers count hidden tokens against the same limit,
and an LLM that runs out of it while it thinks says nothing."""


def chat_body(request: ChatRequest, llm: LLM, connection: Connection) -> dict[str, Any]:
    """The fields of a chat completion request.

    Args:
        request: What is asked.
        llm: Who is asked.
        connection: The way to it.
    """
    provider = connection.provider
    sent = messages(request.turns)
    if connection.local is not None:  # its chat template knows texts only
        for message in sent:
            message["content"] = plain(message["content"])
    elif request.exact:
        sent = [dict(message) for message in request.exact]
    limit = request.max_tokens + (THINKING_TOKENS if llm.reasoning else 0)
    body: dict[str, Any] = {"model": connection.model, "messages": sent, provider.answer_limit: limit}
    body |= request.options
    temperature = request.temperature if request.temperature is not None else provider.temperature
    if temperature is not None and (provider.reasoning_temperature or not llm.reasoning):
        body["temperature"] = temperature
    if provider.stream_usage:
        body["stream_options"] = {"include_usage": True}
    return body
