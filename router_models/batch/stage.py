"""The stage that every engine runs: reads a piece, routes it, writes its shard."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from errors import BadInputError
from llms.cost import CostEstimate
from llms.tokens import sendable
from router_models import Decision, RouterPanel, load_panel
from router_models.batch.from_hub import put
from router_models.batch.job import Job
from router_models.batch.pieces import Piece
from router_models.batch.rows import InputRow, read_rows
from router_models.batch.shards import OutputFolder
from router_models.policy import Policy
from router_models.prompts import clean_prompt
from router_models.quotes import quote, tokens_by_llm
from settings import get_settings

if TYPE_CHECKING:
    import pyarrow as pa

BLOCK_ROWS = 2_048
"""Rows that are routed together: enough to sort by length, so that little is padded, and few enough for any memory."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a piece: rows routed, rows that could not be, rows that go to a dearer LLM, and seconds."""

    number: int
    routed: int
    refused: int
    escalated: int
    seconds: float


class Stage:
    """Routes pieces with a router that is loaded once.

    Args:
        job: What is to be done.
        output: Folder for the shards.
        threads: Threads of one encoder run; 0 is one per core.

    Raises:
        UnavailableError: The router is from the Hub and cannot be got or run.
    """

    def __init__(self, job: Job, output: str, threads: int = 1) -> None:
        self._job = job
        self._folder = OutputFolder(output)
        self._panel = _panel(threads) if job.hub is None else load_panel(threads=threads)
        if job.hub is not None:
            put(self._panel, job.hub, get_settings())
        self._panel[job.router].load()
        thresholds = {} if job.threshold is None else {job.router: job.threshold}
        self._policy = Policy(self._panel.catalogue.pool(job.pool), thresholds)
        self._known_quotes: dict[tuple[str, int], CostEstimate] = {}

    def run(self, piece: Piece) -> Done:
        """Writes the shard of a piece.

        Raises:
            PlaygroundError: The file cannot be read, or the shard not written.
        """
        start = time.perf_counter()
        routed = refused = escalated = 0
        rows = read_rows(piece, self._job.prompt_column(piece), self._job.keep)
        with self._folder.shard(piece.number, self._schema()) as writer:
            while block := list(islice(rows, BLOCK_ROWS)):
                problems, decisions = self._decide(block)
                writer.write_table(self._table(piece, block, problems, decisions))
                routed += len(decisions)
                refused += len(block) - len(decisions)
                escalated += sum(decision.escalates for decision in decisions.values())
        return Done(piece.number, routed, refused, escalated, time.perf_counter() - start)

    def _decide(self, block: Sequence[InputRow]) -> tuple[list[str], dict[int, Decision]]:
        """Why each row has no decision, and the decisions by place in the block."""
        problems, cleaned = [row.problem for row in block], dict[int, str]()
        for place, row in enumerate(block):
            if not row.problem:
                try:
                    cleaned[place] = clean_prompt(row.prompt)
                except BadInputError as error:
                    problems[place] = error.what
        places = sorted(cleaned, key=[len(cleaned.get(place, "")) for place in range(len(block))].__getitem__)
        runs = self._panel.run_batch([cleaned[place] for place in places], [self._job.router], novelty=False)
        decisions = dict[int, Decision]()
        for place, run in zip(places, runs, strict=True):
            problems[place] = next((missing.what for missing in run.unavailable), "")
            quotes = self._quotes(tokens_by_llm(self._panel.catalogue, run.prompt, self._policy))
            decisions |= [(place, made) for made in self._panel.decisions(run, self._policy, quotes=quotes)]
        return problems, decisions

    def _quotes(self, tokens: Mapping[str, int]) -> dict[str, CostEstimate]:
        """Estimated cost by LLM; there are far fewer lengths than prompts, and a price list is slow to ask."""
        for known in tokens.items():
            if known not in self._known_quotes:
                self._known_quotes[known] = quote(self._panel.catalogue, *known, self._policy)
        return {known[0]: self._known_quotes[known] for known in tokens.items()}

    def _schema(self) -> pa.Schema:
        import pyarrow as pa

        routes = [(name, pa.float32()) for name in self._route_columns()]
        return pa.schema(
            [
                ("file", pa.string()),
                ("row", pa.int64()),
                *((name, pa.string()) for name in self._job.keep),
                ("route", pa.string()),
                ("llm", pa.string()),
                ("p_strong", pa.float32()),
                ("confidence", pa.float32()),
                ("threshold", pa.float32()),
                *routes,
                ("estimated_cost_usd", pa.float64()),
                ("problem", pa.string()),
            ]
        )

    def _route_columns(self) -> dict[str, str]:
        """Route by the column of its probability; `p_strong` is there for every router already."""
        routes = self._panel[self._job.router].routes
        return {name: route for route in routes if (name := f"p_{route}") != "p_strong"}

    def _table(
        self, piece: Piece, block: Sequence[InputRow], problems: Sequence[str], decisions: dict[int, Decision]
    ) -> pa.Table:
        import pyarrow as pa

        made = [decisions.get(place) for place in range(len(block))]
        schema = self._schema()
        columns: dict[str, list[Any]] = {"file": [piece.url] * len(block), "row": [row.number for row in block]}
        columns |= {name: [_text(row.kept[at]) for row in block] for at, name in enumerate(self._job.keep)}
        for name in ("route", "llm", "p_strong", "confidence", "threshold"):
            columns[name] = [None if decision is None else getattr(decision, name) for decision in made]
        for name, route in self._route_columns().items():
            columns[name] = [None if decision is None else decision.distribution[route] for decision in made]
        columns["estimated_cost_usd"] = [
            None if decision is None or decision.estimated_cost_usd is None else float(decision.estimated_cost_usd)
            for decision in made
        ]
        columns["problem"] = [problem or None for problem in problems]
        return pa.table({name: columns[name] for name in schema.names}, schema=schema)


@cache
def _panel(threads: int) -> RouterPanel:
    return load_panel(threads=threads)


def _text(value: object) -> str | None:
    return None if value is None else sendable(str(value))
