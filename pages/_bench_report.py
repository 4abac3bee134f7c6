"""Tab of the Benchmarks page: the report on one router."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from benchmarks.dashboard.domains import Domain, by_domain
from benchmarks.dashboard.labels import judged
from benchmarks.dashboard.learning import PREFIX, learning_curves
from benchmarks.dashboard.numbers import Numbers
from benchmarks.dashboard.report import calibration_error, confusion, histogram, reliability_points, roc
from benchmarks.dashboard.source import OWN, PLAIN, Source
from benchmarks.plots.calibration_charts import histogram_chart, reliability_chart
from benchmarks.plots.chart import Chart
from benchmarks.plots.confusion_chart import confusion_chart
from benchmarks.plots.domain_chart import domain_chart
from benchmarks.plots.roc_charts import precision_chart, roc_chart
from benchmarks.plots.theme import Theme
from benchmarks.plots.training_charts import training_chart
from benchmarks.tables.seeds import seeds
from errors import BadInputError, PlaygroundError
from pages._bench_charts import nothing
from pages._bench_tab import BenchTab
from pages._components import static_html
from pages._templates import render

SLOTS = ("roc", "precision", "confusion", "reliability", "histogram")
SHARE = 0.5


class ReportTab(BenchTab):
    """What one router gets right on one benchmark, where it fails, and how it learnt."""

    name, title = "report", "One router"

    def lay_out(self) -> None:
        """Which router, where, and the charts."""
        with gr.Row(elem_classes="rp-bm-controls"):
            router = gr.Dropdown([], label="Router", elem_id="rp-bm-report-router", filterable=False)
            where = gr.Dropdown([], label="On", elem_id="rp-bm-report-where", filterable=False)
        asked = gr.State("")
        self.inputs = [router, where, asked]
        self.watched = [router, where]
        self.outputs = [router, where, asked]
        with gr.Row(elem_classes="rp-bm-pair"):
            for name in SLOTS[:2]:
                with gr.Column(min_width=320):
                    self.slot(name, name)
        with gr.Row(elem_classes="rp-bm-pair"):
            for name in SLOTS[2:4]:
                with gr.Column(min_width=320):
                    self.slot(name, name)
        self.slot(SLOTS[4], "Scores by class")
        self.slot("domains", "Gain by domain")
        self.outputs += [static_html("", "rp-bm-extremes")]
        self.slot("training", "Learning curves")
        self.outputs += [static_html("", "rp-bm-seeds")]

    def draw(self, source: Source, benchmark: str, colours: Theme, *mine: Any) -> tuple[Any, ...]:  # noqa: ANN401
        """The report; it follows the benchmark of the page until another one is chosen here."""
        router, where, asked = mine
        places = [*([("Your results", OWN)] if source.own is not None else []), *source.labelled()]
        if asked != benchmark or where not in [name for _, name in places]:
            where = benchmark
        numbers = source.numbers(where)
        routers = [name for name in numbers.routers if name not in PLAIN]
        if not routers:
            raise BadInputError("No router was run here.", "Choose another benchmark.")
        if router not in routers:
            router = "similarity-weighted" if "similarity-weighted" in routers else routers[-1]
        title = numbers.entry.title

        def made(name: str) -> tuple[Any, str]:
            return self.filled(name, lambda: _chart(name, source, where, router, title, colours))

        return (
            gr.update(choices=routers, value=router),
            gr.update(choices=places, value=where),
            benchmark,
            *self._judged(numbers, router, made),
            *made("domains"),
            _extremes(source, where, router),
            *(made("training") if router.startswith(PREFIX) else nothing("")),
            seeds().html() if router.startswith(PREFIX) else "",
        )

    def _judged(self, numbers: Numbers, router: str, made: Callable[[str], tuple[Any, str]]) -> list[Any]:
        """The charts that need to know what prompts needed, or the reason, once, why that is not known."""
        try:
            judged(numbers, router)
        except PlaygroundError as error:
            return [*nothing(str(error)), *(value for _ in SLOTS[1:] for value in nothing(""))]
        return [value for name in SLOTS for value in made(name)]


def _chart(name: str, source: Source, where: str, router: str, title: str, colours: Theme) -> Chart:
    numbers = source.numbers(where)
    if name == "roc":
        return roc_chart(router, title, roc(numbers, router), colours)
    if name == "precision":
        return precision_chart(router, title, roc(numbers, router), colours)
    if name == "confusion":
        return confusion_chart(router, title, confusion(numbers, router), colours)
    if name == "reliability":
        error = calibration_error(numbers, router)
        return reliability_chart(router, title, reliability_points(numbers, router), error, colours)
    if name == "histogram":
        return histogram_chart(router, title, histogram(numbers, router), colours)
    if name == "domains":
        return domain_chart(router, title, by_domain(numbers, router, SHARE), SHARE, colours)
    return training_chart(router, learning_curves(router), colours)


def _extremes(source: Source, where: str, router: str) -> str:
    """Hardest and easiest domains, and where the router beats sorting by length or loses to it."""
    try:
        domains = by_domain(source.numbers(where), router, SHARE)
    except PlaygroundError:
        return ""  # the chart above says why
    if not domains:
        return ""
    sentences = (
        f"Hardest for the weak LLM: {_named(domains[:3])}. Easiest: {_named(domains[::-1][:3])}.",
        f"Beats sorting by length beyond chance in {_judged(domains, True)}; loses to it in {_judged(domains, False)}.",
    )
    return render("bench_panel.html", name="extremes", title="Where it helps", sentences=sentences, link="")


def _named(domains: list[Domain]) -> str:
    return ", ".join(f"{domain.name} ({domain.weak:.2f})" for domain in domains)


def _judged(domains: list[Domain], wanted: bool) -> str:
    names = [domain.name for domain in domains if domain.beats_length is wanted]
    return f"{len(names)} of {len(domains)} domains{': ' + ', '.join(names) if names else ''}"
