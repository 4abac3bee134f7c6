"""Scores for the JSON API: from the cache, else from the panel, concurrent requests in one batch."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from api.gatherer import Gatherer
from api.metrics import Metrics
from api.score_cache import Asked, ScoreCache, hash_of
from errors import BadInputError, UnavailableError
from router_models.decision import RouterScore, Unavailable
from router_models.panel import PanelRun, RouterPanel
from router_models.prompts import clean_prompt
from router_models.request_facts import Attachment

CACHED_SCORES = 4096


@dataclass(frozen=True, slots=True)
class Scored:
    """One router's score of one prompt.

    Attributes:
        prompt: The cleaned prompt.
        score: What the router said.
        cached: Whether it was known already.
        processing_ms: What the router took for it; where it was known, what looking it up took.
    """

    prompt: str
    score: RouterScore
    cached: bool
    processing_ms: float


class Scores:
    """Asks routers. One per process; belongs to no event loop.

    Args:
        panel: The routers.
        metrics: Where runs are counted.
        callers: How many requests for single scores are open.
        cached: Scores that are kept.
        threads: Runs at a time.
    """

    def __init__(
        self,
        panel: RouterPanel,
        metrics: Metrics,
        callers: Callable[[], int],
        cached: int = CACHED_SCORES,
        threads: int = 2,
    ) -> None:
        self._panel = panel
        self._metrics = metrics
        self._cache = ScoreCache(cached)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="scores")
        self._gatherer: Gatherer[str, RouterScore | Unavailable] = Gatherer(self._run_batch, self._threads, callers)

    async def score(self, text: str, router: str) -> Scored:
        """One router's score of one text.

        Raises:
            BadInputError: The text is empty or too long.
            UnknownNameError: There is no such router.
            UnavailableError: The router cannot run.
        """
        start = time.perf_counter()
        stands = self._panel.line_up.running(router)
        prompt, waits = clean_prompt(text), stands.waits
        asked = Asked(router, hash_of(prompt), version=stands.card.version)
        known = self._known(asked)
        if known is not None:
            return Scored(prompt, known, cached=True, processing_ms=(time.perf_counter() - start) * 1000)
        if waits:
            result = (await asyncio.to_thread(self._run_batch, router, [prompt]))[0]
        else:
            result = await self._gatherer.ask(router, prompt)
        score = available(result)
        self._keep(asked, score)
        return Scored(prompt, score, cached=False, processing_ms=score.latency_ms)

    async def scores(self, texts: Sequence[str], router: str) -> list[Scored]:
        """One router's scores of many texts, in their order; raises as `score`."""
        return await asyncio.to_thread(self._scores, texts, router)

    def run(
        self,
        text: str,
        only: Sequence[str] | None = None,
        *,
        waiting: bool = False,
        temperature: float | None = None,
        attachment: Attachment | None = None,
    ) -> tuple[PanelRun, bool]:
        """The panel on one prompt, as `RouterPanel.run`, and whether every score was known already.

        Raises:
            BadInputError: The text is empty or too long.
            UnknownNameError: There is no such router.
        """
        start = time.perf_counter()
        prompt = clean_prompt(text)
        default = self._panel.ids if waiting else self._panel.immediate_ids
        routers = list(dict.fromkeys(default if only is None else only))
        line_up = self._panel.line_up
        versions = {name: line_up.running(name).card.version for name in routers}
        asked = {name: Asked(name, hash_of(prompt), True, temperature, attachment, versions[name]) for name in routers}
        results: dict[str, RouterScore | Unavailable] = {
            name: known for name in routers if (known := self._known(asked[name])) is not None
        }
        missing = [name for name in routers if name not in results]
        if missing:
            run = self._panel.run(prompt, missing, temperature=temperature, attachment=attachment)
            for result in run.results:
                results[result.router] = result
                if isinstance(result, RouterScore):
                    self._keep(asked[result.router], result)
                    self._metrics.ran(result.router, result.latency_ms)
        ordered = tuple(results[name] for name in routers)
        return PanelRun(prompt, ordered, (time.perf_counter() - start) * 1000), not missing

    def close(self) -> None:
        """Ends the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _keep(self, asked: Asked, score: RouterScore) -> None:
        """Keeps a score, unless another version has taken the router's place in the meantime."""
        if score.version == asked.version:
            self._cache.put(asked, score)

    def _known(self, asked: Asked) -> RouterScore | None:
        score = self._cache.get(asked)
        self._metrics.looked_up(hit=score is not None)
        return score

    def _scores(self, texts: Sequence[str], router: str) -> list[Scored]:
        prompts = [_cleaned(text, number, len(texts)) for number, text in enumerate(texts, start=1)]
        results = self._run_batch(router, prompts)
        return [
            Scored(prompt, score, cached=False, processing_ms=score.latency_ms)
            for prompt, score in zip(prompts, map(available, results), strict=True)
        ]

    def _run_batch(self, router: str, prompts: Sequence[str]) -> list[RouterScore | Unavailable]:
        runs = self._panel.run_batch(prompts, only=[router], novelty=False)
        results = [run.results[0] for run in runs]
        for result in results:
            if isinstance(result, RouterScore):
                self._metrics.ran(router, result.latency_ms)
        return results


def _cleaned(text: str, number: int, of: int) -> str:
    """A prompt of a batch.

    Raises:
        BadInputError: It is empty or too long; the message says which it is.
    """
    try:
        return clean_prompt(text)
    except BadInputError as error:
        raise BadInputError(f"Text {number:,} of {of:,} cannot be routed: {error.what}", error.mend) from None


def available(result: RouterScore | Unavailable) -> RouterScore:
    """A score.

    Raises:
        UnavailableError: The router could not run.
    """
    if isinstance(result, Unavailable):
        raise UnavailableError(result.what, result.mend)
    return result
