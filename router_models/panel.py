"""The panel: all routers on one prompt, sharing one tokenization and one forward per encoder."""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from errors import PlaygroundError
from llms.catalogue import Catalogue
from llms.cost import CostEstimate
from router_models.base import Router
from router_models.decision import Decision, RouterScore, Unavailable
from router_models.encoder import CHUNK, Encoders
from router_models.line_up import LineUp
from router_models.novelty import NoveltyHints
from router_models.policy import Policy, decide
from router_models.prompt_batch import PromptBatch
from router_models.prompts import clean_prompt
from router_models.quotes import quote, tokens_by_llm
from router_models.request_facts import Attachment
from router_models.request_view import told_routers, with_unseen
from router_models.router_state import state_of
from router_models.weights_origin import EMBEDDED

DEFAULT_TIMEOUT_S = 60.0
DEFAULT_CONCURRENCY = 2
_DEFECT = "This is a defect of the router; the other routers are not affected. Please report it."

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PanelRun:
    """What the routers said of one prompt; decisions follow from it under any policy, without another run.

    Attributes:
        prompt: The cleaned prompt.
        results: One per router, in panel order.
        wall_ms: What the whole panel took for this prompt (for a batch: the mean per prompt).
    """

    prompt: str
    results: tuple[RouterScore | Unavailable, ...]
    wall_ms: float

    @property
    def scores(self) -> tuple[RouterScore, ...]:
        """Results of the routers that could run."""
        return tuple(result for result in self.results if isinstance(result, RouterScore))

    @property
    def unavailable(self) -> tuple[Unavailable, ...]:
        """Routers that could not run, with the reason and the mend."""
        return tuple(result for result in self.results if isinstance(result, Unavailable))


