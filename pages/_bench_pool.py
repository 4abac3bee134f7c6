"""Tab of the Benchmarks page: any LLMs with measured answers as a pool, and what routers reach among them."""

from __future__ import annotations

from typing import Any

import gradio as gr

from benchmarks.dashboard.pool import build_pool, pool_llms
from benchmarks.dashboard.source import Source, best_basis, first_names
from benchmarks.plots.pool_curves import pool_chart
from benchmarks.plots.theme import Theme
from benchmarks.tables.pool import first_llms, pool_sentences, pool_table
from errors import BadInputError
from pages._bench_charts import drawn
from pages._bench_tab import BenchTab
from pages._components import static_html
from pages._templates import render

MOST_LLMS = 8


class PoolTab(BenchTab):
    """The pool, its figure and what each LLM alone gives."""

    name, title = "pool", "Your own pool"

    def lay_out(self) -> None:
        """LLMs, figure, table."""
        llms = gr.Dropdown([], label=f"LLMs of the pool, 2 to {MOST_LLMS}", multiselect=True, elem_id="rp-bm-pool-llms")
        asked = gr.State("")
        self.inputs, self.watched = [llms, asked], [llms]
        self.outputs = [llms, asked]
        self.slot("chart", "Quality and cost of the pool")
        self.outputs += [static_html("", "rp-bm-pool-said"), static_html("", "rp-bm-pool-llm-table")]

    def draw(self, source: Source, benchmark: str, colours: Theme, *mine: Any) -> tuple[Any, ...]:  # noqa: ANN401
        """The pool of the chosen LLMs; of a new benchmark the pair and the best others."""
        llms, asked = mine
        numbers, basis = source.numbers(benchmark), best_basis(source.numbers(benchmark))
        if basis is None:
            what = f"No costs of the LLMs are known on {numbers.entry.title}, so there is no curve over cost."
            raise BadInputError(what, "Choose a benchmark with costs, such as RouterBench.")
        offered = [llm for llm in pool_llms(numbers) if llm in basis.usd]
        chosen = list(llms or []) if asked == benchmark else first_llms(numbers, basis)
        if len(chosen) > MOST_LLMS:
            raise BadInputError(f"{len(chosen)} LLMs are too many for one figure.", f"Choose at most {MOST_LLMS}.")
        pool = build_pool(numbers, chosen, basis)
        said = pool_sentences(pool, basis)
        routers = [name for name in first_names(numbers) if name in {curve.name for curve in pool.routers}]
        return (
            gr.update(choices=offered, value=chosen),
            benchmark,
            *drawn(pool_chart(pool, benchmark, routers, colours), "pool-chart"),
            render("bench_panel.html", name="pool", title=f"Best alone: {pool.best}", sentences=said, link=""),
            pool_table(pool, benchmark).html(),
        )
