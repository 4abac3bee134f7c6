"""What is to be done, the same for every worker; a job that was killed knows by it whose shards there are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from errors import BadInputError
from router_models import RouterPanel, load_panel
from router_models.batch.from_hub import as_json
from router_models.batch.pieces import PIECE_ROWS, Piece
from router_models.batch.rows import choose_column, columns_of
from router_models.batch.sources import SourceFile
from router_models.policy import Policy

if TYPE_CHECKING:
    from router_models.hub.added import AddedRouter

JOB_FILE = "_job.json"
"""Beside the shards; who reads the folder as one table passes over names that begin so."""
SCHEMA = 1
"""Of the output. A job that was begun under another one is not gone on with."""


@dataclass(frozen=True, slots=True)
class Job:
    """One router over many files.

    Attributes:
        router: Its id.
        version: Of its card: other weights are another job.
        pool: Name of the pool whose LLMs serve the routes.
        threshold: Operating point; None is the router's own.
        column: The column with the prompts; '' where each file's is found by its name.
        keep: Columns of the input that go along.
        rows: Rows of a shard.
        sources: The files, with size and stamp.
        hub: What a router from the Hub is made of, at which commit; None for one that ships.
    """

    router: str
    version: str
    pool: str
    threshold: float | None
    column: str
    keep: tuple[str, ...]
    rows: int
    sources: tuple[SourceFile, ...]
    hub: AddedRouter | None = None

    @classmethod
    def plan(
        cls,
        sources: Sequence[SourceFile],
        router: str,
        pool: str = "",
        threshold: float | None = None,
        column: str = "",
        keep: Sequence[str] = (),
        rows: int = PIECE_ROWS,
        panel: RouterPanel | None = None,
        hub: AddedRouter | None = None,
    ) -> Job:
        """Checks what was asked for before anything is read.

        Args:
            sources: The input.
            router: Its id in the panel.
            pool: Whose LLMs serve the routes; '' is the first pool.
            threshold: Operating point; None is the router's own.
            column: The column with the prompts; '' is found by its name.
            keep: Columns of the input that go along.
            rows: Rows of a shard.
            panel: The routers; None for those that ship.
            hub: What the router is made of, if it is from the Hub; it stands in the panel.

        Raises:
            UnknownNameError: There is no such router or pool.
            BadInputError: The router asks an LLM for each prompt, or the threshold is none.
        """
        panel = load_panel() if panel is None else panel
        asked = panel[router]
        if asked.waits:
            raise BadInputError(
                f"The router '{router}' asks an LLM for every prompt.", "Choose one that decides on its own."
            )
        chosen = panel.catalogue.pool(pool) if pool else panel.catalogue.default_pool
        if threshold is not None:
            Policy(chosen, {router: threshold})
        return cls(router, asked.card.version, chosen.name, threshold, column, tuple(keep), rows, tuple(sources), hub)

    def prompt_column(self, piece: Piece) -> str:
        """The column of a piece's file with the prompts.

        Raises:
            BadInputError: It cannot be told, or a column to keep is not there.
        """
        names = columns_of(piece)
        for name in self.keep:
            choose_column(names, name, piece.url)
        return choose_column(names, self.column, piece.url)

    def as_json(self) -> str:
        """The job as it is kept beside its shards."""
        described = {"schema": SCHEMA, **asdict(replace(self, hub=None))}
        del described["hub"]  # what was begun with a router that ships says nothing of it
        if self.hub is not None:
            described["hub"] = as_json(self.hub)
        return json.dumps(described, indent=2)
