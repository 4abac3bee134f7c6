"""From a prompt to an answer: the router decides, the LLM of the pool is asked; who has gone is not answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace

from starlette.requests import Request

from api.budget_header import caller_of, place_of
from api.caller_keys import missing_key
from api.metrics import Metrics
from api.pools import pool_of
from api.request_frame import note
from api.scores import Scores, available
from errors import BadInputError, PlaygroundError
from feedback.usage import Usage
from llms.attachment import Attachment
from llms.catalogue import Catalogue
from llms.chat_request import ChatRequest
from llms.completion import Completion
from llms.completions import Completions
from llms.keys import Keys
from llms.pool import Pool
from llms.stop_signal import StopSignal
from router_models.decision import Decision
from router_models.panel import RouterPanel
from router_models.policy import Policy
from router_models.request_facts import Attachment as AttachmentKind
from settings import Settings

_BY_THRESHOLD = "The cost weight did not count: this router decides by its threshold."


@dataclass(frozen=True, slots=True)
class Wish:
    """How a caller wants a prompt to be routed.

    Attributes:
        router: Router id.
        pool: See `pool_of`.
        cost_weight: For routers without a threshold; None is 0.
        threshold: For routers with two routes; None is the router's own.
    """

    router: str
    pool: str | Mapping[str, str] | None = None
    cost_weight: float | None = None
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class Routed:
    """A decision, and what it was made under.

    Attributes:
        decision: The decision.
        pool: The pool.
        cached: Whether the router had judged the same prompt before.
    """

    decision: Decision
    pool: Pool
    cached: bool


class Asker:
    """Routes prompts and asks LLMs. One per process; belongs to no event loop.

    Args:
        panel: The routers.
        completions: Asks LLMs.
        scores: Asks routers.
        metrics: Where decisions and answers are counted.
        settings: Keys of the environment.
        usage: Where both are recorded, and the budget.
    """

    def __init__(
        self,
        panel: RouterPanel,
        completions: Completions,
        scores: Scores,
        metrics: Metrics,
        settings: Settings,
        usage: Usage,
    ) -> None:
        self.panel = panel
        self.settings = settings
        self._usage = usage
        self._completions = completions
        self._scores = scores
        self._metrics = metrics

    @property
    def catalogue(self) -> Catalogue:
        """LLMs, prices and pools."""
        return self.panel.catalogue

    def why_not(self, llm_id: str, keys: Keys, attachment: Attachment | None = None) -> PlaygroundError | None:
        """Why an LLM cannot be asked, and what would help; None if it can be."""
        return missing_key(self.catalogue, self.settings, llm_id, keys) or self._completions.why_not(
            llm_id, keys, attachment
        )

    def route(
        self,
        prompt: str,
        wish: Wish,
        keys: Keys,
        *,
        temperature: float | None = None,
        attachment: AttachmentKind | None = None,
    ) -> Routed:
        """Decides who shall answer a prompt. Blocks while the router runs: call it from a thread.

        Raises:
            BadInputError: The prompt is empty or too long, or a value is outside its range.
            UnknownNameError: There is no such router, pool or LLM.
            UnavailableError: The router cannot run.
        """
        card = self.panel[wish.router].card
        thresholds = {} if wish.threshold is None else {wish.router: wish.threshold}
        if thresholds and len(card.routes) > len(("weak", "strong")):
            raise BadInputError(
                f"{wish.router} has {len(card.routes)} routes and no threshold.", "Leave it out, or set a cost weight."
            )
        if thresholds and card.threshold_is_bought:
            raise BadInputError(
                f"The threshold of {wish.router} follows from its budget.", "Leave the threshold out for this router."
            )
        pool = pool_of(self.catalogue, wish.pool, lambda llm_id: self.why_not(llm_id, keys) is None)
        policy = Policy(pool, thresholds, cost_weight=wish.cost_weight or 0.0)
        run, cached = self._scores.run(prompt, [wish.router], temperature=temperature, attachment=attachment)
        available(run.results[0])
        decision = self._usage.decisions(run, policy)[0]
        if wish.cost_weight and decision.threshold is not None:
            decision = replace(decision, warnings=(*decision.warnings, _BY_THRESHOLD))
        self._metrics.decided(decision.router, decision.route)
        return Routed(decision, pool, cached)

    async def answer(
        self, request: Request, chat: ChatRequest, keys: Keys, routed: Routed | None = None
    ) -> AsyncGenerator[Completion]:
        """The answer as it grows, until it has ended or the client has gone; a failure is the last one's `failure`.

        Args:
            request: Whose client is watched.
            chat: What is asked of whom.
            keys: The caller's.
            routed: The decision; None where the caller named the LLM.

        Raises:
            MissingKeyError: There is no key for the LLM's provider.
        """
        refused = missing_key(self.catalogue, self.settings, chat.llm, keys)
        if refused is not None:
            raise refused
        stop, last = StopSignal(), Completion(chat.llm)
        watcher = asyncio.create_task(_stop_when_gone(request, stop))
        try:
            async with aclosing(self._completions.stream(chat, keys, stop=stop)) as snapshots:
                async for last in snapshots:
                    yield last
        finally:
            watcher.cancel()
            with suppress(asyncio.CancelledError):
                await watcher
            self._metrics.answered(self.catalogue[chat.llm].provider, last)
            decision, pool = (None, None) if routed is None else (routed.decision, routed.pool)
            self._usage.answered(place_of(request), last, keys, decision, pool, caller_of(request))
            usd = None if last.cost is None or last.cost.usd is None else float(last.cost.usd)
            note(request, llm=chat.llm, stop=last.stop or "gone", cost_usd=usd)

    async def whole_answer(
        self, request: Request, chat: ChatRequest, keys: Keys, routed: Routed | None = None
    ) -> Completion:
        """The answer when it has ended.

        Raises:
            PlaygroundError: It failed or broke off.
        """
        last = Completion(chat.llm)
        async with aclosing(self.answer(request, chat, keys, routed)) as snapshots:
            async for snapshot in snapshots:
                last = snapshot
        if last.failure is not None:
            raise last.failure
        return last


async def _stop_when_gone(request: Request, stop: StopSignal) -> None:
    """Stops an answer nobody waits for any more; the body has been read, so nothing else can come."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    stop.stop()