class RouterPanel:
    """Runs routers together. Safe to use from many threads at once.

    Attributes:
        line_up: The routers, and which learnt versions stand among them.
        origin: Where the weights of those that ship came from.
        failures: Why routers could not be loaded when that was last tried, by id.

    Args:
        routers: In the order in which they are shown.
        encoders: What the routers share.
        catalogue: LLMs, prices and pools.
        timeout_s: How long to wait for routers that wait for a network or an LLM.
        concurrency: How many runs may compute at the same time; further ones wait their turn.
    """

    def __init__(
        self,
        routers: Sequence[Router],
        encoders: Encoders,
        catalogue: Catalogue,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        concurrency: int = DEFAULT_CONCURRENCY,
    ) -> None:
        self.line_up = LineUp(routers)
        self.encoders = encoders
        self.catalogue = catalogue
        self.origin = EMBEDDED
        self._timeout_s = timeout_s
        self._slots = threading.BoundedSemaphore(concurrency)
        self._beside = ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="network")
        self._waiters = ThreadPoolExecutor(max_workers=16, thread_name_prefix="router")
        self._novelty = NoveltyHints(encoders)
        self.failures: dict[str, Unavailable] = {}

    @property
    def ids(self) -> tuple[str, ...]:
        """Router ids in panel order."""
        return tuple(self.line_up.now)

    def __getitem__(self, router_id: str) -> Router:
        """The router of that id; raises as `LineUp`."""
        return self.line_up[router_id]

    def install(self, active: Mapping[str, Router], beside: Mapping[str, Sequence[Router]]) -> None:
        """Puts learnt versions into the panel, in one step; as `LineUp.install`."""
        self.line_up.install(active, beside)
        self.failures = {}

    def add(self, router: Router) -> None:
        """Puts a router behind those that ship, in one step; as `LineUp.add`."""
        self.line_up.add(router)
        self.failures.pop(router.id, None)

    def remove(self, router_id: str) -> None:
        """Takes out a router that was added; as `LineUp.remove`."""
        self.line_up.remove(router_id)
        self.failures.pop(router_id, None)

    @property
    def immediate_ids(self) -> tuple[str, ...]:
        """Ids of the routers that do not wait: the default panel."""
        return tuple(name for name, router in self.line_up.now.items() if not router.waits)

    @property
    def waiting_ids(self) -> tuple[str, ...]:
        """Ids of the routers that wait for a network or an LLM; they run only when they are asked for."""
        return tuple(name for name, router in self.line_up.now.items() if router.waits)

    def default_policy(self) -> Policy:
        """The first pool of the catalogue and every router's own operating point."""
        return Policy(pool=self.catalogue.default_pool)

    def warm_up(self) -> None:
        """Loads the routers that do not wait and runs them once; what cannot load is shown as unavailable."""
        self.run("Warm up.")

    def status(self) -> dict[str, str]:
        """State of every router: 'ready', 'not loaded yet', 'loads when asked', or why it is unavailable."""
        return {name: state_of(router, self.failures.get(name)) for name, router in self.line_up.now.items()}

    def run(
        self,
        prompt: str,
        only: Sequence[str] | None = None,
        replace: Mapping[str, Router] | None = None,
        *,
        novelty: bool = True,
        waiting: bool = False,
        temperature: float | None = None,
        attachment: Attachment | None = None,
    ) -> PanelRun:
        """Runs the panel on one prompt.

        Args:
            prompt: The prompt as typed.
            only: Ids of the routers to run; None runs all that do not wait.
            replace: Routers to run instead of the panel's own of that id (a user's edited descriptions).
            novelty: Whether to say how far the prompt is from each router's training prompts, which takes a forward
                of the frozen encoder even where no router that runs needs one.
            waiting: Whether `only=None` includes the routers that wait for a network or an LLM.
            temperature: Sampling temperature that the request asks for, 0 to 2, for routers that read it.
            attachment: Kind of what is attached to the prompt; routers that do not see it say so.

        Raises:
            BadInputError: The prompt is empty, unreadable or too long.
            UnknownNameError: `only` names a router that does not exist.
        """
        told = told_routers({**self.line_up.now, **(replace or {})}, temperature, attachment)
        run = self.run_batch([prompt], only, {**(replace or {}), **told}, novelty=novelty, waiting=waiting)[0]
        return dataclasses.replace(run, results=with_unseen(run.results, attachment, told)) if attachment else run

    def run_batch(
        self,
        prompts: Sequence[str],
        only: Sequence[str] | None = None,
        replace: Mapping[str, Router] | None = None,
        *,
        novelty: bool = True,
        waiting: bool = False,
    ) -> list[PanelRun]:
        """Runs the panel on several prompts; as `run`, one `PanelRun` per prompt."""
        chosen = self.line_up.chosen(only, waiting=waiting)
        routers = [(replace or {}).get(router.id, router) for router in chosen]
        cleaned = [clean_prompt(prompt) for prompt in prompts]
        chunks = [PromptBatch(cleaned[start : start + CHUNK]) for start in range(0, len(cleaned), CHUNK)]
        return [run for chunk in chunks for run in self._run_chunk(chunk, routers, novelty=novelty)]

    def _run_chunk(self, batch: PromptBatch, routers: Sequence[Router], *, novelty: bool) -> list[PanelRun]:
        start = time.perf_counter()
        futures = {router.id: self._waiters.submit(self._score, router, batch) for router in routers if router.waits}
        with self._slots:
            outcomes = self._score_all([router for router in routers if not router.waits], batch, novelty=novelty)
        deadline = start + self._timeout_s
        outcomes |= {name: self._await(name, future, deadline) for name, future in futures.items()}
        columns = [outcomes[router.id] for router in routers]
        if novelty:
            columns = [self._with_novelty(router, outcomes[router.id], batch) for router in routers]
        wall_ms = (time.perf_counter() - start) * 1000 / len(batch)
        return [
            PanelRun(prompt, tuple(_result(column, row) for column in columns), wall_ms)
            for row, prompt in enumerate(batch)
        ]

    def decide(self, prompt: str, policy: Policy | None = None) -> list[Decision]:
        """Every available router's decision on one prompt, in panel order; raises as `run`."""
        return self.decisions(self.run(prompt), policy)

    def decide_batch(self, prompts: Sequence[str], policy: Policy | None = None) -> list[list[Decision]]:
        """Every available router's decision on each prompt; raises as `run`."""
        return [self.decisions(run, policy) for run in self.run_batch(prompts)]

    def decisions(
        self,
        run: PanelRun,
        policy: Policy | None = None,
        replace: Mapping[str, Router] | None = None,
        quotes: Mapping[str, CostEstimate] | None = None,
    ) -> list[Decision]:
        """Decisions that follow from a run under a policy; no model runs.

        `replace` is as in the run, and `quotes` what `quote` gives, where that is known already.
        """
        policy = policy or self.default_policy()
        quotes = self.quote(run.prompt, policy) if quotes is None else quotes
        measured = self.catalogue.measured
        edited = {name: router.card for name, router in (replace or {}).items()}
        return [
            decide(score, edited.get(score.router) or self.line_up.card_of(score), policy, quotes, measured)
            for score in run.scores
        ]

    def quote(self, prompt: str, policy: Policy, llm_ids: Sequence[str] = ()) -> dict[str, CostEstimate]:
        """Estimated cost of sending a prompt to each LLM of the policy's pool, and to others, by LLM id."""
        tokens = tokens_by_llm(self.catalogue, prompt, policy, llm_ids)
        return {llm_id: quote(self.catalogue, llm_id, count, policy) for llm_id, count in tokens.items()}

    def _score_all(
        self, routers: Sequence[Router], batch: PromptBatch, *, novelty: bool
    ) -> dict[str, list[RouterScore] | Unavailable]:
        """Scores on two threads that take about as long: encoders and linear heads on one, the rest on the other.

        Routers made of others come last: until their members on the other thread are done there is time for novelty.
        """
        future = self._beside.submit(self._score_each, [router for router in routers if router.beside], batch)
        here = [router for router in routers if not router.beside]
        outcomes = self._score_each([router for router in here if not router.asks_others], batch)
        if novelty:
            self._novelty.prepare(routers, batch)
        outcomes |= self._score_each([router for router in here if router.asks_others], batch)
        return outcomes | future.result()

    def _score_each(self, routers: Sequence[Router], batch: PromptBatch) -> dict[str, list[RouterScore] | Unavailable]:
        return {router.id: self._score(router, batch) for router in routers}

    def _score(self, router: Router, batch: PromptBatch) -> list[RouterScore] | Unavailable:
        """Scores, or why there are none: one router's failure never reaches the others."""
        try:
            scores = router.score(batch)
            self.failures.pop(router.id, None)
            return scores
        except PlaygroundError as error:
            failure = Unavailable.from_error(router.id, error)
        except Exception:  # a router's defect must not take the panel down; it is logged and shown
            logger.exception("router %s failed", router.id)
            failure = Unavailable(router.id, f"{router.title} failed on this prompt.", _DEFECT)
        if not router.loaded:
            self.failures[router.id] = failure
            logger.warning("router %s is unavailable: %s", router.id, failure.what)
        return failure

    def _await(
        self, name: str, future: Future[list[RouterScore] | Unavailable], deadline: float
    ) -> list[RouterScore] | Unavailable:
        try:
            return future.result(timeout=max(0.0, deadline - time.perf_counter()))
        except TimeoutError:
            future.cancel()
            return Unavailable(
                name,
                f"{self[name].title} did not answer within {self._timeout_s:g} s.",
                "Try again, or choose a faster LLM for it.",
            )

    def _with_novelty(
        self, router: Router, outcome: list[RouterScore] | Unavailable, batch: PromptBatch
    ) -> list[RouterScore] | Unavailable:
        """Adds how far each prompt is from the router's training prompts; not part of the router's latency."""
        percentiles = None if isinstance(outcome, Unavailable) else self._novelty.percentiles(router, batch)
        if isinstance(outcome, Unavailable) or percentiles is None:
            return outcome
        return [
            dataclasses.replace(score, novelty_percentile=float(percentile))
            for score, percentile in zip(outcome, percentiles, strict=True)
        ]


def _result(column: list[RouterScore] | Unavailable, row: int) -> RouterScore | Unavailable:
    return column if isinstance(column, Unavailable) else column[row]
