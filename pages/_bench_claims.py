"""Tab of the Benchmarks page: what published sources claim, against what, and what was measured here."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmarks.dashboard.claims import Claim, claims
from benchmarks.dashboard.leaderboard import leaderboard
from benchmarks.dashboard.results import load_results
from benchmarks.plots.theme import Theme
from benchmarks.published import PUBLISHED_FILE, read_published
from pages._bench_source import Source
from pages._bench_tab import BenchTab
from pages._bench_tables import Cell, Column, Table
from pages._components import static_html

COLUMNS = (
    Column("Claimed for", numeric=False),
    Column("What", numeric=False),
    Column("Claimed"),
    Column("Measured here"),
    Column("By", numeric=False),
    Column("Verdict", numeric=False),
    Column("What is known against it", numeric=False),
)


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


def claims_table(found: tuple[Claim, ...]) -> Table:
    """The claims in groups by benchmark."""
    groups: dict[str, list[tuple[Cell, ...]]] = {}
    for claim in found:
        groups.setdefault(claim.title, []).append(_row(claim))
    said = "What others published, and the same figure measured here; never mix claims against different baselines"
    return Table("claims", said, COLUMNS, tuple((title, tuple(rows)) for title, rows in groups.items()))


def _row(claim: Claim) -> tuple[Cell, ...]:
    measured = claim.measured
    ours, by = Cell(""), Cell("")
    if measured is not None:
        value = measured.value
        ours = Cell(f"{value.value:.3f}", value.value, f"{value.low:.3f} to {value.high:.3f}")
        by = Cell(measured.router, small=f"{measured.n_rows:,} prompts, {measured.how}")
    return (
        Cell(claim.router, small=claim.source),
        Cell(claim.metric),
        Cell(f"{claim.value:.3f}", claim.value),
        ours,
        by,
        Cell(claim.verdict),
        Cell(" ".join(claim.contradictions)),
    )
