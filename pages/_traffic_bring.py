"""The first half of the Traffic page's callbacks: prompts are brought, looked at, routed, and the run stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import gradio as gr

from errors import BadInputError
from pages._label_notice import problem
from pages._traffic_session import TrafficSession
from pages._traffic_view import intake_html, preview_html, progress_html, reading_html
from router_models import RouterPanel
from traffic.columns import Columns, preview_of
from traffic.example import NOTE, example
from traffic.intake import Traffic, read_traffic
from traffic.routing import RoutingRun
from traffic.source import Source, from_file, from_text

N_COLUMNS = 6
"""Prompt, LLM used now, length of the answer, quality of the weak and of the strong LLM's, id of the row."""

NONE = "–"
"""What a list of columns shows where there is none of a kind."""

EVERY_S = 0.3


class TrafficBringing:
    """The callbacks.

    Args:
        panel: The routers.
    """

    def __init__(self, panel: RouterPanel) -> None:
        self._panel = panel
        self._tabs: WeakValueDictionary[str, TrafficSession] = WeakValueDictionary()

    def opened(self, session: TrafficSession, request: gr.Request) -> TrafficSession:
        """Notes whose session it is, so that it ends with the tab."""
        if request.session_hash:
            self._tabs[request.session_hash] = session
        return session

    def left(self, request: gr.Request) -> None:
        """The tab has gone: its run stops, and its prompts are forgotten."""
        session = self._tabs.get(request.session_hash or "")
        if session is not None:
            session.forget()

    def file_brought(self, session: TrafficSession, file: str | None) -> list[Any]:
        """Reads a file into memory and deletes it; shows its first rows and what its columns are taken for."""
        if not file:
            return _skipped(5 + N_COLUMNS)
        path = Path(file)
        try:
            return self._brought(session, from_file(path))
        except Exception as error:  # noqa: BLE001  logged, and shown to the user
            return self._failed(error)
        finally:
            path.unlink(missing_ok=True)

    def text_brought(self, session: TrafficSession, text: str | None) -> list[Any]:
        """Takes pasted rows or prompts."""
        try:
            return self._brought(session, from_text(text or ""))
        except Exception as error:  # noqa: BLE001  as above
            return self._failed(error)

    def example_brought(self, session: TrafficSession) -> list[Any]:
        """Takes the example."""
        try:
            return self._brought(session, example(), NOTE)
        except Exception as error:  # noqa: BLE001  as above
            return self._failed(error)

    def forgotten(self, session: TrafficSession) -> list[Any]:
        """Stops, and lets go of every text."""
        session.forget()
        return ["", "", gr.update(visible=False), gr.update(visible=False), gr.update(value=None), *_no_columns()]

    async def ran(
        self, session: TrafficSession, routers: list[str] | None, groups: bool, *columns: str | None
    ) -> AsyncIterator[list[Any]]:
        """Reads the rows, runs the routers, and shows how far they are.

        Args:
            session: The tab's.
            routers: Ids of those to run.
            groups: Whether to find groups of prompts.
            columns: As `N_COLUMNS` says.
        """
        rest = [gr.update(interactive=True), gr.update(interactive=False)]
        if session.running:
            yield [
                problem(BadInputError("A run of this tab is at work.", "Stop it first.")),
                *(gr.skip() for _ in range(4)),
            ]
            return
        run: RoutingRun | None = None
        try:
            source = session.source
            if source is None:
                raise BadInputError("There are no prompts yet.", "Upload a file, paste prompts, or try the example.")
            yield ["", "", reading_html(source.name), gr.update(interactive=False), gr.update(interactive=False)]
            traffic = await asyncio.to_thread(_read, session, source, _columns(columns))
            begun = RoutingRun(self._panel, traffic.prompts, routers or [], groups=bool(groups))
            if not session.begin(source, traffic, begun):  # forgotten, or others brought, while these were read
                yield [gr.skip(), "", "", *rest]
                return
            run = begun
            run.start()
            said = intake_html(traffic.intake)
            while not await asyncio.to_thread(run.wait, EVERY_S):
                shown = progress_html(run.progress(), stopping=run.stopped)
                yield ["", said, shown, gr.update(interactive=False), gr.update(interactive=not run.stopped)]
            yield ["", said if session.end(run) else "", "", *rest]
        except Exception as error:  # noqa: BLE001  as above
            yield [problem(error), gr.skip(), "", *rest]
        finally:
            if run is not None:
                run.stop()

    def stopped(self, session: TrafficSession) -> Any:  # noqa: ANN401  an update
        """Ends the run after the chunk that is at work; its own event shows what there is."""
        if session.run is not None:
            session.run.stop()
        return gr.update(interactive=False)

    def _brought(self, session: TrafficSession, source: Source, note: str = "") -> list[Any]:
        preview = preview_of(source)
        session.bring(source, preview, note)
        chosen = preview.columns
        values = (chosen.prompt, chosen.llm, chosen.output_tokens, chosen.weak, chosen.strong, chosen.key)
        names = list(preview.names)
        lists = [
            gr.update(choices=names if at == 0 else [NONE, *names], value=value or NONE, visible=True)
            for at, value in enumerate(values)
        ]
        # The field of the file is emptied: the file itself is gone already.
        return [
            "",
            preview_html(preview, note),
            gr.update(visible=True),
            gr.update(visible=False),
            gr.update(value=None),
            *lists,
        ]

    def _failed(self, error: Exception) -> list[Any]:
        return [
            problem(error),
            *(gr.skip() for _ in range(3)),
            gr.update(value=None),
            *(gr.skip() for _ in range(N_COLUMNS)),
        ]


def _read(session: TrafficSession, source: Source, columns: Columns) -> Traffic:
    """The prompts, read again only where they are others, or other columns are chosen."""
    known = session.traffic
    if known is None or session.read_from is not source or known.columns != columns:
        return read_traffic(source, columns)
    return known


def _columns(chosen: tuple[str | None, ...]) -> Columns:
    names = ["" if name in (None, NONE) else str(name) for name in chosen]
    prompt, llm, output_tokens, weak, strong, key = names
    return Columns(prompt, llm, output_tokens, weak, strong, key)


def _no_columns() -> list[Any]:
    return [gr.update(choices=[], value=None) for _ in range(N_COLUMNS)]


def _skipped(count: int) -> list[Any]:
    return [gr.skip() for _ in range(count)]
