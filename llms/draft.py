"""An answer while it is written: what has come so far, and the snapshots that are handed out of it."""

from __future__ import annotations

import time
from dataclasses import replace

from errors import PlaygroundError
from llms.completion import Completion, StopReason
from llms.failures import ASK_AGAIN, ProviderError, unreadable
from llms.stream import Piece
from llms.tool_calls import grown

_ENDINGS: dict[str, StopReason] = {"length": "length", "max_tokens": "length", "content_filter": "filter"}


class Draft:
    """One answer in the making.

    Args:
        llm_id: The LLM that is asked.
    """

    def __init__(self, llm_id: str) -> None:
        self._start = time.perf_counter()
        self._now = Completion(llm_id)
        self.finish = ""
        """The provider's own reason for ending; '' until it has said one."""
        self._closed = False

    @property
    def begun(self) -> bool:
        """Whether anything of the answer has come."""
        return bool(self._now.text or self._now.reasoning or self._now.tool_calls)

    @property
    def said(self) -> str:
        """All text that has come, visible thinking and the arguments of tools included."""
        return self._now.reasoning + self._now.text + "".join(call.arguments for call in self._now.tool_calls)

    @property
    def sent(self) -> bool:
        """Whether a request has been sent."""
        return self._now.attempts > 0

    @property
    def attempts(self) -> int:
        """Requests that have been sent."""
        return self._now.attempts

    def send(self) -> None:
        """A request is sent."""
        self._now = replace(self._now, attempts=self._now.attempts + 1, waiting="")

    def wait(self, why: str) -> Completion:
        """A snapshot that says what is waited for."""
        self._now = replace(self._now, waiting=why)
        return self.snapshot()

    def add(self, piece: Piece) -> bool:
        """Adds what a chunk brings; says whether that can be seen."""
        now = self._now
        visible = bool(piece.text or piece.reasoning or piece.tool_calls)
        if visible and now.first_token_ms is None:
            now = replace(now, first_token_ms=self._elapsed_ms())
        self.finish = piece.finish or self.finish
        self._closed |= piece.closes
        self._now = replace(
            now,
            text=now.text + piece.text,
            reasoning=now.reasoning + piece.reasoning,
            answered_by=piece.answered_by or now.answered_by,
            usage=piece.usage or now.usage,
            tool_calls=grown(now.tool_calls, piece.tool_calls),
        )
        return visible

    def snapshot(self) -> Completion:
        """The answer so far; its tokens are told only when it has ended."""
        return replace(self._now, usage=None, total_ms=self._elapsed_ms())

    def failed(self, failure: PlaygroundError) -> Completion:
        """The end of an answer that did not come."""
        return replace(self.snapshot(), stop="failed", failure=failure, waiting="")

    def ended(self, stop: StopReason | None = None, failure: PlaygroundError | None = None) -> Completion:
        """The end of an answer that has begun.

        Args:
            stop: How it ended; None takes the provider's word.
            failure: What broke it off.
        """
        stop = stop or _ENDINGS.get(self.finish, "stop")
        return replace(self._now, stop=stop, failure=failure, waiting="", total_ms=self._elapsed_ms())

    def broken_off(self, who: str) -> ProviderError | None:
        """Why a stream that has ended by itself is no whole answer; None if it is one."""
        if self.finish == "error" or not (self.finish or self._closed):
            if not self.begun:
                return unreadable(who, "nothing")
            return ProviderError("cut off", f"The connection to {who} ended in the middle of the answer.", ASK_AGAIN)
        return None

    def _elapsed_ms(self) -> float:
        return (time.perf_counter() - self._start) * 1000
