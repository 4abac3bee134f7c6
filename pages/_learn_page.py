"""The callbacks of the Learn tab: what there is, learning with progress, and what becomes of a version."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import gradio as gr

from benchmarks.plots.theme import theme
from errors import BadInputError
from feedback.resolved_label import ResolvedLabel, Source
from feedback.version_records import Slot, Switch, Version, VersionFacts
from feedback.visitor import Visitor
from pages._bench_charts import drawn, nothing
from pages._compare_voting import OpenStore
from pages._download import download_path
from pages._learn_chart import before_after_chart
from pages._learn_parts import LEARN, buttons, done, find, named, problem, skipped, start_button, switch_of
from pages._learn_thread import in_thread
from pages._learn_words import (
    history_html,
    material_html,
    progress_html,
    readiness,
    report_html,
    task_choices,
    version_choices,
)
from pages._templates import render
from pages._visitor import allowed_visitor
from router_models import RouterPanel
from settings import Settings

if TYPE_CHECKING:
    from feedback.label_store import LabelStore
    from feedback.version_store import VersionStore

MOST_LABELS = 20_000
SLOT = "learn"
FIRST_ROUTER = "semantic"
DEFAULT_SOURCES: tuple[Source, ...] = ("people", "adjudicated")
"""Corrections are not among them: anybody who may open the app can give them."""

ACTIVATE = "Look at its figures below; activate it, or compare it on the Route page first."
Values = tuple[Any, ...]
VIEW = 8
"""Values that `_view` gives: is there a version, their list, report, chart, its foot, two buttons, history."""


class LearnPage:
    """The callbacks. Whatever goes wrong is said above the controls, and the rest stays as it is.

    Args:
        panel: Its routers learn, and their versions stand in it.
        settings: Say who may learn.
        open_store: Gives the store of feedback.
    """

    def __init__(self, panel: RouterPanel, settings: Settings, open_store: OpenStore) -> None:
        from feedback.learning.learnable import choices

        self._panel = panel
        self._settings = settings
        self._open_store = open_store
        self._learning = threading.Lock()
        self.choices = {choice.router: choice for choice in choices(panel.line_up.shipped_routers)}
        self.titles = {name: choice.title for name, choice in self.choices.items()}

    def opened(
        self, scheme: str, router: str | None, task: str | None, sources: list[Source], version: str | None
    ) -> Values:
        """Everything, as it stands now: notice, labels, readiness with the button, and the chosen version."""
        try:
            labels = self._labels(sources)
            material = material_html(labels, self._label_store().disputed())
            return ("", material, *self._ready(labels, router, task), *self._view(scheme, version))
        except Exception as error:  # noqa: BLE001  logged, and shown to the user
            return (problem(error), *skipped(3 + VIEW))

    def chosen(self, router: str | None, task: str | None, sources: list[Source]) -> Values:
        """After another router was chosen: notice, what it can learn, readiness with the button, and the target."""
        try:
            tasks = self.choices[router].tasks if router in self.choices else ()
            now = task if task in tasks else tasks[0] if tasks else None
            ready = self._ready(self._labels(sources), router, now)
            two = router is not None and len(self._panel.line_up.shipped(router).routes) == 2
            two_routes = gr.update(visible=two)
            return ("", gr.update(choices=task_choices(tasks), value=now), *ready, two_routes, two_routes)
        except Exception as error:  # noqa: BLE001  as above
            return (problem(error), *skipped(5))

    def started(
        self,
        scheme: str,
        router: str | None,
        task: str | None,
        aim: str | None,
        percent: float | None,
        sources: list[Source],
        request: gr.Request,
    ) -> Iterator[Values]:
        """Learns, and tells how far it is: notice, progress, and at the end the new version."""
        try:
            visitor = allowed_visitor(request, self._settings, "learn")
            saved: Version | None = None
            for told in in_thread(lambda tell: self._saved(visitor, router, task, aim, percent, sources, tell)):
                if isinstance(told, tuple):
                    yield ("", progress_html(*told), *skipped(VIEW))
                else:
                    saved = told
            assert saved is not None  # noqa: S101  the thread gave it or raised
            yield (
                done(f"{self.titles[saved.router]} {saved.name} has learnt.", ACTIVATE),
                "",
                *self._view(scheme, saved.id),
            )
        except Exception as error:  # noqa: BLE001  as above
            yield (problem(error), "", *skipped(VIEW))

    def shown(self, scheme: str, version: str | None) -> Values:
        """After another version was chosen, or light and dark changed: notice and the version."""
        try:
            return ("", *self._view(scheme, version))
        except Exception as error:  # noqa: BLE001  as above
            return (problem(error), *skipped(VIEW))

    def activated(self, scheme: str, version: str | None, request: gr.Request) -> Values:
        """Puts the version into its router's place, for everybody."""
        return self._switched(scheme, version, request, "active", back=False)

    def compared(self, scheme: str, version: str | None, request: gr.Request) -> Values:
        """Puts the version beside its router on the Route page, or takes it away again."""
        return self._switched(scheme, version, request, "beside", back=False)

    def rolled_back(self, scheme: str, version: str | None, request: gr.Request) -> Values:
        """Brings back what stood in the router's place before."""
        return self._switched(scheme, version, request, "active", back=True)

    def exported(self, version: str | None) -> Values:
        """Notice, and the version as a zip."""
        from feedback.learning.export import export_zip

        try:
            kept = self._store().version(named(version))
            path = download_path(f"{kept.router}-{kept.name}.zip")
            path.write_bytes(export_zip(kept))
            return ("", gr.update(value=str(path), visible=True))
        except Exception as error:  # noqa: BLE001  as above
            return (problem(error), gr.skip())

    def pushed(self, version: str | None, repository: str, token: str, request: gr.Request) -> Values:
        """Notice after pushing the version to the Hub; the token's field is emptied."""
        from feedback.learning.export import push_version

        try:
            allowed_visitor(request, self._settings, "learn")
            own = (token or "").strip()  # typed: the app's token is not for everybody who lets routers learn
            if not own:
                raise BadInputError(
                    "There is no token for the Hub.", "Type one of yours that may write to this repository."
                )
            address = push_version(self._store().version(named(version)), repository or "", own)
            return (done("The version is on the Hub.", address), "")
        except Exception as error:  # noqa: BLE001  as above
            return (problem(error), "")

    def _switched(self, scheme: str, version: str | None, request: gr.Request, slot: Slot, *, back: bool) -> Values:
        try:
            visitor = allowed_visitor(request, self._settings, "learn")
            store = self._store()
            facts = find(store.versions(), version)
            made = store.switch(switch_of(store.standing(), facts, visitor, slot, back=back))
            if slot == "active" and store.standing().beside.get(facts.router) == made.version_id:
                store.switch(Switch(router=facts.router, slot="beside", created_by=visitor.author))
            self._follow()
            return (done(*self._said(facts, made)), *self._view(scheme, facts.id))
        except Exception as error:  # noqa: BLE001  as above
            return (problem(error), *skipped(VIEW))

    def _said(self, facts: VersionFacts, done: Switch) -> tuple[str, str]:
        title = self.titles.get(facts.router, facts.router)
        if done.slot == "beside":
            if done.version_id is None:
                return f"{title} stands alone again.", "The Route page shows one card of it."
            return f"{title} {facts.name} stands beside it now.", "Route a prompt: both cards are there."
        if done.version_id == facts.id:
            return f"{title} {facts.name} decides now.", "Route a prompt, or roll back at any time."
        return f"{title} is back to what it was before.", "Other versions stay in the list."

    def _saved(
        self,
        visitor: Visitor,
        router: str | None,
        task: str | None,
        aim: str | None,
        percent: float | None,
        sources: list[Source],
        tell: Callable[[float, str], None],
    ) -> Version:
        """The version that was learnt, kept: all in one thread, which goes on though the tab was closed."""
        from feedback.learning.learn import learn
        from feedback.learning.target import Target

        if router not in self.choices or task is None:
            raise BadInputError("No router is chosen.", "Choose one and what it shall learn.")
        target = Target("cost" if aim == "cost" else "quality", -1.0 if percent is None else percent / 100)
        if not self._learning.acquire(blocking=False):
            raise BadInputError("Another router is learning right now.", "Try again in a minute.")
        try:
            learnt = learn(self._panel.line_up, router, task, self._labels(sources), visitor, target, tell)
            return self._store().save(learnt.version, learnt.picks)
        finally:
            self._learning.release()

    def _view(self, scheme: str, version: str | None) -> Values:
        from feedback.learning.learnable import TASK_OF, TASK_TITLES
        from feedback.learning.report import read_report

        store = self._store()
        versions, standing = store.versions(), store.standing()
        history = history_html(versions, store.switches(), self.titles)
        if not versions:
            none = gr.update(choices=[], value=None)
            return (gr.update(visible=False), none, "", *nothing(""), *buttons(None, standing), history)
        facts = next((found for found in versions if found.id == version), versions[0])
        title, report = self.titles.get(facts.router, facts.router), read_report(facts.report)
        chart = before_after_chart(
            report, f"{facts.router} {facts.name}", theme("dark" if scheme == "dark" else "light")
        )
        return (
            gr.update(visible=True),
            gr.update(choices=version_choices(versions, self.titles, standing), value=facts.id),
            report_html(facts, report, title, standing, TASK_TITLES[TASK_OF[facts.kind]]),
            *drawn(chart, SLOT),
            *buttons(facts, standing),
            history,
        )

    def _labels(self, sources: Sequence[Source]) -> list[ResolvedLabel]:
        return self._label_store().resolved(sources=tuple(sources), limit=MOST_LABELS) if sources else []

    def _ready(self, labels: Sequence[ResolvedLabel], router: str | None, task: str | None) -> tuple[str, Any]:
        """What is missing, as a sentence, and the button that learns: grey below the minimum."""
        if router not in self.choices or task not in self.choices[router].tasks:
            return "", gr.update(interactive=False, value=LEARN)
        lacking = readiness(labels, self._panel.line_up.shipped(router), task)
        return render("learn_ready.html", lacking=lacking), start_button(lacking)

    def _label_store(self) -> LabelStore:
        from feedback.label_store import LabelStore

        return LabelStore(self._open_store().access)

    def _store(self) -> VersionStore:
        from feedback.version_store import VersionStore

        return VersionStore(self._open_store().access)

    def _follow(self) -> None:
        from feedback.version_follower import VersionFollower

        VersionFollower(self._panel, self._open_store).check()
