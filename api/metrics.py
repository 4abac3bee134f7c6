"""What `GET /metrics` tells Prometheus: requests, decisions, answers, their cost and their failures."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from llms.completion import Completion
from llms.failures import ProviderError

CONTENT_TYPE = CONTENT_TYPE_LATEST

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120)


class Metrics:
    """The figures of one app. Safe to use from many threads at once."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._requests = Histogram(
            "playground_request_seconds",
            "Time of requests to the JSON API",
            ("endpoint", "method", "status"),
            buckets=_SECONDS,
            registry=registry,
        )
        self._open = Gauge("playground_requests_open", "Requests under way", registry=registry)
        self._runs = Histogram(
            "playground_router_seconds",
            "What a router took for a prompt",
            ("router",),
            buckets=_SECONDS,
            registry=registry,
        )
        self._decisions = Counter(
            "playground_decisions", "Decisions by router and route", ("router", "route"), registry=registry
        )
        self._lookups = Counter("playground_score_lookups", "Look-ups in the cache", ("result",), registry=registry)
        self._answers = Counter("playground_answers", "Answers by how they ended", ("llm", "stop"), registry=registry)
        self._answer_seconds = Histogram(
            "playground_answer_seconds", "Time of answers", ("llm",), buckets=_SECONDS, registry=registry
        )
        self._tokens = Counter("playground_tokens", "Tokens of answers", ("llm", "direction"), registry=registry)
        self._cost = Counter("playground_cost_usd", "Cost of answers in USD", ("llm",), registry=registry)
        self._errors = Counter(
            "playground_provider_errors", "Failures of providers", ("provider", "kind"), registry=registry
        )
        self._lost = Gauge("playground_usage_events_lost", "Events that the Usage page lacks", registry=registry)

    def began(self) -> None:
        """A request has come."""
        self._open.inc()

    def ended(self, endpoint: str, method: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self._open.dec()
        self._requests.labels(endpoint, method, str(status)).observe(seconds)

    def looked_up(self, *, hit: bool) -> None:
        """A score was looked up in the cache."""
        self._lookups.labels("hit" if hit else "miss").inc()

    def ran(self, router: str, latency_ms: float) -> None:
        """A router has run."""
        self._runs.labels(router).observe(latency_ms / 1000)

    def decided(self, router: str, route: str) -> None:
        """A router has picked a route."""
        self._decisions.labels(router, route).inc()

    def answered(self, provider: str, answer: Completion) -> None:
        """An LLM's answer has ended.

        Args:
            provider: Its provider's id.
            answer: The answer.
        """
        self._answers.labels(answer.llm, answer.stop or "gone").inc()
        self._answer_seconds.labels(answer.llm).observe(answer.total_ms / 1000)
        if answer.usage is not None:
            self._tokens.labels(answer.llm, "input").inc(answer.usage.input_tokens)
            self._tokens.labels(answer.llm, "output").inc(answer.usage.output_tokens)
        if answer.cost is not None and answer.cost.usd is not None:
            self._cost.labels(answer.llm).inc(float(answer.cost.usd))
        if answer.failure is not None:
            kind = answer.failure.kind if isinstance(answer.failure, ProviderError) else "not sent"
            self._errors.labels(provider, kind).inc()

    def lost_events(self, count: int) -> None:
        """So many events of usage could not be recorded since the start."""
        self._lost.set(count)

    def text(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self._registry)
