"""The tabs of the Benchmarks page: which there are, and when each is drawn."""

from __future__ import annotations

from typing import Any

import gradio as gr

from benchmarks.dashboard.numbers import Numbers
from pages._bench_answers import AnswersTab
from pages._bench_claims import ClaimsTab
from pages._bench_data import DataTab
from pages._bench_leaderboard import LeaderboardTab
from pages._bench_link import keeps_tab
from pages._bench_page import BenchmarksPage
from pages._bench_pool import PoolTab
from pages._bench_report import ReportTab
from pages._bench_robustness import RobustnessTab
from pages._bench_speed import SpeedTab
from pages._bench_tab import BenchTab
from pages._bench_target import TargetTab
from pages._components import static_html

KINDS: tuple[type[BenchTab], ...] = (
    AnswersTab,
    LeaderboardTab,
    TargetTab,
    PoolTab,
    ReportTab,
    SpeedTab,
    RobustnessTab,
    ClaimsTab,
    DataTab,
)
"""In the order of the page."""


class Tabs:
    """All tabs; the one that is open is drawn, the others wait until they are opened.

    Args:
        tabs: In order.
        items: Gradio's tab of each.
        opened: A gr.State with the name of the open tab.
        frame: The gr.Tabs around them.
    """

    def __init__(self, tabs: list[BenchTab], items: list[Any], opened: Any, frame: Any) -> None:  # noqa: ANN401
        self._tabs, self._items = tabs, items
        self.opened, self.frame = opened, frame
        self._given: list[Any] = []
        self._common: dict[str, Any] = {}

    def wire(self, given: list[Any], common: dict[str, Any]) -> None:
        """Connects the tabs' own events; `follow` says after which others the open tab is drawn.

        Args:
            given: Components with light or dark, own results and the chosen benchmark.
            common: What all events of the page have in common.
        """
        self._given, self._common = given, common
        for tab, item in zip(self._tabs, self._items, strict=True):
            item.select(
                _Selected(tab),
                [*given, *tab.inputs],
                [self.opened, tab.notice, *tab.outputs],
                **common,
                api_name=f"benchmarks_{tab.name}_opened",
            )
            item.select(inputs=[], outputs=None, **keeps_tab(tab.name))
            for number, control in enumerate(tab.watched):
                control.input(
                    tab.shown,
                    [*given, *tab.inputs],
                    [tab.notice, *tab.outputs],
                    **common,
                    api_name=f"benchmarks_{tab.name}_{number}",
                )

    def follow(self, event: Any, name: str) -> None:  # noqa: ANN401  as above
        """Draws the open tab again after an event."""
        inputs = [*self._given, self.opened, *(control for tab in self._tabs for control in tab.inputs)]
        outputs = [part for tab in self._tabs for part in (tab.notice, *tab.outputs)]
        event.then(self.open_drawn, inputs, outputs, **self._common, api_name=f"benchmarks_tab_{name}")

    def open_drawn(self, scheme: str, own: Numbers | None, benchmark: str | None, opened: str, *rest: Any) -> list[Any]:  # noqa: ANN401
        """Values of every tab's outputs: new ones for the open tab, none for the others."""
        values: list[Any] = []
        at = 0
        for tab in self._tabs:
            mine = rest[at : at + len(tab.inputs)]
            at += len(tab.inputs)
            if tab.name == opened:
                values += tab.shown(scheme, own, benchmark, *mine)
            else:
                values += [gr.skip() for _ in range(1 + len(tab.outputs))]
        return values


class _Selected:
    """Draws a tab that was opened, and remembers that it is the open one."""

    def __init__(self, tab: BenchTab) -> None:
        self._tab = tab
        self.__name__ = f"{tab.name}_opened"

    def __call__(self, *given: Any) -> tuple[Any, ...]:  # noqa: ANN401
        return (self._tab.name, *self._tab.shown(*given))


def add_tabs(page: BenchmarksPage) -> Tabs:
    """Lays out all tabs; `Tabs.wire` connects them."""
    tabs = [kind(page) for kind in KINDS]
    opened = gr.State(tabs[0].name)
    items = []
    page.tabs = tuple(tab.name for tab in tabs)
    with gr.Tabs(elem_id="rp-bm-tabs") as frame:
        for tab in tabs:
            with gr.Tab(tab.title, id=tab.name) as item:
                tab.notice = static_html("", f"rp-bm-{tab.name}-notice")
                tab.lay_out()
            items.append(item)
    return Tabs(tabs, items, opened, frame)
