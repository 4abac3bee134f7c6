"""Gathers what a run says, chunk by chunk, into arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.benchmark import FloatArray, IntArray
from llms.catalogue import Catalogue
from llms.tokens import count_tokens
from router_models.base import Router
from router_models.card import RouterCard
from router_models.decision import RouterScore, Unavailable
from router_models.panel import PanelRun
from traffic.routed import Routed, RouterScores


class _Column:
    """One router's scores so far."""

    def __init__(self, card: RouterCard, first: RouterScore, n_rows: int, measured: frozenset[str]) -> None:
        self.card = card
        self.routes = first.routes
        self.probabilities = np.full((n_rows, len(first.routes)), np.nan)
        self.p_correct = {llm: np.full(n_rows, np.nan) for llm in first.p_correct if llm in measured}
        self.took_ms = 0.0

    def put(self, row: int, score: RouterScore) -> None:
        self.probabilities[row] = score.probabilities
        for llm, values in self.p_correct.items():
            values[row] = score.p_correct[llm]
        self.took_ms += score.latency_ms

    def scores(self, router: str, rows: IntArray) -> RouterScores:
        p_correct: dict[str, FloatArray] = {llm: values[rows] for llm, values in self.p_correct.items()}
        mean_ms = self.took_ms / max(len(rows), 1)
        return RouterScores(router, self.card, self.routes, self.probabilities[rows], p_correct, mean_ms)


class Gathered:
    """The scores of n prompts, filled in any order.

    Args:
        catalogue: LLMs.
        routers: Those that run, by id, in panel order.
        n_rows: Number of prompts n.
    """

    def __init__(self, catalogue: Catalogue, routers: Mapping[str, Router], n_rows: int) -> None:
        self._routers = routers
        self._n_rows = n_rows
        self._columns: dict[str, _Column] = {}
        self._unavailable: dict[str, Unavailable] = {}
        self._measured = frozenset(catalogue.measured.values())
        self._encodings = {llm.encoding for llm in catalogue.llms}
        self._tokens = {encoding: np.zeros(n_rows, dtype=np.int64) for encoding in self._encodings}
        self._done = np.zeros(n_rows, dtype=np.bool_)
        self._embedded: list[NDArray[np.int64]] = []
        self._embeddings: list[NDArray[np.float32]] = []

    def put(self, rows: Sequence[int], runs: Sequence[PanelRun]) -> None:
        """Takes the runs of some rows. A router that fails once is left out: half of its prompts would mislead."""
        for row, run in zip(rows, runs, strict=True):
            for encoding, counts in self._tokens.items():
                counts[row] = count_tokens(run.prompt, encoding).tokens
            for gone in run.unavailable:
                self.leave_out(gone)
            for score in run.scores:
                if score.router not in self._columns:
                    card = self._routers[score.router].card
                    self._columns[score.router] = _Column(card, score, self._n_rows, self._measured)
                self._columns[score.router].put(row, score)
        self._done[list(rows)] = True

    def leave_out(self, gone: Unavailable) -> None:
        """Notes a router that cannot go on; the first reason counts."""
        self._unavailable.setdefault(gone.router, gone)

    def put_embeddings(self, rows: Sequence[int], embeddings: NDArray[np.float32]) -> None:
        """Takes the embeddings of some rows, (n_rows, 384)."""
        self._embedded.append(np.array(rows, dtype=np.int64))
        self._embeddings.append(embeddings)

    def routed(self, seconds: float) -> Routed:
        """What has come together.

        Args:
            seconds: How long it took.
        """
        rows = np.flatnonzero(self._done).astype(np.int64)
        scores = {
            name: self._columns[name].scores(name, rows)
            for name in self._routers
            if name in self._columns and name not in self._unavailable
        }
        embedded, embeddings = np.zeros(0, dtype=np.int64), np.zeros((0, 0), dtype=np.float32)
        if self._embedded:
            found = np.concatenate(self._embedded)
            rising = np.argsort(found)
            embedded = np.searchsorted(rows, found[rising]).astype(np.int64)
            embeddings = np.concatenate(self._embeddings)[rising]
        tokens = {encoding: counts[rows] for encoding, counts in self._tokens.items()}
        return Routed(rows, self._n_rows, scores, dict(self._unavailable), tokens, embedded, embeddings, seconds)
