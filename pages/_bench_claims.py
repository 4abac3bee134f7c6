"""Tab of the Benchmarks page: what published sources claim, against what, and what was measured here."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmarks.dashboard.claims import Claim, claims
from benchmarks.dashboard.leaderboard import leaderboard
from benchmarks.dashboard.results import load_results
from benchmarks.dashboard.source import Source
from benchmarks.plots.theme import Theme
from benchmarks.published import PUBLISHED_FILE, read_published
from benchmarks.tables.claims import claims_table
from pages._bench_tab import BenchTab
from pages._components import static_html


class ClaimsTab(BenchTab):
    """The table of claims, by benchmark."""

    name, title = "claims", "Published claims"

    def lay_out(self) -> None:
        """The table."""
        self.outputs = [static_html("", "rp-bm-claims")]

    def draw(self, source: Source, benchmark: str, colours: Theme, *mine: Any) -> tuple[Any, ...]:  # noqa: ANN401
        """Every claim; it does not depend on the benchmark that is chosen."""
        return (claims_table(_claims(source.folder)).html(),)


@lru_cache(maxsize=4)
def _claims(folder: Path) -> tuple[Claim, ...]:
    rows = leaderboard(folder).rows
    return tuple(claims(load_results(folder), read_published(folder / PUBLISHED_FILE), rows))
