"""Answers of LLMs as streams: from a provider, from the local LLM or from the cache, and from nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from errors import PlaygroundError
from llms.attachment import Attachment
from llms.attempts import Attempts, Errand
from llms.catalogue import Catalogue
from llms.chat_body import chat_body
from llms.chat_request import ChatRequest, Turn
from llms.circuit import Circuits
from llms.completion import Completion
from llms.completion_cache import CompletionCache, KeptAnswer, question_hash
from llms.draft import Draft
from llms.keys import Keys
from llms.llm import LLM
from llms.local_queue import LocalQueue
from llms.providers import connect
from llms.refusals import refuses_llm, refuses_settings, refuses_turns
from llms.spending import counted_usage, nothing_spent, spent
from llms.stop_signal import StoppedError, StopSignal
from llms.threads import in_thread
from settings import Settings, get_settings


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request that can be sent."""

    request: ChatRequest
    catalogue: Catalogue
    llm: LLM
    errand: Errand


class Completions:
    """Asks LLMs; one per process.

    Args:
        catalogue: The shared catalogue.
        settings: Keys, time-outs and limits; None takes the process's.
        cache: Where answers are kept for those who want that; None keeps none.
    """

    def __init__(
        self, catalogue: Catalogue, settings: Settings | None = None, cache: CompletionCache | None = None
    ) -> None:
        self._catalogue = catalogue
        self._settings = settings or get_settings()
        self._cache = cache
        self._circuits = Circuits()
        self._attempts = Attempts(self._settings, self._circuits)
        self._local = LocalQueue(self._attempts, self._settings.answer_timeout_s)

    @property
    def keeps_answers(self) -> bool:
        """Whether there is a cache."""
        return self._cache is not None

    def why_not(
        self, llm_id: str, keys: Keys, attachment: Attachment | None = None, turns: Sequence[Turn] = ()
    ) -> PlaygroundError | None:
        """Why an LLM cannot be asked, and what would help; None if it can be.

        Args:
            llm_id: Its id, in the catalogue or of an endpoint of the session.
            keys: The session's keys.
            attachment: What is attached.
            turns: The chat, where it is known already: it may be too long.
        """
        catalogue = keys.catalogue(self._catalogue)
        refused = refuses_llm(catalogue, self._settings, llm_id, keys, attachment)
        if refused is None and turns:
            refused = refuses_turns(catalogue[llm_id], turns)
        if refused is not None:
            return refused
        connection = connect(catalogue[llm_id], self._settings, keys)
        return self._circuits.way(connection).refuses(connection.who)

    async def stream(
        self, request: ChatRequest, keys: Keys, *, use_cache: bool = False, stop: StopSignal | None = None
    ) -> AsyncGenerator[Completion]:
        """The answer as it grows. Closing this closes the request to the provider at once.

        Args:
            request: What is asked.
            keys: The session's keys and endpoints.
            use_cache: Whether the answer may come from the cache, and be kept there.
            stop: Stops it and keeps what has come.

        Yields:
            Snapshots; the last has `stop` set, and `failure` if something went wrong.
        """
        draft = Draft(request.llm)
        try:
            asked = await in_thread("answers", self._prepare, request, keys, stop or StopSignal())
        except PlaygroundError as error:
            yield draft.failed(error)
            return
        question = ""
        if use_cache and self._cache is not None:
            connection = asked.errand.connection
            # Two users' endpoints may share an address and a name, and yet ask different keys or machines.
            whose = keys.session if connection.guarded else ""
            question = question_hash(connection.address, asked.errand.body, whose)
            kept = await in_thread("answers", self._cache.get, question)
            if kept is not None:
                yield _from_cache(draft, asked, kept)
                return
        last = draft.snapshot()
        try:
            async with aclosing(self._fetch(asked, draft, keys.session)) as snapshots:
                async for last in snapshots:
                    if not last.done:
                        yield last
        except StoppedError:
            last = draft.ended("stopped")
        except PlaygroundError as error:
            last = draft.failed(error)
        last = await in_thread("answers", _billed, draft, asked, last)
        if question and self._cache is not None:
            await in_thread("answers", _keep, self._cache, question, last)
        yield last

    def warm_up(self) -> None:
        """Imports what the first answer would wait for; to be called from a thread when there is time."""
        self._attempts.warm_up()

    async def aclose(self) -> None:
        """Closes the connections of the running event loop, and the cache."""
        await self._attempts.aclose()
        if self._cache is not None:
            self._cache.close()

    def _fetch(self, asked: _Asked, draft: Draft, session: str) -> AsyncGenerator[Completion]:
        if asked.llm.local:
            return self._local.fetch(asked.errand, draft, session)
        deadline = asyncio.get_running_loop().time() + self._settings.answer_timeout_s
        return self._attempts.fetch(replace(asked.errand, deadline=deadline), draft)

    def _prepare(self, request: ChatRequest, keys: Keys, stop: StopSignal) -> _Asked:
        """Everything that may fail before something is sent.

        Raises:
            PlaygroundError: This cannot be asked.
        """
        images = (one for turn in request.turns if (one := turn.attachment) is not None and one.kind == "image")
        refused = refuses_settings(request) or self.why_not(request.llm, keys, next(images, None))
        if refused is not None:
            raise refused
        catalogue = keys.catalogue(self._catalogue)
        llm = catalogue[request.llm]
        refused = refuses_turns(llm, request.turns)
        if refused is not None:
            raise refused
        connection = connect(llm, self._settings, keys)
        self.warm_up()
        return _Asked(request, catalogue, llm, Errand(connection, chat_body(request, llm, connection), stop, 0.0))


def _billed(draft: Draft, asked: _Asked, last: Completion) -> Completion:
    """The end with its tokens and what they cost: by the provider's own count, else by ours."""
    usage = last.usage
    if usage is None and (draft.begun or (last.stop == "stopped" and draft.sent)):
        usage = counted_usage(asked.llm, asked.request.turns, draft.said)
    if usage is None:
        return last
    return replace(last, usage=usage, cost=spent(asked.catalogue, asked.llm.id, usage))


def _from_cache(draft: Draft, asked: _Asked, kept: KeptAnswer) -> Completion:
    cost = nothing_spent(asked.catalogue, asked.llm.id)
    answer = draft.ended(kept.stop)
    return replace(
        answer,
        text=kept.text,
        reasoning=kept.reasoning,
        answered_by=kept.answered_by,
        usage=kept.usage,
        cost=cost,
        first_token_ms=answer.total_ms,
        from_cache=True,
    )


def _keep(cache: CompletionCache, question: str, last: Completion) -> None:
    if last.whole and last.stop is not None and last.usage is not None and not last.tool_calls:
        cache.put(question, KeptAnswer(last.text, last.reasoning, last.answered_by, last.stop, last.usage))
