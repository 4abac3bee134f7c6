"""Traffic and runs with chosen numbers, so that tests of what follows need no model."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from llms.catalogue import Catalogue
from llms.tokens import count_tokens
from router_models import RouterPanel
from router_models.policy import Policy
from traffic.columns import Columns
from traffic.intake import Intake, Traffic
from traffic.money import Money
from traffic.routed import Routed, RouterScores
from traffic.source import Source, from_bytes

PROMPTS = ("Good morning!", "What is 17 times 23?", "Prove that the square root of 7 is irrational.", "Name a tree.")


def csv_source(text: str | bytes, name: str = "mine.csv") -> Source:
    return from_bytes(name, text if isinstance(text, bytes) else text.encode())


def parquet_source(table: pa.Table) -> Source:
    file = io.BytesIO()
    pq.write_table(table, file, compression="zstd")
    return from_bytes("mine.parquet", file.getvalue())


def traffic_of(
    prompts: Sequence[str] = PROMPTS,
    llms: Sequence[str] = (),
    output_tokens: Sequence[float] | None = None,
    weak: Sequence[float] | None = None,
    strong: Sequence[float] | None = None,
) -> Traffic:
    """Traffic as `read_traffic` would give it."""
    tokens = np.full(len(prompts), np.nan) if output_tokens is None else np.array(output_tokens, dtype=np.float64)
    return Traffic(
        name="mine.csv",
        prompts=tuple(prompts),
        lines=np.arange(2, len(prompts) + 2),
        llms=tuple(llms),
        output_tokens=tokens,
        weak=None if weak is None else np.array(weak, dtype=np.float64),
        strong=None if strong is None else np.array(strong, dtype=np.float64),
        intake=Intake(rows=len(prompts)),
        columns=Columns("prompt", llm="llm" if llms else ""),
    )


def scores_of(panel: RouterPanel, router: str, p_strong: Sequence[float]) -> RouterScores:
    """A router that said these P(more than the cheapest); with three routes, dearer ones share it."""
    routes = panel[router].routes
    rows = [(1 - p, *[p / (len(routes) - 1)] * (len(routes) - 1)) for p in p_strong]
    return RouterScores(router, panel[router].card, routes, np.array(rows), {}, latency_ms=2.0)


def routed_of(panel: RouterPanel, prompts: Sequence[str] = PROMPTS, **p_strong: Sequence[float]) -> Routed:
    """A whole run; routers by their id with underscores."""
    names: Mapping[str, Sequence[float]] = {name.replace("_", "-"): values for name, values in p_strong.items()}
    encodings = {llm.encoding for llm in panel.catalogue.llms}
    tokens = {
        encoding: np.array([count_tokens(prompt, encoding).tokens for prompt in prompts]) for encoding in encodings
    }
    return Routed(
        rows=np.arange(len(prompts)),
        asked=len(prompts),
        scores={name: scores_of(panel, name, values) for name, values in names.items()},
        unavailable={},
        tokens=tokens,
        embedded=np.zeros(0, dtype=np.int64),
        embeddings=np.zeros((0, 0), dtype=np.float32),
        seconds=2.0,
    )


def money_of(catalogue: Catalogue, traffic: Traffic, routed: Routed, output_tokens: int = 300) -> Money:
    return Money(catalogue, traffic, routed, output_tokens)


def first_policy(panel: RouterPanel) -> Policy:
    return Policy(panel.catalogue.default_pool)
