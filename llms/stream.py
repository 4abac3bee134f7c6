"""One request for one answer: the provider's stream as pieces of one kind, its failures as one kind of error."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from llms.client_failures import failure_of
from llms.completion import Usage
from llms.failures import unreadable
from llms.providers import Connection
from llms.tool_calls import ToolCall, ToolCallPiece

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_STREAM = "text/event-stream"
_INSTEAD = {
    "text/html": "with a web page instead of a stream of text",
    "application/json": "with one JSON object instead of a stream of text",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """What one chunk brings.

    Attributes:
        text: More of the answer.
        reasoning: More of the visible thinking.
        answered_by: The provider's name of the LLM; '' if the chunk does not say.
        finish: The provider's reason for ending; '' before the end.
        usage: The tokens of the whole; None if the chunk does not say.
        tool_calls: More of the calls of tools.
        closes: Whether it is the chunk of usage that comes behind a whole answer; a running count proves nothing.
    """

    text: str = ""
    reasoning: str = ""
    answered_by: str = ""
    finish: str = ""
    usage: Usage | None = None
    tool_calls: tuple[ToolCallPiece, ...] = ()
    closes: bool = False


async def pieces(client: AsyncOpenAI, body: Mapping[str, Any], connection: Connection) -> AsyncGenerator[Piece]:
    """Sends a request and yields its answer; closing this closes the connection if the answer has not ended.

    Args:
        client: See `HttpClients.openai`.
        body: Fields of the request; see `chat_body`.
        connection: The LLM, for messages, and its key, so that none quotes it.

    Raises:
        ProviderError: It refuses, fails, breaks off or answers something that is no stream of text.
    """
    from openai import OpenAIError

    stream = None
    try:
        stream = await client.chat.completions.create(**body, stream=True)
        kind = stream.response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != _STREAM:
            raise unreadable(connection.who, _INSTEAD.get(kind, "with something that is no stream of text"))
        async for chunk in stream:
            yield _piece(chunk)
    except (OpenAIError, ValueError, RecursionError) as error:  # the last of JSON in too many brackets
        failure = failure_of(error, connection)
    else:
        return
    finally:
        if stream is not None:
            await stream.close()
    raise failure  # outside the handler: what it came from may quote the key


def _piece(chunk: object) -> Piece:
    """A chunk, read with care: the client does not check what it was sent.

    Raises:
        ValueError: It is no chunk.
    """
    choices = getattr(chunk, "choices", None)
    if not isinstance(choices, list):
        raise ValueError("a chunk without choices")
    choice = choices[0] if choices else None
    delta = getattr(choice, "delta", None)
    text, thinking = _parts(getattr(delta, "content", None))
    usage = _usage(getattr(chunk, "usage", None) or _groq_usage(chunk))
    return Piece(
        text or _text(delta, "refusal"),
        thinking or _text(delta, "reasoning_content") or _text(delta, "reasoning"),
        _text(chunk, "model"),
        _text(choice, "finish_reason"),
        usage,
        tuple(_tool_call(call) for call in _listed(delta, "tool_calls")),
        closes=usage is not None and not choices,
    )


def _tool_call(call: object) -> ToolCallPiece:
    function, index = getattr(call, "function", None), getattr(call, "index", None)
    known = ToolCall(_text(call, "id"), _text(function, "name"), _text(function, "arguments"))
    return ToolCallPiece(index if isinstance(index, int) and index >= 0 else 0, known)


def _listed(holder: object, name: str) -> list[object]:
    value = getattr(holder, name, None)
    return value if isinstance(value, list) else []


def _parts(content: object) -> tuple[str, str]:
    """Text and visible thinking; Mistral's reasoning LLMs send both as a list of parts.

    Raises:
        ValueError: It is neither text nor such a list.
    """
    if content is None or isinstance(content, str):
        return content or "", ""
    if not isinstance(content, list):
        raise ValueError("content that is no text")
    parts = [part for part in content if isinstance(part, Mapping)]
    thoughts = [part for one in parts if isinstance(one.get("thinking"), list) for part in one["thinking"]]
    return _joined(parts), _joined([part for part in thoughts if isinstance(part, Mapping)])


def _joined(parts: Sequence[Mapping[str, object]]) -> str:
    return "".join(text for part in parts if isinstance(text := part.get("text"), str))


def _text(holder: object, name: str) -> str:
    value = getattr(holder, name, None)
    return value if isinstance(value, str) else ""


def _groq_usage(chunk: object) -> object:
    inner = getattr(chunk, "x_groq", None)
    return inner.get("usage") if isinstance(inner, Mapping) else None


def _usage(stated: object) -> Usage | None:
    if stated is None:
        return None
    prompt, answer, total = (_count(stated, name) for name in ("prompt_tokens", "completion_tokens", "total_tokens"))
    if prompt is None or answer is None:
        return None
    details = _member(stated, "completion_tokens_details")
    cached = _count(_member(stated, "prompt_tokens_details"), "cached_tokens")
    cached = cached or _count(stated, "prompt_cache_hit_tokens") or 0
    # Some providers leave hidden reasoning out of the answer's tokens, and bill it as output all the same.
    hidden = max(0, (total or 0) - prompt - answer)
    reasoning = max(hidden, _count(details, "reasoning_tokens") or 0)
    return Usage(prompt, answer + hidden, min(reasoning, answer + hidden), cached_tokens=min(cached, prompt))


def _member(holder: object, name: str) -> object:
    return holder.get(name) if isinstance(holder, Mapping) else getattr(holder, name, None)


def _count(holder: object, name: str) -> int | None:
    value = _member(holder, name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
