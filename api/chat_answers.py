"""Answers as OpenAI's clients read them: one object, or a stream of chunks."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import AsyncIterator
from typing import Any

from api.openai_errors import openai_error, openai_status
from api.statuses import status_of
from llms.completion import Completion, StopReason, Usage
from llms.tool_calls import ToolCall

DONE = b"data: [DONE]\n\n"

_FINISH: dict[StopReason, str] = {"length": "length", "filter": "content_filter"}


class Envelope:
    """What all parts of one answer share.

    Args:
        llm: Id of the LLM that is asked.
    """

    def __init__(self, llm: str) -> None:
        self._id = f"chatcmpl-{uuid.uuid4().hex}"
        self._created = int(time.time())
        self._llm = llm

    def whole(self, answer: Completion) -> dict[str, Any]:
        """A whole answer."""
        message: dict[str, Any] = {"role": "assistant", "content": answer.text or None, "refusal": None}
        if not answer.tool_calls:
            message["content"] = answer.text
        else:
            message["tool_calls"] = [_call(call) for call in answer.tool_calls]
        if answer.reasoning:
            message["reasoning_content"] = answer.reasoning
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason(answer)}
        return self._part("chat.completion", answer, [choice]) | {"usage": usage_view(answer.usage)}

    def chunk(self, answer: Completion, delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        """A chunk that adds something to the answer, or ends it."""
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return self._part("chat.completion.chunk", answer, [choice])

    def usage_chunk(self, answer: Completion) -> dict[str, Any]:
        """The chunk that tells the tokens, and what they cost."""
        usd = None if answer.cost is None or answer.cost.usd is None else float(answer.cost.usd)
        usage = usage_view(answer.usage)
        return self._part("chat.completion.chunk", answer, []) | {"usage": usage and usage | {"cost_usd": usd}}

    def _part(self, kind: str, answer: Completion, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "id": self._id,
            "object": kind,
            "created": self._created,
            "model": answer.answered_by or self._llm,
            "choices": choices,
            "system_fingerprint": None,
        }


def finish_reason(answer: Completion) -> str:
    """Why an answer ended, in OpenAI's words."""
    if answer.tool_calls and answer.stop == "stop":
        return "tool_calls"
    return _FINISH.get(answer.stop or "stop", "stop")


def usage_view(usage: Usage | None) -> dict[str, Any] | None:
    """Tokens, in OpenAI's words."""
    if usage is None:
        return None
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
    }


async def events(
    envelope: Envelope, first: Completion, rest: AsyncIterator[Completion], *, with_usage: bool
) -> AsyncIterator[bytes]:
    """The answer as server-sent events.

    Args:
        envelope: What its chunks share.
        first: The snapshot that has come already.
        rest: Those that follow; the last has `stop` set.
        with_usage: Whether the tokens are told at the end.
    """

    def event(part: dict[str, Any]) -> bytes:
        content = part if not with_usage or "usage" in part else part | {"usage": None}
        return b"data: " + json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"

    sent = Completion(first.llm)
    yield event(envelope.chunk(first, {"role": "assistant", "content": "", "refusal": None}))
    last = first
    for delta in _deltas(sent, last):
        yield event(envelope.chunk(last, delta))
    sent = last
    async for last in rest:
        for delta in _deltas(sent, last):
            yield event(envelope.chunk(last, delta))
        sent = last
    if last.failure is not None:
        status = openai_status(status_of(last.failure))
        yield event(openai_error(status, str(last.failure), error=last.failure))
        return
    yield event(envelope.chunk(last, {}, finish_reason(last)))
    if with_usage:
        yield event(envelope.usage_chunk(last))
    yield DONE


def _deltas(before: Completion, now: Completion) -> list[dict[str, Any]]:
    """What has come between two snapshots of one answer."""
    deltas: list[dict[str, Any]] = []
    if len(now.reasoning) > len(before.reasoning):
        deltas.append({"reasoning_content": now.reasoning[len(before.reasoning) :]})
    if len(now.text) > len(before.text):
        deltas.append({"content": now.text[len(before.text) :]})
    for index, call in enumerate(now.tool_calls):
        if index >= len(before.tool_calls):
            deltas.append({"tool_calls": [{"index": index, **_call(call)}]})
        elif len(call.arguments) > (known := len(before.tool_calls[index].arguments)):
            deltas.append({"tool_calls": [{"index": index, "function": {"arguments": call.arguments[known:]}}]})
    return deltas


def _call(call: ToolCall) -> dict[str, Any]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
