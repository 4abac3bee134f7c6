"""Chats with the local LLM: they take turns, and say for what they wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from weakref import WeakKeyDictionary

from llms.attempts import Attempts, Errand
from llms.completion import Completion
from llms.draft import Draft
from llms.local import CHAT_SLOTS, CHATS_PER_SESSION, ROUTER_SLOTS
from llms.threads import in_thread
from llms.turns import Turns

STARTING = "the local LLM is starting"


class LocalQueue:
    """Sends chats to the local LLM, each to a slot of its own.

    Args:
        attempts: How they are sent.
        answer_timeout_s: How long an answer may take from its turn on.
    """

    def __init__(self, attempts: Attempts, answer_timeout_s: float) -> None:
        self._attempts = attempts
        self._answer_timeout_s = answer_timeout_s
        self._by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, Turns] = WeakKeyDictionary()

    async def fetch(self, errand: Errand, draft: Draft, session: str) -> AsyncGenerator[Completion]:
        """As `Attempts.fetch`, in turn.

        Args:
            errand: A chat with the local LLM.
            draft: The answer.
            session: Whose chat it is.
        """
        loop = asyncio.get_running_loop()
        turns = self._by_loop.setdefault(loop, Turns(CHAT_SLOTS, CHATS_PER_SESSION))
        ticket = turns.join(session)
        try:
            while ticket.place is None:
                yield draft.wait(_queued(ticket.ahead))
                ticket.moved.clear()
                await errand.stop.within(None, ticket.moved.wait)
            local = errand.connection.local
            if local is not None and not local.started:
                yield draft.wait(STARTING)
                await in_thread("local LLM", local.start)
            # A slot that only this chat has: the routers' prefix caches stay as they are.
            slot = {"extra_body": {"id_slot": ROUTER_SLOTS + ticket.place}}
            timed = replace(errand, body={**errand.body, **slot}, deadline=loop.time() + self._answer_timeout_s)
            async with aclosing(self._attempts.fetch(timed, draft)) as snapshots:
                async for snapshot in snapshots:
                    yield snapshot
        finally:
            turns.leave(ticket)


def _queued(ahead: int) -> str:
    return f"queued behind {ahead} other answer{'' if ahead == 1 else 's'}"
