"""One chat completion of one LLM, with every way in which a provider can fail put into words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from llms.client_failures import failure_of
from llms.failures import too_slow, unreadable
from llms.local import plain
from llms.providers import Connection

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat."""

    role: Role
    content: str


def complete(
    connection: Connection,
    messages: Sequence[Message],
    *,
    max_tokens: int,
    slot: int = 0,
    probabilities: bool = False,
    schema: dict[str, object] | None = None,
    stop: Sequence[str] = (),
    frequency_penalty: float = 0.0,
) -> dict[str, Any]:
    """The first choice of a chat completion at temperature 0, as the provider's JSON.

    Args:
        connection: The LLM.
        messages: The chat; a last turn of the assistant is continued where the provider can do that.
        max_tokens: Longest answer.
        slot: Which of the local LLM's prefix caches to use.
        probabilities: Whether to state the alternatives of every token.
        schema: JSON schema of the answer.
        stop: Texts at which the answer ends.
        frequency_penalty: From 0 to 2, how much a token loses for each time it has been written.

    Raises:
        UnavailableError: The provider cannot be reached, refuses, takes too long or answers nothing that can be read.
    """
    import openai

    options: dict[str, Any] = {"model": connection.model, "max_tokens": max_tokens, "temperature": 0.0}
    local = connection.local is not None
    options["messages"] = [{"role": m.role, "content": plain(m.content) if local else m.content} for m in messages]
    if probabilities:
        options |= {"logprobs": True, "top_logprobs": connection.provider.probabilities}
    if stop:
        options["stop"] = list(stop)
    if frequency_penalty:
        options["frequency_penalty"] = frequency_penalty
    if schema is not None:
        json_schema = {"name": "answer", "strict": True, "schema": schema}
        options["response_format"] = {"type": "json_schema", "json_schema": json_schema}
    if local:
        options["extra_body"] = {"id_slot": slot, "cache_prompt": True}
    try:
        with connection.client() as client:
            body = client.chat.completions.with_raw_response.create(**options).http_response.json()
    except openai.APITimeoutError:
        failure = too_slow(connection.who, connection.timeout_s)
    except (openai.OpenAIError, ValueError) as error:
        failure = failure_of(error, connection)
    else:
        return _first_choice(body, connection.who)
    raise failure  # outside the handlers: causes may quote the key, from the answer or from a header


def _first_choice(body: object, who: str) -> dict[str, Any]:
    try:
        choice: dict[str, Any] = body["choices"][0]  # type: ignore[index]  # whatever it is, the errors are caught
        if isinstance(choice["message"]["content"], str):
            return choice
    except (KeyError, IndexError, TypeError):
        pass
    raise unreadable(who)
