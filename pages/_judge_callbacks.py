"""The callbacks of the Judge tab: estimate, start, stop, results, labels. Every failure is said in the tab."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from weakref import WeakValueDictionary

import gradio as gr

from llms.cost import format_usd
from pages._judge_desk import JudgeDesk
from pages._judge_filling import JudgeFilling
from pages._judge_form import WANTED
from pages._judge_session import JudgeSession
from pages._judge_view import estimate_html, failed, progress_html, results_html, said
from pages._visitor import allowed_visitor
from settings import Settings

START = "Start"
NO_FILE = {"__type__": "update", "value": None, "visible": False}


class JudgeCallbacks:
    """The callbacks.

    Args:
        desk: Does the work.
        filling: Fills the form.
        settings: Say who may let judges rate.
    """

    def __init__(self, desk: JudgeDesk, filling: JudgeFilling, settings: Settings) -> None:
        self._desk = desk
        self._filling = filling
        self._settings = settings
        self._tabs: WeakValueDictionary[str, JudgeSession] = WeakValueDictionary()

    def opened(self, session: JudgeSession, request: gr.Request) -> list[Any]:
        """Fills the form when the tab is first looked at."""
        if request.session_hash:
            self._tabs[request.session_hash] = session
        try:
            allowed_visitor(request, self._settings, "learn")
            filled = [*self._filling.first(session), *self._filling.lists(session)]
        except Exception as error:  # noqa: BLE001  logged, and shown to the user
            return [session, failed(error), *(gr.skip() for _ in range(6))]
        return [session, "", *filled]

    def estimated(self, session: JudgeSession, *values: Any) -> list[Any]:  # noqa: ANN401
        """What the form's run will cost; only then can it be started."""
        try:
            estimate, plan, prompts = self._desk.estimate(session, dict(zip(WANTED, values, strict=True)))
        except Exception as error:  # noqa: BLE001  as above
            return [failed(error), "", gr.Button(START, interactive=False)]
        label = f"{START}: at most {format_usd(plan.budget_usd)}"
        start = gr.Button(label, interactive=not session.running, variant="primary")
        return ["", estimate_html(estimate, plan.warnings(), prompts), start]

    async def started(self, session: JudgeSession, request: gr.Request, *values: Any) -> AsyncIterator[list[Any]]:  # noqa: ANN401
        """Runs what was estimated, and shows how far it has come; leaving the tab ends it in good order."""
        at_rest = [gr.Button(START, interactive=False, variant="secondary"), gr.Button(interactive=False)]
        try:
            visitor = allowed_visitor(request, self._settings, "learn")
            form = dict(zip(WANTED, values, strict=True))
            await asyncio.to_thread(self._desk.begin, session, form, visitor)
            at_work = [gr.Button("At work", interactive=False, variant="secondary"), gr.Button(interactive=True)]
            async for progress in self._desk.work(session):
                yield ["", "", *(at_work if progress.running else at_rest), progress_html(progress)]
        except Exception as error:  # noqa: BLE001  as above
            busy = [gr.skip(), gr.skip()] if session.running else at_rest
            yield [failed(error), gr.skip(), *busy, gr.skip()]

    def stopped(self, session: JudgeSession) -> Any:  # noqa: ANN401
        """Ends the run in good order; its own event shows it."""
        session.stop()
        return gr.Button(interactive=False)

    def listed(self, session: JudgeSession) -> list[Any]:
        """The lists of prompts and runs, as they stand after a run."""
        try:
            return [gr.skip(), *self._filling.lists(session)]
        except Exception as error:  # noqa: BLE001  as above
            return [failed(error), *(gr.skip() for _ in range(3))]

    def shown(self, session: JudgeSession, run: str | None, wanted: str) -> list[Any]:
        """What a run has come to."""
        if not run:
            return ["", "", gr.Button(interactive=False), gr.Button(interactive=False), NO_FILE]
        try:
            found = self._desk.shown(run)
            session.shown = run
            html = results_html(found, wanted)
        except Exception as error:  # noqa: BLE001  as above
            return [failed(error), *(gr.skip() for _ in range(4))]
        labels = any(one.tier(found.record.plan.reference_tier) for one in found.judged)
        rated = any(one.rating is not None and one.prompt_sha256 in found.texts for one in found.judged)
        return [gr.skip(), html, gr.Button(interactive=labels), gr.Button(interactive=rated), NO_FILE]

    def exported(self, run: str | None) -> list[Any]:
        """Writes a run's training data, for whoever asks for it."""
        try:
            return ["", gr.update(value=str(self._desk.export(run or "")), visible=True)]
        except Exception as error:  # noqa: BLE001  as above
            return [failed(error), NO_FILE]

    def saved(self, run: str | None, request: gr.Request) -> str:
        """Keeps a run's ratings as labels."""
        try:
            allowed_visitor(request, self._settings, "learn")
            kept = self._desk.save(run or "")
        except Exception as error:  # noqa: BLE001  as above
            return failed(error)
        known = f", {kept.known:,} were saved before" if kept.known else ""
        without = kept.torn + kept.unrated
        left = f" {_count(without, 'prompt gets', 'prompts get')} none: the order decides, or ratings are missing."
        left = left if without else ""
        return said([f"{_count(kept.new, 'label is', 'labels are')} saved{known}.{left}"])

    def left(self, request: gr.Request) -> None:
        """The tab has gone: nothing more is sent, and its keys are forgotten."""
        session = self._tabs.get(request.session_hash or "")
        if session is not None:
            session.close()


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
