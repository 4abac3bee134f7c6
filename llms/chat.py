"""One chat completion of one LLM, with every way in which a provider can fail put into words."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from errors import UnavailableError
from llms.providers import Connection

Role = Literal["system", "user", "assistant"]
_AGAIN = "Try again in a moment."
_STATUS = {
    401: ("refused the key", "Check the key and start the app again."),
    403: ("refused the key", "Check what the key may be used for."),
    404: ("does not serve this LLM", "Check its name in assets/llms.yaml."),
    429: ("has too many requests, or the account has no credit", "Wait a minute, or check the account."),
}

logger = logging.getLogger(__name__)


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
    options["messages"] = [{"role": m.role, "content": _plain(m, connection)} for m in messages]
    if probabilities:
        options |= {"logprobs": True, "top_logprobs": connection.provider.probabilities}
    if stop:
        options["stop"] = list(stop)
    if frequency_penalty:
        options["frequency_penalty"] = frequency_penalty
    if schema is not None:
        json_schema = {"name": "answer", "strict": True, "schema": schema}
        options["response_format"] = {"type": "json_schema", "json_schema": json_schema}
    if connection.local is not None:
        options["extra_body"] = {"id_slot": slot, "cache_prompt": True}
    who = connection.title if connection.local else connection.provider.title
    try:  # causes are not kept: they may quote the key, from the answer or from a header that cannot be sent
        with connection.client() as client:
            body = client.chat.completions.with_raw_response.create(**options).http_response.json()
    except openai.APITimeoutError:
        raise UnavailableError(f"{who} did not answer within {connection.timeout_s:g} s.", _AGAIN) from None
    except openai.APIConnectionError:
        raise UnavailableError(f"{who} cannot be reached.", "Check the network.") from None
    except openai.APIStatusError as error:
        raise _refusal(who, error.status_code) from None
    except (openai.OpenAIError, ValueError):
        raise UnavailableError(f"{who} answered nothing that can be read.", _AGAIN) from None
    return _first_choice(body, who)


def _plain(message: Message, connection: Connection) -> str:
    """The text of a turn; for the local LLM without control tokens, which its template would obey."""
    return message.content.replace("<|", "< |") if connection.local is not None else message.content


def _refusal(who: str, status: int) -> UnavailableError:
    logger.warning("%s answered with status %d", who, status)
    what, mend = _STATUS.get(status, (f"failed with status {status}", _AGAIN))
    return UnavailableError(f"{who} {what}.", mend)


def _first_choice(body: object, who: str) -> dict[str, Any]:
    try:
        choice: dict[str, Any] = body["choices"][0]  # type: ignore[index]  # whatever it is, the errors are caught
        if isinstance(choice["message"]["content"], str):
            return choice
    except (KeyError, IndexError, TypeError):
        pass
    raise UnavailableError(f"{who} answered nothing that can be read.", _AGAIN)
