"""The callbacks of the Benchmarks page: from what is chosen to the plain answer, the curves and the operating point."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from benchmarks.dashboard.curves import quality_curve, quality_curves, random_curve, single_llms
from benchmarks.dashboard.numbers import Numbers
from benchmarks.dashboard.operating_point import OperatingPoint, baseline_names, point_at_share
from benchmarks.dashboard.plain_answer import KEEP, PlainAnswer, plain_answer
from benchmarks.dashboard.ranking import ALWAYS_STRONG, ORACLE, ranking_names
from benchmarks.dashboard.row_facts import FOLDER
from benchmarks.dashboard.source import FIRST, SHARE, Source, axes, basis_of, first_names, learnt_names
from benchmarks.plots.chart import Chart
from benchmarks.plots.quality_curves import curve_chart
from benchmarks.plots.theme import Scheme, theme
from errors import BadInputError, PlaygroundError
from pages._bench_charts import drawn, drawn_again, nothing
from pages._bench_link import NOTHING, Asked, offered, read_link
from pages._bench_point import point_html
from pages._defects import as_shown
from pages._templates import render

MOST_ROUTERS = 12
HALF = 50.0
HEAD = 11
"""Values that `opened` gives: notice, benchmark, answer, five controls, chart, foot, setting."""

N_CONTROLS = 5

Answered = tuple[Any, ...]


@dataclass(frozen=True)
class Controls:
    """What is chosen on the page, checked.

    Attributes:
        numbers: Of the benchmark.
        axis: `share`, `own` or `list`.
        routers: Rankings whose curves are drawn.
        banded: Whether every curve has its band, not only the marked one.
        router: The one whose setting is marked.
        percent: Its share of strong calls, 0–100.
        baseline: What it is held against.
    """

    numbers: Numbers
    axis: str
    routers: tuple[str, ...]
    banded: bool
    router: str
    percent: float
    baseline: str


class BenchmarksPage:
    """The callbacks of answer, curve and operating point.

    Attributes:
        served: Routers of the Route page that have a threshold to set.
        tabs: Names of the tabs, once they are laid out.

    Args:
        served: The same.
        usd_per_hour: What a machine for the routers costs.
        folder: Where the benchmarks' numbers are kept.
    """

    def __init__(self, served: frozenset[str], usd_per_hour: float, folder: Path = FOLDER) -> None:
        self.served = served
        self.usd_per_hour = usd_per_hour
        self.tabs: tuple[str, ...] = ()
        self._folder = folder

    def source(self, own: Numbers | None) -> Source:
        """The numbers that this visitor may look at."""
        return Source(own, self._folder)

    def opened(
        self,
        scheme: str,
        own: Numbers | None,
        benchmark: str | None,
        keep: float,
        asked: Asked = NOTHING,
        said: list[str] | None = None,
    ) -> Answered:
        """The whole head of the page for a benchmark; another one if it was not chosen yet.

        Args:
            scheme: `light` or `dark`.
            own: The visitor's own results.
            benchmark: Which; None for the first one.
            keep: Share of the dear LLM's advantage to keep, in %.
            asked: What a link asks for beyond that.
            said: Sentences to show with it; what else cannot be used of the link is added.
        """
        said = [] if said is None else said
        try:
            source = self.source(own)
            choices = source.benchmarks()
            names = [name for _, name in choices]
            chosen = benchmark if benchmark in names else FIRST if FIRST in names else names[0]
        except Exception as error:  # noqa: BLE001  logged, and shown to the user
            return (notice(error), *_skipped(HEAD - 1))
        picker = gr.update(choices=choices, value=chosen)
        try:
            head = self._head(scheme, source.numbers(chosen), chosen, keep / 100.0, asked, said)
            return (render("bench_notice.html", sentences=said, error=False), picker, *head)
        except Exception as error:  # noqa: BLE001  as above
            gone = ("", *_skipped(N_CONTROLS), *nothing(""), "")  # not the figures of another benchmark under its name
            return (notice(error), picker, *gone)

    def arrived(self, scheme: str, query: str, own: Numbers | None) -> Answered:
        """The head of the page as a link asks for it, and further controls: share to keep, bands, and the open tab."""
        asked = read_link(query)
        said = list(asked.problems)
        keep = KEEP * 100 if asked.keep is None else asked.keep
        tab = offered(asked.tab, "tab", self.tabs, self.tabs[0] if self.tabs else "", said)
        further = (gr.update(value=keep), gr.update(value=asked.banded), gr.Tabs(selected=tab), tab)
        try:
            names = [name for _, name in self.source(own).benchmarks()]
            chosen = offered(asked.benchmark, "benchmark", names, FIRST if FIRST in names else names[0], said)
        except Exception as error:  # noqa: BLE001  logged, and shown to the user
            return (notice(error), *_skipped(HEAD - 1), *further)
        head = self.opened(scheme, own, chosen, keep, asked, said)
        return (*head, *further)

    def problems(self, own: Numbers | None) -> str:
        """What cannot be shown, and how to rebuild it, one sentence each; reads every benchmark."""
        try:
            kept = self.source(own).results
            sentences = [str(error) for error in (*kept.problems().values(), *kept.left_out.values())]
        except Exception as error:  # noqa: BLE001  as above
            return notice(error)
        return render("bench_notice.html", sentences=sentences, error=False)

    def adjusted(self, scheme: str, own: Numbers | None, *chosen: Any) -> Answered:  # noqa: ANN401  Gradio's values
        """Draws the curves and the marked setting again."""
        try:
            controls = self._read(own, *chosen)
            chart, point = self.curves(scheme, controls)
        except Exception as error:  # noqa: BLE001  as above
            return (notice(error), *_skipped(3))
        return ("", *drawn(chart, "curves"), point_html(controls.numbers, point, self.served))

    def moved(self, scheme: str, own: Numbers | None, *chosen: Any) -> Answered:  # noqa: ANN401  as above
        """Moves the marked setting: as `adjusted`, without what does not change."""
        try:
            controls = self._read(own, *chosen)
            chart, point = self.curves(scheme, controls)
        except Exception as error:  # noqa: BLE001  as above
            return (notice(error), *_skipped(2))
        return "", drawn_again(chart), point_html(controls.numbers, point, self.served)

    def curves(self, scheme: str, controls: Controls) -> tuple[Chart, OperatingPoint]:
        """The chart and the marked setting; raises PlaygroundError as the number layer does."""
        numbers, basis = controls.numbers, basis_of(controls.numbers, controls.axis)
        own_usd = self.source(None).router_usd_per_1000(controls.router, self.usd_per_hour)
        point = point_at_share(
            numbers, controls.router, controls.percent / 100.0, basis, controls.baseline, own_usd if basis else 0.0
        )
        names = list(dict.fromkeys([*controls.routers, controls.router]))
        chart = curve_chart(
            numbers.entry.name,
            quality_curves(numbers, names, basis),
            [random_curve(numbers, basis), quality_curve(numbers, ORACLE, basis)],
            single_llms(numbers, basis),
            theme(scheme_of(scheme)),
            x="usd" if basis else "share",
            banded=names if controls.banded else [controls.router],
            point=point,
            pair=(numbers.pair.weak, numbers.pair.strong),
        )
        return chart, point

    @staticmethod
    def unchanged() -> list[Any]:
        """Values that leave the head of the page as it is."""
        return _skipped(HEAD)

    def _head(self, scheme: str, numbers: Numbers, name: str, keep: float, asked: Asked, said: list[str]) -> Answered:
        answer = plain_answer(numbers, keep)
        every, rankings, kinds = learnt_names(numbers), ranking_names(numbers), axes(numbers)
        baselines = baseline_names(numbers)
        usual = answer.router or first_names(numbers)[0]
        router = offered(asked.router, "router", every, usual, said)
        percent = asked.percent
        if percent is None:
            percent = 100 * answer.point.share.value if answer.point and router == usual else HALF
        axis = offered(asked.axis, "axis", [axis for _, axis in kinds], kinds[0][1], said)
        curves = first_names(numbers)
        if asked.curves is not None:
            curves = [name for name in asked.curves if offered(name, "curve", rankings, "", said)][:MOST_ROUTERS]
        baseline = offered(asked.baseline, "baseline", baselines, ALWAYS_STRONG, said)
        controls = Controls(numbers, axis, tuple(curves), asked.banded, router, round(percent), baseline)
        chart, point = self.curves(scheme, controls)
        return (
            answer_html(numbers, name, answer, "" if numbers.own else str(self.source(None).results.stamp)),
            gr.update(choices=kinds, value=axis),
            gr.update(choices=list(rankings), value=curves),
            gr.update(choices=every, value=router),
            gr.update(value=controls.percent),
            gr.update(choices=list(baselines), value=baseline),
            *drawn(chart, "curves"),
            point_html(numbers, point, self.served),
        )

    def _read(
        self,
        own: Numbers | None,
        benchmark: str | None,
        axis: str | None,
        routers: list[str] | None,
        banded: bool | None,
        router: str | None,
        percent: float | None,
        baseline: str | None,
    ) -> Controls:
        if not benchmark:
            raise BadInputError("No benchmark is chosen.", "Choose one.")
        numbers = self.source(own).numbers(benchmark)
        if not router:
            raise BadInputError("No router is chosen for the setting.", "Choose one beside the chart.")
        if percent is None or not 0 <= percent <= 100:
            raise BadInputError("The share of strong calls is not between 0 and 100 %.", "Move the slider.")
        if len(routers or []) > MOST_ROUTERS:
            raise BadInputError(f"{len(routers or [])} curves cannot be told apart.", f"Choose at most {MOST_ROUTERS}.")
        return Controls(
            numbers, axis or SHARE, tuple(routers or ()), bool(banded), router, percent, baseline or ALWAYS_STRONG
        )


def answer_html(numbers: Numbers, name: str, answer: PlainAnswer, stamp: str) -> str:
    """The plain answer as the page shows it."""
    pair = numbers.pair
    return render(
        "bench_answer.html",
        name=name,
        title=numbers.entry.title,
        answer=answer,
        caveat=numbers.entry.caveat,
        stamp=stamp,
        pair=f"{pair.weak} (cheap) and {pair.strong} (dear). {pair.reason}",
    )


def notice(error: Exception) -> str:
    """An error as the page shows it."""
    return render("bench_notice.html", sentences=(str(as_shown(error)),), error=True)


def scheme_of(said: str) -> Scheme:
    """Light, unless the browser said dark."""
    return "dark" if said == "dark" else "light"


def _skipped(count: int) -> list[Any]:
    return [gr.skip() for _ in range(count)]


__all__ = ["BenchmarksPage", "Controls", "PlaygroundError", "answer_html", "notice", "scheme_of"]
