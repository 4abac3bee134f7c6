"""An LLM's answer: its text so far, what it cost and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from errors import PlaygroundError
from llms.cost import CostEstimate
from llms.tool_calls import ToolCall

StopReason = Literal["stop", "length", "filter", "stopped", "cut off", "failed"]
"""How an answer ended: by itself, at its token limit, by the provider's content filter, by the user, by a connection
that broke or ran out of time after text had come, or without any text."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer.

    Attributes:
        input_tokens: Of the prompt, cached ones among them.
        output_tokens: Of the answer, hidden reasoning among them.
        reasoning_tokens: Of the hidden reasoning.
        counted: Whether they were counted here, because the provider reported none.
        cached_tokens: How many of the input tokens the provider had cached, which it bills at a lower price.
    """

    input_tokens: int
    output_tokens: int
    reasoning_tokens: int = 0
    counted: bool = False
    cached_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Completion:
    """An answer, whole or still growing.

    Attributes:
        llm: Id of the LLM that was asked.
        answered_by: The provider's own name of the LLM that answered; '' until it is known.
        text: The answer so far.
        reasoning: What the provider streams of the LLM's thinking; mostly ''.
        stop: How it ended; None while it grows.
        usage: Its tokens; None until it has ended, and where nothing was answered.
        cost: What it cost, by `usage`; None where that is None.
        first_token_ms: From asking to the first token; None until that has come.
        total_ms: From asking until now.
        attempts: Requests that were sent, retries included.
        from_cache: Whether it was kept from an earlier request, so that it cost nothing.
        failure: Why it failed or was cut off.
        waiting: What it waits for, such as `queued behind 1 other answer`; '' if for nothing but the LLM.
        tool_calls: Tools that the LLM calls, where the request offered any.
    """

    llm: str
    answered_by: str = ""
    text: str = ""
    reasoning: str = ""
    stop: StopReason | None = None
    usage: Usage | None = None
    cost: CostEstimate | None = None
    first_token_ms: float | None = None
    total_ms: float = 0.0
    attempts: int = 0
    from_cache: bool = False
    failure: PlaygroundError | None = None
    waiting: str = ""
    tool_calls: tuple[ToolCall, ...] = ()

    @property
    def done(self) -> bool:
        """Whether nothing more will come."""
        return self.stop is not None

    @property
    def whole(self) -> bool:
        """Whether it ended as the LLM or its token limit would have it."""
        return self.stop in {"stop", "length"}
