"""Answers the script of the Routers page: cards, health, details, loading and unloading, comparing versions."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from benchmarks.dashboard.latency import read_latencies
from benchmarks.dashboard.row_facts import FOLDER
from benchmarks.manifest import read_manifest
from errors import BadInputError, DataError
from feedback.visitor import Visitor
from pages._compare_voting import OpenStore
from pages._defects import as_shown
from pages._routers_face import Measured, faces_of, families_of
from pages._routers_health import Health, as_json, health_of, summary_of
from pages._routers_hub import HubDesk
from pages._routers_versions import MOST_PROMPTS, Versions
from pages._routers_who import COMPARE, need_account, need_hub, need_load, why_not
from pages._templates import render
from pages._visitor import visitor_of
from router_models import RouterPanel
from router_models.memory import unload
from settings import Settings

Sent = Mapping[str, object]
Answer = dict[str, object]
Handle = Callable[[Visitor, Sent], Answer]

_LONGEST_TEXT = 200_000
_LONGEST_ID = 300
_RELOAD = "Reload the page and try again."

logger = logging.getLogger(__name__)


class RoutersDesk:
    """Every answer is JSON, and HTML in it is escaped.

    Args:
        panel: The routers.
        settings: Say who may change them.
        open_store: Gives the store of feedback, where learnt versions are kept.
    """

    def __init__(self, panel: RouterPanel, settings: Settings, open_store: OpenStore) -> None:
        self._panel = panel
        self._settings = settings
        self._versions = Versions(panel, open_store)
        self._measured = measured()
        self.hub = HubDesk(panel, settings)

    def cards_html(self) -> str:
        """The cards of all routers, by family; what the visitor may do is in `states`."""
        faces = faces_of(self._panel, health_of(self._panel), self._measured, self.hub.there())
        return render("routers_cards.html", families=families_of(faces), print=self._print())

    def cards(self, visitor: Visitor, sent: Sent) -> Answer:
        """The cards, as they are now."""
        return {"html": self.cards_html()} | self.states(visitor, sent)

    def states(self, visitor: Visitor, sent: Sent) -> Answer:
        """How every router stands, and what the visitor may do with it.

        `print` changes when other routers are there; `stays` says why the visitor may not remove those of the Hub.
        """
        healths = self._healths(visitor)
        return {
            "states": as_json(healths),
            "summary": summary_of(healths),
            "print": self._print(),
            "notice": self._panel.origin.notice,
            "stays": why_not(need_hub, visitor, self._settings),
        }

    def details(self, visitor: Visitor, sent: Sent) -> Answer:
        """All that is known of a router."""
        router = self._panel.line_up.running(_text(sent, "router", _LONGEST_ID))
        return {"html": render("routers_details.html", card=router.card)}

    def load(self, visitor: Visitor, sent: Sent) -> Answer:
        """Brings a router's weights into memory."""
        need_load(visitor, self._settings)
        router = self._panel.line_up.running(_text(sent, "router", _LONGEST_ID))
        router.load()
        return {"said": f"{router.title} is ready."} | self.states(visitor, sent)

    def unload(self, visitor: Visitor, sent: Sent) -> Answer:
        """Gives a router's memory back."""
        need_load(visitor, self._settings)
        name = _text(sent, "router", _LONGEST_ID)
        at_once = unload(self._panel, name)
        title = self._panel[name].title
        when = "is unloaded" if at_once else "is unloaded as soon as the run that it is in has ended"
        return {"said": f"{title} {when}. It loads again with the next prompt."} | self.states(visitor, sent)

    def versions(self, visitor: Visitor, sent: Sent) -> Answer:
        """What can be compared."""
        need_account(visitor, self._settings, COMPARE)
        return {"html": render("routers_versions.html", routers=self._versions.choices(), most=MOST_PROMPTS)}

    def compared(self, visitor: Visitor, sent: Sent) -> Answer:
        """Two versions side by side."""
        need_account(visitor, self._settings, COMPARE)
        router, left, right = (_text(sent, name, _LONGEST_ID) for name in ("router", "left", "right"))
        prompts = _text(sent, "prompts", _LONGEST_TEXT, empty=True).splitlines()
        found = self._versions.compared(router, left, right, prompts)
        return {"html": render("routers_compared.html", found=found)}

    def _healths(self, visitor: Visitor) -> dict[str, Health]:
        """How every router stands; nothing is offered that the visitor may not do."""
        healths = health_of(self._panel)
        if why_not(need_load, visitor, self._settings):
            return {name: replace(health, loads=False, unloads=False) for name, health in healths.items()}
        return healths

    def _print(self) -> str:
        """Changes with the routers that are there, and their versions."""
        there = [f"{name} {router.card.version}" for name, router in self._panel.line_up.now.items()]
        return hashlib.sha256("\n".join(there).encode()).hexdigest()[:16]


def server_functions(desk: RoutersDesk, settings: Settings) -> list[Callable[..., Any]]:
    """What the page's script may call, by name."""
    names: dict[str, Handle] = {
        "routers_cards": desk.cards,
        "routers_states": desk.states,
        "routers_details": desk.details,
        "routers_load": desk.load,
        "routers_unload": desk.unload,
        "routers_versions": desk.versions,
        "routers_compared": desk.compared,
        "routers_found": desk.hub.found,
        "routers_add": desk.hub.add,
        "routers_running": desk.hub.running,
        "routers_progress": desk.hub.progress,
        "routers_cancel": desk.hub.cancel,
        "routers_remove": desk.hub.remove,
    }
    return [_server_function(name, handle, settings) for name, handle in names.items()]


def _server_function(name: str, handle: Handle, settings: Settings) -> Callable[..., Any]:
    """A function for the script; what goes wrong is answered in words, so that the page can say it."""

    def answer(sent: dict[str, Any] | None, request: gr.Request) -> Answer:
        try:
            bare = request.request if isinstance(request, gr.Request) else request  # it comes without the session
            visitor = visitor_of(gr.Request(bare), settings)
            return handle(visitor, sent if isinstance(sent, dict) else {})
        except Exception as error:  # noqa: BLE001  logged, and shown to the user
            shown = as_shown(error)
            return {"error": {"what": shown.what, "mend": shown.mend}}

    answer.__name__ = name
    return answer


def measured(folder: Path = FOLDER) -> Measured:
    """What was measured; files that cannot be read take times or links from the cards, and nothing else."""
    found = Measured()
    try:
        found = Measured(scored=read_manifest(folder).scored)
        return Measured(read_latencies(folder), found.scored)
    except DataError as error:
        logger.warning("the Routers page lacks figures: %s", error)
        return found


def _text(sent: Sent, name: str, longest: int, *, empty: bool = False) -> str:
    value = sent.get(name)
    if not isinstance(value, str) or not (value or empty):
        raise BadInputError(f"The page sent no {name} that can be read.", _RELOAD)
    if len(value) > longest:
        raise BadInputError(f"What was sent as {name} is too long.", f"It may have {longest:,} characters.")
    return value
